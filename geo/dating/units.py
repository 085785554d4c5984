"""Calendar units as half-open intervals, and any interval as EDTF.

Weeks begin on Monday (ISO 8601). Seasons are the meteorological ones of the northern hemisphere, as in
``geo.edtf``; winter carries the year of its December.
"""
from __future__ import annotations

from datetime import date, timedelta

from geo.interval import DAY, Interval

ERA = Interval(date(1000, 1, 1), date(2100, 1, 1))
"""The years that a story may speak of: wars of the Middle Ages yes, "2150 fighters" no."""

WEEK = 7 * DAY
SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
LENGTHS = {"day": 1, "week": 7, "fortnight": 14}


def month(year: int, number: int) -> Interval:
    start = date(year, number, 1)
    return Interval(start, shifted(start, 1, "month"))


def year(number: int) -> Interval:
    return Interval(date(number, 1, 1), date(number + 1, 1, 1))


def season(of_year: int, name: str) -> Interval:
    start = date(of_year, 3 * (SEASONS[name] - 20), 1)
    return Interval(start, shifted(start, 3, "month"))


def decade(first_year: int) -> Interval:
    return Interval(date(first_year, 1, 1), date(first_year + 10, 1, 1))


def week(day: date) -> Interval:
    """The week, Monday to Sunday, in which ``day`` lies."""
    monday = day - timedelta(days=day.weekday())
    return Interval(monday, monday + WEEK)


def weekend(day: date) -> Interval:
    """The last Saturday and Sunday of which at least one is on or before ``day``."""
    saturday = day - timedelta(days=(day.weekday() - 5) % 7)
    return Interval(saturday, saturday + 2 * DAY)


def around(day: date, unit: str) -> Interval:
    """The ``unit`` (day, week, month, year, decade) in which ``day`` lies."""
    if unit == "month":
        return month(day.year, day.month)
    if unit == "year":
        return year(day.year)
    if unit == "decade":
        return decade(day.year // 10 * 10)
    return week(day) if unit == "week" else Interval.of_day(day)


def shifted(day: date, count: int, unit: str) -> date:
    """``count`` units later; a month that is too short keeps its last day.

    >>> shifted(date(2016, 3, 31), -1, "month")
    datetime.date(2016, 2, 29)

    :raises ValueError, OverflowError: beyond the calendar.
    """
    if unit in LENGTHS:
        return day + timedelta(days=count * LENGTHS[unit])
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "year": 12, "decade": 120}[unit]
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


_NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3}


def part(whole: Interval, name: str) -> Interval:
    """A third of a month (days 1-10, 11-20, 21 to its end), else of the months; or a half of it.

    >>> str(part(year(2014), "mid"))
    '2014-05-01/2014-08-31'
    """
    assert whole.start is not None and whole.end is not None
    days = (whole.end - whole.start).days
    nth, _, of = name.partition(" ")
    if of == "week":
        week_long = min(days, LENGTHS["week"]) * DAY
        first_day = whole.end - week_long if nth == "last" else whole.start + _NTH[nth] * week_long
        return Interval(first_day, first_day + week_long)
    if of in ("half", "quarter"):
        wide = 2 if of == "half" else 1
        return Interval(_cut(whole, days, wide * _NTH[nth], 4), _cut(whole, days, wide * (_NTH[nth] + 1), 4))
    first = {"early": 0, "mid": 1, "late": 2}[name]
    return Interval(_cut(whole, days, first, 3), _cut(whole, days, first + 1, 3))


def _cut(whole: Interval, days: int, number: int, of: int) -> date:
    assert whole.start is not None and whole.end is not None
    if number == of:
        return whole.end
    if days > 80:
        months = round(days / 30.44)
        return shifted(whole.start, months * number // of, "month")
    if days > 20:
        return whole.start + timedelta(days=number * 30 // of)
    return whole.start + timedelta(days=days * number // of)


def edtf(interval: Interval, unit: str = "") -> str:
    """The shortest EDTF that means exactly these days; a season's code only for the ``unit`` season.

    >>> edtf(month(2014, 7)), edtf(Interval(date(2014, 5, 1), date(2014, 9, 1)))
    ('2014-07', '2014-05/2014-08')
    """
    first, end = interval.start, interval.end
    if first is None or end is None:
        return f"{'..' if first is None else first}/{'..' if end is None else end - DAY}"
    return _unit(first, end, unit) or _pair(first, end - DAY)


def _unit(first: date, end: date, unit: str) -> str | None:
    """The one unit that the days are: a day, month, season, year or decade."""
    if end - first == DAY:
        return str(first)
    whole = {month(first.year, first.month).end: f"{first.year:04d}-{first.month:02d}"}
    if unit == "season" and first.month % 3 == 0:
        whole[shifted(first, 3, "month")] = f"{first.year:04d}-{20 + first.month // 3}"
    if first.month == 1:
        whole[date(first.year + 1, 1, 1)] = f"{first.year:04d}"
    if first.month == 1 and first.year % 10 == 0:
        whole[date(first.year + 10, 1, 1)] = f"{first.year // 10:03d}X"
    return whole.get(end) if first.day == 1 else None


def _pair(first: date, last: date) -> str:
    if first.day == 1 and (last + DAY).day == 1:
        if first.month == 1 and last.month == 12:
            return f"{first.year:04d}/{last.year:04d}"
        return f"{first.year:04d}-{first.month:02d}/{last.year:04d}-{last.month:02d}"
    return f"{first}/{last}"
