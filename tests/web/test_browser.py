"""The pages in a real Chromium: what a reader sees, moves and clicks. Every test also proves, through ``visit``,
that no other host was asked for anything and that the console stayed silent (so: no breach of the CSP either)."""
from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.interval import day_number

pytestmark = pytest.mark.browser

AT_AL_RAI = "#map=11/36.6158/37.4472&date="

COLOUR_IN_THE_MIDDLE = """() => {
  const map = document.querySelector("#map").getBoundingClientRect();
  const [x, y] = [Math.round(map.x + map.width / 2) - 8, Math.round(map.y + map.height / 2) - 8];
  const sum = [0, 0, 0, 0];
  let pixels = 0;
  for (const canvas of document.querySelectorAll(".leaflet-zones-pane canvas.dated-tile")) {
    const box = canvas.getBoundingClientRect();
    const [left, top] = [Math.max(x - Math.round(box.x), 0), Math.max(y - Math.round(box.y), 0)];
    const [right, bottom] = [Math.min(x + 16 - Math.round(box.x), 256), Math.min(y + 16 - Math.round(box.y), 256)];
    if (left >= right || top >= bottom) continue;
    const { data } = canvas.getContext("2d").getImageData(left, top, right - left, bottom - top);
    data.forEach((value, index) => (sum[index % 4] += value));
    pixels += data.length / 4;
  }
  return pixels < 256 ? null : sum.map((value) => Math.round(value / pixels));
}"""


def colour(page: Page) -> tuple[int, ...]:
    """The mean colour of the zones around the middle of the map, red, green, blue, opacity, once tiles cover it."""
    page.wait_for_function(f"() => ({COLOUR_IN_THE_MIDDLE})() !== null")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = page.evaluate(COLOUR_IN_THE_MIDDLE)
    assert found is not None, "the tiles of the zones do not cover the middle of the map"
    return tuple(found)


def shown_day(page: Page) -> date:
    return date.fromisoformat(page.get_by_label("Date", exact=True).input_value())


def slider(page: Page) -> Any:
    return page.get_by_role("slider", name="Day")


def drag(page: Page, day: str) -> None:
    """Moves the thumb to a day by mouse, as a hand does: press where it is, move, let go."""
    box = slider(page).bounding_box()
    low, high, now = (int(slider(page).evaluate(f"(input) => input.{name}")) for name in ("min", "max", "value"))
    def x(number: int) -> float:
        return box["x"] + 8 + (box["width"] - 16) * (number - low) / (high - low)
    y = box["y"] + box["height"] / 2
    page.mouse.move(x(now), y)
    page.mouse.down()
    page.mouse.move(x(now) + 3, y)
    page.mouse.move(x(day_number(date.fromisoformat(day))), y, steps=6)
    page.mouse.up()


def test_the_slider_moves_by_keys_and_al_rai_changes_hands_without_a_request(visit: Any) -> None:
    page = visit.open("/stories/story" + AT_AL_RAI + "2016-04-08")
    asked = len(visit.requests)
    slider(page).focus()
    seen = {shown_day(page): colour(page)}
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        seen[shown_day(page)] = colour(page)
    assert list(seen) == [date(2016, 4, 8) + timedelta(days=n) for n in range(5)]
    held_by_rebels, held_by_isil = seen[date(2016, 4, 8)], seen[date(2016, 4, 11)]
    assert seen[date(2016, 4, 9)] == seen[date(2016, 4, 10)] == held_by_rebels
    assert seen[date(2016, 4, 12)] == held_by_isil
    assert max(abs(a - b) for a, b in zip(held_by_rebels, held_by_isil, strict=True)) > 25
    assert min(held_by_rebels[3], held_by_isil[3]) > 40, "both days have a zone there, not a gap"
    assert visit.requests[asked:] == []


def test_the_slider_moves_by_mouse_without_a_request(visit: Any) -> None:
    page = visit.open("/stories/story" + AT_AL_RAI + "2016-04-11")
    asked, on_the_11th = len(visit.requests), colour(page)
    drag(page, "2016-04-08")
    assert shown_day(page) == date(2016, 4, 8)
    on_the_8th = colour(page)
    drag(page, "2016-04-12")
    assert shown_day(page) == date(2016, 4, 12)
    assert colour(page) == on_the_11th != on_the_8th
    assert visit.requests[asked:] == []


