"""Polygons cut to the square of a tile, few numpy calls a tile: most of a zone lies far from the square.

Which points are outside, and on which side, is told from the arrays as they lie; only stretches that cross the square's
edge, and points inside of it, are ever brought into units of the tile (``clip`` says how they become rings).
"""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import floor, inf
from typing import NamedTuple

import numpy as np

from geo.cache import Arrays
from geo.tiles import clip
from geo.tiles.arrays import Ints
from geo.tiles.clip import CORNERS, EDGE_HIGH, EDGE_LOW, HIGH, LOW, SIDE, Event, Point, Run
from geo.tiles.snap import Frame

Geometry = list[list[Point]]

WEST, EAST, NORTH, SOUTH = 1, 2, 4, 8


class Ring(NamedTuple):
    """A ring by what it has to do with the square; ``odd`` says whether it goes around the north-west corner."""

    is_hole: bool
    is_gone: bool
    is_within: bool
    events: list[Event]
    points: Callable[[], list[Point]]
    runs: Callable[[], list[Run]]
    odd: Callable[[], bool]


def polygons(level: Arrays, chosen: Ints, frame: Frame) -> list[Geometry | None]:
    """The rings of each version in the square, perhaps touching themselves; ``None`` where GEOS must say."""
    rings = _Rings(level, chosen, frame)
    return [_version([rings.ring(part) for part in range(first, last)]) for first, last in pairwise(rings.versions)]


class _Rings:
    """The rings near the square of the versions asked for, one after another; rows count through the points of all."""

    def __init__(self, level: Arrays, chosen: Ints, frame: Frame) -> None:
        self._frame = frame
        shift, left, top = frame
        self._square = (
            _least(left + LOW, shift), _least(top + LOW, shift), _least(left + HIGH + 1, shift),
            _least(top + HIGH + 1, shift),
        )
        version = level["versions"].item  # of single numbers cheaper than an index
        near = [self._near(level["rings"], version(row), version(row + 1)) for row in chosen.tolist()]
        self.versions = list(accumulate(map(len, near), initial=0))
        parts = [part for each in near for part in each]
        bound = level["parts"].item
        spans = [(bound(part), bound(part + 1)) for part in parts]
        self._hole, self._gone = list(map(level["hole"].item, parts)), list(map(level["gone"].item, parts))
        self._ends = list(accumulate((end - begin for begin, end in spans), initial=0))
        if parts:
            refs = [level["refs"][begin:end] for begin, end in spans]
            self._look(level["table"].take(np.concatenate(refs), axis=0))

    def _near(self, boxes: Ints, first: int, last: int) -> list[int]:
        """The parts whose box meets the square. A hole is not without what it is a hole of."""
        west, north, east, south = self._square
        return [part for part, (x0, y0, x1, y1) in enumerate(boxes[first:last].tolist(), first)
                if x0 < east and x1 >= west and y0 < south and y1 >= north]

    def _look(self, points: Ints) -> None:
        """Where every point and stretch lies."""
        code = self._codes(points)
        there = np.empty_like(code)
        there[:-1] = code[1:]
        after = {end - 1: start for start, end in pairwise(self._ends) if end > start}
        there[list(after)] = code[list(after.values())]
        (crossing,) = (((code & there) == 0) & (code != there)).nonzero()
        (flips,) = ((code ^ there) & NORTH).nonzero()
        (inner,) = (code == 0).nonzero()
        self._crossing, self._flips, self._inner = crossing.tolist(), flips.tolist(), inner.tolist()
        self._inside = self._placed(points.take(inner, axis=0))
        self._crossing_ends, self._flip_ends = (
            self._stretches(points, rows, after) for rows in (self._crossing, self._flips)
        )

    def _stretches(self, points: Ints, rows: list[int], after: Mapping[int, int]) -> list[tuple[Point, Point]]:
        if not rows:
            return []
        starts, ends = points.take(rows, axis=0), points.take([after.get(row, row + 1) for row in rows], axis=0)
        return list(zip(self._placed(starts), self._placed(ends), strict=True))

    def _codes(self, points: Ints) -> Ints:
        """Outcodes as Cohen and Sutherland have them, from thresholds in units of the arrays."""
        west, north, east, south = self._square
        x, y = points[:, 0], points[:, 1]
        code = (x < west).view(np.uint8) * np.uint8(WEST)
        code += (x >= east).view(np.uint8) * np.uint8(EAST)
        code += (y < north).view(np.uint8) * np.uint8(NORTH)
        code += (y >= south).view(np.uint8) * np.uint8(SOUTH)
        return code

    def _placed(self, points: Ints) -> list[Point]:
        """In units of the tile."""
        shift, left, top = self._frame
        half = 1 << shift >> 1 if shift > 0 else 0
        if shift >= 0:
            return [((x + half >> shift) - left, (y + half >> shift) - top) for x, y in points.tolist()]
        return [((x << -shift) - left, (y << -shift) - top) for x, y in points.tolist()]

    def ring(self, part: int) -> Ring:
        start, end = self._ends[part], self._ends[part + 1]
        first, last = bisect_left(self._crossing, start), bisect_left(self._crossing, end)
        stretches = zip(self._crossing_ends[first:last], self._crossing[first:last], strict=True)
        events = [event for (p, q), row in stretches for event in _crossed(p, q, row)]
        place = bisect_left(self._inner, start)
        is_within = end > start and place < len(self._inner) and self._inner[place] == start

        def points() -> list[Point]:
            return self._inside[place:place + end - start]

        def runs() -> list[Run]:
            return self._runs((start, end), events)

        def odd() -> bool:
            first, last = bisect_left(self._flips, start), bisect_left(self._flips, end)
            return sum(_passes(*self._flip_ends[at]) for at in range(first, last)) % 2 == 1

        gone = bool(self._gone[part]) or end == start
        return Ring(bool(self._hole[part]), gone, is_within, events, points, runs, odd)

    def _runs(self, ends: tuple[int, int], found: list[Event]) -> list[Run]:
        """In the order in which the ring enters."""
        begin = next((at for at, (entering, *_) in enumerate(found) if entering), 0)
        found = found[begin:] + found[:begin]
        runs = []
        for (_, start, enters, enter), (_, stop, leaves, leave) in zip(found[::2], found[1::2], strict=True):
            if start <= stop:
                between = self._between(start + 1, stop + 1)
            else:
                between = self._between(start + 1, ends[1]) + self._between(ends[0], stop + 1)
            runs.append(Run([enters, *between, leaves], enter, leave))
        return runs

    def _between(self, first: int, last: int) -> list[Point]:
        """The points of rows that all lie inside."""
        place = bisect_left(self._inner, first)
        return self._inside[place:place + max(last - first, 0)]


