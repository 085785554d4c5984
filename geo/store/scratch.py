"""Conditions and orders over features that no table holds: in a table of memory, by the very SQL of the store."""
from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from geo.model import Feature, Query
from geo.schema import Collection
from geo.store import filtering, functions, rows
from geo.store.dialect import Where


def chosen(declared: Collection, features: Sequence[Feature], query: Query) -> list[Feature]:
    """Of ``features`` those for which the query's ``filter`` holds and that stand behind its ``after``, in its order.

    :raises InvalidParameter: for a field that the schema does not have.
    """
    names = [field.name for field in rows.columns(declared)]
    condition = filtering.behind(declared, query)
    if query.filter is not None:
        wanted = filtering.condition(declared, query.filter)
        condition = Where(f"{condition.sql or 'TRUE'} AND {wanted.sql}", (*condition.values, *wanted.values))
    bare = [replace(each, properties=_kept(declared, each)) for each in features]
    known = [(each.known.start, each.known.end) for each in features]
    with closing(sqlite3.connect(":memory:")) as table:
        functions.install(table)
        table.execute(f"CREATE TABLE rows (fid INTEGER PRIMARY KEY, geom, {', '.join(map(_quoted, names))})")
        marks = ", ".join("?" * (len(names) + 2))
        filled = zip(range(len(bare)), rows.encode(declared, bare), known, strict=True)
        table.executemany(f"INSERT INTO rows VALUES ({marks})", (
            (fid, *row, *(day and day.isoformat() for day in days)) for fid, row, days in filled))
        order = filtering.order(declared, query.order)
        sql = f"SELECT fid FROM rows WHERE {condition.sql or 'TRUE'} ORDER BY {order}"
        return [features[fid] for (fid,) in table.execute(sql, condition.values)]


def _kept(declared: Collection, feature: Feature) -> dict[str, object]:
    """The fields of the schema: what was derived may say more."""
    names = {field.name for field in declared.fields}
    return {name: value for name, value in feature.properties.items() if name in names}


def _quoted(name: str) -> str:
    return f'"{name}"'
