"""Dated features as PNG tiles: fills, patterns and outlines as on the page, for programs that draw no vector tiles.

Neighbours mix exactly along their edges, without seams (``geo.coverage``). 256 pixels a side, or 512 for dense screens
(``scale`` 2). From features here; ``geo.tiles.pictures`` draws the same from the arrays of a tile set.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import grid, indexed, looks, painting
from geo.coverage import PART, pairs
from geo.grid import Tile
from geo.looks import Said
from geo.model import Feature
from geo.motifs import PIECE, Look, colour, edge_colour, fill
from geo.painting import Ink, Layer, Picture, Rung
from geo.style import STYLES, Style, Styles, style_of

SIDE = 256
ENCODING = 2
"""Raised whenever the same features come to another picture."""

EDGE, CASING, INK, DOT, RIM = 1.25, 4.0, 1.75, 3.5, 4.5
"""Pixels: outline of a zone, paper around a front and its ink, radius of a place's dot and of the paper around it."""

AROUND = 5
"""Pixels beyond the tile from which half a stroke or a dot may reach into it."""

PAPER, BLACK = "#fffdf8", "#1d1b18"
POINT, LINE, AREA = 1, 2, 3

CORNERS = 48
"""Of a dot."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Canvas:
    """A tile to be painted: where, on which day, how dense, and the colours of its sides; ``strokes`` says whether
    zones have outlines."""

    tile: Tile
    day: date
    scale: int = 1
    known: Styles = field(default_factory=lambda: STYLES)
    strokes: bool = True

    @property
    def side(self) -> int:
        return SIDE * self.scale


class Seen(NamedTuple):
    """How one shape looks on the day. ``bed``: held ground lies below what is claimed or assessed upon it, and each
    source above the one before."""

    kind: int
    bed: tuple[bool, str]
    look: Look
    mark: str | None


class Drawing(NamedTuple):
    """Shapes in the order of ``seen``: areas by their beds, lines, points. ``edges`` and ``ends`` are those of
    ``geo.painting.Picture``; ``spots`` are the points' positions, and of which shape each is."""

    seen: Sequence[Seen]
    edges: Ints
    ends: Ints
    spots: Ints
    of_spot: Ints


def seen_as(said: Said, kind: int, *, is_certain: bool) -> Seen:
    return Seen(kind, (said.is_above, said.source), said.look(is_certain=is_certain), said.mark)


def in_order(seen: Sequence[Seen]) -> list[int]:
    """The places of shapes as a drawing must have them."""
    return sorted(range(len(seen)), key=lambda at: (-seen[at].kind, seen[at].bed if seen[at].kind == AREA else ()))


def encode(features: Iterable[Feature], canvas: Canvas, rung: Rung | None = None) -> bytes:
    """The tile of the features that hold on the canvas's day; transparent where none is.

    Areas are zones and filled by who holds them; lines are fronts; points are dots.
    """
    rows = [row for row in features if row.geometry is not None and canvas.day in row.valid.outer]
    found = grid.in_tile(np.array([row.geometry for row in rows], dtype=object), canvas.tile, canvas.side)
    kinds = (shapely.get_dimensions(found) + 1).tolist()
    seen = [seen_as(looks.said_of(row), kind, is_certain=canvas.day in row.valid.certain)
            for row, kind in zip(rows, kinds, strict=True)]
    order = in_order(seen)
    shapes = found[order]
    return drawn(_drawing([seen[at] for at in order], shapes), canvas, rung)


def _drawing(seen: Sequence[Seen], shapes: NDArray[np.object_]) -> Drawing:
    """Of shapes in pixels; of a mixture only the largest dimension."""
    parts, owner = np.asarray(shapes), np.arange(len(shapes))
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    dimension = shapely.get_dimensions(parts)
    mine = dimension == np.array([each.kind - 1 for each in seen], dtype=np.int64)[owner]
    areas, lines, dots = (mine & (dimension == each) & ~shapely.is_empty(parts) for each in (2, 1, 0))
    rings, of_ring = shapely.get_rings(shapely.orient_polygons(parts[areas]), return_index=True)
    edges, of_edge = pairs(np.concatenate((rings, parts[lines])), np.concatenate((owner[areas][of_ring], owner[lines])))
    ends = np.searchsorted(of_edge, np.arange(len(seen) + 1))
    spots = np.rint(shapely.get_coordinates(parts[dots]) * PART).astype(np.int64)
    return Drawing(seen, edges, ends, spots, owner[dots])


def drawn(drawing: Drawing, canvas: Canvas, rung: Rung | None = None) -> bytes:
    """The file."""
    if not drawing.seen:
        return _empty(canvas.side)
    rows, table = (rung or painting.chosen("auto"))(_picture(drawing, canvas))
    return indexed.png(rows, table, canvas.side)


