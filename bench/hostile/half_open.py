"""Clients that begin a request and never end it: ``python -m bench.hostile.half_open`` (``make half-open``).

They hold their sockets while a reader asks for a tile, of ``dateline serve`` itself and of nginx before it.
"""
from __future__ import annotations

import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from click.testing import CliRunner

from bench.hostile.service import READERS, Service, serving
from bench.peers.process import started
from server.cli import dateline
from tools import nginx
from tools.ports import free_port

CLIENTS = 500
MOST_SECONDS = 0.2
ROOT = Path(__file__).resolve().parents[2]
BEGUN = (
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST /api/read HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\na",
    b"G", b"",
)
"""Half a head, half a body, half a word, nothing."""


@contextmanager
def holding(port: int, clients: int) -> Iterator[None]:
    """So many sockets on which a request was begun."""
    with ExitStack() as held:
        for number in range(clients):
            client = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            client.sendall(BEGUN[number % len(BEGUN)])
        time.sleep(0.5)
        yield


def times(service: Service, count: int = 100) -> list[float]:
    """Seconds that each of so many ordinary requests took.

    :raises AssertionError: for one that was not answered well.
    """
    found = []
    for number in range(count):
        begun = time.monotonic()
        status, _, _ = service.ask("GET", READERS[number % len(READERS)], patience=20)
        found.append(time.monotonic() - begun)
        assert status == 200, status
    return found


@contextmanager
def behind_nginx(service: Service, folder: Path) -> Iterator[Service]:
    """The service as ``deploy/nginx.conf`` has it, with its ports and folders changed."""
    port = free_port()
    with started(nginx.command(folder, port, service.port)) as process:
        front = Service(port, service.token, process)
        for _ in range(100):
            try:
                front.ask("GET", "/healthz", patience=5)
                break
            except OSError:
                time.sleep(0.1)
        yield front


def main() -> int:
    """The exit status: 0 when every request took less than ``MOST_SECONDS``."""
    slow = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "demo.gpkg"
        CliRunner().invoke(dateline, ["--quiet", "--store", str(store), "init", "--demo"], catch_exceptions=False)
        with serving(store, folder) as service, behind_nginx(service, folder) as front:
            for title, each in {"dateline serve": service, "nginx before it": front}.items():
                times(each, 12)
                alone = times(each)
                with holding(each.port, CLIENTS):
                    beside = times(each)
                slow |= max(beside) > MOST_SECONDS
                print(f"{title}: {_told(alone)}; beside {CLIENTS} half-open clients {_told(beside)}")
    return int(slow)


def _told(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.1f} ms, slowest {max(seconds) * 1000:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
