"""What a polygon file may cost, and the walls of the processes that read it."""
from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

MAX_BYTES = 200_000_000
MAX_FEATURES = 100_000
MAX_VERTICES = 1_000_000
MAX_RING = 250_000
MAX_TEXT = 10_000
"""Characters of one attribute's value."""
MAX_MEMBERS = 100
MAX_RATIO = 100
"""How many members a zip may have, and how many times its own size it may unpack to."""
MAX_DEPTH = 64
"""Elements inside each other in a KML file."""
MAX_ANSWER = 500_000_000
"""Bytes that a child may say."""

CPU_SECONDS = 15
MEMORY_BYTES = 2 << 30
WALL_SECONDS = 60

_CLOSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "ctypes.", "urllib.")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def enclose() -> None:
    """Limit this process and its children for good: memory, no file to write and, where the system grants it, no
    network at all."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unshare = getattr(ctypes.CDLL(None), "unshare", None)  # Linux alone has it
    if unshare is not None:
        unshare(_NEW_NETWORK if os.geteuid() == 0 else _NEW_USER | _NEW_NETWORK)


def wall_in(cpu_seconds: int) -> None:
    """Limit one reader further: its time, no network and no program from Python, no file opened to write."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_CLOSED):
        raise PermissionError(f"{event} is closed while a file is read")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+"):
        raise PermissionError("writing is closed while a file is read")
