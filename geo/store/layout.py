"""The file of a GeoPackage store: made whole, checked when opened, brought up to date by steps."""
from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from importlib.resources import files
from pathlib import Path

from geo.errors import StoreError, StoreVersionError
from geo.schema import COLLECTIONS, Collection, Field
from geo.store import functions, records
from geo.store.connection import meta, set_meta
from geo.store.faults import damaged, is_read_only, named_errors
from geo.store.rows import columns

SCHEMA_VERSION = 1
APPLICATION_ID = 0x47504B47
"""``GPKG`` in ASCII."""
GEOPACKAGE_VERSION = 10200
"""1.2, which QGIS 3.22 and GDAL 3.6 open without a word; newer ones make them warn."""
BUSY_SECONDS = 30.0
SYNCHRONOUS = "FULL"
"""What was committed is on the disk: with less, a power cut takes back what somebody was told is kept."""

Step = Callable[[sqlite3.Connection], None]
STEPS: Mapping[int, Step] = {}
"""Step ``n`` leads from schema ``n`` to ``n + 1``. New columns and collections need none: they are added."""

_TYPES = {"text": "TEXT", "integer": "INTEGER", "real": "REAL", "date": "DATE", "boolean": "BOOLEAN", "json": "TEXT"}


def create(path: Path) -> None:
    """A new, empty store, there as a whole or not at all.

    :raises StoreError: when the file exists or cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    with named_errors(path):
        try:
            _build(draft)
            publish(draft, path)
        except OSError as error:
            raise StoreError(f"{path}: cannot be created: {error.strerror}") from error
        finally:
            draft.unlink(missing_ok=True)
    synced(path.parent)


def connect(path: Path, *, writing: bool = False) -> sqlite3.Connection:
    """A connection in autocommit; read-only unless ``writing``. Never ``immutable`` where anybody can write: the WAL
    is live."""
    mode = "rw" if writing else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    if not writing and _is_frozen(path):
        address += "&immutable=1"
    connection = sqlite3.connect(
        address, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
    )
    functions.install(connection)
    if writing:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
    return connection


def _is_frozen(path: Path) -> bool:
    """On a disk that nobody can write to, all in one file: SQLite could not make the side files that it reads by."""
    log = path.with_name(path.name + "-wal")
    return is_read_only(path) and (not log.exists() or log.stat().st_size == 0)


def empty_log(connection: sqlite3.Connection, seconds: float) -> None:
    """Move what was written ahead into its place and begin the log anew, if its readers end within ``seconds``."""
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def check(path: Path) -> None:
    """That ``path`` is a Dateline store of this very schema; reads only, repairs nothing.

    :raises StoreError: when it is missing, no GeoPackage, or another program's GeoPackage.
    :raises StoreVersionError: when it is older (the message says how to migrate) or newer.
    """
    with named_errors(path), closing(_opened(path)) as connection:
        found = _version(connection, path)
        lacks = [] if found > SCHEMA_VERSION else list(_missing(connection))
    if found > SCHEMA_VERSION:
        raise StoreVersionError(newer(path, found))
    if found < SCHEMA_VERSION or lacks:
        detail = f"lacks {', '.join(lacks)}" if lacks else f"has schema {found}"
        raise StoreVersionError(f"{path}: {detail}; run `dateline migrate` (a backup first is wise)")


def is_older(path: Path) -> bool:
    """Whether an earlier release wrote it, so that ``migrate`` can bring it up.

    :raises StoreError: when it is no store.
    """
    with named_errors(path), closing(_opened(path)) as connection:
        found = _version(connection, path)
        return found < SCHEMA_VERSION or (found == SCHEMA_VERSION and any(_missing(connection)))


def migrate(path: Path, steps: Mapping[int, Step] = STEPS, target: int = SCHEMA_VERSION) -> tuple[str, ...]:
    """Bring an older store to ``target`` in one transaction; says in words what was done, nothing if current.

    :raises StoreVersionError: when it is newer than ``target`` or a step is missing.
    """
    with named_errors(path), closing(_opened(path)) as connection:
        if _version(connection, path) > target:
            raise StoreVersionError(newer(path, _version(connection, path)))
    with named_errors(path), closing(connect(path, writing=True)) as connection, committed(connection):
        found = _version(connection, path)
        done = []
        for number in range(found, target):
            if number not in steps:
                raise StoreVersionError(f"{path}: no step leads from schema {number} to {number + 1}")
            steps[number](connection)
            done.append(f"schema {number} to {number + 1}")
        done += [f"added {name}" for name in _add_missing(connection)]
        set_meta(connection, "schema_version", str(target))
    return tuple(done)


@contextmanager
def committed(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that waits for other writers, committed at the end, undone by an exception."""
    connection.execute("BEGIN IMMEDIATE")
    with ExitStack() as undone:
        undone.callback(_roll_back, connection)
        yield
        connection.execute("COMMIT")  # that fails on a full disk, and must be undone too
        undone.pop_all()


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk has undone it already
        connection.execute("ROLLBACK")


