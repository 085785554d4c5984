"""Dated features as PNG tiles: fills, patterns and outlines as on the page, for programs that draw no vector tiles.

Neighbours mix exactly along their edges, without seams (``geo.coverage``). 256 pixels a side, or 512 for dense screens
(``scale`` 2).
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import grid
from geo.coverage import coverage, edges_of, polygons, stroke_of
from geo.grid import Tile
from geo.model import Feature
from geo.motifs import Look, colour, edge_colour, fill, look_of
from geo.painting import Layer, layer, png
from geo.style import STYLES, Styles

SIDE = 256
ENCODING = 1
"""Raised whenever the same features come to another picture."""

EDGE, CASING, INK, DOT, RIM = 1.25, 4.0, 1.75, 3.5, 4.5
"""Pixels: outline of a zone, paper around a front and its ink, radius of a place's dot and of the paper around it."""

AROUND = 5
"""Pixels beyond the tile from which half a stroke or a dot may reach into it."""

PAPER, BLACK = "#fffdf8", "#1d1b18"

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Canvas:
    """A tile to be painted: where, on which day, how dense, and the colours of its sides."""

    tile: Tile
    day: date
    scale: int = 1
    known: Styles = field(default_factory=lambda: STYLES)

    @property
    def side(self) -> int:
        return SIDE * self.scale


def encode(features: Iterable[Feature], canvas: Canvas) -> bytes:
    """The tile of the features that hold on the canvas's day; transparent where none is.

    Areas are zones and filled by who holds them; lines are fronts; points are dots.
    """
    rows = [row for row in features if row.geometry is not None and canvas.day in row.valid.outer]
    shapes = _placed(rows, canvas)
    layers = [*_zones(rows, shapes, canvas), *_fronts(shapes, canvas), *_dots(rows, shapes, canvas)]
    return png(layers, canvas.side)


def _placed(rows: Sequence[Feature], canvas: Canvas) -> Geometries:
    """In pixels of the tile, y downward, cut to it and a little around."""
    found = grid.in_tile(np.array([row.geometry for row in rows], dtype=object), canvas.tile, canvas.side)
    low, high = -AROUND * canvas.scale, canvas.side + AROUND * canvas.scale
    return np.asarray(shapely.clip_by_rect(found, low, low, high, high))


def _zones(rows: Sequence[Feature], shapes: Geometries, canvas: Canvas) -> Iterator[Layer]:
    """Held ground first, what is claimed or assessed upon it after; each source above the one before."""
    areas, owner = polygons(shapes)
    beds: defaultdict[tuple[bool, str], list[int]] = defaultdict(list)
    for at, row in enumerate(owner.tolist()):
        said = rows[row].properties
        is_above = said.get("status") in ("claimed", "assessed_advance") and said.get("method") != "derived"
        beds[is_above, str(said.get("source_id"))].append(at)
    for bed in sorted(beds):
        mine = np.array(beds[bed])
        looks = [_look(rows[number], canvas) for number in owner[mine].tolist()]
        edges, of_area = edges_of(areas[mine])
        yield _inked(edges, [looks[number] for number in of_area.tolist()], canvas)
        edges, of_line = stroke_of(shapely.boundary(areas[mine]), EDGE * canvas.scale)
        yield _inked(edges, [looks[number].side for number in of_line.tolist()], canvas)


def _look(row: Feature, canvas: Canvas) -> Look:
    said = row.properties
    is_sure = canvas.day in row.valid.certain and said.get("confidence") != "low"
    sides = _text(said.get("controller")), _text(said.get("controller_b"))
    return look_of(*sides, str(said.get("status")), is_sure=is_sure)


def _fronts(shapes: Geometries, canvas: Canvas) -> Iterator[Layer]:
    lines = shapes[(shapely.get_dimensions(shapes) == 1) & ~shapely.is_empty(shapes)]
    for ink, width, alpha in ((PAPER, CASING, 0.85), (BLACK, INK, 1.0)) if len(lines) else ():
        edges, _ = stroke_of(lines, width * canvas.scale)
        yield _one_ink(edges, ink, alpha, canvas)


def _dots(rows: Sequence[Feature], shapes: Geometries, canvas: Canvas) -> Iterator[Layer]:
    """In the colour of who held the place or who acted there, on a rim of paper."""
    spots = np.flatnonzero((shapely.get_dimensions(shapes) == 0) & ~shapely.is_empty(shapes))
    if not len(spots):
        return
    edges, of_disc = edges_of(shapely.buffer(shapes[spots], RIM * canvas.scale))
    yield _one_ink(edges, PAPER, 1.0, canvas)
    said = [rows[number].properties for number in spots.tolist()]
    sides = [_text(each.get("controller")) or _text(each.get("actor")) for each in said]
    edges, of_disc = edges_of(shapely.buffer(shapes[spots], DOT * canvas.scale))
    yield _inked(edges, [sides[number] for number in of_disc.tolist()], canvas)


def _inked(edges: NDArray[np.float64], whose: Sequence[Look | str | None], canvas: Canvas) -> Layer:
    """A layer of fills by look, or of plain inks by side; ``whose`` says it for each edge."""
    kinds = sorted(set(whose), key=str)
    number = {kind: place for place, kind in enumerate(kinds)}
    planes = coverage(edges, np.array([number[kind] for kind in whose], dtype=np.int64), len(kinds), canvas.side)
    inks = [
        fill(kind, canvas.scale, canvas.known) if isinstance(kind, Look) else _plain(edge_colour(kind, canvas.known))
        for kind in kinds
    ]
    return layer(np.minimum(planes, 1.0), inks)


def _one_ink(edges: NDArray[np.float64], ink: str, alpha: float, canvas: Canvas) -> Layer:
    planes = coverage(edges, np.zeros(len(edges), dtype=np.int64), 1, canvas.side)
    return layer(np.minimum(planes, 1.0), [_plain(ink, alpha)])


def _plain(ink: str, alpha: float = 1.0) -> NDArray[np.float64]:
    return (np.append(colour(ink), 1.0) * alpha).reshape(1, 1, 4)


def _text(value: object) -> str | None:
    return str(value) if value else None
