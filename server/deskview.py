"""A story as its editor sees it: text, every place and event with how sure it is, what was said of them and by whom."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request

from geo import desk, doubt
from geo.access import Token
from geo.corrections import Correction, Fixes, key_of, word_of
from geo.drafts import REPORT, Story, corrections_by_story, corrections_of, deeds_of
from geo.errors import NotFound
from geo.features import candidate_json, control_properties, event_identity, revision
from geo.gazetteer import Gazetteer
from geo.model import Article, Candidate, Event, Mention, Reading, Span, When
from geo.store import Store
from geo.suggestions import Suggestion, suggestions
from server import intake
from server.resources import get_gazetteer, get_pipeline, get_store


def read(article: Article, corrections: Sequence[Correction]) -> Reading:
    """``geo.desk.Read``, taking turns with other readers."""
    with intake.turn():
        return get_pipeline().read(article, corrections)


def line(story: Story) -> dict[str, object]:
    """A story in the list of stories."""
    article = story.article
    return {
        "id": article.id, "title": article.title, "source": article.source, "state": story.state,
        "published": article.published.edtf if article.published else None,
        "until": story.until.isoformat() if story.until else None,
    }


@dataclass(frozen=True)
class _Read:
    """A story with all that its items are made from; ``reports`` are the ids of those made of its events, by event."""

    story: Story
    reading: Reading
    fixes: Fixes
    offers: Mapping[Span, Sequence[Suggestion]]
    gazetteer: Gazetteer
    reports: Mapping[str, str]


def view(article_id: str) -> dict[str, Any]:
    """Everything that the desk shows of a story.

    :raises NotFound: when there is none.
    """
    store = get_store()
    story = desk.story_of(store, article_id)
    known = corrections_of(store, article_id)
    reading = read(story.article, known)
    fixes = Fixes.of(known, story.article.text)
    others = [each for said in corrections_by_story(store).values() for each in said]
    gazetteer = get_gazetteer()
    names = {mention.place.id: mention.place.name for mention in reading.mentions if mention.place}
    made = {str(record.value["event"]): record.id for record in store.records(REPORT, article_id)}
    told = _Read(story, reading, fixes, suggestions(reading, others, names), gazetteer, made)
    reasons = dict(reading.lost)
    return {
        "article": _article(story, reading),
        "items": sorted(_items(told), key=lambda item: (item["confidence"] is None, item["confidence"], item["start"])),
        "history": history(store, article_id),
        "lost": [{**correction_json(each, gazetteer), "reason": reasons[each.id]} for each in known
                 if each.is_in_force and each.id in reasons],
    }


def history(store: Store, article_id: str) -> list[dict[str, object]]:
    """Who changed what and when, the last first."""
    gazetteer = get_gazetteer()
    deeds = [dict[str, object](what=deed.what, by=deed.by, at=deed.at) for deed in deeds_of(store, article_id)]
    said = [correction_json(each, gazetteer) for each in corrections_of(store, article_id)]
    return sorted([*deeds, *said], key=lambda each: str(each["at"]), reverse=True)


def correction_json(correction: Correction, gazetteer: Gazetteer) -> dict[str, object]:
    place = _name_of(correction.place, gazetteer)
    point = correction.point
    return {
        "id": correction.id, "kind": correction.kind, "text": correction.anchor.text,
        "event": correction.event.type if correction.event else None, "place": correction.place or None,
        "name": place, "lng": point.lng if point else None, "lat": point.lat if point else None, "km": correction.km,
        "date": correction.date or None, "role": correction.role or None, "by": correction.by, "at": correction.made,
        "undone_by": correction.undone_by or None, "undone": correction.undone or None,
    }


def editor_json(token: Token) -> dict[str, object]:
    return {"name": token.name, "scopes": list(token.scopes)}


def _name_of(place: str, gazetteer: Gazetteer) -> str | None:
    try:
        return gazetteer[place].name if place else None
    except NotFound:
        return None


def _article(story: Story, reading: Reading) -> dict[str, object]:
    """``published`` is what is known of its day, stated or inferred; ``None`` is to be asked for."""
    article = story.article
    root = str(current_app.config["PUBLIC_URL"] or request.url_root).rstrip("/")
    public = story.state == "published"
    return {
        **line(story), "url": article.url, "language": article.language, "publishable": article.publishable,
        "text": article.text, "revision": revision(article), "published": _when(reading.article.published),
        "published_how": reading.article.published_how,
        "page": f"{root}/stories/{article.id}" if public else None,
        "embed": f"{root}/embed/{article.id}" if public else None,
    }


def _items(told: _Read) -> Iterator[dict[str, Any]]:
    for mention in told.reading.mentions:
        yield _mention(told, mention)
    sure = {each.toponym.span: doubt.of_mention(each) for each in told.reading.mentions}
    for event in told.reading.events:
        yield _event(told, event, sure.get(event.mention) if event.mention else None)


def _mention(told: _Read, mention: Mention) -> dict[str, Any]:
    toponym, place, found = mention.toponym, mention.place, doubt.of_mention(mention)
    said = told.fixes.at.get((toponym.span, None), {})
    own = [Candidate(place, mention.score, mention.reason)] if place else []
    point = mention.extent.point if mention.extent else place.point if place else None
    return {
        "kind": "mention", "start": toponym.span.start, "end": toponym.span.end, "text": toponym.text,
        "role": toponym.role, "place": place.id if place else None, "name": place.name if place else None,
        "country": place.country if place else None, "lng": point.lng if point else None,
        "lat": point.lat if point else None, "km": mention.extent.precision_km if mention.extent else None,
        "relation": toponym.relation.text if mention.extent and toponym.relation else None,
        "when": _when(mention.when), **_sure(found), "said": _said(said),
        "said_km": said["place"].km if "place" in said else None,
        "candidates": [candidate_json(each) for each in (*own, *mention.runners_up)],
        "control": control_properties(mention.control) if mention.control else None,
        "offers": [_offer(told, each) for each in told.offers.get(toponym.span, ())] if not said else [],
    }


def _event(told: _Read, event: Event, at: doubt.Doubt | None) -> dict[str, Any]:
    text, place = told.story.article.text, event.place
    word, key = word_of(text, event), key_of(text, event)
    said = told.fixes.at.get((word, key), {})
    confirmed = "presence" in said and said["presence"].kind == "confirmed"
    id_ = event_identity(told.story.article, event)
    return {
        "kind": "event", "id": id_, "start": word.start, "end": word.end, "text": text[word.start : word.end],
        "event": {"type": key.type, "name": key.name}, "sentence": text[event.sentence.start : event.sentence.end],
        "actor": event.actor or event.actor_text or None, "target": event.target or event.target_text or None,
        "place": place.id if place else None, "name": place.name if place else None,
        "lng": place.point.lng if place else None, "lat": place.point.lat if place else None,
        "when": _when(event.when), **_sure(doubt.of_event(event, at, is_confirmed=confirmed)), "said": _said(said),
        "agreement": event.agreement, "agreement_reason": event.agreement_reason, "certainty": event.certainty,
        "confirmed": confirmed, "report": told.reports.get(id_),
    }


def _sure(found: doubt.Doubt | None) -> dict[str, object]:
    return {"confidence": round(found.confidence, 2) if found else None, "why": found.reason if found else None}


def _said(said: Mapping[str, Correction]) -> list[dict[str, str]]:
    """The corrections in force, each once, however many questions it answers."""
    each_once = {one.id: one for one in said.values()}.values()
    return [{"id": each.id, "kind": each.kind, "by": each.by} for each in each_once]


def _offer(told: _Read, suggestion: Suggestion) -> dict[str, object]:
    return {**correction_json(suggestion.correction, told.gazetteer), "reason": suggestion.reason}


def _when(when: When | None) -> dict[str, object] | None:
    if when is None:
        return None
    start, end = when.interval.start, when.interval.end
    return {
        "edtf": when.edtf, "valid_from": start.isoformat() if start else None,
        "valid_to": end.isoformat() if end else None, "precision": when.precision, "reason": when.reason,
    }
