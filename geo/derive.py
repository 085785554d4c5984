"""Town reports → dated zones: coarse ground, stretched from places, that says how coarse it is.

Each place speaks for its cell (``geo.cells``) while one of its reports holds (``geo.timeline``). A place that is
contested, mixed or besieged speaks for its town alone; who besieges it holds the rest of its cell, for that is what a
siege is. A place without a statement leaves its cell empty: nothing is filled in from elsewhere. Cells of one country
and one answer that share an edge are one zone.
"""
from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from math import pi

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.basemap import country_shapes, lake_shape
from geo.cells import Cells, Part, Site, cells, patches
from geo.confidence import Surroundings, confidence
from geo.errors import InvalidInput
from geo.interval import DAY, Interval, Validity
from geo.measure import area_km2
from geo.model import Feature
from geo.reports import Report, report_of
from geo.timeline import REPORT_MAX_AGE_DAYS, State, timelines

_WHOLE = ("control", "claimed")
"""Statuses that speak for the country around a town; all others speak for the town alone."""


@dataclass(frozen=True)
class DeriveOptions:
    """How far and for how long a report is stretched. ``max_km_in`` is how far in countries where that differs, by
    ISO 3166-1 code; ``town_max_km`` the reach of a statement about the town alone."""

    evidence_max_km: float = 25.0
    town_max_km: float = 10.0
    report_max_age_days: int = REPORT_MAX_AGE_DAYS
    source_id: str = "derived:reports"
    max_km_in: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What cells are cut from: the land of each country by ISO 3166-1 code, in degrees, and the water in it."""

    shapes: Mapping[str, BaseGeometry]
    water: BaseGeometry | None = None


def bundled_ground() -> Ground:
    """The land and the lakes of the map that comes with Dateline."""
    return Ground(country_shapes(), lake_shape())


@dataclass(frozen=True)
class Window:
    """To derive only the zones that hold on some of the ``days``, or begin or end with them. ``hull`` is as long as
    any of those zones."""

    days: Interval = Interval()
    hull: Interval = Interval()

    def has(self, zone: Validity) -> bool:
        start, end = self.days.start, self.days.end
        before = start is not None and zone.outer.end is not None and zone.outer.end < start
        after = end is not None and zone.outer.start is not None and end < zone.outer.start
        return not before and not after


@dataclass(frozen=True)
class _Key:
    """What the cells of one zone have in common."""

    country: str
    control: tuple[str, str | None, str, str | None]


_Run = tuple[_Key, frozenset[Part]]


@dataclass(frozen=True)
class _Told:
    """On what a zone rests: the states of its places over its days; on its last ones, who is around it; whether a
    source denies one of them."""

    valid: Validity
    states: tuple[State, ...]
    agreeing: int
    differing: int
    is_denied: bool

    def goes_on(self, before: _Told) -> bool:
        """Whether this and what was ``before`` are one row: what is denied, or no longer certain, is one of its own."""
        is_lost = self.valid.certain.is_empty and not before.valid.certain.is_empty
        return self.is_denied == before.is_denied and not is_lost


def derive(
    reports: Iterable[Feature], ground: Ground | Mapping[str, BaseGeometry], options: DeriveOptions | None = None,
    window: Window = Window(),
) -> list[Feature]:
    """Rows of collection ``zones`` from rows of collection ``reports``, ordered by first day, then id.

    The answer does not depend on the order of the reports, nor, for one patch of places, on those of any other. With
    a ``window`` only the zones of some days, the same ones.

    :raises InvalidInput: for a place at two positions or in an unknown country.
    """
    ground = ground if isinstance(ground, Ground) else Ground(ground)
    options = options or DeriveOptions()
    read = sorted((report_of(feature) for feature in reports), key=lambda each: each.id)
    lines = timelines(read, options.report_max_age_days)
    parts = [_of_patch(patch, lines, (ground, window), options) for patch in patches(sites_of(read, options))]
    return sorted((zone for part in parts for zone in part), key=lambda zone: (str(zone.valid.outer.start), zone.id))


def sites_of(reports: Iterable[Report], options: DeriveOptions) -> list[Site]:
    """Each reported place once, by id.

    :raises InvalidInput: for a place at two positions, or with two reaches.
    """
    found: dict[str, Site] = {}
    for report in sorted(reports, key=lambda each: (each.place, each.max_km is None, each.id)):
        wide = report.max_km or options.max_km_in.get(report.country, options.evidence_max_km)
        site = Site(report.place, report.country, report.point, wide, min(wide, options.town_max_km))
        known = found.setdefault(report.place, site)
        if (known.country, known.point) != (site.country, site.point):
            raise InvalidInput(f"reports: place {report.place!r} is at {known.point} and {report.point}")
        if report.max_km and known != site:
            raise InvalidInput(f"reports: place {report.place!r}: max_km {known.reach_km:g} and {report.max_km:g}")
    return list(found.values())


def _of_patch(
    sites: Sequence[Site], lines: Mapping[str, Sequence[State]], within: tuple[Ground, Window], options: DeriveOptions
) -> list[Feature]:
    ground, window = within
    cut = cells(sites, ground.shapes, ground.water)
    rows = _Rows(cut, sites, options)
    spans = [each for each in _spans([lines.get(site.place, []) for site in sites]) if each[0].intersects(window.hull)]
    return [rows.feature(*run, told) for run, told in _runs(sites, cut, spans) if window.has(told.valid)]


def _runs(
    sites: Sequence[Site], ground: Cells, spans: Iterable[tuple[Interval, Mapping[int, State]]]
) -> Iterable[tuple[_Run, _Told]]:
    """Every zone with its days and the states that it rests on; equal ground on consecutive days is one run."""
    neighbours = _neighbours(ground)
    open_runs: dict[_Run, _Told] = {}
    for span, held in spans:
        now: dict[_Run, _Told] = {}
        for run, told in _zones_on(span, sites, held, neighbours):
            before = open_runs.pop(run, None)
            if before is not None and told.goes_on(before):
                valid, states = _joined(before.valid, told.valid), (*before.states, *told.states)
                now[run] = replace(told, valid=valid, states=states)
                continue
            if before is not None:
                yield run, before
            now[run] = told
        yield from open_runs.items()
        open_runs = now
    yield from open_runs.items()


def _joined(before: Validity, after: Validity) -> Validity:
    certain = after.certain if before.certain.is_empty else Interval(before.certain.start, after.certain.end)
    return Validity(Interval(before.outer.start, after.outer.end), certain)


def _spans(lines: Sequence[Sequence[State]]) -> Iterable[tuple[Interval, Mapping[int, State]]]:
    """The longest spans of days on which nothing changes anywhere, each with the state of every line that has one."""
    days: set[date] = set()
    for states in lines:
        for state in states:
            ends = (state.valid.outer.start, state.valid.outer.end, state.valid.certain.start)
            days.update(day for day in ends if day is not None)
    ordered = sorted(days)
    held: list[dict[int, State]] = [{} for _ in ordered]
    for index, states in enumerate(lines):
        for state in states:
            outer = state.valid.outer
            assert outer.start is not None and outer.end is not None
            for number in range(bisect_left(ordered, outer.start), bisect_left(ordered, outer.end)):
                held[number][index] = state
    return [(Interval(*pair), states) for pair, states in zip(pairwise(ordered), held[:-1], strict=True)]


def _zones_on(
    span: Interval, sites: Sequence[Site], states: Mapping[int, State], neighbours: Mapping[Part, Sequence[Part]]
) -> Iterable[tuple[_Run, _Told]]:
    """The zones that hold on all days of ``span``, and on what they rest."""
    said: dict[Part, tuple[bool, _Key]] = {}
    for index, state in states.items():
        is_certain = state.valid.certain.contains(span)
        said |= {(index, kind): (is_certain, _Key(sites[index].country, control)) for kind, control in _says(state)}
    left = dict(said)
    while left:
        first, (is_certain, key) = next(iter(left.items()))
        group = frozenset(_connected(first, left, neighbours))
        valid = Validity(span, span if is_certain else Interval(span.end, span.end))
        members = tuple(states[index] for index in sorted({index for index, _ in group}))
        is_denied = any(state.against for state in members)
        yield (key, group), _Told(valid, members, *_around(group, said, neighbours), is_denied)


def _says(state: State) -> list[tuple[str, tuple[str, str | None, str, str | None]]]:
    """What a state says of each part of its place's ground."""
    if state.status in _WHOLE:
        return [("whole", state.control)]
    ring = [("ring", (state.besieged_by, None, "control", None))] if state.besieged_by else []
    return [("town", state.control), *ring]


