"""A user's gazetteer file → the store's places: sniffed, read whole or refused, told in a report."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from shapely import Point

from geo.errors import InvalidInput
from geo.features import place_features
from geo.gazetteer import Gazetteer
from geo.geonames import is_alternate_names, merged, read_alternate_names, read_dump
from geo.loaded import Loaded
from geo.model import Feature, LngLat, Name, Place, Query
from geo.place_files import read_csv, read_linked
from geo.store import Store, WriteReport
from geo.theatre import theatre

LOADED = Query(where={"tier": ("dump",)})


@dataclass(frozen=True)
class PlaceReport:
    """What a load did. ``lines`` were read, ``skipped`` counts rows of no use to news by class and code."""

    file: str
    kind: str
    lines: int
    written: WriteReport
    skipped: Mapping[str, int] = field(default_factory=dict)


def load_file(store: Store, path: Path, known_on: date, countries: frozenset[str] = frozenset()) -> PlaceReport:
    """Write the places (or names) of a GeoNames table, a Linked Places GeoJSON or a CSV into the store.

    All or nothing. A curated id is never overwritten.

    :raises InvalidInput: naming the file and what in it cannot be read.
    """
    kind = path.suffix.lower()
    if kind in (".geojson", ".json"):
        places = read_linked(path)
        return PlaceReport(path.name, "Linked Places", len(places), _written(store, places, known_on))
    if kind == ".csv":
        places = read_csv(path)
        return PlaceReport(path.name, "CSV", len(places), _written(store, places, known_on))
    if kind not in (".txt", ".zip"):
        raise InvalidInput(f"{path.name}: want .txt or .zip (GeoNames), .geojson (Linked Places) or .csv")
    if is_alternate_names(path):
        return _load_names(store, path, known_on)
    dump = read_dump(path, countries)
    if not dump.places:
        raise InvalidInput(f"{path.name}: no place that news may name in {dump.lines} lines, want a GeoNames dump")
    return PlaceReport(path.name, "GeoNames", dump.lines, _written(store, dump.places, known_on), dump.skipped)


def loaded_places(store: Store, folder: Path | None = None) -> Loaded | None:
    """What the user loaded into the store, indexed for this state of it; ``None`` when there is nothing."""
    if next(iter(store.read("places", replace(LOADED, limit=1))), None) is None:
        return None
    return Loaded.kept(store.version_of("places"), map(_place, store.read("places", LOADED)), folder)


def _load_names(store: Store, path: Path, known_on: date) -> PlaceReport:
    places = [_place(feature) for feature in store.read("places", LOADED)]
    wanted = frozenset(place.id.removeprefix("gn-") for place in places if place.id.startswith("gn-"))
    if not wanted:
        raise InvalidInput(f"{path.name}: names of GeoNames places, want a store that has some: load a dump first")
    names = read_alternate_names(path, wanted)
    changed = merged(places, names)
    count = sum(len(each) for each in names.values())
    return PlaceReport(path.name, "alternate names", count, _written(store, changed, known_on))


def _written(store: Store, places: list[Place] | tuple[Place, ...], known_on: date) -> WriteReport:
    curated = {place.id for place in Gazetteer.load(theatre(store.theatre()).gazetteer, world=False)}
    clash = next((place.id for place in places if place.id in curated), None)
    if clash is not None:
        raise InvalidInput(f"place id {clash!r} is a curated place's, want ids of your own")
    return store.write("places", place_features(places), known_on)


def _place(feature: Feature) -> Place:
    own = cast(Mapping[str, Any], feature.properties)
    point = cast(Point, feature.geometry)
    return Place(
        id=feature.id, name=own["name"], point=LngLat(point.x, point.y), country=own["country"],
        feature_class=own["feature_class"], feature_code=own["feature_code"],
        names=tuple(Name(**name) for name in own["names"]), admin1=own["admin1"] or "", admin2=own["admin2"] or "",
        population=own["population"] or 0, precision_km=own["precision_km"], importance=own["importance"] or 0.0,
        tier="dump", sources=tuple(own["sources"]),
    )
