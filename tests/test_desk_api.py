"""The editors' routes: closed without a token, idempotent, bounded; what they hide no reader's route shows."""
from __future__ import annotations

import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from geo import access, desk
from geo.store import open_store
from server import create_app
from server.cli import dateline

TEXT = ("Islamic State seized the Syrian border town of al-Rai from rebels on Monday. Rebels still hold Azaz. "
        "Fighting went on near Marea.")
STORY = {"text": TEXT, "title": "Rebels leave al-Rai", "date": "2016-04-11", "url": "https://news.example/desk"}
WRITES = [
    ("POST", "/api/articles"), ("PATCH", "/api/articles/x"), ("DELETE", "/api/articles/x"),
    ("POST", "/api/corrections"), ("DELETE", "/api/corrections/x"), ("POST", "/api/reports"),
    ("POST", "/api/zones?source=x"),
]
READS = [
    ("GET", "/api/articles"), ("GET", "/api/articles/x"), ("GET", "/api/articles/x/history"),
    ("GET", "/api/corrections/x"), ("GET", "/api/corrections/places?name=Azaz"),
]
ROUTES = [*WRITES, *READS]


@dataclass
class Desk:
    """A client with a token."""

    client: FlaskClient
    token: str
    store: Path

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        bearer = {"Authorization": f"Bearer {self.token}"}
        return self.client.open("/api" + path, method=method, json=body, headers={**bearer, **given})

    def take(self, **story: str) -> str:
        answer = self("POST", "/articles", {**STORY, **story})
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json["article"]["id"])  # type: ignore[index]

    def state(self, article: str, state: str, **more: str) -> TestResponse:
        return self("PATCH", f"/articles/{article}", {"state": state, **more})

    def move(self, article: str, name: str = "al-Rai", **said: object) -> TestResponse:
        start = TEXT.index(name)
        body = {"article": article, "kind": "place", "start": start, "end": start + len(name), **said}
        return self("POST", "/corrections", body)


def token_of(path: Path, scope: str, days: int | None = None, now: datetime | None = None) -> str:
    store = open_store(str(path))
    text, _ = access.new_token(store, f"Mona ({scope})", [scope], days, now or datetime.now(UTC))
    store.close()
    return text


@pytest.fixture
def site(demo_store: Path, tmp_path: Path) -> Iterator[Desk]:
    path = Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))
    app = create_app({"store": str(path), "desk_rate": 0, "read_rate": 0})
    yield Desk(app.test_client(), token_of(path, "admin"), path)
    app.extensions["dateline"].close()


