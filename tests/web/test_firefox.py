"""The main road in Debian's Firefox: map, time bar, cards, a story, a frame on another page.

Every test also proves, through ``fox``, that no other host was asked for anything and that Firefox's console had no
error of our pages: warnings hang on how soon style sheets come, and a script that is too slow on the machine."""
from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.marionette import Firefox, begun

pytestmark = pytest.mark.browser

AT_AL_RAI = "#map=11/36.6158/37.4472&date="
LEFT, RIGHT = "\ue012", "\ue014"
"""WebDriver's codes of the arrows."""

PATIENCE = 30.0
"""Seconds on a busy machine."""

NEXT_FRAME = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
MIDDLE = """
const box = document.querySelector("#map").getBoundingClientRect();
const at = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
for (const canvas of document.querySelectorAll(".leaflet-zones-pane canvas.dated-tile")) {
  const { left, top, right, bottom } = canvas.getBoundingClientRect();
  if (left > at[0] || right < at[0] + 1 || top > at[1] || bottom < at[1] + 1) continue;
  return [...canvas.getContext("2d").getImageData(at[0] - left, at[1] - top, 1, 1).data];
}
return null;
"""
ASKED = """return [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)];"""
SAID = """
const said = Services.console.getMessageArray().filter((each) => each instanceof Ci.nsIScriptError)
  .filter(({ sourceName }) => sourceName.startsWith(arguments[0]))
  .filter(({ flags, errorMessage }) => !(flags & Ci.nsIScriptError.warningFlag)
    && !errorMessage.startsWith("Script terminated by timeout"))
  .map(({ errorMessage, sourceName, lineNumber }) => `${sourceName}:${lineNumber} ${errorMessage}`);
Services.console.reset();
return said;
"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One for all tests of this file. That it is missing is a failure, not a reason to skip."""
    program = shutil.which("firefox-esr")
    assert program, "firefox-esr is not installed; the tests of the pages need it"
    with begun(program, tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


class Fox:
    """A visit to the site."""

    def __init__(self, browser: Firefox, site: str) -> None:
        self.browser = browser
        self.site = site

    def open(self, address: str) -> None:
        """Goes to an address of the site and waits for its map."""
        self.browser.open(self.site + address)
        self.settle()

    def settle(self) -> None:
        self.until("""document.querySelector(".leaflet-zones-pane .leaflet-tile-loaded")
          && !document.querySelector(".dated.is-loading")""")
        self.browser.run(NEXT_FRAME)

    def until(self, expression: str) -> Any:
        """What a JavaScript expression is once it is true."""
        end = time.monotonic() + PATIENCE
        while not (found := self.browser.run(f"return {expression}")):
            assert time.monotonic() < end, f"not within {PATIENCE} s: {expression}"
            time.sleep(0.05)
        return found

    def says(self, selector: str, words: str) -> None:
        """Waits until some element holds these words."""
        self.until(f"[...document.querySelectorAll({selector!r})].some((each) => each.textContent.includes({words!r}))")

    def click(self, selector: str) -> None:
        self.until(f"document.querySelector({selector!r})")
        self.browser.click(selector)

    def middle(self) -> tuple[int, ...]:
        """Red, green, blue and opacity of the zones in the middle of the map."""
        self.settle()
        found = self.browser.run(MIDDLE)
        assert found is not None, "no tile of the zones covers the middle of the map"
        return tuple(found)

    @property
    def day(self) -> str:
        return str(self.browser.run("return document.querySelector('.time-date').value"))

    @property
    def asked(self) -> list[str]:
        """The addresses, without what stands behind #: the page's own is written anew with each day."""
        return [name.partition("#")[0] for name in self.browser.run(ASKED)]


@pytest.fixture
def fox(firefox: Firefox, site: str) -> Iterator[Fox]:
    firefox.run_as_browser(SAID, site)
    visit = Fox(firefox, site)
    yield visit
    firefox.enter(None)
    assert [name for name in visit.asked if not name.startswith(("http://127.0.0.1:", "blob:", "data:"))] == []
    assert firefox.run_as_browser(SAID, site) == []


def test_al_rai_changes_hands_by_keys_without_a_request(fox: Fox) -> None:
    fox.open("/" + AT_AL_RAI + "2016-04-08")
    fox.until("document.querySelector('.time-tools')")
    rebels, asked = fox.middle(), fox.asked
    fox.browser.type(".time-range", RIGHT * 4)
    assert fox.day == "2016-04-12"
    assert fox.middle() != rebels and fox.middle()[3] > 60
    assert fox.asked == asked


def test_a_click_says_who_held_the_place_on_the_day(fox: Fox) -> None:
    fox.open("/" + AT_AL_RAI + "2016-04-12")
    fox.click("#map")
    fox.says(".leaflet-popup .answer", "Held by Islamic State")


def test_play_moves_on_and_stops(fox: Fox) -> None:
    fox.open("/" + AT_AL_RAI + "2016-04-08")
    fox.click(".time-play")
    fox.until("document.querySelector('.time-date').value > '2016-04-09'")
    fox.click(".time-play")
    stopped = fox.day
    time.sleep(1.5)
    assert fox.day == stopped


def test_a_mark_in_a_story_opens_how_we_know(fox: Fox) -> None:
    fox.open("/stories/story")
    fox.click("[data-feature='m-friday'].mark")
    fox.says(".card", "the Friday before publication")
    assert fox.day == "2016-04-08"


def test_a_search_finds_a_spelling_of_the_news(fox: Fox) -> None:
    fox.open("/" + AT_AL_RAI + "2016-04-08")
    fox.says(".tool:first-child", "Search")
    fox.click(".tools-list .tool:first-child")
    fox.until("document.querySelector('.panel [role=combobox]')")
    fox.browser.type(".panel [role=combobox]", "Abu Kamal")
    fox.says(".panel", "al-Bukamal")


def test_a_frame_of_another_page_shows_its_map(fox: Fox, newspaper: str) -> None:
    fox.browser.open(newspaper)
    fox.browser.enter("iframe")
    assert fox.middle()[3] > 0
    fox.click("#map")
    fox.says(".sheet .answer", "Held by Islamic State")


def test_payloads_are_text(fox: Fox) -> None:
    fox.open("/stories/hostile")
    for number in range(3):
        fox.browser.run("document.querySelectorAll('.mark')[arguments[0]].click()", number)
        fox.until("document.querySelector('.card')")
    assert fox.browser.run("return window.wrappedJSObject?.hacked ?? null") is None


def test_from_right_to_left_in_arabic(fox: Fox) -> None:
    fox.open("/?lang=ar" + AT_AL_RAI + "2016-04-11")
    assert fox.browser.run("return document.documentElement.dir") == "rtl"
    fox.says(".time-day", "\u0662\u0660\u0661\u0666")
    fox.browser.type(".time-range", LEFT)
    assert fox.day == "2016-04-12"
