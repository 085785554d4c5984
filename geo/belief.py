"""What a store believed on an earlier day, made from what it believes now and what it has given up since."""
from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from geo.interval import DAY, FIRST, Interval
from geo.model import Feature
from geo.said import (
    ANSWERED_STEPS,
    Said,
    When,
    key_of,
    learnt_of,
    rows_of_days,
    rows_of_periods,
    step_of,
    told_for,
    whens,
)

Spoken = Mapping[str, Iterable[When]]
"""By source, all days or periods for which it had spoken."""


def belief_of(turns: Sequence[date], day: date) -> date | None:
    """The first day on which the same was believed as on ``day``; ``None`` when that is what is believed now.

    ``turns`` are the days, in order, on which something was learnt or given up: between two of them all beliefs are
    one.

    >>> [str(belief_of([date(2022, 4, 1), date(2022, 5, 1)], date(2022, *at))) for at in ((3, 9), (4, 9), (5, 9))]
    ['1900-01-01', '2022-04-01', 'None']
    """
    before = bisect_right(turns, day)
    if before == len(turns):
        return None
    return turns[before - 1] if before else FIRST


def as_known(rows: Iterable[Feature], day: date, spoken: Spoken | None = None) -> list[Feature]:
    """The rows that answered as of ``day``: each source's as if it had said no more than what was known that day.

    ``rows`` are those that are believed now or were after that day. ``spoken`` says for which days and periods the
    sources had spoken, where ``rows`` are not all of theirs. Rows without ``learnt`` are taken as they are.
    """
    kept: list[Feature] = []
    said: defaultdict[str, Said] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if not row.properties.get("learnt"):
            kept.extend([row] if day in row.known else [])
            continue
        key = key_of(row)
        for when in known_whens(row, day):
            said[str(row.properties["source_id"])][when].setdefault(key, told_for(row, when, is_dated=True))
    for source, by in said.items():
        every = {*by, *(spoken or {}).get(source, ())}
        if len(next(iter(by))) == 2:
            kept.extend(rows_of_periods(by, {when: [Interval(when[0], when[1] + DAY)] for when in every}))
        else:
            kept.extend(rows_of_days(by, {when[0] for when in every}))
    return kept


def spoken(rows: Iterable[Feature], day: date) -> dict[str, set[When]]:
    """For which days and periods each source had spoken as of ``day``; of ``rows`` no geometry is looked at."""
    found: defaultdict[str, set[When]] = defaultdict(set)
    for row in rows:
        if row.properties.get("learnt"):
            found[str(row.properties["source_id"])].update(known_whens(row, day))
    return dict(found)


def known_whens(row: Feature, day: date) -> list[When]:
    """The days or the period of a row with ``learnt`` that were known on ``day``."""
    if row.known.end is not None and row.known.end <= day:
        return []
    return [when for when in whens(row) if learnt_of(row, when) <= day]


def reach_of(row: Feature, day: date) -> Interval | None:
    """The days on which a row may have answered as of ``day``; ``None`` when it was not known."""
    if not row.properties.get("learnt"):
        return row.valid.outer if day in row.known else None
    known = known_whens(row, day)
    if not known:
        return None
    return Interval(known[0][0], known[-1][-1] + (ANSWERED_STEPS * (step_of(row) or 0) + 1) * DAY)


def turns(rows: Iterable[Feature]) -> list[date]:
    """The days on which something of the rows was learnt or given up, in order; of ``rows`` no geometry is looked
    at."""
    found: set[date | None] = set()
    for row in rows:
        dated = row.properties.get("learnt")
        found.update([learnt_of(row, when) for when in whens(row)] if dated else [row.known.start])
        found.add(row.known.end)
    return sorted(day for day in found if day is not None)
