"""The tools of the map: search, what changed, measure, two days side by side, the link; a point's whole history."""
from __future__ import annotations

from datetime import date
from io import BytesIO
from itertools import pairwise
from math import asinh, atan, degrees, pi, radians, sinh, tan
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from shapely.geometry import MultiPolygon, Polygon

from geo.measure import area_km2, distance_km
from geo.model import LngLat
from server import create_app
from tests.web.test_access import axe, barriers  # noqa: F401
from tests.web.test_browser import AT_AL_RAI, shown_day

pytestmark = pytest.mark.browser
TOOLS = ("Search", "Changes", "Measure", "Compare", "Copy link")


def take(visit: Any, name: str, address: str = AT_AL_RAI + "2016-04-11") -> Page:
    page = visit.open("/" + address)
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("button", name=name, exact=True, pressed=True)).to_be_visible(timeout=15_000)
    return page


@pytest.fixture(autouse=True, scope="module")
def gazetteer(app: Flask) -> None:
    """A process reads its places when somebody first looks for one."""
    assert app.test_client().get("/api/places?name=Rai").status_code == 200


# Search


def test_a_name_in_another_spelling_is_found_and_a_choice_says_who_held_it(visit: Any) -> None:
    page = take(visit, "Search")
    field = page.get_by_role("combobox", name="Find a place")
    expect(field).to_be_focused()
    field.fill("Abu Kamal")
    first = page.locator(".search-list").get_by_role("option").first
    expect(first).to_contain_text("al-Bukamal")
    for words in ("البوكمال", "town", "Syria", "spelt so: Abu Kamal"):
        expect(first).to_contain_text(words)
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup .answer")).to_contain_text("Who held this point on 11 April 2016")
    visit.until("/^#map=11\\/34\\.[45]/.test(location.hash)")  # the map makes room for the answer above the point
    expect(page.locator(".panel")).to_have_count(0)


def test_the_combobox_moves_in_a_ring_and_escape_closes_first_the_list_then_the_box(visit: Any) -> None:
    page = take(visit, "Search")
    field = page.get_by_role("combobox", name="Find a place")
    field.fill("Deir")
    expect(page.locator(".search-list").get_by_role("option").first).to_contain_text("Deir ez-Zor")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".search-list").get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".search-list").get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".search-list").get_by_role("option")).to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_focused()


def test_a_name_that_nobody_knows_is_said_and_stays_text(visit: Any) -> None:
    page = take(visit, "Search")
    page.get_by_role("combobox", name="Find a place").fill("<img src=x onerror=window.hacked=9> qqqqqqqq")
    expect(page.locator(".panel-status")).to_have_text("No place is known by this name")
    assert page.evaluate("window.hacked") is None and page.locator(".panel img").count() == 0


# What changed


def test_what_changed_around_the_day_leads_to_place_and_day(visit: Any) -> None:
    page = take(visit, "Changes", "#map=7/34.0/43.0&date=2016-04-10")
    rows = page.locator(".panel .turn")
    taken = rows.filter(has_text="before: Islamic State (ISIL) / Syrian rebels")
    expect(taken).to_contain_text("al-Rai · Syrian rebels", timeout=15_000)
    rows.filter(has_text="al-Rai").last.click()
    expect(page.locator(".leaflet-popup .answer")).to_contain_text("Held by Islamic State")
    assert shown_day(page) == date(2016, 4, 11)
    near = "Math.abs(parseFloat(location.hash.split('/')[1]) - 36.61) < 0.2"  # the answer may push the map a little
    visit.until(f"location.hash.startsWith('#map=10/') && {near}", 30)  # a busy machine flies slowly
    page.get_by_label("Days", exact=True).select_option("day")
    expect(page.locator(".panel h4")).to_have_text(["11 April 2016"])


def test_days_on_which_nothing_changed_say_so(visit: Any) -> None:
    page = take(visit, "Changes", "#map=7/34/43&date=2011-02-02")
    expect(page.locator(".panel")).to_contain_text("No place is known to have changed hands")


# Measure


def measured(page: Page, name: str) -> float:
    text = page.locator(f".measured dt:has-text('{name}') + dd").inner_text()
    return float(text.split()[0].replace(",", ""))


