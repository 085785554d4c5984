"""Hundreds of hostile files at the door: none is taken, none is mended unsaid, none makes it open another file.

`make hostile-files` sends all of them, the heavy ones too, by the library, the command line and the service.
"""
from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import pytest

from bench.hostile.corpus import HEAVY, corpus
from bench.hostile.files import Library, Outcome, Tally, faults, sent
from bench.hostile.kinds import Hostile, Lure
from bench.hostile.watch import SECRET, Watch, watched
from geo.door import Door, knock
from geo.errors import InvalidInput

THREATS = {"T5", "T6", "T7", "T8", "T9", "T11", "T13", "T14", "T17"}

BUSY = 60.0
"""Seconds by the clock on a machine that does other things, too; each child has 5 of the processor."""


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with watched(tmp_path) as found:
        yield found


def light(lure: Lure) -> Iterator[Hostile]:
    return (file for file in corpus(lure) if file.name not in HEAVY)


class Seen:
    """The names and the threats of the files that were sent: making them all takes longer than reading them."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self.threats: set[str] = set()

    def each(self, files: Iterator[Hostile]) -> Iterator[Hostile]:
        for file in files:
            self.names[file.name] += 1
            self.threats |= set() if file.is_good else {file.threat}
            yield file


def through_the_door(lure: Lure, folder: Path) -> tuple[Tally, Seen, int]:
    """What became of the light files, which they were, and the kilobytes that the largest child took."""
    seen = Seen()
    with Door() as door:
        tally = sent(Library(door), seen.each(light(lure)), folder, BUSY)
    return tally, seen, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def test_no_hostile_file_is_taken_and_every_odd_one_that_is_right_is(watch: Watch, tmp_path: Path) -> None:
    """Files of every kind of threat, each with a name of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # this process has had children of other tests
        tally, seen, largest = fresh.submit(through_the_door, watch.lure, tmp_path).result()
    assert seen.names.most_common(1)[0][1] == 1
    assert seen.threats == THREATS
    assert tally.faults == []
    assert tally.counts["bad"] == tally.counts["hostile"] >= 500
    assert tally.counts["taken"] == tally.counts["sound"] >= 70
    assert (watch.reads, watch.calls) == (0, 0)
    assert largest < 512 * 1024


def test_the_watch_sees_who_reads_and_the_judge_who_is_wrong(watch: Watch) -> None:
    assert SECRET in watch.lure.path.read_text("utf-8")
    assert watch.reads == 1
    (file,) = islice(light(watch.lure), 1)
    sound = Hostile("good/x", "G5", b"", is_good=True, warnings=frozenset({"W-Z-DROPPED"}))
    assert list(faults(file, Outcome(True, frozenset(), SECRET, 9.0))) == ["taken", "the secret is told", "9.0 s"]
    assert list(faults(sound, Outcome(True, frozenset(), ""))) == ["warnings [], want ['W-Z-DROPPED']"]
    assert len(list(faults(sound, Outcome(False, frozenset(), "x: could not be read: KeyError")))) == 2


def test_a_gigabyte_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with path.open("wb") as file:
        file.write(b"SQLite format 3\x00")
        file.truncate(1 << 30)
    begun = time.monotonic()
    with pytest.raises(InvalidInput, match="1073741824 bytes, want at most 200000000"):
        knock(path, {"controller": "N", "status": "control", "date": "2022-04-01"})
    assert time.monotonic() - begun < 10
