"""Fronts of a source that draws one side only: the outline of its ground in a country whose rest the other side holds.

What runs along the country's own border or coast is no front. Maps draw these coarsely and not alike, so that outline
within ``BORDER_KM`` of the border counts as border: a front that near to it is missed.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.basemap import country_shapes
from geo.errors import InvalidParameter
from geo.interval import Interval
from geo.measure import DEGREE_KM, narrowed, segments, simple_parts
from geo.model import Feature

BORDER_KM = 5.0
"""So far apart do the outlines of real layers and the basemap's border run: at 2 km there are 26 pieces beside the one
front of Ukraine on 31 July 2026, at 5 km six, while the front itself stays as long."""

ON_EDGE = 1e-9
"""Degrees: so near to a line ground is at it, though a map drawn narrower and wide again has moved it."""

MOST_TOLERANCE_KM = 20.0


@dataclass(frozen=True)
class FrontRule:
    """What a source's rows say of its fronts: how far apart two drawn borders of one front may run, kilometres; and of
    a source that draws one side only, who holds the rest of which country (ISO 3166-1)."""

    tolerance_km: float = 0.0
    opponent: str = ""
    country: str = ""


    def as_json(self) -> dict[str, object] | None:
        """What a row keeps of it; ``None`` of the plain rule."""
        return None if self == FrontRule() else asdict(self)


def front_rule(tolerance_km: float, opponent: str, country: str) -> FrontRule:
    """
    :raises InvalidParameter: for a tolerance beyond ``MOST_TOLERANCE_KM``, an opponent without a country, or a country
        that the basemap has not.
    """
    if not 0 <= tolerance_km <= MOST_TOLERANCE_KM:
        raise InvalidParameter(f"tolerance_km: {tolerance_km:g}, want 0 to {MOST_TOLERANCE_KM:g}")
    if bool(opponent) != bool(country):
        raise InvalidParameter(f"opponent: {opponent!r} in country {country!r}, want both or neither")
    if country and country not in country_shapes():
        raise InvalidParameter(f"country: {country[:50]!r}, want a code of ISO 3166-1 that the basemap has, as UA")
    return FrontRule(float(tolerance_km), opponent, country)


def rule_of(zone: Feature) -> FrontRule:
    said = zone.properties.get("front_rule")
    return FrontRule(**said) if isinstance(said, Mapping) else FrontRule()


@dataclass(frozen=True)
class Outline:
    """A line between ``side`` and the opponent while all the ground behind it is held."""

    line: MultiLineString
    side: str
    rule: FrontRule
    source_id: str
    span: Interval
    is_certain: bool


def outlines(zones: Iterable[Feature]) -> Iterator[Outline]:
    """The outlines of all ground of sources with an opponent, span by span in which nothing changes: of ground that
    two sides hold against one opponent the common one, each part with its own side. ``zones`` are such as count as
    held."""
    groups: defaultdict[tuple[str, FrontRule], list[Feature]] = defaultdict(list)
    for zone in zones:
        rule = rule_of(zone)
        if rule.opponent and zone.geometry is not None and zone.properties.get("controller") != rule.opponent:
            groups[str(zone.properties.get("source_id")), rule].append(zone)
    for (source, rule), rows in sorted(groups.items(), key=str):
        for span in _spans(rows):
            held = [row for row in rows if row.valid.outer.contains(span)]
            line = _outline(held, rule) if held else None
            for side, part in _by_side(line, held, rule) if line is not None else ():
                is_certain = all(row.valid.certain.contains(span) for row in held)
                yield Outline(part, side, rule, source, span, is_certain)


def _spans(rows: Sequence[Feature]) -> Iterator[Interval]:
    turns: set[date] = set()
    for row in rows:
        ends = (row.valid.outer.start, row.valid.outer.end, row.valid.certain.start)
        turns.update(day for day in ends if day is not None)
    ordered = sorted(turns)
    yield from (Interval(*pair) for pair in pairwise(ordered))
    if ordered and any(row.valid.outer.end is None for row in rows):
        yield Interval(ordered[-1])


def _outline(held: Sequence[Feature], rule: FrontRule) -> MultiLineString | None:
    """On a plane where a kilometre is as long to the east as to the north, in the middle of the country. Pieces shorter
    than the border's doubt are leavings of two maps of one border; rings are islands of ground and stay."""
    inside, narrow = _interior(rule.country)
    flat = narrowed(np.array([row.geometry for row in held], dtype=object), narrow)
    ground = shapely.union_all(flat) if len(flat) > 1 else flat[0]
    if rule.tolerance_km:
        reach = rule.tolerance_km / DEGREE_KM / 2
        ground = shapely.buffer(shapely.buffer(ground, reach, join_style="mitre"), -reach, join_style="mitre")
    line = shapely.line_merge(shapely.intersection(shapely.boundary(ground), inside))
    parts = simple_parts(line, LineString)
    whole = [part for part in parts if part.is_closed or part.length * DEGREE_KM >= BORDER_KM]
    return shapely.normalize(narrowed(MultiLineString(whole), 1 / narrow)) if whole else None


def _by_side(
    line: MultiLineString, held: Sequence[Feature], rule: FrontRule
) -> Iterator[tuple[str, MultiLineString]]:
    """The parts of an outline of ground that several sides hold, each with the side whose ground is nearest to it."""
    sides = sorted({str(row.properties.get("controller")) for row in held})
    if len(sides) == 1:
        yield sides[0], line
        return
    fine = shapely.segmentize(line, rule.tolerance_km / DEGREE_KM) if rule.tolerance_km else line
    pieces = segments([fine]).reshape(-1, 2, 2)
    middles = shapely.points(pieces.mean(axis=1))
    apart = [shapely.distance(middles, shapely.union_all([
        row.geometry for row in held if str(row.properties.get("controller")) == side])) for side in sides]
    nearest = np.argmin(np.where(np.array(apart) < ON_EDGE, 0.0, apart), axis=0)
    for number, side in enumerate(sides):
        if (nearest == number).any():
            parts = shapely.get_parts(shapely.line_merge(MultiLineString([*pieces[nearest == number]])))
            yield side, shapely.normalize(MultiLineString(list(parts)))


@lru_cache(maxsize=8)
def _interior(country: str) -> tuple[BaseGeometry, float]:
    """A country without what lies within the doubt of its border, on its own flat plane, and how narrow a degree of
    longitude is there."""
    shape = country_shapes()[country]
    _, south, _, north = shape.bounds
    narrow = cos(radians((south + north) / 2))
    inside = shapely.buffer(narrowed(shape, narrow), -BORDER_KM / DEGREE_KM)
    shapely.prepare(inside)
    return inside, narrow
