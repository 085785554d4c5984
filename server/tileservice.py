"""What a tile's address comes to, whoever asks: Flask's view, or the branch before Flask (``server.thin``)."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple, cast

from flask import Flask, Response, current_app, request

from geo import grid, mvt, painting, png
from geo.errors import StoreError
from geo.grid import Tile
from geo.interval import Interval
from geo.model import Query
from geo.png import Canvas
from geo.standing import standing
from geo.stills.named import NAMES, Names, written
from geo.store import Store
from geo.style import Style
from geo.tiles.encoder import TileSet
from geo.tiles.pictures import Pictures
from geo.tiles.sheet import Sheet
from server import caching, gate, meters, resources, tilesets
from server.asked import VECTOR, Asked, parsed, shown
from server.caching import Answer, Headers, Packed
from server.gate import Gate
from server.meters import Meters
from server.outage import Outage
from server.resources import Resources
from server.tilesets import TileSets

KEY = "dateline.tileservice"
MIMETYPE = "application/vnd.mapbox-vector-tile"
PICTURE = "image/png"
DAYS = "Dateline-Days"
"""Header of a one-day tile: all the days, closed and in ISO, of which it is the tile too."""

LONGEST = 200
"""Characters of a query string that is remembered."""
MOMENT = "public, max-age=2"
"""How long an answer holds that a better one follows soon."""
MOST = 10_000
"""Addresses that are remembered."""
MOST_SERIES = 1_000
"""Zooms of query strings that are remembered."""
LEVEL = 1
"""Of gzip: numbers of a few bits pack hardly better for 6 (by 2 % at most), which takes up to 1.7 times as long."""

Address = tuple[str, str]


class Located(NamedTuple):
    """Where a tile lies in the cache, and how it is made when it is not there.

    ``version`` is the collection's. What is no ``last_word`` is answered while better tiles are being made. A picture
    is sent as it is: it is packed in itself.
    """

    version: str
    key: object
    make: Callable[[], bytes]
    run: Interval | None = None
    last_word: bool = True
    mimetype: str = MIMETYPE
    collection: str = ""


class Series(NamedTuple):
    """All tiles of one zoom that a query string asks for, of a tile set that has the collection as it is now."""

    asked: Asked
    tiles: TileSet
    sheet: Sheet
    version: str
    one_day: date | None

    def located(self, tile: Tile) -> Located:
        name, content = self.asked.collection.name, self.sheet.content(tile)
        run = self.tiles.run(tile, self.one_day) if self.one_day else None
        return Located(self.version, (name, tile, run is None, content.mark), content.make, run, collection=name)


class Meant:
    """What an address means in one version of the store, and the heads of its answers, by encoding: the tag that they
    are of, the status and the headers."""

    def __init__(self, asked: Asked, found: Located) -> None:
        self.asked = asked
        self.found = found
        self.heads: dict[str, tuple[str, int, Headers]] = {}


class _Memory:
    """What one version of the store was asked for: what addresses mean, and the series that they are of."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.met: dict[Address, Meant] = {}
        self.series: dict[tuple[str, int, str], Series] = {}


