"""Every server that the docs name runs the same application, and nginx in front keeps what may be kept."""
from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest

from tools import nginx
from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
TILE = "/tiles/zones/8/154/100.mvt?datetime=2016-04-11"
PATHS = ["/", "/healthz", "/readyz", "/stories/", "/api/control?place=al-Rai&datetime=2016-04-09", TILE,
         "/tiles/zones/6/38/25.png?datetime=2016-04-11"]

SERVERS = {
    "granian": ["dateline", "--store", "{store}", "serve", "--port", "{port}", "--workers", "2"],
    "gunicorn": ["gunicorn", "--workers", "2", "--threads", "4", "--bind", "127.0.0.1:{port}", "server:create_app()"],
    "waitress": ["waitress-serve", "--threads", "8", "--listen", "127.0.0.1:{port}", "--call", "server:create_app"],
}


@contextmanager
def serving(server: str, store: Path, port: int) -> Iterator[str]:
    """The server, until the block ends, by the command that docs/serving.md tells."""
    words = [word.format(store=store, port=port) for word in SERVERS[server]]
    command = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
    environment = {
        "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "DATELINE_STORE": str(store), "DATELINE_PROXIES": "1",
    }
    with running(command, environment, store.parent) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(address + "/healthz", process)
        yield address


@contextmanager
def running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as out:
        environment = {**environment, "HOME": str(Path.home())}  # where the index of the world's towns is kept
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            if ask(address)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{address} does not answer")


def ask(address: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def ids(tile: bytes) -> frozenset[str]:
    layers = mapbox_vector_tile.decode(tile)
    return frozenset(feature["properties"]["id"] for feature in layers["zones"]["features"])


@pytest.fixture
def store(demo_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))


@pytest.mark.parametrize("server", sorted(SERVERS))
def test_a_server_answers_many_at_once_and_ends_when_told(server: str, store: Path) -> None:
    with serving(server, store, free_port()) as address, ThreadPoolExecutor(16) as readers:
        answers = list(readers.map(lambda path: ask(address + path), PATHS * 8))
        assert [status for status, _, _ in answers] == [200] * len(answers)
        tiles = {body for path, (_, _, body) in zip(PATHS * 8, answers, strict=True) if path == TILE}
        assert len({ids(body) for body in tiles}) == 1, "while arrays are made, bytes may differ, features may not"
        assert len(tiles.pop()) > 100
        assert ask(address + "/tiles/zones/99/0/0.mvt")[0] == 404
    with pytest.raises(OSError, match="refused"):
        ask(address + "/healthz")


def test_the_docs_tell_the_commands_that_are_tried() -> None:
    told = (ROOT / "docs" / "serving.md").read_text("utf-8")
    for words in SERVERS.values():
        for word in words[1:]:
            if word.startswith("--"):
                assert f"{word} " in told, word


@pytest.mark.gis
def test_nginx_answers_the_second_reader_and_all_when_dateline_is_gone(store: Path, tmp_path: Path) -> None:
    port, upstream = free_port(), free_port()
    with running(nginx.command(tmp_path, port, upstream), {"PATH": "/usr/sbin:/usr/bin:/bin"}, tmp_path):
        front = f"http://127.0.0.1:{port}"
        with serving("granian", store, upstream) as address:
            first, second = (ask(front + TILE, Accept_Encoding="gzip") for _ in range(2))
            assert (first[1]["X-Cache"], second[1]["X-Cache"]) == ("MISS", "HIT")
            assert first[2] == second[2] == ask(address + TILE, Accept_Encoding="gzip")[2]
            assert ask(front + TILE)[1].get("Content-Encoding") is None
            assert ask(front + TILE, Accept_Encoding="gzip", If_None_Match=first[1]["ETag"])[0] == 304
            told = ask(front + "/tiles/zones.json", Host="maps.example.org")[2].decode()
            assert "http://maps.example.org/tiles/zones/" in told
            assert ask(front + "/metrics")[0] == 404
            assert len(ask(front + "/nowhere")[1]["X-Request-Id"]) == 32, "nginx names the request"
            begun = time.monotonic()
            assert ask(front + TILE, Accept_Encoding="gzip")[0] == 200
            assert time.monotonic() - begun < 0.5, "50 ms where nothing else runs"
        assert ask(front + TILE, Accept_Encoding="gzip")[:1] == (200,)
        assert ask(front + "/tiles/zones/8/155/100.mvt?datetime=2016-04-11")[0] == 502
