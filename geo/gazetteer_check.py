"""Whether a gazetteer can be trusted: rules on its points, names, codes and doubles."""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geo.names import fold

BORDER_KM = 1.5
"""So far into a neighbour a border town may seem to lie: the basemap's lines are thinned."""

CROSSING_KM = 3.0
"""The same for border posts, which stand on the line or in no man's land."""

SEA_KM = 5.0
"""So far from the shore islands and harbours may lie that the basemap leaves out."""

ISLAND_KM = 60.0
"""The same for an island that stands by its own: Snake Island is 36 km off the coast of Ukraine."""

SAME_PLACE_KM = 1.0

RULES = frozenset({"larger"})
"""What a name object's ``rule`` may say when two entries claim it: the larger place is meant."""

KINDS = {
    **dict.fromkeys(("PPL", "PPLA", "PPLA2", "PPLA3", "PPLA4", "PPLC", "PPLF", "PPLL", "PPLQ", "PPLR", "PPLS", "PPLW"),
                    "town"),
    "PPLX": "quarter", "ADM1": "province", "ADM2": "district", "ADM3": "subdistrict", "PCLI": "country",
    "AIRB": "airfield", "AIRP": "airfield", "AIRF": "airfield", "AIRH": "airfield",
    "PSTB": "crossing", "BDG": "bridge", "DAM": "dam", "CMPRF": "camp", "CMP": "camp", "INSM": "base", "NSY": "base",
    "OILR": "refinery", "PMPO": "pumping station", "PS": "power station", "MFG": "factory", "MFGPH": "factory",
    "AGRF": "silo", "PRN": "prison", "ANS": "ruin", "CSTL": "castle", "TMB": "tomb", "MSQE": "mosque", "UNIV": "campus",
    "SQR": "square", "RSTN": "station", "HSP": "hospital", "CTRR": "shrine",
    "OILF": "oil field", "GASF": "gas field", "RGN": "region", "MILB": "base",
    "MT": "mountain", "MTS": "mountains", "HLL": "hill", "PASS": "pass", "VAL": "valley", "ISL": "island",
    "DSRT": "desert", "PLN": "plain", "STM": "river", "LK": "lake", "RSV": "lake", "CNL": "canal", "RD": "road",
}
"""GeoNames feature codes that a gazetteer may use, and what a reader would call each."""

_CLASS_OF = {"P": "PPL PPLA PPLA2 PPLA3 PPLA4 PPLC PPLF PPLL PPLQ PPLR PPLS PPLW PPLX", "A": "ADM1 ADM2 ADM3 PCLI",
             "L": "OILF GASF RGN MILB", "T": "MT MTS HLL PASS VAL ISL DSRT PLN", "H": "STM LK RSV CNL", "R": "RD"}
CODES = {code: cls for cls, codes in _CLASS_OF.items() for code in codes.split()}
CODES |= {code: "S" for code in KINDS if code not in CODES}
"""Feature class of each feature code."""

_EARTH_KM = 6371.0088
_KM_A_DEGREE = 111.2

