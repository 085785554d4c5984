"""Which zones cover many dated points, by the compiled kernel: the same pairs as ``grid_index`` finds, several times
as fast, where it was built.

The outlines of the rows are laid flat in memory, some rows at a time and only of days that somebody asks for. Nothing
of GEOS is made ready: the kernel tests each point against a few edges. About the few that lie on one, or so near to it
that double precision cannot tell, GEOS is asked.
"""
from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.grid_index import GridIndex, Hits, Ints, Spans
from geo.model import Feature

BLOCK = 128
"""Rows that are laid flat at once: so few that what GEOS hands out for it stays in the processor's cache."""

Some = NDArray[np.int32]
Floats = NDArray[np.float64]


class Index(Protocol):
    """What finds zone rows; points are at most some millions."""

    def covering(self, where: Floats, days: Ints) -> Hits:
        """All pairs of a point (rows of ``lng, lat``; day numbers) and a row that covers it and holds on its day."""


def index_of(rows: Sequence[Feature]) -> Index:
    """The fastest index that this installation has."""
    kernel = compiled()
    return GridIndex(rows) if kernel is None else FlatIndex(rows, kernel)


def compiled() -> ModuleType | None:
    """The kernel; ``None`` where it was not built."""
    try:
        return importlib.import_module("geo.cover")
    except ImportError:
        return None


class _Flat(NamedTuple):
    """Corners of some rows' rings end to end, and where each row's begin; one more at the end."""

    corners: Floats
    rows: Some

    @classmethod
    def of(cls, grounds: NDArray[np.object_]) -> _Flat:
        ends = np.cumsum(shapely.get_num_coordinates(grounds))
        return cls(shapely.get_coordinates(grounds), np.concatenate(([0], ends)).astype(np.int32))


class _Asked(NamedTuple):
    """Points in the kernel's order: their spans from ``low`` up to ``high``, where each cell's spans begin, the number
    of each point, where they are."""

    low: int
    high: int
    begins: Some
    number: Some
    places: Floats


class FlatIndex:
    """Zone rows by first day. Their outlines are kept flat from the second question on: for a single one, however
    large, fresh memory would cost more than the work."""

    def __init__(self, rows: Sequence[Feature], kernel: ModuleType) -> None:
        self._kernel = kernel
        self._spans = Spans.of(rows)
        self._grounds = np.array([row.geometry for row in rows], dtype=object)[self._spans.row]
        self._flat: dict[int, _Flat] = {}
        self._asked: set[int] = set()
        if len(rows):
            self._days = np.column_stack((self._spans.first, self._spans.until)).astype(np.int32)
            self._boxes = shapely.bounds(self._grounds).reshape(-1, 4)
            self._all = (*self._boxes[:, :2].min(axis=0).tolist(), *self._boxes[:, 2:].max(axis=0).tolist())
            blocks = np.arange(0, len(rows), BLOCK)
            self._block_from = self._spans.first[blocks]
            self._block_to = np.maximum.reduceat(self._spans.until, blocks)

    def covering(self, where: Floats, days: Ints) -> Hits:
        """All pairs of a point (rows of ``lng, lat``; day numbers) and a row that covers it and holds on its day."""
        if not len(self._grounds) or not len(where):
            return Hits(np.empty(0, np.int64), np.empty(0, np.int64))
        asked = self._sorted(np.ascontiguousarray(where, dtype=np.float64), self._spans.at(days))
        blocks = np.flatnonzero((self._block_from < asked.high) & (self._block_to > asked.low)).tolist()
        found = [np.empty((2, 0), np.int64), *(self._in_block(block * BLOCK, asked, where) for block in blocks)]
        point, row = np.concatenate(found, axis=1)
        return Hits(point, self._spans.row[row])

    def _sorted(self, where: Floats, spans: NDArray[np.signedinteger]) -> _Asked:
        low, high = int(spans.min()), int(spans.max()) + 1
        asked = _Asked(
            low, high, np.empty(self._kernel.CELLS * (high - low) + 1, np.int32), np.empty(len(where), np.int32),
            np.empty((len(where), 2)),
        )
        self._kernel.sort(where, spans.astype(np.int32) - np.int32(low), *self._all, high - low, *asked[2:])
        return asked

    def _in_block(self, first: int, asked: _Asked, where: Floats) -> Ints:
        """Numbers of points and of the rows, from ``first`` on, that cover them."""
        mine = slice(first, first + BLOCK)
        flat = self._flat.get(first) or _Flat.of(self._grounds[mine])
        if first in self._asked:
            self._flat[first] = flat
        self._asked.add(first)
        days = np.clip(self._days[mine] - np.int32(asked.low), 0, asked.high - asked.low)
        told = self._kernel.covering(
            *flat, self._boxes[mine], days, *self._all, asked.high - asked.low, *asked[2:])
        point, row, doubted, by = (np.frombuffer(each, np.int32) for each in told)
        if len(doubted):
            is_covered = shapely.intersects_xy(self._grounds[mine][by], *where[doubted].T)
            point, row = np.concatenate((point, doubted[is_covered])), np.concatenate((row, by[is_covered]))
        pairs: Ints = np.stack((point, row)).astype(np.int64)
        pairs[1] += first
        return pairs
