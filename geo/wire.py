"""The bytes of a Mapbox Vector Tile: protobuf messages and geometry commands (MVT 2.1, section 4)."""
from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.tilegeometry import POINT, Shapes

Scalar = str | bool | int | float
Ints = NDArray[np.int64]

_SHORT = tuple(bytes((number,)) for number in range(0x80))
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7


class Feature(NamedTuple):
    """One feature of a layer: its number, geometry type, geometry commands and attributes."""

    id: int
    kind: int
    commands: bytes
    tags: Mapping[str, Scalar]


def layer(name: str, extent: int, features: Sequence[Feature]) -> bytes:
    """A whole tile of one layer, version 2."""
    keys: dict[str, int] = {}
    values: dict[bytes, int] = {}
    messages = [_feature(feature, keys, values) for feature in features]
    rows = [*map(layer_key, keys), *values]
    return wrapped(name, extent, b"".join([*messages, *rows]))


def wrapped(name: str, extent: int, messages: bytes) -> bytes:
    """A whole tile of one layer from the messages of its features, keys and values."""
    return message(3, b"".join([b"\x78\x02", message(1, name.encode()), messages, b"\x28" + varint(extent)]))


def feature(id_: int, kind: int, tags: bytes, commands: bytes) -> bytes:
    """The message of one feature."""
    return message(2, b"".join([b"\x08", varint(id_), message(2, tags), b"\x18", varint(kind), message(4, commands)]))


def layer_key(name: str) -> bytes:
    """The message of a key."""
    return message(3, name.encode())


def layer_value(content: Scalar) -> bytes:
    """The message of a value."""
    return message(4, _value(content))


def varint(number: int) -> bytes:
    """A non-negative integer, seven bits a byte, lowest first.

    >>> varint(300).hex()
    'ac02'
    """
    if 0 <= number < 0x80:
        return _SHORT[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def commands(shapes: Shapes, *, closed: bool) -> list[bytes]:
    """The geometry of each owner: MoveTo, LineTo and, when ``closed``, ClosePath for each part."""
    if not len(shapes.owners):
        return []
    numbers, begins = _numbers(shapes, closed)
    data, ends = _varints(numbers)
    cuts = [0, *ends[begins[1:] - 1].tolist(), len(data)]
    return [data[start:end] for start, end in pairwise(cuts)]


def _numbers(shapes: Shapes, closed: bool) -> tuple[Ints, Ints]:
    """Every command and zigzag parameter in order, and where each owner's begin."""
    total = len(shapes.points)
    counts = np.diff(shapes.part_starts, append=total)
    single = shapes.kind == POINT  # MoveTo(n) and n points; others MoveTo(1), a point, LineTo(n - 1), the rest
    sizes = 2 * counts + (1 if single else 2 + closed)
    begins = np.cumsum(sizes) - sizes
    numbers = np.empty(int(sizes.sum()), dtype=np.int64)
    part = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(total) - shapes.part_starts[part]
    at = begins[part] + 1 + 2 * place + (0 if single else (place > 0))
    deltas = _deltas(shapes)
    numbers[at], numbers[at + 1] = deltas[:, 0], deltas[:, 1]
    numbers[begins] = _MOVE_TO | (counts << 3 if single else 1 << 3)
    if not single:
        numbers[begins + 3] = _LINE_TO | (counts - 1) << 3
    if closed:
        numbers[begins + sizes - 1] = _CLOSE_PATH | 1 << 3
    return numbers, begins[shapes.owner_starts]


def _deltas(shapes: Shapes) -> Ints:
    """Zigzag steps from point to point; the cursor starts at 0, 0 for each owner."""
    steps = np.diff(shapes.points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    first = shapes.part_starts[shapes.owner_starts]
    steps[first] = shapes.points[first]
    return steps << 1 ^ steps >> 63


def _varints(numbers: Ints) -> tuple[bytes, Ints]:
    """All numbers as varints, and the offset after each."""
    lengths = np.ones(len(numbers), dtype=np.int64)
    for bits in (7, 14, 21, 28, 35):
        lengths += numbers >= 1 << bits
    ends = np.cumsum(lengths)
    out = np.zeros(int(ends[-1]), dtype=np.uint8)
    starts = ends - lengths
    for step in range(int(lengths.max())):
        here = lengths > step
        more = np.where(lengths[here] > step + 1, 0x80, 0)
        out[starts[here] + step] = numbers[here] >> 7 * step & 0x7F | more
    return out.tobytes(), ends


def _feature(drawn: Feature, keys: dict[str, int], values: dict[bytes, int]) -> bytes:
    tags = bytearray()
    for name, content in drawn.tags.items():
        tags += varint(keys.setdefault(name, len(keys)))
        tags += varint(values.setdefault(layer_value(content), len(values)))
    return feature(drawn.id, drawn.kind, bytes(tags), drawn.commands)


def _value(content: Scalar) -> bytes:
    if isinstance(content, str):
        return message(1, content.encode())
    if isinstance(content, bool):
        return bytes((0x38, content))
    if isinstance(content, float):
        return b"\x19" + struct.pack("<d", content)
    return b"\x28" + varint(content) if content >= 0 else b"\x30" + varint(content << 1 ^ content >> 63)


def text(message: bytes) -> str:
    """The text of the message of a value that is one.

    >>> text(layer_value("الراعي"))
    'الراعي'
    """
    return _body(_body(message)).decode()


def _body(message: bytes) -> bytes:
    start = 1
    while message[start] & 0x80:
        start += 1
    return message[start + 1:]


def message(field: int, body: bytes) -> bytes:
    """A field that holds bytes or another message."""
    return varint(field << 3 | 2) + varint(len(body)) + body
