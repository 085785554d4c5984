"""``/tiles/``: vector tiles of every collection, one day or a window of days, and their TileJSON."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
import shapely
from flask import Blueprint, Response, current_app, json, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geo import grid
from geo.errors import NotFound
from geo.interval import EPOCH, Interval, day_number
from geo.model import BBox, Feature, Query
from geo.schema import Collection
from geo.store import Store
from geo.tiles import counted
from server import caching, links, params
from server.caching import Packed
from server.params import BadParameter
from server.resources import get_store, get_tiles
from server.tileservice import get_service
from server.tilesets import tile_numbers

bp = Blueprint("tiles", __name__, url_prefix="/tiles")

WORLD = BBox(-180.0, -grid.MAX_LAT, 180.0, grid.MAX_LAT)
WINDOWS = (
    {"minzoom": 0, "maxzoom": 6, "window": "month"},
    {"minzoom": 7, "maxzoom": 9, "window": "year"},
    {"minzoom": 10, "maxzoom": grid.MAX_ZOOM, "window": "all"},
)
"""Spans of the calendar that a client does best to ask for whole, so that all clients ask for the same tiles."""
_ALWAYS = {
    "id": "Made from content; in a window of days only points say it",
    "valid_from": "First day on which it may have been so (UTC); only in tiles of one day",
    "valid_to": "First day on which it was no longer so; absent is open; only in tiles of one day",
    "certain_from": "First day on which it certainly was so, where that differs",
    "certain_to": "First day on which it is no longer certain, where that differs",
    "from": "First day on which it may have been so, as days since the epoch",
    "to": "First day on which it was no longer so, as days since the epoch; absent is open",
}
_COUNTED = {
    "count": f"How many of about this place are drawn as one, down to zoom {counted.DEEPEST}; absent is one. Those"
    " say nothing of themselves but what they share",
}


@bp.get("/<collection>/<z>/<x>/<y>.mvt")
def tile(collection: str, z: str, x: str, y: str) -> Response:
    service, address = get_service(), (request.path, request.query_string.decode("latin-1"))
    met = service.meant(address, collection, (z, x, y))
    packed = service.packed(met.found, caching.accepted())
    return caching.as_response(service.answer(met.asked, met.found, packed, request.headers.get("If-None-Match")))


@bp.get("/<collection>/features/<int:number>")
def feature(collection: str, number: int) -> BaseResponse:
    """To the feature that tiles know by a number, as GeoJSON; areas and lines in windows of days say nothing else.

    A number holds for one version of the collection, which ``v`` must name as TileJSON does.
    """
    declared, args = params.collection(collection), request.args.to_dict(flat=False)
    params.check_names(args, (params.VERSION,))
    version = get_service().version(collection)
    if params.once(args, params.VERSION, str, "a version") != version:
        raise BadParameter(params.VERSION, request.args.get("v", ""), f"the version of the tiles, now {version}")
    id_ = tile_numbers(declared, get_store()).id_of(number)
    if id_ is None:
        raise NotFound(f"feature: {number}, no tile of {collection} has it now")
    return redirect(f"{links.root()}export/{collection}.geojson?{urlencode({'id': id_})}", 303)


@bp.get("/<collection>.json")
def tilejson(collection: str) -> Response:
    declared = params.collection(collection)
    args = request.args.to_dict(flat=False)
    params.check_names(args, (params.BELIEF, params.VERSION))
    day, encoding, version = params.as_known_on(args), caching.accepted(), get_service().version(collection)

    def make() -> Packed:
        return caching.pack(json.dumps(_described(declared, version, day)).encode(), encoding)

    packed = get_tiles().get((version, collection, links.root(), day, encoding), make)
    return caching.respond(packed, "application/json")


class _Seen(NamedTuple):
    """What a collection spans, and the days on which something in it begins or ends."""

    bounds: BBox
    interval: Interval | None
    change_days: Sequence[date]


def _seen(store: Store, collection: str) -> _Seen:
    summary = store.summary(collection)
    return _Seen(_bounds(summary.bbox), summary.interval, store.change_days(collection))


def _seen_then(store: Store, collection: str, as_known_on: date) -> _Seen:
    """The same of an earlier belief, of which no store keeps a summary."""
    rows = list(store.read(collection, Query(as_known_on=as_known_on)))
    spans = [row.valid.outer for row in rows if row.valid.outer != Interval()]
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    turns = sorted(day for day in starts | ends if day is not None)
    whole = Interval(None if None in starts else turns[0], None if None in ends else turns[-1]) if spans else None
    return _Seen(_bounds(_box_of(rows)), whole, turns)


def _box_of(rows: Sequence[Feature]) -> BBox | None:
    boxes = shapely.bounds(np.array([row.geometry for row in rows], dtype=object)).reshape(-1, 4)
    boxes = boxes[~np.isnan(boxes).any(axis=1)] * 1e4
    if not len(boxes):
        return None
    low, high = np.floor(boxes[:, :2].min(axis=0)), np.ceil(boxes[:, 2:].max(axis=0))
    return BBox(*(np.append(low, high) / 1e4).tolist())


def _described(declared: Collection, version: str, as_known_on: date | None) -> dict[str, object]:
    """TileJSON 3.0.0; beyond it ``epoch``, ``valid_range`` (closed, ISO), ``valid_days`` (half-open,
    integers), ``windows`` and ``change_days``, from which a client knows when there is anything to ask for."""
    store = get_store()
    seen = _seen_then(store, declared.name, as_known_on) if as_known_on else _seen(store, declared.name)
    bounds = seen.bounds
    belief = f"&{params.BELIEF}={as_known_on}" if as_known_on else ""
    deepest = int(current_app.config["MAX_ZOOM"])
    return {
        "tilejson": "3.0.0",
        "name": declared.title,
        "description": declared.description,
        "version": "1.0.0",
        "attribution": current_app.config["ATTRIBUTION"],
        "scheme": "xyz",
        "tiles": [f"{links.root()}tiles/{declared.name}/{{z}}/{{x}}/{{y}}.mvt?v={version}{belief}"],
        "minzoom": 0,
        "maxzoom": deepest,
        "bounds": list(bounds),
        "center": [(bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2, min(6, deepest)],
        "vector_layers": [_layer(declared, deepest)],
        "epoch": EPOCH.isoformat(),
        **_times(seen.interval),
        "windows": [dict(each) for each in WINDOWS],
        "change_days": [day.isoformat() for day in seen.change_days],
    }


def _bounds(found: BBox | None) -> BBox:
    box = found or WORLD
    return box._replace(south=max(box.south, WORLD.south), north=min(box.north, WORLD.north))


def _layer(declared: Collection, deepest: int) -> dict[str, object]:
    tiled = {field.name: field.description for field in declared.fields if field.name in declared.tiled}
    return {
        "id": declared.name, "description": declared.description, "minzoom": 0, "maxzoom": deepest,
        "fields": {**_ALWAYS, **tiled, **(_COUNTED if declared.counted else {})},
    }


def _times(interval: Interval | None) -> dict[str, object]:
    if interval is None:
        return {"valid_range": None, "valid_days": [None, None]}
    ends = [interval.start, interval.end]
    return {"valid_range": str(interval), "valid_days": [None if day is None else day_number(day) for day in ends]}
