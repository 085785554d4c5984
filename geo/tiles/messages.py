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
        columns["kind"][runs.first].tolist(), runs.begin.tolist(), runs.end.tolist(), strict=True,
    )
    for (first, middle), (begin_tail, last), number, kind, begin, end in rows:
        if begin == end:
            continue
        pairs = columns["head"][first:middle].tolist() + columns["tail"][begin_tail:last].tolist()
        tags: list[int] = []
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            tags += keys.setdefault(key, len(keys)), values.setdefault(value, len(values))
        out.append(wire.feature(number, kind, _varints(tags), blob[begin:end]))
    return b"".join(out + _texts(columns, "keys", keys) + _texts(columns, "values", values))


def _varints(numbers: list[int]) -> bytes:
    return bytes(numbers) if max(numbers, default=0) < 0x80 else b"".join(map(wire.varint, numbers))


def _spans(columns: Arrays, name: str, rows: Ints) -> list[tuple[int, int]]:
    ends = columns[f"{name}_ends"]
    return list(zip(ends[rows].tolist(), ends[rows + 1].tolist(), strict=True))


def _texts(columns: Arrays, name: str, used: dict[int, int]) -> list[bytes]:
    text = columns[name].data
    return [text[start:end].tobytes() for start, end in _spans(columns, name, np.array([*used], dtype=np.int64))]
