"""A Dask cluster in the place of this machine's processes: the same work, the same results in the same order.

A task that is lost with its worker is done again by another. What a task makes is named by its content, so that done
twice is done once.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from geo.errors import DatelineError, InvalidParameter
from geo.processes import AHEAD, results

T = TypeVar("T")
R = TypeVar("R")

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

        try:
            yield from results(partial(self._client.submit, work, pure=False), self._ahead, items)
        except KilledWorker as error:
            raise DatelineError("a task ended several workers, one after the other; give them more memory") from error

    def _ahead(self) -> int:
        """Asked anew for each task, for workers come and go."""
        return AHEAD * max(1, sum(map(int, self._client.nthreads().values())))


@contextmanager
def cluster(address: str | None) -> Iterator[Cluster | None]:
    """The cluster whose scheduler is at ``address``, as ``tcp://HOST:PORT``; none without an address.

    :raises InvalidParameter: when no scheduler answers there.
    :raises DatelineError: when Dask is not installed.
    """
    if address is None:
        yield None
        return
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
