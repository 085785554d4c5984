"""A newcomer's walk from the demo to a map in a page of his own: ``make demo`` first, then ``python -m tools.tour``.

Writes ``docs/tour.md`` and its pictures; ``tests/web/test_tour.py`` walks the same way and holds both up to date.
"""
from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs"
STORY = "Border town of al-Rai falls to Islamic State again"
FIRST, LAST = "2016-04-06", "2016-04-13"
WIDTH = 900
"""Pixels of a picture."""

CAPTIONS = {
    "story": "The story beside its map", "april-08": "8 April 2016: the rebels hold al-Rai",
    "april-11": "11 April 2016: Islamic State holds al-Rai", "embed": "The code of a frame, and what it shows",
    "paper": "The map in a bare page of another host",
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
HEAD = """# A tour in {count} actions

From `make demo` to a dated map in a page of your own. Each action is found by the words in bold.
`make tour` takes the walk and its pictures anew; a test takes it too, and fails when what is written here is not so.
"""
BARE = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>A paper</title><h1>Paper</h1>"

Paste = Callable[[str], str]
"""Puts code into a page of another host; the answer is that page's address."""


@dataclass
class Walk:
    """What was done, what was seen: ``steps`` in words, ``pictures`` as PNG by name, ``colours`` of the ground at
    al-Rai by day, and the GeoJSON that was downloaded."""

    steps: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    after: dict[int, list[str]] = field(default_factory=dict)
    colours: dict[str, tuple[int, ...]] = field(default_factory=dict)
    geojson: dict[str, Any] = field(default_factory=dict)
    code: str = ""

    def did(self, words: str) -> None:
        self.steps.append(words)

    def saw(self, page: Page, name: str) -> None:
        _settle(page)
        self.pictures[name] = page.screenshot()
        self.after.setdefault(len(self.steps), []).append(name)


def walk(context: BrowserContext, root: str, paste: Paste) -> Walk:
    """Every action, on the demo at ``root``; controls are found by their labels only."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=root)
    done, page = Walk(), context.new_page()
    page.goto(root + "/")
    _read_the_story(done, page)
    _embed_it(done, page, paste)
    _download(done, page)
    return done


def _read_the_story(done: Walk, page: Page) -> None:
    page.get_by_role("link", name="Stories", exact=True).click()
    done.did("Open the address that it prints and click **Stories**.")
    page.get_by_role("link", name=STORY).click()
    page.wait_for_selector(".story-mark")
    done.did(f"Click **{STORY}**. The text stands beside its map, on the day of publication.")
    done.saw(page, "story")
    page.get_by_label("Date", exact=True).fill(FIRST)
    done.did("Set the **date** under the map to 6 April 2016. Islamic State holds the town.")
    page.get_by_role("slider", name="Day").focus()
    done.did(
        "Move the **day** on with the right arrow key, seven times, to 13 April. On the 8th the rebels have taken the "
        "town, on the 11th Islamic State has it back: twice it has changed hands, and nothing was asked of the server.")
    day = FIRST
    done.colours[day] = _ground(page)
    while day < LAST:
        page.keyboard.press("ArrowRight")
        day = page.get_by_label("Date", exact=True).input_value()
        done.colours[day] = _ground(page)
        if day in ("2016-04-08", "2016-04-11"):
            done.saw(page, f"april-{day[-2:]}")


def _embed_it(done: Walk, page: Page, paste: Paste) -> None:
    page.get_by_role("link", name="Embed", exact=True).click()
    done.did("Click **Embed**.")
    _until(page, "document.getElementById('copy')?.hidden === false")  # its script runs: before, a choice goes unheard
    page.get_by_label("What", exact=True).select_option(label=STORY)
    _until(page, "!document.getElementById('code').value.includes('/embed/map')")
    done.did(f"Choose **{STORY}** under **What**.")
    page.get_by_role("button", name="Copy", exact=True).click()
    _until(page, "document.getElementById('copied').textContent !== ''")
    done.code = page.evaluate("navigator.clipboard.readText()")
    done.did("Click **Copy**.")
    done.saw(page, "embed")
    paper = page.context.new_page()
    paper.goto(paste(done.code))
    paper.frame_locator("iframe").get_by_role("slider", name="Day").wait_for()
    done.did("Paste the code into an HTML page, on any host and port, and open it.")
    done.saw(paper, "paper")
    paper.close()


def _download(done: Walk, page: Page) -> None:
    page.get_by_role("link", name="Map", exact=True).click()
    _until(page, "document.querySelector('[data-export]')?.href.includes('datetime')")
    done.did("Back at the demo, click **Map**.")
    with page.expect_download() as found:
        page.get_by_role("link", name="Download", exact=True).click()
    done.geojson = json.loads(Path(found.value.path()).read_text())
    done.did("Click **Download**: the zones in view, on the day of the map, as GeoJSON.")


def _ground(page: Page) -> tuple[int, ...]:
    """The mean colour of the map just below the mark of al-Rai."""
    _settle(page)
    box = page.locator(".story-mark[title*='al-Rai']").first.bounding_box()
    assert box is not None
    clip = {"x": box["x"] + box["width"] / 2 - 6, "y": box["y"] + box["height"] + 6, "width": 12, "height": 12}
    square = Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")  # type: ignore[arg-type]
    return tuple(int(channel) for channel in square.resize((1, 1), Image.Resampling.BOX).tobytes())


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    _until(page, "!document.querySelector('.dated.is-loading')")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _until(page: Page, condition: str) -> None:
    """Waits for a JavaScript expression; Playwright's own way needs ``eval``, which the pages forbid."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(condition)


def document(done: Walk) -> str:
    """``docs/tour.md``."""
    lines = [HEAD.format(count=len(done.steps))]
    for number, words in enumerate(done.steps, 1):
        lines.append(f"{number}. {words}\n")
        lines += [f"   ![{CAPTIONS[name]}](img/tour-{name}.webp)\n" for name in done.after.get(number, ())]
    return "\n".join(lines)


def picture(png: bytes) -> Image.Image:
    """A screenshot as the docs have it."""
    whole = Image.open(BytesIO(png)).convert("RGB")
    return whole.resize((WIDTH, round(whole.height * WIDTH / whole.width)), Image.Resampling.LANCZOS)


@contextmanager
def bare_host() -> Iterator[Paste]:
    """Serves what is pasted, and nothing else, on a port of its own."""
    pasted: list[str] = []

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((BARE + "".join(pasted)).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    Thread(target=server.serve_forever, daemon=True).start()

    def paste(code: str) -> str:
        pasted.append(code)
        return f"http://127.0.0.1:{server.server_port}/"

    try:
        yield paste
    finally:
        server.shutdown()
        server.server_close()


def main(root: str) -> None:
    """Take the walk at ``root`` and write what is in the docs."""
    with sync_playwright() as driver, bare_host() as paste:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        done = walk(context, root, paste)
        browser.close()
    (DOCS / "tour.md").write_text(document(done), encoding="utf-8")
    for name, png in done.pictures.items():
        picture(png).save(DOCS / "img" / f"tour-{name}.webp", quality=72, method=6)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
