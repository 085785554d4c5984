"""The folium map of a story: what it shows on a day, that it opens offline, and that text in it stays text."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import folium
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.articles import article
from geo.assets import data_path
from geo.errors import InvalidInput
from geo.features import event_features, mention_features
from geo.fronts import front_rows
from geo.interval import Interval, Validity, day_number
from geo.model import Article, Feature
from geo.pipeline import bundled
from geo.preview import compact, preview, story_days, to_html
from geo.preview.inert import inert_json
from geo.preview.storymap import SCRIPTS
from geo.sources import read_file

AL_RAI, AZAZ = (37.4478, 36.6118), (37.0463, 36.5866)
PAYLOADS = (
    "{{7*191}}{{1337*7331}}", "{% if", "{# gone", "{{ cycler.__init__.__globals__ }}", "<script>alert(1)</script>",
    "</script><script>alert(2)</script>", "${alert(3)}", "`+alert(4)+`", "<img src=x onerror=alert(5)>",
    "\u2028alert(6)", "\u202etxet desrever", "\"><svg onload=alert(7)>", "&lt;b&gt;", "'-alert(8)-'",
    "{% endraw %}{{1337*7331}}",
)
HOSTILE = " | ".join(PAYLOADS)


def days(text: str) -> Validity:
    """``2016-04-07/2016-04-11``: half-open, as rows are stored."""
    start, _, end = text.partition("/")
    return Validity.exactly(Interval(date.fromisoformat(start), date.fromisoformat(end) if end else None))


def day(text: str) -> Validity:
    return Validity.exactly(Interval.of_day(date.fromisoformat(text)))


def mention(at: tuple[float, float] = AL_RAI, valid: Validity | None = None, **fields: object) -> Feature:
    given = {
        "toponym": "Chobanbey", "name": "al-Rai", "sentence": "They took Chobanbey.", "feature_code": "PPL",
        "score": 0.9, "reason": "near the other places", "time_reason": "the Thursday before publication",
        "controller": "REBELS", "status": "control", "control_certainty": "certain", "front_km": 4.2,
        "front_bearing": 90.0, "age_days": 2, "basis": "zone",
        "control_sources": [{"title": "A report of the day", "url": "https://example.org/report"}],
    }
    return Feature("m", Point(at), {**given, **fields}, valid or day("2016-04-07"))


def event(valid: Validity | None = None, **fields: object) -> Feature:
    given = {
        "type": "control_gain", "actor": "ISIL", "name": "al-Rai", "sentence": "ISIL was back.", "certainty": "claimed",
    }
    return Feature("e", Point(AL_RAI), {**given, **fields}, valid or day("2016-04-11"))


def zone(controller: str, ground: BaseGeometry, valid: Validity, **fields: object) -> Feature:
    given = {"controller": controller, "status": "control", "method": "derived", "evidence_max_km": 25.0, "sources": []}
    return Feature(controller, ground, {**given, **fields}, valid)


GROUND = box(37.2, 36.4, 37.7, 36.7)
ZONES = (zone("REBELS", GROUND, days("2016-04-07/2016-04-11")), zone("ISIL", GROUND, days("2016-04-11/")))


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="[^"]*">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def page_of(*told: Feature, title: str = "A border town", **options: Any) -> str:
    mentions = [each for each in told if "toponym" in each.properties]
    events = [each for each in told if "toponym" not in each.properties]
    return to_html(preview(mentions, options.pop("zones", ZONES), title=title, events=events, **options))


# Data that stays data


@pytest.mark.parametrize("text", [*PAYLOADS, HOSTILE, "{", "{{{", '{"', "{\\", "\ud800", "\u2029"])
def test_json_opens_no_tag_of_html_or_jinja_and_still_says_the_same(text: str) -> None:
    written = inert_json({text: [text, {"deep": text}]})
    assert not re.search(r"\{[{%#]|[<>&`']", written)
    assert written.isascii()
    assert json.loads(written) == {text: [text, {"deep": text}]}


def test_a_number_that_json_has_not_is_refused() -> None:
    with pytest.raises(InvalidInput, match="finite"):
        preview([mention(front_km=float("nan"))], ZONES, title="x")


def test_no_script_of_ours_opens_a_jinja_tag_or_ends_its_element() -> None:
    folder = Path(preview.__code__.co_filename).parent
    for name in [*(f"{each}.js" for each in SCRIPTS), "preview.css"]:
        assert not re.search(r"\{[{%#]|</|innerHTML|outerHTML|insertAdjacentHTML", (folder / name).read_text()), name
    assert sorted(each.stem for each in folder.glob("*.js")) == sorted(SCRIPTS)


# Shapes


def test_neighbours_still_share_their_edge_when_made_compact() -> None:
    edge = [(37.123456, 36.2), (37.198765, 36.333333), (37.111119, 36.4)]
    west, east = Polygon([(37, 36.2), *edge, (37, 36.4)]), Polygon([*edge, (38, 36.4), (38, 36.2)])
    rings = [_vertices(compact.areas(each, 1000)["areas"][0][0]) for each in (west, east)]
    assert {(37123, 36200), (37199, 36333), (37111, 36400)} <= set(rings[0]) & set(rings[1])


def test_a_repeated_vertex_is_written_once() -> None:
    assert compact.lines(LineString([(0, 0), (0.001, 0), (1, 0)]), 10)["lines"] == [[0, 0, 10, 0]]


def test_more_vertices_than_a_page_bears_are_put_on_a_coarser_grid() -> None:
    circle = Point(37, 36).buffer(0.5, quad_segs=3000)
    assert compact.grid_for([circle]) == 10_000
    assert compact.grid_for([circle] * 5) == 1_000


def _vertices(steps: list[int]) -> list[tuple[int, int]]:
    return list(zip(accumulate(steps[::2]), accumulate(steps[1::2]), strict=True))


# Days


def test_a_storys_days_reach_three_days_beyond_what_it_tells() -> None:
    assert story_days([mention(), event()]) == Interval(date(2016, 4, 4), date(2016, 4, 15))
    assert story_days([mention(valid=Validity())]) == Interval()


@pytest.mark.parametrize("told, start", [
    ([mention(), event()], date(2016, 4, 11)),
    ([mention()], date(2016, 4, 7)),
    ([mention(), event(days("2016-04-01/2016-05-01"))], date(2016, 4, 7)),
    ([mention(valid=days("2016-04-01/2016-05-01"))], date(2016, 5, 3)),
])
def test_the_slider_starts_on_the_last_day_that_is_told_exactly(told: list[Feature], start: date) -> None:
    assert data_of(page_of(*told))["days"]["day"] == day_number(start)


def test_the_slider_starts_where_it_is_told_to_and_reaches_there() -> None:
    stated = data_of(page_of(mention(), day=date(2016, 5, 1)))["days"]
    assert stated == {"first": day_number(date(2016, 4, 4)), "last": 5965, "day": 5965}


def test_a_map_of_nothing_is_still_a_map_without_a_slider() -> None:
    data = data_of(to_html(preview([], [], title="Nothing")))
    assert (data["days"], data["places"], data["zones"]) == (None, [], [])


# Where it looks


def test_far_places_and_the_middles_of_countries_do_not_widen_the_map() -> None:
    far = mention((-77.0, 38.9), name="Washington")
    country = mention((38.5, 34.8), name="Syria", feature_code="PCLI")
    data = data_of(page_of(mention(), mention(AZAZ, name="Azaz"), far, country))
    west, south, east, north = data["view"]
    assert west <= AZAZ[0] < AL_RAI[0] <= east and east - west < 2
    assert south <= AZAZ[1] < AL_RAI[1] <= north and north - south < 2
    assert data["outside"] == ["Washington"]


def test_everything_told_of_one_point_is_one_place_with_events_first() -> None:
    (place,) = data_of(page_of(mention(), mention(valid=day("2016-04-11")), event()))["places"]
    assert [item["kind"] for item in place["items"]] == ["event", "mention", "mention"]


# One page


def test_the_page_has_no_link_and_forbids_every_request() -> None:
    page = page_of(mention(), event())
    rest = re.sub(r"<script.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"<link|src=|https?://|@import", rest)
    assert "default-src 'none'; script-src 'sha256-" in rest
    assert len(page) < 300_000


def test_the_same_story_gives_the_same_page() -> None:
    assert page_of(mention(), event()) == page_of(mention(), event())
    drawn = preview([mention()], ZONES, title="x")
    assert to_html(drawn) == to_html(drawn)


def test_other_maps_of_folium_are_left_as_they_were() -> None:
    before = [*folium.Map.default_js], [*folium.Map.default_css]
    page_of(mention())
    assert ([*folium.Map.default_js], [*folium.Map.default_css]) == before
    assert len(before[0]) > 1


@pytest.mark.parametrize("spoil", [
    lambda drawn: folium.TileLayer("OpenStreetMap").add_to(drawn),
    lambda drawn: drawn.add_js_link("other", "https://example.org/other.js"),
    lambda drawn: drawn.add_js_link("twin", "https://example.org/leaflet.js"),
    lambda drawn: drawn.add_css_link("other", "//example.org/other.css"),
    lambda drawn: drawn.get_root().html.add_child(folium.Element('<img src="/picture.png">')),
], ids=["tiles", "script", "a script named like Leaflet", "style", "image"])
def test_a_map_that_needs_what_did_not_come_along_is_refused(spoil: Any) -> None:
    drawn = preview([mention()], ZONES, title="x")
    spoil(drawn)
    with pytest.raises(InvalidInput, match="no local file"):
        to_html(drawn)


def test_saving_writes_the_page(tmp_path: Path) -> None:
    drawn = preview([mention()], ZONES, title="x")
    drawn.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text() == to_html(drawn)


# In Chromium, with the network off


@dataclass
class Visit:
    """An open page and everything that it did but should not."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def go(self, day: str) -> None:
        self.page.get_by_label("Day", exact=True).fill(str(day_number(date.fromisoformat(day))))

    def press(self, key: str) -> None:
        self.page.get_by_label("Day", exact=True).press(key)

    @property
    def words(self) -> str:
        said = self.page.get_by_label("Day", exact=True).get_attribute("aria-valuetext") or ""
        return said.replace(",", "")  # browsers' English differs in it

    @property
    def fills(self) -> list[str]:
        """The colours of the zones that are drawn."""
        return self.page.locator("path.zone").evaluate_all(
            "all => all.map(one => document.querySelector(`${one.getAttribute('fill').slice(4, -1)} rect`))"
            ".map(rect => rect.getAttribute('fill'))"
        )

    def open_place(self, name: str) -> Locator:
        self.page.get_by_role("button", name=name, exact=True).press("Enter")
        card = self.page.locator(".leaflet-popup-content")
        card.wait_for()
        return card


