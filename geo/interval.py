"""Spans of UTC days, half-open; the only module that compares dates.

Three notations enter here and nowhere else: a plain day, OGC API's ``datetime`` parameter
(closed at the edge, half-open inside) and EDTF, the Library of Congress' way to write a vague date.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from geo.errors import InvalidParameter

DAY = timedelta(days=1)
EPOCH = date(2000, 1, 1)
"""Day 0 of every integer day: small enough for the 32-bit floats of SQLite's R*Tree."""

FIRST, LAST = date(1900, 1, 1), date(2100, 1, 1)
"""The years that Dateline speaks of; anything else from outside is a mistake."""

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|z|[+-]\d{2}:\d{2})?", re.ASCII
)
WANTED_DAY = "want a day between 1900-01-01 and 2099-12-31 as YYYY-MM-DD"


@dataclass(frozen=True, order=False)
class Interval:
    """Days from ``start`` up to, not including, ``end``; ``None`` is open.

    >>> april = Interval(date(2022, 4, 1), date(2022, 5, 1))
    >>> april.intersects(Interval(date(2022, 5, 1)))
    False
    >>> date(2022, 4, 30) in april, date(2022, 5, 1) in april
    (True, False)
    """

    start: date | None = None
    end: date | None = None

    @classmethod
    def of_day(cls, day: date) -> Interval:
        """The one day ``day``."""
        return cls(day, day + DAY)

    @property
    def is_empty(self) -> bool:
        return not _before(self.start, self.end)

    @property
    def days(self) -> int | None:
        """How many days it lasts; ``None`` when an end is open."""
        if self.start is None or self.end is None:
            return None
        return max((self.end - self.start).days, 0)

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def intersects(self, other: Interval) -> bool:
        return _before(self.start, other.end) and _before(other.start, self.end)

    def intersection(self, other: Interval) -> Interval:
        """The days in both; empty (``is_empty``) when there are none."""
        return Interval(latest_start(self.start, other.start), earliest_end(self.end, other.end))

    def contains(self, other: Interval) -> bool:
        return self.intersection(other) == other

    def __str__(self) -> str:
        """OGC's closed notation: ``2022-04-01/2022-04-30``, ``../2022-04-30``, ``2022-04-01``."""
        if self.days == 1:
            return str(self.start)
        last = None if self.end is None else self.end - DAY
        return f"{self.start or '..'}/{last or '..'}"


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end


def latest_start(a: date | None, b: date | None) -> date | None:
    """The later of two starts, where ``None`` is the beginning of time."""
    if a is None or b is None:
        return a or b
    return max(a, b)


def earliest_end(a: date | None, b: date | None) -> date | None:
    """The earlier of two ends, where ``None`` is the end of time."""
    if a is None or b is None:
        return a or b
    return min(a, b)


def day_number(day: date) -> int:
    """Days since 2000-01-01, the integer that tiles and indexes carry.

    >>> day_number(date(2016, 4, 11))
    5945
    """
    return (day - EPOCH).days


def day_from_number(number: int) -> date:
    return EPOCH + timedelta(days=number)


def parse_day(text: str) -> date:
    """A calendar day, strictly ``YYYY-MM-DD`` in ASCII digits.

    :raises InvalidParameter: naming the text, for anything else.
    """
    match = _DAY.fullmatch(text)
    try:
        day = date(*(int(group) for group in match.groups())) if match else None
    except ValueError:
        day = None
    if day is None or day not in Interval(FIRST, LAST):
        raise InvalidParameter(f"date: {text!r}, {WANTED_DAY}")
    return day


def parse_datetime(text: str) -> Interval:
    """OGC API's ``datetime``: a day, an RFC 3339 instant, ``a/b``, ``../b``, ``a/..``.

    Closed outside, half-open inside: ``2016-04-08/2016-04-11`` has four days. Instants are cut to
    their UTC day.

    >>> parse_datetime("2016-04-08/2016-04-11").days
    4

    :raises InvalidParameter: for anything else, or an end before its start.
    """
    first, slash, last = text.strip().partition("/")
    if not slash:
        return Interval.of_day(_instant(first))
    start = None if first in ("", "..") else _instant(first)
    end = None if last in ("", "..") else _instant(last) + DAY
    interval = Interval(start, end)
    if interval.is_empty:
        raise InvalidParameter(f"datetime: {text!r} ends before it starts, want start/end")
    return interval


def _instant(text: str) -> date:
    match = _TIME.fullmatch(text)
    if match is None:
        return parse_day(text)
    day, clock, zone = match.groups()
    parse_day(day)
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{_zone(zone)}")
    except ValueError:
        raise InvalidParameter(f"datetime: {text!r}, want an RFC 3339 date-time") from None
    return parse_day(str(moment.astimezone(timezone.utc).date()))


def _zone(zone: str | None) -> str:
    return "+00:00" if zone in (None, "Z", "z") else str(zone)


@dataclass(frozen=True)
class Validity:
    """When a thing was so, and how sure the ends are.

    ``outer`` runs from the earliest possible start to the latest possible end, ``certain`` from the
    latest possible start to the earliest possible end (it may be empty). ``edtf`` is what the source
    said, ``precision`` the unit it said it in: day, week, month, season, year or period.
    """

    outer: Interval = Interval()
    certain: Interval = Interval()
    edtf: str | None = None
    precision: str = "day"

    @classmethod
    def exactly(cls, interval: Interval, edtf: str | None = None, precision: str = "day") -> Validity:
        return cls(interval, interval, edtf, precision)

    def certainty(self, day: date) -> str | None:
        """``certain``, ``uncertain``, or ``None`` outside of it."""
        if day not in self.outer:
            return None
        return "certain" if day in self.certain else "uncertain"


def hull_of(spans: Iterable[Interval]) -> Interval:
    """From the first day of all to the last; open where one of them is.

    >>> str(hull_of([Interval(date(2022, 4, 1), date(2022, 4, 3)), Interval(date(2022, 5, 1))]))
    '2022-04-01/..'
    """
    every = list(spans)
    starts, ends = [span.start for span in every], [span.end for span in every]
    return Interval(
        None if None in starts else min(day for day in starts if day),
        None if None in ends else max(day for day in ends if day))


def every_day(first: date, last: date, step: int = 1) -> list[date]:
    """From ``first`` on every so many days, ``last`` included if it is one of them."""
    return [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
