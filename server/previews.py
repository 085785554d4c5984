"""``/preview/…png``: a dated map as a still picture, for social cards, print and pages without scripts."""
from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from geo import style
from geo.interval import Interval, parse_day
from geo.model import BBox, Feature, LngLat, Query
from geo.schema import EVENTS, MENTIONS
from geo.standing import standing
from geo.stills import DRAWING, LEAST, MOST, MOST_PIXELS, Mark, Size, Speech, Still, draw, frame_of
from geo.store import Store
from server import caching, page, params
from server.caching import Packed
from server.params import BadParameter
from server.rate import Rate
from server.resources import get_credits, get_store, get_styles, get_tiles
from server.showing import OF_PICTURE, Showing, pixels, showing
from server.story import AREAS, Story, feature_row, tell, title_of
from server.voice import Voice

bp = Blueprint("previews", __name__, url_prefix="/preview")

ALLOWED = (*OF_PICTURE, "width", "height", params.VERSION)
CARD = Size()
AT_ONCE, PATIENCE, RETRY_SECONDS = 2, 10.0, 5
"""Pictures drawn side by side in a process; how many seconds more wait for their turn, and are told to."""

MOST_MARKS = 200
MARKED = ("events", "mentions")


@bp.record
def _install(state: BlueprintSetupState) -> None:
    rate = Rate(int(state.app.config["PREVIEW_RATE"]))
    state.app.extensions["dateline.previews"] = rate, threading.BoundedSemaphore(AT_ONCE)


@bp.get("/story/<article_id>.png")
def story(article_id: str) -> Response:
    asked, size = _asked()
    store = get_store()
    key = (store.version(), "still", DRAWING, article_id, repr(asked), size)
    return _respond(key, lambda: _of_story(store, tell(store, article_id), asked, size))


@bp.get("/zones.png")
def zones() -> Response:
    asked, size = _asked()
    store = get_store()
    key = (store.version(), "still", DRAWING, None, repr(asked), size)
    return _respond(key, lambda: _of_all(store, asked, size))


def _asked() -> tuple[Showing, Size]:
    """The options, and the size: that of a social card, or of its shape when only the width is given."""
    args = request.args.to_dict(flat=False)
    params.check_names(args, ALLOWED)
    wide, high = (pixels(args, name, (LEAST, MOST)) for name in ("width", "height"))
    wide = wide or CARD.width
    size = Size(wide, high or max(LEAST, round(wide * CARD.height / CARD.width)))
    if size.width * size.height > MOST_PIXELS:
        raise BadParameter("width", str(size.width), f"at most {MOST_PIXELS:,} pixels together with height")
    asked = showing({name: values for name, values in args.items() if name in OF_PICTURE}, OF_PICTURE)
    return asked, Size(size.width, size.height, "dark" if asked.theme == "dark" else "light")


def _respond(key: tuple[object, ...], make: Callable[[], tuple[Still, Size]]) -> Response:
    def packed() -> Packed:
        _within_rate()
        with _turn():
            return caching.pack(draw(*make()))

    return caching.respond(get_tiles().get(key, packed), "image/png", version=get_store().version())


def _within_rate() -> None:
    """Only what must be drawn counts; what is kept costs nothing."""
    rate, _ = current_app.extensions["dateline.previews"]
    seconds = rate.wait(request.remote_addr or "")
    if seconds:
        most = current_app.config["PREVIEW_RATE"]
        raise TooManyRequests(f"preview_rate: more than {most} new pictures a minute", retry_after=math.ceil(seconds))


@contextmanager
def _turn() -> Iterator[None]:
    _, seats = current_app.extensions["dateline.previews"]
    if not seats.acquire(timeout=PATIENCE):
        raise ServiceUnavailable("too many pictures are being drawn, want a later try", retry_after=RETRY_SECONDS)
    try:
        yield
    finally:
        seats.release()


def _of_story(store: Store, told: Story, asked: Showing, size: Size) -> tuple[Still, Size]:
    view = asked.view(page.of_story(told, page.whole(store)))
    rows = {"mentions": told.mentions, "events": told.events}
    marks = _marks([row for name in MARKED if name in asked.layers for row in rows[name]], view.day)
    return _still(store, (title_of(told.article, Voice(asked.language)), view.day, view.bounds, marks), asked, size)


def _of_all(store: Store, asked: Showing, size: Size) -> tuple[Still, Size]:
    view = asked.view(page.whole(store))
    wanted = Query(frame_of(view.bounds, size).bounds, Interval.of_day(view.day), limit=MOST_MARKS)
    rows = [
        feature_row(each)
        for declared in (EVENTS, MENTIONS) if declared.name in asked.layers
        for each in standing(declared, store.read(declared.name, wanted))
    ]
    voice = Voice(asked.language)
    place = asked.place if asked.place and not asked.place.is_area else None
    title = voice.say("page.placeHeld", name=place.name) if place else voice.say("page.whole")
    return _still(store, (title, view.day, view.bounds, _marks(rows, view.day)), asked, size)


def _still(
    store: Store, what: tuple[str, date, BBox, list[Mark]], asked: Showing, size: Size
) -> tuple[Still, Size]:
    title, day, bounds, marks = what
    area = frame_of(bounds, size).bounds
    wanted = Query(area, Interval.of_day(day))
    found: dict[str, list[Feature]] = {
        name: list(store.read(name, wanted)) if name in asked.layers else [] for name in ("zones", "fronts")
    }
    towns = list(store.read("places", Query(area)))
    credits = f"{page.BASEMAP} · zones: {get_credits()}"
    voice, known = Voice(asked.language), get_styles()
    named = {code: replace(style, label=voice.actor(code, known)) for code, style in known.items()}
    return Still(
        title, day, bounds, found["zones"], found["fronts"], marks, towns, credits, named, _speech(voice, day)
    ), size


def _speech(voice: Voice, day: date) -> Speech:
    words = {name: voice.say(f"legend.{name}") for name in ("contested", "unsure", "front", "event", "mention")}
    return Speech(
        f"{voice.say('time.asOf')} {voice.medium_day(day)}", **words, none=voice.say("control.none"),
        derived=voice.say("page.coarse"))


def _marks(rows: Iterable[Mapping[str, Any]], day: date) -> list[Mark]:
    """One for each position: what happened there comes before what is only named; areas get none."""
    kept = [row for row in rows if row.get("at") and row.get("role", "literal") == "literal"]
    areas = {row.get("place") for row in kept if str(row.get("feature_code")).startswith(AREAS)}
    found: dict[tuple[float, float], Mark] = {}
    for row in kept:
        lat, lng = row["at"]
        if row.get("place") in areas:
            continue
        mark = _mark(row, LngLat(lng, lat), day)
        known = found.get((lat, lng))
        if known is None or (mark.is_event, mark.is_now) > (known.is_event, known.is_now):
            found[lat, lng] = mark
    return list(found.values())


def _mark(row: Mapping[str, Any], at: LngLat, day: date) -> Mark:
    is_event = "type" in row
    side = row.get("actor") if is_event else (row.get("control") or row).get("controller")
    first = parse_day(row["valid_from"]) if row.get("valid_from") else None
    end = parse_day(row["valid_to"]) if row.get("valid_to") else None
    name = str(row.get("relation") or row.get("name") or "")
    return Mark(at, name, is_event, style.style_of(side, get_styles()).colour, day in Interval(first, end))
