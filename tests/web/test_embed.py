"""Frames on other sites: options, height, gestures, sandboxes, what they weigh; and the page that makes their code."""
from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from geo.interval import day_number, parse_day
from server import assets, create_app

MOST_BYTES = 60_000
Host = Callable[[str], str]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def host(serving: Any) -> Iterator[Host]:
    """Serves a page of another origin; the answer is its address."""
    with ExitStack() as open_servers:
        def serve(body: str) -> str:
            page = Response(f"<!doctype html><link rel=icon href=data:,>{body}", mimetype="text/html")
            return open_servers.enter_context(serving(page)) + "/"
        yield serve


def code_of(client: FlaskClient, query: str, site: str) -> str:
    found = re.search(r'<textarea id="code"[^>]*>(.*?)</textarea>', client.get(f"/embed/?{query}").text, re.DOTALL)
    assert found
    return unescape(found[1]).replace("http://localhost", site)


# Options


def test_an_embed_shows_what_it_is_asked_for(visit: Any) -> None:
    page = visit.open("/embed/story?date=2016-04-09&from=2016-04-01&to=2016-04-30&language=ar&theme=dark")
    slider = page.locator(".time-range")
    assert page.locator(".time-date").input_value() == "2016-04-09"
    ends = [int(slider.get_attribute(name)) for name in ("min", "max")]
    assert ends == [day_number(parse_day(day)) for day in ("2016-04-01", "2016-04-30")]
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert "٢٠١٦" in page.locator(".time-day").inner_text()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(21, 23, 26)"


def test_light_stays_light_for_a_reader_of_the_night(visit: Any) -> None:
    visit.page.emulate_media(color_scheme="dark")
    page = visit.open("/embed/map?theme=light")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(251, 249, 244)"
    page = visit.open("/embed/map")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(21, 23, 26)"


def test_a_frozen_map_keeps_its_day(visit: Any) -> None:
    page = visit.open("/embed/story?date=2016-04-09&controls=0#date=2016-04-12")
    expect(page.locator(".time-day")).to_have_text("Sat, 9 April 2016")
    assert page.locator(".time :is(input, button)").count() == 0
    assert any("/tiles/zones/" in url for url in visit.requests)


def test_layers_and_frame_are_obeyed(visit: Any) -> None:
    page = visit.open("/embed/map?layers=zones&bbox=36.5,36,38,37&date=2016-04-09")
    tiles = {re.findall(r"/tiles/(\w+)", url)[0] for url in visit.requests if "/tiles/" in url and ".mvt" in url}
    assert tiles == {"zones", "places"}
    page = visit.open("/embed/story?layers=zones,fronts")
    assert page.locator(".story-mark").count() == 0
    assert page.locator(".leaflet-fronts-pane canvas").count() > 0


