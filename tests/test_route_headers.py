"""Headers of every route that there is: a new one is tried without being named here."""
from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from server import create_app
from tests.test_desk_api import token_of

FILLED = {
    "article_id": "x", "correction_id": "x", "collection": "zones", "z": "6", "x": "38", "y": "25", "name": "land",
    "path": "x", "version": "x", "filename": "x", "id_": "x", "number": "1",
}
FRAMED = {"/embed/x", "/embed/map", "/embed/listener.js"}
"""All that a page of somebody else's may show in a frame, or load for one."""
CLOSED = ("/api/articles", "/api/corrections", "/api/reports", "/api/zones", "/desk")
"""The editors' routes, which no script of another page may read."""


@pytest.fixture(scope="module")
def app(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    path = Path(shutil.copy(demo_store, tmp_path_factory.mktemp("headers") / "war.gpkg"))
    token_of(path, "admin")
    made = create_app({"store": str(path), "frame_ancestors": "https://paper.example"})
    yield made
    made.extensions["dateline"].close()


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def address(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: FILLED[part[1]], rule.rule)


def test_every_answer_of_every_route_is_guarded(app: Flask) -> None:
    client, seen = app.test_client(), set[int]()
    for rule in rules(app):
        for method in sorted(rule.methods or ()):
            answer = client.open(address(rule), method=method)
            seen.add(answer.status_code)
            where = f"{method} {rule.rule} {answer.status_code}"
            assert answer.status_code < 500, where
            assert answer.headers["X-Content-Type-Options"] == "nosniff", where
            assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin", where
            assert answer.headers["Permissions-Policy"].startswith("camera=()"), where
            assert "Set-Cookie" not in answer.headers, where
            names = [name.lower() for name, _ in answer.headers if name not in ("Link", "Vary")]
            assert len(names) == len(set(names)), where
            policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == "'self'" and "script-src" not in policy, where
            assert (policy["object-src"], policy["base-uri"]) == ("'none'", "'none'"), where
            assert policy["form-action"] == "'self'", where
            answer.close()
    assert {200, 401, 404, 405} - seen <= {405}


def test_only_frames_may_be_framed(app: Flask) -> None:
    client = app.test_client()
    for rule in rules(app):
        path = address(rule)
        answer = client.get(path)
        is_framed, policy = path in FRAMED, answer.headers["Content-Security-Policy"]
        assert ("frame-ancestors 'self' https://paper.example" in policy) is is_framed, path
        assert ("frame-ancestors 'none'" in policy) is not is_framed, path
        assert (answer.headers.get("X-Frame-Options") == "DENY") is not is_framed, path
        answer.close()


def test_other_pages_may_read_what_is_public_and_nothing_of_the_editors(app: Flask) -> None:
    client = app.test_client()
    for rule in rules(app):
        path = address(rule)
        answer = client.get(path, headers={"Origin": "https://evil.example"})
        is_open = answer.headers.get("Access-Control-Allow-Origin") == "*"
        assert is_open is not path.startswith(CLOSED), path
        assert "Access-Control-Allow-Credentials" not in answer.headers, path
        answer.close()


def test_every_route_that_writes_wants_a_token_before_it_reads(app: Flask) -> None:
    client, tried = app.test_client(), 0
    for rule in rules(app):
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
            if rule.rule == "/api/read":  # keeps nothing, and is limited by rate and size
                continue
            body = b"{" * 5_000_000
            answer = client.open(address(rule), method=method, data=body, content_type="application/json")
            assert answer.status_code == 401, f"{method} {rule.rule}"
            tried += 1
    assert tried >= 7


def test_what_is_not_found_tells_of_no_markup_that_was_sent(app: Flask) -> None:
    client = app.test_client()
    for accepted in ("text/html", "application/json"):
        answer = client.get("/<script>alert(1)</script>?<b>=1", headers={"Accept": accepted})
        assert answer.status_code == 404
        assert b"<script>alert" not in answer.data
