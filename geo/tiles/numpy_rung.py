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
from geo.tiles.clip import CORNERS, HIGH, LOW, Event, Point
from geo.tiles.snap import SOUND, VALID, Frame, rounded, whole, without_repeats

FEW = 150
"""Points up to which plain Python writes faster than numpy."""

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


def meeting(rows: Ints, boxes: Ints, frame: Frame) -> tuple[Ints, Ints]:
    """Of ``rows`` those whose box meets the tile, and whether each reaches over its edge."""
    low = np.array([frame.left + LOW, frame.top + LOW])
    high = low + (HIGH - LOW)
    meets = ((boxes[:, :2] <= high) & (boxes[:, 2:] >= low)).all(axis=1)
    found = boxes[meets]
    crossing = ((found[:, :2] < low) | (found[:, 2:] > high)).any(axis=1)
    return rows[meets], np.asarray(crossing, dtype=np.uint8)


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
    versions, bounds, table = level["versions"], level["parts"], level["refs"]
    spans = [(int(versions[each]), int(versions[each + 1])) for each in chosen.tolist()]
    ends = [bounds[first:last + 1] for first, last in spans]
    refs = [table[part[0]:part[-1]] for part in ends]
    points = level["table"][np.concatenate(refs) if refs else np.zeros(0, dtype=np.int32)]
    points = rounded(points, frame.shift) - (frame.left, frame.top)
    owner = np.repeat(np.arange(len(chosen)), [last - first for first, last in spans])
    sizes = np.concatenate([np.diff(part) for part in ends]) if ends else owner
    hole = np.concatenate([level["hole"][first:last] for first, last in spans]) if ends else owner
    places = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    if frame.shift > 0:  # on a level of its own they are gone already
        of = np.repeat(np.arange(len(sizes)), sizes)
        points, places = without_repeats(points, of, level["kind"][chosen[owner]])
    return _Parts(points, places, owner, hole)


class _Cut(NamedTuple):
    """Parts with what happens to each at the edge: ``found`` its events, ``within`` whether its first point is
    inside, ``odd`` whether it goes around the corner."""

    points: Ints
    ends: list[int]
    hole: list[bool]
    found: list[list[Event]]
    within: list[bool]
    odd: list[bool]


def _clipped(parts: _Parts, wanted: Ints, kind: Ints) -> Iterator[tuple[int, Geometry | None]]:
    """What is visible of each, ``None`` where GEOS must say."""
    rows = np.flatnonzero(wanted[parts.owner])
    if not len(rows):
        return
    chosen = _chosen(parts, rows, kind)
    owners = parts.owner[rows].tolist()
    begins = [place for place in range(len(owners)) if not place or owners[place] != owners[place - 1]]
    for first, last in pairwise([*begins, len(owners)]):
        yield owners[first], _one(chosen, first, last, int(kind[owners[first]]))


def _chosen(parts: _Parts, rows: Ints, kind: Ints) -> _Cut:
    sizes = parts.ends[rows + 1] - parts.ends[rows]
    every = len(rows) == len(parts.owner)
    spans = zip(parts.ends[rows].tolist(), parts.ends[rows + 1].tolist(), strict=True)
    points = parts.points if every else np.concatenate([parts.points[start:end] for start, end in spans])
    ends = np.concatenate([[0], np.cumsum(sizes)])
    full = sizes > 0
    after = np.arange(1, len(points) + 1)
    last = ends[1:][full] - 1
    after[last] = np.where(kind[parts.owner[rows]][full] == POLYGON, ends[:-1][full], last)
    cross = clip.crossings(points, after)
    found: list[list[Event]] = [[] for _ in rows]
    for part, events in zip(np.searchsorted(ends, cross.row, "right").tolist(), clip.events(cross), strict=True):
        found[part - 1] += events
    corner = np.searchsorted(ends, clip.around_corner(points, after), "right") - 1
    odd = np.bincount(corner, minlength=len(rows)) % 2 == 1
    firsts = points[ends[:-1].clip(max=max(len(points) - 1, 0))] if len(points) else np.zeros((len(rows), 2))
    within = clip.inside(firsts) & full
    return _Cut(
        points, ends.tolist(), (parts.hole[rows] != 0).tolist(), found, within.tolist(), (odd & full).tolist()
    )


