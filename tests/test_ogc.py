"""OGC API – Features: the abstract test suite, and what it does not ask for."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from shapely.geometry import MultiPoint, Point, shape

from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import Store, open_store
from server import create_app
from tests.test_servers import serving
from tools.ports import free_port

DAY = date(2016, 4, 11)
ITEMS = "/ogc/collections/places/items"


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    towns = [Feature(f"p{n:03}", Point(37 + n / 100, 36), {"name": f"Town {n}"}) for n in range(25)]
    opened.write("places", towns, DAY)
    spans = [("2016-04-01", "2016-04-10"), ("2016-04-10", None)]
    opened.write("events", [
        Feature(f"e{n}", Point(37, 36), {"type": "attack"}, Validity.exactly(Interval(
            date.fromisoformat(start), date.fromisoformat(end) if end else None)))
        for n, (start, end) in enumerate(spans)] + [Feature("undated", Point(37, 36), {"type": "siege"})], DAY)
    opened.write("articles", [Feature("a1", MultiPoint([(37, 36)]), {"title": "A story", "text": "Whole text."})], DAY)
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store, store_address: str) -> Iterator[FlaskClient]:
    app = create_app({"store": store_address, "TESTING": True})
    yield app.test_client()
    app.extensions["dateline"].close()


def told(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def ids(page: Any) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def onward(page: Any) -> str | None:
    return next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


def test_the_abstract_test_suite_passes(demo_store: Path, tmp_path: Path) -> None:
    """All 29 tests of ``ogctests``, over HTTP, on the demo's store. It lives in an environment of its own (`make
    install-test`): it wants older packages than ours."""
    with serving("granian", demo_store, free_port()) as address:
        suite = [str(Path(sys.prefix) / "ogctests/bin/python"), "-m", "ogctests", "features/core"]
        done = subprocess.run(
            [*suite, "-i", f"{address}/ogc"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")})
    assert "29 passed" in done.stdout, done.stdout[-3000:]
    assert "failed" not in done.stdout


def test_the_api_document_is_valid_and_names_every_collection(client: FlaskClient) -> None:
    document = told(client, "/ogc/api")
    validate(document)
    listed = {each["id"] for each in told(client, "/ogc/collections")["collections"]}
    assert listed == {path.split("/")[2] for path in document["paths"] if path.startswith("/collections/")}
    for path in document["paths"]:
        if "{" not in path:
            assert client.get("/ogc" + path).status_code == 200, path


def test_pages_stay_right_while_rows_are_added(client: FlaskClient, store: Store) -> None:
    seen, address = [], f"{ITEMS}?limit=10"
    page = told(client, address)
    assert page["numberMatched"] == 25
    while True:
        seen += ids(page)
        after = onward(page)
        if after is None:
            break
        number = len(seen)
        store.write("places", [Feature(f"a{number}", Point(37, 36), {"name": "early"}),
                               Feature(f"p010{number}", Point(37, 36), {"name": "late"})], DAY)
        page = told(client, after.removeprefix("http://localhost"))
    assert len(seen) == len(set(seen))
    assert {f"p{n:03}" for n in range(25)} <= set(seen)


@pytest.mark.parametrize("query, found", [
    ("datetime=2016-04-09", ["e0", "undated"]),
    ("datetime=2016-04-10", ["e1", "undated"]),
    ("datetime=2016-04-09T00:00:00Z/2016-04-10T00:00:00Z", ["e0", "e1", "undated"]),
    ("datetime=../2016-04-09T/..", None),
    ("datetime=2016-04-05T/..&datetime=../2016-04-08", ["e0", "undated"]),
    ("type=siege", ["undated"]),
    ("limit=100000000", ["e0", "e1", "undated"]),
])
def test_filters(client: FlaskClient, query: str, found: list[str] | None) -> None:
    answer = client.get(f"/ogc/collections/events/items?{query}")
    if found is None:
        assert answer.status_code == 400
    else:
        assert ids(answer.get_json(force=True)) == found


def test_one_ground_in_three_systems(client: FlaskClient) -> None:
    epsg = "http://www.opengis.net/def/crs/EPSG/0/"
    expected = {"http://www.opengis.net/def/crs/OGC/1.3/CRS84": (37.0, 36.0), f"{epsg}4326": (36.0, 37.0),
                f"{epsg}3857": (4118821.1593511, 4300621.3720578)}
    for system, (x, y) in expected.items():
        answer = client.get(f"{ITEMS}/p000?crs={system}")
        assert answer.headers["Content-Crs"] == f"<{system}>"
        point = shape(answer.get_json(force=True)["geometry"])
        assert (point.x, point.y) == pytest.approx((x, y), rel=1e-8)
        box = f"{x - 1e-3 * abs(x)},{y - 1e-3 * abs(y)},{x + 1e-3 * abs(x)},{y + 1e-3 * abs(y)}"
        page = told(client, f"{ITEMS}?bbox={box}&bbox-crs={system}")
        assert "p000" in ids(page)
        assert "p020" not in ids(page)
    assert told(client, "/ogc/collections/places")["crs"] == list(expected)


@pytest.mark.parametrize("address, status, parameter", [
    (f"{ITEMS}?limit=0", 400, "limit"), (f"{ITEMS}?limit=x", 400, "limit"), (f"{ITEMS}?colour=red", 400, "colour"),
    (f"{ITEMS}?cursor=%21", 400, "cursor"), (f"{ITEMS}?crs=EPSG:4326", 400, "crs"),
    (f"{ITEMS}?bbox=1,2,3", 400, "bbox"), (f"{ITEMS}?f=pdf", 400, "f"),
    (f"{ITEMS}/p000?f=csv", 400, "f"), ("/ogc/?f=xml", 400, "f"),
    (f"{ITEMS}?bbox=1,2,3,4&bbox-crs=x", 400, "bbox-crs"),
    (f"{ITEMS}?bbox=-9e9,0,9e9,1&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857", 400, "bbox"),
    (f"{ITEMS}/nobody", 404, "feature"), ("/ogc/collections/castles", 404, "collection"),
    ("/ogc/collections/articles/items?text=Whole", 400, "text"),
])
def test_bad_input_is_a_problem_that_names_it(client: FlaskClient, address: str, status: int, parameter: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.get_json(force=True)
    assert [cause["parameter"] for cause in problem["errors"]] in ([parameter], [])
    assert problem["detail"].startswith(f"{parameter}: ")


def test_private_text_stays_at_home(client: FlaskClient) -> None:
    for address in ("/ogc/collections/articles/items", "/ogc/collections/articles/items/a1"):
        assert "Whole text" not in client.get(address).text


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient, store: Store) -> None:
    first = client.get(ITEMS)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(ITEMS, headers=known).status_code == 304
    store.write("places", [Feature("new", Point(37, 36), {"name": "New"})], DAY)
    assert client.get(ITEMS, headers=known).status_code == 200


def test_the_examples_of_the_docs_find_something(demo_store: Path) -> None:
    docs = (Path(__file__).resolve().parent.parent / "docs/ogc.md").read_text("utf-8")
    asked = re.findall(r'items" \\\n +--data-urlencode "filter=(.+)"', docs)
    collections = re.findall(r'collections/(\w+)/items" \\\n', docs)
    assert len(asked) == len(collections) >= 3
    app = create_app({"store": str(demo_store), "TESTING": True})
    for name, wanted in zip(collections, asked, strict=True):
        found = told(app.test_client(), f"/ogc/collections/{name}/items?{urlencode({'filter': wanted})}")
        assert found["features"], wanted
    app.extensions["dateline"].close()


PAGES = ("/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/places", ITEMS, f"{ITEMS}/p000")


@pytest.mark.parametrize("address", PAGES)
def test_browsers_get_pages_and_programs_json(client: FlaskClient, address: str) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = client.get(address, headers=browser)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "Accept" in page.headers["Vary"]
    assert client.get(f"{address}?f=html").data == page.data
    assert client.get(f"{address}?f=json", headers=browser).is_json
    for accepted in ("*/*", "application/geo+json, application/json;q=0.5", ""):
        document = client.get(address, headers={"Accept": accepted})
        assert document.is_json
        assert any(link["type"] == "text/html" for link in document.get_json(force=True)["links"])


def test_a_page_shows_the_rows_and_leads_on(client: FlaskClient) -> None:
    page = client.get(f"{ITEMS}?f=html&limit=10&datetime=&filter=name LIKE 'Town%25'").text
    assert page.count("<td><bdi>Town ") == 10
    onward = re.search(r'rel="next" href="http://localhost([^"]+)"', page)
    assert onward is not None
    assert "Town 10" in client.get(unescape(onward[1])).text
    assert 'value="name LIKE &#39;Town%&#39;"' in page


def test_pages_hold_no_markup_of_the_rows(client: FlaskClient, store: Store) -> None:
    evil = "<script>alert(1)</script>"
    store.write("places", [Feature(evil, Point(1, 1), {"name": evil, "names": [{"toponym": evil}]})], DAY)
    store.write("articles", [Feature("a2", MultiPoint([(1, 1)]), {"title": evil, "url": "javascript:alert(1)"})], DAY)
    for address in (f"{ITEMS}?f=html", f"{ITEMS}/{quote(evil)}?f=html", "/ogc/collections/articles/items/a2?f=html"):
        page = client.get(address)
        assert page.status_code == 200
        assert evil not in page.text
        assert 'href="javascript' not in page.text
        assert "<script" not in page.text
    assert "Whole text" not in client.get("/ogc/collections/articles/items/a1?f=html").text