@pytest.mark.parametrize("query, parameter", [
    ("date=x", "date"), ("from=2017-01-01&to=2016-01-01", "from"), ("date=2015-01-01&from=2016-01-01", "date"),
    ("controls=2", "controls"), ("theme=pink", "theme"), ("language=xx", "language"), ("layers=", "layers"),
    ("height=100", "height"), ("height=99999", "height"), ("bbox=1,2", "bbox"), ("place=nowhere", "place"),
    ("date=2016-01-01&date=2016-01-02", "date"), ("callback=x", "callback"), ("height=1_000", "height"),
])
def test_an_option_that_makes_no_sense_is_refused_by_name(client: FlaskClient, query: str, parameter: str) -> None:
    for address in ("/embed/map", "/embed/story"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 400 and answer.mimetype == "application/problem+json"
        assert [each["parameter"] for each in answer.json["errors"]] == [parameter]
        page = client.get(f"{address}?{query}", headers={"Accept": "text/html"})
        assert page.status_code == 400 and page.mimetype == "text/html" and parameter in page.text


def test_an_old_address_of_the_whole_map_leads_to_the_new_one(client: FlaskClient) -> None:
    answer = client.get("/embed/?date=2016-04-09&theme=dark")
    assert answer.status_code == 301 and answer.headers["Location"] == "/embed/map?date=2016-04-09&theme=dark"


# Where it stands


@pytest.mark.parametrize("setting, policy", [
    ("*", "frame-ancestors *"), ("https://paper.example", "frame-ancestors 'self' https://paper.example"),
    ("'none'", "frame-ancestors 'none'"),
])
def test_only_frames_may_be_framed_and_by_whom_the_settings_say(store_path: Path, setting: str, policy: str) -> None:
    client = create_app({"store": str(store_path), "frame_ancestors": setting}).test_client()
    assert policy in client.get("/embed/map").headers["Content-Security-Policy"]
    for address in ("/", "/embed/", "/embed", "/stories/story", "/oembed", "/preview/zones.png?width=240&height=240"):
        answer = client.get(address)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-same-origin allow-popups"])
def test_it_works_in_a_sandbox_on_another_origin_and_keeps_nothing(
    visit: Any, host: Host, sandbox: str
) -> None:
    source = f"{visit.site}/embed/story?date=2016-04-09"
    address = host(f'<iframe src="{source}" sandbox="{sandbox}" width=700 height=480></iframe>')
    visit.page.goto(address)
    frame = visit.page.frame_locator("iframe")
    expect(frame.get_by_role("slider", name="Day")).to_be_visible()
    expect(frame.locator(".story-mark")).to_have_count(2)
    frame.locator(".time-range").press("ArrowRight")
    expect(frame.locator(".time-day")).to_have_text("Sun, 10 April 2016")
    frame.locator(".story-mark").first.click()
    expect(frame.locator(".cards").first).to_contain_text("al-Rai")
    assert visit.page.context.cookies() == []
    if "same-origin" in sandbox:
        inside = visit.page.frames[1]
        assert inside.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
        assert inside.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    visit.requests.remove(address)


def test_the_snippet_gets_the_height_that_the_frame_asks_for(
    visit: Any, client: FlaskClient, host: Host
) -> None:
    code = code_of(client, "what=story&bar=1&height=600", visit.site)
    address = host(f'<script>window.amp=[];addEventListener("message",(e)=>amp.push(e.data))</script>'
                   f'<div style="width:500px">{code}</div>')
    visit.page.goto(address)
    frame = visit.page.locator("iframe")
    visit.until("document.querySelector('iframe').style.height === '400px'")
    assert frame.evaluate("(each) => each.getBoundingClientRect().width") == 500
    told = visit.page.evaluate("amp")
    assert {"type": "dateline:height", "height": 400} in told
    assert {"sentinel": "amp", "type": "embed-size", "height": 400} in told
    visit.page.locator("div").evaluate("(box) => { box.style.width = '1000px'; }")
    visit.until("document.querySelector('iframe').style.height === '600px'")
    visit.requests.remove(address)


def test_nobody_else_can_set_the_height(visit: Any, client: FlaskClient, host: Host) -> None:
    code = code_of(client, "what=map&bar=1", visit.site)
    forger = '<script>parent.postMessage({type: "dateline:height", height: 1999}, "*")</script>done'
    address = host(f"{code}<iframe id=other srcdoc='{forger}'></iframe>")
    visit.page.goto(address)
    visit.page.frame_locator("#other").get_by_text("done").wait_for()
    visit.page.evaluate("window.postMessage({type: 'dateline:height', height: 1999}, '*')")
    visit.page.wait_for_timeout(300)
    assert "1999" not in visit.page.locator("iframe[data-dateline]").get_attribute("style")
    visit.requests[:] = [url for url in visit.requests if url != address and not url.startswith("about:")]


def test_without_the_listener_the_height_is_the_one_that_was_asked_for(client: FlaskClient) -> None:
    code = code_of(client, "what=map&bar=1&height=610", "http://x")
    assert 'height="610"' in code and 'loading="lazy"' in code and "min-width:100%" in code
    assert 'title="Who held what, day by day"' in code


def test_the_listener_is_small_and_may_be_used_by_any_page(client: FlaskClient) -> None:
    answer = client.get("/embed/listener.js")
    assert answer.mimetype == "text/javascript" and len(answer.data) < 1000 and b"event.source" not in answer.data
    assert b"frame.contentWindow === source" in answer.data
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


# Gestures


def zoom(page: Page) -> str:
    return str(page.locator(".leaflet-control-scale-line").inner_text())


def test_the_wheel_scrolls_the_page_and_zooms_with_a_key(visit: Any) -> None:
    page = visit.open("/embed/story")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    before = zoom(page)
    page.mouse.wheel(0, -400)
    expect(page.locator(".gesture-hint")).to_have_text("Hold Ctrl and scroll to zoom the map")
    expect(page.locator(".gesture-hint")).to_have_class(re.compile("is-shown"))
    page.wait_for_timeout(400)
    assert zoom(page) == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    visit.until(f"document.querySelector('.leaflet-control-scale-line').textContent !== '{before}'")
    page = visit.open("/embed/story?language=fr")
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.wheel(0, -400)
    expect(page.locator(".gesture-hint")).to_contain_text("Maintenez Ctrl")


def test_one_finger_scrolls_the_page_and_two_move_the_map(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 400, "height": 600}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(site + "/embed/story")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("getComputedStyle(document.querySelector('#map')).touchAction") == "pan-x pan-y"
    devtools = context.new_cdp_session(page)

    def moved(*fingers: tuple[int, int]) -> float:
        """Pixels by which the map follows fingers that go down by 75."""
        mark = page.locator(".story-mark").first
        before = mark.bounding_box()["y"]
        for step in range(6):
            points = [{"x": x, "y": y + 15 * step, "id": number} for number, (x, y) in enumerate(fingers)]
            kind = "touchMove" if step else "touchStart"
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(30)
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(600)
        return float(mark.bounding_box()["y"] - before)

    one = moved((200, 150))
    hint = page.locator(".gesture-hint").text_content()
    two = moved((150, 150), (260, 150))
    context.close()
    assert abs(one) < 2 and hint == "Move the map with two fingers" and 50 < two < 80, (one, hint, two)


# Without a script, on paper


def test_without_a_script_there_is_a_picture_and_the_way_to_the_story(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 700, "height": 480})
    page = context.new_page()
    page.goto(site + "/embed/story?date=2016-04-09&theme=dark")
    picture = page.locator(".no-script img")
    expect(picture).to_have_attribute("src", "/preview/story/story.png?date=2016-04-09&theme=dark")
    expect(picture).to_have_attribute("alt", "A border town changes hands twice. Map of who held what on 9 April 2016")
    assert picture.evaluate("(image) => image.naturalWidth") == 1200
    with context.expect_page() as opened:
        page.get_by_role("link", name="The page that it is from").click()
    assert "On Monday the jihadists were back in Rai" in opened.value.inner_text(".story-text")
    context.close()


