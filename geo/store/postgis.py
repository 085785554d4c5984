"""The store in PostgreSQL with PostGIS: for many readers, several servers and a writer beside them."""
from __future__ import annotations

import math
import struct
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any, cast

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from geo.errors import InvalidParameter, StoreBusy, StoreError, StoreFull, StoreGone, StoreReadOnly
from geo.interval import Interval
from geo.model import BBox
from geo.schema import COLLECTIONS, Collection, Field
from geo.store import postgis_layout, rows, shown
from geo.store.connection import Connection, Rows, version_in
from geo.store.dialect import Where
from geo.store.rows import Row, Value
from geo.store.tables import BATCH, TableStore

CONNECT_SECONDS = 2
"""How long making a connection may take."""
WAIT_SECONDS = 1.5
"""How long a reader waits for a connection before it is told that the store is not there."""
AGAIN_SECONDS = 0.1
"""How long it waits between two attempts: the pool's own come after one second and three."""
STATEMENT_SECONDS = 5
"""How long a reader's statement may take."""
BUSY_SECONDS = 30
"""How long a writer waits for others."""
STREAM_SECONDS = 600
"""How long a download may pause between two batches."""
MOST_READERS = 8
"""Connections of one process that read; further readers wait for one of them."""
FRESH_SECONDS = 0.02
"""For how long a version may be taken for the present one without asking the server."""
GONE_SECONDS = 0.5
"""For how long a server that did not answer is taken for gone, so that not every request waits for it."""
RECORDS = "dateline_records"
REWRITTEN_BYTES = 64 * 2**20
"""A table up to which is written anew in well under a second."""
REWRITE_SECONDS = 2
"""How long that waits for readers to end."""
WRITERS = 0x646174656C696E65
"""The advisory lock that a writer holds: ``dateline`` in ASCII."""

_writes: Counter[str] = Counter()
"""Transactions of this process by address, so that whoever writes sees it at once."""

_SRID = struct.Struct("<BII")
_HAS_SRID = 0x20000000
_KINDS = {"text": "text", "integer": "bigint", "real": "float8", "date": "date", "boolean": "int", "json": "text"}


class Postgres:
    """PostgreSQL's dialect, over the columns of ``postgis_collection.sql``."""

    geometry = "ST_AsBinary(geom)"
    size = "ST_MemSize(geom)"
    open_first, open_last = "-infinity", "infinity"

    def among(self, field: Field, values: Sequence[Value]) -> Where:
        name = f'"{field.name}"::int' if field.kind == "boolean" else f'"{field.name}"'
        return Where(f"{name} = ANY(?::{_KINDS[field.kind]}[])", (list(values),))

    def same(self, name: str, value: Value) -> Where:
        return Where(f"{name} IS NOT DISTINCT FROM ?", (value,))

    def like(self, inner: Where, pattern: str) -> Where:
        return Where(f"({inner.sql} LIKE ?)", (*inner.values, _whole(pattern)))

    def days_after(self, sql: str, days: int) -> str:
        return f"({sql} {'+' if days >= 0 else '-'} {abs(days)})"

    def ordered(self, name: str, *, descending: bool = False) -> str:
        return f"{name} DESC NULLS LAST" if descending else f"{name} NULLS FIRST"

    def overlapping(self, when: Interval) -> Where:
        ends = [None if day is None else day.isoformat() for day in (when.start, when.end)]
        return Where("valid && daterange(?::date, ?::date)", tuple(ends))

    def near(self, collection: Collection, boxes: Sequence[BBox], when: Interval | None) -> Where:
        sql = " OR ".join(["geom && ST_MakeEnvelope(?, ?, ?, ?, 4326)"] * len(boxes))
        return Where(f"({sql})", tuple(number for box in boxes for number in box))


