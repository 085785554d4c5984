"""Features to table rows and back: typed columns, GeoPackage geometry, a batch at a time."""
from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput, StoreError
from geo.interval import Interval, Validity, day_number
from geo.model import Feature
from geo.schema import TIME_FIELDS, Collection, Field

Value = str | int | float | bytes | None
Row = tuple[Value, ...]
"""``geom``, ``id``, the collection's fields, then the validity: all but what the store believed when."""

OPEN_DAY = 1_000_000
"""The day number of an open end in the x-y-day index; exact in its 32-bit floats, as all days are."""

DAYS_OF_ZONES = (
    "SELECT fid, id, source_id, controller, controller_b, status, {size}, step_days, as_of, learnt, edtf,"
    " valid_from, valid_to, known_from, known_to FROM zones"
)
"""What ``days_of`` reads, after the number of the row: of every belief. ``size`` is the dialect's."""

_HEADER = struct.Struct("<2sBBi4d")
_ENVELOPE = (0, 32, 48, 48, 64)
_MULTI: Mapping[str, tuple[type[BaseGeometry], Callable[[list[Any]], BaseGeometry]]] = {
    "MULTIPOINT": (Point, MultiPoint),
    "MULTILINESTRING": (LineString, MultiLineString),
    "MULTIPOLYGON": (Polygon, MultiPolygon),
}


def columns(collection: Collection) -> tuple[Field, ...]:
    """Every column after ``fid`` and ``geom``, in order: the id, the collection's fields, both clocks."""
    return (Field("id", "text", "Made from content"), *collection.fields, *TIME_FIELDS)


def encode(collection: Collection, features: Sequence[Feature]) -> list[Row]:
    """The rows of ``features``. A single part becomes a multi where the table asks for one; empty becomes null.

    :raises InvalidInput: naming the feature and the value that does not fit the schema.
    """
    blobs = _blobs([_fitting(collection, feature) for feature in features])
    return [
        (blob, _text(feature.id, f"{collection.name}.id"), *_properties(collection, feature), *_validity(feature))
        for blob, feature in zip(blobs, features, strict=True)
    ]


def decode(collection: Collection, rows: Sequence[Row]) -> list[Feature]:
    """The features of ``rows``, each followed by ``known_from`` and ``known_to``; a geometry is GeoPackage binary or
    well-known binary."""
    geometries = shapely.from_wkb([wkb_of(row[0]) for row in rows])
    last = 2 + len(collection.fields)
    return [
        Feature(
            str(row[1]), geometry,
            {field.name: _from_column(field, row[at]) for at, field in enumerate(collection.fields, 2)},
            _validity_of(row[last:last + 6]), Interval(_day(row[-2]), _day(row[-1])),
        )
        for geometry, row in zip(geometries, rows, strict=True)
    ]


def dated(row: Sequence[Value]) -> Feature:
    """A row with its days alone: those on which it is so, and those for which a source says it."""
    id_, as_of, *valid = row
    return Feature(str(id_), None, {"as_of": as_of and json.loads(str(as_of))}, _validity_of(valid))


def days_of(row: Sequence[Value]) -> Feature:
    """A zone with its days, its sides, and of its geometry only how many bytes it takes, as ``size``."""
    id_, source, controller, other, status, size, step, as_of, learnt, edtf, *days = row
    told = {
        "source_id": source, "controller": controller, "controller_b": other, "status": status, "size": size,
        "step_days": step, "as_of": as_of and json.loads(str(as_of)), "learnt": learnt and json.loads(str(learnt)),
    }
    start, end, known_from, known_to = map(_day, days)
    valid = Validity.exactly(Interval(start, end), None if edtf is None else str(edtf))
    return Feature(str(id_), None, told, valid, Interval(known_from, known_to))


