"""When sources speak: how fresh the newest statement is among what holds on each day, and which days are vague.

Days are whole numbers (``geo.interval.day_number``) here, for clients count in them.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.interval import FIRST, LAST, Interval, day_number, parse_day
from geo.model import Feature

_ORIGIN, _END = day_number(FIRST), day_number(LAST)
_NEVER = _ORIGIN - 1
_SAME_DAY = _END + 1

Days = NDArray[np.int32]


class Run(NamedTuple):
    """Days from ``start`` up to, not including, ``end`` (``None``: for ever), of which all have the same ``newest``
    statement; ``None``: each has one of its own day."""

    start: int
    end: int | None
    newest: int | None


def evidence(rows: Iterable[Feature]) -> list[Run]:
    """The newest statement among the rows that hold on each day; days without a row are in no run.

    A row speaks on each day of its field ``as_of``, of which the last before its own first day counts too; one without,
    on all its days, or when it has no end on its first.
    """
    newest = np.full(_END - _ORIGIN, _NEVER, dtype=np.int32)
    for row in rows:
        start, end = _span(row.valid.outer)
        said = _said(row, start, end)
        own, ends = said[said >= start], np.append(said[1:], end)
        newest[own - _ORIGIN] = own
        for place in np.flatnonzero(ends - said > 1).tolist():
            stale = newest[max(said[place] + 1, start) - _ORIGIN : ends[place] - _ORIGIN]
            np.maximum(stale, said[place], out=stale)
    return [Run(start, end, None if value == _SAME_DAY else value) for start, end, value in _runs(_named(newest))]


def vague_days(rows: Iterable[Feature]) -> list[tuple[int, int | None]]:
    """Days, half-open, on which a row may hold, but does not certainly."""
    vague = np.zeros(_END - _ORIGIN, dtype=np.int32)
    for row in rows:
        start, end = _span(row.valid.outer)
        sure = _span(row.valid.outer.intersection(row.valid.certain))
        first, last = sure if sure[0] < sure[1] else (end, end)
        vague[start - _ORIGIN : first - _ORIGIN] = 1
        vague[last - _ORIGIN : end - _ORIGIN] = 1
    return [(start, end) for start, end, value in _runs(np.where(vague, 1, _NEVER))]


def _span(interval: Interval) -> tuple[int, int]:
    start, end = day_number(interval.start or FIRST), day_number(interval.end or LAST)
    return max(start, _ORIGIN), min(end, _END)


def _said(row: Feature, start: int, end: int) -> Days:
    told = row.properties.get("as_of")
    if isinstance(told, list | tuple):
        days = np.unique(np.array([day_number(parse_day(str(day))) for day in told], dtype=np.int32))
        before = days[days < start]
        return np.append(before[-1:], days[(start <= days) & (days < end)])
    if row.valid.outer.start is None:
        return np.empty(0, dtype=np.int32)
    return np.arange(start, start + 1 if row.valid.outer.end is None else end, dtype=np.int32)


def _named(newest: Days) -> Days:
    """Days of own statements all by one name, but for a last one, which names the days after it as well."""
    days = np.arange(_ORIGIN, _END, dtype=np.int32)
    following = np.append(newest[1:], np.int32(_NEVER))
    named: Days = np.where((newest == days) & (following != days), np.int32(_SAME_DAY), newest)
    return named


def _runs(values: NDArray[np.int32] | NDArray[np.int64]) -> Iterable[tuple[int, int | None, int]]:
    """Neighbours that are equal, but for those that are ``_NEVER``."""
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(values)], strict=True):
        if values[start] != _NEVER:
            yield start + _ORIGIN, None if end == len(values) else end + _ORIGIN, int(values[start])
