"""The bundled map of countries, provinces, rivers and lakes; made by ``tools/make_basemap.py``.

Degrees, EPSG:4326. Countries are a coverage (neighbours share their vertices) and the provinces of a country that
has them fill it exactly. Read ``data/basemap/README.md`` for what is coarse and whose borders these are.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from shapely import union_all
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from geo.assets import data_path

LAKE_KM2 = 40
"""From this size a lake parts the ground around it; the map of smaller ones is not the same everywhere."""


def load(name: str) -> list[dict[str, Any]]:
    """The GeoJSON features of ``countries``, ``admin1``, ``rivers`` or ``lakes``; ``NotFound`` for another name.

    >>> [feature["properties"]["name"] for feature in load("admin1")][-1]
    'Chernivtsi'
    """
    text = data_path("basemap", f"{name}.geojson").read_text(encoding="utf-8")
    features: list[dict[str, Any]] = json.loads(text)["features"]
    return features


@lru_cache(maxsize=1)
def country_shapes() -> Mapping[str, BaseGeometry]:
    """The MultiPolygon of every country by its ISO 3166-1 code (``XK``: Kosovo)."""
    return _shapes("countries", "iso_a2")


@lru_cache(maxsize=1)
def province_shapes() -> Mapping[str, BaseGeometry]:
    """The MultiPolygon of every province of IQ, JO, LB, SY, TR and UA by its ISO 3166-2 code, as ``SY-HL``."""
    return _shapes("admin1", "iso_3166_2")


@lru_cache(maxsize=1)
def lake_shape() -> BaseGeometry:
    """All lakes of at least ``LAKE_KM2``; rivers, however wide, are none."""
    lakes = [each for each in load("lakes") if each["properties"]["kind"] == "lake"]
    return union_all([shape(each["geometry"]) for each in lakes if each["properties"]["area_km2"] >= LAKE_KM2])


@lru_cache(maxsize=1)
def area_shapes() -> Mapping[str, BaseGeometry]:
    """Countries and provinces by their codes, of which none is both: the areas that a place may cover."""
    return MappingProxyType({**country_shapes(), **province_shapes()})


def land(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """All land inside a frame in degrees; lakes count as land, the Caspian Sea does not."""
    frame = box(west, south, east, north)
    return union_all([each.intersection(frame) for each in country_shapes().values() if each.intersects(frame)])


def _shapes(name: str, code: str) -> Mapping[str, BaseGeometry]:
    return MappingProxyType({each["properties"][code]: shape(each["geometry"]) for each in load(name)})
