"""The editors' routes: stories in and out of sight, corrections, town reports; each needs a token (``bearer``).

What is posted twice is kept once: a story by its address or content, a correction by what it says, a report by its
event. ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header) also guards against one key with two bodies.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, json, request, url_for
from werkzeug.exceptions import UnprocessableEntity

from geo import desk
from geo.anchoring import Anchor
from geo.corrections import Correction, EventKey
from geo.desk import Editor
from geo.drafts import REPORT, STATES, corrections_by_story, corrections_of
from geo.errors import Conflict, InvalidInput, NotFound
from geo.event_reports import report_of_event
from geo.features import event_identity, revision
from geo.ground import add_reports
from geo.interval import Interval, parse_day
from geo.model import Feature, LngLat, Reading, Span, When
from geo.store.records import Record
from geo.suggestions import around
from server import bearer, deskview, intake, params, tilesets
from server.params import BadParameter
from server.rejoining import rejoin
from server.resources import get_gazetteer, get_store, get_tiles

bp = Blueprint("editing", __name__, url_prefix="/api")

STORY_FIELDS = (*intake.FIELDS, "source", "publish")
NUMBER = (int, float)
LONGEST = 200
"""Characters of a name or of the word that makes an event."""
MOST_FOUND = 20
MOST_STORIES = 200
MOST_KEYS = 500
"""Idempotency keys remembered of a token; then all are forgotten, for a request is repeated soon or never."""


@bp.get("/articles")
@bearer.needs("read-private")
def articles() -> Response:
    params.check_names(request.args.to_dict(flat=False), ())
    told = [deskview.line(story) for story in desk.stories(get_store(), MOST_STORIES)]
    return _json({"articles": told, "editor": deskview.editor_json(bearer.editor())})


@bp.post("/articles")
@bearer.needs("write")
def take() -> Response:
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("date",))
    story = intake.article_in(intake.body(), params.once(args, "date", parse_day, "YYYY-MM-DD"), STORY_FIELDS)
    with _once():
        is_new = desk.take(get_store(), deskview.read, story, _editor())
    return _json(deskview.view(story.id), 201 if is_new else 200, url_for("editing.article", article_id=story.id))


@bp.get("/articles/<article_id>")
@bearer.needs("read-private")
def article(article_id: str) -> Response:
    return _json(deskview.view(article_id))


@bp.get("/articles/<article_id>/history")
@bearer.needs("read-private")
def history(article_id: str) -> Response:
    desk.story_of(get_store(), article_id)
    return _json({"history": deskview.history(get_store(), article_id)})


@bp.patch("/articles/<article_id>")
@bearer.needs("write")
def change(article_id: str) -> Response:
    asked = intake.record({"state": str, "until": str, "date": str})
    state = asked.get("state")
    if state is not None and state not in STATES:
        raise BadParameter("state", state, f"one of {', '.join(STATES)}")
    until = _until(asked) if state == "held" else None
    store, editor = get_store(), _editor()
    if "date" in asked:
        day = params.once({"date": [asked["date"]]}, "date", parse_day, "YYYY-MM-DD")
        assert day is not None
        desk.date(store, deskview.read, article_id, When(Interval.of_day(day), asked["date"], "day", "stated"), editor)
    if state == "withdrawn":
        return withdraw(article_id)
    if state == "published":
        desk.show(store, deskview.read, article_id, editor)
    elif state is not None:
        moved = bool(store.records(REPORT, article_id))
        desk.hold(store, deskview.read, article_id, until, editor)
        _forget(moved)
    return _json(deskview.view(article_id))


@bp.delete("/articles/<article_id>")
@bearer.needs("admin")
def withdraw(article_id: str) -> Response:
    """For good: its rows, its text, its corrections and the reports made of it."""
    moved = bool(get_store().records(REPORT, article_id))
    desk.withdraw(get_store(), article_id, _editor())
    _forget(moved)
    return Response(status=204)


@bp.post("/corrections")
@bearer.needs("write")
def correct() -> Response:
    asked = intake.record({
        "article": str, "kind": str, "start": int, "end": int, "event": dict, "place": str, "lng": NUMBER,
        "lat": NUMBER, "km": NUMBER, "date": str, "role": str, "revision": str,
    })
    with _once():
        kept, is_new = desk.correct(get_store(), deskview.read, _correction(asked), _editor())
    view = {"correction": deskview.correction_json(kept, get_gazetteer()), **deskview.view(kept.article)}
    return _json(view, 201 if is_new else 200, url_for("editing.correction", correction_id=kept.id))


@bp.get("/corrections/<correction_id>")
@bearer.needs("read-private")
def correction(correction_id: str) -> Response:
    known = (each for said in corrections_by_story(get_store()).values() for each in said)
    found = next((each for each in known if each.id == correction_id), None)
    if found is None:
        raise NotFound(f"correction: {correction_id[:80]!r}, want the id of one")
    return _json(deskview.correction_json(found, get_gazetteer()))


@bp.delete("/corrections/<correction_id>")
@bearer.needs("write")
def undo(correction_id: str) -> Response:
    ended = desk.undo(get_store(), deskview.read, correction_id, _editor())
    return _json({"correction": deskview.correction_json(ended, get_gazetteer()), **deskview.view(ended.article)})


@bp.get("/corrections/places")
@bearer.needs("read-private")
def places() -> Response:
    """What a name may mean, for an editor to choose from."""
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("name",))
    name = params.once(args, "name", str, "a name") or ""
    found = get_gazetteer().candidates(name[:LONGEST]) if name.strip() else []
    told = [
        {"place": place.id, "name": place.name, "country": place.country, "admin1": place.admin1,
         "lng": place.point.lng, "lat": place.point.lat}
        for place in {match.place.id: match.place for match in found}.values()
    ]
    return _json({"places": told[:MOST_FOUND]})


@bp.post("/reports")
@bearer.needs("write")
def report() -> Response:
    """A town report of a confirmed event of a published story; zones derived from reports follow."""
    asked = intake.record({"article": str, "event": str})
    article_id, event_id = _needed(asked, "article"), _needed(asked, "event")
    with _once():
        row, is_new = _report(article_id, event_id)
    return _json(deskview.view(article_id), 201 if is_new else 200, f"/export/reports.geojson?id={row.id}")


def _report(article_id: str, event_id: str) -> tuple[Feature, bool]:
    """The report that an event makes, kept; whether it is new."""
    store, story = get_store(), desk.story_of(get_store(), article_id)
    item = next((each for each in deskview.view(article_id)["items"] if each.get("id") == event_id), None)
    if item is None:
        raise NotFound(f"event: {event_id[:80]!r}, want the id of an event of the story")
    if story.state != "published" or not item["confirmed"]:
        raise Conflict("event: want one that is confirmed, of a story that is published")
    reading = deskview.read(story.article, corrections_of(store, article_id))
    event = next(each for each in reading.events if event_identity(story.article, each) == event_id)
    row = report_of_event(reading.article, event, event_id)
    is_new = not any(record.id == row.id for record in store.records(REPORT, article_id))
    store.keep_record(REPORT, Record(row.id, article_id, {"event": event_id, "by": bearer.editor().name}))
    if add_reports(store, [row], datetime.now(UTC).date())[1] is not None:
        rejoin()
    return row, is_new


def _forget(ground_moved: bool) -> None:
    """Let no cache of ours hold what was taken out of sight; reports that went with it may have moved the ground."""
    if ground_moved:
        rejoin()
    kept = str(current_app.config["TILE_FOLDER"])
    tilesets.forget(tilesets.folder_of(str(current_app.config["STORE"]), kept), desk.SHOWN)
    get_tiles().clear()


def _editor() -> Editor:
    return Editor(bearer.editor().name, datetime.now(UTC))


def _json(value: object, status: int = 200, location: str = "") -> Response:
    headers = {"Location": location} if location else {}
    return Response(json.dumps(value, ensure_ascii=False) + "\n", status, headers, mimetype="application/json")


def _needed(asked: dict[str, Any], name: str) -> Any:
    if name not in asked:
        raise BadParameter(name, "", "it stated")
    return asked[name]


@contextmanager
def _once() -> Iterator[None]:
    """Remember the key of a request, per token, with what it sent; of one that fails nothing is remembered.

    :raises UnprocessableEntity: when the key came with another body before.
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST:
        raise BadParameter("Idempotency-Key", key, f"at most {LONGEST} characters")
    store, token = get_store(), bearer.editor().id
    id_ = hashlib.sha256(f"{token} {request.path} {key}".encode("utf-8", "surrogatepass")).hexdigest()
    sent = hashlib.sha256(request.get_data()).hexdigest()
    keys = store.records("key", token) if key else []
    known = next((record for record in keys if record.id == id_), None)
    if known is not None and known.value["sent"] != sent:
        raise UnprocessableEntity("Idempotency-Key: it came with another body before, want a new key")
    yield
    if key and known is None:
        if len(keys) >= MOST_KEYS:
            store.drop_records("key", token)
        store.keep_record("key", Record(id_, token, {"sent": sent}))


