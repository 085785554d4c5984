"""The routes of ``/ogc/``."""
from __future__ import annotations

from flask import Blueprint, Response, request

from geo.errors import NotFound
from geo.formats import public
from geo.model import Query
from geo.schema import COLLECTIONS
from server import caching, links, params
from server.ogc import crs, described, items, openapi
from server.resources import get_store
from server.tileservice import get_service

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
    store = get_store()
    return _json(described.collections(_root(), {name: store.summary(name) for name in COLLECTIONS}))


@bp.get("/collections/<collection>")
def collection(collection: str) -> Response:
    declared = params.collection(collection)
    return _json(described.collection(_root(), declared, get_store().summary(collection)))


@bp.get("/collections/<collection>/items")
def features(collection: str) -> Response:
    declared, args = params.collection(collection), request.args.to_dict(flat=False)
    query = items.asked(args, declared)
    version = get_service().held.version_of(collection)
    found = items.page(get_store(), declared, query)
    here = f"{_root()}collections/{collection}/items"
    packed = caching.pack(items.collection_json(found, declared, here, args).encode(), caching.accepted())
    tag = caching.name(version, here, sorted(args.items()), packed.encoding)  # the body says when it was made
    response = caching.respond(packed._replace(tag=tag), described.GEOJSON)
    response.headers.add(*crs.header(crs.asked(args)))
    return response


@bp.get("/collections/<collection>/items/<path:id_>")
def feature(collection: str, id_: str) -> Response:
    declared = params.collection(collection)
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("f", "crs"))
    system = crs.asked(args)
    found = list(public(declared, get_store().read(collection, Query(ids=(id_,)))))
    if not found:
        raise NotFound(f"feature: {id_[:80]!r}, {collection} has none of that id")
    response = _text(items.feature_json(found[0], declared, _root(), system), described.GEOJSON)
    response.headers.add(*crs.header(system))
    return response


def _root() -> str:
    return f"{links.root()}ogc/"


def _json(told: dict[str, object], mimetype: str = described.JSON) -> Response:
    params.check_names(request.args.to_dict(flat=False), ("f",))
    return _text(described.dumped(told), mimetype)


def _text(text: str, mimetype: str) -> Response:
    return caching.respond(caching.pack(text.encode(), caching.accepted()), mimetype)
