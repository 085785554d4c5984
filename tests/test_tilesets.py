"""The arrays behind the served tiles: kept beside the store, renewed with it, never in the way."""
from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient
from shapely.geometry import box
from werkzeug.test import TestResponse

from geo.errors import InvalidParameter
from geo.grid import Tile
from geo.interval import Interval, Validity
from geo.model import Feature
from geo.schema import ZONES
from geo.store import Store, open_store
from geo.tiles.levels import Levels
from server import create_app
from server.tilesets import TileSets, forget

DAY = date(2016, 4, 11)
TILE = "/tiles/zones/8/154/100.mvt?datetime=2016-04-11"
ZONE = Feature("z", box(37, 36, 38, 37), {"controller": "ISIL"}, Validity.exactly(Interval(date(2016, 4, 1), None)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "s.gpkg"), create=True)
    opened.write("zones", [ZONE], DAY)
    yield opened
    opened.close()


def client(tmp_path: Path, kernel: str = "auto") -> FlaskClient:
    return create_app({"store": str(tmp_path / "s.gpkg"), "tile_kernel": kernel}).test_client()


def controllers(asked: FlaskClient) -> list[str]:
    answer = asked.get(TILE)
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    return [each["properties"]["controller"] for each in mapbox_vector_tile.decode(answer.data)["zones"]["features"]]


def kept(tmp_path: Path) -> set[str]:
    return {path.name.split("-")[0] for path in (tmp_path / "s.gpkg.tiles").iterdir()}


@pytest.mark.parametrize("kernel", ["c", "numpy"])
def test_a_written_zone_is_in_the_next_tile(tmp_path: Path, store: Store, kernel: str) -> None:
    asked = client(tmp_path, kernel)
    assert controllers(asked) == ["ISIL"]
    store.write("zones", [replace(ZONE, properties={"controller": "SDF"})], DAY)
    assert controllers(asked) == ["SDF"]


def test_both_kernels_serve_the_same_bytes_and_health_says_which(tmp_path: Path, store: Store) -> None:
    answers = [client(tmp_path, kernel).get(TILE) for kernel in ("c", "numpy")]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    told = [client(tmp_path, kernel).get("/healthz").json for kernel in ("c", "numpy")]
    assert [each and each["tile_kernel"] for each in told] == ["c", "numpy"]


def test_arrays_of_older_versions_are_removed_and_other_collections_keep_theirs(tmp_path: Path, store: Store) -> None:
    asked = client(tmp_path)
    for number in range(4):
        store.write("zones", [replace(ZONE, properties={"controller": f"SIDE{number}"})], DAY)
        assert controllers(asked) == [f"SIDE{number}"]
    versions = {path.name.rsplit("-", 1)[0] for path in (tmp_path / "s.gpkg.tiles").glob("zones-*")}
    assert len(versions) == 1
    asked.get("/tiles/events/8/154/100.mvt")
    before = set((tmp_path / "s.gpkg.tiles").glob("zones-*"))
    store.write("events", [Feature("e", box(37, 36, 38, 37).centroid, {"type": "attack"})], DAY)
    assert controllers(asked) == ["SIDE3"]
    assert set((tmp_path / "s.gpkg.tiles").glob("zones-*")) == before
    assert kept(tmp_path) == {"zones", "events"}


def test_a_folder_that_cannot_be_written_to_costs_no_answer(tmp_path: Path, store: Store) -> None:
    (tmp_path / "s.gpkg.tiles").write_text("in the way")
    assert controllers(client(tmp_path)) == ["ISIL"]


