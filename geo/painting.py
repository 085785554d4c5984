"""Layers of ink on the pixels of a square, one over another, as an index image of at most 256 colours.

Most pixels lie wholly in one fill: they take its colour as it is, and only those that an edge crosses are mixed. So the
fills keep their exact colours, however many mixes there are. The compiled kernel (``shares.c``) and numpy do the same
sums of whole numbers and come to the same picture, byte for byte.
"""
from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from geo.coverage import FULL, coverage, stroke_of
from geo.errors import InvalidParameter

COLOURS = 256
MOST_SOLID = 192
"""Colours of fills beyond which they too are rounded, so that there is room for mixes."""
LEVELS = 16
"""Steps of a share along an edge: as many as the eye tells apart, few enough for a palette, and even, so that the two
shares of an edge still make a whole."""
ONE = 1 << 16
"""A whole of a colour's part, premultiplied by alpha."""

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Ink:
    """A square of colours that repeats: ``colours`` premultiplied in parts of ``ONE``, shape ``(n, n, 4)``; ``table``
    its colours as they are seen (red, green, blue, alpha in a word, as they lie in memory) and ``places`` each pixel's
    among them."""

    colours: Words
    table: Words
    places: Bytes


@dataclass(frozen=True)
class Layer:
    """Shapes ``first`` up to ``last``, each in its ink, by number: where inks meet in a pixel they mix, and together
    they cover no more than all of it. ``width``, in 1/256 of a pixel, draws the shapes' edges as strokes; 0 fills
    them."""

    first: int
    last: int
    width: int
    inks: Sequence[int]


@dataclass(frozen=True)
class Picture:
    """``edges``: rows of ``x, y, x, y`` in 1/256 of a pixel, y downward; ``ends``: where those of each shape begin,
    with one more than there are. ``inks`` have squares of one size, which divides ``side``."""

    side: int
    edges: Ints
    ends: Ints
    layers: Sequence[Layer]
    inks: tuple[Ink, ...]


Indexed = tuple[bytes, bytes]
Rung = Callable[[Picture], Indexed]


def chosen(name: str) -> Rung:
    """What makes the index image, each row after the 0 by which PNG knows that it is not filtered, and its table, four
    bytes a colour: ``c``, ``numpy`` or, with ``auto``, the compiled one where it was built.

    :raises InvalidParameter: for another name, or ``c`` where it was not built.
    """
    kernel = None if name == "numpy" else compiled()
    if name not in ("auto", "c", "numpy") or (name == "c" and kernel is None):
        raise InvalidParameter(f"tile_kernel: {name!r}, want auto or numpy, or c where that was built")
    return _by_numpy if kernel is None else lambda picture: _by_kernel(kernel, picture)


def compiled() -> ModuleType | None:
    try:
        return importlib.import_module("geo.shares")
    except ImportError:
        return None


def ink(premultiplied: NDArray[np.float64]) -> Ink:
    """From red, green, blue times alpha, and alpha, from 0 to 1, shape ``(n, n, 4)``."""
    colours = np.rint(premultiplied * ONE).astype(np.uint32)
    table, places = np.unique(_plain(colours.reshape(-1, 4).astype(np.int64)), return_inverse=True)
    return Ink(colours, table, places.astype(np.uint8).reshape(colours.shape[:2]))


def _by_kernel(kernel: ModuleType, picture: Picture) -> Indexed:
    colours, places, solid, begins = _tables(picture.inks)
    layers = np.array([(each.first, each.last, each.width) for each in picture.layers], dtype=np.int32)
    inks = np.array([number for each in picture.layers for number in each.inks], dtype=np.int32)
    period = len(picture.inks[0].places) if picture.inks else 1
    found: Indexed = kernel.paint(picture.side, period, picture.edges, picture.ends, layers, inks,
                                  colours, places, solid, begins, _STEPS)
    return found


@lru_cache(64)
def _tables(inks: tuple[Ink, ...]) -> tuple[Words, Bytes, Words, NDArray[np.int32]]:
    begins = np.cumsum([0, *(len(each.table) for each in inks)]).astype(np.int32)
    none = np.zeros(0, dtype=np.uint32)
    return (
        np.concatenate([none, *(each.colours.reshape(-1) for each in inks)]),
        np.concatenate([none.astype(np.uint8), *(each.places.reshape(-1) for each in inks)]),
        np.concatenate([none, *(each.table for each in inks)]), begins,
    )


def _coarser() -> Bytes:
    """By bits, from 7 down to 1, what each byte comes to."""
    values = np.arange(COLOURS) / 255
    steps = [2**bits - 1 for bits in range(7, 0, -1)]
    return np.array([np.rint(np.rint(values * step) / step * 255) for step in steps]).astype(np.uint8)


_STEPS = _coarser()


