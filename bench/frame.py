"""How soon a framed map is there: ``python -m bench.frame STORE``.

A frame on a page of another origin, in a fresh Chromium each time (nothing kept), both served on this machine.
"First map" is when the zones of the day are painted, counted from when the browser begins to load the frame. On a busy
machine read the processor time: that of the page's process in Chromium and that of the server, until then.
"""
from __future__ import annotations

import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from wsgiref.types import WSGIApplication

from flask import Response
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from server import create_app

ROUNDS = 9
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
READY = """() => new Promise((done) => {
  const look = () => {
    const layer = document.querySelector(".leaflet-zones-pane .dated:not(.is-loading) .leaflet-tile-loaded");
    if (layer) requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
})"""
WEIGHT = """() => performance.getEntriesByType("resource")
  .reduce((sums, { initiatorType: kind, encodedBodySize: size, name }) => {
    const what = name.includes("/tiles/") ? "tiles" : name.includes("/basemap/") ? "basemap" : "scripts and styles";
    return { ...sums, [what]: (sums[what] ?? 0) + size };
  }, {})"""


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def _served(app: WSGIApplication) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


class Opened(NamedTuple):
    """Milliseconds until the first map: by the clock, of the page's process, of the server; bytes over the wire."""

    clock: float
    page: float
    server: float
    weight: Mapping[str, int]


def _opened(browser: Browser, address: str) -> Opened:
    context = browser.new_context(viewport={"width": 760, "height": 600})
    page: Page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable")
    before, own = _process_time(devtools), time.process_time()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("iframe", state="attached")
    frame = page.frames[1]
    clock = float(frame.evaluate(READY))
    spent = 1000 * (_process_time(devtools) - before), 1000 * (time.process_time() - own)
    weight: dict[str, int] = frame.evaluate(WEIGHT)
    context.close()
    return Opened(clock, *spent, weight)


def _process_time(devtools: CDPSession) -> float:
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "ProcessTime"))


def _report(name: str, seen: Sequence[Opened]) -> None:
    clock = [each.clock for each in seen]
    page, server = (statistics.median(getattr(each, what) for each in seen) for what in ("page", "server"))
    sizes = ", ".join(f"{what} {size / 1000:.1f} kB" for what, size in sorted(seen[0].weight.items()))
    print(f"{name}: first map after {statistics.median(clock):.0f} ms ({min(clock):.0f} to {max(clock):.0f}); "
          f"processor: page {page:.0f} ms, server {server:.0f} ms; {sizes}")


def main(store: str) -> None:
    """One line for the first opening in a new process, and one for later ones."""
    with sync_playwright() as driver, _served(create_app({"store": store})) as site:
        sandbox = "allow-scripts allow-same-origin"
        code = f'<iframe src="{site}/embed/map" width=700 height=480 sandbox="{sandbox}"></iframe>'
        page = Response(f"<!doctype html><link rel=icon href=data:,>{code}", mimetype="text/html")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with _served(page) as paper:
            _report("new process", [_opened(browser, paper + "/")])
            _report("afterwards", [_opened(browser, paper + "/") for _ in range(ROUNDS)])
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
