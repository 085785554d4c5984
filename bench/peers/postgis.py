"""PostGIS with the benchmark's zones, in a cluster of its own that ends with the run; tipg on it, and plain SQL."""
from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.peers.process import started
from geo.interval import day_number
from geo.model import Feature
from tools.postgres import Server, run, running

TABLE = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE zones (fid serial PRIMARY KEY, id text, controller text, status text, method text, source_id text,
                    confidence text, from_day int, to_day int, geom geometry(Geometry, 4326));
"""
INDEXES = """
ALTER TABLE zones ALTER geom TYPE geometry(MultiPolygon, 3857) USING ST_Multi(ST_Transform(geom, 3857));
CREATE INDEX ON zones USING gist (geom);
CREATE INDEX ON zones (from_day, to_day);
CREATE INDEX ON zones USING gist (geom, int4range(from_day, to_day));
CREATE TABLE one_day AS SELECT * FROM zones WHERE from_day <= {day} AND to_day > {day};
ALTER TABLE one_day ADD PRIMARY KEY (fid);
CREATE INDEX ON one_day USING gist (geom);
VACUUM ANALYZE;
"""
TEXTS = ("controller", "status", "method", "source_id", "confidence")
ENVELOPE = "ST_TileEnvelope({z}, {x}, {y})"
AS_MVT = """
SELECT ST_AsMVT(mvt, 'zones', 4096, 'geom', 'fid') FROM (
  SELECT fid, id, controller, status, method, source_id, confidence, from_day, to_day,
         ST_AsMVTGeom(geom, {tile}, 4096, 64) AS geom
  FROM zones WHERE geom && ST_Expand({tile}, 0.015625 * (ST_XMax({tile}) - ST_XMin({tile})))
    AND int4range(from_day, to_day) @> {day}) AS mvt WHERE geom IS NOT NULL
"""


@contextmanager
def cluster(rows: Sequence[Feature], day: int, port: int) -> Iterator[Server]:
    """PostgreSQL with PostGIS on the loopback, with all versions, and those of one day in a table of their own."""
    with running(port, ("shared_buffers=512MB", "fsync=off")) as found:
        _filled(found, rows, day)
        yield found


@contextmanager
def tipg(at: Server, port: int, workers: int = 2) -> Iterator[int]:
    """tipg on the cluster, by uvicorn, as its own documents run it; its process id."""
    python = _installed(Path("var/peers/tipg"), ["tipg", "uvicorn[standard]"])
    environment = {"DATABASE_URL": at.address, "TIPG_MAX_FEATURES_PER_TILE": "100000", "CACHE_DISABLE": "TRUE"}
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port),
               "--workers", str(workers), "--log-level", "warning"]
    with started(command, environment) as pid:
        yield pid


def _filled(at: Server, rows: Sequence[Feature], day: int) -> None:
    for statement in TABLE.strip().split(";\n"):
        at.psql(statement)
    columns = "id, controller, status, method, source_id, confidence, from_day, to_day, geom"
    with subprocess.Popen(
        ["psql", at.address, "-q", "-v", "ON_ERROR_STOP=1", "-c", f"\\copy zones ({columns}) FROM STDIN"],
        stdin=subprocess.PIPE, text=True,
    ) as copying:
        assert copying.stdin is not None
        for row in rows:
            copying.stdin.write(_line(row))
    if copying.returncode:
        sys.exit("psql could not copy the zones")
    for statement in INDEXES.format(day=day).strip().split(";\n"):
        at.psql(statement.rstrip(";"))


def _line(row: Feature) -> str:
    said, outer = row.properties, row.valid.outer
    assert row.geometry is not None and outer.start is not None and outer.end is not None
    texts = [row.id, *(str(said.get(name) or "") for name in TEXTS)]
    return "\t".join([*texts, str(day_number(outer.start)), str(day_number(outer.end)), row.geometry.wkb_hex]) + "\n"


def _installed(folder: Path, packages: Sequence[str]) -> Path:
    """A virtual environment of the peer's own, so that what it needs does not touch what we need."""
    python = folder / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(folder)])
        run([str(python), "-m", "pip", "install", "--quiet", *packages])
    return python.absolute()

