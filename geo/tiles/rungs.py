"""Who writes tiles: the compiled kernel, or numpy where it was not built. Both write the same bytes."""
from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import numpy as np

from geo.cache import Arrays
from geo.errors import InvalidParameter
from geo.tiles import messages, numpy_rung
from geo.tiles.arrays import Ints
from geo.tiles.clip import HIGH, LOW
from geo.tiles.messages import Runs
from geo.tiles.numpy_rung import Encoded
from geo.tiles.snap import Frame

CHOICES = ("auto", "c", "numpy")


class Rung(NamedTuple):
    """``meeting`` finds the versions whose boxes meet a tile and which reach over its edge, ``shapes`` cuts and
    writes geometry, ``features`` the messages around it."""

    name: str
    meeting: Callable[[Ints, Ints, Frame], tuple[Ints, Ints]]
    shapes: Callable[[Arrays, Ints, Ints, Frame], Encoded]
    features: Callable[[Arrays, bytes, Runs], bytes]


NUMPY = Rung("numpy", numpy_rung.meeting, numpy_rung.shapes, messages.features)


def chosen(name: str) -> Rung:
    """The rung called ``name``; ``auto`` is the compiled one where it was built.

    :raises InvalidParameter: for another name, or ``c`` where it was not built.
    """
    if name not in CHOICES:
        raise InvalidParameter(f"tile_kernel: {name!r}, want one of {', '.join(CHOICES)}")
    kernel = None if name == "numpy" else _kernel()
    if name == "c" and kernel is None:
        raise InvalidParameter("tile_kernel: 'c', want auto or numpy: this installation was built without a compiler")
    return NUMPY if kernel is None else _compiled(kernel)


def _kernel() -> ModuleType | None:
    try:
        return importlib.import_module("geo.tiles.kernel")
    except ImportError:
        return None


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

    return Rung("c", meeting, shapes, features)


GEOMETRY = ("table", "refs", "parts", "hole", "versions", "kind", "state", "rings")
ATTRIBUTES = (
    "head", "head_ends", "tail", "tail_ends", "ids", "kind", "keys", "keys_ends", "values", "values_ends",
)
