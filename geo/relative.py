"""Mentions in relation to a place → the ground they mean, with a stated precision instead of a false point.

Rules, all on the ellipsoid: "20 km north of Raqqa" is a sector, ``TOLERANCE`` to each side of the bearing and as deep
as the distance may be wrong (a fifth of it, the place's own precision or 2 km, whichever is most). "Near" and "outside"
are discs. "Between" and a road are a band along the straight line. A part of a country or a province is what lies
beyond its centroid, and a little more (``OVERLAP``), for nobody draws that line sharply: "north" by the parallel,
"north-east" by parallel and meridian, "central" within the disc around the centroid that has half of its area. What
no rule fits stays at its place, without an extent.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, pi, radians, sin, sqrt

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.measure import area_km2, distance_km
from geo.model import Extent, LngLat, Mention, Place, Relation
from geo.names import fold
from geo.plane import Plane, reach_km

NEAR_KM = 10.0
"""How far "near X" reaches from X."""
OUTSKIRTS_KM = 6.0
"""How far "outside X" and "the outskirts of X" reach from the middle of X."""
COUNTRYSIDE_KM = 25.0
"""How far the countryside of a town reaches that gives no province its name."""
AROUND_KM = 30.0
"""How far "north of X" reaches when no distance is told."""
BORDER_KM = 10.0
"""How far "the border between X and Y" reaches to each side."""

TOLERANCE = 22.5
"""Degrees to each side of a bearing told with a distance: half of the step between eight winds."""
LOOSE_TOLERANCE = 45.0
"""The same where no distance is told."""
INEXACT = 0.2
"""The part of a distance by which it may be wrong."""
LEAST_KM = 2.0
"""No distance in the news is better than this."""
WIDTH = 0.1
"""The part of its length that a band reaches to each side, for roads wind."""
LEAST_WIDTH_KM = 5.0

OVERLAP = 0.05
"""The part of an area's height or width by which its sides reach beyond its middle; Palmyra is eastern Homs."""

FARTHEST_KM = 1000.0
"""Nothing is told by a distance, and nothing lies on a band, longer than this."""
POINT_KM = 50.0
"""From a place known no better than this (a river, a region) nothing can be measured."""
_POLAR = 80.0


@dataclass(frozen=True)
class _Case:
    """One relation with what it needs; ``area`` is the polygon of ``place``, ``other`` the second place."""

    relation: Relation
    place: Place
    other: Place | None
    area: BaseGeometry | None
    shapes: Mapping[str, BaseGeometry]

    @property
    def is_point(self) -> bool:
        return _is_point(self.place)


def locate(mentions: Sequence[Mention], shapes: Mapping[str, BaseGeometry]) -> tuple[Mention, ...]:
    """The mentions, those in a relation with the ground that it means.

    ``shapes`` are areas by ISO 3166-1 and 3166-2 code.
    """
    places = {mention.toponym.span: mention.place for mention in mentions if mention.place}

    def located(mention: Mention) -> Mention:
        relation, place = mention.toponym.relation, mention.place
        if relation is None or place is None:
            return mention
        other = places.get(relation.other) if relation.other else None
        extent = _RULES[relation.kind](_Case(relation, place, other, shapes.get(_code(place)), shapes))
        return replace(mention, extent=extent) if extent else mention

    return tuple(located(mention) for mention in mentions)


def _code(place: Place) -> str:
    if place.is_country:
        return place.country
    return place.admin1_iso if place.feature_code == "ADM1" else ""


def _is_point(place: Place) -> bool:
    return place.precision_km <= POINT_KM and not place.is_country and place.feature_code != "ADM1"


def _offset(case: _Case) -> Extent | None:
    relation, place = case.relation, case.place
    if not case.is_point or relation.bearing is None:
        return None
    if relation.distance_km is None:
        return _sector(place.point, (0.0, AROUND_KM), relation.bearing, LOOSE_TOLERANCE)
    if relation.distance_km > FARTHEST_KM:
        return None
    slack = max(INEXACT * relation.distance_km, place.precision_km, LEAST_KM)
    deep = max(relation.distance_km - slack, 0.0), relation.distance_km + slack
    return _sector(place.point, deep, relation.bearing, TOLERANCE)


def _near(case: _Case) -> Extent | None:
    distance = case.relation.distance_km
    if not case.is_point or (distance or 0.0) > FARTHEST_KM:
        return None
    told = NEAR_KM if distance is None else distance + max(INEXACT * distance, LEAST_KM)
    return _disc(case.place.point, max(told, case.place.precision_km))


def _outskirts(case: _Case) -> Extent | None:
    return _beside(case, OUTSKIRTS_KM) if case.is_point else None


def _countryside(case: _Case) -> Extent | None:
    """Of the town that gives a province its name, and of the province, it is the province's ground."""
    place = case.place
    is_namesake = case.is_point and bool(place.admin1_iso) and fold(place.name) == fold(place.admin1)
    area = case.shapes.get(place.admin1_iso) if is_namesake else case.area
    if area is None:
        return _beside(case, COUNTRYSIDE_KM) if case.is_point else None
    return _whole(area) if case.relation.bearing is None else _part_of(area, case.relation.bearing)


