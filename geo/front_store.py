"""Fronts of a source, drawn anew only for the days on which its zones changed.

It lies below the store, which tells of earlier beliefs with it: whoever keeps the rows hands in how to read them.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

from geo.fronts import front_rows
from geo.interval import DAY, FIRST, LAST, Interval, Validity, hull_of
from geo.model import BBox, Feature, Query
from geo.outlines import rule_of

Sides = tuple[str, str]

Reader = Callable[[str, Query], Iterable[Feature]]
"""The rows of a collection that a query asks for, as they are believed now."""

_EVERYWHERE = BBox(-180, -90, 180, 90)


def fronts_around(
    read: Reader, source_id: str, old: Sequence[Feature], new: Sequence[Feature]
) -> tuple[list[Feature], list[Feature]]:
    """When ``new`` zones of a source take the place of its ``old`` ones: the fronts to be, and the stored ones that
    they replace.

    A front stays one row for as long as it does not move, so that of each pair of sides all rows are drawn anew that
    touch the changed days, and no other.
    """
    changed = _changed(old, new)
    if changed is None:
        return [], []
    stored = list(read("fronts", rows_of(source_id, Interval(_start(changed) - DAY, _end(changed) + DAY))))
    pairs = {_pair(row) for row in stored} | set(combinations(sorted(_sides([*old, *new])), 2))
    days_of = {pair: hull_of([changed, *(row.valid.outer for row in stored if _pair(row) == pair)]) for pair in pairs}
    kept = {row.id for row in old}
    around = read("zones", rows_of(source_id, hull_of([changed, *days_of.values()])))
    zones = [(row, _sides([row])) for row in (*(row for row in around if row.id not in kept), *new)]
    drawn: list[Feature] = []
    for pair in sorted(pairs):
        days = days_of[pair]
        held = [_cut(row, days) for row, sides in zones if sides & set(pair) and row.valid.outer.intersects(days)]
        drawn.extend(row for row in front_rows(held) if _pair(row) == pair)
    return drawn, stored


def rows_of(source_id: str, days: Interval) -> Query:
    """A source's rows that have ground on some of the days. It is the box that makes a store look into its index of
    places and days, where it else looks at all rows of all years."""
    return Query(bbox=_EVERYWHERE, when=days, where={"source_id": (source_id,)})


def _changed(old: Sequence[Feature], new: Sequence[Feature]) -> Interval | None:
    """The days from the first to the last on which other ground is held than before, or by others, or less surely."""
    before, after = _held(old), _held(new)
    days = [
        Interval(*pair)
        for key in before.keys() | after.keys()
        for pair in pairwise(sorted({end for span in before[key] | after[key] for end in span}))
        if _is_in(pair, before[key]) != _is_in(pair, after[key])
    ]
    return hull_of(days) if days else None


def _held(rows: Sequence[Feature]) -> defaultdict[object, set[tuple[date, date]]]:
    """The spans of days on which the same sides hold the same ground, and those on which they certainly do."""
    spans: defaultdict[object, set[tuple[date, date]]] = defaultdict(set)
    for row in rows:
        assert row.geometry is not None
        key = row.properties["controller"], row.properties["controller_b"], row.geometry.wkb
        spans[key].add((_start(row.valid.outer), _end(row.valid.outer)))
        if not row.valid.certain.is_empty:
            spans[*key, "certain"].add((_start(row.valid.certain), _end(row.valid.certain)))
    return spans


def _is_in(days: tuple[date, date], spans: set[tuple[date, date]]) -> bool:
    return any(first <= days[0] and days[1] <= end for first, end in spans)


def _cut(zone: Feature, days: Interval) -> Feature:
    valid = zone.valid
    cut = Validity(valid.outer.intersection(days), valid.certain.intersection(days), valid.edtf, valid.precision)
    return replace(zone, valid=cut)


def _sides(zones: Iterable[Feature]) -> set[str]:
    rows = list(zones)
    both = (zone.properties[name] for zone in rows for name in ("controller", "controller_b"))
    return {str(side) for side in (*both, *(rule_of(zone).opponent for zone in rows)) if side}


def _pair(front: Feature) -> Sides:
    return str(front.properties["side_a"]), str(front.properties["side_b"])


def _start(days: Interval) -> date:
    return days.start or FIRST


def _end(days: Interval) -> date:
    return days.end or LAST
