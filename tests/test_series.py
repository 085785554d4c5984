from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, box

from geo.errors import InvalidInput
from geo.fronts import front_rows
from geo.ground import add_zones
from geo.interval import DAY, Interval, Validity
from geo.model import Feature, LngLat, Query
from geo.series import Picture, Scope, When, merged, name_of, reach
from geo.store import Store, open_store
from geo.zones import ZoneIndex

FIRST = date(2022, 4, 1)
EVERYTHING = Scope(frozenset({(None, None)}))
POINTS = {"west": LngLat(36.5, 48.5), "east": LngLat(37.5, 48.5)}
GROUNDS = {
    "west": MultiPolygon([box(36, 48, 37, 49)]), "east": MultiPolygon([box(37, 48, 38, 49)]),
    "both": MultiPolygon([box(36, 48, 38, 49)]),
}

Said = tuple[tuple[str, str], ...]
"""Pairs of controller and the name of its ground."""


def told(controller: str, ground: str, when: When, status: str = "control", step: int = 1) -> Feature:
    properties = {
        "controller": controller, "controller_b": None, "status": status, "as_of": None,
        "step_days": None if len(when) == 2 else step, "source_id": "test", "files": {name_of(when): ["hash"]},
    }
    return Feature("", GROUNDS[ground], properties, Validity())


def picture(when: When, said: Said, scope: Scope = EVERYTHING, step: int = 1) -> Picture:
    return Picture(when, scope, tuple(told(side, ground, when, step=step) for side, ground in said))


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def load(stored: Sequence[Feature], pictures: Sequence[Picture]) -> list[Feature]:
    """The rows of a source after a load, where only those within its reach are given to it."""
    near = [row for row in stored if row.valid.outer.intersects(reach(pictures))]
    far = [row for row in stored if not row.valid.outer.intersects(reach(pictures))]
    return by_time([*far, *merged(near, pictures)])


def by_time(rows: Sequence[Feature]) -> list[Feature]:
    return sorted(rows, key=lambda row: (str(row.valid.outer.start), row.id))


def spans(rows: Sequence[Feature]) -> list[tuple[object, str]]:
    return [(row.properties["controller"], str(row.valid.outer)) for row in by_time(rows)]


saids = st.sampled_from([
    (("NORTH", "west"),), (("NORTH", "both"),), (("SOUTH", "both"),), (("NORTH", "west"), ("SOUTH", "east")),
    (("NORTH", "east"), ("SOUTH", "west")),
])
snapshots = st.dictionaries(st.integers(0, 25), saids, min_size=1, max_size=8)
periods = st.dictionaries(
    st.tuples(st.integers(0, 20), st.integers(0, 8)).map(lambda pair: (day(pair[0]), day(sum(pair)))), saids,
    min_size=1, max_size=6,
)


def loads_of(pictures: list[Picture], cut: int) -> list[list[Picture]]:
    """Several loads of some pictures each, in their order."""
    return [pictures[at:at + cut] for at in range(0, len(pictures), cut)]


@given(snapshots, st.integers(1, 3), st.integers(1, 3), st.randoms())
def test_snapshots_make_the_same_rows_in_any_order_and_twice(said, step, cut, random):
    pictures = [picture((day(number),), each, step=step) for number, each in said.items()]
    at_once = by_time(merged([], pictures))
    random.shuffle(pictures)
    rows: list[Feature] = []
    for some in loads_of(pictures, cut):
        rows = load(rows, some)
    assert rows == at_once
    for some in loads_of(pictures, cut):
        rows = load(rows, some)
        assert rows == at_once


@given(snapshots, st.integers(1, 3))
def test_each_day_has_the_last_statement_while_it_is_fresh(said, step):
    rows = merged([], [picture((day(number),), each, step=step) for number, each in said.items()])
    index = ZoneIndex(rows)
    for number in range(-2, 40):
        spoken = [each for each in said if each <= number]
        fresh = bool(spoken) and number - max(spoken) <= 3 * step
        for name, point in POINTS.items():
            expected = [side for side, ground in said[max(spoken)] if ground in (name, "both")] if fresh else []
            found = index.at(point, day(number))
            assert [row.properties["controller"] for row in found] == expected
            ages = [index.age_days(row, day(number)) for row in found]
            assert ages == [number - max(spoken)] * len(ages) if fresh else ages == []


@given(periods, st.integers(1, 3), st.randoms())
def test_periods_make_the_same_rows_in_any_order_and_twice(said, cut, random):
    pictures = [picture(when, each) for when, each in said.items()]
    at_once = by_time(merged([], pictures))
    random.shuffle(pictures)
    rows: list[Feature] = []
    for some in (*loads_of(pictures, cut), *loads_of(pictures, cut)):
        rows = load(rows, some)
    assert rows == at_once


@given(periods)
def test_each_day_is_of_one_period_the_one_that_starts_last(said):
    index = ZoneIndex(merged([], [picture(when, each) for when, each in said.items()]))
    for number in range(-1, 32):
        mine = [when for when in said if when[0] <= day(number) <= when[1]]
        for name, point in POINTS.items():
            expected = [side for side, ground in said[max(mine)] if ground in (name, "both")] if mine else []
            found = index.at(point, day(number))
            assert [row.properties["controller"] for row in found] == expected
            assert [row.valid.edtf for row in found] == [name_of(max(mine)) for _ in expected]


