from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geo.assets import data_path
from geo.basemap import country_shapes, province_shapes
from geo.derive import derive
from geo.errors import InvalidParameter
from geo.gazetteer import Gazetteer
from geo.interval import Interval, Validity, day_from_number
from geo.join import control_at, control_of_area, control_of_place, history, join
from geo.model import Control, Feature, LngLat, Mention, Place, Span, Toponym, When
from geo.reports import read_reports
from geo.zones import ZoneIndex
from tests.test_zones import random_zones

SHAPES = {**country_shapes(), **province_shapes()}


@lru_cache(maxsize=1)
def zones() -> ZoneIndex:
    reports = read_reports(data_path("reports.csv"))
    return ZoneIndex(derive(reports, country_shapes()), reports)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    return Gazetteer.load(world=False)


def on(place: str, day: str) -> Control:
    return control_of_place(gazetteer()[place], Interval.of_day(date.fromisoformat(day)), zones(), SHAPES)


def square(controller: str, west: float, start: str = "2022-04-01", end: str | None = None, **said: object) -> Feature:
    span = Interval(date.fromisoformat(start), date.fromisoformat(end) if end else None)
    properties = {"controller": controller, "status": "control", "source_id": "test", "method": "drawn", **said}
    return Feature(f"{controller} {start}", box(west, 48, west + 1, 49), properties, Validity.exactly(span))


@pytest.mark.parametrize(("place", "day", "controller", "status"), [
    ("sy-al-rai", "2013-12-31", None, None),
    ("sy-al-rai", "2016-04-06", "ISIL", "control"),
    ("sy-al-rai", "2016-04-07", "REBELS", "contested"),
    ("sy-al-rai", "2016-04-08", "REBELS", "control"),
    ("sy-al-rai", "2016-04-09", "REBELS", "control"),
    ("sy-al-rai", "2016-04-10", "REBELS", "control"),
    ("sy-al-rai", "2016-04-11", "ISIL", "control"),
    ("sy-al-rai", "2016-06-15", "ISIL", "control"),
    ("sy-al-rai", "2016-08-27", "TURKEY_REBELS", "control"),
    ("sy-manbij", "2016-06-09", "ISIL", "control"),
    ("sy-manbij", "2016-06-15", "ISIL", "besieged"),
    ("sy-manbij", "2016-08-12", "SDF", "control"),
    ("iq-fallujah", "2016-06-25", "ISIL", "besieged"),
    ("iq-fallujah", "2016-06-26", "GOV_IQ", "control"),
    ("iq-fallujah", "2016-06-27", "GOV_IQ", "control"),
    ("sy-al-tanf", "2016-06-29", "REBELS", "control"),
    ("sy-al-hamdan-air-base", "2016-06-29", "ISIL", "control"),
    ("iq-al-qaim", "2016-06-29", "ISIL", "control"),
    ("sy-kobani", "2016-06-29", "SDF", "control"),
    ("sy-deir-ez-zor", "2016-06-29", "GOV_SY", "contested"),
    ("sy-raqqa", "2024-01-01", None, None),
])
def test_a_place_was_held_by(place: str, day: str, controller: str | None, status: str | None) -> None:
    found = on(place, day)
    assert (found.controller, found.status) == (controller, status)


def test_the_answer_says_how_sure_how_old_and_on_what_it_rests() -> None:
    rai = on("sy-al-rai", "2016-04-09")
    assert (rai.certainty, rai.basis, rai.age_days, rai.confidence) == ("certain", "report", 1, "high")
    assert rai.front_km is not None
    assert 3 < rai.front_km < 20
    assert rai.front_bearing is not None
    (source,) = rai.sources
    assert source["title"] == "Northern Aleppo offensive (March–June 2016)"
    assert source["date"] == "2016-04-08"
    old = on("sy-al-rai", "2016-04-06")
    assert (old.age_days, old.confidence) == (826, "low")
    assert on("sy-al-rai", "2014-08-01").certainty == "uncertain"
    assert on("sy-manbij", "2016-06-15").besieged_by == "SDF"
    assert on("sy-al-rai", "2016-04-07").front_km == 0


def test_ground_nobody_speaks_for_has_no_statement() -> None:
    nothing = control_at(LngLat(39.9, 33.6), Interval.of_day(date(2016, 6, 29)), zones())
    assert nothing == Control()
    assert (nothing.basis, nothing.controller, nothing.age_days) == ("none", None, None)


def test_a_village_rests_on_the_zone_and_says_how_far_its_evidence_is() -> None:
    found = control_at(LngLat(37.52, 36.55), Interval.of_day(date(2016, 4, 9)), zones(), 1.0)
    assert (found.controller, found.basis) == ("REBELS", "zone")
    assert found.precision_km is not None
    assert 5 < found.precision_km < 15


