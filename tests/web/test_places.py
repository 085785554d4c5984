"""``/api/places`` and ``/api/changes/places``: what the map's search and its list of changes ask for."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.gazetteer import Gazetteer
from geo.place_search import local_name, search
from server import create_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def names(client: FlaskClient, **query: object) -> list[str]:
    return [place["name"] for place in client.get("/api/places", query_string=query).json["places"]]


@pytest.mark.parametrize("name, wanted", [
    ("Abu Kamal", "sy-al-bukamal"), ("البوكمال", "sy-al-bukamal"), ("Mosol", "iq-mosul"), ("Girê Spî", "sy-tell-abyad"),
])
def test_a_place_is_found_as_on_the_command_line(client: FlaskClient, name: str, wanted: str) -> None:
    found = client.get("/api/places", query_string={"name": name}).json["places"]
    assert [place["id"] for place in found] == [one.match.place.id for one in search(Gazetteer.load(), name)]
    assert found[0]["id"] == wanted


def test_an_answer_says_what_where_and_why(client: FlaskClient) -> None:
    [place] = client.get("/api/places?name=Abu+Kamal").json["places"]
    told = {key: place[key] for key in ("name", "local_name", "country", "feature_code", "score", "found_by", "as")}
    assert told == {
        "name": "al-Bukamal", "local_name": "البوكمال", "country": "SY", "feature_code": "PPLA2", "score": 1.0,
        "found_by": "exact", "as": "Abu Kamal",
    }
    assert (round(place["lon"], 1), round(place["lat"], 1)) == (40.9, 34.5)


def test_while_typing_whole_names_come_before_those_that_begin_so(client: FlaskClient) -> None:
    assert names(client, name="Rai", typing=1)[:2] == ["al-Rai", "Rai"]
    assert "Deir ez-Zor" not in names(client, name="Deir")
    assert names(client, name="Deir", typing=1)[0] == "Deir ez-Zor"
    assert names(client, name="ديرا", typing=1)[0] == "Deir ez-Zor"


def test_a_place_is_told_once(client: FlaskClient) -> None:
    found = client.get("/api/places?name=Deir&typing=1&limit=50").json["places"]
    assert len({place["id"] for place in found}) == len(found) > 5


def test_the_nearest_comes_first_where_asked(client: FlaskClient) -> None:
    found = client.get("/api/places?name=Qamishli&lon=41.2&lat=37.05").json["places"]
    assert found[0]["name"] == "Qamishli" and found[0]["km"] < 5


@pytest.mark.parametrize("query, parameter", [
    ("", "name"), ("name=", "name"), ("name=" + "x" * 101, "name"), ("name=Rai&typing=yes", "typing"),
    ("name=Rai&limit=0", "limit"), ("name=Rai&lon=3", "lat"), ("name=Rai&q=1", "q"), ("name=a&name=b", "name"),
])
def test_what_makes_no_sense_is_refused_by_name(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/api/places?{query}")
    assert answer.status_code == 400 and answer.json["errors"][0]["parameter"] == parameter


def test_no_answer_has_more_than_fifty_places(client: FlaskClient) -> None:
    found = client.get("/api/places?name=al&typing=1&limit=9999").json
    assert len(found["places"]) == 50 < found["count"]


def test_who_asks_too_often_waits(store_path: Path) -> None:
    client = create_app({"store": str(store_path), "search_rate": 2}).test_client()
    answers = [client.get("/api/places?name=Rai") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) >= 1


def test_a_local_name_is_there_only_where_its_script_is_not_latin() -> None:
    gazetteer = Gazetteer.load()
    assert local_name(gazetteer["sy-al-rai"]) == "الراعي"
    assert local_name(gazetteer["tr-kilis"]) == ""


def turns(client: FlaskClient, first: str, last: str) -> list[tuple[Any, ...]]:
    told = client.get(f"/api/changes/places?from={first}&to={last}").json
    return [(each["day"], each["name"], each["before"], each["after"]) for each in told["places"]]


def test_a_town_that_is_taken_and_lost_again_is_there_twice(client: FlaskClient) -> None:
    found = [each for each in turns(client, "2016-04-08", "2016-04-13") if each[1] == "al-Rai"]
    assert found == [("2016-04-08", "al-Rai", "ISIL / REBELS", "REBELS"), ("2016-04-11", "al-Rai", "REBELS", "ISIL")]
    plain = client.get("/api/changes?from=2016-04-07&to=2016-04-13").json["places"]
    assert len([each for each in plain if each["name"] == "al-Rai"]) == 1, "that compares two days only"


def test_each_day_says_what_the_changes_of_that_day_say(client: FlaskClient) -> None:
    told = client.get("/api/changes?from=2016-04-10&to=2016-04-11").json["places"]
    assert [(each["name"], each["before"], each["after"]) for each in told] == [
        each[1:] for each in turns(client, "2016-04-11", "2016-04-11")]


def test_turns_of_a_year_are_too_many_to_ask_for_at_once(client: FlaskClient) -> None:
    answer = client.get("/api/changes/places?from=2015-01-01&to=2015-12-31")
    assert answer.status_code == 400 and answer.json["errors"][0]["parameter"] == "to"


def test_names_in_the_local_script_are_there_for_the_labels(client: FlaskClient) -> None:
    names = client.get("/api/places/names").json["names"]
    assert names["sy-al-rai"] == "الراعي" and "tr-kilis" not in names and len(names) > 1000
