"""What a polygon file may cost, and the walls of the processes that read it."""
from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

MAX_BYTES = 200_000_000
MAX_FEATURES = 100_000
MAX_VERTICES = 1_000_000
MAX_RING = 250_000
MAX_HOLES = 10_000
"""Of one feature; whether they lie inside each other costs with their number."""
MAX_TEXT, MAX_VALUE = 10_000, 1_000_000
"""Characters of one attribute's value: above the first it is left out, above the second the file is refused."""
MAX_MEMBERS = 100
MAX_RATIO = 100
"""How many members a zip may have, and how many times its own size it may unpack to."""
MAX_DEPTH = 64
"""Elements inside each other in a KML file."""
MAX_CROSSINGS = 5_000
"""How often the outline of one feature may cross itself; mending costs with the crossings, not with the positions."""
MAX_PAIRS = 3_000_000
"""Pairs of edges, side by side, that are looked at for crossings."""
MAX_CODE = 100
"""Characters of the name of a side."""
MAX_ANSWER = 500_000_000
"""Bytes that a child may say."""

CPU_SECONDS = 5
MEMORY_BYTES = 400 << 20
"""What one file may take beside the libraries, which all readers share with the doorkeeper."""
KEEPER_BYTES = 2 << 30
WALL_SECONDS = 60

_CLOSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "ctypes.", "urllib.")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def enclose() -> None:
    """Limit this process and its children for good: memory, no file to write and, where the system grants it, no
    network at all."""
    resource.setrlimit(resource.RLIMIT_AS, (KEEPER_BYTES, KEEPER_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unshare = getattr(ctypes.CDLL(None), "unshare", None)  # Linux alone has it
    if unshare is not None:
        unshare(_NEW_NETWORK if os.geteuid() == 0 else _NEW_USER | _NEW_NETWORK)


def wall_in(cpu_seconds: int) -> None:
    """Limit one reader further: its time and memory, no network and no program from Python, no file opened to
    write."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    most = min(_taken() + MEMORY_BYTES, KEEPER_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    sys.addaudithook(_refuse)


def _taken() -> int:
    """Bytes of address space that this process has already; where nobody says, it has none left over."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return KEEPER_BYTES - MEMORY_BYTES


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_CLOSED):
        raise PermissionError(f"{event} is closed while a file is read")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+"):
        raise PermissionError("writing is closed while a file is read")
