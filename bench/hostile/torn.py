"""T5, T8: FlatGeobuf, GeoParquet and files of no kind, cut off, changed and lying."""

from __future__ import annotations

import io
import json
import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import shapely

from bench.hostile.kinds import SQUARE, Hostile, Lure
from bench.hostile.zips import WGS84

GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}},
}
SQUARE_WKB = shapely.Polygon(SQUARE).wkb


def files(lure: Lure) -> Iterator[Hostile]:
    whole = flatgeobuf(frame())
    for share in (0.05, 0.3, 0.6, 0.9):
        yield Hostile(f"fgb_cut_at_{share}", "T8", whole[: int(len(whole) * share)])
    for at in (8, 40, 80, len(whole) - 90, len(whole) - 60):
        yield Hostile(f"fgb_changed_at_{at}", "T8", whole[:at] + b"\xff" * 24 + whole[at + 24 :])
    yield Hostile("fgb_lies_of_its_head", "T8", whole[:8] + struct.pack("<I", 0x7FFFFFF0) + whole[12:])
    yield Hostile("fgb_names_a_grid", "T5", _grid(str(lure.path)))
    yield Hostile("fgb_of_points", "T8", flatgeobuf(frame(shapely.Point(36, 48))))
    yield Hostile("fgb_of_lines", "T8", flatgeobuf(frame(shapely.LineString(SQUARE))))
    yield Hostile("fgb_nan", "T8", flatgeobuf(frame(shapely.Polygon(SQUARE), bad=np.nan)))
    yield Hostile("fgb_far_away", "T8", flatgeobuf(frame(shapely.Polygon(SQUARE), bad=1e300)))
    for name, data in _parquets(lure).items():
        yield Hostile(f"parquet_{name}", "T8", data)
    for name, data in PLAIN.items():
        yield Hostile(f"kind_{name}", "T5", data)


def _grid(path: str) -> bytes:
    """Its coordinate system names a grid, in the place of the definition that it was written with."""
    whole = flatgeobuf(frame())
    start = whole.index(b"GEOG")
    end = whole.index(b"\x00", start)
    hostile = f'{WGS84[:-1].decode()},EXTENSION["PROJ4_GRIDS","{path}"]]'.encode()
    return whole[:start] + hostile.ljust(end - start) + whole[end:]


def frame(ground: shapely.Geometry | None = None, bad: float | None = None) -> geopandas.GeoDataFrame:
    """One row; with ``bad`` as one of its numbers."""
    shape = shapely.Polygon(SQUARE) if ground is None else ground
    if bad is not None:
        numbers = shapely.get_coordinates(shape)
        numbers[2, 0] = bad
        shape = shapely.set_coordinates(shape, numbers)
    return geopandas.GeoDataFrame({"side": ["NORTH"], "day": ["2022-04-01"]}, geometry=[shape], crs="EPSG:4326")


