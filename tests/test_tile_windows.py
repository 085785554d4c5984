"""Tiles of a window of days: what they cost, in which order they say it, and that their numbers lead to ids."""
from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
from shapely.geometry import Polygon, box

from bench.coverage import FIRST_DAY, Theatre, zone_id, zones
from bench.tiles import windows
from geo.grid import Tile
from geo.interval import Interval, Validity, day_from_number
from geo.model import Feature
from geo.schema import ZONES
from geo.tiles import arrays, lineage
from geo.tiles.encoder import TileSet

DAY = day_from_number(FIRST_DAY + 10)
SMALL = Theatre(days=50, columns=40, rows=30, regions=26, flips=4.4)
"""As many cells a region, and as many of them go over a day, as on the benchmark's ground."""


@cache
def war() -> tuple[list[Feature], TileSet]:
    rows = zones(SMALL)
    return rows, TileSet(ZONES, lambda: rows)


def decoded(data: bytes) -> list[Any]:
    return [feature for layer in mapbox_vector_tile.decode(data).values() for feature in layer["features"]]


@pytest.mark.parametrize("zoom", [5, 6, 7, 8, 9, 11, 13])
def test_thirty_days_cost_at_most_twice_the_gzip_bytes_of_one(zoom: int) -> None:
    day, month, *_ = windows(war()[1], DAY, zoom)
    assert 100 < month <= 2 * day


def test_versions_that_follow_one_another_stand_together() -> None:
    rows, made = war()
    starts = {row.valid.outer.start for row in rows}
    region = {zone_id(number, start): number for number in range(SMALL.regions) for start in starts if start}
    shown = [region[made.id_of(each["id"]) or ""] for each in decoded(made.tile(Tile(4, 9, 6), None))]
    assert len(shown) > 200
    assert sum(one != other for one, other in pairwise(shown)) == len(set(shown)) - 1


def test_a_tile_knows_every_feature_by_a_number_that_leads_to_its_id() -> None:
    rows, made = war()
    known = {row.id for row in rows}
    for window in (Interval.of_day(DAY), Interval(DAY, date(2014, 3, 1)), None):
        numbers = [each["id"] for each in decoded(made.tile(Tile(5, 19, 12), window))]
        assert len(set(numbers)) == len(numbers) > 20
        assert {made.id_of(number) for number in numbers} <= known
    for nothing in (-1, len(rows), 2**53, 2**70):
        assert made.id_of(nothing) is None


def version(id_: str, area: Polygon, start: int, end: int) -> Feature:
    span = Interval(day_from_number(5000 + start), day_from_number(5000 + end))
    return Feature(id_, area, {"controller": "ISIL"}, Validity.exactly(span))


@pytest.mark.parametrize("rows, order", [
    ([], []),
    ([version("a", box(37, 36, 38, 37), 0, 5), version("b", box(39, 36, 40, 37), 0, 5),
      version("b2", box(39, 36, 40.1, 37), 5, 9), version("a2", box(37, 36, 38.1, 37), 5, 9)], ["a", "a2", "b", "b2"]),
    ([version("late", box(37, 36, 38, 37), 5, 9), version("early", box(37, 36, 38, 37), 0, 5)], ["early", "late"]),
    ([version("a", box(37, 36, 38, 37), 0, 4), version("gap", box(37, 36, 38, 37), 5, 9)], ["a", "gap"]),
])
def test_who_follows_whom_is_told_by_side_day_and_ground(rows: list[Feature], order: list[str]) -> None:
    numbers = lineage.numbers(arrays.columns(ZONES, rows))
    assert [row.id for _, row in sorted(zip(numbers.tolist(), rows, strict=True))] == order
