"""The desk in a real browser: one wrong place corrected, from the pasted story to the newspaper's frame."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Response
from playwright.sync_api import Browser, Locator, Page

from geo import access
from geo.model import Query
from geo.store import open_store
from server import create_app
from server.cli import dateline

from .conftest import PAYLOADS, Visit, _serving

pytestmark = pytest.mark.browser

TEXT = ("Islamic State seized the Syrian border town of al-Rai from rebels on Monday. Rebels still hold Azaz.\n\n"
        "😀 Fighting went on at the old mill, and near Marea.")
RAQQA = (35.95, 39.01)


@dataclass
class Desk:
    """A site with its own store, an editor's token for it, and a visitor's browser."""

    address: str
    store: Path
    token: str
    visit: Visit

    @property
    def page(self) -> Page:
        return self.visit.page

    def sign_in(self) -> None:
        self.page.goto(self.address + "/desk/")
        self.page.get_by_label("Your token").fill(self.token)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("button", name="Sign out").wait_for()

    def paste(
        self, text: str = TEXT, title: str = "Rebels leave al-Rai", date: str = "2016-04-11", url: str = ""
    ) -> str:
        """The id of the story that was taken in."""
        self.page.get_by_text("Take in a story").click()
        self.page.get_by_label("Text", exact=True).fill(text)
        self.page.get_by_label("Title").fill(title)
        if date:
            self.page.get_by_label("Published on").first.fill(date)
        self.page.get_by_label("Address").fill(url)
        with self.page.expect_response("**/api/articles") as answer:
            self.page.get_by_role("button", name="Read it").click()
        self.page.locator(".desk-head h1").wait_for()
        self.visit.until("!document.body.hasAttribute('aria-busy')")
        return str(answer.value.json()["article"]["id"])

    def card(self, name: str, kind: str = "mention") -> Locator:
        return self.page.locator(f".item[data-key^='{kind}']").filter(has=self.page.get_by_role(
            "button", name=name, exact=True))

    def done(self, method: str, path: str, button: Locator) -> None:
        """Presses a button and waits for what the server says of it."""
        with self.page.expect_response(lambda each: path in each.url and each.request.method == method) as answer:
            button.click()
        assert answer.value.ok, answer.value.text()
        self.visit.until("!document.body.hasAttribute('aria-busy')")

    def rows(self, article: str) -> dict[str, tuple[float, float]]:
        store = open_store(str(self.store))
        found = {str(row.properties["toponym"]): (row.properties["lat"], row.properties["lng"])
                 for row in store.read("mentions", Query(where={"article": (article,)}))}
        store.close()
        return found  # type: ignore[return-value]


@contextmanager
def opened(demo_store: Path, tmp_path: Path, chromium: Browser, width: int) -> Iterator[Desk]:
    path = Path(shutil.copy(demo_store, tmp_path / "desk.gpkg"))
    store = open_store(str(path))
    token, _ = access.new_token(store, "Mona", ["admin"], None, datetime.now(UTC))
    store.close()
    app = create_app({"store": str(path), "desk_rate": 0})
    context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    with _serving(app) as address:
        visit = Visit(context.new_page(), address)
        visit.page.on("request", visit.note_request)
        visit.page.on("console", visit.note_message)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        yield Desk(address, path, token, visit)
        context.close()
    app.extensions["dateline"].close()
    assert visit.complaints == []
    assert not [url for url in visit.requests if token in url or token.split("_", 2)[2] in url]


@pytest.fixture
def desk(demo_store: Path, tmp_path: Path, chromium: Browser) -> Iterator[Desk]:
    with opened(demo_store, tmp_path, chromium, 1280) as found:
        yield found


def move_to_raqqa(desk: Desk) -> None:
    desk.card("al-Rai").get_by_role("button", name="Change …").click()
    card = desk.card("al-Rai")
    card.get_by_label("Another place of the gazetteer").fill("Raqqa")
    desk.done("GET", "/corrections/places", card.get_by_role("button", name="Find"))
    card.get_by_label("Raqqa").first.check()
    desk.done("POST", "/corrections", card.get_by_role("button", name="Move"))


def test_a_wrong_place_is_corrected_and_stands_everywhere(desk: Desk, tmp_path: Path) -> None:
    """Issue: correct one wrong place; re-ingest; the correction stands, the join is redone, the tiles change, the
    embed shows it."""
    desk.sign_in()
    article = desk.paste()
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Publish"))
    tile = f"{desk.address}/tiles/mentions/0/0/0.mvt?datetime=2016-04-11"
    wrong, before = desk.rows(article)["al-Rai"], desk.page.request.get(tile).body()
    move_to_raqqa(desk)
    assert desk.rows(article)["al-Rai"] != wrong and desk.page.request.get(tile).body() != before

    file = tmp_path / "story.jsonl"
    file.write_text(json.dumps({"text": TEXT, "title": "Rebels leave al-Rai", "date": "2016-04-11"}), encoding="utf-8")
    assert CliRunner().invoke(dateline, ["--store", str(desk.store), "ingest", str(file)]).exit_code == 0
    assert desk.rows(article)["al-Rai"] == pytest.approx(RAQQA, abs=0.05)
    store = open_store(str(desk.store))
    (row,) = store.read("mentions", Query(where={"article": (article,), "toponym": ("al-Rai",)}))
    assert (row.properties["place"], row.properties["controller"]) == ("sy-raqqa", "ISIL")
    store.close()

    code = desk.page.get_by_label("Code to embed it").input_value()
    assert code.startswith("<iframe") and f"{desk.address}/embed/{article}" in code
    with _serving(Response(f"<!doctype html><link rel=icon href=data:,>{code}", mimetype="text/html")) as paper:
        desk.page.goto(paper + "/")
        frame = desk.page.frame_locator("iframe")
        frame.locator(".story-mark").first.wait_for()
        titles = frame.locator(".story-mark").evaluate_all("(all) => all.map((each) => each.title)")
    assert "Raqqa" in titles and "al-Rai" not in titles


def test_a_reader_s_words_become_a_place_by_dragging(desk: Desk) -> None:
    desk.sign_in()
    article = desk.paste()
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Publish"))
    desk.page.get_by_label("Overlooked place").fill("old mill")
    desk.done("POST", "/corrections", desk.page.get_by_role("button", name="Add", exact=True))
    card = desk.card("old mill")
    pin = desk.page.locator(".desk-pin").bounding_box()
    assert pin
    desk.page.mouse.move(pin["x"] + 13, pin["y"] + 8)
    desk.page.mouse.down()
    desk.page.mouse.move(pin["x"] + 60, pin["y"] - 40, steps=4)
    desk.page.mouse.up()
    at = card.get_by_label("Position of the pin").input_value()
    assert card.get_by_label("Where the pin is on the map").is_checked()
    desk.done("POST", "/corrections", card.get_by_role("button", name="Move"))
    assert desk.rows(article)["old mill"] == pytest.approx(tuple(map(float, at.split(","))), abs=1e-4)


def test_an_editor_needs_only_the_keyboard(desk: Desk) -> None:
    desk.page.goto(desk.address + "/desk/")
    desk.page.get_by_label("Your token").focus()
    desk.page.keyboard.type(desk.token)
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("button", name="Sign out").wait_for()
    desk.page.get_by_text("Take in a story").press("Enter")
    desk.page.get_by_label("Text", exact=True).focus()
    desk.page.keyboard.insert_text(TEXT)
    desk.page.get_by_label("Published on").first.fill("2016-04-11")
    desk.page.get_by_role("button", name="Read it").press("Enter")
    desk.card("al-Rai").get_by_role("button", name="Change …").press("Enter")
    card = desk.card("al-Rai")
    at = card.get_by_label("Position of the pin")
    at.fill("36.5, 38.5")
    assert card.get_by_label("Where the pin is on the map").is_checked()
    card.get_by_label("within kilometres").fill("12")
    card.get_by_label("within kilometres").press("Enter")
    desk.visit.until("document.querySelector('.history li .history-what')?.textContent.includes('within 12 km')")
    # the next thing to check has the focus
    assert desk.page.evaluate("document.activeElement.closest('.item') === document.querySelector('#items .item')")
    desk.page.locator("#history").get_by_role("button", name="Undo").press("Enter")
    desk.visit.until("document.querySelector('.is-undone') !== null")


def test_an_unknown_date_is_asked_for_and_a_withdrawal_is_asked_twice(desk: Desk) -> None:
    desk.sign_in()
    article = desk.paste("Rebels hold Azaz.", "Undated", "")
    assert desk.page.locator(".is-asked").is_visible()
    desk.page.locator("#head").get_by_label("Published on").fill("2016-04-11")
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Set", exact=True).first)
    assert not desk.page.locator(".is-asked").is_visible()
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Publish"))
    assert desk.page.request.get(f"{desk.address}/embed/{article}").ok
    desk.page.get_by_role("button", name="Withdraw …").click()
    desk.page.get_by_role("button", name="Keep it").click()
    assert desk.page.request.get(f"{desk.address}/embed/{article}").ok
    desk.page.get_by_role("button", name="Withdraw …").click()
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Withdraw for good"))
    assert desk.page.request.get(f"{desk.address}/embed/{article}").status == 404
    assert desk.page.locator(".desk-head h1").count() == 0


def test_the_next_story_is_offered_the_correction_and_an_edit_that_loses_one_says_so(desk: Desk) -> None:
    desk.sign_in()
    desk.paste(url="https://news.example/one")
    move_to_raqqa(desk)
    desk.paste("Rebels in Azaz shelled al-Rai on Friday.", "Shells", "2016-04-20")
    offer = desk.card("al-Rai").locator(".item-offer")
    assert offer.inner_text().startswith(
        "Suggested: Raqqa (Mona corrected this name in another story; both stories speak of Azaz)")
    desk.done("POST", "/corrections", offer.get_by_role("button", name="Use it"))
    assert "Raqqa" in desk.card("al-Rai").locator(".item-is").inner_text()
    desk.paste(TEXT.replace("al-Rai", "Jarabulus"), url="https://news.example/one")
    assert "its words are gone" in desk.page.locator(".desk-lost").inner_text()


def test_a_story_is_held_until_a_time(desk: Desk) -> None:
    desk.sign_in()
    article = desk.paste()
    desk.page.get_by_text("Hold until …").click()
    desk.page.get_by_label("Until", exact=True).fill("2099-05-01T06:00")
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Hold", exact=True))
    assert "Held back until 1 May 2099" in desk.page.locator(".desk-state").inner_text()
    assert desk.page.request.get(f"{desk.address}/embed/{article}").status == 404
    desk.done("PATCH", "/articles/", desk.page.get_by_role("button", name="Back to draft"))
    assert "Draft" in desk.page.locator(".desk-state").inner_text()


def test_hostile_words_are_shown_as_words(desk: Desk) -> None:
    desk.sign_in()
    hostile = " ".join(payload for payload in PAYLOADS if len(payload) < 100)
    desk.paste(f"{hostile} Rebels hold Azaz and {PAYLOADS[0]}.", hostile)
    desk.page.get_by_label("Overlooked place").fill(PAYLOADS[0])
    desk.done("POST", "/corrections", desk.page.get_by_role("button", name="Add", exact=True))
    assert desk.page.locator(".desk-head h1").inner_text() == hostile
    assert desk.page.evaluate("window.hacked") is None
    assert desk.page.locator("#desk img, #desk svg, #desk script, #desk b:not(.item-sure b)").count() == 0


def test_the_token_is_gone_with_the_page(desk: Desk) -> None:
    desk.sign_in()
    kept = desk.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state])"
        " + document.documentElement.outerHTML")
    assert desk.token.split("_", 2)[2] not in kept
    assert not desk.page.context.cookies()
    desk.page.reload()
    assert desk.page.get_by_role("button", name="Sign in").is_visible()
    assert not desk.page.locator("#desk").is_visible()


def test_a_wrong_token_is_told_and_opens_nothing(desk: Desk) -> None:
    desk.page.goto(desk.address + "/desk/")
    desk.page.get_by_label("Your token").fill("dateline_wrong")
    desk.page.get_by_role("button", name="Sign in").click()
    desk.page.locator(".trouble").wait_for()
    assert "want 'Bearer' and a valid token" in desk.page.locator(".trouble").inner_text()
    desk.visit.complaints[:] = [each for each in desk.visit.complaints if "401" not in each]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_wider_than_a_small_phone(
    demo_store: Path, tmp_path: Path, chromium: Browser, direction: str
) -> None:
    with opened(demo_store, tmp_path, chromium, 360) as desk:
        desk.sign_in()
        desk.page.evaluate(f"document.documentElement.dir = '{direction}'")
        desk.paste(TEXT + " سيطر الثوار على أعزاز.")
        desk.card("al-Rai").get_by_role("button", name="Change …").click()
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360
        outside = """() => [...document.querySelectorAll(
            '.desk :is(button, input, select, textarea)')].filter((each) => {
            const { left, right, width } = each.getBoundingClientRect();
            return width && (left < -1 || right > 361);
        }).map((each) => each.outerHTML.slice(0, 80))"""
        assert desk.page.evaluate(outside) == []


def test_every_control_of_the_desk_has_a_name(desk: Desk) -> None:
    desk.sign_in()
    desk.paste()
    desk.card("al-Rai").get_by_role("button", name="Change …").click()
    nameless = """() => [...document.querySelectorAll('.desk :is(input, select, textarea, button, meter)')]
        .filter((each) => !each.labels?.length && !each.textContent.trim() && !each.getAttribute('aria-label'))
        .map((each) => each.outerHTML)"""
    assert desk.page.evaluate(nameless) == []
