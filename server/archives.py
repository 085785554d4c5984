"""One collection as one file of tiles: what ``dateline export -f pmtiles`` and ``dateline publish`` write."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from geo import mvt
from geo.errors import InvalidParameter, StoreError
from geo.model import BBox, Feature, Query
from geo.schema import COLLECTIONS
from geo.store import Store
from geo.tiles.archive import Baked, write
from geo.tiles.bake import Bar, Plan, Source, bake
from geo.tiles.levels import code
from geo.tiles.pyramid import WINDOW_BYTES
from geo.tiles.spool import Spool
from server.tilejson import Origin, described
from server.tilesets import arrays_of, folder_of

TYPES = {"integer": "Number", "real": "Number", "boolean": "Boolean"}
DEEPEST = 16
"""Zooms beyond say nothing that enlarging does not show: a unit is 15 cm."""


@dataclass(frozen=True)
class Wanted:
    """A file: of which rows, which zooms (both in), in which form; ``window_bytes`` as in ``geo.tiles.pyramid``."""

    collection: str
    form: str = "pmtiles"
    query: Query = Query()
    zooms: tuple[int, int] = (3, 11)
    workers: int = 1
    window_bytes: int = WINDOW_BYTES

    def __post_init__(self) -> None:
        if not 0 <= self.zooms[0] <= self.zooms[1] <= DEEPEST:
            raise InvalidParameter(f"zooms: {self.zooms[0]} to {self.zooms[1]}, want 0 to {DEEPEST}, rising")


def make(app: Flask, store: Store, wanted: Wanted, path: Path, bar: Bar) -> dict[str, Any]:
    """Write ``path``, from where an interrupted one left off; the TileJSON that describes it.

    Until it is whole, what is done lies in a hidden folder beside it.

    :raises InvalidInput: when there is nothing to draw.
    :raises StoreError: when somebody writes to the store meanwhile, or another process to the same file.
    """
    version, about = store.version_of(wanted.collection), tilejson(app, store, wanted)
    name = made_of(store, wanted)
    work = path.with_name(f".{path.name}.baking")
    work.mkdir(parents=True, exist_ok=True)
    with closing(Spool(work / "tiles.sqlite", name)) as spool:
        with app.app_context():
            source = _source(wanted, version, work)
        zooms = range(wanted.zooms[0], wanted.zooms[1] + 1)
        plan = Plan(zooms, store.change_days(wanted.collection), wanted.query.when, wanted.workers, wanted.window_bytes)

        def read() -> Iterable[Feature]:
            rows = list(store.read(wanted.collection, wanted.query))
            if store.version_of(wanted.collection) != version:
                raise StoreError(f"{wanted.collection}: changed while it was read; try again")
            return rows

        windows = bake(source, read, plan, spool, bar)
        about = {**about, "made_of": name}
        said = {key: about[key] for key in SAID if key in about} | {"vector_layers": _typed(about, wanted.collection)}
        write(wanted.form, path, Baked(spool, windows, BBox(*about["bounds"]), said))
    shutil.rmtree(work)
    return about


SAID = ("name", "description", "attribution", "epoch", "valid_range", "valid_days", "made_of")
"""What of TileJSON goes into the metadata of a file."""


def made_of(store: Store, wanted: Wanted) -> str:
    """Names all that the bytes of the file hang on."""
    version = store.version_of(wanted.collection)
    parts = wanted.collection, version, mvt.ENCODING, code(), wanted.query, wanted.zooms, wanted.window_bytes
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def tilejson(app: Flask, store: Store, wanted: Wanted) -> dict[str, Any]:
    """As the service describes the collection, but for the zooms; where the tiles lie is for the caller to say."""
    first, last = wanted.zooms
    origin = Origin("", str(app.config["ATTRIBUTION"]), last)
    said: dict[str, Any] = described(COLLECTIONS[wanted.collection], store, origin, wanted.query.as_known_on)
    layers = [{**layer, "minzoom": first} for layer in said["vector_layers"]]
    return {**said, "minzoom": first, "vector_layers": layers}


def _typed(about: Mapping[str, Any], collection: str) -> list[dict[str, object]]:
    """Layers whose fields say their type, as files of tiles want it, where TileJSON has words."""
    kinds = {field.name: TYPES.get(field.kind, "String") for field in COLLECTIONS[collection].fields}
    kinds |= {"from": "Number", "to": "Number"}
    return [
        {**layer, "fields": {name: kinds.get(name, "String") for name in layer["fields"]}}
        for layer in about["vector_layers"]
    ]


def _source(wanted: Wanted, version: str, work: Path) -> Source:
    """The arrays of a whole collection are the service's own, where they may be written; of a part, its own."""
    settings = current_app.config
    folder, kernel = folder_of(str(settings["STORE"]), str(settings["TILE_FOLDER"])), str(settings["TILE_KERNEL"])
    nearest = next(parent for parent in folder.absolute().parents if parent.exists())
    if wanted.query == Query() and os.access(nearest, os.W_OK):
        return Source(wanted.collection, folder, arrays_of(wanted.collection, version), kernel)
    part = blake2b(repr(wanted.query).encode(), digest_size=6).hexdigest()
    return Source(wanted.collection, work, f"{arrays_of(wanted.collection, version)}-{part}", kernel)
