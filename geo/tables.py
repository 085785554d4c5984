"""Tables of anybody's dated points, lines and areas, read and written piece by piece: CSV, TSV, Parquet, GeoJSON (also
by lines).

A point of GeoJSON or GeoParquet becomes the columns ``lon`` and ``lat``, any other geometry the column ``geometry``.
Geometries are written back as such to GeoJSON and to Parquet, which is always GeoParquet; to CSV lines and areas are
written as WKT. JSON is parsed by ijson, Parquet by pyarrow; neither opens anything but the file.
"""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import shapely
from shapely.geometry import Point, mapping
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput, InvalidParameter

PIECE = 50_000
"""Rows held at once, or fewer when they are long."""

PIECE_BYTES = 32 * 2**20
"""From this many bytes of a text file on, about, a piece is whole."""

GEOMETRY = "geometry"
"""The column of a row's ground: a shapely geometry, or ``None``."""

Row = dict[str, object]

JSON, LINES = (".geojson", ".json"), (".geojsonl", ".geojsons", ".geojsonseq", ".jsonl", ".ndjson")
ENDINGS = (".csv", ".tsv", ".parquet", ".geoparquet", *JSON, *LINES)


class Piece(NamedTuple):
    """Some rows, and how many bytes of the file are read with them, about."""

    rows: list[Row]
    read: int


def read(path: Path) -> Iterator[Piece]:
    """The rows of a file in order, by its ending.

    :raises InvalidParameter: for an ending that is none of ``ENDINGS``.
    :raises InvalidInput: naming the file, where it is not what its ending says.
    """
    ending = checked_ending(path)
    reader = _parquet if "parquet" in ending else _text
    try:
        yield from reader(path)
    except (OSError, ValueError, csv.Error) as problem:  # pyarrow's errors are ValueErrors, too
        raise InvalidInput(f"{path.name}: {problem}, want a {ending[1:]} file") from None


def checked_ending(path: Path) -> str:
    """:raises InvalidParameter: naming the endings there are."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise InvalidParameter(f"file: {path.name!r}, want one that ends in {', '.join(ENDINGS)}")
    return ending


def _text(path: Path) -> Iterator[Piece]:
    with path.open("rb") as file:
        rows: list[Row] = []
        begun = 0
        for row in _rows(file, path.suffix.lower()):
            rows.append(row)
            if len(rows) >= PIECE or file.tell() - begun >= PIECE_BYTES:
                yield Piece(rows, begun := file.tell())
                rows = []
        if rows:
            yield Piece(rows, file.tell())


def _rows(file: IO[bytes], ending: str) -> Iterator[Row]:
    if ending in JSON:
        yield from map(_of_feature, _features(file))
        return
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    if ending in LINES:
        yield from (_of_feature(json.loads(line.lstrip("\x1e"))) for line in text if line.strip("\x1e \t\r\n"))
    else:
        yield from csv.DictReader(text, delimiter="\t" if ending == ".tsv" else ",", restkey="more", restval="")
    text.detach()  # else it would close the file, whose position is still asked for


def _features(file: IO[bytes]) -> Iterator[Any]:
    import ijson  # noqa: PLC0415  only those who bring JSON need it

    try:
        yield from ijson.items(file, "features.item", use_float=True)
    except ijson.JSONError as problem:
        raise ValueError(str(problem)) from None


def _of_feature(feature: Any) -> Row:
    if not isinstance(feature, dict):
        raise ValueError(f"feature {str(feature)[:60]!r} is no object")
    geometry = feature.get("geometry")
    row = dict(feature.get("properties") or {})
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        row["lon"], row["lat"] = (*geometry.get("coordinates", ()), None, None)[:2]
        geometry = None
    return _with_ground(row, _of_json(geometry) if geometry else None)


def _with_ground(row: Row, ground: object) -> Row:
    """The same columns for points and for other ground, so that they may follow each other."""
    row.setdefault("lon", None)
    row.setdefault("lat", None)
    row[GEOMETRY] = ground
    return row


def _of_json(geometry: object) -> object:
    """The geometry, or its text where it is none: what is wrong is told with the row."""
    text = json.dumps(geometry)
    try:
        return shapely.from_geojson(text)
    except shapely.GEOSException:
        return text


def _parquet(path: Path) -> Iterator[Piece]:
    from pyarrow import parquet  # noqa: PLC0415  heavy, and only for Parquet

    with parquet.ParquetFile(path) as file:
        column = _geometry_column(file.schema_arrow.metadata or {})
        size, count, done = path.stat().st_size, max(file.metadata.num_rows, 1), 0
        for batch in file.iter_batches(PIECE):
            rows = batch.to_pylist()
            done += len(rows)
            yield Piece([_of_wkb(row, column) for row in rows] if column else rows, size * done // count)


def _geometry_column(metadata: dict[bytes, bytes]) -> str | None:
    told = json.loads(metadata.get(b"geo", b"{}"))
    column = told.get("primary_column")
    if not column:
        return None
    crs = told.get("columns", {}).get(column, {}).get("crs") or {}
    known = crs.get("id", {})
    if crs.get("type") == "ProjectedCRS" or known.get("code", 4326) not in (4326, "CRS84"):
        raise ValueError(f"crs: {crs.get('name')!r}, want longitude and latitude (EPSG:4326)")
    return str(column)


def _of_wkb(row: Row, column: str) -> Row:
    wkb = row.pop(column, None)
    ground = shapely.from_wkb(wkb) if isinstance(wkb, bytes) else None
    if isinstance(ground, Point) and not ground.is_empty:
        row["lon"], row["lat"], ground = ground.x, ground.y, None
    return _with_ground(row, ground)


Put = Callable[[Sequence[Row]], None]


@contextmanager
def writing(path: Path) -> Iterator[Put]:
    """A function that appends rows to a new file; a failure leaves none. The first rows say which columns there are;
    columns of Parquet that are empty there are text."""
    ending = checked_ending(path)
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file, _writer(ending)(file) as put:
            yield put
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _writer(ending: str) -> Callable[[IO[bytes]], Any]:
    if "parquet" in ending:
        return _into_parquet
    if ending in (*JSON, *LINES):
        return _into_json if ending in JSON else _into_lines
    return _into_tsv if ending == ".tsv" else _into_csv


@contextmanager
def _into_csv(file: IO[bytes], delimiter: str = ",") -> Iterator[Put]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writers: list[csv.DictWriter[str]] = []

    def put(rows: Sequence[Row]) -> None:
        if not writers and rows:
            names = [name for name in rows[0] if name != GEOMETRY or not all(_is_plain(row) for row in rows)]
            table = csv.DictWriter(text, names, delimiter=delimiter, lineterminator="\n", extrasaction="ignore")
            table.writeheader()
            writers.append(table)
        for row in rows:
            writers[0].writerow({name: _flat(value) for name, value in row.items()})

    yield put
    text.flush()
    text.detach()


def _into_tsv(file: IO[bytes]) -> Any:
    return _into_csv(file, "\t")


def _is_plain(row: Row) -> bool:
    """Whether two columns of degrees say all of the row's ground."""
    return row.get(GEOMETRY) is None or isinstance(row[GEOMETRY], Point)


