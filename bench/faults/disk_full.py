"""`make disk-full`: ingests and loads on a disk that is full after so many bytes, and on one that is read-only."""
from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.faults import kill_loop
from bench.faults.commands import Fault, Outcome
from bench.faults.kill_loop import SHORT, Workshop
from bench.faults.ledger import Ledger, Tally
from geo.errors import DatelineError
from geo.store import care

FULL = "the disk is full"
READ_ONLY = "cannot be written"


def full(shop: Workshop, counts: int, tally: Tally) -> int:
    """Ingest and load with room for ever more bytes, from none to all they need; how many refusals were not clear."""
    unclear = 0
    for kind in ("ingest", "load"):
        needed = _growth(shop, kind)
        for number in range(counts // 2):
            ledger = shop.ledger()
            done = short(shop, ledger, kind, Fault(room=needed * number // (counts // 2)))
            unclear += account(done, (FULL,), tally)
            ledger.audit(tally)
            tally.acknowledged += len(ledger.stories) + len(ledger.days)
            assert short(shop, ledger, kind, None).code == 0, "there is room again"
            ledger.audit(tally)
    return unclear


def read_only(shop: Workshop, tally: Tally) -> int:
    """The same on a disk that may only be read; what the store holds is read meanwhile."""
    unclear = 0
    for kind in ("ingest", "load"):
        ledger = shop.ledger()
        assert short(shop, ledger, kind, None).code == 0
        before = ledger.path.read_bytes()
        done = short(shop, ledger, kind, Fault(read_only=True), 1)
        unclear += account(done, (READ_ONLY,), tally) + (done.code == 0)
        tally.corrupt += ledger.path.read_bytes() != before
        ledger.audit(tally)
    return unclear


def short(shop: Workshop, ledger: Ledger, kind: str, fault: Fault | None = None, number: int = 0) -> Outcome:
    """One short ingest, or one load."""
    if kind == "ingest":
        return shop.ingest(ledger, number, fault, SHORT)
    return shop.load(ledger, number, fault)


def account(done: Outcome, wanted: Sequence[str], tally: Tally) -> bool:
    """Whether it was refused in other words than one clear line, with one of the ``wanted``."""
    tally.runs += 1
    tally.refused += done.code == 2
    lines = [line for line in done.complained.splitlines() if line.startswith("dateline: ")]
    is_clear = done.code == 0 or (done.code == 2 and len(lines) == 1 and any(each in lines[0] for each in wanted))
    if not is_clear or "Traceback" in done.complained:
        print(done.code, done.complained[-2000:], flush=True)
    return not is_clear or "Traceback" in done.complained


def _growth(shop: Workshop, kind: str) -> int:
    """By how many bytes files grow, at most: the log, and what the log is moved into."""
    ledger = shop.ledger()
    before = ledger.path.stat().st_size
    done = short(shop, ledger, kind, Fault(kill_at=10**9))
    assert done.code == 0
    log = ledger.path.with_name(ledger.path.name + "-wal")
    return ledger.path.stat().st_size - before + (log.stat().st_size if log.exists() else 0) + 2**19


def backups(shop: Workshop, counts: int) -> int:
    """Backups and restores on a full disk; how many left anything but the whole or nothing."""
    bad, ledger = 0, shop.ledger()
    assert short(shop, ledger, "ingest", None).code == 0
    target = ledger.path.with_name("war.gpkg.backup")
    size = ledger.path.stat().st_size
    for number in range(counts):
        fault = Fault(room=size * 2 * number // counts)
        done = shop.command(["--store", str(ledger.path), "backup", str(target)], fault)
        bad += _halves(done, target, ledger.path.parent)
        if done.code == 0:
            done = shop.command(["--store", str(ledger.path), "restore", str(target)], fault)
            bad += _halves(done, ledger.path, ledger.path.parent)
            target.unlink()
    return bad


def _halves(done: Outcome, path: Path, folder: Path) -> bool:
    drafts = list(folder.glob(".*.new*"))
    try:
        is_whole = not path.exists() or bool(care.check(path).rows["places"])
    except DatelineError:
        is_whole = False
    if not is_whole or drafts or done.code not in (0, 2) or "Traceback" in done.complained:
        print(done.code, drafts, done.complained[-2000:], flush=True)
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, default=100, help="byte counts after which the disk is full")
    parser.add_argument("--folder", type=Path, help="an absolute path that is not there yet")
    options = parser.parse_args()
    folder = kill_loop.on_a_disk(options.folder, "--counts", str(options.counts))
    tally = Tally()
    with kill_loop.workshop(folder, 1) as shop:
        unclear = full(shop, options.counts, tally) + read_only(shop, tally)
        halves = backups(shop, options.counts // 5)
    print(json.dumps({"disk full": {**tally.told(), "unclear": unclear, "halves": halves}}))
    shutil.rmtree(folder.parent)
    sys.exit(bool(unclear or halves or not tally.is_clean))


if __name__ == "__main__":
    main()
