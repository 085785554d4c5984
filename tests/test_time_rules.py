"""The rules of time, one to six: each on a small war with the answers written down, then on the real front lines.

1 never the nearest; 2 snapshots and closed periods become intervals; 3 repaired, counted or refused; 4 two sides on one
ground contest it; 5 derived ground keeps to its evidence; 6 baselines are compared with a word of warning.
"""
from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry import MultiPolygon, box, mapping
from shapely.geometry.base import BaseGeometry

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.changes import Comparison, changes
from geo.control import control_at
from geo.derive import DeriveOptions, derive
from geo.errors import InvalidInput
from geo.ground import add_zones
from geo.interval import DAY, Interval
from geo.load import FileRule, LoadOptions, load_files, polygon_files
from geo.measure import area_km2, distance_km
from geo.model import Feature, LngLat, Query
from geo.reports import read_reports
from geo.series import Learning
from geo.store import open_store
from geo.zones import ZoneIndex
from server.cli import dateline
from tests.test_derive import LANDS, names, on, report
from tests.test_real_fronts import (
    DAILY,
    LAYERS,
    PERIODS,
    PLACES,
    SHARED,
    STRAYED,
    by_day,
    files,
    frame_of,
    km2,
    mended,
)

real = pytest.mark.skipif(not SHARED.is_dir(), reason="the material beside the checkout is not here")

HERE = LngLat(37.5, 48.5)
WEST, EAST, WHOLE = box(36, 48, 37, 49), box(37, 48, 38, 49), box(36, 48, 38, 49)
DESK = LoadOptions("desk", controller_field="side", date_from_name="YYYYMMDD")
SPANS = LoadOptions("desk", controller_field="side", from_field="first", to_field="last")


def write(folder: Path, name: str, *told: tuple[BaseGeometry, Mapping[str, str]]) -> Path:
    features = [{"type": "Feature", "properties": said, "geometry": mapping(ground)} for ground, said in told]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def daily(folder: Path, said: Mapping[str, str]) -> None:
    """A file a day: who held all ground."""
    for day, side in said.items():
        write(folder, f"{day.replace('-', '')}.geojson", (WHOLE, {"side": side}))


def index_of(folder: Path, options: LoadOptions = DESK) -> ZoneIndex:
    return ZoneIndex(load_files(polygon_files([str(folder)]), options).features)


def said_on(index: ZoneIndex, day: str, point: LngLat = HERE) -> tuple[object, ...]:
    found = control_at(point, Interval.of_day(date.fromisoformat(day)), index)
    return (found.controller, found.age_days) if found.basis != "none" else ("no statement",)


# --- 1: never the nearest ---

WAR = {"2022-04-01": "NORTH", "2022-04-03": "NORTH", "2022-04-20": "SOUTH"}


@pytest.mark.parametrize(("day", "answer"), [
    ("2022-03-31", ("no statement",)),
    ("2022-04-01", ("NORTH", 0)), ("2022-04-02", ("NORTH", 1)), ("2022-04-03", ("NORTH", 0)),
    ("2022-04-06", ("NORTH", 3)), ("2022-04-07", ("no statement",)),
    ("2022-04-19", ("no statement",)),  # a day before the next file, and never that one's answer
    ("2022-04-20", ("SOUTH", 0)), ("2022-04-23", ("SOUTH", 3)), ("2022-04-24", ("no statement",)),
])
def test_rule_1_a_missing_day_has_the_last_state_with_its_age_for_three_steps(
    tmp_path: Path, day: str, answer: tuple[object, ...]
) -> None:
    daily(tmp_path, WAR)
    assert said_on(index_of(tmp_path), day) == answer


@pytest.mark.parametrize(("step", "last"), [(1, "2022-04-06"), (2, "2022-04-09"), (7, "2022-04-19")])
def test_rule_1_the_step_is_the_sources_own_and_the_next_file_ends_it(tmp_path: Path, step: int, last: str) -> None:
    daily(tmp_path, WAR)
    index = index_of(tmp_path, replace(DESK, step_days=step))
    after = date.fromisoformat(last)
    assert said_on(index, last) == ("NORTH", (after - date(2022, 4, 3)).days)
    assert said_on(index, str(after + DAY)) == (("SOUTH", 0) if step == 7 else ("no statement",))


