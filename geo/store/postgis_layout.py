"""The tables of a PostGIS store: made whole in one transaction, checked when opened, brought up to date by steps."""
from __future__ import annotations

import re
import secrets
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import Literal

from geo.errors import StoreError, StoreVersionError
from geo.schema import COLLECTIONS, Collection, Field
from geo.store import shown
from geo.store.connection import Connection, meta, set_meta
from geo.store.layout import SCHEMA_VERSION, newer
from geo.store.rows import columns

_TYPES = {
    "text": 'TEXT COLLATE "C"', "integer": "BIGINT", "real": "DOUBLE PRECISION", "date": "DATE", "boolean": "BOOLEAN",
    "json": 'TEXT COLLATE "C"',
}
"""Texts are in the order of their bytes, as in SQLite and Python, so that all stores give the same order."""


def understood(address: str) -> dict[str, object]:
    """What libpq makes of an address.

    :raises StoreError: when it makes nothing of it.
    """
    try:
        return dict(conninfo_to_dict(address))
    except ProgrammingError as error:
        wanted = "want postgresql://USER@HOST:PORT/NAME"
        raise StoreError(f"store: {shown(address)}: {str(error).strip()}, {wanted}") from None


def is_there(connection: Connection) -> bool:
    return connection.execute("SELECT to_regclass('dateline_meta')").fetchone()[0] is not None


def create(connection: Connection) -> None:
    """All tables of a new store; inside of the caller's transaction."""
    for statement in _statements("postgis.sql", _folding()):
        connection.execute(statement)
    for collection in COLLECTIONS.values():
        _add_collection(connection, collection)
    set_meta(connection, "schema_version", str(SCHEMA_VERSION))
    set_meta(connection, "store_id", secrets.token_hex(4))
    set_meta(connection, "version", "0")


def check(connection: Connection, name: str) -> None:
    """That the database holds a Dateline store of this very schema; reads only.

    :raises StoreError: when it holds none.
    :raises StoreVersionError: when it is older (the message says how to migrate) or newer.
    """
    if not is_there(connection):
        raise StoreError(f"{name}: there is no store; `dateline init` makes one")
    found = _version(connection, name)
    if found > SCHEMA_VERSION:
        raise StoreVersionError(newer(name, found))
    lacks = list(_missing(connection))
    if found < SCHEMA_VERSION or lacks:
        detail = f"lacks {', '.join(lacks)}" if lacks else f"has schema {found}"
        raise StoreVersionError(f"{name}: {detail}; run `dateline migrate` (a backup first is wise)")


def migrate(connection: Connection, name: str) -> tuple[str, ...]:
    """Add what an older store lacks; inside of the caller's transaction. Says in words what was done.

    :raises StoreVersionError: when it is newer.
    """
    if not is_there(connection):
        raise StoreError(f"{name}: there is no store; `dateline init` makes one")
    if _version(connection, name) > SCHEMA_VERSION:
        check(connection, name)
    done = [f"added {each}" for each in _missing(connection)]
    for collection in COLLECTIONS.values():
        present = _present(connection, collection)
        if not present:
            _add_collection(connection, collection)
        for field in columns(collection):
            if present and field.name not in present:
                connection.execute(f'ALTER TABLE "{collection.name}" ADD COLUMN {_column(field)}')
    set_meta(connection, "schema_version", str(SCHEMA_VERSION))
    return tuple(done)


def _version(connection: Connection, name: str) -> int:
    found = meta(connection, "schema_version")
    if found is None or not found.isdecimal():
        raise StoreError(f"{name}: has a table dateline_meta, but is no Dateline store; name another database")
    return int(found)


def _missing(connection: Connection) -> Iterator[str]:
    for collection in COLLECTIONS.values():
        present = _present(connection, collection)
        if not present:
            yield f"collection {collection.name}"
            continue
        yield from (f"column {collection.name}.{field.name}" for field in columns(collection)
                    if field.name not in present)


def _present(connection: Connection, collection: Collection) -> set[str]:
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped",
        (f'"{collection.name}"',))
    return {str(name) for (name,) in found}


def _add_collection(connection: Connection, collection: Collection) -> None:
    declared = ",\n  ".join(_column(field) for field in columns(collection))
    filled = {"table": collection.name, "geometry": collection.geometry, "columns": declared,
              "description": collection.description.replace("'", "''")}
    for statement in _statements("postgis_collection.sql", filled):
        connection.execute(statement)


def _column(field: Field) -> str:
    needed = " NOT NULL" if field.name in ("id", "known_from") else ""
    return f'"{field.name}" {_TYPES[field.kind]}{needed}'


def _statements(name: str, filled: dict[str, str]) -> Iterator[str]:
    text = files("geo.store").joinpath(name).read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    for key, value in filled.items():
        text = text.replace("{" + key + "}", value)
    yield from filter(str.strip, re.split(r";\n(?=CREATE|COMMENT|\Z)", text + "\n"))


@lru_cache(1)
def _folding() -> dict[str, str]:
    """Python's tables of letters for SQL: how ``str.casefold`` folds each, and which marks stand on letters."""
    every = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    folded = {each: each.casefold() for each in every if each.casefold() != each}
    long = {each: fold for each, fold in folded.items() if len(fold) > 1}
    short = {each: fold for each, fold in folded.items() if len(fold) == 1}
    replaced = "found"
    for each, fold in long.items():
        replaced = f"replace({replaced}, {_text(each)}, {_text(fold)})"
    marks = (each for each in every if unicodedata.category(each) == "Mn")
    return {"long_letters": _text(f"[{''.join(long)}]"), "long_folds": replaced, "letters": _text("".join(short)),
            "folds": _text("".join(short.values())), "marks": _text(f"[{_ranges(marks)}]")}


def _ranges(letters: Iterable[str]) -> str:
    """Letters in order as the inside of a character class."""
    found: list[tuple[int, int]] = []
    for code in map(ord, letters):
        if found and found[-1][1] == code - 1:
            found[-1] = found[-1][0], code
        else:
            found.append((code, code))
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in found)


def _text(text: str) -> str:
    return Literal(text).as_string(None)
