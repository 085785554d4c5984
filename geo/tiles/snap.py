"""Simplified borders on the grid of one zoom, by snap rounding: what did not cross before does not cross after.

Every kept position goes to its nearest grid point; a stretch that passes through the square around another one is
bent to it (Hobby 1999). That hangs on the stretch alone, not on whose border it is or on which day. What a polygon
then touches twice is parted by GEOS, once, when the level is made.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cache import Arrays
from geo.tilegeometry import POLYGON, on_grid
from geo.tiles.arrays import Ints, ragged
from geo.tiles.topology import Arcs, Flags, following

SOUND, VALID, UNKNOWN = 2, 1, 0
"""No two stretches of a version touch; some do but the polygon is valid; it is not valid, or wound wrongly."""


class Frame(NamedTuple):
    """Where a tile lies on a level: how many bits finer the level is, and the tile's corner, in tile units."""

    shift: int
    left: int
    top: int


class Bends(NamedTuple):
    """By stretch (its two table rows as one sorted number, ``keys``), the grid points in between, in order."""

    keys: Ints
    ends: Ints
    points: Ints


def rounded(table: Ints, shift: int) -> Ints:
    """Units of zoom 20 to those of zoom ``20 - shift``; halves go up."""
    wide = table.astype(np.int64)
    return (wide + (1 << shift >> 1)) >> shift if shift >= 0 else wide << -shift


def snapped(arrays: Arrays, graph: Arcs, keep: Flags, shift: int) -> Arrays:
    """The geometry arrays of a level whose units are those of zoom ``20 - shift``."""
    grid = rounded(arrays["table"], shift)
    bends = _bends(arrays["table"], graph, keep, shift)
    points, parts = _filtered(arrays, grid, keep, bends)
    level = {**arrays, **_compact(points), "parts": parts}
    return repaired(level)


def _bends(table: Ints, graph: Arcs, keep: Flags, shift: int) -> Bends:
    at = np.flatnonzero(keep[graph.refs])
    same = graph.owner[at[:-1]] == graph.owner[at[1:]]
    pairs = np.sort(np.column_stack([graph.refs[at[:-1]], graph.refs[at[1:]]])[same], axis=1)
    pairs = np.unique(pairs, axis=0) if len(pairs) else pairs.reshape(-1, 2)
    used = np.unique(pairs)
    centres = rounded(table[used], shift)
    scaled = table.astype(float) / (1 << shift)
    lines = shapely.linestrings(scaled[pairs.reshape(-1)].reshape(-1, 2, 2))
    squares = np.asarray(shapely.box(*(centres - 0.5).T, *(centres + 0.5).T), dtype=object)
    line, dot = shapely.STRtree(squares).query(lines, predicate="intersects")
    hot, (a, b) = centres[dot], (rounded(table[pairs[line, end]], shift) for end in (0, 1))
    other = (hot != a).any(axis=1) & (hot != b).any(axis=1) & _same_days(graph, pairs[line, 0], used[dot])
    line, hot, a, b = line[other], hot[other], a[other], b[other]
    along = ((hot - a) * (b - a)).sum(axis=1)
    order = np.lexsort((hot[:, 1], hot[:, 0], along, line))
    line, hot = line[order], hot[order]
    new = np.ones(len(line), dtype=bool)
    new[1:] = (line[1:] != line[:-1]) | (hot[1:] != hot[:-1]).any(axis=1)
    rows, counts = np.unique(line[new], return_counts=True)
    return Bends(
        pairs[rows, 0] << 32 | pairs[rows, 1], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), hot[new]
    )


def _same_days(graph: Arcs, one: Ints, other: Ints) -> NDArray[np.bool_]:
    days = graph.days
    return np.asarray((days[one, 0] < days[other, 1]) & (days[other, 0] < days[one, 1]))


def _filtered(arrays: Arrays, grid: Ints, keep: Flags, bends: Bends) -> tuple[Ints, Ints]:
    """Points of each part without what is not kept, with the bends, without what fell together."""
    refs, parts = arrays["refs"].astype(np.int64), arrays["parts"]
    kind = np.repeat(arrays["kind"], np.diff(arrays["versions"]))
    owner = np.repeat(np.arange(len(parts) - 1), np.diff(parts))
    held = keep[refs]
    refs, owner = refs[held], owner[held]
    sizes = np.bincount(owner, minlength=len(parts) - 1)
    points, owner = _bent(refs, np.concatenate([[0], np.cumsum(sizes)]), (grid, owner, kind == POLYGON), bends)
    return without_repeats(points, owner, kind)


