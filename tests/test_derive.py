from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geo.assets import data_path
from geo.basemap import country_shapes, lake_shape
from geo.confidence import LEVELS, Surroundings, level_on
from geo.derive import DeriveOptions, Ground, derive
from geo.edtf import parse_edtf
from geo.errors import InvalidInput
from geo.measure import area_km2, distance_km
from geo.model import Feature, LngLat
from geo.reports import Report, read_reports, report_of
from geo.timeline import timelines

LANDS: Mapping[str, shapely.Geometry] = {"AA": box(40, 34, 41, 35), "BB": box(41, 34, 42, 35)}
DEFINITE = ("control", "claimed", "besieged")


def report(
    place: str, lng: float, lat: float, when: str, controller: str, status: str = "control", country: str = "AA",
    sourced: str = "yes", besieged_by: str | None = None, controller_b: str | None = None,
) -> Feature:
    name = f"{place} {when} {controller} {status} {sourced}"
    return Report(
        name, place, place, country, LngLat(lng, lat), parse_edtf(when), controller, status, controller_b, besieged_by,
        sourced, "", ({"title": "A page", "sourced": sourced},),
    ).feature()


@lru_cache(maxsize=1)
def shipped() -> tuple[list[Feature], list[Feature]]:
    reports = read_reports(data_path("reports.csv"))
    return reports, derive(reports, Ground(country_shapes(), lake_shape()))


def names(zone: Feature) -> list[str]:
    """The ids of the reports that a zone rests on."""
    return [name for source in zone.properties["sources"] for name in source.get("reports", ())]  # type: ignore[attr-defined]


def on(zones: list[Feature], day: str) -> list[tuple[str, str]]:
    wanted = date.fromisoformat(day)
    found = [zone for zone in zones if wanted in zone.valid.outer]
    return sorted((str(zone.properties["controller"]), str(zone.valid.certainty(wanted))) for zone in found)


@st.composite
def stories(draw: st.DrawFn) -> list[Feature]:
    """Up to six places of two lands, each with up to four reports."""
    found: dict[str, Feature] = {}
    spots = draw(st.sets(st.tuples(st.integers(0, 19), st.integers(0, 9)), min_size=1, max_size=6))
    for number, (column, line) in enumerate(sorted(spots)):
        country = "AA" if column < 10 else "BB"
        lng, lat = 40.05 + 0.1 * column, 34.05 + 0.1 * line
        for _ in range(draw(st.integers(1, 4))):
            day = draw(st.sampled_from(["2016", "2016-03", "2016-03-05", "2016-04-01/2016-04-09", "2017-05-05"]))
            controller = draw(st.sampled_from(["X", "Y", "Z"]))
            status = draw(st.sampled_from(["control", "control", "contested", "besieged", "brief"]))
            row = report(f"p{number}", lng, lat, day, controller, status, country)
            found[row.id] = row
    return list(found.values())


def test_a_state_holds_until_the_next_report_and_not_longer_than_its_age() -> None:
    zones = derive([report("p", 40.5, 34.5, "2016-03-05", "X"), report("p", 40.5, 34.5, "2016-03-09", "Y")], LANDS)
    assert on(zones, "2016-03-04") == []
    assert on(zones, "2016-03-05") == [("X", "certain")]
    assert on(zones, "2016-03-08") == [("X", "certain")]
    assert on(zones, "2016-03-09") == [("Y", "certain")]
    assert on(zones, "2020-03-08") == [("Y", "certain")]
    assert on(zones, "2020-03-09") == []


def test_a_vague_start_is_uncertain_until_its_last_day() -> None:
    zones = derive([report("p", 40.5, 34.5, "2015-06-01", "X"), report("p", 40.5, 34.5, "2016-03", "Y")], LANDS)
    assert on(zones, "2016-02-29") == [("X", "certain")]
    assert on(zones, "2016-03-01") == [("Y", "uncertain")]
    assert on(zones, "2016-03-30") == [("Y", "uncertain")]
    assert on(zones, "2016-03-31") == [("Y", "certain")]
    assert len(zones) == 2


def test_a_vague_report_of_the_same_takes_no_certainty_away() -> None:
    zones = derive([report("p", 40.5, 34.5, "2015-06-01", "X"), report("p", 40.5, 34.5, "2016", "X")], LANDS)
    assert on(zones, "2016-02-29") == [("X", "certain")]
    assert [zone.properties["as_of"] for zone in zones] == [["2015-06-01", "2016-01-01"]]


