"""MBTiles 1.3: all tiles of a collection in one SQLite file; packed by gzip, rows counted from the south."""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from geo.formats.pmtiles import About
from geo.grid import Tile

_APPLICATION = 0x4D504258
"""``MPBX``: by it programs know the file for MBTiles (section 2.1 of the specification)."""
_SCHEMA = f"""
    PRAGMA application_id = {_APPLICATION};
    CREATE TABLE metadata (name TEXT, value TEXT);
    CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
"""
_INDEX = "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)"


def write(path: Path, tiles: Iterable[tuple[Tile, bytes]], about: About) -> None:
    """A new file of ``tiles``; ``about.metadata`` has ``name``, ``description``, ``attribution``, ``vector_layers``."""
    with closing(sqlite3.connect(path)) as file:
        file.executescript(_SCHEMA)
        file.executemany("INSERT INTO metadata VALUES (?, ?)", _metadata(about).items())
        rows = ((z, x, (1 << z) - 1 - y, body) for (z, x, y), body in tiles)
        file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        file.execute(_INDEX)
        file.commit()


def _metadata(about: About) -> dict[str, str]:
    said, bounds = about.metadata, about.bounds
    middle = (bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2
    return {
        "name": str(said["name"]), "format": "pbf", "type": "overlay", "version": "1",
        "description": str(said["description"]), "attribution": str(said["attribution"]),
        "bounds": ",".join(f"{degree:.6f}" for degree in bounds),
        "center": f"{middle[0]:.6f},{middle[1]:.6f},{about.minzoom}",
        "minzoom": str(about.minzoom), "maxzoom": str(about.maxzoom),
        "json": json.dumps({"vector_layers": said["vector_layers"]}, ensure_ascii=False),
    }
