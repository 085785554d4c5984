"""``/desk/``: the editors' page. It holds no data and no token: its script asks for both."""
from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from geo.corrections import MOST_KM
from geo.schema import ROLES
from server import page
from server.language import voice
from server.resources import get_store
from server.speech import for_scripts

bp = Blueprint("deskpage", __name__, url_prefix="/desk")


@bp.get("/")
def start() -> Response:
    data = page.data(page.whole(get_store())) | {
        "messages": for_scripts(voice().language, at_desk=True),
        "layers": ["zones", "fronts"], "api": f"{request.script_root}/api", "roles": list(ROLES), "most_km": MOST_KM,
    }
    response = Response(render_template("desk.html", data=data), mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
