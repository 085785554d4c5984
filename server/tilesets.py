"""The tile sets of each process: one a collection, for as long as the collection stays as it is.

The arrays of a large war take seconds to make, once a version and zoom. A thread of their own makes them: who asks
meanwhile waits a moment, and then gets the tile the slow way. Those of a large store it has made by another process.
While somebody writes several times a second, those of a moment ago stand in, unless a story was taken out of sight.
"""
from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillMaking
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, cast

from flask import Flask, current_app

from geo.cache import cache_folder
from geo.errors import StoreError
from geo.model import Feature, Query
from geo.schema import Collection
from geo.store import Store, is_database, shown
from geo.tiles import rungs
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Sidecar, code
from server.making import Maker

KEY = "dateline.tiles"
SUFFIX = ".tiles"
"""What the folder beside the store ends in. It may be removed at any time; it is made again."""

COARSE = 5
"""A zoom that every map asks for."""

PATIENCE = 1.0
"""Seconds that arrays may take before requests stop waiting for them."""

STALE, TURNS, OLDEST = 10.0, 6, 60.0
"""Seconds for which a tile set may stand in for the next one; so many times what making it took, if that is longer,
for else it would be too old as soon as it is there; but never longer than the last."""
DUTY = 4
"""The part of the time that is spent on making the next one, at most: one in so many."""
SOON = 0.15
"""Seconds that who could have the one of a moment ago waits for the next one."""
TRIES = 3
"""How often a collection is read again that was written to meanwhile."""
TAKEN = "taken"
"""The file whose time says when a story was last taken out of sight; all processes of a machine share it."""

LARGE = 16 * 2**20
"""Bytes of a store from which on making arrays takes longer than starting a process for it."""

Key = tuple[str, str, int]
Work = dict[Key, tuple["Future[TileSet]", float]]


class Standing(NamedTuple):
    """A tile set with a zoom prepared: since when (before it was read), what it took in seconds, and when a story had
    last been taken out of sight."""

    tiles: TileSet
    since: float
    took: float
    taken: int | None

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self.since >= DUTY * self.took

    @property
    def is_stale(self) -> bool:
        return time.monotonic() - self.since >= min(max(STALE, TURNS * self.took), OLDEST)


class TileSets:
    """``folder`` is where arrays are kept for other processes and the next start; ``maker`` makes those of a large
    store. ``is_shared``: services on other machines may answer from the same store, and would not hear in time that a
    story was taken out of sight."""

    def __init__(self, folder: Path, kernel: str, maker: Maker | None = None, *, is_shared: bool = False) -> None:
        self.rung = rungs.chosen(kernel)
        self._maker = maker
        self._is_shared = is_shared
        self._folder = folder
        self._sets: dict[str, tuple[str, str, TileSet]] = {}
        self._standing: dict[tuple[str, int], Standing] = {}
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tiles")
        self._work: Work = {}
        self._asking = threading.Lock()

    def ready(self, collection: Collection, store: Store, zoom: int) -> TileSet | None:
        """The tiles of ``collection`` as it is now, once its arrays for the zoom are made, or as it was a moment ago
        (``is_of_now`` tells them apart); ``None`` when that has taken longer than ``PATIENCE``, and it goes on
        meanwhile."""
        known = self._sets.get(collection.name)
        version = store.version()
        if known is not None and known[0] == version and known[2].levels.has(zoom):
            return known[2]
        standing = self._standing_in(collection.name, zoom)
        if standing is not None and not standing.is_due:
            return standing.tiles
        # one after the other where one stands in; else each version has its own
        making, since = self._begun((collection.name, "" if standing else version, zoom), collection, store)
        try:
            return making.result(max(0.0, (SOON if standing else PATIENCE) + since - time.monotonic()))
        except StillMaking:
            return standing.tiles if standing else None

    def _begun(self, key: Key, collection: Collection, store: Store) -> tuple[Future[TileSet], float]:
        """The making of a set, and since when."""
        with self._asking:
            if self._process != os.getpid():
                self._begin()  # threads do not survive a fork
            begun = self._work.get(key)
            if begun is None:
                making = self._thread.submit(self._prepared, collection, store, key[2])
                begun = self._work[key] = making, time.monotonic()
                making.add_done_callback(lambda _: self._work.pop(key, None))
        return begun

    def is_of_now(self, made: TileSet, collection: Collection, store: Store) -> bool:
        """Whether the collection is still as it was in a set."""
        known = self._sets.get(collection.name)
        return known is not None and known[2] is made and known[0] == store.version()

    def _standing_in(self, collection: str, zoom: int) -> Standing | None:
        found = self._standing.get((collection, zoom))
        if found is None or self._is_shared or found.taken is None or found.is_stale:
            return None
        return found if found.taken == self._taken() else None

    def _taken(self) -> int | None:
        """When a story was last taken out of sight; ``None`` where nobody could have said so."""
        try:
            return (self._folder / TAKEN).stat().st_mtime_ns
        except OSError:
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
            return 0 if self._folder.is_dir() and os.access(self._folder, os.W_OK) else None

    def made(self, collection: Collection, store: Store) -> TileSet | None:
        """The tiles of ``collection`` as it is now, if they were asked for before, whatever zooms there are."""
        known = self._sets.get(collection.name)
        return known[2] if known is not None and known[0] == store.version() else None

    def _prepared(self, collection: Collection, store: Store, zoom: int) -> TileSet:
        begun, taken = time.monotonic(), self._taken()
        found = self._of_maker(collection, store, zoom, taken)
        if found is None:
            found = self.of(collection, store)
            found.levels.prepare(zoom)
        self._standing[collection.name, zoom] = Standing(found, begun, time.monotonic() - begun, taken)
        return found

    def _of_maker(self, collection: Collection, store: Store, zoom: int, taken: int | None) -> TileSet | None:
        """What the other process makes of a large store, when somebody wrote again meanwhile and it may stand in.
        ``None``: what it made is of now, or it could not, and ``of`` finds or makes it."""
        is_made = self._sidecar(collection, store.version_of(collection.name)).holds(zoom)
        if is_made or self._maker is None or store.size() < self._maker.large:
            return None
        version = self._maker.make(collection.name, zoom)
        if version is None or version == store.version_of(collection.name) or self._is_shared or taken is None:
            return None
        try:
            kept = self._sidecar(collection, version)
            found = TileSet(collection, _reader(collection, store, version), kept, self.rung)
            found.levels.prepare(zoom)
        except _Changed:  # somebody cleared it away just now
            return None
        return found if self._taken() == taken else None

    def make(self, collection: Collection, store: Store, zoom: int) -> str:
        """Have the arrays of a zoom in the folder; the version of the collection that they are of."""
        self.of(collection, store).levels.prepare(zoom)
        return self._sets[collection.name][1]

    def of(self, collection: Collection, store: Store) -> TileSet:
        """The tiles of ``collection`` as it is now. One thread alone may ask: it makes them."""
        known = self._sets.get(collection.name)
        if known is None or known[0] != store.version():
            known = self._sets[collection.name] = self._renewed(known, collection, store)
        return known[2]

    def _renewed(
        self, known: tuple[str, str, TileSet] | None, collection: Collection, store: Store
    ) -> tuple[str, str, TileSet]:
        for tries in range(TRIES, 0, -1):
            version, mine = store.version(), store.version_of(collection.name)
            if known is not None and known[1] == mine:
                return version, mine, known[2]
            try:
                return version, mine, self._made(collection, store, mine, may_move=tries == 1)
            except _Changed:
                continue
        raise AssertionError("the last try does not end so")

    def _made(self, collection: Collection, store: Store, version: str, *, may_move: bool) -> TileSet:
        """``may_move``: what was read may be of a version after ``version``, which then is nobody's any more."""
        sidecar = self._sidecar(collection, version)
        made = TileSet(collection, _reader(collection, store, None if may_move else version), sidecar, self.rung)
        _clear(self._folder, collection.name, sidecar.name)
        return made

    def _sidecar(self, collection: Collection, version: str) -> Sidecar:
        return Sidecar(self._folder, arrays_of(collection.name, version))


