"""What one source said, picture by picture → the rows that answer for each day, the same in whatever order it came.

A source speaks for days (snapshots) or for closed periods. A snapshot holds until the source speaks again, at most
``ANSWERED_STEPS`` of its steps; equal ground on days that follow each other is one row, so that a new day mostly makes
an old row longer, and an old day that differs parts it. Where periods overlap, a day belongs to the one that starts
last, and among those to the one that ends last: a boundary day that two share is the later one's. A row of a period
keeps the whole of it as its ``edtf``.
"""
from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput
from geo.interval import DAY, Interval, Validity, parse_day
from geo.measure import area_km2
from geo.model import Feature

ANSWERED_STEPS = 3
"""A source with a step is believed for this many of its steps after its last word."""

SLIVER_KM2 = 0.01
"""Overlaps below this (a square of 100 m) are drawing noise."""

DEFINITE = ("control", "contested")

When = tuple[date, ...]
"""The day of a snapshot, or the first and the last day of a period."""

Key = tuple[str, str]
"""What is told of ground, and the ground."""

Said = defaultdict[When, dict[Key, Feature]]


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
        controller, other, status = _said(row)
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


def spans(days: Sequence[date], step: int, calendar: Sequence[date]) -> Iterator[Interval]:
    """The unbroken spans on which ground answers that is stated for ``days``, by a source that speaks on all days of
    the ``calendar``; both in order."""
    start: date | None = None
    end: date | None = None
    for day in days:
        following = bisect_right(calendar, day)
        limit = day + timedelta(days=ANSWERED_STEPS * step + 1)
        until = min(limit, calendar[following]) if following < len(calendar) else limit
        if start is not None and day != end:
            yield Interval(start, end)
            start = None
        start, end = start or day, until
    if start is not None:
        yield Interval(start, end)


def reach(pictures: Sequence[Picture]) -> Interval:
    """The days whose rows the pictures may change: a day more on either side, where rows may become one."""
    first = min(picture.when[0] for picture in pictures) - DAY
    steps = [step for picture in pictures for row in picture.told if (step := _step(row)) is not None]
    last = max(picture.when[-1] for picture in pictures)
    return Interval(first, last + (ANSWERED_STEPS * max(steps, default=0) + 2) * DAY)


def merged(stored: Iterable[Feature], pictures: Sequence[Picture]) -> list[Feature]:
    """The source's rows within ``reach(pictures)`` when it has said these pictures, too; ordered by day and side.

    ``stored`` are its rows that intersect that reach, whole.

    :raises InvalidInput: for days and periods of one source together, and for ground that a side holds which another
        picture of the same day gives to a rival.
    """
    old = list(stored)
    is_period = {len(picture.when) == 2 for picture in pictures} | {_step(row) is None for row in old}
    if len(is_period) > 1:
        raise InvalidInput("some of it is stated for days and some for periods, want a source for each")
    said: Said = defaultdict(dict)
    for row in old:
        key = _key(row)
        for when in _whens(row):
            said[when].setdefault(key, _told_for(row, when))
    for picture in pictures:
        kept = {key: row for key, row in said[picture.when].items() if not picture.scope.covers(row)}
        _no_rivals(picture, list(kept.values()))
        said[picture.when] = {**kept, **{_key(row): row for row in picture.told}}
    rows = _of_periods(said, old) if is_period == {True} else _of_days(said, old)
    return sorted(rows, key=lambda row: (str(row.valid.outer.start), str(row.properties["controller"]), row.id))


def _whens(row: Feature) -> list[When]:
    if _step(row) is None:
        return [_period(row)]
    return [(day,) for day in _as_of(row)]


def _period(row: Feature) -> When:
    first, slash, last = (row.valid.edtf or "").partition("/")
    if slash:
        return parse_day(first), parse_day(last)
    start, end = row.valid.outer.start, row.valid.outer.end
    assert start is not None and end is not None
    return start, end - DAY


def _told_for(row: Feature, when: When) -> Feature:
    files = row.properties.get("files") or {}
    assert isinstance(files, Mapping)
    key = name_of(when)
    mine = {key: files[key]} if key in files else {}
    return replace(row, properties={**row.properties, "as_of": None, "files": mine})


