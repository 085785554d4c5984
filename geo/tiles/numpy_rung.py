"""What ``kernel.c`` does, in numpy and shapely, for machines without it: the same bytes."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely

from geo import wire
from geo.cache import Arrays
from geo.tilegeometry import LINE, POINT, POLYGON, Shapes
from geo.tiles import clip
from geo.tiles.arrays import Ints
from geo.tiles.clip import CORNERS, Crossings, Point
from geo.tiles.snap import SOUND, VALID, Frame, rounded, whole, without_repeats
from geo.tiles.topology import following

Geometry = list[list[Point]]


class Encoded(NamedTuple):
    """Geometry commands of the versions asked for, one after another; ``ends`` are their offsets, with one more
    than there are; those in ``hard`` must go through GEOS and are empty here, as is what nobody sees."""

    blob: bytes
    ends: Ints
    hard: Ints


class _Parts(NamedTuple):
    points: Ints
    ends: Ints
    owner: Ints
    hole: Ints


def shapes(level: Arrays, chosen: Ints, crossing: Ints, frame: Frame) -> Encoded:
    """The geometry of versions ``chosen``; ``crossing`` says whether each reaches over the edge."""
    parts = in_units(level, chosen, frame)
    kind, state = level["kind"][chosen], level["state"][chosen]
    area, cut = kind == POLYGON, crossing.astype(bool)
    hard = area & (state < np.where(cut, SOUND, VALID))
    clipped: dict[int, Geometry] = {}
    for place, geometry in _clipped(parts, ~hard & (cut | ~area), kind):
        if geometry is None:
            hard[place] = True
        elif geometry:
            clipped[place] = geometry
    _touching(clipped, kind, hard)
    return _written(parts, clipped, (hard, ~hard & area & ~cut), kind)


def in_units(level: Arrays, chosen: Ints, frame: Frame) -> _Parts:
    """The parts of ``chosen`` in units of the tile, without repeats; ``owner`` is the place in ``chosen``."""
    versions, parts = level["versions"], level["parts"]
    spans = [(int(versions[each]), int(versions[each + 1])) for each in chosen]
    rows = np.concatenate([np.arange(first, last) for first, last in spans] or [np.zeros(0, dtype=np.int64)])
    refs = [level["refs"][parts[first]:parts[last]] for first, last in spans]
    points = rounded(level["table"][np.concatenate(refs or [np.zeros(0, dtype=np.int32)])], frame.shift)
    owner = np.repeat(np.arange(len(chosen)), [last - first for first, last in spans])
    kind = level["kind"][chosen[owner]]
    of = np.repeat(np.arange(len(rows)), parts[rows + 1] - parts[rows])
    points, ends = without_repeats(points - (frame.left, frame.top), of, kind)
    return _Parts(points, ends, owner, level["hole"][rows])


def _clipped(parts: _Parts, wanted: Ints, kind: Ints) -> Iterator[tuple[int, Geometry | None]]:
    """What is visible of each, ``None`` where GEOS must say."""
    (rows,) = np.nonzero(wanted[parts.owner])
    if not len(rows):
        return
    sizes = np.diff(parts.ends)[rows]
    ends = np.concatenate([[0], np.cumsum(sizes)])
    points = parts.points[np.repeat(wanted[parts.owner], np.diff(parts.ends))]
    full = sizes > 0
    closed = kind[parts.owner[rows]] == POLYGON
    after = following(np.concatenate([[0], ends[1:][full]]), closed=closed[full]) if len(points) else ends[:0]
    cross, within = clip.crossings(points, after), clip.inside(points)
    at = np.searchsorted(cross.row, ends)
    pieces = [
        _Part(points[a:b], clip.some(cross, a, slice(c, d)), within[a:b])
        for (a, b), (c, d) in zip(pairwise(ends.tolist()), pairwise(at.tolist()), strict=True)
    ]
    holes = parts.hole[rows].astype(bool).tolist()
    owners = parts.owner[rows].tolist()
    for first, last in pairwise([*np.flatnonzero(np.diff(owners, prepend=-1)).tolist(), len(rows)]):
        yield owners[first], _one(pieces[first:last], holes[first:last], int(kind[owners[first]]))


def cut(level: Arrays, version: int, frame: Frame) -> shapely.Geometry:
    """What is visible of one polygon, perhaps touching itself; all of it where the cut comes to nothing sensible."""
    parts = in_units(level, np.array([version]), frame)
    kind = np.array([POLYGON])
    geometry = next((found for _, found in _clipped(parts, np.ones(1, dtype=bool), kind)), [])
    if geometry is None:
        return whole(level, version, frame)
    outer = [place for place, ring in enumerate(geometry) if _twice_area(ring) > 0]
    return shapely.MultiPolygon([
        (geometry[first], geometry[first + 1:last]) for first, last in pairwise([*outer, len(geometry)])
    ])


class _Part(NamedTuple):
    points: Ints
    cross: Crossings
    within: Ints


def _one(parts: Sequence[_Part], holes: Sequence[bool], kind: int) -> Geometry | None:
    if kind == POINT:
        dots = [_tuples(part.points[part.within]) for part in parts]
        return [each for each in dots if each]
    if kind == LINE:
        return [piece for part in parts if len(part.points) for piece in _pieces(part)]
    begins = [place for place, hole in enumerate(holes) if not hole]
    found: Geometry = []
    for first, last in pairwise([*begins, len(parts)]):
        rings = _polygon(parts[first:last])
        if rings is None:
            return None
        found += rings
    return found


def _pieces(part: _Part) -> Iterator[list[Point]]:
    pieces = clip.line_runs(_tuples(part.points), part.cross, begins_inside=bool(part.within[0]))
    for piece in map(_without_repeats, pieces):
        if len(piece) > 1:
            yield piece


def _polygon(parts: Sequence[_Part]) -> Geometry | None:
    """One polygon, cut: its outer ring is the first part."""
    if not len(parts[0].points):
        return []
    crossing = [part for part in parts if len(part.cross.row)]
    whole = [bool(len(part.points)) and not len(part.cross.row) for part in parts]
    inner = [part for part, is_whole in zip(parts[1:], whole[1:], strict=True) if is_whole and part.within[0]]
    if whole[0] and parts[0].within[0]:
        rings: Geometry | None = [_tuples(parts[0].points)]
    elif crossing:
        runs = [run for part in crossing for run in clip.ring_runs(_tuples(part.points), part.cross)]
        rings = clip.joined(runs)
    else:
        outside = [part for part, is_whole in zip(parts, whole, strict=True) if is_whole and not part.within[0]]
        odd = sum(clip.holds_corner(part.points) for part in outside) % 2
        rings = [list(CORNERS)] if odd else []
    outers = None if rings is None else _wound([_shut(ring) for ring in rings])
    return None if outers is None else _with_holes(outers, [_tuples(part.points) for part in inner])


def _with_holes(outers: Geometry, holes: Geometry) -> Geometry | None:
    """Each outer ring followed by the holes in it; ``None`` when a hole is in none."""
    if not outers or not holes:
        return outers
    if len(outers) == 1:
        return [*outers, *holes]
    inside: list[Geometry] = [[] for _ in outers]
    for hole in holes:
        home = next((place for place, ring in enumerate(outers) if clip.holds(ring, hole[0])), None)
        if home is None:
            return None
        inside[home].append(hole)
    return [ring for outer, mine in zip(outers, inside, strict=True) for ring in (outer, *mine)]


def _wound(rings: Geometry) -> Geometry | None:
    """Those with an area; ``None`` when one is wound the wrong way."""
    kept = []
    for ring in rings:
        area = _twice_area(ring) if len(ring) > 2 else 0
        if area < 0:
            return None
        if area:
            kept.append(ring)
    return kept


def _twice_area(ring: Sequence[Point]) -> int:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]))


def _without_repeats(points: Sequence[Point]) -> list[Point]:
    return [point for place, point in enumerate(points) if not place or point != points[place - 1]]


def _shut(points: Sequence[Point]) -> list[Point]:
    ring = _without_repeats(points)
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _tuples(points: Ints) -> list[Point]:
    return [(x, y) for x, y in points.tolist()]


def _touching(clipped: dict[int, Geometry], kind: Ints, hard: Ints) -> None:
    """Mark as hard what the cutting made touch itself, and forget it."""
    places = [place for place in clipped if kind[place] == POLYGON]
    if not places:
        return
    rings = [ring for place in places for ring in clipped[place]]
    corners = np.array([point for ring in rings for point in (*ring, ring[0])], dtype=float)
    places_of = np.repeat(np.arange(len(rings)), [len(ring) + 1 for ring in rings])
    lines = np.asarray(shapely.linestrings(corners, indices=places_of), dtype=object)
    owner = np.repeat(np.arange(len(places)), [len(clipped[place]) for place in places])
    simple = np.asarray(shapely.is_simple(shapely.multilinestrings(lines, indices=owner)))
    for place, one in zip(places, simple.tolist(), strict=True):
        if not one:
            hard[place] = True
            del clipped[place]


def _written(parts: _Parts, clipped: dict[int, Geometry], which: tuple[Ints, Ints], kind: Ints) -> Encoded:
    hard, plain = which
    commands = [b""] * len(kind)
    for each in (_plain(parts, plain), *_cut(clipped, kind)):
        for place, data in zip(each.owners.tolist(), wire.commands(each, closed=each.kind == POLYGON), strict=True):
            commands[place] = data
    ends = np.concatenate([[0], np.cumsum([len(each) for each in commands])]).astype(np.int64)
    return Encoded(b"".join(commands), ends, np.flatnonzero(hard).astype(np.int32))


def _plain(parts: _Parts, plain: Ints) -> Shapes:
    """Polygons inside of the edge, as they are; without the holes of those that vanished."""
    sizes = np.diff(parts.ends)
    outer = np.maximum.accumulate(np.where(parts.hole == 0, np.arange(len(sizes)), 0)) if len(sizes) else sizes
    keep = plain[parts.owner] & (sizes > 0) & (sizes[outer] > 0)
    owner, counts = parts.owner[keep], sizes[keep]
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    points = parts.points[np.repeat(keep, sizes)]
    return Shapes(POLYGON, owner[starts], starts, np.cumsum(counts) - counts, points)


def _cut(clipped: dict[int, Geometry], kind: Ints) -> Iterator[Shapes]:
    for number in (POINT, LINE, POLYGON):
        places = [place for place in clipped if kind[place] == number]
        if places:
            yield _shapes(number, places, clipped)


def _shapes(kind: int, places: Sequence[int], clipped: dict[int, Geometry]) -> Shapes:
    lines = [line for place in places for line in clipped[place]]
    counts = np.array([len(line) for line in lines], dtype=np.int64)
    sizes = np.array([len(clipped[place]) for place in places], dtype=np.int64)
    points = np.array([point for line in lines for point in line], dtype=np.int64).reshape(-1, 2)
    return Shapes(kind, np.array(places), np.cumsum(sizes) - sizes, np.cumsum(counts) - counts, points)
