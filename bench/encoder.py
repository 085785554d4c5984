"""What a one-day tile costs to encode beside PostGIS: ``python -m bench.encoder`` (``make bench-encoder``).

The same tiles of the made-up war of ``bench.coverage``: numpy and the compiled kernel (``geo.tiles``), and ``ST_AsMVT``
by prepared statements of one session: on the table of all versions with an index on ground and days, and on a table
that holds only those of that day, in which nothing need be looked for as ours must. The measure is processor time a
tile: of this process for ours, of the database server's processes for theirs (the client not counted). All ways take
their turn in every round; the best counts.
"""
from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

from bench.coverage import FIRST_DAY, Theatre, zones
from bench.peers import postgis
from bench.peers.process import cpu_seconds
from bench.tiles import ZOOMS, tiles_at
from geo.grid import Tile
from geo.interval import Interval, day_from_number, day_number
from geo.schema import ZONES
from geo.tiles import rungs
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Sidecar
from tools.postgres import Server

PORT = 5498
LEAST = 1500
"""Tiles that the database encodes in a round: its clock ticks a hundred times a second."""


def ours(made: TileSet, tiles: list[Tile], day: date) -> float:
    """Microseconds a tile."""
    window = Interval.of_day(day)
    begin = time.process_time()
    for tile in tiles:
        made.tile(tile, window)
    return (time.process_time() - begin) / len(tiles) * 1e6


def theirs(at: Server, tiles: list[Tile], day: int, *, one_day: bool) -> float:
    """Microseconds a tile, of the server's processes."""
    envelope = postgis.ENVELOPE.format(z="$1", x="$2", y="$3")
    statement = postgis.AS_MVT.format(tile=envelope, day="$4").strip()
    if one_day:
        statement = statement.replace("FROM zones", "FROM one_day")
    times = -(-LEAST // len(tiles))
    script = [f"PREPARE tile(int, int, int, int) AS SELECT length(({statement}))"]
    script += [f"EXECUTE tile({tile.z}, {tile.x}, {tile.y}, {day})" for tile in tiles] * times
    begin = cpu_seconds(at.pid)
    at.psql(";\n".join(script), quiet=True)
    time.sleep(0.3)  # until the server has counted its child, which has ended
    return (cpu_seconds(at.pid) - begin) / len(tiles) / times * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    rows, day = zones(Theatre(days=asked.days)), day_from_number(FIRST_DAY + asked.days // 2)
    with tempfile.TemporaryDirectory() as folder, postgis.cluster(rows, day_number(day), PORT) as database:
        compiled, slow = (
            TileSet(ZONES, lambda: rows, Sidecar(Path(folder), "zones"), rungs.chosen(name)) for name in ("c", "numpy")
        )
        print("| z | tiles | ST_AsMVT | of one day's table | numpy | kernel | ST_AsMVT ÷ numpy | ST_AsMVT ÷ kernel |")
        print("|" + " --: |" * 8)
        for zoom in ZOOMS:
            tiles = tiles_at(zoom, 200)
            best = [float("inf")] * 4
            for _ in range(asked.rounds + 1):  # the first warms
                took = (
                    *(theirs(database, tiles, day_number(day), one_day=one_day) for one_day in (False, True)),
                    ours(slow, tiles, day), ours(compiled, tiles, day),
                )
                best = [min(pair) for pair in zip(best, took, strict=True)]
            peer, single, numpy, kernel = best
            print(f"| {zoom} | {len(tiles)} | {peer:,.0f} | {single:,.0f} | {numpy:,.0f} | {kernel:,.0f} "
                  f"| {peer / numpy:.1f} | {peer / kernel:.1f} |", flush=True)


if __name__ == "__main__":
    main()
