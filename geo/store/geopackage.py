"""The store in one GeoPackage: standard-library SQLite in WAL mode, which QGIS and GDAL open meanwhile."""
from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import cast

from geo.errors import StoreGone
from geo.schema import Collection
from geo.store import layout, records, rows
from geo.store.connection import Connection
from geo.store.dialect import SQLITE
from geo.store.faults import named_errors
from geo.store.rows import Row, Value
from geo.store.tables import TableStore

LOG_BYTES = 16 * 2**20
"""Length of the write-ahead log from which on a writer empties it, if readers let it."""
LOG_SECONDS = 0.25
"""How long it waits for readers of what the log holds."""

Identity = tuple[int, int]
"""Which file lies at the path: one that is put in its place is another."""


class GeoPackageStore(TableStore):
    """One file. Readers come from a pool; writers take turns, in this process by a lock, between processes by SQLite's,
    for which they wait up to ``layout.BUSY_SECONDS``."""

    dialect = SQLITE
    fault = sqlite3.Error
    fresh_seconds = 0.002

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), str(path.resolve()))
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._readers: deque[tuple[Identity, sqlite3.Connection]] = deque()
        self._writer: tuple[Identity, sqlite3.Connection] | None = None

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

    def size(self) -> int:
        """With what was written and not yet moved into the file."""
        return sum(part.stat().st_size for part in (self._path, self._log) if part.exists())

    def close(self) -> None:
        with self._lock:
            self._closed, self._known = True, None
            while self._readers:
                self._readers.pop()[1].close()
            self._let_go()

    def _let_go(self) -> None:
        if self._writer is not None:
            self._writer[1].close()
            self._writer = None

    def _named_errors(self) -> AbstractContextManager[None]:
        return named_errors(self._path)

    def _identity(self) -> Identity:
        """:raises StoreGone: when there is no file, or it cannot be reached."""
        try:
            found = os.stat(self._place)  # noqa: PTH116  asked with each version, and half as dear as Path's
        except OSError as error:
            raise StoreGone(f"{self._path}: the store is gone ({error.strerror})") from error
        return found.st_dev, found.st_ino

    @contextmanager
    def _idle(self) -> Iterator[sqlite3.Connection]:
        """An idle reader or a new one, of the file that lies there now."""
        wanted = self._identity()
        connection = self._of_pool(wanted) or layout.connect(self._path)
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._readers.append((wanted, connection))

    def _of_pool(self, wanted: Identity) -> sqlite3.Connection | None:
        while True:
            try:
                identity, connection = self._readers.pop()
            except IndexError:
                return None
            if identity == wanted:
                return connection
            connection.close()

    def _connected(self) -> sqlite3.Connection:
        self._check_open()
        if self._writer is not None and self._in_transaction():
            return self._writer[1]
        identity = self._identity()
        if self._writer is not None and self._writer[0] != identity:
            self._let_go()
        if self._writer is None:
            self._writer = identity, layout.connect(self._path, writing=True)
        return self._writer[1]

    @contextmanager
    def _committed(self, writer: Connection) -> Iterator[None]:
        assert self._writer is not None
        with layout.committed(cast(sqlite3.Connection, writer)):
            yield
        if self._identity() != self._writer[0]:  # it went into a file that nobody reads any more
            raise StoreGone(f"{self._path}: another store was put in its place meanwhile, nothing of this was kept")

    def _wrote(self) -> None:
        super()._wrote()
        with suppress(OSError, sqlite3.Error):  # what was written is safe in the log; the next writer tries again
            if self._writer is not None and self._log.stat().st_size > LOG_BYTES:
                layout.empty_log(self._writer[1], LOG_SECONDS)

    def _stamped(self, collection: Collection) -> None:
        """The extents that other programs read."""
        connection = self._connected()
        bounds = self._bounds(connection, collection) or (None,) * 4
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
            " last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?", (*bounds, collection.name))

    def _extent(self, connection: Connection, collection: Collection) -> tuple[float | None, ...]:
        """Of the index, whose 32-bit floats are rounded outwards."""
        found: tuple[float | None, ...] = connection.execute(
            f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{collection.name}_geom" AS box'
            f' JOIN "{collection.name}" ON fid = box.id WHERE known_to IS NULL'
        ).fetchone()
        return found

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