def test_an_interval_is_answered_at_its_end_and_lists_its_changes() -> None:
    found = control_of_place(
        gazetteer()["sy-al-rai"], Interval(date(2016, 4, 1), date(2016, 4, 12)), zones(), SHAPES
    )
    assert (found.controller, found.certainty) == ("ISIL", "uncertain")
    assert [(str(change.day), change.controller, change.status) for change in found.changed] == [
        ("2016-04-07", "REBELS", "contested"), ("2016-04-08", "REBELS", "control"), ("2016-04-11", "ISIL", "control"),
    ]
    quiet = control_at(LngLat(37.44719, 36.61427), Interval(date(2016, 4, 8), date(2016, 4, 11)), zones())
    assert (quiet.controller, quiet.certainty, quiet.changed) == ("REBELS", "certain", ())


def test_the_end_of_all_statements_is_a_change() -> None:
    index = ZoneIndex([square("north", 36, "2022-04-01", "2022-04-05")])
    found = control_at(LngLat(36.5, 48.5), Interval(date(2022, 3, 30), date(2022, 4, 10)), index)
    assert found.controller is None
    assert [(str(change.day), change.controller) for change in found.changed] == [
        ("2022-04-01", "north"), ("2022-04-05", None),
    ]


def test_an_interval_needs_a_day() -> None:
    for interval in (Interval(), Interval(date(2022, 4, 1), date(2022, 4, 1))):
        with pytest.raises(InvalidParameter, match="want at least one day"):
            control_at(LngLat(36.5, 48.5), interval, zones())


def test_two_sides_within_reach_make_the_answer_uncertain() -> None:
    index = ZoneIndex([square("north", 36), square("south", 37)])
    day = Interval.of_day(date(2022, 4, 1))
    assert control_at(LngLat(36.9, 48.5), day, index).controller_b is None
    near = control_at(LngLat(36.9, 48.5), day, index, 10)
    assert (near.controller, near.controller_b, near.certainty) == ("north", "south", "uncertain")
    assert near.front_km == pytest.approx(7.39, abs=0.01)
    assert near.front_bearing == pytest.approx(90, abs=0.1)
    on_it = control_at(LngLat(37, 48.5), day, index)
    assert {on_it.controller, on_it.controller_b} == {"north", "south"}
    assert (on_it.front_km, on_it.front_bearing) == (0, None)


def test_age_counts_from_the_last_day_that_the_source_spoke() -> None:
    row = square("north", 36, "2022-04-01", "2022-05-01", as_of=["2022-04-01", "2022-04-10"], step_days=7)
    index = ZoneIndex([row])
    ages = [control_at(LngLat(36.5, 48.5), Interval.of_day(date(2022, 4, day)), index).age_days for day in (1, 9, 12)]
    assert ages == [0, 8, 2]


def test_a_drawn_source_answers_before_a_derived_one() -> None:
    derived = square("south", 36, method="derived", source_id="derived:reports")
    found = control_at(LngLat(36.5, 48.5), Interval.of_day(date(2022, 4, 1)), ZoneIndex([derived, square("north", 36)]))
    assert found.controller == "north"
    assert len(found.zone_ids) == 2


def test_a_province_is_answered_by_shares_of_its_area() -> None:
    place = Place("x", "X", LngLat(36.5, 48.5), "XX", "A", "ADM1", admin1_iso="XX-1")
    index = ZoneIndex([square("north", 36), square("south", 37)])
    day = Interval.of_day(date(2022, 4, 1))
    found = control_of_place(place, day, index, {"XX-1": box(36.25, 48, 38.25, 49)})
    assert (found.controller, found.controller_b, found.status) == ("south", "north", "mixed")
    assert found.shares == {"south": 0.5, "north": 0.375}
    assert control_of_place(place, day, index, {"XX-1": box(50, 48, 51, 49)}) == Control()
    deir = on("sy-deir-ez-zor-governorate", "2016-06-29")
    assert deir.controller == "ISIL"
    assert 0.05 < deir.shares["ISIL"] < 0.6


def test_a_road_is_answered_by_shares_of_its_length() -> None:
    index = ZoneIndex([square("north", 36), square("south", 37)])
    day = Interval.of_day(date(2022, 4, 1))
    road = LineString([(36.5, 48.5), (37.5, 48.5), (37.5, 49.5)])
    found = control_of_area(road, day, index)
    assert (found.controller, found.controller_b, found.status) == ("south", "north", "mixed")
    assert found.shares == pytest.approx({"south": 0.5, "north": 0.199}, abs=2e-3)
    along_the_edge = control_of_area(LineString([(37, 48.2), (37, 48.8)]), day, index)
    assert along_the_edge.shares == {"north": 1.0, "south": 1.0}