def ask(site: Desk, method: str, path: str, **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.client.open(path, method=method, data="{", content_type="application/json", headers=given)


@pytest.mark.parametrize("method, path", ROUTES)
def test_no_route_answers_without_a_valid_token(site: Desk, method: str, path: str) -> None:
    over = token_of(site.store, "admin", 1, datetime.now(UTC) - timedelta(days=2))
    revoked = token_of(site.store, "admin")
    store = open_store(str(site.store))
    access.revoke(store, revoked.split("_")[1], datetime.now(UTC))
    store.close()
    good = site.token
    for header in ("", "Bearer", "Bearer x", f"Basic {good}", good, f"Bearer {good}x", f"Bearer {over}",
                   f"Bearer {revoked}", f"Token {good}", f"Bearer {good[:-1]}\u00e9"):
        answer = ask(site, method, path, Authorization=header)
        assert answer.status_code == 401, header  # before the body, which is broken, is looked at
        assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")
        assert answer.mimetype == "application/problem+json"
    by_other_ways = [{"Cookie": f"token={good}"}, {"X-Token": good}]
    for headers in by_other_ways:
        assert ask(site, method, path, **headers).status_code == 401
    query = path + ("&" if "?" in path else "?")
    assert ask(site, method, f"{query}token={good}&access_token={good}").status_code == 401


@pytest.mark.parametrize("scope, method, path, status", [
    *[("read-private", method, path, 403) for method, path in WRITES],
    ("write", "DELETE", "/api/articles/x", 403), ("write", "PATCH", "/api/articles/x", 400),
    *[("read-private", method, path, None) for method, path in READS],
])
def test_a_token_does_no_more_than_its_scope(
    site: Desk, scope: str, method: str, path: str, status: int | None
) -> None:
    answer = ask(site, method, path, Authorization=f"Bearer {token_of(site.store, scope)}")
    assert answer.status_code == status if status else answer.status_code in (200, 404)
    if status == 403:
        assert "error=insufficient_scope" in answer.headers["WWW-Authenticate"]


def test_withdrawing_by_state_needs_admin_too(site: Desk) -> None:
    article = site.take()
    writer = Desk(site.client, token_of(site.store, "write"), site.store)
    assert writer.state(article, "withdrawn").status_code == 403
    assert writer.state(article, "published").status_code == 200


@pytest.mark.parametrize("method, path", ROUTES)
def test_without_any_token_the_routes_do_not_exist(demo_store: Path, method: str, path: str) -> None:
    app = create_app({"store": str(demo_store)})
    assert app.test_client().open(path, method=method).status_code == 404
    app.extensions["dateline"].close()


@pytest.mark.parametrize("method, path", ROUTES)
def test_another_page_can_neither_ask_nor_read(site: Desk, method: str, path: str) -> None:
    """A preflight is not granted and no answer may be read, so a forged request has no token to send."""
    bare = path.partition("?")[0]
    preflight = site.client.options(bare, headers={
        "Origin": "https://evil.example", "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type"})
    answer = ask(site, method, path, Origin="https://evil.example", Authorization=f"Bearer {site.token}")
    for each in (preflight, answer):
        assert not [name for name, _ in each.headers if name.lower().startswith("access-control-")]
    assert "Set-Cookie" not in answer.headers
    if answer.status_code < 400:
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_token_is_in_no_log_and_no_answer(site: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    article = site.take()
    answers = [site("GET", "/articles"), site("GET", f"/articles/{article}"), site.state(article, "nonsense"),
               site("POST", "/corrections", {"article": article}), ask(site, "POST", "/api/articles")]
    secret = site.token.split("_", 2)[2]
    assert all(secret not in answer.text for answer in answers) and secret not in caplog.text


def test_who_tries_tokens_is_slowed_and_so_is_a_busy_one(demo_store: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))
    app = create_app({"store": str(path), "desk_rate": 3})
    site = Desk(app.test_client(), token_of(path, "write"), path)
    tried = [ask(site, "GET", "/api/articles", Authorization="Bearer x").status_code for _ in range(5)]
    assert tried == [401, 401, 401, 429, 429]
    asked = [site("GET", "/articles").status_code for _ in range(5)]
    assert asked == [200, 200, 200, 429, 429]
    assert int(site("GET", "/articles").headers["Retry-After"]) >= 1
    app.extensions["dateline"].close()


def test_a_story_is_taken_once(site: Desk) -> None:
    first, again = (site("POST", "/articles", STORY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"]
    assert site("GET", first.headers["Location"].removeprefix("/api")).json == again.json


def test_a_key_goes_with_one_body(site: Desk) -> None:
    answers = [site("POST", "/articles", {**STORY, "text": text}, Idempotency_Key="k1")
               for text in (TEXT, TEXT, TEXT + " More.")]
    assert [each.status_code for each in answers] == [201, 200, 422]
    assert site("POST", "/articles", STORY, Idempotency_Key="x" * 201).status_code == 400


def test_a_request_that_failed_may_be_mended_under_its_key(site: Desk) -> None:
    article = site.take()
    body = {"article": article, "kind": "place", "start": TEXT.index("al-Rai"), "end": TEXT.index("al-Rai") + 6}
    tried = [site("POST", "/corrections", {**body, "place": place}, Idempotency_Key="k2")
             for place in ("sy-nowhere", "sy-raqqa", "sy-azaz")]
    assert [each.status_code for each in tried] == [400, 201, 422]


def seated(ask: Callable[[], TestResponse]) -> int:
    """The status once there was a seat: a busy service sends away whom it has none for."""
    for _ in range(300):
        status = ask().status_code
        if status != 503:
            return status
        time.sleep(0.1)
    return 503


def test_many_at_once_take_one_story_once(site: Desk) -> None:
    app = site.client.application
    tries = [Desk(app.test_client(), site.token, site.store) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: seated(lambda: each("POST", "/articles", STORY)), tries))
    assert sorted(answers) == [200] * 7 + [201]
    article = site.take()
    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda each: seated(lambda: each.move(article, place="sy-raqqa")), tries))
    assert set(moved) <= {200, 201} and moved.count(201) <= 1, "who had no seat for the answer finds it done"
    store = open_store(str(site.store))
    assert len(store.records(desk.CORRECTION, article)) == 1
    store.close()


