"""A polygon as a file gives it, before repair, in degrees."""
from __future__ import annotations

import re
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

from geo.door.limits import MAX_TEXT
from geo.door.wkb import refuse_other_kinds
from geo.errors import InvalidInput

_CODE = re.compile(r"(?:urn:ogc:def:crs:)?([A-Z]{2,10}):[0-9.]{0,10}:?([A-Za-z0-9]{1,16})", re.ASCII)
_FORMAL = re.compile(r"\s*(?:[A-Z]{3,20}\s*\[|\{)", re.ASCII)
_OPENS_FILES = re.compile(r'nadgrids|geoidgrids|PROJ4|\+|PARAMETERFILE|\bfile\b|"value"\s*:\s*"', re.IGNORECASE)
"""What in a definition would have PROJ open a file of this machine by its name."""

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


def kept(text: str, counts: Counter[str]) -> str | None:
    """A text of an attribute; too long a one says nothing of ground, and is left out and counted."""
    is_long = len(text) > MAX_TEXT
    counts["W-TEXT-LONG"] += is_long
    return None if is_long else text


def from_wkb(number: int, wkb: object, counts: Counter[str]) -> MultiPolygon:
    """The polygons of a WKB geometry of any flavour.

    :raises InvalidInput: naming the feature, for what is no WKB or no polygon.
    """
    if not isinstance(wkb, bytes):
        raise InvalidInput(f"feature {number}: no WKB geometry")
    refuse_other_kinds(number, wkb)
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


def transformed(geometry: MultiPolygon, crs: str | None) -> MultiPolygon:
    """In WGS 84 degrees, longitude first; ``None`` says that it already is.

    :raises InvalidInput: for a coordinate system that PROJ does not know.
    """
    if crs is None or crs in WGS84:
        return geometry
    change = _change(crs)
    moved: MultiPolygon = shapely.transform(geometry, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1])))
    return moved


def names_file(definition: str) -> bool:
    """Whether a coordinate system would have PROJ, or GDAL on its behalf, open a file by its name."""
    return _OPENS_FILES.search(definition) is not None


@lru_cache(maxsize=8)
def _change(crs: str) -> Transformer:
    """A system is named by its code, or defined in WKT or PROJJSON that names no file: a PROJ string, and a shift by a
    grid, would have any file of this machine opened."""
    if not _CODE.fullmatch(crs) and (not _FORMAL.match(crs) or names_file(crs)):
        raise InvalidInput(f"crs: {crs[:120]!r}, want a code, as EPSG:4326, or a definition without files")
    try:
        return Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
    except ProjError:
        raise InvalidInput(f"crs: {crs[:120]!r}, want WGS 84 or one that PROJ knows") from None
