"""`dateline serve` on a PostgreSQL that stops, restarts and crashes: who has a tile sees it, nobody waits for long, no
acknowledged story is lost, and the service is back by itself."""
from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import count
from pathlib import Path

import pytest

from tools.ports import free_port
from tools.postgres import Server, running

ROOT = Path(__file__).resolve().parents[1]
DATELINE = str(Path(sys.executable).with_name("dateline"))
WARM = "/tiles/zones/8/154/100.mvt?datetime=2016-04-11"
FILTERED = "/tiles/zones/11/{}/803.mvt?datetime=2016-04-11&controller=ISIL"
"""A tile that comes from the rows, by a number that makes it another one."""
JOIN = "/api/control?place=al-Rai&datetime=2016-04-09"
PATIENCE = 2.0
"""Seconds within which a reader must have been told that the store is gone."""
BACK = 5.0
"""Seconds after which a service must answer again when its database does."""


@dataclass(frozen=True)
class Site:
    """A service by its address, with a token that may write."""

    address: str
    store: str
    token: str
    process: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=lambda: count(1100))

    def cold(self) -> str:
        """A tile for which nobody asked before."""
        return FILTERED.format(next(self.numbers))

    def get(self, path: str) -> tuple[int, Message, bytes]:
        return self._ask(urllib.request.Request(self.address + path))

    def has(self, article: str) -> bool:
        """Whether the desk knows the story."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        return self._ask(urllib.request.Request(f"{self.address}/api/articles/{article}", headers=bearer))[0] == 200

    def post(self, number: int) -> tuple[int, Message, bytes]:
        """A story of its own."""
        story = {"text": f"Islamic State seized al-Rai on Monday, for the {number}th time. Rebels hold Azaz.",
                 "title": f"Number {number}", "date": "2016-04-11", "url": f"https://news.example/{number}"}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self._ask(urllib.request.Request(self.address + "/api/articles", json.dumps(story).encode(), headers))

    def _ask(self, request: urllib.request.Request) -> tuple[int, Message, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()

    def is_back(self, since: float) -> float:
        """Seconds from ``since`` until everything is answered again."""
        while time.monotonic() - since < 2 * BACK:
            if all(self.get(path)[0] in (200, 204) for path in ("/readyz", self.cold(), JOIN)):
                return time.monotonic() - since
            time.sleep(0.05)
        pytest.fail(f"not back after {2 * BACK} seconds")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Of this module alone: it is stopped and started."""
    with running(settings=("fsync=off",)) as started:
        yield started


@pytest.fixture(scope="module")
def store(server: Server) -> str:
    server.psql("CREATE DATABASE war")
    command = [DATELINE, "--quiet", "--store", server.of("war"), "init", "--demo"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    return server.of("war")


@pytest.fixture
def site(store: str, tmp_path: Path) -> Iterator[Site]:
    told = subprocess.run([DATELINE, "--quiet", "--store", store, "token", "new", "Mona"], cwd=ROOT, check=True,
                          capture_output=True, text=True, timeout=60)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(Path.home()), "DATELINE_DESK_RATE": "0",
        "DATELINE_TILE_FOLDER": str(tmp_path / "tiles"),
    }
    command = [DATELINE, "--quiet", "--store", store, "serve", "--port", str(port), "--threads", "8"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    made = Site(address, store, told.stdout.strip(), process)
    try:
        _until(lambda: made.get("/readyz")[0] == 200)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_a_store_that_is_gone_and_comes_back(server: Server, site: Site) -> None:
    _until(lambda: (site.get(WARM)[1]["Dateline-Days"] or "") != "")  # the last word, no more the slow way
    _, _, kept = site.get(WARM)
    assert site.get(JOIN)[0] == 200
    server.stop()
    for path in (WARM, site.cold(), JOIN, "/readyz", "/stories/", "/tiles/reports/5/19/12.mvt", WARM):
        begin = time.monotonic()
        status, headers, body = site.get(path)
        assert time.monotonic() - begin < PATIENCE, path
        if path == WARM:
            assert (status, body) == (200, kept)
        else:
            assert (status, headers["Retry-After"]) == (503, "5"), path
    begin = time.monotonic()
    status, headers, _ = site.post(0)
    assert (status, headers["Retry-After"]) == (503, "5")
    assert time.monotonic() - begin < PATIENCE
    assert site.get("/healthz")[0] == 200
    server.start()
    assert site.is_back(time.monotonic()) < BACK
    assert site.post(0)[0] == 201
    assert site.process.poll() is None


def test_no_reader_of_a_kept_tile_waits_for_a_store_that_is_gone(server: Server, site: Site) -> None:
    _until(lambda: (site.get(WARM)[1]["Dateline-Days"] or "") != "")
    server.stop()
    site.get(WARM)  # who meets it first may wait
    took = []
    for _ in range(100):
        begin = time.monotonic()
        assert site.get(WARM)[0] == 200
        took.append(time.monotonic() - begin)
    assert sorted(took)[95] < 0.1
    server.start()
    assert site.is_back(time.monotonic()) < BACK


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restart", "crash"])
def test_a_restart_under_load_leaves_kept_tiles_and_loses_no_story(
    how: signal.Signals, server: Server, site: Site
) -> None:
    first = 1000 if how == signal.SIGINT else 2000
    assert site.is_back(time.monotonic()) < BACK
    taken = [_id(site.post(first))]
    over, read = threading.Event(), list[tuple[str, int, Message]]()

    def reads(path: str) -> None:
        while not over.is_set():
            read.append((path, *site.get(path or site.cold())[:2]))

    def writes() -> None:
        for number in range(first + 1, first + 1000):
            if over.is_set():
                return
            answer = site.post(number)
            if answer[0] == 503:
                assert answer[1]["Retry-After"]
            else:
                taken.append(_id(answer))

    threads = [threading.Thread(target=reads, args=(path,)) for path in (WARM, "", JOIN)]
    threads.append(threading.Thread(target=writes))
    for thread in threads:
        thread.start()
    for _ in range(2):
        time.sleep(1)
        server.stop(how)
        server.start()
    assert site.is_back(time.monotonic()) < BACK
    over.set()
    for thread in threads:
        thread.join()
    assert {status for path, status, _ in read if path == WARM} == {200}
    assert {status for _, status, headers in read if not headers["Retry-After"]} == {200, 204}
    assert {status for _, status, headers in read if headers["Retry-After"]} <= {503}
    assert all(map(site.has, taken))
    assert len(taken) > 10


def _id(answer: tuple[int, Message, bytes]) -> str:
    assert answer[0] == 201, answer
    return str(json.loads(answer[2])["article"]["id"])


def _until(is_so: Callable[[], bool], patience: float = 30) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if is_so():
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"not so after {patience} seconds")
