"""Many stories through one pipeline, on this process, on several or on a Dask cluster; results in the order of the
stories.

What is held at a time does not grow with their number. With several processes the pipeline is built once before they
are forked, and shared; where there is no fork, each builds its own.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from geo import processes
from geo.cluster import Cluster
from geo.errors import DatelineError
from geo.model import Reading
from geo.pipeline import Pipeline
from geo.sources import Story

T = TypeVar("T")
Item = TypeVar("Item")
R = TypeVar("R")

BATCH = 16
"""Stories handed over at once, fewer when they are long."""
BATCH_BYTES = 256_000


@dataclass(frozen=True)
class Done(Generic[T]):
    """What became of one story: a result, or the problem in words. ``size`` is the story's."""

    name: str
    size: int
    result: T | None = None
    problem: str = ""


@dataclass(frozen=True)
class Job(Generic[T]):
    """How to read: ``make`` gives the pipeline and keeps it, ``work`` makes of a reading what is wanted.

    For several processes both, and the result, must be picklable.
    """

    make: Callable[[], Pipeline]
    work: Callable[[Reading], T]

    def do(self, story: Story) -> Done[T]:
        """A story that fails says why; an archive of a million must not end at one that nobody thought of."""
        try:
            return Done(story.name, story.size, self.work(self.make().read(story.parse())))
        except DatelineError as error:
            problem = str(error)
        except Exception as error:  # a fault of ours in one stage; the next story may not have what brings it about
            problem = f"not read, {type(error).__name__}: {error}"
        named = problem if problem.startswith(story.name) else f"{story.name}: {problem}"
        return Done(story.name, story.size, problem=named)


def do_all(
    job: Job[T], stories: Iterable[Story], workers: int = 1, cluster: Cluster | None = None
) -> Iterator[Done[T]]:
    """Read ``stories`` as they come; the same results in the same order for any number of workers, here or there.

    :raises DatelineError: when a process was ended from outside, as for lack of memory.
    """
    if cluster is None and workers == 1:
        yield from map(job.do, stories)  # each as it comes: a batch of a slow stream would wait to be full
        return
    for done in spread(partial(_do, job), _batches(stories), Hands(workers, cluster, job.make)):
        yield from done


@dataclass(frozen=True)
class Hands:
    """Who works: this process, several that are forked from it, or a cluster. ``make`` brings what all of them need;
    each keeps it."""

    workers: int
    cluster: Cluster | None
    make: Callable[[], object]


def spread(work: Callable[[Item], R], items: Iterable[Item], hands: Hands) -> Iterator[R]:
    """What ``work`` makes of each of ``items``, in order, whoever does it.

    :raises DatelineError: when a process was ended from outside, as for lack of memory.
    """
    if hands.cluster is not None:
        yield from hands.cluster.in_order(work, items)
        return
    if hands.workers == 1:
        yield from map(work, items)
        return
    hands.make()  # once, and shared by those that are forked
    with processes.pool(hands.workers, None if processes.CAN_FORK else partial(_made, hands.make)) as pool:
        try:
            yield from processes.in_order(pool, hands.workers, work, items)
        finally:
            pool.shutdown(cancel_futures=True)


def _made(make: Callable[[], object]) -> None:
    """Where there is no fork each process makes its own."""
    make()


def _do(job: Job[T], batch: list[Story]) -> list[Done[T]]:
    return [job.do(story) for story in batch]


def _batches(stories: Iterable[Story]) -> Iterator[list[Story]]:
    batch: list[Story] = []
    for story in stories:
        batch.append(story)
        if len(batch) == BATCH or sum(each.size for each in batch) > BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch
