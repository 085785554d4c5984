"""What a hostile file is, and the few pieces that most of them are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Ring = list[list[float]]

SQUARE: Ring = [[36.0, 48.0], [37.0, 48.0], [37.0, 49.0], [36.0, 49.0], [36.0, 48.0]]
STATED: Mapping[str, str] = {"controller": "NORTH", "date": "2022-04-01"}
"""What the loader is told of a file that has neither sides nor days of its own."""


@dataclass(frozen=True)
class Lure:
    """What a hostile file would like to reach: a file of the server's, and an address on this machine."""

    path: Path
    address: str


@dataclass(frozen=True)
class Hostile:
    """A file and what must become of it. ``threat`` is its number in ``SECURITY.md``; ``told`` are the loader's
    options; a file to be taken is taken with exactly the ``warnings``."""

    name: str
    threat: str
    data: bytes
    told: Mapping[str, str] = field(default_factory=lambda: STATED)
    is_good: bool = False
    warnings: frozenset[str] = frozenset()


def feature(coordinates: object, kind: str = "Polygon") -> dict[str, object]:
    """A GeoJSON feature with these coordinates, right or wrong."""
    return {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features: object, **members: object) -> bytes:
    """A FeatureCollection as a file; ``NaN`` and ``Infinity`` are written as Python writes them."""
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def square(**properties: object) -> dict[str, object]:
    return {**feature([SQUARE]), "properties": properties}


def taken(name: str, data: bytes, *warnings: str, **told: str) -> Hostile:
    """A file that is odd and yet right."""
    return Hostile(f"good/{name}", "G5", data, told or STATED, is_good=True, warnings=frozenset(warnings))