def _flat(value: object) -> object:
    if isinstance(value, BaseGeometry):
        return value.wkt
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


@contextmanager
def _into_lines(file: IO[bytes]) -> Iterator[Put]:
    yield lambda rows: file.writelines(f"{_feature(row)}\n".encode() for row in rows)


@contextmanager
def _into_json(file: IO[bytes]) -> Iterator[Put]:
    comma = ""

    def put(rows: Sequence[Row]) -> None:
        nonlocal comma
        for row in rows:
            file.write(f"{comma}{_feature(row)}".encode())
            comma = ",\n"

    file.write(b'{"type":"FeatureCollection","features":[\n')
    yield put
    file.write(b"\n]}\n")


def _feature(row: Row) -> str:
    properties = {name: value for name, value in row.items() if name != GEOMETRY}
    ground = row.get(GEOMETRY)
    geometry = mapping(ground) if isinstance(ground, BaseGeometry) else None
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"), default=str)


_GEO = {"version": "1.0.0", "primary_column": GEOMETRY,
        "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": []}}}
"""GeoParquet 1.0.0; without ``crs`` it is longitude and latitude in WGS 84."""


@contextmanager
def _into_parquet(file: IO[bytes]) -> Iterator[Put]:
    import pyarrow as arrow  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    writers: list[Any] = []

    def put(rows: Sequence[Row]) -> None:
        plain = [{**row, GEOMETRY: _wkb(row.get(GEOMETRY))} for row in rows]
        table = arrow.Table.from_pylist(plain, schema=writers[0].schema if writers else None)
        if not writers:
            kinds = [_kind(field, arrow) for field in table.schema]
            table = table.cast(arrow.schema(kinds, {"geo": json.dumps(_GEO)}))
            writers.append(parquet.ParquetWriter(file, table.schema, compression="zstd"))
        writers[0].write_table(table)

    yield put
    if writers:
        writers[0].close()


def _kind(field: Any, arrow: Any) -> Any:
    empty = arrow.binary() if field.name == GEOMETRY else arrow.string()
    return field.with_type(empty) if arrow.types.is_null(field.type) else field


def _wkb(ground: object) -> bytes | None:
    return ground.wkb if isinstance(ground, BaseGeometry) else None


def columns(rows: Iterable[Row]) -> list[str]:
    """All columns of the rows, in the order in which they first come."""
    return list(dict.fromkeys(name for row in rows for name in row))
