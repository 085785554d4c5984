"""``/api/control``: who held a place or a point, on a day, over an interval, or through all time."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from flask import Blueprint, Response, json, request

from geo.basemap import area_shapes
from geo.errors import NotFound
from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.join import Held, control_at, control_of_place, differ, history
from geo.model import Control, LngLat, Place
from geo.zones import ZoneIndex
from server import caching, params
from server.params import Args, BadParameter
from server.resources import get_gazetteer, get_store, get_zones

bp = Blueprint("control", __name__, url_prefix="/api")


@bp.get("/control")
def control() -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("place", "lon", "lat", "datetime", params.BELIEF, params.VERSION))
    where, when, version = _where(args), params.when(args), get_store().version()
    belief = params.as_known_on(args)
    told = _answer(where, when, belief) if when else _history(where, get_zones(belief))
    about = {**_about(where), **({params.BELIEF: belief} if belief else {})}
    body = json.dumps({**about, **told}, default=_plain)
    return caching.respond(caching.pack(body.encode(), caching.accepted()), "application/json", version=version)


def _where(args: Args) -> Place | LngLat:
    point = params.position(args)
    name = params.once(args, "place", str, "a place")
    if (point is None) == (name is None):
        raise BadParameter("place", name or "", "either place, or lon and lat")
    return point or _place(get_gazetteer(), name or "")


def _place(gazetteer: Gazetteer, name: str) -> Place:
    """By id, else the most important place of that name."""
    try:
        return gazetteer[name]
    except NotFound:
        found = gazetteer.find(name)
    if not found:
        raise NotFound(f"place: {name[:100]!r}, want a name or an id of the gazetteer")
    return max((match.place for match in found), key=lambda place: (place.importance, place.population, place.id))


def _about(where: Place | LngLat) -> dict[str, object]:
    if isinstance(where, Place):
        return {"place": where.id, "name": where.name, "lon": where.point.lng, "lat": where.point.lat}
    return {"place": None, "name": None, "lon": where.lng, "lat": where.lat}


def _answer(where: Place | LngLat, when: Interval, belief: date | None) -> dict[str, object]:
    """Of an earlier belief with ``now``, where the map says something else by now."""
    found = _asked(where, when, get_zones(belief))
    answer: dict[str, object] = {"datetime": str(when), **asdict(found)}
    if belief is not None:
        now = _asked(where, when, get_zones())
        answer["now"] = asdict(now) if differ(found, now) else None
    return answer


def _asked(where: Place | LngLat, when: Interval, zones: ZoneIndex) -> Control:
    if isinstance(where, LngLat):
        return control_at(where, when, zones)
    return control_of_place(where, when, zones, area_shapes())


def _history(where: Place | LngLat, zones: ZoneIndex) -> dict[str, object]:
    return {"history": [_line(held) for held in history(where, zones)]}


def _line(held: Held) -> dict[str, object]:
    outer, certain = held.valid.outer, held.valid.certain
    return {
        "valid_from": outer.start, "valid_to": outer.end, "certain_from": certain.start, "certain_to": certain.end,
        "edtf": held.valid.edtf, "note": held.note, "conflict": held.conflict,
        "is_remark": held.is_remark, **asdict(held.control),
    }


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
