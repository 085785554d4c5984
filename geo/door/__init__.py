"""The one door for polygon files from outside.

A file is sniffed, parsed and repaired in a child process with limits on its time and memory, that can reach no
network and write no file. What comes back is plain: rows with WKB, counts, or one error in words. A hostile file can
only end its own child.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.door.limits import CPU_SECONDS, MAX_BYTES, MEMORY_BYTES, WALL_SECONDS
from geo.errors import InvalidInput


def knock(path: Path, options: Mapping[str, object], cpu_seconds: int = CPU_SECONDS) -> dict[str, Any]:
    """Read ``path`` in a child of its own; see ``geo.door.work`` for options and answer.

    :raises InvalidInput: naming the file and what is wrong with it.
    """
    try:
        size = path.stat().st_size
    except OSError as problem:
        raise InvalidInput(f"{path.name}: {problem.strerror}, want a file that can be read") from None
    if size > MAX_BYTES:
        raise InvalidInput(f"{path.name}: {size} bytes, want at most {MAX_BYTES}")
    request = {"path": str(path.resolve()), "options": dict(options), "cpu_seconds": cpu_seconds}
    answer = _child(request, path.name)
    if "error" in answer:
        raise InvalidInput(f"{path.name}: {answer['error']}")
    return answer


def _child(request: dict[str, object], name: str) -> dict[str, Any]:
    command = [sys.executable, "-P", "-s", "-m", "geo.door"]
    try:
        done = subprocess.run(
            command, input=json.dumps(request).encode(), capture_output=True, env=_environment(), timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidInput(f"{name}: not read within {WALL_SECONDS} seconds, want simpler polygons") from None
    if done.returncode < 0:
        raise InvalidInput(
            f"{name}: needs more than {request['cpu_seconds']} seconds or {MEMORY_BYTES >> 20} MB to read and repair, "
            "want polygons with fewer crossings"
        )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise InvalidInput(f"{name}: could not be read: {_last_line(done.stderr)}") from None
    return answer


def _environment() -> dict[str, str]:
    """Nothing of the parent's: no secrets, no settings; one thread."""
    root = str(Path(__file__).resolve().parents[2])
    kept = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    return {**kept, "PYTHONPATH": root, "OPENBLAS_NUM_THREADS": "1", "PROJ_NETWORK": "OFF", "LC_ALL": "C.UTF-8"}


def _last_line(text: bytes) -> str:
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "the reader said nothing"
