"""How much a tile costs to make: ``python -m bench.tiles [--days N] [--rounds N]``.

On the made-up war of ``bench.coverage``, one-day tiles of its middle day: the plain encoder (``geo.mvt``) with and
without reading its features from a store, and the arrays of ``geo.tiles`` by numpy and by the compiled kernel. Every
way makes every tile in turn, round after round; the best round counts. Processor time of this process; nothing is
cached but what a server keeps. All tiles of both rungs are compared, byte by byte.
"""
from __future__ import annotations

import argparse
import gzip
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from bench.coverage import EXTENT, FIRST_DAY, Theatre, reports, zones
from geo import grid, mvt
from geo.grid import Tile, tile_at
from geo.interval import DAY, Interval, day_from_number
from geo.model import Feature, LngLat, Query
from geo.schema import MENTIONS, ZONES
from geo.store import Store, open_store
from geo.tiles import rungs
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Sidecar

ZOOMS = (5, 8, 11, 13)
KNOWN_ON = date(2026, 1, 1)

Make = Callable[[Tile], bytes]


@dataclass(frozen=True)
class Row:
    """Microseconds a tile by way, and bytes a tile of the plain and the new encoder, gzipped."""

    zoom: int
    tiles: int
    micros: Sequence[float]
    plain_bytes: float
    new_bytes: float


def tiles_at(zoom: int, count: int) -> list[Tile]:
    """Tiles over the extent, the same on every machine."""
    west, south, east, north = EXTENT
    where = np.random.default_rng(zoom).random((count, 2)) * (east - west, north - south) + (west, south)
    return sorted({tile_at(LngLat(*at), zoom) for at in where})


def ways(rows: Sequence[Feature], store: Store, folder: Path, day: date) -> dict[str, Make]:
    """The ways to make a tile of ``day``, by name."""
    window = Interval.of_day(day)
    alive = [row for row in rows if day in row.valid.outer]
    compiled, slow = (TileSet(ZONES, lambda: rows, Sidecar(folder, "zones"), rungs.chosen(name))
                      for name in ("c", "numpy"))

    def from_store(tile: Tile) -> bytes:
        area = grid.bounds(tile, mvt.BUFFER / mvt.EXTENT)
        return mvt.encode(ZONES, store.read("zones", Query(bbox=area, when=window)), tile, window)

    return {
        "plain, from the store": from_store,
        "plain, in memory": lambda tile: mvt.encode(ZONES, alive, tile, window),
        "numpy": lambda tile: slow.tile(tile, window),
        "kernel": lambda tile: compiled.tile(tile, window),
    }


def measure(makers: dict[str, Make], zoom: int, rounds: int) -> Row:
    """:raises AssertionError: when numpy and the kernel differ."""
    tiles = tiles_at(zoom, 200)
    for tile in tiles:
        assert makers["numpy"](tile) == makers["kernel"](tile), tile
    best = dict.fromkeys(makers, float("inf"))
    for _ in range(rounds):
        for name, make in makers.items():
            begin = time.process_time()
            for tile in tiles:
                make(tile)
            best[name] = min(best[name], (time.process_time() - begin) / len(tiles) * 1e6)
    plain, new = (sum(len(gzip.compress(makers[name](tile))) for tile in tiles) / len(tiles)
                  for name in ("plain, in memory", "kernel"))
    return Row(zoom, len(tiles), list(best.values()), plain, new)


def windows(made: TileSet, day: date, zoom: int, tiles: Sequence[Tile] = ()) -> list[float]:
    """Bytes a tile, gzipped as a server does, of one day, 30 days, a year and all days."""
    spans = [Interval(day, day + days * DAY) for days in (1, 30, 365)]
    tiles = tiles or tiles_at(zoom, 40)
    return [sum(len(gzip.compress(made.tile(tile, span), 6)) for tile in tiles) / len(tiles) for span in (*spans, None)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    rows, day = zones(Theatre(days=asked.days)), day_from_number(FIRST_DAY + asked.days // 2)
    with tempfile.TemporaryDirectory() as name:
        store = open_store(f"{name}/war.gpkg", create=True)
        store.write("zones", rows, KNOWN_ON)
        makers = ways(rows, store, Path(name) / "war.gpkg.tiles", day)
        print(f"{len(rows):,} versions; CPU µs a tile\n")
        print("| z | tiles |", " | ".join(makers), "| plain ÷ numpy | plain ÷ kernel | gzip bytes, plain | new |")
        print("|" + " --: |" * (len(makers) + 6))
        for zoom in ZOOMS:
            row = measure(makers, zoom, asked.rounds)
            stored, _, slow, fast = row.micros
            print(f"| {zoom} | {row.tiles} |", " | ".join(f"{each:,.0f}" for each in row.micros),
                  f"| {stored / slow:,.1f} | {stored / fast:,.0f} | {row.plain_bytes:,.0f} | {row.new_bytes:,.0f} |")
        _print_windows(TileSet(ZONES, lambda: rows, Sidecar(Path(name) / "war.gpkg.tiles", "zones")), day)
        store.close()
    _print_points(day)


def _print_points(day: date) -> None:
    """Those of 100,000 mentions of 1,200 days."""
    rows = reports(100_000, 1200)
    made = TileSet(MENTIONS, lambda: rows)
    print("\n| z | tiles | bytes of the largest tile: 1 day | month | year | all days | CPU ms a month | all days |")
    print("|" + " --: |" * 8)
    for zoom in (3, 5, 7, 9, 10):
        tiles, found = tiles_at(zoom, 40), []
        for days in (1, 30, 365, None):
            span = None if days is None else Interval(day, day + days * DAY)
            made.tile(tiles[0], span)
            begin = time.process_time()
            most = max(len(made.tile(tile, span)) for tile in tiles)
            found.append((most, (time.process_time() - begin) / len(tiles) * 1e3))
        print(f"| {zoom} | {len(tiles)} |", " | ".join(f"{most:,}" for most, _ in found),
              f"| {found[1][1]:.1f} | {found[3][1]:.1f} |")


def _print_windows(made: TileSet, day: date) -> None:
    print("\n| z | gzip bytes a tile: 1 day | 30 days | 365 days | all days | 30 days ÷ 1 |")
    print("|" + " --: |" * 6)
    for zoom in (5, 6, 7, 8, 9, 10, 11, 13):
        one, month, year, everything = windows(made, day, zoom)
        print(f"| {zoom} | {one:,.0f} | {month:,.0f} | {year:,.0f} | {everything:,.0f} | {month / one:.2f} |")


if __name__ == "__main__":
    main()
