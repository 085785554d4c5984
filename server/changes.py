"""``/api/changes``: ground that changed hands between two days; ``/api/changes/places``: which places did, and on which
day between them; ``/api/areas``: km² by side and day;
``/api/compare``: two sources side by side, day by day."""
from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, json, request

from geo.changes import Comparison, areas, changes, turns
from geo.compare import compare
from geo.formats.moving import areas_json, changes_json, compared_json, turns_json
from geo.interval import DAY, every_day, parse_day
from server import caching, params
from server.params import Args, BadParameter
from server.resources import get_gazetteer, get_store, get_zones

bp = Blueprint("changes", __name__, url_prefix="/api")

WANTED_DAY = "YYYY-MM-DD with a day from 1900 to 2099"
MOST_DAYS = 5_000
"""Days in one answer: thirteen years."""

MOST_COMPARED = 100
"""Days on which two sources are compared in one answer: each may take an overlay of all ground."""


MOST_TURNING = 62
"""Days of which one answer tells the places that changed hands: two months."""


@bp.get("/changes")
def changed() -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("from", "to", "source", "against", params.BELIEF, params.VERSION))
    before, after = _day(args, "from"), _day(args, "to")
    found = changes(get_zones(params.as_known_on(args)), before, after, _comparison(args))
    return _respond(changes_json(found), "application/geo+json")


@bp.get("/changes/places")
def turned() -> Response:
    """Every turn of every place: one that was taken and lost again within the days is there twice."""
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("from", "to", params.BELIEF, params.VERSION))
    days = _days(_day(args, "from"), _day(args, "to"), 1, MOST_TURNING)
    belief = params.as_known_on(args)
    found = turns(get_zones(belief), days, tuple(get_gazetteer()))
    return _respond(turns_json(days, found), "application/json")


@bp.get("/areas")
def held() -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("from", "to", "step", "source", params.BELIEF, params.VERSION))
    days = _days(_day(args, "from"), _day(args, "to"), _step(args), MOST_DAYS)
    source = params.once(args, "source", str, "the name of a source")
    zones = get_zones(params.as_known_on(args))
    return _respond(areas_json(days, areas(zones, days, source)), "application/json")


@bp.get("/compare")
def compared() -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("source", "against", "from", "to", "step", params.BELIEF, params.VERSION))
    days = _days(_day(args, "from"), _day(args, "to"), _step(args), MOST_COMPARED)
    one, other = (_source(args, name) for name in ("source", "against"))
    return _respond(compared_json(compare(get_zones(params.as_known_on(args)), one, other, days)), "application/json")


def _respond(body: dict[str, object], mimetype: str) -> Response:
    packed = caching.pack(json.dumps(body).encode(), caching.accepted())
    return caching.respond(packed, mimetype, version=get_store().version())


def _day(args: Args, name: str) -> date:
    day = params.once(args, name, parse_day, WANTED_DAY)
    if day is None:
        raise BadParameter(name, "", WANTED_DAY)
    return day


def _comparison(args: Args) -> Comparison:
    source, against = (params.once(args, name, str, "the name of a source") for name in ("source", "against"))
    if against is not None and source is None:
        raise BadParameter("source", "", "the source that is compared with the one in against")
    return Comparison(source, against, tuple(get_gazetteer()))


def _source(args: Args, name: str) -> str:
    source = params.once(args, name, str, "the name of a source")
    if source is None:
        raise BadParameter(name, "", "the name of a source")
    return source


def _step(args: Args) -> int:
    return params.once(args, "step", params.positive, "days, from 1") or 1


def _days(first: date, last: date, step: int, most: int) -> list[date]:
    count = (last - first) // (step * DAY) + 1
    if not 1 <= count <= most:
        raise BadParameter("to", str(last), f"a day from {first} on, {most} steps later at most")
    return every_day(first, last, step)
