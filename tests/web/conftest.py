"""A small real site: the zones that the bundled reports give, two stories, one of them hostile."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from click.testing import CliRunner
from flask import Flask, Response
from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from shapely.geometry import MultiPoint, Point
from werkzeug.serving import WSGIRequestHandler, make_server

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.derive import derive
from geo.fronts import front_rows
from geo.interval import Interval, Validity
from geo.measure import disc
from geo.model import Feature, LngLat
from geo.profiles import keep_profile
from geo.reports import read_reports
from geo.store import open_store
from server import create_app
from server.cli import dateline
from tests.web.static_host import hosting

KNOWN = date(2017, 1, 1)
AL_RAI = (37.4472, 36.6158)
AZAZ = (37.0446, 36.5862)
STORY = (
    "Rebels took al-Rai, on the Turkish border, last Friday.\n\n"
    "On Monday the jihadists were back in Rai, and the road to Azaz was cut. 🙂 Nobody near Azaz would say "
    "for how long."
)
PAYLOADS = (
    "<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=2>", "{{7*7}}", "${alert(1)}",
    "\u202etxet desrever\u202c", "\"><svg onload=window.hacked=3>", "x" * 10_000, "</script><b>bold</b>", "&lt;i&gt;",
)
HOSTILE_SOURCE = "name = 'hostile'\nattribution = '<img src=x onerror=window.hacked=6>'\n"


def on(day: str) -> Validity:
    return Validity.exactly(Interval.of_day(date.fromisoformat(day)))


def article(id_: str, text: str, **fields: object) -> Feature:
    given = {
        "title": "A border town changes hands twice", "source": "Dateline", "url": "https://example.org/al-rai",
        "published": date(2016, 4, 11), "language": "en", "publishable": True, "text": text,
    }
    return Feature(id_, MultiPoint([AL_RAI]), {**given, **fields}, on("2016-04-11"))


def mention(id_: str, start: int, toponym: str, day: str, **fields: object) -> Feature:
    at = AZAZ if toponym == "Azaz" else AL_RAI
    given = {
        "article": "story", "title": "A border town changes hands twice", "start": start, "end": start + len(toponym),
        "toponym": toponym, "sentence": f"They spoke of {toponym} that day.", "place": "sy-al-rai", "name": "al-Rai",
        "country": "SY", "feature_code": "PPL", "role": "literal", "score": 0.91, "reason": "near the other places",
        "runners_up": [{"name": "Ra's al-Ayn", "score": 0.31}], "time_reason": "the Friday before publication",
        "controller": "REBELS", "status": "control", "control_certainty": "certain", "front_km": 4.2,
        "front_bearing": 182.0, "age_days": 1, "basis": "zone",
        "control_sources": [{"title": "Northern Aleppo offensive", "publisher": "Wikipedia", "url": "https://example.org"}],
    }
    ground = disc(LngLat(*at), 10) if fields.get("relation") else Point(at)
    return Feature(id_, ground, {**given, **fields}, on(day))


def event(id_: str, kind: str, day: str, **fields: object) -> Feature:
    given = {
        "article": "story", "title": "A border town changes hands twice", "type": kind, "place": "sy-al-rai",
        "name": "al-Rai", "start": 0, "end": 54, "sentence": "Rebels took al-Rai.", "certainty": "reported",
        "actor": "REBELS", "target": "ISIL", "agreement": "agrees", "agreement_reason": "the zone changed that day",
    }
    return Feature(id_, Point(AL_RAI), {**given, **fields}, on(day))


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "site.gpkg"
    store = open_store(str(path), create=True)
    reports = read_reports(data_path("reports.csv"))
    zones = derive(reports, country_shapes())
    for collection, features in {
        "reports": reports, "zones": zones, "fronts": front_rows(zones), "articles": _articles(),
        "mentions": _mentions(), "events": _events(),
    }.items():
        store.write(collection, features, KNOWN)
    keep_profile(store, HOSTILE_SOURCE)
    store.close()
    return path


def _articles() -> list[Feature]:
    hostile = " ".join(PAYLOADS)
    return [
        article("story", STORY),
        article("hostile", hostile, title=hostile, source=PAYLOADS[0], url="javascript:window.hacked=4"),
        article("private", "This line names nothing. They spoke of Rai that day. The secret end.", publishable=False),
    ]


def _mentions() -> list[Feature]:
    text, found = " ".join(PAYLOADS), []
    for number, payload in enumerate(PAYLOADS):
        found.append(mention(
            f"h{number}", text.index(payload), payload, "2016-04-11", article="hostile", title=payload, name=payload,
            sentence=payload, reason=payload, time_reason=payload, runners_up=[{"name": payload, "score": 0.1}],
            control_sources=[{"title": payload, "url": "javascript:window.hacked=5", "quote": payload}],
        ))
    return [
        *found,
        mention("m-friday", STORY.index("al-Rai"), "al-Rai", "2016-04-08", **_time("last Friday")),
        mention("m-monday", STORY.index("Rai, and"), "Rai", "2016-04-11", controller="ISIL"),
        mention("m-azaz", STORY.rindex("Azaz"), "Azaz", "2016-04-11", place="sy-azaz", name="Azaz",
                relation="near Azaz", precision_km=10.0, lng=AZAZ[0], lat=AZAZ[1]),
        mention("m-private", 39, "Rai", "2016-04-11", article="private"),
    ]


def _time(words: str) -> dict[str, int]:
    return {"time_start": STORY.index(words), "time_end": STORY.index(words) + len(words)}


def _events() -> list[Feature]:
    hostile = {
        "article": "hostile", "title": PAYLOADS[1], "name": PAYLOADS[0], "sentence": PAYLOADS[1], "actor": None,
        "actor_text": PAYLOADS[2], "target": None, "target_text": PAYLOADS[3], "attribution": PAYLOADS[4],
        "agreement_reason": PAYLOADS[5],
    }
    return [
        event("e-taken", "control_gain", "2016-04-08"),
        event("e-back", "control_gain", "2016-04-11", actor="ISIL", target="REBELS"),
        event("e-hostile", "attack", "2016-04-11", **hostile),
    ]


@pytest.fixture(scope="session")
def app(store_path: Path) -> Flask:
    return create_app({"store": str(store_path)})


class _Silent(WSGIRequestHandler):
    """Says nothing of what it serves: a failing test shows its reason, not a hundred tiles."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def _serving(app: WSGIApplication) -> Iterator[str]:
    """The address of an application, served to this machine only."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def serving() -> Callable[[WSGIApplication], AbstractContextManager[str]]:
    """To serve any other application beside the site."""
    return _serving


@pytest.fixture(scope="session")
def site(app: Flask) -> Iterator[str]:
    with _serving(app) as address:
        yield address


@pytest.fixture
def newspaper(site: str) -> Iterator[str]:
    """A page of another origin that frames a story as strictly as publishing systems do."""
    frame = f"<iframe src='{site}/embed/story' sandbox='allow-scripts allow-same-origin' width=600 height=420></iframe>"
    page = Response(f"<!doctype html><link rel=icon href=data:,><p>Paper</p>{frame}", mimetype="text/html")
    with _serving(page) as address:
        yield address + "/"


TOOLS_THERE = """!document.querySelector(".page-embed, .time-tools") && document.querySelector(".time-more")
  && document.querySelector("#map").clientWidth >= 600 ? false : true"""
"""What a time bar can do comes after the map, where there is room for it."""


@dataclass
class Visit:
    """A page with all that it asked for and complained of."""

    page: Page
    site: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Goes to an address of the site and waits until its map stands still."""
        self.page.goto(self.site + address)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_load_state("networkidle")
        self.until(TOOLS_THERE)
        self.until("!document.querySelector('.dated.is-loading, .leaflet-pan-anim')")
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def until(self, condition: str, seconds: float = 10) -> None:
        """Waits until a JavaScript expression is true. (Playwright's own way needs ``eval``, which the CSP forbids.)"""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"not within {seconds} s: {condition}"
            self.page.wait_for_timeout(30)

    def note_request(self, request: Request) -> None:
        if not request.url.endswith("/favicon.svg"):  # the browser's own idea, whenever it has time
            self.requests.append(request.url)

    def note_message(self, message: ConsoleMessage) -> None:
        from_this_test = message.text.startswith("Canvas2D: Multiple readback")  # it reads colours off the map
        if message.type in ("error", "warning") and not from_this_test:
            self.complaints.append(message.text)


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Visit]:
    with visiting(chromium, site) as visit:
        yield visit


@pytest.fixture(scope="session")
def published(store_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site as files. Its tiles are cut by month and year at zooms where they would not need to be."""
    folder = tmp_path_factory.mktemp("published")
    command = ["--quiet", "--store", str(store_path), "publish", str(folder), "--window-kb", "4", "--workers", "1"]
    CliRunner().invoke(dateline, command, catch_exceptions=False)
    return folder


@pytest.fixture
def reader(chromium: Browser, published: Path) -> Iterator[Visit]:
    """A visit to the published site, on a plain web host."""
    with hosting(published) as address, visiting(chromium, address) as visit:
        yield visit


@contextmanager
def visiting(chromium: Browser, site: str) -> Iterator[Visit]:
    """A fresh browser at 1280 by 800; at the end nothing was asked of another host and nothing complained."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    visit = Visit(context.new_page(), site)
    visit.page.on("request", visit.note_request)
    visit.page.on("console", visit.note_message)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    context.close()
    assert visit.complaints == []
    assert [url for url in visit.requests if not url.startswith((site, "data:"))] == []
