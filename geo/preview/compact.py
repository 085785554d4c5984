"""Shapes as few characters: whole numbers, each vertex by its step from the one before; ``shapes.js`` reads them.

Coordinates are only rounded, never moved on their own: neighbours round alike, so that no gap opens between them.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LinearRing, LineString, Polygon
from shapely.geometry.base import BaseGeometry

MAX_VERTICES = 40_000
"""What one collection may bring to a page, about 400 kB; beyond it the grid is coarser."""

GRIDS = (10_000, 1_000, 100)
"""Steps in a degree: 11 m, 110 m, 1.1 km."""


def grid_for(geometries: Sequence[BaseGeometry]) -> int:
    """The finest grid on which they all fit on a page, else the coarsest."""
    return next((grid for grid in GRIDS[:-1] if _vertices(geometries, grid) <= MAX_VERTICES), GRIDS[-1])


def areas(geometry: BaseGeometry, grid: int = GRIDS[0]) -> dict[str, Any]:
    """Every polygon in a geometry: a list of parts, of rings, of steps in longitude and latitude by turns.

    >>> areas(shapely.box(0, 0, 1, 2), 10)
    {'grid': 10, 'areas': [[[10, 0, 0, 20, -10, 0, 0, -20, 10, 0]]]}
    """
    polygons = [part for part in _parts(geometry) if isinstance(part, Polygon)]
    return {"grid": grid, "areas": [[_steps(ring, grid) for ring in _rings(part)] for part in polygons]}


def lines(geometry: BaseGeometry, grid: int = GRIDS[0]) -> dict[str, Any]:
    """Every line in a geometry: a list of lines, of steps."""
    return {"grid": grid, "lines": [_steps(part, grid) for part in _parts(geometry) if isinstance(part, LineString)]}


def _rings(polygon: Polygon) -> Iterable[LinearRing]:
    return (polygon.exterior, *polygon.interiors)


def _parts(geometry: BaseGeometry) -> list[BaseGeometry]:
    if not hasattr(geometry, "geoms"):
        return [] if geometry.is_empty else [geometry]
    return [one for part in geometry.geoms for one in _parts(part)]


def _steps(line: LineString, grid: int) -> list[int]:
    points = np.rint(shapely.get_coordinates(line) * grid).astype(int)
    steps = np.diff(points, axis=0, prepend=[[0, 0]])
    moves = steps[np.r_[True, np.any(steps[1:], axis=1)]]
    return [int(step) for step in moves.ravel()]


def _vertices(geometries: Sequence[BaseGeometry], grid: int) -> int:
    return sum(len(_steps(part, grid)) // 2 for each in geometries for part in _edges(each))


def _edges(geometry: BaseGeometry) -> Iterable[LineString]:
    for part in _parts(geometry):
        if isinstance(part, Polygon):
            yield from _rings(part)
        elif isinstance(part, LineString):
            yield part
