"""What a tile costs to serve, beside other servers: ``python -m bench.serving`` (``make bench-serving``).

All hold the same 19,616 zone versions of 1,200 days (``bench.coverage``), and all run in turn in one run, on the
loopback. The measure is the processor time of a server's whole tree of processes for one request, best of the rounds:
it repeats within a fifth, while requests a second wander with whatever else the machine does. Cold means that no tile
is kept; cached that each was asked for before.
"""
from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from bench.coverage import EXTENT, FIRST_DAY, Theatre, zones
from bench.peers import node, postgis
from bench.peers.load import Cost, measure
from bench.peers.process import resident_mb, started
from geo.grid import Tile, tile_at
from geo.interval import day_from_number
from geo.model import Feature, LngLat
from geo.store import open_store
from tools import postgres

ZOOMS = (5, 8, 11, 13)
MOST_TILES = 150
"""Tiles of one zoom that are asked for in turn."""

PORTS = {"postgis": 5499, "tipg": 8091, "dateline": 8092, "nginx": 8093, "tileserver": 8098, "geojsonvt": 8099}


@dataclass(frozen=True)
class Server:
    """A server under test: the address of a tile, and the processes that work for it."""

    name: str
    kind: str
    host: str
    path: Callable[[Tile], str]
    trees: tuple[int, ...]


