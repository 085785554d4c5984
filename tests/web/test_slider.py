"""The time bar: steps, speeds, how old the evidence is, what the strip draws, and two days compared."""
from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from geo.interval import day_from_number, day_number
from geo.model import Query
from geo.store import open_store
from tests.web.test_browser import AT_AL_RAI, drag, shown_day, slider

pytestmark = pytest.mark.browser

TWO_DAYS = "/#map=10/36.6158/37.4472&from=2016-04-08&date=2016-04-12"
DAY = timedelta(days=1)


def told(visit: Any, collection: str) -> dict[str, Any]:
    """The TileJSON of a collection."""
    return visit.page.request.get(f"{visit.site}/tiles/{collection}.json").json()  # type: ignore[no-any-return]


def opened(page: Page, label: str) -> Locator:
    """A field of the time bar's tools, which come a little later."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_be_visible()
    return field


def age(page: Page) -> str:
    return page.locator(".time-age").inner_text()


# Steps and speeds


def test_steps_of_a_week_by_button_and_by_arrow(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-11")
    opened(page, "Step").select_option("Week")
    page.get_by_role("button", name="A week on").click()
    assert shown_day(page) == date(2016, 4, 18)
    slider(page).press("ArrowLeft")
    slider(page).press("ArrowDown")
    assert shown_day(page) == date(2016, 4, 4)
    opened(page, "Step").select_option("Day")
    page.get_by_role("button", name="A day back").click()
    slider(page).press("ArrowLeft")
    assert shown_day(page) == date(2016, 4, 2)


def test_steps_to_the_change_before_and_the_next_one(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-11")
    opened(page, "Step").select_option("Change")
    days = {date.fromisoformat(day) for name in ("zones", "fronts") for day in told(visit, name)["change_days"]}
    days |= {day_from_number(day) for day, _ in told(visit, "events")["day_counts"]}
    following = sorted(day for day in days if day > date(2016, 4, 11))[:3]
    for day in following:
        page.get_by_role("button", name="To the next change").click()
        assert shown_day(page) == day
    slider(page).press("ArrowLeft")
    page.get_by_role("button", name="To the change before").click()
    assert shown_day(page) == following[0]
    slider(page).press("End")
    page.get_by_role("button", name="To the next change").click()
    assert day_number(shown_day(page)) == int(slider(page).get_attribute("max")), "after the last change comes the end"


def test_arrows_lead_the_other_way_from_right_to_left(visit: Any) -> None:
    page = visit.open("/embed/map?language=ar&date=2016-04-11")
    page.locator(".time-range").press("ArrowLeft")
    assert page.locator(".time-date").input_value() == "2016-04-12"
    page.locator(".time-more").click()
    page.locator(".time-tools select").first.select_option("week")
    page.locator(".time-range").press("ArrowLeft")
    assert page.locator(".time-date").input_value() == "2016-04-19"


RECORD_PAUSES = """
const real = window.setInterval;
window.pauses = [];
window.setInterval = (call, pause) => { window.pauses.push(pause); return real(call, pause); };
"""


@pytest.mark.parametrize("motion, pauses", [("no-preference", [160, 20]), ("reduce", [1000, 1000])])
def test_speeds_and_the_space_bar(chromium: Browser, site: str, motion: Any, pauses: list[int]) -> None:
    context = chromium.new_context(reduced_motion=motion)
    page = context.new_page()
    page.add_init_script(RECORD_PAUSES)
    page.goto(f"{site}/{AT_AL_RAI}2016-04-11")
    speed = opened(page, "Speed")
    slider(page).press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    speed.select_option("8×")
    assert page.evaluate("pauses") == pauses
    expect(page.locator(".time-date")).not_to_have_value("2016-04-11")
    slider(page).press(" ")
    expect(page.get_by_role("button", name="Play through time")).to_be_visible()
    stopped = shown_day(page)
    page.wait_for_timeout(300 if motion == "no-preference" else 1200)
    assert shown_day(page) == stopped > date(2016, 4, 11)
    if motion == "reduce":
        assert (stopped - date(2016, 4, 11)).days % 7 == 0
    context.close()


def test_many_steps_in_a_frame_paint_once(visit: Any) -> None:
    page = visit.open("/#map=8/36.6/37.4&date=2016-04-01")
    painted = page.evaluate("""async () => {
      const clear = CanvasRenderingContext2D.prototype.clearRect;
      const cleared = new Map();
      CanvasRenderingContext2D.prototype.clearRect = function (...box) {
        if (this.canvas.closest(".leaflet-zones-pane")) cleared.set(this.canvas, (cleared.get(this.canvas) ?? 0) + 1);
        return clear.apply(this, box);
      };
      const ticks = new MutationObserver(() => cleared.set(ticks, 1000)); // nor is what stays drawn again
      ticks.observe(document.querySelector(".time-ticks"), { childList: true });
      const range = document.querySelector(".time-range");
      for (let step = 0; step < 60; step += 1) {
        range.value = Number(range.value) + 1;
        range.dispatchEvent(new Event("input"));
      }
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return [...cleared.values()];
    }""")
    assert len(painted) > 0
    assert set(painted) == {1}
    assert shown_day(page) == date(2016, 5, 31)


NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STEP = """(step) => {
  const range = document.querySelector(".time-range");
  range.value = Number(range.value) + step;
  range.dispatchEvent(new Event("input"));
}"""
TAKE = """(name) => {
  const tiles = document.querySelectorAll(":is(.leaflet-zones-pane, .leaflet-fronts-pane) canvas");
  window[name] = [...tiles].map(({ width, height }, index) =>
    tiles[index].getContext("2d").getImageData(0, 0, width, height).data);
}"""
APART = """([a, b]) => {
  let most = 0;
  window[a].forEach((one, tile) => {
    const other = window[b][tile];
    for (let at = 0; at < one.length; at += 1) {
      if (one[at] === other[at]) continue;
      const alpha = at | 3;
      const part = at === alpha ? [255, 255] : [one[alpha], other[alpha]];
      most = Math.max(most, Math.abs(one[at] * part[0] - other[at] * part[1]) / 255);
    }
  });
  return most;
}"""
"""Of colours as they are laid on: what a pixel of almost no paint has of red says nothing."""


@pytest.mark.parametrize("ratio", [1, 1.5])
def test_boxes_painted_one_by_one_make_the_picture_that_a_fresh_one_is(
    chromium: Browser, site: str, ratio: float,
) -> None:
    """A new day repaints what changed; the other theme, and back again, repaints everything. The browser smooths the
    edge of a shape a little otherwise when it paints but a part of it."""
    context = chromium.new_context(device_scale_factor=ratio, color_scheme="light")
    page = context.new_page()
    page.goto(f"{site}/#map=8/36.6/37.4&date=2016-01-05")
    opened(page, "Step")
    page.wait_for_load_state("networkidle")
    page.evaluate(TAKE, "first")
    for day in range(1, 121):
        page.evaluate(STEP, 7 if day % 20 == 0 else -1 if day % 5 == 0 else 1)
        page.evaluate(NEXT_FRAME)
        if day % 40 == 0:
            page.evaluate(TAKE, "stepped")
            for theme in ("dark", "light"):
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                page.evaluate(NEXT_FRAME)
            page.evaluate(TAKE, "fresh")
            assert page.evaluate(APART, ["stepped", "fresh"]) < 64
    assert page.evaluate(APART, ["first", "fresh"]) > 120
    context.close()


# How old the evidence is


def test_it_says_how_old_the_newest_statement_on_the_map_is(visit: Any, store_path: Path) -> None:
    store = open_store(str(store_path))
    zones = list(store.read("zones", Query()))
    store.close()
    page = visit.open("/#map=7/35/38&date=2016-04-11")
    for day in (date(2016, 4, 11), date(2014, 6, 20), date(2016, 9, 20), date(2018, 6, 1)):
        said = [each for zone in zones if day in zone.valid.outer for each in zone.properties["as_of"]]
        days = (day - date.fromisoformat(max(each for each in said if each <= str(day)))).days
        page.get_by_label("Date", exact=True).fill(str(day))
        wanted = {0: "newest statement of the same day", 1: "newest statement 1 day old"}
        assert age(page).startswith(wanted.get(days, f"newest statement {days} days old"))
        vague = any(day in zone.valid.outer and day not in zone.valid.certain for zone in zones)
        assert ("some dates vague" in age(page)) == vague
    page.get_by_label("Date", exact=True).fill("2009-01-01")
    assert age(page) == "no source speaks of this day"


STRIP = """(days) => {
  const canvas = document.querySelector(".time-strip");
  const pen = canvas.getContext("2d");
  const { min, max } = document.querySelector(".time-range");
  const x = (day) => 8 + (canvas.width - 16) * (day - min) / (max - min);
  const column = (at) => {
    const { data } = pen.getImageData(Math.round(at), 0, 1, canvas.height);
    return [...Array(canvas.height).keys()].map((row) => data[4 * row + 3]);
  };
  return days.map(([from, to]) => {
    const columns = [];
    for (let at = x(from); at <= x(to); at += 1) columns.push(column(at));
    return columns;
  });
}"""


def strip(page: Page, *spans: tuple[int, int]) -> list[list[list[int]]]:
    """Opacities of the strip, top down, pixel column by pixel column, for spans of days."""
    return page.evaluate(STRIP, [list(span) for span in spans])  # type: ignore[no-any-return]


def test_bars_are_as_high_as_much_happened(visit: Any) -> None:
    page = visit.open("/embed/map?from=2016-04-05&to=2016-04-20&layers=events")
    days = [day_number(date(2016, 4, day)) for day in (8, 9, 11)]
    one, none, two = (sum(value > 200 for value in each[0]) for each in strip(page, *((day, day) for day in days)))
    assert none <= 2, "only the base line"
    assert two == 22
    assert 15 <= one <= 18, "as the square root"


def test_vague_days_are_hatched_and_where_nobody_reported_the_line_is_dotted(visit: Any) -> None:
    runs = told(visit, "zones")
    vague = next(run for run in runs["vague_days"] if 20 < run[1] - run[0] < 400)
    first, last = day_from_number(vague[0] - 30), day_from_number(vague[1] + 30)
    page = visit.open(f"/embed/map?from={first}&to={last}&layers=zones")
    clear = next(day for day in range(vague[0] - 28, vague[1] + 28)
                 if not any(run[0] - 1 <= day <= run[1] for run in runs["vague_days"]))
    hatched, plain = strip(page, (vague[0] + 1, vague[1] - 1), (clear, clear))
    assert sum(sum(column[:15]) > 0 for column in hatched) > 0.9 * len(hatched)
    assert all(sum(column[:15]) == 0 for column in plain)
    long = next(run for run in runs["evidence"] if run[2] is not None and run[1] - run[2] > 20)
    days = [day_from_number(day) for day in (long[2], long[1])]
    page = visit.open(f"/embed/map?from={days[0]}&to={days[1]}&layers=zones")
    (line,) = strip(page, (long[2] + 2, long[1] - 2))
    holes = [column[21] == 0 for column in line]
    assert 0.3 < sum(holes) / len(holes) < 0.8


def test_ground_of_vague_days_is_hatched_on_the_map(visit: Any, store_path: Path) -> None:
    store = open_store(str(store_path))
    zone = next(each for each in store.read("zones", Query()) if each.properties["confidence"] != "low"
                and each.properties["status"] == "control" and each.valid.certain.start and each.valid.outer.start
                and each.valid.certain.days and each.valid.certain.start - each.valid.outer.start > 4 * DAY)
    store.close()
    at, start = zone.geometry.representative_point(), zone.valid.certain.start
    page = visit.open(f"/#map=9/{at.y:.4f}/{at.x:.4f}&date={start - 2 * DAY}")
    spread = """() => {
      const map = document.querySelector("#map").getBoundingClientRect();
      const seen = new Set();
      for (const canvas of document.querySelectorAll(".leaflet-zones-pane canvas.dated-tile")) {
        const box = canvas.getBoundingClientRect();
        const [x, y] = [map.x + map.width / 2 - box.x, map.y + map.height / 2 - box.y].map(Math.round);
        if (x < 12 || y < 12 || x > 244 || y > 244) continue;
        const { data } = canvas.getContext("2d").getImageData(x - 10, y - 10, 20, 20);
        for (let at = 3; at < data.length; at += 4) seen.add(data[at]);
      }
      return [...seen];
    }"""
    vague = page.evaluate(spread)
    page.get_by_label("Date", exact=True).fill(str(start + DAY))
    visit.settle()
    sure = page.evaluate(spread)
    assert vague and sure
    assert min(vague) < min(sure), "between the lines of the hatching the fill is fainter"


# Two days compared


def test_what_changed_between_two_days_is_told_by_side_and_drawn(visit: Any) -> None:
    page = visit.open(TWO_DAYS)
    answer = page.request.get(f"{visit.site}/api/changes?from=2016-04-08&to=2016-04-12").json()
    panel = page.locator(".changes")
    expect(panel.locator("tbody tr")).to_have_count(len(answer["sides"]))
    expect(panel).to_contain_text("8 – 12 Apr 2016")
    rebels = panel.locator("tbody tr", has_text="Syrian rebels")
    gained, lost = (round(answer["sides"]["REBELS"][name]) for name in ("gained_km2", "lost_km2"))
    cells = rebels.locator("td").all_inner_texts()
    assert cells == [f"+{gained:,} km²" if gained else "", f"−{lost:,} km²" if lost else ""]
    assert lost > 0
    row = panel.locator("li", has_text="al-Rai")
    expect(row).to_contain_text("Syrian rebels → Islamic State")
    drawn = page.evaluate("""() => {
      const canvas = document.querySelector(".leaflet-changes-pane canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, place) => place % 4 === 3 && value > 60).length;
    }""")
    assert drawn > 1000
    row.get_by_role("button").click()
    visit.until("location.hash.startsWith('#map=9/')")


def test_two_handles_with_names_are_moved_by_mouse_and_by_keys(visit: Any) -> None:
    page = visit.open("/" + AT_AL_RAI + "2016-04-11")
    opened(page, "Step")
    page.get_by_role("button", name="Gains and losses").click()
    earlier, later = (page.get_by_role("slider", name=name) for name in ("From", "To"))
    expect(earlier).to_be_visible()
    assert all(each.bounding_box()["height"] >= 24 for each in (earlier, later))
    page.get_by_label("From date").fill("2015-01-01")
    assert earlier.get_attribute("aria-valuetext") == "Thursday, 1 January 2015"
    earlier.press("PageUp")
    earlier.press("ArrowLeft")
    assert page.get_by_label("From date").input_value() == "2015-01-31"
    box = earlier.bounding_box()
    low, high, now = (int(earlier.evaluate(f"(input) => input.{name}")) for name in ("min", "max", "value"))
    x = box["x"] + 12 + (box["width"] - 24) * (now - low) / (high - low)
    page.mouse.move(x, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(x + 40, box["y"] + 12, steps=4)
    page.mouse.up()
    assert date(2015, 2, 20) < date.fromisoformat(page.get_by_label("From date").input_value()) < date(2015, 5, 1)
    assert shown_day(page) == date(2016, 4, 11), "the other handle stays"
    later.press("Home")
    assert page.get_by_label("From date").input_value() == str(shown_day(page)), "the later day pushes the earlier one"
    earlier.press("End")
    assert shown_day(page) == day_from_number(int(later.get_attribute("max"))), "and the other way round"
    page.get_by_role("button", name="Gains and losses").click()
    expect(earlier).to_have_count(0)
    expect(slider(page)).to_be_visible()
    expect(page.locator(".changes")).to_be_hidden()


def test_the_address_keeps_both_days_and_ends_the_comparison(visit: Any) -> None:
    page = visit.open(TWO_DAYS)
    expect(page.locator(".changes")).to_be_visible()
    page.get_by_role("slider", name="From").press("ArrowLeft")
    visit.until("location.hash === '#map=10/36.6158/37.4472&from=2016-04-07&date=2016-04-12'")
    page.evaluate("location.hash = '#map=10/36.6158/37.4472&from=2016-01-01&date=2016-02-01'")
    expect(page.get_by_label("From date")).to_have_value("2016-01-01")
    assert shown_day(page) == date(2016, 2, 1)
    page.evaluate("location.hash = '#map=10/36.6158/37.4472&date=2016-02-01'")
    expect(page.locator(".changes")).to_be_hidden()
    expect(page.get_by_role("button", name="Gains and losses")).to_have_attribute("aria-pressed", "false")


MOVE = """(range, days) => {
  for (let moved = 0; moved !== days; moved += Math.sign(days)) {
    range.value = Number(range.value) + Math.sign(days);
    range.dispatchEvent(new Event("input"));
  }
}"""


def test_a_comparison_is_asked_for_once_the_handles_rest(visit: Any) -> None:
    page = visit.open(TWO_DAYS)
    expect(page.locator(".changes tbody tr").first).to_be_visible()
    before = len(visit.requests)
    later = page.get_by_role("slider", name="To")
    later.evaluate(MOVE, 6)
    visit.until("!document.querySelector('.changes.is-waiting')")
    asked = visit.requests[before:]
    assert [re.sub(".*/api", "/api", each) for each in asked] == ["/api/changes?from=2016-04-08&to=2016-04-18"]
    later.evaluate(MOVE, -6)
    expect(page.locator(".changes")).to_contain_text("8 – 12 Apr 2016")
    expect(page.locator(".changes tbody tr").first).to_be_visible()
    assert len(visit.requests) == before + 1, "what is known is not asked for again"


def test_a_day_with_itself_has_no_changes_and_trouble_is_told(visit: Any) -> None:
    page = visit.open("/#map=10/36.6158/37.4472&from=2016-04-12&date=2016-04-12")
    expect(page.locator(".changes")).to_contain_text("Nothing changed hands between these two days.")
    page.route("**/api/changes?*", lambda route: route.fulfill(status=500, json={"detail": "out of order"}))
    page.get_by_role("slider", name="From").press("ArrowLeft")
    expect(page.locator(".changes")).to_contain_text("could not be worked out. out of order")
    assert [each for each in visit.complaints if "500" not in each] == []
    visit.complaints.clear()


def test_a_frame_loads_all_this_only_when_it_is_asked_for(visit: Any) -> None:
    page = visit.open("/embed/map?date=2016-04-12")
    late = ("time-tools.js", "time.css", "comparison.js", "changes-list.js")
    assert [url for url in visit.requests if url.endswith(late)] == []
    page.get_by_role("button", name="Steps, speed, comparison").click()
    opened(page, "Step")
    page.get_by_role("button", name="Gains and losses").click()
    expect(page.locator(".changes")).to_contain_text("km²")
    assert {name for name in late for url in visit.requests if url.endswith(name)} == set(late)


def test_a_published_map_has_steps_but_nobody_to_ask_what_changed(reader: Any) -> None:
    page = reader.open("/index.html#map=8/36.6/37.4&date=2016-04-11")
    opened(page, "Step").select_option("Week")
    page.get_by_role("button", name="A week on").click()
    assert shown_day(page) == date(2016, 4, 18)
    assert age(page).startswith("newest statement")
    expect(page.get_by_role("button", name="Gains and losses")).to_have_count(0)


# Room


@pytest.mark.parametrize("width, height", [(1280, 800), (768, 1024), (360, 740)])
@pytest.mark.parametrize("address", ["/embed/map?date=2016-04-12", "/embed/map?date=2016-04-12&language=ar"])
def test_what_can_be_pressed_is_large_enough_and_hides_nothing(
    visit: Any, tmp_path: Path, address: str, width: int, height: int
) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    page = visit.open(address)
    page.locator(".time-more").click()
    page.locator(".time-compare").click()
    expect(page.locator(".changes")).to_contain_text(re.compile("km²|كم²"))
    page.screenshot(path=tmp_path / "compared.png")
    boxes = [each.bounding_box() for each in page.locator(".time :is(button, select, .time-date, summary)").all()
             if each.is_visible() and not each.evaluate("(one) => one.closest('.changes-body')")]
    boxes += [page.locator(".time-track").bounding_box()]
    assert len(boxes) >= 10
    for number, box in enumerate(boxes):
        assert box["width"] >= 24 and box["height"] >= 24
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
        for other in boxes[:number]:
            apart = (box["x"] >= other["x"] + other["width"] - 1 or other["x"] >= box["x"] + box["width"] - 1
                     or box["y"] >= other["y"] + other["height"] - 1 or other["y"] >= box["y"] + box["height"] - 1)
            assert apart, (box, other)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_dragging_in_a_month_asks_for_nothing_and_into_the_next_for_one_batch(visit: Any) -> None:
    page = visit.open("/#map=6/36.6158/37.4472&date=2016-04-02")
    before = len(visit.requests)
    drag(page, "2016-04-18")
    visit.settle()
    assert visit.requests[before:] == []
    drag(page, "2016-05-09")
    visit.settle()
    asked = visit.requests[before:]
    assert asked and {re.findall("datetime=([^&]+)", url)[0] for url in asked} == {"2016-05-01/2016-05-31"}
    assert len(asked) == len(set(asked))
