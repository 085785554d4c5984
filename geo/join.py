"""The spatial join: ties a dated mention, place or point to who held it, and tells a place's whole record."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from shapely.geometry.base import BaseGeometry

from geo.conflicts import conflict, conflict_of_remark
from geo.control import AT_PLACE_KM, Spot, answering, control_at, control_of_area, evidence_sources, on_day, over
from geo.interval import FIRST, Interval, Validity
from geo.measure import distance_km
from geo.model import Control, Extent, Feature, LngLat, Mention, Place
from geo.relative import NEAR_KM
from geo.reports import REMARKS, Report
from geo.timeline import State, timelines
from geo.zones import ZoneIndex

__all__ = ["NEAR_KM", "Held", "control_at", "control_of_area", "control_of_place", "differ", "history", "join"]

POINT_KM = 50.0
"""A place known no better than this (a river, a region) has no point at which to ask; no statement is made of it."""


def join(mention: Mention, zones: ZoneIndex, shapes: Mapping[str, BaseGeometry] | None = None) -> Mention:
    """The mention with the control of its place at its time; unchanged when one of the two is not known."""
    if mention.place is None or mention.when is None:
        return mention
    place, interval = mention.place, mention.when.interval
    if mention.extent:
        return replace(mention, control=control_of_extent(mention.extent, interval, zones))
    if mention.toponym.near:
        place = replace(place, precision_km=max(place.precision_km, NEAR_KM))
    return replace(mention, control=control_of_place(place, interval, zones, shapes or {}, changes=False))


def control_of_extent(extent: Extent, interval: Interval, zones: ZoneIndex) -> Control:
    """Of a disc at its middle, with every side within its reach; of other ground by share of its area."""
    if extent.is_disc:
        return control_at(extent.point, interval, zones, extent.precision_km)
    return control_of_area(extent.geometry, interval, zones)


def control_of_place(
    place: Place, interval: Interval, zones: ZoneIndex, shapes: Mapping[str, BaseGeometry], *, changes: bool = True
) -> Control:
    """Of a country or a province by share of its area, of anything else at its point. Without ``changes`` what changed
    inside of the interval is not listed for a country or a province, for it takes most of the time.

    ``shapes`` are areas by ISO 3166-1 and 3166-2 code; an area without one is asked at its point, unless that says
    nothing of where the place is (``POINT_KM``).
    """
    area = shapes.get(place.country if place.is_country else place.admin1_iso) if _has_shape(place) else None
    if area is None and place.precision_km > POINT_KM:
        return Control()
    if area is None:
        return control_at(place.point, interval, zones, place.precision_km)
    return control_of_area(area, interval, zones, changes=changes)


def _has_shape(place: Place) -> bool:
    return place.is_country or place.feature_code == "ADM1"


def differ(one: Control, other: Control) -> bool:
    """Whether two answers name other sides, or say of them that they hold it in another way."""
    return (one.controller, one.controller_b, one.status) != (other.controller, other.controller_b, other.status)


@dataclass(frozen=True)
class Held:
    """One line of a place's record: the control without what differs from day to day, its confidence as on the first
    day; ``valid`` says which days are certain. ``note`` tells what the source says, ``conflict`` what other sources
    say against it. A remark (``reported``, ``brief``) stands beside the lines and makes no interval; a line with
    basis ``none`` is a span without any statement."""

    valid: Validity
    control: Control
    note: str = ""
    conflict: str = ""

    @property
    def is_remark(self) -> bool:
        return self.control.status in REMARKS


def history(where: LngLat | Place, zones: ZoneIndex) -> list[Held]:
    """All that is stated about a point or a place, from the beginning of time to its end, each with its sources.

    The lines that are not remarks follow each other without gap or overlap.
    """
    spot = Spot(where.point, where.precision_km) if isinstance(where, Place) else Spot(where)
    rows = over(spot, Interval(), zones)
    starts = sorted({day for row in rows for day in _turns(spot, row, zones)})
    held = [_line(spot, span, rows, zones) for span in _between(starts)]
    states = _states_at(spot, zones)
    held = [_contradicted(line, states) for line in held]
    return sorted([*_merged(held), *_remarks(spot, zones, states)], key=lambda line: (_first_day(line), line.is_remark))


def _turns(spot: Spot, row: Feature, zones: ZoneIndex) -> list[date]:
    """The days on which something about the row changes here: its ends, its certainty, the report it rests on."""
    reports = zones.evidence_reports(row)
    apart = [(distance_km(spot.point, report.point), report.place) for report in reports]
    nearest_place = min(apart)[1] if apart else None
    told = [report.earliest for report in reports if report.place == nearest_place]
    ends = [row.valid.outer.start, row.valid.outer.end, *(day for day in told if day in row.valid.outer)]
    return [day for day in ends if day is not None]


def _between(days: Sequence[date]) -> list[Interval]:
    return [Interval(*pair) for pair in pairwise([None, *days, None])]


def _line(spot: Spot, span: Interval, rows: Sequence[Feature], zones: ZoneIndex) -> Held:
    day = span.start or FIRST
    zone = answering(rows, day)
    if zone is None:
        return Held(Validity(span, span), Control())
    found = on_day(spot, day, zones)
    ageless = tuple(replace(each, certainty=None, age_days=None) for each in found.statements)
    control = replace(found, certainty=None, age_days=None, front_km=None, front_bearing=None, zone_ids=(zone.id,),
                      statements=ageless, silent=())
    note = str(control.sources[0].get("note") or "") if control.sources else ""
    return Held(Validity(span, zone.valid.certain.intersection(span)), control, note)


def _states_at(spot: Spot, zones: ZoneIndex) -> list[State]:
    """What was reported of the very place of the spot."""
    near = sorted((distance_km(spot.point, each.point), each.place) for each in _reports_at(spot, zones))
    mine = [each for each in zones.reports if near and each.place == near[0][1]]
    return next(iter(timelines(mine).values()), [])


def _reports_at(spot: Spot, zones: ZoneIndex) -> list[Report]:
    reach = max(AT_PLACE_KM, spot.precision_km)
    return [each for each in zones.reports if distance_km(spot.point, each.point) <= reach]


def _contradicted(line: Held, states: Sequence[State]) -> Held:
    """The line with what other reports of its place say against it."""
    day = line.valid.outer.start or FIRST
    told = [conflict(state) for state in states if line.control.basis == "report" and day in state.valid.outer]
    return replace(line, conflict=told[0]) if told else line


def _merged(lines: Sequence[Held]) -> list[Held]:
    found: list[Held] = []
    for line in lines:
        if found and _told(found[-1]) == _told(line):
            before = found.pop()
            outer = Interval(before.valid.outer.start, line.valid.outer.end)
            first = before.valid.certain if not before.valid.certain.is_empty else line.valid.certain
            certain = Interval(first.start, line.valid.certain.end)
            ids = (*before.control.zone_ids, *line.control.zone_ids)
            joined = Held(Validity(outer, certain), replace(before.control, zone_ids=ids), before.note,
                          before.conflict)
            found.append(joined)
            continue
        found.append(line)
    return found


def _told(line: Held) -> tuple[object, ...]:
    control = line.control
    return (
        control.controller, control.controller_b, control.status, control.besieged_by, control.basis,
        str(control.sources), line.conflict, control.sources_agree,
        tuple((each.source_id, each.controller, each.controller_b, each.status) for each in control.statements),
    )


def _remarks(spot: Spot, zones: ZoneIndex, states: Sequence[State]) -> list[Held]:
    return [
        Held(Validity(report.when.interval, Interval(report.latest, report.when.interval.end), report.when.text),
             Control(controller=report.controller, controller_b=report.controller_b, status=report.status,
                     basis="report", confidence="low", sources=evidence_sources(report)), report.note,
             conflict_of_remark(report, states))
        for report in _reports_at(spot, zones) if report.is_remark
    ]


def _first_day(line: Held) -> date:
    return line.valid.outer.start or FIRST
