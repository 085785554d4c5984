"""The API as an OpenAPI 3.0 document, made from the schema."""
from __future__ import annotations

from geo.schema import COLLECTIONS, Collection, Field
from server import params
from server.ogc.crs import KNOWN
from server.ogc.described import GEOJSON, JSON
from server.ogc.items import LIMIT, MOST

TYPES: dict[str, dict[str, object]] = {
    "text": {"type": "string"}, "integer": {"type": "integer"}, "real": {"type": "number"},
    "date": {"type": "string", "format": "date"}, "boolean": {"type": "boolean"}, "json": {},
}

Document = dict[str, object]


def document(root: str) -> Document:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Dateline", "version": "0.1.0", "description": "OGC API – Features over the dated fronts."},
        "servers": [{"url": root.rstrip("/")}],
        "paths": {
            "/": _get("Landing page", "landing", JSON),
            "/conformance": _get("Conformance", "conformance", JSON),
            "/api": _get("This document", "api", JSON),
            "/collections": _get("Collections", "collections", JSON),
            **{path: told for declared in COLLECTIONS.values() for path, told in _paths(declared)},
        },
        "components": {"parameters": _parameters(), "responses": _responses()},
    }


def _paths(declared: Collection) -> list[tuple[str, Document]]:
    here, name = f"/collections/{declared.name}", declared.name
    fields = {field.name: field for field in declared.fields}
    own = [_filter(name_, fields.get(name_)) for name_ in params.filterable(declared)]
    shared: list[object] = [{"$ref": f"#/components/parameters/{each}"} for each in _parameters()]
    id_: Document = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    return [
        (here, _get(declared.title, f"describe_{name}", JSON)),
        (f"{here}/items", _get(f"Features of {name}", f"items_{name}", GEOJSON, [*shared, *own])),
        (f"{here}/items/{{featureId}}", _get(f"One feature of {name}", f"item_{name}", GEOJSON, [id_])),
    ]


def _get(summary: str, operation: str, mimetype: str, parameters: list[object] | None = None) -> Document:
    refused = {code: {"$ref": f"#/components/responses/{code}"} for code in ("400", "404", "503")}
    found = {"description": summary, "content": {mimetype: {"schema": {"type": "object"}}}}
    told: Document = {"summary": summary, "operationId": operation, "responses": {"200": found, **refused}}
    return {"get": {**told, "parameters": parameters} if parameters else told}


def _filter(name: str, field: Field | None) -> Document:
    schema = TYPES[field.kind] if field else {"type": "string"}
    return {"name": name, "in": "query", "required": False, "description": field.description if field else name,
            "schema": {"type": "array", "items": schema}, "style": "form", "explode": True}


def _parameters() -> dict[str, Document]:
    form: Document = {"in": "query", "required": False, "style": "form", "explode": False}
    number = {"type": "number"}
    return {
        "bbox": {**form, "name": "bbox", "description": params.WANTED_BBOX, "schema": {
            "type": "array", "items": number, "minItems": 4, "maxItems": 6}},
        "bbox-crs": {**form, "name": "bbox-crs", "description": "In what bbox is given", "schema": {
            "type": "string", "enum": [*KNOWN]}},
        "crs": {**form, "name": "crs", "description": "In what geometries are given", "schema": {
            "type": "string", "enum": [*KNOWN]}},
        "datetime": {**form, "name": "datetime", "description": params.WANTED_DATETIME, "schema": {"type": "string"}},
        "limit": {**form, "name": "limit", "description": "Features of a page", "schema": {
            "type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}},
        "cursor": {**form, "name": "cursor", "description": "Where a `next` link goes on", "schema": {
            "type": "string"}},
        params.BELIEF: {**form, "name": params.BELIEF, "description": "The belief of that day", "schema": {
            "type": "string", "format": "date"}},
    }


def _responses() -> dict[str, Document]:
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    words = {"400": "A parameter that is unknown or does not parse", "404": "Not found",
             "503": "The store cannot be read now"}
    return {code: {"description": text, "content": problem} for code, text in words.items()}
