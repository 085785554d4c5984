"""In which form an answer is wanted: by ``f``, else by what the request accepts."""
from __future__ import annotations

from collections.abc import Sequence

from flask import request

from server import params
from server.params import Args

JSON, HTML, FG = "json", "html", "jsonfg"
_NAMES = {"geojson": JSON, "application/json": JSON, "application/geo+json": JSON, "text/html": HTML}


def wanted(args: Args, known: Sequence[str] = (JSON, HTML)) -> str:
    """:raises BadParameter: for a form (``f``) in which nothing is written."""
    if FG in known and _has_profile(args):
        return FG
    asked = params.once(args, "f", str, " or ".join(known))
    if asked is None:
        accepted = request.accept_mimetypes
        return HTML if HTML in known and accepted.quality("text/html") > accepted.quality("application/json") else JSON
    form = _NAMES.get(asked, asked)
    if form not in known:
        raise params.BadParameter("f", asked, " or ".join(known))
    return form


def _has_profile(args: Args) -> bool:
    """``profile``: names or addresses of profiles, of which those that we do not know are passed over."""
    asked = params.once(args, "profile", str, "it only once") or ""
    return any(part.strip().rpartition("/")[2] == FG for part in asked.split(","))
