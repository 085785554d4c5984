"""``/tiles/….png``: the same tiles as pictures, of one day, for programs that draw no vector tiles."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, request

from geo import grid, png
from geo.model import Query
from geo.schema import Collection
from geo.standing import standing
from geo.store import Store
from server import caching, params
from server.caching import Packed
from server.params import BadParameter
from server.resources import get_belief, get_store, get_styles, get_tiles

bp = Blueprint("rasters", __name__, url_prefix="/tiles")


@bp.get("/<collection>/<z>/<x>/<int:y>@2x.png", defaults={"scale": 2})
@bp.get("/<collection>/<z>/<x>/<y>.png", defaults={"scale": 1})
def tile(collection: str, z: str, x: str, y: str | int, scale: int) -> Response:
    address, declared = grid.parse_tile(z, x, str(y)), params.collection(collection)
    wanted = params.query(request.args.to_dict(flat=False), declared, params.SEARCH)
    wanted = replace(wanted, as_known_on=get_belief(wanted.as_known_on, collection))
    canvas = png.Canvas(address, _day(wanted), scale, get_styles())
    store = get_store()
    version = f"{store.version()}-png{png.ENCODING}"
    key = (version, collection, address, scale, repr(wanted))
    packed = get_tiles().get(key, lambda: _painted(store, declared, wanted, canvas))
    return caching.respond(packed, "image/png", version=version)


def _day(wanted: Query) -> date:
    """A picture shows one day: it cannot be scrubbed."""
    when = wanted.when
    if when is None or when.days != 1 or when.start is None:
        raise BadParameter("datetime", request.args.get("datetime", ""), "one day, as YYYY-MM-DD")
    return when.start


def _painted(store: Store, declared: Collection, wanted: Query, canvas: png.Canvas) -> Packed:
    area = grid.bounds(canvas.tile, png.AROUND / png.SIDE)
    rows = standing(declared, store.read(declared.name, replace(wanted, bbox=area)))
    return caching.pack(png.encode(rows, canvas))
