"""EDTF, the Library of Congress' notation for vague dates, read into spans of days.

Levels 0 to 2 as far as news and control reports need them: ``2016``, ``2014-07``, ``2016-04-11``,
``2015-12-2X``, ``201X``, seasons ``2016-21`` to ``-24``, the qualifiers ``~ ? %``, and ``a/b`` with
open (``..``) or unknown (empty) ends. Source: https://www.loc.gov/standards/datetime/
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from geo.errors import InvalidParameter
from geo.interval import DAY, FIRST, LAST, Interval

YEARS = Interval(FIRST, LAST)

WIDEN = {"day": 3, "week": 7, "month": 15, "season": 30, "year": 90, "period": 0}
"""Days by which "about" (``~`` or ``%``) widens each side. EDTF leaves it open; this is our reading."""

_PART = re.compile(r"(\d{2}[\dX]{2})(?:-(\d\d|[0-3]X|XX)(?:-(\d\d|[0-3]X|XX))?)?([~?%]?)", re.ASCII)


@dataclass(frozen=True)
class VagueDate:
    """The days that an EDTF text may mean: ``interval`` half-open, ``precision`` its unit."""

    text: str
    interval: Interval
    precision: str


def parse_edtf(text: str, within: Interval = YEARS) -> VagueDate:
    """Read one EDTF text whose days lie in ``within``: wider for stories, which tell of older wars.

    >>> parse_edtf("2015-12-2X").interval == Interval(date(2015, 12, 20), date(2015, 12, 30))
    True
    >>> parse_edtf("2014-09/2015-01-26").precision
    'period'

    :raises InvalidParameter: naming the text, when it is no EDTF that Dateline reads.
    """
    first, slash, last = text.partition("/")
    if not slash:
        return _part(text, within)
    start = Interval() if first in ("", "..") else _part(first, within).interval
    end = Interval() if last in ("", "..") else _part(last, within).interval
    interval = Interval(start.start, end.end)
    if interval.is_empty:
        raise InvalidParameter(f"EDTF: {text!r} ends before it starts")
    return VagueDate(text, interval, "period")


def _part(text: str, within: Interval) -> VagueDate:
    match = _PART.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        year, month, day, mark = match.groups()
        interval, precision = _span(year, month, day)
        if mark in ("~", "%"):
            interval = _widened(interval, WIDEN[precision])
    except ValueError:
        raise InvalidParameter(
            f"EDTF: {text!r}, want YYYY, YYYY-MM, YYYY-MM-DD, X for an unknown digit, ~ for about, or a/b"
        ) from None
    except OverflowError:
        raise InvalidParameter(f"EDTF: {text!r}, want days in {within}") from None
    if not within.contains(interval):
        raise InvalidParameter(f"EDTF: {text!r}, want days in {within}")
    return VagueDate(text, interval, precision)


def _span(year: str, month: str | None, day: str | None) -> tuple[Interval, str]:
    years = (int(year.replace("X", "0")), int(year.replace("X", "9")))
    if "X" in year and month not in (None, "XX"):
        first, last = (_span(str(one), month, day)[0] for one in years)
        return Interval(first.start, last.end), "period"
    if month is None or month == "XX":
        return Interval(date(years[0], 1, 1), date(years[1] + 1, 1, 1)), "year" if "X" not in year else "period"
    if month in ("21", "22", "23", "24"):
        return _season(years[0], int(month)), "season"
    if "X" in month:
        raise ValueError(month)
    whole = _month(years[0], int(month))
    if day is None or day == "XX":
        return whole, "month"
    if "X" in day:
        return _days(whole, day), "period"
    exact = date(years[0], int(month), int(day))
    return Interval.of_day(exact), "day"


def _days(month: Interval, day: str) -> Interval:
    """``2X`` in a month: its days 20 to 29, cut to the month."""
    assert month.start is not None
    tens = int(day[0]) * 10
    first = month.start + timedelta(days=max(tens, 1) - 1)
    span = Interval(first, month.start + timedelta(days=tens + 9)).intersection(month)
    if span.is_empty:
        raise ValueError(day)
    return span


def _month(year: int, month: int) -> Interval:
    start = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return Interval(start, following)


def _season(year: int, season: int) -> Interval:
    """Meteorological seasons of the northern hemisphere; winter 2016 ends in February 2017."""
    first = 3 * (season - 20)
    start = date(year, first, 1)
    end_month = first + 3
    return Interval(start, date(year + (end_month - 1) // 12, (end_month - 1) % 12 + 1, 1))


def _widened(interval: Interval, days: int) -> Interval:
    assert interval.start is not None and interval.end is not None
    return Interval(interval.start - days * DAY, interval.end + days * DAY)
