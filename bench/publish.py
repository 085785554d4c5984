"""What a whole history costs as one file: ``python -m bench.publish [--days N] [--zooms A-B] [--workers N]``.

The made-up war of ``bench.coverage`` as ``dateline export zones -f pmtiles`` writes it, arrays included, from rows in
memory. Seconds by the clock, and of processors, by the first process and its workers together: on an idle machine the
clock takes about the first and the workers' share of the other. Bytes by zoom, of tiles of all days and of windows.
"""
from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bench.coverage import EXTENT, Theatre, zones
from geo.formats.pmtiles import tile_at
from geo.model import BBox, Feature
from geo.tiles.archive import Baked, write
from geo.tiles.bake import Plan, Source, bake
from geo.tiles.pyramid import Windows
from geo.tiles.spool import Spool


class Cost(NamedTuple):
    """Seconds by the clock, and of processors: this process's and those of its children that have ended."""

    wall: float
    own: float
    workers: float

    def since(self, begin: Cost) -> Cost:
        return Cost(*(now - then for now, then in zip(self, begin, strict=True)))


def turns_of(rows: Sequence[Feature]) -> list[date]:
    spans = [row.valid.outer for row in rows]
    return sorted({day for span in spans for day in (span.start, span.end) if day is not None})


def made(rows: Sequence[Feature], folder: Path, zooms: range, workers: int) -> tuple[Spool, list[Windows], Path]:
    spool = Spool(folder / "tiles.sqlite", "bench")
    source = Source("zones", folder, "zones")
    windows = bake(source, lambda: rows, Plan(zooms, turns_of(rows), workers=workers), spool, quiet)
    path = folder / "zones.pmtiles"
    about = {"name": "A made-up war", "vector_layers": []}
    write("pmtiles", path, Baked(spool, windows, BBox(*EXTENT), about))
    return spool, windows, path


@contextmanager
def quiet(length: int, label: str) -> Iterator[Callable[[int], None]]:
    begin = time.perf_counter()
    yield lambda done: None
    print(f"  {label}: {length:,} in {time.perf_counter() - begin:.1f} s", flush=True)


def spent() -> Cost:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Cost(time.perf_counter(), *(each.ru_utime + each.ru_stime for each in used))


def print_sizes(spool: Spool, windows: Sequence[Windows]) -> None:
    print("\n| z | tiles | largest, raw | gzip bytes, all days | window | its tiles | gzip bytes |")
    print("| --: | --: | --: | --: | --- | --: | --: |")
    largest = spool.largest()
    for each in windows:
        for zoom in range(each.minzoom, each.maxzoom + 1):
            whole = [len(body) for number, body in spool.whole() if tile_at(number).z == zoom]
            cut = [
                len(body) for place in range(len(each.spans))
                for _, body in spool.of_span(each.first + place, range(zoom, zoom + 1))
            ]
            print(f"| {zoom} | {len(whole):,} | {largest[zoom]:,} | {sum(whole):,} | {each.window} | "
                  f"{len(cut) or '':} | {sum(cut) or '':} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1200)
    parser.add_argument("--zooms", default="3-11")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    first, last = map(int, asked.zooms.split("-"))
    rows = zones(Theatre(days=asked.days))
    with tempfile.TemporaryDirectory() as name:
        begin = spent()
        spool, windows, path = made(rows, Path(name), range(first, last + 1), asked.workers)
        cost = spent().since(begin)
        print(f"\n{len(rows):,} versions of {asked.days:,} days, zooms {asked.zooms}, {asked.workers} processes: "
              f"{path.stat().st_size / 1e6:.2f} MB in {cost.wall:.1f} s; "
              f"processors {cost.own:.1f} s + {cost.workers:.1f} s")
        print_sizes(spool, windows)
        spool.close()


if __name__ == "__main__":
    main()
