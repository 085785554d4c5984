"""Tables of anybody's dated points, read and written piece by piece: CSV, TSV, Parquet, GeoJSON (also by lines).

A GeoJSON point, and the geometry column of GeoParquet, become the columns ``lon`` and ``lat``. JSON is parsed by ijson,
Parquet by pyarrow; neither opens anything but the file.
"""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import shapely
from shapely.geometry import Point

from geo.errors import InvalidInput, InvalidParameter

PIECE = 50_000
"""Rows held at once."""

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
        rows = _rows(file, path.suffix.lower())
        while some := list(islice(rows, PIECE)):
            yield Piece(some, file.tell())


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
    geometry, properties = feature.get("geometry") or {}, feature.get("properties") or {}
    row = dict(properties)
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        row["lon"], row["lat"] = (*geometry.get("coordinates", ()), None, None)[:2]
    return row


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
    return str(column) if column else None


def _of_wkb(row: Row, column: str) -> Row:
    wkb = row.pop(column, None)
    point = shapely.from_wkb(wkb) if isinstance(wkb, bytes) else None
    if isinstance(point, Point) and not point.is_empty:
        row["lon"], row["lat"] = point.x, point.y
    return row


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
            writers.append(csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n"))
            writers[0].writeheader()
        for row in rows:
            writers[0].writerow({name: _flat(value) for name, value in row.items()})

    yield put
    text.flush()
    text.detach()


def _into_tsv(file: IO[bytes]) -> Any:
    return _into_csv(file, "\t")


def _flat(value: object) -> object:
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
    """At the row's own position, else where its place was found."""
    positions = ((row.get("lon"), row.get("lat")), (row.get("place_lon"), row.get("place_lat")))
    at = next(([x, y] for x, y in positions if isinstance(x, float | int) and isinstance(y, float | int)), None)
    geometry = {"type": "Point", "coordinates": at} if at else None
    feature = {"type": "Feature", "geometry": geometry, "properties": row}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"), default=str)


@contextmanager
def _into_parquet(file: IO[bytes]) -> Iterator[Put]:
    import pyarrow as arrow  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    writers: list[Any] = []

    def put(rows: Sequence[Row]) -> None:
        table = arrow.Table.from_pylist(list(rows), schema=writers[0].schema if writers else None)
        if not writers:
            text = [
                field.with_type(arrow.string()) if arrow.types.is_null(field.type) else field for field in table.schema
            ]
            table = table.cast(arrow.schema(text))
            writers.append(parquet.ParquetWriter(file, table.schema, compression="zstd"))
        writers[0].write_table(table)

    yield put
    if writers:
        writers[0].close()


def columns(rows: Iterable[Row]) -> list[str]:
    """All columns of the rows, in the order in which they first come."""
    return list(dict.fromkeys(name for row in rows for name in row))