def test_what_is_read_while_somebody_writes_is_read_again(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, written = store.read, []

    def read(name: str, query: object) -> Iterator[Feature]:
        found = list(whole(name, query))  # type: ignore[arg-type]
        if not written:
            written.append(1)
            store.write("zones", [replace(ZONE, properties={"controller": "SDF"})], DAY)
        return iter(found)

    monkeypatch.setattr(store, "read", read)
    made = TileSets(tmp_path / "arrays", "auto").of(ZONES, store)
    data = made.tile(Tile(8, 154, 100), Interval.of_day(DAY))
    assert b"SDF" in data
    assert b"ISIL" not in data


def test_a_store_that_never_rests_is_read_all_the_same(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, sides = store.read, count()

    def read(name: str, query: object) -> Iterator[Feature]:
        found = list(whole(name, query))  # type: ignore[arg-type]
        store.write("zones", [replace(ZONE, properties={"controller": f"SIDE{next(sides)}"})], DAY)
        return iter(found)

    monkeypatch.setattr(store, "read", read)
    sets = TileSets(tmp_path / "arrays", "auto")
    made = sets.of(ZONES, store)
    assert b"SIDE1" in made.tile(Tile(8, 154, 100), Interval.of_day(DAY))
    assert not sets.is_of_now(made, ZONES, store), "a side more holds it by now"


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Making the next tile set waits for the event; what was made before may stand in."""
    may_go_on, level = threading.Event(), Levels.prepare

    def prepare(self: Levels, zoom: int) -> None:
        assert may_go_on.wait(20)
        level(self, zoom)

    monkeypatch.setattr("server.tilesets.OLDEST", 60.0)
    monkeypatch.setattr("server.tilesets.DUTY", 0)
    monkeypatch.setattr("server.tilesets.SOON", 0.05)
    monkeypatch.setattr("server.tilesets.PATIENCE", 0.05)
    may_go_on.set()
    monkeypatch.setattr(Levels, "prepare", prepare)
    return may_go_on


def settled(asked: FlaskClient) -> TestResponse:
    """The tile once nothing better is on its way."""
    for _ in range(500):
        answer = asked.get(TILE)
        if answer.headers["Cache-Control"] != "public, max-age=2":
            return answer
        time.sleep(0.02)
    pytest.fail("no last word")


def test_the_tiles_of_a_moment_ago_stand_in_and_are_not_kept_for_long(
    tmp_path: Path, store: Store, slowly: threading.Event
) -> None:
    asked = client(tmp_path)
    assert b"ISIL" in settled(asked).data
    slowly.clear()
    store.write("zones", [replace(ZONE, properties={"controller": "SDF"})], DAY)
    version = asked.get("/tiles/zones.json").get_json()["tiles"][0].split("?v=")[1]
    late = asked.get(f"{TILE}&v={version}")
    assert b"ISIL" in late.data and late.headers["Cache-Control"] == "public, max-age=2"
    picture = asked.get(f"{TILE.replace('.mvt', '.png')}&v={version}")
    assert picture.headers["Cache-Control"] == "public, max-age=2"
    slowly.set()
    assert b"SDF" in settled(asked).data
    assert "immutable" in asked.get(f"{TILE}&v={version}").headers["Cache-Control"]


def test_nothing_stands_in_once_a_story_was_taken_out_of_sight(
    tmp_path: Path, store: Store, slowly: threading.Event
) -> None:
    asked, other = client(tmp_path), client(tmp_path)
    assert all(b"ISIL" in settled(each).data for each in (asked, other))
    slowly.clear()
    store.write("zones", [replace(ZONE, properties={"controller": "SDF"})], DAY)
    assert controllers(other) == ["ISIL"]
    forget(tmp_path / "s.gpkg.tiles", ["events"])
    assert controllers(asked) == controllers(other) == ["SDF"], "drawn from the rows, in every process"
    slowly.set()


def test_a_kernel_that_is_not_known_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="tile_kernel: 'rust'"):
        client(tmp_path, "rust")


def test_who_asks_while_arrays_are_made_gets_the_tile_the_slow_way(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on, making = threading.Event(), threading.Event()
    level = Levels.at

    def slow(self: Levels, zoom: int) -> object:
        if not self.has(zoom):
            making.set()
            assert may_go_on.wait(20)
        return level(self, zoom)

    monkeypatch.setattr(Levels, "at", slow)
    monkeypatch.setattr("server.tilesets.PATIENCE", 0.05)
    asked = client(tmp_path)
    version = asked.get("/tiles/zones.json").get_json()["tiles"][0].split("?v=")[1]
    early = asked.get(f"{TILE}&v={version}")
    assert making.wait(20)
    (zone,) = mapbox_vector_tile.decode(early.data)["zones"]["features"]
    assert zone["properties"]["controller"] == "ISIL"
    assert "immutable" not in early.headers["Cache-Control"], "a better one is on its way"
    may_go_on.set()
    for _ in range(200):
        late = asked.get(f"{TILE}&v={version}")
        if "immutable" in late.headers["Cache-Control"]:
            break
        time.sleep(0.02)
    assert "immutable" in late.headers["Cache-Control"]
    assert controllers(asked) == ["ISIL"]


def test_a_number_is_answered_from_the_tiles_that_said_it_and_asked_again_for_while_they_are_made(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = client(tmp_path)
    (zone,) = mapbox_vector_tile.decode(asked.get("/tiles/zones/8/154/100.mvt").data)["zones"]["features"]
    version = asked.get("/tiles/zones.json").get_json()["tiles"][0].split("?v=")[1]
    monkeypatch.setattr(Levels, "prepare", lambda self, zoom: time.sleep(0.3))
    address = f"/tiles/zones/features/{zone['id']}?v={version}"
    assert asked.get(address).location.endswith(f"/export/zones.geojson?id={ZONE.id}")
    monkeypatch.setattr("server.tilesets.PATIENCE", 0.01)
    assert client(tmp_path).get(address).status_code == 503


def test_arrays_that_could_not_be_made_are_tried_again(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets, level = TileSets(tmp_path / "arrays", "auto"), Levels.at
    monkeypatch.setattr(Levels, "at", lambda self, zoom: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sets.ready(ZONES, store, 8)
    monkeypatch.setattr(Levels, "at", level)
    made = sets.ready(ZONES, store, 8)
    assert made is not None
    assert made.tile(Tile(8, 154, 100), Interval.of_day(DAY))
