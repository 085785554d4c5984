"""By what a collection may be filtered and sorted: never private fields, for a filter can be asked until it gives
them away."""
from __future__ import annotations

from geo.schema import TIME_FIELDS, Collection
from server import params
from server.ogc.described import SCHEMA, link

GEOMETRY, TIME = "geometry", "time"
"""The feature's ground, and its own days: beside the fields, what functions of space and time may be asked of."""

TYPES: dict[str, dict[str, object]] = {
    "text": {"type": "string"}, "integer": {"type": "integer"}, "real": {"type": "number"},
    "date": {"type": "string", "format": "date"}, "boolean": {"type": "boolean"}, "json": {},
}
_GEOMETRIES = {
    "POINT": "geometry-point", "MULTIPOINT": "geometry-multipoint", "MULTIPOLYGON": "geometry-multipolygon",
    "MULTILINESTRING": "geometry-multilinestring", "GEOMETRY": "geometry-any",
}


def kinds(declared: Collection) -> dict[str, str]:
    """The kind of each field to filter by."""
    among = {field.name: field.kind for field in (*declared.fields, *TIME_FIELDS)}
    days = [field.name for field in TIME_FIELDS if field.kind == "date"]
    return {"id": "text"} | {name: among[name] for name in (*params.filterable(declared), *days)}


def queryables(root: str, declared: Collection) -> dict[str, object]:
    """JSON Schema of what may stand in a filter."""
    told = _schema(f"{root}collections/{declared.name}/queryables", declared)
    told["properties"] = {
        GEOMETRY: {"title": GEOMETRY, "x-ogc-role": "primary-geometry", "format": _GEOMETRIES[declared.geometry]},
        TIME: {
            "title": TIME, "description": "Its days, for T_INTERSECTS and the other functions of time; undated rows"
            " have none", "type": "array", "items": TYPES["date"], "minItems": 2, "maxItems": 2},
        **_fields(declared),
    }
    return told


def sortables(root: str, declared: Collection) -> dict[str, object]:
    """JSON Schema of what may stand in ``sortby``."""
    told = _schema(f"{root}collections/{declared.name}/sortables", declared)
    told["properties"] = _fields(declared)
    return told


def _schema(here: str, declared: Collection) -> dict[str, object]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": here, "type": "object",
        "title": declared.title, "description": declared.description, "additionalProperties": False,
        "links": [link("self", here, "This document", SCHEMA)],
    }


def _fields(declared: Collection) -> dict[str, object]:
    told = {field.name: field.description for field in (*declared.fields, *TIME_FIELDS)}
    told["id"] = "Made from content"
    return {name: {"title": name, "description": told[name], **TYPES[kind]} for name, kind in kinds(declared).items()}