def _around(
    group: frozenset[Part], said: Mapping[Part, tuple[bool, _Key]], neighbours: Mapping[Part, Sequence[Part]]
) -> tuple[int, int]:
    """How many other places in a zone or at its edge name the same controller, and how many another."""
    mine = said[min(group)][1].control[0]
    edge = {other for part in group for other in neighbours.get(part, ()) if other in said and other not in group}
    inside = {index for index, _ in group}
    same = {index for index, kind in edge if said[index, kind][1].control[0] == mine} - inside
    others = {index for index, _ in edge} - same - inside
    return len(inside) - 1 + len(same), len(others)


def _connected(
    first: Part, left: dict[Part, tuple[bool, _Key]], neighbours: Mapping[Part, Sequence[Part]]
) -> list[Part]:
    """The parts connected with ``first`` that say the same; taken out of ``left``."""
    answer = left.pop(first)
    found, waiting = [first], [first]
    while waiting:
        for other in neighbours.get(waiting.pop(), ()):
            if left.get(other) == answer:
                del left[other]
                found.append(other)
                waiting.append(other)
    return found


def _neighbours(ground: Cells) -> Mapping[Part, list[Part]]:
    found: defaultdict[Part, list[Part]] = defaultdict(list)
    for one, other in sorted(ground.touching):
        found[one].append(other)
    return found


