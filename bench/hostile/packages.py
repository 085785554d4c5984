"""T9: a GeoPackage is a program. Views, triggers, made-up columns, pages that lie, and values of a gigabyte."""

from __future__ import annotations

import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import shapely

from bench.hostile.kinds import SQUARE, Hostile

TABLES = """
PRAGMA application_id = 1196444487;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER,
  z INTEGER, m INTEGER);
CREATE TABLE fronts (fid INTEGER PRIMARY KEY, geom BLOB, side TEXT, day TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'x', NULL),
  ('none', 0, 'NONE', 0, 'undefined', NULL);
INSERT INTO gpkg_contents VALUES ('fronts', 'features', 'fronts', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('fronts', 'geom', 'POLYGON', 4326, 0, 0);
"""
ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)"
HEADER = b"GP\x00\x01" + struct.pack("<i", 4326)
BIG = 60_000_000


def files() -> Iterator[Hostile]:
    for name, script in SCRIPTS.items():
        yield _of(name, package(script))
    for name, geometry in _geometries().items():
        yield _of(f"geometry_{name}", package(geometry=geometry))
    for name, spoil in _spoilt().items():
        yield _of(name, spoil(package()))
    yield _of("blob_60_mb", package(geometry=HEADER + bytes(BIG)))
    yield _of("no_tables", _empty())


def _of(name: str, data: bytes) -> Hostile:
    return Hostile(f"gpkg_{name}", "T9", data)


def package(script: str = "", geometry: bytes | None = None) -> bytes:
    """A GeoPackage with one square, and then what the script does to it."""
    whole = HEADER + shapely.Polygon(SQUARE).wkb if geometry is None else geometry
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        base = sqlite3.connect(path, isolation_level=None)
        base.executescript(TABLES)
        base.execute("INSERT INTO fronts VALUES (1, ?, 'NORTH', '2022-04-01')", (whole,))
        base.executescript(script)
        base.close()
        return path.read_bytes()


def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        base = sqlite3.connect(path, isolation_level=None)
        base.execute("CREATE TABLE a (b)")
        base.close()
        return path.read_bytes()


def _layer(sql: str) -> str:
    """The layer itself is what ``sql`` makes under its name."""
    return f"ALTER TABLE fronts RENAME TO behind; {sql}"


def _schema(change: str) -> str:
    return f"PRAGMA writable_schema = ON; UPDATE sqlite_master SET {change}; PRAGMA writable_schema = OFF;"


SCRIPTS = {
    "view_endless": _layer(
        f"CREATE VIEW fronts AS {ENDLESS} SELECT x AS fid, NULL AS geom, '' AS side, '' AS day FROM r;"
    ),
    "view_bomb": _layer("CREATE VIEW fronts AS SELECT 1 AS fid, zeroblob(1000000000) AS geom, '' AS side, '' AS day;"),
    "view_beside": f"CREATE VIEW other AS {ENDLESS} SELECT x FROM r;",
    "view_as_contents": f"ALTER TABLE gpkg_contents RENAME TO c; CREATE VIEW gpkg_contents AS {ENDLESS} "
    "SELECT x AS table_name, 'features' AS data_type FROM r;",
    "view_product": _layer("CREATE VIEW fronts AS SELECT a.* FROM behind a, behind b, behind c;"),
    "trigger": "CREATE TRIGGER t AFTER INSERT ON fronts BEGIN SELECT 1; END;",
    "trigger_instead": "CREATE VIEW v AS SELECT 1 AS a; "
    "CREATE TRIGGER rtree_x INSTEAD OF INSERT ON v BEGIN SELECT 1; END;",
    "generated": _layer(
        "CREATE TABLE fronts (fid INTEGER PRIMARY KEY, geom BLOB GENERATED ALWAYS AS (zeroblob(1000000000)), "
        "side TEXT, day TEXT); INSERT INTO fronts (fid) VALUES (1);"
    ),
    "generated_short": _layer(
        "CREATE TABLE fronts (fid INTEGER PRIMARY KEY, geom AS (zeroblob(900000000)), side TEXT, day TEXT);"
    ),
    "generated_comment": _layer(
        "CREATE TABLE fronts (fid INTEGER PRIMARY KEY, geom AS/**/(zeroblob(900000000)), side, day);"
    ),
    "generated_stored": _layer(
        "CREATE TABLE fronts (fid INTEGER PRIMARY KEY, geom BLOB AS (x'00') STORED, side TEXT, day TEXT);"
    ),
    "virtual_fts": _layer("CREATE VIRTUAL TABLE fronts USING fts5(geom, side, day);"),
    "virtual_rtree": _layer("CREATE VIRTUAL TABLE fronts USING rtree(id, a, b);"),
    "virtual_beside": "CREATE VIRTUAL TABLE other USING fts5(a);",
    "undefined_system": "UPDATE gpkg_geometry_columns SET srs_id = 0;",
    "no_system": "UPDATE gpkg_geometry_columns SET srs_id = 77;",
    "other_authority": "UPDATE gpkg_spatial_ref_sys SET organization = '+nadgrids=/etc/passwd';",
    "system_is_text": "UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 'x';",
    "unknown_system": "UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 99999999 WHERE srs_id = 4326;",
    "two_layers": "CREATE TABLE more AS SELECT * FROM fronts; "
    "INSERT INTO gpkg_contents VALUES ('more', 'features', 'm', 4326);",
    "no_layer": "DELETE FROM gpkg_contents;",
    "layer_is_gone": "DROP TABLE fronts;",
    "no_geometry": "DELETE FROM gpkg_geometry_columns;",
    "other_column": "UPDATE gpkg_geometry_columns SET column_name = 'nothing';",
    "no_rows": "DELETE FROM fronts;",
    "column_is_sql": "UPDATE gpkg_geometry_columns SET column_name = '(SELECT load_extension(1))';",
    "layer_is_sql": "UPDATE gpkg_contents SET table_name = 'fronts\" UNION SELECT 1 --';",
    "geometry_is_text": "UPDATE fronts SET geom = 'POLYGON((36 48,37 48,37 49,36 48))';",
    "geometry_is_number": "UPDATE fronts SET geom = 7;",
    "all_null": "UPDATE fronts SET geom = NULL;",
    "rows_100001": "WITH RECURSIVE r(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM r LIMIT 100000) INSERT INTO fronts "
    "SELECT x, geom, side, day FROM r, fronts;",
    "schema_tampered": _schema("sql = 'CREATE TABLE fronts (a, a)' WHERE name = 'fronts'"),
    "schema_points_elsewhere": _schema("rootpage = 999999 WHERE name = 'fronts'"),
    "schema_points_to_itself": _schema("rootpage = 1 WHERE name = 'fronts'"),
}


