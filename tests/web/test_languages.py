"""Pages in the reader's language: asked for by address or by browser, whole, and in its direction."""
from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from geo.store import open_store
from server.site import write_site
from server.speech import LANGUAGES, messages
from server.voice import Voice

PAGES = ("/", "/stories/", "/stories/story", "/embed/")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def spoken(client: FlaskClient, address: str, accept: str = "") -> str:
    found = re.search(r'<html lang="(\w+)" dir="(\w+)"', client.get(address, headers={"Accept-Language": accept}).text)
    assert found
    return " ".join(found.groups())


def test_the_address_beats_the_browser_and_the_browser_beats_english(client: FlaskClient) -> None:
    assert spoken(client, "/") == "en ltr"
    assert spoken(client, "/", "uk-UA,uk;q=0.9,en;q=0.8") == "uk ltr"
    assert spoken(client, "/", "nl, fr;q=0.5, en;q=0.1") == "fr ltr"
    assert spoken(client, "/", "nl") == "en ltr"
    assert spoken(client, "/?lang=ar", "uk") == "ar rtl"
    assert spoken(client, "/embed/story?language=ar", "uk") == "ar rtl"
    assert spoken(client, "/embed/story", "uk") == "en ltr"  # the page around it has its own language


def test_only_what_follows_the_browser_differs_by_it(client: FlaskClient) -> None:
    assert "Accept-Language" in client.get("/").headers["Vary"]
    assert "Accept-Language" not in client.get("/?lang=fr").headers.get("Vary", "")
    assert "Accept-Language" not in client.get("/embed/map").headers.get("Vary", "")
    assert "Accept-Language" not in client.get("/tiles/zones.json").headers.get("Vary", "")


@pytest.mark.parametrize("address", PAGES)
def test_a_language_that_we_do_not_have_is_an_error(client: FlaskClient, address: str) -> None:
    answer = client.get(address, query_string={"lang": "xx"}, headers={"Accept": "application/json"})
    assert answer.status_code == 400 and "xx" in answer.json["detail"] and "tr, uk" in answer.json["detail"]


def test_a_choice_goes_on_from_page_to_page(client: FlaskClient) -> None:
    html = client.get("/stories/?lang=fr").text
    assert 'href="/stories/story?lang=fr"' in html and 'href="/?lang=fr"' in html
    assert 'href="/stories/?lang=ar" lang="ar" hreflang="ar"' in html
    chosen = client.get("/embed/?what=story&bar=1&lang=fr").text
    code = re.findall(r"<textarea.*?</textarea>", chosen, re.DOTALL)[0]
    assert 'name="lang" value="fr"' in chosen and "lang=fr" not in code
    assert "/tiles/{collection}" in client.get("/?lang=fr").text
    assert 'href="/export/zones.geojson"' in client.get("/?lang=fr").text
    assert 'rel="canonical" href="http://localhost/stories/story"' in client.get("/stories/story?lang=fr").text
    assert 'href="/stories/story?lang=fr#date' in client.get("/embed/story?language=fr").text


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
@pytest.mark.parametrize("address", PAGES)
def test_no_word_of_ours_stays_english(client: FlaskClient, address: str, language: str) -> None:
    """In what is read without scripts: whole texts between tags, labels and hints."""
    html = client.get(address, query_string={"lang": language}).text
    html = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    texts = {text.strip() for text in re.findall(r">([^<>]+)<", html)}
    texts |= set(re.findall(r'(?:title|aria-label|alt|content)="([^"]+)"', html))
    mine, english = messages(language), messages("en")
    left = {text for key, text in english.items() if text in texts and text not in mine.values()}
    assert left == set() and len(texts & set(mine.values())) > 5


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ar", "tr", "fr", "uk"])
def test_the_map_its_bar_and_its_cards_speak_it_too(visit: Any, language: str) -> None:
    page = visit.open(f"/stories/story?lang={language}")
    mine, english = messages(language), messages("en")
    expect(page.get_by_role("button", name=mine["time.play"])).to_be_visible()
    page.locator(".story-mark").first.click()
    card = page.locator(".leaflet-popup .cards, .sheet .cards").first
    expect(card.get_by_text(mine["card.basis"]).first).to_be_visible()
    texts = page.evaluate("""() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.parentElement.closest("script, .languages, .story-text")) found.push(node.textContent.trim());
      }
      for (const each of document.querySelectorAll("[aria-label], [title]")) {
        found.push(each.getAttribute("aria-label") ?? "", each.getAttribute("title") ?? "");
      }
      return found;
    }""")
    left = {text for text in texts if text in english.values() and text not in mine.values()}
    assert left == set()
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.browser
def test_arabic_has_its_own_digits_and_nothing_lies_over_the_zoom(visit: Any) -> None:
    page = visit.open("/?lang=ar#date=2016-04-11")
    expect(page.locator(".time-day")).to_contain_text("٢٠١٦")
    boxes = [page.locator(name).bounding_box() for name in ("#legend", ".leaflet-control-zoom")]
    assert boxes[1]["x"] + boxes[1]["width"] < boxes[0]["x"]


@pytest.mark.browser
def test_another_language_is_chosen_from_the_list(visit: Any) -> None:
    page = visit.open("/stories/")
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Українська").click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page.get_by_role("heading", level=1)).to_have_text(messages("uk")["page.stories"])


def test_a_published_folder_has_one_language(app: Flask, tmp_path: Path) -> None:
    with closing(open_store(str(app.config["STORE"]))) as store:
        names = write_site(app, store, tmp_path, [], Voice("ar"))
    pages = [name for name in names if name.endswith(".html")]
    assert len(pages) > 5
    for name in pages:
        html = (tmp_path / name).read_text()
        assert '<html lang="ar" dir="rtl"' in html and "?lang=" not in html, name
    assert messages("ar")["page.stories"] in (tmp_path / "index.html").read_text()
