"""`dateline` commands in processes that faults befall: forked from one that has read all modules already, so that
thousands of them take minutes. What they open, write and say is what the command in a shell opens, writes and says."""
from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from server import cli

SOURCE = Path(__file__).with_name("faults.c")
NO_LIMIT = -1
PATIENCE = 120.0
"""Seconds after which a command hangs."""


@dataclass(frozen=True)
class Fault:
    """What befalls a command: a kill before its n-th call that writes or syncs, a disk with so many bytes of room, one
    that nobody may write to; or a kill after so many seconds. Or none, but all calls are written down in ``record``."""

    kill_at: int = 0
    room: int = NO_LIMIT
    read_only: bool = False
    kill_after: float | None = None
    record: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What the command said on standard output and standard error, and how it ended: a signal is negative."""

    said: str
    complained: str
    code: int


def under_faults(folder: Path) -> None:
    """Begin this program anew with the faults between it and the files of ``folder``, unless they are there already.

    :raises CalledProcessError: without a C compiler.
    """
    if os.environ.get("FAULT_UNDER") == str(folder):
        return
    library = built(folder.parent)
    environment = {**os.environ, "FAULT_UNDER": str(folder), "LD_PRELOAD": str(library)}
    os.execve(sys.executable, [sys.executable, "-m", _module(), *sys.argv[1:]], environment)


def built(folder: Path) -> Path:
    """The library, compiled into ``folder``."""
    library = folder / "faults.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)], check=True)
    return library


def _module() -> str:
    spec = sys.modules["__main__"].__spec__
    assert spec is not None, "run it as python -m bench.faults.…"
    return spec.name


def run(words: Sequence[str], fault: Fault | None = None) -> Outcome:
    """Run ``dateline WORDS`` to its end, or to the one that ``fault`` makes; its children end with it."""
    out, err = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _become(words, fault, out[1], err[1])
    os.close(out[1])
    os.close(err[1])
    with suppress(PermissionError, ProcessLookupError):  # whichever of the two is first
        os.setpgid(child, child)
    code = _ended(child, fault.kill_after if fault else None)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # a reader of files that outlived it
    return Outcome(_all(out[0]), _all(err[0]), code)


def _become(words: Sequence[str], fault: Fault | None, out: int, err: int) -> NoReturn:
    code = 70
    try:
        os.setpgid(0, 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        if fault is not None and fault.kill_after is None:
            arm(fault)
        sys.argv = ["dateline", *words]
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


def arm(fault: Fault) -> None:
    """From now on in this process."""
    if fault.record is not None:
        ctypes.CDLL(None).fault_record(os.fsencode(fault.record))
    ctypes.CDLL(None).fault_arm(ctypes.c_long(fault.kill_at), ctypes.c_long(fault.room), int(fault.read_only))


def _ended(child: int, kill_after: float | None) -> int:
    until = time.monotonic() + (PATIENCE if kill_after is None else kill_after)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)  # before its children, of whose end it would complain
            os.waitpid(child, 0)
            assert kill_after is not None, "the command hangs"
            return -signal.SIGKILL
        time.sleep(0.001)


def _all(reading: int) -> str:
    with open(reading, encoding="utf-8", errors="replace") as file:
        return file.read()
