"""What fills a zone, as small squares of colours that repeat: its side's motif, two sides' stripes, or hatching.

The same look as the page's (``server/static/js/style.js``): a motif for who is sure of it, diagonal bands of two
colours for what two contest, thin diagonals for what is claimed or not certain. No motif is a diagonal line.
"""
from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo.coverage import area_share
from geo.style import STYLES, Styles, style_of

PIECE = 16
"""Pixels of a square; divides the tile's side, so that patterns meet at the edges of tiles."""

FILL = 0.5
"""Of a zone: the land and its rivers show through."""

Pixels = NDArray[np.float64]
"""Red, green, blue times alpha, and alpha, from 0 to 1, in the last axis."""

UNSURE = ("claimed", "assessed_advance", "unknown")


class Look(NamedTuple):
    """What a fill depends on. ``kind``: sure, hatched or striped."""

    side: str | None
    other: str | None
    kind: str


def look_of(controller: str | None, other: str | None, status: str, *, is_sure: bool) -> Look:
    if other or status in ("contested", "mixed"):
        return Look(controller, other, "striped")
    return Look(controller, None, "sure" if is_sure and status not in UNSURE else "hatched")


def fill(look: Look, scale: int = 1, known: Styles = STYLES) -> Pixels:
    """The square of a look, shape ``(16 * scale, 16 * scale, 4)``."""
    style = style_of(look.side, known)
    side = PIECE * scale
    if look.kind == "striped":
        other = style_of(look.other, known).colour if look.other else "#fffdf8"
        return _laid(_laid(_clear(side), style.colour, 1, FILL + 0.1), other, _bands(scale), FILL + 0.1, over=False)
    if look.kind == "hatched":
        return _laid(_laid(_clear(side), style.colour, 1, FILL * 0.5), style.colour, _hatching(scale), 0.75)
    ink = _mixed(style.colour, "#000000", 0.25)
    return _laid(_laid(_clear(side), style.colour, 1, FILL), ink, _motif(style.pattern, scale), 0.4)


def colour(hex_: str) -> Pixels:
    """``#rrggbb`` as red, green, blue from 0 to 1."""
    return np.array([int(hex_[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def edge_colour(side: str | None, known: Styles = STYLES) -> str:
    """The side's own, as much darker as a contrast of 3 to 1 against the land asks for (WCAG 2.2, 1.4.11)."""
    own = found = style_of(side, known).colour
    for tenth in range(1, 10):
        if contrast(colour(found), colour(LAND)) >= CONTRAST:
            break
        found = _mixed(own, "#000000", tenth / 10)
    return found


LAND, CONTRAST = "#f4efe4", 3.0


def contrast(one: Pixels, other: Pixels) -> float:
    """The ratio of two colours, channels from 0 to 1 (WCAG 2.2, definition of contrast ratio)."""
    dim, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def _luminance(value: Pixels) -> float:
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _mixed(one: str, other: str, part: float) -> str:
    blend = np.rint(255 * (colour(one) + (colour(other) - colour(one)) * part)).astype(int)
    return "#" + "".join(f"{channel:02x}" for channel in blend)


def _clear(side: int) -> Pixels:
    return np.zeros((side, side, 4))


def _laid(below: Pixels, hex_: str, share: Pixels | float, alpha: float, *, over: bool = True) -> Pixels:
    """Ink laid over what is there, or in its place, where ``share`` of a pixel is inked."""
    covered = np.broadcast_to(np.asarray(share, dtype=float), below.shape[:2])[..., None]
    ink = np.append(colour(hex_), 1.0) * alpha
    laid: Pixels = below * (1 - covered * (alpha if over else 1.0)) + ink * covered
    return laid


@lru_cache(maxsize=4)
def _bands(scale: int) -> Pixels:
    return _diagonals(PIECE / 2 / 2**0.5, PIECE, scale)


@lru_cache(maxsize=4)
def _hatching(scale: int) -> Pixels:
    return _diagonals(1.1, PIECE // 2, scale)


def _diagonals(width: float, every: int, scale: int) -> Pixels:
    lines = [LineString([(x - PIECE, 2 * PIECE), (x + 2 * PIECE, -PIECE)]) for x in range(-2 * PIECE, 3 * PIECE, every)]
    return _inked(shapely.union_all([line.buffer(width / 2) for line in lines]), scale)


@lru_cache(maxsize=32)
def _motif(pattern: str, scale: int) -> Pixels:
    return _inked(shapely.union_all(_figures(pattern)), scale)


def _figures(pattern: str) -> list[BaseGeometry]:
    """The strokes of a motif in its square, repeated beyond its edges."""
    quarter, half = PIECE / 4, PIECE / 2
    lines: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {
        "lines": [((-1, quarter), (17, quarter)), ((-1, 3 * quarter), (17, 3 * quarter))],
        "verticals": [((quarter, -1), (quarter, 17)), ((3 * quarter, -1), (3 * quarter, 17))],
        "grid": [((-1, half), (17, half)), ((half, -1), (half, 17))],
    }
    if pattern in lines:
        return [LineString(line).buffer(0.5) for line in lines[pattern]]
    if pattern == "waves":
        x = np.linspace(0, PIECE, 33)
        return [LineString(np.column_stack((x, y - 1.2 * np.sin(x / PIECE * 2 * np.pi)))).buffer(0.5)
                for y in (quarter, 3 * quarter)]
    return [figure for at in (quarter, 3 * quarter) for figure in _small(pattern, at)]


def _small(pattern: str, at: float) -> list[BaseGeometry]:
    point = Point(at, at)
    if pattern == "dots":
        return [point.buffer(1.1)]
    if pattern == "rings":
        return [point.buffer(2.7).difference(point.buffer(1.7))]
    if pattern == "crosses":
        return [LineString(line).buffer(0.5) for line in (((at - 2, at), (at + 2, at)), ((at, at - 2), (at, at + 2)))]
    if pattern == "triangles":
        corners = [(at - 2.4, at + 2), (at + 2.4, at + 2), (at, at - 2), (at - 2.4, at + 2)]
        return [LineString(corners).buffer(0.5)]
    return []


def _inked(figure: BaseGeometry, scale: int) -> Pixels:
    large = shapely.transform(figure, lambda xy: xy * scale)
    return np.minimum(area_share(large, PIECE * scale), 1.0)
