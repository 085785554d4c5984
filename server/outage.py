"""While the store cannot be read: who has an answer gives it, and nobody waits to learn that it is still gone."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable

from geo.errors import DatelineError

EVERY = 0.25
"""Seconds between two attempts to reach the store."""
IDLE = 10.0
"""Seconds after which nobody asks on for who wants nothing any more; the next reader then finds out."""
LONGEST = 86_400.0
"""Seconds for which what is kept may stand in for the store, as ``stale-if-error`` tells caches."""


class Outage:
    """Begun by the reader who meets it; a thread then asks until the store answers again."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._is_watched = False
        self._first: float | None = None
        self._wanted = 0.0

    @property
    def lasts(self) -> bool:
        """As far as is known. Costs next to nothing while there is none."""
        if not self._is_watched:
            return False
        self._wanted = time.monotonic()
        return True

    @property
    def is_bearable(self) -> bool:
        """Whether what is kept may still stand in."""
        return self._first is None or time.monotonic() - self._first < LONGEST

    def begin(self) -> None:
        """The store could not be read just now."""
        with self._lock:
            if self._is_watched:
                return
            self._wanted = time.monotonic()
            self._first = self._first or self._wanted
            self._is_watched = True
            threading.Thread(target=self._watch, name="outage", daemon=True).start()

    def end(self) -> None:
        """The store answered."""
        self._first = None

    def _watch(self) -> None:
        try:
            while time.monotonic() - self._wanted < IDLE:
                time.sleep(EVERY)
                try:
                    self._ask()
                except DatelineError:
                    continue
                self.end()
                return
        finally:
            self._is_watched = False
