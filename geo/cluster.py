"""A Dask cluster in the place of this machine's processes: the same work, the same results in the same order.

A task that is lost with its worker is done again by another. What a task makes is named by its content, so that done
twice is done once.
"""
from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from geo.errors import DatelineError, InvalidParameter

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Tasks under way for each thread of the cluster."""
CONNECT_SECONDS = 10


class Cluster:
    """A scheduler with its workers, of which some may come and go."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def in_order(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """What ``work`` makes of each of ``items``; both travel to the workers, which must have Dateline.

        :raises DatelineError: when a task has ended several workers, one after the other.
        """
        from distributed import KilledWorker  # noqa: PLC0415  heavy, and only some have it

        waiting: deque[Any] = deque()
        try:
            for item in items:
                waiting.append(self._client.submit(work, item, pure=False))
                if len(waiting) >= AHEAD * self._threads():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except KilledWorker as error:
            raise DatelineError("a task ended several workers, one after the other; give them more memory") from error

    def _threads(self) -> int:
        return max(1, sum(map(int, self._client.nthreads().values())))


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler is at ``address``, as ``tcp://HOST:PORT``.

    :raises InvalidParameter: when no scheduler answers there.
    :raises DatelineError: when Dask is not installed.
    """
    try:
        from distributed import Client  # noqa: PLC0415  heavy, and only some have it
    except ModuleNotFoundError:
        raise DatelineError("--dask needs Dask; pip install 'dateline[dask]'") from None
    try:
        client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InvalidParameter(f"dask: {address!r}, want the tcp://HOST:PORT of a scheduler that answers") from error
    with client:
        yield Cluster(client)
