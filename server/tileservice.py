"""What a tile's address comes to, whoever asks: Flask's view, or the branch before Flask (``server.thin``)."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from flask import Flask, current_app
from werkzeug.wrappers import Request

from geo import grid, mvt
from geo.grid import Tile
from geo.interval import Interval
from geo.model import Query
from geo.schema import Collection
from geo.store import Store
from server import caching, params, resources, tilesets
from server.caching import Answer, Headers, Packed
from server.resources import Resources
from server.tilesets import TileSets

KEY = "dateline.tileservice"
MIMETYPE = "application/vnd.mapbox-vector-tile"
DAYS = "Dateline-Days"
"""Header of a one-day tile: all the days, closed and in ISO, of which it is the tile too."""

LONGEST = 200
"""Characters of a query string that is remembered."""
MOST = 10_000
"""Addresses that are remembered."""

Address = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """One tile of one collection; ``version`` is what the address calls the content, if it does."""

    collection: Collection
    tile: Tile
    query: Query
    version: str = ""

    @property
    def is_whole(self) -> bool:
        """Nothing is asked for but days: the tile sets have it."""
        return self.query == Query(when=self.query.when)

    @property
    def is_of_a_day(self) -> bool:
        return self.query.when is not None and self.query.when.days == 1


@dataclass(frozen=True)
class Located:
    """Where a tile lies in the cache, and how it is made when it is not there.

    ``version`` is the collection's. What is no ``last_word`` is answered while better tiles are being made.
    """

    version: str
    key: object
    make: Callable[[], bytes]
    run: Interval | None = None
    last_word: bool = True


class Meant:
    """What an address means in one version of the store, and the heads of its answers, by encoding: the tag that they
    are of, the status and the headers."""

    def __init__(self, asked: Asked, found: Located) -> None:
        self.asked = asked
        self.found = found
        self.heads: dict[str, tuple[str, int, Headers]] = {}


class TileService:
    """Vector tiles of one process. It remembers what addresses mean until the store changes."""

    def __init__(self, held: Resources, sets: TileSets, max_age: object) -> None:
        self.held = held
        self._sets = sets
        self._lifetime = caching.lifetime(max_age)
        self._version = ""
        self._met: dict[Address, Meant] = {}

    def remembered(self, address: Address) -> Meant | None:
        """:raises StoreError: while the store cannot be read."""
        version = self.held.store().version()
        if version != self._version:
            self._version, self._met = version, {}
        return self._met.get(address)

    def meant(self, address: Address, collection: str, tile: tuple[str, str, str]) -> Meant:
        """``address`` is a path and its query string, which come to the rest.

        :raises NotFound: for a collection or a tile that there is not.
        :raises BadParameter: for a parameter that is unknown or does not parse.
        :raises StoreError: while the store cannot be read.
        """
        known = self.remembered(address)
        if known is not None:
            return known
        known_now = self._met  # another thread may meet a new version, and begin anew, while this one looks
        asked = _asked(collection, tile, address[1])
        met = Meant(asked, self.located(asked))
        if met.found.last_word and self.held.tiles().keeps and len(address[1]) <= LONGEST:
            if len(known_now) >= MOST:
                known_now.clear()
            known_now[address] = met
        return met

    def located(self, asked: Asked) -> Located:
        """:raises StoreError: while the store cannot be read."""
        store, collection = self.held.store(), asked.collection
        version = self.version(collection.name)
        belief = self.held.belief(asked.query.as_known_on, collection.name)
        query = replace(asked.query, as_known_on=belief)
        asked = replace(asked, query=query)
        made = self._sets.ready(collection, store, asked.tile.z) if asked.is_whole else None
        if made is None:
            last_word = not asked.is_whole
            key = version, collection.name, asked.tile, repr(query), last_word
            return Located(version, key, lambda: _from_rows(store, asked), last_word=last_word)
        content = made.content(asked.tile, query.when)
        one_day = query.when if asked.is_of_a_day else None
        run = made.run(asked.tile, one_day.start) if one_day and one_day.start else None
        return Located(version, (collection.name, asked.tile, run is None, content.mark), content.make, run)

    def packed(self, found: Located, encoding: str) -> Packed:
        """The tile in ``encoding``, where that pays; made when it is not kept."""
        return self.held.tiles().get((found.key, encoding), lambda: caching.pack(found.make(), encoding))

    def answer(self, asked: Asked, found: Located, packed: Packed, known: str | None = None) -> Answer:
        """``known`` is the request's ``If-None-Match``."""
        for_ever = found.last_word and asked.version == found.version
        lifetime = caching.FOR_EVER if for_ever else self._lifetime
        answer = caching.answer(packed, MIMETYPE, lifetime, known)
        if found.run is not None:
            answer.headers.append((DAYS, str(found.run)))
        return answer

    def version(self, collection: str) -> str:
        """What the bytes of the collection's tiles hang on: the content, and how it is encoded."""
        return f"{self.held.version_of(collection)}-{mvt.ENCODING}"


def _asked(collection: str, address: tuple[str, str, str], query: str) -> Asked:
    tile, declared = grid.parse_tile(*address), params.collection(collection)
    return Asked(declared, tile, *_understood(declared.name, query))


@lru_cache(1000)
def _understood(collection: str, text: str) -> tuple[Query, str]:
    """A query string, which many tiles have in common, and the version that it names."""
    args = Request({"QUERY_STRING": text}).args.to_dict(flat=False)
    query = params.query(args, params.collection(collection), params.SEARCH)
    return query, params.once(args, params.VERSION, str, "the version that TileJSON names") or ""


def _from_rows(store: Store, asked: Asked) -> bytes:
    """Of a part of the rows, or while the set is being made."""
    area = grid.bounds(asked.tile, mvt.BUFFER / mvt.EXTENT)
    features = store.read(asked.collection.name, replace(asked.query, bbox=area))
    return mvt.encode(asked.collection, features, asked.tile, asked.query.when)


def install(app: Flask) -> None:
    app.extensions[KEY] = TileService(
        app.extensions[resources.KEY], app.extensions[tilesets.KEY], app.config["MAX_AGE"])


def get_service() -> TileService:
    return cast(TileService, current_app.extensions[KEY])
