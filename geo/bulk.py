"""Who held many dated points, all at once: the same answers as ``control.control_at``, in columns.

Points on one side's ground alone are answered by arrays; those that need more (two sides there, a reach beyond the
point, a town that is drawn a little beyond the border) by the single join, each place and day once.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.control import AT_PLACE_KM, Spot, each_source, front_of, on_day, precedence, rank, resting_on, stated
from geo.flat_index import index_of
from geo.grid_index import Flags, Ints
from geo.interval import day_from_number, day_number
from geo.measure import frame
from geo.model import Control, Feature, LngLat
from geo.zones import Evidence, ZoneIndex, order

Floats = NDArray[np.float64]

KEPT = 20_000
"""Answers of the single join that are remembered."""

AT_ONCE = 1_000_000
"""Points that are joined at once; bounds the memory to some hundred bytes for each."""


@dataclass(frozen=True)
class DatedPoints:
    """``where``: rows of ``lng, lat`` in degrees, finite; ``day``: day numbers (``geo.interval.day_number``);
    ``reach_km``: how far the truth may lie from each point."""

    where: Floats
    day: Ints
    reach_km: Floats

    @classmethod
    def at(cls, where: Floats, day: Sequence[date] | Ints, reach_km: float = 0.0) -> DatedPoints:
        """The same reach for all."""
        days = np.array([day_number(each) if isinstance(each, date) else each for each in day], dtype=np.int64)
        return cls(np.asarray(where, dtype=np.float64).reshape(-1, 2), days, np.full(len(days), float(reach_km)))

    def __len__(self) -> int:
        return len(self.day)

    def __getitem__(self, part: slice | Ints) -> DatedPoints:
        return DatedPoints(self.where[part], self.day[part], self.reach_km[part])


@dataclass(frozen=True)
class Answers:
    """One answer for each point. ``row`` is the zone that answers, by its place in ``ZoneIndex.rows``, -1 for no
    statement; ``others`` the zones beside it; ``alone`` the whole answers of the single join, where it was asked.
    ``report`` is the place of the report that it rests on in the zone's witnesses, -1 for none, ``away_km`` how far it
    is."""

    points: DatedPoints
    zones: ZoneIndex
    row: Ints
    report: Ints
    away_km: Floats
    others: Mapping[int, Sequence[int]]
    alone: Mapping[int, Control]

    def __len__(self) -> int:
        return len(self.points)

    def control(self, number: int, *, fronts: bool = False) -> Control:
        """The whole answer of one point."""
        found = self.alone.get(number)
        if found is None:
            found = self._made(number)
        return front_of(self._point(number), self._day(number), self.zones, found) if fronts else found

    @cached_property
    def controller(self) -> NDArray[np.object_]:
        """Who held each point, ``None`` without a statement: ``Control.controller``."""
        return self._told("controller")

    @cached_property
    def status(self) -> NDArray[np.object_]:
        return self._told("status")

    @cached_property
    def age_days(self) -> Floats:
        """Age of the evidence, NaN where there is none or it has no age."""
        ages = np.full(len(self), np.nan)
        for row, mine in self._by_row():
            zone = self.zones.rows[row]
            days = self.points.day[mine]
            told = np.array(self.zones.supported(zone), dtype=np.int64)
            before = np.searchsorted(told, days, "right")
            ages[mine[before > 0]] = days[before > 0] - told[before[before > 0] - 1]
            rests = self.report[mine] >= 0
            if rests.any():
                reported = np.array([day_number(each.earliest) for each in self.zones.witnesses(zone).reports])
                ages[mine[rests]] = days[rests] - reported[self.report[mine[rests]]]
        for number, control in self.alone.items():
            ages[number] = np.nan if control.age_days is None else control.age_days
        return ages

    def _told(self, name: str) -> NDArray[np.object_]:
        said = [zone.properties.get(name) for zone in self.zones.rows]
        of_row = np.array([str(value) if value else None for value in said] + [None], dtype=object)
        found: NDArray[np.object_] = of_row[self.row]
        for number, control in self.alone.items():
            found[number] = getattr(control, name)
        return found

    def _by_row(self) -> list[tuple[int, Ints]]:
        return [(row, mine) for row, mine in groups(self.row) if row >= 0]

    def _point(self, number: int) -> LngLat:
        return LngLat(*map(float, self.points.where[number]))

    def _day(self, number: int) -> date:
        return _date(int(self.points.day[number]))

    def _made(self, number: int) -> Control:
        if self.row[number] < 0:
            return Control()
        zone, day = self.zones.rows[self.row[number]], self._day(number)
        spot = Spot(self._point(number), float(self.points.reach_km[number]))
        beside = [self.zones.rows[row] for row in self.others.get(number, ())]
        found = stated(zone, beside, (spot, day), self.zones)
        if self.report[number] >= 0:
            report = self.zones.witnesses(zone).reports[self.report[number]]
            found = resting_on(Evidence.of(zone, report, float(self.away_km[number])), found, spot, day)
        return each_source(found, [zone, *beside], (spot, day), self.zones)


@dataclass(frozen=True)
class _Precedence:
    """For each row: a number for its rank, its place in the order in which rows answer and in that of time, and numbers
    for its sides, 0 for none."""

    rank: Ints
    answer_order: Ints
    order: Ints
    side: Ints
    side_b: Ints

    @classmethod
    def of(cls, rows: Sequence[Feature]) -> _Precedence:
        ranks = [rank(zone) for zone in rows]
        places = {each: number for number, each in enumerate(sorted(set(ranks)))}
        by_answer = sorted(range(len(rows)), key=lambda row: precedence(rows[row]))
        by_time = sorted(range(len(rows)), key=lambda row: order(rows[row]))
        sides: dict[str | None, int] = {None: 0}
        side, side_b = (
            np.array([sides.setdefault(_text(zone, name), len(sides)) for zone in rows], dtype=np.int64)
            for name in ("controller", "controller_b")
        )
        numbers = np.array([places[each] for each in ranks], dtype=np.int64)
        return cls(numbers, _places(by_answer), _places(by_time), side, side_b)


class BulkJoin:
    """Joins points to the zones of an index, as often as asked."""

    def __init__(self, zones: ZoneIndex) -> None:
        self._zones = zones
        self._index = index_of(zones.rows)
        self._single = lru_cache(maxsize=KEPT)(self._asked)

    def join(self, points: DatedPoints) -> Answers:
        """One answer for each point, in their order."""
        parts = [self._part(points[low : low + AT_ONCE], low) for low in range(0, len(points), AT_ONCE)] or [
            self._part(points, 0)]
        row, report, away_km = (np.concatenate([part[place] for part in parts]) for place in range(3))
        others = {number: rows for part in parts for number, rows in part[3].items()}
        alone = {number: control for part in parts for number, control in part[4].items()}
        return Answers(points, self._zones, row, report, away_km, others, alone)

    def _part(
        self, points: DatedPoints, first: int
    ) -> tuple[Ints, Ints, Floats, dict[int, Sequence[int]], dict[int, Control]]:
        hits = self._index.covering(points.where, points.day)
        row = np.full(len(points), -1, dtype=np.int64)
        row[hits.point] = hits.row
        several = np.flatnonzero(np.bincount(hits.point, minlength=len(points)) > 1)
        is_odd = points.reach_km > 0
        others: dict[int, Sequence[int]] = {}
        if len(several):
            chosen = np.isin(hits.point, several)
            self._choose(hits.point[chosen], hits.row[chosen], (row, is_odd, others))
        is_odd |= (row < 0) & self._is_beside(points, row < 0)
        alone = {first + number: self._single(*_key(points, number)) for number in np.flatnonzero(is_odd).tolist()}
        row[is_odd] = -1
        report, away_km = self._witnessed(points, row)
        return row, report, away_km, {first + number: rows for number, rows in others.items()}, alone

    @cached_property
    def _precedence(self) -> _Precedence:
        return _Precedence.of(self._zones.rows)

    def _choose(self, point: Ints, row: Ints, into: tuple[Ints, Flags, dict[int, Sequence[int]]]) -> None:
        """Of several zones at a point the one that answers; odd are those where one source states two sides."""
        rows, is_odd, others = into
        told = self._precedence
        order = np.lexsort((told.answer_order[row], point))
        point, row = point[order], row[order]
        is_first = np.concatenate(([True], point[1:] != point[:-1]))
        answer = row[is_first][np.cumsum(is_first) - 1]
        rows[point] = answer
        side = told.side[row]
        is_rival = (side > 0) & (side != told.side[answer]) & (side != told.side_b[answer])
        is_odd[point[is_rival & (told.rank[row] == told.rank[answer])]] = True
        rest = np.flatnonzero(~is_first)
        rest = rest[np.lexsort((told.order[row[rest]], point[rest]))]
        for number, mine in groups(point[rest]):
            others[number] = row[rest[mine]].tolist()

    def _is_beside(self, points: DatedPoints, is_asked: Flags) -> Flags:
        """Whether a report's place may be within reach of the asked points: then the single join must look."""
        near = np.zeros(len(points), dtype=bool)
        places = sorted({report.point for report in self._zones.reports})
        asked = np.flatnonzero(is_asked)
        if places and len(asked):
            frames = np.array([frame(place, AT_PLACE_KM) for place in places])
            tree = shapely.STRtree(np.asarray(shapely.points(points.where[asked])))
            near[asked[np.unique(tree.query(shapely.box(*frames.T))[1])]] = True
        return near

    def _witnessed(self, points: DatedPoints, row: Ints) -> tuple[Ints, Floats]:
        """The report on which each answer in derived ground rests, and its distance."""
        report, away_km = np.full(len(points), -1, dtype=np.int64), np.full(len(points), np.nan)
        if not self._zones.reports:
            return report, away_km
        for number, mine in groups(row):
            witnesses = self._zones.witnesses(self._zones.rows[number]) if number >= 0 else None
            if witnesses is None or not witnesses.reports:
                continue
            turns = np.array([witnesses.turn(_date(day)) for day in points.day[mine].tolist()])
            for turn, same in groups(turns):
                if turn:
                    report[mine[same]], away_km[mine[same]] = witnesses.nearest(points.where[mine[same]], turn)
        return report, away_km

    def _asked(self, lng: float, lat: float, day: int, reach_km: float) -> Control:
        return on_day(Spot(LngLat(lng, lat), reach_km), _date(day), self._zones, fronts=False)


def groups(keys: Ints) -> list[tuple[int, Ints]]:
    """Each key with the places where it stands, by key.

    >>> [(key, places.tolist()) for key, places in groups(np.array([5, 2, 5]))]
    [(2, [1]), (5, [0, 2])]
    """
    if not len(keys):
        return []
    ordered = np.argsort(keys, kind="stable")
    turns = np.flatnonzero(keys[ordered][1:] != keys[ordered][:-1]) + 1
    return [(int(keys[part[0]]), part) for part in np.split(ordered, turns)]


def _places(order: Sequence[int]) -> Ints:
    found = np.empty(len(order), dtype=np.int64)
    found[list(order)] = np.arange(len(order))
    return found


def _key(points: DatedPoints, number: int) -> tuple[float, float, int, float]:
    lng, lat = points.where[number]
    return float(lng), float(lat), int(points.day[number]), float(points.reach_km[number])


@lru_cache(maxsize=100_000)
def _date(number: int) -> date:
    return day_from_number(number)


def _text(zone: Feature, name: str) -> str | None:
    value = zone.properties.get(name)
    return str(value) if value else None
