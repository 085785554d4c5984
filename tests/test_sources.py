"""Sources side by side: a place's answer lists what each says, and two are compared day by day."""
from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import union_all
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.bulk import BulkJoin, DatedPoints
from geo.changes import BASELINES
from geo.compare import PARTS, compare
from geo.control import control_at
from geo.derive import derive
from geo.ground import replace_zones
from geo.interval import DAY, Interval, Validity
from geo.join import control_of_area, history
from geo.measure import area_km2
from geo.model import Control, Feature, LngLat
from geo.reports import read_reports
from geo.store import open_store
from geo.zones import ZoneIndex
from server import create_app
from server.cli import dateline

MONDAY = date(2022, 4, 4)
INSIDE, EAST = LngLat(36.5, 48.5), LngLat(37.5, 48.5)


def drawn(source: str, side: str, ground: BaseGeometry, days: int = 7, **said: object) -> Feature:
    properties = {
        "controller": side, "controller_b": None, "status": "control", "besieged_by": None, "method": "drawn",
        "source_id": source, "confidence": "medium", "sources": [{"title": source.upper()}], **said,
    }
    span = Interval(MONDAY, MONDAY + days * DAY)
    return Feature(f"{source} {side} {ground.wkb_hex[-12:]}", ground, properties, Validity.exactly(span))


SQUARE, NEXT = box(36, 48, 37, 49), box(37, 48, 38, 49)
PAIR = [
    drawn("alpha", "north", SQUARE), drawn("alpha", "south", NEXT),
    drawn("beta", "north", SQUARE.union(NEXT), days=3), drawn("gamma", "south", box(50, 48, 51, 49), days=1),
]


def at(point: LngLat, day: date) -> Control:
    return control_at(point, Interval.of_day(day), ZoneIndex(PAIR))


def said(control: Control) -> list[tuple[str, str | None]]:
    return [(each.source_id, each.controller) for each in control.statements]


@pytest.mark.parametrize(("point", "day", "statements", "agree", "silent"), [
    (INSIDE, MONDAY, [("alpha", "north"), ("beta", "north")], True, ("gamma",)),
    (EAST, MONDAY, [("alpha", "south"), ("beta", "north")], False, ("gamma",)),
    (EAST, MONDAY + 2 * DAY, [("alpha", "south"), ("beta", "north")], False, ()),
    (EAST, MONDAY + 3 * DAY, [("alpha", "south")], None, ()),
    (LngLat(50.5, 48.5), MONDAY, [("gamma", "south")], None, ("alpha", "beta")),
    (LngLat(60, 48.5), MONDAY, [], None, ()),
])
def test_an_answer_lists_each_source_and_whether_they_agree(
    point: LngLat, day: date, statements: list[tuple[str, str | None]], agree: bool | None, silent: tuple[str, ...]
) -> None:
    found = at(point, day)
    assert (said(found), found.sources_agree, found.silent) == (statements, agree, silent)
    assert found.controller == (statements[0][1] if statements else None)


def test_to_hold_ground_and_to_claim_it_is_no_agreement() -> None:
    index = ZoneIndex([PAIR[0], drawn("beta", "north", SQUARE, status="claimed")])
    assert control_at(INSIDE, Interval.of_day(MONDAY), index).sources_agree is False


def test_one_source_alone_has_nothing_beside_it() -> None:
    found = control_at(INSIDE, Interval.of_day(MONDAY), ZoneIndex(PAIR[:2]))
    assert (found.statements, found.sources_agree, found.silent) == ((), None, ())


sides = st.sampled_from(["north", "south"])
boxes = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), st.integers(1, 4))
spots = st.tuples(st.integers(0, 16), st.integers(0, 16), st.sampled_from([0.0, 0.0, 60.0]))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), sides, boxes, st.integers(1, 4)), max_size=8), spots,
       st.integers(0, 3))
def test_each_statement_is_the_answer_of_its_source_alone(
    rows: list[tuple[str, str, tuple[int, int, int, int], int]], spot: tuple[int, int, float], later: int
) -> None:
    zones = [
        replace(drawn(source, side, box(x, y, x + wide, y + tall), days), id=str(number))
        for number, (source, side, (x, y, wide, tall), days) in enumerate(rows)
    ]
    point, day = LngLat(spot[0] / 2, spot[1] / 2), Interval.of_day(MONDAY + later * DAY)
    found = control_at(point, day, ZoneIndex(zones), spot[2], fronts=False)
    loaded = sorted({str(zone.properties["source_id"]) for zone in zones})
    alone = {}
    for source in loaded:
        mine = ZoneIndex([zone for zone in zones if zone.properties["source_id"] == source])
        answer = control_at(point, day, mine, spot[2], fronts=False)
        if answer.zone_ids:
            alone[source] = (answer.controller, answer.controller_b, answer.status, answer.certainty, answer.age_days)
    if len(loaded) > 1 and found.zone_ids:
        assert alone == {each.source_id: (each.controller, each.controller_b, each.status, each.certainty,
                                          each.age_days) for each in found.statements}
    asked = DatedPoints.at([point], [MONDAY + later * DAY], spot[2])  # type: ignore[arg-type]
    assert BulkJoin(ZoneIndex(zones)).join(asked).control(0) == found


