"""Every hostile file through the door, by each way that leads to it: ``python -m bench.hostile.files``.

``make hostile-files`` runs it: the library, ``dateline zones load``, and ``POST /api/zones`` of a running service whose
other readers are timed meanwhile. Nothing may be taken that must be refused, nothing mended without a warning that says
so, no file of the server read, no address called.
"""
from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from click.testing import CliRunner, Result

from bench.hostile.kinds import Hostile
from bench.hostile.watch import SECRET
from geo.door import Door
from geo.errors import DatelineError, InvalidInput
from server.cli import dateline

MOST_SECONDS = 5.0
WORDLESS = ("could not be read: ", "Traceback", "Internal Server Error")
"""What is said when nobody thought of it."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file by one way: taken, with which warnings, or refused, in which words."""

    is_taken: bool
    warnings: frozenset[str]
    words: str
    seconds: float = 0.0


class Way(Protocol):
    """One of the roads by which a file comes to the door."""

    def send(self, file: Hostile, path: Path) -> Outcome:
        """The file lies at ``path``."""


class Library:
    """``geo.door``, kept open as a load of many files does."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def send(self, file: Hostile, path: Path) -> Outcome:
        try:
            answer = self._door.read(path, {"status": "control", **file.told})
        except InvalidInput as problem:
            return Outcome(False, frozenset(), str(problem))
        return Outcome(True, _codes(answer["counts"]), json.dumps(answer["rows"])[:10_000])


class Command:
    """``dateline zones load``."""

    def __init__(self, store: Path) -> None:
        self._store = str(store)

    def send(self, file: Hostile, path: Path) -> Outcome:
        told = [word for name, value in file.told.items() for word in (f"--{name.replace('_', '-')}", value)]
        words = ["--json", "--store", self._store, "zones", "load", str(path), "--source", file.name, *told]
        done = CliRunner().invoke(dateline, words)
        if done.exit_code:
            return Outcome(False, frozenset(), _said(done))
        report = json.loads(done.stdout.splitlines()[0])
        return Outcome(True, _codes(report["warnings"]), done.stdout)


def _said(done: Result) -> str:
    """What a shell shows: ``server.cli.main`` makes one line of what Dateline refuses."""
    if isinstance(done.exception, DatelineError):
        return f"dateline: {done.exception}"
    return done.output if isinstance(done.exception, SystemExit) else f"Traceback: {done.exception!r}"


def _codes(counts: dict[str, int]) -> frozenset[str]:
    return frozenset(code for code, count in counts.items() if count)


def faults(file: Hostile, found: Outcome, most_seconds: float = MOST_SECONDS) -> Iterator[str]:
    """What is wrong with the outcome, in words."""
    if file.is_good and not found.is_taken:
        yield f"a sound file is refused: {found.words[:200]}"
    if found.is_taken and not file.is_good:
        yield "taken"
    if file.is_good and found.is_taken and found.warnings != file.warnings:
        yield f"warnings {sorted(found.warnings)}, want {sorted(file.warnings)}"
    if not found.is_taken and any(each in found.words for each in WORDLESS):
        yield f"refused without reason: {found.words[:200]}"
    if SECRET in found.words:
        yield "the secret is told"
    if found.seconds > most_seconds:
        yield f"{found.seconds:.1f} s"


@dataclass
class Tally:
    """What became of the files that were sent by one way."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def line(self) -> str:
        seconds, name = self.slowest
        return (
            f"{self.counts['bad']} of {self.counts['hostile']} hostile files refused, {self.counts['taken']} of "
            f"{self.counts['sound']} sound ones taken, slowest {seconds:.1f} s ({name}), {len(self.faults)} faults"
        )


def sent(way: Way, files: Iterator[Hostile], folder: Path, most_seconds: float = MOST_SECONDS) -> Tally:
    """Each of the files by this way."""
    tally = Tally()
    for file in files:
        with _lying(file, folder) as path:
            begun = time.monotonic()
            found = way.send(file, path)
            seconds = time.monotonic() - begun
        found = Outcome(found.is_taken, found.warnings, found.words, seconds)
        tally.counts["sound" if file.is_good else "hostile"] += 1
        tally.counts["taken" if found.is_taken else "bad"] += file.is_good == found.is_taken
        tally.slowest = max(tally.slowest, (seconds, file.name))
        tally.faults.extend(f"{file.name} ({file.threat}): {fault}" for fault in faults(file, found, most_seconds))
    return tally


@contextmanager
def _lying(file: Hostile, folder: Path) -> Iterator[Path]:
    path = folder / "hostile.bin"
    path.write_bytes(file.data)
    try:
        yield path
    finally:
        path.unlink()
