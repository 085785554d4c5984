from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from geo import near_front
from geo.fronts import contacts
from geo.interval import Interval, Validity, day_from_number
from geo.measure import distance_km, nearest, segments
from geo.model import Feature, LngLat
from geo.zones import ZoneIndex, answered

SQUARE = box(36, 48, 40, 50)


def zone(
    controller: str, ground: BaseGeometry, start: str | None, end: str | None, **properties: object
) -> Feature:
    span = Interval(*(date.fromisoformat(day) if day else None for day in (start, end)))
    said = {"controller": controller, "status": "control", "source_id": "test", "method": "drawn", **properties}
    return Feature(f"{controller} {start} {ground.wkb_hex[-12:]}", ground, said, Validity.exactly(span))


def sides(zones: list[Feature]) -> list[object]:
    return [zone.properties["controller"] for zone in zones]


@pytest.mark.parametrize(("day", "controllers"), [
    ("2022-03-31", []), ("2022-04-01", ["north"]), ("2022-09-09", ["north"]), ("2022-09-10", []),
])
def test_a_zone_answers_from_its_first_day_up_to_not_including_its_end(day: str, controllers: list[str]) -> None:
    zones = ZoneIndex([zone("north", SQUARE, "2022-04-01", "2022-09-10")])
    assert sides(zones.at(LngLat(37, 49), date.fromisoformat(day))) == controllers


def test_open_ends_answer_for_ever_and_edges_count() -> None:
    zones = ZoneIndex([zone("north", SQUARE, None, None)])
    for day in (date(1900, 1, 1), date(2099, 12, 31)):
        assert sides(zones.at(LngLat(36, 49), day)) == ["north"]
        assert zones.at(LngLat(35.999999, 49), day) == []


def test_an_empty_index_says_nothing() -> None:
    zones = ZoneIndex([])
    assert zones.at(LngLat(0, 0), date(2016, 1, 1)) == []
    assert zones.history(LngLat(0, 0)) == []


def snapshot(controller: str, ground: BaseGeometry, days: list[str], step: int = 1) -> Feature:
    last = str(date.fromisoformat(days[-1]) + timedelta(days=3 * step + 1))
    return zone(controller, ground, days[0], last, as_of=days, step_days=step, method="snapshot")


@pytest.mark.parametrize(("day", "controllers"), [
    ("2022-04-01", ["north"]), ("2022-04-04", ["north"]), ("2022-04-05", []), ("2022-04-09", []),
    ("2022-04-10", ["south"]), ("2022-04-13", ["south"]), ("2022-04-14", []),
])
def test_a_stepped_source_is_believed_for_three_steps_and_never_the_nearest(day: str, controllers: list[str]) -> None:
    zones = ZoneIndex([snapshot("north", SQUARE, ["2022-04-01"]), snapshot("south", SQUARE, ["2022-04-10"])])
    assert sides(zones.at(LngLat(37, 49), date.fromisoformat(day))) == controllers


def test_the_next_day_of_a_source_ends_the_last_one_even_where_it_says_nothing() -> None:
    far = box(10, 10, 11, 11)
    zones = ZoneIndex([snapshot("north", SQUARE, ["2022-04-01"]), snapshot("south", far, ["2022-04-02"])])
    assert sides(zones.at(LngLat(37, 49), date(2022, 4, 1))) == ["north"]
    assert zones.at(LngLat(37, 49), date(2022, 4, 2)) == []


def test_rows_of_one_source_are_cut_to_follow_each_other_in_any_order_of_loads() -> None:
    one, two = snapshot("north", SQUARE, ["2022-04-01"]), snapshot("south", SQUARE, ["2022-04-02"])
    for loads in ([one, two], [two, one]):
        cut = sorted(answered(loads), key=lambda row: row.id)
        assert [str(row.valid.outer) for row in cut] == ["2022-04-01", "2022-04-02/2022-04-05"]
        assert answered(cut) == cut
    gap = answered([snapshot("north", SQUARE, ["2022-04-01", "2022-04-20"])])
    assert [row.properties["as_of"] for row in gap] == [["2022-04-01"], ["2022-04-20"]]
    assert len({row.id for row in gap}) == 2


def test_a_row_of_several_days_leaves_its_gaps_open() -> None:
    days = ["2022-04-01", "2022-04-02", "2022-04-20"]
    zones = ZoneIndex([snapshot("north", SQUARE, days)])
    spans = [str(row.valid.outer) for row in zones.history(LngLat(37, 49))]
    assert spans == ["2022-04-01/2022-04-05", "2022-04-20/2022-04-23"]


