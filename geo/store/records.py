"""Records beside the features: plain JSON by kind and id, which no map, tile or export ever shows."""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.store.connection import Connection

TABLE = "dateline_records"
CREATE = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  about TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (kind, id)
)"""
INDEX = f"CREATE INDEX IF NOT EXISTS {TABLE}_about ON {TABLE} (kind, about)"


@dataclass(frozen=True)
class Record:
    """``value`` is plain JSON; ``about`` names what it belongs to, an article for most."""

    id: str
    about: str
    value: Mapping[str, object] = field(default_factory=dict)


class Records:
    """The table of records behind one connection, whose transactions are its caller's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, kind: str, about: str | None = None) -> list[Record]:
        """In the order in which each was first kept."""
        wanted = (kind,) if about is None else (kind, about)
        condition = "kind = ?" if about is None else "kind = ? AND about = ?"
        found = self._connection.execute(f"SELECT id, about, value FROM {TABLE} WHERE {condition} ORDER BY fid", wanted)
        return [Record(id_, subject, json.loads(value)) for id_, subject, value in found]

    def keep(self, kind: str, record: Record) -> None:
        value = json.dumps(record.value, ensure_ascii=False, sort_keys=True, allow_nan=False)
        self._connection.execute(
            f"INSERT INTO {TABLE} (kind, id, about, value) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET about = excluded.about, value = excluded.value",
            (kind, record.id, record.about, value),
        )

    def drop(self, kind: str, about: str) -> None:
        self._connection.execute(f"DELETE FROM {TABLE} WHERE kind = ? AND about = ?", (kind, about))


def create(connection: sqlite3.Connection) -> None:
    connection.execute(CREATE)
    connection.execute(INDEX)


def is_there(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (TABLE,)).fetchone()
    return found is not None


def forget_deleted(connection: sqlite3.Connection) -> None:
    """From now on what this connection deletes is overwritten with zeros in the file."""
    connection.execute("PRAGMA secure_delete = ON")