def test_a_day_before_the_battle_al_rai_is_contested(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-07")
    contested = colour(page)
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    assert colour(page) != contested


def test_keys_go_by_month_and_to_both_ends(visit: Any) -> None:
    page = visit.open("/stories/story" + AT_AL_RAI + "2016-04-11")
    slider(page).focus()
    expect(slider(page)).to_have_attribute("aria-valuetext", "Monday, 11 April 2016")
    page.keyboard.press("PageUp")
    assert shown_day(page) == date(2016, 5, 11)
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    assert shown_day(page) == date(2016, 4, 10)
    page.keyboard.press("End")
    assert shown_day(page) == date(2016, 4, 11) + timedelta(days=45)
    page.keyboard.press("Home")
    assert shown_day(page) == date(2016, 4, 8) - timedelta(days=45)


def tiles(requests: list[str]) -> list[str]:
    """The days that tiles were asked for, those of names left out."""
    asked = [url for url in requests if "/tiles/" in url and ".mvt" in url and "/tiles/places/" not in url]
    assert len(set(asked)) == len(asked), "each once"
    return [url.partition("datetime=")[2].partition("&")[0] or "all" for url in asked]


@pytest.mark.parametrize("zoom, span", [(6, "2016-04-01/2016-04-30"), (8, "2016-01-01/2016-12-31"), (11, "all")])
def test_tiles_are_asked_for_spans_of_the_calendar_by_zoom(visit: Any, zoom: int, span: str) -> None:
    visit.open(f"/#map={zoom}/36.6158/37.4472&date=2016-04-11")
    assert set(tiles(visit.requests)) == {span}


def test_inside_a_window_nothing_is_asked_for_and_near_its_end_the_next_one_once(visit: Any) -> None:
    page = visit.open("/#map=6/36.6158/37.4472&date=2016-04-15")
    before = len(visit.requests)
    slider(page).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    visit.settle()
    assert shown_day(page) == date(2016, 4, 20)
    assert visit.requests[before:] == []
    page.keyboard.press("ArrowRight")
    visit.settle()
    assert set(tiles(visit.requests[before:])) == {"2016-05-01/2016-05-31"}
    before = len(visit.requests)
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    visit.settle()
    assert shown_day(page) == date(2016, 5, 11)
    assert visit.requests[before:] == []


def test_a_jump_to_another_window_is_one_batch(visit: Any) -> None:
    page = visit.open("/#map=8/36.6158/37.4472&date=2016-07-01")
    before = len(visit.requests)
    page.get_by_label("Date", exact=True).fill("2014-07-01")
    visit.settle()
    assert set(tiles(visit.requests[before:])) == {"2014-01-01/2014-12-31"}
    assert colour(page)[3] > 40, "there are zones"
    before = len(visit.requests)
    page.get_by_label("Date", exact=True).fill("2016-07-01")
    page.get_by_label("Date", exact=True).fill("2014-08-01")
    visit.settle()
    assert visit.requests[before:] == []


POINTS_DRAWN = """() => [...document.querySelectorAll(".leaflet-mentions-pane canvas.dated-tile")].reduce(
  (sum, canvas) =>
  sum + canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter(
    (value, place) => place % 4 === 3 && value > 20).length, 0)"""


def test_many_mentions_of_a_place_are_one_mark_that_says_how_many_and_a_click_goes_nearer(visit: Any) -> None:
    page = visit.open("/#map=6/36.6158/37.4472&date=2016-04-11")
    drawn = page.evaluate(POINTS_DRAWN)
    assert drawn > 400, "larger than a single ring"
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".leaflet-popup .cards")).to_contain_text("12 mentions of about this place")
    expect(page.locator(".leaflet-popup .answer")).to_contain_text("Who held this point on 11 April 2016")
    visit.until("location.hash.startsWith('#map=9/36.')")
    visit.settle()


def test_what_is_over_lingers_into_the_next_window(visit: Any) -> None:
    page = visit.open("/#map=6/36.6158/37.4472&date=2016-05-02")
    assert page.evaluate(POINTS_DRAWN) > 200
    assert "2016-04-01/2016-04-30" in tiles(visit.requests)
    page.get_by_label("Date", exact=True).fill("2016-05-20")
    visit.settle()
    assert page.evaluate(POINTS_DRAWN) == 0


