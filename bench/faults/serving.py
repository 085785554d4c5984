"""`dateline serve` as a process that is killed while editors post to it."""
from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bench.faults import material
from bench.faults.ledger import Ledger, Tally
from tools.ports import free_port

EDITORS = 4
LONGEST = 1.5
"""Seconds after which the service is killed at the latest."""
ERA = 20
READY = 60.0
TURNED_AWAY = b"too many requests", b"too much is being read"
"""What a service says that answers, or reads, as much as it may: no fault."""


def is_turned_away(status: int, body: bytes) -> bool:
    return status == 503 and any(words in body for words in TURNED_AWAY)


class Shop(Protocol):
    """What ``kill_loop.Workshop`` brings."""

    token: str
    stories: int
    dice: random.Random

    def ledger(self) -> Ledger: ...


@dataclass
class Service:
    """One running service, with all its processes."""

    process: subprocess.Popen[bytes]
    port: int
    ready: float

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """Ask it to end; the seconds that it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return time.monotonic() - begun


def start(store: str, workers: int = 1, log: Path | None = None, **settings: str) -> Service:
    """Seconds count from the command until ``/readyz`` says so. It runs without faults: it is killed from outside."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FAULT_", "LD_PRELOAD"))}
    environment |= {"DATELINE_DESK_RATE": "0", "DATELINE_READ_RATE": "0", **settings}
    command = [sys.executable, "-m", "server.cli", "--store", store, "serve", "--port", str(port),
               "--workers", str(workers)]
    begun = time.monotonic()
    with (log or Path(os.devnull)).open("ab") as out:
        process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=out, stderr=out)
    while not is_ready(port):
        assert process.poll() is None, f"the service ended with {process.returncode}"
        assert time.monotonic() - begun < READY, "the service does not become ready"
        time.sleep(0.01)
    return Service(process, port, time.monotonic() - begun)


def is_ready(port: int) -> bool:
    try:
        return ask(port, "GET", "/readyz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def ask(port: int, method: str, path: str, body: object = None, token: str = "") -> tuple[int, bytes]:
    """:raises OSError: or ``HTTPException``, when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@dataclass
class Editors:
    """Some who post stories and publish them, one after the other, until nobody answers any more."""

    port: int
    token: str
    ledger: Ledger
    numbers: Iterator[int]
    refused: list[Any] = field(default_factory=list)
    first: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        with suppress(OSError, http.client.HTTPException):
            while True:
                self._story(material.story(next(self.numbers)))

    def _story(self, told: dict[str, str]) -> None:
        status, body = ask(self.port, "POST", "/api/articles", told, self.token)
        if status not in (200, 201):
            self.refused.append((status, body[:300]))
            return
        id_ = str(json.loads(body)["article"]["id"])
        self.ledger.drafts.add(id_)
        status, body = ask(self.port, "PATCH", f"/api/articles/{id_}", {"state": "published"}, self.token)
        if status == 200:
            self.ledger.stories.add(id_)
            self.first.set()
        else:
            self.refused.append((status, body[:300]))


def by_http(shop: Shop, kills: int, tally: Tally) -> None:
    """Kill all processes of the service at a random moment, and start it again over the same store."""
    for run in range(kills):
        if run % ERA == 0:
            ledger, numbers = shop.ledger(), itertools.cycle(range(shop.stories))
        service = start(ledger.address)
        tally.ready.append(service.ready)
        _posted(service.port, shop, (ledger, numbers), service.kill, tally)
        tally.runs += 1
        tally.killed += 1
        times = len(tally.ready)
        ledger.audit(tally)
        del tally.ready[times:]  # of the service, not of who looks at the file
        if run % ERA == ERA - 1 or run == kills - 1:
            tally.acknowledged += len(ledger.drafts) + len(ledger.stories)
            print(json.dumps({f"service, {run + 1} kills": tally.told()}), flush=True)


def _posted(
    port: int, shop: Shop, told: tuple[Ledger, Iterator[int]], end: Callable[[], None], tally: Tally
) -> None:
    editors = Editors(port, shop.token, *told)
    threads = [threading.Thread(target=editors.work) for _ in range(EDITORS)]
    for thread in threads:
        thread.start()
    if tally.killed % 2:  # else many would be killed before they had read their first story
        editors.first.wait(READY)
    time.sleep(shop.dice.uniform(0, LONGEST))
    end()
    for thread in threads:
        thread.join()
    tally.refused += len(editors.refused)
    for status, words in editors.refused:
        if not is_turned_away(status, words):
            print(status, words, flush=True)
