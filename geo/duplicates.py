"""Wire copies: one dispatch under several addresses, found by the runs of words that two texts share.

Shingling after Broder (1997): a text is the set of its runs of five words, and two texts are copies when most runs
of the shorter one stand in the longer. Compared are stories of nearly the same day only; a dispatch is reprinted
within days.
"""
from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.interval import Interval

RUN = 5
"""Words in a run."""

SHARED = 0.5
"""Of the shorter text's runs; see ``tests/test_duplicates.py`` for what lies on either side."""

FEWEST = 20
"""Runs below which a text is too short to be told from a stock phrase."""

LENGTH = 0.3
"""A text shorter than this share of the other is a quotation in it, not its copy."""

WINDOW = timedelta(days=3)
MOST_DAYS = 31
"""Days looked through for one story; three times as many are held in memory."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Dispatch:
    """What is compared of one story: its runs of words, hashed and sorted, and when it appeared."""

    id: str
    days: Interval
    runs: NDArray[np.uint32] = field(compare=False, repr=False)

    @property
    def age(self) -> tuple[date, int, str]:
        """Sorts the original first: the earliest; of one day the longest, for copies are cut."""
        return self.days.start or date.min, -len(self.runs), self.id


def dispatch(id_: str, days: Interval, text: str) -> Dispatch:
    return Dispatch(id_, days, runs_of(text))


def runs_of(text: str) -> NDArray[np.uint32]:
    """The hashes of all runs of five words, sorted, each once; case and punctuation do not count."""
    words = [word.encode() for word in _WORD.findall(text.casefold())]
    hashes = {zlib.crc32(b" ".join(words[at : at + RUN])) for at in range(len(words) - RUN + 1)}
    return np.array(sorted(hashes), dtype=np.uint32)


def shared(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The part of the shorter text's runs that the longer one has too, 0 to 1."""
    few, many = sorted((one, other), key=len)
    if not len(few):
        return 0.0
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    return float(np.count_nonzero(many[at] == few)) / len(few)


def are_copies(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> bool:
    few, many = sorted((len(one), len(other)))
    return few >= FEWEST and few >= LENGTH * many and shared(one, other) >= SHARED


class Dispatches:
    """The stories of some days, read when first asked for by ``on_day``; the last days asked for are held."""

    def __init__(self, on_day: Callable[[date], Iterable[Dispatch]]) -> None:
        self._on_day = on_day
        self._held: OrderedDict[date, dict[str, Dispatch]] = OrderedDict()

    def put(self, story: Dispatch) -> None:
        """Take ``story`` in, in place of what it said before."""
        for held in self._held.values():
            held.pop(story.id, None)
        for day in _each(story.days):
            self._day(day)[story.id] = story

    def forget(self) -> None:
        """Read every day anew, after a write that failed."""
        self._held.clear()

    def copies(self, story: Dispatch) -> Iterator[Dispatch]:
        """The other stories that are copies of this one, or it of them."""
        near = {other.id: other for day in _days(story) for other in self._day(day).values()}
        near.pop(story.id, None)
        return (other for other in near.values() if are_copies(story.runs, other.runs))

    def family(self, story: Dispatch) -> list[Dispatch]:
        """All copies, and copies of those, with the original first. The same whatever came in first."""
        found, waiting = {story.id: story}, [story]
        while waiting:
            for other in self.copies(waiting.pop()):
                if other.id not in found:
                    found[other.id] = other
                    waiting.append(other)
        return sorted(found.values(), key=lambda each: each.age)

    def _day(self, day: date) -> dict[str, Dispatch]:
        if day not in self._held:
            self._held[day] = {story.id: story for story in self._on_day(day)}
        self._held.move_to_end(day)
        while len(self._held) > 3 * MOST_DAYS:
            self._held.popitem(last=False)
        return self._held[day]


def _days(story: Dispatch) -> Iterator[date]:
    start, end = story.days.start, story.days.end
    if start is not None and end is not None:
        yield from _each(Interval(start - WINDOW, end + WINDOW))


def _each(days: Interval) -> Iterator[date]:
    """Each day, at most ``MOST_DAYS``."""
    if days.start is not None and days.days is not None:
        yield from (days.start + timedelta(days=number) for number in range(min(days.days, MOST_DAYS)))
