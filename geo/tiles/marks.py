"""What the content of a tile hangs on, known without making the tile: one number a version.

Two versions of a store, or two days, whose numbers in a tile are the same come to the same bytes there. So a cache
keeps a tile over every change that did not touch it, and one copy for all days on which it looks the same.

The numbers are sums of mixed words (the finaliser of splitmix64: Steele, Lea, Flood 2014, "Fast splittable
pseudorandom number generators"); two different versions agree by chance once in 2**64.
"""
from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.cache import Arrays
from geo.tiles.arrays import Ints

Words = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def of_attributes(columns: Arrays) -> Words:
    """What is said of each version: id, fields and days, by their texts and not by where these stand."""
    keys, values = (_texts(columns, name) for name in ("keys", "values"))
    found = columns["ids"] + _mixed(columns["days"].astype(np.int64)[:, 0].view(np.uint64))
    found = _mixed(found) + _mixed(columns["days"].astype(np.int64)[:, 1].view(np.uint64) + _STEP)
    for name in ("head", "tail"):
        pairs, ends = columns[name].reshape(-1, 2), columns[f"{name}_ends"] // 2
        found = _mixed(found) + _sums(_mixed(keys[pairs[:, 0]]) + values[pairs[:, 1]], ends)
    return found + columns["exact"]


def of_geometry(level: Arrays) -> Words:
    """The positions of each version and how they part into rings, in the units of ``level``."""
    points = _mixed(_word(level["table"]))
    rings = _mixed(np.diff(level["parts"]).view(np.uint64) * np.uint64(2) + level["hole"])
    return _sums(points[level["refs"]], level["parts"][level["versions"]]) + _sums(rings, level["versions"])


def with_looks(marks: Words, said: Words, is_certain: NDArray[np.bool_]) -> Words:
    """For pictures: what the looks of versions depend on, and on a day."""
    return marks + _mixed(said + is_certain)


def of_texts(columns: Arrays, table: str) -> Words:
    """Of each text of a table."""
    return _texts(columns, table)


def with_numbers(marks: Words, numbers: Ints) -> Words:
    """For tiles that call versions by numbers of their own."""
    return marks + _mixed(numbers.astype(np.uint64))


def name(marks: Words) -> bytes:
    """Of the versions that a tile shows, in order: 16 bytes."""
    return blake2b(marks.tobytes(), digest_size=16).digest()


def _word(table: Ints) -> Words:
    low = table.astype(np.int64) & 0xFFFFFFFF
    word: Words = (low[:, 0] << 32 | low[:, 1]).view(np.uint64)
    return word


def _mixed(words: Words) -> Words:
    found = words + _STEP
    found = (found ^ (found >> np.uint64(30))) * _FIRST
    found = (found ^ (found >> np.uint64(27))) * _SECOND
    mixed: Words = found ^ (found >> np.uint64(31))
    return mixed


def _sums(words: Words, ends: NDArray[Any]) -> Words:
    """Of each stretch between ``ends``, so that order counts."""
    lengths = np.diff(ends)
    place = np.arange(len(words)) - np.repeat(ends[:-1], lengths)
    mixed = _mixed(words + place.view(np.uint64) * _FIRST)
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    found: Words = total[ends[1:]] - total[ends[:-1]]
    return found


def _texts(columns: Arrays, table: str) -> Words:
    text, ends = columns[table].tobytes(), columns[f"{table}_ends"].tolist()
    spans = pairwise(ends)
    found = [int.from_bytes(blake2b(text[begin:end], digest_size=8).digest(), "little") for begin, end in spans]
    return np.array(found, dtype=np.uint64)
