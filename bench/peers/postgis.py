"""PostGIS with the benchmark's zones, in a cluster of its own that ends with the run; tipg on it, and plain SQL."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.peers.process import started
from geo.interval import day_number
from geo.model import Feature

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


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL: the id of its first process, and how to reach it."""

    pid: int
    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"


@contextmanager
def cluster(rows: Sequence[Feature], day: int, port: int) -> Iterator[Cluster]:
    """PostgreSQL with PostGIS on the loopback, with all versions, and those of one day in a table of their own."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-peer-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        _run([*_as_postgres(), _program("initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"])
        command = [
            *_as_postgres(), _program("postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1",
            "-c", f"unix_socket_directories={folder}", "-c", "shared_buffers=512MB", "-c", "fsync=off", "-c", "jit=off",
        ]
        with started(command, log=folder.parent / f"{folder.name}.log") as pid:
            found = Cluster(pid, port, folder)
            _filled(found, rows, day)
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.joinpath(f"{folder.name}.log").unlink(missing_ok=True)


@contextmanager
def tipg(at: Cluster, port: int, workers: int = 2) -> Iterator[int]:
    """tipg on the cluster, by uvicorn, as its own documents run it; its process id."""
    python = _installed(Path("var/peers/tipg"), ["tipg", "uvicorn[standard]"])
    environment = {"DATABASE_URL": at.address, "TIPG_MAX_FEATURES_PER_TILE": "100000", "CACHE_DISABLE": "TRUE"}
    command = [str(python), "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port),
               "--workers", str(workers), "--log-level", "warning"]
    with started(command, environment) as pid:
        yield pid


def psql(at: Cluster, sql: str, *, quiet: bool = True) -> str:
    """What the statements print, without any frame."""
    command = ["psql", at.address, "-v", "ON_ERROR_STOP=1", "-At", *(["-q"] if quiet else []), "-c", sql]
    return _run(command)


def _filled(at: Cluster, rows: Sequence[Feature], day: int) -> None:
    _await(at)
    for statement in TABLE.strip().split(";\n"):
        psql(at, statement)
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
        psql(at, statement.rstrip(";"))


def _line(row: Feature) -> str:
    said, outer = row.properties, row.valid.outer
    assert row.geometry is not None and outer.start is not None and outer.end is not None
    texts = [row.id, *(str(said.get(name) or "") for name in TEXTS)]
    return "\t".join([*texts, str(day_number(outer.start)), str(day_number(outer.end)), row.geometry.wkb_hex]) + "\n"


def _await(at: Cluster) -> None:
    for _ in range(300):
        if subprocess.run(["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(at.port)], check=False).returncode == 0:
            return
        subprocess.run(["sleep", "0.1"], check=True)
    sys.exit("PostgreSQL does not answer")


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        sys.exit(f"no {name}: apt-get install postgresql-15-postgis-3")
    return str(found[-1])


def _installed(folder: Path, packages: Sequence[str]) -> Path:
    """A virtual environment of the peer's own, so that what it needs does not touch what we need."""
    python = folder / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", *packages])
    return python.absolute()


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command[:6])}: {done.stderr[-600:]}")
    return done.stdout
