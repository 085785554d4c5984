"""What stands on the map: events and named places as marks, towns as dots, names beside them where there is room."""
from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from shapely.geometry import Point

from geo.model import Feature, LngLat
from geo.stills.frame import Frame
from geo.stills.ground import country_names
from geo.stills.lettering import Face
from geo.stills.look import Theme, rgb
from geo.stills.writing import is_rtl, plain

FINE = 4
"""Marks are drawn so many times as large and made smaller."""

LOWEST = ((5, 4.0), (6, 3.5), (7, 3.0), (8, 2.6), (9, 2.0), (10, 1.0))
"""From which zoom places of which rank are named; as on the page (``static/js/labels.js``)."""

MOST_NAMES = 40
AREAS = ("ADM", "PCL", "RGN")

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Mark:
    """A place of a story. ``is_event``: something happened there, a diamond; else it is named there, a ring.

    ``colour`` is its side's, as ``#rrggbb``; ``is_now`` whether it is of the picture's day.
    """

    point: LngLat
    name: str
    is_event: bool
    colour: str
    is_now: bool = True


@dataclass(frozen=True)
class Name:
    """A name beside a point: ``gap`` pixels from it; ``rank`` says which of two stays when both do not fit."""

    text: str
    at: tuple[float, float]
    face: Face
    rank: float
    gap: float


class Layer:
    """Draws on a picture; names keep clear of marks and of each other."""

    def __init__(self, image: Image.Image, frame: Frame, theme: Theme, unit: float) -> None:
        self._image, self._frame, self._theme, self._unit = image, frame, theme, unit
        self._pen = ImageDraw.Draw(image)
        self._taken: list[Box] = []

    def draw(self, marks: Sequence[Mark], towns: Iterable[Feature]) -> None:
        """Marks above everything, but their names are placed first."""
        spots = [(mark, self._frame.at(mark.point)) for mark in marks]
        seen = [(mark, at) for mark, at in spots if self._frame.holds(at)]
        reach = 11 * self._unit
        self._taken += [(x - reach, y - reach, x + reach, y + reach) for _, (x, y) in seen]
        self._countries()
        names = [*self._own(seen), *self._towns(towns, {plain(mark.name) for mark, _ in seen})]
        for name in sorted(names, key=lambda each: -each.rank)[:MOST_NAMES]:
            self._name(name)
        for mark, at in seen:
            self._mark(mark, at)

    def _own(self, seen: Sequence[tuple[Mark, tuple[float, float]]]) -> Iterator[Name]:
        """Each of a story's places is named once."""
        face = Face(round(19 * self._unit), 700)
        first = {(mark.name, at): mark for mark, at in reversed(seen) if mark.name}
        for (text, at), mark in first.items():
            yield Name(text, at, face, 9 + mark.is_now, 11 * self._unit + 5)

    def _towns(self, towns: Iterable[Feature], named: set[str]) -> Iterator[Name]:
        lowest = lowest_rank(math.log2(self._frame.world / 256))
        for town in towns:
            rank, text = rank_of(town), str(town.properties["name"])
            if rank < lowest or not isinstance(town.geometry, Point) or plain(text) in named:
                continue
            at = self._frame.at(LngLat(town.geometry.x, town.geometry.y))
            if self._frame.holds(at, 4):
                face = Face(round((17 if rank >= 3 else 15) * self._unit), 600 if rank >= 3 else 500)
                yield Name(text, at, face, rank, 7 * self._unit)

    def _countries(self) -> None:
        face = Face(round(17 * self._unit), 600)
        if self._frame.world > 256 * 2**8:
            return
        for text, (x, y) in country_names(self._frame):
            width = face.width(text.upper())
            box = (x - width / 2, y - face.size, x + width / 2, y + 4)
            if self._is_free(box):
                self._taken.append(box)
                self._write(face, (box[0], y), text.upper(), self._theme.quiet)

    def _name(self, name: Name) -> None:
        """To the right of its point or, where there is no room, to the left; from right to left it is the other way."""
        width, (x, y) = name.face.width(name.text), name.at
        right, left = x + name.gap, x - name.gap - width
        for start in (left, right) if is_rtl(plain(name.text)) else (right, left):
            box = (start - 3, y - name.face.size * 0.7, start + width + 3, y + name.face.size * 0.6)
            if self._is_free(box):
                self._taken.append(box)
                if name.rank < 9:
                    self._dot(name.at)
                self._write(name.face, (start, y + name.face.size * 0.35), name.text, self._theme.ink)
                return

    def _is_free(self, box: Box) -> bool:
        is_inside = box[0] >= 2 and box[1] >= 2 and box[2] <= self._frame.width - 2 and box[3] <= self._frame.height - 2
        return is_inside and not any(_overlap(box, other) for other in self._taken)

    def _write(self, face: Face, at: tuple[float, float], text: str, ink: str) -> None:
        halo = {"stroke_width": max(1, round(2 * self._unit)), "stroke_fill": rgb(self._theme.land)}
        face.write(self._pen, at, text, rgb(ink), **halo)
        face.write(self._pen, at, text, rgb(ink))

    def _dot(self, at: tuple[float, float]) -> None:
        self._shape(at, 3.2 * self._unit, [(1.0, self._theme.land), (0.62, self._theme.ink)], is_diamond=False)

    def _mark(self, mark: Mark, at: tuple[float, float]) -> None:
        """Pale when it is of another day."""
        ink, inside = self._theme.ink, mark.colour if mark.is_now else self._theme.panel
        radius = (11 if mark.is_event else 9) * self._unit
        self._shape(at, radius, [(1.0, self._theme.panel), (0.84, ink), (0.56, inside)], is_diamond=mark.is_event)

    def _shape(
        self, at: tuple[float, float], radius: float, rings: Sequence[tuple[float, str]], *, is_diamond: bool
    ) -> None:
        shape_on(self._image, at, radius, rings, is_diamond=is_diamond)


def shape_on(
    image: Image.Image, at: tuple[float, float], radius: float, rings: Sequence[tuple[float, str]], *, is_diamond: bool
) -> None:
    """Discs or diamonds one upon another, each by its part of the radius and its ink."""
    side = 2 * math.ceil(radius) + 4
    stamp = Image.new("RGBA", (side * FINE, side * FINE))
    pen = ImageDraw.Draw(stamp)
    left, top = round(at[0]) - side // 2, round(at[1]) - side // 2
    x, y = (at[0] - left) * FINE, (at[1] - top) * FINE
    for part, ink in rings:
        reach = radius * part * FINE
        if is_diamond:
            pen.polygon([(x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach)], rgb(ink))
        else:
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), rgb(ink))
    small = stamp.resize((side, side), Image.Resampling.BOX)
    image.paste(small, (left, top), small)


def lowest_rank(zoom: float) -> float:
    """Of the places that are named at a zoom of tiles of 256 pixels."""
    return next((rank for start, rank in reversed(LOWEST) if start <= zoom), 5.0)


def rank_of(town: Feature) -> float:
    """Capitals above provinces' seats, then all else; among equals those with more inhabitants. Areas have no dot."""
    code = str(town.properties.get("feature_code") or "")
    people = math.log10(max(int(str(town.properties.get("population") or 0)), 1))
    if code.startswith(AREAS):
        return 0.0
    known = {"PPLC": 4.5, "PPLA": 3 + people / 10}
    return known.get(code, max(1.0, min(3.5, people - 2.3)))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
