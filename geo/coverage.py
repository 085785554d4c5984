"""How much of each pixel a polygon or a stroke covers: exact areas, all edges at once.

The method is that of font rasterisers (signed areas gathered along a row, Levien 2016, "Inside the fastest font
renderer in the world"): an edge adds its height to every pixel right of it, and to its own pixel the part right of
it. Neighbours that share an edge cover exactly one pixel together, so that no seam shows between them.
"""
from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTHING = 1e-9
"""What a sum of floating-point heights may leave of nothing."""


def coverage(edges: Floats, layer: Ints, layers: int, size: int) -> Floats:
    """Shares of pixels, shape ``(layers, size, size)``, row 0 on top.

    ``edges`` are rows of ``x, y, x, y`` in pixels, y downward, of closed rings that are wound alike; ``layer`` says for
    each edge to which plane it belongs. Rings of one plane add up: two that overlap cover a pixel twice.
    """
    pieces, of_layer = _inside(edges, layer, size)
    for axis in (1, 0):
        pieces, of_layer = _split(pieces, of_layer, axis)
    x0, y0, x1, y1 = pieces.T
    height = y1 - y0
    column = np.minimum(np.floor((x0 + x1) / 2), size).astype(np.int64)
    row = np.clip(np.floor((y0 + y1) / 2), 0, size - 1).astype(np.int64)
    right = (x0 + x1) / 2 - column
    width = size + 2  # what lies right of the picture gathers in two columns that are cut off
    at = (of_layer * size + row) * width + column
    cells = np.bincount(at, height * (1 - right), layers * size * width)
    cells += np.bincount(at + 1, height * right, layers * size * width)
    found = np.abs(np.cumsum(cells.reshape(layers, size, width), axis=2)[:, :, :size])
    found[found < NOTHING] = 0.0
    return found


def edges_of(areas: NDArray[np.object_]) -> tuple[Floats, Ints]:
    """The edges of many polygons, outer rings wound one way and holes the other, and whose they are."""
    rings, owner = shapely.get_rings(shapely.orient_polygons(areas), return_index=True)
    return _pairs(rings, owner)


def stroke_of(lines: NDArray[np.object_], width: float) -> tuple[Floats, Ints]:
    """Strokes of ``width`` as one small rectangle a segment, all wound alike, and whose they are."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    segments, of_line = _pairs(parts, owner)
    run = segments[:, 2:] - segments[:, :2]
    length = np.hypot(*run.T)
    segments, run, of_line = segments[length > 0], run[length > 0], of_line[length > 0]
    side = (run / length[length > 0, None])[:, ::-1] * (width / 2, -width / 2)
    a, b = segments[:, :2], segments[:, 2:]
    corners = np.stack((a + side, b + side, b - side, a - side, a + side), axis=1)
    edges = np.concatenate((corners[:, :-1], corners[:, 1:]), axis=2).reshape(-1, 4)
    return edges, np.repeat(of_line, 4)


def _pairs(lines: NDArray[np.object_], owner: Ints) -> tuple[Floats, Ints]:
    points, line = shapely.get_coordinates(lines, return_index=True)
    is_same = line[1:] == line[:-1]
    return np.hstack((points[:-1], points[1:]))[is_same], owner[line[1:][is_same]]


def _inside(edges: Floats, layer: Ints, size: int) -> tuple[Floats, Ints]:
    """Cut to the picture's rows; what is left of it is moved to its left edge, for it covers all to the right."""
    kept = (np.maximum(edges[:, 1], edges[:, 3]) > 0) & (np.minimum(edges[:, 1], edges[:, 3]) < size)
    kept &= (edges[:, 1] != edges[:, 3]) & (np.minimum(edges[:, 0], edges[:, 2]) < size)
    edges, layer = edges[kept], layer[kept]
    edges = _clipped(edges, size)
    for limit in (0.0, float(size)):
        edges, layer = _cut(edges, layer, limit)
    edges[:, 0::2] = np.clip(edges[:, 0::2], 0.0, size)
    return edges, layer


def _clipped(edges: Floats, size: int) -> Floats:
    x0, y0, x1, y1 = edges.T
    slope = (x1 - x0) / (y1 - y0)
    top, bottom = np.clip(y0, 0, size), np.clip(y1, 0, size)
    return np.column_stack((x0 + (top - y0) * slope, top, x0 + (bottom - y0) * slope, bottom))


def _cut(edges: Floats, layer: Ints, x: float) -> tuple[Floats, Ints]:
    """Edges that cross a vertical line become two."""
    x0, _, x1, _ = edges.T
    crosses = (np.minimum(x0, x1) < x) & (np.maximum(x0, x1) > x)
    if not crosses.any():
        return edges, layer
    one, two = edges[crosses].copy(), edges[crosses].copy()
    y = one[:, 1] + (x - one[:, 0]) * (one[:, 3] - one[:, 1]) / (one[:, 2] - one[:, 0])
    one[:, 2], one[:, 3], two[:, 0], two[:, 1] = x, y, x, y
    return np.vstack((edges[~crosses], one, two)), np.concatenate((layer[~crosses], layer[crosses], layer[crosses]))


def _split(edges: Floats, layer: Ints, axis: int) -> tuple[Floats, Ints]:
    """Each edge in as many pieces as it crosses rows (axis 1) or columns (axis 0) of pixels, in its direction."""
    start, end = edges[:, axis], edges[:, axis + 2]
    low, high = np.minimum(start, end), np.maximum(start, end)
    first = np.floor(low)
    count = np.maximum(np.ceil(high) - first, 1).astype(np.int64)
    if (count == 1).all():
        return edges, layer
    owner = np.repeat(np.arange(len(edges)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    line = first[owner] + number
    near, far = np.maximum(low[owner], line), np.minimum(high[owner], line + 1)
    span = np.where(end == start, 1.0, end - start)
    forward = (start <= end)[owner]
    a, b = np.where(forward, near, far), np.where(forward, far, near)
    share_a, share_b = (a - start[owner]) / span[owner], (b - start[owner]) / span[owner]
    share_a[count[owner] == 1], share_b[count[owner] == 1] = 0.0, 1.0
    found = np.empty((len(owner), 4))
    run = edges[:, 2:] - edges[:, :2]
    found[:, :2] = edges[owner, :2] + run[owner] * share_a[:, None]
    found[:, 2:] = edges[owner, :2] + run[owner] * share_b[:, None]
    return found, layer[owner]


def polygons(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """The polygons of many geometries, and whose they are; what is no area is left out."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    inner, of_part = shapely.get_parts(parts, return_index=True)
    is_area = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    return inner[is_area], owner[of_part][is_area]


def area_share(geometry: BaseGeometry, size: int) -> Floats:
    """The plane of one geometry, shape ``(size, size)``.

    >>> area_share(shapely.box(0.5, 0.0, 2.0, 1.0), 2).tolist()
    [[0.5, 1.0], [0.0, 0.0]]
    """
    areas, _ = polygons(np.array([geometry], dtype=object))
    edges, _ = edges_of(areas)
    return np.asarray(coverage(edges, np.zeros(len(edges), dtype=np.int64), 1, size)[0])
