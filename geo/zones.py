"""Who held a point on a day: an index of zones in x, y and day, exact on both sides of every edge and end."""
from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from operator import lt
from threading import Lock

import numpy as np
import shapely
from numpy.typing import NDArray
from rtree import index
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.fronts import fronts, holders_of, is_held
from geo.interval import DAY, FIRST, LAST, Interval, Validity, day_number, parse_day
from geo.measure import area_km2, distance_km, frame, length_km, nearest, segments, simple_parts
from geo.model import Feature, LngLat
from geo.near_front import front_foot
from geo.outlines import FrontRule, rule_of
from geo.reports import Report, report_of
from geo.series import spans
from geo.witnesses import Witnesses

ALWAYS = Interval()

KEPT_AREAS = 20_000
"""How many sizes of areas, and of their parts in zones, are remembered."""

KEPT_DAYS = 256
"""Of how many days the fronts of a source with a rule are remembered."""

REACHES_KM = (20.0, 80.0, 320.0, 20_040.0)
"""How far from a place a front is looked for, in turn; the last is half way around the earth."""


@dataclass(frozen=True)
class Evidence:
    """The report that an answer at a point rests on, how far its place is, and how many of the zone's neighbouring
    reported places confirm it or say otherwise."""

    report: Report
    distance_km: float
    agreeing: int = 0
    differing: int = 0

    @classmethod
    def of(cls, zone: Feature, report: Report, distance_km: float) -> Evidence:
        """With what a derived zone tells of its neighbours."""
        agreeing, differing = (zone.properties.get(name) for name in ("agreeing", "differing"))
        return cls(report, distance_km, int(str(agreeing or 0)), int(str(differing or 0)))