class _Rows:
    """Makes the features; the union of each set of cells is made once."""

    def __init__(self, ground: Cells, sites: Sequence[Site], options: DeriveOptions) -> None:
        self._ground = ground
        self._sites = sites
        self._options = options
        self._unions: dict[frozenset[Part], MultiPolygon] = {}

    def feature(self, key: _Key, parts: frozenset[Part], told: _Told) -> Feature:
        controller, controller_b, status, besieged_by = key.control
        reports = _reports(told.states)
        geometry = self._union(parts)
        places = {index for index, _ in parts}
        spacing = (area_km2(geometry) / len(places) / pi) ** 0.5
        around = Surroundings(spacing, told.agreeing, told.differing, told.is_denied)
        current = {state.report.place: state.report for state in told.states}
        latest = [report for _, report in sorted(current.items())]
        last = told.valid.outer.end - DAY if told.valid.outer.end else max(report.earliest for report in latest)
        level, why = confidence(latest, last, around, self._options.report_max_age_days)
        properties = {
            "controller": controller, "controller_b": controller_b, "status": status, "besieged_by": besieged_by,
            "method": "derived", "evidence_max_km": max(self._reach(part) for part in parts),
            "confidence": level, "confidence_why": why, "spacing_km": round(spacing, 1),
            "agreeing": told.agreeing, "differing": told.differing,
            "as_of": sorted({report.earliest.isoformat() for report in reports}), "step_days": None,
            "sources": [*_sources(reports), *_denials(told.states)], "source_id": self._options.source_id,
        }
        return Feature(_identity(properties, geometry, told.valid), geometry, properties, told.valid)

    def _reach(self, part: Part) -> float:
        site = self._sites[part[0]]
        return site.town_km if part[1] == "town" else site.reach_km

    def _union(self, parts: frozenset[Part]) -> MultiPolygon:
        if parts not in self._unions:
            union = shapely.union_all([self._ground.ground[part] for part in sorted(parts)])
            polygons = [each for each in shapely.get_parts(union) if each.geom_type == "Polygon"]
            whole = shapely.normalize(MultiPolygon(polygons))
            self._unions[parts] = shapely.orient_polygons(whole)
        return self._unions[parts]


def _denials(states: Sequence[State]) -> list[dict[str, object]]:
    """Sources that say otherwise, once for each report: what they say, and which reports they contradict."""
    found: dict[str, dict[str, object]] = {}
    for state in states:
        for report in state.against:
            source = dict(report.sources[0]) if report.sources else {}
            found[report.id] = {
                **source, "date": report.when.text, "place": report.name, "says": report.controller,
                "report": report.id, "contradicts": sorted(each.id for each in state.reports),
            }
    return [found[name] for name in sorted(found)]


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
