"""How fresh the newest statement is on each day, and which days are vague."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from shapely.geometry import box

from geo.evidence import Run, evidence, vague_days
from geo.interval import DAY, Interval, Validity, day_from_number, day_number, parse_datetime
from geo.model import Feature
from geo.store import open_store

DAY_1 = day_number(date(2016, 4, 1))


def row(span: str, as_of: Sequence[str] | None = None, certain: str | None = None) -> Feature:
    outer = parse_datetime(span)
    valid = Validity(outer, parse_datetime(certain) if certain else outer, None, "day")
    return Feature(f"{span} {as_of}", box(36, 34, 37, 35), {"as_of": None if as_of is None else list(as_of)}, valid)


def april(*days: int) -> list[str]:
    return [f"2016-04-{day:02}" for day in days]


@pytest.mark.parametrize("rows, wanted", [
    ([], []),
    ([row("2016-04-01/2016-04-10", april(1))], [(0, 10, 0)]),
    ([row("2016-04-01/2016-04-04", april(1, 2, 3, 4))], [(0, 4, None)]),
    ([row("2016-04-01/2016-04-06", april(1, 2))], [(0, 1, None), (1, 6, 1)]),
    ([row("2016-04-01/2016-04-02"), row("2016-04-05/2016-04-05", april(5))], [(0, 2, None), (4, 5, None)]),
    # what ended is shown no more: the older statement is the newest
    ([row("2016-04-01/2016-04-09", april(1)), row("2016-04-03/2016-04-04", april(3))],
     [(0, 2, 0), (2, 4, 2), (4, 9, 0)]),
    ([row("2016-04-02/..", april(2))], [(1, None, 1)]),
    ([row("2016-04-02/..")], [(1, None, 1)]),
    ([row("../2016-04-02")], []),
    ([row("2016-04-04/2016-04-06", april(1, 2, 9))], [(3, 6, 1)]),  # a neighbour parted it from its statement
    ([row("2016-04-04/2016-04-06", april(2, 5))], [(3, 4, 1), (4, 6, 4)]),
    ([row("2016-04-02/2016-04-03", april(9))], []),
])
def test_the_newest_statement_that_holds(rows: list[Feature], wanted: list[tuple[int, int | None, int | None]]) -> None:
    shifted = [Run(DAY_1 + start, None if end is None else DAY_1 + end, None if newest is None else DAY_1 + newest)
               for start, end, newest in wanted]
    assert evidence(rows) == shifted


@given(some.lists(some.tuples(some.integers(0, 20), some.integers(1, 12), some.sets(some.integers(0, 30)))))
def test_as_by_looking_at_each_day(drawn: list[tuple[int, int, set[int]]]) -> None:
    rows = []
    for start, length, said in drawn:
        first = day_from_number(DAY_1 + start)
        valid = Validity.exactly(Interval(first, first + length * DAY))
        told = [str(day_from_number(DAY_1 + day)) for day in sorted(said)]
        rows.append(Feature(f"{start}", box(36, 34, 37, 35), {"as_of": told}, valid))
    found = {day: day if run.newest is None else run.newest for run in evidence(rows) for day in range(*run[:2])}
    for day in range(DAY_1 - 1, DAY_1 + 40):
        said_by_then = [
            DAY_1 + each for start, length, said in drawn for each in said
            if start <= day - DAY_1 < start + length and DAY_1 + each <= day
        ]
        assert found.get(day) == max(said_by_then, default=None)


@pytest.mark.parametrize("rows, wanted", [
    ([row("2016-04-01/2016-04-10")], []),
    ([row("2016-04-01/2016-04-10", certain="2016-04-03/2016-04-08")], [(0, 2), (8, 10)]),
    ([row("2016-04-01/2016-04-03", certain="2016-04-20/2016-04-21")], [(0, 3)]),  # at no time for certain
    ([row("2016-04-01/2016-04-10", certain="2016-04-03/2016-04-10"),
      row("2016-04-02/2016-04-10", certain="2016-04-05/2016-04-10")], [(0, 4)]),
    ([row("2016-04-01/..", certain="2016-04-03/..")], [(0, 2)]),
])
def test_days_on_which_something_is_not_certain(rows: list[Feature], wanted: list[tuple[int, int]]) -> None:
    assert vague_days(rows) == [(DAY_1 + start, DAY_1 + end) for start, end in wanted]


def test_a_store_tells_days_without_shapes_and_counts_exact_ones(store_address: str) -> None:
    store = open_store(store_address, create=True)
    store.write("zones", [row("2016-04-01/2016-04-10", april(1, 4), certain="2016-04-03/2016-04-10")], date(2026, 1, 1))
    (told,) = store.dated("zones")
    assert (told.geometry, told.properties) == (None, {"as_of": april(1, 4)})
    assert evidence([told]) == [Run(DAY_1, DAY_1 + 3, DAY_1), Run(DAY_1 + 3, DAY_1 + 10, DAY_1 + 3)]
    assert vague_days([told]) == [(DAY_1, DAY_1 + 2)]
    spans = {"a": "2016-04-08", "b": "2016-04-08", "c": "2016-04-11", "d": "2016-04", "e": "2016-04-01/.."}
    days = {"d": Interval(date(2016, 4, 1), date(2016, 5, 1))}
    events = [Feature(id_, box(36, 34, 37, 35).centroid, {"type": "attack"},
                      Validity.exactly(days.get(id_) or parse_datetime(span))) for id_, span in spans.items()]
    store.write("events", events, date(2026, 1, 1))
    assert store.day_counts("events") == {date(2016, 4, 8): 2, date(2016, 4, 11): 1}
    store.close()