@pytest.mark.parametrize(("known_on", "day", "answer"), [
    ("2022-04-01", "2022-04-03", ("NORTH", 2)),       # of the third nothing is known yet
    ("2022-04-03", "2022-04-03", ("NORTH", 0)),
    ("2022-04-01", "2022-04-05", ("no statement",)),  # too old for what was known
    ("2022-04-03", "2022-04-05", ("NORTH", 2)),
    ("2022-04-19", "2022-04-20", ("no statement",)),
    ("2022-03-31", "2022-04-01", ("no statement",)),
])
def test_rule_1_the_age_counts_from_the_days_known_then(
    tmp_path: Path, known_on: str, day: str, answer: tuple[object, ...]
) -> None:
    daily(tmp_path, WAR)
    store = open_store(str(tmp_path / "war.store"), create=True)
    add_zones(store, load_files(polygon_files([str(tmp_path)]), DESK).pictures, "desk", Learning(date(2026, 1, 1), 0))
    index = ZoneIndex(store.read("zones", Query(as_known_on=date.fromisoformat(known_on))))
    store.close()
    assert said_on(index, day) == answer


def test_rule_1_a_derived_zone_answers_until_its_places_next_report_or_its_age() -> None:
    rows = [report("p", 40.5, 34.5, "2016-03-05", "X"), report("p", 40.5, 34.5, "2016-03-09", "Y")]
    zones = derive(rows, LANDS, DeriveOptions(report_max_age_days=30))
    assert [on(zones, day) for day in ("2016-03-04", "2016-03-08", "2016-03-09", "2016-04-07", "2016-04-08")] == [
        [], [("X", "certain")], [("Y", "certain")], [("Y", "certain")], [],
    ]


# --- 2: snapshots and closed periods become intervals ---

def test_rule_2_equal_days_that_follow_each_other_are_one_row(tmp_path: Path) -> None:
    daily(tmp_path, {"2022-04-01": "NORTH", "2022-04-02": "NORTH", "2022-04-03": "SOUTH", "2022-04-04": "NORTH"})
    rows = load_files(polygon_files([str(tmp_path)]), DESK).features
    assert [(row.properties["controller"], str(row.valid.outer), row.properties["as_of"]) for row in rows] == [
        ("NORTH", "2022-04-01/2022-04-02", ["2022-04-01", "2022-04-02"]),
        ("SOUTH", "2022-04-03", ["2022-04-03"]),
        ("NORTH", "2022-04-04/2022-04-07", ["2022-04-04"]),
    ]


@pytest.mark.parametrize(("day", "side", "period"), [
    ("2022-04-02", None, None), ("2022-04-03", "NORTH", "2022-04-03/2022-04-07"),
    ("2022-04-06", "NORTH", "2022-04-03/2022-04-07"),
    ("2022-04-07", "SOUTH", "2022-04-07/2022-04-09"),  # the day that both have is the later one's
    ("2022-04-09", "SOUTH", "2022-04-07/2022-04-09"), ("2022-04-10", None, None),
])
def test_rule_2_a_closed_period_has_both_its_ends_and_a_shared_day_is_the_later_ones(
    tmp_path: Path, day: str, side: str | None, period: str | None
) -> None:
    write(tmp_path, "1.geojson", (WHOLE, {"side": "SOUTH", "first": "2022-04-07", "last": "2022-04-09"}))
    write(tmp_path, "2.geojson", (WHOLE, {"side": "NORTH", "first": "2022-04-03", "last": "2022-04-07"}))
    found = index_of(tmp_path, SPANS).at(HERE, date.fromisoformat(day))
    assert [(row.properties["controller"], row.valid.edtf) for row in found] == ([(side, period)] if side else [])