@settings(max_examples=60, deadline=None)
@given(random_zones(), st.sampled_from(["area", "road"]), st.integers(0, 9), st.integers(1, 40))
def test_what_changed_of_an_area_or_a_road_is_what_its_days_say(
    rows: list[Feature], kind: str, at: int, days: int
) -> None:
    """Asked day by day it names the same sides, and each change is on the first day on which that is so."""
    ground = box(at, at, at + 3, at + 2) if kind == "area" else LineString([(at, at + 0.5), (at + 4, at + 0.5)])
    index = ZoneIndex([replace(row, properties={**row.properties, "controller": f"side {number % 3}"})
                       for number, row in enumerate(rows)])
    first = day_from_number(5895)
    span = Interval(first, first + timedelta(days=days))
    by_day = [control_of_area(ground, Interval.of_day(first + timedelta(days=number)), index) for number in range(days)]
    said = [(each.controller, each.status) for each in by_day]
    expected = [(first + timedelta(days=number), *now) for number, (before, now) in enumerate(pairwise(said), 1)
                if now != before]
    found = control_of_area(ground, span, index, changes=True)
    assert [(each.day, each.controller, each.status) for each in found.changed] == expected
    assert (found.controller, found.shares) == (by_day[-1].controller, by_day[-1].shares)
    assert found.certainty == ("uncertain" if expected and by_day[-1].certainty else by_day[-1].certainty)
    assert control_of_area(ground, span, index).changed == ()


def test_a_mention_gets_the_control_of_its_place_at_its_time() -> None:
    when = When(Interval.of_day(date(2016, 4, 9)), "2016-04-09", "day")
    mention = Mention(Toponym(Span(0, 3), "Rai"), gazetteer()["sy-al-rai"], when=when)
    found = join(mention, zones(), SHAPES).control
    assert found is not None
    assert found.controller == "REBELS"
    near = join(Mention(Toponym(Span(0, 3), "Rai", near=True), mention.place, when=when), zones(), SHAPES).control
    assert near is not None
    assert (near.controller, near.controller_b, near.certainty) == ("REBELS", "ISIL", "uncertain")
    assert join(Mention(Toponym(Span(0, 3), "Rai"), when=when), zones()).control is None


def test_the_record_of_al_rai_has_every_line_and_every_conflict_with_its_source() -> None:
    lines = history(gazetteer()["sy-al-rai"], zones())
    told = [
        (str(line.valid.outer), line.control.controller, line.control.status, not line.valid.certain.is_empty)
        for line in lines
    ]
    assert told == [
        ("../2013-12-31", None, None, True),
        ("2014-01-01/2016-04-06", "ISIL", "control", True),
        ("2016-04-07", "REBELS", "contested", True),
        ("2016-04-08/2016-04-10", "REBELS", "control", True),
        ("2016-04-11/2016-08-16", "ISIL", "control", True),
        ("2016-06-01/2016-06-30", "REBELS", "brief", True),
        ("2016-08-17/2016-08-26", "TURKEY_REBELS", "control", True),
        ("2016-08-27", "TURKEY_REBELS", "control", False),
        ("2016-08-27", "ISIL", "reported", True),
        ("2016-08-28/2020-08-27", "TURKEY_REBELS", "control", True),
        ("2020-08-28/..", None, None, True),
    ]
    assert all(line.control.sources and line.note for line in lines if line.control.basis != "none")
    assert str(lines[1].valid.certain) == "2014-12-31/2016-04-06"
    page = "[Battle of al-Rai (August 2016), Wikipedia]"
    assert {line.control.status: line.conflict for line in lines if line.conflict} == {
        "control": f"a single report of 2016-08-27 says ISIL {page}",
        "reported": f"against TURKEY_REBELS, so stated from 2016-08-17 {page}, and again from 2016-08-28 {page}",
    }


def test_a_day_that_a_single_report_denies_is_uncertain_and_names_both_sources() -> None:
    found = on("sy-al-rai", "2016-08-27")
    assert (found.controller, found.certainty, found.confidence) == ("TURKEY_REBELS", "uncertain", "medium")
    assert [(source["date"], source.get("says")) for source in found.sources] == [
        ("2016-08-17", None), ("2016-08-27", "ISIL"),
    ]


@pytest.mark.parametrize("place", ["sy-al-rai", "sy-kobani", "iq-mosul", "sy-aleppo", "sy-palmyra", "iq-kirkuk"])
def test_a_record_partitions_time_and_agrees_with_asking_on_a_day(place: str) -> None:
    spot = gazetteer()[place]
    lines = [line for line in history(spot, zones()) if not line.is_remark]
    assert (lines[0].valid.outer.start, lines[-1].valid.outer.end) == (None, None)
    for line, following in pairwise(lines):
        assert line.valid.outer.end == following.valid.outer.start
    for line in lines[1:-1]:
        day = line.valid.outer.start
        assert day is not None
        found = control_at(spot.point, Interval.of_day(day), zones(), spot.precision_km)
        assert (found.controller, found.status) == (line.control.controller, line.control.status)
