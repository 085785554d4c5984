"""Names of places on picture tiles.

They are placed once for all tiles of a zoom, so none is cut where two tiles meet, and a tile has the same names whoever
asks for it. The rules are those of stills (``geo.stills.marks``): the more important first, beside its dot, over no
other.
"""
from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw
from rtree.index import Index
from shapely.geometry import Point

from geo.grid import Tile, project
from geo.model import Feature
from geo.stills.lettering import Face
from geo.stills.look import THEMES, rgb
from geo.stills.marks import Box, lowest_rank, rank_of, shape_on
from geo.stills.writing import is_rtl, plain

SIDE = 256
CITY, TOWN = 14, 12
"""Font sizes, in pixels of a tile of 256."""

GAP, DOT, HALO = 6.0, 3.0, 2
"""Pixels from a point to its name, of its dot's radius, and of paper around letters."""

NAMES = 1
"""Raised whenever the same places come to another picture."""


@dataclass(frozen=True)
class Place:
    """``x`` and ``y`` count from the north-west corner of the world, whose side is 1."""

    text: str
    rank: float
    x: float
    y: float

    @property
    def size(self) -> int:
        return CITY if self.rank >= 3 else TOWN

    @property
    def weight(self) -> int:
        return 650 if self.rank >= 3 else 500


@dataclass(frozen=True)
class Placed:
    """A name on the paper of one zoom, in pixels of tiles of 256: where its letters begin, and all that it covers."""

    place: Place
    start: float
    x: float
    y: float
    box: Box


class Zoom:
    """The names of one zoom, each clear of all others."""

    def __init__(self, places: Iterable[Place], zoom: int) -> None:
        world = SIDE * float(1 << zoom)
        self._index = Index()
        self._placed: list[Placed] = []
        lowest = lowest_rank(zoom)
        for place in places:
            if place.rank < lowest:
                break
            for placed in _ways(place, place.x * world, place.y * world):
                if next(self._index.intersection(placed.box), None) is None:
                    self._index.insert(len(self._placed), placed.box)
                    self._placed.append(placed)
                    break

    def within(self, box: Box) -> list[Placed]:
        """Those that reach into a box, the most important last."""
        return [self._placed[at] for at in sorted(self._index.intersection(box), reverse=True)]


def _ways(place: Place, x: float, y: float) -> Iterator[Placed]:
    """To the right of its point or, where there is no room, to the left; from right to left it is the other way."""
    width = Face(place.size, place.weight).width(place.text)
    sides = x + GAP, x - GAP - width
    for start in reversed(sides) if is_rtl(plain(place.text)) else sides:
        left, right = min(start, x - DOT), max(start + width, x + DOT)
        box = left - HALO, y - place.size * 0.75, right + HALO, y + place.size * 0.65
        yield Placed(place, start, x, y, box)


class Names:
    """The names of some places, at every zoom. Threads may share it."""

    def __init__(self, places: Iterable[Feature]) -> None:
        self._places = sorted(_told(places), key=lambda each: (-each.rank, each.text, each.x))
        self._zooms: dict[int, Zoom] = {}
        self._lock = threading.Lock()

    def on(self, tile: Tile) -> list[Placed]:
        """What reaches into a tile."""
        left, top = tile.x * float(SIDE), tile.y * float(SIDE)
        with self._lock:  # rtree's indexes are not to be asked by two at once
            zoom = self._zooms.get(tile.z)
            if zoom is None:
                zoom = self._zooms[tile.z] = Zoom(self._places, tile.z)
            return zoom.within((left, top, left + SIDE, top + SIDE))


def _told(places: Iterable[Feature]) -> Iterator[Place]:
    for row in places:
        rank, text = rank_of(row), plain(str(row.properties["name"] or ""))
        if rank > 0 and text and isinstance(row.geometry, Point):
            ((x, y),) = project(np.array([[row.geometry.x, row.geometry.y]]))
            yield Place(text, rank, float(x), float(y))


def written(picture: bytes, names: Names, tile: Tile, scale: int) -> bytes:
    """A PNG tile with the names upon it; where none reaches into the tile, the very same bytes."""
    found = names.on(tile)
    if not found:
        return picture
    theme = THEMES["light"]
    image = Image.open(BytesIO(picture)).convert("RGBA")
    # Letters are mixed with what lies under them: on clear paper, or their edges would be dark.
    layer = Image.new("RGBA", image.size, (*rgb(theme.land), 0))
    pen = ImageDraw.Draw(layer)
    halo = {"stroke_width": HALO * scale, "stroke_fill": (*rgb(theme.land), 255)}
    for each in found:
        x, y = ((at - corner * SIDE) * scale for at, corner in ((each.x, tile.x), (each.y, tile.y)))
        start = (each.start - tile.x * SIDE) * scale
        face = Face(each.place.size * scale, each.place.weight)
        baseline = round(y + face.size * 0.35)
        face.write(pen, (round(start), baseline), each.place.text, rgb(theme.ink), **halo)
        face.write(pen, (round(start), baseline), each.place.text, rgb(theme.ink))
        shape_on(layer, (x, y), DOT * scale, [(1.0, theme.land), (0.62, theme.ink)], is_diamond=False)
    image.alpha_composite(layer)
    file = BytesIO()
    image.save(file, "PNG", compress_level=6)
    return file.getvalue()
