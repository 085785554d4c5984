"""Who held a point or an area on a day: how surely, on what evidence, how far from the front.

The answer for an interval is that of its last day; what changed inside of it is listed. It is never the nearest in
time: on a day for which no source speaks there is no statement.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shapely.geometry.base import BaseGeometry

from geo.confidence import Surroundings, level_on
from geo.errors import InvalidParameter
from geo.fronts import is_held
from geo.interval import DAY, FIRST, LAST, Interval
from geo.measure import bearing, disc, distance_km
from geo.model import Change, Control, Feature, LngLat, Statement
from geo.reports import Report
from geo.zones import Evidence, ZoneIndex, common, unique

AT_PLACE_KM = 2.0
"""Within this of a reported place an answer rests on the report itself, not on ground stretched from it."""

MIXED_SHARE = 0.05
"""A second side with at least this part of an area's known ground makes the area mixed."""

CLAIMS = ("claimed", "assessed_advance", "unknown")
"""Statuses of ground that a side is not said to hold."""

_METHODS = ("drawn", "snapshot", "derived")


@dataclass(frozen=True)
class Spot:
    """A point and how far the truth may lie from it."""

    point: LngLat
    precision_km: float = 0.0


def control_at(
    point: LngLat, interval: Interval, zones: ZoneIndex, precision_km: float = 0.0, *, fronts: bool = True
) -> Control:
    """Who held a point at the end of an interval; ``precision_km`` is how far the truth may lie from the point.

    A second side with ground that near is ``controller_b`` and makes the answer uncertain, as does a change inside
    of the interval. An interval with an open end is answered on its first day. Without ``fronts`` the distance to the
    front, which takes most of the time, is left out.

    :raises InvalidParameter: for an interval without days, or without any end.
    """
    spot = Spot(point, precision_km)
    answer = on_day(spot, _deciding_day(interval), zones, fronts=fronts)
    if interval.days == 1:
        return answer
    changed = _changes(spot, interval, zones)
    return replace(answer, changed=changed, certainty="uncertain" if changed and answer.certainty else answer.certainty)


def _changes(spot: Spot, interval: Interval, zones: ZoneIndex) -> tuple[Change, ...]:
    rows = over(spot, interval, zones)
    return _turned(rows, interval, lambda day: _said(answering(rows, day)))


def _turned(
    rows: Sequence[Feature], interval: Interval, said: Callable[[date], tuple[str | None, str | None]]
) -> tuple[Change, ...]:
    """What changed after the first day of an interval, in order, where only the ends of some rows can change it;
    controller ``None`` where statements end."""
    ends = {end for row in rows for end in (row.valid.outer.start, row.valid.outer.end) if end is not None}
    before = said(interval.start or FIRST)
    found: list[Change] = []
    for day in sorted(day for day in ends if day in interval and day != interval.start):
        now = said(day)
        if now != before:
            found.append(Change(day, *now))
        before = now
    return tuple(found)


def control_of_area(area: BaseGeometry, interval: Interval, zones: ZoneIndex, *, changes: bool = False) -> Control:
    """Who held an area, or a line (a road, a river), at the end of an interval, by parts of the whole area or length;
    the rest has no statement.

    The controller is who held most. A second side with at least ``MIXED_SHARE`` of the known ground makes it mixed,
    and the answer is uncertain when less than half of the area is known. With ``changes`` it lists when, inside of the
    interval, another side came to hold most, or it became mixed or ceased to be; every version of the ground is cut
    for that.
    """
    day = _deciding_day(interval)
    answers = _by_source(area, day, zones.touching(area, Interval.of_day(day)), zones)
    told = {source: found for (_, source), found in answers.items() if found.zone_ids}
    first = next(iter(told.values()), Control())
    answer = first if len(zones.source_ids) < 2 else beside_each_other(first, told, day, zones)
    changed = _changes_of_area(area, interval, zones) if changes and interval.days != 1 else ()
    return replace(answer, changed=changed, certainty="uncertain" if changed and answer.certainty else answer.certainty)


def _by_source(
    area: BaseGeometry, day: date, rows: Sequence[Feature], zones: ZoneIndex
) -> dict[tuple[int, str], Control]:
    """What each source says of an area on a day, in the order in which they answer, by its zones that touch it."""
    by_rank: defaultdict[tuple[int, str], list[Feature]] = defaultdict(list)
    for zone in rows:
        if day in zone.valid.outer:
            by_rank[rank(zone)].append(zone)
    return {key: _of_zones(area, day, by_rank[key], zones) for key in sorted(by_rank)}


def _changes_of_area(area: BaseGeometry, interval: Interval, zones: ZoneIndex) -> tuple[Change, ...]:
    rows = zones.touching(area, interval)

    def said(day: date) -> tuple[str | None, str | None]:
        told = (found for found in _by_source(area, day, rows, zones).values() if found.zone_ids)
        first = next(told, Control())
        return first.controller, first.status

    return _turned(rows, interval, said)


