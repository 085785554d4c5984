"""A query as SQL: identifiers only from the schema, values always bound."""
from __future__ import annotations

from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from geo.errors import InvalidParameter, NotFound
from geo.interval import parse_day
from geo.model import BBox, Query
from geo.schema import COLLECTIONS, Collection, Field
from geo.store import filtering
from geo.store.dialect import SQLITE, Dialect, Where
from geo.store.rows import Value, columns

ID, FID = Field("id", "text", "Made from content"), Field("fid", "integer", "Number of the row")


def collection_named(name: str) -> Collection:
    """:raises NotFound: naming those there are."""
    if name not in COLLECTIONS:
        raise NotFound(f"collection: {name!r}, want one of {', '.join(COLLECTIONS)}")
    return COLLECTIONS[name]


def where(
    collection: Collection, query: Query, dialect: Dialect = SQLITE, *, every_belief: bool = False
) -> Where:
    """All of ``query`` but its limit, offset and the exact geometry (the index only knows boxes).

    ``every_belief`` also finds what the store no longer believes.

    :raises InvalidParameter: for a field that the schema does not have, or a value of another type.
    """
    parts = [filtering.behind(collection, query, dialect), *_equalities(collection, query, dialect)]
    if query.when is not None:
        parts.append(dialect.overlapping(query.when))
    if query.ids:
        parts.append(dialect.among(ID, query.ids))
    if query.filter is not None:
        parts.append(filtering.condition(collection, query.filter, dialect))
        parts += [dialect.near(collection, halves(box), query.when) for box in filtering.hulls(query.filter)]
    parts.append(Where("TRUE", ()) if every_belief else _belief(query))
    if query.bbox is not None:
        parts.append(dialect.near(collection, halves(query.bbox), query.when))
    present = [part for part in parts if part.sql]
    return Where(" AND ".join(part.sql for part in present), tuple(v for part in present for v in part.values))


def area(bbox: BBox) -> BaseGeometry:
    """The bbox as geometry: two halves across the antimeridian, a line or point when it has no width."""
    if bbox.west > bbox.east:
        return unary_union([area(half) for half in halves(bbox)])
    if bbox[:2] == bbox[2:]:
        return Point(bbox[:2])
    if bbox.west == bbox.east or bbox.south == bbox.north:
        return LineString([bbox[:2], bbox[2:]])
    return box(*bbox)


def halves(bbox: BBox) -> tuple[BBox, ...]:
    """One bbox, or the two west and east of the antimeridian."""
    if bbox.west <= bbox.east:
        return (bbox,)
    return (bbox._replace(east=180.0), bbox._replace(west=-180.0))


def _belief(query: Query) -> Where:
    if query.as_known_on is None:
        return Where("known_to IS NULL", ())
    day = query.as_known_on.isoformat()
    return Where("known_from <= ? AND (known_to IS NULL OR known_to > ?)", (day, day))


def _equalities(collection: Collection, query: Query, dialect: Dialect) -> list[Where]:
    fields = {field.name: field for field in columns(collection) if field.kind != "json"}
    parts = []
    for name, wanted in query.where.items():
        if name not in fields:
            known = ", ".join(fields)
            raise InvalidParameter(f"{name}: no field of {collection.name} to filter by, want one of {known}")
        parts.append(dialect.among(fields[name], tuple(_typed(fields[name], text) for text in wanted)))
    return parts


def _typed(field: Field, text: str) -> Value:
    """The column's value that ``text`` means."""
    try:
        if field.kind == "integer":
            return _within_64_bits(int(text))
        if field.kind == "real":
            return float(text)
        if field.kind == "boolean":
            return ("false", "true").index(text)
    except ValueError:
        wanted = {"integer": "a whole number", "real": "a number", "boolean": "true or false"}[field.kind]
        raise InvalidParameter(f"{field.name}: {text!r}, want {wanted}") from None
    return parse_day(text).isoformat() if field.kind == "date" else text


def _within_64_bits(number: int) -> int:
    if abs(number) >= 2**63:
        raise ValueError(number)
    return number