def _build(draft: Path) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {GEOPACKAGE_VERSION}")
        with committed(connection):
            _run(connection, _script("geopackage.sql"))
            for collection in COLLECTIONS.values():
                _add_collection(connection, collection)
            records.create(connection)
            set_meta(connection, "schema_version", str(SCHEMA_VERSION))
            set_meta(connection, "store_id", secrets.token_hex(4))
            set_meta(connection, "version", "0")
        connection.execute("PRAGMA journal_mode = WAL")
    synced(draft)


def publish(draft: Path, path: Path) -> None:
    """A link, unlike a rename, never replaces a file; some file systems have none."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise
        draft.rename(path)


def synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _add_collection(connection: sqlite3.Connection, collection: Collection) -> None:
    script = _script("collection.sql")
    declared = ",\n  ".join(_column(field) for field in columns(collection))
    for key, value in (
        ("table", collection.name), ("geometry", collection.geometry),
        ("description", collection.description.replace("'", "''")), ("columns", declared),
    ):
        script = script.replace("{" + key + "}", value)
    _run(connection, script)


def _column(field: Field) -> str:
    needed = " NOT NULL" if field.name in ("id", "known_from") else ""
    return f'"{field.name}" {_TYPES[field.kind]}{needed}'


def _script(name: str) -> str:
    return files("geo.store").joinpath(name).read_text(encoding="utf-8")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Statement by statement: ``executescript`` would commit the transaction around it."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    for statement in "\n".join(lines).split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _opened(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise StoreError(f"{path}: there is no store; `dateline init` makes one")
    return connect(path)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise damaged(path, f"is no GeoPackage (application id {application:#x})")
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'dateline_meta'").fetchone()
    found = meta(connection, "schema_version") if known else None
    if found is None or not found.isdecimal():
        raise damaged(path, "is a GeoPackage, but not a Dateline store")
    return int(found)


def newer(path: Path | str, found: int) -> str:
    return f"{path}: has schema {found}, this Dateline knows {SCHEMA_VERSION}; use a newer Dateline"


def _missing(connection: sqlite3.Connection) -> Iterator[str]:
    if not records.is_there(connection):
        yield "the table of the desk's records"
    for collection in COLLECTIONS.values():
        present = _present(connection, collection)
        if not present:
            yield f"collection {collection.name}"
            continue
        yield from (
            f"column {collection.name}.{field.name}" for field in columns(collection) if field.name not in present
        )


def _add_missing(connection: sqlite3.Connection) -> list[str]:
    missing = list(_missing(connection))
    records.create(connection)
    for collection in COLLECTIONS.values():
        present = _present(connection, collection)
        if not present:
            _add_collection(connection, collection)
            continue
        for field in columns(collection):
            if field.name not in present:
                connection.execute(f'ALTER TABLE "{collection.name}" ADD COLUMN {_column(field)}')
    return missing


def _present(connection: sqlite3.Connection, collection: Collection) -> set[str]:
    return {row[1] for row in connection.execute(f'PRAGMA table_info("{collection.name}")')}
