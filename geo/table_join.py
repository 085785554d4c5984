"""Rows of a table with a day and a position or a place name → the same rows, each with who held it then.

Every row comes back: where no answer can be given, ``reason`` says why.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.bulk import BulkJoin, DatedPoints
from geo.errors import InvalidParameter
from geo.gazetteer import Gazetteer
from geo.interval import Interval, parse_datetime
from geo.join import control_of_place
from geo.model import Control, LngLat, Place
from geo.tables import Row
from geo.zones import ZoneIndex

ANSWER = (
    "place_id", "place_name", "place_lon", "place_lat", "controller", "controller_b", "status", "besieged_by",
    "certainty", "confidence", "basis", "age_days", "precision_km", "front_km", "front_bearing", "zone_ids", "source",
    "sources_agree", "other_sources", "note", "reason",
)
"""The columns of an answer. ``sources_agree`` is empty where fewer than two sources say something of the place;
``other_sources`` is what the others say, each on its own; ``note`` tells of a name with several meanings; ``reason``
why there is no answer."""

NO_STATEMENT = "no source makes a statement about this place on this day"


@dataclass(frozen=True)
class TableOptions:
    """Which columns hold what. ``near_km`` is how far from the point the truth may lie ("near X"); ``fronts`` asks for
    the distance to the front; ``prefix`` comes before the names of all columns of the answer."""

    date_field: str = "date"
    lon_field: str = "lon"
    lat_field: str = "lat"
    place_field: str | None = None
    near_km: float = 0.0
    fronts: bool = False
    prefix: str = ""


class TableJoin:
    """Joins rows to the zones of an index: by position, else by the name of a place in the gazetteer, where the most
    important place of that name is taken. Countries and provinces are joined by share of area with ``shapes``."""

    def __init__(
        self, zones: ZoneIndex, gazetteer: Gazetteer, shapes: Mapping[str, BaseGeometry], options: TableOptions
    ) -> None:
        self._zones, self._gazetteer, self._shapes, self.options = zones, gazetteer, shapes, options
        self._bulk = BulkJoin(zones)
        self._of_place = lru_cache(maxsize=100_000)(self._asked)
        self._named = lru_cache(maxsize=100_000)(self._found)

    def join(self, rows: Sequence[Row]) -> list[Row]:
        """The rows with their answers, in order.

        :raises InvalidParameter: when a column of the answer is in the rows already.
        """
        self._check(rows)
        answers: list[Row] = [{} for _ in rows]
        dated: list[tuple[int, LngLat, date]] = []
        for number, row in enumerate(rows):
            try:
                where, day = self._place_and_day(row)
            except InvalidParameter as problem:
                answers[number] = {"reason": str(problem)}
                continue
            if isinstance(where, LngLat):
                dated.append((number, where, day))
            else:
                answers[number] = self._by_name(where, day)
        self._by_position(dated, answers)
        prefix = self.options.prefix
        return [{**row, **{prefix + name: told.get(name) for name in ANSWER}}
                for row, told in zip(rows, answers, strict=True)]

    def _check(self, rows: Iterable[Row]) -> None:
        given = {name for row in rows for name in row}
        taken = [name for name in ANSWER if self.options.prefix + name in given]
        if taken:
            raise InvalidParameter(f"column: {self.options.prefix + taken[0]!r} is in the table already, want a prefix")
        fields = (self.options.date_field, self.options.place_field)
        missing = [name for name in fields if name and name not in given] if given else []
        if missing:
            raise InvalidParameter(f"column: {missing[0]!r}, want one of {', '.join(sorted(given))}")

    def _place_and_day(self, row: Row) -> tuple[LngLat | str, date]:
        day = _day(row.get(self.options.date_field))
        lon, lat = row.get(self.options.lon_field), row.get(self.options.lat_field)
        name = str(row.get(self.options.place_field) or "").strip() if self.options.place_field else ""
        if _is_empty(lon) and _is_empty(lat) and name:
            return name, day
        return LngLat(_degrees("lon", lon, 180), _degrees("lat", lat, 90)), day

    def _by_position(self, dated: Sequence[tuple[int, LngLat, date]], answers: list[Row]) -> None:
        if not dated:
            return
        numbers, where, days = zip(*dated, strict=True)
        joined = self._bulk.join(DatedPoints.at(np.array(where), days, self.options.near_km))
        for place, number in enumerate(numbers):
            answers[number] = self._told(joined.control(place, fronts=self.options.fronts))

    def _by_name(self, name: str, day: date) -> Row:
        place, note = self._named(name)
        if place is None:
            return {"reason": note}
        control = self._of_place(place.id, day)
        told = {"place_id": place.id, "place_name": place.name, "place_lon": place.point.lng,
                "place_lat": place.point.lat, "note": note or None}
        return {**self._told(control), **told}

    def _told(self, control: Control) -> Row:
        titles = dict.fromkeys(str(source["title"]) for source in control.sources if source.get("title"))
        return {
            "controller": control.controller, "controller_b": control.controller_b, "status": control.status,
            "besieged_by": control.besieged_by, "certainty": control.certainty, "confidence": control.confidence,
            "basis": control.basis, "age_days": control.age_days, "precision_km": control.precision_km,
            "front_km": control.front_km if self.options.fronts else None,
            "front_bearing": control.front_bearing if self.options.fronts else None,
            "zone_ids": "; ".join(control.zone_ids) or None, "source": "; ".join(titles) or None,
            "sources_agree": None if control.sources_agree is None else "yes" if control.sources_agree else "no",
            "other_sources": others_in_words(control) or None,
            "reason": NO_STATEMENT if control.basis == "none" else None,
        }

    def _asked(self, place_id: str, day: date) -> Control:
        place = self._gazetteer[place_id]
        if self.options.near_km > place.precision_km:
            place = replace(place, precision_km=self.options.near_km)
        return control_of_place(place, Interval.of_day(day), self._zones, self._shapes)

    def _found(self, name: str) -> tuple[Place | None, str]:
        places = {match.place.id: match.place for match in self._gazetteer.find(name)}
        if not places:
            return None, f"place: {name[:100]!r}, want a name of the gazetteer (dateline gazetteer find)"
        best = max(places.values(), key=_prominence)
        theatre = [place for place in places.values() if place.tier != "world"]
        note = f"{len(theatre)} places have this name; taken: the most important" if len(theatre) > 1 else ""
        return best, note


def others_in_words(control: Control) -> str:
    """What each source but the first says.

    >>> others_in_words(Control(silent=("desk",)))
    'desk: silent'
    """
    said = [f"{each.source_id}: {'/'.join(side for side in (each.controller, each.controller_b) if side)} "
            f"[{each.status}]" for each in control.statements[1:]]
    return "; ".join([*said, *(f"{name}: silent" for name in control.silent)])


def _prominence(place: Place) -> tuple[bool, float, int, str]:
    return place.tier != "world", place.importance, place.population, place.id


def _day(value: object) -> date:
    if isinstance(value, date):
        value = value.isoformat()
    when = parse_datetime(str("" if value is None else value))
    if when.days != 1 or when.start is None:
        raise InvalidParameter(f"date: {str(value)[:60]!r}, want one day")
    return when.start


def _degrees(name: str, value: object, most: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not abs(number) <= most:
        raise InvalidParameter(f"{name}: {str(value)[:60]!r}, want degrees from -{most} to {most}")
    return number


def _is_empty(value: object) -> bool:
    return value is None or str(value).strip() == "" or (isinstance(value, float) and math.isnan(value))
