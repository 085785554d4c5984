"""What one worker of the service takes: ``python -m bench.worker [--requests N]`` (``make bench-worker``).

On the made-up war of ``bench.coverage`` with its arrays beside the store: seconds until a new worker has answered its
first tile, its memory then, and after 50,000 and 1,000,000 tiles (``wrk``). Memory is what the worker process has
resident, pages of files that it shares with others included.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import shapely

from bench.coverage import FIRST_DAY, Theatre, zones
from bench.peers.load import measure
from bench.peers.process import resident_kb, started, tree
from bench.serving import ZOOMS, tiles
from geo.interval import day_from_number
from geo.model import Feature
from geo.store import open_store

PORT = 8121
DAYS = 30
"""Days whose tiles are asked for: more than one cache's worth."""


@contextmanager
def worker(store: Path) -> Iterator[tuple[int, float]]:
    """A worker that has answered a tile: the process's id, and the seconds that took. It is the service's first child;
    what it starts in turn, as the maker of arrays, comes and goes."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "server.cli", "--quiet", "--store", str(store), "serve", "--port", str(PORT)]
    with started(command) as pid:
        _answered(addresses(1)[0])
        yield tree(pid)[1], time.monotonic() - begin


def addresses(days: int) -> list[str]:
    """Tiles of some days and all zooms."""
    wanted = [day_from_number(FIRST_DAY + 600 + number) for number in range(days)]
    return [f"/tiles/zones/{at.z}/{at.x}/{at.y}.mvt?datetime={day}" for day in wanted for zoom in ZOOMS
            for at in tiles(zoom)]


ALONE = """
import sys
from werkzeug.test import Client
from server import create_app
answer = Client(create_app({"STORE": sys.argv[1]}).wsgi_app).get(sys.argv[2])
assert answer.status_code == 200, answer.status
"""


def alone(store: Path, times: int = 5) -> float:
    """Seconds of a Python process that becomes a worker, answers a tile and ends, without a server around it; the best
    of some."""
    found = []
    for _ in range(times):
        begin = time.monotonic()
        subprocess.run([sys.executable, "-c", ALONE, str(store), addresses(1)[0]], check=True)
        found.append(time.monotonic() - begin)
    return min(found)


def vertices(rows: list[Feature]) -> int:
    return int(sum(shapely.get_num_coordinates(row.geometry) for row in rows))


def _answered(address: str) -> None:
    for _ in range(6000):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{address}", timeout=60) as answer:
                if answer.status < 300:
                    return
        except OSError:
            time.sleep(0.01)
    sys.exit(f"{address} is not answered")


def _asked(pid: int, count: int) -> None:
    """At least so many requests more."""
    paths = addresses(DAYS)
    while count > 0:
        cost = measure(f"http://127.0.0.1:{PORT}", paths, [pid], 5)
        count -= int(cost.rate * 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=1200)
    parser.add_argument("--requests", type=int, default=1_000_000)
    given = parser.parse_args()
    rows = zones(Theatre(days=given.days))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "war.gpkg")
        store = open_store(str(path), create=True)
        store.write("zones", rows, date(2026, 1, 1))
        store.close()
        with worker(path):  # makes the arrays, once
            for zoom in ZOOMS:
                address = f"/tiles/zones/{zoom}/{tiles(zoom)[0].x}/{tiles(zoom)[0].y}.mvt?v=0"
                _answered(address)
                time.sleep(15)
        print(f"a worker alone: {alone(path):.2f} s to its first tile")
        with worker(path) as (pid, seconds):
            first = resident_kb(pid) / 1024
            print(f"{len(rows):,} versions, {vertices(rows):,} vertices")
            print(f"`dateline serve`: first tile after {seconds:.2f} s, resident {first:.0f} MB "
                  f"(limit {150 + vertices(rows) * 10 / 2**20:.0f} MB)")
            _asked(pid, 50_000)
            early = resident_kb(pid) / 1024
            _asked(pid, given.requests - 50_000)
            late = resident_kb(pid) / 1024
            print(f"resident after 50,000 requests {early:.0f} MB, after {given.requests:,} {late:.0f} MB "
                  f"({late / early:.3f}x)")


if __name__ == "__main__":
    main()
