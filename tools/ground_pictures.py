"""Draws the pictures of ``docs/fronts.md`` from the demo's store: ``python -m tools.ground_pictures STORE FOLDER``.

Plain SVG with the colours of ``geo.style``, one panel a day, so that a change of the ground or of its look is a change
of text that a person can read.
"""
from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import cos, radians
from pathlib import Path

import shapely
from shapely.geometry import LineString, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from geo.basemap import country_shapes, load
from geo.changes import Comparison, changes
from geo.fronts import fronts, holders_of
from geo.measure import simple_parts
from geo.model import BBox, Feature, LngLat, Query
from geo.store import Store, open_store
from geo.style import label, style_of
from geo.zones import ZoneIndex

WIDTH, GAP, HEAD, FOOT = 340, 12, 26, 34
"""Pixels: of a panel, between two of them, for its title above and for the legend below."""

ROW = 18
"""Pixels of one line of the legend."""


LAND = "#f4f1ea"
HELD, UNSURE = "0.55", "0.3"
PALE = f' fill-opacity="{HELD}"'
CREDITS = ("Derived by Dateline from town reports: coarse estimates, no surveyed lines.",
           "Reports: Wikipedia and others, see data/LICENCES.md. Basemap: Natural Earth, GSHHG.")


@dataclass(frozen=True)
class Scene:
    """What one picture shows: the same frame on some days. ``names`` are the ids of reported places to be named."""

    file: str
    title: str
    frame: BBox
    days: tuple[date, ...]
    names: tuple[str, ...] = ()


SCENES = (
    Scene("al-rai", "A border town changes hands twice", BBox(36.75, 36.15, 38.2, 36.95),
          (date(2016, 4, 7), date(2016, 4, 9), date(2016, 4, 12)),
          ("sy-al-rai", "sy-azaz", "sy-jarabulus", "sy-al-bab", "sy-manbij")),
    Scene("deir-ez-zor", "A besieged enclave, and after the siege", BBox(38.6, 34.3, 41.4, 36.2),
          (date(2016, 7, 1), date(2017, 9, 10)),
          ("sy-deir-ez-zor", "sy-raqqa", "sy-al-mayadin", "sy-al-sukhnah", "sy-palmyra")),
)
MOVED = Scene("moved", "Ground that changed hands in the summer of 2016", BBox(36.2, 35.6, 39.4, 37.1),
              (date(2016, 6, 1), date(2016, 8, 31)), ("sy-manbij", "sy-jarabulus", "sy-aleppo", "sy-al-rai"))


class Panel:
    """One frame on a flat map around its middle, as pieces of SVG."""

    def __init__(self, frame: BBox, left: float) -> None:
        self._frame, self._left = frame, left
        self._narrow = cos(radians((frame.south + frame.north) / 2))
        self._scale = WIDTH / ((frame.east - frame.west) * self._narrow)
        self.height = (frame.north - frame.south) * self._scale
        self.area = box(*frame)

    def at(self, lng: float, lat: float) -> tuple[float, float]:
        """Pixels from the left and from the top."""
        return (self._left + (lng - self._frame.west) * self._narrow * self._scale,
                HEAD + (self._frame.north - lat) * self._scale)

    def ground(self, geometry: BaseGeometry, **look: str) -> str:
        """Polygons as one path."""
        parts = simple_parts(geometry.intersection(self.area), Polygon)
        rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        return self._path(rings, closed=True, **look)

    def lines(self, geometry: BaseGeometry, **look: str) -> str:
        return self._path(simple_parts(geometry.intersection(self.area), LineString), closed=False, **look)

    def name(self, point: LngLat, text: str, colour: str) -> str:
        """A dot with its name, to the left of it where the right edge is near; nothing outside the frame."""
        if not self.area.contains(shapely.Point(point)):
            return ""
        x, y = self.at(*point)
        is_left = x > self._left + WIDTH - 60
        anchor, beside = ("end", -5) if is_left else ("start", 5)
        return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}" stroke="#fff"/>'
                f'<text x="{x + beside:.1f}" y="{y - 4:.1f}" text-anchor="{anchor}" class="name">{escape(text)}</text>')

    def _path(self, lines: Iterable[BaseGeometry], *, closed: bool, **look: str) -> str:
        drawn = "".join(self._line(line) + ("Z" if closed else "") for line in lines)
        told = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in look.items())
        return f'<path d="{drawn}"{told}/>' if drawn else ""

    def _line(self, line: BaseGeometry) -> str:
        pixels = dict.fromkeys(f"{x:.1f} {y:.1f}" for x, y in (self.at(*each) for each in line.coords))
        return "M" + "L".join(pixels)


def picture(scene: Scene, index: ZoneIndex) -> str:
    """One panel for each day: who held the ground, the fronts, the places that were reported."""
    panels = [Panel(scene.frame, number * (WIDTH + GAP)) for number in range(len(scene.days))]
    held: dict[str, None] = {}
    body: list[str] = []
    for panel, day in zip(panels, scene.days, strict=True):
        zones = [zone for zone in index.on(day) if zone.geometry is not None and zone.geometry.intersects(panel.area)]
        held.update(dict.fromkeys(side for zone in zones for side in holders_of(zone)))
        inside = [_sides(panel, zone, day) for zone in zones]
        lines = [panel.lines(row.geometry, **_FRONT) for row in fronts(zones) if row.geometry is not None]
        names = _names(panel, scene, index, day)
        body += _framed(panel, f"{day:%-d %B %Y}", [*_basemap(panel), *inside, *lines, *names])
    legend = [(label(side), style_of(side).colour) for side in sorted(held)]
    return _document(scene, panels, body, [*legend, ("stripes: contested by two · empty: no statement", LAND)])


