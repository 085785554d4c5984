"""The routes of ``/ogc/``."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, request

from geo.errors import NotFound
from geo.formats import public
from geo.model import Query
from geo.schema import COLLECTIONS
from server import caching, links, params
from server.ogc import described, forms, items, openapi, pages, queryables
from server.ogc.described import GEOJSON, HTML, JSON, OPENAPI, SCHEMA
from server.ogc.pages import Sheet
from server.resources import get_count, get_store, get_summary

bp = Blueprint("ogc", __name__, url_prefix="/ogc")


@bp.get("/")
@bp.get("", endpoint="landing_bare")
def landing() -> Response:
    return _either(lambda: described.landing(_root()), lambda: pages.landing(_root()))


@bp.get("/conformance")
def conformance() -> Response:
    return _either(lambda: described.conformance(_root()), lambda: pages.conformance(_root()))


@bp.get("/api")
def api() -> Response:
    return _json(openapi.document(_root()), OPENAPI)


@bp.get("/collections")
def collections() -> Response:
    known = {name: get_summary(name) for name in COLLECTIONS}
    return _either(lambda: described.collections(_root(), known), lambda: pages.collections(_root(), known))


@bp.get("/collections/<collection>")
def collection(collection: str) -> Response:
    declared = params.collection(collection)
    asked = _root(), declared, get_summary(collection)
    return _either(lambda: described.collection(*asked), lambda: pages.collection(*asked))


@bp.get("/collections/<collection>/queryables")
def to_query(collection: str) -> Response:
    return _json(queryables.queryables(_root(), params.collection(collection)), SCHEMA)


@bp.get("/collections/<collection>/sortables")
def to_sort(collection: str) -> Response:
    return _json(queryables.sortables(_root(), params.collection(collection)), SCHEMA)


@bp.get("/collections/<collection>/items")
def features(collection: str) -> Response:
    declared, args = params.collection(collection), _filled(request.args.to_dict(flat=False))
    query, look, store = items.asked(args, declared), items.look(args, declared), get_store()
    version = store.version()
    found = items.page(store, declared, query)
    if items.is_whole(query):
        found = replace(found, matched=get_count(collection))
    if look.form == forms.HTML:
        return _text(pages.page(_root(), declared, found, args).html(), HTML)
    here = f"{_root()}collections/{collection}/items"
    told = items.collection_json(found, declared, look, items.page_links(found, here, args))
    tag = caching.name(version, here, sorted(args.items()), look)  # the body says when it was made
    response = _text(told, GEOJSON, tag)
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
    if look.form == forms.HTML:
        return _text(pages.feature(_root(), declared, found[0], args).html(), HTML)
    above = f"{_root()}collections/{collection}"
    response = _text(items.feature_json(found[0], look, items.feature_links(id_, above, args)), GEOJSON)
    response.headers.extend(items.headers(look))
    return response


def _root() -> str:
    return f"{links.root()}ogc/"


def _either(told: Callable[[], dict[str, object]], sheet: Callable[[], Sheet]) -> Response:
    """The document, or the page that shows the same."""
    if _form((forms.JSON, forms.HTML)) == forms.HTML:
        return _text(sheet().html(), HTML)
    return _text(described.dumped(told()), JSON)


def _json(told: dict[str, object], mimetype: str) -> Response:
    _form((forms.JSON,))
    return _text(described.dumped(told), mimetype)


def _filled(args: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without what a page's form sends empty."""
    return {name: values for name, values in args.items() if values != [""] or args.get("f") != [forms.HTML]}


def _form(known: tuple[str, ...]) -> str:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("f",))
    return forms.wanted(args, known)


def _text(text: str, mimetype: str, tag: str = "") -> Response:
    """``tag`` names the content, where the body itself does not."""
    packed = caching.pack(text.encode(), caching.accepted())
    if tag:
        packed = packed._replace(tag=f"{tag}-{packed.encoding}")
    response = caching.respond(packed, f"{mimetype}; charset=utf-8" if mimetype == HTML else mimetype)
    response.vary.add("Accept")
    return response
