"""What was known when: whatever was loaded in whatever order, an earlier day's answers stay what they were."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.belief import belief_of
from geo.control import control_at
from geo.fronts import front_rows
from geo.ground import add_zones
from geo.interval import DAY, Interval
from geo.join import history
from geo.model import BBox, Feature, Query
from geo.series import Learning, When, merged
from geo.store import Store, open_store
from geo.zones import ZoneIndex
from tests.test_series import FIRST, POINTS, Said, day, periods, picture, saids, snapshots

LOADED = date(2022, 6, 1)
NORTH, SOUTH, SPLIT = (("NORTH", "both"),), (("SOUTH", "both"),), (("NORTH", "west"), ("SOUTH", "east"))


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    yield opened
    opened.close()


def spans(store: Store, known_on: date | None = None, collection: str = "zones") -> list[tuple[str, str]]:
    found = store.read(collection, Query(as_known_on=known_on))
    return sorted((str(row.valid.outer), str(row.properties.get("controller"))) for row in found)


def holder(store: Store, known_on: date, when: date, name: str = "west") -> list[object]:
    index = ZoneIndex(store.read("zones", Query(as_known_on=known_on)))
    return [row.properties["controller"] for row in index.at(POINTS[name], when)]


def test_a_newer_day_does_not_change_what_was_said_before_it(store: Store) -> None:
    for number in range(3):
        add_zones(store, [picture((day(number),), NORTH)], "test", day(number))
    assert spans(store) == [("2022-04-01/2022-04-06", "NORTH")]
    assert spans(store, day(0)) == [("2022-04-01/2022-04-04", "NORTH")]
    assert spans(store, day(1)) == [("2022-04-01/2022-04-05", "NORTH")]
    assert spans(store, day(-1)) == []
    index = ZoneIndex(store.read("zones", Query(as_known_on=day(1))))
    (row,) = index.at(POINTS["west"], day(3))
    assert index.age_days(row, day(3)) == 2  # from the last day known then, which was not the third yet


def test_a_day_that_ends_a_row_early_ends_it_only_once_it_is_known(store: Store) -> None:
    add_zones(store, [picture((day(0),), NORTH)], "test", day(0))
    add_zones(store, [picture((day(1),), SOUTH)], "test", day(1))
    assert spans(store, day(0)) == [("2022-04-01/2022-04-04", "NORTH")]
    assert spans(store, day(1)) == [("2022-04-01", "NORTH"), ("2022-04-02/2022-04-05", "SOUTH")]


def test_an_archive_loaded_today_says_what_its_map_showed_then(store: Store) -> None:
    pictures = [picture((day(number),), said) for number, said in enumerate((NORTH, NORTH, SPLIT))]
    add_zones(store, pictures, "test", Learning(LOADED, 1))
    assert [spans(store, day(number)) for number in (0, 1, 2)] == [
        [], [("2022-04-01/2022-04-04", "NORTH")], [("2022-04-01/2022-04-05", "NORTH")],
    ]
    assert spans(store, day(3)) == spans(store) == [
        ("2022-04-01/2022-04-02", "NORTH"), ("2022-04-03/2022-04-06", "NORTH"), ("2022-04-03/2022-04-06", "SOUTH"),
    ]
    assert spans(store, day(2), "fronts") == []
    assert [days for days, _ in spans(store, day(3), "fronts")] == ["2022-04-03/2022-04-06"]


def test_an_archive_that_is_known_from_its_loading_says_nothing_of_before(store: Store) -> None:
    add_zones(store, [picture((day(0),), NORTH)], "test", LOADED)
    assert spans(store, LOADED - DAY) == []
    assert spans(store, LOADED) == [("2022-04-01/2022-04-04", "NORTH")]


def test_a_correction_of_an_archive_is_known_from_the_day_it_came(store: Store) -> None:
    add_zones(store, [picture((day(number),), NORTH) for number in range(3)], "test", Learning(LOADED, 0))
    add_zones(store, [picture((day(1),), SOUTH)], "test", Learning(LOADED + DAY, 0))
    assert [holder(store, known_on, day(1)) for known_on in (day(0), day(1), LOADED, LOADED + DAY)] == [
        ["NORTH"], ["NORTH"], ["NORTH"], ["SOUTH"],
    ]
    assert spans(store, LOADED) == [("2022-04-01/2022-04-06", "NORTH")]
    assert spans(store) == [("2022-04-01", "NORTH"), ("2022-04-02", "SOUTH"), ("2022-04-03/2022-04-06", "NORTH")]
    rows = list(store.read("zones", Query()))
    assert [str(row.known.start) for row in rows if row.valid.outer.start == day(1)] == ["2022-06-02"]


def test_a_correction_of_the_day_on_which_it_was_loaded_leaves_no_trace(store: Store) -> None:
    add_zones(store, [picture((day(0),), NORTH)], "test", LOADED)
    add_zones(store, [picture((day(0),), SOUTH)], "test", LOADED)
    assert holder(store, LOADED, day(0)) == ["SOUTH"]
    assert spans(store, LOADED - DAY) == []


def test_a_period_that_a_later_one_covers_is_what_was_believed_before(store: Store) -> None:
    for order in permutations([picture((day(4), day(6)), NORTH), picture((day(4), day(9)), SOUTH)]):
        for one in order:
            add_zones(store, [one], "test", Learning(LOADED, 0))
        assert spans(store) == [("2022-04-05/2022-04-10", "SOUTH")]
        assert spans(store, day(6)) == spans(store, day(8)) == [("2022-04-05/2022-04-07", "NORTH")]
        assert spans(store, day(9)) == [("2022-04-05/2022-04-10", "SOUTH")]
        assert spans(store, day(5)) == []


def test_a_daily_file_makes_no_row_twice(store: Store, store_address: str) -> None:
    for number in range(40):
        add_zones(store, [picture((day(number),), NORTH if number % 8 < 6 else SPLIT)], "test", day(number))
    every = list(open_store(store_address).read("zones", Query()))
    assert len(every) == 5 + 5 * 2
    assert store.delete("zones", Query()) == 15
    assert [spans(store, day(number)) for number in range(0, 41, 8)] == [[]] * 6  # nothing else was kept


def test_between_two_turns_the_belief_is_one(store: Store) -> None:
    add_zones(store, [picture((day(number),), NORTH) for number in (0, 1, 7)], "test", Learning(LOADED, 0))
    turns = store.belief_days("zones")
    assert turns == (day(0), day(1), day(7)) == store.belief_days("fronts")
    assert [belief_of(turns, day(number)) for number in (1, 4, 6, 7)] == [day(1), day(1), day(1), None]


@dataclass(frozen=True)
class Load:
    """Pictures that are loaded together on a day, some for days of which there are pictures already."""

    on: date
    said: dict[When, Said]
    lag: int | None


def days_of(numbers: dict[int, Said]) -> dict[When, Said]:
    return {(day(number),): said for number, said in numbers.items()}


lags = st.none() | st.integers(0, 3)
saids_of_days = st.dictionaries(st.integers(0, 12), saids, min_size=1, max_size=5).map(days_of)


@st.composite
def loads(draw: st.DrawFn, of: st.SearchStrategy[dict[When, Said]]) -> list[Load]:
    """Loads in the order of their days, before, while and after the days that they speak of."""
    days = sorted(draw(st.lists(st.integers(0, 40), min_size=1, max_size=4)))
    return [Load(day(number), draw(of), draw(lags)) for number in days]


def believed(loaded: Sequence[Load], known_on: date) -> dict[When, Said]:
    """By plain reckoning: of each day's pictures in the order they came, the last that was known."""
    versions: dict[When, list[tuple[date, Said]]] = {}
    for load in loaded:
        for when, said in load.said.items():
            known = versions.setdefault(when, [])
            first = load.on if load.lag is None else min(load.on, when[-1] + load.lag * DAY)
            if not known:
                known.append((first, said))
            elif sorted(known[-1][1]) != sorted(said):
                known.append((max(load.on, known[-1][0]), said))
    found: dict[When, Said] = {}
    for when, told in versions.items():
        then = [said for first, said in told if first <= known_on]
        if then:
            found[when] = then[-1]
    return found


