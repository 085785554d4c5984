"""What changed between two days, against sums made cell by cell and against the join."""
from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from bench.coverage import FIRST_DAY, Theatre, zones
from geo.changes import Changes, Comparison, areas, changes
from geo.control import control_at
from geo.errors import NotFound
from geo.interval import Interval, Validity, day_from_number
from geo.measure import area_km2
from geo.model import Feature, LngLat, Place
from geo.pipeline import bundled
from geo.zones import ZoneIndex
from server import create_app
from server.cli import dateline

SIZE = 5
SIDES = (None, "east", "north", "west")
MONDAY, TUESDAY = date(2022, 4, 4), date(2022, 4, 5)
CELLS = [box(36 + x, 48 + y, 37 + x, 49 + y) for y in range(SIZE) for x in range(SIZE)]
KM2 = [area_km2(cell) for cell in CELLS]

held = st.lists(st.integers(0, 3), min_size=SIZE**2, max_size=SIZE**2)


def drawn(sides: list[int], day: date, source: str = "test", **said: object) -> list[Feature]:
    """One zone a side, of its cells, for one day."""
    found = []
    for number, side in enumerate(SIDES):
        cells = [cell for cell, of in zip(CELLS, sides, strict=True) if of == number]
        if side and cells:
            properties = {"controller": side, "status": "control", "source_id": source, "method": "drawn", **said}
            whole = shapely.union_all(cells)
            valid = Validity.exactly(Interval.of_day(day))
            found.append(Feature(f"{source} {side} {day}", whole, properties, valid))
    return found


def moved(found: Changes) -> dict[tuple[str | None, str | None], float]:
    return {(each.before, each.after): each.km2 for each in found.moved}


@settings(max_examples=60, deadline=None)
@given(held, held)
def test_what_moved_is_what_moved_cell_by_cell_and_the_other_way_round_too(then: list[int], now: list[int]) -> None:
    index = ZoneIndex([*drawn(then, MONDAY), *drawn(now, TUESDAY)])
    expected: dict[tuple[str | None, str | None], float] = {}
    for before, after, km2 in zip(then, now, KM2, strict=True):
        if before != after:
            key = SIDES[before], SIDES[after]
            expected[key] = expected.get(key, 0) + km2
    found = changes(index, MONDAY, TUESDAY)
    assert moved(found) == pytest.approx(expected, rel=1e-6)
    back = moved(changes(index, TUESDAY, MONDAY))
    assert {(after, before): km2 for (before, after), km2 in back.items()} == pytest.approx(moved(found), rel=1e-9)
    held_km2 = {each.side: each.km2 for each in areas(index, [MONDAY, TUESDAY])}
    for side, (gained, lost) in found.sides().items():
        assert held_km2[side][1] - held_km2[side][0] == pytest.approx(gained - lost, abs=0.01)


def test_a_long_wars_changes_add_up_to_its_areas_and_agree_with_the_join() -> None:
    index = ZoneIndex(zones(Theatre(days=120, columns=16, rows=12, regions=12, flips=3)))
    days = [day_from_number(FIRST_DAY + number) for number in (0, 40, 119)]
    series = areas(index, days)
    assert sum(each.km2 for each in series) == pytest.approx(np.full(3, sum(each.km2[0] for each in series)), rel=1e-6)
    for first, last, before, after in ((0, 1, *days[:2]), (1, 2, *days[1:]), (0, 2, days[0], days[2])):
        found = changes(index, before, after)
        sides = found.sides()
        assert len(sides) > 2
        for each in series:
            gained, lost = sides.get(each.side, (0.0, 0.0))
            assert each.km2[last] - each.km2[first] == pytest.approx(gained - lost, abs=0.05)
        for each_moved in found.moved:
            for part in each_moved.geometry.geoms:
                where = part.representative_point()
                held_by = [control_at(LngLat(where.x, where.y), Interval.of_day(day), index).controller
                           for day in (before, after)]
                assert held_by == [each_moved.before, each_moved.after]


def test_the_same_ground_on_both_days_is_no_change_and_named_places_are_found() -> None:
    rows = [*drawn([1] * 25, MONDAY), *drawn([1] * 24 + [2], TUESDAY)]
    town = Place("t", "Town", LngLat(40.5, 52.5), "UA", "P", "PPL", importance=0.5)
    places = (town, replace(town, id="far", point=LngLat(36.5, 48.5)), replace(town, id="land", feature_class="A"))
    found = changes(ZoneIndex(rows), MONDAY, TUESDAY, Comparison(places=places))
    (only,) = found.moved
    assert (only.before, only.after, [place.id for place in only.places]) == ("east", "north", ["t"])
    assert changes(ZoneIndex(rows), MONDAY, MONDAY).moved == ()


def test_what_is_only_claimed_counts_for_nobody_and_contested_ground_for_both() -> None:
    claimed = drawn([1] * 25, TUESDAY, status="claimed")
    contested = drawn([1] + [0] * 24, TUESDAY, status="contested", controller_b="north")
    index = ZoneIndex([*claimed, *contested])
    assert moved(changes(index, MONDAY, TUESDAY)) == {(None, "east / north"): pytest.approx(KM2[0])}
    assert [each.side for each in areas(index, [TUESDAY])] == ["east / north"]


