"""Points of low zooms: what is counted together, that a slider stays right, and what a tile costs then."""
from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
from shapely.geometry import MultiPoint, Point

from bench.coverage import FIRST_DAY, reports
from geo.grid import Tile, tile_at
from geo.interval import DAY, Interval, Validity, day_from_number, day_number
from geo.model import Feature, LngLat
from geo.schema import EVENTS, MENTIONS, Collection
from geo.tiles import rungs
from geo.tiles.counted import DEEPEST, MOST
from geo.tiles.encoder import TileSet

RAI = (37.4472, 36.6158)
NEAR_RAI = (37.4473, 36.6159)
HERE = tile_at(LngLat(*RAI), 6)
APRIL = Interval(date(2016, 4, 1), date(2016, 5, 1))


def mention(id_: str, at: tuple[float, float] = RAI, span: str = "2016-04-11/2016-04-12", **said: object) -> Feature:
    start, end = map(date.fromisoformat, span.split("/"))
    given = {"controller": "ISIL", "title": f"Story {id_}", "control_certainty": "certain", **said}
    return Feature(id_, Point(at), given, Validity.exactly(Interval(start, end)))


def shown(rows: list[Feature], tile: Tile, window: Interval | None, collection: Collection = MENTIONS) -> list[Any]:
    return drawn([TileSet(collection, lambda: rows, rung=rungs.chosen(name)) for name in ("c", "numpy")], tile, window)


def drawn(made: list[TileSet], tile: Tile, window: Interval | None) -> list[Any]:
    """What both rungs draw."""
    data = [each.tile(tile, window) for each in made]
    assert data[0] == data[1]
    if not data[0]:
        return []
    layers = mapbox_vector_tile.decode(data[0], default_options={"y_coord_down": True})
    return [feature for layer in layers.values() for feature in layer["features"]]


def counts(rows: list[Feature], window: Interval | None = APRIL, zoom: int = 6) -> list[int]:
    return sorted(each["properties"].get("count", 1) for each in shown(rows, tile_at(LngLat(*RAI), zoom), window))


def test_points_of_one_cell_and_day_become_one_that_says_only_what_they_share() -> None:
    (one,) = shown([mention("a"), mention("b", NEAR_RAI)], HERE, APRIL)
    assert one["properties"] == {
        "controller": "ISIL", "control_certainty": "certain", "from": 5945, "to": 5946, "count": 2,
    }


def test_what_is_alone_keeps_its_identity() -> None:
    (one,) = shown([mention("a")], HERE, APRIL)
    assert one["properties"] == {
        "id": "a", "title": "Story a", "controller": "ISIL", "control_certainty": "certain", "from": 5945, "to": 5946,
    }
    (one,) = shown([mention("a")], HERE, Interval.of_day(date(2016, 4, 11)))
    assert (one["properties"]["id"], one["properties"]["valid_from"]) == ("a", "2016-04-11")


@pytest.mark.parametrize("other, found", [
    (mention("b", controller="SDF"), [1, 1]),
    (mention("b", control_certainty="uncertain"), [1, 1]),
    (mention("b", title="Another story"), [2]),
    (mention("b", span="2016-04-11/2016-04-13"), [1, 1]),
    (mention("b", at=(38.4, 36.6)), [1, 1]),
    (mention("b", span="2016-06-01/2016-06-02"), [1]),
])
def test_what_looks_otherwise_or_has_other_days_is_counted_for_itself(other: Feature, found: list[int]) -> None:
    assert counts([mention("a"), other]) == found


def test_vague_days_are_not_counted_with_exact_ones() -> None:
    exact = mention("a", span="2016-04-11/2016-04-14")
    vague = replace(mention("b"), valid=Validity(exact.valid.outer, Interval(date(2016, 4, 12), date(2016, 4, 14))))
    assert counts([exact, vague]) == [1, 1]
    (both,) = shown([vague, replace(vague, id="c")], HERE, APRIL)
    assert (both["properties"]["count"], both["properties"]["certain_from"]) == (2, "2016-04-12")


def test_a_tile_of_one_day_counts_all_of_that_day() -> None:
    rows = [mention("a"), mention("b", span="2016-04-01/2016-05-01"), mention("c", span="2016-04-12/2016-04-13")]
    (one,) = shown(rows, HERE, Interval.of_day(date(2016, 4, 11)))
    assert one["properties"]["count"] == 2
    assert (one["properties"]["valid_from"], one["properties"]["valid_to"]) == ("2016-04-01", "2016-05-01")


def test_deep_zooms_and_several_points_of_one_row_are_not_counted() -> None:
    assert counts([mention("a"), mention("b")], zoom=DEEPEST) == [2]
    assert counts([mention("a"), mention("b")], zoom=DEEPEST + 1) == [1, 1]
    scattered = replace(mention("c"), geometry=MultiPoint([RAI, (37.5, 36.7)]))
    assert counts([mention("a"), mention("b"), scattered]) == [1, 1, 1]


def test_events_are_counted_by_type_and_actor() -> None:
    rows = [mention(str(number), type=kind, actor=actor) for number, (kind, actor) in enumerate(
        [("attack", "SDF"), ("attack", "SDF"), ("siege", "SDF"), ("attack", "ISIL")])]
    assert sorted(each["properties"].get("count", 1) for each in shown(rows, HERE, APRIL, EVENTS)) == [1, 1, 2]


@cache
def war() -> tuple[list[Feature], list[TileSet]]:
    rows = reports(3000, 40)
    return rows, [TileSet(MENTIONS, lambda: rows, rung=rungs.chosen(name)) for name in ("c", "numpy")]


@pytest.mark.parametrize("tile", [Tile(3, 4, 3), Tile(5, 19, 12), Tile(6, 39, 25), Tile(9, 312, 201)])
def test_on_every_day_of_a_window_the_counts_are_those_of_the_rows(tile: Tile) -> None:
    rows, made = war()
    start = day_from_number(FIRST_DAY + 10)
    month = drawn(made, tile, Interval(start, start + 25 * DAY))
    for number in range(day_number(start), day_number(start) + 25, 8):
        day = day_from_number(number)
        alone = drawn(made, tile, Interval.of_day(day))
        by_side = [Counter[str](), Counter[str]()]
        for counted, features in zip(by_side, (month, alone), strict=True):
            for each in features:
                said = each["properties"]
                if said["from"] <= number < said["to"]:
                    counted[said["controller"]] += said.get("count", 1)
        assert by_side[0] == by_side[1]
        if tile.z == 3:
            assert sum(by_side[0].values()) == sum(day in row.valid.outer for row in rows)


def test_where_too_many_would_be_left_days_are_counted_together() -> None:
    rows = reports(24_000, 1200)
    made = TileSet(MENTIONS, lambda: rows)
    data = made.tile(Tile(3, 4, 3))
    features = [each["properties"] for each in mapbox_vector_tile.decode(data)["mentions"]["features"]]
    assert sum(each.get("count", 1) for each in features) == len(rows)
    assert 1000 < len(features) <= MOST
    assert len(data) <= 500_000
    assert max(each["to"] - each["from"] for each in features) > 1
    month = mapbox_vector_tile.decode(made.tile(Tile(3, 4, 3), Interval(date(2015, 3, 1), date(2015, 4, 1))))
    assert {each["properties"]["to"] - each["properties"]["from"] for each in month["mentions"]["features"]} == {1}