corners = st.integers(0, 8)
numbers = st.integers(5900, 5930)


@st.composite
def random_zones(draw: st.DrawFn) -> list[Feature]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        west, south = draw(corners), draw(corners)
        ground = box(west, south, west + draw(st.integers(1, 4)), south + draw(st.integers(1, 4)))
        start = draw(st.none() | numbers)
        end = draw(st.none() | st.integers((start or 5900) + 1, 5935))
        days = (str(day_from_number(day)) if day is not None else None for day in (start, end))
        found.append(zone(f"side {number}", ground, *days))
    return found


@settings(max_examples=150, deadline=None)
@given(random_zones(), st.tuples(st.integers(0, 24), st.integers(0, 24)), numbers)
def test_the_index_finds_what_looking_at_every_zone_finds(
    rows: list[Feature], spot: tuple[int, int], number: int
) -> None:
    point, day = LngLat(spot[0] / 2, spot[1] / 2), day_from_number(number)
    plain = [
        row.id for row in rows
        if row.geometry is not None and row.geometry.intersects(Point(point)) and day in row.valid.outer
    ]
    assert sorted(row.id for row in ZoneIndex(rows).at(point, day)) == sorted(plain)


@settings(max_examples=60, deadline=None)
@given(random_zones(), st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_history_says_the_same_as_asking_every_day(rows: list[Feature], spot: tuple[int, int]) -> None:
    zones, point = ZoneIndex(rows), LngLat(*spot)
    line = zones.history(point)
    assert [row.valid.outer.start or date.min for row in line] == sorted(
        row.valid.outer.start or date.min for row in line
    )
    for number in range(5895, 5940):
        day = day_from_number(number)
        assert {row.id for row in line if day in row.valid.outer} == {row.id for row in zones.at(point, day)}


def test_near_measures_to_the_edge() -> None:
    zones = ZoneIndex([zone("north", SQUARE, None, None)])
    ((km, found),) = zones.near(LngLat(35.9, 49), 10, Interval.of_day(date(2022, 4, 1)))
    assert found.properties["controller"] == "north"
    assert 7.3 < km < 7.33
    assert zones.near(LngLat(35.9, 49), 7.3, Interval.of_day(date(2022, 4, 1))) == []


def test_many_threads_get_the_answers_of_one() -> None:
    rows = [
        zone(f"side {number}", Point(36 + number % 7, 48).buffer(1.2), f"2022-04-{1 + number % 9:02}", "2022-05-01")
        for number in range(60)
    ]
    asked = [(LngLat(35 + step / 50, 48.2), date(2022, 4, 1 + step % 20)) for step in range(400)]
    alone = [[row.id for row in ZoneIndex(rows).at(*each)] for each in asked[:40]]
    zones = ZoneIndex(rows)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda each: [row.id for row in zones.at(*each)], asked))
    assert together[:40] == alone


@pytest.mark.parametrize("mix", [near_front._MIX, np.zeros(3, np.uint64)], ids=["hashed", "all hashes collide"])
@settings(max_examples=100, deadline=None)
@given(random_zones(), st.tuples(st.integers(0, 24), st.integers(0, 24)), numbers)
def test_the_nearest_front_is_that_of_the_lines_of_the_whole_day(
    mix: NDArray[np.uint64], rows: list[Feature], spot: tuple[int, int], number: int
) -> None:
    """Boxes that touch, overlap and run along parts of each other's edges, of two sides and of one that shares."""
    rows = [replace(row, properties={**row.properties, "controller": f"side {at % 2}",
                                     "controller_b": "side 1" if at % 5 == 0 else None}) for at, row in enumerate(rows)]
    point, day = LngLat(spot[0] / 2 + 0.1, spot[1] / 2 + 0.2), day_from_number(number)
    lines: list[BaseGeometry] = [contact.line for contact in contacts(row for row in rows if day in row.valid.outer)]
    foot = nearest(point, segments(lines)) if lines else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_front, "_MIX", mix)
        found = ZoneIndex(rows).front_foot(point, "test", day)
    assert (foot is None) == (found is None)
    if foot is not None and found is not None:
        assert distance_km(point, found) == pytest.approx(distance_km(point, foot), rel=2e-3, abs=1e-6)
