"""A real Dask scheduler with worker processes of its own: what it reads is what one process reads, and a worker that is
killed in the middle changes nothing."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas
import pyarrow
import pyarrow.parquet
import pytest

from geo.model import Query
from geo.store import Store, open_store
from tools.ports import free_port

TOWNS = ("al-Rai", "Manbij", "Jarabulus", "Palmyra", "Fallujah", "Mosul", "Raqqa", "al-Bab")
SIDES = ("Islamic State", "rebels", "the Syrian army", "the SDF")
COUNT = 90


class Workers:
    """A scheduler at ``address``, and the processes that work for it."""

    def __init__(self, folder: Path) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._started("scheduler", "--host", self.address, "--no-dashboard", "--no-jupyter")

    def add(self) -> subprocess.Popen[bytes]:
        return self._started("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
                             "--local-directory", str(self._folder))

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "dask", *words]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path.cwd(),
                                   env={**os.environ, "PYTHONPATH": str(Path.cwd())})
        self._processes.append(process)
        return process

    def end(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    made = Workers(tmp_path_factory.mktemp("dask"))
    for _ in range(2):
        made.add()
    yield made
    made.end()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stories of our own, of which some are wire copies of others, one changed another, and one cannot be read."""
    path = tmp_path_factory.mktemp("archive") / "stories.jsonl"
    lines = [json.dumps(story(number)) for number in range(COUNT)]
    lines[40:40] = [json.dumps({**story(7), "url": "https://copy.example/7", "title": "A copy"}),
                    json.dumps({**story(3), "text": "Islamic State took Manbij on Monday, officials said."}),
                    json.dumps({"title": "no text"})]
    path.write_text("\n".join(lines), "utf-8")
    return path


def story(number: int) -> dict[str, str]:
    town, other = TOWNS[number % len(TOWNS)], TOWNS[(number * 3 + 1) % len(TOWNS)]
    side, day = SIDES[number % len(SIDES)], number % 28 + 1
    text = (f"Fighters of {side} captured {town} on {day} April 2016 after two days of clashes, residents said. "
            f"Shelling was reported near {other} on Sunday. Report {number} of the desk said that {town} had been "
            f"held by another side since March.")
    address = f"https://wire.example/{number}"
    return {"url": address, "title": f"{town} falls", "date": f"2016-04-{day:02}", "text": text}


@contextmanager
def opened(path: str) -> Iterator[Store]:
    with closing(open_store(path)) as store:
        yield store


