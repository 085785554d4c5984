"""Distances, bearings, lengths and areas on the ellipsoid (WGS 84), in kilometres."""
from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, radians
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry import MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.model import LngLat

Shape = TypeVar("Shape", BaseGeometry, Polygon, MultiLineString, NDArray[np.object_])
Part = TypeVar("Part", bound=BaseGeometry)

_GEOD = Geod(ellps="WGS84")
_CORNERS = 72
DEGREE_KM = 111.195
"""Of a great circle on the mean sphere."""


def distance_km(a: LngLat, b: LngLat) -> float:
    """Along the geodesic.

    >>> round(distance_km(LngLat(0, 0), LngLat(0, 1)), 3)
    110.574
    """
    return float(_GEOD.inv(*a, *b)[2]) / 1000


def bearing(a: LngLat, b: LngLat) -> float:
    """Where ``b`` lies seen from ``a``: degrees clockwise from north, 0 to 360."""
    return float(_GEOD.inv(*a, *b)[0]) % 360


def length_km(line: BaseGeometry) -> float:
    return float(_GEOD.geometry_length(line)) / 1000


def area_km2(area: BaseGeometry) -> float:
    return abs(float(_GEOD.geometry_area_perimeter(shapely.orient_polygons(area))[0])) / 1e6


def disc(point: LngLat, radius_km: float) -> Polygon:
    """The ground within ``radius_km`` of a point: a geodesic circle as a polygon of 72 corners, inside of it."""
    bearings = np.linspace(0, -360, _CORNERS, endpoint=False)
    same = np.ones(_CORNERS)
    lng, lat, _ = _GEOD.fwd(same * point.lng, same * point.lat, bearings, same * radius_km * 1000)
    return Polygon(np.column_stack((lng, lat)))


def segments(lines: list[BaseGeometry]) -> NDArray[np.float64]:
    """All straight pieces of the lines, one row each: ``lng, lat, lng, lat``."""
    simple = shapely.get_parts(np.array(lines, dtype=object))
    points, line = shapely.get_coordinates(simple, return_index=True)
    is_same = line[1:] == line[:-1]
    pieces: NDArray[np.float64] = np.hstack((points[:-1], points[1:]))[is_same]
    return pieces


def nearest(point: LngLat, pieces: NDArray[np.float64]) -> LngLat | None:
    """The point of the nearest piece that is nearest, by a flat map around ``point``; ``None`` without pieces.

    Flat means that a degree of longitude counts as much as at ``point``: right to a part in a thousand within
    100 km, which decides only between almost equally near pieces.
    """
    if not len(pieces):
        return None
    narrow = max(cos(radians(point.lat)), 1e-9)
    x, y, east, north = pieces.T
    x, y = (x - point.lng) * narrow, y - point.lat
    across, up = (east - point.lng) * narrow - x, north - point.lat - y
    length = across * across + up * up
    share = np.minimum(np.maximum(-(x * across + y * up) / np.maximum(length, 1e-300), 0.0), 1.0)
    x, y = x + across * share, y + up * share
    best = int((x * x + y * y).argmin())
    return LngLat(float(x[best]) / narrow + point.lng, float(y[best]) + point.lat)


def frame(point: LngLat, radius_km: float) -> tuple[float, float, float, float]:
    """A box in degrees, west south east north, that holds all ground within ``radius_km``, with room to spare."""
    up = radius_km / DEGREE_KM * 1.01
    across = up / max(float(np.cos(np.radians(min(abs(point.lat) + up, 89.9)))), 1e-3)
    return point.lng - across, point.lat - up, point.lng + across, point.lat + up


def rough_km(a: LngLat, b: LngLat) -> float:
    """Kilometres on a sphere, flat between the two: right to 1 % below 500 km."""
    return 111.2 * hypot(a.lat - b.lat, (a.lng - b.lng) * cos(radians((a.lat + b.lat) / 2)))


def rough_kms(here: Sequence[LngLat], there: Sequence[LngLat]) -> NDArray[np.float64]:
    """``rough_km`` from each of ``here``, a row, to each of ``there``, a column."""
    (lng, lat), (lngs, lats) = np.array(here).T[..., np.newaxis], np.array(there).T
    apart: NDArray[np.float64] = 111.2 * np.hypot(lat - lats, (lng - lngs) * np.cos(np.radians((lat + lats) / 2)))
    return apart


def narrowed(geometry: Shape, narrow: float) -> Shape:
    """Longitudes times ``narrow``: with the cosine of a latitude, a flat map on which, around it, a degree is as long
    to the east as to the north; with one over that, back to degrees. Of one geometry, or of an array of them."""
    flat: Shape = shapely.transform(geometry, lambda lnglat: lnglat * (narrow, 1.0))
    return flat


def simple_parts(geometry: BaseGeometry, kind: type[Part]) -> list[Part]:
    """The simple geometries of one kind in a geometry, also of collections inside it; no empty ones, which an overlay
    may leave as it may leave parts of other kinds."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return [part for part in parts if isinstance(part, kind) and not part.is_empty]
