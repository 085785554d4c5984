"""Readers of dates that count in units: three days ago, earlier this month, the following year."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from geo.dating import units
from geo.dating.meaning import Discourse, Meaning, Parts, on_day
from geo.dating.words import FEW, number_of
from geo.interval import DAY, Interval

_HANDFUL = {"day": (2, 6), "week": (2, 5), "month": (2, 9), "year": (2, 6), "decade": (2, 4)}
"""How many "a few" or a bare plural may be; news writes the number from there on."""

MONTHS_OF_A_YEAR, A_MONTH = 12, 28
"""Months; days."""

_DAY_PARTS = ("day", "morning", "afternoon", "evening", "night")
_PART = {"early": "early", "late": "late", "midway": "mid", "by the end": "late",
         "by the middle": "mid", "in the middle": "mid", "the middle": "mid",
         "at the end": "late", "at the start": "early", "at the beginning": "early",
         **{f"{lead}the {which} days": part for lead in ("", "in ") for which, part in (
             ("last", "late"), ("final", "late"), ("closing", "late"), ("first", "early"), ("opening", "early"))},
         "the end": "late", "the start": "early", "the beginning": "early"}  # fmt: skip


def recent(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "in recent weeks": a handful of them, up to the publication."""
    return _back(None, parts["unit"].rstrip("s"), discourse)


HOURS = 24


