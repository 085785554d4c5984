"""`make power-cut-postgis`: the states in which PostgreSQL's disk may be found when the power went during an ingest, a
checkpoint and a load; a server is begun on each, and the store must hold all that was acknowledged before the cut.

Every call of every process of the server is written down in one file, with what the commands said between them.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGQUIT

from bench.faults import kill_loop, material, replay
from bench.faults.commands import Fault
from bench.faults.databases import NAME, DatabaseLedger, DatabaseWorkshop, database_workshop
from bench.faults.disk_full import short
from bench.faults.ledger import Tally
from bench.faults.power_cut import SEED, different
from bench.faults.replay import Call, Disk
from tools.ports import free_port
from tools.postgres import SETTINGS, Server

LOCK = "postmaster.pid"
"""It names a process of before the cut; whoever begins a server after a restart of the machine takes it away."""
EACH, MOST = 4, 40
"""States of one moment, at least and at most, if it has as many."""
UNSAFE = ("fsync=off", "full_page_writes=off")
"""Settings with which PostgreSQL promises nothing, so that the tool must find losses."""


def recorded(shop: DatabaseWorkshop) -> tuple[Disk, list[Path], list[Call]]:
    """The disk before the commands, its folders, and every call that writes, syncs or speaks."""
    server, ledger, record = shop.server, shop.ledger(), shop.folder.parent / "record"
    server.stop()
    for path in shop.folder.glob("war.gpkg*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    disk = Disk.of(shop.folder)
    folders = [path.relative_to(shop.folder) for path in shop.folder.rglob("*") if path.is_dir()]
    record.touch()
    record.chmod(0o666)
    os.environ["FAULT_RECORD"] = str(record)
    server.start()
    del os.environ["FAULT_RECORD"]
    for kind in ("ingest", "load"):
        done = short(shop, ledger, kind, Fault(record=record))
        assert done.code == 0, done.complained
        if kind == "ingest":
            server.psql("CHECKPOINT")
    server.stop(SIGQUIT)
    return disk, folders, replay.read(record)


def cut(shop: DatabaseWorkshop, states: int, tally: Tally) -> None:
    """Look at about so many different states, spread over all calls; where a moment has fewer, later ones have more."""
    disk, folders, calls = recorded(shop)
    dice, said = random.Random(SEED), ""
    for number, call in enumerate(calls, 1):
        disk.do(call)
        said += call.data.decode() if call.kind == "A" else ""
        owing = states * number // len(calls) - tally.runs
        if owing <= 0 and number != len(calls):
            continue
        for state in different(disk.states(dice, min(max(EACH, owing), MOST) - 3)):
            _audit(shop, _laid_out(shop, folders, state), said, tally)
            tally.runs += 1
            if tally.runs % 50 == 0:
                print(json.dumps({f"call {number} of {len(calls)}": tally.told()}), flush=True)


def _laid_out(shop: DatabaseWorkshop, folders: list[Path], state: Mapping[str, bytes]) -> Server:
    """A server that is not begun yet, over the files of one state."""
    after = shop.folder.parent / "after"
    shutil.rmtree(after, ignore_errors=True)
    after.mkdir()
    for folder in sorted(folders):
        (after / folder).mkdir(mode=0o700)
    for name, content in state.items():
        path = after / name[1:]
        if path.name != LOCK:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
    for path in (after, *after.rglob("*")) if os.geteuid() == 0 else ():
        shutil.chown(path, "postgres", "postgres")
    (own,) = after.iterdir()
    return Server(own, free_port(), (*SETTINGS, "restart_after_crash=off"))


def _audit(shop: DatabaseWorkshop, server: Server, said: str, tally: Tally) -> None:
    ledger = DatabaseLedger(Path(NAME), shop.expected, server=server)
    for line in said.splitlines(keepends=True):
        if line.endswith("\n"):
            told = json.loads(line)
            if "article" in told:
                ledger.stories.add(told["article"])
            else:
                ledger.days.add(material.day_of(0))
    tally.acknowledged += len(ledger.stories) + len(ledger.days)
    try:
        server.start()
    except SystemExit as failed:
        print(failed, flush=True)
        tally.corrupt += 1
        return
    ledger.audit(tally)
    server.stop(SIGQUIT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--states", type=int, default=5200, help="states of the disk to look at, about")
    parser.add_argument("--folder", type=Path, help="an absolute path that is not there yet")
    parser.add_argument("--unsafe", action="store_true", help="let PostgreSQL sync nothing: losses must be found")
    options = parser.parse_args()
    unsafe = ["--unsafe"] if options.unsafe else []
    folder = kill_loop.on_a_disk(options.folder, "--states", str(options.states), *unsafe)
    folder.parent.chmod(0o755)
    tally = Tally()
    with database_workshop(folder, 1, folder, UNSAFE if options.unsafe else ()) as shop:
        cut(shop, options.states, tally)
    print(json.dumps({"power cuts, PostGIS": tally.told()}), flush=True)
    shutil.rmtree(folder.parent)
    sys.exit(not tally.is_clean)


if __name__ == "__main__":
    main()
