"""Geometry cut to a tile and rounded to its integer grid: valid, wound as MVT asks, as flat arrays.

Everything runs over all geometries at once: shapely cuts and rounds, numpy takes the coordinates.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

POINT, LINE, POLYGON = 1, 2, 3
"""Geometry types of MVT 2.1, section 4.3.4."""

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shapes:
    """What is visible of one type. ``owners`` are the positions of the geometries in the input, ascending.

    ``points`` are integer positions, shape (n, 2). Rings and lines begin at ``part_starts``; the parts
    of each owner begin at ``owner_starts`` (an index into the parts). Rings are not closed. All the
    points of one owner of type POINT are one part.
    """

    kind: int
    owners: Ints
    owner_starts: Ints
    part_starts: Ints
    points: Ints


def shapes(geometries: Geometries, extent: int, buffer: int) -> list[Shapes]:
    """What a tile of ``extent`` units shows of ``geometries``, which are in its units, y southward.

    What lies beyond the buffer is cut off, what collapses on the grid is left out. At most one
    ``Shapes`` for each type; of a mixture only the largest dimension is drawn.
    """
    if not len(geometries):
        return []
    clipped = _clipped(geometries, -buffer, extent + buffer)
    dimension = shapely.get_dimensions(clipped)
    found = []
    for size, make in enumerate((_points, _lines, _polygons)):
        (owners,) = np.nonzero((dimension == size) & ~shapely.is_empty(clipped))
        if len(owners):
            found.append(make(clipped[owners], owners))
    return [each for each in found if len(each.owners)]


def _clipped(geometries: Geometries, low: int, high: int) -> Geometries:
    """Cut to the square; left whole where it lies inside, which spares most of the work at low zoom.

    A cut that is not valid may come from data that is not: then it is made from the repaired whole.
    """
    west, south, east, north = shapely.bounds(geometries).T
    outside = (west < low) | (south < low) | (east > high) | (north > high)
    result = geometries.copy()
    result[outside] = shapely.clip_by_rect(geometries[outside], low, low, high, high)
    bad = ~shapely.is_valid(result) & ~shapely.is_missing(result)
    if bad.any():
        result[bad] = _repaired(shapely.clip_by_rect(_repaired(geometries[bad]), low, low, high, high))
    return result


def _repaired(geometries: Geometries) -> Geometries:
    return np.asarray(shapely.make_valid(geometries, method="structure", keep_collapsed=False))


def _points(geometries: Geometries, owners: Ints) -> Shapes:
    points, index = shapely.get_coordinates(geometries, return_index=True)
    starts = _starts(index)
    return Shapes(POINT, owners[index[starts]], np.arange(len(starts)), starts, np.rint(points).astype(np.int64))


def _lines(geometries: Geometries, owners: Ints) -> Shapes:
    parts, index = shapely.get_parts(geometries, return_index=True)
    keep = shapely.get_dimensions(parts) == 1
    return _flat(LINE, parts[keep], owners[index[keep]])


def _polygons(geometries: Geometries, owners: Ints) -> Shapes:
    parts, index = shapely.get_parts(on_grid(geometries), return_index=True)
    keep = (shapely.get_dimensions(parts) == 2) & ~shapely.is_empty(parts)
    wound = shapely.orient_polygons(parts[keep])  # positive area by the formula of MVT 2.1, section 4.3.3.3
    rings, of_part = shapely.get_rings(wound, return_index=True)
    return _flat(POLYGON, rings, owners[index[keep][of_part]])


def on_grid(polygons: Geometries) -> Geometries:
    """Rounded and still valid, parts and holes together: apart, neighbours would come to overlap.

    Rounding alone mostly keeps them valid and is ten times cheaper than rounding with repair.
    """
    rounded = np.asarray(shapely.transform(polygons, np.rint))
    bad = ~shapely.is_valid(rounded)
    if bad.any():
        rounded[bad] = _snapped(polygons[bad])
    return rounded


def _snapped(polygons: Geometries) -> Geometries:
    try:
        return np.asarray(shapely.set_precision(polygons, 1.0))
    except GEOSException:  # one of them defeats the snap-rounder
        return np.array([_one_on_grid(polygon) for polygon in polygons], dtype=object)


def _one_on_grid(polygon: shapely.Geometry) -> shapely.Geometry:
    try:
        return shapely.set_precision(polygon, 1.0)
    except GEOSException:
        rounded = shapely.set_precision(polygon, 1.0, mode="pointwise")
        return shapely.make_valid(rounded, method="structure", keep_collapsed=False)


def _flat(kind: int, sequences: Geometries, owners: Ints) -> Shapes:
    """Lines or rings as arrays, without the points that fell together and the parts that collapsed."""
    points, part = shapely.get_coordinates(sequences, return_index=True)
    grid = np.rint(points).astype(np.int64)
    keep = np.ones(len(points), dtype=bool)
    same_part = part[1:] == part[:-1]
    keep[1:] = ~(same_part & (grid[1:] == grid[:-1]).all(axis=1))
    if kind == POLYGON:
        keep[:-1] &= same_part  # the point that closes the ring
        keep[-1:] = False
    counts = np.bincount(part[keep], minlength=len(sequences))
    whole = counts >= (3 if kind == POLYGON else 2)
    keep &= whole[part]
    owners, counts = owners[whole], counts[whole]
    owner_starts = _starts(owners)
    part_starts = np.cumsum(counts) - counts
    return Shapes(kind, owners[owner_starts], owner_starts, part_starts, grid[keep])


def _starts(owners: Ints) -> Ints:
    """Where a new owner begins."""
    if not len(owners):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