class ZoneIndex:
    """Zones of any number of sources, with the reports behind the derived ones.

    A row of a source without a step answers on all its days. A row of a source with a step answers from each of
    its as-of days to the source's next one, at most ``ANSWERED_STEPS`` steps long: never the nearest in time.
    """

    def __init__(self, zones: Iterable[Feature], reports: Iterable[Feature] = ()) -> None:
        self._rows = answered(zones)
        self._tree: index.Index | None = None
        self._numbers = {id(row): number for number, row in enumerate(self._rows)}
        self._named = {row.id: number for number, row in enumerate(self._rows)}
        self._supported: dict[int, Sequence[int]] = {}
        self.reports = tuple(report_of(report) for report in reports)
        self._by_id = {report.id: report for report in self.reports}
        self._witnesses: dict[str, Witnesses] = {}
        self._sources: dict[str, tuple[Mapping[str, object], ...]] = {}
        self._common: dict[tuple[int, int], tuple[float, BaseGeometry, Feature | None]] = {}
        self._drawn = lru_cache(maxsize=KEPT_DAYS)(self._drawn_of)
        self._lock = Lock()  # neither R*Tree nor prepared geometries promise to be safe between threads

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> Sequence[Feature]:
        """All rows, each as long as it answers without a break."""
        return self._rows

    def at(self, point: LngLat, day: date) -> list[Feature]:
        """The zones that cover the point (edges count) and answer on the day, by source, then id.

        Each is cut to the days on which it answers without a break around that day.
        """
        return self.history(point, Interval.of_day(day))

    def on(self, day: date) -> list[Feature]:
        """All zones that answer on the day."""
        return self._found((-180, -90, 180, 90), Interval.of_day(day), lambda ground: True)

    def touching(self, area: BaseGeometry, interval: Interval) -> list[Feature]:
        """The zones that have ground or an edge in common with ``area`` and answer inside of ``interval``."""
        shapely.prepare(area)
        return self._found(area.bounds, interval, area.intersects)

    def history(self, point: LngLat, interval: Interval = ALWAYS) -> list[Feature]:
        """The zones over the point that answer inside of ``interval``, cut to the days on which they answer, in
        order of time. Within one source they never overlap, but on an edge between two of its zones.
        """
        return self._found((*point, *point), interval, lambda ground: bool(shapely.intersects_xy(ground, *point)))

    def near(self, point: LngLat, radius_km: float, interval: Interval) -> list[tuple[float, Feature]]:
        """Zones with ground within ``radius_km`` of the point: their distance and themselves, nearest first."""
        found = self._found(frame(point, radius_km), interval, lambda ground: True)
        apart = [(_to_ground(point, zone), zone) for zone in found]
        return sorted((each for each in apart if each[0] <= radius_km), key=lambda each: (each[0], *order(each[1])))

    def evidence(self, zone: Feature, point: LngLat, day: date) -> Evidence | None:
        """The report of the nearest place on which a derived zone rests that day; ``None`` for other zones."""
        witnesses = self.witnesses(zone)
        turn = witnesses.turn(day)
        if not turn:
            return None
        number, km = witnesses.nearest(np.array([point]), turn)
        return Evidence.of(zone, witnesses.reports[int(number[0])], float(km[0]))

    def witnesses(self, zone: Feature) -> Witnesses:
        """The reported places behind a zone; kept, for many points are asked of one zone."""
        known = self._witnesses.get(zone.id)
        if known is None:
            known = self._witnesses[zone.id] = Witnesses(self.evidence_reports(zone))
        return known

    def sources(self, zone: Feature) -> tuple[Mapping[str, object], ...]:
        """The zone's sources, each once, without the lists of reports behind it; kept as well."""
        known = self._sources.get(zone.id)
        if known is None:
            known = self._sources[zone.id] = sources_of(zone)
        return known

    def evidence_reports(self, zone: Feature) -> list[Report]:
        """The reports behind a derived zone that this index was given."""
        sources = zone.properties.get("sources")
        named = [source.get("reports", ()) for source in sources if isinstance(source, dict)] if sources else []  # type: ignore[attr-defined]
        return [self._by_id[name] for names in named for name in names if name in self._by_id]

    def front_foot(self, point: LngLat, source_id: str, day: date) -> LngLat | None:
        """The nearest point of one source's fronts on a day: looked for near by, then farther and farther away. Of a
        source with a rule of its own (a tolerance, one side only) the fronts of the whole day are drawn, and kept."""
        if source_id in self._ruled:
            hits = self._hits((-180, -90, 180, 90), Interval.of_day(day))
            return nearest(point, self._drawn(tuple(sorted(hit for hit in hits if self._source_of[hit] == source_id))))
        foot = None
        for radius_km in REACHES_KM:
            box = frame(point, radius_km)
            mine = [hit for hit in self._hits(box, Interval.of_day(day)) if self._source_of[hit] == source_id]
            held = [self._holders[hit] for hit in mine]
            grounds = [ground for hit in mine if (ground := self._rows[hit].geometry) is not None]
            foot = front_foot(point, grounds, held, box) if len(set(held) - {0}) > 1 else None
            if foot is not None and distance_km(point, foot) <= radius_km:
                return foot
        return foot

    @cached_property
    def _ruled(self) -> frozenset[str]:
        ruled = (number for number, row in enumerate(self._rows) if rule_of(row) != FrontRule())
        return frozenset(self._source_of[number] for number in ruled)

    def _drawn_of(self, rows: tuple[int, ...]) -> NDArray[np.float64]:
        lines = fronts(self._rows[number] for number in rows)
        return segments([line.geometry for line in lines if line.geometry is not None])

    @cached_property
    def _source_of(self) -> list[str]:
        return [str(row.properties.get("source_id")) for row in self._rows]

    @cached_property
    def _holders(self) -> list[int]:
        return _holders(self._rows)

    def speaking(self, day: date) -> tuple[str, ...]:
        """The sources that make a statement about any ground on the day, by name."""
        number = day_number(day)
        found = []
        for name, (starts, ends) in self._spoken.items():
            before = bisect_right(starts, number) - 1
            if before >= 0 and number < ends[before]:
                found.append(name)
        return tuple(found)

    @property
    def source_ids(self) -> Collection[str]:
        """The sources of all rows, in order."""
        return self._spoken.keys()

    @cached_property
    def _spoken(self) -> dict[str, tuple[list[int], list[int]]]:
        """First days, and days after the last, of the unbroken spans in which each source speaks."""
        said: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in self._rows:
            first, last = _days(row.valid.outer)
            said[str(row.properties.get("source_id"))].append((first, last + 1))
        return {name: _joined(said[name]) for name in sorted(said)}

    def named(self, zone_id: str) -> Feature:
        """The row with an id that this index gave."""
        return self._rows[self._named[zone_id]]

    def supported(self, zone: Feature) -> Sequence[int]:
        """The days, as numbers in order, for which a source supports a zone of this index."""
        number = self._numbers[id(zone)]
        known = self._supported.get(number)
        if known is None:
            known = self._supported[number] = _supported(zone)
        return known

    def age_days(self, zone: Feature, day: date) -> int | None:
        """Days since the last day up to ``day`` for which its source supports a zone of this index."""
        days, number = self.supported(zone), day_number(day)
        before = bisect_right(days, number)
        return number - days[before - 1] if before else None

    def common_km2(self, area: BaseGeometry, zone: Feature) -> float:
        """How much of ``area`` lies in the zone, of a line in kilometres; kept, for news names the same countries and
        provinces all the time."""
        return self._kept((id(area), id(zone)), area, zone)

    def whole_km2(self, area: BaseGeometry) -> float:
        """The ground of ``area``, kept as well."""
        return self._kept((id(area), 0), area, None)

    def _kept(self, key: tuple[int, int], area: BaseGeometry, zone: Feature | None) -> float:
        """Square kilometres from memory. The geometries are kept beside them, so that their ids stay their own;
        an archive of relative places has ever new ones, so that the memory is emptied when it is full."""
        known = self._common.get(key)
        if known is None:
            if len(self._common) >= KEPT_AREAS:
                self._common = {}
            part = area.intersection(zone.geometry) if zone is not None and zone.geometry is not None else area
            known = _size(part, is_line=shapely.get_dimensions(area) == 1), area, zone
            self._common[key] = known
        return known[0]

    def _found(
        self, box: Sequence[float], interval: Interval, is_wanted: Callable[[BaseGeometry | None], bool]
    ) -> list[Feature]:
        rows = [self._rows[hit] for hit in self._hits(box, interval)]
        with self._lock:
            exact = [row for row in rows if row.valid.outer.intersects(interval) and is_wanted(row.geometry)]
        return sorted(exact, key=order)

    def _hits(self, box: Sequence[float], interval: Interval) -> list[int]:
        """Numbers of the rows whose box and days meet these."""
        if not self._rows:
            return []
        west, south, east, north = box
        first, last = _days(interval)
        with self._lock:
            if self._tree is None:  # made when first asked: the bulk join does without
                self._tree = _tree(self._rows)
            return list(self._tree.intersection((west, south, first, east, north, last)))


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if starts and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
            continue
        starts.append(start)
        ends.append(end)
    return starts, ends


