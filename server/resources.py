"""What a process holds for its requests: the store, and what is made from it, by the store's version."""
from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from typing import cast

from flask import Flask, current_app

from geo.actors import Actors
from geo.belief import belief_of
from geo.credits import credits
from geo.gazetteer import Gazetteer
from geo.ground import gazetteer_of, index_of, theatre_of
from geo.model import Query
from geo.pipeline import Pipeline, pipeline
from geo.store import Store, Summary, open_store
from geo.style import Styles, styles
from geo.zones import ZoneIndex
from server.tilecache import TileCache

KEY = "dateline"

EARLIER = 2
"""How many indexes of earlier beliefs are kept beside the one of now: each may hold a whole war."""


class Resources:
    """Opened when first asked for, one set a process: SQLite's connections do not survive a fork."""

    def __init__(self, address: str, cache_bytes: int, replica: str = "") -> None:
        self._address = address
        self._replica = replica
        self._cache_bytes = cache_bytes
        self._lock = threading.RLock()
        self._building = threading.Lock()
        self._indexing = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._store: Store | None = None
        self._gazetteer: tuple[str, str, Gazetteer] | None = None
        self._zones: OrderedDict[tuple[str, date | None], ZoneIndex] = OrderedDict()
        self._turns: dict[str, tuple[str, tuple[date, ...]]] = {}
        self._versions: dict[str, tuple[str, str]] = {}
        self._summaries: dict[str, tuple[str, Summary]] = {}
        self._counts: dict[str, tuple[str, int]] = {}
        self._tiles = TileCache(self._cache_bytes)
        self._pipeline: tuple[tuple[str, ...], Pipeline] | None = None
        self._actors: Actors | None = None
        self._styles: Styles | None = None
        self._credits: tuple[tuple[str, ...], str] | None = None

    def store(self) -> Store:
        """:raises StoreError: while it cannot be opened; the next request tries again."""
        with self._lock:
            if self._process != os.getpid():
                self._begin()
            if self._store is None:
                self._store = open_store(self._address, replica=self._replica)
            return self._store

    def tiles(self) -> TileCache:
        return self._tiles

    def zones(self, as_known_on: date | None = None) -> ZoneIndex:
        """The index of the zones and reports as the store has them now, or as they were believed on an earlier day.
        The one of now and the ``EARLIER`` last asked for are kept; days between which nothing was learnt share one."""
        with self._indexing:
            store = self.store()
            version = store.version()
            belief = self.belief(as_known_on, "zones", "reports")
            found = self._zones.pop((version, belief), None)
            if found is None:
                found = index_of(store, belief)
            self._zones[version, belief] = found
            for key in _outdated(self._zones, version):
                del self._zones[key]
            return found

    def belief(self, as_known_on: date | None, *collections: str) -> date | None:
        """The first day on which the same was believed in these collections; ``None`` when it still is."""
        if as_known_on is None:
            return None
        store, turns = self.store(), set[date]()
        version = store.version()
        for name in collections:
            known = self._turns.get(name)
            if known is None or known[0] != version:
                known = self._turns[name] = version, store.belief_days(name)
            turns.update(known[1])
        return belief_of(sorted(turns), as_known_on)

    def version_of(self, collection: str) -> str:
        """A text that differs after every write that changed the collection."""
        store, known = self.store(), self._versions.get(collection)
        version = store.version()
        if known is None or known[0] != version:
            known = self._versions[collection] = version, store.version_of(collection)
        return known[1]

    def summary_of(self, collection: str) -> Summary:
        """The collection at a glance, looked at once a version of the store."""
        store, known = self.store(), self._summaries.get(collection)
        version = store.version()
        if known is None or known[0] != version:
            known = self._summaries[collection] = version, store.summary(collection)
        return known[1]

    def count_of(self, collection: str) -> int:
        """How many rows it has, counted once a version of the store."""
        store, known = self.store(), self._counts.get(collection)
        version = store.version()
        if known is None or known[0] != version:
            known = self._counts[collection] = version, store.count(collection)
        return known[1]

    def gazetteer(self) -> Gazetteer:
        """With the places that the store has loaded now."""
        with self._lock:
            store, known = self.store(), self._gazetteer
            version = store.version()
            if known is None or known[0] != version:
                places = store.version_of("places")
                same = known is not None and known[1] == places
                known = self._gazetteer = version, places, known[2] if known and same else gazetteer_of(store)
            return known[2]

    def actors(self) -> Actors:
        """The sides of the store's theatre."""
        with self._lock:
            if self._actors is None:
                self._actors = Actors.load(theatre_of(self.store()).actors)
            return self._actors

    def styles(self) -> Styles:
        """How the sides of the store's theatre look."""
        with self._lock:
            if self._styles is None:
                self._styles = styles(self.actors().rows)
            return self._styles

    def credits(self) -> str:
        """Whose work the ground is, in plain text."""
        with self._lock:
            store = self.store()
            version = store.version_of("reports"), *store.sources().values()
            if self._credits is None or self._credits[0] != version:
                self._credits = version, credits(store)
            return self._credits[1]

    def pipeline(self) -> Pipeline:
        """Over the store's zones, reports and places as they are now. Tiles are served while it is built."""
        with self._building:
            store = self.store()
            version = tuple(store.version_of(name) for name in ("zones", "reports", "places"))
            if self._pipeline is None or self._pipeline[0] != version:
                reports, zones = store.read("reports", Query()), store.read("zones", Query())
                self._pipeline = version, pipeline(
                    self.gazetteer(), self.actors(), reports, zones, theatre_of(store))
            return self._pipeline[1]

    def close(self) -> None:
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._begin()


def _outdated(zones: Mapping[tuple[str, date | None], ZoneIndex], version: str) -> list[tuple[str, date | None]]:
    """Indexes of another version, and the earlier beliefs that were longest not asked for."""
    others = [key for key in zones if key[0] != version]
    earlier = [key for key in zones if key[0] == version and key[1] is not None]
    return others + earlier[:-EARLIER]


def install(app: Flask) -> None:
    config = app.config
    app.extensions[KEY] = Resources(
        str(config["STORE"]), int(config["TILE_CACHE_MB"]) * 2**20, str(config["STORE_REPLICA"]))


def get_store() -> Store:
    return _mine().store()


def get_tiles() -> TileCache:
    return _mine().tiles()


def get_credits() -> str:
    return _mine().credits()


def get_zones(as_known_on: date | None = None) -> ZoneIndex:
    return _mine().zones(as_known_on)


def get_version(collection: str) -> str:
    """See ``Resources.version_of``."""
    return _mine().version_of(collection)


def get_summary(collection: str) -> Summary:
    """See ``Resources.summary_of``."""
    return _mine().summary_of(collection)


def get_count(collection: str) -> int:
    """See ``Resources.count_of``."""
    return _mine().count_of(collection)


def get_belief(as_known_on: date | None, collection: str) -> date | None:
    """For what ``as_known_on`` stands in a collection, so that caches keep one answer for all days of one belief."""
    return _mine().belief(as_known_on, collection)


def get_gazetteer() -> Gazetteer:
    return _mine().gazetteer()


def get_styles() -> Styles:
    return _mine().styles()


def get_pipeline() -> Pipeline:
    return _mine().pipeline()


def _mine() -> Resources:
    return cast(Resources, current_app.extensions[KEY])