def test_play_goes_on_and_stops(visit: Any) -> None:
    page = visit.open("/stories/story" + AT_AL_RAI + "2016-04-11")
    page.get_by_role("button", name="Play through time").click()
    visit.until("document.querySelector('.time-date').value > '2016-04-11'")
    page.get_by_role("button", name="Pause").click()
    stopped = shown_day(page)
    page.wait_for_timeout(1300)
    assert shown_day(page) == stopped > date(2016, 4, 11)


def test_a_date_beyond_the_slider_makes_it_longer(visit: Any) -> None:
    page = visit.open("/stories/story" + AT_AL_RAI + "2016-04-11")
    page.get_by_label("Date", exact=True).fill("2014-07-01")
    visit.settle()
    assert shown_day(page) == date(2014, 7, 1)
    assert int(slider(page).get_attribute("min")) == day_number(date(2014, 7, 1))


def test_a_mention_flies_there_and_sets_its_day(visit: Any) -> None:
    page = visit.open("/stories/story#map=6/33.5/44&date=2016-04-20")
    page.locator(".story-text").get_by_role("link", name="al-Rai").click()
    visit.settle()
    assert shown_day(page) == date(2016, 4, 8)
    card = page.locator(".leaflet-popup")
    for words in (
        "al-Rai", "8 April 2016", "Syrian", "4 km to the south", "a day earlier", "the Friday before publication",
        "91%", "Ra's al-Ayn, 31%", "Northern Aleppo offensive",
    ):
        expect(card).to_contain_text(words)
    visit.until("location.hash.includes('date=2016-04-08') && location.hash.includes('/37.4')")


def test_what_is_near_a_place_says_so_on_its_mark_and_its_card(visit: Any) -> None:
    page = visit.open("/stories/story#map=9/36.6/37.4&date=2016-04-11")
    expect(page.locator(".story-mark[title='near Azaz']")).to_have_count(1)
    page.locator(".story-text").get_by_role("link", name="Azaz").click()
    visit.settle()
    expect(page.locator(".leaflet-popup")).to_contain_text("near Azaz, ± 10 km")
    expect(page.locator("#f-m-azaz")).to_contain_text("near Azaz")


def test_what_is_near_a_place_is_a_mark_on_the_great_map(visit: Any) -> None:
    page = visit.open("/#map=11/36.5862/37.0446&date=2016-04-11")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".leaflet-popup .cards")).to_contain_text("near Azaz, ± 10 km")


def test_a_date_in_the_text_sets_the_day_too(visit: Any) -> None:
    page = visit.open("/stories/story#map=9/36.6/37.4&date=2016-04-20")
    page.locator(".mark-time", has_text="last Friday").click()
    visit.settle()
    assert shown_day(page) == date(2016, 4, 8)


def test_a_click_on_the_map_says_who_held_the_point(visit: Any) -> None:
    page = visit.open("/" + "#map=11/36.58/37.47&date=2016-04-20")
    page.locator("#map").click(position={"x": 760, "y": 330})
    answer = page.locator(".leaflet-popup .answer")
    expect(answer).to_contain_text("Who held this point on 20 April 2016")
    expect(answer).to_contain_text("Islamic State")
    expect(answer).to_contain_text("Source")
    answer.get_by_text("Through all time").click()
    lines = answer.locator(".history li")
    expect(lines.filter(has_text="Held by Syrian rebels").first).to_contain_text("April 2016")
    assert lines.count() >= 4


def test_where_no_source_speaks_the_map_says_so(visit: Any) -> None:
    page = visit.open("/" + "#map=8/32.0/41.0&date=2016-04-20")
    page.locator("#map").click(position={"x": 760, "y": 330})
    expect(page.locator(".leaflet-popup .answer")).to_contain_text("No statement")


