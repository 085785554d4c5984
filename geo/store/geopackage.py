"""The store in one GeoPackage: standard-library SQLite in WAL mode, which QGIS and GDAL open meanwhile."""
from __future__ import annotations

import math
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import cast

from geo.model import BBox
from geo.schema import Collection
from geo.store import layout, records, rows
from geo.store.connection import Connection, version_in
from geo.store.dialect import SQLITE
from geo.store.rows import Row, Value
from geo.store.tables import TableStore

FRESH_SECONDS = 0.002
"""For how long a version may be taken for the present one without asking the file: asking costs as much as all else
that a kept tile does."""

_writes: Counter[str] = Counter()
"""Transactions of this process by file, so that whoever writes sees it at once."""


class GeoPackageStore(TableStore):
    """One file. Readers come from a pool; writers take turns, in this process by a lock, between processes by SQLite's,
    for which they wait up to ``layout.BUSY_SECONDS``."""

    dialect = SQLITE

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        self._file = str(path.resolve())
        self._readers: deque[sqlite3.Connection] = deque()
        self._writer: sqlite3.Connection | None = None
        self._known: tuple[int, float, str] | None = None

    @classmethod
    def open(cls, path: str, *, create: bool = False) -> GeoPackageStore:
        file = Path(path)
        if create and not file.exists():
            layout.create(file)
        layout.check(file)
        return cls(file)

    def settle(self) -> None:
        with self._lock, self._named_errors():
            self._connected().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def version(self) -> str:
        """What other processes committed in the last ``FRESH_SECONDS`` may be missing; what this one did never is."""
        known, now, writes = self._known, time.monotonic(), _writes[self._file]
        if known is not None and known[0] == writes and now - known[1] < FRESH_SECONDS and not self._in_transaction():
            return known[2]
        with self._reader() as connection:
            version = version_in(connection)
        if not self._in_transaction():
            self._known = writes, now, version
        return version

    def close(self) -> None:
        with self._lock:
            self._closed, self._known = True, None
            while self._readers:
                self._readers.pop().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _named_errors(self) -> AbstractContextManager[None]:
        return layout.named_errors(self._path)

    @contextmanager
    def _idle(self) -> Iterator[sqlite3.Connection]:
        """An idle reader or a new one."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = layout.connect(self._path)
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._readers.append(connection)

    def _connected(self) -> sqlite3.Connection:
        self._check_open()
        if self._writer is None:
            self._writer = layout.connect(self._path, writing=True)
        return self._writer

    def _committed(self, writer: Connection) -> AbstractContextManager[None]:
        return layout.committed(cast(sqlite3.Connection, writer))

    def _wrote(self) -> None:
        _writes[self._file] += 1

    def _stamped(self, collection: Collection) -> None:
        """The extents that other programs read."""
        connection = self._connected()
        bounds = self._bounds(connection, collection) or (None,) * 4
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
            " last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?", (*bounds, collection.name))

    def _bounds(self, connection: Connection, collection: Collection) -> BBox | None:
        west, south, east, north = cast(tuple[float | None, ...], connection.execute(
            f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{collection.name}_geom" AS box'
            f' JOIN "{collection.name}" ON fid = box.id WHERE known_to IS NULL'
        ).fetchone())
        if west is None or south is None or east is None or north is None:
            return None
        low = [math.floor(value * 1e4) / 1e4 for value in (west, south)]
        high = [math.ceil(value * 1e4) / 1e4 for value in (east, north)]
        return BBox(max(low[0], -180.0), max(low[1], -90.0), min(high[0], 180.0), min(high[1], 90.0))

    def _insert(self, collection: Collection, added: Sequence[tuple[Row, str, str | None]]) -> None:
        table, writer = collection.name, self._connected()
        first = 1 + writer.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()[0]
        columns = ["fid", "geom", *(field.name for field in rows.columns(collection))]
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        writer.executemany(
            f'INSERT INTO "{table}" ({names}) VALUES ({marks})',
            ((fid, *row, start, end) for fid, (row, start, end) in enumerate(added, first)),
        )
        boxes = rows.boxes([row for row, _, _ in added], collection)
        placed = [(fid, *box) for fid, box in enumerate(boxes, first) if box is not None]
        writer.executemany(f'INSERT INTO "rtree_{table}_geom" VALUES (?, ?, ?, ?, ?)', (box[:5] for box in placed))
        writer.executemany(f'INSERT INTO "xyday_{table}" VALUES (?, ?, ?, ?, ?, ?, ?)', placed)

    def _erase(self, table: str, condition: str, values: Sequence[Value]) -> None:
        writer = self._connected()
        for index in (f"rtree_{table}_geom", f"xyday_{table}"):
            writer.execute(f'DELETE FROM "{index}" WHERE id IN (SELECT fid FROM "{table}" WHERE {condition})', values)
        writer.execute(f'DELETE FROM "{table}" WHERE {condition}', values)

    def _forget_deleted(self) -> None:
        records.forget_deleted(self._connected())
