"""Tiles and exports over HTTP: the same features as the store's, whichever way they are asked for."""
from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import pyogrio
import pytest
from flask.testing import FlaskClient
from shapely.geometry import MultiPoint, Point, Polygon, box, shape

from geo.grid import bounds, tile_at
from geo.interval import Interval, Validity, day_number
from geo.model import Feature, LngLat, Query
from geo.store import Store, open_store
from server import create_app

DAY = date(2016, 4, 11)
RAI = LngLat(37.45, 36.62)
HERE = tile_at(RAI, 8)
TILE = f"/tiles/zones/{HERE.z}/{HERE.x}/{HERE.y}.mvt"


def zone(id_: str, controller: str, start: str, end: str | None, area: Polygon) -> Feature:
    valid = Validity.exactly(Interval(date.fromisoformat(start), date.fromisoformat(end) if end else None))
    return Feature(id_, area, {"controller": controller, "method": "derived", "sources": [{"title": "A"}]}, valid)


FEATURES = [
    zone("before", "ISIL", "2014-01-01", "2016-04-07", box(37, 36, 38, 37)),
    zone("taken", "REBELS", "2016-04-07", "2016-04-11", box(37, 36, 38, 37)),
    zone("lost", "ISIL", "2016-04-11", None, box(37, 36, 38, 37)),
    zone("far", "SDF", "2016-01-01", None, box(40, 36, 41, 37)),
]
STORY = Feature("a1", MultiPoint([RAI]), {"title": "A story", "text": "Whole text.", "publishable": False})
OPEN_STORY = Feature("a2", None, {"title": "Ours", "text": "Open text.", "publishable": True})


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    opened.write("zones", FEATURES, DAY)
    opened.write("articles", [STORY, OPEN_STORY], DAY)
    opened.write("places", [Feature("p", Point(RAI), {"name": "الراعي", "population": 4600})], DAY)
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store, store_address: str) -> Iterator[FlaskClient]:
    app = create_app({"store": store_address, "TESTING": True})
    yield app.test_client()
    app.extensions["dateline"].close()


def features_of(client: FlaskClient, address: str) -> list[Any]:
    response = client.get(address)
    if response.status_code == 204:
        return []
    assert response.status_code == 200, response.text
    layers = mapbox_vector_tile.decode(response.data, default_options={"y_coord_down": True})
    return layers["zones"]["features"]  # type: ignore[no-any-return]


def version(client: FlaskClient) -> str:
    told = client.get("/tiles/zones.json").json
    assert told is not None
    return str(told["tiles"][0].partition("?v=")[2])


def ids(client: FlaskClient, query: str) -> list[str]:
    return [id_of(client, feature) for feature in features_of(client, TILE + query)]


