"""How smoothly the map moves through time: ``python -m bench.slider``, beside Leaflet.TimeDimension and folium.

Two made-up wars: large areas that change every day for three years, and 64 areas for a year. Each page is moved on by
a day in every frame, three times, in Chromium without a GPU; frames a second are the best run's, and so is the
processor time that scripts take a step (of the page's thread: other work on the machine does not count). What a page
asks for while it moves inside the days that are loaded, and into the next, is counted by the browser.
"""
from __future__ import annotations

import argparse
import functools
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import shapely
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.coverage import Theatre, zones
from bench.peers import time_plugins
from geo.interval import day_from_number
from geo.model import Feature
from geo.store import open_store
from server import create_app

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-precise-memory-info"]
VIEW = (41.0, 34.0, 7)
"""Longitude, latitude, zoom: all ground on a screen of 1280 by 800, in tiles of a year each."""

WARS = {
    "three years": Theatre(days=1096, columns=20, rows=15, regions=5, flips=16.0),
    "a year": Theatre(days=365, columns=32, rows=24, regions=64, flips=18.0),
}
ROUNDS, SECONDS, SLOWER = 3, 3.0, 4
START, MOVED = 5318, 90
"""2014-07-24, and over how many days a page is moved to and fro: well inside the year that is loaded."""

BESIDE = (".leaflet-land-pane", ".leaflet-lines-pane", ".leaflet-marker-pane", ".legend")
ALONE = f":is({', '.join(BESIDE)}) {{ display: none }}"
OURS = """(day) => {
  const range = document.querySelector(".time-range");
  range.value = day;
  range.dispatchEvent(new Event("input"));
}"""
PEER = """(day) => window.peer.timeDimension.setCurrentTime(Date.UTC(2000, 0, 1) + day * 86400000)"""
DRAG = """([go, start, moved, seconds]) => new Promise((done) => {
  const move = eval(go);
  const begun = performance.now();
  let steps = 0;
  const frame = () => {
    const passed = performance.now() - begun;
    if (passed >= seconds * 1000) {
      done([steps, passed / 1000]);
      return;
    }
    const turn = steps % (2 * moved);
    move(start - (turn < moved ? turn : 2 * moved - turn));
    steps += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Moved(NamedTuple):
    """Frames a second; milliseconds of scripts, and of all that the page's thread does, a step."""

    frames: float
    script: float
    thread: float


class Told(NamedTuple):
    name: str
    best: Moved
    slowed: float
    heap: float
    inside: int
    crossing: str


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def _service(rows: Sequence[Feature], folder: Path) -> Iterator[str]:
    path = folder / "war.gpkg"
    store = open_store(str(path), create=True)
    store.write("zones", rows, date(2026, 1, 1))
    store.close()
    server = make_server("127.0.0.1", 0, create_app({"store": str(path)}), threaded=True, request_handler=_Silent)
    with _running(server, server.server_port) as address:
        yield address


@contextmanager
def _files(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    with _running(server, server.server_port) as address:
        yield address


@contextmanager
def _running(server: object, port: int) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever)  # type: ignore[attr-defined]
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()  # type: ignore[attr-defined]
    thread.join()


class _Watched:
    """A page of which the browser counts what it does and what it asks for."""

    def __init__(self, browser: Browser, address: str, ready: str) -> None:
        # the pages' own policy forbids scripts made from text, which is how the bench hands in its own
        self._context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
        self.page: Page = self._context.new_page()
        self.asked: list[str] = []
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(address, timeout=300_000)
        self.page.wait_for_function(ready, timeout=300_000)
        self.page.wait_for_load_state("networkidle", timeout=300_000)
        self._tools = self._context.new_cdp_session(self.page)
        self._tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _note(self, url: str) -> None:
        if not url.endswith("/favicon.svg"):  # the browser's own idea, whenever the address changes
            self.asked.append(url)

    def moved(self, go: str, start: int, moved: int) -> Moved:
        before = self._metrics()
        steps, seconds = self.page.evaluate(DRAG, [go, start, moved, SECONDS])
        after = self._metrics()
        script, thread = (1000 * (after[name] - before[name]) / steps for name in ("ScriptDuration", "TaskDuration"))
        return Moved(steps / seconds, script, thread)

    def slowed(self, go: str, start: int, moved: int) -> float:
        self._tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        best = max(self.moved(go, start, moved).frames for _ in range(ROUNDS))
        self._tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        return best

    def heap(self) -> float:
        """Megabytes of objects and arrays; what the browser keeps of shapes and pixels is not told."""
        self._tools.send("HeapProfiler.collectGarbage")
        used: Mapping[str, float] = self._tools.send("Runtime.getHeapUsage")
        return (used["usedSize"] + used.get("backingStorageSize", 0.0)) / 1e6

    def _metrics(self) -> Mapping[str, float]:
        return {each["name"]: float(each["value"]) for each in self._tools.send("Performance.getMetrics")["metrics"]}

    def close(self) -> None:
        self._context.close()