@pytest.mark.parametrize(("status", "certainty"), [("reported", "uncertain"), ("brief", "certain")])
def test_a_remark_makes_no_interval_but_a_single_report_leaves_doubt(status: str, certainty: str) -> None:
    rows = [report("p", 40.5, 34.5, "2016-03-05", "X"), report("p", 40.5, 34.5, "2016-03-09", "Y", status)]
    zones = derive(rows, LANDS)
    assert on(zones, "2016-03-08") == [("X", "certain")]
    assert on(zones, "2016-03-09") == [("X", certainty)]
    assert derive(rows[1:], LANDS) == []
    repeated = derive([*rows, report("p", 40.5, 34.5, "2016-03-10", "X")], LANDS)
    assert on(repeated, "2016-03-10") == [("X", "certain")]


def test_two_sides_reported_from_one_day_contest_the_place() -> None:
    rows = [
        report("p", 40.5, 34.5, "2016-03-05", "X", sourced="partly"), report("p", 40.5, 34.5, "2016-03-05", "Y"),
    ]
    (zone,) = derive(rows, LANDS)
    said = [zone.properties[name] for name in ("controller", "controller_b", "status", "evidence_max_km")]
    assert said == ["Y", "X", "contested", 10.0]


def test_equal_neighbours_of_one_land_are_one_zone_and_never_cross_a_border() -> None:
    rows = [
        report("a", 40.5, 34.5, "2016-03-05", "X"), report("b", 40.6, 34.5, "2016-03-05", "X"),
        report("c", 41.05, 34.5, "2016-03-05", "X", country="BB"), report("d", 40.5, 34.9, "2016-03-05", "Y"),
    ]
    zones = derive(rows, LANDS)
    sides = sorted((str(zone.properties["controller"]), len(names(zone))) for zone in zones)
    assert sides == [("X", 1), ("X", 2), ("Y", 1)]


def test_a_place_without_a_statement_leaves_its_cell_empty() -> None:
    rows = [report("a", 40.5, 34.5, "2016-03-05", "X"), report("b", 40.6, 34.5, "2017-03-05", "X")]
    before, *_ = derive(rows, LANDS)
    assert before.geometry is not None
    assert before.geometry.covers(shapely.Point(40.53, 34.5))
    assert not before.geometry.covers(shapely.Point(40.57, 34.5))


def test_a_besieged_town_speaks_for_itself_alone_and_the_besieger_holds_the_ground_around() -> None:
    rows = [report("a", 40.5, 34.5, "2016-03-05", "X", "besieged", besieged_by="Y")]
    zone, ring = sorted(derive(rows, LANDS), key=lambda each: str(each.properties["controller"]))
    assert zone.geometry is not None
    assert ring.geometry is not None
    assert zone.properties["besieged_by"] == "Y"
    assert [ring.properties[name] for name in ("controller", "status", "evidence_max_km")] == ["Y", "control", 25.0]
    assert round(area_km2(zone.geometry)) == 314
    assert round(area_km2(zone.geometry) + area_km2(ring.geometry)) == 1961
    reach = [distance_km(LngLat(40.5, 34.5), LngLat(*corner)) for corner in shapely.get_coordinates(zone.geometry)]
    assert 9.9 < max(reach) < 10.001


def test_confidence_says_why() -> None:
    rows = [
        report("a", 40.5, 34.5, "2016-03-05", "X"), report("b", 40.6, 34.5, "2016-03-05", "X"),
        report("c", 41.5, 34.5, "2016", "Y", country="BB", sourced="no"),
    ]
    zones = derive(rows, LANDS, DeriveOptions(report_max_age_days=300))
    high, low = sorted(zones, key=lambda zone: str(zone.properties["controller"]))
    assert (high.properties["confidence"], low.properties["confidence"]) == ("high", "low")
    assert low.properties["confidence_why"] == (
        "1 report, 0 sourced, 0 in part, 1 not; 1 dated vaguely; "
        "reports of 2016-01-01, each believed for up to 300 days; "
        "one reported place for 25 km around; neighbours: 0 confirm it, 0 say otherwise"
    )
    assert [high.properties[name] for name in ("spacing_km", "agreeing", "differing")] == [19.6, 1, 0]