@pytest.fixture
def offline(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_offline(True)
    yield context
    context.close()


def visit(context: BrowserContext, page: str, folder: Path) -> Visit:
    (folder / "page.html").write_text(page, encoding="utf-8")
    seen = Visit(context.new_page())

    def asked(route: Route) -> None:
        address = route.request.url
        if not address.endswith("/page.html"):
            seen.asked.append(address)
        route.continue_() if address.startswith("file:") else route.abort()

    seen.page.route("**/*", asked)
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("dialog", lambda dialog: (seen.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    seen.page.goto((folder / "page.html").as_uri())
    return seen


@pytest.mark.browser
def test_the_slider_shows_only_what_is_valid_on_its_day(offline: BrowserContext, tmp_path: Path) -> None:
    seen = visit(offline, page_of(mention(), event(), mention(AZAZ, Validity(), name="Azaz")), tmp_path)
    rebels, isil = "#009e73", "#3b3b3b"
    shown = {}
    for one in ("2016-04-06", "2016-04-07", "2016-04-10", "2016-04-11"):
        seen.go(one)
        shown[one] = (seen.fills, seen.page.locator(".place").count())
    assert shown == {
        "2016-04-06": ([], 1), "2016-04-07": ([rebels], 2), "2016-04-10": ([rebels], 1), "2016-04-11": ([isil], 2),
    }
    assert (seen.asked, seen.said) == ([], [])


@pytest.mark.browser
def test_the_slider_speaks_and_obeys_the_keyboard(offline: BrowserContext, tmp_path: Path) -> None:
    seen = visit(offline, page_of(mention(), event()), tmp_path)
    assert seen.words == "Monday 11 April 2016"
    said: list[str] = []
    for key in ("ArrowLeft", "Home", "PageUp", "PageDown", "End"):
        seen.press(key)
        said.append(seen.words)
    assert said == [
        "Sunday 10 April 2016", "Monday 4 April 2016", "Thursday 14 April 2016", "Monday 4 April 2016",
        "Thursday 14 April 2016",
    ]


@pytest.mark.browser
def test_play_runs_to_the_end_and_stops_and_steps_go_to_changes(offline: BrowserContext, tmp_path: Path) -> None:
    seen = visit(offline, page_of(mention(), event()), tmp_path)
    seen.page.get_by_label("Previous change").click()
    assert seen.words == "Friday 8 April 2016"  # the day after the mention's
    seen.page.get_by_label("Next change").click()
    assert seen.words == "Monday 11 April 2016"
    seen.page.get_by_label("Play").click()
    seen.page.locator(".day", has_text="14 April").wait_for()
    seen.page.get_by_label("Play").wait_for()
    assert seen.said == []


@pytest.mark.browser
def test_a_card_says_who_held_it_how_the_day_was_found_and_on_what_it_rests(
    offline: BrowserContext, tmp_path: Path
) -> None:
    seen = visit(offline, page_of(mention(), event()), tmp_path)
    happened = seen.open_place("al-Rai").inner_text()
    seen.page.keyboard.press("Escape")
    seen.page.locator(".leaflet-popup-content").wait_for(state="detached")
    seen.go("2016-04-07")
    card = seen.open_place("al-Rai")
    card.get_by_text("1 source").click()
    told = card.inner_text()
    assert card.get_by_role("link", name="A report of the day").get_attribute("href") == "https://example.org/report"
    for words in ("Taken", "Islamic State (ISIL)", "claimed", "11 April 2016", "ISIL was back."):
        assert words in happened
    for words in ("Chobanbey", "7 April 2016", "the Thursday before publication", "Held by Syrian rebels", "certain",
                  "4 km away, to the east", "2 days old", "a control zone", "90 %"):
        assert words in told


@pytest.mark.browser
def test_a_zone_says_that_it_is_derived(offline: BrowserContext, tmp_path: Path) -> None:
    seen = visit(offline, page_of(mention(), event()), tmp_path)
    seen.page.locator("path.zone").click(position={"x": 30, "y": 60})
    card = seen.page.locator(".leaflet-popup-content").inner_text()
    assert "Held by Islamic State (ISIL)" in card and "derived" in card and "at most 25 km" in card


def hostile() -> str:
    """A page with payloads in every text that a row can carry, keys included."""
    source = {"title": HOSTILE, "url": "javascript:alert(9)", "publisher": HOSTILE, "date": HOSTILE, "quote": HOSTILE}
    control = {"controller": HOSTILE, "controller_b": HOSTILE, "besieged_by": HOSTILE, "status": HOSTILE}
    names = ("toponym", "name", "sentence", "feature_code", "reason", "time_text", "time_reason", "control_certainty",
             "basis")
    said = mention(
        **dict.fromkeys(names, HOSTILE), **control, valid=day("2016-04-11"), shares={HOSTILE: 0.5},
        changed=[{"day": "2016-04-11", "controller": HOSTILE, "status": HOSTILE}], control_sources=[source],
    )
    fields = ("type", "actor", "actor_text", "target", "target_text", "name", "sentence", "attribution", "certainty",
              "agreement", "agreement_reason", "time_reason")
    happened = event(**dict.fromkeys(fields, HOSTILE))
    ground = zone(HOSTILE, GROUND, days("2016-04-01/"), method=HOSTILE, confidence=HOSTILE, confidence_why=HOSTILE,
                  sources=[source], **{key: value for key, value in control.items() if key != "controller"})
    front = Feature("f", GROUND.boundary, {"side_a": HOSTILE, "side_b": HOSTILE}, days("2016-04-01/"))
    return page_of(said, happened, title=HOSTILE, zones=[ground], fronts=[front])


def test_no_text_of_a_story_is_executed_as_a_template() -> None:
    page = hostile()
    assert "9801547" not in page
    assert data_of(page)["title"] == HOSTILE
    assert page.count("<script") == page_of(mention()).count("<script")


@pytest.mark.browser
def test_hostile_text_is_shown_as_text_and_nothing_of_it_runs(offline: BrowserContext, tmp_path: Path) -> None:
    seen = visit(offline, hostile(), tmp_path)
    seen.page.locator(".place").press("Enter")
    card = seen.page.locator(".leaflet-popup-content")
    card.locator("summary").click()
    texts = [seen.page.locator("h1").text_content(), card.locator("h2").text_content()]
    assert HOSTILE.startswith(seen.page.title()[:40])
    sentences = card.locator("blockquote").all_text_contents()
    shown = card.text_content() or ""
    seen.page.keyboard.press("Escape")
    seen.page.locator(".leaflet-popup-content").wait_for(state="detached")
    seen.page.locator("path.zone").click(position={"x": 9, "y": 40})
    zone_card = seen.page.locator(".leaflet-popup-content").text_content() or ""
    assert texts == [HOSTILE, HOSTILE]
    assert sentences == [HOSTILE, HOSTILE]
    assert shown.count("{{7*191}}") > 15 and zone_card.count("{{7*191}}") > 3
    assert "9801547" not in seen.page.content() and "1337" not in shown.replace("1337*7331", "")
    assert seen.page.locator("a[href^='javascript']").count() == 0
    assert seen.page.locator(".leaflet-container :is(script, img, svg[onload])").count() == 0
    assert (seen.asked, seen.said) == ([], [])


# A real story


@pytest.fixture(scope="module")
def al_rai() -> str:
    return _read(next(read_file(data_path("sample", "2016-04-11-al-rai.txt"))))


def _read(story: Article) -> str:
    pipeline = bundled()
    reading = pipeline.read(story)
    mentions, events = mention_features(reading), event_features(reading)
    zones = pipeline.zones_between(story_days([*mentions, *events]))
    return to_html(preview(mentions, zones, title=story.title, events=events, fronts=front_rows(zones)))


@pytest.mark.browser
def test_the_story_of_al_rai_shows_the_town_change_hands(al_rai: str, offline: BrowserContext, tmp_path: Path) -> None:
    seen = visit(offline, al_rai, tmp_path)
    counts = {}
    for one in ("2016-04-08", "2016-04-11"):
        seen.go(one)
        counts[one] = seen.fills.count("#009e73")
    happened = seen.open_place("al-Rai").inner_text()
    assert counts["2016-04-08"] == counts["2016-04-11"] + 1
    assert "Taken" in happened and "Islamic State (ISIL)" in happened
    assert seen.page.title() == "Border town of al-Rai falls to Islamic State again"
    assert len(al_rai) < 600_000
    assert (seen.asked, seen.said) == ([], [])


@pytest.mark.browser
def test_a_story_full_of_payloads_read_by_the_pipeline_stays_text(offline: BrowserContext, tmp_path: Path) -> None:
    text = "\n\n".join(f"Rebels captured al-Rai on Thursday {payload} near Azaz." for payload in PAYLOADS)
    page = _read(article(text, {"date": "2016-04-11", "title": HOSTILE}, "hostile.txt"))
    seen = visit(offline, page, tmp_path)
    seen.go("2016-04-07")
    shown = seen.open_place("al-Rai").text_content() or ""
    assert "9801547" not in page and "alert(1)" in shown and "{{7*191}}" in shown
    assert (seen.asked, seen.said) == ([], [])
