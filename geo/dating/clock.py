"""Readers of the hours and days inside of what is told: "by noon", "overnight", "on the 12th", "the first day"."""
from __future__ import annotations

from datetime import date, timedelta

from geo.dating import units
from geo.dating.meaning import Discourse, Meaning, Parts, on_day
from geo.dating.words import ORDINALS, WEEKDAYS, number_of
from geo.interval import DAY, Interval


def clock(parts: Parts, discourse: Discourse) -> Meaning | None:
    """An hour is of the day told before it in its paragraph, else of the main event, else of the publication.

    "22:05" at the start of a line is a live blog's, and of the publication.
    """
    here, base = _day_told(discourse)
    if "stamp" in parts:
        here, base = discourse.published, "the publication"
    if here is None:
        return None
    if "night" in parts:
        return overnight(parts, discourse)
    return on_day(here, f"an hour of the day of {base}")


NIGHT = 2
"""Days: the evening's and the morning's."""


def overnight(_: Parts, discourse: Discourse) -> Meaning | None:
    """The evening's day and the morning's."""
    told, day = discourse.day_told, discourse.published
    evening = None if day is None else day - DAY
    is_news = evening is None or told is None or discourse.dated or evening - told <= timedelta(days=8)
    if told is not None and is_news and (evening is None or told < evening):
        evening = told
    if evening is None:
        return None
    return Meaning(Interval(evening, evening + 2 * DAY), "day", "the night from one day to the next")


def _day_told(discourse: Discourse) -> tuple[date | None, str]:
    if discourse.day_told is not None:
        return discourse.day_told, "the date told before"
    told = discourse.told
    if told is not None and told.days == NIGHT and told.end is not None:  # "in the night to Friday. By daybreak …"
        return told.end - DAY, "the night told before"
    if discourse.main is not None:
        return discourse.main, "the main event"
    return discourse.published, "the publication"


def nth_of_month(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "on the 12th": of the month told before, or of the next; else the last before the publication."""
    number = ORDINALS.get(parts["day"]) or int("".join(filter(str.isdecimal, parts["day"])))
    if parts.get("which") in ("this", "last"):
        return _of_named_month(number, parts["which"], discourse.published)
    told, published = discourse.day_told or discourse.month_told, discourse.published
    if told is None and published is None:
        return None
    here = told or published
    assert here is not None
    months = [units.shifted(here.replace(day=1), step, "month") for step in (-1, 0, 1)]
    days = [day for month in months if (day := _in_month(month, number)) is not None]
    if "weekday" in parts:  # "Sunday the 20th"
        days = [day for day in days if day.weekday() == WEEKDAYS[parts["weekday"]]] or days
    if told is not None or discourse.is_future:
        after = [day for day in days if day >= here and (discourse.is_future or published is None or day <= published)]
        if after:
            return on_day(after[0], "day of the month told before")
    before = [day for day in days if published is None or day <= published]
    return on_day(before[-1], "last before the publication") if before else None


def _of_named_month(number: int, which: str, published: date | None) -> Meaning | None:
    """ "on the 10th of last month"."""
    if published is None:
        return None
    day = _in_month(units.shifted(published.replace(day=1), -(which == "last"), "month"), number)
    return None if day is None else on_day(day, f"day of {which} month")


def _in_month(first: date, number: int) -> date | None:
    day = first + timedelta(days=number - 1)
    return day if day.month == first.month else None


LONGEST_FIGHT = 14
"""Days in which one counts them: "between the 28th and the 30th they attacked, took A on the second day"."""


def nth_day(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "on the second day": counted from the day on which something is told to have begun."""
    step, told = ORDINALS[parts["nth"]] - 1, discourse.told
    if told is not None and told.start is not None and step < (told.days or 0) <= LONGEST_FIGHT:
        return on_day(told.start + timedelta(days=step), f"{parts['nth']} day of the days told before")
    if discourse.began is None:
        return None
    return on_day(discourse.began + timedelta(days=step), f"{parts['nth']} day since it began")


def running(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "for a third day": that day and those before it."""
    last, base = _day_told(discourse)
    if last is None:
        return None
    first = last - timedelta(days=ORDINALS[parts["nth"]] - 1)
    return Meaning(Interval(first, last + DAY), "period", f"{parts['nth']} day in a row, the last is of {base}")


def within_count(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "within three days": from the date told before; what "has" happened so, up to the publication."""
    count, told = number_of(parts["count"]), discourse.day_told
    if count is None:
        return None
    if discourse.tense in ("ongoing", "present") and discourse.published is not None:
        last = discourse.published
        span = Interval(units.shifted(last, -count, parts["unit"]), last + DAY)
        return Meaning(span, "period", f"{count} {parts['unit']}(s), up to the publication")
    here = discourse.published if told is None and discourse.is_future else told
    if here is None:
        return None
    end = units.shifted(here, count, parts["unit"]) + DAY
    return Meaning(Interval(here, end), "period", f"{count} {parts['unit']}(s) from the date told before")
