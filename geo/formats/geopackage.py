"""A GeoPackage of one collection: real dates, an index, and the style with which QGIS opens it, time included."""
from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from geo.formats.arrow import GEOMETRY, Seen, stream
from geo.formats.gdal import GEOMETRY_TYPES, Layer, write_layer
from geo.formats.imprint import Imprint, about
from geo.formats.qml import qml
from geo.formats.temporary import streamed
from geo.model import Feature
from geo.schema import Collection

VERSION = "1.2"
"""Which QGIS 3.22 and GDAL 3.6 open without a word; newer ones make them warn."""

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
  VALUES ('layer_styles', 'attributes', 'layer_styles', 'How QGIS draws the layers', 0);
"""
_STYLE = "INSERT INTO layer_styles VALUES (1, '', '', ?, ?, 'Dateline', ?, '', 1, ?, '', NULL, ?)"


def write(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """See the module. The same rows and the same imprint are the same file."""
    def fill(path: Path) -> None:
        seen = Seen()
        options = {"GEOMETRY_NAME": GEOMETRY, "FID": "fid", "SPATIAL_INDEX": "YES", "IDENTIFIER": collection.title,
                   "DESCRIPTION": about(collection, imprint)}
        layer = Layer("GPKG", GEOMETRY_TYPES[collection.geometry], options)
        write_layer(path, stream(collection, features, seen), layer, VERSION=VERSION)
        _finish(path, collection, imprint, seen)

    return streamed(f"{collection.name}.gpkg", fill)


def _finish(path: Path, collection: Collection, imprint: Imprint, seen: Seen) -> None:
    """The style, and for the time of change the day on which the last row became known."""
    changed = f"{seen.known or '2000-01-01'}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(_STYLES)
        file.execute(_STYLE, (collection.name, GEOMETRY, qml(collection, imprint.styles), collection.title, changed))
        file.execute("UPDATE gpkg_contents SET last_change = ?", (changed,))
        file.commit()
