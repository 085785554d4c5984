"""``/tiles/``: vector tiles of every collection, one day or a window of days, and their TileJSON."""
from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, json, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geo.errors import NotFound
from server import caching, links, params
from server.caching import Packed
from server.params import BadParameter
from server.resources import get_store, get_tiles
from server.tilejson import Origin, described
from server.tileservice import get_service, respond
from server.tilesets import tile_numbers

bp = Blueprint("tiles", __name__, url_prefix="/tiles")


@bp.get("/<collection>/<z>/<x>/<y>.mvt")
def tile(collection: str, z: str, x: str, y: str) -> Response:
    return respond(collection, (z, x, y))


@bp.get("/<collection>/features/<int:number>")
def feature(collection: str, number: int) -> BaseResponse:
    """To the feature that tiles know by a number, as GeoJSON; areas and lines in windows of days say nothing else.

    A number holds for one version of the collection, which ``v`` must name as TileJSON does.
    """
    declared, args = params.collection(collection), request.args.to_dict(flat=False)
    params.check_names(args, (params.VERSION,))
    version = get_service().version(collection)
    if params.once(args, params.VERSION, str, "a version") != version:
        raise BadParameter(params.VERSION, request.args.get("v", ""), f"the version of the tiles, now {version}")
    id_ = tile_numbers(declared, get_store()).id_of(number)
    if id_ is None:
        raise NotFound(f"feature: {number}, no tile of {collection} has it now")
    return redirect(f"{links.root()}export/{collection}.geojson?{urlencode({'id': id_})}", 303)


@bp.get("/<collection>.json")
def tilejson(collection: str) -> Response:
    declared = params.collection(collection)
    args = request.args.to_dict(flat=False)
    params.check_names(args, (params.BELIEF, params.VERSION))
    day, encoding, version = params.as_known_on(args), caching.accepted(), get_service().version(collection)

    def make() -> Packed:
        belief = f"&{params.BELIEF}={day}" if day else ""
        address = f"{links.root()}tiles/{collection}/{{z}}/{{x}}/{{y}}.mvt?v={version}{belief}"
        origin = Origin(address, current_app.config["ATTRIBUTION"], int(current_app.config["MAX_ZOOM"]))
        return caching.pack(json.dumps(described(declared, get_store(), origin, day)).encode(), encoding)

    packed = get_tiles().get((version, collection, links.root(), day, encoding), make)
    return caching.respond(packed, "application/json")