def _least(value: int, shift: int) -> int:
    """The least position, in units of the arrays, that comes to ``value`` or more in units of the zoom."""
    return (value << shift) - (1 << shift >> 1) if shift >= 0 else -(-value >> -shift)


def _crossed(p: Point, q: Point, row: int) -> list[Event]:
    """What ``clip.crossings`` says of one stretch, by the same sums."""
    swap = p > q
    (ax, ay), (bx, by) = (q, p) if swap else (p, q)
    right, down = float(bx - ax), float(by - ay)
    low_x, high_x = ((EDGE_LOW - ax) / right, (EDGE_HIGH - ax) / right) if right else (-inf, inf)
    low_y, high_y = ((EDGE_LOW - ay) / down, (EDGE_HIGH - ay) / down) if down else (-inf, inf)
    is_south = down >= 0
    enter_y, leave_y = (low_y, high_y) if is_south else (high_y, low_y)
    by_x, out_x = low_x >= enter_y, high_x <= leave_y
    enter, leave = max(low_x if by_x else enter_y, 0.0), min(high_x if out_x else leave_y, 1.0)
    if not enter < leave:
        return []
    ends = []
    if enter > 0:
        side = 3 if by_x else 0 if is_south else 2
        ends.append((not swap, row, *_on_edge(ax + enter * right, ay + enter * down, side)))
    if leave < 1:
        side = 1 if out_x else 2 if is_south else 0
        ends.append((swap, row, *_on_edge(ax + leave * right, ay + leave * down, side)))
    return ends[::-1] if swap else ends


def _on_edge(x: float, y: float, side: int) -> tuple[Point, float]:
    """The position on a side of the edge, rounded, and how far around the edge it is, not rounded."""
    x = EDGE_LOW if side == 3 else EDGE_HIGH if side == 1 else min(max(x, EDGE_LOW), EDGE_HIGH)
    y = EDGE_LOW if side == 0 else EDGE_HIGH if side == 2 else min(max(y, EDGE_LOW), EDGE_HIGH)
    if side == 0:
        around = x - EDGE_LOW
    elif side == 1:
        around = SIDE + (y - EDGE_LOW)
    elif side == 2:
        around = 2 * SIDE + (EDGE_HIGH - x)
    else:
        around = 3 * SIDE + (EDGE_HIGH - y)
    return (min(max(floor(x + 0.5), LOW), HIGH), min(max(floor(y + 0.5), LOW), HIGH)), around


def _passes(p: Point, q: Point) -> bool:
    """Whether a stretch across the north edge's line passes between the north-west corner and the far east."""
    (x0, y0), (x1, y1) = p, q
    return float(x0) + (EDGE_LOW - y0) / float(y1 - y0) * float(x1 - x0) > EDGE_LOW


def _version(rings: Sequence[Ring]) -> Geometry | None:
    begins = [place for place, ring in enumerate(rings) if not ring.is_hole]
    found: Geometry = []
    for start, end in pairwise([*begins, len(rings)]):
        cut = _polygon(rings[start], [ring for ring in rings[start + 1:end] if not ring.is_gone])
        if cut is None:
            return None
        found += cut
    return found


def _polygon(outer: Ring, holes: Sequence[Ring]) -> Geometry | None:
    """One polygon, cut."""
    if outer.is_gone:
        return []
    crossing = [ring for ring in (outer, *holes) if ring.events]
    if outer.is_within and not outer.events:
        rings: Geometry | None = [outer.points()]
    elif crossing:
        rings = clip.joined([run for ring in crossing for run in ring.runs()])
    else:
        odd = sum(ring.odd() for ring in (outer, *holes) if not ring.is_within) % 2
        rings = [list(CORNERS)] if odd else []
    outers = None if rings is None else _wound([shut(ring) for ring in rings])
    inner = [shut(ring.points()) for ring in holes if ring.is_within and not ring.events]
    return _with_holes(outers, inner) if outers and inner else outers


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
        area = twice_area(ring) if len(ring) > 2 else 0
        if area < 0:
            return None
        if area:
            kept.append(ring)
    return kept


def twice_area(ring: Sequence[Point]) -> int:
    x0, y0 = ring[-1]
    total = 0
    for x, y in ring:
        total += x0 * y - x * y0
        x0, y0 = x, y
    return total


def without_repeats(points: Sequence[Point]) -> list[Point]:
    return [point for place, point in enumerate(points) if not place or point != points[place - 1]]


def shut(points: Sequence[Point]) -> list[Point]:
    ring = without_repeats(points)
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