class _Changed(Exception):
    """Somebody wrote while the collection was read: what was read may be of either version."""


def _reader(collection: Collection, store: Store, version: str | None) -> Callable[[], Iterable[Feature]]:
    def read() -> Iterable[Feature]:
        features = list(store.read(collection.name, Query()))
        if version is not None and store.version_of(collection.name) != version:
            raise _Changed
        return features

    return read


def _clear(folder: Path, collection: str, but: str | None = None) -> None:
    """Remove what was made of all versions, ``but`` of the one so called. Moved first, so that nobody opens a half."""
    for path in folder.glob(f"{collection}-*"):
        if but is None or not path.name.startswith(but):
            stale = path.with_name(f".stale-{path.name}")
            try:
                path.rename(stale)
            except OSError:  # read-only, or another process is at it
                continue
            shutil.rmtree(stale, ignore_errors=True)


def install(app: Flask) -> None:
    """:raises InvalidParameter: for a kernel that is not there."""
    store, kernel = str(app.config["STORE"]), str(app.config["TILE_KERNEL"])
    folder = folder_of(store, str(app.config["TILE_FOLDER"]))
    app.extensions[KEY] = TileSets(
        folder, kernel, Maker(store, folder, kernel, LARGE), is_shared=is_database(store))


def arrays_of(collection: str, version: str) -> str:
    """How the arrays of one version of a collection are called in the folder beside the store."""
    return f"{collection}-{version}-{code()}"


def folder_of(store: str, kept: str = "") -> Path:
    """Where the arrays of a store at this address lie: in the folder that is ``kept`` for them, under a name of their
    own; without one beside its file, and those of a database in this machine's cache."""
    if not kept and not is_database(store):
        return Path(store + SUFFIX)
    own = f"{blake2b(shown(store).encode(), digest_size=8).hexdigest()}{SUFFIX}"
    return (Path(kept) if kept else cache_folder()) / own


def forget(folder: Path, collections: Iterable[str]) -> None:
    """Remove all that was kept in files of these collections' tiles, of whatever version: a story was taken out. No
    process lets its tiles of before stand in any more."""
    with suppress(OSError):  # nobody can keep anything there
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TAKEN).write_text(str(time.time_ns()), "utf-8")
    for name in collections:
        _clear(folder, name)


def tile_numbers(collection: Collection, store: Store) -> TileSet:
    """The tiles of a collection, to ask for the feature of a number.

    :raises StoreError: while they are being made.
    """
    found = _mine().made(collection, store) or _mine().ready(collection, store, COARSE)
    if found is None:
        raise StoreError(f"tiles of {collection.name} are being made")
    return found


def kernel() -> str:
    """The name of what writes tiles here: ``c`` or ``numpy``."""
    return _mine().rung.name


def _mine() -> TileSets:
    return cast(TileSets, current_app.extensions[KEY])
