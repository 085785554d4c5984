"""``POST /api/read``: what ``dateline read`` says, bounded in size, time and rate, with nothing kept."""
from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from geo.model import Query
from geo.store import open_store
from server import create_app
from server.cli import dateline
from server.rate import MOST_CLIENTS, Rate

TEXT = "Islamic State seized the Syrian border town of al-Rai from rebels on Monday. Rebels still hold Azaz."
STORY = {"text": TEXT, "title": "Rebels leave al-Rai", "date": "2016-04-11", "url": "https://news.example/1"}
PLAIN = f"Title: Rebels leave al-Rai\nDate: 2016-04-11\nUrl: https://news.example/1\n\n{TEXT}"
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Rebels leave al-Rai</title>
<meta property="article:published_time" content="2016-04-11"></head>
<body><article><h1>Rebels leave al-Rai</h1><p>{TEXT}</p><p>{TEXT}</p></article></body></html>"""


@pytest.fixture(scope="module")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demo_store, tmp_path_factory.mktemp("read") / "war.gpkg"))


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[FlaskClient]:
    app = create_app({"store": str(store), "read_rate": 0})
    yield app.test_client()
    app.extensions["dateline"].close()


def post(client: FlaskClient, body: object, query: str = "", kind: str = "application/json") -> TestResponse:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/api/read" + query, data=data, content_type=kind)


def printed(stdin: str, form: str) -> str:
    done = CliRunner().invoke(dateline, ["read", "-", "--format", form], input=stdin)
    assert done.exit_code == 0
    return done.stdout


def problem(response: TestResponse) -> str:
    assert response.mimetype == "application/problem+json"
    answer = json.loads(response.data)
    assert answer["status"] == response.status_code
    return str(answer["detail"])


@pytest.mark.parametrize("form", ["json", "geojson"])
@pytest.mark.parametrize("kind, body, stdin", [
    ("application/json", json.dumps(STORY), json.dumps(STORY)),
    ("text/plain", PLAIN, PLAIN),
    ("text/html; charset=utf-8", PAGE, PAGE),
])
def test_the_answer_is_what_the_command_prints(
    client: FlaskClient, kind: str, body: str, stdin: str, form: str
) -> None:
    response = post(client, body, f"?format={form}", kind)
    assert (response.status_code, response.mimetype) == (
        200, {"json": "application/json", "geojson": "application/geo+json"}[form])
    assert json.loads(response.data) == json.loads(printed(stdin, form))
    assert "sy-al-rai" in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"


def test_without_a_format_it_is_geojson_as_on_the_command_line(client: FlaskClient) -> None:
    answer = post(client, STORY).json
    assert answer is not None
    assert {one["properties"]["toponym"] for one in answer["features"]} >= {"al-Rai", "Azaz"}
    rai = next(one for one in answer["features"] if one["properties"]["toponym"] == "al-Rai")
    assert (rai["properties"]["controller"], rai["properties"]["valid_from"]) == ("ISIL", "2016-04-11")


def test_a_stated_day_dates_a_story_without_one(client: FlaskClient) -> None:
    answer = post(client, TEXT, "?format=json&date=2016-04-11", "text/plain").json
    assert answer is not None
    assert (answer["published"]["edtf"], answer["published_how"]) == ("2016-04-11", "stated")


def test_nothing_is_stored_and_no_word_of_the_article_is_logged(
    client: FlaskClient, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened = open_store(str(store))
    before = opened.version(), sum(1 for _ in opened.read("articles", Query()))
    for body in (STORY, {**STORY, "date": "Monday"}, {**STORY, "colour": TEXT}):
        post(client, body)
    assert (opened.version(), sum(1 for _ in opened.read("articles", Query()))) == before
    opened.close()
    assert "al-Rai" not in caplog.text


@pytest.mark.parametrize("body, kind, status, wanted", [
    ("", "application/json", 400, "body: no JSON, want an object with text"),
    ("{", "application/json", 400, "body: no JSON"),
    ("[]", "application/json", 400, "body: list, want an object"),
    ("{}", "application/json", 400, "text: '', want the article"),
    ('{"text": 7}', "application/json", 400, "text: '7', want a text"),
    ('{"text": " "}', "application/json", 400, "the article is empty"),
    ('{"text": "x", "colour": "red"}', "application/json", 400, "colour: 'red', want one of text"),
    ('{"text": "x", "date": "2016-13-40"}', "application/json", 400, "date: '2016-13-40', want YYYY-MM-DD"),
    ('{"text": "x\\u0000"}', "application/json", 400, "want text"),
    ('{"text": "x\\ud800"}', "application/json", 400, "want text"),
    ("[" * 100_000, "application/json", 400, "nested too deeply"),
    (b'{"text": "\xff"}', "application/json", 400, "not UTF-8"),
    (b"\x89PNG\x00", "text/plain", 400, "UTF-8"),
    ("  ", "text/plain", 400, "the article is empty"),
    ("<html></html>", "text/html", 400, "no article found"),
    ("<div>" * 500, "text/html", 400, "deep, want at most"),
    (TEXT, "", 415, "want application/json, text/plain or text/html"),
    (TEXT, "application/xml", 415, "want application/json, text/plain or text/html"),
    (TEXT, "text/plain; charset=utf-16", 415, "want UTF-8"),
    ("Raqqa fell. " * 9_000, "text/plain", 400, "text: 108,000 characters, want at most 100,000"),
    ("Raqqa " * 600, "text/plain", 400, "a sentence of 3,599 characters, want at most 3,000"),
    ("x" * (256 * 1024 + 1), "text/plain", 413, "body: want at most 256 kB"),
])
def test_what_is_no_article_is_a_problem_that_says_what_was_expected(
    client: FlaskClient, body: str | bytes, kind: str, status: int, wanted: str
) -> None:
    response = post(client, body, "", kind)
    assert response.status_code == status
    assert wanted in problem(response)


@pytest.mark.parametrize("query, wanted", [
    ("?format=html", "format: 'html', want json or geojson"), ("?date=Monday", "date: 'Monday', want YYYY-MM-DD"),
    ("?format=json&format=json", "want it only once"), ("?colour=red", "colour: 'red', want one of"),
])
def test_a_bad_parameter_is_named(client: FlaskClient, query: str, wanted: str) -> None:
    response = post(client, STORY, query)
    assert response.status_code == 400
    assert wanted in problem(response)


def test_it_is_asked_by_post_alone(client: FlaskClient) -> None:
    response = client.get("/api/read")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300), st.sampled_from(["text/plain", "text/html", "application/json"]))
def test_no_body_is_a_fault_of_ours(client: FlaskClient, body: str, kind: str) -> None:
    response = post(client, body.encode("utf-8", "surrogatepass"), "?format=json", kind)
    assert response.status_code in (200, 400)


HOSTILE = {
    "one word": "a" * 250_000,
    "capitals": "Raqqa " * 40_000,
    "dates": "on 11 April 2016, " * 14_000,
    "weekdays": "Monday " * 36_000,
    "names and verbs": "IS seized al-Rai. " * 14_000,
    "hyphens": "al-" * 83_000,
    "right to left": "\u202eRaqqa " * 25_000,
    "emoji": "😀" * 60_000,
    "numbers": "20 km north of " * 17_000,
    "quotes": "“" * 80_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_bounded_time(client: FlaskClient, name: str) -> None:
    post(client, STORY)
    begun = time.monotonic()
    response = post(client, HOSTILE[name], "?format=json&date=2016-04-11", "text/plain")
    assert response.status_code == 200 or "characters, want at most" in problem(response)
    assert time.monotonic() - begun < 20


def test_who_asks_too_often_is_told_when_to_come_back(store: Path) -> None:
    app = create_app({"store": str(store), "read_rate": 2})
    mine = app.test_client()
    answers = [post(mine, STORY) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 30
    assert "read_rate" in problem(answers[2])
    other = mine.post("/api/read", json=STORY, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert other.status_code == 200
    app.extensions["dateline"].close()


def test_tokens_come_back_with_time() -> None:
    now = 0.0
    rate = Rate(60, lambda: now)
    assert [rate.wait("a") for _ in range(60)] == [0.0] * 60
    assert rate.wait("a") == pytest.approx(1.0)
    now = 0.5
    assert rate.wait("a") == pytest.approx(0.5)
    now = 1.0
    assert rate.wait("a") == 0.0
    now = 10_000.0
    assert [rate.wait("a") > 0 for _ in range(61)] == [False] * 60 + [True]


@pytest.mark.parametrize("one, other, is_same", [
    ("198.51.100.1", "198.51.100.2", False), ("2001:db8::1", "2001:db8::ffff", True),
    ("2001:db8::1", "2001:db8:0:1::1", False), ("", "", True),
])
def test_a_network_of_ipv6_is_one_client(one: str, other: str, is_same: bool) -> None:
    rate = Rate(1, lambda: 0.0)
    assert rate.wait(one) == 0.0
    assert (rate.wait(other) > 0) is is_same


def test_the_memory_of_clients_is_bounded() -> None:
    rate = Rate(1, lambda: 0.0)
    for number in range(MOST_CLIENTS + 50):
        rate.wait(f"client {number}")
    assert rate.wait("client 0") == 0.0  # forgotten
    assert rate.wait(f"client {MOST_CLIENTS + 49}") > 0
