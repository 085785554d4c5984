"""What those who run the service see of it: counts, log lines, turns, an end that loses no answer."""
from __future__ import annotations

import io
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.exceptions import ServiceUnavailable

from geo.store import open_store
from server import create_app, gate
from server.gate import Gate
from server.journal import JsonLines
from server.meters import Meters
from tests.test_servers import ask, running, wait_for
from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
TILE = "/tiles/zones/8/154/100.mvt?datetime=2016-04-11"
SECRET = "Abu Salim, who fled at night"


@pytest.fixture
def store(demo_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))


@pytest.fixture
def app(store: Path) -> Iterator[Flask]:
    made = create_app({"store": str(store), "seats": 1, "log_requests": 1, "desk_rate": 0, "read_rate": 0})
    yield made
    made.extensions["dateline"].close()


def counted(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples}


def of(found: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str) -> float:
    wanted = set(labels.items())
    return sum(value for (each, pairs), value in found.items() if each == name and wanted <= set(pairs))


def test_metrics_count_requests_tiles_by_layer_and_the_store(app: Flask) -> None:
    client = app.test_client()
    for _ in range(3):
        assert client.get(TILE).status_code == 200
    assert client.get("/nowhere").status_code == 404
    found = counted(client.get("/metrics").text)
    assert of(found, "dateline_requests_total", route="tiles", status="200") == 3
    assert of(found, "dateline_requests_total", route="none", status="404") == 1
    assert of(found, "dateline_request_seconds_count", route="tiles") == 3
    assert of(found, "dateline_tiles_total", collection="zones", form="vector", outcome="made") == 1
    assert of(found, "dateline_tiles_total", collection="zones", form="vector", outcome="kept") == 2
    assert of(found, "dateline_rows", collection="places") > 3000
    assert of(found, "dateline_store_up") == 1
    assert of(found, "dateline_store_bytes", file="store") > 1e6
    assert of(found, "dateline_tile_cache_bytes") > 500


def test_metrics_are_there_while_the_store_is_not(app: Flask, store: Path) -> None:
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    store.rename(store.with_name("away.gpkg"))
    time.sleep(0.01)  # for so long a version may be taken for the present one
    assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)
    found = counted(client.get("/metrics").text)
    assert of(found, "dateline_store_up") == 0
    assert of(found, "dateline_rows") == 0
    store.with_name("away.gpkg").rename(store)
    time.sleep(0.01)
    assert of(counted(client.get("/metrics").text), "dateline_store_up") == 1


