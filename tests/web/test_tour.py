"""The newcomer's walk of ``docs/tour.md``, from the demo's store: controls found by their words, at most 12 actions."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser

from server import create_app
from tools import tour
from tools.tour import DOCS, WIDTH, Walk

pytestmark = pytest.mark.browser

MOST_ACTIONS = 12
MOST_BYTES = 120_000
LOOKS_OTHERWISE = 12
"""Levels of 255, mean over a small copy, from which on a picture shows something else."""


@pytest.fixture(scope="module")
def done(demo_store: Path, chromium: Browser, serving: Any) -> Iterator[Walk]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    with serving(create_app({"store": str(demo_store)})) as root, tour.bare_host() as paste:
        yield tour.walk(context, root, paste)
        context.close()


def test_it_takes_at_most_twelve_actions_and_is_written_down(done: Walk) -> None:
    assert 5 < len(done.steps) <= MOST_ACTIONS
    assert (DOCS / "tour.md").read_text(encoding="utf-8") == tour.document(done), "take it anew: make tour"


def test_the_town_is_seen_to_change_hands_twice(done: Walk) -> None:
    assert list(done.colours) == [f"2016-04-{day:02}" for day in range(6, 14)]
    isil, rebels, again = (done.colours[f"2016-04-{day}"] for day in ("06", "08", "11"))
    assert _apart(isil, rebels) > 25 < _apart(rebels, again)
    assert _apart(isil, again) < 12
    assert done.colours["2016-04-10"] == rebels and _apart(done.colours["2016-04-13"], again) < 12


def _apart(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return max(abs(one - other) for one, other in zip(a, b, strict=True))


def test_the_code_is_a_frame_of_the_story_and_the_download_has_zones(done: Walk) -> None:
    assert "<iframe" in done.code and "/embed/" in done.code and "/embed/map" not in done.code
    assert done.geojson["type"] == "FeatureCollection" and len(done.geojson["features"]) > 5


def test_its_pictures_are_small_and_show_what_is_there_now(done: Walk) -> None:
    kept = {path.stem.removeprefix("tour-"): path for path in (DOCS / "img").glob("tour-*.webp")}
    assert kept.keys() == done.pictures.keys()
    for name, path in kept.items():
        assert path.stat().st_size < MOST_BYTES, name
        with Image.open(path) as shown:
            assert shown.width <= WIDTH
            assert _difference(shown.convert("RGB"), tour.picture(done.pictures[name])) < LOOKS_OTHERWISE, name


def test_another_picture_would_be_noticed(done: Walk) -> None:
    story, embed = (tour.picture(done.pictures[name]) for name in ("story", "embed"))
    assert _difference(story, embed) > LOOKS_OTHERWISE


def _difference(a: Image.Image, b: Image.Image) -> float:
    """Fonts and smoothing differ from machine to machine, so small copies are compared."""
    one, other = (each.resize((45, 28), Image.Resampling.BOX) for each in (a, b))
    return float(max(ImageStat.Stat(ImageChops.difference(one, other)).mean))
