"""Arrays that are built once, kept in a file beside the user's other caches, and memory-mapped from then on."""
from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


def cached_arrays(name: str, build: Callable[[], Arrays], folder: Path | None = None) -> Arrays:
    """The arrays of ``name``, mapped read-only; built and kept first where they are not.

    A folder that cannot be written to costs the time of building, never the answer.
    """
    path = (folder or cache_folder()) / name
    if not path.is_dir():
        arrays = build()
        try:
            _keep(path, arrays)
        except OSError:
            return arrays
    return {file.stem: np.asarray(np.load(file, mmap_mode="r")) for file in sorted(path.glob("*.npy"))}


def cache_folder() -> Path:
    """``DATELINE_CACHE``, else where the system keeps its users' caches."""
    stated = os.environ.get("DATELINE_CACHE")
    if stated:
        return Path(stated)
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(home) / "dateline"


def _keep(path: Path, arrays: Arrays) -> None:
    """Write into a folder of another name, then rename: there is all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".building-") as building:
        inner = Path(building) / "whole"
        inner.mkdir()
        for name, array in arrays.items():
            np.save(inner / f"{name}.npy", array)
        try:
            inner.rename(path)
        except OSError:
            if not path.is_dir():  # another process was faster: its folder is as good
                raise
