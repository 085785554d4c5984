"""Names of places on picture tiles (``labels=true``): the same ones on both sides of an edge, none over another."""
from __future__ import annotations

from io import BytesIO
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image
from shapely.geometry import Point

from geo import png
from geo.grid import Tile, tile_at, unproject
from geo.interval import Interval, Validity
from geo.model import Feature, LngLat
from geo.stills.named import SIDE, Names, Placed, written
from server import create_app

ZOOM = 8
NORTH_WEST = Tile(ZOOM, 154, 100)


def place(id_: str, name: str, x: float, y: float, **fields: object) -> Feature:
    """At so many pixels from the north-west corner of ``NORTH_WEST``."""
    world = SIDE << ZOOM
    at = np.array([[(NORTH_WEST.x * SIDE + x) / world, (NORTH_WEST.y * SIDE + y) / world]])
    ((lng, lat),) = unproject(at)
    told = {"name": name, "feature_code": "PPLA", "population": 100_000, **fields}
    return Feature(id_, Point(lng, lat), told, Validity.exactly(Interval()))


def pixels(picture: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(picture)).convert("RGBA"))


def empty(scale: int = 1) -> bytes:
    return png.indexed.png(bytes(SIDE * scale * (SIDE * scale + 1)), bytes(4), SIDE * scale)


def texts(placed: list[Placed]) -> list[str]:
    return [each.place.text for each in placed]


@pytest.mark.parametrize("scale", [1, 2])
def test_a_name_over_the_edge_is_whole_on_two_tiles(scale: int) -> None:
    names = Names([place("a", "Kahramanmaraş", 230, 120)])
    halves = [pixels(written(empty(scale), names, Tile(ZOOM, NORTH_WEST.x + step, NORTH_WEST.y), scale))
              for step in (0, 1)]
    whole = np.concatenate(halves, axis=1)
    moved = Names([place("a", "Kahramanmaraş", 100, 120)])
    (inside,) = moved.on(NORTH_WEST)
    alone = pixels(written(empty(scale), moved, NORTH_WEST, scale))
    assert inside.box[2] - NORTH_WEST.x * SIDE < SIDE
    assert (whole[:, 130 * scale:(130 + SIDE) * scale] == alone).all()
    assert all(half[..., 3].any() for half in halves)


def test_no_name_lies_over_another_and_the_more_important_stays() -> None:
    crowd = [place(str(n), f"Town {n}", 20 + 9 * (n % 25), 30 + 7 * (n // 25), population=10 ** (3 + n % 4))
             for n in range(300)]
    found = Names([*crowd, place("c", "Capital", 125, 60, feature_code="PPLC")]).on(NORTH_WEST)
    assert 10 < len(found) < 150 and "Capital" in texts(found)
    for (left, top, right, bottom), (west, north, east, south) in combinations((each.box for each in found), 2):
        assert right <= west or east <= left or bottom <= north or south <= top


def test_who_finds_no_room_on_the_right_goes_to_the_left_and_arabic_begins_there() -> None:
    found = Names([
        place("a", "Azaz", 100, 50, population=900_000), place("b", "Bab", 60, 50), place("c", "الراعي", 100, 150),
    ]).on(NORTH_WEST)
    at = {each.place.text: each.start - NORTH_WEST.x * SIDE for each in found}
    assert at["Azaz"] > 100 and at["Bab"] > 60 and at["الراعي"] < 100
    crowded = Names([place("a", "Azaz", 100, 50, population=900_000), place("b", "Manbij", 80, 50)]).on(NORTH_WEST)
    assert {each.place.text: each.start - NORTH_WEST.x * SIDE for each in crowded}["Manbij"] < 80


def test_small_places_come_at_deep_zooms_and_areas_never() -> None:
    rows = [place("v", "Village", 100, 100, feature_code="PPL", population=300),
            place("p", "Province", 200, 200, feature_code="ADM1")]
    point = rows[0].geometry
    assert isinstance(point, Point)
    at = LngLat(point.x, point.y)
    assert [texts(Names(rows).on(tile_at(at, zoom))) for zoom in (6, 11)] == [[], ["Village"]]


def test_where_no_name_reaches_the_picture_stays_as_it_is() -> None:
    assert written(empty(), Names([]), NORTH_WEST, 1) == empty()


@pytest.fixture(scope="module")
def client(demo_store: Path) -> FlaskClient:
    return create_app({"store": str(demo_store)}).test_client()


@pytest.mark.parametrize("address", [
    "/tiles/zones/8/154/100.png?datetime=2016-04-11", "/tiles/zones/8/154/100@2x.png?datetime=2016-04-11",
    "/tiles/zones/8/154/100.png?datetime=2016-04-11&controller=ISIL", "/tiles/fronts/8/154/100.png?datetime=2016-04-11",
    "/ogc/collections/zones/map/tiles/WebMercatorQuad/8/100/154?datetime=2016-04-11",
])
def test_a_picture_has_names_where_they_are_wanted(client: FlaskClient, address: str) -> None:
    bare, without, named = (client.get(address + more) for more in ("", "&labels=false", "&labels=true"))
    assert bare.status_code == 200 and bare.data == without.data != named.data
    assert bare.headers["ETag"] == without.headers["ETag"] != named.headers["ETag"]
    assert bare.headers.get("Dateline-Days") == named.headers.get("Dateline-Days")
    changed = (pixels(bare.data) != pixels(named.data)).any(axis=2).mean()
    assert 0.01 < changed < 0.2


def test_other_words_and_vector_tiles_are_refused_by_name(client: FlaskClient) -> None:
    for address in ("/tiles/zones/8/154/100.png?datetime=2016-04-11&labels=1",
                    "/tiles/zones/8/154/100.mvt?datetime=2016-04-11&labels=true"):
        answer = client.get(address)
        assert answer.status_code == 400
        assert answer.json and answer.json["errors"][0]["parameter"] == "labels"
