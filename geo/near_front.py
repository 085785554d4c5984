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

MOST_PAIRS = 200_000
"""Pairs of pieces that are compared at once; of more GEOS is asked outright."""

ON_ONE_LINE = 1e-9
"""Degrees, a tenth of a millimetre: farther off, no two pieces run along each other."""

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
    corners = shapely.get_coordinates(rings)
    x, y = np.ascontiguousarray(corners.T)
    west, south, east, north = box
    is_in = (np.maximum(x[1:], x[:-1]) >= west) & (np.minimum(x[1:], x[:-1]) <= east)
    is_in &= (np.maximum(y[1:], y[:-1]) >= south) & (np.minimum(y[1:], y[:-1]) <= north)
    ends = np.cumsum(shapely.get_num_points(rings))
    is_in[ends[:-1] - 1] = False  # from one ring to the next
    kept = np.flatnonzero(is_in)
    kept = kept[(x[kept] != x[kept + 1]) | (y[kept] != y[kept + 1])]
    pieces = np.column_stack((x[kept], y[kept], x[kept + 1], y[kept + 1]))
    return pieces, ground[part[np.searchsorted(ends, kept, "right")]]


def _shared(pieces: NDArray[np.float64], held: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether another ground has the very same piece, and whether such a ground has another holder."""
    order, starts = _alike(pieces)
    first = np.flatnonzero(starts)
    group = np.cumsum(starts) - 1
    sides = held[order]
    lowest = np.minimum.reduceat(np.where(sides > 0, sides, np.iinfo(np.int64).max), first)
    highest = np.maximum.reduceat(sides, first)
    is_front = np.zeros(len(pieces), dtype=bool)
    is_shared = np.zeros(len(pieces), dtype=bool)
    is_shared[order] = (np.diff(first, append=len(pieces)) > 1)[group]
    is_front[order] = (highest > lowest)[group] & (sides > 0)
    return is_shared, is_front


def _alike(pieces: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The pieces in an order in which the same ones, whichever way they run, follow each other, and whether each is
    another than the one before it. They are sorted by one number for each, a hash; where two that differ have the same,
    by their corners."""
    bits = (pieces + 0.0).view(np.uint64)  # -0.0 is 0.0
    ends = (bits[:, ::2] * _MIX[0]) ^ (bits[:, 1::2] * _MIX[1])
    ends = (ends ^ (ends >> np.uint64(29))) * _MIX[2]
    key = ends[:, 0] + ends[:, 1]
    order = np.argsort(key)
    starts = np.concatenate(([True], key[order][1:] != key[order][:-1]))
    turned = (pieces[:, 0] > pieces[:, 2]) | ((pieces[:, 0] == pieces[:, 2]) & (pieces[:, 1] > pieces[:, 3]))
    same_way = np.where(turned[:, None], pieces[:, [2, 3, 0, 1]], pieces)
    same = ~starts[1:]
    if (same_way[order[1:][same]] != same_way[order[:-1][same]]).any():
        order = np.lexsort(same_way.T)
        starts[1:] = (same_way[order][1:] != same_way[order][:-1]).any(axis=1)
    return order, starts


_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64)
"""Odd numbers whose bits look random."""


def _touching(outlines: tuple[NDArray[np.float64], NDArray[np.int64]], mine: NDArray[np.bool_]) -> BaseGeometry | None:
    """Where pieces of one ground run along the outlines of other holders without having the same corners."""
    pieces, held = outlines
    x, y, east, north = pieces[mine].T
    left, low, right, high = pieces.T
    theirs = (held != held[mine][0]) & (held > 0)
    theirs &= np.maximum(left, right) >= min(x.min(), east.min())
    theirs &= np.minimum(left, right) <= max(x.max(), east.max())
    theirs &= np.maximum(low, high) >= min(y.min(), north.min())
    theirs &= np.minimum(low, high) <= max(y.max(), north.max())
    if not theirs.any():
        return None
    alone, others = _alongside(pieces[mine], pieces[theirs])
    if not len(others):
        return None
    common = shapely.intersection(_lines(alone), shapely.union_all(_lines(others)))
    lines = [part for part in shapely.get_parts(common) if part.geom_type == "LineString" and not part.is_empty]
    return MultiLineString(lines) if lines else None


def _alongside(
    mine: NDArray[np.float64], theirs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Those of both that may run along one of the other ones: in one box, and as good as on one line. Of many all."""
    if len(mine) * len(theirs) > MOST_PAIRS:
        return mine, theirs
    x, y, east, north = (column[:, None] for column in mine.T)
    left, low, right, high = theirs.T
    across, up = east - x, north - y
    doubt = ON_ONE_LINE * np.hypot(across, up)
    is_along = (np.abs(across * (low - y) - up * (left - x)) <= doubt) & (
        np.abs(across * (high - y) - up * (right - x)) <= doubt)
    one, other = np.nonzero(is_along)
    a, b = mine[one].reshape(-1, 2, 2), theirs[other].reshape(-1, 2, 2)
    meets = ((a.max(axis=1) >= b.min(axis=1)) & (b.max(axis=1) >= a.min(axis=1))).all(axis=1)
    return mine[np.unique(one[meets])], theirs[np.unique(other[meets])]


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
