"""Which version follows which: the next of the same side on about the same ground.

Tiles of a window list versions in this order, so that the borders that two of them share lie close together and gzip,
which looks 32 kB back, finds them. It says nothing of meaning: a wrong guess costs bytes.
"""
from __future__ import annotations

import numpy as np

from geo.cache import Arrays
from geo.tiles.arrays import FOREVER, Ints

MOST = 1 << 20
"""Pairs that are compared at most for one look and day; beyond them nothing is guessed."""


def numbers(columns: Arrays) -> Ints:
    """The place of each version when those that follow one another stand together: 0 to one less than there are."""
    before = _predecessors(columns)
    root = np.arange(len(before))
    for row in np.argsort(columns["days"][:, 0], kind="stable").tolist():
        if before[row] >= 0:
            root[row] = root[before[row]]
    found = np.empty(len(root), dtype=np.uint64)
    found[np.lexsort((np.arange(len(root)), columns["days"][:, 0], root))] = np.arange(len(root), dtype=np.uint64)
    return found


def _predecessors(columns: Arrays) -> Ints:
    """The row that each follows, -1 where none: it ended when this began, and each is the other's nearest."""
    days, look = columns["days"].astype(np.int64), columns["look"].astype(np.int64)
    found = np.full(len(look), -1, dtype=np.int64)
    begins, ends = (look << 32 | (days[:, side] + FOREVER) for side in (0, 1))
    sizes, middles = _places(columns)
    by_end = np.argsort(ends, kind="stable")
    for key, new in _groups(begins):
        first, last = np.searchsorted(ends[by_end], [key, key + 1])
        old = by_end[first:last]
        if not len(old) or len(old) * len(new) > MOST:
            continue
        apart = np.abs(middles[new][:, None] - middles[old]) + np.abs(sizes[new][:, None] - sizes[old])
        apart = apart.sum(axis=2)
        nearest, follower = apart.argmin(axis=1), apart.argmin(axis=0)
        mutual = follower[nearest] == np.arange(len(new))
        found[new[mutual]] = old[nearest[mutual]]
    return found


def _groups(keys: Ints) -> list[tuple[int, Ints]]:
    """Rows of each key, in order."""
    if not len(keys):
        return []
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True))


def _places(columns: Arrays) -> tuple[Ints, Ints]:
    """Width and height, and twice the middle, of each version's box in units of zoom 20."""
    bounds = columns["parts"][columns["versions"]]
    points = columns["table"][columns["refs"]].astype(np.int64)
    if not len(points):
        empty = np.zeros((len(bounds) - 1, 2), dtype=np.int64)
        return empty, empty
    starts = bounds[:-1].clip(max=len(points) - 1)
    low, high = np.minimum.reduceat(points, starts, axis=0), np.maximum.reduceat(points, starts, axis=0)
    return high - low, high + low
