"""Repaired polygons → rows with a controller and a day or a period, one side at a time on any ground of it.

What one source says for one day, or for one period, is one picture: ground that two sides hold in it is contested by
both. What its pictures make together, day after day, is not the door's business: see ``geo.series``.
"""
from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from itertools import combinations
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.door.raw import Raw
from geo.door.words import side
from geo.errors import DatelineError, InvalidInput
from geo.interval import WANTED_DAY, parse_datetime
from geo.measure import area_km2, simple_parts
from geo.schema import STATUSES

DEFINITE = "control"
SLIVER_KM2 = 0.01
"""Overlaps below this (a square of 100 m) are drawing noise: the ground stays with the first side by code."""
GRID = 1e-6
_SLASHES = re.compile(r"^(\d{4})/(\d{2})/(\d{2})(?!\d|/)", re.ASCII)
"""How GDAL writes a day."""
_LONGEST_DAY = 60
_MILLISECONDS = range(100_000_000_000, 5_000_000_000_000)
"""Numbers that can be no other date: milliseconds since 1970, from 1973 to 2128, as ArcGIS writes days."""


@dataclass(frozen=True)
class Row:
    """``when`` is the day for which the source speaks, or the first and the last day of its period."""

    controller: str
    status: str
    when: tuple[date, ...]
    geometry: MultiPolygon
    controller_b: str | None = None

    @property
    def said(self) -> tuple[str, str, str]:
        return self.controller, self.controller_b or "", self.status


def dated(raw: Raw, geometry: MultiPolygon, options: Mapping[str, Any], counts: Counter[str]) -> Row:
    """The row of one feature. ``options`` give each of controller, status and day as a value or as a field.

    :raises InvalidInput: naming feature, field and value.
    """
    where = f"feature {raw.number}"
    controller = side(where, _value(where, raw, options, "controller"), counts)
    controller = str(options.get("controllers", {}).get(controller, controller))
    status = _value(where, raw, options, "status")
    status = str(options.get("statuses", {}).get(status, status))
    if status not in STATUSES:
        raise InvalidInput(f"{where}: status {status[:60]!r}, want one of {', '.join(STATUSES)}")
    return Row(controller, status, _when(where, raw, options), geometry)


def _when(where: str, raw: Raw, options: Mapping[str, Any]) -> tuple[date, ...]:
    ends = [str(options[end]) for end in ("from_field", "to_field") if options.get(end)]
    field = options.get("date_field")
    if ends and (field is None or any(raw.properties.get(end) for end in ends)):
        first, last = (_day(where, raw, end) for end in ends)
        if last < first:
            raise InvalidInput(f"{where}: ends on {last}, before its start on {first}")
        return first, last
    day = _day(where, raw, str(field)) if field else date.fromisoformat(options["date"])
    return (day, day) if ends else (day,)


def _value(where: str, raw: Raw, options: Mapping[str, Any], name: str) -> str:
    column = options.get(f"{name}_field")
    if not column:
        return str(options[name])
    value = _field(where, raw, str(column))
    if isinstance(value, bool | list | dict) or (isinstance(value, float) and not math.isfinite(value)):
        raise InvalidInput(f"{where}: field {column!r} is {str(value)[:60]}, want a {name} in words")
    if value is None or str(value).strip() == "":
        raise InvalidInput(f"{where}: field {column!r} is empty, want a {name}")
    return str(value).strip()


def _field(where: str, raw: Raw, name: str) -> object:
    if name not in raw.properties:
        raise InvalidInput(f"{where}: no field {name!r}, want one of {', '.join(sorted(raw.properties)) or 'none'}")
    return raw.properties[name]


def _day(where: str, raw: Raw, name: str) -> date:
    value = _field(where, raw, name)
    if isinstance(value, int | float) and math.isfinite(value) and int(value) in _MILLISECONDS:
        return datetime.fromtimestamp(value / 1000, timezone.utc).date()
    text = _SLASHES.sub(r"\1-\2-\3", str(value)[:_LONGEST_DAY])
    try:
        if not text[:1].isdigit() or not text[-1:].isalnum() or "/" in text:
            raise InvalidInput(f"date: {text!r}, {WANTED_DAY}")
        day = parse_datetime(text).start
    except DatelineError as problem:
        raise InvalidInput(f"{where}: field {name!r}: {problem}") from None
    assert day is not None
    return day


def settle(rows: Sequence[Row], counts: Counter[str]) -> tuple[list[Row], float]:
    """The rows of each day or period dissolved by what they say, without overlap of two sides, ordered by time and
    side; and the most km² that were contested in one of them."""
    pictures: defaultdict[tuple[date, ...], list[Row]] = defaultdict(list)
    for row in rows:
        pictures[row.when].append(row)
    found: list[Row] = []
    contested_km2 = 0.0
    for when in sorted(pictures):
        free, km2 = _without_overlap(_dissolved(pictures[when], counts))
        counts["W-CONTESTED"] += sum(row.status == "contested" for row in free)
        contested_km2 = max(contested_km2, km2)
        found.extend(sorted(free, key=lambda row: row.said))
    return found, contested_km2


def _dissolved(rows: Sequence[Row], counts: Counter[str]) -> list[Row]:
    groups: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.said].append(row)
    counts["W-DISSOLVED"] += len(rows) - len(groups)
    return [replace(group[0], geometry=_union(group)) for group in groups.values()]


def _union(group: Sequence[Row]) -> MultiPolygon:
    if len(group) == 1:
        return polygons(group[0].geometry)
    return polygons(shapely.union_all([row.geometry for row in group], grid_size=GRID))


def _without_overlap(rows: Sequence[Row]) -> tuple[list[Row], float]:
    left = dict(enumerate(rows))
    contested: list[Row] = []
    km2 = 0.0
    held = sorted(((row.controller, number) for number, row in left.items() if row.status == DEFINITE))
    for (_, first), (_, second) in combinations(held, 2):
        one, other = left[first], left[second]
        common = _common(one.geometry, other.geometry)
        if common.is_empty:
            continue
        left[second] = replace(other, geometry=_less(other.geometry, common))
        size = area_km2(common)
        if size >= SLIVER_KM2:
            left[first] = replace(one, geometry=_less(one.geometry, common))
            contested.append(replace(one, status="contested", controller_b=other.controller, geometry=common))
            km2 += size
    return [*(row for row in left.values() if not row.geometry.is_empty), *contested], km2


def _common(one: MultiPolygon, other: MultiPolygon) -> MultiPolygon:
    if not one.intersects(other):
        return MultiPolygon()
    return polygons(shapely.intersection(one, other, grid_size=GRID))


def _less(one: MultiPolygon, common: MultiPolygon) -> MultiPolygon:
    return polygons(shapely.difference(one, common, grid_size=GRID))


def polygons(geometry: BaseGeometry) -> MultiPolygon:
    """The polygons of a geometry, in the one order and direction that equal ground always has."""
    turned: MultiPolygon = shapely.orient_polygons(shapely.normalize(MultiPolygon(simple_parts(geometry, Polygon))))
    return turned
