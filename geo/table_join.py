"""Rows of a table with a day or a span of days and a position, a line, an area or a place name → the same rows, each
with who held it then.

Every row comes back: where no answer can be given, ``reason`` says why.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geo.bulk import KEPT, BulkJoin, DatedPoints
from geo.errors import InvalidParameter
from geo.gazetteer import Gazetteer
from geo.interval import DAY, Interval, day_number, parse_datetime
from geo.join import control_at, control_of_area, control_of_place
from geo.model import Change, Control, LngLat, Place
from geo.tables import GEOMETRY, Row
from geo.zones import ZoneIndex

ANSWER = (
    "place_id", "place_name", "place_lon", "place_lat", "controller", "controller_b", "status", "besieged_by",
    "certainty", "confidence", "basis", "age_days", "precision_km", "front_km", "front_bearing", "changed", "shares",
    "zone_ids", "source", "sources_agree", "other_sources", "note", "reason",
)
"""The columns of an answer. ``changed``: what changed inside of a span, as ``day who how``, each after a semicolon;
``shares``: the part of a line or an area that each side held, as ``who part``.
``sources_agree`` is empty where fewer than two sources say something of the place; ``other_sources`` is what the others
say, each on its own; ``note`` tells of a name with several meanings; ``reason`` why there is no answer."""

MOST_KM = 200
"""The largest radius: beyond it every war is near."""

GROUNDS = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")

NO_STATEMENT = "no source makes a statement about this place on this day"


@dataclass(frozen=True)
class TableOptions:
    """Which columns hold what. ``end_field`` is that of the last day of a span that begins on ``date_field``, counted
    in. ``near_km`` is how far from a point the truth may lie ("near X") where the column ``radius_field``, if there is
    one, is empty; ``fronts`` asks for the distance to the front; ``prefix`` comes before the names of all columns of
    the answer."""

    date_field: str = "date"
    end_field: str | None = None
    lon_field: str = "lon"
    lat_field: str = "lat"
    place_field: str | None = None
    near_km: float = 0.0
    radius_field: str = "radius_km"
    fronts: bool = False
    prefix: str = ""


@dataclass(frozen=True)
class Asked:
    """What one row asks: who held a point, a place by its name, a line or an area, then. ``radius_km``: how far from a
    point the truth may lie."""

    where: LngLat | str | BaseGeometry
    when: Interval
    radius_km: float


class TableJoin:
    """Joins rows to the zones of an index: by position, else by the name of a place in the gazetteer, where the most
    important place of that name is taken. Countries and provinces are joined by share of area with ``shapes``."""

    def __init__(
        self, zones: ZoneIndex, gazetteer: Gazetteer, shapes: Mapping[str, BaseGeometry], options: TableOptions
    ) -> None:
        self._zones, self._gazetteer, self._shapes, self.options = zones, gazetteer, shapes, options
        self._bulk = BulkJoin(zones)
        self._of_place = lru_cache(maxsize=KEPT)(self._asked)
        self._named = lru_cache(maxsize=KEPT)(self._found)

    def join(self, rows: Sequence[Row]) -> list[Row]:
        """The rows with their answers, in order.

        :raises InvalidParameter: when a column of the answer is in the rows already.
        """
        self._check(rows)
        answers: list[Row] = [{} for _ in rows]
        days: list[tuple[int, Asked]] = []
        for number, row in enumerate(rows):
            try:
                asked = self._asked_by(row)
            except InvalidParameter as problem:
                answers[number] = {"reason": str(problem)}
                continue
            if isinstance(asked.where, LngLat) and asked.when.days == 1:
                days.append((number, asked))
            else:
                answers[number] = self._alone(asked)
        self._at_once(days, answers)
        return [self._joined(row, told) for row, told in zip(rows, answers, strict=True)]

    def _joined(self, row: Row, told: Row) -> Row:
        """The geometry comes last: what was asked, else what the row says."""
        own = row.get(GEOMETRY)
        ground = told.get(GEOMETRY) or (own if isinstance(own, BaseGeometry) else self._position(row, told))
        if isinstance(own, str | bytes) and isinstance(ground, Point):  # a table's own column: its point stays readable
            told = {**told, "place_lon": ground.x, "place_lat": ground.y}
        answer = {self.options.prefix + name: told.get(name) for name in ANSWER}
        return {**{name: value for name, value in row.items() if name != GEOMETRY}, **answer, GEOMETRY: ground}

    def _position(self, row: Row, told: Row) -> Point | None:
        """Where the place was found, else where the row is, though its day says nothing."""
        found = told.get("place_lon"), told.get("place_lat")
        given = row.get(self.options.lon_field), row.get(self.options.lat_field)
        lon, lat = map(_number, given if _is_empty(found[0]) else found)
        return Point(lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None

    def _check(self, rows: Iterable[Row]) -> None:
        given = {name for row in rows for name in row}
        taken = [name for name in ANSWER if self.options.prefix + name in given]
        if taken:
            raise InvalidParameter(f"column: {self.options.prefix + taken[0]!r} is in the table already, want a prefix")
        fields = (self.options.date_field, self.options.end_field, self.options.place_field)
        missing = [name for name in fields if name and name not in given] if given else []
        if missing:
            raise InvalidParameter(f"column: {missing[0]!r}, want one of {', '.join(sorted(given))}")

    def _asked_by(self, row: Row) -> Asked:
        options = self.options
        when = _span(row, options)
        lon, lat = row.get(options.lon_field), row.get(options.lat_field)
        if _is_empty(lon) and _is_empty(lat):
            ground = _ground(row.get(GEOMETRY))
            name = str(row.get(options.place_field) or "").strip() if options.place_field else ""
            if ground is not None and not isinstance(ground, Point):
                return Asked(ground, when, 0.0)
            if ground is None and name:
                return Asked(name, when, self._radius(row))
            lon, lat = (ground.x, ground.y) if ground is not None else (lon, lat)
        return Asked(LngLat(_degrees("lon", lon, 180), _degrees("lat", lat, 90)), when, self._radius(row))

    def _radius(self, row: Row) -> float:
        value = row.get(self.options.radius_field)
        if _is_empty(value):
            return self.options.near_km
        radius_km = _number(value)
        if not 0 <= radius_km <= MOST_KM:
            told = f"{self.options.radius_field}: {str(value)[:60]!r}"
            raise InvalidParameter(f"{told}, want kilometres from 0 to {MOST_KM}")
        return radius_km

    def _at_once(self, asked: Sequence[tuple[int, Asked]], answers: list[Row]) -> None:
        if not asked:
            return
        where = np.array([each.where for _, each in asked])
        days = np.array([day_number(each.when.start) for _, each in asked if each.when.start])
        joined = self._bulk.join(DatedPoints(where, days, np.array([each.radius_km for _, each in asked])))
        for place, (number, _) in enumerate(asked):
            control = joined.control(place, fronts=self.options.fronts)
            answers[number] = {**self._told(control), GEOMETRY: Point(where[place])}

    def _alone(self, asked: Asked) -> Row:
        if isinstance(asked.where, str):
            return self._by_name(asked.where, asked)
        if isinstance(asked.where, LngLat):
            control = control_at(asked.where, asked.when, self._zones, asked.radius_km, fronts=self.options.fronts)
            return {**self._told(control), GEOMETRY: Point(asked.where)}
        control = control_of_area(asked.where, asked.when, self._zones, changes=True)
        return {**self._told(control), GEOMETRY: asked.where}

    def _by_name(self, name: str, asked: Asked) -> Row:
        place, note = self._named(name)
        if place is None:
            return {"reason": note}
        control = self._of_place(place.id, asked.when, asked.radius_km)
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
            "changed": "; ".join(map(_change, control.changed)) or None,
            "shares": "; ".join(f"{side} {share}" for side, share in control.shares.items()) or None,
            "zone_ids": "; ".join(control.zone_ids) or None, "source": "; ".join(titles) or None,
            "sources_agree": None if control.sources_agree is None else "yes" if control.sources_agree else "no",
            "other_sources": others_in_words(control) or None,
            "reason": NO_STATEMENT if control.basis == "none" else None,
        }

    def _asked(self, place_id: str, when: Interval, radius_km: float) -> Control:
        place = self._gazetteer[place_id]
        if radius_km > place.precision_km:
            place = replace(place, precision_km=radius_km)
        return control_of_place(place, when, self._zones, self._shapes)

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


def _change(change: Change) -> str:
    return f"{change.day} {change.controller or 'no statement'}" + (f" {change.status}" if change.status else "")


def _span(row: Row, options: TableOptions) -> Interval:
    first = _day(options.date_field, row.get(options.date_field))
    if options.end_field is None or _is_empty(row.get(options.end_field)):
        return Interval.of_day(first)
    last = _day(options.end_field, row.get(options.end_field))
    if last < first:
        raise InvalidParameter(f"{options.end_field}: {str(last)!r}, want a day from {first} on")
    return Interval(first, last + DAY)


def _day(name: str, value: object) -> date:
    if isinstance(value, date):
        value = value.isoformat()
    when = parse_datetime(str("" if value is None else value))
    if when.days != 1 or when.start is None:
        raise InvalidParameter(f"{name}: {str(value)[:60]!r}, want one day")
    return when.start


def _ground(value: object) -> BaseGeometry | None:
    """A geometry, from its text too; mended where its outline crosses itself."""
    try:
        given = value if isinstance(value, BaseGeometry) or _is_empty(value) else _read(value)
    except shapely.GEOSException as problem:
        raise InvalidParameter(f"geometry: {str(value)[:60]!r}, {problem}, want GeoJSON, WKT or WKB") from None
    if not isinstance(given, BaseGeometry) or given.is_empty:
        return None
    if given.geom_type not in GROUNDS:
        raise InvalidParameter(f"geometry: {given.geom_type!r}, want one of {', '.join(GROUNDS)}")
    west, south, east, north = given.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise InvalidParameter(f"geometry: {given.wkt[:60]!r}, want degrees of longitude and latitude")
    flat = shapely.force_2d(given)
    return flat if flat.is_valid else shapely.make_valid(flat, method="structure")


def _read(value: object) -> BaseGeometry:
    if isinstance(value, bytes):
        return shapely.from_wkb(value)
    text = str(value)
    return shapely.from_geojson(text) if text.startswith("{") else shapely.from_wkt(text)


def _degrees(name: str, value: object, most: float) -> float:
    number = _number(value)
    if not abs(number) <= most:
        given = "" if value is None else str(value)[:60]
        raise InvalidParameter(f"{name}: {given!r}, want degrees from -{most} to {most}")
    return number


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _is_empty(value: object) -> bool:
    return value is None or str(value).strip() == "" or (isinstance(value, float) and math.isnan(value))
