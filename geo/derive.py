"""Town reports → dated zones: coarse ground, stretched from places, that says how coarse it is.

Each place speaks for its cell (``geo.cells``) while one of its reports holds (``geo.timeline``). A place that is
contested, mixed or besieged speaks for its town alone. A place without a statement leaves its cell empty: nothing is
filled in from elsewhere. Cells of one country and one answer that share an edge are one zone.
"""
from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.cells import Cells, Site, cells
from geo.confidence import confidence
from geo.errors import InvalidInput
from geo.interval import Interval, Validity
from geo.model import Feature
from geo.reports import Report, report_of
from geo.timeline import REPORT_MAX_AGE_DAYS, State, timelines

_WHOLE = ("control", "claimed")
"""Statuses that speak for the country around a town; all others speak for the town alone."""


@dataclass(frozen=True)
class DeriveOptions:
    """How far and for how long a report is stretched. ``town_max_km`` is the reach of a statement about the town
    alone."""

    evidence_max_km: float = 25.0
    town_max_km: float = 10.0
    report_max_age_days: int = REPORT_MAX_AGE_DAYS
    source_id: str = "derived:reports"


@dataclass(frozen=True)
class _Key:
    """What the cells of one zone have in common."""

    country: str
    control: tuple[str, str | None, str, str | None]


_Run = tuple[_Key, frozenset[int]]


def derive(
    reports: Iterable[Feature], shapes: Mapping[str, BaseGeometry], options: DeriveOptions | None = None
) -> list[Feature]:
    """Rows of collection ``zones`` from rows of collection ``reports``, ordered by first day, then id.

    ``shapes`` are the land of each country by ISO 3166-1 code, in degrees. The answer does not depend on the order
    of the reports.

    :raises InvalidInput: for a place at two positions or in an unknown country.
    """
    options = options or DeriveOptions()
    read = sorted((report_of(feature) for feature in reports), key=lambda each: each.id)
    if not read:
        return []
    sites = _sites(read)
    ground = cells(sites, shapes, options.evidence_max_km, options.town_max_km)
    lines = timelines(read, options.report_max_age_days)
    rows = _Rows(ground, options)
    found = [rows.feature(*run) for run in _runs(sites, ground, [lines.get(site.place, []) for site in sites])]
    return sorted(found, key=lambda zone: (str(zone.valid.outer.start), zone.id))


def _sites(reports: Sequence[Report]) -> list[Site]:
    found: dict[str, Site] = {}
    for report in sorted(reports, key=lambda each: (each.place, each.id)):
        site = Site(report.place, report.country, report.point)
        if found.setdefault(report.place, site) != site:
            raise InvalidInput(f"reports: place {report.place!r} is at {found[report.place].point} and {report.point}")
    return list(found.values())


def _runs(
    sites: Sequence[Site], ground: Cells, lines: Sequence[Sequence[State]]
) -> Iterable[tuple[_Key, frozenset[int], Validity, list[State]]]:
    """Every zone with its days and the states that it rests on; equal ground on consecutive days is one run."""
    neighbours = _neighbours(ground)
    open_runs: dict[_Run, tuple[Validity, list[State]]] = {}
    for span in _spans(lines):
        now: dict[_Run, tuple[Validity, list[State]]] = {}
        for certain, run, states in _zones_on(span, sites, lines, neighbours):
            valid = Validity(span, span if certain else Interval(span.end, span.end))
            before = open_runs.pop(run, None)
            if before is not None and not (valid.certain.is_empty and not before[0].certain.is_empty):
                now[run] = (_joined(before[0], valid), [*before[1], *states])
                continue
            if before is not None:
                yield (*run, *before)
            now[run] = (valid, states)
        for run, (valid, states) in open_runs.items():
            yield (*run, valid, states)
        open_runs = now
    for run, (valid, states) in open_runs.items():
        yield (*run, valid, states)


def _joined(before: Validity, after: Validity) -> Validity:
    certain = after.certain if before.certain.is_empty else Interval(before.certain.start, after.certain.end)
    return Validity(Interval(before.outer.start, after.outer.end), certain)


def _spans(lines: Sequence[Sequence[State]]) -> Iterable[Interval]:
    """The longest spans of days on which nothing changes anywhere."""
    days: set[date] = set()
    for states in lines:
        for state in states:
            ends = (state.valid.outer.start, state.valid.outer.end, state.valid.certain.start)
            days.update(day for day in ends if day is not None)
    return [Interval(*pair) for pair in pairwise(sorted(days))]


