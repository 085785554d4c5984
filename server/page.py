"""What a map page gives its script: one plain value, written into the page as JSON that no browser runs."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app, request

from geo.interval import Interval, day_number, parse_day
from geo.model import BBox
from geo.store import Store
from server.language import voice
from server.resources import get_credits, get_styles
from server.speech import for_scripts
from server.story import Story

LAYERS = ("zones", "fronts", "mentions", "events")
OF_STORY = ("zones", "fronts")
"""A story's own mentions and events come with its page."""

THEATRE = BBox(35.4, 29.0, 48.8, 37.6)
"""Syria and Iraq: what a store without zones shows; of another theatre, its places."""

BASEMAP = "Natural Earth, GSHHG"
RARE = 0.5
"""A year with less than this part of an average year's changes does not widen the slider."""

EXACT = timedelta(days=14)
AROUND = timedelta(days=45)
"""What the slider of a story shows before its first and after its last day."""


@dataclass(frozen=True)
class View:
    """Where and when a map starts: the frame, the day, the first and last day of the slider (both in)."""

    bounds: BBox
    day: date
    first: date
    last: date


def whole(store: Store) -> View:
    """All that the store holds, on the last day that a story speaks of."""
    zones, events = store.summary("zones"), store.summary("events")
    places = store.summary("places").bbox if store.theatre() else None
    frame = zones.bbox or places or THEATRE
    first, last = _ends(store.change_days("reports") or store.change_days("zones") or store.change_days("mentions"))
    day = _last_day(events.interval) or last
    return View(_padded(frame, 0), min(max(day, first), last), first, last)


def of_story(story: Story, everything: View) -> View:
    """The places of the story, in the weeks around what it tells."""
    published = story.article.properties["published"]
    days = [*_days(story.events), *_days(story.mentions)]
    if isinstance(published, date):
        days.append(published)
    first, last = (min(days), max(days)) if days else (everything.first, everything.last)
    day = published if isinstance(published, date) else last
    bounds = _padded(BBox(*story.bounds), 0.35) if story.bounds else everything.bounds
    return View(bounds, day, first - AROUND, last + AROUND)


def data(view: View, *, story: Story | None = None) -> dict[str, object]:
    """The value behind ``#page-data``; see ``static/js/atlas.js`` for who reads it."""
    backdrop = str(current_app.config["BACKDROP"])
    return {
        "urls": _urls(),
        "actors": voice().actors(get_styles()),
        "language": voice().tag,
        "credits": f"{BASEMAP} · zones: {get_credits()}",
        "layers": list(OF_STORY if story else LAYERS),
        "bounds": list(view.bounds),
        "day": day_number(view.day),
        "days": [day_number(view.first), day_number(view.last)],
        "story": story.data if story else None,
        "messages": for_scripts(voice().language),
        "backdrop": {"url": backdrop, "credit": current_app.config["BACKDROP_CREDIT"]} if backdrop else None,
    }


def _urls() -> dict[str, str]:
    root = f"{request.script_root}/"
    tiles = root + "tiles/{collection}"
    return {
        "tiles": tiles + "/{z}/{x}/{y}.mvt",
        "tilejson": tiles + ".json",
        "control": root + "api/control",
        "changes": root + "api/changes",
        "places": root + "api/places",
        "names": root + "api/places/names",
        "turns": root + "api/changes/places",
        "basemap": root + "basemap/{name}.geojson",
    }


def _ends(change_days: Sequence[date]) -> tuple[date, date]:
    """The calendar years in which things change: a lone "since 2011" would leave most of a slider still."""
    if not change_days:
        return date(2014, 1, 1), date(2017, 12, 31)
    years = Counter(day.year for day in change_days)
    lively = [year for year, count in years.items() if count * len(years) >= RARE * len(change_days)]
    return date(min(lively), 1, 1), date(max(lively), 12, 31)


def _last_day(interval: Interval | None) -> date | None:
    return interval.end - timedelta(days=1) if interval and interval.end else None


def _days(rows: Iterable[Mapping[str, Any]]) -> list[date]:
    """First and last days of what is dated to two weeks or better; "since 2014" would stretch the slider."""
    found = []
    for row in rows:
        if row["valid_from"] and row["valid_to"]:
            first, last = parse_day(row["valid_from"]), parse_day(row["valid_to"]) - timedelta(days=1)
            found += [first, last] if last - first < EXACT else []
    return found


def _padded(box: BBox, part: float) -> BBox:
    """The frame widened on each side by a part of itself, at least by half a degree when it is widened at all."""
    if not part:
        return box
    across, up = max((box.east - box.west) * part, 0.5), max((box.north - box.south) * part, 0.35)
    return BBox(box.west - across, box.south - up, box.east + across, box.north + up)