def _of_zones(area: BaseGeometry, day: date, used: Sequence[Feature], zones: ZoneIndex) -> Control:
    """By one source's zones alone."""
    held: defaultdict[str, float] = defaultdict(float)
    for zone in used:
        held[str(zone.properties.get("controller"))] += zones.common_km2(area, zone)
    whole = zones.whole_km2(area)
    shares = {side: round(km2 / whole, 4) for side, km2 in sorted(held.items(), key=lambda each: -each[1])}
    shares = {side: share for side, share in shares.items() if share > 0}
    return _of_shares(shares, day, used, zones) if shares else Control()


def _of_shares(shares: dict[str, float], day: date, zones: Sequence[Feature], index: ZoneIndex) -> Control:
    first, *others = shares
    known = sum(shares.values())
    is_mixed = bool(others) and shares[others[0]] >= MIXED_SHARE * known
    ages = [age for age in (index.age_days(zone, day) for zone in zones) if age is not None]
    return Control(
        controller=first, controller_b=others[0] if is_mixed else None, status="mixed" if is_mixed else "control",
        certainty="certain" if known >= 0.5 and not is_mixed else "uncertain", basis="zone",
        zone_ids=tuple(zone.id for zone in zones), age_days=min(ages, default=None), shares=shares,
        sources=unique(source for zone in zones for source in index.sources(zone)),
    )


def _deciding_day(interval: Interval) -> date:
    day = interval.end - DAY if interval.end else interval.start
    if interval.is_empty or day is None:
        raise InvalidParameter(f"interval: {interval}, want at least one day and one end")
    return day


def over(spot: Spot, interval: Interval, zones: ZoneIndex) -> list[Feature]:
    """The zones over a point. Where none is: the nearest within its precision, or within ``AT_PLACE_KM`` if it
    rests on a report of this very place, as for a town that the map draws a little beyond the border or the shore.
    """
    return zones.history(spot.point, interval) or _beside(spot, interval, zones)


def _beside(spot: Spot, interval: Interval, zones: ZoneIndex, source: str | None = None) -> list[Feature]:
    if not spot.precision_km and not zones.reports:
        return []
    near = zones.near(spot.point, max(AT_PLACE_KM, spot.precision_km), interval)
    near = [(km, zone) for km, zone in near if source in (None, source_of(zone))]
    mine = [(km, zone) for km, zone in near if km <= spot.precision_km or _is_own(spot, zone, zones)]
    return [zone for km, zone in mine if km <= mine[0][0] + 0.05]


def _is_own(spot: Spot, zone: Feature, zones: ZoneIndex) -> bool:
    evidence = zones.evidence(zone, spot.point, zone.valid.outer.end or LAST)
    return evidence is not None and evidence.distance_km <= max(AT_PLACE_KM, spot.precision_km)


def answering(rows: Sequence[Feature], day: date) -> Feature | None:
    """The zone that answers: drawn before snapshot before derived, by source, what is held before what its source only
    claims upon it, then by id."""
    on_day = [row for row in rows if day in row.valid.outer]
    return min(on_day, key=precedence, default=None)


def precedence(zone: Feature) -> tuple[tuple[int, str], bool, str]:
    """The order in which zones at one point answer."""
    return rank(zone), not is_held(zone), zone.id


def rank(zone: Feature) -> tuple[int, str]:
    method = str(zone.properties.get("method"))
    return (_METHODS.index(method) if method in _METHODS else len(_METHODS), source_of(zone))


def source_of(zone: Feature) -> str:
    return str(zone.properties.get("source_id"))


def _said(zone: Feature | None) -> tuple[str | None, str | None]:
    return (None, None) if zone is None else (_text(zone, "controller"), _text(zone, "status"))


def on_day(spot: Spot, day: date, zones: ZoneIndex, *, fronts: bool = True) -> Control:
    """Who held the spot on one day."""
    span = Interval.of_day(day)
    covering = zones.history(spot.point, span)
    rows = covering or _beside(spot, span, zones)
    zone = answering(rows, day)
    if zone is None:
        return Control()
    found = _alone(zone, covering, (spot, day), zones)
    found = replace(found, zone_ids=(zone.id, *(row.id for row in rows if row is not zone)))
    found = each_source(found, covering, (spot, day), zones)
    return front_of(spot.point, day, zones, found) if fronts else found


def _alone(zone: Feature, covering: Sequence[Feature], at: tuple[Spot, date], zones: ZoneIndex) -> Control:
    """What a zone says of a spot, with what other zones of its source say there."""
    spot, day = at
    reach = disc(spot.point, spot.precision_km) if spot.precision_km > 0 else None
    rivals = _rivals(zone, zones.touching(reach, Interval.of_day(day)) if reach else covering, reach)
    found = stated(zone, (), at, zones)
    if rivals:
        found = replace(found, certainty="uncertain", controller_b=found.controller_b or rivals[0])
    evidence = zones.evidence(zone, spot.point, day)
    return found if evidence is None else resting_on(evidence, found, spot, day)