def test_distance_and_area_are_those_of_the_ellipsoid_within_half_a_percent(visit: Any) -> None:
    page = take(visit, "Measure", "#map=9/36.6/37.4&date=2016-04-11")
    corners = []
    for x, y in ((500, 300), (700, 250), (650, 450)):
        page.mouse.click(x, y)
        corners.append((x, y))
    box = page.locator("#map").bounding_box()
    size = 256 * 2**9
    points = [_at(x - box["x"] - box["width"] / 2, y - box["y"] - box["height"] / 2, size) for x, y in corners]
    km = sum(distance_km(a, b) for a, b in pairwise(points))
    assert measured(page, "Distance") == pytest.approx(km, rel=0.005)
    assert measured(page, "Area") == pytest.approx(area_km2(MultiPolygon([Polygon(points)])), rel=0.01)
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".measured dt")).to_have_text(["Distance"])


def _at(x: float, y: float, size: int) -> LngLat:
    """The position of a pixel off the middle of the map, by the formulas of spherical Mercator."""
    lng = 37.4 + 360 * x / size
    up = asinh(tan(radians(36.6))) - 2 * pi * y / size
    return LngLat(lng, degrees(atan(sinh(up))))


def test_all_of_measuring_goes_by_keyboard_and_escape_ends_it(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-11")
    page.get_by_role("button", name="Measure").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Point in the middle")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    visit.until("!document.querySelector('.leaflet-pan-anim')")
    page.keyboard.press("Enter")
    assert 3 < measured(page, "Distance") < 8, "80 pixels at zoom 11"
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.locator("#map").click(position={"x": 700, "y": 300})
    expect(page.locator(".leaflet-popup .answer")).to_contain_text("Who held")


# Two days


def divider(page: Page) -> Any:
    return page.get_by_role("slider", name="Divider between the two days")


def test_two_days_side_by_side_and_the_address_keeps_both(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-09")
    rebels = drawn(page, visit)
    page.get_by_role("button", name="Compare").click()
    page.get_by_label("Day on the left").fill("2016-04-20")
    expect(divider(page)).to_have_attribute("aria-valuetext", "Left 20 April 2016, right 9 April 2016")
    visit.until("location.hash === '#map=11/36.6158/37.4472&date=2016-04-09&compare=2016-04-20'")
    divider(page).focus()
    page.keyboard.press("End")
    assert max(abs(a - b) for a, b in zip(drawn(page, visit), rebels, strict=True)) > 25, "left of it is the later day"
    page.keyboard.press("Home")
    assert drawn(page, visit) == pytest.approx(rebels, abs=3)
    page.keyboard.press("Escape")
    expect(divider(page)).to_have_count(0)
    visit.until("!location.hash.includes('compare')")


def drawn(page: Page, visit: Any) -> tuple[int, ...]:
    """The colour that a reader sees beside the middle of the map, where only zones are drawn."""
    visit.settle()
    box = page.locator("#map").bounding_box()
    at = {"x": box["x"] + box["width"] / 2 - 40, "y": box["y"] + box["height"] / 2 + 60, "width": 16, "height": 16}
    return tuple(Image.open(BytesIO(page.screenshot(clip=at))).convert("RGB").resize((1, 1)).getpixel((0, 0)))


def test_a_link_with_two_days_opens_both_and_the_divider_is_dragged(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-09&compare=2016-04-20")
    expect(page.get_by_label("Day on the left")).to_have_value("2016-04-20")
    before = int(divider(page).get_attribute("aria-valuenow"))
    box = divider(page).bounding_box()
    page.mouse.move(box["x"] + 22, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 22 - 320, box["y"] + 100, steps=5)
    page.mouse.up()
    assert int(divider(page).get_attribute("aria-valuenow")) == before - 25
    assert "/36.6158/37.4472" in page.url, "the map under it stayed where it was"


# The link


def test_the_link_holds_place_and_days(chromium: Browser, site: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page = context.new_page()
    address = f"{site}/{AT_AL_RAI}2016-04-09&compare=2016-04-20"
    page.goto(address)
    expect(divider(page)).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    context.close()


# A point's history


def test_a_click_shows_the_history_as_a_strip_and_a_click_in_it_goes_to_the_day(visit: Any) -> None:
    page = visit.open("/#map=11/36.58/37.47&date=2016-04-20")
    page.locator("#map").click(position={"x": 760, "y": 330})
    strip = page.get_by_role("slider", name="This point through time")
    expect(strip).to_have_attribute("aria-valuetext", "20 April 2016: Held by Islamic State (ISIL)")
    strip.focus()
    page.keyboard.press("ArrowLeft")
    assert date(2016, 4, 7) <= shown_day(page) < date(2016, 4, 20)
    there = shown_day(page)
    bar = strip.locator("canvas")
    bar.click(position={"x": bar.bounding_box()["width"] - 3, "y": 10})
    assert shown_day(page) > there
    assert ": No statement" in strip.get_attribute("aria-valuetext"), "the strip ends in silence"


# Labels


def test_at_deep_zooms_places_are_called_in_their_own_script_too(
    chromium: Browser, demo_store: Path, serving: Any
) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with serving(create_app({"store": str(demo_store)})) as root:
        page.goto(f"{root}/#map=9/36.6158/37.4472&date=2016-04-11")
        both = page.locator(".place-label span").filter(has_text="الراعي").filter(has_text="al-Rai")
        expect(page.locator(".place-label span", has_text="Kilis").first).to_be_visible(timeout=15_000)
        assert both.count() == 0 and not [url for url in asked if url.endswith("/api/places/names")]
        page.evaluate("location.hash = '#map=11/36.6158/37.4472&date=2016-04-11'")
        expect(both.first).to_be_visible(timeout=15_000)
        page.evaluate("location.hash = '#map=10/36.6158/37.4472&date=2016-04-11'")
        expect(both).to_have_count(0, timeout=15_000)
        page.close()


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", TOOLS[:4])
def test_axe_finds_no_barrier_in_a_tool(visit: Any, axe: str, name: str, scheme: Any) -> None:  # noqa: F811
    visit.page.emulate_media(color_scheme=scheme)
    page = take(visit, name)
    if name == "Search":
        page.get_by_role("combobox", name="Find a place").fill("Deir")
        expect(page.locator(".search-list").get_by_role("option").first).to_be_visible()
    visit.settle()
    for direction in ("ltr", "rtl"):
        page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
        assert barriers(page, axe) == []


@pytest.mark.parametrize("width, height, address", [
    (1280, 800, "/"), (768, 1024, "/"), (360, 740, "/"), (1280, 800, "/stories/story"), (360, 740, "/stories/story"),
])
def test_tools_fit_and_can_be_touched(visit: Any, width: int, height: int, address: str) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    page = visit.open(address)
    expect(page.locator(".tools")).to_be_visible()
    fold = page.get_by_role("button", name="Tools", exact=True)
    assert fold.is_visible() == (width == 360)
    if fold.is_visible():
        fold.click()
    for name in TOOLS:
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.get_by_role("button", name="Search", exact=True).click()
    panel = page.locator(".panel").bounding_box()
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_tool_is_loaded_when_it_is_taken_up_and_frames_have_none(visit: Any, app: Flask) -> None:
    page = visit.open("/")
    loaded = {url.rsplit("/", 1)[1] for url in visit.requests}
    assert "toolbar.js" in loaded and not {"search.js", "measure.js", "compare.js", "turns.js", "panel.js"} & loaded
    assert "toolbar" not in app.test_client().get("/").text, "nothing asks for it before the map is there"
    page.get_by_role("button", name="Measure").click()
    expect(page.locator(".panel")).to_be_visible()
    assert any(url.endswith("/measure.js") for url in visit.requests)
    assert not any(url.endswith("/search.js") for url in visit.requests)
    page = visit.open("/embed/map")
    assert page.locator(".tools").count() == 0 and "measure.title" not in page.content()


def test_a_published_map_has_the_tools_that_need_no_service(reader: Any) -> None:
    page = reader.open("/index.html")
    expect(page.get_by_role("button", name="Measure")).to_be_visible()
    assert page.get_by_role("button", name="Search").count() == 0
    page.get_by_role("button", name="Compare").click()
    expect(divider(page)).to_be_visible()