def flatgeobuf(rows: geopandas.GeoDataFrame, **options: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.fgb"
        rows.to_file(path, driver="FlatGeobuf", **({"SPATIAL_INDEX": "NO"} | options))
        return path.read_bytes()


def parquet(columns: Mapping[str, object], geo: object = GEO, **options: object) -> bytes:
    table = pa.table(dict(columns))
    if geo is not None:
        text = geo if isinstance(geo, str) else json.dumps(geo)
        table = table.replace_schema_metadata({"geo": text})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def _parquets(lure: Lure) -> dict[str, bytes]:
    row: dict[str, object] = {"geometry": [SQUARE_WKB], "side": ["NORTH"]}
    whole = parquet(row)
    grid = {
        "type": "BoundCRS",
        "source_crs": {
            "type": "GeographicCRS",
            "name": "x",
            "datum": {
                "type": "GeodeticReferenceFrame",
                "name": "x",
                "ellipsoid": {"name": "x", "semi_major_axis": 6378137, "inverse_flattening": 298.25},
            },
        },
        "target_crs": {"type": "GeographicCRS", "name": "WGS 84", "id": {"authority": "EPSG", "code": 4326}},
        "transformation": {
            "name": "x",
            "method": {"name": "NTv2", "id": {"authority": "EPSG", "code": 9615}},
            "parameters": [{"name": "Latitude and longitude difference file", "value": str(lure.path)}],
        },
    }
    return {
        **{f"cut_at_{share}": whole[: int(len(whole) * share)] for share in (0.1, 0.5, 0.95)},
        **{
            f"changed_at_{at}": whole[:at] + b"\xff" * 16 + whole[at + 16 :]
            for at in (4, 60, len(whole) - 200, len(whole) - 30)
        },
        "foot_lies": whole[:-8] + struct.pack("<I", 0x7FFFFFF0) + b"PAR1",
        "no_metadata": parquet(row, None),
        "metadata_is_text": parquet(row, "hello"),
        "metadata_is_deep": parquet(row, "[" * 100_000),
        "metadata_is_a_list": parquet(row, []),
        "no_such_column": parquet(row, {**GEO, "primary_column": "nothing"}),
        "encoding": parquet(row, _geo(encoding="polygon")),
        "encoding_missing": parquet(row, {**GEO, "columns": {"geometry": {}}}),
        "columns_are_text": parquet(row, {**GEO, "columns": "geometry"}),
        "column_is_text": parquet(row, {**GEO, "columns": {"geometry": "x"}}),
        "crs_null": parquet(row, _geo(crs=None)),
        "crs_text": parquet(row, _geo(crs=f"+nadgrids={lure.path}")),
        "crs_grid": parquet(row, _geo(crs=grid)),
        "crs_unknown": parquet(row, _geo(crs={"type": "x"})),
        "crs_address": parquet(row, _geo(crs={"$schema": lure.address, "type": "GeographicCRS"})),
        "edges_spherical": parquet(row, _geo(edges="spherical")),
        "geometry_is_text": parquet({"geometry": ["POLYGON((1 1,2 2,3 1,1 1))"]}),
        "geometry_is_number": parquet({"geometry": [7]}),
        "geometry_is_list": parquet({"geometry": [[1, 2]]}),
        "wkb_lies": parquet({"geometry": [struct.pack("<BII", 1, 3, 0xFFFFFFFF)]}),
        "wkb_empty": parquet({"geometry": [b""]}),
        "wkb_nested": parquet({"geometry": [struct.pack("<BII", 1, 7, 1) * 50_000]}),
        "point": parquet({"geometry": [shapely.Point(1, 2).wkb]}),
        "no_rows": parquet({"geometry": pa.array([], pa.binary())}),
        "rows_100001": parquet({"geometry": [SQUARE_WKB] * 100_001}),
        "dictionary_bomb": parquet({"geometry": [SQUARE_WKB + bytes(3_000_000)] * 100}, compression="zstd"),
        "long_values": parquet({"geometry": [SQUARE_WKB], "side": ["N" * 100_000_000]}, compression="zstd"),
    }


def _geo(**changes: object) -> dict[str, object]:
    return {**GEO, "columns": {"geometry": {"encoding": "WKB", **changes}}}


PLAIN = {
    "empty": b"",
    "spaces": b" " * 1000,
    "nul": bytes(1000),
    "random": bytes(range(256)) * 16,
    "pdf": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "gzip": b"\x1f\x8b\x08\x00",
    "tar": b"a.geojson".ljust(257, b"\0") + b"ustar",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "rar": b"Rar!\x1a\x07",
    "elf": b"\x7fELF",
    "exe": b"MZ\x90",
    "script": b"#!/bin/sh\nrm -rf /\n",
    "csv": b"side,wkt\nNORTH,POINT(1 2)\n",
    "wkt": b"POLYGON((36 48,37 48,37 49,36 48))",
    "shp": b"\x00\x00\x27\x0a" + bytes(96),
    "geotiff": b"II*\x00",
    "fgb_9": b"fgb\x09fgb",
    "orc": b"ORC",
    "arrow": b"ARROW1\x00\x00",
    "pickle": b"\x80\x04cos\nsystem\n(S'id'\ntR.",
    "yaml": b"!!python/object/apply:os.system ['id']",
    "jsonp": b"cb({})",
    "bom_alone": b"\xef\xbb\xbf",
    "geojsonseq": b"\x1e{}",
    "sqlite_head": b"SQLite format 3\x00",
}