def _zones_on(
    span: Interval, sites: Sequence[Site], lines: Sequence[Sequence[State]],
    neighbours: Mapping[tuple[int, bool], Sequence[tuple[int, bool]]],
) -> Iterable[tuple[bool, _Run, list[State]]]:
    """The zones that hold on all days of ``span``: whether certain, what they say, and on what they rest."""
    holding: dict[tuple[int, bool], tuple[bool, _Key]] = {}
    states: dict[int, State] = {}
    for index, line in enumerate(lines):
        state = next((each for each in line if each.valid.outer.contains(span)), None)
        if state is not None:
            states[index] = state
            certain = state.valid.certain.contains(span)
            is_town = state.status not in _WHOLE
            holding[index, is_town] = (certain, _Key(sites[index].country, state.control))
    while holding:
        member, answer = next(iter(holding.items()))
        group = _connected(member, holding, neighbours)
        yield answer[0], (answer[1], frozenset(group)), [states[index] for index in sorted(group)]


def _connected(
    first: tuple[int, bool], holding: dict[tuple[int, bool], tuple[bool, _Key]],
    neighbours: Mapping[tuple[int, bool], Sequence[tuple[int, bool]]],
) -> list[int]:
    """The sites connected with ``first`` that say the same; taken out of ``holding``."""
    answer = holding.pop(first)
    found, waiting = [first[0]], [first]
    while waiting:
        for other in neighbours.get(waiting.pop(), ()):
            if holding.get(other) == answer:
                del holding[other]
                found.append(other[0])
                waiting.append(other)
    return found


def _neighbours(ground: Cells) -> Mapping[tuple[int, bool], list[tuple[int, bool]]]:
    found: defaultdict[tuple[int, bool], list[tuple[int, bool]]] = defaultdict(list)
    for one, other in sorted(ground.touching):
        found[one].append(other)
    return found


class _Rows:
    """Makes the features; the union of each set of cells is made once."""

    def __init__(self, ground: Cells, options: DeriveOptions) -> None:
        self._ground = ground
        self._options = options
        self._unions: dict[tuple[bool, frozenset[int]], MultiPolygon] = {}

    def feature(self, key: _Key, members: frozenset[int], valid: Validity, states: list[State]) -> Feature:
        controller, controller_b, status, besieged_by = key.control
        is_whole = status in _WHOLE
        reports = _reports(states)
        level, why = confidence(reports, valid, self._options.report_max_age_days)
        geometry = self._union(is_whole, members)
        reach = self._options.evidence_max_km if is_whole else self._options.town_max_km
        properties = {
            "controller": controller, "controller_b": controller_b, "status": status, "besieged_by": besieged_by,
            "method": "derived", "evidence_max_km": reach, "confidence": level, "confidence_why": why,
            "as_of": sorted({report.earliest.isoformat() for report in reports}), "step_days": None,
            "sources": _sources(reports), "source_id": self._options.source_id,
        }
        return Feature(_identity(properties, geometry, valid), geometry, properties, valid)

    def _union(self, is_whole: bool, members: frozenset[int]) -> MultiPolygon:
        if (is_whole, members) not in self._unions:
            grounds = self._ground.whole if is_whole else self._ground.town
            union = shapely.union_all([grounds[index] for index in sorted(members)])
            parts = [part for part in shapely.get_parts(union) if part.geom_type == "Polygon"]
            whole = shapely.normalize(MultiPolygon(parts))
            self._unions[is_whole, members] = shapely.orient_polygons(whole)
        return self._unions[is_whole, members]


def _reports(states: Sequence[State]) -> list[Report]:
    unique = {report.id: report for state in states for report in state.reports}
    return sorted(unique.values(), key=lambda each: (each.place, each.earliest, each.id))


def _sources(reports: Sequence[Report]) -> list[dict[str, object]]:
    """Each source once, with the ids of the reports that rest on it."""
    found: dict[str, dict[str, object]] = {}
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for report in reports:
        for source in report.sources:
            name = str(sorted(source.items()))
            found.setdefault(name, dict(source))
            ids[name].append(report.id)
    return [{**found[name], "reports": ids[name]} for name in sorted(found)]


def _identity(properties: Mapping[str, object], geometry: BaseGeometry, valid: Validity) -> str:
    said = ("source_id", "controller", "controller_b", "status", "besieged_by")
    parts = [*(str(properties[name] or "") for name in said), str(valid.outer.start)]
    return hashlib.sha256("\x1f".join(parts).encode() + b"\x1f" + shapely.to_wkb(geometry)).hexdigest()[:16]
