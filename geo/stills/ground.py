"""The map itself: land and water, zones and fronts as in the tiles, borders above, names of countries."""
from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
import shapely
from PIL import Image, ImageDraw
from shapely.geometry import Polygon, box, shape
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from geo import basemap, grid, png
from geo.grid import Tile, project
from geo.model import Feature
from geo.png import Canvas
from geo.stills.frame import SIDE, Frame
from geo.stills.look import Theme, rgb

FINE = 2
"""The basemap is drawn so many times as large and made smaller, for smooth lines."""

Paint = Callable[[Tile], Canvas]


@dataclass(frozen=True)
class Line:
    """One of the basemap, in degrees. ``level`` as in ``rivers.geojson``."""

    geometry: BaseGeometry
    level: int = 0


class Pen:
    """Draws geometries in degrees on a picture ``FINE`` times the frame."""

    def __init__(self, frame: Frame) -> None:
        self.image = Image.new("RGBA", (frame.width * FINE, frame.height * FINE))
        self._frame = frame
        self._pen = ImageDraw.Draw(self.image)
        self._area = box(*frame.bounds).buffer(0.05 * (frame.bounds.east - frame.bounds.west))

    def fill(self, geometry: BaseGeometry, ink: str) -> None:
        for part in _parts(geometry, self._area):
            if isinstance(part, Polygon):
                self._pen.polygon(self._pixels(part.exterior), fill=rgb(ink))

    def line(self, geometry: BaseGeometry, ink: str, width: float) -> None:
        for part in _parts(geometry, self._area):
            rings = (part.exterior, *part.interiors) if isinstance(part, Polygon) else (part,)
            for each in rings:
                if each.geom_type in ("LineString", "LinearRing"):
                    self._pen.line(self._pixels(each), rgb(ink), round(width * FINE), joint="curve")

    def done(self) -> Image.Image:
        return self.image.resize((self._frame.width, self._frame.height), Image.Resampling.BOX)

    def _pixels(self, line: BaseGeometry) -> list[tuple[float, float]]:
        frame = self._frame
        pixels = (project(shapely.get_coordinates(line)) * frame.world - (frame.x, frame.y)) * FINE
        return [(float(x), float(y)) for x, y in pixels]


def picture(features: Sequence[Feature], frame: Frame, theme: Theme, canvas: Paint) -> Image.Image:
    """Everything below marks and names. ``canvas`` says how a tile is painted: day, sides, 512 pixels."""
    image = _land(frame, theme)
    areas, lines = _by_dimension(features)
    image.alpha_composite(_tiled(areas, frame, canvas))
    image.alpha_composite(_above(frame, theme))
    if lines:
        image.alpha_composite(_tiled(lines, frame, canvas))
    return image


def _by_dimension(features: Sequence[Feature]) -> tuple[list[Feature], list[Feature]]:
    found: tuple[list[Feature], list[Feature]] = [], []
    for each in features:
        if each.geometry is not None:
            found[int(shapely.get_dimensions(each.geometry) == 1)].append(each)
    return found


def _tiled(features: Sequence[Feature], frame: Frame, canvas: Paint) -> Image.Image:
    """The tiles of the frame side by side, made as large as the frame asks for."""
    tiles = list(frame.tiles)
    left, top = min(tile.x for tile in tiles), min(tile.y for tile in tiles)
    across, down = max(tile.x for tile in tiles) - left + 1, max(tile.y for tile in tiles) - top + 1
    sheet = Image.new("RGBA", (across * SIDE, down * SIDE))
    tree = STRtree([each.geometry for each in features if each.geometry is not None])  # none of them is
    for tile in tiles:
        near = tree.query(box(*grid.bounds(tile, png.AROUND / png.SIDE)))
        if len(near):
            body = png.encode([features[at] for at in sorted(near.tolist())], canvas(tile))
            sheet.paste(Image.open(BytesIO(body)).convert("RGBA"), ((tile.x - left) * SIDE, (tile.y - top) * SIDE))
    scale = SIDE * (1 << frame.zoom) / frame.world
    corner = frame.x * scale - left * SIDE, frame.y * scale - top * SIDE
    cut = (*corner, corner[0] + frame.width * scale, corner[1] + frame.height * scale)
    return _part(sheet, cut, (frame.width, frame.height))


def _part(sheet: Image.Image, cut: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
    """A part of the sheet in another size; beyond its edges there is nothing."""
    left, top = max(0, math.ceil(-cut[0])), max(0, math.ceil(-cut[1]))
    whole = Image.new("RGBA", (left + max(sheet.width, math.ceil(cut[2])), top + max(sheet.height, math.ceil(cut[3]))))
    whole.paste(sheet, (left, top))
    return whole.resize(size, Image.Resampling.BICUBIC, (cut[0] + left, cut[1] + top, cut[2] + left, cut[3] + top))


def _land(frame: Frame, theme: Theme) -> Image.Image:
    pen = Pen(frame)
    pen.image.paste(rgb(theme.water), (0, 0, *pen.image.size))
    for country in basemap.country_shapes().values():
        pen.fill(country, theme.land)
    return pen.done()


def _above(frame: Frame, theme: Theme) -> Image.Image:
    pen = Pen(frame)
    for lake in _lines("lakes"):
        pen.fill(lake.geometry, theme.water)
        pen.line(lake.geometry, theme.river, 0.8)
    for river in _lines("rivers"):
        pen.line(river.geometry, theme.river, 1 if river.level > 1 else 1.5)
    for country in basemap.country_shapes().values():
        pen.line(country, theme.border, 1.5)
    return pen.done()


@lru_cache(maxsize=2)
def _lines(name: str) -> tuple[Line, ...]:
    rows = basemap.load(name)
    return tuple(Line(shape(row["geometry"]), int(row["properties"].get("level") or 0)) for row in rows)


def _parts(geometry: BaseGeometry, area: BaseGeometry) -> Iterator[BaseGeometry]:
    """The single parts that lie in the area, cut to it: a country must not be drawn whole for a corner of it."""
    west, south, east, north = geometry.bounds
    frame = area.bounds
    if east < frame[0] or west > frame[2] or north < frame[1] or south > frame[3]:
        return
    for part in shapely.get_parts(geometry):
        cut = shapely.clip_by_rect(part, *frame)
        yield from (each for each in shapely.get_parts(cut) if not each.is_empty)


def country_names(frame: Frame) -> Iterator[tuple[str, tuple[float, float]]]:
    """Names of the countries that fill a good part of the frame, and where in the picture there is most room."""
    area = box(*frame.bounds)
    for row in _countries():
        country = row[1]
        seen = shapely.clip_by_rect(country, *area.bounds) if country.intersects(area) else None
        if seen is not None and seen.area > 0.05 * area.area:
            part = max(shapely.get_parts(seen), key=lambda each: float(each.area))
            spot = shapely.maximum_inscribed_circle(part, tolerance=0.05).coords[0]
            ((x, y),) = project(np.array([spot])) * frame.world - (frame.x, frame.y)
            yield row[0], (float(x), float(y))


@lru_cache(maxsize=1)
def _countries() -> tuple[tuple[str, BaseGeometry], ...]:
    return tuple((str(row["properties"]["name"]), shape(row["geometry"])) for row in basemap.load("countries"))
