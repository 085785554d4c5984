"""The bundled basemap as GeoJSON: countries, provinces, lakes, rivers. No other server is asked."""
from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, Response

from geo.assets import data_path
from geo.errors import NotFound
from server import caching
from server.caching import Packed

bp = Blueprint("basemap", __name__, url_prefix="/basemap")

NAMES = ("countries", "admin1", "lakes", "rivers")
DAY = 86_400


@bp.get("/<name>.geojson")
def serve(name: str) -> Response:
    if name not in NAMES:
        raise NotFound(f"basemap: {name[:40]!r}, want one of {', '.join(NAMES)}")
    response = caching.respond(_packed(name, caching.accepted()), "application/geo+json")
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


@lru_cache
def _packed(name: str, encoding: str) -> Packed:
    """Packed once a process: the files do not change while it runs."""
    return caching.pack(data_path("basemap", f"{name}.geojson").read_bytes(), encoding)
