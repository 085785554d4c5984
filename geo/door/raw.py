"""A polygon as a file gives it, before repair, in degrees."""
from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import MultiPolygon, Polygon

from geo.errors import InvalidInput

WGS84 = frozenset({"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326", "OGC:CRS84", "CRS84"})
"""Names of the one system that needs no change: every format with such a name says longitude first."""


@dataclass(frozen=True)
class Given:
    """A file as it came: where it is, its bytes, and the layer that is asked for."""

    path: Path
    data: bytes
    layer: str | None = None


@dataclass(frozen=True)
class Raw:
    """Feature ``number`` of the file, counted from 0; no geometry is ``None``."""

    number: int
    geometry: MultiPolygon | None
    properties: Mapping[str, Any]


def from_wkb(number: int, wkb: object, counts: Counter[str]) -> MultiPolygon:
    """The polygons of a WKB geometry of any flavour.

    :raises InvalidInput: naming the feature, for what is no WKB or no polygon.
    """
    if not isinstance(wkb, bytes):
        raise InvalidInput(f"feature {number}: no WKB geometry")
    _refuse_other_kinds(number, wkb[:5])
    try:
        geometry = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError:
        raise InvalidInput(f"feature {number}: no WKB geometry") from None
    counts["W-Z-DROPPED"] += bool(geometry.has_z)
    if isinstance(geometry, Polygon):
        return MultiPolygon([] if geometry.is_empty else [geometry])
    if not isinstance(geometry, MultiPolygon):
        raise InvalidInput(f"feature {number}: geometry {geometry.geom_type!r}, want Polygon or MultiPolygon")
    return geometry


def _refuse_other_kinds(number: int, head: bytes) -> None:
    """Look at the kind before the rest is parsed: nested collections are read by recursion."""
    if len(head) < 5:
        raise InvalidInput(f"feature {number}: no WKB geometry")
    (kind,) = struct.unpack("<I" if head[0] else ">I", head[1:])
    if kind % 1000 not in (3, 6) and kind & 0xFF not in (3, 6):
        raise InvalidInput(f"feature {number}: geometry of kind {kind}, want Polygon or MultiPolygon")


def transformed(geometry: MultiPolygon, crs: str | None) -> MultiPolygon:
    """In WGS 84 degrees, longitude first; ``None`` says that it already is.

    :raises InvalidInput: for a coordinate system that PROJ does not know.
    """
    if crs is None or crs in WGS84:
        return geometry
    change = _change(crs)
    moved: MultiPolygon = shapely.transform(geometry, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1])))
    return moved


@lru_cache(maxsize=8)
def _change(crs: str) -> Transformer:
    try:
        return Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
    except ProjError:
        raise InvalidInput(f"crs: {crs[:120]!r}, want WGS 84 or one that PROJ knows") from None