def cut(level: Arrays, version: int, frame: Frame) -> shapely.Geometry:
    """What is visible of one polygon, perhaps touching itself; all of it where it cannot be cut."""
    if level["state"][version] < VALID:
        return whole(level, version, frame)
    parts = in_units(level, np.array([version]), frame)
    kind = np.array([POLYGON])
    geometry = next((found for _, found in _clipped(parts, np.ones(1, dtype=bool), kind)), [])
    if geometry is None:
        return whole(level, version, frame)
    outer = [place for place, ring in enumerate(geometry) if _twice_area(ring) > 0]
    return shapely.MultiPolygon([
        (geometry[first], geometry[first + 1:last]) for first, last in pairwise([*outer, len(geometry)])
    ])


def _one(cut: _Cut, first: int, last: int, kind: int) -> Geometry | None:
    """The parts of one version."""
    if kind == POINT:
        dots = cut.points[cut.ends[first]:cut.ends[last]]
        seen = clip.tuples(dots[clip.inside(dots)])
        return [seen] if seen else []
    if kind == LINE:
        return [piece for part in range(first, last) for piece in _pieces(cut, part)]
    begins = [place for place in range(first, last) if not cut.hole[place]]
    found: Geometry = []
    for start, end in pairwise([*begins, last]):
        rings = _polygon(cut, start, end)
        if rings is None:
            return None
        found += rings
    return found


def _pieces(cut: _Cut, part: int) -> Iterator[list[Point]]:
    ends = cut.ends[part], cut.ends[part + 1]
    for piece in clip.line_runs(cut.points, ends, cut.found[part], begins_inside=cut.within[part]):
        line = _without_repeats(piece)
        if len(line) > 1:
            yield line


def _polygon(cut: _Cut, first: int, last: int) -> Geometry | None:
    """One polygon, cut: its outer ring is the first part."""
    ends = cut.ends
    if ends[first + 1] == ends[first]:
        return []
    crossing = [part for part in range(first, last) if cut.found[part]]
    inner = [part for part in range(first + 1, last) if cut.within[part] and not cut.found[part]]
    if cut.within[first] and not cut.found[first]:
        rings: Geometry | None = [clip.tuples(cut.points[ends[first]:ends[first + 1]])]
    elif crossing:
        rings = clip.joined([
            run for part in crossing
            for run in clip.ring_runs(cut.points, ends[part], ends[part + 1] - ends[part], cut.found[part])
        ])
    else:
        odd = sum(cut.odd[part] for part in range(first, last) if not cut.within[part]) % 2
        rings = [list(CORNERS)] if odd else []
    outers = None if rings is None else _wound([_shut(ring) for ring in rings])
    if not outers or not inner:
        return outers
    return _with_holes(outers, [clip.tuples(cut.points[ends[part]:ends[part + 1]]) for part in inner])


def _with_holes(outers: Geometry, holes: Geometry) -> Geometry | None:
    """Each outer ring followed by the holes in it; ``None`` when a hole is in none."""
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


def _touching(clipped: dict[int, Geometry], kind: Ints, hard: Ints) -> None:
    """Mark as hard what the cutting made touch itself, and forget it."""
    square = [list(CORNERS)]
    places = [place for place, rings in clipped.items() if kind[place] == POLYGON and rings != square]
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
    few = sum(len(line) for lines in clipped.values() for line in lines) <= FEW
    if few:
        for place, lines in clipped.items():
            commands[place] = _by_hand(lines, int(kind[place]))
    for each in (*([_plain(parts, plain)] if plain.any() else []), *([] if few else _cut(clipped, kind))):
        for place, data in zip(each.owners.tolist(), wire.commands(each, closed=each.kind == POLYGON), strict=True):
            commands[place] = data
    ends = np.concatenate([[0], np.cumsum([len(each) for each in commands])]).astype(np.int64)
    return Encoded(b"".join(commands), ends, np.flatnonzero(hard).astype(np.int32))


def _by_hand(lines: Geometry, kind: int) -> bytes:
    """What ``wire.commands`` writes, without the cost of a numpy call."""
    x = y = 0
    out = []
    for line in lines:
        out.append(1 | (len(line) if kind == POINT else 1) << 3)
        for place, (right, down) in enumerate(line):
            if place == 1 and kind != POINT:
                out.append(2 | (len(line) - 1) << 3)
            across, along = right - x, down - y
            out += across << 1 ^ across >> 63, along << 1 ^ along >> 63
            x, y = right, down
        if kind == POLYGON:
            out.append(15)
    return b"".join(map(wire.varint, out))


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
