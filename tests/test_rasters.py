"""PNG tiles over HTTP: what a pixel says is what ``/api/control`` says of its point."""
from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image

from geo.grid import Tile, tile_at, unproject
from geo.model import LngLat
from geo.style import STYLES
from server import create_app

RAI = tile_at(LngLat(37.45, 36.62), 8)
ADDRESS = f"/tiles/zones/{RAI.z}/{RAI.x}/{RAI.y}"


@pytest.fixture(scope="module")
def client(demo_store: Path) -> FlaskClient:
    return create_app({"store": str(demo_store), "TESTING": True}).test_client()


def picture(client: FlaskClient, address: str) -> NDArray[np.uint8]:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    return np.array(Image.open(BytesIO(answer.data)).convert("RGBA"))


@pytest.mark.parametrize("day", ["2016-04-07", "2016-04-09", "2017-09-10"])
def test_a_pixel_has_the_colour_of_who_held_its_point(client: FlaskClient, day: str) -> None:
    tile = Tile(7, 77, 50)
    seen = picture(client, f"/tiles/zones/{tile.z}/{tile.x}/{tile.y}.png?datetime={day}")
    chance = Random(day)
    compared = 0
    for _ in range(150):
        row, column = chance.randrange(4, 252), chance.randrange(4, 252)
        around = seen[row - 3 : row + 4, column - 3 : column + 4, 3]
        lng, lat = unproject(np.array([[(tile.x + (column + 0.5) / 256), (tile.y + (row + 0.5) / 256)]]) / 2**tile.z)[0]
        said = client.get(f"/api/control?lon={lng:.6f}&lat={lat:.6f}&datetime={day}").get_json()
        if around.max() > 200 or (around.min() == 0) != (around.max() == 0):
            continue  # on an outline, or beside one
        compared += 1
        if said["controller"] is None:
            assert seen[row, column, 3] == 0
        elif said["status"] != "contested":
            own = np.array([int(STYLES[said["controller"]].colour[at : at + 2], 16) for at in (1, 3, 5)])
            assert np.abs(seen[row, column, :3] - own).max() <= 70, (row, column, said["controller"])
            assert seen[row, column, 3] > 0
    assert compared > 40


def test_a_picture_is_of_one_day(client: FlaskClient) -> None:
    for query in ("", "?datetime=2016-04-01/2016-04-30", "?datetime=../2016-04-30"):
        answer = client.get(f"{ADDRESS}.png{query}")
        assert answer.status_code == 400
        assert "want one day, as YYYY-MM-DD" in answer.get_json()["detail"]


def test_an_empty_picture_is_transparent_and_no_error(client: FlaskClient) -> None:
    assert not picture(client, "/tiles/zones/8/0/0.png?datetime=2016-04-11").any()


def test_a_tile_outside_the_grid_is_not_found(client: FlaskClient) -> None:
    for path in ("/tiles/zones/3/9/1.png", "/tiles/zones/3/1/x.png", "/tiles/nothing/3/1/1.png"):
        assert client.get(f"{path}?datetime=2016-04-11").status_code == 404


def test_dense_screens_get_twice_the_pixels(client: FlaskClient) -> None:
    assert picture(client, f"{ADDRESS}@2x.png?datetime=2016-04-11").shape == (512, 512, 4)


def test_a_known_picture_is_not_sent_again_and_never_zipped_twice(client: FlaskClient) -> None:
    first = client.get(f"{ADDRESS}.png?datetime=2016-04-11", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in first.headers
    again = client.get(f"{ADDRESS}.png?datetime=2016-04-11", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_side_is_a_filter(client: FlaskClient) -> None:
    both = picture(client, f"{ADDRESS}.png?datetime=2016-04-11")
    one = picture(client, f"{ADDRESS}.png?datetime=2016-04-11&controller=ISIL")
    assert 0 < (one[..., 3] > 0).sum() < (both[..., 3] > 0).sum()


@pytest.mark.parametrize("collection", ["fronts", "mentions", "events", "reports", "places"])
def test_every_collection_has_pictures(client: FlaskClient, collection: str) -> None:
    assert picture(client, f"/tiles/{collection}/6/38/25.png?datetime=2016-04-11").any()