def test_nothing_frames_the_desk_and_deep_bodies_are_no_fault_of_ours(site: Desk) -> None:
    page = site.client.get("/desk/")
    assert page.status_code == 200 and page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in page.headers and "Set-Cookie" not in page.headers
    deep = site.client.post("/api/corrections", data="[" * 100_000, content_type="application/json",
                            headers={"Authorization": f"Bearer {site.token}"})
    assert deep.status_code == 400


@pytest.mark.parametrize("path", ["/articles", "/corrections", "/reports", "/articles/x"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""])
def test_other_content_types_are_refused(site: Desk, path: str, kind: str) -> None:
    method = "PATCH" if path.endswith("x") else "POST"
    answer = site.client.open("/api" + path, method=method, data=b"text=1", content_type=kind,
                              headers={"Authorization": f"Bearer {site.token}"})
    assert answer.status_code == 415


def test_a_large_body_is_refused(site: Desk) -> None:
    assert site("POST", "/articles", {**STORY, "text": "x" * 300_000}).status_code == 413
    assert site("POST", "/corrections", {"article": "x" * 300_000}).status_code == 413


def test_a_page_is_read_by_the_guarded_child(site: Desk) -> None:
    body = f"<article><h1>T</h1><p>{TEXT}</p><p>{TEXT}</p></article>"
    page = f"<html><head><title>T</title></head><body>{body}</body></html>"
    headers = {"Authorization": f"Bearer {site.token}"}
    answer = site.client.post("/api/articles?date=2016-04-11", data=page, content_type="text/html", headers=headers)
    assert answer.status_code == 201 and answer.json and answer.json["article"]["published"]["edtf"] == "2016-04-11"
    deep = site.client.post("/api/articles", data="<div>" * 500, content_type="text/html", headers=headers)
    assert deep.status_code == 400


@pytest.mark.parametrize("body, wanted", [
    ({}, "article: '', want it stated"), ({"article": "nothing", "kind": "place", "start": 0, "end": 5}, "404"),
    ({"start": "0"}, "start: '0', want a whole number"), ({"start": True}, "start: 'True'"),
    ({"kind": "place", "start": 5, "end": 5}, "want a span of the text"),
    ({"kind": "place", "start": 0, "end": 10**9}, "want a span of the text"),
    ({"kind": "place", "start": 0, "end": 5, "place": "sy-nowhere"}, "place: 'sy-nowhere', want the id"),
    ({"kind": "place", "start": 0, "end": 5, "lng": 1}, "want lng and lat together"),
    ({"kind": "place", "start": 0, "end": 5, "lng": 181, "lat": 0}, "want degrees"),
    ({"kind": "place", "start": 0, "end": 5, "lng": float("nan"), "lat": 0}, "want"),
    ({"kind": "place", "start": 0, "end": 5, "place": "sy-azaz", "km": 0}, "km: 0"),
    ({"kind": "dropped", "start": 0, "end": 5, "event": {"colour": "red"}}, "event:"),
    ({"kind": "date", "start": 0, "end": 5, "date": "yesterday"}, "date: 'yesterday'"),
    ({"kind": "dropped", "start": 0, "end": 5, "revision": "old"}, "revision: the story was edited"),
    ({"colour": "red"}, "colour: 'red', want one of article"),
])
def test_a_correction_that_says_nothing_is_a_problem(site: Desk, body: dict[str, Any], wanted: str) -> None:
    article = site.take()
    full = {**({"article": article} if body and "colour" not in body else {}), **body}
    answer = site("POST", "/corrections", full)
    assert answer.mimetype == "application/problem+json" and 400 <= answer.status_code < 500
    assert wanted in answer.text.replace("\\u0027", "'") or wanted == str(answer.status_code)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(
    st.sampled_from(["article", "kind", "start", "end", "place", "lng", "lat", "km", "date", "role", "event", "state"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers()),
))
def test_no_body_is_a_fault_of_ours(site: Desk, body: dict[str, object]) -> None:
    for method, path in (("POST", "/corrections"), ("PATCH", "/articles/x"), ("POST", "/reports")):
        data = json.dumps(body).encode("utf-8", "surrogatepass")
        answer = site.client.open("/api" + path, method=method, data=data, content_type="application/json",
                                  headers={"Authorization": f"Bearer {site.token}"})
        assert 400 <= answer.status_code < 500


