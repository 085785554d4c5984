"""What `dateline join` takes for longer tables: ``python -m bench.table [--rows 50000 500000]``.

Tables of made-up points (a tenth with a radius) and of small areas (a fifth of the rows) over the demo's ground are
joined by the command itself, each in a process of its own, whose largest memory the system tells.
"""
from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from geo.interval import day_from_number, day_number

GROUND = (36.0, 33.0, 44.0, 37.0)
DAYS = day_number(date(2012, 1, 1)), day_number(date(2018, 12, 31))
COMMAND = (sys.executable, "-m", "server.cli", "--quiet")


def write_table(path: Path, count: int, seed: int = 7) -> Path:
    """A CSV of ``count`` rows, the first rows of a longer one being the same."""
    random = np.random.default_rng(seed)
    west, south, east, north = GROUND
    with path.open("w", encoding="utf-8") as file:
        file.write("date,lon,lat,radius_km,geometry,what\n")
        for number in range(count):
            lon, lat = (random.random(2) * (east - west, north - south) + (west, south)).round(5).tolist()
            day = day_from_number(int(random.integers(*DAYS)))
            if number % 5 == 4:
                area = f"POLYGON (({lon} {lat}, {lon + 0.1} {lat}, {lon + 0.1} {lat + 0.1}, {lon} {lat}))"
                file.write(f'{day},,,,"{area}",an area\n')
            else:
                file.write(f"{day},{lon},{lat},{10 if number % 10 == 0 else ''},,event {number}\n")
    return path


def peak(arguments: Sequence[str], command: Sequence[str] = COMMAND) -> tuple[float, float]:
    """The largest resident memory of the command in MB, and its seconds.

    :raises RuntimeError: when it fails.
    """
    begun = time.perf_counter()
    child = subprocess.Popen([*command, *arguments])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {child.returncode}")
    return usage.ru_maxrss / 1024, time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[50_000, 500_000])
    rows = parser.parse_args().rows
    first = None
    print("| rows | into | largest memory, MB | times the shortest | rows a second |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peak(["--store", str(folder / "demo.gpkg"), "init", "--demo"])
        for ending in ("csv", "parquet"):
            first = None
            for count in rows:
                table = write_table(folder / "in.csv", count)
                out = folder / f"out.{ending}"
                megabytes, seconds = peak(["--store", str(folder / "demo.gpkg"), "join", str(table), "-o", str(out)])
                first = first or megabytes
                print(f"| {count:,} | {ending} | {megabytes:.0f} | {megabytes / first:.2f} | {count / seconds:,.0f} |")


if __name__ == "__main__":
    main()
