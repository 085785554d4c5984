"""PMTiles, version 3: all tiles of a collection in one file that is read by ranges of bytes.

Tiles and directories are gzip. Beside the directory that every reader uses, an archive may hold a second one of the
same form, whose numbers mean what the metadata say; it lies at the end of the section of leaf directories, and its
tiles at the end of the data, where other readers do not look.
"""
from __future__ import annotations

import gzip
import json
import shutil
import struct
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple

from geo import wire
from geo.grid import Tile
from geo.model import BBox

MAGIC = b"PMTiles\x03"
HEADER = 127
FIRST_READ = 16_384
"""Header and root directory must lie within so many bytes (section 2 of the specification)."""
LEAF = 4096
"""Entries of a leaf directory, at first."""
GZIP, MVT = 2, 1
"""Codes of the header: how things are packed, what tiles are."""


class Entry(NamedTuple):
    """``run`` tiles from number ``id`` on are the same bytes; a leaf directory where it is 0."""

    id: int
    offset: int
    length: int
    run: int


class Directory(NamedTuple):
    """Packed: the root, and its leaves one after another."""

    root: bytes
    leaves: bytes


@dataclass(frozen=True)
class About:
    """What header and metadata say of the tiles."""

    bounds: BBox
    minzoom: int
    maxzoom: int
    metadata: Mapping[str, object]


@dataclass
class _Data:
    """Tiles as they are written, each content once."""

    file: IO[bytes]
    length: int = 0
    known: dict[bytes, tuple[int, int]] = field(default_factory=dict)

    def add(self, tiles: Iterable[tuple[int, bytes]]) -> list[Entry]:
        """``tiles`` ascend by number."""
        entries: list[Entry] = []
        for number, body in tiles:
            offset, length = self._place(body)
            last = entries[-1] if entries else None
            if last and last.offset == offset and last.id + last.run == number:
                entries[-1] = last._replace(run=last.run + 1)
            else:
                entries.append(Entry(number, offset, length, 1))
        return entries

    def _place(self, body: bytes) -> tuple[int, int]:
        key = blake2b(body, digest_size=16).digest()
        if key not in self.known:
            self.known[key] = self.length, len(body)
            self.file.write(body)
            self.length += len(body)
        return self.known[key]


def tile_id(tile: Tile) -> int:
    """The number of a tile: zooms one after another, each along a Hilbert curve.

    >>> [tile_id(Tile(*each)) for each in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (12, 3423, 1763))]
    [0, 1, 2, 3, 4, 19078479]
    """
    z, x, y = tile
    found = ((1 << 2 * z) - 1) // 3
    for level in reversed(range(z)):
        side = 1 << level
        right, down = int(x & side > 0), int(y & side > 0)
        found += (3 * right ^ down) << 2 * level
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y = x & side - 1, y & side - 1
    return found


def tile_at(number: int) -> Tile:
    """The tile of a number: the inverse of ``tile_id``.

    >>> tile_at(19078479)
    Tile(z=12, x=3423, y=1763)
    """
    z = (3 * number + 1).bit_length() - 1 >> 1
    rest, x, y = number - ((1 << 2 * z) - 1) // 3, 0, 0
    for level in range(z):
        side = 1 << level
        right = rest >> 1 & 1
        down = (rest ^ right) & 1
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y, rest = x + side * right, y + side * down, rest >> 2
    return Tile(z, x, y)


def write(
    path: Path, tiles: Iterable[tuple[int, bytes]], about: About, more: Iterable[tuple[int, bytes]] = (),
) -> None:
    """The archive of ``tiles``, packed, by ascending number (``tile_id``); ``more`` are those of the second directory,
    of which the metadata then say under ``second`` where it is: ``offset`` from the leaf directories on, ``length``
    of its root, and ``data``, the length of all tiles by which a reader knows that the file is as it was written.

    :raises ValueError: without tiles: an archive has at least one.
    """
    with tempfile.TemporaryFile(dir=path.parent) as file:
        data = _Data(file)
        entries = data.add(tiles)
        if not entries:
            raise ValueError("pmtiles: no tiles")
        contents = len(data.known)
        first, second = directory(entries, FIRST_READ - HEADER), directory(data.add(more), FIRST_READ)
        leaves, metadata = first.leaves, dict(about.metadata)
        if second.root:
            metadata["second"] = {"offset": len(leaves), "length": len(second.root), "data": data.length}
            leaves += second.root + second.leaves
        text = _packed(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode())
        counts = sum(entry.run for entry in entries), len(entries), contents
        with path.open("wb") as out:
            out.write(_header(about, (first.root, text, leaves), data.length, counts))
            out.write(first.root + text + leaves)
            file.seek(0)
            shutil.copyfileobj(file, out)


def directory(entries: Sequence[Entry], most: int) -> Directory:
    """``entries`` with a root of at most ``most`` bytes; both parts are empty where there are none."""
    if not entries:
        return Directory(b"", b"")
    root, size = _serialised(entries), LEAF
    leaves = b""
    while len(root) > most:
        starts = range(0, len(entries), size)
        packed = [_serialised(entries[start:start + size]) for start in starts]
        above, offset = [], 0
        for start, leaf in zip(starts, packed, strict=True):
            above.append(Entry(entries[start].id, offset, len(leaf), 0))
            offset += len(leaf)
        root, leaves, size = _serialised(above), b"".join(packed), 2 * size
    return Directory(root, leaves)


def _serialised(entries: Sequence[Entry]) -> bytes:
    """Section 4.2: columns of varints; numbers as differences, an offset that follows on as 0."""
    columns: list[list[int]] = [[], [], [], []]
    before, end = 0, -1
    for entry in entries:
        columns[0].append(entry.id - before)
        columns[1].append(entry.run)
        columns[2].append(entry.length)
        columns[3].append(0 if entry.offset == end else entry.offset + 1)
        before, end = entry.id, entry.offset + entry.length
    numbers = [len(entries), *(number for column in columns for number in column)]
    return _packed(b"".join(map(wire.varint, numbers)))


def _header(about: About, sections: Sequence[bytes], data: int, counts: tuple[int, int, int]) -> bytes:
    places, offset = [], HEADER
    for length in (*map(len, sections), data):
        places += [offset, length]
        offset += length
    west, south, east, north = (round(degree * 1e7) for degree in about.bounds)
    return MAGIC + struct.pack(
        "<11Q6B4iB2i", *places, *counts, True, GZIP, GZIP, MVT, about.minzoom, about.maxzoom,
        west, south, east, north, about.minzoom, (west + east) // 2, (south + north) // 2)


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
