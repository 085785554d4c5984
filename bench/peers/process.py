"""What a tree of processes costs: seconds of processor time and resident memory, as Linux counts them."""
from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """User and system time of a process, its descendants, and those of its children that have ended."""
    return sum(sum(_stat(pid)[11:15]) for pid in tree(root)) / TICK


def resident_mb(root: int) -> float:
    """Proportional set size of the tree: memory that processes share counts once."""
    return sum(_pss_kb(pid) for pid in tree(root)) / 1024


def resident_kb(pid: int) -> int:
    """Of one process, with the pages that it shares."""
    text = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS:"))


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children[stat[1]].append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children[pid])
    return found


def _stat(pid: int) -> list[int]:
    """The numbers of ``/proc/PID/stat`` after the name: the parent is the second, times are the 12th to 15th."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    state, *rest = text.rpartition(")")[2].split()
    return [ord(state), *map(int, rest)]


def _pss_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[int]:
    """A process of its own group, until the block ends; its id."""
    with (log or Path(os.devnull)).open("ab") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, stdout=out, stderr=out, start_new_session=True)
        try:
            yield process.pid
        finally:
            for how in (signal.SIGTERM, signal.SIGKILL):
                if process.poll() is None:
                    os.killpg(process.pid, how)
                    _ended(process)


def _ended(process: subprocess.Popen[bytes], patience: float = 15) -> None:
    until = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
