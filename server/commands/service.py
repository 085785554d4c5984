"""The store and the service: ``init``, ``export``, ``migrate``, ``serve``."""
from __future__ import annotations

import os
import re
import resource
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from geo.actors import Actors
from geo.credits import credits
from geo.errors import InvalidParameter
from geo.formats import FORMATS, public
from geo.formats.imprint import Imprint
from geo.gazetteer import Gazetteer
from geo.ground import derive_zones, load_places, load_theatre_reports, theatre_of
from geo.model import BBox, Query
from geo.schema import COLLECTIONS
from geo.store import migrate as migrate_store
from geo.store import shown
from geo.style import styles
from geo.tiles.archive import FORMS
from server import gate, meters
from server.archives import Wanted
from server.commands.ground import rejoin
from server.commands.keeping import looked_at
from server.commands.publishing import export_tiles, tiling, zoom_options
from server.commands.session import Days, Session, belief_option, pass_session, today
from server.commands.stories import ingest

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

KILL_SECONDS = 30
"""How long a worker that was told to end may go on answering."""
CONNECTIONS = 2048
"""Connections that a worker holds, those of browsers that ask nothing just now and of clients that never end a request
among them: whoever comes then waits for one to close."""
OTHER_FILES = 256
"""What a worker may have open beside connections."""
HEAD_SECONDS = 10
"""How long the head of a request may take to come, and a connection may wait for the next one."""
HEAD_BYTES = 64 * 1024
"""How long it may be: all connections together can fill no more than 128 MB with unended ones."""
LOOK_SECONDS = 0.5
"""For how long a start looks for damage."""


@click.command(epilog="Examples: dateline init war.gpkg · dateline --theatre ukraine-2022 init ukraine.gpkg --demo")
@click.argument("store", required=False)
@click.option("--demo", is_flag=True, help="Also the theatre's town reports, zones derived from them, sample stories.")
@click.pass_context
def init(ctx: click.Context, store: str | None, demo: bool) -> None:
    """A new store with the places of a theatre (`dateline --theatre`), with which it is read from then on."""
    session: Session = ctx.obj
    if store:
        session = ctx.obj = replace(session, store=store)
    with session.open(create=True) as opened:
        war = theatre_of(opened)
        written = load_places(opened, Gazetteer.load(war.gazetteer, world=False), today())
        session.say(f"{shown(session.store)}: {written.added} places")
        if demo:
            reports = load_theatre_reports(opened, today())
            zones = derive_zones(opened, today())
            session.say(f"{reports.added} town reports, {zones.added} zones derived from them (coarse)")
            rejoin(session, opened)
    if demo and war.sample:
        ctx.invoke(ingest, sources=(str(war.sample),))


@click.command(epilog="Examples: dateline export zones --datetime 2016-04-09 -o zones.geojson · dateline export zones "
                      "-f pmtiles -o zones.pmtiles")
@click.argument("collection", type=click.Choice(sorted(COLLECTIONS)))
@click.option("--datetime", "when", type=Days(), help="A day, or FIRST/LAST.")
@click.option("--bbox", metavar="W,S,E,N", help="Degrees.")
@click.option("-f", "--format", "form", type=click.Choice(sorted([*FORMATS, *FORMS])), default="geojson",
              show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file; else standard output.")
@belief_option
@zoom_options
@pass_session
def export(session: Session, /, collection: str, form: str, output: Path | None, **asked: Any) -> None:
    """Write a collection, or a part of it, to a file; a failed export leaves no file.

    PMTiles and MBTiles hold all days in tiles of zooms 3 to 11; interrupted, they go on where they were.
    """
    kind, bbox = COLLECTIONS[collection], asked.pop("bbox")
    tiled = tiling(asked)
    query = Query(bbox=_bbox(bbox) if bbox else None, **asked)
    if form in FORMS:
        export_tiles(session, Wanted(collection, form, query, **tiled), output)
        return
    with session.open() as store:
        imprint = Imprint(credits(store), styles(Actors.load(theatre_of(store).actors).rows))
        pieces = FORMATS[form].write(kind, public(kind, store.read(collection, query)), imprint)
        if output is None:
            out = sys.stdout.buffer
            for piece in pieces:
                out.write(piece)
            return
        partial = output.with_name(output.name + ".part")
        try:
            with partial.open("wb") as file:
                file.writelines(pieces)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)


def _bbox(text: str) -> BBox:
    if not re.fullmatch(r"-?[\d.]+(,-?[\d.]+){3}", text):
        raise InvalidParameter(f"bbox: {text!r}, want west,south,east,north in degrees")
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidParameter(f"bbox: {text!r}, want west,south,east,north in degrees")
    return BBox(west, south, east, north)


@click.command(epilog="Example: dateline --store war.gpkg migrate")
@pass_session
def migrate(session: Session) -> None:
    """Bring a store of an earlier release up to this one's schema."""
    done = migrate_store(session.store)
    session.report({"done": done}, f"{shown(session.store)}: {'; '.join(done) or 'up to date'}")


@click.command(epilog="Example: dateline --store var/demo.gpkg serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True,
              help="Requests that a process answers at once. With 1 a kept tile costs a third less, and waits for "
                   "whatever is answered before it.")
@click.option("--max-mb", type=click.IntRange(0, 1_000_000), default=0, metavar="MB",
              help="Begin a worker anew that has grown beyond so much memory; 0 for never.")
@pass_session
def serve(session: Session, /, host: str, port: int, workers: int, threads: int, max_mb: int) -> None:
    """Serve the map, in the foreground, until it is told to end; what is being answered then is answered first.

    A worker that dies is begun anew. At most --threads requests are worked on at once, kept tiles beside them; four
    times as many wait, and what comes then is answered 503 with Retry-After.
    """
    looked_at(session, LOOK_SECONDS)
    with session.open() as store:
        session.say(f"{shown(session.store)}: {store.count('articles')} stories, "
                    f"{store.count('zones')} zones")
    session.say(f"http://{host}:{port}/")
    with TemporaryDirectory(prefix="dateline-") as counts:
        os.environ |= {"DATELINE_STORE": session.store, meters.FOLDER: counts}
        os.environ.setdefault("DATELINE_SEATS", str(threads if threads > 1 else 0))
        _server(host, port, workers, threads, max_mb).serve()


def _server(host: str, port: int, workers: int, threads: int, max_mb: int) -> AbstractServer[Any]:
    """Some threads more than the gate has seats and room: they answer what is kept while all others wait."""
    from granian import Granian  # noqa: PLC0415  not needed by any other command
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415

    answering = threads * (gate.WAITING + 2) if threads > 1 else 1
    return Granian(
        "server:create_app", address=host, port=port, interface=Interfaces.WSGI, workers=workers, factory=True,
        blocking_threads=answering, backpressure=_connections(), log_enabled=False, respawn_failed_workers=True,
        workers_max_rss=max_mb or None, workers_kill_timeout=KILL_SECONDS,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
    )


def _connections() -> int:
    """How many a worker may hold: as many as the system lets it open files for, which it is asked to."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < CONNECTIONS + OTHER_FILES:
        files = CONNECTIONS + OTHER_FILES if most == resource.RLIM_INFINITY else min(CONNECTIONS + OTHER_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
        return max(files - OTHER_FILES, files // 2)
    return CONNECTIONS
