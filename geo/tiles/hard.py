"""Versions that touch themselves when cut to a tile: only GEOS can say whether they are valid, and repair those that
are not. There are few (of 283 versions in the tiles of a zoom two), but each costs more than a whole tile without any.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geo import tilegeometry, wire
from geo.cache import Arrays
from geo.mvt import BUFFER, EXTENT
from geo.tilegeometry import POLYGON
from geo.tiles import cutting
from geo.tiles.arrays import Ints
from geo.tiles.numpy_rung import by_hand
from geo.tiles.snap import VALID, Frame, whole

Cut = tuple[bytes, bytes, bytes]
"""A version as the kernel has cut it: its commands, its points and where its rings end, as 64-bit integers."""


def commands(level: Arrays, chosen: Ints, frame: Frame) -> list[bytes]:
    """Geometry commands of versions that touch themselves when cut, each parted into valid polygons.

    They are cut as all others are, so that neighbours still meet.
    """
    return [_cut_here(level, version, frame) for version in chosen.tolist()]


def of_kernel(
    level: Arrays, chosen: Ints, frame: Frame, found: Sequence[tuple[int, Cut | None]]
) -> dict[int, bytes]:
    """The same by place in ``chosen`` for what the kernel has cut already, or (``None``) could not cut."""
    return {place: _repaired(whole(level, int(chosen[place]), frame)) if cut is None else _checked(*cut)
            for place, cut in found}


def _cut_here(level: Arrays, version: int, frame: Frame) -> bytes:
    can_be_cut = level["state"][version] >= VALID
    geometry = cutting.polygons(level, np.array([version]), frame)[0] if can_be_cut else None
    if geometry is None:
        return _repaired(whole(level, version, frame))
    points = np.array([point for ring in geometry for point in ring], dtype=np.int64).reshape(-1, 2)
    drawn = _drawn(points, np.cumsum([len(ring) for ring in geometry]))
    return by_hand(geometry, POLYGON) if drawn.is_valid else _repaired(drawn)


def _checked(made: bytes, points: bytes, ends: bytes) -> bytes:
    """``made``, where that is valid, as where two of its parts touch at a point."""
    drawn = _drawn(np.frombuffer(points, np.int64).reshape(-1, 2), np.frombuffer(ends, np.int64))
    return made if drawn.is_valid else _repaired(drawn)


def _drawn(points: Ints, ends: Ints) -> shapely.MultiPolygon:
    """Rings, each outer one followed by its holes, as shapely has them; y goes south."""
    starts = ends - np.diff(ends, prepend=0)
    after = np.arange(1, len(points) + 1)
    after[ends - 1] = starts
    twice_area = np.add.reduceat(points[:, 0] * points[after, 1] - points[after, 0] * points[:, 1], starts)
    rings = np.asarray(shapely.linearrings(points, indices=np.arange(len(ends)).repeat(ends - starts)))
    outers = np.cumsum(twice_area > 0)
    return shapely.MultiPolygon(np.asarray(shapely.polygons(rings, indices=outers - 1)).tolist())


def _repaired(drawn: shapely.Geometry) -> bytes:
    for part in tilegeometry.shapes(np.array([drawn], dtype=object), EXTENT, BUFFER):
        if part.kind == POLYGON:
            (found,) = wire.commands(part, closed=True)
            return found
    return b""
