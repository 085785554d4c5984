"""Two clocks: what was so on the ground, and what was known of it when; the same by every road."""
from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import Point, box, mapping, shape

from geo.grid import tile_at
from geo.interval import day_number
from geo.model import LngLat, Query
from geo.store import open_store
from server import create_app
from server.cli import dateline
from server.resources import EARLIER, Resources

HERE = LngLat(37.5, 48.5)
WEST, EAST, WHOLE = box(36, 48, 37, 49), box(37, 48, 38, 49), box(36, 48, 38, 49)
BEFORE, FIRST_KNOWN, LAST_OLD, CORRECTED = "2022-04-30", "2022-05-01", "2022-05-31", "2022-06-01"
BELIEFS = [(BEFORE, None), (FIRST_KNOWN, "SOUTH"), (LAST_OLD, "SOUTH"), (CORRECTED, "NORTH"), ("", "NORTH")]
"""Who held the east on 1 April 2022, as of a day: until 1 May nothing is known, from 1 June on a correction."""


def write(folder: Path, name: str, **held: Any) -> Path:
    features = [{"type": "Feature", "properties": {"side": side}, "geometry": mapping(ground)}
                for side, ground in held.items()]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def load(store: Path, files: object, *words: str) -> None:
    CliRunner().invoke(dateline, [
        "--quiet", "--store", str(store), "zones", "load", str(files), "--source", "desk", "--controller-field", "side",
        "--date-from-name", "YYYYMMDD", *words,
    ], catch_exceptions=False, standalone_mode=False)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that learnt of 1 and 2 April on 1 May, and of the true 1 April on 1 June."""
    folder = tmp_path_factory.mktemp("clocks")
    store, first, second = folder / "war.gpkg", folder / "first", folder / "second"
    open_store(str(store), create=True).close()
    for each in (first, second):
        each.mkdir()
    write(first, "20220401.geojson", NORTH=WEST, SOUTH=EAST)
    write(first, "20220402.geojson", NORTH=WEST, SOUTH=EAST)
    write(second, "20220401.geojson", NORTH=WHOLE)
    load(store, first, "--known-from", FIRST_KNOWN)
    load(store, second, "--known-from", CORRECTED)
    return store


@pytest.fixture
def app(corrected: Path) -> Iterator[Flask]:
    made = create_app({"store": str(corrected), "TESTING": True})
    yield made
    made.extensions["dateline"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def asked(belief: str, **more: object) -> dict[str, object]:
    return {**more, **({"as_known_on": belief} if belief else {})}


def told(store: Path, *words: str, belief: str = "") -> str:
    then = ["--as-known-on", belief] if belief else []
    command = ["--quiet", "--store", str(store), *words, *then]
    return CliRunner().invoke(dateline, command, catch_exceptions=False).stdout


@pytest.mark.parametrize(("belief", "controller"), BELIEFS)
def test_control_keeps_the_belief_of_before_a_correction(
    corrected: Path, client: FlaskClient, belief: str, controller: str | None
) -> None:
    answer = client.get("/api/control", query_string=asked(belief, lon=37.5, lat=48.5, datetime="2022-04-01")).json
    assert answer is not None
    assert (answer["controller"], answer.get("as_known_on", "")) == (controller, belief)
    line = told(corrected, "control", "37.5,48.5", "--date", "2022-04-01", belief=belief)
    assert line.startswith(f"2022-04-01: {controller or 'no statement'}")
    history = client.get("/api/control", query_string=asked(belief, lon=37.5, lat=48.5)).json
    assert history is not None
    held = {line["valid_from"]: line["controller"] for line in history["history"]}
    assert held.get("2022-04-01") == controller


@pytest.mark.parametrize(("belief", "now"), [(BEFORE, "NORTH"), (LAST_OLD, "NORTH"), (CORRECTED, None)])
def test_an_old_answer_says_what_the_map_says_by_now(
    corrected: Path, client: FlaskClient, belief: str, now: str | None
) -> None:
    answer = client.get("/api/control", query_string=asked(belief, lon=37.5, lat=48.5, datetime="2022-04-01")).json
    assert answer is not None
    assert (answer["now"] and answer["now"]["controller"]) == now
    line = told(corrected, "control", "37.5,48.5", "--date", "2022-04-01", belief=belief)
    assert ("by now the map says: 2022-04-01: NORTH [control]" in line) == (now is not None)
    words = ["--json", "--store", str(corrected), "control", "37.5,48.5", "--date", "2022-04-01"]
    said = json.loads(CliRunner().invoke(dateline, [*words, "--as-known-on", belief]).stdout)
    assert (said["now"] and said["now"]["controller"]) == now
    assert "now" not in json.loads(CliRunner().invoke(dateline, words).stdout)


def over(features: list[Mapping[str, Any]]) -> set[str]:
    return {each["properties"]["controller"] for each in features if shape(each["geometry"]).intersects(Point(HERE))}


@pytest.mark.parametrize(("belief", "controller"), BELIEFS)
def test_exports_and_tiles_keep_the_belief_of_before_a_correction(
    corrected: Path, client: FlaskClient, belief: str, controller: str | None
) -> None:
    expected = {controller} if controller else set()
    asks = asked(belief, datetime="2022-04-01")
    by_web = client.get("/export/zones.geojson", query_string=asks).json
    by_hand = json.loads(told(corrected, "export", "zones", "--datetime", "2022-04-01", belief=belief))
    assert by_web is not None
    assert over(by_web["features"]) == over(by_hand["features"]) == expected
    here = tile_at(HERE, 9)
    for window in ("2022-04-01", "2022-01-01/2022-12-31"):
        tile = client.get(f"/tiles/zones/{here.z}/{here.x}/{here.y}.mvt", query_string=asked(belief, datetime=window))
        features = mapbox_vector_tile.decode(tile.data)["zones"]["features"] if tile.data else []
        assert {each["properties"]["controller"] for each in features
                if each["properties"]["from"] == day_number(date(2022, 4, 1))} == expected


@pytest.mark.parametrize(("belief", "sides"), [
    (BEFORE, []), (LAST_OLD, [("NORTH", "SOUTH")]), (CORRECTED, []), ("", []),
])
def test_fronts_keep_the_belief_of_before_a_correction(
    corrected: Path, client: FlaskClient, belief: str, sides: list[tuple[str, str]]
) -> None:
    lines = client.get("/export/fronts.geojson", query_string=asked(belief, datetime="2022-04-01")).json
    by_hand = json.loads(told(corrected, "fronts", "--date", "2022-04-01", belief=belief))
    assert lines is not None
    for found in (lines, by_hand):
        assert [(each["properties"]["side_a"], each["properties"]["side_b"]) for each in found["features"]] == sides
    here = tile_at(HERE, 6)
    asks = asked(belief, datetime="2022-04-01")
    tile = client.get(f"/tiles/fronts/{here.z}/{here.x}/{here.y}.mvt", query_string=asks)
    assert (tile.status_code, bool(tile.data)) == ((200, True) if sides else (204, False))


@pytest.mark.parametrize(("belief", "moved"), [
    (BEFORE, []), (LAST_OLD, []), (CORRECTED, [("NORTH", "SOUTH")]), ("", [("NORTH", "SOUTH")]),
])
def test_changes_and_areas_keep_the_belief_of_before_a_correction(
    corrected: Path, client: FlaskClient, belief: str, moved: list[tuple[str, str]]
) -> None:
    days = {"from": "2022-04-01", "to": "2022-04-02"}
    found = client.get("/api/changes", query_string=asked(belief, **days)).json
    words = ["--json", "--store", str(corrected), "changes", "2022-04-01", "2022-04-02"]
    by_hand = json.loads(CliRunner().invoke(dateline, words + (["--as-known-on", belief] if belief else [])).stdout)
    assert found is not None
    assert [(each["properties"]["before"], each["properties"]["after"]) for each in found["features"]] == moved
    assert by_hand == found
    areas = client.get("/api/areas", query_string=asked(belief, **days)).json
    assert areas is not None
    south = {each["side"]: each["km2"] for each in areas["areas"]}.get("SOUTH")
    expected = {BEFORE: None, LAST_OLD: [True, True]}.get(belief, [False, True])
    assert (south and [km2 > 0 for km2 in south]) == expected
    lines = told(corrected, "areas", "--from", "2022-04-01", "--to", "2022-04-02", belief=belief).split("\n")
    table = csv.DictReader(lines)
    assert [float(row["km2"]) for row in table if row["side"] == "SOUTH"] == (south or [])


@pytest.mark.parametrize(("belief", "controller"), BELIEFS)
def test_the_join_of_a_table_keeps_the_belief_of_before_a_correction(
    corrected: Path, tmp_path: Path, belief: str, controller: str | None
) -> None:
    (tmp_path / "strikes.csv").write_text("date,lon,lat\n2022-04-01,37.5,48.5\n", encoding="utf-8")
    told(corrected, "join", str(tmp_path / "strikes.csv"), "-o", str(tmp_path / "held.csv"), belief=belief)
    (row,) = csv.DictReader((tmp_path / "held.csv").read_text(encoding="utf-8").splitlines())
    assert row["controller"] == (controller or "")


def test_a_tilejson_of_an_earlier_belief_leads_to_its_tiles(client: FlaskClient) -> None:
    then, now = (client.get("/tiles/zones.json", query_string=asked(belief)).json for belief in (LAST_OLD, ""))
    assert then is not None
    assert now is not None
    assert then["tiles"][0].endswith(f"&as_known_on={LAST_OLD}")
    assert "as_known_on" not in now["tiles"][0]
    assert (then["change_days"], now["change_days"]) == (
        ["2022-04-01", "2022-04-06"], ["2022-04-01", "2022-04-02", "2022-04-06"],
    )
    assert then["valid_range"] == now["valid_range"] == "2022-04-01/2022-04-05"
    nothing = client.get("/tiles/zones.json", query_string=asked(BEFORE)).json
    assert nothing is not None
    assert (nothing["change_days"], nothing["valid_range"], nothing["bounds"][0]) == ([], None, -180)


def test_days_between_which_nothing_was_learnt_share_one_index(app: Flask) -> None:
    held: Resources = app.extensions["dateline"]
    known = [held.zones(date.fromisoformat(day)) for day in (FIRST_KNOWN, LAST_OLD, CORRECTED, "2026-01-01")]
    assert known[0] is known[1]
    assert known[2] is known[3] is held.zones()
    assert held.zones(date(2022, 5, 9)) is known[0]


def test_indexes_of_earlier_beliefs_do_not_pile_up(tmp_path: Path) -> None:
    store = tmp_path / "war.gpkg"
    open_store(str(store), create=True).close()
    for day in range(1, 7):
        load(store, write(tmp_path, f"2022040{day}.geojson", **{f"SIDE{day}": WEST}), "--known-from", f"2022-04-0{day}")
    app = create_app({"store": str(store)})
    held: Resources = app.extensions["dateline"]
    now = held.zones()
    indexes = [held.zones(date(2022, 4, day)) for day in range(1, 6)]
    assert [len(each) for each in indexes] == [1, 2, 3, 4, 5]
    assert len(held._zones) == 1 + EARLIER
    assert held.zones() is now
    assert held.zones(date(2022, 4, 5)) is indexes[4]
    assert held.zones(date(2022, 4, 1)) is not indexes[0]
    load(store, write(tmp_path, "20220407.geojson", NORTH=WEST), "--known-from", "2022-04-07")
    assert held.zones() is not now
    assert len(held._zones) == 1
    held.close()


def test_one_tile_answers_for_all_days_of_a_belief(app: Flask, client: FlaskClient) -> None:
    here = tile_at(HERE, 9)
    tags = [client.get(f"/tiles/zones/{here.z}/{here.x}/{here.y}.mvt", query_string=asked(belief)).headers["ETag"]
            for belief in (FIRST_KNOWN, "2022-05-09", LAST_OLD, CORRECTED, "")]
    assert len(set(tags[:3])) == 1
    assert tags[3] == tags[4] != tags[0]
    assert len(app.extensions["dateline"].tiles()) == 2


@pytest.mark.parametrize("address", [
    "/api/control?lon=1&lat=2&", "/api/changes?from=2022-04-01&to=2022-04-02&",
    "/api/areas?from=2022-04-01&to=2022-04-02&", "/tiles/zones/1/0/0.mvt?", "/tiles/zones.json?",
    "/export/zones.geojson?",
])
def test_a_belief_of_no_day_is_a_problem_that_names_it(client: FlaskClient, address: str) -> None:
    response = client.get(address + "as_known_on=yesterday")
    assert response.status_code == 400
    assert json.loads(response.data)["errors"][0]["parameter"] == "as_known_on"


def test_an_archive_loaded_today_answers_for_the_days_of_its_files(tmp_path: Path) -> None:
    store, daily = tmp_path / "war.gpkg", tmp_path / "daily"
    open_store(str(store), create=True).close()
    daily.mkdir()
    for day, side in (("20250830", "NORTH"), ("20250901", "SOUTH")):
        write(daily, f"{day}.geojson", **{side: WHOLE})
    load(store, daily, "--known-from", "as-of", "--known-lag-days", "1")
    assert [told(store, "control", "37.5,48.5", "--date", day, belief=belief).split(",")[:2] for day, belief in (
        ("2025-08-30", "2025-08-30"), ("2025-09-01", "2025-09-01"), ("2025-09-01", "2025-09-02"), ("2025-09-01", ""),
    )] == [
        ["2025-08-30: no statement\nby now the map says: 2025-08-30: NORTH [control] (certain", " basis zone"],
        ["2025-09-01: NORTH [control] (certain", " basis zone"],
        ["2025-09-01: SOUTH [control] (certain", " basis zone"],
        ["2025-09-01: SOUTH [control] (certain", " basis zone"],
    ]
    assert "evidence 2 days old" in told(store, "control", "37.5,48.5", "--date", "2025-09-01", belief="2025-09-01")


@pytest.mark.parametrize(("words", "message"), [
    (("--known-from", "yesterday"), "known from: 'yesterday', want as-of, today, or a day up to"),
    (("--known-from", "2099-01-01"), "known from: '2099-01-01', want as-of"),
    (("--known-lag-days", "2"), "known lag: 2 days, want known from 'as-of' with it"),
])
def test_a_day_of_knowing_that_cannot_be_is_refused(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    store = tmp_path / "war.gpkg"
    open_store(str(store), create=True).close()
    with pytest.raises(Exception, match=message):
        load(store, write(tmp_path, "20220401.geojson", NORTH=WEST), *words)


RAI = box(37.2, 36.4, 37.7, 36.8)


@pytest.mark.parametrize(("known_from", "said"), [
    ("2016-04-12", "On Tuesday, 12 April 2016 the map said: Islamic State (ISIL)"),
    ("2016-04-13", ""),  # nothing was known on the day of the story
    ("2016-06-01", ""),
])
def test_a_story_says_what_the_map_said_on_its_day_where_it_says_something_else_today(
    tmp_path: Path, known_from: str, said: str
) -> None:
    store = tmp_path / "war.gpkg"
    open_store(str(store), create=True).close()
    load(store, write(tmp_path, "20160411.geojson", ISIL=RAI), "--known-from", known_from)
    load(store, write(tmp_path, "20160411.geojson", REBELS=RAI), "--known-from", "2016-06-01")
    (tmp_path / "story.txt").write_text("A bomb went off in al-Rai on 11 April 2016, residents said.", encoding="utf-8")
    told(store, "ingest", str(tmp_path / "story.txt"), "--date", "2016-04-12")
    app = create_app({"store": str(store), "TESTING": True})
    client = app.test_client()
    opened = open_store(str(store))
    (article,) = opened.read("articles", Query())
    opened.close()
    page = client.get(f"/stories/{article.id}").text
    read = page.partition('id="page-data"')[0]
    assert "Syrian rebels" in read
    assert ("the map said" in read) == bool(said)
    assert said in read
    assert ("\"as_published\"" in page) == bool(said)
    assert client.get(f"/embed/{article.id}").status_code == 200
    app.extensions["dateline"].close()