class TileService:
    """Vector tiles and pictures of one process. It remembers what addresses mean until the store changes."""

    def __init__(self, held: Resources, sets: TileSets, max_age: object, watch: tuple[Gate, Meters]) -> None:
        self.held = held
        self._sets = sets
        self._gate, self._meters = watch
        self._lifetime = caching.lifetime(max_age)
        self._outage = Outage(lambda: held.store().version())
        self._memory = _Memory("")
        self._pictures: dict[str, tuple[TileSet, Pictures]] = {}
        self._names: tuple[str, Names] | None = None
        self._rung = "numpy" if sets.rung.name == "numpy" else "auto"

    def remembered(self, address: Address) -> Meant | None:
        """What the address meant before, in the version of the store that is the present one; while the store cannot
        be read, in the last one that it had, for up to a day.

        :raises StoreError: while the store cannot be read, for an address that was not asked for before.
        """
        if self._outage.lasts and (known := self._kept(address)):
            return known
        try:
            version = self.held.store().version()
        except StoreError:
            self._outage.begin()
            if known := self._kept(address):
                return known
            raise
        self._outage.end()
        if version != self._memory.version:
            self._memory = _Memory(version)
        return self._memory.met.get(address)

    def _kept(self, address: Address) -> Meant | None:
        return self._memory.met.get(address) if self._outage.is_bearable else None

    def meant(self, address: Address, collection: str, tile: tuple[str, str, str], scale: int = VECTOR) -> Meant:
        """``address`` is a path and its query string, which come to the rest.

        :raises NotFound: for a collection or a tile that there is not.
        :raises BadParameter: for a parameter that is unknown or does not parse.
        :raises StoreError: while the store cannot be read.
        """
        return self.remembered(address) or self.met_anew(address, collection, tile, scale)

    def met_anew(self, address: Address, collection: str, tile: tuple[str, str, str], scale: int = VECTOR) -> Meant:
        """``meant`` for an address that is not ``remembered``."""
        memory = self._memory  # another thread may meet a new version, and begin anew, while this one looks
        at, query = grid.parse_tile(*tile), address[1]
        series = memory.series.get((collection, at.z, query)) if scale == VECTOR else None
        if series is not None:
            met = Meant(series.asked, series.located(at))
        else:
            asked = parsed(collection, query, scale)
            met = Meant(asked, self._located(memory, asked, at, query))
        if met.found.last_word and self.held.tiles().keeps and len(query) <= LONGEST:
            if len(memory.met) >= MOST:
                memory.met.clear()
            memory.met[address] = met
        return met

    def _located(self, memory: _Memory, asked: Asked, tile: Tile, text: str) -> Located:
        """``text`` is the query string."""
        store, collection = self.held.store(), asked.collection
        belief = self.held.belief(asked.query.as_known_on, collection.name)
        if belief != asked.query.as_known_on:
            asked = asked._replace(query=replace(asked.query, as_known_on=belief))
        made = self._sets.ready(collection, store, tile.z) if asked.is_whole else None
        if asked.scale != VECTOR:
            return self._located_picture(store, asked, tile, made)
        version = self.version(collection.name)
        if made is None:
            last_word = not asked.is_whole
            key = version, collection.name, tile, repr(asked.query), last_word
            return Located(version, key, lambda: _from_rows(store, asked, tile), last_word=last_word,
                           collection=collection.name)
        series = Series(asked, made, made.sheet(tile.z, asked.query.when), version, asked.one_day)
        if not self._sets.is_of_now(made, collection, store):
            return series.located(tile)._replace(last_word=False)
        if store.version() == memory.version and len(text) <= LONGEST:
            if len(memory.series) >= MOST_SERIES:
                memory.series.clear()
            memory.series[collection.name, tile.z, text] = series
        return series.located(tile)

    def _located_picture(self, store: Store, asked: Asked, tile: Tile, made: TileSet | None) -> Located:
        known = self.held.styles()
        styled = _named(tuple(sorted(known.items())))
        name, day = asked.collection.name, shown(asked.query.when)
        canvas = Canvas(tile, day, asked.scale, known)
        version = f"{self.held.version_of(name)}-png{png.ENCODING}-{styled}"
        if made is None:
            last_word = not asked.is_whole
            key: object = version, name, tile, asked.scale, repr(asked.query), last_word
            make = partial(_painted, store, asked, canvas, self._rung)
            found = Located(version, key, make, last_word=last_word, mimetype=PICTURE, collection=name)
        else:
            pictures = self._pictures_of(name, made)
            content = pictures.content(canvas)
            key = name, tile, asked.scale, styled, content.mark
            run, last_word = pictures.run(tile, day), self._sets.is_of_now(made, asked.collection, store)
            found = Located(version, key, content.make, run, last_word, mimetype=PICTURE, collection=name)
        return self._with_names(found, canvas) if asked.has_labels else found

    def _with_names(self, bare: Located, canvas: Canvas) -> Located:
        of = self.held.version_of("places")
        if self._names is None or self._names[0] != of:
            self._names = of, Names(self.held.store().read("places", Query()))
        names = self._names[1]
        return bare._replace(version=f"{bare.version}-{of}-names{NAMES}", key=(bare.key, of),
                             make=lambda: written(bare.make(), names, canvas.tile, canvas.scale))

    def _pictures_of(self, collection: str, made: TileSet) -> Pictures:
        known = self._pictures.get(collection)
        if known is None or known[0] is not made:
            known = self._pictures[collection] = made, Pictures(made, self._rung)
        return known[1]

    def packed(self, found: Located, encoding: str) -> Packed:
        """The tile in ``encoding``, where that pays; made when it is not kept."""
        is_picture = found.mimetype == PICTURE
        encoding = "" if is_picture else encoding
        outcome = "kept"

        def make() -> Packed:
            nonlocal outcome
            outcome = "made"
            with self._gate.turn():
                return caching.pack(found.make(), encoding, LEVEL)

        tiles = self.held.tiles()
        packed = tiles.get((found.key, encoding), make)
        self._meters.tile(found.collection, "picture" if is_picture else "vector", outcome)
        if outcome == "made":
            self._meters.cache_holds(tiles.held)
        return packed

    def answer(self, asked: Asked, found: Located, packed: Packed, known: str | None = None) -> Answer:
        """``known`` is the request's ``If-None-Match``."""
        for_ever = found.last_word and asked.version == found.version
        lifetime = caching.FOR_EVER if for_ever else self._lifetime if found.last_word else MOMENT
        answer = caching.answer(packed, found.mimetype, lifetime, known)
        if found.run is not None:
            answer.headers.append((DAYS, str(found.run)))
        return answer

    def version(self, collection: str) -> str:
        """What the bytes of the collection's vector tiles hang on: the content, and how it is encoded."""
        return f"{self.held.version_of(collection)}-{mvt.ENCODING}"


