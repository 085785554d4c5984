"""The API as its own document describes it, asked at random by schemathesis: no error of ours, and answers as declared.

`make fuzz-api` asks each operation 250 times.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from server import create_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
ROWS = 5
"""How much oftener rows are asked for than all else: they take most parameters."""


@pytest.fixture(scope="module")
def schema(demo_store: Path) -> Iterator[Any]:
    app = create_app({"store": str(demo_store)})
    yield schemathesis.openapi.from_wsgi("/ogc/api", app)
    app.extensions["dateline"].close()


def test_no_request_is_an_error_of_ours(schema: Any) -> None:
    operations = [found.ok() for found in schema.get_all_operations()]
    wanted = settings.default.max_examples
    seen = Counter[int]()
    for operation in operations:
        ask(operation, max(1, wanted // 40) * (ROWS if operation.path.endswith("/items") else 1), seen)
    assert len(operations) > 80
    assert seen.total() >= wanted
    assert {200, 400, 404} <= set(seen) <= {200, 204, 400, 404}


def ask(operation: Any, times: int, seen: Counter[int]) -> None:
    """So many different requests of one kind, each answer checked against what the document says."""
    @settings(max_examples=times, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        seen[answer.status_code] += 1

    run()
