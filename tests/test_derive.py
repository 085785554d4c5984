from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
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
from geo.basemap import country_shapes
from geo.derive import DeriveOptions, derive
from geo.edtf import parse_edtf
from geo.errors import InvalidInput
from geo.measure import distance_km
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
    return reports, derive(reports, country_shapes())


def names(zone: Feature) -> list[str]:
    """The ids of the reports that a zone rests on."""
    return [name for source in zone.properties["sources"] for name in source["reports"]]  # type: ignore[attr-defined]


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


@pytest.mark.parametrize("status", ["reported", "brief"])
def test_a_remark_makes_no_interval(status: str) -> None:
    rows = [report("p", 40.5, 34.5, "2016-03-05", "X"), report("p", 40.5, 34.5, "2016-03-09", "Y", status)]
    assert on(derive(rows, LANDS), "2016-03-09") == [("X", "certain")]
    assert derive(rows[1:], LANDS) == []


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


def test_a_besieged_town_speaks_for_itself_alone() -> None:
    (zone,) = derive([report("a", 40.5, 34.5, "2016-03-05", "X", "besieged", besieged_by="Y")], LANDS)
    assert zone.geometry is not None
    assert zone.properties["besieged_by"] == "Y"
    reach = [distance_km(LngLat(40.5, 34.5), LngLat(*corner)) for corner in shapely.get_coordinates(zone.geometry)]
    assert 9.9 < max(reach) < 10.001


def test_confidence_says_why() -> None:
    weak = report("b", 41.5, 34.5, "2016", "Y", country="BB", sourced="no")
    rows = [report("a", 40.5, 34.5, "2016-03-05", "X"), weak]
    high, low = sorted(derive(rows, LANDS, DeriveOptions(report_max_age_days=300)), key=lambda zone: zone.id)
    if high.properties["controller"] != "X":
        high, low = low, high
    assert (high.properties["confidence"], low.properties["confidence"]) == ("high", "low")
    assert low.properties["confidence_why"] == (
        "1 reports, 0 sourced, 0 in part, 1 not; 1 dated vaguely; "
        "reports of 2016-01-01, each believed for up to 300 days"
    )


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