@lru_cache(2)
def _empty(side: int) -> bytes:
    return indexed.png(bytes(side * (side + 1)), bytes(4), side)


class _Inks:
    """Those of one picture, by number."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._numbers: dict[object, int] = {}
        self._inks: list[Ink] = []

    def fill(self, look: Look) -> int:
        known = self._canvas.known
        return self._numbered(look, lambda: _filled(
            look, self._canvas.scale, style_of(look.side, known), style_of(look.other, known) if look.other else None))

    def edge(self, side: str | None) -> int:
        return self._numbered(side, lambda: _edged(style_of(side, self._canvas.known), self._canvas.scale))

    def plain(self, hex_: str, alpha: float) -> int:
        return self._numbered((hex_, alpha), lambda: _plain(hex_, alpha, self._canvas.scale))

    def _numbered(self, key: object, make: Callable[[], Ink]) -> int:
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._inks)
            self._inks.append(make())
        return found

    def all(self) -> tuple[Ink, ...]:
        return tuple(self._inks)


@lru_cache(256)
def _filled(look: Look, scale: int, style: Style, other: Style | None) -> Ink:
    known = {look.side: style, look.other: other}
    return painting.ink(fill(look, scale, {side: each for side, each in known.items() if side and each}))


@lru_cache(256)
def _edged(style: Style, scale: int) -> Ink:
    return _plain(edge_colour("", {"": style}), 1.0, scale)


@lru_cache(64)
def _plain(hex_: str, alpha: float, scale: int) -> Ink:
    side = PIECE * scale
    return painting.ink(np.broadcast_to(np.append(colour(hex_), 1.0) * alpha, (side, side, 4)))


def _picture(drawing: Drawing, canvas: Canvas) -> Picture:
    inks = _Inks(canvas)
    edges, ends = drawing.edges, drawing.ends
    layers = [*_areas(drawing.seen, inks, canvas), *_fronts(drawing.seen, inks, canvas)]
    if len(drawing.spots):
        discs, counts, dots = _dots(drawing, inks, canvas)
        first = len(ends) - 1
        edges = np.concatenate((edges, discs))
        ends = np.concatenate((ends, ends[-1] + np.cumsum(counts)))
        for each in dots:
            layers.append(Layer(first, first + len(each), 0, each))
            first += len(each)
    return Picture(canvas.side, edges, ends, layers, inks.all())


def _areas(seen: Sequence[Seen], inks: _Inks, canvas: Canvas) -> Iterator[Layer]:
    areas = [each for each in seen if each.kind == AREA]
    first = 0
    for _, bed in groupby(areas, key=lambda each: each.bed):
        rows = [each.look for each in bed]
        last = first + len(rows)
        yield Layer(first, last, 0, [inks.fill(look) for look in rows])
        if canvas.strokes:
            yield Layer(first, last, round(EDGE * PART * canvas.scale), [inks.edge(look.side) for look in rows])
        first = last


def _fronts(seen: Sequence[Seen], inks: _Inks, canvas: Canvas) -> Iterator[Layer]:
    rows = [at for at, each in enumerate(seen) if each.kind == LINE]
    for ink, width, alpha in ((PAPER, CASING, 0.85), (BLACK, INK, 1.0)) if rows else ():
        number = inks.plain(ink, alpha)
        yield Layer(rows[0], rows[-1] + 1, round(width * PART * canvas.scale), [number] * len(rows))


def _dots(drawing: Drawing, inks: _Inks, canvas: Canvas) -> tuple[Ints, list[int], tuple[list[int], list[int]]]:
    """In the colour of who held the place or who acted there, on a rim of paper. Edges, how many each disc has, and the
    inks of rims and dots; what is at one place in one colour is one."""
    marks = [inks.edge(drawing.seen[of].mark) for of in drawing.of_spot.tolist()]
    each = np.unique(np.column_stack((drawing.spots, marks)), axis=0)
    rims = np.unique(each[:, :2], axis=0)
    discs = np.concatenate((_discs(rims, RIM * canvas.scale), _discs(each[:, :2], DOT * canvas.scale)))
    paper = inks.plain(PAPER, 1.0)
    return discs, [CORNERS] * (len(rims) + len(each)), ([paper] * len(rims), each[:, 2].tolist())


def _discs(centres: Ints, radius: float) -> Ints:
    corners = centres[:, None, :] + _circle(radius)
    return np.concatenate((corners, np.roll(corners, -1, axis=1)), axis=2).reshape(-1, 4)


@lru_cache(8)
def _circle(radius: float) -> Ints:
    angles = np.arange(CORNERS) * (2 * np.pi / CORNERS)
    return np.rint(np.column_stack((np.cos(angles), np.sin(angles))) * radius * PART).astype(np.int64)
