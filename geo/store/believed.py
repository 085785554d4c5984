"""Zones and fronts as a store believed them on an earlier day: derived, for no row is kept for each belief.

A first look takes only the days of all rows; geometry is read of those alone that answered. Fronts are those that are
stored, but for the days on which other zones were believed: there they are drawn anew.
"""
from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from threading import Lock

import shapely

from geo.belief import as_known, belief_of, reach_of, spoken, turns
from geo.front_store import fronts_around
from geo.interval import Interval
from geo.model import Feature, Query
from geo.store import Store
from geo.store.search import area

DERIVED = ("zones", "fronts")

_KEPT_FRONTS = 4
"""Earlier beliefs whose fronts are kept, for many tiles ask for the same."""

ByFid = dict[int, Feature]
"""Zones without geometry, by the number of their row."""


@dataclass
class Beliefs:
    """What was derived for a version of a store, and the two ways to read its rows: the days of all zones, and zones
    by their numbers."""

    days: Callable[[], ByFid]
    rows: Callable[[Sequence[int], Query], Iterable[Feature]]
    _light: tuple[str, ByFid] | None = None
    _fronts: OrderedDict[tuple[str, date], list[Feature]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def read(self, store: Store, collection: str, query: Query, *, is_writing: bool) -> Iterator[Feature]:
        """As ``Store.read`` with ``as_known_on``; inside of a transaction nothing is remembered."""
        assert query.as_known_on is not None
        while True:
            version = store.version()
            day = belief_of(self.turns(version, is_writing=is_writing), query.as_known_on)
            then = replace(query, as_known_on=day)
            if day is None:
                return store.read(collection, then)
            if collection == "zones":
                found = self._zones(version, then, is_writing)
            else:
                found = self._of_fronts(store, version, then, is_writing)
            if store.version() == version:
                return islice(iter(found), query.offset, None if query.limit is None else query.offset + query.limit)

    def turns(self, version: str, *, is_writing: bool) -> list[date]:
        """The days on which something of the zones was learnt or given up."""
        return turns(self._all_days(version, is_writing).values())

    def _all_days(self, version: str, is_writing: bool) -> ByFid:
        known = self._light
        if is_writing or known is None or known[0] != version:
            known = version, self.days()
            self._light = None if is_writing else known
        return known[1]

    def _zones(self, version: str, query: Query, is_writing: bool) -> list[Feature]:
        day = query.as_known_on
        assert day is not None
        light = self._all_days(version, is_writing)
        fids = _answering(light, day, query.when)
        heavy = self.rows(fids, replace(query, when=None, ids=(), limit=None, offset=0))
        found = as_known(heavy, day, spoken(light.values(), day))
        return _ordered(row for row in found if _is_wanted(row, query))

    def _of_fronts(self, store: Store, version: str, query: Query, is_writing: bool) -> list[Feature]:
        day = query.as_known_on
        assert day is not None
        with self._lock:
            every = self._fronts.get((version, day))
        if every is None or is_writing:
            every = _fronts_then(store, day)
        if not is_writing:
            with self._lock:
                self._fronts[version, day] = every
                self._fronts.move_to_end((version, day))
                while len(self._fronts) > _KEPT_FRONTS:
                    self._fronts.popitem(last=False)
        return _ordered(row for row in every if _is_wanted(row, query) and _fits(row, query))


def _answering(light: ByFid, day: date, when: Interval | None) -> list[int]:
    """The zones that may have answered in ``when``; with them all that may have been one row with them, of which a
    correction has parted them."""
    known = {fid: days for fid, row in light.items() if (days := reach_of(row, day)) is not None}
    if when is None:
        return list(known)
    alike = {_likeness(light[fid]) for fid, days in known.items() if days.intersects(when)}
    return [fid for fid in known if _likeness(light[fid]) in alike]


def _likeness(row: Feature) -> tuple[object, ...]:
    """What rows have in common that may be one: equal ground has equal size."""
    return tuple(row.properties[name] for name in ("source_id", "controller", "controller_b", "status", "size"))


def _is_wanted(row: Feature, query: Query) -> bool:
    is_then = query.when is None or row.valid.outer.intersects(query.when)
    return is_then and (not query.ids or row.id in query.ids)


def _fits(row: Feature, query: Query) -> bool:
    if query.bbox is not None and not shapely.intersects(area(query.bbox), row.geometry):
        return False
    return all(_is_one_of(row.properties.get(name), wanted) for name, wanted in query.where.items())


def _is_one_of(value: object, wanted: Sequence[str]) -> bool:
    return any(value == (float(text) if isinstance(value, float) else text) for text in wanted)


def _ordered(rows: Iterable[Feature]) -> list[Feature]:
    return sorted(rows, key=lambda row: (row.id, str(row.valid.outer.start or "")))


def _fronts_then(store: Store, day: date) -> list[Feature]:
    """The stored fronts, with others in the place of those on both sides of which other zones were believed."""
    now, then = _by_source(store.read("zones", Query())), _by_source(store.read("zones", Query(as_known_on=day)))
    lines = {row.id: row for row in store.read("fronts", Query())}
    for source in sorted({*now, *then}):
        before, after = now[source], then[source]
        old = [row for key, row in before.items() if key not in after]
        new = [row for key, row in after.items() if key not in before]
        drawn, moved = fronts_around(store, source, old, new)
        for row in moved:
            lines.pop(row.id, None)
        lines.update((row.id, replace(row, known=Interval(day))) for row in drawn)
    return list(lines.values())


def _by_source(rows: Iterable[Feature]) -> defaultdict[str, dict[object, Feature]]:
    """The rows by all that a front may hang on."""
    found: defaultdict[str, dict[object, Feature]] = defaultdict(dict)
    for row in rows:
        said = row.properties
        told = (said["controller"], said["controller_b"], said["status"], row.geometry.wkb if row.geometry else None)
        found[str(said["source_id"])][row.id, row.valid, told] = row
    return found
