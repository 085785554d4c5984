"""Readers of dates that count in units: three days ago, earlier this month, the following year."""
from __future__ import annotations

from datetime import date

from geo.dating import units
from geo.dating.meaning import Discourse, Meaning, Parts, on_day
from geo.dating.words import FEW, number_of
from geo.interval import DAY, Interval

_HANDFUL = {"day": (2, 6), "week": (2, 5), "month": (2, 9), "year": (2, 6), "decade": (2, 4)}
"""How many "a few" or a bare plural may be; news writes the number from there on."""

_DAY_PARTS = ("day", "morning", "afternoon", "evening", "night")
_PART = {"early": "early", "late": "late", "midway": "mid", "by the end": "late",
         "at the end": "late", "at the start": "early", "at the beginning": "early"}  # fmt: skip


def recent(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "in recent weeks": a handful of them, up to the publication."""
    return _back(None, parts["unit"].rstrip("s"), discourse)


def span_back(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "over the past two weeks"."""
    words = parts.get("count", "a")
    return _back(None if words in FEW else number_of(words), parts["unit"], discourse)


def for_back(parts: Parts, discourse: Discourse) -> Meaning | None:
    """A duration that ends now: "has held it for two years", "after nearly two years of rule".

    "fought for three days" says how long, not when, and has no meaning here.
    """
    ongoing = discourse.tense in ("ongoing", "present", "perfect")
    if parts["lead"] == "for" and not ongoing:
        return None
    words = parts["count"]
    return _back(None if words in FEW else number_of(words), parts["unit"], discourse)


def _back(count: int | None, unit: str, discourse: Discourse) -> Meaning | None:
    told = discourse.background if discourse.history else None
    now = told.start if told is not None else discourse.published
    if now is None:
        return None
    most = count if count is not None else _HANDFUL[unit][1]
    said = f"{count} {unit}(s)" if count is not None else f"a few {unit}s, at most about {most}"
    return Meaning(Interval(units.shifted(now, -most, unit), now + DAY), "period", f"{said}, up to {_name(told)}")


def _name(told: Interval | None) -> str:
    return "the publication" if told is None else "the date told before"


def offset(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "three days ago", "two weeks later", "hours after"."""
    way, unit = parts["way"], parts["unit"]
    told = discourse.told is not None or discourse.main is not None
    here = discourse.published if way in ("ago", "hence", "from now") else discourse.here
    if here is None:
        return None
    base = "the date told before" if told and here != discourse.published else "the publication"
    if unit in ("hour", "minute"):
        return on_day(here, f"the same day as {base}")
    forward = way in ("later", "after", "afterward", "afterwards", "hence", "from now") and "follows" not in parts
    forward = forward or way == "later"
    words = parts.get("count", "")
    count = None if words in FEW else number_of(words)
    if forward and not told and way not in ("hence", "from now"):
        return None  # "five months later", and nothing says than what
    if count is None:
        return _vaguely(unit, forward, here, base)
    to = units.shifted(here, count if forward else -count, unit)
    side = "after" if forward else "before"
    return Meaning(units.around(to, unit), unit if unit != "decade" else "period", f"{count} {unit}(s) {side} {base}")


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
        return Meaning(units.part(whole, _PART[how]), "period", reason)
    if how == "earlier" and here in whole:
        return Meaning(Interval(whole.start, here + DAY), unit, reason)
    if how == "later" and here in whole:
        return Meaning(Interval(here, whole.end), unit, reason)
    return Meaning(whole, unit, reason)


def same(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "last month", "that year", "the next day", "the day before"."""
    which, unit = parts["which"], parts["unit"]
    unit = "day" if unit in _DAY_PARTS else unit
    if "way" in parts:
        which = "the previous" if parts["way"] == "before" else "the following"
    elif which == "next" and unit == "day":
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
