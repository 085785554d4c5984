"""A polygon as a file gives it, before repair, in degrees."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import MultiPolygon

from geo.errors import InvalidInput


@dataclass(frozen=True)
class Raw:
    """Feature ``number`` of the file, counted from 0; no geometry is ``None``."""

    number: int
    geometry: MultiPolygon | None
    properties: Mapping[str, Any]


def transformed(geometry: MultiPolygon, crs: str | None) -> MultiPolygon:
    """In WGS 84 degrees, longitude first; ``None`` says that it already is.

    :raises InvalidInput: for a coordinate system that PROJ does not know.
    """
    if crs is None:
        return geometry
    try:
        change = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
    except ProjError:
        raise InvalidInput(f"crs: {crs[:120]!r}, want WGS 84 or one that PROJ knows") from None
    moved: MultiPolygon = shapely.transform(geometry, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1])))
    return moved
