"""Which tiles a collection fills, and the spans of the calendar into which its history is cut where it is too long."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from geo import mvt
from geo.grid import Tile
from geo.interval import Interval
from geo.tiles import counted
from geo.tiles.arrays import Ints

MARGIN = max(mvt.BUFFER, counted.REACH) + 2
"""Units by which a tile reaches over its edge; two of them for what rounding moves."""
WINDOW_BYTES = 1 << 19
"""Most bytes, not packed, of a tile that a browser is asked to read: half a megabyte, about 200,000 positions."""


class Windows(NamedTuple):
    """How some zooms are cut: ``window`` is all, year or month. ``spans`` follow one another, open at both ends, and
    are numbered from ``first`` on."""

    minzoom: int
    maxzoom: int
    window: str
    first: int = -1
    spans: Sequence[Interval] = ()


def filled(boxes: Ints, deepest: int, shallowest: int = 0) -> Iterator[Tile]:
    """Tiles that a box meets, buffer included, from zoom ``shallowest`` to ``deepest``, parents before children.

    ``boxes`` are west, north, east, south in units of the deepest zoom from the middle of the world. Only tiles whose
    parent is filled are looked at, so that a small war costs little however deep the zoom.
    """
    half = (1 << deepest) * mvt.EXTENT // 2
    full = boxes[boxes[:, 0] <= boxes[:, 2]].astype(np.int64)
    waiting = [(Tile(0, 0, 0), np.unique(full, axis=0) + half)]
    while waiting:
        tile, above = waiting.pop()
        inside = above[_meets(above, tile, deepest - tile.z)]
        if not len(inside):
            continue
        if tile.z >= shallowest:
            yield tile
        if tile.z < deepest:
            below = Tile(tile.z + 1, 2 * tile.x, 2 * tile.y)
            waiting += [(below._replace(x=below.x + x, y=below.y + y), inside) for y in (0, 1) for x in (0, 1)]


def cut(window: str, turns: Sequence[date]) -> list[Interval]:
    """The calendar's years or months in which something begins or ends (``turns``), and the still times between them;
    the first span is open at its start and the last at its end: every day is in one.

    >>> [str(span) for span in cut("month", [date(2014, 5, 1), date(2016, 2, 3), date(2016, 2, 9)])]
    ['../2014-05-31', '2014-06-01/2016-01-31', '2016-02-01/..']
    """
    begins = {turn.replace(day=1, month=turn.month if window == "month" else 1) for turn in turns}
    edges = sorted(begins | {_next(window, begin) for begin in begins})[1:-1]
    return [Interval(start, end) for start, end in zip([None, *edges], [*edges, None], strict=True)]


def window_for(largest: int, years: int, most: int = WINDOW_BYTES) -> str:
    """The longest window that may fit in ``most`` bytes where the largest tile of all ``years`` has so many bytes.

    What is in the tile is in that of one year at least, so that of the largest of them has no less than its share.
    """
    if largest <= most:
        return "all"
    return "year" if largest <= most * years else "month"


def _meets(boxes: Ints, tile: Tile, shift: int) -> Ints:
    side, margin = mvt.EXTENT << shift, MARGIN << shift
    left, top = tile.x * side, tile.y * side
    found: Ints = (
        (boxes[:, 0] <= left + side + margin) & (boxes[:, 2] >= left - margin)
        & (boxes[:, 1] <= top + side + margin) & (boxes[:, 3] >= top - margin)
    )
    return found


def _next(window: str, begin: date) -> date:
    later = begin + timedelta(days=366 if window == "year" else 31)
    return later.replace(day=1, month=later.month if window == "month" else 1)
