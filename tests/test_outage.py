"""What watches a store that cannot be read."""
from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from geo.errors import StoreGone
from server import outage
from server.outage import Outage


def test_it_lasts_until_the_store_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "EVERY", 0.01)
    asked: list[bool] = []

    def ask() -> str:
        asked.append(len(asked) < 3)
        if asked[-1]:
            raise StoreGone("not yet")
        return "1"

    watched = Outage(ask)
    assert not watched.lasts
    watched.begin()
    watched.begin()
    assert watched.lasts
    until(lambda: not watched.lasts)
    assert asked == [True, True, True, False], "one thread asked, and stopped"


def test_nobody_asks_on_for_who_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "EVERY", 0.01)
    monkeypatch.setattr(outage, "IDLE", 0.05)
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        raise StoreGone("never")

    watched = Outage(ask)
    watched.begin()
    time.sleep(0.3)
    count = len(asked)
    time.sleep(0.1)
    assert 1 <= count < 10
    assert len(asked) == count
    assert not watched.lasts, "the next reader finds out"


def test_what_is_kept_stands_in_for_a_day_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Outage(lambda: "1")
    assert watched.is_bearable
    watched.begin()
    assert watched.is_bearable
    monkeypatch.setattr(outage, "LONGEST", 0.0)
    assert not watched.is_bearable
    watched.end()
    assert watched.is_bearable


def until(is_so: Callable[[], bool]) -> None:
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() - begin < 10
        time.sleep(0.01)