def tiles(site: Desk) -> bytes:
    names = ("mentions", "events", "articles")
    return b"".join(site.client.get(f"/tiles/{name}/0/0/0.mvt?datetime=2016-04-11").data for name in names)


def readers(site: Desk, article: str, query: str = "") -> str:
    """All that readers' routes show of a story: exports, pages, tiles."""
    exports = [site.client.get(f"/export/{name}.geojson{query}").text for name in ("articles", "mentions", "events")]
    pages = [site.client.get(path) for path in ("/stories/", f"/stories/{article}", f"/embed/{article}")]
    found = [*exports, *[page.text for page in pages if page.status_code == 200]]
    return "".join(found) + tiles(site).decode("latin-1")


def written(site: Desk) -> bytes:
    """The store and all that is kept beside it: logs, arrays of tiles."""
    return b"".join(path.read_bytes() for path in site.store.parent.rglob("*") if path.is_file())


def believed(shown: str) -> str:
    """What is shown, whenever the store came to believe it, and whatever version of it addresses name."""
    return re.sub(r'"known_from":"[^"]*"|\b[0-9a-f]{8}-\d+\b', "", shown)


def test_what_is_hidden_is_hidden_everywhere_until_it_is_published(site: Desk) -> None:
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    before = readers(site, "x")
    article = site.take(title="Unheard-of headline")
    assert readers(site, article) == before
    assert site.state(article, "held", until=later).status_code == 200
    assert readers(site, article) == before
    assert site.state(article, "published").status_code == 200
    shown = readers(site, article)
    assert shown.count("Unheard-of headline") >= 6
    assert site.state(article, "draft").status_code == 200
    assert readers(site, article) == before
    for query in ("?as_known_on=2016-04-12", "?as_known_on=2030-01-01"):
        assert "Unheard-of headline" not in readers(site, article, query)


def test_a_held_story_appears_by_itself(site: Desk) -> None:
    article = site.take(title="Unheard-of headline")
    soon = datetime.now(UTC) + timedelta(seconds=2)
    assert site.state(article, "held", until=soon.isoformat()).status_code == 200
    releasing = site.client.application.extensions["dateline.releasing"]
    assert releasing.release() == [] and datetime.now(UTC) < soon
    while datetime.now(UTC) < soon:
        time.sleep(0.05)
    assert releasing.release() == [article]
    assert "Unheard-of headline" in readers(site, article)


def test_the_first_request_after_its_time_publishes_what_is_held(site: Desk) -> None:
    article = site.take(title="Unheard-of headline")
    soon = datetime.now(UTC) + timedelta(seconds=1)
    assert site.state(article, "held", until=soon.isoformat()).status_code == 200
    seen: list[tuple[bool, bool]] = []
    while not seen or (not seen[-1][1] and datetime.now(UTC) < soon + timedelta(seconds=20)):
        before = datetime.now(UTC) < soon
        seen.append((before, "Unheard-of headline" in site.client.get("/stories/").text))
        time.sleep(0.1)
    assert seen[-1] == (False, True) and (True, True) not in seen


@pytest.mark.parametrize("until", [
    "", "tomorrow", "2030-01-01", "2030-01-01T00:00:00", "2016-01-01T00:00:00Z", "\u0662",
])
def test_a_time_to_hold_until_has_a_zone_and_lies_ahead(site: Desk, until: str) -> None:
    article = site.take()
    assert site.state(article, "held", until=until).status_code == 400
    assert site.state(article, "held").status_code == 400


def test_a_withdrawn_story_is_gone_and_does_not_come_back(site: Desk) -> None:
    before = readers(site, "x")
    article = site.take(title="Unheard-of headline")
    site.state(article, "published")
    site.move(article, place="sy-raqqa")
    readers(site, article)
    assert b"Unheard-of headline" in written(site)
    for _ in range(2):
        assert site.state(article, "withdrawn").status_code == 204
    assert readers(site, article) == before
    assert site("GET", f"/articles/{article}").status_code == 410
    assert site("POST", "/articles", STORY).status_code == 410
    for path in (f"/embed/{article}", f"/preview/{article}.png", f"/stories/{article}"):
        assert site.client.get(path).status_code == 404
    assert b"Unheard-of headline" not in written(site)


