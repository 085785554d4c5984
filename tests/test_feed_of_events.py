"""The feed of events: Atom that others can read, with places, the newest first."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from shapely.geometry import Point

from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import open_store
from server import create_app

NAMES = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}
EVIL = "Rebels <took> it\x0b & \"held\" ]]> it"


@pytest.fixture
def client(store_address: str) -> Iterator[FlaskClient]:
    store = open_store(store_address, create=True)
    for number, (kind, name) in enumerate([("attack", "al-Rai"), ("siege", "Mosul"), ("control_gain", None)], 1):
        day = date(2016, 4, number)
        row = Feature(f"e/{number}", Point(37 + number, 36) if name else None, {
            "type": kind, "name": name, "article": f"s{number}", "sentence": EVIL, "attribution": "a witness"},
            Validity.exactly(Interval.of_day(day)))
        store.write("events", [row], date(2016, 5, number))
    store.close()
    app = create_app({"store": store_address, "public_url": "https://news.example/map", "TESTING": True})
    yield app.test_client()
    app.extensions["dateline"].close()


def feed(client: FlaskClient, query: str = "") -> ElementTree.Element:
    answer = client.get(f"/feeds/events.atom{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml"), answer.text
    return ElementTree.fromstring(answer.data)


def texts(element: ElementTree.Element, path: str) -> list[str | None]:
    return [each.text for each in element.findall(path, NAMES)]


def test_the_newest_comes_first_with_its_place(client: FlaskClient) -> None:
    found = feed(client)
    assert texts(found, "a:entry/a:title") == [
        "Taken: place not known, 3 April 2016", "Siege: Mosul, 2 April 2016", "Attack: al-Rai, 1 April 2016"]
    assert texts(found, "a:entry/g:point") == ["36.000000 39.000000", "36.000000 38.000000"]
    assert texts(found, "a:entry/a:updated") == [f"2016-05-0{day}T00:00:00Z" for day in (3, 2, 1)]
    assert texts(found, "a:updated") == ["2016-05-03T00:00:00Z"]
    assert texts(found, "a:author/a:name") == ["Dateline"]
    assert [link.get("href") for link in found.findall("a:entry/a:link", NAMES)] == [
        f"https://news.example/map/stories/s{number}" for number in (3, 2, 1)]
    ids = texts(found, "a:entry/a:id")
    assert ids[0] == "https://news.example/map/ogc/collections/events/items/e%2F3"
    assert len(set(ids)) == 3


def test_text_stays_text(client: FlaskClient) -> None:
    assert texts(feed(client), "a:entry/a:summary")[0] == EVIL.replace("\x0b", "\ufffd") + " – a witness"


@pytest.mark.parametrize("query, count", [
    ("?type=siege", 1), ("?limit=2", 2), ("?bbox=37.5,35,38.5,37", 1), ("?datetime=2016-04-03/..", 1),
    ("?type=clash", 0), ("?limit=100000000", 3)])
def test_the_feed_can_be_narrowed(client: FlaskClient, query: str, count: int) -> None:
    found = feed(client, query)
    assert len(found.findall("a:entry", NAMES)) == count
    assert texts(found, "a:id") == [f"https://news.example/map/feeds/events.atom{query}"]


def test_what_is_not_known_is_a_problem(client: FlaskClient) -> None:
    assert client.get("/feeds/events.atom?colour=red").status_code == 400


def test_the_list_of_stories_names_the_feed(client: FlaskClient) -> None:
    assert 'type="application/atom+xml"' in client.get("/stories/").text
