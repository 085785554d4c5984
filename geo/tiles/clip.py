"""Rings and lines cut to the square of a tile, in whole numbers: the numpy rung (``kernel.c`` is the other).

The square is cut half a unit outside of its last whole numbers, so that no position lies on its edge. Rings are
followed from where they enter to where they leave, and joined along the edge (Weiler and Atherton 1977), so that
what a tile parts is parts; positions on the edge are then rounded. Both rungs do the same sums in the same order.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.mvt import BUFFER, EXTENT
from geo.tiles.arrays import Ints

LOW, HIGH = -BUFFER, EXTENT + BUFFER
EDGE_LOW, EDGE_HIGH = LOW - 0.5, HIGH + 0.5
SIDE = EDGE_HIGH - EDGE_LOW
CORNERS = ((LOW, LOW), (HIGH, LOW), (HIGH, HIGH), (LOW, HIGH))

BELOW, ABOVE = np.array([1, 4], dtype=np.uint8), np.array([2, 8], dtype=np.uint8)
"""Outcodes by axis, as Cohen and Sutherland have them."""

Floats = NDArray[np.float64]
Point = tuple[int, int]


class Run(NamedTuple):
    """What lies inside between entering and leaving; ``enter`` and ``leave`` are distances around the edge,
    clockwise on the map from its north-west, in units. Lines may begin or end inside."""

    points: list[Point]
    enter: float
    leave: float


class Crossings(NamedTuple):
    """The stretches that cross the edge, in order. ``row`` is the place of the first point; ``points`` and
    ``around`` have two columns, entering and leaving; ``does`` says which of them happen."""

    row: Ints
    points: Ints
    around: Floats
    does: NDArray[np.bool_]


NOTHING = Crossings(
    np.zeros(0, dtype=np.int64), np.zeros((0, 2, 2), dtype=np.int64), np.zeros((0, 2)), np.zeros((0, 2), dtype=bool)
)


def inside(points: Ints) -> NDArray[np.bool_]:
    return np.asarray(((points >= LOW) & (points <= HIGH)).all(axis=1))


def crossings(points: Ints, after: Ints) -> Crossings:
    """Of the stretches from each point to the one in row ``after``, those that cross."""
    code = (points < LOW) * BELOW + (points > HIGH) * ABOVE
    here = code[:, 0] | code[:, 1]
    there = here[after]
    (row,) = np.nonzero(((here | there) != 0) & (here & there == 0))
    if not len(row):
        return NOTHING
    a, b = points[row], points[after[row]]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a, b = np.where(swap[:, None], b, a).astype(float), np.where(swap[:, None], a, b).astype(float)
    enter, leave, sides = _span(a, b - a)
    cut = enter < leave
    row, swap, a, b = row[cut], swap[cut], a[cut], b[cut]
    count = len(row)
    share, side = np.concatenate([enter[cut], leave[cut]]), np.concatenate([sides[0][cut], sides[1][cut]])
    where, around = _on_edge(np.concatenate([a, a]), np.concatenate([b - a, b - a]), share, side)
    order = np.where(swap, np.arange(count) + count, np.arange(count))
    order = np.column_stack([order, (order + count) % (2 * count)]) if count else order.reshape(0, 2)
    happens = np.concatenate([share[:count] > 0, share[count:] < 1])
    return Crossings(row, where[order], around[order], happens[order])


def _span(a: Floats, step: Floats) -> tuple[Floats, Floats, tuple[Ints, Ints]]:
    """Liang and Barsky 1984: shares of the way at which it enters and leaves, and by which side: 0 top, clockwise.

    The way goes eastward, or straight south.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (EDGE_LOW - a) / step, (EDGE_HIGH - a) / step
    still = step == 0
    low[still], high[still] = -np.inf, np.inf  # those outside all the way are not asked
    south = step[:, 1] >= 0
    enter_y, leave_y = np.where(south, low[:, 1], high[:, 1]), np.where(south, high[:, 1], low[:, 1])
    by_x, out_x = low[:, 0] >= enter_y, high[:, 0] <= leave_y
    enter = np.maximum(np.where(by_x, low[:, 0], enter_y), 0.0)
    leave = np.minimum(np.where(out_x, high[:, 0], leave_y), 1.0)
    return enter, leave, (np.where(by_x, 3, np.where(south, 0, 2)), np.where(out_x, 1, np.where(south, 2, 0)))


