"""What a source says of a day or a period → rows of collection ``zones``, and back.

A row keeps the days that it is said for as ``as_of`` (a period as its ``edtf``), for each the hashes of the files that
say so as ``files``, and the day on which that became known as ``learnt``.
"""
from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from geo.interval import DAY, FIRST, Interval, Validity, parse_day
from geo.model import Feature

ANSWERED_STEPS = 3
"""A source with a step is believed for this many of its steps after its last word."""

When = tuple[date, ...]
"""The day of a snapshot, or the first and the last day of a period."""

Key = tuple[str, str]
"""What is told of ground, and the ground."""

Said = defaultdict[When, dict[Key, Feature]]

_KEPT = ("as_of", "files", "learnt")
"""What a row says of its single days or of its period."""


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


def name_of(when: When) -> str:
    """``2022-04-01`` or ``2022-04-01/2022-04-07``: a day or a period in EDTF."""
    return "/".join(str(day) for day in when)


def whens(row: Feature) -> list[When]:
    """The days or the period for which a row is said."""
    if step_of(row) is None:
        return [period(row)]
    return [(day,) for day in as_of_days(row)]


def period(row: Feature) -> When:
    """The whole period that a row is a part of."""
    first, slash, last = (row.valid.edtf or "").partition("/")
    if slash:
        return parse_day(first), parse_day(last)
    start, end = row.valid.outer.start, row.valid.outer.end
    assert start is not None and end is not None
    return start, end - DAY


def told_for(row: Feature, when: When, *, is_dated: bool) -> Feature:
    """What a row says of one of its days or its period; ``is_dated`` with the day on which that became known."""
    files = row.properties.get("files") or {}
    assert isinstance(files, Mapping)
    key = name_of(when)
    mine = {key: files[key]} if key in files else {}
    told = replace(row, properties={**row.properties, "as_of": None, "files": mine})
    return with_learnt(told, when, learnt_of(row, when)) if is_dated else told


def with_learnt(row: Feature, when: When, day: date) -> Feature:
    """What is said of a day or period, known from ``day`` on."""
    return replace(row, properties={**row.properties, "learnt": {name_of(when): str(day)}})


def learnt_of(row: Feature, when: When | None = None) -> date:
    """The day on which what a row says of a day or period became known; without it, the first of all."""
    learnt = row.properties.get("learnt")
    if isinstance(learnt, Mapping) and learnt:
        return parse_day(str(learnt[name_of(when)] if when else min(learnt.values())))
    return row.known.start or FIRST


def rows_of_days(said: Said, spoken_on: Iterable[date]) -> Iterator[Feature]:
    """The rows of what is said of days, by a source that speaks on all days of ``spoken_on``."""
    calendar = sorted(spoken_on)
    days: defaultdict[Key, dict[date, Feature]] = defaultdict(dict)
    for when, rows in said.items():
        for key, row in rows.items():
            days[key][when[0]] = row
    for told in days.values():
        step = step_of(next(iter(told.values())))
        assert step is not None
        for span in spans(sorted(told), step, calendar):
            mine = {day: row for day, row in sorted(told.items()) if day in span}
            yield row_of(mine[min(mine)], Validity.exactly(span), {(day,): row for day, row in mine.items()})


def rows_of_periods(said: Said, owned: Mapping[When, list[Interval]]) -> Iterator[Feature]:
    """The rows of what is said of periods, each day to one of them; ``owned`` are the days of every period."""
    for when, rows in said.items():
        for span in sorted(free_days(when, owned), key=lambda span: str(span.start)):
            for row in rows.values():
                yield row_of(row, Validity.exactly(span, name_of(when)), {when: row})


def free_days(when: When, owned: Mapping[When, list[Interval]]) -> set[Interval]:
    """The days of a period that no stronger one takes."""
    free = owned[when]
    for stronger in (each for each in owned if each > when):
        free = [piece for span in free for piece in _without(span, Interval(stronger[0], stronger[1] + DAY))]
    return set(free)


def _without(span: Interval, other: Interval) -> list[Interval]:
    if not span.intersects(other):
        return [span]
    pieces = (Interval(span.start, other.start), Interval(other.end, span.end))
    return [piece for piece in pieces if span.intersects(piece) and not piece.is_empty]


def row_of(told: Feature, valid: Validity, by: Mapping[When, Feature]) -> Feature:
    """One stored row, named by what it says from when, where: the same name in whatever order it was learnt."""
    assert told.geometry is not None
    files: dict[str, Any] = {}
    learnt: dict[str, str] = {}
    for row in by.values():
        files.update(row.properties.get("files") or {})  # type: ignore[call-overload]
        learnt.update(row.properties.get("learnt") or {})  # type: ignore[call-overload]
    as_of = [str(when[0]) for when in by if len(when) == 1]
    properties = {**told.properties, "as_of": as_of, "files": files, **({"learnt": learnt} if learnt else {})}
    known = Interval(parse_day(min(learnt.values()))) if learnt else Interval()
    parts = (str(told.properties["source_id"]), *said_of(told), str(valid.outer.start), told.geometry.wkb_hex)
    name = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
    return Feature(name, told.geometry, properties, valid, known)


def said_of(row: Feature) -> tuple[str, str, str]:
    controller, other, status = (row.properties.get(name) for name in ("controller", "controller_b", "status"))
    return str(controller), str(other or ""), str(status)


def key_of(row: Feature) -> Key:
    """What has to be equal for days to be one row: the ground, and all that is told of it but when. A store gives
    ``None`` for what it was never told."""
    assert row.geometry is not None
    told = ((name, value) for name, value in row.properties.items() if name not in _KEPT)
    rest = {name: value for name, value in told if value is not None}
    return json.dumps(rest, sort_keys=True, default=str), row.geometry.wkb_hex


def step_of(row: Feature) -> int | None:
    step = row.properties.get("step_days")
    return step if isinstance(step, int) else None


def as_of_days(row: Feature) -> list[date]:
    days = row.properties.get("as_of")
    return sorted(parse_day(str(day)) for day in days) if isinstance(days, list | tuple) else []
