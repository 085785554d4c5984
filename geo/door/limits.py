"""What a polygon file may cost, and the walls of the child process that reads it."""
from __future__ import annotations

import resource
import sys

MAX_BYTES = 200_000_000
MAX_FEATURES = 100_000
MAX_VERTICES = 1_000_000
MAX_RING = 250_000
MAX_TEXT = 10_000
"""Characters of one attribute's value."""

CPU_SECONDS = 15
MEMORY_BYTES = 2 << 30
WALL_SECONDS = 60

_CLOSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "ctypes.", "urllib.")


def wall_in(cpu_seconds: int) -> None:
    """Limit this process for good: time, memory, no network, no program, no file to write."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_CLOSED):
        raise PermissionError(f"{event} is closed while a file is read")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+"):
        raise PermissionError("writing is closed while a file is read")
