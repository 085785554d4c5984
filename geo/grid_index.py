"""Which zones cover many dated points: every pair of a point and a zone row at once, exact on edges and ends.

The ground is cut into squares, time into spans in which no row begins or ends. Points are counted by square and span,
so that a row's points of a square are one run. A *fine* index has smaller squares and knows of each whether an outline
enters it: one that none enters lies wholly in a row or wholly out of it, and only the points in the others are tested
against the polygon. The outlines are walked once, as columns of corners, which takes less than GEOS does to prepare
the polygons; a *tabled* index also has a table of squares and spans that answers for most points by one look.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.interval import FIRST, LAST, day_number
from geo.model import Feature

COARSE, FINE = 16, 64
"""Squares along each side of all ground."""

BLOCK = 128
"""Rows whose outlines are laid on the squares at once: so few that their corners stay in the processor's cache."""

PREPARED_FROM = 64
"""Points tested against one polygon from which on it pays to prepare it."""

_NOBODY, _LOOK = -1, -2

Ints = NDArray[np.int64]
Whole = NDArray[Any]
"""Whole numbers of any size."""
Flags = NDArray[np.bool_]


class Hits(NamedTuple):
    """``point[i]`` lies in ``row[i]`` on its day; in no order."""

    point: Ints
    row: Ints


class Laid(NamedTuple):
    """Squares that some rows have to do with; ``is_inside`` where the whole square is ground of the row."""

    square: NDArray[np.int32]
    row: NDArray[np.int32]
    is_inside: Flags


