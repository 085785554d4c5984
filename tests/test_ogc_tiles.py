"""OGC API – Tiles: tile sets, their descriptions, and the very tiles of ``/tiles/``."""
from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from PIL import Image

from geo.interval import day_from_number
from server import create_app

ZONES = "/ogc/collections/zones"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
MVT, PNG = "application/vnd.mapbox-vector-tile", "image/png"


@pytest.fixture(scope="module")
def client(demo_store: Path) -> Iterator[FlaskClient]:
    app = create_app({"store": str(demo_store), "TESTING": True})
    yield app.test_client()
    app.extensions["dateline"].close()


def told(client: FlaskClient, address: str) -> Any:
    answer = client.get(address.removeprefix("http://localhost"))
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def href(links: list[dict[str, Any]], rel: str) -> str:
    return next(link["href"] for link in links if link["rel"] in (rel, RELATION + rel))


@pytest.mark.parametrize("rel, data, mimetype", [("tilesets-vector", "vector", MVT), ("tilesets-map", "map", PNG)])
def test_the_links_lead_from_the_collection_to_a_tile(
    client: FlaskClient, rel: str, data: str, mimetype: str
) -> None:
    (listed,) = told(client, href(told(client, ZONES)["links"], rel))["tilesets"]
    tileset = told(client, href(listed["links"], "self"))
    assert (listed["dataType"], tileset["dataType"]) == (data, data)
    assert tileset["tileMatrixSetURI"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    scheme = told(client, href(tileset["links"], "tiling-scheme"))
    assert scheme["uri"] == tileset["tileMatrixSetURI"]
    (item,) = [link for link in tileset["links"] if link["rel"] == "item"]
    assert (item["templated"], item["type"]) == (True, mimetype)
    address = item["href"].format(tileMatrix=6, tileRow=24, tileCol=38).removeprefix("http://localhost")
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, mimetype)


def test_rows_come_before_columns_and_the_tiles_are_those_of_xyz(client: FlaskClient) -> None:
    day = "datetime=2016-04-09"
    ours = client.get(f"{ZONES}/tiles/WebMercatorQuad/7/49/77?{day}")
    assert ours.data == client.get(f"/tiles/zones/7/77/49.mvt?{day}").data
    sides = {each["properties"]["controller"] for each in mapbox_vector_tile.decode(ours.data)["zones"]["features"]}
    assert "ISIL" in sides
    assert client.get(f"{ZONES}/tiles/WebMercatorQuad/7/49/77?{day}&f=mvt").data == ours.data
    picture = client.get(f"{ZONES}/map/tiles/WebMercatorQuad/7/49/77?{day}")
    assert picture.data == client.get(f"/tiles/zones/7/77/49.png?{day}").data
    assert Image.open(io.BytesIO(picture.data)).size == (256, 256)


def test_a_picture_without_a_day_is_of_the_one_on_which_the_map_opens(client: FlaskClient) -> None:
    first = client.get("/").text
    number = int(first.split('"day": ')[1].split(",")[0])
    undated = client.get(f"{ZONES}/map/tiles/WebMercatorQuad/6/24/38")
    dated = client.get(f"/tiles/zones/6/38/24.png?datetime={day_from_number(number)}")
    assert undated.data == dated.data


def test_the_tile_set_says_what_is_in_it(client: FlaskClient) -> None:
    tileset = told(client, f"{ZONES}/tiles/WebMercatorQuad")
    (layer,) = tileset["layers"]
    assert (layer["id"], layer["geometryDimension"]) == ("zones", 2)
    assert "controller" in layer["propertiesSchema"]["properties"]
    limits = {each["tileMatrix"]: each for each in tileset["tileMatrixSetLimits"]}
    assert limits["0"] == {"tileMatrix": "0", "minTileRow": 0, "maxTileRow": 0, "minTileCol": 0, "maxTileCol": 0}
    assert limits["7"]["minTileCol"] <= 77 <= limits["7"]["maxTileCol"]
    assert limits["7"]["minTileRow"] <= 49 <= limits["7"]["maxTileRow"]
    xyz = told(client, "/tiles/zones.json")
    assert tileset["boundingBox"]["lowerLeft"] + tileset["boundingBox"]["upperRight"] == xyz["bounds"]


def test_the_tile_matrix_set_is_that_of_the_standard(client: FlaskClient) -> None:
    """OGC 17-083r4, annex D.1."""
    (listed,) = told(client, "/ogc/tileMatrixSets")["tileMatrixSets"]
    scheme = told(client, href(listed["links"], "self"))
    assert [matrix["id"] for matrix in scheme["tileMatrices"]] == [str(zoom) for zoom in range(25)]
    tenth = scheme["tileMatrices"][10]
    assert tenth["scaleDenominator"] == pytest.approx(545978.773465544)
    assert tenth["cellSize"] == pytest.approx(152.874056570353)
    assert (tenth["matrixWidth"], tenth["tileWidth"]) == (1024, 256)
    assert tenth["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])


@pytest.mark.parametrize("address, status", [
    (f"{ZONES}/tiles/WebMercatorQuad/7/128/0", 404), (f"{ZONES}/tiles/WebMercatorQuad/x/0/0", 404),
    (f"{ZONES}/tiles/WorldCRS84Quad", 404), ("/ogc/tileMatrixSets/WorldCRS84Quad", 404),
    (f"{ZONES}/tiles/WebMercatorQuad/0/0/0?f=png", 400), (f"{ZONES}/map/tiles/WebMercatorQuad/0/0/0?f=mvt", 400),
    (f"{ZONES}/tiles/WebMercatorQuad/0/0/0?colour=red", 400), ("/ogc/collections/castles/tiles", 404),
    (f"{ZONES}/tiles?f=html", 400), (f"{ZONES}/map/tiles/WebMercatorQuad/0/0/0?datetime=soon", 400),
])
def test_what_there_is_not(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