@pytest.mark.parametrize(("around", "level"), [
    (Surroundings(2.0), "high"), (Surroundings(24.0), "medium"), (Surroundings(24.0, 2, 1), "high"),
    (Surroundings(24.0, 2, 2), "medium"), (Surroundings(2.0, is_denied=True), "medium"),
])
def test_evidence_far_away_wants_neighbours_that_confirm_it(around: Surroundings, level: str) -> None:
    assert level_on(report_of(report("a", 40.5, 34.5, "2016-03-05", "X")), date(2016, 4, 1), around) == level


@given(
    st.sampled_from(["yes", "partly", "no"]), st.sampled_from(["2016-03-05", "2016"]), st.integers(0, 1500),
    st.integers(0, 1500), st.lists(st.integers(0, 30), min_size=6, max_size=6),
)
def test_newer_nearer_and_more_agreeing_evidence_never_lowers_the_level(
    sourced: str, when: str, age: int, newer: int, counts: list[int]
) -> None:
    told = report_of(report("a", 40.5, 34.5, when, "X", sourced=sourced))
    km, agreeing, differing, less_km, more, fewer = counts
    weak = Surroundings(km, agreeing, differing)
    strong = Surroundings(max(km - less_km, 0), agreeing + more, max(differing - fewer, 0))
    days = [told.earliest + timedelta(days=each) for each in (age, max(age - newer, 0))]
    assert LEVELS.index(level_on(told, days[1], strong)) >= LEVELS.index(level_on(told, days[0], weak))


def test_a_place_at_two_positions_and_an_unknown_country_are_refused() -> None:
    with pytest.raises(InvalidInput, match="place 'a' is at"):
        derive([report("a", 40.5, 34.5, "2016-03-05", "X"), report("a", 40.6, 34.5, "2016-03-06", "X")], LANDS)
    with pytest.raises(InvalidInput, match="country 'CC' has no polygon"):
        derive([report("a", 40.5, 34.5, "2016-03-05", "X", country="CC")], LANDS)
    with pytest.raises(InvalidInput, match="places 'a' and 'b' are at one point"):
        derive([report("a", 40.5, 34.5, "2016-03-05", "X"), report("b", 40.5, 34.5, "2016-03-06", "X")], LANDS)
    assert derive([], LANDS) == []


@settings(max_examples=25, deadline=None)
@given(stories(), st.randoms())
def test_the_order_of_reports_does_not_matter(rows: list[Feature], chance: random.Random) -> None:
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert derive(shuffled, LANDS) == derive(rows, LANDS)


@settings(max_examples=25, deadline=None)
@given(stories())
def test_the_states_of_a_place_follow_each_other_without_overlap(rows: list[Feature]) -> None:
    for states in timelines(report_of(row) for row in rows).values():
        for state, following in combinations(states, 2):
            assert not state.valid.outer.intersects(following.valid.outer)
            assert state.valid.outer.end <= following.valid.outer.start  # type: ignore[operator]


@settings(max_examples=25, deadline=None)
@given(stories())
def test_zones_keep_to_their_evidence_their_country_and_each_other(rows: list[Feature]) -> None:
    zones = derive(rows, LANDS)
    check(zones, rows, LANDS)
    for row in map(report_of, rows):
        if not row.is_remark:
            told = [zone for zone in zones if row.earliest in zone.valid.outer and zone.geometry is not None]
            assert any(zone.geometry.covers(shapely.Point(row.point)) for zone in told if zone.geometry is not None)


def test_the_shipped_zones_keep_to_their_evidence_their_country_and_each_other() -> None:
    reports, zones = shipped()
    assert len(zones) > 300
    check(zones, reports, country_shapes())


def check(zones: list[Feature], reports: list[Feature], lands: Mapping[str, shapely.Geometry]) -> None:
    by_id = {row.id: report_of(row) for row in reports}
    outlines = defaultdict(list)
    for zone in zones:
        assert zone.geometry is not None
        assert zone.geometry.is_valid
        assert not zone.geometry.is_empty
        (country,) = {by_id[name].country for name in names(zone)}
        outlines[country].append(zone)
        reach = zone.properties["evidence_max_km"]
        for corner in shapely.get_coordinates(zone.geometry):
            near = min(distance_km(LngLat(*corner), by_id[name].point) for name in names(zone))
            assert near <= reach + 0.001  # type: ignore[operator]
    for country, mine in outlines.items():
        grounds = [zone.geometry for zone in mine]
        outside = shapely.area(shapely.difference(grounds, shapely.buffer(lands[country], 2e-6)))
        assert outside.max() == 0
    assert overlaps(zones) == []


