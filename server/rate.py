"""How often one client may ask for what costs: a token bucket for each address, in this process."""
from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_CLIENTS = 10_000
"""Addresses remembered; the one that asked longest ago is forgotten first."""


class Rate:
    """``per_minute`` requests at once, and as many again over each minute; 0 lets all through.

    A client behind IPv6 is its /64, for one household has as many addresses as it likes.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take a token: 0, or the seconds until there will be one."""
        if self._most == 0:
            return 0.0
        key = _network(client)
        with self._lock:
            now = self._clock()
            left, then = self._left.pop(key, (float(self._most), now))
            left = min(self._most, left + (now - then) * self._most / 60)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            while len(self._left) > MOST_CLIENTS:
                self._left.popitem(last=False)
            return 0.0 if allowed else (1 - left) * 60 / self._most


def _network(client: str) -> str:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return client if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