def test_a_log_line_has_its_request_and_no_word_of_a_story(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = io.StringIO()
    for logger in (app.logger, logging.getLogger("dateline.requests")):
        (handler,) = (each for each in logger.handlers if isinstance(each.formatter, JsonLines))
        monkeypatch.setattr(handler, "stream", lines)

    def breaks(_: object) -> None:
        raise RuntimeError(f"cannot read {SECRET!r}")

    monkeypatch.setattr("server.intake._check", breaks)
    answer = app.test_client().post("/api/read", json={"text": SECRET}, headers={"X-Request-Id": "not-from-a-proxy"})
    assert answer.status_code == 500
    assert SECRET not in lines.getvalue()
    fault, request = (json.loads(line) for line in lines.getvalue().splitlines())
    assert fault["error"] == "RuntimeError"
    assert fault["where"][-1].endswith(" breaks")
    assert fault["request"] == request["request"] == answer.headers["X-Request-Id"] != "not-from-a-proxy"
    assert (request["method"], request["path"], request["status"]) == ("POST", "/api/read", 500)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", request["at"])


def test_the_proxy_in_front_names_requests(store: Path) -> None:
    app = create_app({"store": str(store), "proxies": 1})
    for given, kept in (("edge-7f3a9c21", True), ("a b", False), ("x" * 65, False)):
        answer = app.test_client().get("/nowhere", headers={"X-Request-Id": given})
        assert (answer.headers["X-Request-Id"] == given) is kept
    app.extensions["dateline"].close()


def test_beyond_seats_and_room_everybody_is_turned_away_at_once() -> None:
    turns, inside, leave = Gate(1, Meters(), patience=20), threading.Semaphore(0), threading.Event()

    def work() -> bool:
        with turns.turn(), turns.turn():
            inside.release()
            return leave.wait(20)

    with ThreadPoolExecutor(1 + gate.WAITING) as threads:
        begun = [threads.submit(work) for _ in range(1 + gate.WAITING)]
        assert inside.acquire(timeout=20)
        until = time.monotonic() + 20
        while time.monotonic() < until and threads._work_queue.qsize():
            time.sleep(0.01)
        time.sleep(0.2)
        before = time.monotonic()
        with pytest.raises(ServiceUnavailable) as refused, turns.turn():
            pass
        assert time.monotonic() - before < 1
        assert refused.value.retry_after == gate.RETRY_SECONDS
        leave.set()
        assert all(each.result() for each in begun)
    with turns.turn():
        pass


def test_who_waits_too_long_is_turned_away() -> None:
    turns, leave = Gate(1, Meters(), patience=0.1), threading.Event()

    def work() -> None:
        with turns.turn():
            leave.wait(20)

    holder = threading.Thread(target=work)
    holder.start()
    time.sleep(0.1)
    with pytest.raises(ServiceUnavailable), turns.turn():
        pass
    leave.set()
    holder.join()


def test_a_busy_process_still_answers_what_is_kept(app: Flask) -> None:
    client = app.test_client()
    assert client.get(TILE).status_code == 200
    leave, taken = threading.Event(), threading.Event()
    turns: Gate = app.extensions[gate.KEY]
    turns._patience = 0.1

    def work() -> None:
        with turns.turn():
            taken.set()
            leave.wait(20)

    holder = threading.Thread(target=work)
    holder.start()
    assert taken.wait(20)
    assert [client.get(path).status_code for path in (TILE, "/healthz", "/metrics", "/static/css/page.css")][:3] == [
        200, 200, 200]
    refused = client.get("/api/control?place=al-Rai&datetime=2016-04-09")
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert refused.headers["Retry-After"] == str(gate.RETRY_SECONDS)
    assert client.get("/tiles/zones/9/308/200.mvt?datetime=2016-04-11").status_code == 503
    assert of(counted(client.get("/metrics").text), "dateline_turned_away_total") >= 2
    leave.set()
    holder.join()
    assert client.get("/api/control?place=al-Rai&datetime=2016-04-09").status_code == 200


def serve(store: Path, port: int, *words: str) -> list[str]:
    return [sys.executable, "-m", "server.cli", "--store", str(store), "serve", "--port", str(port), *words]


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}


def test_a_hundred_who_want_one_cold_tile_have_it_made_once_a_worker(store: Path, tmp_path: Path) -> None:
    port, workers = free_port(), 2
    address = f"http://127.0.0.1:{port}"
    with running(serve(store, port, "--workers", str(workers)), ENVIRONMENT, tmp_path) as process:
        wait_for(address + "/readyz", process)
        for _ in range(8):
            ask(address + "/tiles/zones/8/155/100.mvt?datetime=2016-04-11")  # so that the arrays of the zoom are there
        before = counted(ask(address + "/metrics")[2].decode())
        with ThreadPoolExecutor(100) as readers:
            answers = list(readers.map(lambda _: ask(address + TILE, Accept_Encoding="gzip"), range(100)))
        assert {status for status, _, _ in answers} == {200}
        assert len({body for _, _, body in answers}) == 1
        after = counted(ask(address + "/metrics")[2].decode())
        made = of(after, "dateline_tiles_total", outcome="made") - of(before, "dateline_tiles_total", outcome="made")
        told = of(after, "dateline_tiles_total") - of(before, "dateline_tiles_total")
        assert 1 <= made <= workers
        assert told == 100, "all workers are counted together"


def test_a_worker_that_dies_is_begun_anew(store: Path, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running(serve(store, port), ENVIRONMENT, tmp_path) as process:
        wait_for(address + "/readyz", process)
        (worker,) = children(process.pid)
        os.kill(worker, signal.SIGKILL)
        wait_for(address + "/readyz", process)
        assert children(process.pid) != [worker]


def children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(each) for each in told.split()]


