"""Work handed out to several processes: the results in order, and few asked for ahead of who reads them."""
from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Protocol, TypeVar

from geo.errors import DatelineError

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

CAN_FORK = sys.platform == "linux"
AHEAD = 4
"""Items under way for each process, here or on a cluster."""


def pool(count: int, begin: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """``count`` processes; each does ``begin`` first. An interrupt is for the first process to see, which ends them."""
    context = multiprocessing.get_context("fork" if CAN_FORK else "spawn")
    return ProcessPoolExecutor(count, context, partial(_begin, begin))


class Promised(Protocol[R_co]):
    """A result that somebody works on."""

    def result(self) -> R_co: ...


def results(submit: Callable[[T], Promised[R]], ahead: Callable[[], int], items: Iterable[T]) -> Iterator[R]:
    """Each item's result in order; of those submitted before it no more than ``ahead`` says are under way."""
    waiting: deque[Promised[R]] = deque()
    for item in items:
        waiting.append(submit(item))
        if len(waiting) >= ahead():
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def in_order(workers: ProcessPoolExecutor, count: int, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What ``work`` makes of each of ``items``, by ``count`` processes.

    :raises DatelineError: when a process was ended from outside, as for lack of memory.
    """
    try:
        yield from results(lambda item: workers.submit(work, item), lambda: AHEAD * count, items)
    except BrokenProcessPool as error:
        raise DatelineError("a worker was ended from outside; try fewer --workers, or more memory") from error


def _begin(begin: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if begin is not None:
        begin()