def sources_of(zone: Feature) -> tuple[Mapping[str, object], ...]:
    """A zone's sources, each once, without the lists of reports."""
    listed = zone.properties.get("sources")
    rows = listed if isinstance(listed, list | tuple) else ()
    told = [{key: value for key, value in row.items() if key != "reports"} for row in rows if isinstance(row, Mapping)]
    return unique(told)


def unique(sources: Iterable[Mapping[str, object]]) -> tuple[Mapping[str, object], ...]:
    """Each of them once, in order."""
    return tuple({str(sorted(source.items(), key=str)): source for source in sources}.values())


def answered(zones: Iterable[Feature]) -> list[Feature]:
    """Each zone once for every unbroken span of days on which it answers, given all that its source says.

    A row of a source with a step ends where the source speaks again, or after ``ANSWERED_STEPS`` steps. A row with a
    gap becomes two; the later has an id of its own.
    """
    told = [(zone, _as_of(zone)) for zone in zones if zone.geometry is not None and not zone.geometry.is_empty]
    calendars: defaultdict[str, set[date]] = defaultdict(set)
    for zone, days in told:
        calendars[str(zone.properties.get("source_id"))].update(days)
    ordered = {source: sorted(days) for source, days in calendars.items()}
    return [cut for zone, days in told for cut in _cut(zone, days, ordered[str(zone.properties.get("source_id"))])]


