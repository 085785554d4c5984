"""The stretches of versions in a tile, neither cut nor written, for those who paint: by the kernel or by numpy."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo import painting
from geo.cache import Arrays
from geo.tilegeometry import POLYGON
from geo.tiles.arrays import Ints
from geo.tiles.snap import Frame, rounded

GEOMETRY = ("table", "refs", "parts", "versions", "kind")


class Reach(NamedTuple):
    """Positions are tile units times ``factor``; what lies below ``low``, above it or right of ``high`` is not asked
    for (what lies left of them is: a picture is covered from its left edge on)."""

    factor: int
    low: int
    high: int


def outlines(level: Arrays, rows: Ints, frame: Frame, reach: Reach, kernel: str = "auto") -> tuple[Ints, Ints]:
    """Rows of ``x, y, x, y`` of the areas and lines ``rows``, and where those of each begin, with one more than there
    are.
    """
    found = painting.compiled() if kernel != "numpy" else None
    if found is None:
        return _by_numpy(level, rows, frame, reach)
    edges, ends = found.outlines(*(level[name] for name in GEOMETRY), rows.astype(np.int32), *frame, *reach)
    return np.frombuffer(edges, np.int64).reshape(-1, 4), np.frombuffer(ends, np.int64)


def _by_numpy(level: Arrays, rows: Ints, frame: Frame, reach: Reach) -> tuple[Ints, Ints]:
    part, of_row = _spans(level["versions"], rows)
    at, of_part = _spans(level["parts"], part)
    owner = of_row[of_part]
    here = positions(level, at, frame) * reach.factor
    is_last = np.append(of_part[1:] != of_part[:-1], True)[: len(at)]
    first = np.searchsorted(of_part, of_part)
    after = np.where(is_last, first, np.arange(1, len(at) + 1))
    edges = np.hstack((here, here[after]))
    closed = level["kind"][rows][owner] == POLYGON
    low, high = np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])
    kept = (closed | ~is_last) & (high[:, 1] >= reach.low) & (low[:, 1] <= reach.high) & (low[:, 0] <= reach.high)
    kept &= (low != high).any(axis=1)
    return edges[kept], np.searchsorted(owner[kept], np.arange(len(rows) + 1))


def spots(level: Arrays, rows: Ints, frame: Frame, factor: int) -> tuple[Ints, Ints]:
    """The positions of the points ``rows``, and of which each is."""
    part, of_row = _spans(level["versions"], rows)
    at, of_part = _spans(level["parts"], part)
    return positions(level, at, frame) * factor, of_row[of_part]


def positions(level: Arrays, at: Ints, frame: Frame) -> Ints:
    return rounded(level["table"][level["refs"][at]], frame.shift) - (frame.left, frame.top)


def _spans(ends: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """All places between the ends of each of ``rows``, and whose they are by place in ``rows``."""
    begin, end = np.asarray(ends)[rows], np.asarray(ends)[rows + 1]
    counts = end - begin
    owner = np.repeat(np.arange(len(rows)), counts)
    return np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(len(owner)), owner
