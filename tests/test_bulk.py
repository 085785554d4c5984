"""The bulk join gives the answers of the single join."""
from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
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
from geo import bulk, flat_index, grid_index
from geo.assets import data_path
from geo.basemap import country_shapes
from geo.bulk import BulkJoin, DatedPoints
from geo.control import control_at
from geo.derive import derive
from geo.flat_index import FlatIndex, Index, compiled, index_of
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


def flat(rows: Sequence[Feature]) -> Index:
    kernel = compiled()
    assert kernel is not None, "`make install-test` builds it"
    return FlatIndex(rows, kernel)


both_rungs = pytest.mark.parametrize("made", [GridIndex, flat], ids=["numpy", "compiled"])

spots = st.lists(st.tuples(st.integers(-2, 26), st.integers(-2, 26), numbers, st.sampled_from([0, 0, 0, 60])))


@both_rungs
@settings(max_examples=150, deadline=None)
@given(random_zones(), spots)
def test_bulk_answers_what_the_single_join_answers(
    made: Callable[[Sequence[Feature]], Index], rows: list[Feature], asked: list[tuple[int, int, int, int]]
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
        patch.setattr(bulk, "index_of", made)
        patch.setattr(bulk, "AT_ONCE", 7)
        patch.setattr(flat_index, "BLOCK", 3)
        patch.setattr(grid_index, "AT_ONCE", 3)
        patch.setattr(grid_index, "BLOCK", 4)
        patch.setattr(grid_index, "PREPARED_FROM", 2)
        assert in_bulk(dated, index) == single(dated, index)


@both_rungs
@settings(max_examples=100, deadline=None)
@given(random_zones(), spots)
def test_an_index_finds_what_looking_at_every_zone_finds(
    made: Callable[[Sequence[Feature]], Index], rows: list[Feature], asked: list[tuple[int, int, int, int]]
) -> None:
    columns = np.array(asked, dtype=float).reshape(-1, 4)
    index = ZoneIndex(rows)
    hits = made(index.rows).covering(columns[:, :2] / 2, columns[:, 2].astype(np.int64))
    found = sorted((point, index.rows[row].id) for point, row in zip(*(part.tolist() for part in hits), strict=True))
    assert found == sorted(
        (number, held.id) for number, (x, y, day, _) in enumerate(asked)
        for held in index.at(LngLat(x / 2, y / 2), day_from_number(day))
    )


slabs = st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 12)] * 2)


@both_rungs
@settings(max_examples=150, deadline=None)
@given(st.lists(slabs, min_size=1, max_size=5), st.lists(slabs, max_size=4), st.integers(0, 89), st.integers(0, 1000))
def test_holes_islands_and_slanting_edges_are_no_trouble(
    made: Callable[[Sequence[Feature]], Index], given: list[tuple[int, ...]], taken: list[tuple[int, ...]],
    angle: int, seed: int,
) -> None:
    """Boxes with others cut out, turned; of the points, some lie on corners and edges, or as near as a double can."""
    whole, gaps = (
        shapely.union_all([box(x, y, x + wide, y + tall) for x, y, wide, tall in each]) for each in (given, taken))
    ground = rotate(whole.difference(gaps), angle, origin=(0, 0))
    if ground.is_empty:
        return
    random = np.random.default_rng(seed)
    corners = shapely.get_coordinates(ground)
    west, south, east, north = ground.bounds
    anywhere = random.random((300, 2)) * (east - west + 2, north - south + 2) + (west - 1, south - 1)
    on_edges = np.vstack([corners, (corners[1:] + corners[:-1]) / 2])
    nearly = [np.nextafter(on_edges, to) for to in ((-1e9, -1e9), (1e9, 1e9), (-1e9, 1e9), (1e9, -1e9))]
    where = np.vstack([on_edges, *nearly, anywhere])
    index = made([zone("north", ground, None, None)])
    expected = np.flatnonzero(shapely.intersects_xy(ground, *where.T)).tolist()
    for _ in range(2):  # the second time with what the first one kept
        hits = index.covering(where, np.full(len(where), 5900))
        assert sorted(hits.point.tolist()) == expected


@pytest.mark.parametrize("text", [
    "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 0, 1 2, 2 1, 0 0))",  # a hole that begins where the shell does
    "POLYGON ((0 0, 0 0, 4 0, 4 4, 0 4, 0 0, 0 0))",
    "MULTIPOLYGON (((0 0, 2 0, 0 2, 0 0)), ((0 0, -2 0, 0 -2, 0 0)))",
    "POLYGON ((2 2, 4 0, 4 4, 2 2, 0 4, 0 0, 2 2))",  # meets itself at its first corner: not sound
    "POLYGON ((0 0, 4 0, 4 0, 0 0, 4 0, 4 4, 0 0))",
    "LINESTRING (0 0, 4 4)",
])
def test_rings_that_come_back_early_lose_no_ground(text: str) -> None:
    ground = shapely.from_wkt(text)
    where = np.array([(x / 4, y / 4) for x in range(-9, 18) for y in range(-9, 18)])
    kernel = compiled()
    assert kernel is not None
    hits = FlatIndex([zone("north", ground, None, None)], kernel).covering(where, np.full(len(where), 5900))
    assert sorted(hits.point.tolist()) == np.flatnonzero(shapely.intersects_xy(ground, *where.T)).tolist()


def test_without_the_compiled_kernel_numpy_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = zones(Theatre(days=30, columns=12, rows=10, regions=9, flips=3))
    where, days = points(5000, 30)
    fast = index_of(rows).covering(where, days.astype(np.int64))
    monkeypatch.setitem(sys.modules, "geo.cover", None)
    slow = index_of(rows).covering(where, days.astype(np.int64))
    assert isinstance(index_of(rows), GridIndex)
    assert sorted(zip(*map(np.ndarray.tolist, fast), strict=True)) == sorted(
        zip(*map(np.ndarray.tolist, slow), strict=True))
    assert len(fast.point) > 4900


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
