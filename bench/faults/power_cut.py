"""`make power-cut`: the states in which a disk may be found when the power went during an init, an ingest, a load or a
restore; each is opened, and must be sound and hold all that was acknowledged before the cut."""
from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from bench.faults import kill_loop, material, replay
from bench.faults.commands import Fault
from bench.faults.kill_loop import SHORT, Workshop
from bench.faults.ledger import Ledger, Tally
from bench.faults.replay import Call, Disk
from geo.errors import DatelineError
from geo.store import care, layout, open_store

SHARES = {"init": 0.08, "ingest": 0.68, "load": 0.16, "restore": 0.08}
"""Which commands, and which part of all states each gets."""
SEED = 20160411


def recorded(shop: Workshop, kind: str) -> tuple[Disk, list[Call]]:
    """The disk before a command, and every call of it that writes, syncs or speaks."""
    ledger, record = shop.ledger(), shop.folder.parent / "record"
    record.unlink(missing_ok=True)
    backup = shop.folder / "backup.gpkg"
    if kind == "init":
        ledger.path.unlink()
    if kind == "restore":
        shutil.copy(shop.base, backup)
        assert shop.ingest(ledger, 0, None, SHORT).code == 0
        with closing(open_store(str(ledger.path))) as restored:
            restored.settle()
    disk = Disk.of(shop.folder)
    fault = Fault(record=record)
    store = ["--store", str(ledger.path), "--json"]
    done = {
        "init": lambda: shop.command([*store, "init"], fault),
        "ingest": lambda: shop.ingest(ledger, 0, fault, SHORT),
        "load": lambda: shop.load(ledger, 0, fault),
        "restore": lambda: shop.command([*store, "restore", str(backup)], fault),
    }[kind]()
    assert done.code == 0, done.complained
    backup.unlink(missing_ok=True)
    return disk, replay.read(record)


def cut(shop: Workshop, kind: str, states: int, tally: Tally) -> None:
    """Look at about so many states of one command, spread over all of its calls."""
    disk, calls = recorded(shop, kind)
    dice, said = random.Random(SEED), ""
    moments = len(calls) + 1
    each, stride = max(3, -(-states // moments)), max(1, moments // max(1, states))
    audit = _audits(kind)
    for number in range(moments):
        if number:
            disk.do(calls[number - 1])
            said += calls[number - 1].data.decode() if calls[number - 1].kind == "A" else ""
        if number % stride and number != moments - 1:
            continue
        for state in different(islice(disk.states(dice, each - 3), each)):
            ledger = _laid_out(shop, state)
            audit(ledger, said, number == moments - 1, tally)
            tally.runs += 1
    print(json.dumps({f"{kind}, {len(calls)} calls": tally.told()}), flush=True)


def different(states: Iterator[dict[str, bytes]]) -> Iterator[dict[str, bytes]]:
    """Of one moment; where nothing is open to doubt there is one only, and it counts once."""
    seen: list[dict[str, bytes]] = []
    for state in states:
        if state not in seen:
            seen.append(state)
            yield state


def _laid_out(shop: Workshop, state: dict[str, bytes]) -> Ledger:
    folder = shop.folder.parent / "after"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in state.items():
        (folder / name[1:]).write_bytes(content)
    return Ledger(folder / "war.gpkg", shop.expected)


Audit = Callable[[Ledger, str, bool, Tally], None]


def _audits(kind: str) -> Audit:
    return {"init": _begun, "ingest": _ingested, "load": _loaded, "restore": _restored}[kind]


def _ingested(ledger: Ledger, said: str, is_over: bool, tally: Tally) -> None:
    ledger.stories = {json.loads(line)["article"] for line in said.splitlines(keepends=True) if line.endswith("\n")}
    assert not is_over or len(ledger.stories) == SHORT
    tally.acknowledged += len(ledger.stories)
    ledger.audit(tally)


def _loaded(ledger: Ledger, said: str, is_over: bool, tally: Tally) -> None:
    ledger.days = {material.day_of(0)} if "\n" in said else set()
    assert not is_over or ledger.days
    tally.acknowledged += len(ledger.days)
    ledger.audit(tally)


def _begun(ledger: Ledger, said: str, is_over: bool, tally: Tally) -> None:
    """A new store is whole, or not there."""
    if ledger.path.exists():
        ledger.audit(tally)
    else:
        tally.lost += is_over


def _restored(ledger: Ledger, said: str, is_over: bool, tally: Tally) -> None:
    """As it was, or as the backup is."""
    try:
        articles = care.check(ledger.path).rows["articles"]
    except DatelineError as error:
        print(error, flush=True)
        tally.corrupt += 1
        return
    tally.torn += articles not in (0, SHORT)
    tally.lost += bool(said or is_over) and articles != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=5000, help="states of the disk to look at, over all commands")
    parser.add_argument("--folder", type=Path, help="an absolute path that is not there yet")
    parser.add_argument("--kinds", nargs="+", choices=SHARES, default=list(SHARES))
    parser.add_argument("--synchronous", default=layout.SYNCHRONOUS, help="with less, the tool must find losses")
    options = parser.parse_args()
    words = ("--states", str(options.states), "--synchronous", options.synchronous, "--kinds", *options.kinds)
    folder = kill_loop.on_a_disk(options.folder, *words)
    layout.SYNCHRONOUS = options.synchronous
    total = Tally()
    with kill_loop.workshop(folder, 1) as shop:
        for kind in options.kinds:
            tally = Tally()
            cut(shop, kind, int(options.states * SHARES[kind]), tally)
            total += tally
    print(json.dumps({"power cuts": total.told()}), flush=True)
    shutil.rmtree(folder.parent)
    sys.exit(not total.is_clean)


if __name__ == "__main__":
    main()
