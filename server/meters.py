"""What the service counts of itself, in Prometheus' words; several processes are one when they share a folder.

``PROMETHEUS_MULTIPROC_DIR`` names the folder (``dateline serve`` makes one); it must be known before the first process
counts, and be empty at a start.
"""
from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
    from prometheus_client.registry import Collector

KEY = "dateline.meters"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Meters:
    """One set a process."""

    def __init__(self) -> None:
        from prometheus_client import (  # noqa: PLC0415  how it counts is settled when it is first loaded, in a worker
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
        )

        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "dateline_requests", "Requests answered", ("route", "method", "status"), registry=registry)
        self._seconds = Histogram(
            "dateline_request_seconds", "Seconds until an answer began", ("route",), registry=registry, buckets=SECONDS)
        self._tiles = Counter(
            "dateline_tiles", "Tiles answered: kept ones, and ones that had to be made",
            ("collection", "form", "outcome"), registry=registry)
        self._turned_away = Counter(
            "dateline_turned_away", "Requests answered 503 because too many were waiting", registry=registry)
        self._working = _live(Gauge, registry, "dateline_requests_working", "Requests being worked on")
        self._waiting = _live(Gauge, registry, "dateline_requests_waiting", "Requests waiting for their turn")
        self._cache = _live(Gauge, registry, "dateline_tile_cache_bytes", "Memory that kept tiles take")
        self._known: dict[tuple[str, ...], Counter | Histogram] = {}
        self._lock = threading.Lock()

    def answered(self, route: str, method: str, status: str, seconds: float) -> None:
        counted = self._child(self._requests, (route, method, status))
        timed = self._child(self._seconds, (route,))
        cast("Counter", counted).inc()
        cast("Histogram", timed).observe(seconds)

    def tile(self, collection: str, form: str, outcome: str) -> None:
        cast("Counter", self._child(self._tiles, (collection, form, outcome))).inc()

    def cache_holds(self, size: int) -> None:
        self._cache.set(size)

    def turned_away(self) -> None:
        self._turned_away.inc()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._waiting.track_inprogress():
            yield

    @contextmanager
    def working(self) -> Iterator[None]:
        with self._working.track_inprogress():
            yield

    def _child(self, metric: Counter | Histogram, labels: tuple[str, ...]) -> Counter | Histogram:
        """Found by a look into a dict: the library takes longer than a kept tile may."""
        found = self._known.get(labels)
        if found is None:
            with self._lock:
                found = self._known[labels] = metric.labels(*labels)
        return found

    def text(self, *more: Collector) -> tuple[bytes, str]:
        """All of it, of all processes that share the folder, with what ``more`` say, and its content type."""
        from prometheus_client import (  # noqa: PLC0415  as above
            CONTENT_TYPE_LATEST,
            CollectorRegistry,
            generate_latest,
        )
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        registry = self._registry
        if os.environ.get(FOLDER):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        extra = CollectorRegistry()
        for each in more:
            extra.register(each)
        return generate_latest(registry) + generate_latest(extra), CONTENT_TYPE_LATEST


def _live(kind: type[Gauge], registry: CollectorRegistry, name: str, told: str) -> Gauge:
    """The sum over the processes that live."""
    return kind(name, told, multiprocess_mode="livesum", registry=registry)


def install(app: Flask) -> None:
    app.extensions[KEY] = Meters()


def get_meters() -> Meters:
    return cast(Meters, current_app.extensions[KEY])