def test_rule_2_a_day_is_what_the_name_says_and_never_the_files_own_time(tmp_path: Path) -> None:
    path = write(tmp_path, "20220401.geojson", (WHOLE, {"side": "NORTH"}))
    first = load_files([path], DESK).features
    os.utime(path, (0, 0))
    assert load_files([path], DESK).features == first
    assert first[0].properties["as_of"] == ["2022-04-01"]


# --- 3: repaired, counted or refused ---

def test_rule_3_what_is_mended_is_counted_and_measured_and_the_file_has_its_hash(tmp_path: Path) -> None:
    high = {"type": "Polygon", "coordinates": [
        [[36, 48, 9], [36, 49, 9], [37, 49.00000049, 9], [37, 48.5, 9], [37.5, 48.5, 9], [37, 48.5, 9], [37, 48, 9]],
    ]}
    path = tmp_path / "20220401.geojson"
    told = {"type": "Feature", "properties": {"side": "NORTH"}, "geometry": high}
    nothing = {"type": "Feature", "properties": {"side": "SOUTH"}, "geometry": None}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [told, nothing]}), encoding="utf-8")
    result = load_files([path], DESK)
    (row,) = result.features
    assert isinstance(row.geometry, MultiPolygon)
    assert row.geometry.equals(WEST)  # to six decimals
    assert (row.geometry.is_valid, row.geometry.has_z, row.geometry.geoms[0].exterior.is_ccw) == (True, False, True)
    assert result.report.warnings == {
        "W-GEOM-NULL": 1, "W-GEOM-REPAIRED": 1, "W-RING-CLOSED": 1, "W-Z-DROPPED": 1,
    }
    assert result.report.area_after_km2 == pytest.approx(8217, rel=0.001)
    assert row.properties["files"] == {"2022-04-01": [result.report.sha256]}


def test_rule_3_ground_outside_of_the_frame_is_refused_and_a_load_is_all_or_nothing(tmp_path: Path) -> None:
    store = tmp_path / "war.gpkg"
    open_store(str(store), create=True).close()
    write(tmp_path, "20220401.geojson", (WHOLE, {"side": "NORTH"}))
    write(tmp_path, "20220402.geojson", (box(60, 48, 61, 49), {"side": "NORTH"}))
    words = ["--store", str(store), "zones", "load", str(tmp_path / "*.geojson"), "--source", "desk"]
    words += ["--controller-field", "side", "--date-from-name", "YYYYMMDD", "--frame", "30,40,45,55"]
    failed = CliRunner().invoke(dateline, words).exception
    assert isinstance(failed, InvalidInput)
    assert "20220402.geojson: feature 0: 1 of its 1 polygons outside of the frame" in str(failed)
    opened = open_store(str(store))
    assert list(opened.read("zones", Query())) == []
    opened.close()


# --- 4: two sides on one ground contest it ---

@pytest.mark.parametrize(("point", "sides", "status"), [
    (LngLat(36.5, 48.5), ("NORTH", None), "control"), (LngLat(37.5, 48.5), ("NORTH", "SOUTH"), "contested"),
    (LngLat(38.5, 48.5), ("SOUTH", None), "control"),
])
def test_rule_4_ground_that_two_sides_hold_on_a_day_is_contested_by_both(
    tmp_path: Path, point: LngLat, sides: tuple[str, str | None], status: str
) -> None:
    write(tmp_path, "20220401a.geojson", (WHOLE, {"side": "NORTH"}))
    write(tmp_path, "20220401b.geojson", (box(37, 48, 39, 49), {"side": "SOUTH"}))
    index = index_of(tmp_path)
    (row,) = index.at(point, date(2022, 4, 1))
    assert ((row.properties["controller"], row.properties["controller_b"]), row.properties["status"]) == (sides, status)
    held = [row.geometry for row in index.rows]
    assert sum(shapely.area(one.intersection(other)) for one in held for other in held if one is not other) == 0