def dateline(*words: object, wrong: int = 1) -> subprocess.CompletedProcess[str]:
    """The command; of the archive's stories one cannot be read, so that it ends with 1."""
    command = [sys.executable, "-m", "server.cli", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == wrong, done.stderr[-2000:]
    return done


def rows(path: str) -> dict[str, list[object]]:
    with opened(path) as store:
        return {name: list(store.read(name, Query())) for name in ("articles", "mentions", "events")}


def made(path: Path | str) -> str:
    dateline("--quiet", "--store", path, "init", wrong=0)
    return str(path)


def test_a_cluster_keeps_what_one_process_keeps(
    workers: Workers, archive: Path, tmp_path: Path, database: str
) -> None:
    """In a GeoPackage in sequence, in PostGIS by the cluster."""
    alone, shared = made(tmp_path / "alone.gpkg"), made(database)
    told = dateline("--store", alone, "--json", "ingest", archive)
    also = dateline("--store", shared, "--json", "ingest", archive, "--dask", workers.address)
    assert also.stdout == told.stdout
    assert "want a JSON object with a 'text'" in also.stderr
    assert rows(shared) == rows(alone)


def test_a_killed_worker_loses_nothing(archive: Path, tmp_path: Path) -> None:
    alone, shared = made(tmp_path / "alone.gpkg"), made(tmp_path / "shared.gpkg")
    dateline("--quiet", "--store", alone, "ingest", archive)
    crowd = Workers(tmp_path)
    try:
        victim, _ = crowd.add(), crowd.add()
        command = [sys.executable, "-m", "server.cli", "--store", shared, "ingest", str(archive), "--dask",
                   crowd.address]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
            assert running.stderr is not None
            for number, _ in enumerate(running.stderr):
                if number == 10:
                    victim.send_signal(signal.SIGKILL)
        assert running.returncode == 1 and victim.wait() == -signal.SIGKILL
    finally:
        crowd.end()
    assert rows(shared) == rows(alone)


def test_partitions_are_the_same_whoever_writes_them(workers: Workers, archive: Path, tmp_path: Path) -> None:
    store = made(tmp_path / "s.gpkg")
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    dateline("--quiet", "--store", store, "ingest", archive, "-o", alone, "--partition", 30)
    dateline("--quiet", "--store", store, "ingest", archive, "-o", shared, "--partition", 30, "--dask",
             workers.address)
    files = sorted(path.relative_to(alone) for path in alone.rglob("*.parquet"))
    assert files == sorted(path.relative_to(shared) for path in shared.rglob("*.parquet"))
    for path in files:
        assert pyarrow.parquet.read_table(alone / path).equals(pyarrow.parquet.read_table(shared / path)), path
    mentions = geopandas.read_parquet(shared / "mentions")
    assert mentions.crs == "OGC:CRS84" and len(mentions) > COUNT
    assert set(mentions["article"]) == set(geopandas.read_parquet(shared / "articles")["id"])
    again = dateline("--store", store, "ingest", archive, "-o", shared, wrong=2)
    assert "has partitions of articles already" in again.stderr


def test_a_table_is_an_archive_too(workers: Workers, archive: Path, tmp_path: Path) -> None:
    table, lines = tmp_path / "stories.parquet", tmp_path / "stories.jsonl"
    some = [story(number) for number in range(30)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(some), table)
    lines.write_text("\n".join(map(json.dumps, some)), "utf-8")
    one, two = made(tmp_path / "one.gpkg"), made(tmp_path / "two.gpkg")
    dateline("--quiet", "--store", one, "ingest", lines, wrong=0)
    dateline("--quiet", "--store", two, "ingest", table, "--dask", workers.address, wrong=0)
    assert rows(one) == rows(two)
    (tmp_path / "no.parquet").write_bytes(b"PAR1 and nothing else")
    assert "want a Parquet file" in dateline("--store", one, "ingest", tmp_path / "no.parquet").stderr


def test_a_table_is_joined_by_a_cluster_too(workers: Workers, demo_store: Path, tmp_path: Path) -> None:
    asked = tmp_path / "strikes.csv"
    asked.write_text("place,date,lon,lat\n" + "".join(
        f"{TOWNS[number % 8] if number % 3 else ''},2016-{number % 12 + 1:02}-{number % 28 + 1:02},"
        f"{36 + number % 90 / 10},{34 + number % 30 / 10}\n" for number in range(3000)), "utf-8")
    options = ("--place-field", "place", "--near-km", 5)
    dateline("--quiet", "--store", demo_store, "join", asked, "-o", tmp_path / "one.csv", *options, wrong=0)
    dateline("--quiet", "--store", demo_store, "join", asked, "-o", tmp_path / "two.csv", *options, "--dask",
             workers.address, wrong=0)
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
    assert "ISIL" in (tmp_path / "one.csv").read_text("utf-8")


def test_a_scheduler_that_is_not_there_is_named(tmp_path: Path) -> None:
    store = made(tmp_path / "s.gpkg")
    (tmp_path / "a.txt").write_text("Islamic State took al-Rai on 11 April 2016.")
    begun = time.monotonic()
    done = dateline("--store", store, "ingest", tmp_path / "a.txt", "--dask", f"tcp://127.0.0.1:{free_port()}", wrong=2)
    assert "want the tcp://HOST:PORT of a scheduler that answers" in done.stderr
    assert time.monotonic() - begun < 30
