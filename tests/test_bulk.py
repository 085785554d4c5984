"""The bulk join gives the answers of the single join."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import box

from bench.coverage import Theatre, points, zones
from geo import bulk, grid_index
from geo.assets import data_path
from geo.basemap import country_shapes
from geo.bulk import BulkJoin, DatedPoints
from geo.control import control_at
from geo.derive import derive
from geo.grid_index import GridIndex
from geo.interval import FIRST, Interval, day_from_number, day_number
from geo.model import Control, Feature, LngLat
from geo.reports import read_reports
from geo.zones import ZoneIndex
from tests.test_zones import numbers, random_zones, zone


def single(asked: DatedPoints, index: ZoneIndex, *, fronts: bool = False) -> list[Control]:
    return [
        control_at(LngLat(*where), Interval.of_day(day_from_number(day)), index, reach, fronts=fronts)
        for where, day, reach in zip(asked.where.tolist(), asked.day.tolist(), asked.reach_km.tolist(), strict=True)
    ]


def in_bulk(asked: DatedPoints, index: ZoneIndex, *, fronts: bool = False) -> list[Control]:
    answers = BulkJoin(index).join(asked)
    found = [answers.control(number, fronts=fronts) for number in range(len(asked))]
    assert answers.controller.tolist() == [each.controller for each in found]
    assert answers.status.tolist() == [each.status for each in found]
    ages = [None if np.isnan(age) else age for age in answers.age_days.tolist()]
    assert ages == [each.age_days for each in found]
    return found


spots = st.lists(st.tuples(st.integers(-2, 26), st.integers(-2, 26), numbers, st.sampled_from([0, 0, 0, 60])))


@settings(max_examples=150, deadline=None)
@given(random_zones(), spots)
def test_bulk_answers_what_the_single_join_answers(
    rows: list[Feature], asked: list[tuple[int, int, int, int]]
) -> None:
    """Boxes of three sides and two sources that overlap as they like; half of the points lie on edges or corners."""
    rows = [
        replace(row, properties={**row.properties, "controller": f"side {at % 3}", "source_id": f"source {at % 2}",
                                 "controller_b": "side 1" if at % 5 == 0 else None})
        for at, row in enumerate(rows)
    ]
    columns = np.array(asked, dtype=float).reshape(-1, 4)
    dated = DatedPoints(columns[:, :2] / 2, columns[:, 2].astype(np.int64), columns[:, 3])
    index = ZoneIndex(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "AT_ONCE", 7)
        patch.setattr(grid_index, "AT_ONCE", 3)
        patch.setattr(grid_index, "BLOCK", 4)
        patch.setattr(grid_index, "PREPARED_FROM", 2)
        assert in_bulk(dated, index) == single(dated, index)


@settings(max_examples=100, deadline=None)
@given(random_zones(), spots)
def test_the_grid_finds_what_looking_at_every_zone_finds(
    rows: list[Feature], asked: list[tuple[int, int, int, int]]
) -> None:
    columns = np.array(asked, dtype=float).reshape(-1, 4)
    index = ZoneIndex(rows)
    hits = GridIndex(index.rows).covering(columns[:, :2] / 2, columns[:, 2].astype(np.int64))
    found = sorted((point, index.rows[row].id) for point, row in zip(*(part.tolist() for part in hits), strict=True))
    assert found == sorted(
        (number, held.id) for number, (x, y, day, _) in enumerate(asked)
        for held in index.at(LngLat(x / 2, y / 2), day_from_number(day))
    )


slabs = st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 12)] * 2)


@settings(max_examples=150, deadline=None)
@given(st.lists(slabs, min_size=1, max_size=5), st.lists(slabs, max_size=4), st.integers(0, 89), st.integers(0, 1000))
def test_holes_islands_and_slanting_edges_are_no_trouble_to_the_grid(
    given: list[tuple[int, ...]], taken: list[tuple[int, ...]], angle: int, seed: int
) -> None:
    """Boxes with others cut out, turned; of the points, some lie on corners and edges."""
    whole, gaps = (
        shapely.union_all([box(x, y, x + wide, y + tall) for x, y, wide, tall in each]) for each in (given, taken))
    ground = rotate(whole.difference(gaps), angle, origin=(0, 0))
    if ground.is_empty:
        return
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(ground)
    west, south, east, north = ground.bounds
    anywhere = random.random((300, 2)) * (east - west + 2, north - south + 2) + (west - 1, south - 1)
    where = np.vstack([corners, (corners[1:] + corners[:-1]) / 2, anywhere])
    grid = GridIndex([zone("north", ground, None, None)])
    hits = grid.covering(where, np.full(len(where), 5900))
    expected = shapely.intersects_xy(ground, *where.T)
    assert sorted(hits.point.tolist()) == np.flatnonzero(expected).tolist()


@pytest.fixture(scope="module")
def derived() -> ZoneIndex:
    reports = read_reports(data_path("reports.csv"))
    return ZoneIndex(derive(reports, country_shapes()), reports)


def test_bulk_on_derived_ground_rests_on_the_same_reports(derived: ZoneIndex) -> None:
    """Random points, and every reported town itself: some of those are drawn beyond a border or a shore."""
    random = np.random.default_rng(1)
    towns = sorted({report.point for report in derived.reports})
    where = np.vstack([random.random((1500, 2)) * (8, 5) + (36, 32.5), np.array(towns)])
    days = random.integers(day_number(date(2011, 6, 1)), day_number(date(2019, 1, 1)), len(where))
    asked = DatedPoints(where, days, np.where(random.random(len(where)) < 0.1, 10.0, 0.0))
    found = in_bulk(asked, derived)
    assert found == single(asked, derived)
    assert {each.basis for each in found} == {"none", "zone", "report"}


def test_bulk_on_a_coverage_with_the_distance_to_the_front() -> None:
    index = ZoneIndex(zones(Theatre(days=40, columns=12, rows=10, regions=9, flips=3)))
    where, days = points(150, 45)
    asked = DatedPoints.at(where, days.astype(np.int64))
    found = in_bulk(asked, index, fronts=True)
    assert found == single(asked, index, fronts=True)
    assert sum(each.front_km is not None for each in found) > 100
    assert {each.age_days for each in found} >= {0, None}


def test_no_zones_and_no_points_are_no_trouble() -> None:
    none = DatedPoints.at(np.empty((0, 2)), [])
    assert len(BulkJoin(ZoneIndex([])).join(none)) == 0
    assert in_bulk(DatedPoints.at(np.array([[40.0, 35.0]]), [FIRST]), ZoneIndex([])) == [Control()]
