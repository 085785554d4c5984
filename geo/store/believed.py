"""Zones and fronts as a store believed them on an earlier day: derived, for no row is kept for each belief.

A first look takes only the days of all rows; geometry is read of those alone that answered. Fronts are those that are
stored, but for the days on which other zones were believed: there they are drawn anew.
"""
from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

import shapely

from geo.belief import Spoken, as_known, belief_of, reach_of, spoken, turns
from geo.front_store import Reader, fronts_around
from geo.interval import Interval
from geo.model import Feature, Query
from geo.schema import COLLECTIONS
from geo.store.scratch import chosen
from geo.store.search import area

DERIVED = ("zones", "fronts")

_KEPT = 4
"""How many earlier beliefs are remembered, for many tiles ask for the same."""

ByFid = dict[int, Feature]
"""Zones without geometry, by the number of their row."""

T = TypeVar("T")


@dataclass(frozen=True)
class _Then:
    """What a belief takes from the days of all zones: on which days each of its rows may answer, and for which days
    its sources had spoken."""

    reach: Mapping[int, Interval]
    spoken: Spoken


class Reading(NamedTuple):
    """How a store reads what is believed earlier from: the days of all zones, zones by their numbers, what is believed
    ``now``, and its version."""

    days: Callable[[], ByFid]
    rows: Callable[[Sequence[int], Query], Iterable[Feature]]
    now: Reader
    version: Callable[[], str]


class Beliefs:
    """What is derived of a store's earlier beliefs, and the ways to read its rows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._light, self._turns = _Kept[ByFid](1), _Kept[list[date]](1)
        self._then, self._fronts = _Kept[_Then](_KEPT), _Kept[list[Feature]](_KEPT)

    def read(self, collection: str, query: Query, *, is_writing: bool) -> Iterator[Feature]:
        """As ``Store.read`` with ``as_known_on``; inside of a transaction nothing is remembered."""
        assert query.as_known_on is not None
        rest = query if query.filter or query.order else None
        plain = query if rest is None else replace(query, filter=None, order=(), behind=(), after="")
        while True:
            version = self._reading.version()
            kept = self._for(is_writing)
            day = belief_of(kept.turns(version), query.as_known_on)
            if day is None:
                return iter(self._reading.now(collection, replace(query, as_known_on=None)))
            find = kept._zones if collection == "zones" else kept._of_fronts
            found = find(version, replace(plain, as_known_on=day), day)
            if self._reading.version() == version:
                if rest is not None:
                    found = chosen(COLLECTIONS[collection], found, rest)
                return islice(iter(found), query.offset, None if query.limit is None else query.offset + query.limit)

    def turns(self, version: str, *, is_writing: bool = False) -> list[date]:
        """The days on which something of the zones was learnt or given up."""
        kept = self._for(is_writing)
        return kept._turns.get(version, lambda: turns(kept._all_days(version).values()))

    def _for(self, is_writing: bool) -> Beliefs:
        """Itself, or one that remembers nothing."""
        return Beliefs(self._reading) if is_writing else self

    def _all_days(self, version: str) -> ByFid:
        return self._light.get(version, self._reading.days)

    def _zones(self, version: str, query: Query, day: date) -> list[Feature]:
        light = self._all_days(version)
        then = self._then.get((version, day), lambda: _then(light, day))
        wanted = replace(query, when=None, ids=(), limit=None, offset=0)
        heavy = self._reading.rows(_answering(light, then, query.when), wanted)
        return _ordered(row for row in as_known(heavy, day, then.spoken) if _is_wanted(row, query))

    def _of_fronts(self, version: str, query: Query, day: date) -> list[Feature]:
        every = self._fronts.get((version, day), lambda: self._fronts_then(version, day))
        return _ordered(row for row in every if _is_wanted(row, query) and _fits(row, query))

    def _fronts_then(self, version: str, day: date) -> list[Feature]:
        """The stored fronts, with others in the place of those on both sides of which other zones were believed."""
        read = self._reading.now
        now, then = _by_source(read("zones", Query())), _by_source(self._zones(version, Query(as_known_on=day), day))
        lines = {row.id: row for row in read("fronts", Query())}
        for source in sorted({*now, *then}):
            before, after = now[source], then[source]
            old = [row for key, row in before.items() if key not in after]
            new = [row for key, row in after.items() if key not in before]
            drawn, moved = fronts_around(read, source, old, new)
            for row in moved:
                lines.pop(row.id, None)
            lines.update((row.id, replace(row, known=Interval(day))) for row in drawn)
        return list(lines.values())


class _Kept(Generic[T]):
    """The values last asked for, a few of them. Two threads may make the same one once each."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[object, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return made


def _then(light: ByFid, day: date) -> _Then:
    reach = {fid: days for fid, row in light.items() if (days := reach_of(row, day)) is not None}
    return _Then(reach, spoken(light.values(), day))


def _answering(light: ByFid, then: _Then, when: Interval | None) -> list[int]:
    """The zones that may have answered in ``when``; with them all that may have been one row with them, of which a
    correction has parted them."""
    if when is None:
        return list(then.reach)
    alike = {_likeness(light[fid]) for fid, days in then.reach.items() if days.intersects(when)}
    return [fid for fid in then.reach if _likeness(light[fid]) in alike]


def _likeness(row: Feature) -> tuple[object, ...]:
    """What rows have in common that may be one: equal ground has equal size."""
    return tuple(row.properties[name] for name in ("source_id", "controller", "controller_b", "status", "size"))


def _is_wanted(row: Feature, query: Query) -> bool:
    is_then = query.when is None or row.valid.outer.intersects(query.when)
    return is_then and row.id > query.after and (not query.ids or row.id in query.ids)


def _fits(row: Feature, query: Query) -> bool:
    if query.bbox is not None and not shapely.intersects(area(query.bbox), row.geometry):
        return False
    return all(_is_one_of(row.properties.get(name), wanted) for name, wanted in query.where.items())


def _is_one_of(value: object, wanted: Sequence[str]) -> bool:
    return any(value == (float(text) if isinstance(value, float) else text) for text in wanted)


def _ordered(rows: Iterable[Feature]) -> list[Feature]:
    return sorted(rows, key=lambda row: (row.id, str(row.valid.outer.start or "")))


def _by_source(rows: Iterable[Feature]) -> defaultdict[str, dict[object, Feature]]:
    """The rows by all that a front may hang on."""
    found: defaultdict[str, dict[object, Feature]] = defaultdict(dict)
    for row in rows:
        said = row.properties
        told = (said["controller"], said["controller_b"], said["status"], row.geometry.wkb if row.geometry else None)
        found[str(said["source_id"])][row.id, row.valid, told] = row
    return found
