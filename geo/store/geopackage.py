"""The store in one GeoPackage: standard-library SQLite in WAL mode, which QGIS and GDAL open meanwhile."""
from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import shapely

from geo.errors import StoreError
from geo.interval import Interval
from geo.model import BBox, Feature, Query
from geo.schema import Collection
from geo.store import Summary, WriteReport, filtering, layout, records, rows, search
from geo.store.believed import DERIVED, Beliefs, ByFid, Reading
from geo.store.filtering import Where
from geo.store.records import Record, Records
from geo.store.rows import Value
from geo.store.upsert import Seen, Upsert, close, erase

BATCH = 500

FRESH_SECONDS = 0.002
"""For how long a version may be taken for the present one without asking the file: asking costs as much as all else
that a kept tile does."""

_writes: Counter[str] = Counter()
"""Transactions of this process by file, so that whoever writes sees it at once."""


class GeoPackageStore:
    """One file. Readers come from a pool, each stream its own, so that it sees one state to its end.

    Writers take turns, in this process by a lock, between processes by SQLite's, for which they wait
    up to ``layout.BUSY_SECONDS``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = str(path.resolve())
        self._idle: deque[sqlite3.Connection] = deque()
        self._writer: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._touched: set[str] = set()
        self._closed = False
        self._known: tuple[int, float, str] | None = None
        self._beliefs = Beliefs(Reading(self._days_of_zones, self._zones_numbered, self._stored, self.version))

    @classmethod
    def open(cls, path: str, *, create: bool = False) -> GeoPackageStore:
        file = Path(path)
        if create and not file.exists():
            layout.create(file)
        layout.check(file)
        return cls(file)

    def read(self, collection: str, query: Query) -> Iterator[Feature]:
        if query.as_known_on is not None and collection in DERIVED:
            search.where(search.collection_named(collection), query)  # names what is wrong with it, before all
            return self._beliefs.read(collection, query, is_writing=self._in_transaction())
        return self._stored(collection, query)

    def _stored(self, collection: str, query: Query) -> Iterator[Feature]:
        declared = search.collection_named(collection)
        condition = search.where(declared, query)
        found = self._found(declared, query, condition)
        return iter(list(found)) if self._in_transaction() else found

    def write(self, collection: str, features: Iterable[Feature], known_on: date) -> WriteReport:
        declared = search.collection_named(collection)
        report, seen, stream = WriteReport(), Seen(collection), iter(features)
        with self.transaction():
            while batch := list(islice(stream, BATCH)):
                fresh = seen.first(batch, rows.encode(declared, batch))
                report += WriteReport(unchanged=len(batch) - len(fresh))
                report += Upsert(self._writing(), declared, known_on).run(fresh)
            if report.added or report.changed:
                self._touched.add(collection)
        return report

    def delete(self, collection: str, query: Query, known_on: date | None = None) -> int:
        declared = search.collection_named(collection)
        condition = search.where(declared, query, every_belief=known_on is None and query.as_known_on is None)
        with self.transaction():
            writer = self._writing()
            ids = sorted({feature.id for feature in self._found(declared, query, condition)})
            if known_on is None:
                records.forget_deleted(writer)
            for id_ in ids:
                if known_on is None:
                    erase(writer, collection, "id = ?", (id_,))
                else:
                    close(writer, collection, id_, known_on.isoformat())
            if ids:
                self._touched.add(collection)
        return len(ids)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock, layout.named_errors(self._path):
            if self._in_transaction():
                with _savepoint(self._writing()):
                    yield
                return
            writer = self._connected()
            self._touched = set()
            self._owner = threading.get_ident()
            try:
                with layout.committed(writer):
                    yield
                    _stamp(writer, self._touched)
            finally:
                _writes[self._file] += 1
                self._owner = None

    def summary(self, collection: str) -> Summary:
        declared = search.collection_named(collection)
        with self._reader() as connection:
            count, dated, starts, ends, first, last = connection.execute(
                "SELECT count(*), count(coalesce(valid_from, valid_to)), count(valid_from), count(valid_to),"
                f' min(valid_from), max(valid_to) FROM "{collection}" WHERE known_to IS NULL'
            ).fetchone()
            start = date.fromisoformat(first) if starts == dated and first else None
            end = date.fromisoformat(last) if ends == dated and last else None
            interval = Interval(start, end) if dated else None
            return Summary(count, _bounds(connection, declared), interval, _version(connection, collection))

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
                " AND valid_to = date(valid_from, '+1 day') GROUP BY 1 ORDER BY 1")
            return {date.fromisoformat(day): int(count) for day, count in found}

    def dated(self, collection: str) -> Iterator[Feature]:
        declared = search.collection_named(collection)
        as_of = "as_of" if any(field.name == "as_of" for field in declared.fields) else "NULL"
        with self._reader() as connection:
            yield from map(rows.dated, connection.execute(
                f"SELECT id, {as_of}, valid_from, valid_to, certain_from, certain_to, edtf, date_precision"
                f' FROM "{collection}" WHERE known_to IS NULL'))

    def belief_days(self, collection: str) -> tuple[date, ...]:
        search.collection_named(collection)
        if collection in DERIVED:
            return tuple(self._beliefs.turns(self.version(), is_writing=self._in_transaction()))
        return self._days(
            f'SELECT known_from FROM "{collection}" UNION'
            f' SELECT known_to FROM "{collection}" WHERE known_to IS NOT NULL ORDER BY 1')

    def _days(self, sql: str) -> tuple[date, ...]:
        with self._reader() as connection:
            return tuple(date.fromisoformat(day) for (day,) in connection.execute(sql))

    def theatre(self) -> str:
        with self._reader() as connection:
            return layout.meta(connection, "theatre") or ""

    def set_theatre(self, name: str) -> None:
        with self.transaction():
            layout.set_meta(self._writing(), "theatre", name)

    def sources(self) -> dict[str, str]:
        with self._reader() as connection:
            rows = connection.execute("SELECT key, value FROM dateline_meta WHERE key LIKE 'source:%' ORDER BY key")
            return {str(key).removeprefix("source:"): str(value) for key, value in rows}

    def set_source(self, name: str, text: str) -> None:
        with self.transaction():
            layout.set_meta(self._writing(), f"source:{name}", text)

    def records(self, kind: str, about: str | None = None) -> list[Record]:
        with self._reader() as connection:
            return Records(connection).read(kind, about)

    def keep_record(self, kind: str, record: Record) -> None:
        with self.transaction():
            Records(self._writing()).keep(kind, record)

    def drop_records(self, kind: str, about: str) -> None:
        with self.transaction():
            Records(self._writing()).drop(kind, about)

    def settle(self) -> None:
        with self._lock, layout.named_errors(self._path):
            self._connected().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def version(self) -> str:
        """What other processes committed in the last ``FRESH_SECONDS`` may be missing; what this one did never is."""
        known, now, writes = self._known, time.monotonic(), _writes[self._file]
        if known is not None and known[0] == writes and now - known[1] < FRESH_SECONDS and not self._in_transaction():
            return known[2]
        with self._reader() as connection:
            version = _version(connection)
        if not self._in_transaction():
            self._known = writes, now, version
        return version

    def version_of(self, collection: str) -> str:
        search.collection_named(collection)
        with self._reader() as connection:
            return _version(connection, collection)

    def close(self) -> None:
        with self._lock:
            self._closed, self._known = True, None
            while self._idle:
                self._idle.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _days_of_zones(self) -> ByFid:
        with self._reader() as connection:
            return {fid: rows.days_of(row) for fid, *row in connection.execute(rows.DAYS_OF_ZONES)}

    def _zones_numbered(self, fids: Sequence[int], query: Query) -> Iterator[Feature]:
        declared = search.collection_named("zones")
        numbered, wanted = search.any_of("fid", tuple(fids)), search.where(declared, query, every_belief=True)
        condition = Where(f"{numbered.sql} AND {wanted.sql}", (*numbered.values, *wanted.values))
        return self._found(declared, query, condition)

    def _found(self, declared: Collection, query: Query, condition: Where) -> Iterator[Feature]:
        names = ", ".join(f'"{field.name}"' for field in layout.columns(declared))
        order = filtering.order(declared, query.order)
        sql = f'SELECT geom, {names} FROM "{declared.name}" WHERE {condition.sql} ORDER BY {order}'
        stop = None if query.limit is None else query.offset + query.limit
        if stop is not None and query.bbox is None:
            sql += f" LIMIT {stop:d}"  # else a batch is made of which nearly all is thrown away
        batches = self._stream(declared, sql, condition.values)
        if query.bbox is not None:
            batches = _meeting(batches, query.bbox)
        return islice((feature for batch in batches for feature in batch), query.offset, stop)

    def _stream(self, declared: Collection, sql: str, values: tuple[Value, ...]) -> Iterator[list[Feature]]:
        with self._reader() as connection:
            cursor = connection.execute(sql, values)
            try:
                while batch := cursor.fetchmany(BATCH):
                    yield rows.decode(declared, batch)
            finally:
                cursor.close()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """An idle reader or a new one; inside this thread's transaction the writer, to see what it wrote."""
        if self._closed:
            raise StoreError(f"{self._path}: the store is closed")
        with layout.named_errors(self._path):
            if self._in_transaction():
                yield self._writing()
                return
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = layout.connect(self._path)
            try:
                yield connection
            finally:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    def _in_transaction(self) -> bool:
        return self._owner == threading.get_ident()

    def _connected(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError(f"{self._path}: the store is closed")
        if self._writer is None:
            self._writer = layout.connect(self._path, writing=True)
        return self._writer

    def _writing(self) -> sqlite3.Connection:
        assert self._writer is not None
        return self._writer


def _meeting(batches: Iterator[list[Feature]], bbox: BBox) -> Iterator[list[Feature]]:
    """Only features whose geometry, not merely its box, meets ``bbox``."""
    wanted = search.area(bbox)
    shapely.prepare(wanted)
    for batch in batches:
        meets = shapely.intersects(wanted, np.array([feature.geometry for feature in batch], dtype=object))
        yield [feature for feature, one in zip(batch, meets, strict=True) if one]


@contextmanager
def _savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT inner_write")
    with ExitStack() as undone:
        undone.callback(connection.execute, "RELEASE inner_write")
        undone.callback(connection.execute, "ROLLBACK TO inner_write")
        yield
        undone.pop_all()
    connection.execute("RELEASE inner_write")


def _stamp(connection: sqlite3.Connection, touched: set[str]) -> None:
    """A new version for what was written, and the extents that other programs read."""
    if not touched:
        return
    number = str(int(layout.meta(connection, "version") or 0) + 1)
    layout.set_meta(connection, "version", number)
    for name in sorted(touched):
        layout.set_meta(connection, f"version:{name}", number)
        bounds = _bounds(connection, search.collection_named(name)) or (None,) * 4
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
            " last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?", (*bounds, name)
        )


def _bounds(connection: sqlite3.Connection, collection: Collection) -> BBox | None:
    west, south, east, north = cast(tuple[float | None, ...], connection.execute(
        f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{collection.name}_geom" AS box'
        f' JOIN "{collection.name}" ON fid = box.id WHERE known_to IS NULL'
    ).fetchone())
    if west is None or south is None or east is None or north is None:
        return None
    low = [math.floor(value * 1e4) / 1e4 for value in (west, south)]
    high = [math.ceil(value * 1e4) / 1e4 for value in (east, north)]
    return BBox(max(low[0], -180.0), max(low[1], -90.0), min(high[0], 180.0), min(high[1], 90.0))


def _version(connection: sqlite3.Connection, collection: str | None = None) -> str:
    """Of the store, or of one collection; the store's own id keeps a new file from passing for an old one."""
    key = "version" if collection is None else f"version:{collection}"
    found = connection.execute(
        "SELECT (SELECT value FROM dateline_meta WHERE key = 'store_id') || '-' ||"
        " coalesce((SELECT value FROM dateline_meta WHERE key = ?), 0)", (key,)).fetchone()
    return str(found[0])
