"""``/tiles/``: vector tiles of every collection, one day or a window of days, and their TileJSON."""
from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, current_app, json, request

from geo import grid, mvt
from geo.interval import EPOCH, Interval, day_number
from geo.model import BBox, Query
from geo.schema import Collection
from geo.store import Store, Summary
from server import caching, links, params
from server.caching import Packed
from server.resources import get_store, get_tiles
from server.tilesets import get_tileset

bp = Blueprint("tiles", __name__, url_prefix="/tiles")

MIMETYPE = "application/vnd.mapbox-vector-tile"
WORLD = BBox(-180.0, -grid.MAX_LAT, 180.0, grid.MAX_LAT)
WINDOWS = (
    {"minzoom": 0, "maxzoom": 6, "window": "month"},
    {"minzoom": 7, "maxzoom": 9, "window": "year"},
    {"minzoom": 10, "maxzoom": grid.MAX_ZOOM, "window": "all"},
)
"""Spans of the calendar that a client does best to ask for whole, so that all clients ask for the same tiles."""
_ALWAYS = {
    "id": "Made from content",
    "valid_from": "First day on which it may have been so (UTC)",
    "valid_to": "First day on which it was no longer so; absent is open",
    "certain_from": "First day on which it certainly was so, where that differs",
    "certain_to": "First day on which it is no longer certain, where that differs",
    "from": "valid_from as days since the epoch",
    "to": "valid_to as days since the epoch",
}


@bp.get("/<collection>/<z>/<x>/<y>.mvt")
def tile(collection: str, z: str, x: str, y: str) -> Response:
    address, declared = grid.parse_tile(z, x, y), params.collection(collection)
    wanted = params.query(request.args.to_dict(flat=False), declared, params.SEARCH)
    store = get_store()
    version = _version(store)
    key = (version, collection, address, repr(wanted))
    packed = get_tiles().get(key, lambda: _encoded(store, declared, address, wanted))
    return caching.respond(packed, MIMETYPE, version=version)


@bp.get("/<collection>.json")
def tilejson(collection: str) -> Response:
    declared = params.collection(collection)
    params.check_names(request.args.to_dict(flat=False), (params.VERSION,))
    store = get_store()
    key = (_version(store), collection, links.root())
    packed = get_tiles().get(key, lambda: caching.pack(json.dumps(_described(declared, store)).encode()))
    return caching.respond(packed, "application/json")


def _encoded(store: Store, declared: Collection, address: grid.Tile, wanted: Query) -> Packed:
    if wanted == Query(when=wanted.when):
        return caching.pack(get_tileset(declared).tile(address, wanted.when))
    area = grid.bounds(address, mvt.BUFFER / mvt.EXTENT)
    features = store.read(declared.name, replace(wanted, bbox=area))
    return caching.pack(mvt.encode(declared, features, address, wanted.when))


def _version(store: Store) -> str:
    """What the bytes of a tile hang on: the content and how it is encoded."""
    return f"{store.version()}-{mvt.ENCODING}"


def _described(declared: Collection, store: Store) -> dict[str, object]:
    """TileJSON 3.0.0; beyond it ``epoch``, ``valid_range`` (closed, ISO), ``valid_days`` (half-open,
    integers), ``windows`` and ``change_days``, from which a client knows when there is anything to ask for."""
    summary, version = store.summary(declared.name), _version(store)
    bounds = _bounds(summary)
    deepest = int(current_app.config["MAX_ZOOM"])
    return {
        "tilejson": "3.0.0",
        "name": declared.title,
        "description": declared.description,
        "version": "1.0.0",
        "attribution": current_app.config["ATTRIBUTION"],
        "scheme": "xyz",
        "tiles": [f"{links.root()}tiles/{declared.name}/{{z}}/{{x}}/{{y}}.mvt?v={version}"],
        "minzoom": 0,
        "maxzoom": deepest,
        "bounds": list(bounds),
        "center": [(bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2, min(6, deepest)],
        "vector_layers": [_layer(declared, deepest)],
        "epoch": EPOCH.isoformat(),
        **_times(summary.interval),
        "windows": [dict(each) for each in WINDOWS],
        "change_days": [day.isoformat() for day in store.change_days(declared.name)],
    }


def _bounds(summary: Summary) -> BBox:
    box = summary.bbox or WORLD
    return box._replace(south=max(box.south, WORLD.south), north=min(box.north, WORLD.north))


def _layer(declared: Collection, deepest: int) -> dict[str, object]:
    tiled = {field.name: field.description for field in declared.fields if field.name in declared.tiled}
    return {
        "id": declared.name, "description": declared.description, "minzoom": 0, "maxzoom": deepest,
        "fields": {**_ALWAYS, **tiled},
    }


def _times(interval: Interval | None) -> dict[str, object]:
    if interval is None:
        return {"valid_range": None, "valid_days": [None, None]}
    ends = [interval.start, interval.end]
    return {"valid_range": str(interval), "valid_days": [None if day is None else day_number(day) for day in ends]}
