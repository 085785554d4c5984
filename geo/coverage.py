"""How much of each pixel a polygon or a stroke covers: whole numbers, all edges at once.

Positions are in 1/256 of a pixel (``PART``), areas in halves of its square: ``FULL`` is a whole pixel. An edge leaves
in each pixel that it passes its height and twice the area to the right of it, as in FreeType's smooth rasteriser; here
both are found from the whole edge for each row and column by a formula. So neighbours that share an edge cover exactly
one pixel together, whichever way it runs, and the compiled kernel (``shares.c``) comes to the same numbers.
"""
from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Ints = NDArray[np.int64]

PART = 256
FULL = 2 * PART * PART


def coverage(edges: Ints, layer: Ints, layers: int, size: int) -> Ints:
    """Areas by pixel, up to ``FULL``, shape ``(layers, size, size)``, row 0 on top.

    ``edges`` are rows of ``x, y, x, y``, y downward, of closed rings that are wound alike; ``layer`` says for each edge
    to which plane it belongs. Rings of one plane add up.
    """
    sign, pieces, owner, row = _rows(edges, size)
    low, high, height = pieces
    sign, layer = sign[owner], layer[owner]
    column, cover, area, of = _columns(low, high, height, size)
    at = ((layer[of] * size + row[of]) * size + column)[column < size]
    cover, area = ((sign[of] * each)[column < size] for each in (cover, area))
    shape = layers, size, size
    heights = np.bincount(at, cover, layers * size * size).astype(np.int64).reshape(shape)
    areas = np.bincount(at, area, layers * size * size).astype(np.int64).reshape(shape)
    before = np.cumsum(heights, axis=2) - heights
    found: Ints = np.minimum(np.abs(before * (2 * PART) + areas), FULL)
    return found


def _rows(edges: Ints, size: int) -> tuple[Ints, tuple[Ints, Ints, Ints], Ints, Ints]:
    """Each edge in as many pieces as it passes rows: which way it went; where each piece is lowest and highest in x and
    how high it is; of which edge it is and in which row."""
    limit = size * PART
    down = edges[:, 1] < edges[:, 3]
    x0, y0, x1, y1 = np.where(down[:, None], edges, edges[:, [2, 3, 0, 1]]).T
    kept = (y0 != y1) & (y1 > 0) & (y0 < limit) & (np.minimum(x0, x1) < limit)
    places = np.flatnonzero(kept)
    x0, y0, x1, y1 = x0[kept], y0[kept], x1[kept], y1[kept]
    first = np.maximum(y0, 0) // PART
    owner, row = _counted(first, (np.minimum(y1, limit) - 1) // PART)
    top, bottom = np.maximum(y0[owner], row * PART), np.minimum(y1[owner], (row + 1) * PART)
    run, rise = (x1 - x0)[owner].astype(float), (y1 - y0)[owner].astype(float)
    a, b = (x0[owner] + _floor((y - y0[owner]) * run / rise) for y in (top, bottom))
    a, b = np.where(top == y0[owner], x0[owner], a), np.where(bottom == y1[owner], x1[owner], b)
    sign = np.where(down, 1, -1)
    return sign, (np.minimum(a, b), np.maximum(a, b), bottom - top), places[owner], row


def _columns(low: Ints, high: Ints, height: Ints, size: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Each piece in as many as it passes columns: the column, its height, twice the area to the right of it, and of
    which piece it is. What lies left of the picture counts in the first column as if it stood on its edge."""
    first = np.maximum(low // PART, -1)
    last = np.minimum(np.where(low == high, low, high - 1) // PART, size)
    of, column = _counted(first, np.maximum(last, first))
    left, right = column * PART, (column + 1) * PART
    here, there = np.maximum(low[of], left), np.minimum(high[of], right)
    run, rise = np.maximum(high - low, 1)[of].astype(float), height[of].astype(float)
    until = np.where(there == high[of], height[of], _floor((there - low[of]) * rise / run))
    is_first = np.append(True, of[1:] != of[:-1])[: len(of)]
    before = np.where(is_first, 0, np.append(0, until)[:-1])
    cover = until - before
    area = cover * (2 * PART - (here - left) - (there - left))
    outside = column < 0
    return np.maximum(column, 0), cover, np.where(outside, cover * (2 * PART), area), of


def _counted(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """All whole numbers of each span, closed, and whose they are."""
    counts = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def _floor(values: NDArray[np.float64]) -> Ints:
    return np.floor(values).astype(np.int64)


def edges_of(areas: NDArray[np.object_], scale: float = PART) -> tuple[Ints, Ints]:
    """The edges of many polygons in pixels, outer rings wound one way and holes the other, and whose they are."""
    rings, owner = shapely.get_rings(shapely.orient_polygons(areas), return_index=True)
    return pairs(rings, owner, scale)


def stroke_of(edges: Ints, owner: Ints, width: float) -> tuple[Ints, Ints]:
    """Strokes of ``width`` as the four sides of one small rectangle a stretch, all wound alike, and whose they are.

    A stretch that an owner has twice, perhaps the other way round, is drawn once. What has no length covers nothing.
    """
    is_up = (edges[:, 1] > edges[:, 3]) | ((edges[:, 1] == edges[:, 3]) & (edges[:, 0] > edges[:, 2]))
    down = np.where(is_up[:, None], edges[:, [2, 3, 0, 1]], edges)
    once = np.unique(np.column_stack((down, owner)), axis=0)
    edges, owner = once[:, :4], once[:, 4]
    run, rise = (edges[:, 2] - edges[:, 0]).astype(float), (edges[:, 3] - edges[:, 1]).astype(float)
    length = np.sqrt(run * run + rise * rise)
    length[length == 0] = np.inf
    half = width / 2
    aside = np.column_stack((_floor(rise / length * half + 0.5), _floor(-run / length * half + 0.5)))
    a, b = edges[:, :2], edges[:, 2:]
    corners = a + aside, b + aside, b - aside, a - aside
    return np.vstack([np.hstack((corners[at], corners[(at + 1) % 4])) for at in range(4)]), np.tile(owner, 4)


def pairs(lines: NDArray[np.object_], owner: Ints, scale: float = PART) -> tuple[Ints, Ints]:
    """The stretches of rings and lines in pixels, and whose they are."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint(points * scale).astype(np.int64)
    is_same = line[1:] == line[:-1]
    return np.hstack((whole[:-1], whole[1:]))[is_same], owner[line[1:][is_same]]


def polygons(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """The polygons of many geometries, and whose they are; what is no area is left out."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    inner, of_part = shapely.get_parts(parts, return_index=True)
    is_area = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    return inner[is_area], owner[of_part][is_area]


def area_share(geometry: BaseGeometry, size: int) -> NDArray[np.float64]:
    """The plane of one geometry, shape ``(size, size)``, from 0 to 1.

    >>> area_share(shapely.box(0.5, 0.0, 2.0, 1.0), 2).tolist()
    [[0.5, 1.0], [0.0, 0.0]]
    """
    areas, _ = polygons(np.array([geometry], dtype=object))
    edges, _ = edges_of(areas)
    return np.asarray(coverage(edges, np.zeros(len(edges), dtype=np.int64), 1, size)[0] / FULL)
