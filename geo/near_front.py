"""The nearest point of a front around a place, from zones alone: no front line of a whole day has to be drawn for it.

Where two zones are drawn with the same corners, as derived zones and most layers are, the front between them is the
pieces of outline that both have; only what no other zone has needs an overlay, and only where it is nearer than that.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.measure import nearest, segments
from geo.model import LngLat

Box = tuple[float, float, float, float]


def front_foot(point: LngLat, grounds: Sequence[BaseGeometry], holders: Sequence[int], box: Box) -> LngLat | None:
    """The nearest point on a line where grounds of different holders touch, for lines inside of ``box`` (west south
    east north, degrees); ``None`` without any. ``holders`` are numbers that stand for who holds each ground, 0 for
    nobody."""
    pieces, owner = _pieces(grounds, box)
    if not len(pieces):
        return None
    held = np.asarray(holders)[owner]
    is_shared, is_front = _shared(pieces, held)
    foot = nearest(point, pieces[is_front])
    alone = ~is_shared & (held > 0)
    if alone.any():
        alone[alone] = _may_be_nearer(point, foot, pieces[alone])
        found = [_touching((pieces, held), alone & (owner == number)) for number in np.unique(owner[alone]).tolist()]
        lines = [line for line in found if line is not None]
        both = [pieces[is_front], segments(lines)] if lines else [pieces[is_front]]
        foot = nearest(point, np.concatenate(both))
    return foot


def _pieces(grounds: Sequence[BaseGeometry], box: Box) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The straight pieces of all outlines whose box meets ``box``, and the place of their ground."""
    parts, ground = shapely.get_parts(np.array(grounds, dtype=object), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    west, south, east, north = box
    low, high = np.minimum(corners[:-1], corners[1:]), np.maximum(corners[:-1], corners[1:])
    kept = np.flatnonzero(
        (ring[1:] == ring[:-1]) & (high[:, 0] >= west) & (low[:, 0] <= east) & (high[:, 1] >= south)
        & (low[:, 1] <= north) & ((low != high).any(axis=1))
    )
    return np.hstack((corners[kept], corners[kept + 1])), ground[part[ring[kept]]]


def _shared(pieces: NDArray[np.float64], held: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether another ground has the very same piece, and whether such a ground has another holder."""
    turned = (pieces[:, 0] > pieces[:, 2]) | ((pieces[:, 0] == pieces[:, 2]) & (pieces[:, 1] > pieces[:, 3]))
    same_way = np.where(turned[:, None], pieces[:, [2, 3, 0, 1]], pieces)
    order = np.lexsort((held, *same_way.T))
    ordered = same_way[order]
    starts = np.concatenate(([True], (ordered[1:] != ordered[:-1]).any(axis=1)))
    group = np.cumsum(starts) - 1
    sizes = np.bincount(group)
    first = np.flatnonzero(starts)
    sides = held[order]
    lowest = np.minimum.reduceat(np.where(sides > 0, sides, np.iinfo(np.int64).max), first)
    highest = np.maximum.reduceat(sides, first)
    is_front = np.zeros(len(pieces), dtype=bool)
    is_shared = np.zeros(len(pieces), dtype=bool)
    is_shared[order] = sizes[group] > 1
    is_front[order] = (highest > lowest)[group] & (sides > 0)
    return is_shared, is_front


def _touching(outlines: tuple[NDArray[np.float64], NDArray[np.int64]], mine: NDArray[np.bool_]) -> BaseGeometry | None:
    """Where pieces of one ground run along the outlines of other holders without having the same corners."""
    pieces, held = outlines
    low, high = np.minimum(pieces[:, :2], pieces[:, 2:]), np.maximum(pieces[:, :2], pieces[:, 2:])
    theirs = (held != held[mine][0]) & (held > 0)
    theirs &= (high >= low[mine].min(axis=0)).all(axis=1) & (low <= high[mine].max(axis=0)).all(axis=1)
    if not theirs.any():
        return None
    common = shapely.intersection(_lines(pieces[mine]), shapely.union_all(_lines(pieces[theirs])))
    lines = [part for part in shapely.get_parts(common) if part.geom_type == "LineString" and not part.is_empty]
    return MultiLineString(lines) if lines else None


def _may_be_nearer(point: LngLat, foot: LngLat | None, pieces: NDArray[np.float64]) -> NDArray[np.bool_]:
    if foot is None:
        return np.ones(len(pieces), dtype=bool)
    scale = np.array([max(np.cos(np.radians(point.lat)), 1e-9), 1.0])
    reach = float(np.hypot(*((np.array(foot) - point) * scale)))
    ends = (pieces.reshape(-1, 2, 2) - point) * scale
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    is_near: NDArray[np.bool_] = np.hypot(*ends[:, 0].T) - length <= reach
    return is_near


def _lines(pieces: NDArray[np.float64]) -> MultiLineString:
    return MultiLineString([*pieces.reshape(-1, 2, 2)])
