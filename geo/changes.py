"""What changed between two days: ground gained and lost by each side, and how much ground each held day by day.

Areas are geodesic, on the ellipsoid. A side is a controller, or two that contest ground together ("A / B"). What a
drawn source only claims, or assesses as an advance, lies upon ground that is held and counts for nobody.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.errors import NotFound
from geo.fronts import is_held
from geo.interval import DAY, FIRST, LAST
from geo.measure import area_km2
from geo.model import Feature, Place
from geo.zones import ZoneIndex, ground

BASELINES = (
    "{} and {} count different ground as held ({!r}, {!r}): "
    "a part of the difference may be that, and no change of hands"
)

POINT_KM = 50.0
"""A place known no better than this has no point that could change hands."""


@dataclass(frozen=True)
class Moved:
    """Ground that one side held before and another after; ``None`` is nobody who is stated. ``places`` lie in it."""

    source_id: str
    before: str | None
    after: str | None
    geometry: MultiPolygon
    km2: float
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Changes:
    """All ground that moved between two days, most first; ``warnings`` say what makes the comparison doubtful."""

    before: date
    after: date
    moved: tuple[Moved, ...]
    warnings: tuple[str, ...] = ()

    def sides(self) -> dict[str, tuple[float, float]]:
        """Square kilometres gained and lost by each side, by name; over all sources together."""
        sides = sorted({side for each in self.moved for side in (each.before, each.after) if side})
        return {
            side: (sum(each.km2 for each in self.moved if each.after == side),
                   sum(each.km2 for each in self.moved if each.before == side))
            for side in sides
        }


@dataclass(frozen=True)
class Comparison:
    """Which sources to compare: one with itself on the other day (``None``: each in turn), or with ``against``."""

    source: str | None = None
    against: str | None = None
    places: Sequence[Place] = field(default=())


def changes(zones: ZoneIndex, before: date, after: date, wanted: Comparison = Comparison()) -> Changes:
    """Ground that changed hands from one day to another; with ``against``, from one source's to another's ground.

    What says the same on both days is left out before anything is overlaid, part by part.

    :raises NotFound: for a source that has no zones.
    """
    known = check_sources(zones, (wanted.source, wanted.against))
    first, last = zones.on(before), zones.on(after)
    moved: list[Moved] = []
    for source in known if wanted.source is None else [wanted.source]:
        other = wanted.against or source
        then = [zone for zone in first if _source(zone) == source]
        now = [zone for zone in last if _source(zone) == other]
        moved.extend(_moved(source, then, now))
    ordered = sorted(moved, key=lambda each: (-each.km2, each.source_id, str(each.before)))
    doubts = baseline_warnings(zones.rows, wanted.source, wanted.against)
    return Changes(before, after, tuple(_with_places(ordered, wanted.places, zones)), doubts)


def turns(zones: ZoneIndex, days: Sequence[date], places: Sequence[Place]) -> list[tuple[date, Moved]]:
    """For each of ``days`` (in order, each the day after the one before) on which ground with places in it changed
    hands from the day before, what did, most first. A day on which no zone begins or ends costs nothing."""
    spans = [row.valid.outer for row in zones.rows]
    lively = {day for span in spans for day in (span.start, span.end) if day is not None}
    found = ((day, changes(zones, day - DAY, day, Comparison(places=places))) for day in days if day in lively)
    return [(day, moved) for day, told in found for moved in told.moved if moved.places]


def check_sources(zones: ZoneIndex, names: Iterable[str | None]) -> list[str]:
    """All sources of an index, by name.

    :raises NotFound: for the first of ``names`` that is none of them.
    """
    known = sorted(zones.source_ids)
    for name in names:
        if name is not None and name not in known:
            raise NotFound(f"source: {name[:100]!r}, want one of {', '.join(known) or 'none, for there are no zones'}")
    return known


def side_of(zone: Feature) -> str | None:
    """The side that a zone's ground counts for; ``None`` for what is only claimed upon somebody's ground."""
    said = zone.properties
    controller, other = said.get("controller"), said.get("controller_b")
    if not controller or not is_held(zone):
        return None
    if other and said.get("status") in ("contested", "mixed"):
        return " / ".join(sorted((str(controller), str(other))))
    return str(controller)


def _moved(source: str, then: Iterable[Feature], now: Iterable[Feature]) -> list[Moved]:
    before, after = _parts(then), _parts(now)
    same = before & after
    held, holds = (grounds_of([(side, shapely.from_wkb(wkb)) for side, wkb in left])
                   for left in (before - same, after - same))
    all_held, all_holds = _union(held.values()), _union(holds.values())
    pairs: list[tuple[str | None, str | None, BaseGeometry]] = []
    pairs += [(side, other, shapely.intersection(held[side], holds[other]))
             for side in held for other in holds if side != other]
    pairs += [(side, None, shapely.difference(ground_, all_holds)) for side, ground_ in held.items()]
    pairs += [(None, side, shapely.difference(ground_, all_held)) for side, ground_ in holds.items()]
    cut = [(before_, after_, ground(geometry)) for before_, after_, geometry in pairs]
    return [Moved(source, before_, after_, each, area_km2(each)) for before_, after_, each in cut if not each.is_empty]


def _parts(zones: Iterable[Feature]) -> Counter[tuple[str, bytes]]:
    """Each polygon with its side: what both days have is no change, and the overlay never sees it."""
    found: Counter[tuple[str, bytes]] = Counter()
    for zone in zones:
        side = side_of(zone)
        if side is not None and zone.geometry is not None:
            found.update((side, bytes(part.wkb)) for part in shapely.get_parts(zone.geometry))
    return found


def grounds_of(parts: Iterable[tuple[str, BaseGeometry]]) -> dict[str, BaseGeometry]:
    """The ground of each side in one piece, by side."""
    by_side: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
    for side, part in parts:
        by_side[side].append(part)
    return {side: _union(by_side[side]) for side in sorted(by_side)}


def _union(grounds: Iterable[BaseGeometry]) -> BaseGeometry:
    whole: BaseGeometry = shapely.union_all(list(grounds))
    return whole


def _with_places(moved: Sequence[Moved], places: Sequence[Place], zones: ZoneIndex) -> list[Moved]:
    """In derived ground only reported places have changed hands: what else lies in their cells nobody has spoken of."""
    derived = {_source(row) for row in zones.rows if row.properties.get("method") == "derived"}
    reported = {report.place for report in zones.reports}
    exact = [place for place in places if not place.is_area and place.precision_km <= POINT_KM]
    if not exact or not moved:
        return list(moved)
    points = np.asarray(shapely.points(np.array([place.point for place in exact])))
    area, place = shapely.STRtree(points).query(np.array([each.geometry for each in moved]), predicate="intersects")
    found: list[Moved] = []
    for number, each in enumerate(moved):
        there = (exact[at] for at in place[area == number].tolist())
        told = (one for one in there if each.source_id not in derived or one.id in reported)
        mine = sorted(told, key=lambda one: (-one.importance, one.id))
        found.append(replace(each, places=tuple(mine)))
    return found


def baseline_warnings(rows: Iterable[Feature], source: str | None, against: str | None) -> tuple[str, ...]:
    """Data model, rule 6: two sources with different baselines cannot be compared without a word about it."""
    if source is None or against in (None, source):
        return ()
    told: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.properties.get("baseline"):
            told[_source(row)].add(str(row.properties["baseline"]))
    one, other = (", ".join(sorted(told[name])) for name in (source, str(against)))
    return (BASELINES.format(source, against, one, other),) if one != other else ()


@dataclass(frozen=True)
class Series:
    """Ground of one side by one source: ``km2[i]`` on the i-th day asked for."""

    source_id: str
    side: str
    km2: NDArray[np.float64]


def areas(zones: ZoneIndex, days: Sequence[date], source: str | None = None) -> list[Series]:
    """Square kilometres by side on each of ``days`` (in order), by source, then side.

    Zones of one source do not overlap (data model, rule 4), so that a side has the sum of its zones.
    """
    found: dict[tuple[str, str], NDArray[np.float64]] = {}
    asked = np.array(days, dtype="datetime64[D]")
    for row in zones.rows:
        side = side_of(row)
        if side is None or row.geometry is None or source not in (None, _source(row)):
            continue
        ends = (row.valid.outer.start or FIRST, row.valid.outer.end or LAST)
        first, last = np.searchsorted(asked, np.array(ends, dtype="datetime64[D]"))
        if first < last:
            found.setdefault((_source(row), side), np.zeros(len(days)))[first:last] += area_km2(row.geometry)
    return [Series(name, side, km2) for (name, side), km2 in sorted(found.items())]


def _source(zone: Feature) -> str:
    return str(zone.properties.get("source_id"))
