"""The place in the text where a reader is moves the map and its day."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Visit

pytestmark = pytest.mark.browser
BUTTON = "Follow the text on the map"


@pytest.fixture(params=[(1280, 420), (400, 700)], ids=["beside", "below"])
def reader(chromium: Browser, site: str, request: Any) -> Iterator[Page]:
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    Visit(page, site).open("/stories/story#map=11/33.0/44.0&date=2016-03-20")
    yield page
    context.close()


def read(page: Page, words: str) -> None:
    """Scroll until a mention stands just above the line at which one reads."""
    script = """(words) => {
      const mark = [...document.querySelectorAll(".story-text .mark")].find((each) => each.textContent === words);
      const box = document.querySelector(".atlas").getBoundingClientRect();
      const top = box.width > 0.9 * innerWidth ? Math.min(Math.max(box.bottom, 0), innerHeight) : 0;
      scrollBy(0, mark.getBoundingClientRect().top - top - 0.3 * (innerHeight - top));
    }"""
    page.evaluate(script, words)
    page.evaluate(script, words)  # the map has come to the top by now


def test_what_is_read_is_what_is_seen(reader: Page) -> None:
    reader.evaluate("scrollBy(0, 1)")
    read(reader, "Azaz")
    expect(reader.locator(".mark.is-read")).to_have_text("Azaz")
    expect(reader.locator(".time-date")).to_have_value("2016-04-11")
    expect(reader.locator(".story-mark[title*=Azaz]").first).to_be_in_viewport()


def test_the_reader_has_the_last_word(reader: Page) -> None:
    button = reader.get_by_role("button", name=BUTTON)
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    read(reader, "Azaz")
    reader.wait_for_timeout(500)
    expect(reader.locator(".time-date")).to_have_value("2016-03-20")
    expect(reader.locator(".mark.is-read")).to_have_count(0)
    button.click()
    read(reader, "Azaz")
    expect(reader.locator(".time-date")).to_have_value("2016-04-11")
