"""The store in PostgreSQL with PostGIS: for many readers, several servers and a writer beside them."""
from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, cast

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from geo.errors import StoreGone
from geo.schema import COLLECTIONS, Collection
from geo.store import postgis_layout, rows, shown
from geo.store.connection import Connection
from geo.store.postgis_dialect import Postgres
from geo.store.postgis_session import BUSY_SECONDS, CONNECTED, Session, connect, named_errors, transaction
from geo.store.rows import Row, Value
from geo.store.tables import BATCH, TableStore

WAIT_SECONDS = 1.5
"""How long a reader waits for a connection before it is told that the store is not there."""
AGAIN_SECONDS = 0.1
"""How long it waits between two attempts: the pool's own come after one second and three."""
STATEMENT_SECONDS = 5
"""How long a reader's statement may take."""
STREAM_SECONDS = 600
"""How long a download may pause between two batches."""
MOST_READERS = 8
"""Connections of one process that read; further readers wait for one of them."""
GONE_SECONDS = 0.5
"""For how long a server that did not answer is taken for gone, so that not every request waits for it."""
RECORDS = "dateline_records"
REWRITTEN_BYTES = 64 * 2**20
"""A table up to which is written anew in well under a second."""
REWRITE_SECONDS = 2
"""How long that waits for readers to end."""

_SRID = struct.Struct("<BII")
_HAS_SRID = 0x20000000


