"""The messages of a layer from rows of the attribute tables: the numpy rung (``kernel.c`` is the other)."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

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
    rows = zip(
        _spans(columns, "head", runs.first), _spans(columns, "tail", runs.last), columns["ids"][runs.first].tolist(),
        columns["kind"][runs.first].tolist(), zip(runs.begin.tolist(), runs.end.tolist(), strict=True), strict=True,
    )
    for head, tail, number, kind, (begin, end) in rows:
        if begin == end:
            continue
        pairs = [*columns["head"][head].tolist(), *columns["tail"][tail].tolist()]
        tags: list[int] = []
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            tags += keys.setdefault(key, len(keys)), values.setdefault(value, len(values))
        out.append(wire.feature(number, kind, _varints(tags), blob[begin:end]))
    out += _texts(columns, "keys", keys, 3) + _texts(columns, "values", values, 4)
    return b"".join(out)


def _varints(numbers: list[int]) -> bytes:
    return bytes(numbers) if max(numbers, default=0) < 0x80 else b"".join(map(wire.varint, numbers))


def _spans(columns: Arrays, name: str, rows: Ints) -> list[slice]:
    ends = columns[f"{name}_ends"]
    return list(map(slice, ends[rows].tolist(), ends[rows + 1].tolist()))


def _texts(columns: Arrays, name: str, used: dict[int, int], field: int) -> list[bytes]:
    text = columns[name]
    return [wire.message(field, text[span].tobytes()) for span in _spans(columns, name, np.array([*used], dtype=int))]
