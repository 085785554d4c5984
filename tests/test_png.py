"""PNG tiles show what the zones say: colours, stripes, hatching, no seam and no broken pattern."""
from __future__ import annotations

from datetime import date
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.grid import Tile, bounds
from geo.interval import Interval, Validity
from geo.model import Feature
from geo.motifs import Look, edge_colour, fill, look_of
from geo.png import Canvas, encode
from geo.style import STYLES

DAY = date(2016, 4, 11)
TILE = Tile(8, 154, 100)
WEST, SOUTH, EAST, NORTH = bounds(TILE)
MIDDLE = (WEST + EAST) / 2
HALVES = box(WEST - 1, SOUTH - 1, MIDDLE, NORTH + 1), box(MIDDLE, SOUTH - 1, EAST + 1, NORTH + 1)


def zone(area: BaseGeometry, controller: str, **said: object) -> Feature:
    valid = Validity.exactly(Interval.of_day(DAY))
    return Feature(controller, area, {"controller": controller, "status": "control", "method": "drawn", **said}, valid)


def drawn(*features: Feature, scale: int = 1, tile: Tile = TILE) -> NDArray[np.uint8]:
    image = Image.open(BytesIO(encode(features, Canvas(tile, DAY, scale))))
    assert image.mode == "P"
    return np.array(image.convert("RGBA"))


def rgb(hex_: str) -> list[int]:
    return [int(hex_[at : at + 2], 16) for at in (1, 3, 5)]


def test_nothing_is_transparent() -> None:
    assert not drawn().any()


def test_a_zone_has_its_sides_colour_and_shows_the_land_through() -> None:
    pixel = drawn(zone(HALVES[0], "REBELS"))[104, 56]
    assert pixel.tolist() == [*rgb(STYLES["REBELS"].colour), 128]


def test_a_zone_of_another_day_is_not_drawn() -> None:
    past = Validity.exactly(Interval(date(2016, 4, 1), DAY))
    assert not drawn(Feature("a", HALVES[0], {"controller": "ISIL", "status": "control"}, past)).any()


def test_neighbours_leave_no_seam() -> None:
    picture = drawn(zone(HALVES[0], "REBELS"), zone(HALVES[1], "TURKEY_REBELS"))
    assert picture[..., 3].min() >= 127
    assert picture[8, 100:124, 3].max() <= 128, "an edge is no darker either"


def test_an_edge_between_two_pixels_mixes_both() -> None:
    third = WEST + (EAST - WEST) * (100 + 1 / 3) / 256
    two = zone(box(WEST, SOUTH, third, NORTH), "KRG"), zone(box(third, SOUTH, EAST, NORTH), "ISIL")
    picture = drawn(*two)
    assert picture[128, 100, 3] >= 127
    assert picture[128, 98].tolist() != picture[128, 103].tolist()


def test_contested_ground_has_stripes_of_both() -> None:
    picture = drawn(zone(HALVES[0], "REBELS", controller_b="ISIL", status="contested"))[20:200, 20:100, :3]
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    common = {tuple(colour) for colour in colours[np.argsort(-counts)[:2]].tolist()}
    assert common == {tuple(rgb(STYLES["REBELS"].colour)), tuple(rgb(STYLES["ISIL"].colour))}


def test_what_is_not_sure_is_hatched() -> None:
    sure, unsure = drawn(zone(HALVES[0], "ISIL")), drawn(zone(HALVES[0], "ISIL", confidence="low"))
    assert len(np.unique(sure[20:200, 20:100, 3])) == 1
    assert unsure[20:200, 20:100, 3].min() == 64 < unsure[20:200, 20:100, 3].max()