def name_of(when: When) -> str:
    """``2022-04-01`` or ``2022-04-01/2022-04-07``: a day or a period in EDTF."""
    return "/".join(str(day) for day in when)


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
    parts = [part for each in shapely.get_parts(one.intersection(other)) for part in shapely.get_parts(each)]
    return sum(area_km2(part) for part in parts if part.geom_type == "Polygon")


def _of_days(said: Said, old: Sequence[Feature]) -> Iterator[Feature]:
    calendar = sorted({when[0] for when in said} | set(_cuts(old)))
    days: defaultdict[Key, dict[date, Feature]] = defaultdict(dict)
    for when, rows in said.items():
        for key, row in rows.items():
            days[key][when[0]] = row
    for told in days.values():
        step = _step(next(iter(told.values())))
        assert step is not None
        for span in spans(sorted(told), step, calendar):
            mine = {day: row for day, row in sorted(told.items()) if day in span}
            yield _row(mine[min(mine)], Validity.exactly(span), {(day,): row for day, row in mine.items()})


def _cuts(old: Iterable[Feature]) -> Iterator[date]:
    """Days on which the source spoke as well, though none of these rows is of them: they end one early."""
    for row in old:
        step, days, end = _step(row), _as_of(row), row.valid.outer.end
        if step is not None and days and end is not None and end <= days[-1] + ANSWERED_STEPS * step * DAY:
            yield end


def _of_periods(said: Said, old: Sequence[Feature]) -> Iterator[Feature]:
    """Each day to its period. Of a stored period only the days are left that its rows still have."""
    owned: dict[When, list[Interval]] = {}
    for row in old:
        mine = owned.setdefault(_period(row), [])
        if row.valid.outer not in mine:
            mine.append(row.valid.outer)
    for when in said:
        owned.setdefault(when, [Interval(when[0], when[1] + DAY)])
    for when, rows in said.items():
        free = owned[when]
        for stronger in (each for each in owned if each > when):
            free = [piece for span in free for piece in _without(span, Interval(stronger[0], stronger[1] + DAY))]
        for span in sorted(set(free), key=lambda span: str(span.start)):
            for row in rows.values():
                yield _row(row, Validity.exactly(span, name_of(when)), {when: row})


def _without(span: Interval, other: Interval) -> list[Interval]:
    if not span.intersects(other):
        return [span]
    pieces = (Interval(span.start, other.start), Interval(other.end, span.end))
    return [piece for piece in pieces if span.intersects(piece) and not piece.is_empty]


def _row(told: Feature, valid: Validity, by: Mapping[When, Feature]) -> Feature:
    """One stored row, named by what it says from when, where: the same name in whatever order it was learnt."""
    assert told.geometry is not None
    files: dict[str, Any] = {}
    for row in by.values():
        files.update(row.properties.get("files") or {})  # type: ignore[call-overload]
    as_of = [str(when[0]) for when in by if len(when) == 1]
    properties = {**told.properties, "as_of": as_of, "files": files}
    parts = (str(told.properties["source_id"]), *_said(told), str(valid.outer.start), told.geometry.wkb_hex)
    name = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
    return Feature(name, told.geometry, properties, valid)


def _said(row: Feature) -> tuple[str, str, str]:
    controller, other, status = (row.properties.get(name) for name in ("controller", "controller_b", "status"))
    return str(controller), str(other or ""), str(status)


def _key(row: Feature) -> Key:
    """What has to be equal for days to be one row: the ground, and all that is told of it but when. A store gives
    ``None`` for what it was never told."""
    assert row.geometry is not None
    told = ((name, value) for name, value in row.properties.items() if name not in ("as_of", "files"))
    rest = {name: value for name, value in told if value is not None}
    return json.dumps(rest, sort_keys=True, default=str), row.geometry.wkb_hex


def _step(row: Feature) -> int | None:
    step = row.properties.get("step_days")
    return step if isinstance(step, int) else None


def _as_of(row: Feature) -> list[date]:
    days = row.properties.get("as_of")
    return sorted(parse_day(str(day)) for day in days) if isinstance(days, list | tuple) else []