def _beside(case: _Case, reach: float) -> Extent | None:
    reach = max(reach, 2 * case.place.precision_km)
    if case.relation.bearing is None:
        return _disc(case.place.point, reach)
    return _sector(case.place.point, (0.0, reach), case.relation.bearing, LOOSE_TOLERANCE)


def _band(case: _Case) -> Extent | None:
    other = case.other
    if other is None or not case.is_point or not _is_point(other) or other.id == case.place.id:
        return None
    ends = sorted((case.place, other), key=lambda place: place.id)
    return _corridor(ends[0].point, ends[1].point, max(place.precision_km for place in ends))


def _part(case: _Case) -> Extent | None:
    return None if case.area is None else _part_of(case.area, case.relation.bearing)


def _border(case: _Case) -> Extent | None:
    other = case.shapes.get(_code(case.other)) if case.other else None
    if other is None or case.area is None or case.other == case.place:
        return None
    first, second = sorted((case.area, other), key=lambda area: area.bounds)
    return _border_of(first, second)


_RULES: Mapping[str, Callable[[_Case], Extent | None]] = {
    "offset": _offset, "near": _near, "outskirts": _outskirts, "countryside": _countryside,
    "between": _band, "road": _band, "part": _part, "border": _border,
}


@lru_cache(maxsize=2048)
def _disc(point: LngLat, radius: float) -> Extent | None:
    if _is_polar(point, radius):
        return None
    circle = Polygon(_arc(radius, 0, 360)[:-1])
    return Extent(Plane(point).ground(circle), point, radius, is_disc=True)


@lru_cache(maxsize=2048)
def _sector(point: LngLat, deep: tuple[float, float], bearing: float, tolerance: float) -> Extent | None:
    """Ground between two distances and within ``tolerance`` of a bearing."""
    nearest, farthest = deep
    if _is_polar(point, farthest):
        return None
    outer = _arc(farthest, bearing - tolerance, bearing + tolerance)
    inner = _arc(nearest, bearing + tolerance, bearing - tolerance) if nearest > 0 else [(0.0, 0.0)]
    plane = Plane(point)
    return _extent(plane.ground(Polygon([*outer, *inner])), plane.point(bearing, (nearest + farthest) / 2))


def _arc(radius: float, first: float, last: float) -> list[tuple[float, float]]:
    angles = np.radians(np.linspace(first, last, max(int(abs(last - first) / 5), 1) + 1))
    return [(radius * float(np.sin(angle)), radius * float(np.cos(angle))) for angle in angles]


@lru_cache(maxsize=2048)
def _corridor(one: LngLat, other: LngLat, precision: float) -> Extent | None:
    """A band along the geodesic, round at its ends; its middle is half-way."""
    length = distance_km(one, other)
    width = max(WIDTH * length, LEAST_WIDTH_KM, precision)
    if length > FARTHEST_KM or _is_polar(one, length + width):
        return None
    plane = Plane(Plane(one).towards(other, length / 2))
    line = shapely.transform(LineString([one, other]), plane.flat)
    return _extent(plane.ground(line.buffer(width)), plane.middle)


@lru_cache(maxsize=512)
def _part_of(area: BaseGeometry, bearing: float | None) -> Extent | None:
    """The part of an area on that side of its centroid; its middle without a side."""
    middle = area.centroid
    if bearing is None:
        centre = _disc(LngLat(middle.x, middle.y), sqrt(area_km2(area) / 2 / pi))
        return _whole(area.intersection(centre.geometry)) if centre else None
    west, south, east, north = area.bounds
    up, right = cos(radians(bearing)), sin(radians(bearing))
    across, along = OVERLAP * (east - west), OVERLAP * (north - south)
    beyond = box(
        middle.x - across if right > 0.1 else west, middle.y - along if up > 0.1 else south,
        middle.x + across if right < -0.1 else east, middle.y + along if up < -0.1 else north,
    )
    return _whole(area.intersection(beyond))


@lru_cache(maxsize=512)
def _border_of(one: BaseGeometry, other: BaseGeometry) -> Extent | None:
    shared = shapely.line_merge(shapely.intersection(one.boundary, other.boundary))
    if shared.length == 0:
        return None
    longest = max(shapely.get_parts(shared), key=lambda part: float(part.length))
    on_it = longest.interpolate(0.5, normalized=True)
    plane = Plane(LngLat(on_it.x, on_it.y))
    return _extent(plane.ground(shapely.transform(shared, plane.flat).buffer(BORDER_KM)), plane.middle)


def _whole(area: BaseGeometry) -> Extent | None:
    """The polygons of an area; ``None`` when there are none."""
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    if not parts:
        return None
    ground = shapely.union_all(parts)
    inside = ground.representative_point()
    return _extent(ground, LngLat(inside.x, inside.y))


def _extent(ground: BaseGeometry, point: LngLat) -> Extent:
    return Extent(ground, point, round(reach_km(point, ground) + 0.0005, 3))


def _is_polar(point: LngLat, reach: float) -> bool:
    return abs(point.lat) + reach / 111 > _POLAR
