"""Layers of ink on the pixels of a square, one over another, packed as an indexed PNG.

Most pixels lie wholly in one fill: they take its colour by a look at a table, and only those that an edge crosses are
mixed. So the fills keep their exact colours, however many mixes there are.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLOURS = 256
WHOLE = 1 - 1e-6
LEVELS = 16
"""Steps of a share along an edge: as many as the eye tells apart, few enough for a palette, and even, so that the two
shares of an edge still make a whole."""

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Layer:
    """Inks side by side: where they meet in a pixel they mix, and together they cover no more than all of it.

    ``shares``: how much of each pixel each ink covers, shape ``(inks, side * side)``; ``inks``: squares of colours
    (premultiplied, 0 to 1) that repeat, shape ``(n, n, 4)``, where n divides the side.
    """

    shares: Floats
    inks: Sequence[Floats]

    def at(self, places: Places, side: int) -> Floats:
        """The layer's own colours at some pixels, shape ``(places, 4)``."""
        found = np.zeros((len(places), 4))
        row, column = np.divmod(places, side)
        for share, ink in zip(np.rint(self.shares[:, places] * LEVELS) / LEVELS, self.inks, strict=True):
            found += share[:, None] * ink[row % len(ink), column % len(ink)]
        return found


def layer(shares: Floats, inks: Sequence[Floats]) -> Layer:
    """Of planes of shares, shape ``(inks, side, side)``, which may add up to more than a pixel."""
    flat = shares.reshape(len(shares), -1)
    whole = flat.sum(axis=0)
    return Layer(flat if whole.max(initial=0) <= 1 else flat / np.maximum(whole, 1.0), inks)


def png(layers: Sequence[Layer], side: int) -> bytes:
    """The picture, each layer over those before it; transparent where none is."""
    index, table = _solid(layers, side)
    mixed = np.flatnonzero(index < 0)
    if len(mixed):
        colours = _mixed(layers, mixed, side)
        table, index[mixed] = _with(table, _plain(colours))
    image = Image.fromarray(index.reshape(side, side).astype(np.uint8))
    image.putpalette(table.tobytes(), "RGBA")
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _solid(layers: Sequence[Layer], side: int) -> tuple[Places, Bytes]:
    """For pixels that only one ink of the first layer covers, and for empty ones, their place in the table; else -1."""
    index = np.zeros(side * side, dtype=np.intp)
    table = [np.zeros((1, 4), dtype=np.uint8)]
    if not layers:
        return index, table[0]
    covered = np.array([each.shares.any(axis=0) for each in layers])
    index[covered.any(axis=0)] = -1
    is_bare = ~covered[1:].any(axis=0)
    for share, ink in zip(layers[0].shares, layers[0].inks, strict=True):
        colours, place = _once(_plain(ink.reshape(-1, 4)))
        times = side // len(ink)
        here = np.tile(place.reshape(ink.shape[:2]) + sum(map(len, table)), (times, times)).reshape(-1)
        is_mine = (share >= WHOLE) & is_bare
        index[is_mine] = here[is_mine]
        table.append(colours)
    return index, np.vstack(table)


def _mixed(layers: Sequence[Layer], places: Places, side: int) -> Floats:
    found = np.zeros((len(places), 4))
    for each in layers:
        above = each.at(places, side)
        found = above + found * (1 - above[:, 3:])
    return found


def _with(table: Bytes, colours: Bytes) -> tuple[Bytes, Places]:
    """The table with more colours, rounded the coarser until there is room for all, and the place of each."""
    exact, place = _once(colours)
    fewer, again, bits = exact, np.arange(len(exact)), 7
    while len(fewer) > COLOURS - len(table) and bits > 1:
        bits -= 1
        steps = 2**bits - 1
        fewer, again = _once(np.rint(np.rint(exact / 255 * steps) / steps * 255).astype(np.uint8))
    return np.vstack((table, fewer)), again[place] + len(table)


def _once(colours: Bytes) -> tuple[Bytes, Places]:
    """Each colour once, and the place of each."""
    packed, place = np.unique(np.ascontiguousarray(colours).view(np.uint32).reshape(-1), return_inverse=True)
    return packed.view(np.uint8).reshape(-1, 4), place


def _plain(premultiplied: Floats) -> Bytes:
    alpha = premultiplied[:, 3:]
    colours = np.concatenate((premultiplied[:, :3] / np.maximum(alpha, 1e-9), alpha), axis=1)
    found = np.rint(colours * 255 + 1e-6).clip(0, 255).astype(np.uint8)
    found[found[:, 3] == 0] = 0
    return found
