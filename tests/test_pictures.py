"""Pictures from a tile set are those from its features, by either rung, and are named by what they show."""
from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from shapely.geometry import LineString, Point, box

from bench.coverage import EXTENT, FIRST_DAY, Theatre, zones
from geo import painting, png
from geo.grid import Tile, bounds, tile_at
from geo.interval import Interval, Validity, day_from_number
from geo.model import Feature, LngLat
from geo.png import Canvas
from geo.schema import EVENTS, FRONTS, ZONES
from geo.tiles.encoder import TileSet
from geo.tiles.pictures import Pictures

DAY = day_from_number(FIRST_DAY + 3)
RUNGS = ["numpy", *(["c"] if painting.compiled() else [])]


@pytest.fixture(scope="module")
def war() -> list[Feature]:
    rows = zones(Theatre(days=6, columns=24, rows=18, regions=20, flips=4))
    sides = np.random.default_rng(3).integers(0, 6, len(rows)).tolist()
    said = {1: {"status": "claimed", "source_id": "other"}, 2: {"status": "contested", "controller_b": "ISIL"},
            3: {"confidence": "low"}}
    return [replace(row, properties={**row.properties, **said.get(side, {})})
            for row, side in zip(rows, sides, strict=True)]


@pytest.fixture(scope="module")
def tileset(war: list[Feature]) -> TileSet:
    return TileSet(ZONES, lambda: war)


def middle(zoom: int) -> Tile:
    west, south, east, north = EXTENT
    return tile_at(LngLat((west + east) / 2 + 0.013, (south + north) / 2), zoom)


def seen(body: bytes) -> NDArray[np.int64]:
    return np.array(Image.open(BytesIO(body)).convert("RGBA")).astype(np.int64)


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("zoom", [0, 4, 5, 8, 10, 11, 14, 20, 22])
def test_both_rungs_draw_the_same(tileset: TileSet, zoom: int, scale: int) -> None:
    canvas = Canvas(middle(zoom), DAY, scale)
    one, *others = (Pictures(tileset, rung).tile(canvas) for rung in RUNGS)
    assert seen(one).any()
    assert others == [one] * len(others)


@pytest.mark.parametrize("zoom", [11, 12, 14, 18, 22])
def test_pictures_are_those_of_the_features(war: list[Feature], tileset: TileSet, zoom: int) -> None:
    """Beyond the zooms whose borders are simplified: but for positions rounded to 1/16 of a pixel."""
    canvas = Canvas(middle(zoom), DAY)
    mine, plain = seen(Pictures(tileset).tile(canvas)), seen(png.encode(war, canvas))
    differ = np.abs(mine - plain).max(axis=2)
    assert (differ > 64).mean() < 0.001
    assert (differ == 0).mean() > 0.97


def test_simplified_borders_stay_within_a_pixel(war: list[Feature], tileset: TileSet) -> None:
    canvas = Canvas(middle(5), DAY, strokes=False)
    mine, plain = seen(Pictures(tileset).tile(canvas)), seen(png.encode(war, canvas))
    assert ((mine[..., 3] > 0) == (plain[..., 3] > 0)).mean() > 0.995


@pytest.mark.parametrize("rung", RUNGS)
def test_neighbouring_tiles_go_on(tileset: TileSet, rung: str) -> None:
    here = middle(9)
    one, east = (seen(Pictures(tileset, rung).tile(Canvas(here._replace(x=x), DAY, strokes=False)))[..., 3]
                 for x in (here.x, here.x + 1))
    assert one.min() > 0
    assert east.min() > 0


@pytest.mark.parametrize("rung", RUNGS)
def test_fronts_and_places(rung: str) -> None:
    tile = Tile(8, 154, 100)
    west, south, east, north = bounds(tile)
    valid = Validity.exactly(Interval.of_day(DAY))
    y = (south + north) / 2
    line = Feature("f", LineString([(west - 1, y), (east + 1, y)]), {}, valid)
    dots = [Feature(f"e{at}", Point(west + (east - west) * at, y), {"actor": "ISIL"}, valid)
            for at in (0.25, 0.5, 0.5, 1 + 4.4 / 256, 1 + 9 / 256)]
    for collection, rows in ((FRONTS, [line]), (EVENTS, dots)):
        mine = seen(Pictures(TileSet(collection, rows.copy), rung).tile(Canvas(tile, DAY)))
        plain = seen(png.encode(rows, Canvas(tile, DAY)))
        assert np.abs(mine[..., 3] - plain[..., 3]).max() <= 32
        assert (mine[..., 3] > 0).any()
    assert mine[120:136, 255, 3].any(), "the rim of a dot beyond the edge"


def test_an_empty_tile_is_empty(tileset: TileSet) -> None:
    assert not seen(Pictures(tileset).tile(Canvas(Tile(8, 0, 0), DAY, 2))).any()


def test_a_picture_holds_until_something_begins_ends_or_becomes_doubtful() -> None:
    outer, certain = Interval(date(2016, 4, 1), date(2016, 4, 30)), Interval(date(2016, 4, 10), date(2016, 4, 20))
    ground = box(37, 36, 38, 37)
    row = Feature("a", ground, {"controller": "ISIL", "status": "control"}, Validity(outer, certain))
    pictures, tile = Pictures(TileSet(ZONES, lambda: [row])), tile_at(LngLat(37.5, 36.5), 8)
    days = {number: date(2016, 4, number) for number in (5, 9, 10, 19, 20, 29, 30)}
    runs = {number: str(pictures.run(tile, day)) for number, day in days.items()}
    assert runs[5] == runs[9] == "2016-04-01/2016-04-09"
    assert runs[10] == runs[19] == "2016-04-10/2016-04-19"
    assert runs[20] == runs[29] == "2016-04-20/2016-04-29"
    named = {number: pictures.content(Canvas(tile, day)).mark for number, day in days.items()}
    drawn = {number: pictures.tile(Canvas(tile, day)) for number, day in days.items()}
    for number, other in ((5, 9), (10, 19), (20, 29)):
        assert named[number] == named[other]
    assert named[5] != named[10] != named[20] != named[30]
    assert drawn[5] == drawn[20] != drawn[10]
    assert not seen(drawn[30]).any()


def test_what_only_pictures_say_is_in_the_name() -> None:
    """Sources order beds, yet no tile tells them."""
    tile, whole = tile_at(LngLat(37.5, 36.5), 8), Validity.exactly(Interval.of_day(DAY))
    marks = [
        Pictures(TileSet(ZONES, [Feature("a", box(37, 36, 38, 37), dict(said), whole)].copy)).content(
            Canvas(tile, DAY)).mark
        for said in ({"source_id": "a"}, {"source_id": "b"}, {"source_id": "a", "controller": "ISIL"})
    ]
    assert len(set(marks)) == 3
