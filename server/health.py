"""``/healthz`` says that the process lives and what writes its tiles, ``/readyz`` that it can answer, ``/metrics`` how
it fares."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify

from geo.corpus import must_rejoin
from geo.errors import DatelineError
from geo.schema import COLLECTIONS
from geo.store import is_database
from server.meters import get_meters
from server.resources import get_count, get_store
from server.tilesets import kernel

if TYPE_CHECKING:
    from prometheus_client.core import Metric

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    return _fresh(jsonify(status="ok", tile_kernel=kernel()))


@bp.get("/readyz")
def readyz() -> Response:
    """503 by the error table while the store cannot be read."""
    return _fresh(jsonify(status="ready", store=get_store().version()))


@bp.get("/metrics")
def metrics() -> Response:
    """In Prometheus' text format, of all processes together. It names no story and no reader."""
    body, kind = get_meters().text(_Store())
    return _fresh(Response(body, content_type=kind))


class _Store:
    """The store as it is when somebody asks; without it only that it is down."""

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415  see ``server.meters``

        up = GaugeMetricFamily("dateline_store_up", "Whether the store can be read")
        try:
            store = get_store()
            number = int(store.version().rpartition("-")[2])
            rows = GaugeMetricFamily("dateline_rows", "Rows that are believed now", labels=("collection",))
            for name in COLLECTIONS:
                rows.add_metric([name], get_count(name))
            late = int(must_rejoin(store))
        except (DatelineError, ValueError):
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield from (up, rows)
        yield GaugeMetricFamily("dateline_store_version", "Writes that changed something, counted by the store",
                                value=number)
        yield GaugeMetricFamily("dateline_stories_to_rejoin", "1 while stories are not joined to the newest ground",
                                value=late)
        yield from _files(str(current_app.config["STORE"]))


def _files(store: str) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415  as above

    if is_database(store):
        return
    sizes = GaugeMetricFamily("dateline_store_bytes", "Bytes of the store's files", labels=("file",))
    for name, path in (("store", Path(store)), ("log", Path(store + "-wal"))):
        if path.exists():
            sizes.add_metric([name], path.stat().st_size)
    yield sizes


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
