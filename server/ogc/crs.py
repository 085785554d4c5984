"""Coordinate reference systems of requests and answers (OGC API – Features, Part 2: 18-058r1)."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidParameter
from geo.model import BBox, Feature
from server import params
from server.params import Args

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
KNOWN = (CRS84, f"{EPSG}4326", f"{EPSG}3857")
"""CRS84 is longitude, latitude; 4326 the same degrees with latitude first; 3857 metres of Web Mercator."""

WANTED = f"one of {', '.join(KNOWN)}"
WORLD = 20_037_508.342789244
"""Half the side of Web Mercator's square, metres."""

Points = NDArray[np.float64]


def asked(args: Args) -> str:
    """The system of the answer.

    :raises BadParameter: for one that is not ``KNOWN``.
    """
    return params.once(args, "crs", _known, WANTED) or CRS84


def bbox(args: Args) -> BBox | None:
    """``bbox`` in degrees, longitude first, whatever ``bbox-crs`` it was given in.

    :raises BadParameter: for a bbox that does not parse or lies outside its system.
    """
    system = params.once(args, "bbox-crs", _known, WANTED) or CRS84
    if system == CRS84:
        return params.once(args, "bbox", params.parse_bbox, params.WANTED_BBOX)
    return params.once(args, "bbox", lambda text: parse_bbox(text, system), f"four numbers in {system}")


def of_filter(args: Args) -> str:
    """The system of the geometries in ``filter``."""
    return params.once(args, "filter-crs", _known, WANTED) or CRS84


def moved(features: Sequence[Feature], system: str) -> list[Feature]:
    """The features with their geometry in ``system``."""
    if system == CRS84:
        return list(features)
    geometries = shapely.force_2d(np.array([each.geometry for each in features], dtype=object))
    found = shapely.transform(geometries, _change(system))
    return [replace(each, geometry=geometry) for each, geometry in zip(features, found, strict=True)]


def to_degrees(geometry: BaseGeometry, system: str) -> BaseGeometry:
    """What is given in ``system``, longitude first."""
    if system == CRS84:
        return geometry
    return shapely.transform(geometry, _back(system))


def header(system: str) -> tuple[str, str]:
    return "Content-Crs", f"<{system}>"


def _known(text: str) -> str:
    if text not in KNOWN:
        raise InvalidParameter(f"crs: {text[:80]!r}")
    return text


def parse_bbox(text: str, system: str) -> BBox:
    """Four numbers, or six with heights, in ``system``, as degrees.

    :raises InvalidParameter: for what does not parse or lies outside.
    """
    if system == CRS84:
        return params.parse_bbox(text)
    numbers = [params.parse_number(part) for part in text.split(",")]
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise InvalidParameter(f"bbox: {text[:100]!r}")
    if system.endswith("4326"):
        south, west, north, east = numbers
    else:
        if max(map(abs, numbers)) > 1.001 * WORLD:
            raise InvalidParameter(f"bbox: {text[:100]!r}")
        (west, east), (south, north) = _mercator().transform(numbers[::2], numbers[1::2], direction="INVERSE")
    return params.parse_bbox(",".join(map(str, (west, south, east, north))))


def _change(system: str) -> Callable[[Points], Points]:
    if system.endswith("4326"):
        return lambda lnglat: lnglat[:, ::-1]
    return lambda lnglat: np.column_stack(_mercator().transform(*lnglat.T))


def _back(system: str) -> Callable[[Points], Points]:
    if system.endswith("4326"):
        return lambda latlng: latlng[:, ::-1]
    return lambda metres: np.column_stack(
        _mercator().transform(metres[:, 0], metres[:, 1], direction="INVERSE"))


@lru_cache(1)
def _mercator() -> Transformer:
    return Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
