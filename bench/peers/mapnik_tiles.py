"""Mapnik as a peer, run by the system's Python: ``/usr/bin/python3 bench/peers/mapnik_tiles.py FILE``.

Needs apt's python3-mapnik. FILE is GeoJSON in Web Mercator metres; each ``controller`` has one fill of its colour in
``colours``. All of it is in memory before the first line is read. A line is ``{"format", "tiles": [{"z", "x", "y"}]}``,
perhaps with ``out``, a file for the first picture; the answer is ``{"seconds", "bytes"}``: processor time and length of
all pictures.
"""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import mapnik

SIDE = 256
HALF = 20037508.342789244


def datasource(features: list[dict[str, Any]]) -> Any:
    found, context = mapnik.MemoryDatasource(), mapnik.Context()
    context.push("controller")
    for number, feature in enumerate(features, 1):
        made = mapnik.Feature(context, number)
        made["controller"] = feature["properties"]["controller"]
        made.geometry = mapnik.Geometry.from_geojson(json.dumps(feature["geometry"]))
        found.add_feature(made)
    return found


def style(colours: dict[str, str]) -> Any:
    made = mapnik.Style()
    for controller, colour in colours.items():
        rule, fill = mapnik.Rule(), mapnik.PolygonSymbolizer()
        fill.fill, fill.fill_opacity = mapnik.Color(colour), 0.5
        rule.filter = mapnik.Expression(f"[controller] = '{controller}'")
        rule.symbols.append(fill)
        made.rules.append(rule)
    return made


def map_of(collection: dict[str, Any]) -> Any:
    made, layer = mapnik.Map(SIDE, SIDE, "epsg:3857"), mapnik.Layer("zones", "epsg:3857")
    made.append_style("zones", style(collection["colours"]))
    layer.datasource = datasource(collection["features"])
    layer.styles.append("zones")
    made.layers.append(layer)
    return made


def picture(drawn: Any, tile: dict[str, int], form: str) -> bytes:
    side = 2 * HALF / (1 << tile["z"])
    west, north = tile["x"] * side - HALF, HALF - tile["y"] * side
    drawn.zoom_to_box(mapnik.Box2d(west, north - side, west + side, north))
    image = mapnik.Image(SIDE, SIDE)
    mapnik.render(drawn, image)
    found: bytes = image.tostring(form)
    return found


def main() -> None:
    drawn = map_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    for line in sys.stdin:
        asked = json.loads(line)
        begun = time.process_time()
        sizes = sum(len(picture(drawn, tile, asked["format"])) for tile in asked["tiles"])
        print(json.dumps({"seconds": time.process_time() - begun, "bytes": sizes}), flush=True)
        if asked.get("out"):
            Path(asked["out"]).write_bytes(picture(drawn, asked["tiles"][0], asked["format"]))


if __name__ == "__main__":
    main()
