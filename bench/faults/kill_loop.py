"""`make kill-loop`: kill -9 at random moments of ingests and loads by command line, of posts to `dateline serve`, and
before every call of one ingest and one load that writes or syncs."""
from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.faults import commands, material, serving
from bench.faults.commands import Fault, Outcome
from bench.faults.ledger import Ledger, Tally
from geo.store import open_store
from server.commands import stories as stories_command

BLOCK = 30
"""Stories of one ingest."""
SHORT = 8
"""Stories of the one ingest that is killed before each of its calls."""
ERA = 20
"""Runs over one store, which then begins anew."""
MEMORY = Path("/dev/shm")
"""Where a kill costs no wait for a disk; what a killed program wrote, the system keeps all the same."""
SEED = 20160411


@dataclass
class Workshop:
    """A folder under faults, the store that all begin from, and what becomes of its stories undisturbed."""

    folder: Path
    base: Path
    token: str
    expected: material.Expected
    stories: int = 0
    took: dict[str, float] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def ledger(self) -> Ledger:
        """A fresh copy of the store."""
        path = self.folder / "war.gpkg"
        for old in self.folder.glob("war.gpkg*"):
            if old.is_file():
                old.unlink()
            else:
                shutil.rmtree(old)
        shutil.copy(self.base, path)
        return Ledger(path, self.expected)

    def ingest(self, ledger: Ledger, block: int, fault: Fault | None, size: int = BLOCK) -> Outcome:
        begin = block * size % (self.stories or sys.maxsize)
        numbers = range(begin, begin + size)
        path = material.write_stories(self.folder.parent / "block.jsonl", numbers)
        done = commands.run(["--store", ledger.address, "--json", "ingest", str(path)], fault)
        ledger.stories.update(json.loads(line)["article"] for line in done.said.splitlines(keepends=True)
                              if line.endswith("\n"))
        return done

    def struck(self, kind: str, ledger: Ledger, number: int) -> Outcome:
        """It is killed at a random moment, if it has not ended by then."""
        fault = Fault(kill_after=self.dice.uniform(0, self.took[kind]))
        done = self.begin(kind, ledger, number, fault)
        assert done.code in (0, -9), done.complained
        return done

    def begin(self, kind: str, ledger: Ledger, number: int, fault: Fault | None = None) -> Outcome:
        return self.ingest(ledger, number, fault) if kind == "ingest" else self.load(ledger, number, fault)

    def command(self, words: list[str], fault: Fault | None) -> Outcome:
        return commands.run(words, fault)

    def load(self, ledger: Ledger, number: int, fault: Fault | None) -> Outcome:
        path = material.write_zones(self.folder.parent / "front.geojson", number)
        day = material.day_of(number)
        done = commands.run(["--store", ledger.address, "--json", "zones", "load", str(path), "--source",
                             material.SOURCE, "--controller-field", "side", "--date", str(day)], fault)
        if done.said.endswith("\n"):
            ledger.days.add(day)
        return done


@contextmanager
def workshop(folder: Path, blocks: int) -> Iterator[Workshop]:
    """Made before anything goes wrong. The reader is built once, for all that are forked."""
    base = folder.parent / "base.gpkg"
    token = material.make_store(str(base))
    whole = Path(shutil.copy(base, folder / "war.gpkg"))
    with closing(open_store(str(whole))) as store:
        stories_command.pipeline_at(str(whole), stories_command.ground_version(store))
    shop = Workshop(folder, base, token, material.Expected({}, {}, 0))
    ledger = Ledger(whole, shop.expected)
    for block in range(blocks):
        shop.took["ingest"] = _timed(partial(shop.ingest, ledger, block, None))
    shop.took["load"] = _timed(partial(shop.load, ledger, 0, None))
    shop.expected, shop.stories = material.expected(whole), blocks * BLOCK
    shop.took["load"] = min(shop.took["load"], _timed(partial(shop.load, shop.ledger(), 0, None)))
    yield shop


def _timed(command: Callable[[], Outcome]) -> float:
    begun = time.monotonic()
    done = command()
    assert done.code == 0, done.complained
    return time.monotonic() - begun


def by_command(shop: Workshop, kills: int, tally: Tally) -> None:
    """By turns ingests and loads over one store; each is begun again where the last was killed."""
    while tally.killed < kills:
        kind = "ingest" if (tally.runs // ERA) % 2 == 0 else "load"
        if tally.runs % ERA == 0:  # how long it takes undisturbed, on a machine that has other things to do
            ledger, number = shop.ledger(), 1
            shop.took[kind] = _timed(partial(shop.begin, kind, ledger, 0))
        done = shop.struck(kind, ledger, number)
        tally.runs += 1
        tally.killed += done.code != 0
        number += done.code == 0
        ledger.audit(tally)
        if tally.runs % ERA == 0 or tally.killed == kills:
            tally.acknowledged += len(ledger.stories) + len(ledger.days)
            _show("command line", tally)


def at_every_call(shop: Workshop, kind: str, step: int, tally: Tally) -> None:
    """Kill it before its first, second, … call that writes or syncs, until it comes to its end."""
    at = 1
    while True:
        ledger = shop.ledger()
        fault = Fault(kill_at=at)
        done = shop.ingest(ledger, 0, fault, SHORT) if kind == "ingest" else shop.load(ledger, 0, fault)
        assert done.code in (0, -9), done.complained
        tally.runs += 1
        tally.killed += done.code < 0
        ledger.audit(tally)
        tally.acknowledged += len(ledger.stories) + len(ledger.days)
        if done.code == 0:
            break
        again = shop.ingest(ledger, 0, None, SHORT) if kind == "ingest" else shop.load(ledger, 0, None)
        assert again.code == 0, again.complained
        ledger.audit(tally)
        at += step
    _show(f"every {step}. call of one {kind}, {at} calls", tally)


def _show(title: str, tally: Tally) -> None:
    print(json.dumps({title: tally.told()}), flush=True)


def on_a_disk(folder: Path | None, *words: str) -> Path:
    """The folder of a disk that fails, for this program, which begins anew under the faults with ``words``."""
    above = MEMORY if MEMORY.is_dir() else None
    folder = folder or Path(tempfile.mkdtemp(prefix="dateline-faults-", dir=above)) / "disk"
    folder.mkdir(parents=True, exist_ok=True)
    sys.argv[1:] = [*words, "--folder", str(folder)]
    commands.under_faults(folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", type=int, default=1000, help="kills of commands")
    parser.add_argument("--http", type=int, default=300, help="kills of the service")
    parser.add_argument("--step", type=int, default=1, help="kill before each STEP-th call; 0 for none")
    parser.add_argument("--folder", type=Path, help="an absolute path that is not there yet")
    options = parser.parse_args()
    folder = on_a_disk(options.folder, "--command", str(options.command), "--http", str(options.http), "--step",
                       str(options.step))
    total = Tally()
    with workshop(folder, max(1, min(ERA, (options.command + options.http) // 5))) as shop:
        for kind in ("ingest", "load") if options.step else ():
            tally = Tally()
            at_every_call(shop, kind, options.step, tally)
            total += tally
        for kills, loop in ((options.command, by_command), (options.http, serving.by_http)):
            tally = Tally()
            loop(shop, kills, tally)
            total += tally
    _show("all", total)
    shutil.rmtree(folder.parent)
    sys.exit(not total.is_clean)


if __name__ == "__main__":
    main()
