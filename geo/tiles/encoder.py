"""Tiles of one collection from its arrays (``geo.tiles.levels``)."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geo import mvt, wire
from geo.cache import Arrays
from geo.grid import Tile
from geo.interval import Interval, day_from_number, day_number
from geo.model import Feature
from geo.schema import Collection
from geo.tiles import counted, hard, marks, rungs
from geo.tiles.arrays import FOREVER, UNITS_ZOOM, Ints
from geo.tiles.levels import SIMPLIFIED_TO, Keep, Levels, in_memory
from geo.tiles.messages import Runs
from geo.tiles.numpy_rung import Encoded
from geo.tiles.rungs import Layer, Rung
from geo.tiles.snap import Frame

SPANS_KEPT = 64
"""Spans of days whose versions are remembered."""
TURNS_KEPT = 4096
"""Tiles whose turns are remembered."""

LEAN = {"head": "lean_head", "head_ends": "lean_head_ends", "tail": "lean_tail", "tail_ends": "lean_tail_ends",
        "crowd_head": "lean_crowd_head", "crowd_head_ends": "lean_crowd_head_ends", "ids": "numbers"}
"""What tiles of a window have instead of what those of a day have."""


class Content(NamedTuple):
    """A tile that is not made yet. ``mark`` names its content: equal marks make equal bytes."""

    mark: bytes
    make: Callable[[], bytes]


class TileSet:
    """The tiles of one collection as it was in one version of the store. Threads may share it."""

    def __init__(
        self, collection: Collection, read: Callable[[], Iterable[Feature]], keep: Keep = in_memory,
        rung: Rung | None = None,
    ) -> None:
        self._collection = collection
        self._rung = rung or rungs.chosen("auto")
        self.levels = Levels(collection, read, keep)
        self._columns = self.levels.columns
        self._lean = {**self._columns, **{name: self._columns[lean] for name, lean in LEAN.items()
                                          if lean in self._columns}}
        self._counts = bool(collection.counted) and counted.countable(self._columns)
        self._layers: dict[int, Layer] = {}
        self._alive = lru_cache(SPANS_KEPT)(self._on)
        self._turns = lru_cache(TURNS_KEPT)(self._turns_in)

    def tile(self, tile: Tile, window: Interval | None = None) -> bytes:
        """As ``geo.mvt.encode`` gives it, from borders simplified for the zoom; empty when there is nothing."""
        return self._drawn(tile, window, self._shown(tile, window))

    def content(self, tile: Tile, window: Interval | None = None) -> Content:
        """The same tile, named before it is made."""
        wanted = self._shown(tile, window)
        named = self.levels.marks(tile.z)[wanted[0]]
        if mvt.is_lean(window):
            named = marks.with_numbers(named, self._columns["numbers"][wanted[0]])
        return Content(marks.name(named), lambda: self._drawn(tile, window, wanted))

    def run(self, tile: Tile, day: date) -> Interval:
        """The days around ``day`` on which nothing in the tile begins or ends: its one-day tiles are the same."""
        return span_around(self._turns(tile), day)

    def near(self, tile: Tile, window: Interval | None, reach: int) -> Ints:
        """Versions of these days whose box comes within ``reach`` units of the tile; beyond zoom 20, of the tile of
        that zoom around it."""
        deeper = max(tile.z - UNITS_ZOOM, 0)
        frame = frame_of(Tile(tile.z - deeper, tile.x >> deeper, tile.y >> deeper))
        rows, box = self._alive(tile.z - deeper, *_days(window or Interval()))
        west, north, east, south = box.T
        left, top, right, bottom = (
            frame.left - reach, frame.top - reach, frame.left + mvt.EXTENT + reach, frame.top + mvt.EXTENT + reach)
        near: Ints = rows[(west <= right) & (east >= left) & (north <= bottom) & (south >= top)]
        return near

    def _shown(self, tile: Tile, window: Interval | None) -> tuple[Ints, Ints]:
        """Versions of which the tile may show something, and what the encoder must know of each."""
        if self._is_counted(tile):
            return counted.seen(self._alive(tile.z, *_days(window or Interval())), frame_of(tile))
        return self._candidates(tile, window)

    def _is_counted(self, tile: Tile) -> bool:
        return self._counts and tile.z <= counted.DEEPEST

    def _layer(self, tile: Tile, window: Interval | None) -> Layer | None:
        """What makes one-day tiles in one call, where the rung has that."""
        if self._rung.layer is None or mvt.is_lean(window) or self._is_counted(tile):
            return None
        zoom = min(tile.z, UNITS_ZOOM)
        found = self._layers.get(zoom)
        if found is None:
            made = self._rung.layer(self._collection.name, self.levels.at(zoom).arrays, self._columns)
            found = self._layers.setdefault(zoom, made)
        return found

    def _drawn(self, tile: Tile, window: Interval | None, shown: tuple[Ints, Ints]) -> bytes:
        layer = self._layer(tile, window)
        if layer is None:
            return self._pieced(tile, window, shown)
        frame = frame_of(tile)
        made = layer.tile(*shown, frame)
        if isinstance(made, list):
            made = layer.tile(*shown, frame, hard.of_kernel(self.levels.at(tile.z).arrays, shown[0], frame, made))
        assert isinstance(made, bytes)
        return made

    def _pieced(self, tile: Tile, window: Interval | None, shown: tuple[Ints, Ints]) -> bytes:
        """The tile step by step: what a window shows, what is counted, what GEOS must cut."""
        is_lean = mvt.is_lean(window)
        columns = self._lean if is_lean else self._columns
        if self._is_counted(tile):
            body = counted.layer(self._rung, columns, shown, days_apart=is_lean)
            return wire.wrapped(self._collection.name, mvt.EXTENT, body) if body else b""
        encoded = self._geometry(self.levels.at(tile.z).arrays, shown, frame_of(tile))
        if not encoded.blob:
            return b""
        rows, ends = shown[0], encoded.ends
        runs = _merged(self._columns, encoded, rows) if is_lean else Runs(rows, rows, ends[:-1], ends[1:])
        return wire.wrapped(self._collection.name, mvt.EXTENT, self._rung.features(columns, encoded.blob, runs))

    def id_of(self, number: int) -> str | None:
        """The id of the feature that a tile knows by ``number``, of one day or of a window."""
        columns = self._columns
        ids, places = columns["ids"], columns["numbers"]
        (rows,) = np.nonzero((ids == number) | (places == number)) if 0 <= number < 2**63 else (ids[:0],)
        if not len(rows):
            return None
        row = columns["names"][rows[0]]
        text = columns["values"][columns["values_ends"][row]:columns["values_ends"][row + 1]].tobytes()
        return wire.text(text)

    def _on(self, zoom: int, first: int, end: int) -> tuple[Ints, Ints]:
        """Versions of these days, and their boxes at the zoom."""
        days, level = self._columns["days"], self.levels.at(zoom)
        rows = np.flatnonzero((days[:, 0] < end) & (days[:, 1] > first)).astype(np.int32)
        return rows, np.ascontiguousarray(level.boxes[rows])

    def _turns_in(self, tile: Tile) -> Ints:
        """The days on which something that may show in the tile begins or ends, in order."""
        return turns_of(self._columns["days"][self._shown(tile, None)[0]])

    def _candidates(self, tile: Tile, window: Interval | None) -> tuple[Ints, Ints]:
        """Versions of these days whose box meets the tile, and which of them may reach over its edge."""
        alive, box = self._alive(min(tile.z, UNITS_ZOOM), *_days(window or Interval()))
        deeper = tile.z - UNITS_ZOOM
        if deeper <= 0:
            return self._rung.meeting(alive, box, frame_of(tile))
        around = Tile(UNITS_ZOOM, tile.x >> deeper, tile.y >> deeper)
        chosen, crossing = self._rung.meeting(alive, box, frame_of(around))
        return chosen, np.ones_like(crossing)

    def _geometry(self, level: Arrays, shown: tuple[Ints, Ints], frame: Frame) -> Encoded:
        encoded = self._rung.shapes(level, *shown, frame)
        if not len(encoded.hard):
            return encoded
        return encoded.filled(hard.commands(level, shown[0][encoded.hard], frame))


def turns_of(days: Ints) -> Ints:
    """Each once, in order, without those that never come."""
    turns: Ints = np.unique(days)
    return np.asarray(turns[np.abs(turns) != FOREVER])


def span_around(turns: Ints, day: date) -> Interval:
    """From the last of ``turns`` until ``day`` to the next after it."""
    place = int(turns.searchsorted(day_number(day), side="right"))
    return Interval(
        day_from_number(int(turns[place - 1])) if place else None,
        day_from_number(int(turns[place])) if place < len(turns) else None)


def _days(window: Interval) -> tuple[int, int]:
    first = -FOREVER if window.start is None else day_number(window.start)
    return first, FOREVER if window.end is None else day_number(window.end)


def frame_of(tile: Tile) -> Frame:
    """Levels count from the middle of the world; those beyond the simplified ones are all in units of zoom 20."""
    half = (1 << tile.z) * mvt.EXTENT // 2
    shift = 0 if tile.z <= SIMPLIFIED_TO else UNITS_ZOOM - tile.z
    return Frame(shift, tile.x * mvt.EXTENT - half, tile.y * mvt.EXTENT - half)


def _merged(columns: Arrays, encoded: Encoded, chosen: Ints) -> Runs:
    """Runs of versions that meet in time and look the same, as one; vague dates stay apart. In the order of
    ``numbers``."""
    seen = np.flatnonzero(np.diff(encoded.ends))
    rows = chosen[seen]
    begin, end = encoded.ends[:-1][seen], encoded.ends[1:][seen]
    starts, stops = columns["days"][rows].T
    spans = zip(begin.tolist(), end.tolist(), strict=True)
    looks = [(look, encoded.blob[a:b]) for look, (a, b) in zip(columns["look"][rows].tolist(), spans, strict=True)]
    numbers: dict[tuple[int, bytes], int] = {}
    look = np.array([numbers.setdefault(each, len(numbers)) for each in looks], dtype=np.int64)
    order = np.lexsort((rows, starts, look))
    apart = np.ones(len(order), dtype=bool)
    before, after = order[:-1], order[1:]
    exact = columns["exact"][rows]
    apart[1:] = ~(
        (look[before] == look[after]) & (stops[before] == starts[after]) & exact[before] & exact[after]
    )
    firsts = order[apart]
    lasts = order[np.append(np.flatnonzero(apart)[1:] - 1, len(order) - 1)] if len(order) else order
    place = np.argsort(columns["numbers"][rows[firsts]])
    firsts, lasts = firsts[place], lasts[place]
    return Runs(rows[firsts], rows[lasts], begin[firsts], end[firsts])
