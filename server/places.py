"""``/api/places``: what a name may mean, for the search box, by the keys of ``dateline gazetteer find``;
``/api/places/names``: names in the local script, for the labels."""
from __future__ import annotations

import math

from flask import Blueprint, Response, current_app, json, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import TooManyRequests

from geo.errors import InvalidParameter
from geo.place_search import Found, local_name, match_json, search, while_typing
from server import caching, params
from server.rate import Rate
from server.resources import get_gazetteer, get_version

bp = Blueprint("places", __name__, url_prefix="/api")

LONGEST = 100
"""Characters of a name."""
MOST = 50
USUAL = 10


@bp.record
def _install(state: BlueprintSetupState) -> None:
    state.app.extensions["dateline.places"] = Rate(int(state.app.config["SEARCH_RATE"]))


@bp.get("/places")
def places() -> Response:
    """``typing=1``: the end of the name is perhaps still to come."""
    _within_rate()
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("name", "typing", "lon", "lat", "limit", params.VERSION))
    wanted = f"a name of 1 to {LONGEST} characters"
    name = params.once(args, "name", _name, wanted)
    if name is None:
        raise params.BadParameter("name", "", wanted)
    typing = params.once(args, "typing", _flag, "0 or 1") or False
    limit = params.once(args, "limit", params.positive, f"a whole number from 1 to {MOST}") or USUAL
    near, gazetteer = params.position(args), get_gazetteer()
    found = while_typing(gazetteer, name) if typing and near is None else search(gazetteer, name, near)
    told = {"name": name, "count": len(found), "places": [_json(one, name) for one in found[:min(limit, MOST)]]}
    body = json.dumps(told, ensure_ascii=False).encode()
    return caching.respond(
        caching.pack(body, caching.accepted()), "application/json", version=get_version("places")
    )


@bp.get("/places/names")
def names() -> Response:
    """What places are called in the script that is read there, by id: for the labels of the map, once a visit."""
    params.check_names(request.args.to_dict(flat=False), (params.VERSION,))
    told = {place.id: local_name(place) for place in get_gazetteer() if not place.is_area}
    body = json.dumps({"names": {id_: name for id_, name in told.items() if name}}, ensure_ascii=False).encode()
    return caching.respond(
        caching.pack(body, caching.accepted()), "application/json", version=get_version("places")
    )


def _json(found: Found, asked: str) -> dict[str, object]:
    return {**match_json(found, asked), "local_name": local_name(found.match.place) or None}


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= LONGEST:
        raise InvalidParameter(f"name: {text[:50]!r}")
    return text.strip()


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise InvalidParameter(f"flag: {text[:50]!r}")
    return text == "1"


def _within_rate() -> None:
    seconds = current_app.extensions["dateline.places"].wait(request.remote_addr or "")
    if seconds:
        raise TooManyRequests(
            f"search_rate: more than {current_app.config['SEARCH_RATE']} searches a minute, want fewer",
            retry_after=math.ceil(seconds),
        )
