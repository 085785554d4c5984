"""GeoJSON (RFC 7946) text → raw polygons, strictly: nothing is guessed, every refusal names its feature."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geo.door.limits import MAX_FEATURES, MAX_RING
from geo.door.raw import Given, Raw, transformed
from geo.errors import InvalidInput


def read_geojson(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The features of a FeatureCollection, also of one inside a single member of an object, as some sites send it."""
    whole = _collection(_parse(given.data), counts)
    features = whole.get("features")
    if not isinstance(features, list):
        raise InvalidInput("features is no list, want a FeatureCollection")
    if len(features) > MAX_FEATURES:
        raise InvalidInput(f"{len(features)} features, want at most {MAX_FEATURES}")
    crs = _crs(whole.get("crs"))
    for number, feature in enumerate(features):
        yield _raw(number, feature, crs, counts)


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_constant, object_pairs_hook=_object)
    except UnicodeDecodeError:
        raise InvalidInput("not UTF-8 text, want GeoJSON") from None
    except RecursionError:
        raise InvalidInput("nested too deeply, want a FeatureCollection") from None
    except ValueError as problem:
        raise InvalidInput(f"no JSON: {str(problem)[:120]}") from None


def _constant(name: str) -> NoReturn:
    raise InvalidInput(f"number {name}, want finite numbers")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a member that stands there twice, two readers would take two values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise InvalidInput(f"member {twice[:60]!r} stands twice in one object, want it once")
    return found


def _collection(value: Any, counts: Counter[str]) -> Mapping[str, Any]:
    if isinstance(value, dict) and "type" not in value:
        inner = [each for each in value.values() if isinstance(each, dict) and each.get("type") == "FeatureCollection"]
        if len(inner) == 1:
            counts["W-WRAPPED"] += 1
            value = inner[0]
    if not isinstance(value, dict) or value.get("type") != "FeatureCollection":
        kind = value.get("type") if isinstance(value, dict) else type(value).__name__
        raise InvalidInput(f"JSON of type {kind!r}, want a FeatureCollection")
    return value


def _crs(member: Any) -> str | None:
    """The old ``crs`` member by name. A link to elsewhere is never followed."""
    if member is None:
        return None
    named = member.get("properties") if isinstance(member, dict) and member.get("type") == "name" else None
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str):
        raise InvalidInput(f"crs: {str(member)[:120]}, want none, or one given by its name")
    return name


def _raw(number: int, feature: Any, crs: str | None, counts: Counter[str]) -> Raw:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InvalidInput(f"feature {number}: no Feature")
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise InvalidInput(f"feature {number}: properties are no object")
    geometry = feature.get("geometry")
    if geometry is None:
        return Raw(number, None, properties)
    if not isinstance(geometry, dict):
        raise InvalidInput(f"feature {number}: geometry is no object")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise InvalidInput(f"feature {number}: geometry {str(kind)[:40]!r}, want Polygon or MultiPolygon")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list):
        raise InvalidInput(f"feature {number}: coordinates are no list")
    found = [_polygon(f"feature {number}", rings, counts) for rings in polygons if rings]
    return Raw(number, transformed(MultiPolygon(found), crs), properties)


def _polygon(where: str, rings: Any, counts: Counter[str]) -> Polygon:
    if not isinstance(rings, list):
        raise InvalidInput(f"{where}: a polygon is no list of rings")
    shell, *holes = [_ring(where, ring, counts) for ring in rings]
    return Polygon(shell, holes)


def _ring(where: str, ring: Any, counts: Counter[str]) -> NDArray[np.float64]:
    positions = _positions(where, ring, counts)
    if len(positions) < 4:
        raise InvalidInput(f"{where}: a ring of {len(positions)} positions, want at least 4, the last like the first")
    if len(positions) > MAX_RING:
        raise InvalidInput(f"{where}: a ring of {len(positions)} positions, want at most {MAX_RING}")
    if (positions[0] != positions[-1]).any():
        counts["W-RING-CLOSED"] += 1
        return np.vstack((positions, positions[:1]))
    return positions


def _positions(where: str, ring: Any, counts: Counter[str]) -> NDArray[np.float64]:
    try:
        positions = np.array(ring)
    except ValueError:
        positions = np.array(_cut(where, ring))
        counts["W-Z-DROPPED"] += 1
    is_plain = positions.ndim == 2 and positions.shape[1] >= 2 and positions.dtype.kind in "iuf"
    if not is_plain or _has_truth(ring):
        raise InvalidInput(f"{where}: a ring of {str(ring)[:60]}, want positions of two numbers")
    if positions.shape[1] > 2:
        counts["W-Z-DROPPED"] += 1
    return positions[:, :2].astype(np.float64)


def _cut(where: str, ring: Any) -> list[list[float]]:
    """Positions of unequal length, cut to two numbers each."""
    if not isinstance(ring, list) or not all(_is_position(each) for each in ring):
        raise InvalidInput(f"{where}: a ring of {str(ring)[:60]}, want positions of two numbers")
    return [each[:2] for each in ring]


def _is_position(each: Any) -> bool:
    return isinstance(each, list) and len(each) >= 2 and all(isinstance(number, int | float) for number in each)


def _has_truth(ring: Any) -> bool:
    """``true`` is a number to numpy, where others are beside it."""
    return any(type(number) is bool for position in ring for number in position)