def overlaps(zones: list[Feature]) -> list[tuple[str, str]]:
    """Pairs of zones that hold on a common day and share ground."""
    grounds = np.array([zone.geometry for zone in zones], dtype=object)
    pairs = shapely.STRtree(grounds).query(grounds, predicate="intersects").T.tolist()
    found = []
    for one, other in pairs:
        is_together = one < other and zones[one].valid.outer.intersects(zones[other].valid.outer)
        if is_together and shapely.intersection(grounds[one], grounds[other]).area > 0:
            found.append((zones[one].id, zones[other].id))
    return found


def test_every_zone_is_one_connected_piece_of_cells_and_ids_are_unique() -> None:
    _, zones = shipped()
    assert len({zone.id for zone in zones}) == len(zones)
    assert all(zone.valid.outer.end is not None and zone.valid.outer.start is not None for zone in zones)


def test_every_day_between_changes_is_answered_once_at_every_reported_place() -> None:
    reports, zones = shipped()
    lines = timelines(report_of(row) for row in reports)
    for states in lines.values():
        point = shapely.Point(states[0].report.point)
        if not country_shapes()[states[0].report.country].covers(point):
            continue
        mine = [zone for zone in zones if zone.geometry is not None and zone.geometry.covers(point)]
        for state in states:
            day = state.valid.outer.start
            assert day is not None
            for probe in (day, state.valid.outer.end - timedelta(days=1)):  # type: ignore[operator]
                said = [zone.properties["controller"] for zone in mine if probe in zone.valid.outer]
                assert said == [state.controller], (state.report, probe)


def test_towns_on_one_line_each_keep_their_ground() -> None:
    """Found by hypothesis: GEOS gives no cells for points on one line alone."""
    rows = [report(f"p{at}", 40.05, lat, "2016", "X") for at, lat in enumerate((34.05, 34.15, 34.35))]
    zones = derive(rows, LANDS)
    check(zones, rows, LANDS)
    for row in map(report_of, rows):
        assert any(zone.geometry and zone.geometry.covers(shapely.Point(row.point)) for zone in zones)


DEIR_EZ_ZOR = shapely.Point(40.14084, 35.33588)


def held_at(point: shapely.Point, day: str) -> list[Feature]:
    wanted = date.fromisoformat(day)
    return [
        zone for zone in shipped()[1]
        if wanted in zone.valid.outer and zone.geometry is not None and zone.geometry.covers(point)
    ]


def test_a_besieged_enclave_is_a_zone_of_its_own_inside_the_besiegers_ground() -> None:
    (town,) = held_at(DEIR_EZ_ZOR, "2016-06-29")
    said = [town.properties[name] for name in ("controller", "controller_b", "status", "besieged_by")]
    assert said == ["GOV_SY", "ISIL", "contested", "ISIL"]
    assert town.geometry is not None
    assert round(area_km2(town.geometry)) == 314  # the town's ten kilometres, and no more
    (around,) = held_at(shapely.Point(40.26, 35.33588), "2016-06-29")
    assert [around.properties[name] for name in ("controller", "status")] == ["ISIL", "control"]
    assert around.geometry is not None
    assert around.geometry.intersection(town.geometry).area == 0
    holes = [ring for part in shapely.get_parts(around.geometry) for ring in part.interiors]
    assert any(shapely.Polygon(ring).equals(shapely.get_geometry(town.geometry, 0)) for ring in holes)


def test_breaking_the_siege_ends_the_enclave() -> None:
    (before,) = held_at(DEIR_EZ_ZOR, "2017-09-04")
    assert (str(before.valid.outer), before.properties["besieged_by"]) == ("2014-07-01/2017-09-04", "ISIL")
    (after,) = held_at(DEIR_EZ_ZOR, "2017-09-05")
    assert (after.properties["status"], after.properties["besieged_by"]) == ("contested", None)
    assert held_at(shapely.Point(40.26, 35.33588), "2017-09-05") == []  # the ring is nobody's by any statement
    (whole,) = held_at(shapely.Point(40.26, 35.33588), "2017-11-03")
    assert (whole.properties["controller"], whole.properties["status"]) == ("GOV_SY", "control")


