"""What SQLite cannot do itself and conditions need: texts without case or accents, relations of geometries."""
from __future__ import annotations

import sqlite3
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.conditions import SPATIAL, folded
from geo.store.rows import wkb_of


def install(connection: sqlite3.Connection) -> None:
    """Give a connection ``dateline_folded(text, how)`` and ``dateline_related(relation, geometry, geometry)``."""
    connection.create_function("dateline_folded", 2, _folded, deterministic=True)
    connection.create_function("dateline_related", 3, _related, deterministic=True)


def _folded(text: str | None, how: str) -> str | None:
    return None if text is None else folded(text, how)


def _related(relation: str, left: bytes | None, right: bytes | None) -> bool | None:
    """Null when a side is missing, or cannot be compared for a fault in its ground."""
    if left is None or right is None or relation not in SPATIAL:
        return None
    try:
        return bool(getattr(shapely, relation)(_geometry(left), _geometry(right)))
    except shapely.errors.GEOSException:
        return None


def _geometry(blob: bytes) -> BaseGeometry:
    return shapely.from_wkb(wkb_of(blob) or b"") if blob[:2] == b"GP" else _given(blob)


@lru_cache(16)
def _given(blob: bytes) -> BaseGeometry:
    """What a filter names is asked of every row."""
    return shapely.from_wkb(blob)