@pytest.mark.parametrize("address", ["/embed/story?date=2016-04-09", "/stories/story", "/"])
def test_on_paper_is_the_picture_of_the_day_and_no_button(visit: Any, address: str) -> None:
    page = visit.open(address)
    page.locator(".time-range").press("ArrowLeft")
    shown = page.locator(".time-date").input_value()
    assert not [url for url in visit.requests if "/preview/" in url], "nobody prints yet"
    page.pdf()  # asks for the picture; a printer's dialogue waits for it
    visit.until("document.body.classList.contains('has-still')")
    page.emulate_media(media="print")
    expect(page.locator(".on-paper")).to_be_visible()
    for name in ("#map", ".legend", ".time", ".masthead nav"):
        expect(page.locator(name)).to_be_hidden() if page.locator(name).count() else None
    assert page.locator(".on-paper").evaluate("(image) => image.naturalWidth") == 1200
    asked = [url for url in visit.requests if "/preview/" in url]
    assert len(asked) == 1 and f"date={shown}" in asked[0]
    page.emulate_media(media="screen")
    page.locator(".time-range").press("ArrowLeft")
    visit.until("!document.body.classList.contains('has-still')")  # that picture is of another day


def test_on_paper_before_the_picture_is_there_is_the_map_with_its_day_and_key(visit: Any) -> None:
    page = visit.open("/embed/story?date=2016-04-09")
    page.evaluate("() => document.querySelector('.on-paper').remove()")
    page.emulate_media(media="print")
    for name in (".time-day", ".legend", "#map"):
        expect(page.locator(name)).to_be_visible()
    for name in (".time-row", ".time-date", ".leaflet-control-zoom"):
        expect(page.locator(name)).to_be_hidden()


# What it weighs


