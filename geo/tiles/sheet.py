"""All tiles of one zoom and one span of days: what they have in common is looked up once, and each is one step."""
from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from geo import mvt, wire
from geo.cache import Arrays
from geo.grid import Tile
from geo.tiles import counted, hard, marks
from geo.tiles.arrays import UNITS_ZOOM, Ints
from geo.tiles.levels import SIMPLIFIED_TO, Levels
from geo.tiles.messages import Runs
from geo.tiles.numpy_rung import Encoded
from geo.tiles.rungs import Layer, Rung
from geo.tiles.snap import Frame


class Content(NamedTuple):
    """A tile that is not made yet. ``mark`` names its content: equal marks make equal bytes."""

    mark: bytes
    make: Callable[[], bytes]


class Material(NamedTuple):
    """What a tile set is cut from: ``columns`` say of each version what tiles of a day do, ``lean`` what those of a
    window do. ``counts``: its points are counted together at low zooms."""

    name: str
    rung: Rung
    levels: Levels
    columns: Arrays
    lean: Arrays
    counts: bool


class Slice(NamedTuple):
    """Tiles of one zoom, on the days from ``first`` until before ``end``, as ``geo.interval.day_number`` has them."""

    zoom: int
    first: int
    end: int

    @property
    def is_counted(self) -> bool:
        return self.zoom <= counted.DEEPEST

    @property
    def is_lean(self) -> bool:
        """A window, as ``geo.mvt.is_lean`` has it."""
        return self.end - self.first != 1


class Sheet:
    """Threads may share it. ``alive`` are the versions of these days and their boxes; ``layer`` makes one-day tiles in
    one call; without it they are made step by step."""

    def __init__(self, material: Material, part: Slice, alive: tuple[Ints, Ints], layer: Layer | None) -> None:
        self._material = material
        self._alive = alive
        self._zoom = part.zoom
        self._is_lean, self._is_counted = part.is_lean, material.counts and part.is_counted
        self._layer = layer
        self._deeper = max(part.zoom - UNITS_ZOOM, 0)
        self._meeting = material.rung.meeting

    def tile(self, tile: Tile) -> bytes:
        """Its bytes; none when there is nothing."""
        frame = frame_of(tile)
        return self._drawn(frame, self._shown(tile, frame))

    def content(self, tile: Tile) -> Content:
        """The same, named before it is made."""
        frame = frame_of(tile)
        shown = self._shown(tile, frame)
        return Content(marks.name(self._marks[shown[0]]), partial(self._drawn, frame, shown))

    def versions(self, tile: Tile) -> Ints:
        """Those of which the tile may show something."""
        return self._shown(tile, frame_of(tile))[0]

    @cached_property
    def _marks(self) -> marks.Words:
        named = self._material.levels.marks(self._zoom)
        return marks.with_numbers(named, self._material.columns["numbers"]) if self._is_lean else named

    def _shown(self, tile: Tile, frame: Frame) -> tuple[Ints, Ints]:
        """Versions whose box meets the tile, and which of them may reach over its edge; of points that are counted,
        where each is."""
        if self._is_counted:
            return counted.seen(self._alive, frame)
        if not self._deeper:
            return self._meeting(*self._alive, frame)
        around = frame_of(Tile(UNITS_ZOOM, tile.x >> self._deeper, tile.y >> self._deeper))
        chosen, crossing = self._meeting(*self._alive, around)
        return chosen, np.ones_like(crossing)

    def _drawn(self, frame: Frame, shown: tuple[Ints, Ints]) -> bytes:
        if self._layer is None:
            return self._pieced(frame, shown)
        made = self._layer.tile(*shown, frame)
        if isinstance(made, list):
            level = self._material.levels.at(self._zoom).arrays
            made = self._layer.tile(*shown, frame, hard.of_kernel(level, shown[0], frame, made))
        assert isinstance(made, bytes)
        return made

    def _pieced(self, frame: Frame, shown: tuple[Ints, Ints]) -> bytes:
        """The tile step by step: what a window shows, what is counted, what GEOS must cut."""
        name, rung = self._material.name, self._material.rung
        columns = self._material.lean if self._is_lean else self._material.columns
        if self._is_counted:
            body = counted.layer(rung, columns, shown, days_apart=self._is_lean)
            return wire.wrapped(name, mvt.EXTENT, body) if body else b""
        encoded = self._geometry(shown, frame)
        if not encoded.blob:
            return b""
        rows, ends = shown[0], encoded.ends
        each = Runs(rows, rows, ends[:-1], ends[1:])
        runs = _merged(self._material.columns, encoded, rows) if self._is_lean else each
        return wire.wrapped(name, mvt.EXTENT, rung.features(columns, encoded.blob, runs))

    def _geometry(self, shown: tuple[Ints, Ints], frame: Frame) -> Encoded:
        level = self._material.levels.at(self._zoom).arrays
        encoded = self._material.rung.shapes(level, *shown, frame)
        if not len(encoded.hard):
            return encoded
        return encoded.filled(hard.commands(level, shown[0][encoded.hard], frame))


def frame_of(tile: Tile) -> Frame:
    """Levels count from the middle of the world; those beyond the simplified ones are all in units of zoom 20."""
    z, x, y = tile
    half = (1 << z) * mvt.EXTENT // 2
    return Frame(0 if z <= SIMPLIFIED_TO else UNITS_ZOOM - z, x * mvt.EXTENT - half, y * mvt.EXTENT - half)


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
