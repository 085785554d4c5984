"""`make disk-full-postgis`: ingests and loads into PostGIS whose disk, a small one in memory, has only so much room.

Only root may make such a disk. Where PostgreSQL cannot even write its log it ends itself, as it must; it is begun again
when there is room.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.faults.databases import DatabaseWorkshop, database_workshop
from bench.faults.disk_full import FULL, account, short
from bench.faults.ledger import Tally

DISK = 512 << 20
"""Bytes: PostgreSQL, the base and one copy of it take about a quarter."""
LOST = "connection failed"
"""What is said when the server cannot even let anybody in; its own reason follows."""


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of ``DISK`` bytes.

    :raises CalledProcessError: for anybody but root.
    """
    folder = Path(tempfile.mkdtemp(prefix="dateline-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def only(room: int, disk: Path) -> Iterator[None]:
    """No more than so many bytes are left."""
    taken = disk / "taken"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with taken.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - room))
    try:
        yield
    finally:
        taken.unlink()


def full(shop: DatabaseWorkshop, disk: Path, counts: int, tally: Tally) -> int:
    """With room for ever more bytes, from none to all they need; how many refusals were not clear."""
    unclear = 0
    for kind in ("ingest", "load"):
        needed = _growth(shop, kind, disk)
        for number in range(counts // 2):
            ledger = shop.ledger()
            with only(needed * number // (counts // 2), disk):
                done = short(shop, ledger, kind)
            shop.server.revive()
            unclear += account(done, (FULL, LOST), tally)
            ledger.audit(tally)
            tally.acknowledged += len(ledger.stories) + len(ledger.days)
            assert short(shop, ledger, kind).code == 0, "there is room again"
            ledger.audit(tally)
    return unclear


def _growth(shop: DatabaseWorkshop, kind: str, disk: Path) -> int:
    """By how many bytes the files grow, and one more piece of the log."""
    ledger = shop.ledger()
    before = os.statvfs(disk).f_bavail
    assert short(shop, ledger, kind).code == 0
    return (before - os.statvfs(disk).f_bavail) * os.statvfs(disk).f_frsize + (1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, default=100, help="byte counts after which the disk is full")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dateline-faults-")) / "disk"
    folder.mkdir()
    tally = Tally()
    with small_disk() as disk, database_workshop(folder, 1, disk) as shop:
        unclear = full(shop, disk, options.counts, tally)
    print(json.dumps({"disk full, PostGIS": {**tally.told(), "unclear": unclear}}))
    shutil.rmtree(folder.parent)
    sys.exit(bool(unclear or not tally.is_clean))


if __name__ == "__main__":
    main()
