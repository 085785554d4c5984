"""Encoded tiles in memory: bounded in bytes, and each made once, however many ask for it at the same time."""
from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from server.caching import Packed


class _Flight:
    """A tile while one thread makes it: a ``Future`` that costs a seventh, for mostly nobody waits."""

    def __init__(self) -> None:
        self._outcome: Packed | BaseException | None = None
        self._landing = threading.Lock()
        self._landing.acquire()

    def land(self, outcome: Packed | BaseException) -> None:
        self._outcome = outcome
        self._landing.release()

    def result(self) -> Packed:
        with self._landing:
            outcome = self._outcome
        if isinstance(outcome, BaseException):
            raise outcome
        assert outcome is not None
        return outcome


class TileCache:
    """Encoded tiles, those longest unused dropped first.

    Of many who ask for one that is not there, the first makes it and the others wait for it: a cold tile in the news
    costs one encoding a process. What the maker raises, all of them get, and nobody keeps.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._tiles: OrderedDict[object, Packed] = OrderedDict()
        self._made: dict[object, _Flight] = {}
        self._lock = threading.Lock()

    @property
    def held(self) -> int:
        """Bytes."""
        return self._held

    @property
    def keeps(self) -> bool:
        """Whether there is any room."""
        return self._most > 0

    def get(self, key: object, make: Callable[[], Packed]) -> Packed:
        """The tile of ``key``, made when it is not there."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
            flight = self._made.get(key)
            is_mine = flight is None
            if flight is None:
                flight = self._made[key] = _Flight()
        return self._make(key, make, flight) if is_mine else flight.result()

    def _make(self, key: object, make: Callable[[], Packed], flight: _Flight) -> Packed:
        """Make it for all who wait; the cache knows it before they do, so that nobody makes it again."""
        try:
            made = make()
        except BaseException as fault:  # who waits must not wait for ever, whatever it was
            with self._lock:
                del self._made[key]
            flight.land(fault)
            raise
        with self._lock:
            del self._made[key]
            self._keep(key, made)
        flight.land(made)
        return made

    def _keep(self, key: object, made: Packed) -> None:
        self._tiles[key] = made
        self._held += _cost(made)
        while self._held > self._most and self._tiles:
            self._held -= _cost(self._tiles.popitem(last=False)[1])

    def clear(self) -> None:
        """Let go of all of them. They name their content, so nobody would get an outdated one; its bytes go too."""
        with self._lock:
            self._tiles.clear()
            self._held = 0

    def __len__(self) -> int:
        return len(self._tiles)


def _cost(packed: Packed) -> int:
    """Its bytes, and about what the entry itself takes."""
    return len(packed.body) + 500
