"""The routes of ``/ogc/``."""
from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from geo.errors import NotFound
from geo.formats import public
from geo.model import Query
from geo.schema import COLLECTIONS
from server import caching, links, params
from server.ogc import described, forms, items, openapi, queryables
from server.resources import get_store, get_summary

bp = Blueprint("ogc", __name__, url_prefix="/ogc")


@bp.get("/")
@bp.get("", endpoint="landing_bare")
def landing() -> Response:
    return _json(described.landing(_root()))


@bp.get("/conformance")
def conformance() -> Response:
    return _json(described.conformance(_root()))


@bp.get("/api")
def api() -> Response:
    return _json(openapi.document(_root()), described.OPENAPI)


@bp.get("/collections")
def collections() -> Response:
    return _json(described.collections(_root(), {name: get_summary(name) for name in COLLECTIONS}))


@bp.get("/collections/<collection>")
def collection(collection: str) -> Response:
    declared = params.collection(collection)
    return _json(described.collection(_root(), declared, get_summary(collection)))


@bp.get("/collections/<collection>/queryables")
def to_query(collection: str) -> Response:
    return _json(queryables.queryables(_root(), params.collection(collection)), described.SCHEMA)


@bp.get("/collections/<collection>/sortables")
def to_sort(collection: str) -> Response:
    return _json(queryables.sortables(_root(), params.collection(collection)), described.SCHEMA)


@bp.get("/collections/<collection>/items")
def features(collection: str) -> Response:
    declared, args = params.collection(collection), request.args.to_dict(flat=False)
    query, look, summary = items.asked(args, declared), items.look(args, declared), get_summary(collection)
    found = items.page(get_store(), declared, query)
    if items.is_whole(query):
        found = replace(found, matched=summary.count)
    here = f"{_root()}collections/{collection}/items"
    links = items.page_links(found, here, args)
    packed = caching.pack(items.collection_json(found, declared, look, links).encode(), caching.accepted())
    tag = caching.name(summary.version, here, sorted(args.items()), packed.encoding)  # the body says when it was made
    response = caching.respond(packed._replace(tag=tag), described.GEOJSON)
    response.headers.extend(items.headers(look))
    return response


@bp.get("/collections/<collection>/items/<path:id_>")
def feature(collection: str, id_: str) -> Response:
    declared = params.collection(collection)
    args = request.args.to_dict(flat=False)
    params.check_names(args, items.OF_ONE)
    look = items.look(args, declared)
    found = list(public(declared, get_store().read(collection, Query(ids=(id_,)))))
    if not found:
        raise NotFound(f"feature: {id_[:80]!r}, {collection} has none of that id")
    links = items.feature_links(id_, f"{_root()}collections/{collection}", args)
    response = _text(items.feature_json(found[0], look, links), described.GEOJSON)
    response.headers.extend(items.headers(look))
    return response


def _root() -> str:
    return f"{links.root()}ogc/"


def _json(told: dict[str, object], mimetype: str = described.JSON) -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("f",))
    forms.wanted(args)
    return _text(described.dumped(told), mimetype)


def _text(text: str, mimetype: str) -> Response:
    return caching.respond(caching.pack(text.encode(), caching.accepted()), mimetype)
