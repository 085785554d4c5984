"""A real ``dateline serve`` under hostile requests; `make hostile-requests` sends 10,000, `make half-open` holds it."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bench.hostile.half_open import holding, times
from bench.hostile.probe import probed
from bench.hostile.requests import requests
from bench.hostile.service import Service, serving

COUNT = 800
BUSY = 60.0
"""Seconds by the clock on a machine that does other things, too; the long run wants 5."""


@pytest.fixture(scope="module")
def service(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(demo_store, tmp_path_factory.mktemp("served")) as found:
        yield found


def test_no_hostile_request_is_an_error_of_ours(service: Service) -> None:
    found = probed(service, COUNT, BUSY)
    assert found.faults == []
    assert found.problems > COUNT / 3
    assert {200, 400, 401, 404, 405, 415} <= set(found.statuses)
    assert service.ask("GET", "/readyz")[0] == 200


def test_half_open_clients_do_not_slow_readers(service: Service) -> None:
    """More than all threads and waiting rooms of the worker; they would hold it for ten seconds."""
    times(service, 6)
    with holding(service.port, 300):
        assert max(times(service, 12)) < 5


def test_the_requests_are_of_many_kinds_and_always_the_same() -> None:
    first, again = (list(islice(requests(COUNT, "x"), COUNT)) for _ in range(2))
    assert first == again
    assert min(Counter(request.method for request in first)[each] for each in ("GET", "POST", "DELETE", "TRACE")) > 1
    assert len({request.path.partition("?")[0] for request in first}) > 150
