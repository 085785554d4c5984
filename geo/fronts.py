"""Fronts: the lines along which two controllers' zones of one source touch.

Derived zones share their edges exactly, so that no tolerance is needed. Drawn layers leave gaps and overlaps between
two sides: an edge then counts as a front where the other side is within the source's ``tolerance_km``, always the edge
of the side that comes first by name, so that no front is drawn twice. At an end it may run on by as much, at a sharp
corner by twice that. A source that draws one side only has its outline for a front (``geo.outlines``). Ground that
nobody is stated to hold has none, and neither have a national border between grounds of one controller and what is
only claimed.
"""
from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import reduce
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.interval import Interval, Validity
from geo.measure import DEGREE_KM, length_km, narrowed, simple_parts
from geo.model import Feature
from geo.outlines import Outline, outlines, rule_of

UPON = ("claimed", "assessed_advance", "unknown")
"""Statuses of what a drawn source lays upon ground that is held."""

BLOCK = 500
"""Rows whose neighbours are looked for at once; bounds the memory."""


@dataclass(frozen=True)
class Contact:
    """A line between ``sides`` (two controllers in alphabetical order) while both zones hold."""

    line: MultiLineString
    sides: tuple[str, str]
    source_id: str
    valid: Validity
    tolerance_km: float = 0.0


def fronts(zones: Iterable[Feature], tolerance_km: float | None = None) -> list[Feature]:
    """Rows of collection ``fronts`` for zones that hold on one day: one row for each source and pair of controllers,
    valid while all of the zones are. Without ``tolerance_km`` each source's own counts."""
    rows = list(zones)
    outer = reduce(Interval.intersection, (row.valid.outer for row in rows), Interval())
    certain = reduce(Interval.intersection, (row.valid.certain for row in rows), outer)
    return front_rows([replace(row, valid=Validity(outer, certain)) for row in rows], tolerance_km)


def front_rows(zones: Iterable[Feature], tolerance_km: float | None = None) -> list[Feature]:
    """Dated rows of collection ``fronts``: each line for as long as it did not move, ordered by first day, then id."""
    groups: defaultdict[tuple[str, tuple[str, str]], list[Contact]] = defaultdict(list)
    for contact in contacts(zones, tolerance_km):
        groups[contact.source_id, contact.sides].append(contact)
    rows = [row for key in sorted(groups) for row in _rows(groups[key])]
    return sorted(rows, key=lambda row: (str(row.valid.outer.start), row.id))


def contacts(zones: Iterable[Feature], tolerance_km: float | None = None) -> list[Contact]:
    """Every pair of zones of one source that hold at the same time, touch, and have different controllers; and the
    outlines of sources that draw one side."""
    rows = [_with_tolerance(zone, tolerance_km) for zone in zones if zone.geometry is not None and is_held(zone)]
    found: list[Contact] = []
    for one, other in _meetings(rows):
        found.extend(_contact(rows[one], rows[other]))
    return [*found, *map(_of_outline, outlines(rows))]


def is_held(zone: Feature) -> bool:
    """Whether a zone is ground that somebody holds; a drawn source also draws what is claimed, or mixed with nobody
    named, upon ground that is held."""
    said = zone.properties
    status = said.get("status")
    is_upon = status in UPON or (status == "mixed" and not said.get("controller_b"))
    return said.get("method") == "derived" or not is_upon


def _with_tolerance(zone: Feature, tolerance_km: float | None) -> Feature:
    if tolerance_km is None:
        return zone
    rule = replace(rule_of(zone), tolerance_km=tolerance_km)
    return replace(zone, properties={**zone.properties, "front_rule": asdict(rule)})


def _of_outline(outline: Outline) -> Contact:
    one, other = sorted((outline.side, outline.rule.opponent))
    valid = Validity(outline.span, outline.span if outline.is_certain else Interval(outline.span.end, outline.span.end))
    return Contact(outline.line, (one, other), outline.source_id, valid, outline.rule.tolerance_km)


def _meetings(rows: Sequence[Feature]) -> Iterator[tuple[int, int]]:
    """Pairs of rows of one source and different holders that come within its tolerance while both hold.

    Boxes and days come first and block by block: a long war has many versions of every neighbour.
    """
    if len(rows) < 2:
        return
    grounds = np.array([row.geometry for row in rows], dtype=object)
    boxes = shapely.bounds(grounds)
    reach = np.array([rule_of(row).tolerance_km / DEGREE_KM for row in rows])
    wide = reach / np.cos(np.radians(np.minimum(np.abs(boxes[:, [1, 3]]).max(axis=1), 89)))
    tree = shapely.STRtree(np.asarray(shapely.box(*boxes.T)))
    start, end = (np.array([day.toordinal() for day in days]) for days in (
        [row.valid.outer.start or date.min for row in rows], [row.valid.outer.end or date.max for row in rows]))
    said = [_numbers(names) for names in (
        [str(row.properties.get("source_id")) for row in rows], [frozenset(holders_of(row)) for row in rows])]
    for low in range(0, len(rows), BLOCK):
        far, high = wide[low : low + BLOCK], reach[low : low + BLOCK]
        around = boxes[low : low + BLOCK] + np.column_stack((-far, -high, far, high))
        one, other = tree.query(np.asarray(shapely.box(*around.T)))
        one = one + low
        kept = (one < other) & (start[one] < end[other]) & (start[other] < end[one])
        one, other = one[kept], other[kept]
        kept = (said[0][one] == said[0][other]) & (said[1][one] != said[1][other])
        one, other = one[kept], other[kept]
        near = shapely.dwithin(grounds[one], grounds[other], wide[one]) | (wide[one] == 0)
        yield from zip(one[near].tolist(), other[near].tolist(), strict=True)