def _until(asked: dict[str, Any]) -> datetime:
    text = _needed(asked, "until")
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        until = None
    if until is None or until.tzinfo is None or len(text) < len("2026-05-01T06:00Z"):
        raise BadParameter("until", text, "a date and time with its zone, as 2026-05-01T06:00:00Z")
    return until.astimezone(UTC)


def _correction(asked: dict[str, Any]) -> Correction:
    """The correction that is asked for, anchored in the text that its editor saw."""
    story = desk.story_of(get_store(), _needed(asked, "article")).article
    if asked.get("revision", revision(story)) != revision(story):
        raise Conflict("revision: the story was edited meanwhile, want it loaded again")
    machine = deskview.read(story, ())
    span = _span(asked, story.text)
    event = asked.get("event")
    found = Correction(
        "", story.id, _needed(asked, "kind"), Anchor.of(story.text, span), _event(event) if event else None,
        place=_place(asked.get("place", "")), point=_point(asked), km=_km(asked),
        date=asked.get("date", ""), role=asked.get("role", ""),
    )
    return found if event else replace(found, was=_was(machine, span), around=around(machine, span))


def _span(asked: dict[str, Any], text: str) -> Span:
    start, end = _needed(asked, "start"), _needed(asked, "end")
    if not 0 <= start < end <= len(text) or end - start > LONGEST or not text[start:end].strip():
        raise BadParameter("start", f"{start} to {end}", f"a span of the text, at most {LONGEST} characters")
    return Span(start, end)


