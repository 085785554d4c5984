"""A store in the tables of a database: what it does is the same in SQLite and in PostgreSQL, but for their dialects."""
from __future__ import annotations

import math
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import shapely

from geo.errors import StoreError
from geo.interval import Interval
from geo.model import BBox, Feature, Query
from geo.schema import Collection, Field
from geo.store import Summary, WriteReport, filtering, rows, search
from geo.store.believed import DERIVED, Beliefs, ByFid, Reading
from geo.store.connection import Connection, meta, set_meta, version_in
from geo.store.dialect import Dialect, Where
from geo.store.records import Record, Records
from geo.store.rows import Row, Value
from geo.store.upsert import Seen, Upsert

BATCH = 500

_writes: Counter[str] = Counter()
"""Transactions of this process by what they went into, so that whoever writes sees it at once."""


class TableStore(ABC):
    """What all databases have in common. Each stream is one reader's, so that it sees one state to its end; writers
    take turns."""

    dialect: Dialect
    fault: type[Exception]
    """What the database's own errors are."""
    fresh_seconds: float
    """For how long a version may be taken for the present one without asking: asking costs as much as all else that a
    kept tile does."""

    def __init__(self, name: str, place: str) -> None:
        """``name`` is for people, ``place`` what all stores of one file or database share."""
        self._name = name
        self._place = place
        self._known: tuple[int, float, str] | None = None
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._touched: set[str] = set()
        self._closed = False
        self._beliefs = Beliefs(Reading(self._days_of_zones, self._zones_numbered, self._stored, self.version))

    @abstractmethod
    def close(self) -> None:
        """As ``Store.close``."""

    @abstractmethod
    def _named_errors(self) -> AbstractContextManager[None]:
        """The database's errors become Dateline's, with the store's name."""

    @abstractmethod
    def _idle(self) -> AbstractContextManager[Connection]:
        """A connection to read from, until the block ends."""

    @abstractmethod
    def _connected(self) -> Connection:
        """The connection to write to."""

    @abstractmethod
    def _committed(self, writer: Connection) -> AbstractContextManager[None]:
        """One transaction that waits for other writers, committed at the end, undone by an exception."""

    @abstractmethod
    def _extent(self, connection: Connection, collection: Collection) -> tuple[float | None, ...]:
        """West, south, east and north of what is believed now; empty where nothing has a geometry."""

    @abstractmethod
    def _insert(self, collection: Collection, added: Sequence[tuple[Row, str, str | None]]) -> None:
        """Add rows, each with the first day of its belief and the first on which it was believed no more."""

    @abstractmethod
    def _erase(self, table: str, condition: str, values: Sequence[Value]) -> None:
        """Take rows out of a table and its indexes."""

    @abstractmethod
    def _forget_deleted(self) -> None:
        """From now on what is deleted leaves no bytes, as far as the database can do that."""

    def _wrote(self) -> None:
        """Called when a transaction has ended."""
        _writes[self._place] += 1

    @abstractmethod
    def _stamped(self, collection: Collection) -> None:
        """Called for each collection that a transaction has changed, before it is committed."""

    def read(self, collection: str, query: Query) -> Iterator[Feature]:
        if query.as_known_on is not None and collection in DERIVED:
            search.where(search.collection_named(collection), query)  # names what is wrong with it, before all
            return self._beliefs.read(collection, query, is_writing=self._in_transaction())
        return self._stored(collection, query)

    def _stored(self, collection: str, query: Query) -> Iterator[Feature]:
        declared = search.collection_named(collection)
        condition = search.where(declared, query, self.dialect)
        found = self._found(declared, query, condition)
        return iter(list(found)) if self._in_transaction() else found

    def write(self, collection: str, features: Iterable[Feature], known_on: date) -> WriteReport:
        declared = search.collection_named(collection)
        report, seen, stream = WriteReport(), Seen(collection), iter(features)
        with self.transaction():
            upsert = Upsert(self, declared, known_on)
            while batch := list(islice(stream, BATCH)):
                fresh = seen.first(batch, rows.encode(declared, batch))
                report += WriteReport(unchanged=len(batch) - len(fresh))
                report += upsert.run(fresh)
            if report.added or report.changed:
                self._touched.add(collection)
        return report

    def delete(self, collection: str, query: Query, known_on: date | None = None) -> int:
        declared = search.collection_named(collection)
        every = known_on is None and query.as_known_on is None
        condition = search.where(declared, query, self.dialect, every_belief=every)
        with self.transaction():
            ids = sorted({feature.id for feature in self._found(declared, query, condition)})
            if known_on is None:
                self._forget_deleted()
            for id_ in ids:
                if known_on is None:
                    self._erase(collection, "id = ?", (id_,))
                else:
                    self._ended(collection, id_, known_on.isoformat())
            if ids:
                self._touched.add(collection)
        return len(ids)

    def _ended(self, table: str, id_: str, day: str) -> None:
        """End the current belief in ``id_``; one that opened that day or later never was."""
        self._erase(table, "id = ? AND known_to IS NULL AND known_from >= ?", (id_, day))
        self._connected().execute(f'UPDATE "{table}" SET known_to = ? WHERE id = ? AND known_to IS NULL', (day, id_))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock, self._named_errors():
            if self._in_transaction():
                with _savepoint(self._connected(), self.fault):
                    yield
                return
            writer = self._connected()
            self._touched = set()
            try:
                with self._committed(writer):
                    self._owner = threading.get_ident()
                    yield
                    self._stamp(writer)
            finally:
                self._owner = None
                self._wrote()

    def _stamp(self, writer: Connection) -> None:
        """A new version for what was written."""
        if not self._touched:
            return
        number = str(int(meta(writer, "version") or 0) + 1)
        set_meta(writer, "version", number)
        for name in sorted(self._touched):
            set_meta(writer, f"version:{name}", number)
            self._stamped(search.collection_named(name))

    def summary(self, collection: str) -> Summary:
        declared = search.collection_named(collection)
        with self._reader() as connection:
            count, dated, starts, ends, first, last = connection.execute(
                "SELECT count(*), count(coalesce(valid_from, valid_to)), count(valid_from), count(valid_to),"
                f' min(valid_from), max(valid_to) FROM "{collection}" WHERE known_to IS NULL'
            ).fetchone()
            start = _day(first) if starts == dated and first else None
            end = _day(last) if ends == dated and last else None
            interval = Interval(start, end) if dated else None
            bounds = self._bounds(connection, declared)
            return Summary(count, bounds, interval, version_in(connection, collection))

    def _bounds(self, connection: Connection, collection: Collection) -> BBox | None:
        return _rounded(self._extent(connection, collection))

    def count(self, collection: str) -> int:
        search.collection_named(collection)
        with self._reader() as connection:
            found = connection.execute(f'SELECT count(*) FROM "{collection}" WHERE known_to IS NULL').fetchone()
            return int(found[0])

    def change_days(self, collection: str) -> tuple[date, ...]:
        search.collection_named(collection)
        return self._days(
            f'SELECT valid_from FROM "{collection}" WHERE known_to IS NULL AND valid_from IS NOT NULL UNION'
            f' SELECT valid_to FROM "{collection}" WHERE known_to IS NULL AND valid_to IS NOT NULL ORDER BY 1')

    def day_counts(self, collection: str) -> dict[date, int]:
        search.collection_named(collection)
        with self._reader() as connection:
            found = connection.execute(
                f'SELECT valid_from, count(*) FROM "{collection}" WHERE known_to IS NULL'
                f" AND valid_to = {self.dialect.days_after('valid_from', 1)} GROUP BY 1 ORDER BY 1")
            return {_day(day): int(count) for day, count in found}

    def dated(self, collection: str) -> Iterator[Feature]:
        declared = search.collection_named(collection)
        as_of = "as_of" if any(field.name == "as_of" for field in declared.fields) else "NULL"
        sql = (f"SELECT id, {as_of}, valid_from, valid_to, certain_from, certain_to, edtf, date_precision"
               f' FROM "{collection}" WHERE known_to IS NULL')
        yield from (rows.dated(row) for batch in self._batches(sql, ()) for row in batch)

    def belief_days(self, collection: str) -> tuple[date, ...]:
        search.collection_named(collection)
        if collection in DERIVED:
            return tuple(self._beliefs.turns(self.version(), is_writing=self._in_transaction()))
        return self._days(
            f'SELECT known_from FROM "{collection}" UNION'
            f' SELECT known_to FROM "{collection}" WHERE known_to IS NOT NULL ORDER BY 1')

    def _days(self, sql: str) -> tuple[date, ...]:
        with self._reader() as connection:
            return tuple(_day(day) for (day,) in connection.execute(sql))

    def theatre(self) -> str:
        with self._reader() as connection:
            return meta(connection, "theatre") or ""

    def set_theatre(self, name: str) -> None:
        with self.transaction():
            set_meta(self._connected(), "theatre", name)

    def sources(self) -> dict[str, str]:
        with self._reader() as connection:
            found = connection.execute("SELECT key, value FROM dateline_meta WHERE key LIKE 'source:%' ORDER BY key")
            return {str(key).removeprefix("source:"): str(value) for key, value in found}

    def set_source(self, name: str, text: str) -> None:
        with self.transaction():
            set_meta(self._connected(), f"source:{name}", text)

    def records(self, kind: str, about: str | None = None) -> list[Record]:
        with self._reader() as connection:
            return Records(connection).read(kind, about)

    def keep_record(self, kind: str, record: Record) -> None:
        with self.transaction():
            Records(self._connected()).keep(kind, record)

    def drop_records(self, kind: str, about: str) -> None:
        with self.transaction():
            self._forget_deleted()
            Records(self._connected()).drop(kind, about)

    def version(self) -> str:
        """What other processes committed in the last ``fresh_seconds`` may be missing; what this one did never is."""
        if self._in_transaction():
            with self._reader() as connection:
                return version_in(connection)
        known, now, writes = self._known, time.monotonic(), _writes[self._place]
        if known is not None and known[0] == writes and now - known[1] < self.fresh_seconds:
            return known[2]
        with self._reader() as connection:
            version = version_in(connection)
        self._known = writes, now, version
        return version

    def version_of(self, collection: str) -> str:
        search.collection_named(collection)
        with self._reader() as connection:
            return version_in(connection, collection)

    def believed(self, collection: Collection, names: Sequence[str], ids: list[str]) -> dict[str, list[Row]]:
        """By id every row of every belief: ``fid``, the columns named, of which ``geom`` is the first; for a write."""
        selected = ", ".join([self.dialect.geometry, *(f'"{name}"' for name in names[1:])])
        condition = self.dialect.among(search.ID, ids)
        found: dict[str, list[Row]] = {}
        for row in self._connected().execute(
            f'SELECT fid, {selected} FROM "{collection.name}" WHERE {condition.sql}', condition.values
        ):
            plain = tuple(map(rows.plain, row))
            found.setdefault(str(plain[2]), []).append(plain)
        return found

    def end_row(self, collection: Collection, fid: Value, day: str) -> None:
        """Believe a row no more from ``day`` on; for a write."""
        self._connected().execute(f'UPDATE "{collection.name}" SET known_to = ? WHERE fid = ?', (day, fid))

    def erase_row(self, collection: Collection, fid: Value) -> None:
        """Take one row out; for a write."""
        self._erase(collection.name, "fid = ?", (fid,))

    def add_rows(self, collection: Collection, added: Sequence[tuple[Row, str, str | None]]) -> None:
        """See ``_insert``; for a write."""
        if added:
            self._insert(collection, added)

    def _days_of_zones(self) -> ByFid:
        sql = rows.DAYS_OF_ZONES.format(size=self.dialect.size)
        return {row[0]: rows.days_of(row[1:]) for batch in self._batches(sql, ()) for row in batch}

    def _zones_numbered(self, fids: Sequence[int], query: Query) -> Iterator[Feature]:
        declared = search.collection_named("zones")
        numbered = self.dialect.among(search.FID, tuple(fids))
        wanted = search.where(declared, query, self.dialect, every_belief=True)
        condition = Where(f"{numbered.sql} AND {wanted.sql}", (*numbered.values, *wanted.values))
        return self._found(declared, query, condition)

    def _found(self, declared: Collection, query: Query, condition: Where) -> Iterator[Feature]:
        names = ", ".join(_quoted(field) for field in rows.columns(declared))
        order = filtering.order(declared, query.order, self.dialect)
        sql = (f'SELECT {self.dialect.geometry}, {names} FROM "{declared.name}" WHERE {condition.sql}'
               f" ORDER BY {order}")
        stop = None if query.limit is None else query.offset + query.limit
        if stop is not None and query.bbox is None:
            sql += f" LIMIT {stop:d}"  # else a batch is made of which nearly all is thrown away
        batches: Iterator[list[Feature]] = (
            rows.decode(declared, batch) for batch in self._batches(sql, condition.values))
        if query.bbox is not None:
            batches = _meeting(batches, query.bbox)
        return islice((feature for batch in batches for feature in batch), query.offset, stop)

    def _batches(self, sql: str, values: Sequence[Any]) -> Iterator[list[Any]]:
        """What a statement finds, streamed, as of one state of the store."""
        with self._reader() as connection:
            cursor = connection.execute(sql, values)
            try:
                while batch := cursor.fetchmany(BATCH):
                    yield batch
            finally:
                cursor.close()

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        """A connection to read from; inside this thread's transaction the writer, to see what it wrote."""
        self._check_open()
        with self._named_errors():
            if self._in_transaction():
                yield self._connected()
                return
            with self._idle() as connection:
                yield connection

    def _in_transaction(self) -> bool:
        return self._owner == threading.get_ident()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"{self._name}: the store is closed")