def _by_numpy(picture: Picture) -> Indexed:
    state, used, mixes = _laid(picture)
    solids = {number: picture.inks[number].table for number in sorted(used)}
    count = sum(map(len, solids.values()))
    joined = count >= MOST_SOLID
    pixels = np.flatnonzero(state < 0)
    none = np.zeros(1, dtype=np.uint32)
    own = np.concatenate([none[:0], *solids.values()])
    loose = np.concatenate([own if joined else own[:0], _plain(mixes[pixels])])
    base = none if joined else np.concatenate([none, own])
    table, place = _fewer(loose, COLOURS - len(base))
    place = place + len(base)
    of_own = place[: len(own)] if joined else np.arange(len(own)) + 1
    index = np.zeros(picture.side * picture.side, dtype=np.uint8)
    index[pixels] = place[len(place) - len(pixels):]
    begin = 0
    for number, colours in solids.items():
        mine = np.flatnonzero(state == number + 1)
        index[mine] = of_own[begin + picture.inks[number].places[_where(picture, number, mine)].astype(np.int64)]
        begin += len(colours)
    rows = np.pad(index.reshape(picture.side, picture.side), ((0, 0), (1, 0)))
    return rows.tobytes(), np.concatenate([base, table]).tobytes()


def _where(picture: Picture, number: int, pixels: Ints) -> tuple[Ints, Ints]:
    row, column = np.divmod(pixels, picture.side)
    period = len(picture.inks[number].places)
    return row % period, column % period


def _laid(picture: Picture) -> tuple[Ints, set[int], Ints]:
    """By pixel: 0, 1 + the ink that alone covers it, or -1 where inks are mixed; the inks that alone cover any; what is
    mixed."""
    pixels = picture.side * picture.side
    state, mixes = np.zeros(pixels, dtype=np.int64), np.zeros((pixels, 4), dtype=np.int64)
    used: set[int] = set()
    for layer in picture.layers:
        inks, levels = _levels(picture, layer)
        whole = (levels == LEVELS) & (state == 0)
        is_whole = whole.any(axis=0)
        mixed = np.flatnonzero((levels.max(axis=0, initial=0) > 0) & ~is_whole)
        for number, mine in zip(inks, whole, strict=True):
            if mine.any():
                used.add(number)
                state[mine] = number + 1
        for number in np.unique(state[mixed]).tolist():
            if number > 0:
                under = mixed[state[mixed] == number]
                mixes[under] = picture.inks[number - 1].colours[_where(picture, number - 1, under)]
        above = np.zeros((len(mixed), 4), dtype=np.int64)
        for number, level in zip(inks, levels[:, mixed].astype(np.int64), strict=True):
            above += level[:, None] * picture.inks[number].colours[_where(picture, number, mixed)].astype(np.int64)
        above = (above + LEVELS // 2) // LEVELS
        mixes[mixed] = above + (mixes[mixed] * (ONE - above[:, 3:]) + ONE // 2) // ONE
        state[mixed] = -1
    return state, used, mixes


def _levels(picture: Picture, layer: Layer) -> tuple[list[int], Bytes]:
    """The layer's inks in order, and how many ``LEVELS`` of each pixel each covers, so rounded that they add up to
    those of their sum."""
    inks, place = np.unique(np.array(layer.inks, dtype=np.int64), return_inverse=True)
    ends = picture.ends[layer.first : layer.last + 1]
    edges = picture.edges[ends[0] : ends[-1]]
    of = np.repeat(place, np.diff(ends))
    if layer.width:
        edges, of = stroke_of(edges, of, layer.width)
    areas = coverage(edges, of, len(inks), picture.side).reshape(len(inks), picture.side * picture.side)
    levels = areas * LEVELS // FULL  # right where one ink covers all or nothing, which is nearly everywhere
    total = areas.sum(axis=0)
    mixed = np.flatnonzero((total != 0) & ((total != FULL) | ~(areas == FULL).any(axis=0)))
    sums = np.cumsum(areas[:, mixed], axis=0)
    most = np.maximum(sums[-1:], FULL)
    until = (2 * LEVELS * sums + most) // (2 * most)
    levels[:, mixed] = np.diff(until, axis=0, prepend=0)
    return inks.tolist(), levels.astype(np.uint8)


def _plain(mixes: Ints) -> Words:
    """Colours as they are seen, a word each."""
    alpha = mixes[:, 3:]
    found = np.empty((len(mixes), 4), dtype=np.uint8)
    found[:, 3:] = (alpha * 255 + ONE // 2) // ONE
    found[:, :3] = np.minimum((mixes[:, :3] * 255 + alpha // 2) // np.maximum(alpha, 1), 255)
    found[found[:, 3] == 0] = 0
    return found.view(np.uint32).reshape(-1)


def _fewer(colours: Words, room: int) -> tuple[Words, Ints]:
    """Each once, rounded the coarser until there is room for all, and the place of each."""
    exact, place = np.unique(colours, return_inverse=True)
    fewer, again = exact, np.arange(len(exact))
    for steps in _STEPS:
        if len(fewer) <= room:
            break
        rounded = steps[exact.view(np.uint8)].view(np.uint32)
        fewer, again = np.unique(rounded, return_inverse=True)
    return fewer, again[place]