def _geometries() -> dict[str, bytes]:
    rings = struct.pack("<BII", 1, 3, 0xFFFFFFFF)
    points = struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF)
    not_a_number = (
        shapely.Polygon(SQUARE).wkb[:-40] + struct.pack("<d", float("nan")) + shapely.Polygon(SQUARE).wkb[-32:]
    )
    deep = struct.pack("<BII", 1, 7, 1) * 100_000
    return {
        "empty": b"",
        "short": b"GP\x00",
        "other_magic": b"XX" + HEADER[2:] + shapely.Polygon(SQUARE).wkb,
        "cut_off": HEADER,
        "rings_lie": HEADER + rings,
        "points_lie": HEADER + points,
        "parts_lie": HEADER + struct.pack("<BII", 1, 6, 0xFFFFFFFF),
        "nan": HEADER + not_a_number,
        "point": HEADER + shapely.Point(1, 2).wkb,
        "nested_collections": HEADER + deep,
        "nested_multipolygons": HEADER + struct.pack("<BII", 1, 6, 1) * 50_000,
        "kind_0": HEADER + struct.pack("<BII", 1, 0, 1),
        "line": HEADER + shapely.LineString(SQUARE).wkb,
        "envelope_5": b"GP\x00\x0b" + HEADER[4:] + shapely.Polygon(SQUARE).wkb,
        "half": HEADER + shapely.Polygon(SQUARE).wkb[:40],
        "far_away": HEADER + shapely.Polygon([(9e9, 1), (9e9, 2), (1, 9e9)]).wkb,
        "multipolygon_of_points": HEADER + struct.pack("<BII", 1, 6, 1) + shapely.Point(1, 2).wkb,
    }


def _spoilt() -> dict[str, Callable[[bytes], bytes]]:
    def filled(start: int, length: int, value: int) -> Callable[[bytes], bytes]:
        return lambda data: data[:start] + bytes([value]) * length + data[start + length :]

    pages = {
        f"page_{page}_is_{value}": filled((page - 1) * 4096 + 8 * (page > 1), 4000, value)
        for page in (2, 4, 5)
        for value in (0, 255)
    }
    return {
        **pages,
        "half": lambda data: data[: len(data) // 2],
        "head_only": lambda data: data[:100],
        "magic_only": lambda data: data[:16],
        "page_size_odd": filled(16, 2, 3),
        "format_99": filled(18, 2, 99),
        "schema_page": filled(100, 300, 0xAA),
        "cells_point_outside": filled(108, 8, 0xFF),
        "pages_lie": filled(28, 4, 0x7F),
        "text_encoding_9": filled(56, 4, 9),
    }