def hours_back(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "in the past 24 hours": that long before the publication, up to it."""
    count = number_of(parts["count"])
    return None if count is None else _back(-(-count // HOURS), "day", discourse)


def coming(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "in the coming days": a handful of them from the publication on."""
    count, told = number_of(parts.get("count", "")), discourse.told
    if parts["which"] not in ("coming",) and not discourse.is_future and told is not None and told.end is not None:
        ahead = _ahead(count - 1 if count else None, parts["unit"], told.end)
        return None if ahead is None else replace(ahead, reason=f"{ahead.reason} after the date told before")
    return _ahead(count, parts["unit"], discourse.published)


def _ahead(count: int | None, unit: str, day: date | None) -> Meaning | None:
    if day is None:
        return None
    if unit == "hour":
        unit, count = "day", -(-(count or HOURS) // HOURS)
    most = count if count is not None else _HANDFUL["week" if unit == "fortnight" else unit][1]
    return Meaning(Interval(day, units.shifted(day, most, unit) + DAY), "period", f"the next {most} {unit}(s)")


def in_count(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "will leave in two weeks": that day; what took two weeks in the past says how long, not when."""
    count = number_of(parts["count"])
    if not discourse.is_future or discourse.published is None or count is None:
        return None
    return on_day(units.shifted(discourse.published, count, parts["unit"]), f"{count} {parts['unit']}(s) from then on")


def span_back(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "over the past two weeks"; "the previous" ones end where the date told before begins."""
    words = parts.get("count", "a")
    count = None if words in FEW else number_of(words)
    if parts.get("which") in ("previous", "preceding") and discourse.day_told is not None:
        return _up_to(discourse.day_told, count, parts["unit"], "the date told before")
    return _back(count, parts["unit"], discourse)


def for_back(parts: Parts, discourse: Discourse) -> Meaning | None:
    """A duration that ends now: "has held it for two years", "after nearly two years of rule".

    "fought for three days" says how long, not when, and has no meaning here.
    """
    ongoing = discourse.tense in ("ongoing", "present", "perfect")
    if parts["lead"] != "after" and not ongoing:
        return None
    if parts["lead"] == "after" and discourse.background is not None and not discourse.history:
        return None  # of what is told, and it ended with it
    words = parts["count"]
    return _back(None if words in FEW else number_of(words), parts["unit"], discourse)


def _back(count: int | None, unit: str, discourse: Discourse) -> Meaning | None:
    told = discourse.background if discourse.history else None
    now = told.start if told is not None else discourse.published
    return None if now is None else _up_to(now, count, unit, _name(told))


def _up_to(now: date, count: int | None, unit: str, base: str) -> Meaning:
    """More than a year of months is said roughly: from the first day of its month."""
    most = count if count is not None else _HANDFUL["week" if unit == "fortnight" else unit][1]
    said = f"{count} {unit}(s)" if count is not None else f"a few {unit}s, at most about {most}"
    start = units.shifted(now, -most, unit)
    start = start.replace(day=1) if unit == "month" and most > MONTHS_OF_A_YEAR else start
    return Meaning(Interval(start, now + DAY), "period", f"{said}, up to {base}")


def _name(told: Interval | None) -> str:
    return "the publication" if told is None else "the date told before"


def offset(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "three days ago", "two weeks later", "hours after", "five days after that"."""
    way, unit = parts["way"], parts["unit"]
    told = discourse.told is not None or discourse.main is not None
    from_now = way in ("ago", "since", "hence", "from now")
    here = discourse.published if from_now else discourse.here
    if here is None:
        return None
    base = "the date told before" if told and here != discourse.published else "the publication"
    if unit in ("hour", "minute"):
        here = discourse.published if from_now else discourse.day_told or discourse.main or here
        assert here is not None
        return on_day(here, f"the same day as {base}")
    forward = _is_forward(parts)
    words = parts.get("count", "")
    count = None if words in FEW else number_of(words)
    is_beside = "follows" in parts and way in ("after", "before")
    if not told and (is_beside or (forward and not from_now)) and not _is_of_news(parts):
        return None  # "five months later", and nothing says than what
    if count is None:
        return _vaguely(unit, forward, here, base)
    to = units.shifted(here, count if forward else -count, unit)
    reason = f"{count} {unit}(s) {'after' if forward else 'before'} {base}"
    if not from_now and discourse.told is not None and _is_finer(unit, discourse.told):
        return Meaning(discourse.told, "period", f"{reason}, which is no finer")
    day_long = unit in units.LENGTHS or (
        unit == "month" and count == 1 and not from_now and discourse.day_told is not None
    )
    unit = "day" if day_long else unit
    unit = {"this month": "month", "this week": "week", "today": "day"}.get(parts.get("same", ""), unit)
    return Meaning(units.around(to, unit), unit if unit != "decade" else "period", reason)


def _is_of_news(parts: Parts) -> bool:
    """"Troops are at the gates, two days after rebels left": what has no date is of the publication, and what lies two
    days before it is told of by the rest."""
    return parts["way"] == "after" and "follows" in parts and "what" not in parts


def _is_forward(parts: Parts) -> bool:
    """After what was told; but what comes after "days after" itself lies before the rest of its sentence."""
    way = parts["way"]
    if way in ("after", "before") and "follows" in parts and "what" not in parts:
        return way == "before"
    return way in ("later", "after", "afterward", "afterwards", "hence", "from now", "on")


def _is_finer(unit: str, told: Interval) -> bool:
    """Days counted from a month give no day."""
    return unit in units.LENGTHS and told.days is not None and told.days >= A_MONTH


def beside(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "the day after", "the month before that", "the day after tomorrow"."""
    what, published = parts.get("what", ""), discourse.published
    unit = parts["unit"] if parts["unit"] in ("week", "month", "year") else "day"
    step = 1 if _is_forward(parts) else -1
    if what in ("tomorrow", "yesterday", "last"):
        start = None if published is None else published + {"tomorrow": DAY, "yesterday": -DAY, "last": -DAY}[what]
        reason = f"the {unit} {parts['way']} {what}"
    else:
        start, reason = discourse.here, f"the {unit} {parts['way']} the date told before"
        if "follows" in parts and not what and start is not None and published is not None and start > published:
            step = -step  # "tomorrow we rest, the day after we go"
        if discourse.told is None and discourse.main is None:
            return None
    if start is None:
        return None
    if discourse.told is not None and not what and _is_finer(unit, discourse.told):
        return Meaning(discourse.told, "period", f"{reason}, which is no finer")
    first = units.around(start, unit).start or start
    return Meaning(units.around(units.shifted(first, step, unit), unit), unit, reason)


def _vaguely(unit: str, forward: bool, here: date, base: str) -> Meaning:
    """ "days after the group was driven out": a handful of days between the two, on the earlier side."""
    if unit == "fortnight":
        unit = "week"
    least, most = _HANDFUL[unit]
    if forward:
        span = Interval(units.shifted(here, 1, "day"), units.shifted(here, most, unit) + DAY)
    else:
        span = Interval(units.shifted(here, -most, unit), here)
    return Meaning(span, "period", f"a few {unit}s {'after' if forward else 'before'} {base} ({least} to {most})")


def half(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "the second half of last year"."""
    told = discourse.background
    here = told.start if told is not None and parts["det"] in ("the", "that") else discourse.published
    if here is None:
        return None
    year = units.year(here.year + {"last": -1, "next": 1}.get(parts["det"], 0))
    name = "first half" if parts["half"] == "first" else "second half"
    return Meaning(units.part(year, name), "period", f"{name} of {parts['det']} year")


def within(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "earlier this month", "later in the day", "late last year", "by the end of the month"."""
    how, which, unit = parts["how"], parts["which"], parts["unit"]
    whole = _unit(which, unit, discourse)
    if whole is None or whole.start is None or whole.end is None:
        return None
    told = discourse.background if which not in ("this", "last", "next") else None
    here = (told.start if told else discourse.published) or whole.start
    reason = f"{how} {which} {unit}, counted from {_name(told)}"
    if unit == "day" or (which == "last" and how in ("earlier", "later")):
        return Meaning(whole, unit, reason)
    if how in _PART:
        return Meaning(_part_by_now(units.part(whole, _PART[how]), parts, discourse), "period", reason)
    if (how == "earlier" or how.endswith("course")) and here in whole:
        return Meaning(Interval(whole.start, here + DAY), unit, reason)
    if how == "later" and here in whole:
        return Meaning(Interval(here, whole.end), unit, reason)
    return Meaning(whole, unit, reason)


def _part_by_now(part: Interval, parts: Parts, discourse: Discourse) -> Interval:
    """ "began on 23 May. At the end of the month it was held up": a part that is still to come is not of this month but
    of the one told before, or the last."""
    day, told, unit = discourse.published, discourse.told, parts["unit"]
    if day is None or part.start is None or part.start <= day or discourse.is_future or parts["which"] != "the":
        return part
    here = told.start if told is not None and told.start is not None else units.shifted(day, -1, unit)
    past = units.part(units.around(here, unit), _PART[parts["how"]])
    return past if past.start is not None and past.start <= day else part


def unit_over(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "before the week is over": from the publication to its end."""
    day = discourse.published
    return None if day is None else Meaning(
        Interval(day, units.around(day, parts["unit"]).end), "period", f"what is left of the {parts['unit']}"
    )


def since_then(_: Parts, discourse: Discourse) -> Meaning | None:
    """ "has stood empty ever since": from the date told before to the publication."""
    told, day = discourse.told, discourse.published
    if told is None or told.start is None or day is None or told.start > day:
        return None
    return Meaning(Interval(told.start, day + DAY), "period", "since the date told before")


def same(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "last month", "that year", "the next day", "the day before"."""
    which, unit = parts["which"].replace("the same", "same").replace("same", "the same"), parts["unit"]
    which = {"all": "this", "this very": "this"}.get(which, which)
    unit = "day" if unit in _DAY_PARTS else unit
    if which == "next" and unit == "day":
        which = "the next"
    whole = _unit(which, unit, discourse)
    if whole is None:
        return None
    base = "the publication" if which in _FROM_PUBLICATION else "the date told before"
    return Meaning(whole, unit if unit != "decade" else "period", f"{which} {unit}, counted from {base}")


_FROM_PUBLICATION = ("this", "last", "next", "this past", "the current", "the coming")
_STEP = {"last": -1, "this past": -1, "the previous": -1, "the preceding": -1, "next": 1, "the next": 1,
         "the very next": 1, "the following": 1, "following": 1, "the coming": 1, "the succeeding": 1}  # fmt: skip


def _unit(which: str, unit: str, discourse: Discourse) -> Interval | None:
    """The unit that ``which`` points at, from the publication or from the date told before."""
    here = discourse.published if which in _FROM_PUBLICATION else discourse.here
    if which == "the":
        told = discourse.background
        here = told.start if told is not None else discourse.published
    if here is None:
        return None
    step = _STEP.get(which, 0)
    start = units.around(here, unit).start if unit != "day" else here
    assert start is not None
    return units.around(units.shifted(start, step, unit), unit)


def this_time(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "This time last year": the month of the publication a year before; of a month or a week that very day."""
    day = discourse.published
    if day is None:
        return None
    then = units.shifted(day, -1, parts["unit"])
    days = units.month(then.year, then.month) if parts["unit"] == "year" else Interval.of_day(then)
    return Meaning(days, "month" if parts["unit"] == "year" else "day", f"this time last {parts['unit']}")
