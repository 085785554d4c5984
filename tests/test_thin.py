"""The branch before Flask answers as Flask's own view does, to the byte, and leaves it whatever is not plain."""
from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from werkzeug.test import Client, TestResponse

from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import open_store
from geo.tiles.pictures import Pictures
from geo.tiles.sheet import Sheet
from server import create_app
from server.journal import Watched
from server.thin import Thin

TILE = "/tiles/zones/8/154/100.mvt"
PICTURE = "/tiles/zones/8/154/100.png"


def zone(number: int, first: date, last: date | None) -> Feature:
    ground = Point(37.4, 36.6).buffer(0.2 + number / 50)
    return Feature(f"z{number}", ground, {"controller": "ISIL"}, Validity.exactly(Interval(first, last)))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    path = str(tmp_path_factory.mktemp("thin") / "s.gpkg")
    store = open_store(path, create=True)
    days = [date(2016, 4, 1 + 3 * number) for number in range(6)]
    rows = [zone(number, *each) for number, each in enumerate(zip(days, [*days[1:], None], strict=True))]
    store.write("zones", [*rows, Feature("far", box(40, 36, 41, 37), {"controller": "SDF"})], date(2016, 4, 20))
    store.close()
    made = create_app({"store": path})
    yield made
    made.extensions["dateline"].close()


def branch(app: Flask) -> Thin:
    """Within what watches every request."""
    watched = app.wsgi_app
    assert isinstance(watched, Watched)
    assert isinstance(watched.inner, Thin)
    return watched.inner


def both(app: Flask, address: str, method: str, headers: dict[str, str]) -> tuple[TestResponse, TestResponse]:
    """What the branch answers, and what Flask does behind it."""
    thin = branch(app)
    return (Client(thin).open(address, method=method, headers=headers),
            Client(thin.inner).open(address, method=method, headers=headers))


def lowered(answer: TestResponse) -> set[tuple[str, str]]:
    return {(name.lower(), text) for name, text in answer.headers}


ADDRESSES = st.tuples(
    st.sampled_from([
        TILE, "/tiles/zones/8/0/0.mvt", "/tiles/zones/0/0/0.mvt", "/tiles/events/8/154/100.mvt",
        "/tiles/zones/9/999/0.mvt", "/tiles/castles/1/0/0.mvt", "/tiles/zones/8/154/100.jpg",
        "/tiles/zones/08/154/100.mvt", "/tiles/zones.json", "/tiles//zones/8/154/100.mvt",
        "/tiles/zones/8/154/100.mvt/", "/tiles/zones/٨/154/100.mvt",
        PICTURE, "/tiles/zones/8/154/100@2x.png", "/tiles/zones/8/0/0.png", "/tiles/events/8/154/100.png",
        "/tiles/zones/9/999/0.png", "/tiles/zones/8/154/0100@2x.png", "/tiles/zones/8/154/100@3x.png",
        "/tiles/zones/8/154/100@2x.mvt", "/tiles/castles/1/0/0@2x.png",
    ]),
    st.sampled_from([
        "", "datetime=2016-04-05", "datetime=2016-04-04", "datetime=2016-04-01/2016-04-30", "datetime=x", "datetime=",
        "datetime=2016-04-05&controller=ISIL", "as_known_on=2016-04-19", "as_known_on=2016-04-21&datetime=2016-04-05",
        "v=1", "v=a&v=b", "colour=red", "datetime=%32016-04-05", "id=z1", "datetime=2016-04-05&" + "v=" + "0" * 300,
    ]),
).map("?".join)
HEADERS = st.fixed_dictionaries({}, optional={
    "Accept-Encoding": st.sampled_from(["gzip", "zstd, gzip", "br", "gzip;q=0", "*", "identity, *;q=0", "x" * 600]),
    "If-None-Match": st.sampled_from(["*", '"x"', 'W/"x", "y"', "rubbish"]),
    "Host": st.sampled_from(["localhost", "news.example"]),
})


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ADDRESSES, st.sampled_from(["GET", "HEAD", "POST", "OPTIONS"]), HEADERS)
def test_it_answers_as_flask_does(app: Flask, address: str, method: str, headers: dict[str, str]) -> None:
    thin, flask = both(app, address, method, headers)
    assert thin.status == flask.status
    assert thin.status_code < 500
    assert thin.data == flask.data
    assert lowered(thin) == lowered(flask)


def test_flask_is_not_asked_for_a_plain_tile(app: Flask) -> None:
    thin, asked = branch(app), []
    counting = Thin(lambda *_: asked.append(1) or [], thin._service, None)  # type: ignore[func-returns-value]
    for tile in (TILE, PICTURE, "/tiles/zones/8/154/100@2x.png"):
        assert Client(counting).get(tile + "?datetime=2016-04-05").status_code == 200
    assert asked == []


@pytest.mark.parametrize("address", [TILE, TILE + "?datetime=2016-04-05", PICTURE + "?datetime=2016-04-05"])
def test_a_known_tile_is_304_in_every_encoding(app: Flask, address: str) -> None:
    for encoding in ("gzip", "zstd", "identity"):
        first = both(app, address, "GET", {"Accept-Encoding": encoding})[0]
        tag = first.headers["ETag"]
        for known in (tag, f'"x", {tag}', f"W/{tag}", "*"):
            thin, flask = both(app, address, "GET", {"Accept-Encoding": encoding, "If-None-Match": known})
            assert (thin.status_code, flask.status_code, thin.data) == (304, 304, b""), known
            assert thin.headers["ETag"] == tag


