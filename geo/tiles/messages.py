"""The messages of a layer from rows of the attribute tables: the numpy rung (``kernel.c`` is the other)."""
from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from geo import wire
from geo.cache import Arrays
from geo.tiles.arrays import Ints


class Runs(NamedTuple):
    """What a layer shows: versions ``first`` to ``last`` as one feature, whose commands are ``blob[begin:end]``;
    none where that is empty."""

    first: Ints
    last: Ints
    begin: Ints
    end: Ints


def features(columns: Arrays, blob: bytes, runs: Runs) -> bytes:
    """The messages of features, keys and values."""
    keys: dict[int, int] = {}
    values: dict[int, int] = {}
    out = []
    for first, last, begin, end in zip(*(column.tolist() for column in runs), strict=True):
        if begin == end:
            continue
        tags: list[int] = []
        for name, row in (("head", first), ("tail", last)):
            ends = columns[f"{name}_ends"]
            numbers = columns[name][ends[row]:ends[row + 1]].tolist()
            for key, value in zip(numbers[::2], numbers[1::2], strict=True):
                tags += keys.setdefault(key, len(keys)), values.setdefault(value, len(values))
        kind, number = int(columns["kind"][first]), int(columns["ids"][first])
        out.append(wire.feature(number, kind, _varints(tags), blob[begin:end]))
    out += _rows(columns, "keys", keys, 3) + _rows(columns, "values", values, 4)
    return b"".join(out)


def _varints(numbers: list[int]) -> bytes:
    return bytes(numbers) if max(numbers) < 0x80 else b"".join(map(wire.varint, numbers))


def _rows(columns: Arrays, name: str, used: dict[int, int], field: int) -> list[bytes]:
    text, ends = columns[name], columns[f"{name}_ends"]
    spans = [pair for row in used for pair in pairwise(ends[row:row + 2].tolist())]
    return [wire.message(field, text[start:stop].tobytes()) for start, stop in spans]