def each_source(found: Control, covering: Sequence[Feature], at: tuple[Spot, date], zones: ZoneIndex) -> Control:
    """The answer with what each source of several says, given the zones that cover the spot."""
    if len(zones.source_ids) < 2:
        return found
    spot, day = at
    told: dict[str, Control] = {}
    for name in zones.speaking(day):
        mine = [row for row in covering if source_of(row) == name]
        zone = answering(mine or _beside(spot, Interval.of_day(day), zones, name), day)
        if zone is not None:
            told[name] = _alone(zone, mine, at, zones)
    return beside_each_other(found, told, day, zones)


def beside_each_other(found: Control, told: Mapping[str, Control], day: date, zones: ZoneIndex) -> Control:
    """The answer with what each source says: they agree where all name the same sides, and all as holding the ground
    or all as claiming it."""
    names = sorted(told, key=lambda name: (rank(zones.named(told[name].zone_ids[0])), name))
    words = {(each.controller, each.controller_b, each.status in CLAIMS) for each in told.values()}
    return replace(
        found, statements=tuple(_statement(name, told[name]) for name in names),
        sources_agree=len(words) == 1 if len(told) > 1 else None,
        silent=tuple(name for name in zones.speaking(day) if name not in told) if told else (),
    )


def _statement(name: str, told: Control) -> Statement:
    titles = [str(source["title"]) for source in told.sources if source.get("title")]
    return Statement(
        name, "; ".join(dict.fromkeys(titles)), told.controller, told.controller_b, told.status, told.certainty,
        told.age_days, told.zone_ids[0], told.shares,
    )


def stated(zone: Feature, beside: Sequence[Feature], at: tuple[Spot, date], zones: ZoneIndex) -> Control:
    """What a zone says of a spot on a day, with the ids of the zones ``beside`` it."""
    spot, day = at
    return Control(
        controller=_text(zone, "controller"), status=_text(zone, "status"), basis="zone",
        certainty=zone.valid.certainty(day), controller_b=_text(zone, "controller_b"),
        besieged_by=_text(zone, "besieged_by"), confidence=_text(zone, "confidence"),
        zone_ids=(zone.id, *(row.id for row in beside)), age_days=zones.age_days(zone, day),
        precision_km=spot.precision_km, sources=zones.sources(zone),
    )


def resting_on(evidence: Evidence, found: Control, spot: Spot, day: date) -> Control:
    """The answer with the age, the reach and the sources of the one report that it rests on."""
    is_here = evidence.distance_km <= max(AT_PLACE_KM, spot.precision_km)
    denials = tuple(source for source in found.sources if evidence.report.id in _listed(source.get("contradicts")))
    around = Surroundings(evidence.distance_km, evidence.agreeing, evidence.differing, bool(denials))
    return replace(
        found, basis="report" if is_here else "zone", confidence=level_on(evidence.report, day, around),
        age_days=(day - evidence.report.earliest).days, sources=(*evidence_sources(evidence.report), *denials),
        precision_km=spot.precision_km if is_here else round(max(spot.precision_km, evidence.distance_km), 3),
    )


def _rivals(zone: Feature, others: Sequence[Feature], reach: BaseGeometry | None) -> list[str]:
    """Other controllers of the same source on the point, or with ground within its reach; most ground first."""
    sides = {_text(zone, "controller"), _text(zone, "controller_b")}
    ground: defaultdict[str, float] = defaultdict(float)
    for other in others:
        side = _text(other, "controller")
        if side and side not in sides and rank(other) == rank(zone):
            ground[side] += common(reach, other).area if reach else 0.0
    return sorted(ground, key=lambda side: (-ground[side], side))


def front_of(point: LngLat, day: date, zones: ZoneIndex, control: Control) -> Control:
    """The answer with distance to and bearing of the nearest front of the same source; in ground that two sides share
    it is here."""
    if not control.zone_ids:
        return control
    if control.status in ("contested", "mixed") and zones.named(control.zone_ids[0]).properties.get("controller_b"):
        return replace(control, front_km=0.0, front_bearing=None)
    foot = zones.front_foot(point, str(zones.named(control.zone_ids[0]).properties.get("source_id")), day)
    if foot is None:
        return control
    km = round(distance_km(point, foot), 3)
    return replace(control, front_km=km, front_bearing=round(bearing(point, foot), 1) if km > 0 else None)


def evidence_sources(report: Report) -> tuple[Mapping[str, object], ...]:
    extra = {"date": report.when.text, "place": report.name, "report": report.id, "note": report.note}
    return tuple({**source, **extra} for source in report.sources or ({},))


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _text(zone: Feature, name: str) -> str | None:
    value = zone.properties.get(name)
    return str(value) if value else None
