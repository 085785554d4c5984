"""``/tiles/….png``: the same tiles as pictures, of one day, for programs that draw no vector tiles."""
from __future__ import annotations

from flask import Blueprint, Response

from server.tileservice import respond

bp = Blueprint("rasters", __name__, url_prefix="/tiles")


@bp.get("/<collection>/<z>/<x>/<int:y>@2x.png", defaults={"scale": 2})
@bp.get("/<collection>/<z>/<x>/<y>.png", defaults={"scale": 1})
def tile(collection: str, z: str, x: str, y: str | int, scale: int) -> Response:
    return respond(collection, (z, x, str(y)), scale)