def plain(rows: Sequence[Feature]) -> list[tuple[object, ...]]:
    """Rows without when they were known."""
    return sorted((row.id, row.valid, str(row.properties["controller"]), str(row.properties["as_of"])) for row in rows)


def stored(loaded: Sequence[Load], folder: Path) -> Store:
    store = open_store(str(folder / "war.gpkg"), create=True)
    for load in loaded:
        add_zones(store, [picture(when, said) for when, said in load.said.items()], "test", Learning(load.on, load.lag))
    return store


@settings(max_examples=60)
@given(loads(saids_of_days))
def test_each_day_is_answered_by_the_pictures_known_then(tmp_path_factory, loaded):
    store = stored(loaded, tmp_path_factory.mktemp("war"))
    for number in range(-1, 44, 3):
        known = believed(loaded, day(number))
        expected = merged([], [picture(when, said) for when, said in known.items()]) if known else []
        found = list(store.read("zones", Query(as_known_on=day(number))))
        assert plain(found) == plain(expected)
        lines = store.read("fronts", Query(as_known_on=day(number)))
        assert sorted((row.id, row.valid) for row in lines) == sorted((row.id, row.valid) for row in front_rows(found))
        for query in QUERIES:
            part = list(store.read("zones", replace(query, as_known_on=day(number))))
            assert plain(part) == plain([row for row in found if is_asked(row, query)])
    store.close()