def _on_edge(a: Floats, step: Floats, share: Floats, side: Ints) -> tuple[Ints, Floats]:
    """The position, rounded, and how far around the edge it is, not rounded."""
    x = np.where(side == 3, EDGE_LOW, np.where(side == 1, EDGE_HIGH, a[:, 0] + share * step[:, 0]))
    y = np.where(side == 0, EDGE_LOW, np.where(side == 2, EDGE_HIGH, a[:, 1] + share * step[:, 1]))
    x, y = x.clip(EDGE_LOW, EDGE_HIGH), y.clip(EDGE_LOW, EDGE_HIGH)
    around = np.select(
        [side == 0, side == 1, side == 2],
        [x - EDGE_LOW, SIDE + (y - EDGE_LOW), 2 * SIDE + (EDGE_HIGH - x)], 3 * SIDE + (EDGE_HIGH - y),
    )
    rounded = np.floor(np.column_stack([x, y]) + 0.5).astype(np.int64).clip(LOW, HIGH)
    return rounded, around


Event = tuple[bool, int, Point, float]


def events(cross: Crossings) -> list[list[Event]]:
    """By stretch, what happens on it in order: entering or leaving, its row, where, how far around the edge."""
    rows = zip(cross.row.tolist(), cross.points.tolist(), cross.around.tolist(), cross.does.tolist(), strict=True)
    return [
        [(entering, row, (where[0], where[1]), around)
         for entering, where, around, happens in zip((True, False), points, arounds, does, strict=True) if happens]
        for row, points, arounds, does in rows
    ]


def ring_runs(points: Ints, first: int, size: int, found: list[Event]) -> list[Run]:
    """The runs of the ring ``points[first:first + size]``, in the order in which it enters."""
    begin = next((at for at, (entering, *_) in enumerate(found) if entering), 0)
    found = found[begin:] + found[:begin]
    runs = []
    for (_, start, enters, enter), (_, stop, leaves, leave) in zip(found[::2], found[1::2], strict=True):
        runs.append(Run([enters, *_between(points, first, size, (start, stop)), leaves], enter, leave))
    return runs


def _between(points: Ints, first: int, size: int, ends: tuple[int, int]) -> list[Point]:
    """Those of a ring after one row up to another, around its end when need be."""
    start, stop = ends
    if start <= stop:
        return tuples(points[start + 1:stop + 1])
    return tuples(points[start + 1:first + size]) + tuples(points[first:stop + 1])


def tuples(points: Ints) -> list[Point]:
    return [(x, y) for x, y in points.tolist()]


def line_runs(points: Ints, ends: tuple[int, int], found: list[Event], *, begins_inside: bool) -> list[list[Point]]:
    """The pieces of the line ``points[start:stop]``."""
    at, stop = ends
    pieces: list[list[Point]] = []
    begin: list[Point] | None = [] if begins_inside else None
    for entering, row, where, _ in found:
        if entering:
            begin, at = [where], row + 1
        elif begin is not None:
            pieces.append([*begin, *tuples(points[at:row + 1]), where])
            begin = None
    if begin is not None:
        pieces.append([*begin, *tuples(points[at:stop])])
    return pieces


def joined(runs: Sequence[Run]) -> list[list[Point]] | None:
    """Runs of one polygon joined along the edge into rings; ``None`` where they do not fit together."""
    rings, free = [], [True] * len(runs)
    for start in range(len(runs)):
        if not free[start]:
            continue
        ring: list[Point] = []
        at = start
        while free[at]:
            free[at] = False
            ring += runs[at].points
            following, way = _next(runs, runs[at].leave)
            ring += _corners(runs[at].leave, way)
            at = following
        if at != start:
            return None
        rings.append(ring)
    return rings


def _next(runs: Sequence[Run], leave: float) -> tuple[int, float]:
    """The run that enters next, clockwise, and how far on."""
    ways = [run.enter - leave for run in runs]
    ways = [way + 4 * SIDE if way < 0 else way for way in ways]
    nearest = min(range(len(ways)), key=ways.__getitem__)
    return nearest, ways[nearest]


def _corners(leave: float, way: float) -> Iterator[Point]:
    corner = int(leave / SIDE) + 1
    while corner * SIDE < leave + way:
        yield CORNERS[corner % 4]
        corner += 1


def around_corner(points: Ints, after: Ints) -> Ints:
    """The rows of stretches that pass between the north-west corner of the edge and the far east: an odd number of
    them go around the corner."""
    below = points[:, 1] > EDGE_LOW
    (row,) = np.nonzero(below != below[after])
    if not len(row):
        return row
    a, b = points[row].astype(float), points[after[row]].astype(float)
    x = a[:, 0] + (EDGE_LOW - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return np.asarray(row[x > EDGE_LOW])


def holds(ring: Sequence[Point], point: Point) -> bool:
    """Whether a ring, small enough for exact sums, goes around a point that is not on it."""
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > y) != (y1 > y):
            side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
            odd ^= (side > 0) == (y1 > y0)
    return odd