def _rounded(extent: tuple[float | None, ...]) -> BBox | None:
    """Outwards to 4 decimals."""
    west, south, east, north = extent
    if west is None or south is None or east is None or north is None:
        return None
    low = [math.floor(value * 1e4) / 1e4 for value in (west, south)]
    high = [math.ceil(value * 1e4) / 1e4 for value in (east, north)]
    return BBox(max(low[0], -180.0), max(low[1], -90.0), min(high[0], 180.0), min(high[1], 90.0))


def _meeting(batches: Iterator[list[Feature]], bbox: BBox) -> Iterator[list[Feature]]:
    """Only features whose geometry, not merely its box, meets ``bbox``."""
    wanted = search.area(bbox)
    shapely.prepare(wanted)
    for batch in batches:
        meets = shapely.intersects(wanted, np.array([feature.geometry for feature in batch], dtype=object))
        yield [feature for feature, one in zip(batch, meets, strict=True) if one]


@contextmanager
def _savepoint(connection: Connection, fault: type[Exception]) -> Iterator[None]:
    connection.execute("SAVEPOINT inner_write")
    with ExitStack() as undone:
        undone.callback(_undo, connection, fault)
        yield
        undone.pop_all()
    connection.execute("RELEASE SAVEPOINT inner_write")


def _undo(connection: Connection, fault: type[Exception]) -> None:
    with suppress(fault):  # a full disk, or a lost connection, has undone all of it: that is the error to tell
        connection.execute("ROLLBACK TO SAVEPOINT inner_write")
        connection.execute("RELEASE SAVEPOINT inner_write")


def _day(value: Value | date) -> date:
    return date.fromisoformat(str(value))


def _quoted(field: Field) -> str:
    return f'"{field.name}"'
