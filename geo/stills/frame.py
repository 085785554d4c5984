"""Where the map lies on the picture, and which ground it shows: a frame of Web Mercator, at any scale."""
from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geo.grid import MAX_LAT, Tile, project, unproject
from geo.model import BBox, LngLat

SIDE = 512
"""Pixels of the tiles that a picture is put together from: the dense ones, made smaller, never larger."""

DEEPEST = 12
"""The zoom from which a frame does not come closer: the basemap is too coarse for more."""


@dataclass(frozen=True)
class Frame:
    """A map of ``width`` by ``height`` pixels, its upper left corner at ``x, y`` of a world ``world`` pixels wide."""

    x: float
    y: float
    world: float
    width: int
    height: int

    @classmethod
    def around(cls, box: BBox, width: int, height: int) -> Frame:
        """All of the box in the middle, as large as it fits. A box over the antimeridian is one of its eastern half."""
        east = box.east if box.east >= box.west else box.east + 360
        corners = project(np.array([[box.west, box.north], [east, box.south]]))
        across, down = np.maximum(corners[1] - corners[0], 1e-9)
        world = min(width / across, height / down, 256.0 * 2**DEEPEST)
        world = max(world, float(max(width, height)))
        x, y = corners.mean(axis=0) * world - (width / 2, height / 2)
        return cls(float(x), float(min(max(y, 0), world - height)), world, width, height)

    @property
    def zoom(self) -> int:
        """The deepest of the tiles that are made smaller here, at most to half."""
        return max(0, math.ceil(math.log2(self.world / SIDE) - 1e-9))

    @property
    def bounds(self) -> BBox:
        """Degrees, within the world."""
        corners = np.array([[self.x, self.y + self.height], [self.x + self.width, self.y]]) / self.world
        (west, south), (east, north) = unproject(corners)
        return BBox(max(west, -180.0), max(south, -MAX_LAT), min(east, 180.0), min(north, MAX_LAT))

    @property
    def tiles(self) -> Iterator[Tile]:
        """Those that the frame touches, of ``zoom``."""
        count = 1 << self.zoom
        side = self.world / count
        for y in range(max(0, int(self.y // side)), min(count, math.ceil((self.y + self.height) / side))):
            for x in range(max(0, int(self.x // side)), min(count, math.ceil((self.x + self.width) / side))):
                yield Tile(self.zoom, x, y)

    def at(self, point: LngLat) -> tuple[float, float]:
        """Pixels from the left and from the top."""
        ((x, y),) = project(np.array([[point.lng, point.lat]])) * self.world - (self.x, self.y)
        return float(x), float(y)

    def holds(self, at: tuple[float, float], margin: float = 0) -> bool:
        x, y = at
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin
