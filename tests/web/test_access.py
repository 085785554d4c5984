"""Pages for everybody: no barrier that axe-core finds, in both directions and both themes; all by keyboard."""
from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

AXE = Path(__file__).resolve().parents[2] / "var/axe/node_modules/axe-core/axe.min.js"
AXE_HASH = "c24f097bd2f451d4f933e8bc7d8d539f8672a2ebcb5cc9f9f3eec8ca9470a0c1"
PAGES = (
    "/", "/stories/", "/stories/story", "/stories/private", "/stories/hostile", "/embed/", "/embed/?what=map&height=1",
    "/embed/map", "/embed/story", "/embed/map?controls=0&date=2016-04-09", "/embed/story?language=ar", "/nothing",
    "/stories/story?lang=ar",
    "/ogc/", "/ogc/collections", "/ogc/collections/zones", "/ogc/collections/mentions/items",
    "/ogc/collections/mentions/items/h0",
    "/export/",
)


@pytest.fixture(scope="module")
def axe() -> str:
    """That it is missing is a failure, not a reason to skip: ``sh tools/install_system.sh`` brings it."""
    script = AXE.read_bytes()
    assert sha256(script).hexdigest() == AXE_HASH
    return script.decode()


def barriers(page: Page, axe: str) -> list[str]:
    """What axe-core complains of, each with the first element that has it."""
    page.evaluate(axe)
    found = page.evaluate("() => axe.run(document, { iframes: false, resultTypes: ['violations'] })")
    assert found["passes"], "it looked at nothing"
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0]['failureSummary']}"
            for each in found["violations"]]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_no_barrier_in_either_direction(
    chromium: Browser, site: str, axe: str, address: str, scheme: Any
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(site + address)
    page.wait_for_load_state("networkidle")
    found = {}
    for direction in ("ltr", "rtl"):
        page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
        found[direction] = barriers(page, axe)
    context.close()
    assert found == {"ltr": [], "rtl": []}


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/stories/story", "/embed/story"])
def test_axe_finds_no_barrier_in_an_open_card(visit: Any, axe: str, address: str) -> None:
    page = visit.open(address)
    page.locator(".story-mark").first.click()
    expect(page.locator(".leaflet-popup .cards, .sheet .cards").first).to_be_visible()
    assert barriers(page, axe) == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/#date=2016-04-12", "/embed/map?date=2016-04-12&language=ar"])
def test_axe_finds_no_barrier_in_a_comparison(visit: Any, axe: str, address: str, scheme: Any) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    page = visit.open(address)
    if "embed" in address:
        page.locator(".time-more").click()
    page.locator(".time-compare").click()
    expect(page.locator(".changes li").first).to_be_visible(timeout=30_000)
    assert barriers(page, axe) == []


@pytest.mark.browser
def test_axe_would_see_a_barrier(visit: Any, axe: str) -> None:
    page = visit.open("/stories/")
    page.evaluate("""() => {
      for (const name of ["img", "button"]) document.querySelector("main").append(document.createElement(name));
    }""")
    assert {each.split(":")[0] for each in barriers(page, axe)} >= {"image-alt", "button-name"}


def walk(page: Page, most: int = 80) -> list[str]:
    """What the Tab key comes to, in order, until it is back at the beginning."""
    describe = """() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const box = at.getBoundingClientRect();
      const style = getComputedStyle(at);
      const ring = style.outlineStyle !== "none" || at.tagName === "IFRAME";
      return [at.id || at.className || at.tagName, box.width > 0 && box.height > 0, ring].join("|");
    }"""
    for frame in page.frames:
        frame.wait_for_load_state("networkidle")
    seen: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(describe)
        if found is None and page.frames[1:]:
            page.wait_for_timeout(500)  # the focus goes into a frame by way of another process
            found = page.evaluate(describe)
        if found is None or (seen and found == seen[0] and len(seen) > 3):
            break
        seen.append(found)
    return seen


@pytest.mark.browser
@pytest.mark.parametrize("address, wanted", [
    ("/", ("skip", "map", "time-play", "time-range", "time-date")),
    ("/stories/story", ("skip", "mark", "story-mark", "time-range", "event")),
    ("/embed/story", ("map", "story-mark", "time-play", "time-range", "time-date")),
    ("/embed/", ("skip", "what", "date", "bar", "layer-zones", "theme", "height", "code", "copy", "preview")),
])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    visit: Any, address: str, wanted: tuple[str, ...]
) -> None:
    seen = walk(visit.open(address))
    names = " ".join(each.split("|")[0] for each in seen)
    assert all(name in names for name in wanted), names
    assert [each for each in seen if not each.endswith("true|true")] == []


@pytest.mark.browser
def test_the_keyboard_opens_a_mark_and_escape_gives_the_focus_back(visit: Any) -> None:
    page = visit.open("/stories/story")
    mark = page.locator(".story-mark").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup .cards")).to_be_visible()
    expect(page.locator(".leaflet-popup .cards")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(mark).to_be_focused()


def test_no_page_asks_another_host_for_anything(app: Any) -> None:
    """Nothing that a browser would load by itself has a foreign address, and the policy would not allow it."""
    client = app.test_client()
    for address in PAGES:
        answer = client.get(address, headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'self'" in policy
        loaded = re.findall(r'<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)="([^"]*)"', answer.text)
        foreign = [each for each in loaded if not each.startswith(("/", "http://localhost/"))]
        assert foreign == []
        may_be_framed = address.startswith("/embed/") and not address.startswith("/embed/?") and address != "/embed/"
        assert ("frame-ancestors 'none'" not in policy) == may_be_framed
        assert ("X-Frame-Options" not in answer.headers) == may_be_framed
        assert "Set-Cookie" not in answer.headers