class _Session:
    """A connection of psycopg that takes ``?`` for values and streams what it finds."""

    def __init__(self, connection: psycopg.Connection[Any], *, streams: bool = False) -> None:
        self.connection = connection
        self._streams = streams

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Rows:
        text = sql.replace("%", "%%").replace("?", "%s")
        if not values:
            text = text.replace("%%", "%")
        if not self._streams:
            return self.connection.execute(text, tuple(values) or None)
        cursor = self.connection.cursor(name="dateline")
        cursor.itersize = BATCH
        return cast(Rows, cursor.execute(text, tuple(values) or None))


class PostgisStore(TableStore):
    """One database. Readers come from a pool, of the replica if there is one; writers take turns by an advisory lock,
    for which they wait up to ``BUSY_SECONDS``."""

    dialect = Postgres()

    def __init__(self, address: str, replica: str = "") -> None:
        super().__init__(shown(address))
        self._address = address
        self._writer: _Session | None = None
        self._known: tuple[int, float, str] | None = None
        self._gone = -math.inf
        self._purged: set[str] = set()
        reading = {"options": f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s"
                              f" -c idle_in_transaction_session_timeout={STREAM_SECONDS}s"}
        self._pool = ConnectionPool(
            replica or address, kwargs={**_CONNECTED, **reading}, min_size=0, max_size=MOST_READERS, open=True,
            timeout=AGAIN_SECONDS, reconnect_timeout=0, check=ConnectionPool.check_connection,
            name="dateline")

    @classmethod
    def open(cls, address: str, *, create: bool = False, replica: str = "") -> PostgisStore:
        postgis_layout.understood(address)
        with _named_errors(shown(address)), closing(_connect(address)) as connection:
            session = _Session(connection)
            if create:
                with _transaction(session):
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

    def version(self) -> str:
        """What other processes committed in the last ``FRESH_SECONDS`` may be missing, and what a replica lags behind;
        else nothing is."""
        known, now, writes = self._known, time.monotonic(), _writes[self._address]
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
            self._pool.close()
            if self._writer is not None:
                self._writer.connection.close()
                self._writer = None

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        with _named_errors(self._name):
            yield

    @contextmanager
    def _idle(self) -> Iterator[Connection]:
        """A reader of the pool, in a transaction of its own, so that what it streams is of one state."""
        connection = self._pooled()
        try:
            yield _Session(connection)
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
            session = cast(_Session, connection)
            if self._in_transaction():
                found = session.execute(sql, values)
                while batch := found.fetchmany(BATCH):
                    yield batch
                return
            with session.connection.transaction(), closing(
                _Session(session.connection, streams=True).execute(sql, values)
            ) as cursor:
                while batch := cursor.fetchmany(BATCH):
                    yield batch

    def _connected(self) -> Connection:
        self._check_open()
        if self._writer is None or (self._writer.connection.closed and not self._in_transaction()):
            self._writer = _Session(_connect(self._address))
        return self._writer

    @contextmanager
    def _committed(self, writer: Connection) -> Iterator[None]:
        """A connection that the server has dropped meanwhile is made anew: nothing was said on it yet."""
        session = cast(_Session, writer)
        try:
            session.execute("SELECT 1")
        except psycopg.OperationalError:
            session.connection.close()
            session = cast(_Session, self._connected())
        with _transaction(session):
            yield

    def _wrote(self) -> None:
        _writes[self._address] += 1

    def _stamped(self, collection: Collection) -> None:
        pass

    def _forget_deleted(self) -> None:
        """``settle`` writes anew what they were in."""
        self._purged.add(RECORDS)

    def _bounds(self, connection: Connection, collection: Collection) -> BBox | None:
        west, south, east, north = connection.execute(
            "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)), max(ST_YMax(geom))"
            f' FROM "{collection.name}" WHERE known_to IS NULL').fetchone()
        if west is None:
            return None
        low = [math.floor(value * 1e4) / 1e4 for value in (west, south)]
        high = [math.ceil(value * 1e4) / 1e4 for value in (east, north)]
        return BBox(max(low[0], -180.0), max(low[1], -90.0), min(high[0], 180.0), min(high[1], 90.0))

    def _insert(self, collection: Collection, added: Sequence[tuple[Row, str, str | None]]) -> None:
        names = ", ".join(f'"{name}"' for name in ("geom", *(field.name for field in rows.columns(collection))))
        session = cast(_Session, self._connected())
        with session.connection.cursor() as cursor, cursor.copy(
            f'COPY "{collection.name}" ({names}) FROM STDIN'
        ) as copying:
            for row, start, end in added:
                copying.write_row((_with_srid(row[0]), *row[1:], start, end))

    def _erase(self, table: str, condition: str, values: Sequence[Value]) -> None:
        self._connected().execute(f'DELETE FROM "{table}" WHERE {condition}', values)
        self._purged.add(table)


