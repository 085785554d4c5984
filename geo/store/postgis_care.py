"""Care of a PostGIS store: whether it is sound, and the way from an older schema."""
from __future__ import annotations

from contextlib import closing

from geo.errors import StoreDamaged
from geo.schema import COLLECTIONS
from geo.store import care, postgis_layout, shown
from geo.store.care import State
from geo.store.connection import version_in
from geo.store.postgis_session import Session, connect, named_errors, transaction


def check(address: str) -> State:
    """Read all rows of one state, and look that none is left alone. Writes nothing.

    :raises StoreDamaged: saying what is wrong.
    :raises StoreVersionError: when it is of another release.
    """
    name = shown(address)
    with named_errors(name), closing(connect(address)) as connection, connection.transaction():
        session = Session(connection)
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        postgis_layout.check(session, name)
        for collection in COLLECTIONS:  # every value is unpacked
            session.execute(f'SELECT sum(hashtext(row::text)::bigint) FROM "{collection}" AS row')
        for wrong in care.orphans(session):
            raise StoreDamaged(f"{name}: {wrong}; it was left as it is. pg_restore brings a backup back")
        rows_of = {each: care.believed(session, each) for each in COLLECTIONS}
        return State(rows_of, version_in(session))


def migrate(address: str) -> tuple[str, ...]:
    """Bring an older store up to date in one transaction; says in words what was done, nothing if current.

    :raises StoreVersionError: when it is newer.
    """
    name = shown(address)
    with named_errors(name), closing(connect(address)) as connection:
        session = Session(connection)
        with transaction(session):
            return postgis_layout.migrate(session, name)