def test_derived_ground_beside_a_drawn_map_keeps_its_report() -> None:
    """al-Rai by town reports, on a day on which somebody's map gives it to the other side."""
    reports = read_reports(data_path("reports.csv"))
    span = Validity.exactly(Interval(date(2016, 4, 9), date(2016, 4, 10)))
    desk = replace(drawn("desk", "ISIL", box(37, 36, 38, 37)), valid=span)
    index = ZoneIndex([*derive(reports, country_shapes()), desk], reports)
    found = control_at(LngLat(37.44719, 36.61427), Interval.of_day(date(2016, 4, 9)), index)
    assert said(found) == [("desk", "ISIL"), ("derived:reports", "REBELS")]
    assert [each.age_days for each in found.statements] == [None, 1]
    assert found.sources_agree is False


def test_areas_have_each_sources_shares() -> None:
    found = control_of_area(SQUARE.union(NEXT), Interval.of_day(MONDAY), ZoneIndex(PAIR))
    assert [(each.source_id, each.controller, each.status, dict(each.shares)) for each in found.statements] == [
        ("alpha", "north", "mixed", {"north": 0.5, "south": 0.5}), ("beta", "north", "control", {"north": 1.0})]
    assert (found.shares, found.sources_agree, found.silent) == ({"north": 0.5, "south": 0.5}, False, ("gamma",))


def test_a_history_tells_where_sources_part() -> None:
    lines = history(EAST, ZoneIndex(PAIR))
    assert [(held.control.controller, held.control.sources_agree) for held in lines] == [
        (None, None), ("south", False), ("south", None), (None, None)]


@pytest.fixture(scope="module")
def pair_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pair") / "pair.gpkg"
    store = open_store(str(path), create=True)
    for source in ("alpha", "beta", "gamma"):
        mine = [zone for zone in PAIR if zone.properties["source_id"] == source]
        replace_zones(store, mine, source, date(2022, 5, 1))
    store.close()
    return path