def ours(browser: Browser, site: str, alone: bool) -> Told:
    """The map page, all its layers on; ``alone``: without basemap, names and key, as the others are."""
    lng, lat, zoom = VIEW
    address = f"{site}/#map={zoom}/{lat}/{lng}&date={day_from_number(START)}"
    parts = (".leaflet-zones-pane .leaflet-tile-loaded", ".time-tools")  # the last that comes
    ready = " && ".join(f"document.querySelector('{each}')" for each in parts)
    watched = _Watched(browser, address, ready)
    if alone:
        watched.page.add_style_tag(content=ALONE)
    begun = len(watched.asked)
    best = _best([watched.moved(OURS, START, MOVED) for _ in range(ROUNDS)])
    slowed = watched.slowed(OURS, START, MOVED)
    inside = len(watched.asked) - begun
    heap = watched.heap()
    begun = len(watched.asked)
    for day in range(5463, 5500):  # 2014-12-16 to 2015-01-21
        watched.page.evaluate(f"(day) => ({OURS})(day)", day)
        watched.page.evaluate(NEXT_FRAME)
    watched.page.wait_for_load_state("networkidle")
    crossed = [re.findall("datetime=([^&]+)", url) for url in watched.asked[begun:]]
    batches = {window for windows in crossed for window in windows}
    watched.close()
    name = "Dateline, areas alone" if alone else "Dateline, the whole page"
    return Told(name, best, slowed, heap, inside, f"{len(crossed)}, batches: {len(batches)}")


def peer(browser: Browser, address: str, name: str) -> Told:
    watched = _Watched(browser, address, "window.peer && window.peer.timeDimension.getAvailableTimes().length > 1")
    begun = len(watched.asked)
    best = _best([watched.moved(PEER, START, MOVED) for _ in range(ROUNDS)])
    slowed = watched.slowed(PEER, START, MOVED)
    told = Told(name, best, slowed, watched.heap(), len(watched.asked) - begun, "all loaded")
    watched.close()
    return told


def _best(runs: Sequence[Moved]) -> Moved:
    return Moved(max(run.frames for run in runs), min(run.script for run in runs), min(run.thread for run in runs))


def measure(browser: Browser, name: str, folder: Path, peers: bool) -> None:
    rows = zones(WARS[name])
    short = name.replace(" ", "-")
    vertices = int(shapely.get_num_coordinates([row.geometry for row in rows]).sum())
    print(f"\n{name}: {len(rows):,} features, {vertices:,} vertices\n\n| | frames a second | script, ms a step | "
          f"thread, ms a step | frames at {SLOWER}x throttle | heap, MB | requests inside | into the next year |\n"
          "| --- | --: | --: | --: | --: | --: | --: | --- |", flush=True)
    with _service(rows, folder) as site:
        for alone in (False, True):
            _print(ours(browser, site, alone))
    if not peers:
        return
    time_plugins.write(rows, folder, short, VIEW)
    with _files(folder) as site:
        for file, label in (("timedimension", "Leaflet.TimeDimension"), ("folium", "folium TimestampedGeoJson")):
            _print(peer(browser, f"{site}/{short}-{file}.html", label))


def _print(told: Told) -> None:
    best = told.best
    print(f"| {told.name} | {best.frames:.0f} | {best.script:.1f} | {best.thread:.1f} | {told.slowed:.0f} | "
          f"{told.heap:.1f} | {told.inside} | {told.crossing} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-peers", action="store_true", help="Measure only ours")
    peers = not parser.parse_args().without_peers
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    print(f"commit {commit.stdout.strip()}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name in WARS:
            with tempfile.TemporaryDirectory() as folder:
                measure(browser, name, Path(folder), peers)
        browser.close()


if __name__ == "__main__":
    main()
