"""The pages' own scripts and styles, packed, under an address that names their content: kept for ever by a browser.

Frames on other pages get theirs in two files, made from the same.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, current_app, url_for

from geo.errors import NotFound
from server import bundle, caching
from server.caching import Packed
from server.vendor import checked, folder

bp = Blueprint("assets", __name__)

MIMETYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SOON = ("app",)
"""What a map page starts; the rest is loaded when a click or a tool asks for it."""
PUBLISHED = ("app", "inspector", "archive-source")
"""What published pages (``server.site``) may ask for."""
FOLDER = Path(__file__).parent / "static"
FRAME_SCRIPT, FRAME_SHEET = "js/frame.bundle.js", "css/frame.bundle.css"
FRAME_LEAFLET = "js/frame.leaflet.js"
UNUSED_CLASSES = (
    "collapsed:!0", 'errorOverlayUrl:""', "autoplay:!0", 'service:"WMS"', 'subdomains:"abc"', "permanent:!1",
    "bindTooltip:function(t,e){return this._tooltip", "this._marker=t},addHooks",
    'pointer-events","none"),this._rootGroup=', "t=[this._radius,this._radiusY||this._radius]", "toMultiPoint:function",
    "bindPopup:function(t,e)", "fill:!0,radius:10",
)
"""What stands in those of Leaflet that no frame makes: layer switch, pictures, films, WMS, image tiles, tips, layers'
own words for tips, marks that are dragged, lines in SVG, circles in metres, groups as GeoJSON, layers' own popups,
circles in pixels."""
UNUSED = re.compile(r"control-layers|leaflet-(oldie|vml|ie|image|tooltip|default-icon|draw|crosshair|div-icon)|lvml")
"""Parts of Leaflet that no map of ours has."""


class Assets(NamedTuple):
    """Every file by its name below ``static/``, in every encoding, the version that they make together, and the scripts
    of the pages."""

    files: Mapping[str, Mapping[str, Packed]]
    version: str
    modules: list[str]


@bp.get("/assets/<version>/<path:name>")
def serve(version: str, name: str) -> Response:
    """A script imports its neighbours by relative addresses, so all share the version of the folder."""
    assets = _assets()
    if name not in assets.files:
        raise NotFound(f"asset: {name[:80]!r}, want a script or a style sheet of the pages")
    response = caching.respond(assets.files[name][caching.accepted()], MIMETYPES[Path(name).suffix])
    if version == assets.version and not current_app.debug:
        response.headers["Cache-Control"] = caching.FOR_EVER
    return response


@bp.get("/embed/listener.js")
def listener() -> Response:
    """The script that other sites' pages load, under an address that stays."""
    response = caching.respond(_assets().files["embed/listener.js"][caching.accepted()], MIMETYPES[".js"])
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.app_context_processor
def _for_templates() -> dict[str, Callable[[str], str] | list[str]]:
    """``asset("js/app.js")`` is its address; ``modules`` are all that it needs for the map, to be asked for at once."""
    assets = _assets()

    def asset(name: str) -> str:
        return url_for("assets.serve", version=assets.version, name=name)

    return {"asset": asset, "modules": assets.modules}


def _assets() -> Assets:
    """Read once a process; anew each time while somebody works on them."""
    return _read() if current_app.debug else _kept()


@lru_cache(maxsize=1)
def _kept() -> Assets:
    return _read()


def _read() -> Assets:
    bodies = all_files()
    scripts = _scripts(bodies)
    files = {name: caching.packings(body) for name, body in bodies.items()}
    text = " ".join(f"{name} {packed[''].tag}" for name, packed in files.items())
    modules = [f"js/{name}.js" for name in bundle.reached(SOON, scripts)]
    return Assets(files, blake2b(text.encode(), digest_size=6).hexdigest(), modules)


def all_files() -> Mapping[str, bytes]:
    """Scripts and styles, by name; with those of frames in one."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in MIMETYPES)
    bodies = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}
    return bodies | {
        FRAME_SCRIPT: bundle.script("embed", _scripts(bodies)).encode(),
        FRAME_SHEET: _frame_sheet(bodies).encode(),
        FRAME_LEAFLET: bundle.emptied(checked("leaflet.js", folder()).decode(), UNUSED_CLASSES).encode(),
    }


def published_modules() -> list[str]:
    """All scripts that a published page needs."""
    return [f"js/{name}.js" for name in bundle.reached(PUBLISHED, _scripts(all_files()))]


def _scripts(bodies: Mapping[str, bytes]) -> dict[str, str]:
    """Those of readers' pages by their plain names; the desk's lie in a folder of their own."""
    own = (name for name in bodies if name.startswith("js/") and name.count("/") == 1)
    plain = (name for name in own if ".bundle." not in name and ".leaflet." not in name)
    return {Path(name).stem: bodies[name].decode() for name in plain}


def _frame_sheet(bodies: Mapping[str, bytes]) -> str:
    """Leaflet's rules as far as our maps have such parts, then ours."""
    leaflet = bundle.without(bundle.sheet(checked("leaflet.css", folder()).decode()), UNUSED)
    return leaflet + bundle.sheet(*(bodies[f"css/{name}.css"].decode() for name in ("page", "map", "frame")))
