"""What a store asks of a database's connection, and the table of single values that every store has."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any: ...
    def fetchmany(self, size: int, /) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def close(self) -> None: ...


class Connection(Protocol):
    """A database that takes ``?`` for values, as SQLite does."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Rows: ...


def meta(connection: Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM dateline_meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(connection: Connection, key: str, value: str) -> None:
    connection.execute(
        "INSERT INTO dateline_meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def version_in(connection: Connection, collection: str | None = None) -> str:
    """Of the store, or of one collection; the store's own id keeps a new one from passing for an old one."""
    key = "version" if collection is None else f"version:{collection}"
    found = connection.execute(
        "SELECT (SELECT value FROM dateline_meta WHERE key = 'store_id') || '-' ||"
        " coalesce((SELECT value FROM dateline_meta WHERE key = ?), '0')", (key,)).fetchone()
    return str(found[0])
