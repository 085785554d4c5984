"""Tile servers of Node: tileserver-gl-light on tiles made before, and geojson-vt on one day's zones."""
from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import shapely

from bench.peers.process import started
from geo.grid import Tile
from geo.model import Feature

PACKAGES = ("tileserver-gl-light", "geojson-vt", "vt-pbf")
MODULES = Path("var/peers/node")


def installed() -> Path:
    """The folder that holds the packages, installed there first."""
    if not (MODULES / "node_modules" / PACKAGES[-1]).exists():
        if shutil.which("npm") is None:
            sys.exit("no npm: install Node.js to measure its tile servers")
        MODULES.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", str(MODULES), *PACKAGES], check=True)
    return MODULES.absolute()


@contextmanager
def tileserver(tiles: Mapping[Tile, bytes], folder: Path, port: int) -> Iterator[int]:
    """tileserver-gl-light over an MBTiles file; its process id. Tiles are at ``/data/zones/{z}/{x}/{y}.pbf``."""
    modules = installed()
    folder.mkdir()
    _write(tiles, folder / "zones.mbtiles")
    config = {"options": {"paths": {"root": str(folder), "mbtiles": str(folder)}},
              "data": {"zones": {"mbtiles": "zones.mbtiles"}}}
    (folder / "config.json").write_text(json.dumps(config))
    command = ["node", str(modules / "node_modules/tileserver-gl-light/src/main.js"), "--silent",
               "--config", str(folder / "config.json"), "--port", str(port), "--bind", "127.0.0.1"]
    with started(command) as pid:
        yield pid


@contextmanager
def geojsonvt(rows: Sequence[Feature], folder: Path, port: int) -> Iterator[int]:
    """geojson-vt with these zones; its process id. Tiles are at ``/{z}/{x}/{y}``."""
    modules = installed()
    folder.mkdir()
    features = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(row.geometry)) if row.geometry else None,
         "properties": {"id": row.id, "controller": row.properties["controller"], "status": row.properties["status"]}}
        for row in rows
    ]
    path = folder / "day.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    command = ["node", str(Path(__file__).with_name("geojsonvt.mjs").absolute()), str(modules), str(path), str(port)]
    with started(command) as pid:
        yield pid


def _write(tiles: Mapping[Tile, bytes], path: Path) -> None:
    """MBTiles 1.3: rows count from the south, tiles are gzipped."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE metadata (name text, value text)")
        file.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        layers = {"vector_layers": [{"id": "zones", "fields": {"controller": "String"}}]}
        zooms = [tile.z for tile in tiles]
        file.executemany("INSERT INTO metadata VALUES (?, ?)", [
            ("name", "zones"), ("format", "pbf"), ("minzoom", str(min(zooms))), ("maxzoom", str(max(zooms))),
            ("json", json.dumps(layers))])
        file.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [
            (tile.z, tile.x, (1 << tile.z) - 1 - tile.y, gzip.compress(body)) for tile, body in tiles.items() if body])
        file.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        file.commit()
