"""Care of the store: ``check``, ``backup``, ``restore``."""
from __future__ import annotations

import time
from pathlib import Path

import click

from geo.errors import InvalidParameter
from geo.store import care, is_database, shown
from geo.store.care import State
from server.commands.session import Session, pass_session


@click.command(epilog="Example: dateline --store war.gpkg check")
@pass_session
def check(session: Session) -> None:
    """Read the whole store: its pages, its indexes, that nothing is left alone. Exit code 2 and one line that says what
    is wrong and how to bring a backup back; the file is left as it is."""
    state = _of_database(session.store) if is_database(session.store) else care.check(Path(session.store))
    session.report(_told(state), f"{shown(session.store)}: sound; {_line(state)}")


@click.command(epilog="Example: dateline --store war.gpkg backup /backups/war-2026-05-01.gpkg")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def backup(session: Session, file: Path) -> None:
    """Copy the store into a FILE that is not there yet, while the service runs and others write. The copy is one state,
    holds all that was kept before the command began, and is checked before it has its name."""
    begun = time.monotonic()
    state = care.backup(_file(session), file)
    size = file.stat().st_size
    session.report({**_told(state), "file": str(file), "bytes": size, "seconds": round(time.monotonic() - begun, 3)},
                   f"{file}: {size / 1e6:,.1f} MB, checked; {_line(state)}")


@click.command(epilog="Example: dateline --store war.gpkg restore /backups/war-2026-05-01.gpkg")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def restore(session: Session, file: Path) -> None:
    """Put a backup in the place of the store, all of it or nothing, once it was checked. The service may go on running.
    What the store held and the backup does not is gone; a damaged store is kept beside it."""
    state = care.restore(_file(session), file)
    session.report({**_told(state), "file": str(file)}, f"{session.store}: as in {file}; {_line(state)}")


def looked_at(session: Session, seconds: float) -> None:
    """The file of a store, as far as that takes no longer than ``seconds``; a database looks after itself.

    :raises StoreDamaged: as ``check``.
    """
    if not is_database(session.store) and not care.check(Path(session.store), seconds).is_whole:
        session.say(f"{session.store}: too large to look through at each start; `dateline check` does")


def _of_database(address: str) -> State:
    from geo.store import postgis_care  # noqa: PLC0415  not everybody has it

    return postgis_care.check(address)


def _file(session: Session) -> Path:
    if is_database(session.store):
        raise InvalidParameter(f"store: {shown(session.store)}, want the path of a GeoPackage; databases have pg_dump")
    return Path(session.store)


def _told(state: State) -> dict[str, object]:
    return {"rows": state.rows, "version": state.version}


def _line(state: State) -> str:
    return ", ".join(f"{count} {name}" for name, count in state.rows.items() if count) or "empty"
