"""A mark names what a tile will show: the same marks the same bytes, whatever day, version or process they are from."""
from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from shapely.affinity import translate

from bench.coverage import EXTENT, FIRST_DAY, Theatre, reports, zones
from geo.grid import Tile, tile_at
from geo.interval import DAY, Interval, day_from_number
from geo.model import Feature, LngLat
from geo.schema import MENTIONS, ZONES
from geo.tiles.encoder import TileSet

DAYS = [day_from_number(FIRST_DAY + number) for number in range(40)]


@cache
def war() -> tuple[Feature, ...]:
    return tuple(zones(Theatre(days=40, columns=16, rows=12, regions=12, flips=4)))


@cache
def tiles() -> TileSet:
    return TileSet(ZONES, war)


def tiles_at(zoom: int) -> list[Tile]:
    west, south, east, north = EXTENT
    spread = [(west + (east - west) * x / 5, south + (north - south) * y / 5) for x in range(1, 5) for y in range(1, 5)]
    return sorted({tile_at(LngLat(*at), zoom) for at in spread})


@pytest.mark.parametrize("zoom", [5, 8, 11, 14])
def test_equal_marks_are_equal_tiles_and_different_tiles_have_different_marks(zoom: int) -> None:
    by_mark: dict[tuple[Tile, bytes], bytes] = {}
    for tile in tiles_at(zoom):
        for day in DAYS:
            content = tiles().content(tile, Interval.of_day(day))
            made = by_mark.setdefault((tile, content.mark), content.make())
            assert made == tiles().tile(tile, Interval.of_day(day))
    assert len(by_mark) > len(tiles_at(zoom)), "nothing ever changed: the test shows nothing"


@pytest.mark.parametrize("zoom", [5, 9, 12])
def test_a_run_is_all_days_on_which_the_tile_has_one_mark(zoom: int) -> None:
    for tile in tiles_at(zoom)[:6]:
        marks = {day: tiles().content(tile, Interval.of_day(day)).mark for day in DAYS}
        for day in DAYS:
            run = tiles().run(tile, day)
            assert day in run
            assert {other for other in DAYS if other in run} == {
                other for other in DAYS if marks[other] == marks[day]}
            for outside in (run.start and run.start - DAY, run.end):
                if outside is not None:
                    assert tiles().content(tile, Interval.of_day(outside)).mark != marks[day]


def test_a_change_marks_the_tiles_that_it_meets_and_no_other() -> None:
    rows = list(war())
    moved = max(rows, key=lambda row: row.valid.outer.days or 0)
    assert moved.geometry is not None
    changes = {
        "a field": replace(moved, properties={**moved.properties, "controller": "NOBODY"}),
        "the id": replace(moved, id="other"),
        "the days": replace(moved, valid=replace(moved.valid, edtf="2014")),
        "the ground": replace(moved, geometry=translate(moved.geometry, 1e-4, 0)),
    }
    start = moved.valid.outer.start
    assert start is not None
    today = Interval.of_day(start)
    for what, changed in changes.items():
        other = TileSet(ZONES, lambda changed=changed: [changed if row is moved else row for row in rows])  # type: ignore[misc]
        touched = 0
        for zoom in (11, 13):
            for tile in tiles_at(zoom):
                before, after = tiles().content(tile, today), other.content(tile, today)
                if before.make() != after.make():
                    assert before.mark != after.mark, what
                    touched += 1
        far = [tile for tile in tiles_at(12) if moved.id not in str(tiles().tile(tile, today))]
        assert any(tiles().content(tile, today).mark == other.content(tile, today).mark for tile in far), what
        assert touched or what == "the days", what


def test_marks_do_not_hang_on_the_order_in_which_texts_were_met() -> None:
    """The tables of keys and values are numbered anew in each version of the store."""
    rows = list(war())
    early = next(row for row in rows if DAYS[-1] not in row.valid.outer)
    first = replace(early, id="000", properties={**early.properties, "controller": "FIRST"})
    grown = TileSet(ZONES, lambda: [first, *rows])
    day = Interval.of_day(DAYS[-1])
    for tile in tiles_at(12):
        assert grown.content(tile, day).mark == tiles().content(tile, day).mark


@pytest.mark.parametrize("zoom", [4, 7, 9, 10])
def test_counted_points_are_marked_by_all_that_they_count(zoom: int) -> None:
    made = TileSet(MENTIONS, lambda: reports(2_000, 40))
    by_mark: dict[tuple[Tile, bytes], bytes] = {}
    for tile in tiles_at(zoom):
        for window in (*map(Interval.of_day, DAYS[::4]), Interval(DAYS[3], DAYS[20]), None):
            content = made.content(tile, window)
            assert by_mark.setdefault((tile, content.mark), content.make()) == made.tile(tile, window)
