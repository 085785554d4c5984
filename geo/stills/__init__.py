"""A dated map as one still picture, for social cards, print and pages without scripts.

Zones and fronts are those of the picture tiles (``geo.png``); title, day, key, sources stand beside them.
"""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw
from shapely.geometry import box

from geo.grid import Tile
from geo.looks import said_of
from geo.model import BBox, Feature
from geo.png import Canvas
from geo.stills.frame import Frame
from geo.stills.ground import picture
from geo.stills.look import THEMES, rgb, visible
from geo.stills.marks import Layer, Mark
from geo.stills.panel import Paper, Speech, Words, bands, column, key
from geo.style import STYLES, Styles

__all__ = ["DRAWING", "LEAST", "MOST", "MOST_PIXELS", "THEMES", "Mark", "Size", "Speech", "Still", "draw"]

DRAWING = 2
"""Raised whenever the same rows come to another picture."""

LEAST, MOST, MOST_PIXELS = 240, 2400, 2_500_000
"""Pixels of a side, at least and at most, and of both together."""


@dataclass(frozen=True)
class Size:
    """Pixels, within ``LEAST``, ``MOST`` and ``MOST_PIXELS``; ``theme`` is one of ``THEMES``."""

    width: int = 1200
    height: int = 630
    theme: str = "light"

    @property
    def unit(self) -> float:
        """How large type and marks are drawn: 1 on a social card."""
        return min(2.0, max(0.5, math.sqrt(self.width * self.height / (1200 * 630))))

    @property
    def is_wide(self) -> bool:
        return self.width >= 1.25 * self.height

    @property
    def map_box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the map; what is left of the picture is for words."""
        if self.is_wide:
            return round(min(0.36 * self.width, 400 * self.unit)), 0, self.width, self.height
        return 0, round(max(0.17 * self.height, 98 * self.unit)), self.width, round(0.72 * self.height)


@dataclass(frozen=True)
class Still:
    """What a picture shows. ``bounds`` fits into the map, which shows more at two of its sides.

    ``zones`` and ``fronts`` are rows of those collections, of any days; only those that hold on ``day`` are drawn.
    ``towns`` are rows of ``places`` for orientation. ``styles`` name the sides, ``speech`` says the rest; without it
    that is English.
    """

    title: str
    day: date
    bounds: BBox
    zones: Sequence[Feature] = ()
    fronts: Sequence[Feature] = ()
    marks: Sequence[Mark] = ()
    towns: Sequence[Feature] = ()
    credits: str = ""
    styles: Styles = field(default_factory=lambda: STYLES)
    speech: Speech | None = None


def frame_of(bounds: BBox, size: Size) -> Frame:
    """The map of a picture of this size: the rows it wants are those within its ``bounds``."""
    left, top, right, bottom = size.map_box
    return Frame.around(bounds, right - left, bottom - top)


def draw(still: Still, size: Size) -> bytes:
    """A PNG of 256 colours, the same bytes for the same rows."""
    theme = THEMES[size.theme]
    known = visible(still.styles, theme)
    frame = frame_of(still.bounds, size)
    rows = [row for row in (*still.zones, *still.fronts) if still.day in row.valid.outer]
    image = picture(rows, frame, theme, partial(_canvas, day=still.day, known=known))
    Layer(image, frame, theme, size.unit).draw(still.marks, still.towns)
    sheet = Image.new("RGB", (size.width, size.height), rgb(theme.panel))
    sheet.paste(image.convert("RGB"), size.map_box[:2])
    ImageDraw.Draw(sheet).rectangle(_rim(size), outline=rgb(theme.rule))
    paper, words = Paper(sheet, theme, size.unit, known), _words(still, rows, frame)
    if size.is_wide:
        column(paper, words, size.map_box[0])
    else:
        bands(paper, words, size.map_box)
    return _packed(sheet)


def _canvas(tile: Tile, day: date, known: Styles) -> Canvas:
    return Canvas(tile, day, 2, known)


def _rim(size: Size) -> tuple[int, int, int, int]:
    """The line between map and words; the other three sides lie outside of the picture."""
    left, top, right, bottom = size.map_box
    return (left, -1, size.width + 1, size.height + 1) if size.is_wide else (-1, top, right + 1, bottom)


def _words(still: Still, rows: Sequence[Feature], frame: Frame) -> Words:
    area = box(*frame.bounds)
    seen = [row for row in rows if row.geometry is not None and row.geometry.intersects(area)]
    zones = [row for row in seen if "controller" in row.properties]
    looks = list(dict.fromkeys(said_of(row).look(is_certain=still.day in row.valid.certain) for row in zones))
    is_derived = any(row.properties.get("method") == "derived" for row in zones)
    speech = still.speech or Speech.english(still.day)
    rows_of_key = list(key(looks, still.styles, list(_signs(still, seen, frame)), speech))
    return Words(still.title, speech.day, rows_of_key, speech.derived if is_derived else "", still.credits)


def _signs(still: Still, seen: Sequence[Feature], frame: Frame) -> Iterator[str]:
    shown = [mark for mark in still.marks if frame.holds(frame.at(mark.point))]
    if any("side_a" in row.properties for row in seen):
        yield "front"
    if any(mark.is_event for mark in shown):
        yield "event"
    if any(not mark.is_event for mark in shown):
        yield "mention"
    yield "none"


def _packed(sheet: Image.Image) -> bytes:
    """A third of the bytes of a full-colour PNG. Such a palette keeps the colour of a small mark, where a median cut
    would give it that of its neighbours; one more round brings the large areas back to their own."""
    out = BytesIO()
    small = sheet.quantize(256, Image.Quantize.MAXCOVERAGE, 1, dither=Image.Dither.NONE)
    small.save(out, "PNG", compress_level=9)
    return out.getvalue()
