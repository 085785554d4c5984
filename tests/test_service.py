"""The service around the views: settings, headers, errors, control, health."""
from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geo.errors import InvalidParameter
from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import Store, open_store
from server import create_app, settings

DAY = date(2016, 4, 11)


def zone(id_: str, controller: str, start: date, end: date | None) -> Feature:
    properties = {"controller": controller, "status": "control", "method": "drawn", "source_id": "s", "sources": [
        {"title": "A map", "url": "https://maps.example/1"}]}
    return Feature(id_, box(37, 36, 38, 37), properties, Validity.exactly(Interval(start, end)))


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    opened.write("zones", [
        zone("a", "REBELS", date(2016, 4, 7), DAY), zone("b", "ISIL", DAY, date(2016, 6, 1)),
    ], DAY)
    yield opened
    opened.close()


@pytest.fixture
def app(store: Store, store_address: str) -> Iterator[Flask]:
    made = create_app({"store": store_address})
    yield made
    made.extensions["dateline"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("day, controller, basis", [
    ("2016-04-06", None, "none"), ("2016-04-07", "REBELS", "zone"), ("2016-04-10", "REBELS", "zone"),
    ("2016-04-11", "ISIL", "zone"), ("2016-06-01", None, "none"),
])
def test_control_of_a_point_on_a_day(client: FlaskClient, day: str, controller: str | None, basis: str) -> None:
    answer = client.get(f"/api/control?lon=37.45&lat=36.62&datetime={day}").json
    assert answer is not None
    assert (answer["controller"], answer["basis"], answer["datetime"]) == (controller, basis, day)


def test_control_over_an_interval_lists_its_changes(client: FlaskClient) -> None:
    answer = client.get("/api/control?lon=37.45&lat=36.62&datetime=2016-04-08/2016-04-12").json
    assert answer is not None
    assert answer["changed"] == [{"day": "2016-04-11", "controller": "ISIL", "status": "control"}]
    assert answer["sources"][0]["url"] == "https://maps.example/1"


def test_control_without_a_day_is_the_whole_record(client: FlaskClient) -> None:
    answer = client.get("/api/control?lon=37.45&lat=36.62").json
    assert answer is not None
    assert [(line["valid_from"], line["controller"]) for line in answer["history"]] == [
        (None, None), ("2016-04-07", "REBELS"), ("2016-04-11", "ISIL"), ("2016-06-01", None),
    ]


def test_control_of_a_place_by_name(client: FlaskClient) -> None:
    answer = client.get("/api/control?place=al-Rai&datetime=2016-04-11").json
    assert answer is not None
    assert (answer["name"], round(answer["lat"]), answer["controller"]) == ("al-Rai", 37, "ISIL")


def test_control_follows_the_store(client: FlaskClient, store: Store) -> None:
    address = "/api/control?lon=37.45&lat=36.62&datetime=2016-07-01"
    assert client.get(address).json["controller"] is None  # type: ignore[index]
    store.write("zones", [zone("c", "SDF", date(2016, 6, 1), None)], DAY)
    assert client.get(address).json["controller"] == "SDF"  # type: ignore[index]


@pytest.mark.parametrize("query, status, parameter", [
    ("", 400, "place"), ("place=al-Rai&lon=1&lat=2", 400, "place"), ("lon=1", 400, "lat"), ("lat=1", 400, "lon"),
    ("lon=1_0&lat=2", 400, "lon"), ("lon=200&lat=2", 400, "lon,lat"), ("place=Nowhere-at-all-ville", 404, "place"),
    ("place=al-Rai&datetime=2016-13-40", 400, "datetime"), ("place=al-Rai&datetime=../..", 400, "interval"),
    ("place=al-Rai&day=2016-04-11", 400, "day"),
])
def test_a_bad_question_about_control(client: FlaskClient, query: str, status: int, parameter: str) -> None:
    response = client.get("/api/control?" + query)
    assert response.status_code == status
    assert [cause["parameter"] for cause in json.loads(response.data)["errors"]] == [parameter]


def test_every_answer_is_guarded(client: FlaskClient) -> None:
    for address in ("/healthz", "/nowhere", "/tiles/zones.json", "/tiles/zones/99/0/0.mvt"):
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "Set-Cookie" not in headers


def test_only_embeds_may_be_framed_and_by_whom_is_a_setting(tmp_path: Path) -> None:
    several = "https://news.example https://other.example"
    for ancestors, policy in (("*", "*"), (several, f"'self' {several}")):  # ourselves: where the code is made
        client = create_app({"store": str(tmp_path / "s.gpkg"), "frame_ancestors": ancestors}).test_client()
        headers = client.get("/embed/x").headers
        assert headers["Content-Security-Policy"].endswith(f"frame-ancestors {policy}")
        assert "X-Frame-Options" not in headers
        assert client.get("/embedded").headers["X-Frame-Options"] == "DENY"


def test_a_browser_gets_a_page_and_others_a_problem(client: FlaskClient) -> None:
    page = client.get("/tiles/<b>/1/0/0.mvt", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "<b>" not in page.text
    assert "&lt;b&gt;" in page.text
    for accept in ("*/*", "application/json", ""):
        assert client.get("/nowhere", headers={"Accept": accept}).mimetype == "application/problem+json"


def test_what_we_did_not_expect_gives_nothing_away(app: Flask) -> None:
    def breaks() -> str:
        raise RuntimeError("secret at /srv/secret")

    def digs() -> str:
        return json.dumps(json.loads("[" * 100_000))

    app.add_url_rule("/breaks", view_func=breaks)
    app.add_url_rule("/digs", view_func=digs)
    broken = app.test_client().get("/breaks")
    assert (broken.status_code, broken.mimetype) == (500, "application/problem+json")
    assert "secret" not in broken.text
    assert app.test_client().get("/digs").status_code == 400


def test_a_method_that_is_not_allowed_says_which_are(client: FlaskClient) -> None:
    response = client.delete("/healthz")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_health_needs_no_store_but_readiness_does(tmp_path: Path) -> None:
    client = create_app({"store": str(tmp_path / "none.gpkg"), "tile_kernel": "numpy"}).test_client()
    assert client.get("/healthz").json == {"status": "ok", "tile_kernel": "numpy"}
    response = client.get("/readyz")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert str(tmp_path) not in response.text
    open_store(str(tmp_path / "none.gpkg"), create=True).close()
    assert client.get("/readyz").status_code == 200
    client.application.extensions["dateline"].close()


def test_settings_come_from_the_table_the_environment_and_the_caller() -> None:
    assert settings.read({})["MAX_AGE"] == 60
    assert settings.read({"DATELINE_MAX_AGE": "5"})["MAX_AGE"] == 5
    assert settings.read({"DATELINE_MAX_AGE": "5"}, {"max_age": 7})["MAX_AGE"] == 7


@pytest.mark.parametrize("name, value", [
    ("DATELINE_MAX_AGE", "soon"), ("DATELINE_MAX_AGE", "-1"), ("DATELINE_FRAME_ANCESTORS", "*; script-src *"),
])
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidParameter, match="want"):
        settings.read({name: value})


def test_the_public_address_is_a_setting(store: Store, store_address: str) -> None:
    app = create_app({"store": store_address, "public_url": "https://map.example/dateline"})
    told = app.test_client().get("/tiles/zones.json").json
    assert told is not None
    assert told["tiles"][0].startswith("https://map.example/dateline/tiles/zones/{z}/")
    app.extensions["dateline"].close()


def test_an_unknown_host_is_refused_when_hosts_are_set(tmp_path: Path) -> None:
    client = create_app({"store": str(tmp_path / "s.gpkg"), "trusted_hosts": "map.example"}).test_client()
    assert client.get("/healthz", headers={"Host": "map.example"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_a_forked_worker_opens_the_store_anew(client: FlaskClient) -> None:
    address = "/api/control?lon=37.45&lat=36.62&datetime=2016-04-11"
    before = client.get(address).data
    child = os.fork()
    if child == 0:
        os._exit(0 if client.get(address).data == before else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client.get(address).data == before


def test_an_export_is_never_taken_for_a_page(client: FlaskClient, store: Store) -> None:
    store.write("places", [Feature("p", Point(37, 36), {"name": "<script>"})], DAY)
    export = client.get("/export/places.geojson")
    assert export.mimetype == "application/geo+json"
    assert export.headers["X-Content-Type-Options"] == "nosniff"


_ODD = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:Z+-]{0,12})?(/(\.\.|[0-9-]{10}))?", fullmatch=True),
    st.lists(st.floats() | st.integers(), min_size=1, max_size=7).map(lambda numbers: ",".join(map(str, numbers))),
    st.sampled_from(["\0", "%", "'--", "\ud800", "1e400", "٣", "-0", "../..", "{{7*7}}", "9" * 5000]),
)
_NAMES = st.sampled_from([
    "datetime", "bbox", "limit", "offset", "id", "controller", "step_days", "as_known_on", "v", "lon", "lat", "place",
    "x\0",
])
_PART = _ODD.map(lambda text: quote(text, errors="replace"))
_PATHS = st.one_of(
    st.sampled_from(["/export/zones.geojson", "/tiles/zones/5/19/12.mvt", "/tiles/zones.json", "/api/control"]),
    st.tuples(_PART, _PART, _PART).map(lambda parts: "/tiles/zones/" + "/".join(parts)),
    _PART.map(lambda part: "/export/" + part),
)


@settings_of_hypothesis(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_PATHS, st.lists(st.tuples(_NAMES, _ODD), max_size=4))
def test_no_question_breaks_the_service(client: FlaskClient, path: str, query: list[tuple[str, str]]) -> None:
    response = client.get(path + "?" + urlencode(query, errors="surrogatepass"))
    assert response.status_code in (200, 204, 400, 404)
    if response.status_code >= 400:
        assert response.mimetype == "application/problem+json"
        assert {"type", "title", "status", "detail", "errors"} <= json.loads(response.data).keys()