@lru_cache(8)
def _named(looks: tuple[tuple[str, Style], ...]) -> str:
    """What pictures in these colours are called."""
    return caching.name(list(looks))[:8]


def _from_rows(store: Store, asked: Asked, tile: Tile) -> bytes:
    """Of a part of the rows, or while the set is being made."""
    area = grid.bounds(tile, mvt.BUFFER / mvt.EXTENT)
    features = store.read(asked.collection.name, replace(asked.query, bbox=area))
    return mvt.encode(asked.collection, features, tile, asked.query.when)


def _painted(store: Store, asked: Asked, canvas: Canvas, rung: str) -> bytes:
    """A picture of a part of the rows, or while the set is being made."""
    area = grid.bounds(canvas.tile, png.AROUND / png.SIDE)
    rows = standing(asked.collection, store.read(asked.collection.name, replace(asked.query, bbox=area)))
    return png.encode(rows, canvas, painting.chosen(rung))


def install(app: Flask) -> None:
    app.extensions[KEY] = TileService(
        app.extensions[resources.KEY], app.extensions[tilesets.KEY], app.config["MAX_AGE"],
        (app.extensions[gate.KEY], app.extensions[meters.KEY]))


def get_service() -> TileService:
    return cast(TileService, current_app.extensions[KEY])


def respond(
    collection: str, tile: tuple[str, str, str], scale: int = VECTOR, query: str | None = None
) -> Response:
    """Flask's answer to the present request for a tile; ``meant`` says what it raises. ``query`` stands in the place
    of the request's own query string."""
    asked = request.query_string.decode("latin-1") if query is None else query
    service, address = get_service(), (request.path, asked)
    met = service.meant(address, collection, tile, scale)
    packed = service.packed(met.found, caching.accepted())
    return caching.as_response(service.answer(met.asked, met.found, packed, request.headers.get("If-None-Match")))