def test_the_publication_date_is_asked_for_when_nobody_knows_it(site: Desk) -> None:
    answer = site("POST", "/articles", {"text": "Rebels hold Azaz."})
    article = answer.json["article"]["id"]  # type: ignore[index]
    assert answer.json["article"]["published"] is None  # type: ignore[index]
    assert site.state(article, "published").status_code == 422
    assert site("PATCH", f"/articles/{article}", {"date": "2016-13-01"}).status_code == 400
    assert site.state(article, "published", date="2016-04-11").status_code == 200
    assert site.client.get(f"/stories/{article}").status_code == 200


def test_a_correction_shows_in_every_answer_and_its_undoing_too(site: Desk) -> None:
    article = site.take()
    site.state(article, "published")
    wrong, tiles_then = readers(site, article), tiles(site)
    made, again = (site.move(article, place="sy-raqqa") for _ in range(2))
    assert (made.status_code, again.status_code) == (201, 200) and made.headers["Location"] == again.headers["Location"]
    assert tiles(site) != tiles_then
    assert "an editor's choice" in (shown := readers(site, article).replace("&#39;", "'")) and "Mona" not in shown
    read = site.client.post("/api/read?format=json", json=STORY).json
    assert read is not None and read["toponyms"][0]["place"] != "sy-raqqa"  # "Syrian"
    assert [each["place"] for each in read["toponyms"] if each["text"] == "al-Rai"] == ["sy-raqqa"]
    undone = site("DELETE", f"/corrections/{made.json['correction']['id']}")  # type: ignore[index]
    assert undone.status_code == 200 and believed(readers(site, article)) == believed(wrong)
    who = [(each.get("by"), each.get("undone_by")) for each in undone.json["history"] if each.get("kind")]  # type: ignore[index]
    assert who == [("Mona (admin)", "Mona (admin)")]


def test_a_draft_s_corrections_are_nobody_s_business(site: Desk) -> None:
    site.move(site.take(), place="sy-raqqa")
    read = site.client.post("/api/read?format=json", json=STORY)
    assert "sy-raqqa" not in read.text


def test_the_least_sure_comes_first(site: Desk) -> None:
    items = site("GET", f"/articles/{site.take()}").json["items"]  # type: ignore[index]
    sure = [each["confidence"] for each in items if each["confidence"] is not None]
    assert sure == sorted(sure) and 0 < sure[0] < 1
    assert all(each["why"] for each in items if each["confidence"] is not None)


def test_the_next_story_is_offered_the_correction(site: Desk) -> None:
    site.move(site.take(), place="sy-raqqa")
    other = site("POST", "/articles", {"text": "Rebels in Azaz shelled al-Rai on Friday.", "date": "2016-04-20"})
    (item,) = [each for each in other.json["items"] if each["text"] == "al-Rai"]  # type: ignore[index]
    assert item["place"] == "sy-al-rai"
    assert [(each["name"], each["reason"]) for each in item["offers"]] == [
        ("Raqqa", "Mona (admin) corrected this name in another story; both stories speak of Azaz")]


def confirm(site: Desk, article: str) -> dict[str, Any]:
    items = site("GET", f"/articles/{article}").json["items"]  # type: ignore[index]
    event = next(each for each in items if each["kind"] == "event" and each["event"]["name"] == "al-Rai")
    body = {"article": article, "kind": "confirmed", "start": event["start"], "end": event["end"],
            "event": event["event"], "date": event["when"]["edtf"]}
    assert site("POST", "/corrections", body).status_code == 201
    return dict(event)


def test_a_confirmed_event_becomes_a_town_report_and_goes_with_its_story(site: Desk) -> None:
    article = site.take()
    site.state(article, "published")
    event = next(each for each in site("GET", f"/articles/{article}").json["items"]  # type: ignore[index]
                 if each["kind"] == "event" and each["event"]["name"] == "al-Rai")
    asked = {"article": article, "event": event["id"]}
    assert site("POST", "/reports", asked).status_code == 409
    confirm(site, article)
    made, again = (site("POST", "/reports", asked) for _ in range(2))
    assert (made.status_code, again.status_code) == (201, 200)
    (row,) = site.client.get(made.headers["Location"]).json["features"]  # type: ignore[index]
    assert [row["properties"][name] for name in ("place", "controller", "status", "valid_from")] == [
        "sy-al-rai", "ISIL", "control", "2016-04-11"]
    assert row["properties"]["sources"][0]["title"] == "Rebels leave al-Rai"
    rejoining = site.client.application.extensions["dateline.rejoining"]
    rejoining.wait()
    site.state(article, "draft")
    rejoining.wait()
    assert site.client.get(made.headers["Location"]).json["features"] == []  # type: ignore[index]