def test_rule_4_what_is_only_claimed_contests_nothing(tmp_path: Path) -> None:
    write(tmp_path, "20220401_held.geojson", (WHOLE, {"side": "NORTH"}))
    write(tmp_path, "20220401_claims.geojson", (EAST, {"side": "SOUTH"}))
    rules = FileRule("*_held.*", status="control"), FileRule("*_claims.*", status="claimed")
    index = index_of(tmp_path, replace(DESK, rules=rules))
    told = {(row.properties["controller"], row.properties["status"]) for row in index.at(HERE, date(2022, 4, 1))}
    assert told == {("NORTH", "control"), ("SOUTH", "claimed")}


# --- 5: derived ground keeps to its evidence ---

def test_rule_5_derived_ground_ends_at_its_reach_and_at_the_border() -> None:
    (zone,) = derive([report("p", 40.9, 34.5, "2016-03-05", "X")], LANDS)
    assert zone.geometry is not None
    reach = [distance_km(LngLat(40.9, 34.5), LngLat(*each)) for each in shapely.get_coordinates(zone.geometry)]
    assert 24.9 < max(reach) < 25.001
    assert zone.geometry.bounds[2] == pytest.approx(41.0, abs=1e-9)  # the land ends there, 9 km from the town
    assert (zone.properties["method"], zone.properties["evidence_max_km"]) == ("derived", 25.0)


@pytest.mark.parametrize("status, certainty", [("reported", "uncertain"), ("brief", "certain")])
def test_rule_5_a_remark_makes_no_interval(status: str, certainty: str) -> None:
    """A single report that denies a state makes it uncertain, hours do not; neither holds any ground."""
    rows = [report("p", 40.5, 34.5, "2016-03-05", "X"), report("p", 40.5, 34.5, "2016-03-07", "Y", status)]
    assert on(derive(rows, LANDS), "2016-03-08") == [("X", certainty)]
    assert derive(rows[1:], LANDS) == []


def test_rule_5_the_claim_of_the_gaining_side_alone_is_a_claim_of_low_confidence() -> None:
    (zone,) = derive([report("p", 40.5, 34.5, "2016-03-05", "X", "claimed")], LANDS)
    assert (zone.properties["status"], zone.properties["confidence"]) == ("claimed", "low")


# --- 6: baselines are compared with a word of warning ---

@pytest.mark.parametrize(("baselines", "is_warned"), [
    (("since 2022", "since 2014"), True), (("since 2022", ""), True), (("since 2014", "since 2014"), False),
])
def test_rule_6_sources_of_different_baselines_are_compared_with_a_warning(
    tmp_path: Path, baselines: tuple[str, str], is_warned: bool
) -> None:
    store = tmp_path / "war.gpkg"
    open_store(str(store), create=True).close()
    for name, baseline, ground in zip(("one", "other"), baselines, (EAST, WHOLE), strict=True):
        path = write(tmp_path, f"{name}.geojson", (ground, {"side": "NORTH"}))
        words = ["zones", "load", str(path), "--source", name, "--controller-field", "side", "--date", "2022-04-01"]
        CliRunner().invoke(dateline, ["--store", str(store), *words, "--baseline", baseline], catch_exceptions=False)
    asked = ["--store", str(store), "changes", "2022-04-01", "2022-04-01", "--source", "one", "--against", "other"]
    told = CliRunner().invoke(dateline, asked, catch_exceptions=False).stdout
    assert "NORTH: gained 8,21" in told
    assert (f"warning: one and other count different ground as held ({baselines[0]!r}, {baselines[1]!r})" in told) == (
        is_warned)
    alone = CliRunner().invoke(dateline, asked[:-2], catch_exceptions=False).stdout
    assert "warning" not in alone


# --- the same on the real files ---

