"""What a PNG tile costs beside Mapnik: ``python -m bench.png [--days N] [--rounds N] [--peer PYTHON]``.

The zones of the middle day of the made-up war of ``bench.coverage``, 256 pixels a side, both from memory: Mapnik from
its memory datasource in Web Mercator, one fill a side, no outlines; Dateline from the arrays of a tile set, once with
the same and once as it serves them, with patterns and outlines. Every way makes every tile of a zoom in turn, round
after round, each in its own process; the best round counts, by processor time. ``PYTHON`` is one that has Mapnik's
module (apt: python3-mapnik).
"""
from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import shapely

from bench.coverage import FIRST_DAY, SIDES, Theatre, zones
from bench.tiles import tiles_at
from geo import grid, painting
from geo.grid import Tile
from geo.interval import day_from_number
from geo.model import Feature
from geo.png import Canvas
from geo.schema import ZONES
from geo.style import Style
from geo.tiles.encoder import TileSet
from geo.tiles.pictures import Pictures

ZOOMS = (5, 8, 11)
HALF = 20037508.342789244
"""Metres of Web Mercator from the middle of the world to its edge."""
COLOURS = dict(zip(SIDES, ("#d55e00", "#009e73", "#56b4e9", "#f0e442", "#0072b2"), strict=True))
PATTERNS = ("lines", "dots", "waves", "crosses", "rings")
SOLID = {side: Style(side, colour, "solid") for side, colour in COLOURS.items()}
PATTERNED = {side: Style(side, COLOURS[side], pattern) for side, pattern in zip(SIDES, PATTERNS, strict=True)}

LEAST = 100
"""Pictures a round; where a zoom has fewer tiles they are made again."""

Measured = tuple[float, int]
"""Seconds and bytes of all tiles asked for."""

Way = Callable[[Sequence[Tile]], Measured]


@contextmanager
def mapnik(python: str, rows: Sequence[Feature]) -> Iterator[Callable[[str], Way]]:
    """Ways by format, of a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "zones.json"
        path.write_text(json.dumps({"colours": COLOURS, "features": [_metres(row) for row in rows]}))
        command = [python, str(Path(__file__).parent / "peers" / "mapnik_tiles.py"), str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

            def way(form: str, tiles: Sequence[Tile]) -> Measured:
                assert process.stdin and process.stdout
                process.stdin.write(json.dumps({"format": form, "tiles": [each._asdict() for each in tiles]}) + "\n")
                process.stdin.flush()
                said = json.loads(process.stdout.readline())
                return said["seconds"], said["bytes"]

            yield lambda form: lambda tiles: way(form, tiles)


def _metres(row: Feature) -> dict[str, object]:
    projected = shapely.transform(row.geometry, lambda at: (grid.project(at) * 2 - 1) * (HALF, -HALF))
    return {"properties": {"controller": row.properties["controller"]},
            "geometry": json.loads(str(shapely.to_geojson(projected)))}


def ours(pictures: Pictures, day: date, known: Mapping[str, Style], *, strokes: bool) -> Way:
    def way(tiles: Sequence[Tile]) -> Measured:
        begun = time.process_time()
        sizes = sum(len(pictures.tile(Canvas(tile, day, 1, known, strokes))) for tile in tiles)
        return time.process_time() - begun, sizes

    return way


def measured(ways: Mapping[str, Way], tiles: Sequence[Tile], rounds: int) -> dict[str, tuple[float, float]]:
    """Microseconds of processor time and bytes a tile, the best round of each way."""
    tiles = list(tiles) * (LEAST // len(tiles) + 1)
    for way in ways.values():
        way(tiles[:2])
    found = [{name: way(tiles) for name, way in ways.items()} for _ in range(rounds)]
    return {name: (min(each[name][0] for each in found) / len(tiles) * 1e6, found[0][name][1] / len(tiles))
            for name in ways}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", default="/usr/bin/python3")
    asked = parser.parse_args()
    rows, day = zones(Theatre(days=asked.days)), day_from_number(FIRST_DAY + asked.days // 2)
    alive = [row for row in rows if day in row.valid.outer]
    made = TileSet(ZONES, lambda: rows)
    rungs = {"kernel": "c", "numpy": "numpy"} if painting.compiled() else {"numpy": "numpy"}
    with mapnik(asked.peer, alive) as peer:
        ways = {"mapnik, png32:z=1": peer("png32:z=1"), "mapnik, png8:z=1": peer("png8:z=1")}
        for name, rung in rungs.items():
            pictures = Pictures(made, rung)
            ways[f"{name}, plain fills"] = ours(pictures, day, SOLID, strokes=False)
            ways[f"{name}, patterns"] = ours(pictures, day, PATTERNED, strokes=False)
            ways[f"{name}, patterns and outlines"] = ours(pictures, day, PATTERNED, strokes=True)
        _print({zoom: measured(ways, tiles_at(zoom, 200), asked.rounds) for zoom in ZOOMS})


def _print(found: Mapping[int, Mapping[str, tuple[float, float]]]) -> None:
    print("| CPU µs a tile (mapnik png32 ÷ it; bytes) |", " | ".join(f"z{zoom}" for zoom in found), "|")
    print("|---|" + " --: |" * len(found))
    for name in found[ZOOMS[0]]:
        cells = [f"{rows[name][0]:,.0f} ({next(iter(rows.values()))[0] / rows[name][0]:.1f}; {rows[name][1]:,.0f})"
                 for rows in found.values()]
        print(f"| {name} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
