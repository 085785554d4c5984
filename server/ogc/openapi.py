"""The API as an OpenAPI 3.0 document, made from the schema."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from types import MappingProxyType

from geo import grid
from geo.schema import COLLECTIONS, Collection
from server import params
from server.ogc import bounded, cursor, forms, items
from server.ogc.crs import KNOWN
from server.ogc.described import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from server.ogc.items import LIMIT, MOST
from server.ogc.queryables import TYPES
from server.ogc.tiles import KINDS, SET

Document = dict[str, object]

CODES = {
    "400": "A parameter that is unknown or does not parse", "404": "Not found", "503": "The store cannot be read now"}


def document(root: str) -> Document:
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Dateline", "version": version("dateline"), "description": "OGC API over dated fronts"},
        "servers": [{"url": root.rstrip("/")}],
        "paths": {
            "/": _get("Landing page", "landing", JSON, FORM),
            "/conformance": _get("Conformance", "conformance", JSON, FORM),
            "/api": _get("This document", "api", OPENAPI),
            "/collections": _get("Collections", "collections", JSON, FORM),
            "/tileMatrixSets": _get("How tiles lie", "tileMatrixSets", JSON),
            f"/tileMatrixSets/{SET}": _get("Web Mercator", "tileMatrixSet", JSON),
            **{path: told for declared in COLLECTIONS.values() for path, told in _paths(declared)},
        },
        "components": {"parameters": _parameters(), "responses": _responses()},
    }


def _paths(declared: Collection) -> list[tuple[str, Document]]:
    here, name = f"/collections/{declared.name}", declared.name
    own = [_filter(declared, name_) for name_ in params.filterable(declared)]
    choice = [_choice("sortby", "Fields to sort by, - before one for the other way round", items.sorters(declared)),
              _properties(declared)]
    id_: Document = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    shared = [_ref(each) for each in _parameters() if each != "f"]
    return [
        (here, _get(declared.title, f"describe_{name}", JSON, FORM)),
        (f"{here}/queryables", _get(f"What to filter {name} by", f"queryables_{name}", SCHEMA)),
        (f"{here}/sortables", _get(f"What to sort {name} by", f"sortables_{name}", SCHEMA)),
        (f"{here}/items", _get(f"Features of {name}", f"items_{name}", GEOJSON, [*shared, ITEM_FORM, *choice, *own])),
        (f"{here}/items/{{featureId}}", _get(f"One feature of {name}", f"item_{name}", GEOJSON, [
            id_, _ref("crs"), _ref("profile"), ITEM_FORM, choice[1]])),
        *(path for kind in KINDS for path in _tile_paths(declared, kind)),
    ]


def _tile_paths(declared: Collection, kind: str) -> list[tuple[str, Document]]:
    here, (data, mimetype, form) = f"/collections/{declared.name}/{kind}", KINDS[kind]
    name, days = f"{data}_{declared.name}", [_ref("datetime"), _ref(params.BELIEF)]
    address: list[Document] = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0, "maximum": most}}
        for each, most in (("tileMatrix", grid.MAX_ZOOM), ("tileRow", 2**24), ("tileCol", 2**24))]
    forms: Document = {"name": "f", "in": "query", "required": False, "schema": {"type": "string", "enum": [form]}}
    binary: Document = {mimetype: {"schema": {"type": "string", "format": "binary"}}}
    empty = {"204": {"description": "There is nothing"}}
    tile = _get(f"A {data} tile of {declared.name}", f"tile_{name}", binary, [*address, *days, forms], empty)
    return [
        (here, _get(f"Tile sets of {name}", f"tilesets_{name}", JSON)),
        (f"{here}/{SET}", _get(f"The tile set of {name}", f"tileset_{name}", JSON)),
        (f"{here}/{SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", tile),
    ]


def _ref(parameter: str) -> Document:
    return {"$ref": f"#/components/parameters/{parameter}"}


FORM: list[Document] = [_ref("f")]
ITEM_FORM: Document = {
    "name": "f", "in": "query", "required": False, "description": "The form of the answer",
    "schema": {"type": "string", "enum": [*items.FORMS]}}


def _get(
    summary: str, operation: str, content: str | Document, parameters: Sequence[Document] = (),
    also: Mapping[str, object] = MappingProxyType({}),
) -> Document:
    """``content`` is a media type, of which there is a page too where a form may be asked for, or what OpenAPI says."""
    refused = {code: {"$ref": f"#/components/responses/{code}"} for code in CODES}
    if isinstance(content, str):
        page: Document = {HTML: {"schema": {"type": "string"}}} if parameters else {}
        content = {content: {"schema": {"type": "object"}}, **page}
    found = {"200": {"description": summary, "content": content}, **also, **refused}
    return {"get": {"summary": summary, "operationId": operation, "parameters": [*parameters], "responses": found}}


def _filter(declared: Collection, name: str) -> Document:
    told = next(field for field in items.fields(declared) if field.name == name)
    return {"name": name, "in": "query", "required": False, "description": told.description,
            "schema": {"type": "array", "items": TYPES[told.kind]}, "style": "form", "explode": True}


def _properties(declared: Collection) -> Document:
    return _choice("properties", "Only these properties", items.shown(declared))


def _choice(name: str, description: str, among: list[str]) -> Document:
    one = {"type": "string", "enum": among}
    most = {"maxItems": cursor.MOST_KEYS, "uniqueItems": True} if name == "sortby" else {}
    return {"name": name, "in": "query", "required": False, "description": description, "style": "form",
            "explode": False, "schema": {"type": "array", "items": one, "minItems": 1, **most}}


def _parameters() -> dict[str, Document]:
    def told(name: str, description: str, schema: Document) -> Document:
        return {"name": name, "in": "query", "required": False, "description": description, "schema": schema,
                "style": "form", "explode": False}

    text: Document = {"type": "string"}
    system: Document = {"type": "string", "enum": [*KNOWN]}
    box: Document = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    count: Document = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
    every = (
        told("bbox", params.WANTED_BBOX, box),
        told("bbox-crs", "In what bbox is given", system),
        told("crs", "In what geometries are given", system),
        told("datetime", params.WANTED_DATETIME, text),
        told("filter", "A condition in CQL2; see the queryables", {"type": "string", "maxLength": bounded.LONGEST}),
        told("filter-lang", "In what the condition is written", {
            "type": "string", "enum": [*bounded.LANGUAGES], "default": bounded.TEXT}),
        told("filter-crs", "In what the condition's geometries are given", system),
        told("limit", "Features of a page", count),
        told("cursor", "Where a `next` link goes on", text),
        told("profile", "jsonfg: with their days as time", text),
        told(params.BELIEF, "The belief of that day", {"type": "string", "format": "date"}),
        told("f", "The form of the answer", {"type": "string", "enum": [forms.JSON, forms.HTML]}),
    )
    return {str(each["name"]): each for each in every}


def _responses() -> dict[str, Document]:
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    return {code: {"description": text, "content": problem} for code, text in CODES.items()}
