"""What databases write differently in a condition or an order: SQLite's way, and what another one must offer.

In every text ``?`` stands for a value, which is always bound, never written.
"""
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from geo.interval import Interval, day_number
from geo.model import BBox
from geo.schema import Collection, Field
from geo.store.rows import OPEN_DAY, Value


class Where(NamedTuple):
    """The condition after ``WHERE`` and the values bound in it."""

    sql: str
    values: tuple[Value | list[Value], ...] = ()


class Dialect(Protocol):
    """``geometry`` is what to select as a row's geometry, ``size`` a number that equal geometries have in common;
    ``open_first`` and ``open_last`` are days that no feature has, for open ends."""

    geometry: str
    size: str
    open_first: str
    open_last: str

    def among(self, field: Field, values: Sequence[Value]) -> Where:
        """The column has one of the values."""

    def same(self, name: str, value: Value) -> Where:
        """The column has the value, or both have none. The name is quoted."""

    def like(self, inner: Where, pattern: str) -> Where:
        """A text fits a pattern of CQL2, capitals apart from small letters."""

    def days_after(self, sql: str, days: int) -> str:
        """A column's day moved by some days."""

    def ordered(self, name: str, *, descending: bool = False) -> str:
        """By a column, what is empty first, or, descending, last."""

    def overlapping(self, when: Interval) -> Where:
        """The outer validity shares a day with ``when``; undated rows always do."""

    def near(self, collection: Collection, boxes: Sequence[BBox], when: Interval | None) -> Where:
        """The box of the row's geometry may meet one of the boxes, on a day of ``when``: some too many are allowed."""


class Sqlite:
    """With the two R*Trees of a GeoPackage store."""

    geometry = "geom"
    size = "length(geom)"
    open_first, open_last = "0000-01-01", "9999-12-31"

    def among(self, field: Field, values: Sequence[Value]) -> Where:
        """As one bound JSON list: SQLite bounds the number of its parameters."""
        return Where(f'"{field.name}" IN (SELECT value FROM json_each(?))', (json.dumps(values),))

    def same(self, name: str, value: Value) -> Where:
        return Where(f"{name} IS ?", (value,))

    def like(self, inner: Where, pattern: str) -> Where:
        return Where(f"({inner.sql} GLOB ?)", (*inner.values, glob(pattern)))

    def days_after(self, sql: str, days: int) -> str:
        return f"date({sql}, '{days:+d} day')"

    def ordered(self, name: str, *, descending: bool = False) -> str:
        return f"{name} DESC" if descending else name

    def overlapping(self, when: Interval) -> Where:
        parts: list[Where] = []
        if when.end is not None:
            parts.append(Where("(valid_from IS NULL OR valid_from < ?)", (when.end.isoformat(),)))
        if when.start is not None:
            parts.append(Where("(valid_to IS NULL OR valid_to > ?)", (when.start.isoformat(),)))
        return Where(" AND ".join(part.sql for part in parts), tuple(v for part in parts for v in part.values))

    def near(self, collection: Collection, boxes: Sequence[BBox], when: Interval | None) -> Where:
        """The index rounds outwards, so it never misses one."""
        first = -OPEN_DAY if when is None or when.start is None else day_number(when.start)
        last = OPEN_DAY if when is None or when.end is None else day_number(when.end) - 1
        one = (
            f'SELECT id FROM "xyday_{collection.name}" WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?'
            " AND minday <= ? AND maxday >= ?"
        )
        values = [(box.east, box.west, box.north, box.south, last, first) for box in boxes]
        sql = " UNION ".join([one] * len(boxes))
        return Where(f"fid IN ({sql})", tuple(number for row in values for number in row))


SQLITE = Sqlite()


def glob(pattern: str) -> str:
    r"""A pattern of CQL2 as one of SQLite's GLOB, which unlike its LIKE knows capitals from small letters.

    >>> glob("al-%_*"), glob(r"100\%")
    ('al-*?[*]', '100%')
    """
    found, characters = "", iter(pattern)
    for each in characters:
        if each in "%_":
            found += "*" if each == "%" else "?"
            continue
        plain = next(characters, each) if each == "\\" else each
        found += f"[{plain}]" if plain in "*?[" else plain
    return found