@pytest.mark.parametrize("scale", [1, 2])
def test_patterns_go_on_over_the_edge_of_a_tile(scale: int) -> None:
    wide = box(WEST - 3, SOUTH - 3, EAST + 3, NORTH + 3)
    for said in ({"status": "contested", "controller_b": "ISIL"}, {"confidence": "low"}, {}):
        tiles = TILE, TILE._replace(x=155)
        here, east = (drawn(zone(wide, "GOV_SY", **said), scale=scale, tile=tile) for tile in tiles)
        both = np.hstack((here, east))
        side = len(here)
        period = 16 * scale
        assert (both[:, side - period : side] == both[:, side : side + period]).all()


def test_a_picture_for_dense_screens_has_twice_the_pixels() -> None:
    assert drawn(zone(HALVES[0], "ISIL"), scale=2).shape == (512, 512, 4)


def test_what_is_claimed_lies_on_what_is_held() -> None:
    held = zone(HALVES[0], "GOV_SY")
    claimed = zone(box(WEST, SOUTH, MIDDLE, (SOUTH + NORTH) / 2), "REBELS", status="claimed")
    one, other = drawn(held, claimed), drawn(claimed, held)
    assert (one == other).all()
    assert one[200, 50].tolist() != one[50, 50].tolist()


def test_ground_drawn_twice_is_no_darker_than_a_mix() -> None:
    picture = drawn(zone(HALVES[0], "TURKEY_REBELS"), zone(HALVES[0], "REBELS"))
    assert picture[104, 56, 3] == 128


def test_a_front_is_ink_on_paper() -> None:
    across = MIDDLE - (EAST - WEST) / 512
    line = LineString([(across, SOUTH - 1), (across, NORTH + 1)])
    row = drawn(Feature("f", line, {}, Validity.exactly(Interval.of_day(DAY))))[128]
    assert row[127].tolist()[:3] == rgb("#1d1b18")
    assert row[125].tolist()[:3] == rgb("#fffdf8")
    assert row[120, 3] == 0


def test_a_place_is_a_dot_in_the_colour_of_who_held_it() -> None:
    place = zone(Point(MIDDLE, (SOUTH + NORTH) / 2), "ISIL")
    picture = drawn(place)
    (y, x) = np.argwhere(picture[..., 3] == 255).mean(axis=0)
    assert (round(x), round(y)) == (128, 127) or abs(x - 127.5) < 1
    assert picture[round(y), round(x)].tolist() == [*rgb(edge_colour("ISIL")), 255]


def test_many_mixed_edges_still_fit_a_palette_and_leave_fills_exact() -> None:
    sides = list(STYLES)
    wedges = [
        zone(Polygon([(MIDDLE, (SOUTH + NORTH) / 2), (WEST + (EAST - WEST) * step / 40, NORTH + 1),
                      (WEST + (EAST - WEST) * (step + 1) / 40, NORTH + 1)]), sides[step % 18])
        for step in range(40)
    ]
    picture = drawn(*wedges, zone(box(WEST, SOUTH, EAST, SOUTH + 0.2), "REBELS"))
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) <= 256
    assert picture[250, 100].tolist() == [*rgb(STYLES["REBELS"].colour), 128]


@pytest.mark.parametrize("status, other, is_sure, kind", [
    ("control", None, True, "sure"), ("control", None, False, "hatched"), ("claimed", None, True, "hatched"),
    ("contested", None, True, "striped"), ("mixed", "ISIL", True, "striped"), ("besieged", None, True, "sure"),
])
def test_the_kind_of_a_fill(status: str, other: str | None, is_sure: bool, kind: str) -> None:
    assert look_of("REBELS", other, status, is_sure=is_sure).kind == kind


@pytest.mark.parametrize("side", sorted(STYLES))
def test_every_pattern_inks_a_part_of_its_square(side: str) -> None:
    square = fill(Look(side, None, "sure"))
    is_inked = square[..., 3] > 0.51
    assert square.shape == (16, 16, 4)
    assert is_inked.any() == (STYLES[side].pattern != "solid")
    assert is_inked.mean() < 0.5
