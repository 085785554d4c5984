"""The pages' own scripts and styles, packed, under an address that names their content: kept for ever by a browser."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, current_app, url_for

from geo.errors import NotFound
from server import caching
from server.caching import Packed

bp = Blueprint("assets", __name__, url_prefix="/assets")

MIMETYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
DESK = "js/desk/"
"""The scripts of the editors' page, which no reader needs."""
FOLDER = Path(__file__).parent / "static"


class Assets(NamedTuple):
    """Every file by its name below ``static/``, in every encoding, and the version that they make together."""

    files: Mapping[str, Mapping[str, Packed]]
    version: str


@bp.get("/<version>/<path:name>")
def serve(version: str, name: str) -> Response:
    """A script imports its neighbours by relative addresses, so all share the version of the folder."""
    assets = _assets()
    if name not in assets.files:
        raise NotFound(f"asset: {name[:80]!r}, want a script or a style sheet of the pages")
    response = caching.respond(assets.files[name][caching.accepted()], MIMETYPES[Path(name).suffix])
    if version == assets.version and not current_app.debug:
        response.headers["Cache-Control"] = caching.FOR_EVER
    return response


@bp.app_context_processor
def _for_templates() -> dict[str, Callable[[str], str] | list[str]]:
    """``asset("js/app.js")`` is its address; ``modules`` are all scripts of readers' pages, to be asked for at once."""
    assets = _assets()

    def asset(name: str) -> str:
        return url_for("assets.serve", version=assets.version, name=name)

    return {"asset": asset, "modules": _modules(assets)}


def _modules(assets: Assets) -> list[str]:
    return sorted(name for name in assets.files if name.endswith(".js") and not name.startswith(DESK))


def _assets() -> Assets:
    """Read once a process; anew each time while somebody works on them."""
    return _read() if current_app.debug else _kept()


@lru_cache(maxsize=1)
def _kept() -> Assets:
    return _read()


def _read() -> Assets:
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in MIMETYPES)
    files = {path.relative_to(FOLDER).as_posix(): caching.packings(path.read_bytes()) for path in paths}
    text = " ".join(f"{name} {packed[''].tag}" for name, packed in files.items())
    return Assets(files, blake2b(text.encode(), digest_size=6).hexdigest())
