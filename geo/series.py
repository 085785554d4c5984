"""What one source said, picture by picture → the rows that answer for each day, the same in whatever order it came.

A source speaks for days (snapshots) or for closed periods. A snapshot holds until the source speaks again, at most
``ANSWERED_STEPS`` of its steps; equal ground on days that follow each other is one row, so that a new day mostly makes
an old row longer, and an old day that differs parts it. Where periods overlap, a day belongs to the one that starts
last, and among those to the one that ends last: a boundary day that two share is the later one's. A row of a period
keeps the whole of it as its ``edtf``.

A row keeps for each of its days (or its period) the day on which that became known, as ``learnt``, so that a newer day
makes a row longer where it stands and nothing is written twice; what a correction takes away is given up, with the days
between which it was believed. ``geo.belief`` makes from both the rows that answered on any earlier day.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput
from geo.interval import DAY, Interval, Validity
from geo.measure import area_km2, simple_parts
from geo.model import Feature
from geo.said import (
    ANSWERED_STEPS,
    Key,
    Said,
    When,
    as_of_days,
    free_days,
    key_of,
    learnt_of,
    name_of,
    period,
    row_of,
    rows_of_days,
    rows_of_periods,
    said_of,
    spans,
    step_of,
    told_for,
    whens,
    with_learnt,
)

__all__ = [
    "ANSWERED_STEPS", "SLIVER_KM2", "Learning", "Learnt", "Picture", "Scope", "When", "learned", "merged", "name_of",
    "reach", "spans", "wider",
]

SLIVER_KM2 = 0.01
"""Overlaps below this (a square of 100 m) are drawing noise."""

DEFINITE = ("control", "contested")


@dataclass(frozen=True)
class Scope:
    """Whose ground files speak of, and in which status: pairs of controller and status, where ``None`` is any. What
    they say for a day takes the place of what was said before in their scope: one layer of a map leaves its other
    layers alone."""

    pairs: frozenset[tuple[str | None, str | None]]

    def __or__(self, other: Scope) -> Scope:
        return Scope(self.pairs | other.pairs)

    def covers(self, row: Feature) -> bool:
        """Ground that two sides contest is covered where the hold of both is."""
        controller, other, status = said_of(row)
        if other and status == "contested":
            return self._has(controller, "control") and self._has(other, "control")
        return self._has(controller, status)

    def _has(self, controller: str, status: str) -> bool:
        return any(who in (None, controller) and how in (None, status) for who, how in self.pairs)


@dataclass(frozen=True)
class Picture:
    """What a source says for one day or period within a scope. ``told``: rows of collection ``zones`` without time;
    their ``files`` hold the hashes of the files that say so, by the day or period."""

    when: When
    scope: Scope
    told: tuple[Feature, ...]


@dataclass(frozen=True)
class Learning:
    """When pictures become known: on the day ``on``. With a ``lag``, what is said of a day or period for the first time
    became known that many days after its last day, ``on`` at the latest; a correction still becomes known ``on``."""

    on: date
    lag: int | None = None

    def first(self, when: When) -> date:
        return self.on if self.lag is None else min(self.on, when[-1] + self.lag * DAY)


@dataclass(frozen=True)
class Learnt:
    """The rows that answer now, and those that are believed no more, of which ``known`` says from when to when."""

    rows: tuple[Feature, ...]
    given_up: tuple[Feature, ...]


def reach(pictures: Sequence[Picture]) -> Interval:
    """The days whose rows the pictures may change: a day more on either side, where rows may become one."""
    first = min(picture.when[0] for picture in pictures) - DAY
    steps = [step for picture in pictures for row in picture.told if (step := step_of(row)) is not None]
    last = max(picture.when[-1] for picture in pictures)
    return Interval(first, last + (ANSWERED_STEPS * max(steps, default=0) + 2) * DAY)


def wider(days: Interval, stored: Iterable[Feature]) -> Interval:
    """The days with all of the periods that have rows in them."""
    periods = [period(row) for row in stored if step_of(row) is None]
    assert days.start is not None and days.end is not None
    return Interval(min([days.start, *(when[0] for when in periods)]),
                    max([days.end, *(when[1] + DAY for when in periods)]))


def merged(stored: Iterable[Feature], pictures: Sequence[Picture]) -> list[Feature]:
    """As ``learned``, of a source of which nobody asks what was known when."""
    return list(learned(stored, pictures, None).rows)


def learned(stored: Iterable[Feature], pictures: Sequence[Picture], learning: Learning | None) -> Learnt:
    """The source's rows within ``reach(pictures)`` when it has said these pictures, too; ordered by day and side.

    ``stored`` are its rows that intersect that reach (of periods, what is ``wider``), whole.

    :raises InvalidInput: for days and periods of one source together, and for ground that a side holds which another
        picture of the same day gives to a rival.
    """
    old = list(stored)
    is_period = {len(picture.when) == 2 for picture in pictures} | {step_of(row) is None for row in old}
    if len(is_period) > 1:
        raise InvalidInput("some of it is stated for days and some for periods, want a source for each")
    said: Said = defaultdict(dict)
    for row in old:
        key = key_of(row)  # as dear as the ground is large
        for when in whens(row):
            said[when].setdefault(key, told_for(row, when, is_dated=learning is not None))
    lost: list[tuple[When, Feature, date]] = []
    for picture in pictures:
        said[picture.when], gone = _said_anew(said[picture.when], picture, learning)
        lost.extend(gone)
    if is_period == {True}:
        owned = _owned(said, old)
        lost.extend(_covered(said, owned) if learning else ())
        rows = rows_of_periods(said, owned)
    else:
        rows = rows_of_days(said, {when[0] for when in said} | set(_cuts(old)))
    return Learnt(tuple(sorted(rows, key=_order)), tuple(sorted(_given_up(lost), key=_order)))


def _order(row: Feature) -> tuple[str, str, str]:
    return str(row.valid.outer.start), str(row.properties["controller"]), row.id


def _said_anew(
    before: Mapping[Key, Feature], picture: Picture, learning: Learning | None
) -> tuple[dict[Key, Feature], list[tuple[When, Feature, date]]]:
    """What is said of a day after a picture of it, and what is no longer, with the day on which that ended."""
    kept = {key: row for key, row in before.items() if not picture.scope.covers(row)}
    _no_rivals(picture, list(kept.values()))
    told = {key_of(row): row for row in picture.told}
    if learning is None:
        return {**kept, **told}, []
    gone = [row for key, row in before.items() if key not in kept and key not in told]
    is_first = len(kept) == len(before)
    on = max([learning.first(picture.when) if is_first else learning.on, *(learnt_of(row) for row in gone)])
    dated = {key: with_learnt(row, picture.when, learnt_of(before[key]) if key in before else on)
             for key, row in told.items()}
    return {**kept, **dated}, [(picture.when, row, on) for row in gone if learnt_of(row) < on]


def _given_up(lost: Iterable[tuple[When, Feature, date]]) -> Iterator[Feature]:
    """Equal ground that was believed up to one day is one row; it is valid as long as it may ever have answered."""
    groups: defaultdict[tuple[Key, date], dict[When, Feature]] = defaultdict(dict)
    for when, row, end in lost:
        groups[key_of(row), end][when] = row
    for (_, end), by in groups.items():
        if len(max(by)) == 2:
            rows = [row_of(row, Validity.exactly(Interval(when[0], when[1] + DAY), name_of(when)), {when: row})
                    for when, row in by.items()]
        else:
            step = step_of(by[min(by)])
            assert step is not None
            whole = Interval(min(by)[0], max(by)[0] + (ANSWERED_STEPS * step + 1) * DAY)
            rows = [row_of(by[min(by)], Validity.exactly(whole), dict(sorted(by.items())))]
        yield from (replace(row, known=Interval(row.known.start, end)) for row in rows)


def _no_rivals(picture: Picture, kept: Sequence[Feature]) -> None:
    for row in picture.told:
        for other in kept:
            rivals = {row.properties["status"], other.properties["status"]} <= set(DEFINITE)
            if rivals and _overlap_km2(row.geometry, other.geometry) >= SLIVER_KM2:
                holders = (other.properties["controller"], other.properties["controller_b"])
                raise InvalidInput(
                    f"{name_of(picture.when)}: ground of {row.properties['controller']} that the source gave to "
                    f"{' and '.join(str(each) for each in holders if each)} before, want the files of one day together"
                )


def _overlap_km2(one: BaseGeometry | None, other: BaseGeometry | None) -> float:
    if one is None or other is None or not shapely.intersects(one, other):
        return 0.0
    return sum(map(area_km2, simple_parts(one.intersection(other), Polygon)))


def _cuts(old: Iterable[Feature]) -> Iterator[date]:
    """Days on which the source spoke as well, though none of these rows is of them: they end one early."""
    for row in old:
        step, days, end = step_of(row), as_of_days(row), row.valid.outer.end
        if step is not None and days and end is not None and end <= days[-1] + ANSWERED_STEPS * step * DAY:
            yield end


def _owned(said: Said, old: Sequence[Feature]) -> dict[When, list[Interval]]:
    """The days of each period. Of a stored period only those are left that its rows still have."""
    owned: dict[When, list[Interval]] = {}
    for row in old:
        mine = owned.setdefault(period(row), [])
        if row.valid.outer not in mine:
            mine.append(row.valid.outer)
    for when in said:
        owned.setdefault(when, [Interval(when[0], when[1] + DAY)])
    return owned


def _covered(said: Said, owned: Mapping[When, list[Interval]]) -> Iterator[tuple[When, Feature, date]]:
    """Periods of which stronger ones leave no day: once, before those were known, they answered."""
    for when, rows in said.items():
        if free_days(when, owned):
            continue
        over = [each for each in said if each > when and each[0] <= when[1]]
        end = max(learnt_of(row) for each in over for row in said[each].values())
        yield from ((when, row, end) for row in rows.values() if learnt_of(row) < end)
