"""``POST /api/zones``: a file of front lines from an editor, by the same door, all of it or nothing."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from bench.hostile.corpus import HEAVY, corpus
from bench.hostile.files import sent
from bench.hostile.kinds import Hostile, Lure, collection, feature, square
from bench.hostile.service import Readers, Upload, serving
from bench.hostile.shapes import star
from bench.hostile.watch import watched
from geo.model import Query
from geo.store import open_store
from server import create_app, intake
from tests.test_desk_api import Desk, token_of

SQUARE = collection(square(side="NORTH", day="2022-04-01"))
ASKED = "?source=desk&controller_field=side&date_field=day"


@pytest.fixture
def site(demo_store: Path, tmp_path: Path) -> Iterator[Desk]:
    path = Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))
    app = create_app({"store": str(path), "desk_rate": 0, "upload_kb": 100})
    yield Desk(app.test_client(), token_of(path, "write"), path)
    app.extensions["dateline.rejoining"].wait()
    app.extensions["dateline"].close()


def post(site: Desk, body: bytes = SQUARE, asked: str = ASKED, kind: str = "application/geo+json") -> TestResponse:
    headers = {"Authorization": f"Bearer {site.token}"}
    return site.client.post(f"/api/zones{asked}", data=body, content_type=kind, headers=headers)


def zones(site: Desk) -> list[str]:
    store = open_store(str(site.store))
    found = [str(row.properties["controller"]) for row in store.read("zones", Query(where={"source_id": ("desk",)}))]
    store.close()
    return found


def test_a_file_is_kept_once_and_its_report_told(site: Desk) -> None:
    first, again = post(site), post(site)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json is not None
    assert (first.json["features"], first.json["added"], first.json["warnings"]) == (1, 1, {})
    assert first.json["last_day"] == "2022-04-04"
    assert zones(site) == ["NORTH"]
    assert first.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body, asked, kind, status, words", [
    (b"", ASKED, "application/octet-stream", 400, "an empty file"),
    (collection(feature([star(301)])), ASKED, "application/geo+json", 400, "crosses itself too often"),
    (SQUARE, "?controller=N&date=2022-04-01", "application/geo+json", 400, "source: '', want the name"),
    (SQUARE, "?source=desk", "application/geo+json", 400, "controller: want either one code"),
    (SQUARE, "?source=desk&controller=N&date=Monday", "application/geo+json", 400, "date: 'Monday', want YYYY-MM-DD"),
    (SQUARE, f"{ASKED}&step_days=0", "application/geo+json", 400, "step_days: '0'"),
    (SQUARE, f"{ASKED}&source=other", "application/geo+json", 400, "want it only once"),
    (SQUARE, f"{ASKED}&path=/etc/passwd", "application/geo+json", 400, "path: '/etc/passwd', want one of"),
    (SQUARE, "?source=a%0ab&controller=N&date=2022-04-01", "application/geo+json", 400, "characters that can be seen"),
    (SQUARE, f"{ASKED}&title=%E2%80%AE", "application/geo+json", 400, "characters that can be seen"),
    (SQUARE, ASKED, "text/plain", 415, "want application/octet-stream"),
    (SQUARE, ASKED, "multipart/form-data; boundary=x", 415, "want application/octet-stream"),
    (SQUARE + b" " * 102_400, ASKED, "application/geo+json", 413, "body: want at most 100 kB"),
])
def test_what_cannot_be_kept_is_a_problem_in_words(
    site: Desk, body: bytes, asked: str, kind: str, status: int, words: str
) -> None:
    answer = post(site, body, asked, kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert words in json.loads(answer.data)["detail"]
    assert zones(site) == []


def test_who_comes_when_all_seats_are_taken_is_sent_away_at_once(site: Desk) -> None:
    """Else the threads that wait would serve no tile."""
    places = site.client.application.extensions[intake.KEY].places
    for _ in range(intake.AT_ONCE + intake.WAITING):
        assert places.acquire(blocking=False)
    answer = post(site)
    places.release()
    assert post(site).status_code == 201
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def some(lure: Lure) -> Iterator[Hostile]:
    """One of each threat, and one that is right."""
    seen: dict[str, int] = {}
    for file in corpus(lure):
        seen[file.threat] = seen.get(file.threat, 0) + 1
        if seen[file.threat] == 3 and file.name not in HEAVY:
            yield file


def test_hostile_uploads_are_refused_while_readers_are_served(demo_store: Path, tmp_path: Path) -> None:
    with watched(tmp_path) as watch, serving(demo_store, tmp_path) as service, Readers(service) as readers:
        tally = sent(Upload(service), some(watch.lure), tmp_path, 120.0)
        assert tally.faults == []
        assert (tally.counts["hostile"], tally.counts["sound"]) == (8, 1)
        assert (watch.reads, watch.calls) == (0, 0)
    assert readers.faults == []
    assert len(readers.seconds) > 10
