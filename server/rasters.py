"""``/tiles/….png``: the same tiles as pictures, of one day, for programs that draw no vector tiles."""
from __future__ import annotations

from flask import Blueprint, Response, request

from server import caching
from server.tileservice import get_service

bp = Blueprint("rasters", __name__, url_prefix="/tiles")


@bp.get("/<collection>/<z>/<x>/<int:y>@2x.png", defaults={"scale": 2})
@bp.get("/<collection>/<z>/<x>/<y>.png", defaults={"scale": 1})
def tile(collection: str, z: str, x: str, y: str | int, scale: int) -> Response:
    service, address = get_service(), (request.path, request.query_string.decode("latin-1"))
    met = service.meant(address, collection, (z, x, str(y)), scale)
    packed = service.packed(met.found, caching.accepted())
    return caching.as_response(service.answer(met.asked, met.found, packed, request.headers.get("If-None-Match")))
