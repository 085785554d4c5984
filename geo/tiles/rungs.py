"""Who writes tiles: the compiled kernel, or numpy where it was not built. Both write the same bytes."""
from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple, Protocol

import numpy as np

from geo import kernels
from geo.cache import Arrays
from geo.tiles import messages, numpy_rung
from geo.tiles.arrays import Ints
from geo.tiles.clip import HIGH, LOW
from geo.tiles.hard import Cut
from geo.tiles.messages import Runs
from geo.tiles.numpy_rung import Encoded
from geo.tiles.snap import Frame


class Layer(Protocol):
    """One-day tiles of a zoom, geometry and messages in one call."""

    def tile(
        self, rows: Ints, crossing: Ints, frame: Frame, given: dict[int, bytes] = ..., /
    ) -> bytes | list[tuple[int, Cut | None]]:
        """The tile of what ``meeting`` found, or the places in it at which GEOS must look first, with what it has cut
        there; ``given`` are their commands by place, and then it is the tile."""


class Rung(NamedTuple):
    """``meeting`` finds the versions whose boxes meet a tile and which reach over its edge, ``shapes`` cuts and
    writes geometry, ``features`` the messages around it. ``layer`` does both, from the name of a collection, the arrays
    of a zoom and those of all versions, where that is cheaper than one after the other."""

    name: str
    meeting: Callable[[Ints, Ints, Frame], tuple[Ints, Ints]]
    shapes: Callable[[Arrays, Ints, Ints, Frame], Encoded]
    features: Callable[[Arrays, bytes, Runs], bytes]
    layer: Callable[[str, Arrays, Arrays], Layer] | None = None


NUMPY = Rung("numpy", numpy_rung.meeting, numpy_rung.shapes, messages.features)


def chosen(name: str) -> Rung:
    """The rung called ``name``; ``auto`` is the compiled one where it was built.

    :raises InvalidParameter: for another name, or ``c`` where it was not built.
    """
    kernel = kernels.chosen("geo.tiles.kernel", name)
    return NUMPY if kernel is None else _compiled(kernel)


def _compiled(kernel: ModuleType) -> Rung:
    def meeting(rows: Ints, boxes: Ints, frame: Frame) -> tuple[Ints, Ints]:
        left, top = frame.left, frame.top
        chosen, crossing = kernel.meeting(rows, boxes, left + LOW, top + LOW, left + HIGH, top + HIGH)
        return np.frombuffer(chosen, np.int32), np.frombuffer(crossing, np.uint8)

    def shapes(level: Arrays, chosen: Ints, crossing: Ints, frame: Frame) -> Encoded:
        blob, ends, hard = kernel.shapes(*(level[name] for name in GEOMETRY), chosen, crossing, *frame)
        return Encoded(blob, np.frombuffer(ends, np.int64), np.frombuffer(hard, np.int32))

    def features(columns: Arrays, blob: bytes, runs: Runs) -> bytes:
        first, last, begin, end = runs
        found: bytes = kernel.features(blob, begin, end, first, last, *(columns[name] for name in ATTRIBUTES))
        return found

    def layer(name: str, level: Arrays, columns: Arrays) -> Layer:
        parts = [*(level[part] for part in GEOMETRY), *(columns[part] for part in ATTRIBUTES)]
        made: Layer = kernel.Layer(name.encode(), parts)
        return made

    return Rung("c", meeting, shapes, features, layer)


GEOMETRY = ("table", "refs", "parts", "hole", "versions", "kind", "state", "rings")
ATTRIBUTES = (
    "head", "head_ends", "tail", "tail_ends", "ids", "kind", "keys", "keys_ends", "values", "values_ends",
)
