"""Features written against what a store believes: the same stays, what differs ends the old belief."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from geo.errors import InvalidInput
from geo.interval import Interval
from geo.model import Feature
from geo.schema import Collection
from geo.store import WriteReport, rows
from geo.store.rows import Row, Value


class Table(Protocol):
    """What a write needs of a store in its transaction (``geo.store.tables``)."""

    def believed(self, collection: Collection, names: Sequence[str], ids: list[str]) -> dict[str, list[Row]]: ...
    def end_row(self, collection: Collection, fid: Value, day: str) -> None: ...
    def erase_row(self, collection: Collection, fid: Value) -> None: ...
    def add_rows(self, collection: Collection, added: Sequence[tuple[Row, str, str | None]]) -> None: ...


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
    """Batches written against what is believed now."""

    def __init__(self, table: Table, collection: Collection, known_on: date) -> None:
        self._table = table
        self._collection = collection
        self._known_on = known_on.isoformat()
        self._names = ["geom", *(field.name for field in rows.columns(collection))]

    def run(self, batch: Sequence[tuple[Feature, Row]]) -> WriteReport:
        believed = self._table.believed(self._collection, self._names, [feature.id for feature, _ in batch])
        added: list[tuple[Row, str, str | None]] = []
        changed = unchanged = 0
        for feature, row in batch:
            rest = believed.get(feature.id, [])
            known_from, known_to = self._known(feature)
            same_span = [old for old in rest if old[-1] == known_to and (known_to is None or old[-2] == known_from)]
            if same_span and rows.are_equal(same_span[0][1:-2], row):
                unchanged += 1
                continue
            if known_to is None:
                known_from = max([known_from, *(str(old[-1] or old[-2]) for old in rest)])
            for old in same_span:
                self._end(old, known_from)
            changed += bool(same_span)
            added.append((row, known_from, known_to))
        self._table.add_rows(self._collection, added)
        return WriteReport(len(added) - changed, changed, unchanged)

    def _known(self, feature: Feature) -> tuple[str, str | None]:
        start, end = feature.known.start, feature.known.end
        return self._known_on if start is None else start.isoformat(), None if end is None else end.isoformat()

    def _end(self, old: Row, day: str) -> None:
        """End a belief on ``day``; one that would last no day, or is replaced as history, is erased."""
        if old[-1] is not None or str(old[-2]) >= day:
            self._table.erase_row(self._collection, old[0])
        else:
            self._table.end_row(self._collection, old[0], day)
