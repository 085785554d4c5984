"""For formats that cannot be made front to back: a file made in a folder of its own, then read out and removed."""
from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

PIECE = 1 << 16


def streamed(name: str, fill: Callable[[Path], None]) -> Iterator[bytes]:
    """The pieces of the file ``name`` that ``fill`` writes when the first is asked for."""
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        path = Path(folder, name)
        fill(path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