def test_a_newer_day_makes_a_row_longer_and_an_older_one_parts_it():
    north, south = (("NORTH", "both"),), (("SOUTH", "both"),)
    rows = load([], [picture((day(0),), north)])
    assert spans(rows) == [("NORTH", "2022-04-01/2022-04-04")]
    first = rows[0].id
    rows = load(rows, [picture((day(2),), north)])
    assert spans(rows) == [("NORTH", "2022-04-01/2022-04-06")]
    assert rows[0].id == first
    assert rows[0].properties["as_of"] == ["2022-04-01", "2022-04-03"]
    assert rows[0].properties["files"] == {"2022-04-01": ["hash"], "2022-04-03": ["hash"]}
    rows = load(rows, [picture((day(1),), south)])
    assert spans(rows) == [("NORTH", "2022-04-01"), ("SOUTH", "2022-04-02"), ("NORTH", "2022-04-03/2022-04-06")]
    assert rows[0].id == first
    assert [row.properties["as_of"] for row in rows] == [["2022-04-01"], ["2022-04-02"], ["2022-04-03"]]


def test_a_correction_takes_the_place_of_what_was_said_of_its_day():
    first, second = (("NORTH", "west"), ("SOUTH", "east")), (("NORTH", "west"),)
    rows = load([], [picture((day(0),), first), picture((day(1),), second)])
    rows = load(rows, [picture((day(0),), (("SOUTH", "both"),))])
    assert spans(rows) == [("SOUTH", "2022-04-01"), ("NORTH", "2022-04-02/2022-04-05")]


def test_a_layer_leaves_the_other_layers_of_its_day_alone():
    held = Picture((FIRST,), Scope(frozenset({("NORTH", "control")})), (told("NORTH", "west", (FIRST,)),))
    claimed = Picture((FIRST,), Scope(frozenset({("SOUTH", "claimed")})), (told("SOUTH", "both", (FIRST,), "claimed"),))
    for order in permutations((held, claimed, held)):
        rows: list[Feature] = []
        for one in order:
            rows = load(rows, [one])
        assert sorted(str(row.properties["status"]) for row in rows) == (["claimed", "control"])


def test_rivals_of_one_day_in_two_loads_are_refused_in_either_order():
    sides = [
        Picture((FIRST,), Scope(frozenset({(side, "control")})), (told(side, ground, (FIRST,)),))
        for side, ground in (("NORTH", "west"), ("SOUTH", "both"))
    ]
    for one, other in permutations(sides):
        with pytest.raises(InvalidInput, match=r"2022-04-01: ground of \w+ that the source gave to \w+ before"):
            load(load([], [one]), [other])


def test_days_and_periods_of_one_source_are_refused():
    with pytest.raises(InvalidInput, match="want a source for each"):
        load(load([], [picture((FIRST,), (("NORTH", "west"),))]), [picture((FIRST, FIRST), (("NORTH", "west"),))])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "war.gpkg"), create=True)


@settings(max_examples=25)
@given(snapshots, st.randoms())
def test_the_fronts_of_a_store_are_those_of_all_its_zones(tmp_path_factory, said, random):
    store = open_store(str(tmp_path_factory.mktemp("war") / "war.gpkg"), create=True)
    pictures = [picture((day(number),), each) for number, each in said.items()]
    random.shuffle(pictures)
    for one in pictures:
        add_zones(store, [one], "test", date(2022, 6, 1))
    zones, fronts = list(store.read("zones", Query())), list(store.read("fronts", Query()))
    store.close()
    expected = by_time(front_rows(zones))
    assert [(row.id, row.valid.outer) for row in by_time(fronts)] == [(row.id, row.valid.outer) for row in expected]
    assert [row.id for row in by_time(zones)] == [row.id for row in by_time(merged([], pictures))]


def test_a_correction_keeps_what_was_believed_before(store: Store) -> None:
    learnt = [date(2022, 4, 2), date(2022, 5, 1)]
    for known_on, side in zip(learnt, ("NORTH", "SOUTH"), strict=True):
        add_zones(store, [picture((FIRST,), ((side, "both"),))], "test", known_on)
    then, now = (ZoneIndex(store.read("zones", Query(as_known_on=known_on))) for known_on in learnt)
    assert [row.properties["controller"] for row in then.at(POINTS["west"], FIRST)] == ["NORTH"]
    assert [row.properties["controller"] for row in now.at(POINTS["west"], FIRST)] == ["SOUTH"]
    store.close()


def test_loading_twice_writes_nothing(store: Store) -> None:
    pictures = [picture((FIRST + number * DAY,), (("NORTH", "west"), ("SOUTH", "east"))) for number in range(3)]
    first = add_zones(store, pictures, "test", date(2022, 6, 1))
    version = store.version()
    again = add_zones(store, pictures, "test", date(2022, 6, 2))
    assert (first.added, again.added, again.changed, again.unchanged) == (2, 0, 0, 2)
    assert store.version() == version
    (front,) = store.read("fronts", Query(when=Interval(FIRST)))
    assert str(front.valid.outer) == "2022-04-01/2022-04-06"
    store.close()
