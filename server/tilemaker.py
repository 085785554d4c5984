"""A process of its own that makes the arrays behind tiles: ``python -m server.tilemaker FOLDER KERNEL``, for the
store that ``DATELINE_STORE`` names.

Making them takes seconds and a gigabyte for a large war. Here that neither holds up the threads that answer nor stays
in their memory. It reads lines of a collection and a zoom, and answers each with a line, ``done`` and the version of
the collection or what was wrong, once the arrays lie in the folder; it ends when nobody writes to it any more.
"""
from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import DatelineError
from geo.schema import COLLECTIONS
from geo.store import open_store
from server.making import DONE
from server.tilesets import TileSets


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several workers' makers one makes; the others then find what it made."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".making").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> None:
    folder, kernel = Path(sys.argv[1]), sys.argv[2]
    store, sets = open_store(os.environ["DATELINE_STORE"]), TileSets(folder, kernel)
    for line in sys.stdin:
        collection, zoom = line.split()
        try:
            with _alone(folder):
                version = sets.make(COLLECTIONS[collection], store, int(zoom))
            print(f"{DONE} {version}", flush=True)
        except (DatelineError, OSError) as error:
            print(str(error).replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
