"""What a tile's address comes to, whoever asks: Flask's view, or the branch before Flask (``server.thin``)."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import cast

from flask import Flask, Response, current_app, request
from werkzeug.wrappers import Request

from geo import grid, mvt, painting, png
from geo.errors import StoreError
from geo.grid import Tile
from geo.interval import Interval
from geo.model import Query
from geo.png import Canvas
from geo.schema import Collection
from geo.standing import standing
from geo.stills.named import NAMES, Names, written
from geo.store import Store
from geo.style import Style
from geo.tiles.encoder import TileSet
from geo.tiles.pictures import Pictures
from server import caching, gate, meters, params, resources, tilesets
from server.caching import Answer, Headers, Packed
from server.gate import Gate
from server.meters import Meters
from server.outage import Outage
from server.params import BadParameter
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

Address = tuple[str, str]
VECTOR = 0


@dataclass(frozen=True)
class Asked:
    """One tile of one collection; ``version`` is what the address calls the content, if it does. ``scale`` is that of
    a picture, or ``VECTOR``; ``has_labels`` whether it has names upon it."""

    collection: Collection
    tile: Tile
    query: Query
    version: str = ""
    has_labels: bool = False
    scale: int = VECTOR

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


class Meant:
    """What an address means in one version of the store, and the heads of its answers, by encoding: the tag that they
    are of, the status and the headers."""

    def __init__(self, asked: Asked, found: Located) -> None:
        self.asked = asked
        self.found = found
        self.heads: dict[str, tuple[str, int, Headers]] = {}


class TileService:
    """Vector tiles and pictures of one process. It remembers what addresses mean until the store changes."""

    def __init__(self, held: Resources, sets: TileSets, max_age: object, watch: tuple[Gate, Meters]) -> None:
        self.held = held
        self._sets = sets
        self._gate, self._meters = watch
        self._lifetime = caching.lifetime(max_age)
        self._outage = Outage(lambda: held.store().version())
        self._version = ""
        self._met: dict[Address, Meant] = {}
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
        if version != self._version:
            self._version, self._met = version, {}
        return self._met.get(address)

    def _kept(self, address: Address) -> Meant | None:
        return self._met.get(address) if self._outage.is_bearable else None

    def meant(self, address: Address, collection: str, tile: tuple[str, str, str], scale: int = VECTOR) -> Meant:
        """``address`` is a path and its query string, which come to the rest.

        :raises NotFound: for a collection or a tile that there is not.
        :raises BadParameter: for a parameter that is unknown or does not parse.
        :raises StoreError: while the store cannot be read.
        """
        known = self.remembered(address)
        if known is not None:
            return known
        known_now = self._met  # another thread may meet a new version, and begin anew, while this one looks
        asked = _asked(collection, tile, address[1], scale)
        met = Meant(asked, self.located(asked))
        if met.found.last_word and self.held.tiles().keeps and len(address[1]) <= LONGEST:
            if len(known_now) >= MOST:
                known_now.clear()
            known_now[address] = met
        return met

    def located(self, asked: Asked) -> Located:
        """:raises StoreError: while the store cannot be read."""
        store, collection = self.held.store(), asked.collection
        belief = self.held.belief(asked.query.as_known_on, collection.name)
        if belief != asked.query.as_known_on:
            asked = replace(asked, query=replace(asked.query, as_known_on=belief))
        query = asked.query
        made = self._sets.ready(collection, store, asked.tile.z) if asked.is_whole else None
        if asked.scale != VECTOR:
            return self._located_picture(store, asked, made)
        version = self.version(collection.name)
        if made is None:
            last_word = not asked.is_whole
            key = version, collection.name, asked.tile, repr(query), last_word
            return Located(
                version, key, lambda: _from_rows(store, asked), last_word=last_word, collection=collection.name)
        content = made.content(asked.tile, query.when)
        one_day = query.when if asked.is_of_a_day else None
        run = made.run(asked.tile, one_day.start) if one_day and one_day.start else None
        mark = collection.name, asked.tile, run is None, content.mark
        last_word = self._sets.is_of_now(made, collection, store)
        return Located(version, mark, content.make, run, last_word, collection=collection.name)

    def _located_picture(self, store: Store, asked: Asked, made: TileSet | None) -> Located:
        known = self.held.styles()
        styled = _named(tuple(sorted(known.items())))
        name, day = asked.collection.name, _day(asked.query.when)
        canvas = Canvas(asked.tile, day, asked.scale, known)
        version = f"{self.held.version_of(name)}-png{png.ENCODING}-{styled}"
        if made is None:
            last_word = not asked.is_whole
            key: object = version, name, asked.tile, asked.scale, repr(asked.query), last_word
            make = partial(_painted, store, asked, canvas, self._rung)
            found = Located(version, key, make, last_word=last_word, mimetype=PICTURE, collection=name)
        else:
            pictures = self._pictures_of(name, made)
            content = pictures.content(canvas)
            key = name, asked.tile, asked.scale, styled, content.mark
            run, last_word = pictures.run(asked.tile, day), self._sets.is_of_now(made, asked.collection, store)
            found = Located(version, key, content.make, run, last_word, mimetype=PICTURE, collection=name)
        return self._with_names(found, canvas) if asked.has_labels else found

    def _with_names(self, bare: Located, canvas: Canvas) -> Located:
        of = self.held.version_of("places")
        if self._names is None or self._names[0] != of:
            self._names = of, Names(self.held.store().read("places", Query()))
        names = self._names[1]
        return replace(bare, version=f"{bare.version}-{of}-names{NAMES}", key=(bare.key, of),
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
                return caching.pack(found.make(), encoding)

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


def _asked(collection: str, address: tuple[str, str, str], query: str, scale: int) -> Asked:
    tile, declared = grid.parse_tile(*address), params.collection(collection)
    allowed = params.SEARCH if scale == VECTOR else (*params.SEARCH, params.LABELS)
    asked = Asked(declared, tile, *_understood(declared.name, query, allowed), scale)
    if scale != VECTOR:
        _day(asked.query.when)
    return asked


def _day(when: Interval | None) -> date:
    """A picture shows one day: it cannot be scrubbed."""
    if when is None or when.days != 1 or when.start is None:
        raise BadParameter("datetime", str(when or ""), "one day, as YYYY-MM-DD")
    return when.start


@lru_cache(8)
def _named(looks: tuple[tuple[str, Style], ...]) -> str:
    """What pictures in these colours are called."""
    return caching.name(list(looks))[:8]


@lru_cache(1000)
def _understood(collection: str, text: str, allowed: tuple[str, ...]) -> tuple[Query, str, bool]:
    """A query string, which many tiles have in common, the version that it names, and whether names are wanted."""
    args = Request({"QUERY_STRING": text}).args.to_dict(flat=False)
    query = params.query(args, params.collection(collection), allowed)
    version = params.once(args, params.VERSION, str, "the version that TileJSON names")
    return query, version or "", params.once(args, params.LABELS, params.yes, "true or false") or False


def _from_rows(store: Store, asked: Asked) -> bytes:
    """Of a part of the rows, or while the set is being made."""
    area = grid.bounds(asked.tile, mvt.BUFFER / mvt.EXTENT)
    features = store.read(asked.collection.name, replace(asked.query, bbox=area))
    return mvt.encode(asked.collection, features, asked.tile, asked.query.when)


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