def _bent(
    refs: Ints, parts: Ints, made: tuple[Ints, Ints, NDArray[np.bool_]], bends: Bends
) -> tuple[Ints, Ints]:
    grid, owner, closed = made
    points = grid[refs]
    if not len(bends.keys):
        return points, owner
    used = np.zeros(len(grid), dtype=bool)
    used[bends.keys >> 32] = used[bends.keys & 0xFFFFFFFF] = True
    full = np.diff(parts) > 0
    after = refs[following(np.concatenate([[0], np.cumsum(np.diff(parts)[full])]), closed=closed[full])]
    maybe = np.flatnonzero(used[refs] & used[after])
    low, high = np.minimum(refs[maybe], after[maybe]), np.maximum(refs[maybe], after[maybe])
    key = low << 32 | high
    row = np.searchsorted(bends.keys, key).clip(max=len(bends.keys) - 1)
    hit = bends.keys[row] == key
    maybe, row, forward = maybe[hit], row[hit], (refs[maybe] < after[maybe])[hit]
    counts = np.diff(bends.ends)[row]
    inner = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    begin, size = np.repeat(bends.ends[row], counts), np.repeat(counts, counts)
    place = begin + np.where(np.repeat(forward, counts), inner, size - 1 - inner)
    at = np.repeat(maybe, counts) + 1
    return np.insert(points, at, bends.points[place], axis=0), np.insert(owner, at, owner[np.repeat(maybe, counts)])


def without_repeats(points: Ints, owner: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """The points of each part, none like the one before it, nor a ring's last like its first; and the parts' offsets.

    ``kind`` is each part's; what is too short to be one has no points left.
    """
    key = points[:, 0] << 32 ^ points[:, 1] & 0xFFFFFFFF
    again = np.flatnonzero(key[1:] == key[:-1]) + 1
    again = again[(owner[again] == owner[again - 1]) & (kind[owner[again]] != 1)]
    if len(again):
        points, owner = np.delete(points, again, axis=0), np.delete(owner, again)
    counts = np.bincount(owner, minlength=len(kind))
    first = np.cumsum(counts) - counts
    some = np.flatnonzero((counts > 1) & (kind == POLYGON))
    last = first[some] + counts[some] - 1
    shut = (points[first[some]] == points[last]).all(axis=1)
    counts[some[shut]] -= 1
    short = (counts < kind) & (counts > 0)
    if shut.any() or short.any():
        keep = np.ones(len(points), dtype=bool)
        keep[last[shut]] = False
        keep &= ~short[owner]
        points = points[keep]
        counts[short] = 0
    return points, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _compact(points: Ints) -> dict[str, Ints]:
    key, refs = np.unique(points[:, 0] << 32 | points[:, 1] & 0xFFFFFFFF, return_inverse=True)
    table = np.column_stack([key >> 32, (key << 32) >> 32]).astype(np.int32)
    return {"table": table, "refs": refs.astype(np.int32)}


def repaired(level: Arrays) -> Arrays:
    """The same level with what is not valid made so, and what nobody sees at all left empty; adds ``state``."""
    points = level["table"][level["refs"]].astype(np.int64)
    found = {**level, "state": states(points, level)}
    bad = np.flatnonzero((found["state"] == UNKNOWN) & (level["kind"] == POLYGON))
    if not len(bad):
        return found
    whole = polygons(points, level, bad)
    fixed = on_grid(shapely.make_valid(whole, method="structure", keep_collapsed=False))
    fixed[shapely.get_dimensions(fixed) != 2] = shapely.MultiPolygon()
    return _replaced(found, points, bad, fixed)


def _replaced(level: Arrays, points: Ints, bad: Ints, fixed: NDArray[np.object_]) -> Arrays:
    """Put the polygons ``fixed`` in the places ``bad``."""
    new = ragged(fixed)
    parts, versions = level["parts"], level["versions"]
    source = np.full(len(versions) - 1, -1)
    source[bad] = np.arange(len(bad))
    chunks, sizes, holes, counts = [], [], [], []
    for version in range(len(versions) - 1):
        of = (points, parts, level["hole"], versions, version)
        if source[version] >= 0:
            of = (new["points"], new["parts"], new["hole"], new["versions"], int(source[version]))
        where, bounds, hole, begins, row = of
        first, last = int(begins[row]), int(begins[row + 1])
        chunks.append(np.rint(where[bounds[first]:bounds[last]]).astype(np.int64))
        sizes.append(np.diff(bounds[first:last + 1]))
        holes.append(hole[first:last])
        counts.append(last - first)
    made = {
        **level, **_compact(np.concatenate(chunks)), "hole": np.concatenate(holes),
        "parts": np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64),
        "versions": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    }
    return {**made, "state": states(made["table"][made["refs"]].astype(np.int64), made)}


