"""``dateline publish``: the whole map as a folder of files for any web host; and archives for ``dateline export``."""
from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask import Flask

from geo.errors import InvalidParameter
from geo.store import Store
from geo.tiles.pyramid import WINDOW_BYTES
from server import create_app
from server.archives import Wanted, made_of, make
from server.commands.session import Session, pass_session
from server.site import check, put, write_site
from server.speech import LANGUAGES
from server.voice import Voice

ARCHIVES = ("zones", "fronts", "mentions", "events", "places")
NAMES_ZOOM = 7
"""Zoom of which the pages take the names of places for every zoom."""


def zoom_options(command: Any) -> Any:
    """``--min-zoom``, ``--max-zoom``, ``--window-kb``, ``--workers``; see ``tiling``."""
    for option in (
        click.option("--workers", type=click.IntRange(1, 64), default=max(os.cpu_count() or 1, 1), show_default=True,
                     help="Processes that make tiles side by side; the file is the same."),
        click.option("--window-kb", type=click.IntRange(1), default=WINDOW_BYTES >> 10, show_default=True,
                     help="Largest tile, not packed, that a browser reads; longer histories are cut by year or month."),
        click.option("--max-zoom", type=int, default=11, show_default=True, help="Deepest zoom; deeper is enlarged."),
        click.option("--min-zoom", type=int, default=3, show_default=True, help="Shallowest zoom."),
    ):
        command = option(command)
    return command


def tiling(asked: dict[str, Any]) -> dict[str, Any]:
    """Takes the options out of ``asked``: fields of ``Wanted``."""
    return {
        "zooms": (asked.pop("min_zoom"), asked.pop("max_zoom")), "workers": asked.pop("workers"),
        "window_bytes": asked.pop("window_kb") << 10,
    }


def export_tiles(session: Session, wanted: Wanted, output: Path | None) -> None:
    """One collection as PMTiles or MBTiles.

    :raises InvalidParameter: without a file to write.
    """
    if output is None:
        raise InvalidParameter(f"-o: want a file; {wanted.form} is not written to standard output")
    with session.open() as store:
        make(create_app({"store": session.store}), store, wanted, output, session.bar)
    session.report({"file": str(output), "bytes": output.stat().st_size}, f"{output}: {_size(output)}")


@click.command(epilog="Example: dateline --store var/demo.gpkg publish site/ --base-url https://example.org/map/")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--base-url", metavar="URL", default="", help="Where the folder will lie, for other programs that read "
              "its TileJSON; the pages do not need it.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the pages.")
@zoom_options
@pass_session
def publish(session: Session, /, folder: Path, base_url: str, language: str, **asked: Any) -> None:
    """Write the map, the stories and all tiles into a folder that any web host or bucket can serve.

    Interrupted, it goes on where it was; again, it makes only what changed. The host must answer range requests.
    """
    check(folder)
    (folder / "tiles").mkdir(parents=True, exist_ok=True)
    app, wanted = create_app({"store": session.store}), Wanted(ARCHIVES[0], **tiling(asked))
    with session.open() as store:
        archives = [name for name in ARCHIVES if store.count(name)]
        for name in archives:
            shallowest, deepest = wanted.zooms
            if name == "places":
                deepest = min(deepest, NAMES_ZOOM)
            this = replace(wanted, collection=name, zooms=(min(shallowest, deepest), deepest))
            _archive(session, (app, store), this, (folder, base_url))
        names = write_site(app, store, folder, archives, Voice(language))
    size = sum((folder / name).stat().st_size for name in names)
    session.report({"folder": str(folder), "files": len(names), "bytes": size},
                   f"{folder}: {len(names)} files, {size / 1e6:.1f} MB; see docs/publishing.md for hosts")


def _archive(session: Session, of: tuple[Flask, Store], wanted: Wanted, to: tuple[Path, str]) -> None:
    """The archive of a collection and its TileJSON, unless they are there and nothing has changed."""
    (app, store), (folder, base_url) = of, to
    path = folder / "tiles" / f"{wanted.collection}.pmtiles"
    described = path.with_suffix(".json")
    root = base_url.rstrip("/") + "/tiles/" if base_url else ""
    address = f"pmtiles://{root}{path.name}/{{z}}/{{x}}/{{y}}"
    known = _known(path, described)
    if known.get("made_of") != made_of(store, wanted):
        session.say(f"{wanted.collection}: {store.count(wanted.collection):,} rows")
        known = make(app, store, wanted, path, session.bar)
    said = {**known, "tiles": [address], "bytes": path.stat().st_size}
    put(described, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def _known(path: Path, described: Path) -> dict[str, Any]:
    """What an earlier publishing said of an archive that is still as it left it."""
    try:
        said: dict[str, Any] = json.loads(described.read_text())
        return said if path.stat().st_size == said["bytes"] else {}
    except (OSError, ValueError, KeyError):
        return {}


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"
