"""What a process holds for its requests: the store, and what is made from it, by the store's version."""
from __future__ import annotations

import os
import threading
from typing import cast

from flask import Flask, current_app

from geo.actors import Actors
from geo.credits import credits
from geo.gazetteer import Gazetteer
from geo.ground import gazetteer_of, theatre_of
from geo.model import Query
from geo.pipeline import Pipeline, pipeline
from geo.store import Store, open_store
from geo.style import Styles, styles
from geo.zones import ZoneIndex
from server.tilecache import TileCache

KEY = "dateline"


class Resources:
    """Opened when first asked for, one set a process: SQLite's connections do not survive a fork."""

    def __init__(self, address: str, cache_bytes: int) -> None:
        self._address = address
        self._cache_bytes = cache_bytes
        self._lock = threading.RLock()
        self._building = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._store: Store | None = None
        self._gazetteer: tuple[str, str, Gazetteer] | None = None
        self._zones: tuple[str, ZoneIndex] | None = None
        self._tiles = TileCache(self._cache_bytes)
        self._pipeline: tuple[tuple[str, ...], Pipeline] | None = None
        self._actors: Actors | None = None
        self._credits: tuple[tuple[str, ...], str] | None = None

    def store(self) -> Store:
        """:raises StoreError: while it cannot be opened; the next request tries again."""
        with self._lock:
            if self._process != os.getpid():
                self._begin()
            if self._store is None:
                self._store = open_store(self._address)
            return self._store

    def tiles(self) -> TileCache:
        return self._tiles

    def zones(self) -> ZoneIndex:
        """The index of the zones and reports as the store has them now."""
        with self._lock:
            store = self.store()
            version = store.version()
            if self._zones is None or self._zones[0] != version:
                self._zones = version, ZoneIndex(store.read("zones", Query()), store.read("reports", Query()))
            return self._zones[1]

    def gazetteer(self) -> Gazetteer:
        """With the places that the store has loaded now."""
        with self._lock:
            store, known = self.store(), self._gazetteer
            version = store.version()
            if known is None or known[0] != version:
                places = store.summary("places").version
                same = known is not None and known[1] == places
                known = self._gazetteer = version, places, known[2] if known and same else gazetteer_of(store)
            return known[2]

    def actors(self) -> Actors:
        """The sides of the store's theatre."""
        with self._lock:
            if self._actors is None:
                self._actors = Actors.load(theatre_of(self.store()).actors)
            return self._actors

    def credits(self) -> str:
        """Whose work the ground is, in plain text."""
        with self._lock:
            store = self.store()
            version = store.summary("reports").version, *store.sources().values()
            if self._credits is None or self._credits[0] != version:
                self._credits = version, credits(store)
            return self._credits[1]

    def pipeline(self) -> Pipeline:
        """Over the store's zones, reports and places as they are now. Tiles are served while it is built."""
        with self._building:
            store = self.store()
            version = tuple(store.summary(name).version for name in ("zones", "reports", "places"))
            if self._pipeline is None or self._pipeline[0] != version:
                reports, zones = store.read("reports", Query()), store.read("zones", Query())
                self._pipeline = version, pipeline(self.gazetteer(), self.actors(), reports, zones)
            return self._pipeline[1]

    def close(self) -> None:
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._begin()


def install(app: Flask) -> None:
    config = app.config
    app.extensions[KEY] = Resources(str(config["STORE"]), int(config["TILE_CACHE_MB"]) * 2**20)


def get_store() -> Store:
    return _mine().store()


def get_tiles() -> TileCache:
    return _mine().tiles()


def get_credits() -> str:
    return _mine().credits()


def get_zones() -> ZoneIndex:
    return _mine().zones()


def get_gazetteer() -> Gazetteer:
    return _mine().gazetteer()


def get_styles() -> Styles:
    """How the sides of the store's theatre look."""
    return styles(_mine().actors().rows)


def get_pipeline() -> Pipeline:
    return _mine().pipeline()


def _mine() -> Resources:
    return cast(Resources, current_app.extensions[KEY])
