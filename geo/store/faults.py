"""What can befall the file of a GeoPackage store, by name: SQLite's errors as Dateline's."""
from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreGone, StoreReadOnly

PRIMARY = 0xFF
"""The bits of an extended result code that say the kind."""


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """SQLite's errors become a ``StoreError`` of their kind with the file's name."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, error) from error


def damaged(path: Path, cause: str) -> StoreDamaged:
    """An error that says the way back."""
    return StoreDamaged(
        f"{path}: {cause}; it was left as it is. `dateline --store {path} restore BACKUP` brings a backup back")


def _named(path: Path, error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    kind = code & PRIMARY
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and _is_full(path)):
        return StoreFull(f"{path}: the disk is full, nothing of this was kept; make room and do it again")
    if kind == sqlite3.SQLITE_READONLY or (kind == sqlite3.SQLITE_CANTOPEN and is_read_only(path)):
        return StoreReadOnly(f"{path}: cannot be written to ({error}), nothing of this was kept")
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{path}: another program is writing for too long, nothing of this was kept; do it again")
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, f"is damaged ({error})")
    if kind in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return StoreGone(f"{path}: cannot be read or written ({error})")
    return StoreError(f"{path}: {error}")


def is_read_only(path: Path) -> bool:
    """Whether it lies on a disk that nobody may write to."""
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _is_full(path: Path) -> bool:
    """SQLite calls a log that cannot grow an I/O error."""
    try:
        return os.statvfs(path.parent).f_bavail == 0
    except OSError:
        return False
