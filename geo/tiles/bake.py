"""Every tile of a collection, made on several processes: all days in one tile, and the windows of long histories.

The bytes hang on the collection alone, not on how many processes made them nor on how often they were interrupted.
"""
from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeVar

from geo import processes
from geo.errors import DatelineError
from geo.formats.pmtiles import tile_id
from geo.grid import Tile
from geo.interval import Interval
from geo.model import Feature
from geo.schema import COLLECTIONS
from geo.tiles import counted, rungs
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Sidecar
from geo.tiles.pyramid import WINDOW_BYTES, Windows, cut, filled, window_for
from geo.tiles.spool import WHOLE, Made, Spool

T = TypeVar("T")
R = TypeVar("R")

BATCH = 16
"""Tiles that a process is handed at once."""

Bar = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""Makes of a length and a label what is told how much of it is done."""


@dataclass(frozen=True)
class Source:
    """Where every process finds the arrays of one collection, and by which kernel it writes tiles."""

    collection: str
    folder: Path
    name: str
    kernel: str = "auto"

    def open(self, read: Callable[[], Iterable[Feature]]) -> TileSet:
        """``read`` gives the rows, where the arrays are not yet made."""
        keep = Sidecar(self.folder, self.name)
        return TileSet(COLLECTIONS[self.collection], read, keep, rungs.chosen(self.kernel))


@dataclass(frozen=True)
class Plan:
    """What is to be made: zooms, the days on which something begins or ends, the part of history or all; on how many
    processes, and from how many bytes of a tile on the history is cut."""

    zooms: range
    turns: Sequence[date]
    when: Interval | None = None
    workers: int = 1
    window_bytes: int = WINDOW_BYTES


class Job(NamedTuple):
    """A tile of some days, under the number of their span."""

    span: int
    tile: Tile
    when: Interval | None


def bake(source: Source, read: Callable[[], Iterable[Feature]], plan: Plan, spool: Spool, bar: Bar) -> list[Windows]:
    """Fill ``spool``; how the zooms are cut. Spans are numbered in the order of the answer.

    :raises DatelineError: when a process was ended from outside, as for lack of memory.
    """
    tileset = source.open(read)
    with _Workers(plan.workers) as workers:
        with bar(len(plan.zooms), "Borders") as step:
            for done, _ in enumerate(workers.map(partial(_prepare, source), reversed(plan.zooms)), start=1):
                step(done)
        tiles = sorted(filled(tileset.levels.at(plan.zooms[-1]).boxes, plan.zooms[-1], plan.zooms[0]), key=tile_id)
        work = _Work(source, spool, workers)
        work.do([Job(WHOLE, tile, plan.when) for tile in tiles], lambda length: bar(length, "Tiles"))
        return _cut(work, tiles, plan, bar)


def _cut(work: _Work, tiles: Sequence[Tile], plan: Plan, bar: Bar) -> list[Windows]:
    """Make the windows of zooms whose tiles of all days are too large to be read."""
    spans = {window: cut(window, plan.turns) for window in ("year", "month")}
    most = partial(_most, work.collection, plan.window_bytes)
    first = {"year": 0, "month": len(spans["year"])}

    def do(window: str, zooms: Sequence[int]) -> None:
        work.do([
            Job(first[window] + number, tile, span)
            for tile in tiles if tile.z in zooms for number, span in enumerate(spans[window])
        ], lambda length: bar(length, f"Tiles by {window}"))

    largest = work.spool.largest()
    kinds = {zoom: window_for(size, len(spans["year"]), most(zoom)) for zoom, size in largest.items()}
    if plan.when is not None or len(spans["month"]) < 2:
        kinds = dict.fromkeys(largest, "all")
    do("year", [zoom for zoom, kind in kinds.items() if kind == "year"])
    years = range(first["month"])
    for zoom, kind in kinds.items():
        if kind == "year" and work.spool.largest_of(years, zoom) > most(zoom):
            kinds[zoom] = "month"
    do("month", [zoom for zoom, kind in kinds.items() if kind == "month"])
    found = []
    for kind, group in groupby(kinds, key=kinds.__getitem__):
        zooms = list(group)
        found.append(Windows(zooms[0], zooms[-1], kind, first.get(kind, WHOLE), spans.get(kind, [])))
    return found


def _most(collection: str, window_bytes: int, zoom: int) -> int:
    """Bytes from which on a zoom is cut. Where points are counted together, tiles of many days that would be too large
    tell days apart no longer: they are then a quarter as large as they may be at least, and are cut from there on."""
    is_counted = bool(COLLECTIONS[collection].counted) and zoom <= counted.DEEPEST
    return min(window_bytes, counted.LARGEST // 4) if is_counted else window_bytes


class _Work:
    """What of some jobs is not done yet, done and kept."""

    def __init__(self, source: Source, spool: Spool, workers: _Workers) -> None:
        self._source = source
        self._workers = workers
        self.collection = source.collection
        self.spool = spool

    def do(self, jobs: Sequence[Job], bar: Callable[[int], AbstractContextManager[Callable[[int], None]]]) -> None:
        known = self.spool.done()
        waiting = [job for job in jobs if (job.span, tile_id(job.tile)) not in known]
        if not waiting:
            return
        batches = [waiting[start:start + BATCH] for start in range(0, len(waiting), BATCH)]
        done = len(jobs) - len(waiting)
        with bar(len(jobs)) as step:
            for made in self._workers.map(partial(_make, self._source), batches):
                self.spool.keep(made)
                done += len(made)
                step(done)


class _Workers:
    """Processes, or none where one is enough."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Workers:
        if self._count > 1:
            self._pool = processes.pool(self._count, partial(_watch, os.getpid()))
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The results in order."""
        return map(work, items) if self._pool is None else processes.in_order(self._pool, self._count, work, items)


def _watch(parent: int) -> None:
    """When the first process is killed, the others end themselves."""
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _prepare(source: Source, zoom: int) -> None:
    _opened(source).levels.at(zoom)


def _make(source: Source, jobs: Sequence[Job]) -> list[Made]:
    tileset, made = _opened(source), []
    for span, tile, when in jobs:
        body = tileset.tile(tile, when)
        made.append(Made(span, tile_id(tile), tile.z, len(body), gzip.compress(body, 9, mtime=0) if body else b""))
    return made


@lru_cache(maxsize=1)
def _opened(source: Source) -> TileSet:
    def read() -> Iterable[Feature]:
        raise DatelineError(f"{source.folder}: the arrays of {source.collection} are gone")

    return source.open(read)
