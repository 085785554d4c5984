"""Measure the one-file map of a story beside folium's own time plug-ins, with the same zones on the same days.

``python -m tools.single_file_sizes [STORY]``: a table for ``docs/embedding.md``. Each file is opened in Chromium
without a network; "drawn" counts the areas that are then on the map.
"""
from __future__ import annotations

import gzip
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import folium
from folium.plugins import Timeline, TimelineSlider, TimeSliderChoropleth, TimestampedGeoJson
from playwright.sync_api import sync_playwright
from shapely.geometry import mapping

from geo.assets import data_path
from geo.features import event_features, mention_features
from geo.fronts import front_rows
from geo.interval import DAY, EPOCH
from geo.model import Feature
from geo.pipeline import bundled
from geo.preview import preview, story_days, to_html
from geo.sources import read_file
from geo.style import style_of

STORY = data_path("sample", "2016-04-11-al-rai.txt")
FLAGS = ["--no-sandbox", "--disable-gpu"]
HEAD = "| file | KiB | gzipped | files of others | hosts | drawn without a network |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Ground:
    """The zones of a story and the days that its map shows."""

    zones: Sequence[Feature]
    days: Sequence[date]

    def on(self, day: date) -> list[Feature]:
        return [zone for zone in self.zones if day in zone.valid.outer]


def ours(path: Path) -> tuple[str, Ground]:
    """The page of ``dateline read -f html``, which also holds the story, and what it draws."""
    story, pipeline = next(read_file(path)), bundled()
    reading = pipeline.read(story)
    mentions, events = mention_features(reading), event_features(reading)
    span = story_days([*mentions, *events])
    zones = pipeline.zones_between(span)
    first, end = span.start or EPOCH, span.end or EPOCH
    days = [first + timedelta(days=number) for number in range((end - first).days)]
    page = to_html(preview(mentions, zones, title=story.title, events=events, fronts=front_rows(zones)))
    return page, Ground(zones, days)


def timestamped(ground: Ground) -> str:
    """A step shows what has its time: whatever lasts is written again for every day."""
    rows = [
        {**_geojson(zone), "properties": {"times": [day.isoformat()] * _times(zone), "style": _look(zone)}}
        for day in ground.days for zone in ground.on(day)
    ]
    data = {"type": "FeatureCollection", "features": rows}
    layer: Any = TimestampedGeoJson
    return _page(layer(data, period="P1D", duration="P1D", auto_play=False))


def timeline(ground: Ground) -> str:
    """The only one with true intervals."""
    rows = [
        {**_geojson(zone), "properties": {"start": _iso(zone.valid.outer.start, ground.days[0]),
                                          "end": _iso(zone.valid.outer.end, ground.days[-1] + DAY), **_look(zone)}}
        for zone in ground.zones
    ]
    layer: Any = Timeline({"type": "FeatureCollection", "features": rows})
    slider: Any = TimelineSlider()
    return _page(layer, slider.add_timelines(layer))


def choropleth(ground: Ground) -> str:
    """Shapes stay, colours change: what does not hold on a day is there and cannot be seen."""
    rows = [{**_geojson(zone), "id": str(number)} for number, zone in enumerate(ground.zones)]
    colours = {
        str(number): {
            str(int((day - date(1970, 1, 1)).total_seconds())): {
                "color": style_of(_side(zone)).colour, "opacity": 0.5 if day in zone.valid.outer else 0,
            } for day in ground.days
        } for number, zone in enumerate(ground.zones)
    }
    return _page(TimeSliderChoropleth({"type": "FeatureCollection", "features": rows}, colours))


def _page(*layers: Any) -> str:
    whole = folium.Map(location=[36.5, 37.4], zoom_start=8, tiles=None)
    for layer in layers:
        layer.add_to(whole)
    return str(whole.get_root().render())


def _geojson(zone: Feature) -> dict[str, Any]:
    assert zone.geometry is not None
    return {"type": "Feature", "geometry": mapping(zone.geometry), "properties": {}}


def _times(zone: Feature) -> int:
    """The plug-in wants one time for each coordinate of a polygon's outermost list."""
    return len(getattr(zone.geometry, "geoms", (1,)))


def _look(zone: Feature) -> dict[str, Any]:
    return {"color": style_of(_side(zone)).colour, "weight": 1, "fillOpacity": 0.5}


def _side(zone: Feature) -> str | None:
    found = zone.properties.get("controller")
    return str(found) if found else None


def _iso(day: date | None, otherwise: date) -> str:
    return (day or otherwise).isoformat()


def row(name: str, page: str, drawn: int) -> str:
    links = set(re.findall(r'<(?:script|link|img)\b[^>]*?(?:src|href)="(https?://[^"]+)"', page))
    hosts = {link.split("/")[2] for link in links}
    body = page.encode()
    return (f"| {name} | {len(body) / 1024:.0f} | {len(gzip.compress(body)) / 1024:.0f} | {len(links)} | {len(hosts)} "
            f"| {f'{drawn} areas' if drawn else 'nothing'} |")


def drawn(pages: Mapping[str, str]) -> dict[str, int]:
    """How many areas each page shows when it is opened from a file and every request is refused."""
    found = {}
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for number, (name, page) in enumerate(pages.items()):
            file = Path(folder, f"{number}.html")
            file.write_text(page, encoding="utf-8")
            context = browser.new_context(offline=True)
            window = context.new_page()
            window.goto(file.as_uri())
            window.wait_for_timeout(1500)
            found[name] = window.locator(".leaflet-overlay-pane path, path.zone").count()
            context.close()
        browser.close()
    return found


def main(path: Path) -> None:
    page, ground = ours(path)
    others: dict[str, Callable[[Ground], str]] = {
        "folium `Timeline` + `TimelineSlider`": timeline, "folium `TimestampedGeoJson`": timestamped,
        "folium `TimeSliderChoropleth`": choropleth,
    }
    pages = {"`dateline read -f html`": page, **{name: make(ground) for name, make in others.items()}}
    shown = drawn(pages)
    print(f"{len(ground.zones)} zones, {len(ground.days)} days\n\n{HEAD}")
    for name, text in pages.items():
        print(row(name, text, shown[name]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else STORY)