def test_two_sources_of_different_baselines_are_compared_with_a_warning() -> None:
    one = drawn([1] * 20 + [0] * 5, MONDAY, "one", baseline="since 2022")
    other = drawn([1] * 25, MONDAY, "other", baseline="since 2014")
    index = ZoneIndex([*one, *other])
    found = changes(index, MONDAY, MONDAY, Comparison("one", "other"))
    assert moved(found) == {(None, "east"): pytest.approx(sum(KM2[20:]))}
    assert found.warnings == (
        "one and other count different ground as held ('since 2022', 'since 2014'): a part of the difference may be "
        "that, and no change of hands",
    )
    assert changes(index, MONDAY, TUESDAY, Comparison("one")).warnings == ()
    assert changes(index, MONDAY, MONDAY).moved == ()
    with pytest.raises(NotFound, match="'third', want one of one, other"):
        changes(index, MONDAY, MONDAY, Comparison("third"))


@pytest.fixture(scope="module")
def client(demo_store: Path) -> FlaskClient:
    return create_app({"STORE": str(demo_store)}).test_client()


def test_al_rai_changes_hands_over_http_and_on_the_command_line(demo_store: Path, client: FlaskClient) -> None:
    response = client.get("/api/changes?from=2016-04-06&to=2016-04-09")
    assert (response.status_code, response.mimetype) == (200, "application/geo+json")
    body = response.get_json()
    assert {place["name"]: (place["before"], place["after"]) for place in body["places"]}["al-Rai"] == (
        "ISIL", "REBELS")
    assert body["sides"]["REBELS"]["gained_km2"] == body["sides"]["ISIL"]["lost_km2"] == pytest.approx(
        sum(feature["properties"]["km2"] for feature in body["features"]))
    known = {"If-None-Match": response.headers["ETag"]}
    again = client.get("/api/changes?from=2016-04-06&to=2016-04-09", headers=known)
    assert again.status_code == 304
    words = ["--json", "--store", str(demo_store), "changes", "2016-04-06", "2016-04-09"]
    result = CliRunner().invoke(dateline, words, catch_exceptions=False)
    assert json.loads(result.stdout) == body
    told = CliRunner().invoke(dateline, words[1:], catch_exceptions=False).stdout
    assert "al-Rai, SY: ISIL -> REBELS" in told


def test_areas_are_the_same_over_http_and_on_the_command_line(demo_store: Path, client: FlaskClient) -> None:
    body = client.get("/api/areas?from=2016-04-01&to=2016-04-15&step=7").get_json()
    assert body["days"] == ["2016-04-01", "2016-04-08", "2016-04-15"]
    rebels = next(each["km2"] for each in body["areas"] if each["side"] == "REBELS")
    assert rebels[1] > rebels[0]
    words = ["--store", str(demo_store), "areas", "--from", "2016-04-01", "--to", "2016-04-15", "--step", "7"]
    lines = csv.DictReader(StringIO(CliRunner().invoke(dateline, words, catch_exceptions=False).stdout))
    assert [float(line["km2"]) for line in lines if line["side"] == "REBELS"] == rebels


@pytest.mark.parametrize(("query", "parameter"), [
    ("changes?from=2016-04-06", "to"), ("changes?from=2016-04-31&to=2016-05-01", "from"),
    ("changes?from=2016-04-06&to=2016-04-07&day=1", "day"),
    ("changes?from=2016-04-06&to=2016-04-07&against=x", "source"),
    ("areas?from=2016-04-06&to=2016-04-05", "to"), ("areas?from=1900-01-01&to=2099-01-01", "to"),
    ("areas?from=2016-04-06&to=2016-04-07&step=0", "step"),
])
def test_a_wrong_question_is_a_problem_that_names_its_parameter(
    client: FlaskClient, query: str, parameter: str
) -> None:
    response = client.get(f"/api/{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.get_json()["errors"][0]["parameter"] == parameter
    assert client.get("/api/changes?from=2016-04-06&to=2016-04-07&source=x").status_code == 404


def test_a_day_without_zones_has_changes_to_nobody() -> None:
    index = ZoneIndex(drawn([1] * 25, MONDAY))
    assert [(each.before, each.after) for each in changes(index, MONDAY, MONDAY + timedelta(days=9)).moved] == [
        ("east", None)]


def test_in_derived_ground_only_reported_places_have_changed_hands() -> None:
    reader = bundled()
    found = changes(reader.zones, date(2016, 6, 1), date(2016, 8, 31), Comparison(places=tuple(reader.gazetteer)))
    told = {(place.id, each.before, each.after) for each in found.moved for place in each.places}
    assert ("sy-manbij", "ISIL", "SDF") in told
    assert ("sy-darayya", "REBELS", "GOV_SY") in told
    assert not [place for place, *_ in told if "taqaddum" in place]  # in Fallujah's cell, but never lost