def tiles(zoom: int) -> list[Tile]:
    """Tiles of the benchmark's ground, spread over it evenly."""
    west, south, east, north = EXTENT
    first, last = tile_at(LngLat(west, north), zoom), tile_at(LngLat(east, south), zoom)
    every = [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
    return every[:: max(len(every) // MOST_TILES, 1)][:MOST_TILES]


@dataclass(frozen=True)
class Way:
    """How Dateline is run: its settings, and with or without the branch before Flask."""

    name: str
    kind: str
    settings: dict[str, str]
    application: str = "server:create_app"
    threads: int = 4


WAYS = (
    Way("dateline, numpy", "cold", {"TILE_CACHE_MB": "0", "TILE_KERNEL": "numpy"}),
    Way("dateline, compiled, through Flask", "cold", {"TILE_CACHE_MB": "0", "TILE_KERNEL": "c"},
        "bench.peers.flask_only:create_app"),
    Way("dateline, compiled", "cold", {"TILE_CACHE_MB": "0", "TILE_KERNEL": "c"}),
    Way("dateline, through Flask", "cached", {"TILE_CACHE_MB": "256"}, "bench.peers.flask_only:create_app"),
    Way("dateline", "cached", {"TILE_CACHE_MB": "256"}),
    Way("dateline, one thread a worker", "cached", {"TILE_CACHE_MB": "256"}, threads=1),
)


@contextmanager
def dateline(way: Way, store: Path, port: int) -> Iterator[Server]:
    """Two workers of granian, as `dateline serve --workers 2` starts them."""
    day = day_from_number(FIRST_DAY + 600)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "2",
               "--blocking-threads", str(way.threads), "--no-log", "--port", str(port), way.application]
    settings = {f"DATELINE_{key}": text for key, text in way.settings.items()}
    with started(command, {"DATELINE_STORE": str(store), **settings}) as pid:
        host = f"http://127.0.0.1:{port}"
        _await(f"{host}/readyz")
        yield Server(
            way.name, way.kind, host, lambda at: f"/tiles/zones/{at.z}/{at.x}/{at.y}.mvt?datetime={day}", (pid,))


@contextmanager
def behind_nginx(source: Server, folder: Path, port: int) -> Iterator[Server]:
    """nginx that keeps what Dateline answers."""
    folder.mkdir()
    folder.chmod(0o755)
    conf = folder / "nginx.conf"
    conf.write_text(PROXY.format(folder=folder, port=port, source=source.host))
    with started(["nginx", "-p", str(folder), "-c", str(conf)]) as pid:
        host = f"http://127.0.0.1:{port}"
        _await(host + source.path(tiles(5)[0]))
        yield Server("dateline behind nginx", "cached", host, source.path, (pid, *source.trees))


@contextmanager
def tipg(name: str, table: str, at: postgres.Server, pid: int) -> Iterator[Server]:
    """A table of the running tipg; all versions are filtered by day in CQL2."""
    day = FIRST_DAY + 600
    query = {"filter": f"from_day <= {day} AND to_day > {day}", "filter-lang": "cql2-text"} if table == "zones" else {}
    end = f"?{urlencode(query)}" if query else ""
    host = f"http://127.0.0.1:{PORTS['tipg']}"
    _await(f"{host}/collections/public.{table}")
    yield Server(
        name, "cold", host,
        lambda tile: f"/collections/public.{table}/tiles/WebMercatorQuad/{tile.z}/{tile.x}/{tile.y}{end}",
        (pid, at.pid))


@contextmanager
def static(made: Mapping[Tile, bytes], folder: Path, port: int) -> Iterator[Server]:
    """nginx with every tile as a packed file: what no program of ours can beat."""
    for at, body in made.items():
        path = folder / f"{at.z}/{at.x}/{at.y}.mvt.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(body, 6))
    conf = folder / "nginx.conf"
    conf.write_text(NGINX.format(folder=folder, port=port))
    folder.chmod(0o755)  # nginx gives up its rights before it reads
    with started(["nginx", "-p", str(folder), "-c", str(conf)]) as pid:
        host = f"http://127.0.0.1:{port}"
        _await(f"{host}/{tiles(5)[0].z}/{tiles(5)[0].x}/{tiles(5)[0].y}.mvt")
        yield Server("nginx, files packed before", "cached", host, lambda at: f"/{at.z}/{at.x}/{at.y}.mvt", (pid,))


@contextmanager
def tileserver(made: Mapping[Tile, bytes], folder: Path) -> Iterator[Server]:
    """tileserver-gl-light, one process, with the tiles in an MBTiles file."""
    with node.tileserver(made, folder, PORTS["tileserver"]) as pid:
        host = f"http://127.0.0.1:{PORTS['tileserver']}"
        _await(f"{host}/data/zones.json")
        yield Server("tileserver-gl-light, tiles made before", "cached", host,
                     lambda at: f"/data/zones/{at.z}/{at.x}/{at.y}.pbf", (pid,))


@contextmanager
def geojsonvt(rows: Sequence[Feature], folder: Path) -> Iterator[Server]:
    """geojson-vt, one process, with one day's zones; it cuts a tile once and encodes it for each request."""
    with node.geojsonvt(rows, folder, PORTS["geojsonvt"]) as pid:
        host = f"http://127.0.0.1:{PORTS['geojsonvt']}"
        _await(f"{host}/0/0/0")
        yield Server("geojson-vt, one day", "cut before", host, lambda at: f"/{at.z}/{at.x}/{at.y}", (pid,))


def answers(source: Server) -> dict[Tile, bytes]:
    """Every tile that is asked for, unpacked."""
    found = {}
    for at in [at for zoom in ZOOMS for at in tiles(zoom)]:
        with urllib.request.urlopen(source.host + source.path(at)) as answer:
            found[at] = answer.read()
    return found


HEAD = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
"""
NGINX = HEAD + """
  open_file_cache max=10000; gzip_static always; gunzip on;
  default_type application/vnd.mapbox-vector-tile;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""
PROXY = HEAD + """
  open_file_cache max=10000; proxy_cache_path {folder}/cache keys_zone=tiles:10m;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {source}; proxy_cache tiles; proxy_cache_valid 204 1m;
    proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""


@dataclass(frozen=True)
class Round:
    """How long to ask each server, and how often."""

    seconds: int
    rounds: int


def compare(servers: Sequence[Server], how: Round) -> dict[tuple[str, int], Cost]:
    """The best of the rounds by server and zoom; the servers take turns."""
    found: defaultdict[tuple[str, int], list[Cost]] = defaultdict(list)
    for zoom in ZOOMS:
        asked = tiles(zoom)
        for server in servers:  # every server has seen every tile once, so that those that keep have kept
            measure(server.host, [server.path(at) for at in asked], server.trees, 1)
        for _ in range(how.rounds):
            for server in servers:
                cost = measure(server.host, [server.path(at) for at in asked], server.trees, how.seconds)
                found[server.name, zoom].append(cost)
                print(f"z{zoom} {server.name}: {cost}", file=sys.stderr, flush=True)
    return {key: min(costs, key=lambda cost: cost.cpu_us) for key, costs in found.items()}


def table(servers: Sequence[Server], costs: dict[tuple[str, int], Cost], base: str) -> Iterator[str]:
    """Rows of Markdown: requests a second, median and 99th percentile, processor time, and how many of it ``base``
    takes."""
    yield "| server | " + " | ".join(f"z{zoom}: req/s · p50/p99 ms · CPU µs (ratio)" for zoom in ZOOMS) + " | PSS MB |"
    yield "|---" * (len(ZOOMS) + 2) + "|"
    for server in servers:
        cells = []
        for zoom in ZOOMS:
            cost, against = costs[server.name, zoom], costs[base, zoom]
            ratio = f"{against.cpu_us / max(cost.cpu_us, 1e-9):.1f}x"
            cells.append(f"{cost.rate:,.0f} · {cost.p50:.2f}/{cost.p99:.1f} · {cost.cpu_us:,.0f} ({ratio})")
        memory = sum(map(resident_mb, server.trees))
        yield f"| {server.name} ({server.kind}) | " + " | ".join(cells) + f" | {memory:,.0f} |"


def _await(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                if answer.status < 300:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"{address} does not answer")


def _kept(rows: Sequence[Feature], path: Path) -> Path:
    store = open_store(str(path), create=True)
    store.write("zones", rows, date(2020, 1, 1))
    store.close()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--days", type=int, default=1200)
    given = parser.parse_args()
    rows = zones(Theatre(days=given.days))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        store = _kept(rows, Path(folder, "bench.gpkg"))
        at = stack.enter_context(postgis.cluster(rows, FIRST_DAY + 600, PORTS["postgis"]))
        pid = stack.enter_context(postgis.tipg(at, PORTS["tipg"]))
        ours = [stack.enter_context(dateline(way, store, PORTS["dateline"] + 10 + number))
                for number, way in enumerate(WAYS)]
        made, day = answers(ours[-1]), day_from_number(FIRST_DAY + 600)
        alive = [row for row in rows if day in row.valid.outer]
        servers = [
            stack.enter_context(tipg("tipg, day by filter", "zones", at, pid)),
            stack.enter_context(tipg("tipg, a table of one day", "one_day", at, pid)),
            *ours,
            stack.enter_context(behind_nginx(ours[-1], Path(folder, "proxy"), PORTS["nginx"] + 1)),
            stack.enter_context(tileserver(made, Path(folder, "tileserver"))),
            stack.enter_context(geojsonvt(alive, Path(folder, "geojsonvt"))),
            stack.enter_context(static(made, Path(folder, "static"), PORTS["nginx"])),
        ]
        costs = compare(servers, Round(given.seconds, given.rounds))
        for line in table(servers, costs, servers[0].name):
            print(line)


if __name__ == "__main__":
    main()