def _numbers(values: Sequence[object]) -> NDArray[np.int64]:
    """Equal numbers for equal values."""
    known: dict[object, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values])


def _contact(one: Feature, other: Feature) -> Iterator[Contact]:
    sides = _sides(one, other)
    outer = one.valid.outer.intersection(other.valid.outer)
    source = str(one.properties.get("source_id"))
    if sides is None or outer.is_empty or source != str(other.properties.get("source_id")):
        return
    tolerance_km = rule_of(one).tolerance_km
    first, second = sorted((one, other), key=lambda zone: (*sorted(holders_of(zone)), zone.id))
    line = _line(first.geometry, second.geometry, tolerance_km)
    if line is not None:
        certain = one.valid.certain.intersection(other.valid.certain)
        yield Contact(line, sides, source, Validity(outer, certain), tolerance_km)


def _sides(one: Feature, other: Feature) -> tuple[str, str] | None:
    """The two controllers that face each other.

    The edge between ground that A holds and ground that A and B contest is where A's hold on it ends: A and B.
    """
    mine, theirs = holders_of(one), holders_of(other)
    if not mine or not theirs or set(mine) == set(theirs):
        return None
    facing = [side for side in theirs if side not in mine] or [side for side in mine if side not in theirs]
    own = next(side for side in (*mine, *theirs) if side != facing[0])
    return (min(own, facing[0]), max(own, facing[0]))


def holders_of(zone: Feature) -> tuple[str, ...]:
    """The one or two sides that hold a zone; none for ground that nobody is stated to hold."""
    both = (zone.properties.get("controller"), zone.properties.get("controller_b"))
    return tuple(str(side) for side in both if side)


def _line(one: BaseGeometry | None, other: BaseGeometry | None, tolerance_km: float) -> MultiLineString | None:
    """The edge of ``one`` along ``other``; with a tolerance where that is as near, without crumbs shorter than it."""
    assert one is not None and other is not None
    if tolerance_km:
        return _near(one, other, tolerance_km)
    return _merged(shapely.intersection(one.boundary, other.boundary), 0.0)


def _near(one: BaseGeometry, other: BaseGeometry, tolerance_km: float) -> MultiLineString | None:
    """On a flat plane, where a kilometre is as long to the east as to the north."""
    narrow = np.cos(np.radians(np.mean(shapely.bounds(one)[[1, 3]])))
    mine, theirs = narrowed(one, narrow), narrowed(other, narrow)
    reach = tolerance_km / DEGREE_KM
    line = _merged(shapely.intersection(mine.boundary, shapely.buffer(theirs, reach)), reach)
    return None if line is None else shapely.normalize(narrowed(line, 1 / narrow))


def _merged(lines: BaseGeometry, least: float) -> MultiLineString | None:
    plain = lines if isinstance(lines, MultiLineString) else MultiLineString(simple_parts(lines, LineString))
    joined = shapely.get_parts(shapely.line_merge(plain))
    whole = [part for part in joined if part.length >= least and not part.is_empty]
    return shapely.normalize(MultiLineString(whole)) if whole else None


def _rows(group: Sequence[Contact]) -> Iterator[Feature]:
    """One pair's lines day by day; spans with the same lines and the same certainty of them are one row."""
    before: tuple[frozenset[bytes], Validity] | None = None
    lines = {contact.line.wkb: contact.line for contact in group}
    for span in _spans(group):
        now = [contact for contact in group if contact.valid.outer.contains(span)]
        key = frozenset(contact.line.wkb for contact in now)
        is_certain = all(contact.valid.certain.contains(span) for contact in now)
        valid = Validity(span, span if is_certain else Interval(span.end, span.end))
        if before and before[0] == key and before[1].certain.is_empty == valid.certain.is_empty:
            before = (key, _longer(before[1], valid))
            continue
        yield from _row(group[0], lines, before)
        before = (key, valid)
    yield from _row(group[0], lines, before)


def _spans(group: Sequence[Contact]) -> list[Interval]:
    days: set[date] = set()
    is_open = False
    for contact in group:
        ends = (contact.valid.outer.start, contact.valid.outer.end, contact.valid.certain.start)
        days.update(day for day in ends if day is not None)
        is_open = is_open or contact.valid.outer.end is None
    spans = [Interval(*pair) for pair in pairwise(sorted(days))]
    return [*spans, Interval(max(days))] if is_open and days else spans


def _longer(before: Validity, after: Validity) -> Validity:
    outer = Interval(before.outer.start, after.outer.end)
    return Validity(outer, outer if not after.certain.is_empty else Interval(outer.end, outer.end))


def _row(
    pair: Contact, lines: dict[bytes, MultiLineString], found: tuple[frozenset[bytes], Validity] | None
) -> Iterator[Feature]:
    if found is None or not found[0]:
        return
    parts = shapely.get_parts(shapely.line_merge(shapely.union_all([lines[key] for key in sorted(found[0])])))
    line = shapely.normalize(MultiLineString(list(parts)))
    properties = {
        "side_a": pair.sides[0], "side_b": pair.sides[1], "length_km": round(length_km(line), 3),
        "tolerance_km": pair.tolerance_km, "source_id": pair.source_id,
    }
    name = "\x1f".join((pair.source_id, *pair.sides, str(found[1].outer.start))).encode() + line.wkb
    yield Feature(hashlib.sha256(name).hexdigest()[:16], line, properties, found[1])
