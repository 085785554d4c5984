"""The grid of map tiles: Web Mercator, 256 px square, zoom 0 one tile (OGC WebMercatorQuad)."""
from __future__ import annotations

import math
import re
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import NotFound
from geo.model import BBox, LngLat

MAX_ZOOM = 22
MAX_LAT = math.degrees(math.atan(math.sinh(math.pi)))
"""85.0511…: where the square of Web Mercator ends."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,7}", re.ASCII)


class Tile(NamedTuple):
    """``x`` counts from the antimeridian eastward, ``y`` from the north southward."""

    z: int
    x: int
    y: int


def parse_tile(z: str, x: str, y: str) -> Tile:
    """The tile of an address, in plain decimal digits.

    :raises NotFound: outside the matrix: z 0 to 22, x and y below 2**z.
    """
    is_number = _NUMBER.fullmatch
    if is_number(z) and is_number(x) and is_number(y):
        tile = Tile(int(z), int(x), int(y))
        if tile.z <= MAX_ZOOM and max(tile.x, tile.y) < 1 << tile.z:
            return tile
    raise NotFound(f"tile: {z[:20]}/{x[:20]}/{y[:20]}, want z 0 to {MAX_ZOOM}, x and y below 2**z")


def bounds(tile: Tile, buffer: float = 0.0) -> BBox:
    """Degrees, widened by ``buffer`` parts of the tile's side, never beyond the world.

    >>> bounds(Tile(1, 1, 0))
    BBox(west=0.0, south=0.0, east=180.0, north=85.0511287798066)
    """
    return BBox(
        max(_lng(tile, tile.x - buffer), -180.0), max(_lat(tile, tile.y + 1 + buffer), -MAX_LAT),
        min(_lng(tile, tile.x + 1 + buffer), 180.0), min(_lat(tile, tile.y - buffer), MAX_LAT),
    )


def tile_at(point: LngLat, zoom: int) -> Tile:
    """The tile of ``zoom`` that holds ``point``; its north and west edges are its own.

    >>> tile_at(LngLat(37.4, 36.6), 7)
    Tile(z=7, x=77, y=49)
    """
    side = 1 << zoom
    x, y = project(np.array([point]))[0] * side
    return Tile(zoom, min(max(int(x), 0), side - 1), min(max(int(y), 0), side - 1))


def project(lnglat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes and latitudes, shape (n, 2), to the unit square: x eastward, y southward from the north-west.

    Latitudes beyond the square fall on its edge.
    """
    latitude = np.radians(np.clip(lnglat[:, 1], -MAX_LAT, MAX_LAT))
    x = lnglat[:, 0] / 360.0 + 0.5
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2.0 * math.pi)
    return np.column_stack([x, y])


def unproject(square: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit square, shape (n, 2), back to longitudes and latitudes."""
    latitude = np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * square[:, 1]))))
    return np.column_stack([(square[:, 0] - 0.5) * 360.0, latitude])


def in_tile(geometries: NDArray[np.object_], tile: Tile, side: int) -> NDArray[np.object_]:
    """Geometries in degrees as such on a tile of ``side`` units, y southward, neither cut nor rounded."""
    square, corner = 1 << tile.z, (tile.x, tile.y)
    return np.asarray(shapely.transform(geometries, lambda lnglat: (project(lnglat) * square - corner) * side))


def _lng(tile: Tile, column: float) -> float:
    return math.ldexp(column, -tile.z) * 360.0 - 180.0


def _lat(tile: Tile, row: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1.0 - math.ldexp(2.0 * row, -tile.z)))))
