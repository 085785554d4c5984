"""Care of a GeoPackage store: whether it is sound, a copy of it while others write, and the way back from one."""
from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geo.errors import StoreDamaged, StoreError, StoreVersionError
from geo.schema import COLLECTIONS
from geo.store import layout
from geo.store.connection import Connection, meta, set_meta
from geo.store.faults import damaged, named_errors

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file, and must never find beside another one."""
STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""


@dataclass(frozen=True)
class State:
    """Of a sound store: how many rows are believed by collection, and whether every page of it was looked at."""

    rows: dict[str, int]
    version: str
    is_whole: bool = True


def check(path: Path, seconds: float | None = None, *, may_be_older: bool = False) -> State:
    """Read the whole file: its pages, its indexes against its rows, and that no mention is left alone. Writes nothing.

    After ``seconds`` the rest of the pages is taken on trust, which the answer says, and indexes are left alone.

    :raises StoreDamaged: saying what is wrong, and how to bring a backup back.
    :raises StoreVersionError: when it is of a newer release, or of an earlier one and not said to be so.
    """
    if not (may_be_older and layout.is_older(path)):
        layout.check(path)
    with named_errors(path), closing(layout.connect(path)) as connection:
        connection.execute("BEGIN")  # one state, whatever is written meanwhile
        is_whole = _look_through(connection, path, seconds)
        there = [name for name in COLLECTIONS if _one(
            connection, f"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{name}'")]
        if seconds is None:
            for wrong in (*_torn_indexes(connection, there), *orphans(connection)):
                raise damaged(path, wrong)
        rows = {name: believed(connection, name) for name in there}
        return State(rows, f"{meta(connection, 'store_id')}-{meta(connection, 'version')}", is_whole)


def _look_through(connection: sqlite3.Connection, path: Path, seconds: float | None) -> bool:
    """Whether there was time to look at every page."""
    until = None if seconds is None else time.monotonic() + seconds
    connection.set_progress_handler(lambda: until is not None and time.monotonic() > until, STEPS)
    pragma = "integrity_check" if seconds is None else "quick_check"
    try:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}(3)")]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    finally:
        connection.set_progress_handler(None, STEPS)
    if found != ["ok"]:
        raise damaged(path, f"is damaged ({'; '.join(found)})".replace("\n", " "))
    return True


def _torn_indexes(connection: sqlite3.Connection, collections: Sequence[str]) -> Iterator[str]:
    for name in collections:
        with_ground = _one(connection, f'SELECT count(*) FROM "{name}" WHERE geom IS NOT NULL')
        for index in (f"rtree_{name}_geom", f"xyday_{name}"):
            told = connection.execute("SELECT rtreecheck(?)", (index,)).fetchone()[0]
            if told != "ok":
                yield f"the index {index} is damaged ({str(told).splitlines()[0]})"
            kept = _one(connection, f'SELECT count(*) FROM "{index}"')
            of_rows = f'id IN (SELECT fid FROM "{name}" WHERE geom NOT NULL)'
            known = _one(connection, f'SELECT count(*) FROM "{index}" WHERE {of_rows}')
            if not with_ground == kept == known:
                yield f"the index {index} has {kept} rows, {known} of them of the {with_ground} that have a geometry"


def orphans(connection: Connection) -> Iterator[str]:
    """What is left alone, in words."""
    for name in ("mentions", "events"):
        alone = connection.execute(
            f'SELECT id FROM "{name}" WHERE known_to IS NULL AND article NOT IN'
            " (SELECT id FROM articles WHERE known_to IS NULL) LIMIT 1").fetchone()
        if alone is not None:
            yield f"{name} {alone[0]!r} belongs to no article"


def believed(connection: Connection, name: str) -> int:
    """How many rows of a collection are believed now."""
    return _one(connection, f'SELECT count(*) FROM "{name}" WHERE known_to IS NULL')


def _one(connection: Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def backup(path: Path, target: Path) -> State:
    """A copy in one file, of one state, while others read and write; there once it was checked, or not at all.

    :raises StoreError: when there is a file of that name, or it cannot be written.
    """
    if target.exists():
        raise StoreError(f"{target}: there is a file already, want a new name")
    if not layout.is_older(path):  # before it is migrated, a backup is wise
        layout.check(path)
    draft = _draft(target)
    try:
        with named_errors(path), closing(layout.connect(path)) as source:
            _copied(source, draft)
        state = check(draft, may_be_older=True)
        layout.synced(draft)
        layout.publish(draft, target)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        _remove(draft)
    layout.synced(target.parent)
    return state


def restore(path: Path, source: Path) -> State:
    """Put the state of a backup in the place of a store's, or where there is none; checked first, all or nothing.

    A sound store is overwritten in one transaction, so that whoever has it open goes on with the new state. A damaged
    one is moved aside, under a name that says when.

    :raises StoreError: when the backup is not sound, or of a newer release; the store is as it was.
    """
    check_backup(source)
    draft = _draft(path)
    try:
        with named_errors(source), closing(layout.connect(source)) as backed_up:
            _copied(backed_up, draft)
        with named_errors(draft), closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            set_meta(copy, "store_id", secrets.token_hex(4))  # what was kept of the old one's tiles is not of this one
        state = check(draft, may_be_older=True)
        layout.synced(draft)
        if _is_sound(path):
            _overwrite(path, draft)
        else:
            _replace(path, draft)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        _remove(draft)
    return state


def check_backup(source: Path) -> None:
    """:raises StoreError: when it is no backup that can be brought back."""
    try:
        check(source, may_be_older=True)
    except StoreVersionError as error:
        raise StoreVersionError(f"the backup {error}") from None
    except StoreDamaged as error:
        raise StoreDamaged(f"the backup {str(error).partition(';')[0]}; the store was left as it is") from None


def _is_sound(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        check(path, may_be_older=True)
    except (StoreDamaged, StoreVersionError):
        return False
    return True


def _copied(source: sqlite3.Connection, draft: Path) -> None:
    """All of one state, in one file without a log beside it."""
    with named_errors(draft), closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _overwrite(path: Path, draft: Path) -> None:
    with named_errors(path), closing(sqlite3.connect(draft)) as new, closing(layout.connect(path, writing=True)) as old:
        new.backup(old)
        layout.empty_log(old, 1.0)


def _replace(path: Path, draft: Path) -> None:
    """The damaged file goes last: a new file must never find its log."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    for suffix in (*SIDE_FILES, ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    layout.publish(draft, path)
    layout.synced(path.parent)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")


def _remove(draft: Path) -> None:
    for suffix in ("", *SIDE_FILES):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
