"""Points of low zooms: those that would be drawn over one another become one, which says how many it stands for.

A tile is parted into 32 by 32 cells, eight pixels wide where a tile is drawn 256 wide. What in one cell agrees in the
fields that a collection is ``counted`` by, and in its days, becomes one point at the mean of their positions with
``count`` and no identity; what is alone stays itself. As equal days are counted together, a slider over a window is
right on every day. In a tile of one day all of that day are counted together, whatever their days. Where a tile would
still have more than ``MOST`` points or ``LARGEST`` bytes, days are counted together by two, four, eight ….
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo import wire
from geo.cache import Arrays
from geo.mvt import EXTENT
from geo.tilegeometry import POINT, Shapes
from geo.tiles.arrays import Ints
from geo.tiles.messages import Runs
from geo.tiles.rungs import Rung
from geo.tiles.snap import Frame

DEEPEST = 9
"""Deepest zoom at which points are counted."""
CELL_BITS = 7
REACH = 2 << CELL_BITS
"""How far beyond its edge a tile has points, in its units, so that no mark is cut."""
MOST, LARGEST = 10_000, 500_000
"""Points and bytes of a tile beyond which days are no longer told apart."""
ALL_DAYS = 32
"""Bits of a day number: without them every day is the same."""


class Groups(NamedTuple):
    """By point of the tile: the rows of its earliest and its latest, of how many it stands for, and where that is in
    tile units."""

    first: Ints
    last: Ints
    sizes: Ints
    points: Ints


def countable(columns: Arrays) -> bool:
    """Whether every version is a single point."""
    counts = np.diff(columns["parts"][columns["versions"]])
    return bool((columns["kind"] == POINT).all() and (counts == 1).all())


def seen(alive: tuple[Ints, Ints], frame: Frame) -> tuple[Ints, Ints]:
    """Of ``alive`` (rows, and their boxes at the zoom) the rows that a tile shows, and where, in its units."""
    rows, boxes = alive
    at = boxes[:, :2].astype(np.int64) - (frame.left, frame.top)
    near = ((at >= -REACH) & (at < EXTENT + REACH)).all(axis=1)
    return rows[near], at[near]


def layer(rung: Rung, columns: Arrays, shown: tuple[Ints, Ints], *, days_apart: bool) -> bytes:
    """The messages of a layer of what a tile shows (``seen``); empty when that is nothing. ``columns`` are those of a
    day or those of a window."""
    rows, at = shown
    if not len(rows):
        return b""
    for bits in range(0 if days_apart else ALL_DAYS, ALL_DAYS + 1):
        found = _groups(columns, rows, at, bits)
        if len(found.first) > MOST and bits < ALL_DAYS:
            continue
        body = _features(rung, columns, found)
        if len(body) <= LARGEST:
            break
    return body


def _groups(columns: Arrays, rows: Ints, at: Ints, bits: int) -> Groups:
    """``bits`` of the days are overlooked."""
    kin, days = columns["kin"][rows], columns["days"][rows].astype(np.int64)
    cell = at >> CELL_BITS
    keys: tuple[Ints, ...] = ((cell[:, 0] << 32) + cell[:, 1], kin)
    if bits == 0:
        keys += (days[:, 0], columns["tail_kin"][rows])
    elif bits < ALL_DAYS:
        keys += (days[:, 0] >> bits, days[:, 1] >> bits)
    return _grouped(rows, at, days, keys)


def _grouped(rows: Ints, at: Ints, days: Ints, keys: tuple[Ints, ...]) -> Groups:
    order = np.lexsort((rows, days[:, 0], *keys[::-1]))
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any([key[order[1:]] != key[order[:-1]] for key in keys], axis=0)
    starts = np.flatnonzero(new)
    count = np.diff(starts, append=len(order))
    latest = np.lexsort((days[order, 1], np.cumsum(new)))[starts + count - 1]
    middle = (2 * np.add.reduceat(at[order], starts, axis=0) + count[:, None]) // (2 * count[:, None])
    found = Groups(rows[order[starts]], rows[order[latest]], count, middle)
    place = np.argsort(found.first)
    return Groups(*(each[place] for each in found))


def _features(rung: Rung, columns: Arrays, found: Groups) -> bytes:
    size = len(found.first)
    every = np.arange(size)
    commands = wire.commands(Shapes(POINT, every, every, every, found.points), closed=False)
    ends = np.cumsum([0, *map(len, commands)]).astype(np.int64)
    head, head_ends = _heads(columns, found)
    mine = {
        **columns, "head": head, "head_ends": head_ends, "ids": columns["ids"][found.first],
        "kind": np.full(size, POINT, dtype=np.uint8),
    }
    return rung.features(mine, b"".join(commands), Runs(every.astype(np.int32), found.last, ends[:-1], ends[1:]))


def _heads(columns: Arrays, found: Groups) -> tuple[Ints, Ints]:
    """Identity and fields of what is alone; of others the fields that they share, and their count."""
    crowd = found.sizes > 1
    alone, shared = columns["head_ends"], columns["crowd_head_ends"]
    begin = np.where(crowd, shared[found.first], alone[found.first])
    sizes = np.where(crowd, shared[found.first + 1], alone[found.first + 1]) - begin
    ends = np.concatenate([[0], np.cumsum(sizes + 2 * crowd)]).astype(np.int64)
    out = np.empty(ends[-1], dtype=np.int32)
    place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    source, target = np.repeat(begin, sizes) + place, np.repeat(ends[:-1], sizes) + place
    many: NDArray[np.bool_] = np.repeat(crowd, sizes)
    out[target[~many]] = columns["head"][source[~many]]
    out[target[many]] = columns["crowd_head"][source[many]]
    out[ends[1:][crowd] - 2] = columns["count_key"]
    out[ends[1:][crowd] - 1] = columns["counts"][found.sizes[crowd]]
    return out, ends
