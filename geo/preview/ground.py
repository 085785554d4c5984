"""The ground of a preview: where it looks, the basemap cut to it, and shapes small enough for one page."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry import GeometryCollection, box, shape
from shapely.geometry.base import BaseGeometry

from geo import basemap
from geo.model import Feature
from geo.preview.compact import areas, lines

LEAST_DEGREES = 1.2
AROUND = 1.3
"""How far the ground goes beyond what is told, in parts of its size, so that a reader can look around."""

AREAS = ("PCL", "ADM", "RGN")
"""How the GeoNames codes of what is wider than a point begin; it does not decide where the map looks."""

DETAIL = 2000
"""A line of the basemap is as fine as this part of the frame's width: about a pixel."""


class Frame(NamedTuple):
    """Degrees that the basemap covers: ``view``, which the map shows at first, and ground around it."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, told: Sequence[Feature], zones: Sequence[Feature]) -> Frame:
        """Around the places told of; those far from any zone and the middles of countries do not widen it."""
        theatre = _bounds(zones)
        near = [each for each in told if theatre is None or _is_near(each, theatre)] or list(told)
        exact = [each for each in near if not is_area(each)] or near
        west, south, east, north = _bounds(exact) or theatre or (-180.0, -60.0, 180.0, 75.0)
        side = max(east - west, (north - south) * 1.2, LEAST_DEGREES) * (1 + 2 * AROUND)
        lng, lat, up = (west + east) / 2, (south + north) / 2, side / 1.2
        return cls(max(lng - side / 2, -180), max(lat - up / 2, -85), min(lng + side / 2, 180), min(lat + up / 2, 85))

    @property
    def view(self) -> tuple[float, float, float, float]:
        part = AROUND / (1 + 2 * AROUND)
        across, up = (self.east - self.west) * part, (self.north - self.south) * part
        return (self.west + across, self.south + up, self.east - across, self.north - up)

    @property
    def shape(self) -> BaseGeometry:
        return box(*self)

    def holds(self, lng: float, lat: float) -> bool:
        return self.west <= lng <= self.east and self.south <= lat <= self.north


def is_area(feature: Feature) -> bool:
    """Whether a row is of a country, a province or a region, whose point is only its middle."""
    return str(feature.properties.get("feature_code") or "").startswith(AREAS)


def ground(frame: Frame) -> dict[str, object]:
    """Land, borders, provinces, rivers and lakes inside the frame, compact, and countries' names."""
    fine = (frame.east - frame.west) / DETAIL
    codes, countries = _inside(basemap.country_shapes(), frame)
    land: list[BaseGeometry] = list(shapely.coverage_simplify(np.array(countries, dtype=object), fine))
    provinces = [each.simplify(2 * fine) for each in _inside(basemap.province_shapes(), frame)[1]]
    return {
        "land": [areas(shapely.intersection(each, frame.shape)) for each in land],
        "borders": _edges(land, frame), "provinces": _edges(provinces, frame),
        "rivers": lines(_thin("rivers", frame, fine)), "lakes": areas(_thin("lakes", frame, fine)),
        "names": list(_names(codes, countries, frame)),
    }


def seen(rows: Sequence[Feature], frame: Frame) -> list[tuple[Feature, BaseGeometry]]:
    """The rows that reach into the frame, with their geometry."""
    found = [(row, row.geometry) for row in rows if row.geometry is not None]
    return [(row, geometry) for row, geometry in found if geometry.intersects(frame.shape)]


def _bounds(features: Iterable[Feature]) -> tuple[float, float, float, float] | None:
    shapes = [each.geometry for each in features if each.geometry is not None and not each.geometry.is_empty]
    if not shapes:
        return None
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    return west, south, east, north


def _is_near(feature: Feature, theatre: tuple[float, float, float, float], reach: float = 2.0) -> bool:
    return feature.geometry is not None and feature.geometry.intersects(box(*theatre).buffer(reach))


def _inside(shapes: Any, frame: Frame) -> tuple[list[str], list[BaseGeometry]]:
    found = {code: each for code, each in shapes.items() if each.intersects(frame.shape)}
    return list(found), list(found.values())


def _edges(grounds: list[BaseGeometry], frame: Frame) -> dict[str, Any]:
    """Where countries or provinces end, each line once; the frame's own edge is no border."""
    inside = shapely.intersection(shapely.union_all([each.boundary for each in grounds]), frame.shape)
    return lines(inside if inside.geom_type == "LineString" else shapely.line_merge(inside))


def _thin(name: str, frame: Frame, fine: float) -> BaseGeometry:
    found = [each for each in _features(name) if each.intersects(frame.shape)]
    return GeometryCollection([shapely.intersection(each, frame.shape).simplify(fine) for each in found])


@lru_cache(maxsize=2)
def _features(name: str) -> tuple[BaseGeometry, ...]:
    return tuple(shape(each["geometry"]) for each in basemap.load(name))


def _names(codes: list[str], countries: list[BaseGeometry], frame: Frame) -> Iterator[tuple[float, float, str]]:
    known = {each["properties"]["iso_a2"]: each["properties"]["name"] for each in basemap.load("countries")}
    for code, country in zip(codes, countries, strict=True):
        part = country.intersection(frame.shape)
        if part.area > frame.shape.area / 40:
            at = part.representative_point()
            yield round(at.x, 3), round(at.y, 3), known[code]
