"""A running ``dateline serve`` as hostile clients and patient readers see it."""
from __future__ import annotations

import http.client
import json
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from bench.hostile.files import Outcome
from bench.hostile.kinds import Hostile
from bench.peers.process import started
from geo import access
from geo.store import open_store
from tools.ports import free_port

UNLIMITED = {f"DATELINE_{name}_RATE": "0" for name in ("DESK", "READ", "SEARCH", "PREVIEW")}
READERS = (
    "/tiles/zones/8/154/100.mvt?datetime=2016-04-11", "/healthz",
    "/api/control?lon=37.4&lat=36.6&datetime=2016-04-09",
)


@dataclass(frozen=True)
class Service:
    """Where it listens, a token that may write, and its process."""

    port: int
    token: str
    process: int

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, patience: float = 60
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers by small letters, and body.

        :raises OSError: when there is no answer in time.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@contextmanager
def serving(store: Path, folder: Path, settings: Mapping[str, str] = UNLIMITED, port: int = 0) -> Iterator[Service]:
    """``dateline serve`` over a copy of the store, until the block ends."""
    mine = Path(shutil.copy(store, folder / "served.gpkg"))
    opened = open_store(str(mine))
    token, _ = access.new_token(opened, "bench", ["write"], None, datetime.now(UTC))
    opened.close()
    port = port or free_port()
    command = [
        str(Path(sys.executable).with_name("dateline")), "--store", str(mine), "serve", "--port", str(port),
        "--threads", "8",
    ]
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), **settings}
    with started(command, environment, folder / "serve.log") as process:
        service = Service(port, token, process)
        _wait_for(service)
        yield service


def _wait_for(service: Service) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError):
            if service.ask("GET", "/readyz", patience=5)[0] == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(f"dateline serve on {service.port} is not ready after 60 seconds")


class Upload:
    """``POST /api/zones``."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def send(self, file: Hostile, path: Path) -> Outcome:
        query = urlencode({"source": file.name, **file.told})
        headers = {"Authorization": f"Bearer {self._service.token}", "Content-Type": "application/octet-stream"}
        try:
            status, _, body = self._service.ask("POST", f"/api/zones?{query}", path.read_bytes(), headers)
        except (ConnectionError, TimeoutError) as problem:  # refused by its length, and the rest not listened to
            return Outcome(False, frozenset(), f"connection ended: {type(problem).__name__}")
        told = json.loads(body)
        if status in (200, 201):
            return Outcome(True, frozenset(told["warnings"]), body.decode())
        words = told["detail"] if 400 <= status < 500 else f"Traceback: status {status} {body[:200]!r}"
        return Outcome(False, frozenset(), words)


class Readers:
    """Ask for what readers ask for, one after the other, and note how long each answer takes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._is_on = True
        self.seconds: list[float] = []
        self.faults: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Readers:
        self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._is_on = False
        self._thread.join()

    def _read(self) -> None:
        while self._is_on:
            for path in READERS:
                begun = time.monotonic()
                try:
                    status = self._service.ask("GET", path, patience=30)[0]
                    if status != 200:
                        self.faults.append(f"{path}: {status}")
                except OSError as problem:
                    self.faults.append(f"{path}: {problem!r}")
                self.seconds.append(time.monotonic() - begun)
                time.sleep(0.02)

    @property
    def p99(self) -> float:
        """Seconds."""
        return statistics.quantiles(self.seconds, n=100)[98] if len(self.seconds) > 1 else 0.0