def run(store: Path, *words: str) -> str:
    result = CliRunner().invoke(dateline, ["--store", str(store), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_command_and_route_list_each_source(pair_store: Path) -> None:
    assert run(pair_store, "control", "37.5,48.5", "--date", "2022-04-04").splitlines()[1:] == [
        "the sources disagree", "  alpha: south [control] (certain)", "  beta: north [control] (certain)",
        "  gamma: speaks that day, but not of this place",
    ]
    answer = json.loads(run(pair_store, "--json", "control", "37.5,48.5", "--date", "2022-04-04"))
    client = create_app({"STORE": str(pair_store)}).test_client()
    body = client.get("/api/control?lon=37.5&lat=48.5&datetime=2022-04-04").get_json()
    for told in (answer, body):
        assert told["controller"] == "south"
        assert told["sources_agree"] is False
        assert told["silent"] == ["gamma"]
        assert [(each["source_id"], each["title"], each["controller"]) for each in told["statements"]] == [
            ("alpha", "ALPHA", "south"), ("beta", "BETA", "north")]


def test_a_joined_table_says_what_the_other_sources_say(pair_store: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("date,lon,lat\n2022-04-04,37.5,48.5\n2022-04-04,36.5,48.5\n2022-04-08,37.5,48.5\n")
    run(pair_store, "join", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = [(row["controller"], row["sources_agree"], row["other_sources"]) for row in csv.DictReader(file)]
    assert rows == [("south", "no", "beta: north [control]; gamma: silent"),
                    ("north", "yes", "beta: north [control]; gamma: silent"), ("south", "", "")]


def test_two_maps_are_compared_day_by_day_in_literal_square_kilometres(pair_store: Path) -> None:
    """Both give the western square to the north, the eastern to different sides, for three days."""
    assert area_km2(SQUARE) == pytest.approx(8217.59, abs=0.001)
    table = run(pair_store, "compare", "alpha", "beta", "--from", "2022-04-03", "--to", "2022-04-07", "--step", "2")
    assert table.splitlines() == [
        "day,agree_km2,disagree_km2,only_one_km2,only_other_km2", "2022-04-03,,,,",
        "2022-04-05,8217.59,8217.59,0.0,0.0", "2022-04-07,,,,",
    ]
    client = create_app({"STORE": str(pair_store)}).test_client()
    asked = "/api/compare?source=gamma&against=alpha&from=2022-04-04&to=2022-04-05"
    body = client.get(asked).get_json()
    assert (body["days"], body["km2"]) == (["2022-04-04", "2022-04-05"], {
        "agree": [0.0, None], "disagree": [0.0, None], "only_one": [8217.59, None], "only_other": [16435.18, None]})
    assert body == json.loads(run(pair_store, "--json", "compare", "gamma", "alpha", "--from", "2022-04-04",
                                  "--to", "2022-04-05"))


@pytest.mark.parametrize(("asked", "status", "words"), [
    ("source=alpha&against=beta&from=2022-04-04", 400, "to"),
    ("source=alpha&from=2022-04-04&to=2022-04-05", 400, "against"),
    ("source=alpha&against=delta&from=2022-04-04&to=2022-04-05", 404, "want one of alpha, beta, gamma"),
    ("source=alpha&against=beta&from=2022-04-04&to=2023-04-05", 400, "100 steps later at most"),
])
def test_what_cannot_be_compared_is_refused(pair_store: Path, asked: str, status: int, words: str) -> None:
    answer = create_app({"STORE": str(pair_store)}).test_client().get(f"/api/compare?{asked}")
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (status, True)


def test_baselines_that_differ_are_warned_of() -> None:
    zones = [drawn("alpha", "north", SQUARE, baseline="all since 2014"), drawn("beta", "north", SQUARE)]
    found = compare(ZoneIndex(zones), "alpha", "beta", [MONDAY])
    assert found.warnings == (BASELINES.format("alpha", "beta", "all since 2014", ""),)


cells = st.lists(st.sampled_from([None, "north", "south", "both", "claim"]), min_size=9, max_size=9)
GRID = [box(36 + x, 48 + y, 37 + x, 49 + y) for y in range(3) for x in range(3)]


@settings(max_examples=60, deadline=None)
@given(cells, cells)
def test_sources_are_compared_as_cell_by_cell(one: list[str | None], other: list[str | None]) -> None:
    expected = dict.fromkeys(PARTS, 0.0)
    for cell, *said in zip(GRID, one, other, strict=True):
        mine, theirs = (None if each == "claim" else each for each in said)
        if mine or theirs:
            part = "only_other" if mine is None else "only_one" if theirs is None else (
                "agree" if mine == theirs else "disagree")
            expected[part] += area_km2(cell)
    zones = [zone for name, sides in (("alpha", one), ("beta", other)) for zone in gridded(name, sides)]
    spoken = {str(zone.properties["source_id"]) for zone in zones}
    if spoken == {"alpha", "beta"}:
        found = compare(ZoneIndex(zones), "alpha", "beta", [MONDAY])
        assert {part: km2[0] for part, km2 in found.km2.items()} == pytest.approx(expected, rel=1e-6, abs=1e-3)


def gridded(source: str, sides: list[str | None]) -> list[Feature]:
    found = []
    for side in sorted({each for each in sides if each}):
        ground = union_all([cell for cell, of in zip(GRID, sides, strict=True) if of == side])
        told: dict[str, object] = {"both": {"controller_b": "south", "status": "contested"},
                                   "claim": {"status": "claimed"}}.get(side, {})
        found.append(drawn(source, "north" if side in ("both", "claim") else side, ground, **told))
    return [replace(zone, id=f"{source} {number}") for number, zone in enumerate(found)]


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("status", ["claimed", "assessed_advance"])
def test_held_ground_answers_before_what_its_own_source_only_claims_upon_it(ids: tuple[str, str], status: str) -> None:
    always = Validity.exactly(Interval(date(2022, 4, 1), date(2022, 5, 1)))
    told = {"method": "drawn", "source_id": "desk", "sources": []}
    held = Feature(ids[0], box(36, 48, 40, 50), {**told, "controller": "NORTH", "status": "control"}, always)
    claim = Feature(ids[1], box(37, 48.5, 39, 49.5), {**told, "controller": "SOUTH", "status": status}, always)
    index = ZoneIndex([held, claim])
    day = Interval.of_day(date(2022, 4, 9))
    one = control_at(LngLat(38, 49), day, index)
    (many,) = BulkJoin(index).join(DatedPoints.at(np.array([[38.0, 49.0]]), [date(2022, 4, 9)])).controller
    assert (one.controller, one.status, many) == ("NORTH", "control", "NORTH")
    assert one.controller_b == "SOUTH", "and the claim is told"
