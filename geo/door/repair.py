"""Raw polygons → valid ones in six decimals, wound as RFC 7946 asks, with a count of all that was mended."""
from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.door.crossings import edges, refuse_tangle, rings
from geo.door.limits import MAX_HOLES, MAX_VERTICES
from geo.door.raw import Raw
from geo.errors import InvalidInput
from geo.measure import area_km2, simple_parts

GRID = 1e-6
"""Degrees, about 0.1 m."""


def check(raw: Raw) -> None:
    """Refuse coordinates that are none, and more of them, or of holes, than anybody can look through.

    :raises InvalidInput: naming the feature, and the position or the number.
    """
    xy = shapely.get_coordinates(raw.geometry)
    holes = int(shapely.get_num_interior_rings(shapely.get_parts(raw.geometry)).sum())
    if holes > MAX_HOLES:
        raise InvalidInput(f"feature {raw.number}: {holes} holes, want at most {MAX_HOLES}")
    if len(xy) > MAX_VERTICES:
        raise InvalidInput(f"feature {raw.number}: {len(xy)} positions, want at most {MAX_VERTICES} in a file")
    with np.errstate(invalid="ignore"):
        bad = xy[~((np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 90))]
    if len(bad):
        raise InvalidInput(
            f"feature {raw.number}: position {bad[0].tolist()}, want longitude -180 to 180 and latitude -90 to 90"
        )
    assert raw.geometry is not None
    if (np.abs(np.diff(edges(raw.geometry)[:, :, 0])) > 180).any():
        raise InvalidInput(
            f"feature {raw.number}: an edge longer than 180 degrees, want polygons cut at the antimeridian (RFC 7946, "
            "3.1.9)"
        )


def repair(raw: Raw, counts: Counter[str]) -> tuple[MultiPolygon, float, float]:
    """The feature's geometry made valid, with its area in km² before and after.

    Part by part, for mending is slow where lines cross; what collapses to a line is dropped.

    :raises InvalidInput: when it crosses itself too often.
    """
    assert raw.geometry is not None
    flat: MultiPolygon = shapely.force_2d(raw.geometry)
    before = area_km2(flat)
    is_valid = flat.is_valid
    if not is_valid:
        refuse_tangle(raw.number, flat)
        counts["W-GEOM-REPAIRED"] += 1
        flat = _polygons(shapely.union_all([_mended(part) for part in flat.geoms]))
    snapped = _polygons(shapely.set_precision(flat, GRID))
    if is_valid and not snapped.is_empty and len(rings(snapped)) < len(rings(flat)):
        counts["W-PART-COLLAPSED"] += 1
    rounded = shapely.transform(snapped, lambda xy: np.round(xy, 6))
    found = _polygons(rounded if rounded.is_valid else _mended(rounded))
    turned: MultiPolygon = shapely.orient_polygons(found)
    return turned, before, area_km2(turned)


def _mended(part: BaseGeometry) -> BaseGeometry:
    return part if part.is_valid else shapely.make_valid(part, method="structure", keep_collapsed=False)


def _polygons(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(simple_parts(geometry, Polygon))