def id_of(client: FlaskClient, feature: Any) -> str:
    """What the feature's number leads to; a tile of one day also says it."""
    answer = client.get(f"/tiles/zones/features/{feature['id']}?v={version(client)}", follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    (found,) = answer.json["features"]
    assert feature["properties"].get("id", found["id"]) == found["id"]
    return str(found["id"])


@pytest.mark.parametrize("query, found", [
    ("", ["before", "lost", "taken"]),
    ("?datetime=2016-04-06", ["before"]),
    ("?datetime=2016-04-07", ["taken"]),
    ("?datetime=2016-04-10T23:30:00-04:00", ["lost"]),          # the eleventh in UTC
    ("?datetime=2016-04-10/2016-04-11", ["lost", "taken"]),
    ("?datetime=../2016-04-10&datetime=2016-04-07/..", ["taken"]),
    ("?datetime=2016-04-10T/..", ["lost", "taken"]),            # as GDAL writes it
    ("?datetime=../2014-01-01&datetime=2016-04-01/..", ["before"]),  # over the gap
    ("?controller=REBELS", ["taken"]),
    ("?controller=REBELS&controller=ISIL&datetime=2016-04-11", ["lost"]),
    ("?as_known_on=2016-04-10", []),
    ("?as_known_on=2016-04-11&datetime=2016-04-09", ["taken"]),
])
def test_a_tile_has_the_features_that_were_asked_for(client: FlaskClient, query: str, found: list[str]) -> None:
    assert sorted(ids(client, query)) == found


def test_tile_items_and_export_agree(client: FlaskClient, store: Store) -> None:
    for query, when in (("?datetime=2016-04-08", Interval.of_day(date(2016, 4, 8))), ("", None)):
        area = bounds(HERE)
        items = {feature.id: feature for feature in store.read("zones", Query(bbox=area, when=when))}
        exported = client.get(
            "/export/zones.geojson" + (query or "?") + "&bbox=" + ",".join(map(str, area))
        ).json
        assert exported is not None
        drawn = features_of(client, TILE + query)
        assert {id_of(client, feature) for feature in drawn} == set(items)
        assert {feature["id"] for feature in exported["features"]} == set(items)
        for feature in drawn:
            assert feature["properties"]["controller"] == items[id_of(client, feature)].properties["controller"]


def test_a_window_carries_days_so_that_a_slider_needs_no_request(client: FlaskClient) -> None:
    spans = {
        id_of(client, feature): (feature["properties"].get("from"), feature["properties"].get("to"))
        for feature in features_of(client, TILE + "?datetime=2016-04-01/2016-04-30")
    }
    assert spans == {"before": (5114, 5941), "taken": (5941, 5945), "lost": (5945, None)}


def test_a_number_that_no_tile_has_is_not_found(client: FlaskClient) -> None:
    for number in (4, 2**60):
        answer = client.get(f"/tiles/zones/features/{number}?v={version(client)}")
        assert (answer.status_code, answer.json and answer.json["detail"]) == (
            404, f"feature: {number}, no tile of zones has it now")


def test_a_number_of_another_version_leads_nowhere(client: FlaskClient, store: Store) -> None:
    old = version(client)
    store.write("zones", [zone("aaa", "SDF", "2016-01-01", None, box(41, 36, 42, 37))], DAY)
    for query in ("", f"?v={old}"):
        answer = client.get(f"/tiles/zones/features/0{query}")
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["errors"][0]["parameter"] == "v"
    assert client.get(f"/tiles/zones/features/0?v={version(client)}").status_code == 303


def test_an_empty_tile_is_204(client: FlaskClient) -> None:
    response = client.get("/tiles/zones/8/0/0.mvt?datetime=2016-04-11")
    assert (response.status_code, response.data, "Content-Type" in response.headers) == (204, b"", False)
    assert "max-age=60" in response.headers["Cache-Control"]
    assert client.get(TILE + "?datetime=1999-01-01").status_code == 204


@pytest.mark.parametrize("address, status, parameter", [
    ("/tiles/zones/99/0/0.mvt", 404, "tile"),
    ("/tiles/zones/1/2/0.mvt", 404, "tile"),
    ("/tiles/zones/x/0/0.mvt", 404, "tile"),
    ("/tiles/castles/1/0/0.mvt", 404, "collection"),
    ("/tiles/zones/1/0/0.jpg", 404, None),
    ("/tiles/zones/1/0/0.mvt?datetime=2016-13-40", 400, "datetime"),
    ("/tiles/zones/1/0/0.mvt?datetime=", 400, "datetime"),
    ("/tiles/zones/1/0/0.mvt?datetime=2016-04-11/2016-04-01", 400, "datetime"),
    ("/tiles/zones/1/0/0.mvt?as_known_on=2016", 400, "as_known_on"),
    ("/tiles/zones/1/0/0.mvt?bbox=1,2,3,4", 400, "bbox"),
    ("/tiles/zones/1/0/0.mvt?step_days=seven", 400, "step_days"),
    ("/tiles/zones/1/0/0.mvt?colour=red", 400, "colour"),
    ("/tiles/castles.json", 404, "collection"),
    ("/export/zones.exe", 404, "format"),
    ("/export/articles.geojson?text=Whole", 400, "text"),        # a filter would give a private field away
    ("/export/zones.geojson?limit=0", 400, "limit"),
    ("/export/zones.geojson?limit=1&limit=2", 400, "limit"),
    ("/export/zones.geojson?offset=-1", 400, "offset"),
    ("/export/zones.geojson?bbox=1,2,3", 400, "bbox"),
    ("/export/zones.geojson?bbox=1,2,nan,4", 400, "bbox"),
    ("/export/zones.geojson?bbox=0,50,10,40", 400, "bbox"),
    ("/export/zones.geojson?" + "&".join(["id=x"] * 65), 400, "query"),
])
def test_bad_input_is_a_problem_that_names_it(
    client: FlaskClient, address: str, status: int, parameter: str | None
) -> None:
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    problem = json.loads(response.data)
    assert {"type", "title", "status", "detail", "errors"} <= problem.keys()
    assert problem["status"] == status
    assert [cause["parameter"] for cause in problem["errors"]] == ([parameter] if parameter else [])
    assert all({"value", "expected"} <= cause.keys() for cause in problem["errors"])


def test_a_tile_that_did_not_change_is_not_sent_again(client: FlaskClient, store: Store) -> None:
    first = client.get(TILE + "?datetime=2016-04-08")
    again = client.get(TILE + "?datetime=2016-04-08", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert not first.headers["ETag"].startswith("W/")
    store.write("zones", [replace(FEATURES[1], properties={"controller": "SDF"})], DAY)
    changed = client.get(TILE + "?datetime=2016-04-08", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
    same = client.get(TILE + "?datetime=2016-04-06")
    store.write("zones", [replace(FEATURES[3], properties={"controller": "ISIL"})], DAY)
    kept = client.get(TILE + "?datetime=2016-04-06", headers={"If-None-Match": same.headers["ETag"]})
    assert kept.status_code == 304  # the content did not change, though the store did


def test_gzip_pays_only_for_what_is_large(client: FlaskClient, store: Store) -> None:
    small = client.get("/tiles/places/8/154/100.mvt", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers
    areas = [Point(RAI).buffer(0.1 + n / 100) for n in range(20)]
    store.write("zones", [zone(f"n{n}", "SDF", "2016-04-01", None, area) for n, area in enumerate(areas)], DAY)
    plain = client.get(TILE, headers={"Accept-Encoding": "identity"})
    zipped = client.get(TILE, headers={"Accept-Encoding": "br, gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    refused = client.get(TILE, headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_an_address_with_the_version_may_be_kept_for_ever(client: FlaskClient, store: Store) -> None:
    address = client.get("/tiles/zones.json").json["tiles"][0]  # type: ignore[index]
    version = address.partition("?v=")[2]
    assert version.startswith(store.summary("zones").version)
    assert "immutable" in client.get(f"{TILE}?v={version}").headers["Cache-Control"]
    assert "immutable" not in client.get(f"{TILE}?v=other-1").headers["Cache-Control"]
    assert "immutable" not in client.get(TILE).headers["Cache-Control"]
    store.write("events", [Feature("e", Point(RAI), {"type": "attack"})], DAY)
    assert client.get("/tiles/zones.json").json["tiles"] == [address], "a story does not touch the zones"  # type: ignore[index]


def test_head_and_other_origins(client: FlaskClient) -> None:
    head = client.head(TILE)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Access-Control-Allow-Origin"] == "*"
    asked = client.options(TILE, headers={"Access-Control-Request-Method": "GET", "Origin": "https://news.example"})
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]
    assert client.post(TILE).status_code == 405


def test_tilejson_describes_layers_space_and_time(client: FlaskClient, store: Store) -> None:
    told = client.get("/tiles/zones.json").json
    assert told is not None
    assert told["tilejson"] == "3.0.0"
    assert told["tiles"] == [f"http://localhost/tiles/zones/{{z}}/{{x}}/{{y}}.mvt?v={store.summary('zones').version}-3"]
    assert told["bounds"] == [37, 36, 41, 37]
    assert (told["epoch"], told["valid_range"], told["valid_days"]) == ("2000-01-01", "2014-01-01/..", [5114, None])
    assert told["change_days"] == ["2014-01-01", "2016-01-01", "2016-04-07", "2016-04-11"]
    assert [(each["minzoom"], each["maxzoom"], each["window"]) for each in told["windows"]] == [
        (0, 6, "month"), (7, 9, "year"), (10, 22, "all"),
    ]
    assert [run[1:] for run in told["evidence"]][-1] == [None, day_number(DAY)]
    (layer,) = told["vector_layers"]
    shown = {name for feature in features_of(client, TILE) for name in feature["properties"]}
    assert shown <= set(layer["fields"])
    assert layer["id"] == "zones"


def test_tilejson_of_an_empty_collection(client: FlaskClient) -> None:
    told = client.get("/tiles/fronts.json").json
    assert told is not None
    assert (told["bounds"][0], told["valid_days"], told["change_days"]) == (-180, [None, None], [])


def test_tilejson_says_how_many_events_a_day(client: FlaskClient, store: Store) -> None:
    assert client.get("/tiles/events.json").json["day_counts"] == []  # type: ignore[index]
    told = [Feature(name, Point(RAI), {"type": "attack"}, Validity.exactly(Interval.of_day(DAY))) for name in "ab"]
    store.write("events", told, DAY)
    assert client.get("/tiles/events.json").json["day_counts"] == [[day_number(DAY), 2]]  # type: ignore[index]


def test_an_export_is_rfc_7946_and_says_how_coarse_it_is(client: FlaskClient) -> None:
    response = client.get("/export/zones.geojson?datetime=2016-04-11&controller=ISIL")
    assert response.mimetype == "application/geo+json"
    assert response.headers["Content-Disposition"] == 'attachment; filename="zones.geojson"'
    collection = json.loads(response.data)
    assert "coarse estimates" in collection["note"]
    (feature,) = collection["features"]
    assert (feature["type"], feature["id"]) == ("Feature", "lost")
    properties = feature["properties"]
    assert (properties["valid_from"], properties["valid_to"], properties["known_from"]) == (
        "2016-04-11", None, "2016-04-11"
    )
    assert properties["sources"] == [{"title": "A"}]
    assert shape(feature["geometry"]).equals(box(37, 36, 38, 37))
    ring = feature["geometry"]["coordinates"][0][0]
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0


def test_an_export_is_streamed_paged_and_named_by_its_content(client: FlaskClient) -> None:
    page = client.get("/export/zones.geojson?limit=2&offset=1", headers={"Accept-Encoding": "gzip"})
    assert page.is_streamed
    assert [feature["id"] for feature in json.loads(gzip.decompress(page.data))["features"]] == ["far", "lost"]
    again = client.get("/export/zones.geojson?limit=2&offset=1", headers={
        "Accept-Encoding": "gzip", "If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_private_text_stays_at_home(client: FlaskClient) -> None:
    body = client.get("/export/articles.geojson").data.decode()
    texts = {feature["id"]: feature["properties"].get("text") for feature in json.loads(body)["features"]}
    assert texts == {"a1": None, "a2": "Open text."}
    assert "Whole text" not in body
    assert json.loads(body)["features"][1]["geometry"] is None


def test_gdal_reads_an_export(client: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "zones.geojson"
    path.write_bytes(client.get("/export/zones.geojson").data)
    table = pyogrio.read_dataframe(path)
    assert sorted(table["id"]) == ["before", "far", "lost", "taken"]
    assert str(table["valid_from"].dtype).startswith("datetime64")