@pytest.mark.parametrize(("place", "day", "controller", "certainty"), [
    ((37.44780, 36.61182), "2016-04-07", "REBELS", "certain"),
    ((37.44780, 36.61182), "2016-08-27", "TURKEY_REBELS", "uncertain"),
    ((37.46442, 35.04310), "2017-09-01", "ISIL", "uncertain"),
])
def test_a_turn_of_one_day_is_a_row_of_one_day(
    place: tuple[float, float], day: str, controller: str, certainty: str
) -> None:
    (zone,) = held_at(shapely.Point(place), day)
    said = (str(zone.valid.outer), zone.properties["controller"], zone.valid.certainty(date.fromisoformat(day)))
    assert said == (day, controller, certainty)


def area(*zones: Feature) -> int:
    """Square kilometres, rounded to ten."""
    return round(sum(area_km2(zone.geometry) for zone in zones if zone.geometry is not None), -1)


def test_ground_ends_at_the_border_at_the_sea_and_at_a_lake() -> None:
    disc_of_25_km = 1960
    assert area(*derive([report("inland", 40.5, 34.5, "2016", "X")], LANDS)) == disc_of_25_km
    assert area(*derive([report("border", 40.9999, 34.5, "2016", "X")], LANDS)) == disc_of_25_km / 2
    assert area(*derive([report("coast", 40.5, 34.0001, "2016", "X")], LANDS)) == disc_of_25_km / 2
    lake = Ground(LANDS, box(40.5, 34.2, 40.8, 34.8))
    (shore,) = derive([report("shore", 40.4999, 34.5, "2016", "X")], lake)
    assert area(shore) == disc_of_25_km / 2
    assert shore.geometry is not None
    assert shore.geometry.covers(shapely.Point(40.4999, 34.5))
    assert shore.geometry.intersection(box(40.5, 34.2, 40.8, 34.8)).area == 0


def test_a_town_that_the_map_draws_in_a_lake_keeps_an_islet() -> None:
    (zone,) = derive([report("dam", 40.65, 34.5, "2016", "X")], Ground(LANDS, box(40.3, 34.2, 41.0, 34.8)))
    assert zone.geometry is not None
    assert zone.geometry.covers(shapely.Point(40.65, 34.5))
    assert round(area_km2(zone.geometry), 1) == 12.6


def test_lakes_are_cut_out_of_real_ground_and_rivers_are_not() -> None:
    _, zones = shipped()
    assert max(zone.geometry.intersection(lake_shape()).area for zone in zones if zone.geometry is not None) < 1e-6
    assert held_at(shapely.Point(43.45, 33.25), "2016-01-01") == []  # in Lake Habbaniyah, 17 km from Habbaniyah
    (ramadi,) = held_at(shapely.Point(43.30, 33.43), "2016-03-01")  # on the Euphrates
    assert ramadi.properties["controller"] == "GOV_IQ"


def test_one_country_may_have_another_reach_and_a_report_one_of_its_own() -> None:
    rows = [
        report("a", 40.5, 34.5, "2016", "X"), report("b", 41.5, 34.5, "2016", "Y", country="BB"),
        replace(report_of(report("c", 40.5, 34.1, "2016", "Z")), max_km=5.0).feature(),
    ]
    zones = {str(zone.properties["controller"]): zone for zone in derive(
        rows, LANDS, DeriveOptions(max_km_in={"BB": 40.0}))}
    reaches = {side: zone.properties["evidence_max_km"] for side, zone in zones.items()}
    assert reaches == {"X": 25.0, "Y": 40.0, "Z": 5.0}
    assert {side: area(zone) for side, zone in zones.items()} == {"X": 1920, "Y": 5020, "Z": 80}
    other = replace(report_of(report("c", 40.5, 34.1, "2017", "Z")), max_km=6.0).feature()
    with pytest.raises(InvalidInput, match="place 'c': max_km 5 and 6"):
        derive([*rows, other], LANDS)