def plain(value: Value | date) -> Value:
    """A column's value as ``encode`` writes it, from whatever a database gives for it."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def are_equal(old: Sequence[Value], new: Row) -> bool:
    """Whether a row that is kept is the encoded one: its geometry may be wrapped another way."""
    return tuple(old[1:]) == tuple(new[1:]) and wkb_of(old[0]) == wkb_of(new[0])


def boxes(rows: Sequence[Row], collection: Collection) -> list[tuple[float, ...] | None]:
    """``minx, maxx, miny, maxy, minday, maxday`` of each row, days inclusive; ``None`` without geometry."""
    start = 2 + len(collection.fields)
    return [
        None if row[0] is None else (*_HEADER.unpack_from(_bytes(row[0]))[4:], *_days(row[start], row[start + 1]))
        for row in rows
    ]


def _fitting(collection: Collection, feature: Feature) -> BaseGeometry | None:
    geometry, wanted = feature.geometry, collection.geometry
    if geometry is None or geometry.is_empty:
        return None
    single, gather = _MULTI.get(wanted, (None, None))
    if gather is not None and type(geometry) is single:
        geometry = gather([geometry])
    if wanted not in ("GEOMETRY", geometry.geom_type.upper()):
        raise InvalidInput(f"{collection.name} {feature.id!r}: a {geometry.geom_type}, want a {wanted}")
    return geometry


def _blobs(geometries: list[BaseGeometry | None]) -> list[bytes | None]:
    flat = shapely.force_2d(np.array(geometries, dtype=object))
    coordinates = shapely.get_coordinates(flat)
    if not (np.isfinite(coordinates).all() and (np.abs(coordinates) <= (180, 90)).all()):
        raise InvalidInput("geometry: want finite longitudes within ±180 and latitudes within ±90")
    bounds = shapely.bounds(flat)[:, [0, 2, 1, 3]].tolist()
    bodies = shapely.to_wkb(flat, byte_order=1, flavor="iso")
    return [
        None if body is None else _HEADER.pack(b"GP", 0, 3, 4326, *box) + body
        for body, box in zip(bodies, bounds, strict=True)
    ]


def wkb_of(blob: Value) -> bytes | None:
    """The well-known binary, which GeoPackage's is wrapped around."""
    if blob is None:
        return None
    data = _bytes(blob)
    if data[:1] in (b"\0", b"\1"):
        return data
    if data[:2] != b"GP":
        raise StoreError("geometry: a row does not begin with GP, want GeoPackage binary")
    return data[8 + _ENVELOPE[(data[3] >> 1) & 7]:]


def _bytes(blob: Value) -> bytes:
    if not isinstance(blob, bytes):
        raise StoreError(f"geometry: {type(blob).__name__}, want GeoPackage binary")
    return blob


def _properties(collection: Collection, feature: Feature) -> list[Value]:
    names = {field.name for field in collection.fields}
    unknown = sorted(set(feature.properties) - names)
    if unknown:
        raise InvalidInput(f"{collection.name} {feature.id!r}: {unknown[0]!r} is no field of {collection.name}")
    return [
        _to_column(field, feature.properties.get(field.name), f"{collection.name} {feature.id!r}.{field.name}")
        for field in collection.fields
    ]


def _to_column(field: Field, value: object, where: str) -> Value:
    return None if value is None else _TO_COLUMN[field.kind](value, where)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _unfit(value, "a text", where)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise _unfit(value, "a text without NUL or lone surrogates", where)
    return value


def _integer(value: object, where: str) -> int:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or abs(int(value)) >= 2**63:
        raise _unfit(value, "a whole number", where)
    return int(value)


def _real(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
        raise _unfit(value, "a finite number", where)
    return float(value)


def _date(value: object, where: str) -> str:
    if type(value) is not date:
        raise _unfit(value, "a date", where)
    return value.isoformat()


def _boolean(value: object, where: str) -> int:
    if not isinstance(value, bool):
        raise _unfit(value, "true or false", where)
    return int(value)


def _json(value: object, where: str) -> str:
    """Sorted keys, so that equal values are equal texts."""
    try:
        text = json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
        )
    except (TypeError, ValueError, RecursionError):
        raise _unfit(value, "a value that JSON can hold", where) from None
    return _text(text, where)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _unfit(value: object, wanted: str, where: str) -> InvalidInput:
    return InvalidInput(f"{where}: {repr(value)[:80]}, want {wanted}")


_TO_COLUMN: Mapping[str, Callable[[object, str], Value]] = {
    "text": _text, "integer": _integer, "real": _real, "date": _date, "boolean": _boolean, "json": _json,
}


def _from_column(field: Field, value: Value) -> object:
    if value is None:
        return None
    if field.kind == "json":
        return json.loads(str(value))
    if field.kind == "date":
        return _day(value)
    return bool(value) if field.kind == "boolean" else value


def _validity(feature: Feature) -> tuple[Value, ...]:
    valid = feature.valid
    if valid.outer.is_empty:
        raise InvalidInput(f"{feature.id!r}: valid {valid.outer.start} to {valid.outer.end}, want at least one day")
    days = (valid.outer.start, valid.outer.end, valid.certain.start, valid.certain.end)
    return (*(None if day is None else day.isoformat() for day in days), valid.edtf, valid.precision)


def _validity_of(values: Sequence[Value]) -> Validity:
    start, end, certain_start, certain_end, edtf, precision = values
    return Validity(
        Interval(_day(start), _day(end)), Interval(_day(certain_start), _day(certain_end)),
        None if edtf is None else str(edtf), str(precision),
    )


def _day(value: Value) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _days(start: Value, end: Value) -> tuple[float, float]:
    first, after = _day(start), _day(end)
    return (
        -OPEN_DAY if first is None else day_number(first),
        OPEN_DAY if after is None else day_number(after) - 1,
    )
