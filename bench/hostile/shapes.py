"""T8: polygons that cross themselves thousands of times, leave the earth, or are none."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from bench.hostile.kinds import SQUARE, Hostile, Ring, collection, feature, square


def files() -> Iterator[Hostile]:
    for points in (51, 101, 201, 301, 501, 1001, 2001, 5001, 20_001):
        yield _of(f"star_{points}", collection(feature([star(points)])))
    for lines in (6, 12, 30, 100, 300, 1000, 3000):
        yield _of(f"grid_{lines}", collection(feature([grid(lines)])))
        yield _of(f"bars_{lines}", collection(feature(bars(lines), "MultiPolygon")))
    for name, ring in RINGS.items():
        yield _of(f"ring_{name}", collection(feature([ring])))
    for name, member in FEATURES.items():
        yield _of(f"feature_{name}", collection(member))
    for name, text in TEXTS.items():
        yield _of(f"text_{name}", text)
    for name, rings in POLYGONS.items():
        yield _of(f"polygon_{name}", collection(feature(rings)))
    yield _of("vertices_1000001", _many(1_000_001))
    yield _of("ring_250001", collection(feature([circle(250_001)])))
    yield _of("features_100001", collection(*([square()] * 100_001)))
    yield _of("holes_100000", collection(feature([SQUARE, *([circle(4, 0.1)] * 100_000)])))
    yield _of("collections_nested_100000", nested("GeometryCollection", 100_000))
    yield _of("arrays_nested_100000", b'{"type":"FeatureCollection","features":' + b"[" * 100_000)
    yield _of("objects_nested_100000", b'{"a":' * 100_000)


def _of(name: str, data: bytes) -> Hostile:
    return Hostile(name, "T8", data)


def star(points: int) -> Ring:
    """Each corner joined to the one opposite: about ``points``² / 2 crossings."""
    turns = [2 * math.pi * number * (points // 2) / points for number in range(points)]
    ring = [[36 + math.cos(turn), 48 + math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


def grid(lines: int) -> Ring:
    """One line up and down, then left and right over all that: ``lines``² crossings."""
    step = 1 / lines
    up = [[36 + number * step, 48.0 + (number + side) % 2] for number in range(lines) for side in (0, 1)]
    across = [[36.0 + (number + side) % 2, 48.001 + number * step] for number in range(lines) for side in (0, 1)]
    return [*up, *across, up[0]]


def bars(lines: int) -> list[list[Ring]]:
    """A fence of upright bars laid over one of level bars: each is sound, all together are not."""
    step, width = 1 / lines, 0.4 / lines
    upright = [box(36 + number * step, 48, 36 + number * step + width, 49) for number in range(lines)]
    level = [box(36, 48 + number * step, 37, 48 + number * step + width) for number in range(lines)]
    return [[ring] for ring in (*upright, *level)]


def box(west: float, south: float, east: float, north: float) -> Ring:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def circle(points: int, radius: float = 1.0) -> Ring:
    turns = [2 * math.pi * number / points for number in range(points)]
    ring = [[round(36.5 + radius * math.cos(turn), 7), round(48.5 + radius * math.sin(turn), 7)] for turn in turns]
    return [*ring, ring[0]]


def _many(vertices: int) -> bytes:
    """So many in rings that are each allowed."""
    ring = circle(100_000, 0.9)
    return collection(*(feature([ring]) for _ in range(vertices // 100_000 + 1)))


def nested(kind: str, depth: int) -> bytes:
    head = f'{{"type":"{kind}","geometries":['.encode()
    inside = head * depth + b"]}" * depth
    return b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":' + inside + b"}]}"


def _with(position: list[object]) -> list[object]:
    return [SQUARE[0], SQUARE[1], position, SQUARE[3], SQUARE[0]]


RINGS: dict[str, object] = {
    "nan": _with([math.nan, 49]),
    "infinity": _with([37, math.inf]),
    "minus_infinity": _with([-math.inf, 49]),
    "latitude_90_1": _with([37, 90.1]),
    "latitude_130": _with([37, 130]),
    "latitude_minus_91": _with([37, -91]),
    "longitude_181": _with([181, 49]),
    "longitude_540": _with([540, 49]),
    "longitude_1e308": _with([1e308, 49]),
    "swapped": [[lat, lng + 100] for lng, lat in SQUARE],
    "metres": [[lng * 1e5, lat * 1e5] for lng, lat in SQUARE],
    "text": _with(["37", "49"]),
    "null": _with([None, 49]),
    "true": _with([True, 49]),
    "lists": _with([[37], [49]]),
    "objects": _with([{"x": 37}, 49]),
    "one_number": _with([37]),
    "no_number": _with([]),
    "whole_1e30": _with([10**30, 49]),
    "bare_numbers": [36, 48, 37, 48, 37, 49, 36, 48],
    "empty": [],
    "of_one": [[36, 48]],
    "of_two": [[36, 48], [37, 48]],
    "of_three": [[36, 48], [37, 48], [36, 48]],
    "of_one_place": [[36, 48]] * 5,
    "flat": [[36, 48], [37, 48], [38, 48], [36, 48]],
    "bow_tie": [[36, 48], [37, 49], [37, 48], [36, 49.5], [36, 48]],
    "is_text": "36,48 37,48",
    "is_object": {"a": 1},
    "is_number": 7,
    "is_null": None,
    "over_the_antimeridian": [[179, 48], [-179, 48], [-179, 49], [179, 49], [179, 48]],
    "around_the_pole": [[0, 85], [120, 85], [-120, 85], [0, 85]],
    "around_the_world": [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]],
    "mixed_with_text": [[36, 48], [37, 48, "high"], [37, 49], [36, 49], [36, 48]],
    "mixed_with_lists": [[36, 48], [37, 48, 5], [[37], 49], [36, 49], [36, 48]],
    "twice_around": [*SQUARE[:-1], *SQUARE],
}
POLYGONS: dict[str, object] = {
    "hole_outside": [SQUARE, box(40, 48, 41, 49)],
    "hole_larger": [SQUARE, box(35, 47, 38, 50)],
    "hole_equal": [SQUARE, SQUARE],
    "holes_cross": [SQUARE, box(36.1, 48.1, 36.6, 48.6), box(36.3, 48.3, 36.9, 48.9)],
    "is_a_ring": SQUARE,
    "too_deep": [[SQUARE]],
    "is_null": [None],
    "is_text": ["x"],
    "of_numbers": [1, 2, 3],
}
FEATURES: dict[str, object] = {
    "point": feature([36, 48], "Point"),
    "points": feature(SQUARE, "MultiPoint"),
    "line": feature(SQUARE, "LineString"),
    "lines": feature([SQUARE], "MultiLineString"),
    "collection": {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": []}},
    "lower_case": feature([SQUARE], "polygon"),
    "curve": feature([SQUARE], "CurvePolygon"),
    "no_kind": feature([SQUARE], ""),
    "null_coordinates": feature(None),
    "object_coordinates": feature({"a": 1}),
    "text_coordinates": feature("36,48"),
    "number_coordinates": feature(5),
    "is_a_geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    "is_null": None,
    "is_text": "feature",
    "is_list": [square()],
    "is_a_collection": {"type": "FeatureCollection", "features": [square()]},
    "geometry_is_text": {"type": "Feature", "properties": {}, "geometry": "POLYGON((36 48,37 48,37 49,36 48))"},
    "geometry_is_list": {"type": "Feature", "properties": {}, "geometry": [SQUARE]},
    "properties_are_text": {**square(), "properties": "side"},
    "kind_is_a_number": {**square(), "type": 7},
    "multipolygon_of_rings": feature([SQUARE], "MultiPolygon"),
    "only_null": {**square(), "geometry": None},
}
_WHOLE = json.dumps(square()).encode()
TEXTS: dict[str, bytes] = {
    "1e999": collection(square()).replace(b"37.0, 49.0", b"37.0, 1e999"),
    "minus_1e999": collection(square()).replace(b"37.0, 49.0", b"-1e999, 49.0"),
    "5000_digits": collection(square()).replace(b"49.0", b"4" * 5000),
    "hexadecimal": collection(square()).replace(b"49.0", b"0x31"),
    "octal": collection(square()).replace(b"49.0", b"049"),
    "plus": collection(square()).replace(b"49.0", b"+49"),
    "comment": b"// fronts\n" + collection(square()),
    "single_quotes": collection(square()).replace(b'"', b"'"),
    "trailing_comma": collection(square())[:-2] + b",]}",
    "two_values": collection(square()) * 2,
    "key_twice": collection(square())[:-1] + b', "features": []}',
    "kind_twice": b'{"type": "Topology", ' + collection(square())[1:],
    "no_features": b'{"type": "FeatureCollection"}',
    "features_object": b'{"type": "FeatureCollection", "features": {}}',
    "a_single_feature": _WHOLE,
    "features_by_line": _WHOLE + b"\n" + _WHOLE,
    "list_of_features": b"[" + _WHOLE + b"]",
    "topojson": b'{"type": "Topology", "objects": {}, "arcs": []}',
    "esri": b'{"geometryType": "esriGeometryPolygon", "features": []}',
    "no_collection": b"{}",
    "no_feature": collection(),
    "null": b"null",
    "number": b"7",
    "text": b'"text"',
    "cut_off": collection(square())[:-20],
    "not_utf8": collection(square(name="X")).replace(b"X", b"\xff\xfe"),
    "utf16": collection(square()).decode().encode("utf-16"),
    "nul": b"\x00" + collection(square()),
    "nul_inside": collection(square()).replace(b"49.0", b"49.\x000"),
}