_CONNECTED = {"autocommit": True, "connect_timeout": CONNECT_SECONDS, "application_name": "dateline",
              "tcp_user_timeout": CONNECT_SECONDS * 1000}
"""psycopg's words for every connection; the last ends one whose network is gone."""


def migrate(address: str) -> tuple[str, ...]:
    """Bring an older store up to date in one transaction; says in words what was done, nothing if current.

    :raises StoreVersionError: when it is newer.
    """
    name = shown(address)
    with _named_errors(name), closing(_connect(address)) as connection:
        session = _Session(connection)
        with _transaction(session):
            return postgis_layout.migrate(session, name)


def _connect(address: str) -> psycopg.Connection[Any]:
    options = f"-c lock_timeout={BUSY_SECONDS}s -c synchronous_commit=on"
    return psycopg.connect(address, options=options, **_CONNECTED)  # type: ignore[arg-type]


@contextmanager
def _transaction(session: _Session) -> Iterator[None]:
    """One that has waited for other writers. What fails is undone; what the server has lost is undone there."""
    session.execute("BEGIN")
    with ExitStack() as undone:
        undone.callback(_roll_back, session)
        session.execute("SELECT pg_advisory_xact_lock(?)", (WRITERS,))
        yield
        undone.pop_all()
    session.execute("COMMIT")


def _roll_back(session: _Session) -> None:
    if not session.connection.closed and not session.connection.broken:
        session.execute("ROLLBACK")


@contextmanager
def _named_errors(name: str) -> Iterator[None]:
    """PostgreSQL's errors become Dateline's, with the store's name."""
    try:
        yield
    except psycopg.DataError as error:
        raise InvalidParameter(f"{_first_line(error)}, want a value of the field's type") from error
    except psycopg.Error as error:
        kind = StoreGone if _is_lost(error) else _KINDS_OF_FAULT.get(error.sqlstate or "", StoreError)
        raise kind(f"{name}: {_first_line(error)}") from error


_KINDS_OF_FAULT: Mapping[str, type[StoreError]] = {
    "53100": StoreFull, "25006": StoreReadOnly, "42501": StoreReadOnly, "55P03": StoreBusy, "57014": StoreBusy,
}
"""By SQLSTATE: disk full; read-only, or no right; a lock, or a statement, that took too long."""


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the connection broke off or could not be made: no fault of the statement, of a lock or of the disk."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _with_srid(blob: Value) -> str | None:
    """A geometry as PostGIS takes it in a copy: extended well-known binary, in hexadecimal digits."""
    body = rows.wkb_of(blob)
    if body is None:
        return None
    kind = int.from_bytes(body[1:5], "little")
    return (_SRID.pack(1, kind | _HAS_SRID, 4326) + body[5:]).hex()


def _whole(pattern: str) -> str:
    r"""A pattern of CQL2, whose last character may be a lone ``\``, as LIKE wants it."""
    trailing = len(pattern) - len(pattern.rstrip("\\"))
    return pattern + "\\" if trailing % 2 else pattern
