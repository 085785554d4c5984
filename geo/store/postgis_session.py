"""A connection to PostgreSQL as a store wants it: values by ``?``, transactions in turn, errors by Dateline's names."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import psycopg

from geo.errors import InvalidParameter, StoreBusy, StoreDamaged, StoreError, StoreFull, StoreGone, StoreReadOnly
from geo.store.connection import Rows
from geo.store.tables import BATCH

CONNECT_SECONDS = 2
"""How long making a connection may take."""
BUSY_SECONDS = 30
"""How long a writer waits for others."""
WRITERS = 0x646174656C696E65
"""The advisory lock that a writer holds: ``dateline`` in ASCII."""

CONNECTED = {"autocommit": True, "connect_timeout": CONNECT_SECONDS, "application_name": "dateline",
              "tcp_user_timeout": CONNECT_SECONDS * 1000}
"""psycopg's words for every connection; the last ends one whose network is gone."""


class Session:
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


def connect(address: str) -> psycopg.Connection[Any]:
    """To write with."""
    options = f"-c lock_timeout={BUSY_SECONDS}s -c synchronous_commit=on"
    return psycopg.connect(address, options=options, **CONNECTED)  # type: ignore[arg-type]


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """One that has waited for other writers. What fails is undone; what the server has lost is undone there."""
    session.execute("BEGIN")
    with ExitStack() as undone:
        undone.callback(_roll_back, session)
        session.execute("SELECT pg_advisory_xact_lock(?)", (WRITERS,))
        yield
        undone.pop_all()
    session.execute("COMMIT")


def _roll_back(session: Session) -> None:
    if not session.connection.closed and not session.connection.broken:
        session.execute("ROLLBACK")


@contextmanager
def named_errors(name: str) -> Iterator[None]:
    """PostgreSQL's errors become Dateline's, with the store's name."""
    try:
        yield
    except psycopg.DataError as error:
        raise InvalidParameter(f"{_first_line(error)}, want a value of the field's type") from error
    except psycopg.Error as error:
        kind = StoreGone if _is_lost(error) else _KINDS_OF_FAULT.get(error.sqlstate or "", StoreError)
        cause = _first_line(error)
        if kind is StoreFull:
            cause = f"the disk is full ({cause}), nothing of this was kept; make room and do it again"
        raise kind(f"{name}: {cause}") from error


_KINDS_OF_FAULT: Mapping[str, type[StoreError]] = {
    "53100": StoreFull, "25006": StoreReadOnly, "42501": StoreReadOnly, "55P03": StoreBusy, "57014": StoreBusy,
    "XX001": StoreDamaged, "XX002": StoreDamaged,
}
"""By SQLSTATE: disk full; read-only, or no right; a lock, or a statement, that took too long; a table or an index whose
pages do not read."""


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the connection broke off or could not be made: no fault of the statement, of a lock or of the disk."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
