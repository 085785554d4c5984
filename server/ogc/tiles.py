"""OGC API – Tiles, Part 1: Core (20-057): the tiles of ``/tiles/`` under each collection, as vectors and pictures."""
from __future__ import annotations

from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from geo import grid
from geo.model import BBox, LngLat
from geo.schema import Collection
from server import caching, links, page, params, tilejson
from server.asked import VECTOR
from server.ogc import described, forms
from server.ogc.crs import CRS84, EPSG, WORLD
from server.ogc.described import JSON, PNG, RELATION, TILE, link
from server.params import BadParameter
from server.resources import get_store, get_summary
from server.tileservice import respond

bp = Blueprint("tiles", __name__)

SET = "WebMercatorQuad"
SET_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{SET}"
DEEPEST = 24
"""Of the tile matrix set; ours go to ``grid.MAX_ZOOM``."""
SCALE, CELL = 559082264.028717, 156543.033928041
"""Of the one tile of the whole world: scale denominator, metres a pixel (OGC 17-083r4, annex D.1)."""
KINDS = {"tiles": ("vector", TILE, "mvt"), "map/tiles": ("map", PNG, "png")}
_DIMENSIONS = {"POINT": 0, "MULTIPOINT": 0, "MULTILINESTRING": 1, "MULTIPOLYGON": 2}


@bp.get("/tileMatrixSets")
def schemes() -> Response:
    here = f"{_root()}tileMatrixSets"
    one = {"id": SET, "title": "Web Mercator", "uri": SET_URI, "crs": f"{EPSG}3857",
           "links": [link("self", f"{here}/{SET}", "The tile matrix set")]}
    return _json({"links": [link("self", here, "This document")], "tileMatrixSets": [one]})


@bp.get(f"/tileMatrixSets/{SET}")
def scheme() -> Response:
    matrices = [{
        "id": str(zoom), "scaleDenominator": SCALE / 2**zoom, "cellSize": CELL / 2**zoom, "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-WORLD, WORLD], "tileWidth": 256, "tileHeight": 256, "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom} for zoom in range(DEEPEST + 1)]
    return _json({
        "id": SET, "title": "Web Mercator", "uri": SET_URI, "crs": f"{EPSG}3857", "orderedAxes": ["E", "N"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices, "links": [link("self", f"{_root()}tileMatrixSets/{SET}", "This document")]})


@bp.get("/collections/<collection>/tiles", defaults={"kind": "tiles"})
@bp.get("/collections/<collection>/map/tiles", defaults={"kind": "map/tiles"})
def tilesets(collection: str, kind: str) -> Response:
    declared = params.collection(collection)
    here = f"{_root()}collections/{collection}/{kind}"
    told = {"title": declared.title, **_head(kind), "links": [
        link("self", f"{here}/{SET}", "The tile set"), *_ways(here, kind)]}
    return _json({"links": [link("self", here, "This document")], "tilesets": [told]})


@bp.get(f"/collections/<collection>/tiles/{SET}", defaults={"kind": "tiles"})
@bp.get(f"/collections/<collection>/map/tiles/{SET}", defaults={"kind": "map/tiles"})
def tileset(collection: str, kind: str) -> Response:
    declared = params.collection(collection)
    here, deepest = f"{_root()}collections/{collection}/{kind}", int(current_app.config["MAX_ZOOM"])
    box = tilejson.bounds(get_summary(collection).bbox)
    return _json({
        "title": declared.title, "description": declared.description, **_head(kind),
        "attribution": str(current_app.config["ATTRIBUTION"]),
        "links": [link("self", f"{here}/{SET}", "This document"), *_ways(here, kind),
                  link("describedby", f"{links.root()}tiles/{collection}.json", "TileJSON, with its days")],
        "boundingBox": {"lowerLeft": [box.west, box.south], "upperRight": [box.east, box.north], "crs": CRS84},
        "tileMatrixSetLimits": [_limits(box, zoom) for zoom in range(deepest + 1)],
        **({"layers": [_layer(declared, deepest)]} if kind == "tiles" else {}),
    })


@bp.get(f"/collections/<collection>/tiles/{SET}/<z>/<y>/<x>")
def vectors(collection: str, z: str, y: str, x: str) -> Response:
    return respond(collection, (z, x, y), VECTOR, _query("mvt"))


@bp.get(f"/collections/<collection>/map/tiles/{SET}/<z>/<y>/<x>")
def picture(collection: str, z: str, y: str, x: str) -> Response:
    """Of the day asked for, else of that on which the map opens."""
    query = _query("png")
    if "datetime" not in request.args:
        query = f"{query}{'&' if query else ''}datetime={_opening_day(get_store().version())}"
    return respond(collection, (z, x, y), 1, query)


def _query(form: str) -> str:
    """The query string without the form, which may be no other."""
    args = request.args.to_dict(flat=False)
    asked = params.once(args, "f", str, form)
    if asked not in (None, form):
        raise BadParameter("f", str(asked), form)
    return urlencode([(name, value) for name, values in args.items() for value in values if name != "f"])


@lru_cache(4)
def _opening_day(version: str) -> date:
    """``version`` is the store's."""
    return page.whole(get_store()).day


def _head(kind: str) -> dict[str, object]:
    return {"dataType": KINDS[kind][0], "crs": f"{EPSG}3857", "tileMatrixSetURI": SET_URI}


def _ways(here: str, kind: str) -> list[dict[str, object]]:
    """To the tiles, and to the definition of their matrix set."""
    _, mimetype, form = KINDS[kind]
    address = f"{here}/{SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={form}"
    return [{**link("item", address, "A tile; datetime= chooses its day", mimetype), "templated": True},
            {**link(f"{RELATION}tiling-scheme", f"{_root()}tileMatrixSets/{SET}", "The tile matrix set")}]


def _limits(box: BBox, zoom: int) -> dict[str, object]:
    first = grid.tile_at(LngLat(box.west, box.north), zoom)
    last = grid.tile_at(LngLat(box.east, box.south), zoom)
    return {"tileMatrix": str(zoom), "minTileRow": first.y, "maxTileRow": last.y, "minTileCol": first.x,
            "maxTileCol": last.x}


def _layer(declared: Collection, deepest: int) -> dict[str, object]:
    fields = {name: {"description": text} for name, text in tilejson.fields(declared).items()}
    dimension = 0 if declared.tiled_as_points else _DIMENSIONS.get(declared.geometry)
    return {
        "id": declared.name, "title": declared.title, "description": declared.description, "dataType": "vector",
        **({} if dimension is None else {"geometryDimension": dimension}), "minTileMatrix": "0",
        "maxTileMatrix": str(deepest), "propertiesSchema": {"type": "object", "properties": fields},
    }


def _root() -> str:
    return f"{links.root()}ogc/"


def _json(told: dict[str, object]) -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("f",))
    forms.wanted(args, (forms.JSON,))
    return caching.respond(caching.pack(described.dumped(told).encode(), caching.accepted()), JSON)
