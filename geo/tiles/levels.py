"""What the tiles of a collection are cut from: the arrays of all its versions, and those of each zoom.

They are built once a version of the store, kept in files, and shared by mapping these.
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np

from geo import grid, looks, mvt, standing, wire
from geo.cache import Arrays, cached_arrays
from geo.model import Feature
from geo.schema import Collection
from geo.tiles import arrays, lineage, marks, snap, topology
from geo.tiles.arrays import FOREVER, UNITS_ZOOM, Ints

SIMPLIFIED_TO = 10
"""Deepest zoom at which borders are simplified."""
TOLERANCE = 8
"""How far a simplified border may move, in tile units: half a pixel of a tile drawn 256 pixels wide."""

Keep = Callable[[str, Callable[[], Arrays]], Arrays]


class Level(NamedTuple):
    """One zoom: geometry arrays, and the box of each version (west, north, east, south) in units of the zoom."""

    arrays: Arrays
    boxes: Ints


@dataclass(frozen=True)
class Sidecar:
    """Where arrays are kept between processes: a folder beside the store. ``name`` says of what they are made."""

    folder: Path
    name: str

    def __call__(self, part: str, build: Callable[[], Arrays]) -> Arrays:
        """The arrays of ``part``; built when they cannot be read, as where another process just removed them."""
        try:
            found = cached_arrays(f"{self.name}-{part}", build, self.folder)
        except OSError:
            found = {}
        return found or build()

    def holds(self, zoom: int) -> bool:
        """Whether all that the tiles of a zoom need lies there."""
        return all((self.folder / f"{self.name}-{part}").is_dir() for part in parts(zoom))


def parts(zoom: int) -> tuple[str, str, str]:
    """What the arrays are kept as that the tiles of a zoom need: columns, geometry, marks."""
    return "base", f"z{min(zoom, UNITS_ZOOM)}", f"m{min(zoom, SIMPLIFIED_TO + 1)}"


def in_memory(_part: str, build: Callable[[], Arrays]) -> Arrays:
    """Keeps nothing."""
    return build()


class Levels:
    """Those of one collection as it was in one version of the store. Threads may share them.

    ``columns`` is what is said of each version (``geo.tiles.arrays``).
    """

    def __init__(self, collection: Collection, read: Callable[[], Iterable[Feature]], keep: Keep = in_memory) -> None:
        self._keep = keep
        self._levels: dict[int, Level] = {}
        self._marks: dict[int, marks.Words] = {}
        self._building = threading.RLock()
        self.columns = keep(parts(0)[0], lambda: _columns(collection, read()))

    def has(self, zoom: int) -> bool:
        """Whether a zoom is prepared, so that its tiles cost no more than themselves."""
        return min(zoom, UNITS_ZOOM) in self._levels and min(zoom, SIMPLIFIED_TO + 1) in self._marks

    def prepare(self, zoom: int) -> None:
        """Make, or find where they are kept, the arrays of a zoom: seconds, for a large war."""
        self.at(zoom)
        self.marks(zoom)

    def at(self, zoom: int) -> Level:
        """The arrays of a zoom, made when first asked for."""
        zoom = min(zoom, UNITS_ZOOM)
        found = self._levels.get(zoom)
        if found is None:
            with self._building:
                found = self._levels.get(zoom) or self._made(zoom)
                self._levels[zoom] = found
        return found

    def _made(self, zoom: int) -> Level:
        if zoom > SIMPLIFIED_TO:
            return self._exact(zoom)
        base = self.columns

        def build() -> Arrays:
            shift, graph = UNITS_ZOOM - zoom, self._graph()
            made = snap.snapped(base, graph, topology.kept(base, graph, TOLERANCE << shift), shift)
            names = ("table", "refs", "parts", "hole", "versions", "state")
            more = {"gone": np.diff(made["parts"]) == 0, "rings": arrays.ring_boxes(made), "boxes": boxes(made, 0)}
            return {**{name: made[name] for name in names}, **more}

        made = self._keep(parts(zoom)[1], build)
        return Level({**made, "kind": base["kind"]}, made["boxes"])

    def _exact(self, zoom: int) -> Level:
        """The borders as they are; only which of them stay sound on the grid of the zoom must be found out."""
        base, shift = self.columns, UNITS_ZOOM - zoom

        def build() -> Arrays:
            kind = np.repeat(base["kind"], np.diff(base["versions"]))
            owner = np.repeat(np.arange(len(kind)), np.diff(base["parts"]))
            points = snap.rounded(base["table"], shift)[base["refs"]]
            points, parts = snap.without_repeats(points, owner, kind)
            state = snap.states(points, {**base, "parts": parts})
            return {"state": state, "gone": np.diff(parts) == 0, "boxes": boxes(base, shift)}

        made = self._keep(parts(zoom)[1], build)
        return Level({**base, "state": made["state"], "gone": made["gone"]}, made["boxes"])

    def _graph(self) -> topology.Arcs:
        def build() -> Arrays:
            found = topology.arcs(self.columns)
            return {"arcs": found.refs, "starts": found.starts, "days": found.days}

        made = self._keep("arcs", build)
        return topology.Arcs(made["arcs"], made["starts"], made["days"])

    def marks(self, zoom: int) -> marks.Words:
        """What names the content of each version; beyond the simplified zooms all have the borders as they are."""
        zoom = min(zoom, SIMPLIFIED_TO + 1)
        found = self._marks.get(zoom)
        if found is None:
            level = self.at(zoom).arrays

            def build() -> Arrays:
                return {"marks": marks.of_attributes(self.columns) + marks.of_geometry(level)}

            found = self._marks[zoom] = np.asarray(self._keep(parts(zoom)[2], build)["marks"])
        return found


def _columns(collection: Collection, features: Iterable[Feature]) -> Arrays:
    made = arrays.columns(collection, features)
    return {**made, "numbers": lineage.numbers(made), "rings": arrays.ring_boxes(made)}


def boxes(level: Arrays, shift: int) -> Ints:
    """West, north, east, south of each version, in units of the zoom; what is empty has its east west of its west."""
    bounds = level["parts"][level["versions"]]
    full = bounds[1:] > bounds[:-1]
    found = np.empty((len(full), 4), dtype=np.int32)
    found[:, :2], found[:, 2:] = FOREVER, -FOREVER
    if full.any():
        points = snap.rounded(level["table"], shift)[level["refs"]]
        found[full, :2] = np.minimum.reduceat(points, bounds[:-1][full], axis=0)
        found[full, 2:] = np.maximum.reduceat(points, bounds[:-1][full], axis=0)
    return found


@lru_cache(1)
def code() -> str:
    """Names the code that makes the arrays, so that another one's are not read."""
    beside = sorted(Path(__file__).parent.glob("*.py"))
    paths = [*beside, *(Path(str(module.__file__)) for module in (grid, looks, mvt, standing, wire))]
    return blake2b(b"".join(path.read_bytes() for path in paths), digest_size=4).hexdigest()