def test_packed_bodies_are_the_plain_one(app: Flask) -> None:
    plain, zipped, strong = (
        both(app, TILE, "GET", {"Accept-Encoding": encoding})[0] for encoding in ("identity", "gzip", "gzip, br, zstd"))
    assert (zipped.headers["Content-Encoding"], strong.headers["Content-Encoding"]) == ("gzip", "zstd")
    assert gzip.decompress(zipped.data) == zstandard.decompress(strong.data) == plain.data
    assert len({each.headers["ETag"] for each in (plain, zipped, strong)}) == 3


def test_hosts_that_are_not_trusted_are_left_to_flask(app: Flask) -> None:
    strict = create_app({"store": app.config["STORE"], "TRUSTED_HOSTS": "news.example", "PROXIES": 1})
    for headers, status in (
        ({"Host": "news.example"}, 200), ({"Host": "evil.example"}, 400),
        ({"Host": "evil.example", "X-Forwarded-Host": "news.example"}, 200),
    ):
        assert Client(strict.wsgi_app).get(TILE, headers=headers).status_code == status
    strict.extensions["dateline"].close()


def test_a_one_day_tile_says_for_which_days_it_holds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    draw = Sheet._drawn
    monkeypatch.setattr(Sheet, "_drawn", lambda self, *asked: made.append(asked) or draw(self, *asked))  # type: ignore[func-returns-value]
    address = "/tiles/zones/9/309/199.mvt?datetime="
    told = {day: Client(app.wsgi_app).get(f"{address}2016-04-{day:02}") for day in (6, 4, 5, 7)}
    assert [told[day].headers["Dateline-Days"] for day in (4, 5, 6)] == ["2016-04-04/2016-04-06"] * 3
    assert told[7].headers["Dateline-Days"] == "2016-04-07/2016-04-09"
    assert {told[day].data for day in (4, 5, 6)} == {told[4].data} != {told[7].data}
    assert len(made) == 2, "one for each run of days"
    assert "Dateline-Days" not in Client(app.wsgi_app).get(TILE).headers
    last = Client(app.wsgi_app).get(address + "2030-01-01").headers["Dateline-Days"]
    assert last == "2016-04-16/.."


@pytest.mark.parametrize("ending", [".png", "@2x.png"])
def test_a_picture_says_for_which_days_it_holds(app: Flask, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    draw = Pictures._drawn
    monkeypatch.setattr(Pictures, "_drawn", lambda self, *asked: made.append(asked) or draw(self, *asked))  # type: ignore[func-returns-value]
    address = f"/tiles/zones/9/309/199{ending}?datetime="
    told = {day: Client(app.wsgi_app).get(f"{address}2016-04-{day:02}") for day in (6, 4, 5, 7)}
    assert [told[day].headers["Dateline-Days"] for day in (4, 5, 6)] == ["2016-04-04/2016-04-06"] * 3
    assert told[7].headers["Dateline-Days"] == "2016-04-07/2016-04-09"
    assert {told[day].data for day in (4, 5, 6)} == {told[4].data} != {told[7].data}
    assert told[4].mimetype == "image/png"
    assert len(made) == 2, "one for each run of days"


def test_a_picture_in_any_encoding_is_one_file(app: Flask) -> None:
    answers = [both(app, PICTURE + "?datetime=2016-04-05", "GET", {"Accept-Encoding": encoding})[0]
               for encoding in ("identity", "gzip", "zstd")]
    assert len({(each.data, each.headers["ETag"]) for each in answers}) == 1
    assert all("Content-Encoding" not in each.headers for each in answers)


def test_a_change_elsewhere_leaves_a_tile_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "s.gpkg")
    store = open_store(path, create=True)
    store.write("zones", [zone(1, date(2016, 4, 1), None)], date(2016, 4, 20))
    app = create_app({"store": path})
    made: list[object] = []
    draw = Sheet._drawn
    monkeypatch.setattr(Sheet, "_drawn", lambda self, *asked: made.append(asked) or draw(self, *asked))  # type: ignore[func-returns-value]
    for address in (f"{TILE}?datetime=2016-04-05", "/tiles/zones/12/2473/1599.mvt?datetime=2016-04-05"):
        before = Client(app.wsgi_app).get(address)
        count = len(made)
        other = Feature(f"far{len(made)}", box(40, 36, 41, 37), {"controller": "SDF"})
        store.write("zones", [other], date(2016, 4, 21))
        after = Client(app.wsgi_app).get(address)
        assert (len(made), after.data) == (count, before.data)
        assert before.data
    store.write("zones", [zone(2, date(2016, 5, 1), None)], date(2016, 4, 22))
    assert Client(app.wsgi_app).get(TILE).data != before.data
    store.close()
    app.extensions["dateline"].close()


def test_two_hundred_who_ask_for_a_cold_tile_have_it_encoded_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    draw = Sheet._drawn

    def slow(self: Sheet, *asked: Any) -> bytes:
        made.append(asked)
        time.sleep(0.2)
        return draw(self, *asked)

    address = "/tiles/zones/10/618/399.mvt?datetime=2016-04-05"
    Client(app.wsgi_app).get("/tiles/zones/10/0/0.mvt")  # so that the zoom's arrays are there
    monkeypatch.setattr(Sheet, "_drawn", slow)
    together = threading.Barrier(200)

    def ask(_: int) -> bytes:
        together.wait()
        return Client(app.wsgi_app).get(address, headers={"Accept-Encoding": "gzip"}).data

    with ThreadPoolExecutor(200) as clients:
        (body,) = set(clients.map(ask, range(200)))
    assert body
    assert len(made) == 1