def moved_picture(scene: Scene, index: ZoneIndex) -> str:
    """One panel: what one side held on the first day and another on the last, in the colour of the one that gained."""
    panel = Panel(scene.frame, 0)
    before, after = scene.days
    found = changes(index, before, after, Comparison()).moved
    gained = [each for each in found if each.before and each.after and each.geometry.intersects(panel.area)]
    body = [panel.ground(each.geometry, fill=_colour(each.after), stroke="#222", stroke_width="0.6") for each in gained]
    legend = {
        f"{_who(each.after)} gained {sum(o.km2 for o in gained if o.after == each.after):,.0f} km²": _colour(each.after)
        for each in gained
    }
    title = f"{before:%-d %B} to {after:%-d %B %Y}"
    whole = _framed(panel, title, [*_basemap(panel), *body, *_names(panel, scene, index, after)])
    return _document(scene, [panel], whole, list(legend.items()))


_FRONT = {"fill": "none", "stroke": "#111", "stroke_width": "1.4"}


def _basemap(panel: Panel) -> Iterator[str]:
    for country in country_shapes().values():
        if country.intersects(panel.area):
            yield panel.ground(country, fill=LAND, stroke="#777", stroke_width="0.8")
    for row in load("rivers"):
        yield panel.lines(shape(row["geometry"]), fill="none", stroke="#9cc3dd", stroke_width="1")


def _sides(panel: Panel, zone: Feature, day: date) -> str:
    """Its side's colour; of two sides stripes of both; paler where it is uncertain or nobody is sure."""
    assert zone.geometry is not None
    sides = holders_of(zone)
    fill = f"url(#{'-'.join(sides)})" if len(sides) > 1 else style_of(sides[0]).colour
    return panel.ground(zone.geometry, fill=fill, fill_opacity=HELD if day in zone.valid.certain else UNSURE)


def _names(panel: Panel, scene: Scene, index: ZoneIndex, day: date) -> Iterator[str]:
    for place in scene.names:
        report = next((each for each in index.reports if each.place == place), None)
        if report is not None:
            zones = index.at(report.point, day)
            sides = holders_of(zones[0]) if zones else ()
            yield panel.name(report.point, report.name, style_of(sides[0]).colour if sides else "#999")


def _framed(panel: Panel, title: str, pieces: Iterable[str]) -> list[str]:
    left, _ = panel.at(panel.area.bounds[0], 0)
    rim = f'<rect x="{left:.1f}" y="{HEAD}" width="{WIDTH}" height="{panel.height:.1f}" fill="none" stroke="#444"/>'
    return [f'<text x="{left:.1f}" y="18" class="day">{escape(title)}</text>', *filter(None, pieces), rim]


def _document(scene: Scene, panels: Sequence[Panel], body: Sequence[str], legend: Sequence[tuple[str, str]]) -> str:
    width = len(panels) * (WIDTH + GAP) - GAP
    top = HEAD + panels[0].height + 8
    rows = [
        f'<rect x="0" y="{top + ROW * number:.0f}" width="22" height="12" fill="{colour}"{PALE} stroke="#999"/>'
        f'<text x="28" y="{top + ROW * number + 11:.0f}" class="name">{escape(text)}</text>'
        for number, (text, colour) in enumerate(legend)
    ]
    height = top + ROW * len(rows) + FOOT
    rows += [f'<text x="0" y="{height - 18 + 12 * number:.0f}" class="credit">{line}</text>'
             for number, line in enumerate(CREDITS)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img">',
        f"<title>{escape(scene.title)}</title>", _LOOK, f"<defs>{''.join(sorted(_stripes(body)))}</defs>",
        f'<rect width="{width}" height="{height:.0f}" fill="#fff"/>', *body, *rows, "</svg>", "",
    ])


_LOOK = "<style>text{font-family:sans-serif;fill:#222}.day{font-size:14px;font-weight:bold}.name{font-size:11px}"\
    ".credit{font-size:9px}</style>"


def _stripes(body: Sequence[str]) -> set[str]:
    """A pattern for each pair of sides that a path of the picture is filled with."""
    pairs = {part.split(")")[0] for piece in body for part in piece.split("url(#")[1:]}
    return {
        f'<pattern id="{pair}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="4" height="8" fill="{_colour(pair.split("-")[0])}"/>'
        f'<rect x="4" width="4" height="8" fill="{_colour(pair.split("-")[1])}"/></pattern>'
        for pair in pairs
    }


def _colour(side: str | None) -> str:
    return style_of(side.split(" / ")[0] if side else None).colour


def _who(side: str | None) -> str:
    return " / ".join(label(each) for each in (side or "").split(" / "))


def draw(store: Store, folder: Path) -> list[Path]:
    """Write every picture; their paths."""
    index = ZoneIndex(store.read("zones", Query()), store.read("reports", Query()))
    drawn = {scene.file: picture(scene, index) for scene in SCENES} | {MOVED.file: moved_picture(MOVED, index)}
    for name, text in drawn.items():
        (folder / f"{name}.svg").write_text(text, encoding="utf-8")
    return [folder / f"{name}.svg" for name in drawn]


if __name__ == "__main__":
    for path in draw(open_store(sys.argv[1]), Path(sys.argv[2])):
        print(path)