def test_ground_that_a_report_moves_is_joined_to_all_stories_anew(site: Desk) -> None:
    text = "Islamic State seized the town of Marea from rebels on Monday."
    article = site.take(text=text, url="https://news.example/marea")
    site.state(article, "published")
    other = site.take(text="Guns were heard in Marea on Friday.", url="https://news.example/other", date="2016-04-15")
    site.state(other, "published")

    def held() -> object:
        (row,) = site.client.get(f"/export/mentions.geojson?article={other}").json["features"]  # type: ignore[index]
        return row["properties"]["controller"]

    assert held() == "REBELS"
    items = site("GET", f"/articles/{article}").json["items"]  # type: ignore[index]
    event = next(each for each in items if each["kind"] == "event")
    site("POST", "/corrections", {"article": article, "kind": "confirmed", "start": event["start"],
                                  "end": event["end"], "event": event["event"]})
    assert site("POST", "/reports", {"article": article, "event": event["id"]}).status_code == 201
    site.client.application.extensions["dateline.rejoining"].wait()
    assert held() == "ISIL"
    assert site.state(article, "withdrawn").status_code == 204
    site.client.application.extensions["dateline.rejoining"].wait()
    assert held() == "REBELS"


def test_hostile_words_come_back_as_words(site: Desk) -> None:
    hostile = "<script>alert(1)</script> {{7*7}} ${x} Rebels hold Azaz."
    answer = site("POST", "/articles", {"text": hostile, "title": hostile, "date": "2016-04-11"})
    assert answer.json["article"]["text"] == hostile and answer.mimetype == "application/json"  # type: ignore[index]
    article = answer.json["article"]["id"]  # type: ignore[index]
    site.state(article, "published")
    assert "<script>alert" not in site.client.get(f"/stories/{article}").text


def test_ingest_keeps_the_correction_and_the_withdrawal(site: Desk, tmp_path: Path) -> None:
    file = tmp_path / "story.jsonl"
    file.write_text(json.dumps(STORY), encoding="utf-8")

    def ingested() -> dict[str, Any]:
        done = CliRunner().invoke(dateline, ["--json", "--store", str(site.store), "ingest", str(file)])
        return dict(json.loads(done.stdout))

    article = ingested()["article"]
    site.move(article, place="sy-raqqa")
    ingested()
    story = site.client.get(f"/export/mentions.geojson?article={article}").json
    assert {each["properties"]["toponym"]: each["properties"]["place"] for each in story["features"]}[  # type: ignore[index]
        "al-Rai"] == "sy-raqqa"
    done = CliRunner().invoke(dateline, ["--store", str(site.store), "withdraw", article])
    assert done.exit_code == 0 and ingested()["state"] == "withdrawn"
    store = open_store(str(site.store))
    assert [story.article.id for story in desk.stories(store) if story.article.id == article] == []
    store.close()


def test_a_full_disk_is_507_and_the_desk_goes_on_when_there_is_room(site: Desk) -> None:
    store = site.client.application.extensions["dateline"].store()
    kept = site.take()
    writer = store._connected()
    writer.execute(f"PRAGMA max_page_count = {writer.execute('PRAGMA page_count').fetchone()[0]}")
    fillers = [{"text": f"{TEXT} {'More was not known. ' * 2000}", "url": f"https://news.example/{n}",
                "title": str(n), "date": "2016-04-11"} for n in range(40)]
    answers = [site("POST", "/articles", story) for story in fillers]
    full = [answer for answer in answers if answer.status_code != 201]
    assert {(answer.status_code, answer.mimetype) for answer in full} == {(507, "application/problem+json")}
    assert "the disk of the store is full" in full[0].text
    assert str(site.store) not in full[0].text
    assert site("GET", f"/articles/{kept}").status_code == 200
    writer.execute("PRAGMA max_page_count = 1000000")
    assert site("POST", "/articles", fillers[answers.index(full[0])]).status_code == 201