class GridIndex:
    """Zone rows by square and span of days. Geometries are shared with who gave them, who may have prepared them."""

    def __init__(self, rows: Sequence[Feature], *, is_fine: bool = False, is_tabled: bool = False) -> None:
        self._grounds = np.array([row.geometry for row in rows], dtype=object)
        first = np.array([day_number(row.valid.outer.start or FIRST) for row in rows], dtype=np.int64)
        until = np.array([day_number(row.valid.outer.end or LAST) for row in rows], dtype=np.int64)
        turns = np.unique(np.concatenate((first, until)))
        self._spans = len(turns) + 1
        self._days = np.arange(turns[0] - 1, turns[-1] + 1) if len(rows) else np.empty(0, np.int64)
        self._span_of = np.searchsorted(turns, self._days, "right")
        self._side = FINE if is_fine else COARSE
        self._tested = np.zeros(len(rows), dtype=np.int64)
        self._table: NDArray[np.int32] | None = None
        if len(rows):
            self._boxes = shapely.bounds(self._grounds).reshape(-1, 4)
            self._corner = self._boxes[:, :2].min(axis=0)
            self._scale = self._side / np.maximum(self._boxes[:, 2:].max(axis=0) - self._corner, 1e-9)
            lay = self._outlined if is_fine else self._boxed
            blocks = [lay(low, min(low + BLOCK, len(rows))) for low in range(0, len(rows), BLOCK)]
            square, self._row, self._is_inside = (np.concatenate(part) for part in zip(*blocks, strict=True))
            start, end = (np.searchsorted(turns, days).astype(np.int32) + 1 for days in (first, until))
            self._from, self._to = (square * np.int32(self._spans) + ends[self._row] for ends in (start, end))
            self._table = self._answers() if is_tabled else None

    def covering(self, where: NDArray[np.float64], days: Ints) -> Hits:
        """All pairs of a point (rows of ``lng, lat``; day numbers) and a row that covers it and holds on its day."""
        if not len(self._grounds) or not len(where):
            return Hits(np.empty(0, np.int64), np.empty(0, np.int64))
        spans = self._span_of[np.clip(days - self._days[0], 0, len(self._days) - 1)]
        cells = self._cells(where)
        keys = (cells[:, 1] * self._side + cells[:, 0]) * self._spans + spans
        if self._table is None:
            return self._looked_up(where, keys)
        told = self._table[keys]
        sure, unsure = np.flatnonzero(told >= 0), np.flatnonzero(told == _LOOK)
        point, row = self._looked_up(where[unsure], keys[unsure])
        return Hits(np.concatenate((sure, unsure[point])), np.concatenate((told[sure].astype(np.int64), row)))

    def _looked_up(self, where: NDArray[np.float64], keys: Ints) -> Hits:
        order = np.argsort(keys)
        before = np.zeros(self._side**2 * self._spans + 1, dtype=np.int32)
        np.cumsum(np.bincount(keys, minlength=len(before) - 1), out=before[1:])
        low = before[self._from]
        count = before[self._to] - low
        some = np.flatnonzero(count)
        entry, place = runs(count[some])
        point = order[low[some][entry] + place]
        entry = some[entry]
        row, is_inside = self._row[entry].astype(np.int64), self._is_inside[entry]
        unsure = np.flatnonzero(~is_inside)
        is_inside[unsure] = self._is_covered(where[point[unsure]], row[unsure])
        return Hits(point[is_inside], row[is_inside])

    def _is_covered(self, where: NDArray[np.float64], row: Ints) -> Flags:
        """Whether each point lies in its row: by boxes first, then by the polygon."""
        x, y = where.T
        west, south, east, north = self._boxes[row].T
        is_covered: Flags = (west <= x) & (x <= east) & (south <= y) & (y <= north)
        asked = np.flatnonzero(is_covered)
        self._tested += np.bincount(row[asked], minlength=len(self._tested))
        shapely.prepare(self._grounds[self._tested >= PREPARED_FROM])
        is_covered[asked] = shapely.intersects_xy(self._grounds[row[asked]], x[asked], y[asked])
        return is_covered

    def _answers(self) -> NDArray[np.int32]:
        """By square and span: the one row that covers all of it, nobody, or that a closer look is needed."""
        table = np.full(self._side**2 * self._spans, _NOBODY, dtype=np.int32)
        entry, place = runs(self._to - self._from)
        at, is_inside = self._from[entry] + place, self._is_inside[entry]
        table[at] = self._row[entry]
        table[np.bincount(at[is_inside], minlength=len(table)) > 1] = _LOOK
        table[at[~is_inside]] = _LOOK
        return table

    def _boxed(self, low: int, high: int) -> Laid:
        """Each square that the box of a row meets; nothing is known to lie inside."""
        boxes = self._in_boxes(low, high)
        return _laid(boxes, np.zeros(len(boxes.square), dtype=bool), low)

    def _outlined(self, low: int, high: int) -> Laid:
        """Each square that has ground of a row; a piece of outline enters all squares that its box meets."""
        boxes, outlines = self._in_boxes(low, high), _Outlines.of(self._grounds[low:high])
        half = ((outlines.corners - self._corner) * (self._scale * 2)).astype(np.int32)
        np.clip(half, 0, 2 * self._side - 1, out=half)
        column, line = (half >> 1).T
        is_entered = _entered(boxes, outlines, column, line)
        is_odd = _crossed(boxes, outlines, column, (half[:, 1] + 1) >> 1)
        kept = is_entered | is_odd
        return _laid(_Boxes(boxes.square[kept], boxes.row[kept], *boxes[2:]), (is_odd & ~is_entered)[kept], low)

    def _in_boxes(self, low: int, high: int) -> _Boxes:
        corner, opposite = self._cells(self._boxes[low:high, :2]), self._cells(self._boxes[low:high, 2:])
        wide, tall = (opposite - corner + 1).T
        row, place = runs(wide * tall)
        column, line = place % wide[row], place // wide[row]
        square = (corner[row, 1] + line) * self._side + corner[row, 0] + column
        first = np.cumsum(wide * tall) - wide * tall
        return _Boxes(square, row, first - corner[:, 1] * wide - corner[:, 0], wide)

    def _cells(self, where: NDArray[np.float64]) -> Ints:
        """Column and line of the square; what lies beyond all ground counts to an outermost one, and is looked at."""
        cells: Ints = np.clip((where - self._corner) * self._scale, 0, self._side - 1).astype(np.int64)
        return cells


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


def _laid(boxes: _Boxes, is_inside: Flags, first: int) -> Laid:
    return Laid(boxes.square.astype(np.int32), (boxes.row + first).astype(np.int32), is_inside)


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
