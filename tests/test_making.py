"""The arrays of a large store are made by a process of their own, which goes when there is no more work."""
from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import box

from geo.interval import Interval, Validity
from geo.model import Feature
from geo.schema import ZONES
from geo.store import Store, open_store
from geo.tiles.levels import Levels
from server import making
from server.making import Maker
from server.tilesets import TileSets, folder_of, forget

ZONE = Feature("z", box(37, 36, 38, 37), {"controller": "ISIL"}, Validity.exactly(Interval(date(2016, 4, 1), None)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "s.gpkg"), create=True)
    opened.write("zones", [ZONE], date(2016, 4, 11))
    yield opened
    opened.close()


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[Maker]:
    made = Maker(str(tmp_path / "s.gpkg"), folder_of(str(tmp_path / "s.gpkg")), "auto", large=0)
    yield made
    made.end()


def waited_for(is_so: object, seconds: float = 20) -> bool:
    assert callable(is_so)
    until = time.monotonic() + seconds
    while time.monotonic() < until and not is_so():
        time.sleep(0.05)
    return bool(is_so())


def test_another_process_makes_them_and_this_one_maps_them(
    tmp_path: Path, store: Store, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.tiles.arrays.columns", lambda *_: pytest.fail("made here"))
    sets = TileSets(folder_of(str(tmp_path / "s.gpkg")), "auto", maker)
    found = sets.ready(ZONES, store, 8)
    assert found is not None
    assert found.levels.has(8)
    kept = folder_of(str(tmp_path / "s.gpkg")).glob("zones-*")
    assert {path.name.rpartition("-")[2] for path in kept} >= {"base", "z8"}


def test_what_changed_meanwhile_is_made_anew(tmp_path: Path, store: Store, maker: Maker) -> None:
    assert maker.make("zones", 8)
    store.write("zones", [Feature("other", box(38, 36, 39, 37), {"controller": "SDF"})], date(2016, 4, 12))
    assert maker.make("zones", 8)
    versions = {path.name.rsplit("-", 1)[0] for path in folder_of(str(tmp_path / "s.gpkg")).glob("zones-*")}
    assert len(versions) == 1
    assert store.summary("zones").version in versions.pop()


def test_it_is_let_go_when_idle_and_started_again(
    maker: Maker, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "IDLE", 0.2)
    assert maker.make("zones", 8)
    first = maker._process
    assert first is not None
    assert waited_for(lambda: first.poll() is not None)
    assert maker.make("zones", 9)
    assert maker._process is not first


def test_one_that_dies_costs_no_tile(
    tmp_path: Path, store: Store, maker: Maker
) -> None:
    assert maker.make("zones", 5)
    assert maker._process is not None
    os.kill(maker._process.pid, signal.SIGSTOP)
    written = maker._process
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {written.pid}"])
    assert not maker.make("zones", 8), "it died over the work"
    killer.wait()
    sets = TileSets(folder_of(str(tmp_path / "s.gpkg")), "auto", maker)
    assert sets.ready(ZONES, store, 8) is not None


def test_a_folder_that_cannot_be_written_to_is_told_and_the_arrays_are_made_here(
    tmp_path: Path, store: Store, maker: Maker
) -> None:
    folder_of(str(tmp_path / "s.gpkg")).write_text("in the way")
    assert not maker.make("zones", 8)
    assert TileSets(folder_of(str(tmp_path / "s.gpkg")), "auto", maker).ready(ZONES, store, 8) is not None


def test_a_small_store_is_not_worth_a_process(tmp_path: Path, store_address: str) -> None:
    """Of a database, too, what counts is how much it holds."""
    with closing(open_store(store_address, create=True)) as held:
        held.write("zones", [ZONE], date(2016, 4, 11))
        small = Maker(store_address, tmp_path / "arrays", "auto", large=held.size() + 1)
        assert TileSets(tmp_path / "arrays", "auto", small).ready(ZONES, held, 8) is not None
        assert small._process is None
        large = Maker(store_address, tmp_path / "arrays", "auto", large=held.size())
        TileSets(tmp_path / "arrays", "auto", large).ready(ZONES, held, 9)
        assert large._process is not None
        large.end()


def test_requests_wait_for_arrays_only_at_first(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Levels, "prepare", lambda *_: time.sleep(2))
    monkeypatch.setattr("server.tilesets.PATIENCE", 0.3)
    sets = TileSets(tmp_path / "arrays", "auto")
    begin = time.monotonic()
    assert [sets.ready(ZONES, store, 8) for _ in range(10)] == [None] * 10
    assert time.monotonic() - begin < 1.5, "ten requests waited one after the other"


def test_what_it_made_stands_in_though_somebody_wrote_meanwhile(
    tmp_path: Path, store: Store, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.tiles.arrays.columns", lambda *_: pytest.fail("made here"))
    monkeypatch.setattr("server.tilesets.OLDEST", 60.0)
    folder, make = folder_of(str(tmp_path / "s.gpkg")), maker.make
    other = Feature("other", box(38, 36, 39, 37), {"controller": "SDF"})

    def make_late(collection: str, zoom: int) -> str | None:
        made = make(collection, zoom)
        store.write("zones", [other], date(2016, 4, 12))
        return made

    monkeypatch.setattr(maker, "make", make_late)
    sets = TileSets(folder, "auto", maker)
    found = sets.ready(ZONES, store, 8)
    assert found is not None
    assert found.levels.has(8)
    assert not sets.is_of_now(found, ZONES, store), "the other is not in it"
    assert sets.ready(ZONES, store, 8) is found


def test_it_does_not_stand_in_once_a_story_was_taken_out_of_sight_meanwhile(
    tmp_path: Path, store: Store, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, make = folder_of(str(tmp_path / "s.gpkg")), maker.make

    def make_late(collection: str, zoom: int) -> str | None:
        made = make(collection, zoom)
        store.write("zones", [Feature("other", box(38, 36, 39, 37), {"controller": "SDF"})], date(2016, 4, 12))
        forget(folder, ["zones"])
        return made

    monkeypatch.setattr(maker, "make", make_late)
    sets = TileSets(folder, "auto", maker)
    found = sets.ready(ZONES, store, 8)
    assert found is not None
    assert sets.is_of_now(found, ZONES, store)
