"""The tile cache is bounded, and makes a tile once however many ask for it."""
from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.caching import Packed, pack
from server.tilecache import TileCache


def test_it_is_bounded_and_forgets_the_longest_unused() -> None:
    cache = TileCache(3 * 1600)
    made: list[int] = []

    def ask(key: int) -> None:
        cache.get(key, lambda: made.append(key) or pack(bytes(1000)))  # type: ignore[func-returns-value]

    for key in (1, 2, 3, 1, 4, 1, 2):
        ask(key)
    assert made == [1, 2, 3, 4, 2]
    assert len(cache) == 3


def test_two_hundred_who_ask_at_once_have_it_made_once() -> None:
    cache, made, together = TileCache(10**6), [], threading.Barrier(200)

    def make() -> Packed:
        made.append(1)
        time.sleep(0.05)
        return pack(b"tile")

    def ask(_: int) -> bytes:
        together.wait()
        return cache.get("cold", make).body

    with ThreadPoolExecutor(200) as clients:
        assert set(clients.map(ask, range(200))) == {b"tile"}
    assert len(made) == 1


def test_a_fault_reaches_all_who_wait_and_is_not_kept() -> None:
    cache, together = TileCache(10**6), threading.Barrier(8)

    def fail() -> Packed:
        time.sleep(0.05)
        raise OSError("disk gone")

    def ask(_: int) -> str:
        together.wait()
        try:
            return cache.get("cold", fail).tag
        except OSError as fault:
            return str(fault)

    with ThreadPoolExecutor(8) as clients:
        assert set(clients.map(ask, range(8))) == {"disk gone"}
    assert cache.get("cold", lambda: pack(b"mended")).body == b"mended"


def test_what_is_larger_than_the_cache_is_still_answered() -> None:
    cache = TileCache(100)
    assert cache.get("great", lambda: pack(bytes(1000))).body == bytes(1000)
    assert len(cache) == 0


def test_another_tile_does_not_wait_for_a_slow_one() -> None:
    cache, started, may_end = TileCache(10**6), threading.Event(), threading.Event()

    def slow() -> Packed:
        started.set()
        assert may_end.wait(10)
        return pack(b"slow")

    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(cache.get, "slow", slow)
        assert started.wait(10)
        assert cache.get("quick", lambda: pack(b"quick")).body == b"quick"
        assert not waiting.done()
        may_end.set()
        assert waiting.result(10).body == b"slow"


@pytest.mark.parametrize("key", [("a", 1), "b"])
def test_a_kept_tile_is_not_made_again(key: object) -> None:
    cache = TileCache(10**6)
    assert cache.get(key, lambda: pack(b"once")) is cache.get(key, lambda: pack(b"twice"))


def test_a_cleared_cache_makes_its_tiles_anew() -> None:
    cache = TileCache(10_000)
    cache.get("a", lambda: pack(b"one"))
    cache.clear()
    assert len(cache) == 0 and cache.get("a", lambda: pack(b"two")).body == b"two"