def test_all_scripts_and_styles_of_a_frame_weigh_at_most_60_kb(visit: Any) -> None:
    page = visit.page
    weights: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.request.resource_type in ("script", "stylesheet"):
            body = response.body()
            weights[response.url.rsplit("/", 1)[1]] = len(gzip.compress(body, 9))

    page.on("response", weigh)
    visit.open("/embed/story?theme=auto")
    assert set(weights) == {"frame.leaflet.js", "frame.bundle.js", "frame.bundle.css", "dark.css"}
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_the_server_packs_them_at_least_as_well(client: FlaskClient) -> None:
    linked = set(re.findall(r'(?:src|href)="(/assets/[^"]+\.(?:js|css))"', client.get("/embed/story").text))
    sizes = {each: len(client.get(each, headers={"Accept-Encoding": "gzip"}).data) for each in linked}
    assert len(sizes) == 4 and sum(sizes.values()) <= MOST_BYTES - 1500, sizes


def test_what_is_left_out_of_leaflet_is_not_missed(visit: Any) -> None:
    """The frame's Leaflet is the checked one without some classes; all that our modules import is there."""
    page = visit.open("/embed/map")
    wanted = (assets.FOLDER / "js" / "leaflet.js").read_text().split("{")[2].split("}")[0].replace("\n", "").split(",")
    names = [name.strip() for name in wanted if name.strip()]
    assert len(names) > 10
    assert page.evaluate("(names) => names.filter((name) => !window.L[name])", names) == []
    assert page.evaluate("[L.GridLayer, L.Popup, L.GeoJSON].every((each) => Object.keys(each.prototype).length > 3)")


# The page that makes the code


def test_the_builder_makes_the_code_without_leaving_the_page(visit: Any) -> None:
    page = visit.open("/embed/")
    page.get_by_label("What", exact=True).select_option("story")
    page.get_by_label("Date", exact=True).fill("2016-04-09")
    page.get_by_role("checkbox", name="Time bar").uncheck()
    page.get_by_label("Colours").select_option("dark")
    visit.until("document.querySelector('#code').value.includes('theme=dark')")
    code = page.locator("#code").input_value()
    assert f'src="{visit.site}/embed/story?date=2016-04-09&amp;theme=dark&amp;controls=0"' in code
    assert f'<script async src="{visit.site}/embed/listener.js">' in code
    expect(page.frame_locator("#preview").locator(".time-day")).to_have_text("Sat, 9 April 2016")
    page.get_by_label("First day").fill("2017-01-01")
    expect(page.locator("#trouble")).to_contain_text("date")
    assert page.locator("#code").input_value() == code, "a mistake does not spoil what is there"


def test_the_code_is_copied_by_key(chromium: Browser, site: str) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(site + "/embed/")
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code").input_value()
    context.close()


def test_the_builder_works_without_a_script(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/embed/")
    page.get_by_label("What", exact=True).select_option("story")
    page.get_by_role("combobox", name="Language").select_option("ar")
    page.get_by_label("Places named in stories").uncheck()
    page.get_by_role("button", name="Make the code").click()
    code = page.locator("#code").input_value()
    assert f"{site}/embed/story?layers=zones%2Cfronts%2Cevents&amp;language=ar" in code
    assert page.get_by_label("What", exact=True).input_value() == "story"
    page.get_by_label("Place", exact=True).fill("nowhere")
    page.get_by_role("button", name="Make the code").click()
    expect(page.locator("#trouble")).to_contain_text("nowhere")
    expect(page.get_by_label("Place", exact=True)).to_have_attribute("aria-invalid", "true")
    context.close()


def test_a_hostile_title_is_text_in_the_code_and_in_the_page(visit: Any) -> None:
    page = visit.open("/embed/?what=hostile&bar=1")
    code = page.locator("#code").input_value()
    assert code.count("<iframe") == 1 and code.count("<script") == 1 and "&lt;script&gt;window.hacked" in code
    assert page.evaluate("window.hacked") is None


def test_hostile_text_is_text_in_a_frame_too(visit: Any) -> None:
    page = visit.open("/embed/hostile")
    page.locator(".story-mark").first.click()
    expect(page.locator(".leaflet-popup .cards, .sheet .cards").first).to_contain_text("{{7*7}}")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main b, main script, main img:not(.on-paper), a[href^='javascript:']").count() == 0
