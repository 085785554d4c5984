"""FlatGeobuf and zipped Shapefile → raw polygons, by a GDAL that has no other driver and is given bytes, not names.

What GDAL opens can lead it to other files and to the network. So it gets one buffer whose kind is known already; all
drivers but these two are switched off before it starts, and the process around it has no network.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import isnan
from types import ModuleType
from typing import Any

from geo.door.archive import shapefile
from geo.door.limits import MAX_FEATURES
from geo.door.raw import Given, Raw, from_wkb, kept, names_file, transformed
from geo.errors import InvalidInput

CLOSED_DRIVERS = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CAD", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA",
    "ESRIJSON", "Elasticsearch", "GDALG", "GML", "GMLAS", "GPKG", "GPSBabel", "GPX", "GTFS", "GeoJSON", "GeoJSONSeq",
    "GeoRSS", "HTTP", "Idrisi", "Interlis 1", "Interlis 2", "JML", "JSONFG", "KML", "LIBKML", "LVBAG", "MBTiles", "MEM",
    "MVT", "MapInfo File", "MapML", "Memory", "MiraMonVector", "MongoDBv3", "MySQL", "NAS", "NGW", "OAPIF", "ODBC",
    "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PGeo",
    "PLSCENES", "PMTiles", "Parquet", "PostgreSQL", "S57", "SQLite", "SXF", "Selafin", "TopoJSON", "UK .NTF", "VDV",
    "VFK", "VICAR", "VRT", "WAsP", "WFS", "XLS", "XLSX", "XODR",
)
_HEAD = 12
OPEN_DRIVERS = frozenset({"ESRI Shapefile", "FlatGeobuf"})


def read_flatgeobuf(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The features of a FlatGeobuf file (version 3).

    :raises InvalidInput: also for a coordinate system that names a file, before GDAL sees it.
    """
    head = given.data[:_HEAD + int.from_bytes(given.data[8:_HEAD], "little")]
    if names_file(head.decode("latin-1")):
        raise InvalidInput("crs: names a file, want a code, or a definition without files")
    return _read(given.data, counts)


def read_shapefile(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The features of the only Shapefile of a zip, or of the one named by ``layer``."""
    return _read(shapefile(given), counts)


def _read(data: bytes, counts: Counter[str]) -> Iterator[Raw]:
    pyogrio = library()
    still_open = set(pyogrio.list_drivers()) - OPEN_DRIVERS
    if still_open:
        raise InvalidInput(f"not read: GDAL's {', '.join(sorted(still_open))} cannot be switched off, want GeoJSON")
    try:
        meta, _, wkb, columns = pyogrio.raw.read(
            data, max_features=MAX_FEATURES + 1, datetime_as_string=True, encoding=_encoding(data)
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, IndexError) as problem:
        kind = "Shapefile" if data[:2] == b"PK" else "FlatGeobuf"
        raise InvalidInput(f"no sound {kind}: {_short(problem)}") from None
    if wkb is None or len(wkb) > MAX_FEATURES:
        raise InvalidInput("no geometry in it" if wkb is None else f"more than {MAX_FEATURES} features")
    crs = _crs(meta["crs"], counts)
    for number, shape in enumerate(wkb):
        told = {str(name): _plain(values[number], counts) for name, values in zip(meta["fields"], columns, strict=True)}
        polygons = None if shape is None else transformed(from_wkb(number, shape, counts), crs)
        yield Raw(number, polygons, {name: value for name, value in told.items() if value is not None})


def library() -> ModuleType:
    """pyogrio: heavy, and only these formats need it."""
    import pyogrio  # noqa: PLC0415

    return pyogrio  # type: ignore[no-any-return]


def _encoding(data: bytes) -> str | None:
    """A Shapefile that does not state its encoding is read as GDAL does; FlatGeobuf is always UTF-8."""
    return None if data[:2] == b"PK" else "UTF-8"


def _crs(stated: str | None, counts: Counter[str]) -> str | None:
    """Without a stated one the degrees of WGS 84 are taken, and counted; numbers that are none are refused later."""
    counts["W-CRS-ASSUMED"] += stated is None
    return stated


def _plain(value: Any, counts: Counter[str]) -> str | int | float | None:
    """A cell of a numpy column as JSON has it; ``None`` for what is missing or too long."""
    item = value.item() if hasattr(value, "item") else value
    if isinstance(item, bool | int | float):
        return None if isnan(item) else item
    return kept(item, counts) if isinstance(item, str) else None


def _short(problem: Exception) -> str:
    return str(problem).split("/vsimem")[0][:120].strip(" '\"")
