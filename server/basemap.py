"""The bundled basemap as GeoJSON: countries, provinces, lakes, rivers. No other server is asked."""
from __future__ import annotations

import gzip
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from flask import Blueprint, Response, request

from geo.assets import data_path
from geo.errors import NotFound

bp = Blueprint("basemap", __name__, url_prefix="/basemap")

NAMES = ("countries", "admin1", "lakes", "rivers")
DAY = 86_400


class Packed(NamedTuple):
    """A file, gzipped, and the tag that names its content."""

    body: bytes
    etag: str


@bp.get("/<name>.geojson")
def serve(name: str) -> Response:
    if name not in NAMES:
        raise NotFound(f"basemap {name!r}, want one of {', '.join(NAMES)}")
    packed = _packed(name)
    accepts_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(packed.body if accepts_gzip else gzip.decompress(packed.body), mimetype="application/geo+json")
    if accepts_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.cache_control.update(public=True, max_age=DAY)
    response.set_etag(packed.etag + ("-gz" if accepts_gzip else ""))
    return response.make_conditional(request)


@lru_cache(maxsize=len(NAMES))
def _packed(name: str) -> Packed:
    """Packed once a process: the files do not change while it runs."""
    body = data_path("basemap", f"{name}.geojson").read_bytes()
    return Packed(gzip.compress(body, 6, mtime=0), sha256(body).hexdigest()[:32])
