"""GeoJSON (RFC 7946): one FeatureCollection, streamed; days as ISO text, seven decimals, right-hand rule."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.formats.imprint import DERIVED_NOTE, Imprint
from geo.model import Feature
from geo.schema import Collection

BATCH = 500
DECIMALS = 7
"""About a centimetre."""


@dataclass(frozen=True)
class Shape:
    """How a feature is written: ``only`` some of its properties, with further members of its own (``extra``), its
    geometry as the member ``ground``; RFC 7946 knows ``geometry`` alone."""

    only: frozenset[str] | None = None
    extra: Callable[[Feature], Mapping[str, object]] | None = None
    ground: str = "geometry"


PLAIN = Shape()


def write(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """The pieces of one FeatureCollection. What rests on zones says in ``note`` how coarse they may be, and
    ``attribution`` whose work it is."""
    credits = {"attribution": imprint.credits} if imprint.credits else {}
    head = {"type": "FeatureCollection", "name": collection.name, "title": collection.title, **note(collection),
            **credits}
    yield _dump(head)[:-1].encode() + b',"features":['
    stream, comma = iter(features), ""
    while batch := list(islice(stream, BATCH)):
        yield (comma + ",\n".join(texts(batch))).encode()
        comma = ",\n"
    yield b"]}\n"


def note(collection: Collection) -> dict[str, str]:
    """Says of what rests on zones how coarse they may be."""
    return {"note": DERIVED_NOTE} if collection.name in ("zones", "fronts", "mentions", "events") else {}


def properties(feature: Feature) -> dict[str, object]:
    """The feature's fields and both clocks, as values that JSON can hold."""
    outer, certain, known = feature.valid.outer, feature.valid.certain, feature.known
    return {
        **feature.properties,
        "valid_from": outer.start, "valid_to": outer.end,
        "certain_from": certain.start, "certain_to": certain.end,
        "edtf": feature.valid.edtf, "date_precision": feature.valid.precision,
        "known_from": known.start, "known_to": known.end,
    }


def texts(features: Sequence[Feature], shape: Shape = PLAIN) -> Iterator[str]:
    """Each feature as JSON."""
    geometries = np.array([feature.geometry for feature in features], dtype=object)
    flat = shapely.transform(shapely.force_2d(geometries), _rounded)
    bodies = shapely.to_geojson(shapely.orient_polygons(flat))
    before = "" if shape.ground == "geometry" else '"geometry":null,'
    for feature, body in zip(features, bodies, strict=True):
        extra = _dump(shape.extra(feature))[1:-1] + "," if shape.extra else ""
        told = properties(feature)
        if shape.only is not None:
            told = {name: value for name, value in told.items() if name in shape.only}
        yield (
            f'{{"type":"Feature","id":{_dump(feature.id)},{extra}{before}"{shape.ground}":{body or "null"},'
            f'"properties":{_dump(told)}}}'
        )


def _rounded(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(coordinates, DECIMALS)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