def test_mentions_and_events_open_on_the_map(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-11")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    cards = page.locator(".leaflet-popup .cards")
    expect(cards).to_contain_text("A border town changes hands twice")
    expect(cards).to_contain_text("11 April 2016")
    visit.settle()  # the answer pushes the map, and its links with it
    cards.get_by_role("link", name="A border town changes hands twice").first.click()
    page.wait_for_url("**/stories/story**", timeout=10_000)


def test_the_address_keeps_place_and_day_and_is_obeyed(visit: Any) -> None:
    page = visit.open("/#map=9/36.5000/37.5000&date=2016-04-09")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    visit.until("location.hash === '#map=9/36.5000/37.5000&date=2016-04-10'")
    page.evaluate("location.hash = '#map=7/34.0000/43.0000&date=2015-05-20'")
    visit.settle()
    assert shown_day(page) == date(2015, 5, 20)
    visit.until("location.hash === '#map=7/34.0000/43.0000&date=2015-05-20'")


def test_the_download_follows_day_and_frame(visit: Any) -> None:
    page = visit.open("/#map=9/36.5/37.5&date=2016-04-09")
    address = page.get_by_role("link", name="Download").get_attribute("href")
    assert "/export/zones.geojson?datetime=2016-04-09&bbox=3" in address
    answer = page.request.get(address if address.startswith("http") else visit.site + address)
    assert answer.ok and {f["geometry"]["type"] for f in answer.json()["features"]} <= {"Polygon", "MultiPolygon"}


def test_an_embed_has_no_chrome_and_starts_on_its_date(visit: Any) -> None:
    page = visit.open("/embed/story?date=2016-04-09")
    assert shown_day(page) == date(2016, 4, 9)
    expect(page.locator(".masthead")).to_have_count(0)
    expect(page.locator(".story-mark")).to_have_count(2)


def test_hostile_text_is_text_everywhere(visit: Any) -> None:
    page = visit.open("/stories/hostile")
    for payload in ("<script>window.hacked=1</script>", "{{7*7}}", "${alert(1)}", "</script><b>bold</b>", "&lt;i&gt;"):
        for part in (".story h1", ".story-text", ".places"):
            assert payload in page.locator(part).inner_text().replace("\n", "")
    assert page.locator(".story-head a").count() == 0, "a javascript: address is no link"
    for link in page.locator("[data-feature]").all()[:12]:
        link.dispatch_event("click")
        expect(page.locator(".leaflet-popup")).to_be_visible()
    popup = page.locator(".leaflet-popup")
    assert popup.locator("a[href^='javascript:']").count() == 0
    page.goto(visit.site + "/stories/")
    assert "<img src=x onerror=window.hacked=2>" in page.inner_text("main")
    page = visit.open("/" + AT_AL_RAI + "2016-04-11")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".leaflet-popup")).to_contain_text("{{7*7}}")
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("<img src=x onerror=window.hacked=6>")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main b, main script, main img:not(.leaflet-tile, .on-paper)").count() == 0


def test_on_a_small_screen_the_card_is_a_sheet(visit: Any) -> None:
    visit.page.set_viewport_size({"width": 360, "height": 740})
    page = visit.open("/stories/story")
    mark = page.locator(".story-text").get_by_role("link", name="al-Rai")
    mark.click()
    sheet = page.get_by_role("dialog", name="About this place")
    expect(sheet).to_contain_text("Held by Syrian rebels")
    assert sheet.bounding_box()["height"] <= 350
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(mark).to_be_focused()


def test_a_change_to_dark_repaints_the_map(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-20")
    light = colour(page)
    page.emulate_media(color_scheme="dark")
    assert colour(page) != light, "the dark grey of ISIL would vanish on dark land"


def test_an_embed_works_in_a_sandboxed_frame_of_another_origin(visit: Any, newspaper: str) -> None:
    visit.page.goto(newspaper)
    frame = visit.page.frame_locator("iframe")
    expect(frame.get_by_role("slider", name="Day")).to_be_visible()
    expect(frame.locator(".story-mark")).to_have_count(2)
    visit.requests.remove(newspaper)


def test_the_story_reads_without_javascript(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/stories/story")
    assert "On Monday the jihadists were back in Rai" in page.inner_text(".story-text")
    page.locator(".story-text").get_by_role("link", name="al-Rai").click()
    expect(page.locator("tr:target")).to_contain_text("8 April 2016")
    expect(page.locator(".no-script")).to_contain_text("The map needs JavaScript")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", [(1280, 800), (768, 1024), (360, 740)])
@pytest.mark.parametrize("address", ["/", "/stories/story", "/embed/story"])
def test_it_fits(visit: Any, tmp_path: Path, address: str, width: int, height: int, scheme: Any) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.page.emulate_media(color_scheme=scheme)
    page = visit.open(address)
    page.screenshot(path=tmp_path / f"{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = slider(page).bounding_box()
    assert box["height"] >= 24 and box["width"] >= 200
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
    assert page.locator("#map").bounding_box()["height"] >= 190
