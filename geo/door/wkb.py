"""The frame of a WKB geometry (OGC 06-103r4, and PostGIS' flavour), walked before anybody parses it.

GEOS reads parts inside parts by recursion and believes the counts that it is told: a file of 500 kB can end the process
or ask for gigabytes. Here only polygons, and multipolygons of them, get past, and counts that the bytes can hold.
"""
from __future__ import annotations

import struct

from geo.errors import InvalidInput

_POLYGON, _MULTIPOLYGON = 3, 6
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000


def refuse_other_kinds(number: int, wkb: bytes) -> None:
    """
    :raises InvalidInput: naming the feature, for anything but a polygon or a multipolygon that is all there.
    """
    try:
        at = _walked(number, wkb, 0, (_POLYGON, _MULTIPOLYGON))
    except struct.error:
        raise InvalidInput(f"feature {number}: no WKB geometry: it is cut off") from None
    if at != len(wkb):
        raise InvalidInput(f"feature {number}: no WKB geometry: {len(wkb)} bytes, of which it needs {at}")


def _walked(number: int, wkb: bytes, at: int, wanted: tuple[int, ...]) -> int:
    """Where the geometry that begins at ``at`` ends."""
    order = "<" if wkb[at:at + 1] == b"\x01" else ">"
    (told,) = struct.unpack_from(order + "I", wkb, at + 1)
    kind, size = _kind(told)
    if kind not in wanted:
        raise InvalidInput(f"feature {number}: geometry of kind {told}, want Polygon or MultiPolygon")
    at += 9 if told & _SRID else 5
    (count,) = struct.unpack_from(order + "I", wkb, at)
    at += 4
    for _ in range(count):
        at = _walked(number, wkb, at, (_POLYGON,)) if kind == _MULTIPOLYGON else _after_ring(wkb, at, order, size)
    return at


def _after_ring(wkb: bytes, at: int, order: str, size: int) -> int:
    (positions,) = struct.unpack_from(order + "I", wkb, at)
    end: int = at + 4 + positions * size
    if end > len(wkb):
        raise struct.error("ring beyond the end")
    return end


def _kind(told: int) -> tuple[int, int]:
    """Its plain kind, and the bytes of one position."""
    thousands, kind = divmod(told & 0x0FFFFFFF, 1000)
    more = (bool(told & _Z) + bool(told & _M)) or {0: 0, 1: 1, 2: 1, 3: 2}.get(thousands, 0)
    return kind, 8 * (2 + more)
