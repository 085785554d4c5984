"""Tiles as pictures (``geo.png``) from the arrays of a tile set: no feature is read, no geometry made for one."""
from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np

from geo import looks, painting, png
from geo.cache import Arrays
from geo.coverage import PART
from geo.grid import Tile
from geo.interval import Interval, day_number
from geo.mvt import EXTENT
from geo.png import AREA, AROUND, LINE, SIDE, Canvas, Drawing, Seen
from geo.tiles import edges, marks
from geo.tiles.arrays import Ints
from geo.tiles.edges import Reach
from geo.tiles.encoder import TURNS_KEPT, TileSet, span_around, turns_of
from geo.tiles.sheet import Content, frame_of

UNITS = EXTENT // SIDE
"""Of a tile in a pixel at scale 1."""


class Pictures:
    """Those of one tile set. Threads may share it. ``rung`` is ``c``, ``numpy`` or ``auto``."""

    def __init__(self, tileset: TileSet, rung: str = "auto") -> None:
        self._tileset = tileset
        self._rung, self._paint = rung, painting.chosen(rung)
        columns = tileset.levels.columns
        self._words = marks.of_texts(columns, "saids")
        self._saids = [looks.read(text) for text in _texts(columns)]
        self._seen = lru_cache(4096)(self._as_seen)
        self._turns = lru_cache(TURNS_KEPT)(self._turns_in)

    def tile(self, canvas: Canvas) -> bytes:
        """The picture, as ``geo.png.encode`` draws it, of borders simplified for the zoom."""
        return self._drawn(canvas, self._shown(canvas.tile, Interval.of_day(canvas.day)))

    def content(self, canvas: Canvas) -> Content:
        """The same picture, named before it is made. The name says nothing of scale and colours."""
        rows = self._shown(canvas.tile, Interval.of_day(canvas.day))
        named = self._tileset.levels.marks(canvas.tile.z)[rows]
        said = self._words[self._tileset.levels.columns["said"][rows]]
        named = marks.with_looks(named, said, self._is_certain(rows, canvas.day))
        return Content(marks.name(named), lambda: self._drawn(canvas, rows))

    def run(self, tile: Tile, day: date) -> Interval:
        """The days around ``day`` on which nothing in the picture begins, ends or becomes certain or doubtful."""
        return span_around(self._turns(tile), day)

    def _shown(self, tile: Tile, window: Interval | None) -> Ints:
        return self._tileset.near(tile, window, AROUND * UNITS)

    def _turns_in(self, tile: Tile) -> Ints:
        rows, columns = self._shown(tile, None), self._tileset.levels.columns
        return turns_of(np.concatenate((columns["days"][rows], columns["certain"][rows])))

    def _is_certain(self, rows: Ints, day: date) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        certain, number = self._tileset.levels.columns["certain"][rows], day_number(day)
        return np.asarray((certain[:, 0] <= number) & (number < certain[:, 1]))

    def _as_seen(self, said: int, kind: int, is_certain: bool) -> Seen:
        return png.seen_as(self._saids[said], kind, is_certain=is_certain)

    def _drawn(self, canvas: Canvas, rows: Ints) -> bytes:
        columns = self._tileset.levels.columns
        said, kind, certain = columns["said"][rows], columns["kind"][rows], self._is_certain(rows, canvas.day)
        seen = [self._seen(*each) for each in zip(said.tolist(), kind.tolist(), certain.tolist(), strict=True)]
        order = png.in_order(seen)
        return png.drawn(self._drawing([seen[at] for at in order], rows[order], canvas), canvas, self._paint)

    def _drawing(self, seen: list[Seen], rows: Ints, canvas: Canvas) -> Drawing:
        level, frame = self._tileset.levels.at(canvas.tile.z).arrays, frame_of(canvas.tile)
        factor, around = PART * canvas.scale // UNITS, AROUND * PART * canvas.scale
        solid = sum(each.kind in (AREA, LINE) for each in seen)
        reach = Reach(factor, -around, PART * canvas.side + around)
        found, ends = edges.of_rows(level, rows[:solid], frame, reach, self._rung)
        if solid == len(seen):
            return Drawing(seen, found, ends, _NO_SPOTS, _NO_SPOTS[:, 0])
        at, of = edges.spots(level, rows[solid:], frame, factor)
        ends = np.concatenate((ends, np.full(len(seen) - solid, ends[-1])))
        return Drawing(seen, found, ends, at, of + solid)


_NO_SPOTS = np.zeros((0, 2), dtype=np.int64)


def _texts(columns: Arrays) -> list[bytes]:
    text, ends = columns["saids"].tobytes(), columns["saids_ends"].tolist()
    return [text[begin:end] for begin, end in pairwise(ends)]
