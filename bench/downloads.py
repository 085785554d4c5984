"""What a download of 1,000,000 mentions takes: ``python -m bench.downloads [--rows 1000000] [--formats gpkg ...]``.

A store of made-up mentions over the demo's ground, as wide as real ones, is written out by ``dateline export`` itself,
each format in a process of its own, whose largest memory the system tells.
"""
from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from shapely.geometry import Point

from bench.table import GROUND, peak
from geo.formats import FORMATS
from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import open_store

FIRST = date(2012, 1, 1)
DAYS = 2557
PIECE = 20_000
SIDES = ("ISIL", "REBELS", "GOV_SY", "SDF", None)
SOURCE = {"title": "A report of that day", "url": "https://news.example/1", "publisher": "News", "licence": "CC BY 4.0"}


def mentions(count: int, seed: int = 7) -> Iterator[Feature]:
    """The first of more being the same."""
    random = np.random.default_rng(seed)
    west, south, east, north = GROUND
    for begun in range(0, count, PIECE):
        numbers = random.random((PIECE, 4))
        for number, (x, y, when, side) in enumerate(numbers[:count - begun].tolist(), begun):
            yield _mention(number, (round(west + x * (east - west), 6), round(south + y * (north - south), 6)),
                           FIRST + timedelta(days=int(when * DAYS)), SIDES[int(side * len(SIDES))])


def _mention(number: int, at: tuple[float, float], day: date, side: str | None) -> Feature:
    said: dict[str, object] = {
        "article": f"story-{number // 12}", "title": f"What happened on {day}", "start": 40 * (number % 12),
        "end": 40 * (number % 12) + 7, "toponym": f"Town {number % 3000}", "place": f"place-{number % 3000}",
        "sentence": f"Fighters took Town {number % 3000} on {day}, according to people who live there; " * 2,
        "name": f"Town {number % 3000}", "country": "SY", "feature_code": "PPL", "lng": at[0], "lat": at[1],
        "role": "literal", "score": 0.91, "reason": "the only place of that name in the gazetteer",
        "runners_up": [{"place": "place-1", "name": "Town 1", "score": 0.05}], "time_text": str(day),
        "time_start": 20, "time_end": 30, "time_reason": "stated in the sentence", "controller": side,
        "status": "control" if side else None, "control_certainty": "certain" if side else None,
        "front_km": 12.5, "front_bearing": 87.0, "zone_ids": ["zone-1"], "age_days": 3, "precision_km": 1.0,
        "basis": "zone" if side else "none", "control_sources": [SOURCE],
    }
    validity = Validity.exactly(Interval.of_day(day), str(day))
    return Feature(f"{number * 2654435761 % 2**32:08x}-{number}", Point(at), said, validity, Interval(day))


def write_store(path: Path, count: int) -> Path:
    store = open_store(str(path), create=True)
    store.write("mentions", mentions(count), date(2020, 1, 1))
    store.close()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--formats", nargs="+", choices=[*FORMATS], default=[*FORMATS])
    asked = parser.parse_args()
    print("| format | rows | largest memory, MB | MB of the file | rows a second |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        with ProcessPoolExecutor(1) as other:  # a child's largest memory counts what its parent had when it forked
            store = other.submit(write_store, Path(name, "war.gpkg"), asked.rows).result()
        for ending in asked.formats:
            out = Path(name, f"mentions.{ending}")
            used, seconds = peak(["--store", str(store), "export", "mentions", "-f", ending, "-o", str(out)])
            size = out.stat().st_size / 1e6
            out.unlink()
            print(f"| {ending} | {asked.rows:,} | {used:.0f} | {size:.0f} | {asked.rows / seconds:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