Feature = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One entry that breaks one rule; ``detail`` names the value and what was expected."""

    id: str
    rule: str
    detail: str


def check(features: Iterable[Feature], countries: Mapping[str, BaseGeometry] | None = None) -> list[Problem]:
    """Every problem of the entries, in their order.

    ``countries`` maps ISO 3166-1 alpha-2 codes to areas in degrees; without it, or for a code
    that it lacks, whether a point lies in its country is not asked.
    """
    entries = list(features)
    found: list[Problem] = []
    for entry in entries:
        found += _own_problems(entry)
        found += _outside(entry, countries or {})
    return [*found, *_same_ids(entries), *_same_places(entries), *_shared_names(entries)]


def distance_km(a: Sequence[float], b: Sequence[float]) -> float:
    """Great-circle distance of two ``(lng, lat)`` in km (haversine, mean radius; within 0.5 %).

    >>> round(distance_km((37.16, 36.2), (36.29, 33.51)), 1)
    309.5
    """
    lng_a, lat_a, lng_b, lat_b = map(math.radians, (a[0], a[1], b[0], b[1]))
    inner = math.sin((lat_b - lat_a) / 2) ** 2
    inner += math.cos(lat_a) * math.cos(lat_b) * math.sin((lng_b - lng_a) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(inner))


def _own_problems(entry: Feature) -> Iterator[Problem]:
    own, ident = entry["properties"], entry["id"]
    code, cls = own.get("feature_code"), own.get("feature_class")
    if CODES.get(code) != cls:
        yield Problem(ident, "feature-code", f"{cls!r}.{code!r}, want a GeoNames code of its own class")
    if not own.get("ccodes") or not all(_is_country_code(c) for c in own["ccodes"]):
        yield Problem(ident, "country", f"{own.get('ccodes')!r}, want ISO 3166-1 alpha-2 codes")
    precision = own.get("precision_km")
    if not isinstance(precision, int | float) or not precision > 0:
        yield Problem(ident, "precision", f"{precision!r}, want kilometres above 0")
    lng, lat = entry["geometry"]["coordinates"]
    if not (-180 <= lng <= 180 and -90 <= lat <= 90):
        yield Problem(ident, "coordinates", f"{lng}, {lat}, want degrees, longitude first")
    yield from _name_problems(ident, entry["names"])


def _is_country_code(code: object) -> bool:
    return isinstance(code, str) and len(code) == 2 and code.isascii() and code.isupper()


def _name_problems(ident: str, names: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for name in names:
        if not (name.get("toponym") and name.get("lang") and name.get("script")):
            yield Problem(ident, "name", f"{dict(name)!r}, want toponym, lang and script")
        if name.get("rule", "larger") not in RULES:
            yield Problem(ident, "name", f"rule {name['rule']!r}, want one of {sorted(RULES)}")
    preferred = sum(bool(name.get("preferred")) for name in names)
    if preferred != 1:
        yield Problem(ident, "preferred-name", f"{preferred} preferred names, want one")


def _outside(entry: Feature, countries: Mapping[str, BaseGeometry]) -> Iterator[Problem]:
    own = entry["properties"]
    areas = [countries[code] for code in own.get("ccodes", ()) if code in countries]
    if not areas:
        return
    point = Point(entry["geometry"]["coordinates"])
    away = min(_km_outside(point, area) for area in areas)
    if away > BORDER_KM and away > _allowed_km(point, own.get("feature_code"), countries):
        yield Problem(entry["id"], "outside-country", f"{point.x}, {point.y} is {away:.1f} km outside {own['ccodes']}")


def _allowed_km(point: Point, code: str | None, countries: Mapping[str, BaseGeometry]) -> float:
    if any(area.covers(point) for area in countries.values()):
        return CROSSING_KM if code == "PSTB" else BORDER_KM
    return ISLAND_KM if code == "ISL" else SEA_KM


def _km_outside(point: Point, area: BaseGeometry) -> float:
    if area.covers(point):
        return 0.0
    nearest = area.boundary.interpolate(area.boundary.project(point))
    return distance_km((point.x, point.y), (nearest.x, nearest.y))


def _same_ids(entries: Sequence[Feature]) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in entries:
        if entry["id"] in seen:
            yield Problem(entry["id"], "duplicate-id", "this id is another entry's, want one entry an id")
        seen.add(entry["id"])


def _same_places(entries: Sequence[Feature]) -> Iterator[Problem]:
    """Entries of one class, of one kind of thing, within 1 km of each other and with a name in common."""
    boxes: dict[tuple[str, int, int], list[Feature]] = defaultdict(list)
    step = 2 * SAME_PLACE_KM / _KM_A_DEGREE
    for entry in entries:
        lng, lat = entry["geometry"]["coordinates"]
        for dx, dy in ((0, 0), (0, 1), (1, 0), (1, 1)):
            cell = (math.floor(lng / step + dx / 2), math.floor(lat / step + dy / 2))
            boxes[(f"{entry['properties'].get('feature_class')}{dx}{dy}", *cell)].append(entry)
    told: set[tuple[str, str]] = set()
    for group in boxes.values():
        for one, other in combinations(group, 2):
            pair = (one["id"], other["id"])
            if pair not in told and _is_same(one, other):
                told.add(pair)
                yield Problem(one["id"], "same-place", f"{other['id']} is within {SAME_PLACE_KM} km under one name")


def _is_same(one: Feature, other: Feature) -> bool:
    if _kind(one) != _kind(other):
        return False
    near = distance_km(one["geometry"]["coordinates"], other["geometry"]["coordinates"]) <= SAME_PLACE_KM
    return near and bool(_folds(one) & _folds(other))


def _shared_names(entries: Sequence[Feature]) -> Iterator[Problem]:
    """A name of two entries of one kind in one province, without a rule that says which is meant."""
    claims: dict[tuple[str, ...], list[tuple[Feature, Mapping[str, Any]]]] = defaultdict(list)
    for entry in entries:
        own = entry["properties"]
        context = (_kind(entry), (own.get("ccodes") or [""])[0], own.get("admin1", ""))
        for name in entry["names"]:
            claims[(*context, fold(name.get("toponym", "")))].append((entry, name))
    for holders in claims.values():
        ids = sorted({entry["id"] for entry, _ in holders})
        if len(ids) > 1 and not all(name.get("rule") for _, name in holders):
            entry, name = holders[0]
            yield Problem(entry["id"], "shared-name", f"{name['toponym']!r} is also a name of {ids}, want a rule")


def _kind(entry: Feature) -> str:
    code = str(entry["properties"].get("feature_code"))
    return KINDS.get(code, code)


def _folds(entry: Feature) -> set[str]:
    return {fold(name.get("toponym", "")) for name in entry["names"]}