def test_told_to_end_it_answers_first_what_it_began(store: Path, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running(serve(store, port), ENVIRONMENT, tmp_path) as process, ThreadPoolExecutor(1) as reader:
        wait_for(address + "/readyz", process)
        slow = reader.submit(ask, address + "/api/areas?from=2014-01-01&to=2018-01-01&step=1")
        time.sleep(0.3)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        status, _, body = slow.result(60)
        assert (status, body[:1]) == (200, b"{")
        assert process.wait(40) == 0
        assert time.monotonic() - begun < 35
        assert not list(tmp_path.glob("dateline-*"))


def test_the_service_leaks_neither_threads_nor_files(store: Path, tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    paths = [TILE, "/stories/", "/api/control?place=al-Rai&datetime=2016-04-09", "/export/places.csv", "/nowhere",
             "/ogc/collections/zones/items?limit=5", "/tiles/zones/6/38/25.png?datetime=2016-04-11"]
    with running(serve(store, port), ENVIRONMENT, tmp_path) as process:
        wait_for(address + "/readyz", process)
        (worker,) = children(process.pid)

        def held() -> tuple[int, int]:
            return (len(list(Path(f"/proc/{worker}/fd").iterdir())), len(list(Path(f"/proc/{worker}/task").iterdir())))

        seen = []
        for _ in range(3):
            with ThreadPoolExecutor(8) as readers:
                answers = readers.map(lambda path: ask(address + path), paths * 12)
                assert all(status in (200, 404) for status, _, _ in answers)
            seen.append(held())
        assert seen[2][0] <= seen[0][0] + 8
        assert seen[2][1] <= seen[0][1] + 8


def test_a_store_that_is_gone_comes_back_without_a_restart(store: Path, tmp_path: Path) -> None:
    port, away = free_port(), store.with_name("away.gpkg")
    address = f"http://127.0.0.1:{port}"
    with running(serve(store, port), ENVIRONMENT, tmp_path) as process:
        wait_for(address + "/readyz", process)
        store.rename(away)
        begun = time.monotonic()
        status, headers, body = ask(address + "/api/control?place=al-Rai&datetime=2016-04-09")
        assert (status, headers["Retry-After"], json.loads(body)["status"]) == (503, "5", 503)
        assert time.monotonic() - begun < 2
        assert ask(address + "/healthz")[0] == 200
        away.rename(store)
        begun = time.monotonic()
        wait_for(address + "/readyz", process)
        assert ask(address + "/api/control?place=al-Rai&datetime=2016-04-09")[0] == 200
        assert time.monotonic() - begun < 5


STORIES = "data/sample/2016-04-11-al-rai.txt", "data/sample/2016-03-27-palmyra.txt"
MIDNIGHT = datetime(2016, 4, 20, 23, 59, 58)
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")


def test_the_zone_of_the_machine_changes_no_byte_at_two_seconds_to_midnight(tmp_path: Path) -> None:
    """At each zone's own midnight, and there beside UTC at that moment: since when a store believes is UTC's day."""
    told = {zone: said_at(MIDNIGHT, zone, tmp_path / f"{number}.gpkg") for number, zone in enumerate(ZONES)}
    assert len({said for said, _ in told.values()}) == 1
    for number, zone in enumerate(ZONES[1:]):
        moment = MIDNIGHT.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        assert said_at(moment, "UTC", tmp_path / f"utc-{number}.gpkg") == told[zone]


def said_at(moment: datetime, zone: str, path: Path) -> tuple[bytes, list[object]]:
    """What the commands say and write when the clock of the zone shows that moment, and since when it is believed."""
    faketime = shutil.which("faketime")
    assert faketime, "faketime is installed by make install-test"
    command = [faketime, "-f", f"@{moment:%Y-%m-%d %H:%M:%S}", sys.executable, "-m", "server.cli", "--quiet", "--json",
               "--store", str(path)]
    environment = {**os.environ, "TZ": zone, "DONT_FAKE_MONOTONIC": "1"}
    said = b"".join(
        subprocess.run([*command, *words], env=environment, cwd=ROOT, capture_output=True, check=True).stdout
        for words in (["init"], ["ingest", *STORIES], ["export", "mentions"], ["export", "events", "-f", "csv"],
                      ["export", "articles"]))
    return said, known_on(path)


def known_on(path: Path) -> list[object]:
    store = open_store(str(path))
    try:
        return [store.belief_days(name) for name in ("places", "articles", "mentions", "events")]
    finally:
        store.close()
