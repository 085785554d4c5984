"""A flat map around a point: kilometres east and north of it, true in distance and bearing from there.

The azimuthal equidistant projection of the ellipsoid (Snyder, Map Projections, USGS PP 1395, section 25), reckoned
by geodesics.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.affinity import translate
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo.model import LngLat

_GEOD = Geod(ellps="WGS84")
_WORLD = box(-180, -90, 180, 90)
_STEP_KM = 20.0
"""An edge on the plane is no longer than this before it becomes one of degrees."""


@dataclass(frozen=True)
class Plane:
    """The map around ``middle``; shapes that come near a pole have no place on it."""

    middle: LngLat

    def ground(self, geometry: BaseGeometry) -> BaseGeometry:
        """From kilometres to degrees; what crosses the antimeridian comes in parts on both sides of it."""
        return _cut(shapely.transform(shapely.segmentize(geometry, _STEP_KM), self._degrees))

    def point(self, bearing: float, distance_km: float) -> LngLat:
        """What lies that far in that direction."""
        lng, lat, _ = _GEOD.fwd(*self.middle, bearing, distance_km * 1000)
        return LngLat(float(lng), float(lat))

    def towards(self, point: LngLat, distance_km: float) -> LngLat:
        """What lies that far on the way to a point."""
        return self.point(float(_GEOD.inv(*self.middle, *point)[0]), distance_km)

    def flat(self, lnglat: NDArray[np.float64]) -> NDArray[np.float64]:
        """From degrees to kilometres: rows of ``lng, lat`` to rows of east, north."""
        same = np.ones(len(lnglat))
        azimuth, _, metres = _GEOD.inv(same * self.middle.lng, same * self.middle.lat, lnglat[:, 0], lnglat[:, 1])
        angle, km = np.radians(azimuth), np.asarray(metres) / 1000
        return np.column_stack((km * np.sin(angle), km * np.cos(angle)))

    def _degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitudes go on beyond 180 here, so that a shape stays in one piece."""
        same = np.ones(len(xy))
        azimuth = np.degrees(np.arctan2(xy[:, 0], xy[:, 1]))
        metres = np.hypot(xy[:, 0], xy[:, 1]) * 1000
        lng, lat, _ = _GEOD.fwd(same * self.middle.lng, same * self.middle.lat, azimuth, metres)
        turned = (np.asarray(lng) - self.middle.lng + 180) % 360 - 180
        return np.column_stack((self.middle.lng + turned, lat))


def reach_km(point: LngLat, geometry: BaseGeometry) -> float:
    """How far the farthest corner of a geometry lies from a point."""
    corners = shapely.get_coordinates(geometry)
    same = np.ones(len(corners))
    _, _, metres = _GEOD.inv(same * point.lng, same * point.lat, corners[:, 0], corners[:, 1])
    return float(np.max(metres)) / 1000


def _cut(geometry: BaseGeometry) -> BaseGeometry:
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180:
        return geometry
    return shapely.union_all([translate(geometry, xoff=turn).intersection(_WORLD) for turn in (-360, 0, 360)])
