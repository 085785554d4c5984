"""What a time expression means: one reader a rule of the grammar, from words to days.

A reader gets the words of the expression and the discourse around it (publication day, tense, the date
told before) and gives a ``Meaning``, or ``None`` when nothing can be said.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from geo.dating import clock, holidays, relative, stated, units, weekdays
from geo.dating.grammar import Expression
from geo.dating.meaning import Discourse, Meaning, Parts
from geo.interval import DAY, Interval

_READERS: dict[str, Callable[[Parts, Discourse], Meaning | None]] = {
    "iso": stated.iso,
    "numeric": stated.numeric,
    "days": stated.month_day,
    "month_days": stated.month_day,
    "day_month": stated.month_day,
    "month_day": stated.month_day,
    "month_year": stated.month_year,
    "month": stated.bare_month,
    "month_end": stated.month_end,
    "season": stated.season,
    "holiday": holidays.holiday,
    "decade": stated.decade,
    "years": stated.years,
    "year": stated.year,
    "weekend": weekdays.weekend,
    "weekday": weekdays.weekday,
    "deictic": weekdays.deictic,
    "recent": relative.recent,
    "hours_back": relative.hours_back,
    "coming": relative.coming,
    "in_count": relative.in_count,
    "span_back": relative.span_back,
    "for_back": relative.for_back,
    "old": relative.span_back,
    "within_count": clock.within_count,
    "beside": relative.beside,
    "offset": relative.offset,
    "running": clock.running,
    "nth_day": clock.nth_day,
    "this_time": relative.this_time,
    "nth_of_month": clock.nth_of_month,
    "weekday_nth": clock.nth_of_month,
    "clock": clock.clock,
    "half": relative.half,
    "within": relative.within,
    "unit_over": relative.unit_over,
    "since_then": relative.since_then,
    "same": relative.same,
}


def read(expression: Expression, discourse: Discourse) -> Meaning | None:
    """The meaning of one expression, never later than the publication unless it speaks of the future."""
    try:
        meaning = _READERS[expression.rule](expression.parts, discourse)
    except (ValueError, OverflowError):
        return None  # 31 April, or 5000 years ago: no day of the calendar
    if meaning is None or meaning.interval.is_empty or not units.ERA.contains(meaning.interval):
        return None
    if expression.rule in ("offset", "beside") and _lies_ahead(meaning, discourse):
        return None  # "four weeks after that of Idlib": counted from what is not known
    return meaning if expression.rule == "unit_over" else _until_published(meaning, discourse)


def _lies_ahead(meaning: Meaning, discourse: Discourse) -> bool:
    """After the publication, though nothing that is to come is told."""
    day, start, here = discourse.published, meaning.interval.start, discourse.here
    if day is None or start is None or (here is not None and here > day):
        return False
    return start > day and discourse.tense in ("past", "perfect", "present")


def _until_published(meaning: Meaning, discourse: Discourse) -> Meaning:
    day, interval = discourse.published, meaning.interval
    if day is None or discourse.is_future or interval.end is None or interval.end <= day + DAY:
        return meaning
    if interval.start is None or interval.start <= day:
        reason = f"{meaning.reason}, up to the publication"
        return replace(meaning, interval=Interval(interval.start, day + DAY), reason=reason)
    return meaning