@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The daily files, loaded years later as an archive whose days became known on those days."""
    path = tmp_path_factory.mktemp("real") / "daily.gpkg"
    store = open_store(str(path), create=True)
    add_zones(store, load_files(files("ukraine_daily"), DAILY).pictures, "daily", Learning(date(2026, 9, 1), 0))
    store.close()
    return path


@pytest.mark.shared
@real
@pytest.mark.parametrize(("day", "known_on", "said"), [
    ("2026-07-09", "", "RUSSIA [control] (certain, basis zone, evidence 1 days old)"),  # the file that is missing
    ("2026-07-10", "2026-07-09", "RUSSIA [control] (certain, basis zone, evidence 2 days old)"),
    ("2026-07-10", "", "RUSSIA [control] (certain, basis zone, evidence 0 days old)"),
    ("2025-09-01", "2025-09-01", "no statement"),  # between the files of 8 August and 3 September
    ("2025-09-03", "2025-09-02", "no statement"), ("2025-09-03", "2025-09-03", "evidence 0 days old"),
    ("2026-08-03", "", "evidence 3 days old"), ("2026-08-04", "", "no statement"),
])
def test_rule_1_real_days_that_are_missing(archive: Path, day: str, known_on: str, said: str) -> None:
    words = ["--store", str(archive), "control", "37.8,48.0", "--date", day]
    told = CliRunner().invoke(dateline, [*words, *(["--as-known-on", known_on] if known_on else [])]).stdout
    assert said in told.split("\n")[0]


@pytest.mark.shared
@real
def test_rule_1_the_real_map_of_each_day_as_it_was_shown_that_day(archive: Path) -> None:
    """As of the day of a file, that file answers for its day and three more, whatever came later."""
    paths = by_day("ukraine_daily")
    store = open_store(str(archive))
    for known_on in random.Random(3).sample(sorted(paths), 12):
        ground = frame_of(paths[known_on]).union_all()
        index = ZoneIndex(store.read("zones", Query(as_known_on=known_on, when=Interval(known_on, known_on + 9 * DAY))))
        for point in PLACES.values():
            is_held = bool(ground.covers(shapely.Point(point)))
            for age in range(5):
                found = control_at(point, Interval.of_day(known_on + age * DAY), index)
                expected = ("RUSSIA", age) if is_held and age <= 3 else (None, None)
                assert (found.controller, found.age_days) == expected
    store.close()


@pytest.mark.shared
@real
def test_rule_2_real_snapshots_follow_each_other_without_a_day_twice(archive: Path) -> None:
    store = open_store(str(archive))
    for known_on in (None, date(2025, 3, 2), date(2026, 7, 15)):
        rows = sorted(store.read("zones", Query(as_known_on=known_on)), key=lambda row: str(row.valid.outer.start))
        days = [day for row in rows for day in row.properties["as_of"]]  # type: ignore[attr-defined]
        told = sorted(str(day) for day in by_day("ukraine_daily") if known_on is None or day <= known_on)
        assert days == told
        ends = [(row.valid.outer.start, row.valid.outer.end) for row in rows]
        assert all(one[1] <= other[0] for one, other in pairwise(ends) if one[1] and other[0])
    store.close()


@pytest.mark.shared
@real
@pytest.mark.parametrize(("day", "period"), [
    ("2022-10-02", None), ("2022-10-03", "2022-10-03/2022-10-07"), ("2022-10-06", "2022-10-03/2022-10-07"),
    ("2022-10-07", "2022-10-07/2023-04-18"), ("2023-04-18", "2022-10-07/2023-04-18"), ("2023-04-19", None),
])
def test_rule_2_of_two_real_periods_with_a_common_day_the_later_has_it(
    tmp_path: Path, day: str, period: str | None
) -> None:
    """The second file's period is made to begin on the last day of the first."""
    first, second = (SHARED / "ukraine_periods" / f"{name}.json" for name in ("2022-10-07", "2023-04-18"))
    told: dict[str, Any] = json.loads(second.read_text(encoding="utf-8"))
    for each in told["value"]["features"]:
        each["properties"].update(_datefrom="2022-10-07", _dateto="2023-04-18")
    (tmp_path / "second.json").write_text(json.dumps(told), encoding="utf-8")
    index = ZoneIndex(load_files([first, tmp_path / "second.json"], PERIODS).features)
    found = index.at(PLACES["Donetsk"], date.fromisoformat(day))
    assert [(row.properties["controller"], row.valid.edtf) for row in found] == ([("RUSSIA", period)] if period else [])


