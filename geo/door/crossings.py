"""How often a polygon crosses itself, counted before anybody mends it.

A ring of 300 positions may cross itself 45,000 times, and mending it then takes longer than a ring of a million that
does not. So crossings are counted, and too many refused, by an index of the edges that gives up early.
"""
from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from geo.door.limits import MAX_CROSSINGS, MAX_PAIRS
from geo.errors import InvalidInput

_AT_ONCE = 50_000
"""Pairs of edges looked at before the count is looked at, about."""
_FIRST = 8


def refuse_tangle(number: int, geometry: MultiPolygon) -> None:
    """
    :raises InvalidInput: naming the feature, when its edges cross more often than mending can bear.
    """
    lines = _lines(geometry)
    tree = shapely.STRtree(lines)
    crossings = pairs = start = 0
    step = _FIRST
    while start < len(lines):
        one, other = tree.query(lines[start:start + step])
        later = other > one + start
        pairs += int(later.sum())
        crossings += int(shapely.crosses(lines[one[later] + start], lines[other[later]]).sum())
        start, step = start + step, max(_AT_ONCE * step // max(len(one), 1), 1)
        if crossings > MAX_CROSSINGS or pairs > MAX_PAIRS:
            raise InvalidInput(
                f"feature {number}: its outline crosses itself too often, want at most {MAX_CROSSINGS} crossings"
            )


def _lines(geometry: MultiPolygon) -> NDArray[np.object_]:
    return np.asarray(shapely.linestrings(edges(geometry)), dtype=np.object_)


def edges(geometry: MultiPolygon) -> NDArray[np.float64]:
    """Both ends of every edge of every ring: shape (edges, 2, 2)."""
    numbers, ring = shapely.get_coordinates(rings(geometry), return_index=True)
    found: NDArray[np.float64] = np.stack((numbers[:-1], numbers[1:]), axis=1)[ring[:-1] == ring[1:]]
    return found


def rings(geometry: MultiPolygon) -> NDArray[np.object_]:
    found: NDArray[np.object_] = shapely.get_rings(shapely.get_parts(geometry))
    return found