def states(points: Ints, level: Arrays) -> Ints:
    """How sound each version is on its grid; lines and points always are."""
    state = np.full(len(level["kind"]), SOUND, dtype=np.uint8)
    area = np.flatnonzero(level["kind"] == POLYGON)
    if len(area):
        whole = polygons(points, level, area)
        valid = shapely.is_valid(whole) & _wound(points, level)[area]
        simple = np.zeros(len(area), dtype=bool)
        simple[valid] = shapely.is_simple(shapely.boundary(whole[valid]))
        state[area] = np.where(simple, SOUND, np.where(valid, VALID, UNKNOWN))
    return state


def _wound(points: Ints, level: Arrays) -> NDArray[np.bool_]:
    """Whether every ring of each version still runs the right way: thin ones may turn over when rounded."""
    parts, sizes = level["parts"], np.diff(level["parts"])
    (full,) = np.nonzero(sizes)
    if not len(full):
        return np.ones(len(level["kind"]), dtype=bool)
    x, y = (points - np.repeat(points[parts[:-1][full]], sizes[full], axis=0)).astype(float).T
    after = following(np.append(parts[:-1][full], parts[-1]), closed=np.ones(len(full), dtype=bool))
    area = np.add.reduceat(x * y[after] - x[after] * y, parts[:-1][full])
    wrong = (area > 0) == (level["hole"][full] != 0)
    owner = np.repeat(np.arange(len(level["kind"])), np.diff(level["versions"]))[full]
    return np.asarray(np.bincount(owner[wrong], minlength=len(level["kind"])) == 0)


def polygons(points: Ints, level: Arrays, wanted: Ints) -> NDArray[np.object_]:
    """The versions ``wanted`` as shapely has them; rings without points are left out, with the holes in them."""
    parts, versions, hole = level["parts"], level["versions"], level["hole"].astype(bool)
    chosen = np.zeros(len(versions) - 1, dtype=bool)
    chosen[wanted] = True
    owner = np.repeat(np.arange(len(versions) - 1), np.diff(versions))
    sizes = np.diff(parts)
    outer = np.maximum.accumulate(np.where(hole, 0, np.arange(len(hole)))) if len(hole) else hole.astype(np.int64)
    use = chosen[owner] & (sizes >= 3) & (sizes[outer] >= 3)
    rings = np.flatnonzero(use)
    counts = sizes[rings]
    starts = np.cumsum(counts) - counts
    inner = points[np.repeat(use, sizes)].astype(float)
    coordinates = np.insert(inner, starts + counts, inner[starts], axis=0)
    first = np.flatnonzero(~hole[rings])
    offsets = (
        np.concatenate([[0], np.cumsum(counts + 1)]), np.append(first, len(rings)),
        np.concatenate([[0], np.cumsum(np.bincount(owner[rings[first]], minlength=len(versions) - 1)[wanted])]),
    )
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, coordinates, offsets))


def whole(level: Arrays, number: int, frame: Frame) -> shapely.Geometry:
    """One version as shapely has it, in units of a tile, made valid: GEOS may cut the wrong side of what is not."""
    first, last = level["versions"][number], level["versions"][number + 1]
    bounds = level["parts"][first:last + 1]
    alone = {
        "parts": bounds - bounds[0], "versions": np.array([0, last - first]), "hole": level["hole"][first:last],
    }
    units = rounded(level["table"][level["refs"][bounds[0]:bounds[-1]]], frame.shift)
    found = polygons(units - (frame.left, frame.top), alone, np.zeros(1, dtype=np.int64))[0]
    valid: shapely.Geometry = shapely.make_valid(found, method="structure", keep_collapsed=False)
    return valid