@pytest.mark.shared
@real
def test_rule_3_real_ground_is_mended_or_refused() -> None:
    result = load_files(files("ukraine_periods"), PERIODS, is_partial=True)
    assert [each.split(":")[0] for each in result.refused] == [STRAYED]
    assert all(row.geometry is not None and row.geometry.is_valid and not row.geometry.has_z for row in result.features)
    assert result.total()["warnings"]["W-WRAPPED"] == 14


@pytest.mark.shared
@real
def test_rule_4_real_layers_of_two_sides_contest_what_both_hold() -> None:
    """Were what partisans are reported to fight over held by Ukraine, it were contested where Russia holds it."""
    rules = (FileRule("*_RussianAssessedCoTinUkraine.*", "RUSSIA", "control"),
             FileRule("*_UkrainianReportedPartisanWarfare.*", "UKRAINE", "control"))
    paths = [SHARED / "ukraine_layers" / f"20220905_{rule.name.strip('*_.')}.geojson" for rule in rules]
    result = load_files(paths, replace(LAYERS, rules=rules))
    russia, ukraine = (mended(frame_of(path)).union_all() for path in paths)
    both = km2_of(russia.intersection(ukraine))
    found = {(row.properties["controller"], row.properties["controller_b"]): km2_of(row.geometry)
             for row in result.features}
    assert both > 1000
    assert found == {
        ("RUSSIA", "UKRAINE"): pytest.approx(both, rel=1e-4),
        ("RUSSIA", None): pytest.approx(km2_of(russia) - both, rel=1e-4),
        ("UKRAINE", None): pytest.approx(km2_of(ukraine) - both, rel=1e-2, abs=1),
    }


def km2_of(ground: BaseGeometry | None) -> float:
    return sum(km2(part) for part in shapely.get_parts(ground) if part.geom_type in ("Polygon", "MultiPolygon"))


def test_rule_5_ground_derived_from_the_bundled_reports_of_ukraine_keeps_to_its_evidence() -> None:
    reports = read_reports(data_path("theatres", "ukraine-2022", "reports.csv"))
    points = {each.id: each.geometry for each in reports}
    zones = derive(reports, country_shapes())
    assert len(zones) > 20
    for zone in zones:
        assert zone.geometry is not None
        towns = [points[name] for name in names(zone)]
        for corner in shapely.get_coordinates(zone.geometry.simplify(0.01)):
            near = min(distance_km(LngLat(*corner), LngLat(town.x, town.y)) for town in towns)  # type: ignore[union-attr]
            assert near < 26.5  # 25, and what it was made simpler by


@pytest.mark.shared
@real
def test_rule_6_real_sources_of_different_baselines_are_compared_with_a_warning() -> None:
    layers = replace(LAYERS, baseline="held since 24 February 2022, and Crimea and Donbas before")
    periods = replace(PERIODS, baseline="held since 24 February 2022")
    rows: list[Feature] = [
        *load_files([SHARED / "ukraine_layers" / "20220908_RussianAssessedCoTinUkraine.geojson"], layers).features,
        *load_files([SHARED / "ukraine_periods" / "2022-10-07.json"], periods).features,
    ]
    found = changes(ZoneIndex(rows), date(2022, 9, 8), date(2022, 10, 5), Comparison("layers", "periods"))
    assert found.warnings == (
        "layers and periods count different ground as held ('held since 24 February 2022, and Crimea and Donbas "
        "before', 'held since 24 February 2022'): a part of the difference may be that, and no change of hands",
    )
    gained, lost = found.sides()["RUSSIA"]
    held = {name: sum(area_km2(row.geometry) for row in rows if row.geometry is not None
                      and (row.properties["source_id"], row.properties["controller"]) == (name, "RUSSIA"))
            for name in ("layers", "periods")}
    assert gained - lost == pytest.approx(held["periods"] - held["layers"], rel=1e-3)
    assert changes(ZoneIndex(rows), date(2022, 9, 8), date(2022, 10, 5), Comparison("layers")).warnings == ()