EAST = BBox(37.2, 48, 38, 49)
QUERIES = (
    Query(when=Interval(day(5), day(8))), Query(bbox=EAST),
    Query(bbox=EAST, when=Interval.of_day(day(9)), where={"controller": ("NORTH",)}),
)


def is_asked(row: Feature, query: Query) -> bool:
    assert row.geometry is not None
    return (
        (query.when is None or row.valid.outer.intersects(query.when))
        and (query.bbox is None or row.geometry.bounds[2] >= query.bbox.west)
        and (not query.where or row.properties["controller"] in query.where["controller"])
    )


@settings(max_examples=60)
@given(loads(periods))
def test_each_day_is_answered_by_the_periods_known_then(tmp_path_factory, loaded):
    loaded = [replace(load, lag=None) for load in loaded]
    store = stored(loaded, tmp_path_factory.mktemp("war"))
    for number in range(-1, 44, 3):
        known = believed(loaded, day(number))
        expected = merged([], [picture(when, said) for when, said in known.items()]) if known else []
        assert plain(list(store.read("zones", Query(as_known_on=day(number))))) == plain(expected)
    store.close()


@settings(max_examples=40)
@given(snapshots | periods, lags, st.integers(1, 3), st.randoms())
def test_the_order_of_loads_changes_nothing_of_what_was_known_when(tmp_path_factory, said, lag, cut, random):
    whens = {key if isinstance(key, tuple) else (day(key),): told for key, told in said.items()}
    items, contents = list(whens.items()), []
    for _ in range(2):
        store = stored(
            [Load(LOADED, dict(items[at:at + cut]), lag) for at in range(0, len(items), cut)],
            tmp_path_factory.mktemp("war"),
        )
        asked = [None, *(day(number) for number in range(-1, 40, 2))]
        contents.append([[(row.id, row.valid, row.known, row.properties) for row in
                          store.read("zones", Query(as_known_on=known_on))] for known_on in asked])
        store.close()
        random.shuffle(items)
    assert contents[0] == contents[1]


@settings(max_examples=60)
@given(loads(saids_of_days) | loads(periods))
def test_under_every_belief_a_place_has_no_day_twice(tmp_path_factory, loaded):
    store = stored(loaded, tmp_path_factory.mktemp("war"))
    for known_on in (None, *(day(number) for number in range(0, 44, 6))):
        index = ZoneIndex(store.read("zones", Query(as_known_on=known_on)))
        for point in POINTS.values():
            line = [row.valid.outer for row in index.history(point)]
            for one, other in pairwise(line):
                assert one.end is not None and other.start is not None and one.end <= other.start
            held = {FIRST + timedelta(number) for number in range(-5, 60)
                    if index.at(point, FIRST + timedelta(number))}
            assert held == {each for span in line for each in held if each in span}
    store.close()


@settings(max_examples=40)
@given(snapshots, st.data(), st.randoms())
def test_corrections_between_other_loads_change_nothing_of_what_was_known_when(tmp_path_factory, numbers, data, random):
    said = days_of(numbers)
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(said)), saids, max_size=4))
    first = [Load(LOADED, {when: told}, 1) for when, told in said.items()]
    later = [Load(LOADED + DAY, {when: told}, 1) for when, told in changed.items()]
    orders = [[*first, *later], random.sample([*first, *later], len(first) + len(later))]
    orders[1].sort(key=lambda load: load.on if set(load.said) & set(changed) else random.choice([LOADED, LOADED + DAY]))
    contents = []
    for loaded in orders:
        store = stored(loaded, tmp_path_factory.mktemp("war"))
        contents.append([[(row.id, row.valid, row.known, row.properties) for row in
                          store.read("zones", Query(as_known_on=known_on))]
                         for known_on in (None, LOADED, LOADED + DAY, *(day(number) for number in range(0, 30, 3)))])
        store.close()
    assert contents[0] == contents[1]


@settings(max_examples=40)
@given(loads(saids_of_days) | loads(periods))
def test_a_places_record_partitions_time_and_agrees_with_asking_on_a_day(tmp_path_factory, loaded):
    store = stored(loaded, tmp_path_factory.mktemp("war"))
    for known_on in (None, day(9), day(20)):
        index = ZoneIndex(store.read("zones", Query(as_known_on=known_on)))
        for point in POINTS.values():
            lines = history(point, index)
            assert (lines[0].valid.outer.start, lines[-1].valid.outer.end) == (None, None)
            assert all(one.valid.outer.end == other.valid.outer.start for one, other in pairwise(lines))
            for number in range(-3, 45):
                (line,) = [line for line in lines if day(number) in line.valid.outer]
                found = control_at(point, Interval.of_day(day(number)), index)
                assert (line.control.controller, line.control.basis) == (found.controller, found.basis)
    store.close()
