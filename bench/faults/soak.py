"""`make soak`: 32 readers, an ingest and 4 editors at once on one store; errors, torn answers, how long readers wait,
how long the log grows, and whether memory grows over a quarter of an hour."""
from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.faults import commands, material, serving
from bench.faults.ledger import percentiles
from bench.faults.serving import Service, is_turned_away

READERS, EDITORS = 32, 4
BLOCK = 30
PAUSE, THOUGHT = 0.2, 1.0
"""Seconds that a reader looks at what it got, and an editor at a story, on average."""
EDITING = 50_000
"""From here on count the stories of the editors."""
PATHS = (
    "/healthz", "/stories/", "/api/control?lon=37.45&lat=36.61&datetime=2016-04-09", "/tiles/mentions/6/38/25.mvt",
    "/tiles/mentions/6/38/25.mvt?datetime=2012-03-01/2012-06-30", "/ogc/collections/places/items?limit=20",
)


@dataclass
class Seen:
    """What readers and writers saw; lists are shared by threads, and only ever grow."""

    seconds: list[float] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    torn: list[Any] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    log_bytes: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    known: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Load:
    """One run over one service."""

    service: Service
    store: Path
    token: str
    seen: Seen = field(default_factory=Seen)
    over: threading.Event = field(default_factory=threading.Event)
    editing: Iterator[int] = field(default_factory=lambda: itertools.count(EDITING))

    def read(self, number: int) -> None:
        """Like somebody who looks around; of stories that are there, all mentions must be there."""
        dice = random.Random(number)
        while not self.over.wait(PAUSE * dice.random() * 2):
            known = self.seen.known[-200:]
            if known and dice.random() < 0.3:
                id_, wanted = dice.choice(known)
                body = self._asked(f"/ogc/collections/mentions/items?limit=100&article={id_}")
                found = json.loads(body)["numberReturned"] if body else wanted
                if found != wanted:
                    self.seen.torn.append((id_, found, wanted))
            else:
                self._asked(dice.choice(PATHS))

    def _asked(self, path: str) -> bytes:
        begun = time.perf_counter()
        status, body = self._ask("GET", path)
        self.seen.seconds.append(time.perf_counter() - begun)
        if is_turned_away(status, body):
            self.seen.turned_away.append(path)
            return b""
        if status not in (200, 204):
            self.seen.errors.append((path, status, body[:200]))
            return b""
        return body

    def _ask(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, bytes]:
        try:
            return serving.ask(self.service.port, method, path, body, token)
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error).encode()

    def edit(self) -> None:
        dice = random.Random()
        while not self.over.wait(THOUGHT * dice.random() * 2):
            status, body = self._ask("POST", "/api/articles", material.story(next(self.editing) % 1000), self.token)
            if is_turned_away(status, body):
                self.seen.turned_away.append("POST")
                continue
            if status not in (200, 201):
                self.seen.errors.append(("POST", status, body[:200]))
                continue
            id_ = json.loads(body)["article"]["id"]
            status, body = self._ask("PATCH", f"/api/articles/{id_}", {"state": "published"}, self.token)
            if status == 200:
                self.seen.commits += [time.monotonic()] * 2
            elif is_turned_away(status, body):
                self.seen.turned_away.append("PATCH")
            else:
                self.seen.errors.append(("PATCH", status, body[:200]))

    def ingest(self, folder: Path) -> None:
        """Block after block by the command; of a story that was acknowledged readers may ask from then on."""
        for block in itertools.count():
            if self.over.is_set():
                return
            begin = 2000 + block * BLOCK % 2000
            path = material.write_stories(folder / "block.jsonl", range(begin, begin + BLOCK))
            done = commands.run(["--store", str(self.store), "--json", "ingest", str(path)])
            if done.code != 0:
                self.seen.errors.append(("ingest", done.code, done.complained[-300:]))
            told = [json.loads(line) for line in done.said.splitlines()]
            self.seen.known += [(each["article"], each["mentions"]) for each in told]
            self.seen.commits += [time.monotonic()] * len(told)

    def look(self) -> None:
        log = self.store.with_name(self.store.name + "-wal")
        while not self.over.wait(0.5):
            with suppress(OSError):
                self.seen.log_bytes.append(log.stat().st_size)
            self.seen.memory.append(_memory(self.service.process.pid))


def _memory(pid: int) -> int:
    """Bytes of the service's own processes, what they share counted in each."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            text = path.read_text()
            if os.getpgid(int(path.parent.name)) == pid:
                total += int(text.rpartition(")")[2].split()[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


def run(seconds: float, folder: Path, workers: int) -> dict[str, object]:
    store = folder / "war.gpkg"
    token = material.make_store(str(store))
    service = serving.start(str(store), workers, folder / "serve.log")
    load = Load(service, store, token)
    for path in PATHS * 2 * workers:  # what is made once, of this machine's start and not of its running
        load._ask("GET", path)
        load._ask("POST", "/api/read", {"text": material.story(EDITING)["text"]})
    work: list[Callable[[], None]] = [
        *(lambda number=number: load.read(number) for number in range(READERS)),
        *(load.edit for _ in range(EDITORS)), lambda: load.ingest(folder), load.look]
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    load.over.set()
    for thread in threads:
        thread.join()
    ended = service.stop()
    return {**told(load.seen, seconds), "ended_seconds": round(ended, 1)}


def told(seen: Seen, seconds: float) -> dict[str, object]:
    """Growth is between the first and the last third, so that caches are full in both."""
    third = max(1, len(seen.memory) // 3)
    first, last = (sum(part) / len(part) for part in (seen.memory[third:2 * third] or [1], seen.memory[-third:] or [1]))
    for each in (*seen.errors[:5], *seen.torn[:5]):
        print(each, file=sys.stderr)
    return {
        "seconds": seconds, "reads": len(seen.seconds), "read_seconds": percentiles(seen.seconds),
        "errors": len(seen.errors), "turned_away": len(seen.turned_away), "torn": len(seen.torn),
        "commits_a_second": round(len(seen.commits) / seconds, 1),
        "log_mb": round(max(seen.log_bytes, default=0) / 1e6, 1), "memory_growth": round(last / first - 1, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[60, 900])
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    bad = False
    for seconds in options.seconds:
        folder = Path(tempfile.mkdtemp(prefix="dateline-soak-"))
        found = run(seconds, folder, options.workers)
        print(json.dumps({"soak": found}), flush=True)
        bad |= bool(found["errors"] or found["torn"])
        shutil.rmtree(folder)
    sys.exit(bad)


if __name__ == "__main__":
    main()