class PostgisStore(TableStore):
    """One database. Readers come from a pool, of the replica if there is one; writers take turns by an advisory lock,
    for which they wait up to ``BUSY_SECONDS``. What a replica lags behind is not seen yet, not even by who wrote it."""

    dialect = Postgres()
    fault = psycopg.Error
    fresh_seconds = 0.02

    def __init__(self, address: str, replica: str = "") -> None:
        super().__init__(shown(address), address)
        self._writer: Session | None = None
        self._gone = -math.inf
        self._purged: set[str] = set()
        reading = {"options": f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s"
                              f" -c idle_in_transaction_session_timeout={STREAM_SECONDS}s"}
        self._pool = ConnectionPool(
            replica or address, kwargs={**CONNECTED, **reading}, min_size=0, max_size=MOST_READERS, open=True,
            timeout=AGAIN_SECONDS, reconnect_timeout=0, check=ConnectionPool.check_connection,
            name="dateline")

    @classmethod
    def open(cls, address: str, *, create: bool = False, replica: str = "") -> PostgisStore:
        postgis_layout.understood(address)
        with named_errors(shown(address)), closing(connect(address)) as connection:
            session = Session(connection)
            if create:
                with transaction(session):
                    if not postgis_layout.is_there(session):
                        postgis_layout.create(session)
            postgis_layout.check(session, shown(address))
        return cls(address, replica)

    def settle(self) -> None:
        """Write the tables anew from which something was purged, so that their files hold it no more. Of a table beyond
        ``REWRITTEN_BYTES``, or one that readers hold, the place is only freed, and written over in time."""
        with self._lock, self._named_errors():
            while self._purged:
                self._vacuum(self._purged.pop())

    def _vacuum(self, table: str) -> None:
        writer = self._connected()
        size = writer.execute("SELECT pg_total_relation_size(quote_ident(?)::regclass)", (table,)).fetchone()[0]
        if size > REWRITTEN_BYTES:
            writer.execute(f'VACUUM "{table}"')
            return
        writer.execute(f"SET lock_timeout = '{REWRITE_SECONDS}s'")  # who reads meanwhile would wait behind this
        try:
            writer.execute(f'VACUUM FULL "{table}"')
        except psycopg.errors.LockNotAvailable:
            writer.execute(f'VACUUM "{table}"')
        finally:
            writer.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")

    def size(self) -> int:
        with self._reader() as connection:
            found = connection.execute(
                "SELECT sum(pg_total_relation_size(quote_ident(name)::regclass)) FROM unnest(?::text[]) AS name",
                (list(COLLECTIONS),)).fetchone()
            return int(found[0])

    def close(self) -> None:
        with self._lock:
            self._closed, self._known = True, None
            self._pool.close()
            if self._writer is not None:
                self._writer.connection.close()
                self._writer = None

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        with named_errors(self._name):
            yield

    @contextmanager
    def _idle(self) -> Iterator[Connection]:
        """A reader of the pool, in a transaction of its own, so that what it streams is of one state."""
        connection = self._pooled()
        try:
            yield Session(connection)
        finally:
            self._pool.putconn(connection)

    def _pooled(self) -> psycopg.Connection[Any]:
        """A connection that answers; a server that restarts is waited for."""
        began = time.monotonic()
        if began - self._gone < GONE_SECONDS:
            raise StoreGone(f"{self._name}: the server did not answer a moment ago")
        while True:
            try:
                return self._pool.getconn()
            except (PoolTimeout, TooManyRequests) as error:
                if time.monotonic() - began < WAIT_SECONDS:
                    continue
                if not self._pool.get_stats().get("pool_size"):  # else it is there, but all its readers are busy
                    self._gone = time.monotonic()
                raise StoreGone(f"{self._name}: no connection in {WAIT_SECONDS} seconds") from error

    def _batches(self, sql: str, values: Sequence[Any]) -> Iterator[list[Any]]:
        with self._reader() as connection:
            session = cast(Session, connection)
            if self._in_transaction():
                found = session.execute(sql, values)
                while batch := found.fetchmany(BATCH):
                    yield batch
                return
            with session.connection.transaction(), closing(
                Session(session.connection, streams=True).execute(sql, values)
            ) as cursor:
                while batch := cursor.fetchmany(BATCH):
                    yield batch

    def _connected(self) -> Connection:
        self._check_open()
        if self._writer is None or (self._writer.connection.closed and not self._in_transaction()):
            self._writer = Session(connect(self._place))
        return self._writer

    @contextmanager
    def _committed(self, writer: Connection) -> Iterator[None]:
        """A connection that the server has dropped meanwhile is made anew: nothing was said on it yet."""
        session = cast(Session, writer)
        try:
            session.execute("SELECT 1")
        except psycopg.OperationalError:
            session.connection.close()
            session = cast(Session, self._connected())
        with transaction(session):
            yield

    def _stamped(self, collection: Collection) -> None:
        """Nobody else keeps an extent here."""

    def _forget_deleted(self) -> None:
        """``settle`` writes anew what they were in."""
        self._purged.add(RECORDS)

    def _extent(self, connection: Connection, collection: Collection) -> tuple[float | None, ...]:
        found: tuple[float | None, ...] = connection.execute(
            "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))"
            f' FROM "{collection.name}" WHERE known_to IS NULL').fetchone()
        return found

    def _insert(self, collection: Collection, added: Sequence[tuple[Row, str, str | None]]) -> None:
        names = ", ".join(f'"{name}"' for name in ("geom", *(field.name for field in rows.columns(collection))))
        session = cast(Session, self._connected())
        with session.connection.cursor() as cursor, cursor.copy(
            f'COPY "{collection.name}" ({names}) FROM STDIN'
        ) as copying:
            for row, start, end in added:
                copying.write_row((_with_srid(row[0]), *row[1:], start, end))

    def _erase(self, table: str, condition: str, values: Sequence[Value]) -> None:
        self._connected().execute(f'DELETE FROM "{table}" WHERE {condition}', values)
        self._purged.add(table)


def _with_srid(blob: Value) -> str | None:
    """A geometry as PostGIS takes it in a copy: extended well-known binary, in hexadecimal digits."""
    body = rows.wkb_of(blob)
    if body is None:
        return None
    kind = int.from_bytes(body[1:5], "little")
    return (_SRID.pack(1, kind | _HAS_SRID, 4326) + body[5:]).hex()


