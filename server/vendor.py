"""Leaflet, as the package XStatic-Leaflet brings it: only files whose content we have seen before."""
from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from flask import Blueprint, Response, current_app

from geo.errors import DatelineError, NotFound
from server import caching
from server.caching import Packed

bp = Blueprint("vendor", __name__, url_prefix="/vendor/leaflet-1.9.3")

HASHES = {
    "leaflet.js": "5819285cec137b229c94e1ee5ad73e8b6b84345a4367d60f75fe477fe0fb7b03",
    "leaflet.css": "90b693d86392a4779c861b28cf307e7e59c3fb35328c4d8b95f58f814d38c722",
    "images/layers.png": "1dbbe9d028e292f36fcba8f8b3a28d5e8932754fc2215b9ac69e4cdecf5107c6",
    "images/layers-2x.png": "066daca850d8ffbef007af00b06eac0015728dee279c51f3cb6c716df7c42edf",
    "images/marker-icon.png": "574c3a5cca85f4114085b6841596d62f00d7c892c7b03f28cbfa301deb1dc437",
}
"""SHA-256 of every file that is served; any other content is refused, whoever packaged it."""

MIMETYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


class VendorError(DatelineError):
    """A third-party file is missing or not the one that was checked."""


@bp.get("/<path:name>")
def serve(name: str) -> Response:
    packed = _packings(name)["" if name.endswith(".png") else caching.accepted()]
    response = caching.respond(packed, MIMETYPES[Path(name).suffix])
    response.headers["Cache-Control"] = caching.FOR_EVER
    return response


@lru_cache(maxsize=len(HASHES))
def _packings(name: str) -> Mapping[str, Packed]:
    return caching.packings(checked(name, folder()))


def folder() -> Path:
    """Where Leaflet's files are: the setting ``LEAFLET_DIR``, else the installed package."""
    configured = current_app.config.get("LEAFLET_DIR")
    return Path(configured or import_module("xstatic.pkg.leaflet").BASE_DIR)


def checked(name: str, place: Path) -> bytes:
    """The bytes of a file whose hash is known.

    :raises NotFound: for a name that is not in ``HASHES``.
    :raises VendorError: when the file is missing or has other content.
    """
    if name not in HASHES:
        raise NotFound(f"vendor file: {name[:80]!r}, want one of {', '.join(HASHES)}")
    try:
        body = (place / name).read_bytes()
    except OSError as error:
        raise VendorError(f"{name}: not in {place}, want XStatic-Leaflet 1.9.3 installed") from error
    if sha256(body).hexdigest() != HASHES[name]:
        raise VendorError(f"{name}: its content is not that of Leaflet 1.9.3 as checked, want XStatic-Leaflet 1.9.3.0")
    return body