def _cut(zone: Feature, days: Sequence[date], calendar: Sequence[date]) -> Iterator[Feature]:
    for number, span in enumerate(_spans(zone, days, calendar)):
        if span == zone.valid.outer:
            yield zone
            continue
        valid = Validity(span, zone.valid.certain.intersection(span), zone.valid.edtf, zone.valid.precision)
        told = {**zone.properties, "as_of": [str(day) for day in days if day in span]}
        yield replace(zone, id=f"{zone.id}-{span.start}" if number else zone.id, valid=valid, properties=told)


def _spans(zone: Feature, days: Sequence[date], calendar: Sequence[date]) -> Iterator[Interval]:
    step = zone.properties.get("step_days")
    if not isinstance(step, int):
        yield zone.valid.outer
        return
    is_unbroken = len(days) > 1 and days[-1] - days[0] == (len(days) - 1) * DAY  # each is followed by the next
    for span in spans(days[-1:] if is_unbroken else days, step, calendar):
        yield Interval(days[0] if is_unbroken else span.start, span.end).intersection(zone.valid.outer)


def _as_of(zone: Feature) -> list[date]:
    days = zone.properties.get("as_of")
    told = list(map(_parsed, map(str, days))) if isinstance(days, list | tuple) else []
    return told if all(map(lt, told, islice(told, 1, None))) else sorted(set(told))


_parsed = lru_cache(maxsize=100_000)(parse_day)


def _tree(rows: Sequence[Feature]) -> index.Index:
    for row in rows:
        shapely.prepare(row.geometry)
    return index.Index(_boxes(rows), properties=index.Property(dimension=3))


def _boxes(rows: Sequence[Feature]) -> Iterator[tuple[int, tuple[float, ...], None]]:
    for number, row in enumerate(rows):
        assert row.geometry is not None
        west, south, east, north = row.geometry.bounds
        first, last = _days(row.valid.outer)
        yield number, (west, south, first, east, north, last), None


def _days(interval: Interval) -> tuple[int, int]:
    """The first and the last day of an interval as numbers."""
    return day_number(interval.start or FIRST), day_number(interval.end or LAST) - 1


def _supported(zone: Feature) -> array[int]:
    return array("i", (day_number(day) for day in _as_of(zone)))


def _holders(rows: Sequence[Feature]) -> list[int]:
    """A number for those who hold each row, the same for the same ones; 0 for nobody, and for what is only claimed."""
    numbers: dict[frozenset[str], int] = {frozenset(): 0}
    return [numbers.setdefault(frozenset(holders_of(row) if is_held(row) else ()), len(numbers)) for row in rows]


def order(zone: Feature) -> tuple[date, str, str]:
    """By first day, then source, then id."""
    return zone.valid.outer.start or FIRST, str(zone.properties.get("source_id")), zone.id


def _to_ground(point: LngLat, zone: Feature) -> float:
    assert zone.geometry is not None
    if shapely.intersects_xy(zone.geometry, *point):
        return 0.0
    foot = nearest(point, segments([zone.geometry.boundary]))
    return distance_km(point, foot) if foot is not None else float("inf")


def _size(geometry: BaseGeometry, *, is_line: bool) -> float:
    if not is_line:
        return area_km2(ground(geometry))
    lines = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString"]
    return sum(length_km(line) for line in lines)


def common(area: BaseGeometry, zone: Feature) -> MultiPolygon:
    """The part of ``area`` that lies in the zone."""
    assert zone.geometry is not None
    return ground(area.intersection(zone.geometry))


def ground(area: BaseGeometry) -> MultiPolygon:
    """The polygons of a geometry, without the lines and points that an overlay may leave."""
    return MultiPolygon(simple_parts(area, Polygon))
