"""Repaired polygons → rows with a controller and days, one at a time on any ground of any day.

The days of a file of snapshots run from each day to the next one in the file; periods from ``a`` to ``b`` include
both, and a day that ends one and begins another belongs to the later. Ground that two sides hold by one source on
one day is contested by both.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.door.raw import Raw
from geo.errors import DatelineError, InvalidInput
from geo.interval import DAY, parse_datetime
from geo.measure import area_km2
from geo.schema import STATUSES

_DEFINITE = "control"
_SLIVER_KM2 = 0.01
"""Overlaps below this (a square of 100 m) are drawing noise: the ground stays with the first side by code."""


@dataclass(frozen=True)
class Row:
    """``end`` is the first day no more; ``as_of`` are the days for which the source speaks (none for periods)."""

    controller: str
    status: str
    start: date
    end: date
    geometry: MultiPolygon
    as_of: tuple[date, ...] = ()
    controller_b: str | None = None

    @property
    def said(self) -> tuple[str, str | None, str]:
        return self.controller, self.controller_b, self.status


def dated(raw: Raw, geometry: MultiPolygon, options: Mapping[str, Any]) -> Row:
    """The row of one feature. ``options`` give each of controller, status and day as a value or as a field.

    :raises InvalidInput: naming feature, field and value.
    """
    where = f"feature {raw.number}"
    controller = _value(where, raw, options, "controller")
    controller = str(options.get("controllers", {}).get(controller, controller))
    status = _value(where, raw, options, "status")
    if status not in STATUSES:
        raise InvalidInput(f"{where}: status {status[:60]!r}, want one of {', '.join(STATUSES)}")
    if options.get("from_field"):
        first, last = (_day(where, raw, str(options[end])) for end in ("from_field", "to_field"))
        if last < first:
            raise InvalidInput(f"{where}: ends on {last}, before its start on {first}")
        return Row(controller, status, first, last, geometry)
    field = options.get("date_field")
    day = _day(where, raw, str(field)) if field else date.fromisoformat(options["date"])
    return Row(controller, status, day, day + _reach(options), geometry, (day,))


def _reach(options: Mapping[str, Any]) -> timedelta:
    """How long a snapshot is believed: three of its steps."""
    return (3 * int(options["step_days"]) + 1) * DAY


def _value(where: str, raw: Raw, options: Mapping[str, Any], name: str) -> str:
    column = options.get(f"{name}_field")
    if not column:
        return str(options[name])
    value = _field(where, raw, str(column))
    if value is None or str(value).strip() == "":
        raise InvalidInput(f"{where}: field {column!r} is empty, want a {name}")
    return str(value).strip()


def _field(where: str, raw: Raw, name: str) -> object:
    if name not in raw.properties:
        raise InvalidInput(f"{where}: no field {name!r}, want one of {', '.join(sorted(raw.properties)) or 'none'}")
    return raw.properties[name]


def _day(where: str, raw: Raw, name: str) -> date:
    value = _field(where, raw, name)
    try:
        day = parse_datetime(str(value)).start
    except DatelineError as problem:
        raise InvalidInput(f"{where}: field {name!r}: {problem}") from None
    assert day is not None
    return day


def settle(rows: Sequence[Row], counts: Counter[str]) -> tuple[list[Row], float]:
    """The rows dissolved by what they say, without overlap of two sides on a day, and the km² that were contested."""
    bounded = _bounded(rows)
    groups: defaultdict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in bounded:
        groups[(*row.said, row.start, row.end)].append(row)
    dissolved = [replace(group[0], geometry=_union(group, counts)) for group in groups.values()]
    free, contested_km2 = _without_overlap(dissolved, counts)
    return _merged(free), contested_km2


def _bounded(rows: Sequence[Row]) -> list[Row]:
    """Ends by the calendar of the file: its next day, or the next period that starts on a period's last day."""
    starts = sorted({row.start for row in rows})
    found: list[Row] = []
    for row in rows:
        if row.as_of:
            following = next((day for day in starts if day > row.start), row.end)
            found.append(replace(row, end=min(row.end, following)))
        else:
            is_shared = row.end > row.start and any(other.start == row.end for other in rows)
            found.append(replace(row, end=row.end if is_shared else row.end + DAY))
    return found


def _union(group: Sequence[Row], counts: Counter[str]) -> MultiPolygon:
    if len(group) == 1:
        return group[0].geometry
    counts["W-DISSOLVED"] += len(group) - 1
    return _polygons(shapely.union_all([row.geometry for row in group], grid_size=1e-6))


def _without_overlap(rows: Sequence[Row], counts: Counter[str]) -> tuple[list[Row], float]:
    if not any(_overlap_km2(one, other) for one, other in _rivals(rows)):
        return list(rows), 0.0
    found: list[Row] = []
    contested_km2 = 0.0
    for start, end in pairwise(sorted({day for row in rows for day in (row.start, row.end)})):
        now = [replace(row, start=start, end=end) for row in rows if row.start <= start and end <= row.end]
        settled, km2 = _settled(now)
        found.extend(settled)
        contested_km2 = max(contested_km2, km2)
    counts["W-CONTESTED"] += sum(row.status == "contested" for row in found)
    return found, contested_km2


def _rivals(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pairs of different sides that hold something definitely on a common day, in an order that is always the same."""
    held = sorted((row for row in rows if row.status == _DEFINITE), key=lambda row: (row.controller, row.start))
    return [
        (one, other) for one, other in combinations(held, 2)
        if one.controller != other.controller and one.start < other.end and other.start < one.end
    ]


def _overlap_km2(one: Row, other: Row) -> float:
    if not one.geometry.intersects(other.geometry):
        return 0.0
    return area_km2(_polygons(one.geometry.intersection(other.geometry)))


def _settled(rows: Sequence[Row]) -> tuple[list[Row], float]:
    left = {row: row.geometry for row in rows}
    contested: list[Row] = []
    km2 = 0.0
    for one, other in _rivals(rows):
        common = _polygons(shapely.intersection(left[one], left[other], grid_size=1e-6))
        size = area_km2(common)
        if common.is_empty:
            continue
        left[other] = _polygons(shapely.difference(left[other], common, grid_size=1e-6))
        if size >= _SLIVER_KM2:
            left[one] = _polygons(shapely.difference(left[one], common, grid_size=1e-6))
            both = replace(one, status="contested", controller_b=other.controller, geometry=common)
            contested.append(both)
            km2 += size
    kept = [replace(row, geometry=ground) for row, ground in left.items() if not ground.is_empty]
    return [*kept, *contested], km2


def _merged(rows: Sequence[Row]) -> list[Row]:
    """Equal ground on days that follow each other is one row."""
    found: dict[tuple[object, ...], Row] = {}
    done: list[Row] = []
    for row in sorted(rows, key=lambda each: each.start):
        key = (*row.said, row.geometry.wkb)
        before = found.get(key)
        if before is not None and before.end == row.start:
            found[key] = replace(before, end=row.end, as_of=tuple(sorted({*before.as_of, *row.as_of})))
            continue
        if before is not None:
            done.append(before)
        found[key] = row
    return sorted([*done, *found.values()], key=lambda row: (row.start, row.said[0], row.geometry.wkb))


def _polygons(geometry: BaseGeometry) -> MultiPolygon:
    parts = [part for each in shapely.get_parts(geometry) for part in shapely.get_parts(each)]
    whole = MultiPolygon([part for part in parts if part.geom_type == "Polygon" and not part.is_empty])
    turned: MultiPolygon = shapely.orient_polygons(shapely.normalize(whole))
    return turned
