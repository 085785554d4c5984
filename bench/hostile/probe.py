"""Hostile requests to a running service: ``python -m bench.hostile.probe [COUNT]`` (``make hostile-requests``).

No request may be answered with an error of ours, take more than five seconds, or tell anything of our code; every
refusal of the API is a problem (RFC 9457) with ``type title status detail errors``.
"""

from __future__ import annotations

import json
import re
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from click.testing import CliRunner

from bench.hostile.requests import Request, requests, told
from bench.hostile.service import Service, serving
from bench.peers.process import resident_mb
from server.cli import dateline

COUNT = 10_000
MOST_SECONDS = 5.0
GIVEN_AWAY = (b"Traceback (most recent call last)", b"sqlite3.", b"werkzeug.", b'File "/', b"root:x:0", b"9801547")
NO_TARGET = re.compile(r"[\"<>`]")
"""What no request target may have (RFC 9112, 3.2): the HTTP server refuses it, before there is an API to answer."""
MEMBERS = ("type", "title", "status", "detail", "errors")


@dataclass
class Probe:
    """What came of the requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    problems: int = 0

    def line(self) -> str:
        p99 = statistics.quantiles(self.seconds, n=100)[98] * 1000
        kinds = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return (
            f"{len(self.seconds)} requests, p99 {p99:.0f} ms, slowest {max(self.seconds):.2f} s, {self.problems} "
            f"problems, {len(self.faults)} faults ({kinds}; 0: ended by the server, or never a request)"
        )


def probed(service: Service, count: int, most_seconds: float = MOST_SECONDS) -> Probe:
    """Send so many requests, one after the other."""
    found = Probe()
    for request in requests(count, service.token):
        begun = time.monotonic()
        try:
            status, headers, body = _answer(service, request)
        except (OSError, ValueError) as problem:
            status, headers, body = 0, {}, b""
            if isinstance(problem, TimeoutError):
                found.faults.append(f"no answer: {told(request)}")
        seconds = time.monotonic() - begun
        found.statuses[status] += 1
        found.seconds.append(seconds)
        found.problems += headers.get("content-type") == "application/problem+json"
        wrong = [*_faults(request, status, headers, body), *([f"{seconds:.1f} s"] if seconds > most_seconds else [])]
        found.faults.extend(f"{fault}: {told(request)}" for fault in wrong)
    return found


def _answer(service: Service, request: Request) -> tuple[int, Mapping[str, str], bytes]:
    if request.raw:
        return _raw(service.port, request.raw)
    return service.ask(request.method, request.path, request.body, request.headers, 20)


def _raw(port: int, sent: bytes) -> tuple[int, Mapping[str, str], bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
        with suppress(ConnectionError):
            client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionError, TimeoutError):
            while piece := client.recv(65536):
                received += piece
    status = int(received[9:12]) if received[:5] == b"HTTP/" and received[9:12].isdigit() else 0
    return status, {}, received


def _faults(request: Request, status: int, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not (
        status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in headers
    ):
        yield f"status {status}"
    if any(each in body for each in GIVEN_AWAY):
        yield "gives something away"
    if "x-evil" in headers:
        yield "splits its headers"
    path = request.path
    if status == HTTPStatus.BAD_REQUEST and not body and NO_TARGET.search(path):
        return
    if (
        status >= HTTPStatus.BAD_REQUEST
        and not request.raw
        and request.method != "HEAD"
        and path.startswith(("/api", "/ogc", "/tiles", "/export"))
    ):
        yield from _no_problem(request, headers, body)


def _no_problem(request: Request, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    """A browser that asks for a page gets one; whatever else is refused is told as RFC 9457 has it."""
    if headers.get("content-type", "").startswith("text/html") and "text/html" in request.headers.get("Accept", ""):
        return
    if headers.get("content-type") != "application/problem+json":
        yield f"no problem but {headers.get('content-type')!r}"
    elif lacking := [name for name in MEMBERS if name not in json.loads(body)]:
        yield f"a problem without {', '.join(lacking)}"


def main() -> int:
    """The exit status: 0 without any fault."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "demo.gpkg"
        CliRunner().invoke(dateline, ["--quiet", "--store", str(store), "init", "--demo"], catch_exceptions=False)
        with serving(store, Path(name)) as service:
            before = resident_mb(service.process)
            found = probed(service, count)
            print(found.line())
            print(f"memory of the service {before:.0f} MB before, {resident_mb(service.process):.0f} MB after")
    print("\n".join(found.faults) or "no fault")
    return int(bool(found.faults))


if __name__ == "__main__":
    sys.exit(main())
