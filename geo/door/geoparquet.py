"""GeoParquet (OGC 24-013, versions 1.0 and 1.1) → raw polygons, by pyarrow, a batch of rows at a time."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from math import isnan
from types import ModuleType
from typing import TYPE_CHECKING, Any

from geo.door.limits import MAX_BYTES, MAX_FEATURES, MAX_VALUE
from geo.door.raw import Given, Raw, from_wkb, kept, transformed
from geo.errors import InvalidInput

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_BATCH = 1000
_LONGITUDE_FIRST = {("OGC", "CRS84"), ("EPSG", "4326")}


def read_geoparquet(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The features of a GeoParquet file whose geometry is encoded as WKB.

    :raises InvalidInput: for Parquet without geometry, another encoding, or more rows and bytes than a file may have.
    """
    pyarrow = library()
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(given.data))
        yield from _rows(file, counts)
    except (pyarrow.ArrowException, OSError) as problem:
        raise InvalidInput(f"no sound Parquet: {str(problem)[:120]}") from None


def library() -> ModuleType:
    """pyarrow, with one thread: heavy, and only this format needs it."""
    import pyarrow.parquet  # noqa: PLC0415

    pyarrow.set_cpu_count(1)
    return pyarrow  # type: ignore[no-any-return]


def _rows(file: ParquetFile, counts: Counter[str]) -> Iterator[Raw]:
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    if file.metadata.num_rows > MAX_FEATURES:
        raise InvalidInput(f"{file.metadata.num_rows} features, want at most {MAX_FEATURES}")
    if sum(group.total_byte_size for group in groups) > MAX_BYTES:
        raise InvalidInput(f"unpacks to more than {MAX_BYTES} bytes, want a smaller file")
    column, crs = _geometry(file)
    flat = [field.name for field in file.schema_arrow if field.type.num_fields == 0]
    if column not in flat:
        raise InvalidInput(f"geometry column {column!r} is nested, want WKB")
    number = 0
    for batch in file.iter_batches(_BATCH, columns=flat, use_threads=False):
        for row in batch.to_pylist():
            wkb = row.pop(column)
            told = {name: plain for name, value in row.items() if (plain := _plain(value, counts)) is not None}
            yield Raw(number, None if wkb is None else transformed(from_wkb(number, wkb, counts), crs), told)
            number += 1


def _geometry(file: ParquetFile) -> tuple[str, str | None]:
    """The name of the geometry column and its coordinate system."""
    try:
        told = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        column = told["primary_column"]
        stated = told["columns"][column]
        if not isinstance(stated, dict):
            raise TypeError(column)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InvalidInput("Parquet without the metadata of GeoParquet, want a geometry column") from None
    if stated.get("encoding") != "WKB" or column not in file.schema_arrow.names:
        raise InvalidInput(f"geometry encoded as {str(stated.get('encoding'))[:40]!r}, want WKB")
    if "edges" in stated and stated["edges"] != "planar":
        raise InvalidInput(f"edges {str(stated['edges'])[:40]!r}, want planar")
    return column, _crs(stated)


def _crs(stated: dict[str, Any]) -> str | None:
    """PROJJSON; a missing one is CRS84 by the standard, ``null`` is refused."""
    crs = stated.get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
    if not isinstance(crs, dict):
        raise InvalidInput(f"crs: {str(crs)[:120]}, want one that is stated")
    named = crs.get("id")
    named = named if isinstance(named, dict) else {}
    return None if (named.get("authority"), str(named.get("code"))) in _LONGITUDE_FIRST else json.dumps(crs)


def _plain(value: object, counts: Counter[str]) -> str | int | float | None:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        if len(value) > MAX_VALUE:
            raise InvalidInput(f"a value of {len(value)} characters, want at most {MAX_VALUE}")
        return kept(value, counts)
    return None if not isinstance(value, bool | int | float) or isnan(value) else value
