"""Which zones cover many dated points: every pair of a point and a zone row at once, exact on edges and ends.

The ground is cut into squares, time into spans in which no row begins or ends. Points are counted by square and span,
so that a row's points of a square are one run. Outlines are walked once, as columns of corners: a square that none
enters lies wholly in a row or wholly out of it, and only points in the others are tested against the polygon. All is
done for some days at a time, so few that what is worked on stays in the processor's cache, and rows whose days nobody
asks for are never looked at.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.interval import FIRST, LAST, day_number
from geo.model import Feature

SIDE = 64
"""Squares along each side of all ground."""

BLOCK = 128
"""Rows whose outlines are laid on the squares at once."""

SLAB = 64
"""Spans of days whose points are joined at once, and no more than ``AT_ONCE`` points of them."""

AT_ONCE = 65_536

PREPARED_FROM = 24
"""Points tested against one polygon from which on it pays to prepare it."""

Ints = NDArray[np.int64]
Whole = NDArray[np.signedinteger[Any]]
Flags = NDArray[np.bool_]


class Hits(NamedTuple):
    """``point[i]`` lies in ``row[i]`` on its day; in no order."""

    point: Ints
    row: Ints


class Laid(NamedTuple):
    """Squares that have ground of some rows; ``is_inside`` where the whole square is ground of the row."""

    square: NDArray[np.int32]
    row: NDArray[np.int32]
    is_inside: Flags


class Spans(NamedTuple):
    """The days of some rows: spans in which none begins or ends. ``row`` are the rows by first day; in that order the
    spans from ``first`` up to ``until`` are theirs. ``of_day`` is the span of each day from ``zero`` on."""

    row: Ints
    first: Ints
    until: Ints
    zero: int
    of_day: Whole

    @classmethod
    def of(cls, rows: Sequence[Feature]) -> Spans:
        first = np.array([day_number(row.valid.outer.start or FIRST) for row in rows], dtype=np.int64)
        until = np.array([day_number(row.valid.outer.end or LAST) for row in rows], dtype=np.int64)
        order = np.argsort(first, kind="stable")
        turns = np.unique(np.concatenate((first, until)))
        small = len(turns) < 2**15  # numpy sorts small numbers in a fifth of the time
        zero, end = (int(turns[0]) - 1, int(turns[-1]) + 1) if len(rows) else (0, 0)
        of_day: Whole = np.searchsorted(turns, np.arange(zero, end), "right").astype(np.int16 if small else np.int32)
        begins, ends = (np.searchsorted(turns, days[order]) + 1 for days in (first, until))
        return cls(order, begins, ends, zero, of_day)

    def at(self, days: Ints) -> Whole:
        """The span of each day; of days before all rows or after them, one that no row has."""
        return self.of_day[np.clip(days - self.zero, 0, len(self.of_day) - 1)]


class GridIndex:
    """Zone rows by square and span of days. Geometries are shared with who gave them, who may have prepared them."""

    def __init__(self, rows: Sequence[Feature]) -> None:
        self._spans = Spans.of(rows)
        self._row, self._from, self._to = self._spans.row, self._spans.first, self._spans.until
        self._grounds = np.array([row.geometry for row in rows], dtype=object)[self._row]
        self._tested = np.zeros(len(rows), dtype=np.int64)
        self._is_prepared = np.zeros(len(rows), dtype=bool)
        self._laid: dict[int, Laid] = {}
        if len(rows):
            self._boxes = shapely.bounds(self._grounds).reshape(-1, 4)
            self._corner = self._boxes[:, :2].min(axis=0)
            self._scale = SIDE / np.maximum(self._boxes[:, 2:].max(axis=0) - self._corner, 1e-9)
            blocks = np.arange(0, len(rows), BLOCK)
            self._block_from, self._block_to = self._from[blocks], np.maximum.reduceat(self._to, blocks)

    def covering(self, where: NDArray[np.float64], days: Ints) -> Hits:
        """All pairs of a point (rows of ``lng, lat``; day numbers) and a row that covers it and holds on its day."""
        if not len(self._grounds) or not len(where):
            return Hits(np.empty(0, np.int64), np.empty(0, np.int64))
        spans = self._spans.at(days)
        order = np.argsort(spans, kind="stable")
        hits = [self._in_slab(where.take(part, axis=0), spans[part], part) for part in _parted(spans[order], order)]
        return Hits(*(np.concatenate(column) for column in zip(*hits, strict=True)))

    def _in_slab(self, where: NDArray[np.float64], spans: Whole, point: Ints) -> Hits:
        low, high = int(spans[0]), int(spans[-1]) + 1
        cells = self._cells(where).astype(np.int32)
        keys = (cells[:, 1] * SIDE + cells[:, 0]) * SLAB + (spans - low)
        square, row, is_inside = self._rows(low, high)
        before = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=SIDE**2 * SLAB))))
        first = before[square * SLAB + np.maximum(self._from[row] - low, 0)]
        count = before[square * SLAB + np.minimum(self._to[row] - low, SLAB)] - first
        entry, place = runs(count)
        found, row, is_covered = np.argsort(keys)[first[entry] + place], row[entry], is_inside[entry]
        unsure = np.flatnonzero(~is_covered)
        is_covered[unsure] = self._is_covered(where[found[unsure]], row[unsure])
        return Hits(point[found[is_covered]], self._row[row[is_covered]])

    def _rows(self, low: int, high: int) -> Laid:
        """The rows that hold in spans from ``low`` up to ``high``, laid on the squares."""
        blocks = np.flatnonzero((self._block_from < high) & (self._block_to > low)).tolist()
        for block in blocks:
            if block not in self._laid:
                self._laid[block] = self._lay(block * BLOCK, min((block + 1) * BLOCK, len(self._row)))
        nothing = Laid(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.bool_))
        parts: Any = zip(nothing, *(self._laid[block] for block in blocks), strict=True)
        square, row, is_inside = (np.concatenate(part) for part in parts)
        holds = np.flatnonzero((self._from < high)[row] & (self._to > low)[row])
        return Laid(square[holds], row[holds], is_inside[holds])

    def _is_covered(self, where: NDArray[np.float64], row: Whole) -> Flags:
        """Whether each point lies in its row: by boxes first, then by the polygon."""
        x, y = where.T
        west, south, east, north = self._boxes[row].T
        is_covered: Flags = (west <= x) & (x <= east) & (south <= y) & (y <= north)
        asked = np.flatnonzero(is_covered)
        self._tested += np.bincount(row[asked], minlength=len(self._tested))
        ripe = np.flatnonzero((self._tested >= PREPARED_FROM) & ~self._is_prepared)
        shapely.prepare(self._grounds[ripe])
        self._is_prepared[ripe] = True
        is_covered[asked] = shapely.intersects_xy(self._grounds[row[asked]], x[asked], y[asked])
        return is_covered

    def _lay(self, low: int, high: int) -> Laid:
        """Each square that has ground of a row; a piece of outline enters all squares that its box meets."""
        boxes, outlines = self._in_boxes(low, high), _Outlines.of(self._grounds[low:high])
        half = ((outlines.corners - self._corner) * (self._scale * 2)).astype(np.int32)
        np.clip(half, 0, 2 * SIDE - 1, out=half)
        column, line = (half >> 1).T
        is_entered = _entered(boxes, outlines, column, line)
        is_odd = _crossed(boxes, outlines, column, (half[:, 1] + 1) >> 1)
        kept = np.flatnonzero(is_entered | is_odd)
        row = (boxes.row[kept] + low).astype(np.int32)
        return Laid(boxes.square[kept].astype(np.int32), row, ~is_entered[kept])

    def _in_boxes(self, low: int, high: int) -> _Boxes:
        corner, opposite = self._cells(self._boxes[low:high, :2]), self._cells(self._boxes[low:high, 2:])
        wide, tall = (opposite - corner + 1).T
        row, place = runs(wide * tall)
        column, line = place % wide[row], place // wide[row]
        square = (corner[row, 1] + line) * SIDE + corner[row, 0] + column
        first = np.cumsum(wide * tall) - wide * tall
        return _Boxes(square, row, first - corner[:, 1] * wide - corner[:, 0], wide)

    def _cells(self, where: NDArray[np.float64]) -> Ints:
        """Column and line of the square; what lies beyond all ground counts to an outermost one, and is looked at."""
        cells: Ints = np.clip((where - self._corner) * self._scale, 0, SIDE - 1).astype(np.int64)
        return cells


def _parted(spans: Whole, order: Ints) -> Iterator[Ints]:
    """``order`` in parts of at most ``SLAB`` spans and ``AT_ONCE`` points; ``spans`` are in that order."""
    low = 0
    while low < len(order):
        high = min(int(np.searchsorted(spans, int(spans[low]) + SLAB)), low + AT_ONCE)
        yield order[low:high]
        low = high


class _Boxes(NamedTuple):
    """The squares that the boxes of some rows meet, row by row and line by line. ``zero`` and ``wide`` of a row tell
    where among them a square of it is."""

    square: Ints
    row: Ints
    zero: Ints
    wide: Ints

    def place(self, row: Ints, column: Whole, line: Whole) -> Ints:
        found: Ints = self.zero[row] + line * self.wide[row] + column
        return found


class _Outlines(NamedTuple):
    """The rings of some grounds, end to end: the row of each, where it begins in ``corners``; ``is_piece[i]`` where
    corners ``i`` and ``i + 1`` are of one ring."""

    row: Ints
    begins: Ints
    corners: NDArray[np.float64]
    is_piece: Flags

    @classmethod
    def of(cls, grounds: NDArray[np.object_]) -> _Outlines:
        parts, row = shapely.get_parts(grounds, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        corners = shapely.get_coordinates(rings)
        counts = shapely.get_num_points(rings)
        begins = np.cumsum(counts) - counts
        is_piece = np.ones(len(corners) - 1, dtype=bool)
        is_piece[begins[1:] - 1] = False
        return cls(row[part], begins, corners, is_piece)

    def rows(self, corner: Ints) -> Ints:
        return self.row[np.searchsorted(self.begins, corner, "right") - 1]


def _entered(boxes: _Boxes, outlines: _Outlines, column: Whole, line: Whole) -> Flags:
    """Whether a piece of outline may enter each square."""
    is_entered = np.zeros(len(boxes.square), dtype=bool)
    leaves = np.flatnonzero(((column[1:] != column[:-1]) | (line[1:] != line[:-1])) & outlines.is_piece)
    for corner in (outlines.begins, leaves + 1):
        is_entered[boxes.place(outlines.rows(corner), column[corner], line[corner])] = True
    west, south = (np.minimum(each[leaves], each[leaves + 1]) for each in (column, line))
    wide, tall = (np.abs(each[leaves + 1] - each[leaves]) + 1 for each in (column, line))
    far = np.flatnonzero(wide + tall > 3)  # else it goes to a neighbour, and both are entered by its ends
    piece, place = runs(wide[far] * tall[far])
    piece = far[piece]
    across, up = place % wide[piece], place // wide[piece]
    is_entered[boxes.place(outlines.rows(leaves[piece]), west[piece] + across, south[piece] + up)] = True
    return is_entered


def _crossed(boxes: _Boxes, outlines: _Outlines, column: Whole, above: Whole) -> Flags:
    """Whether outlines cross the line of middles an odd number of times up to each square: then one that none enters
    lies inside. ``above``: the first line whose middles lie above each corner. A crossing counts from the westernmost
    square that its piece may enter."""
    crosses = np.flatnonzero((above[1:] != above[:-1]) & outlines.is_piece)
    low, high = np.minimum(above[crosses], above[crosses + 1]), np.maximum(above[crosses], above[crosses + 1])
    piece, place = runs(high - low)
    corner = crosses[piece]
    west = np.minimum(column[corner], column[corner + 1])
    at = boxes.place(outlines.rows(corner), west, low[piece] + place)
    is_odd: Flags = (np.cumsum(np.bincount(at, minlength=len(boxes.square))) & 1).astype(bool)
    return is_odd


def runs(lengths: Whole) -> tuple[Ints, Ints]:
    """For runs of these lengths: the number of the run and the place in it, element by element.

    >>> [part.tolist() for part in runs(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    run = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(run)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return run, place