def _event(asked: dict[str, Any]) -> EventKey:
    if set(asked) - {"type", "name"} or not all(isinstance(value, str) for value in asked.values()):
        raise BadParameter("event", str(asked)[:80], "its type and the name at which it happened")
    return EventKey(str(asked.get("type", "")), str(asked.get("name", "")))


def _place(place: str) -> str:
    """:raises BadParameter: for what is in no gazetteer."""
    try:
        return get_gazetteer()[place].id if place else ""
    except NotFound:
        raise BadParameter("place", place, "the id of a place in the gazetteer") from None


def _point(asked: dict[str, Any]) -> LngLat | None:
    if ("lng" in asked) != ("lat" in asked):
        raise BadParameter("lat" if "lng" in asked else "lng", "", "lng and lat together")
    if "lng" not in asked:
        return None
    lng, lat = float(asked["lng"]), float(asked["lat"])
    if not (abs(lng) <= 180 and abs(lat) <= 90):  # nor NaN
        raise BadParameter("lng,lat", f"{lng},{lat}", "degrees from -180 to 180 and from -90 to 90")
    return LngLat(lng, lat)


def _km(asked: dict[str, Any]) -> float | None:
    if "km" not in asked:
        return None
    if asked["km"] != asked["km"]:
        raise InvalidInput("km: nan, want a number")
    return float(asked["km"])


def _was(machine: Reading, span: Span) -> str:
    found = next((each for each in machine.mentions if each.toponym.span == span), None)
    return found.place.id if found and found.place else ""
