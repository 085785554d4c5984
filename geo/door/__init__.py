"""The one door for polygon files from outside.

A file is sniffed, parsed and repaired in a child process of its own, with limits on its time and memory, that can
reach no network and write no file. What comes back is plain: rows with WKB, counts, or one error in words. A hostile
file can only end its own child. The children are forked by a doorkeeper that has the libraries ready, so that a file
costs milliseconds; nothing but the doorkeeper outlives a file.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGALRM, SIGKILL, SIGXCPU
from types import TracebackType
from typing import Any

from geo.door.limits import CPU_SECONDS, MAX_BYTES, MEMORY_BYTES, WALL_SECONDS
from geo.door.ogr import CLOSED_DRIVERS
from geo.errors import InvalidInput


class Door:
    """Open while files are read: ``with Door() as door: door.read(path, options)``."""

    def __init__(self, cpu_seconds: int = CPU_SECONDS) -> None:
        self._cpu_seconds = cpu_seconds

    def __enter__(self) -> Door:
        command = [sys.executable, "-P", "-s", "-m", "geo.door"]
        self._keeper = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(),
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
                 ) -> None:
        if kind is not None:
            self._keeper.kill()
        assert self._keeper.stdin and self._keeper.stdout
        self._keeper.stdin.close()
        self._keeper.stdout.close()
        self._keeper.wait()

    def read(self, path: Path, options: Mapping[str, object]) -> dict[str, Any]:
        """What ``geo.door.work`` makes of a file, with its options.

        :raises InvalidInput: naming the file and what is wrong with it.
        """
        try:
            size = path.stat().st_size
        except OSError as problem:
            raise InvalidInput(f"{path.name}: {problem.strerror}, want a file that can be read") from None
        if size > MAX_BYTES:
            raise InvalidInput(f"{path.name}: {size} bytes, want at most {MAX_BYTES}")
        return self._ask({"path": str(path.resolve()), "options": dict(options)}, path.name)

    def settle(self, rows: Sequence[Mapping[str, object]], name: str) -> dict[str, Any]:
        """The rows of several files for common days, given and answered as ``read`` answers them, settled together.

        :raises InvalidInput: naming ``name``, when that takes too long.
        """
        return self._ask({"rows": [dict(row) for row in rows]}, name)

    def _ask(self, request: dict[str, object], name: str) -> dict[str, Any]:
        assert self._keeper.stdin and self._keeper.stdout
        try:
            line = json.dumps({**request, "cpu_seconds": self._cpu_seconds}).encode()
            self._keeper.stdin.write(line + b"\n")
            self._keeper.stdin.flush()
            answer: dict[str, Any] = json.loads(self._keeper.stdout.readline())
        except (OSError, ValueError):
            raise InvalidInput(f"{name}: could not be read: the reader of files has ended") from None
        if "ended" in answer:
            raise InvalidInput(f"{name}: {self._why(-int(answer['ended']))}")
        if "error" in answer:
            raise InvalidInput(f"{name}: {answer['error']}")
        return answer

    def _why(self, signal: int) -> str:
        if signal == SIGALRM:
            return f"not read within {WALL_SECONDS} seconds, want simpler polygons"
        if signal in (SIGXCPU, SIGKILL):
            return (
                f"needs more than {self._cpu_seconds} seconds or {MEMORY_BYTES >> 20} MB to read and repair, "
                "want polygons with fewer crossings"
            )
        return f"could not be read: its reader broke off ({signal}), want a sound file"


def knock(path: Path, options: Mapping[str, object], cpu_seconds: int = CPU_SECONDS) -> dict[str, Any]:
    """Read one file through a door of its own; see ``geo.door.work`` for options and answer.

    :raises InvalidInput: naming the file and what is wrong with it.
    """
    with Door(cpu_seconds) as door:
        return door.read(path, options)


def environment() -> dict[str, str]:
    """Nothing of the parent's: no secrets, no settings; one thread; GDAL with two drivers and no way out."""
    root = str(Path(__file__).resolve().parents[2])
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    return {
        **kept, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF", "LC_ALL": "C.UTF-8", "GDAL_SKIP": ",".join(CLOSED_DRIVERS),
        "GDAL_HTTP_PROXY": "http://127.0.0.1:9", "CPL_VSIL_CURL_ALLOWED_FILENAME": "/nonexistent",
        "GDAL_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1",
    }
