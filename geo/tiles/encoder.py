"""Tiles of one collection from its arrays (``geo.tiles.levels``)."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

import numpy as np

from geo import mvt, wire
from geo.grid import Tile
from geo.interval import Interval, day_from_number, day_number
from geo.model import Feature
from geo.schema import Collection
from geo.tiles import counted, rungs
from geo.tiles.arrays import FOREVER, UNITS_ZOOM, Ints
from geo.tiles.levels import Keep, Levels, in_memory
from geo.tiles.rungs import Layer, Rung
from geo.tiles.sheet import Content, Material, Sheet, Slice, frame_of

SPANS_KEPT = 64
"""Spans of days whose versions are remembered."""
TURNS_KEPT = 4096
"""Tiles whose turns are remembered."""

LEAN = {"head": "lean_head", "head_ends": "lean_head_ends", "tail": "lean_tail", "tail_ends": "lean_tail_ends",
        "crowd_head": "lean_crowd_head", "crowd_head_ends": "lean_crowd_head_ends", "ids": "numbers"}
"""What tiles of a window have instead of what those of a day have."""


class TileSet:
    """The tiles of one collection as it was in one version of the store. Threads may share it."""

    def __init__(
        self, collection: Collection, read: Callable[[], Iterable[Feature]], keep: Keep = in_memory,
        rung: Rung | None = None,
    ) -> None:
        self.levels = levels = Levels(collection, read, keep)
        columns = self._columns = levels.columns
        lean = {**columns, **{name: columns[other] for name, other in LEAN.items() if other in columns}}
        counts = bool(collection.counted) and counted.countable(columns)
        self._material = Material(collection.name, rung or rungs.chosen("auto"), levels, columns, lean, counts)
        self._layers: dict[int, Layer] = {}
        self._alive = lru_cache(SPANS_KEPT)(self._on)
        self._sheets = lru_cache(SPANS_KEPT)(self._sheet_of)
        self._turns = lru_cache(TURNS_KEPT)(self._turns_in)

    def sheet(self, zoom: int, window: Interval | None = None) -> Sheet:
        """All tiles of a zoom on these days; on all days without any."""
        return self._sheets(zoom, *_days(window or Interval()))

    def tile(self, tile: Tile, window: Interval | None = None) -> bytes:
        """As ``geo.mvt.encode`` gives it, from borders simplified for the zoom; empty when there is nothing."""
        return self.sheet(tile.z, window).tile(tile)

    def content(self, tile: Tile, window: Interval | None = None) -> Content:
        """The same tile, named before it is made."""
        return self.sheet(tile.z, window).content(tile)

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

    def _sheet_of(self, zoom: int, first: int, end: int) -> Sheet:
        part, units_zoom = Slice(zoom, first, end), min(zoom, UNITS_ZOOM)
        step_by_step = part.is_lean or (self._material.counts and part.is_counted)
        layer = None if step_by_step else self._layer(units_zoom)
        return Sheet(self._material, part, self._alive(units_zoom, first, end), layer)

    def _layer(self, zoom: int) -> Layer | None:
        """What makes one-day tiles in one call, where the rung has that."""
        material = self._material
        if material.rung.layer is None:
            return None
        found = self._layers.get(zoom)
        if found is None:
            made = material.rung.layer(material.name, self.levels.at(zoom).arrays, self._columns)
            found = self._layers.setdefault(zoom, made)
        return found

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
        return turns_of(self._columns["days"][self.sheet(tile.z).versions(tile)])


def turns_of(days: Ints) -> Ints:
    """Each once, in order, without those that never come."""
    turns: Ints = np.unique(days)
    return np.asarray(turns[np.abs(turns) != FOREVER])


def span_around(turns: Ints, day: date) -> Interval:
    """From the last of ``turns`` until ``day`` to the next after it."""
    place = int(turns.searchsorted(day_number(day), side="right"))
    return _between(int(turns[place - 1]) if place else None, int(turns[place]) if place < len(turns) else None)


@lru_cache(4096)
def _between(first: int | None, end: int | None) -> Interval:
    """Tiles beside one another have it in common."""
    return Interval(
        None if first is None else day_from_number(first), None if end is None else day_from_number(end))


def _days(window: Interval) -> tuple[int, int]:
    first = -FOREVER if window.start is None else day_number(window.start)
    return first, FOREVER if window.end is None else day_number(window.end)
