"""PostgreSQL's dialect, over the columns of ``postgis_collection.sql``."""
from __future__ import annotations

from collections.abc import Sequence

from geo.interval import Interval
from geo.model import BBox
from geo.schema import Collection, Field
from geo.store.dialect import Where
from geo.store.rows import Value

_KINDS = {"text": "text", "integer": "bigint", "real": "float8", "date": "date", "boolean": "int", "json": "text"}


class Postgres:
    """PostgreSQL's dialect, over the columns of ``postgis_collection.sql``."""

    geometry = "ST_AsBinary(geom)"
    size = "ST_MemSize(geom)"
    open_first, open_last = "-infinity", "infinity"

    def among(self, field: Field, values: Sequence[Value]) -> Where:
        name = f'"{field.name}"::int' if field.kind == "boolean" else f'"{field.name}"'
        return Where(f"{name} = ANY(?::{_KINDS[field.kind]}[])", (list(values),))

    def same(self, name: str, value: Value) -> Where:
        return Where(f"{name} IS NOT DISTINCT FROM ?", (value,))

    def like(self, inner: Where, pattern: str) -> Where:
        return Where(f"({inner.sql} LIKE ?)", (*inner.values, _whole(pattern)))

    def days_after(self, sql: str, days: int) -> str:
        return f"({sql} {'+' if days >= 0 else '-'} {abs(days)})"

    def ordered(self, name: str, *, descending: bool = False) -> str:
        return f"{name} DESC NULLS LAST" if descending else f"{name} NULLS FIRST"

    def overlapping(self, when: Interval) -> Where:
        ends = [None if day is None else day.isoformat() for day in (when.start, when.end)]
        return Where("valid && daterange(?::date, ?::date)", tuple(ends))

    def near(self, collection: Collection, boxes: Sequence[BBox], when: Interval | None) -> Where:
        sql = " OR ".join(["geom && ST_MakeEnvelope(?, ?, ?, ?, 4326)"] * len(boxes))
        return Where(f"({sql})", tuple(number for box in boxes for number in box))


def _whole(pattern: str) -> str:
    r"""A pattern of CQL2, whose last character may be a lone ``\``, as LIKE wants it."""
    trailing = len(pattern) - len(pattern.rstrip("\\"))
    return pattern + "\\" if trailing % 2 else pattern
