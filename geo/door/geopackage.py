"""GeoPackage (OGC 12-128r18) → raw polygons, by ``sqlite3`` alone.

A SQLite file is a program: its views, triggers and generated columns run. None is allowed but the triggers that GDAL
writes for its index; the file is opened for reading only, and every value and every step is limited.
"""
from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

from shapely.geometry import MultiPolygon

from geo.door.limits import MAX_FEATURES
from geo.door.raw import Given, Raw, from_wkb, transformed
from geo.errors import InvalidInput

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_STEPS = 50_000_000
_LENGTH = 50_000_000
_ENCODINGS = (0, 1, 2, 3)
_RTREE = re.compile(r"\s*CREATE\s+VIRTUAL\s+TABLE\s+\"?rtree_\w+\"?\s+USING\s+rtree\s*\(", re.IGNORECASE | re.ASCII)
_GDAL_TRIGGER = re.compile(r"(?:rtree_|trigger_(?:insert|delete)_feature_count_|gpkg_)", re.ASCII)


def read_geopackage(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The features of the only feature table, or of the named one.

    :raises InvalidInput: for a damaged file, a view, an unknown layer or CRS, or what is no polygon.
    """
    try:
        connection = sqlite3.connect(f"file:{quote(str(given.path))}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as problem:
        raise InvalidInput(f"no GeoPackage: {problem}") from None
    try:
        _guard(connection, given.data)
        yield from _rows(connection, _layer(connection, given.layer), counts)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"no sound GeoPackage: {problem}") from None
    finally:
        connection.close()


def _guard(connection: sqlite3.Connection, data: bytes) -> None:
    if int.from_bytes(data[56:60], "big") not in _ENCODINGS:
        raise InvalidInput("no sound GeoPackage: its text is in no known encoding")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON"):
        connection.execute(f"PRAGMA {pragma}")
    left = iter(range(_STEPS // 10_000))
    connection.set_progress_handler(lambda: 1 if next(left, None) is None else 0, 10_000)
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind == "view":
            raise InvalidInput(f"GeoPackage with the view {name!r}, want tables only")
        if kind == "trigger" and not _GDAL_TRIGGER.match(name):
            raise InvalidInput(f"GeoPackage with the trigger {name!r}, want none but the index's")
        if kind == "table" and sql and re.search(r"\bVIRTUAL\b", sql, re.IGNORECASE) and not _RTREE.match(sql):
            raise InvalidInput(f"GeoPackage with the virtual table {name!r}, want none but the index's")
    for name, column in connection.execute(
        "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c "
        "WHERE m.type = 'table' AND NOT m.sql LIKE '%VIRTUAL%' AND c.hidden > 1"
    ):
        raise InvalidInput(f"GeoPackage with the generated column {column!r} in {name!r}, want plain ones")
    (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise InvalidInput(f"damaged GeoPackage: {state}")


def _layer(connection: sqlite3.Connection, wanted: str | None) -> str:
    rows = connection.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchall()
    names = [str(name) for (name,) in rows]
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted not in names:
        raise InvalidInput(f"layer: {wanted!r}, want one of {', '.join(names) or 'none: there are no features'}")
    return wanted


def _rows(connection: sqlite3.Connection, layer: str, counts: Counter[str]) -> Iterator[Raw]:
    column, crs = _geometry_column(connection, layer)
    (count,) = connection.execute(f"SELECT count(*) FROM {_quoted(layer)}").fetchone()
    if count > MAX_FEATURES:
        raise InvalidInput(f"{count} features, want at most {MAX_FEATURES}")
    cursor = connection.execute(f"SELECT * FROM {_quoted(layer)}")
    names = [each[0] for each in cursor.description]
    if column not in names:
        raise InvalidInput(f"layer {layer!r} has no geometry column {column[:60]!r}, want one of {', '.join(names)}")
    at = names.index(column)
    for number, row in enumerate(cursor):
        properties = {
            name: value for name, value in zip(names, row, strict=True)
            if name != column and isinstance(value, str | int | float)
        }
        polygons = None if row[at] is None else transformed(_polygons(number, row[at], counts), crs)
        yield Raw(number, polygons, properties)


def _geometry_column(connection: sqlite3.Connection, layer: str) -> tuple[str, str | None]:
    row = connection.execute(
        "SELECT g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_geometry_columns g "
        "LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?", (layer,),
    ).fetchone()
    if row is None:
        raise InvalidInput(f"layer {layer!r} has no geometry column")
    name, organization, code = str(row[0]), str(row[1]), row[2]
    if organization.upper() != "EPSG" or not isinstance(code, int):
        raise InvalidInput(f"crs: {organization}:{code}, want an EPSG code")
    return name, None if code == 4326 else f"EPSG:{code}"


def _polygons(number: int, blob: object, counts: Counter[str]) -> MultiPolygon:
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP" or (blob[3] >> 1) & 7 > 4:
        raise InvalidInput(f"feature {number}: no GeoPackage geometry")
    return from_wkb(number, blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7]:], counts)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
