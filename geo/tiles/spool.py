"""Tiles that are made, kept in a file until all are: whoever is interrupted goes on from there."""
from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from geo.errors import StoreError

WHOLE = -1
"""The span of a tile of all days."""
_SCHEMA = """
    DROP TABLE IF EXISTS tile; DROP TABLE IF EXISTS made_of;
    CREATE TABLE tile (span INTEGER, id INTEGER, zoom INTEGER, size INTEGER, body BLOB, PRIMARY KEY (span, id));
    CREATE TABLE made_of (name TEXT);
"""


class Made(NamedTuple):
    """A tile: the number of its span or ``WHOLE``, its own number (``geo.formats.pmtiles``), its bytes before they
    were packed, and packed; an empty one has none."""

    span: int
    id: int
    zoom: int
    size: int
    body: bytes


class Spool:
    """``made_of`` names all that the bytes hang on; a file of something else is begun anew. One process may use it.

    :raises StoreError: while another process uses it.
    """

    def __init__(self, path: Path, made_of: str) -> None:
        self._file = sqlite3.connect(path, timeout=1)
        try:
            self._file.executescript("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;")
            if self._made_of() != made_of:
                self._file.executescript(_SCHEMA)
                self._file.execute("INSERT INTO made_of VALUES (?)", (made_of,))
                self._file.commit()
        except sqlite3.OperationalError as error:
            self._file.close()
            raise StoreError(f"{path}: another process is writing here ({error})") from error

    def done(self) -> set[tuple[int, int]]:
        """Span and number of every tile that need not be made again."""
        return set(self._file.execute("SELECT span, id FROM tile"))

    def keep(self, tiles: Iterable[Made]) -> None:
        with self._file:
            self._file.executemany("INSERT INTO tile VALUES (?, ?, ?, ?, ?)", tiles)

    def largest(self) -> dict[int, int]:
        """By zoom, the bytes of the largest tile of all days; zooms without any are left out."""
        return dict(self._file.execute(
            "SELECT zoom, max(size) FROM tile WHERE span = ? AND size > 0 GROUP BY zoom ORDER BY zoom", (WHOLE,)))

    def largest_of(self, spans: range, zoom: int) -> int:
        """Bytes of the largest tile of some spans at a zoom; 0 where there is none."""
        found = self._file.execute(
            "SELECT coalesce(max(size), 0) FROM tile WHERE span >= ? AND span < ? AND zoom = ?",
            (spans.start, spans.stop, zoom)).fetchone()
        return int(found[0])

    def whole(self) -> Iterator[tuple[int, bytes]]:
        """Number and packed bytes of the tiles of all days that are not empty, by number."""
        return iter(self._file.execute("SELECT id, body FROM tile WHERE span = ? AND size > 0 ORDER BY id", (WHOLE,)))

    def of_span(self, span: int, zooms: range) -> Iterator[tuple[int, bytes]]:
        """The same of one span, of some zooms."""
        return iter(self._file.execute(
            "SELECT id, body FROM tile WHERE span = ? AND size > 0 AND zoom >= ? AND zoom < ? ORDER BY id",
            (span, zooms.start, zooms.stop)))

    def close(self) -> None:
        self._file.close()

    def _made_of(self) -> str | None:
        try:
            found = self._file.execute("SELECT name FROM made_of").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
        return str(found[0]) if found else None
