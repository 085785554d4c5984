"""The published site in a real Chromium, from a web host that knows nothing of it but files and ranges of bytes."""
from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, expect
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import zxy_to_tileid
from pmtiles.writer import Writer

from tests.web.conftest import visiting
from tests.web.static_host import hosting
from tests.web.test_browser import AT_AL_RAI, colour, shown_day, slider

pytestmark = pytest.mark.browser
DAYS = ("2016-04-07", "2016-04-08", "2016-04-12")


def ranges(visit: Any, since: int = 0) -> list[str]:
    return [url for url in visit.requests[since:] if url.endswith(".pmtiles")]


def windows(published: Path) -> dict[str, str]:
    """By window, the zooms at which the zones are cut so."""
    with (published / "tiles" / "zones.pmtiles").open() as file:
        found = Reader(MmapSource(file)).metadata()["windows"]
    return {each["window"]: f"{each['minzoom']}-{each['maxzoom']}" for each in found}


def test_the_zones_change_without_a_request_inside_a_window(reader: Any) -> None:
    page = reader.open("/stories/story.html" + AT_AL_RAI + "2016-04-08")
    asked, held_by_rebels = len(reader.requests), colour(page)
    slider(page).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert str(shown_day(page)) == "2016-04-12"
    assert max(abs(a - b) for a, b in zip(held_by_rebels, colour(page), strict=True)) > 25
    assert reader.requests[asked:] == []


@pytest.mark.parametrize("zoom", [6, 8, 11])
def test_the_picture_is_that_of_the_service(reader: Any, visit: Any, zoom: int) -> None:
    for day in DAYS:
        address = AT_AL_RAI.replace("map=11", f"map={zoom}") + day
        published, deadline = colour(reader.open("/index.html" + address)), time.monotonic() + 15
        while colour(visit.open("/" + address)) != published:
            assert time.monotonic() < deadline, f"{address}: not the published picture, however long one waits"
            time.sleep(1)  # a busy service first draws borders as they are, until the simplified ones are made


def test_a_window_is_asked_for_once_and_alone(reader: Any, published: Path) -> None:
    assert windows(published).keys() == {"month", "year", "all"}
    assert int(windows(published)["month"].partition("-")[2]) >= 6
    page = reader.open("/index.html" + AT_AL_RAI.replace("map=11", "map=6") + "2016-04-12")
    asked = len(reader.requests)
    slider(page).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert reader.requests[asked:] == []
    go(reader, "2016-06-14")
    asked_in_june = len(ranges(reader, asked))
    assert asked_in_june > 0
    go(reader, "2016-04-14")
    go(reader, "2016-06-15")
    assert len(ranges(reader, asked)) == asked_in_june, "what is known is not asked for again"


def go(reader: Any, day: str) -> None:
    reader.page.get_by_label("Date", exact=True).fill(day)
    reader.settle()
    assert str(shown_day(reader.page)) == day


def test_a_click_is_answered_by_the_zones_in_the_picture(reader: Any) -> None:
    page = reader.open("/index.html" + AT_AL_RAI + "2016-04-12")
    asked = len(reader.requests)
    page.locator("#map").click(position={"x": 700, "y": 330})
    expect(page.locator(".answer .control-says")).to_contain_text("Islamic State")
    expect(page.locator(".answer details")).to_have_count(0)
    assert [url for url in reader.requests[asked:] if "/assets/" not in url] == [], "the first card brings its scripts"
    asked = len(reader.requests)
    page.locator("#map").click(position={"x": 700, "y": 300})
    expect(page.locator(".answer .control-says")).not_to_be_empty()
    assert reader.requests[asked:] == []


def test_pages_lead_to_one_another_by_relative_addresses(reader: Any) -> None:
    page = reader.open("/index.html")
    page.get_by_role("link", name="Stories").click()
    page.get_by_role("link", name="A border town changes hands twice").first.click()
    reader.settle()
    assert "/some/where/stories/" in page.url
    expect(page.locator(".story-mark").first).to_be_visible()
    page.get_by_role("link", name="Map").click()
    reader.settle()
    assert page.url.partition("#")[0] == reader.site + "/index.html"
    page = reader.open("/embed/story.html")
    expect(page.locator("canvas.dated-tile").first).to_be_visible()
    policy = page.locator("meta[http-equiv]").get_attribute("content")
    assert policy.startswith("default-src 'self'; ")


def test_a_host_that_sends_only_whole_files_is_named_as_the_reason(chromium: Browser, published: Path) -> None:
    with hosting(published, ranges=False) as address:
        page: Page = chromium.new_page()
        page.goto(address + "/index.html")
        expect(page.get_by_role("alert")).to_contain_text("must answer range requests (HTTP 206)")
        expect(page.get_by_role("alert")).to_be_in_viewport()
        at = page.get_by_role("alert").bounding_box()
        assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).role", [at["x"] + 9, at["y"] + 9]) == "alert"
        page.close()


def test_a_copy_without_windows_shows_all_days_instead(
    chromium: Browser, published: Path, tmp_path: Path, visit: Any
) -> None:
    folder = Path(shutil.copytree(published, tmp_path / "copy"))
    rewritten(folder / "tiles" / "zones.pmtiles")
    address = AT_AL_RAI.replace("map=11", "map=6") + DAYS[2]
    with hosting(folder) as site, visiting(chromium, site) as reader:
        assert colour(reader.open("/index.html" + address)) == colour(visit.open("/" + address))


def rewritten(path: Path) -> None:
    """As other programs copy an archive: its tiles and its metadata, word for word."""
    with path.open() as file:
        source = MmapSource(file)
        header, metadata = Reader(source).header(), Reader(source).metadata()
        tiles = sorted((zxy_to_tileid(*tile), body) for tile, body in all_tiles(source))
    assert json.loads(json.dumps(metadata))["second"]
    with path.open("wb") as out:
        writer = Writer(out)
        for number, body in tiles:
            writer.write_tile(number, body)
        writer.finalize(header, metadata)


def test_an_archive_that_changed_under_an_open_page_is_not_mixed_with_the_old_one(
    chromium: Browser, published: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(published, tmp_path / "copy"))
    with hosting(folder) as address:
        page: Page = chromium.new_page()
        page.goto(address + "/stories.html")
        script = next((folder / "assets").glob("*/js/pmtiles.js")).relative_to(folder).as_posix()
        page.evaluate(OPEN, script)
        assert page.evaluate(READ) > 100
        os.utime(folder / "tiles" / "zones.pmtiles", (1, 1))
        with pytest.raises(Error, match="published anew"):
            page.evaluate(READ)
        page.close()


OPEN = """async (script) => {
  const { Archive } = await import(new URL(script, location));
  window.archive = await new Archive("tiles/zones.pmtiles").open();
}"""
READ = "async () => (await window.archive.tile({ z: 7, x: 77, y: 49 })).length"
