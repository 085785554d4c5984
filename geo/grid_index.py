"""Which zones cover many dated points: every pair of a point and a zone row at once, exact on edges and ends.

The ground is cut into squares, time into spans in which no row begins or ends. Points are counted by square and span,
so that a row's points of a square are one run, and tested against prepared polygons all in one call. A *fine* index
takes seconds longer to make and then knows more: a square that no outline enters lies wholly in a row or wholly out of
it, and a table of squares and spans answers for all its points by one look.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.interval import FIRST, LAST, day_number
from geo.model import Feature

COARSE, FINE = 16, 64
"""Squares along each side of all ground."""

BLOCK = 1000
"""Rows whose outlines are laid on the squares at once; bounds the memory."""

_NOBODY, _LOOK = -1, -2

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Hits(NamedTuple):
    """``point[i]`` lies in ``row[i]`` on its day; in no order."""

    point: Ints
    row: Ints


class GridIndex:
    """Zone rows by square and span of days. Geometries must be prepared and are shared with who gave them."""

    def __init__(self, rows: Sequence[Feature], *, is_fine: bool = False) -> None:
        self._grounds = np.array([row.geometry for row in rows], dtype=object)
        first = np.array([day_number(row.valid.outer.start or FIRST) for row in rows], dtype=np.int64)
        until = np.array([day_number(row.valid.outer.end or LAST) for row in rows], dtype=np.int64)
        turns = np.unique(np.concatenate((first, until)))
        self._spans = len(turns) + 1
        self._days = np.arange(turns[0] - 1, turns[-1] + 1) if len(rows) else np.empty(0, np.int64)
        self._span_of = np.searchsorted(turns, self._days, "right")
        self._side = FINE if is_fine else COARSE
        self._table: NDArray[np.int32] | None = None
        if len(rows):
            self._boxes = shapely.bounds(self._grounds).reshape(-1, 4)
            self._corner = self._boxes[:, :2].min(axis=0)
            self._size = np.maximum(self._boxes[:, 2:].max(axis=0) - self._corner, 1e-9) / self._side
            lay = self._laid if is_fine else self._boxed
            blocks = [lay(np.arange(low, min(low + BLOCK, len(rows)))) for low in range(0, len(rows), BLOCK)]
            square, self._row, self._is_inside = (np.concatenate(part) for part in zip(*blocks, strict=True))
            start, end = (np.searchsorted(turns, days) + 1 for days in (first, until))
            self._from, self._to = (
                (square * self._spans + ends[self._row]).astype(np.int32) for ends in (start, end)
            )
            self._table = self._answers() if is_fine else None

    def covering(self, where: NDArray[np.float64], days: Ints) -> Hits:
        """All pairs of a point (rows of ``lng, lat``; day numbers) and a row that covers it and holds on its day."""
        if not len(self._grounds) or not len(where):
            return Hits(np.empty(0, np.int64), np.empty(0, np.int64))
        spans = self._span_of[np.clip(days - self._days[0], 0, len(self._days) - 1)]
        keys = self._squares(where) * self._spans + spans
        if self._table is None:
            return self._looked_up(where, keys)
        told = self._table[keys]
        sure, unsure = np.flatnonzero(told >= 0), np.flatnonzero(told == _LOOK)
        point, row = self._looked_up(where[unsure], keys[unsure])
        return Hits(np.concatenate((sure, unsure[point])), np.concatenate((told[sure].astype(np.int64), row)))

    def _looked_up(self, where: NDArray[np.float64], keys: Ints) -> Hits:
        order = np.argsort(keys, kind="stable")
        before = np.zeros(self._side**2 * self._spans + 1, dtype=np.int32)
        np.cumsum(np.bincount(keys, minlength=len(before) - 1), out=before[1:])
        low = before[self._from]
        entry, place = runs(before[self._to] - low)
        point, row, is_inside = order[low[entry] + place], self._row[entry], self._is_inside[entry]
        x, y = where[point].T
        west, south, east, north = self._boxes[row].T
        asked = np.flatnonzero(~is_inside & (west <= x) & (x <= east) & (south <= y) & (y <= north))
        is_inside[asked] = shapely.intersects_xy(self._grounds[row[asked]], x[asked], y[asked])
        return Hits(point[is_inside], row[is_inside])

    def _answers(self) -> NDArray[np.int32]:
        """By square and span: the one row that covers all of it, nobody, or that a closer look is needed."""
        table = np.full(self._side**2 * self._spans, _NOBODY, dtype=np.int32)
        entry, place = runs(self._to - self._from)
        at, is_inside = self._from[entry] + place, self._is_inside[entry]
        table[at] = self._row[entry]
        table[np.bincount(at[is_inside], minlength=len(table)) > 1] = _LOOK
        table[at[~is_inside]] = _LOOK
        return table

    def _boxed(self, rows: Ints) -> tuple[Ints, Ints, Flags]:
        """Squares and rows for each square that the box of a row meets; nothing is known to lie inside."""
        square, row, _ = self._in_boxes(rows)
        return square, rows[row], np.zeros(len(square), dtype=bool)

    def _in_boxes(self, rows: Ints) -> tuple[Ints, Ints, Flags]:
        """Line by line: the square, the place of its row in ``rows``, and whether it begins a line."""
        low, high = self._cells(self._boxes[rows, :2]), self._cells(self._boxes[rows, 2:])
        wide, tall = (high - low + 1).T
        row, place = runs(wide * tall)
        column, line = place % wide[row], place // wide[row]
        return (low[row, 1] + line) * self._side + low[row, 0] + column, row, column == 0

    def _laid(self, rows: Ints) -> tuple[Ints, Ints, Flags]:
        """Squares and rows for each square that has ground of a row, and whether all of it is inside."""
        square, row, begins_line = self._in_boxes(rows)
        entered = self._entered(rows)[row, square]
        begins = ~entered & (begins_line | np.roll(entered, 1))  # from there on, no outline parts it from its neighbour
        middle = (np.column_stack((square % self._side, square // self._side)) + 0.5) * self._size + self._corner
        asked = np.flatnonzero(begins)
        is_in = shapely.intersects_xy(self._grounds[rows[row[asked]]], *middle[asked].T)
        is_inside = ~entered & np.concatenate(([False], is_in))[np.cumsum(begins)]
        kept = np.flatnonzero(entered | is_inside)
        return square[kept], rows[row[kept]], is_inside[kept]

    def _entered(self, rows: Ints) -> Flags:
        """By row and square, whether a piece of the outline may enter it: its whole box counts."""
        is_entered = np.zeros((len(rows), self._side**2), dtype=bool)
        parts, row = shapely.get_parts(self._grounds[rows], return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        owner, cells = row[part[ring]], self._cells(corners)
        is_entered[owner, cells[:, 1] * self._side + cells[:, 0]] = True
        leaves = np.flatnonzero((ring[1:] == ring[:-1]) & (cells[1:] != cells[:-1]).any(axis=1))
        low, high = np.minimum(cells[leaves], cells[leaves + 1]), np.maximum(cells[leaves], cells[leaves + 1])
        wide, tall = (high - low + 1).T
        piece, place = runs(wide * tall)
        x, y = low[piece, 0] + place % wide[piece], low[piece, 1] + place // wide[piece]
        is_entered[owner[leaves[piece]], y * self._side + x] = True
        return is_entered

    def _squares(self, where: NDArray[np.float64]) -> Ints:
        cells = self._cells(where)
        return cells[:, 1] * self._side + cells[:, 0]

    def _cells(self, where: NDArray[np.float64]) -> Ints:
        """Column and row of the square; what lies beyond all ground counts to an outermost one, and is looked at."""
        cells: Ints = np.clip((where - self._corner) / self._size, 0, self._side - 1).astype(np.int64)
        return cells


def runs(lengths: Ints) -> tuple[Ints, Ints]:
    """For runs of these lengths: the number of the run and the place in it, element by element.

    >>> [part.tolist() for part in runs(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    run = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(run)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return run, place
