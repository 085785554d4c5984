"""What a Dask cluster brings: ``python -m bench.dask_scaling`` (``make bench-dask``).

An archive of made-up stories is read into partitions of GeoParquet by one worker process and by two, in turns, and once
more into a store; articles a second of each, the median of the rounds, and what that comes to for ten million.
"""
from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

from bench.peers.process import started
from tools.ports import free_port

TOWNS = ("al-Rai", "Manbij", "Jarabulus", "Palmyra", "Fallujah", "Mosul", "Raqqa", "al-Bab", "Azaz", "Kobani", "Tabqa")
SIDES = ("Islamic State", "rebels", "the Syrian army", "the Syrian Democratic Forces", "Iraqi forces")
SENTENCES = (
    "Fighters of {side} captured {town} on {day} April 2016 after two days of clashes, residents said.",
    "Shelling was reported near {other} on Sunday, and several families left for {town}.",
    "The road between {town} and {other} was closed, a commander told reporters.",
    "An air strike hit a market in {other} late on Tuesday, killing at least four people.",
    "Aid groups said they could not reach the villages north of {town} for a third week.",
    "{side} had held {other} since last year, and said it would not give it up.",
)
FIRST = date(2014, 1, 1)
TEN_MILLION = 10_000_000


def archive(path: Path, count: int) -> Path:
    """Stories of about 320 words, one a day: as many of one day would be alike enough for wire copies."""
    luck = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            told = " ".join(
                luck.choice(SENTENCES).format(side=luck.choice(SIDES), town=luck.choice(TOWNS),
                                              other=luck.choice(TOWNS), day=luck.randint(1, 28))
                for _ in range(22))
            file.write(json.dumps({"url": f"https://wire.example/{number}", "title": f"Report {number}",
                                   "date": str(FIRST + timedelta(number)), "text": told}) + "\n")
    return path


@contextmanager
def cluster(workers: int, folder: Path) -> Iterator[str]:
    """A scheduler with so many worker processes; its address."""
    address = f"tcp://127.0.0.1:{free_port()}"
    dask = [sys.executable, "-W", "ignore", "-m", "dask"]
    with ExitStack() as stack:
        stack.enter_context(started([*dask, "scheduler", "--host", address, "--no-dashboard", "--no-jupyter"]))
        for _ in range(workers):
            stack.enter_context(started([*dask, "worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
                                         "--local-directory", str(folder)]))
        yield address


def dateline(*words: object) -> float:
    """Seconds that a command takes."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-m", "server.cli", "--quiet", *map(str, words)], check=True)
    return time.monotonic() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stories, warm = archive(folder / "stories.jsonl", given.articles), archive(folder / "warm.jsonl", 40)
        store = folder / "war.gpkg"
        dateline("--store", store, "init", "--demo")
        seconds: dict[int, list[float]] = {1: [], 2: []}
        for turn in range(given.rounds):
            for workers, taken in seconds.items():
                with cluster(workers, folder) as address:
                    dateline("--store", store, "ingest", warm, "-o", folder / f"w{turn}-{workers}", "--partition", 10,
                             "--dask", address)  # every worker has its gazetteer then
                    taken.append(dateline("--store", store, "ingest", stories, "-o", folder / f"p{turn}-{workers}",
                                          "--partition", 100, "--dask", address))
                    print(f"round {turn}, {workers}: {taken[-1]:.1f} s", file=sys.stderr, flush=True)
        with cluster(2, folder) as address:
            kept = dateline("--store", store, "ingest", stories, "--dask", address)
    one, two = (statistics.median(taken) for taken in seconds.values())
    print("| | seconds | articles a second | ten million |\n| -- | --: | --: | --: |")
    for label, took in (("one worker, GeoParquet", one), ("two workers, GeoParquet", two),
                         ("two workers, kept in a GeoPackage by one process", kept)):
        rate = given.articles / took
        print(f"| {label} | {took:.1f} | {rate:.0f} | {TEN_MILLION / rate / 3600:.0f} hours |")
    print(f"\ntwo workers are {one / two:.2f} times as fast as one")


if __name__ == "__main__":
    main()
