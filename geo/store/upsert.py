"""Features written against what a GeoPackage believes: the same stays, what differs ends the old belief."""
from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from geo.errors import InvalidInput
from geo.interval import Interval
from geo.model import Feature
from geo.schema import Collection
from geo.store import WriteReport, layout, rows, search
from geo.store.rows import Row, Value


class Seen:
    """The ids of one write: the same content twice is once, two contents for one id are a mistake."""

    def __init__(self, collection: str) -> None:
        self._collection = collection
        self._hashes: dict[tuple[str, Interval], int] = {}

    def first(self, features: Sequence[Feature], encoded: Sequence[Row]) -> list[tuple[Feature, Row]]:
        fresh = []
        for feature, row in zip(features, encoded, strict=True):
            key = (feature.id, feature.known if feature.known.end else Interval())
            if key not in self._hashes:
                self._hashes[key] = hash(row)
                fresh.append((feature, row))
            elif self._hashes[key] != hash(row):
                raise InvalidInput(f"{self._collection} {feature.id!r}: given twice with different content")
        return fresh


class Upsert:
    """One batch written against what is believed now."""

    def __init__(self, connection: sqlite3.Connection, collection: Collection, known_on: date) -> None:
        self._connection = connection
        self._collection = collection
        self._known_on = known_on.isoformat()
        self._names = ["geom", *(field.name for field in layout.columns(collection))]

    def run(self, batch: Sequence[tuple[Feature, Row]]) -> WriteReport:
        believed = self._believed([feature.id for feature, _ in batch])
        added: list[tuple[Row, str, str | None]] = []
        changed = unchanged = 0
        for feature, row in batch:
            rest = believed.get(feature.id, [])
            known_from, known_to = self._known(feature)
            same_span = [old for old in rest if old[-1] == known_to and (known_to is None or old[-2] == known_from)]
            if same_span and same_span[0][1:-2] == row:
                unchanged += 1
                continue
            if known_to is None:
                known_from = max([known_from, *(str(old[-1] or old[-2]) for old in rest)])
            for old in same_span:
                self._end(old, known_from)
            changed += bool(same_span)
            added.append((row, known_from, known_to))
        self._insert(added)
        return WriteReport(len(added) - changed, changed, unchanged)

    def _known(self, feature: Feature) -> tuple[str, str | None]:
        start, end = feature.known.start, feature.known.end
        return self._known_on if start is None else start.isoformat(), None if end is None else end.isoformat()

    def _believed(self, ids: list[str]) -> dict[str, list[Row]]:
        """By id: ``fid``, the row, ``known_from``, ``known_to``."""
        names = ", ".join(f'"{name}"' for name in self._names)
        condition = search.any_of("id", tuple(ids))
        found: dict[str, list[Row]] = {}
        for row in self._connection.execute(
            f'SELECT fid, {names} FROM "{self._collection.name}" WHERE {condition.sql}', condition.values
        ):
            found.setdefault(row[2], []).append(row)
        return found

    def _end(self, old: Row, day: str) -> None:
        """End a belief on ``day``; one that would last no day, or is replaced as history, is erased."""
        if old[-1] is not None or str(old[-2]) >= day:
            erase(self._connection, self._collection.name, "fid = ?", (old[0],))
        else:
            self._connection.execute(f'UPDATE "{self._collection.name}" SET known_to = ? WHERE fid = ?', (day, old[0]))

    def _insert(self, added: Sequence[tuple[Row, str, str | None]]) -> None:
        table = self._collection.name
        first = 1 + self._connection.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()[0]
        marks = ", ".join("?" * (len(self._names) + 1))
        names = ", ".join(f'"{name}"' for name in self._names)
        self._connection.executemany(
            f'INSERT INTO "{table}" (fid, {names}) VALUES ({marks})',
            ((fid, *row, start, end) for fid, (row, start, end) in enumerate(added, first)),
        )
        boxes = rows.boxes([row for row, _, _ in added], self._collection)
        placed = [(fid, *box) for fid, box in enumerate(boxes, first) if box is not None]
        self._connection.executemany(
            f'INSERT INTO "rtree_{table}_geom" VALUES (?, ?, ?, ?, ?)', (box[:5] for box in placed)
        )
        self._connection.executemany(f'INSERT INTO "xyday_{table}" VALUES (?, ?, ?, ?, ?, ?, ?)', placed)


def close(connection: sqlite3.Connection, table: str, id_: str, day: str) -> None:
    """End the current belief in ``id_``; one that opened that day or later never was."""
    erase(connection, table, "id = ? AND known_to IS NULL AND known_from >= ?", (id_, day))
    connection.execute(f'UPDATE "{table}" SET known_to = ? WHERE id = ? AND known_to IS NULL', (day, id_))


def erase(connection: sqlite3.Connection, table: str, condition: str, values: tuple[Value, ...]) -> None:
    for index in (f"rtree_{table}_geom", f"xyday_{table}"):
        connection.execute(
            f'DELETE FROM "{index}" WHERE id IN (SELECT fid FROM "{table}" WHERE {condition})', values
        )
    connection.execute(f'DELETE FROM "{table}" WHERE {condition}', values)
