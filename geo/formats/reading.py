"""A reading as JSON or as text for people: toponyms, times and events of one article."""
from __future__ import annotations

from collections.abc import Iterator

from geo.features import candidate_json, control_properties
from geo.model import Event, Extent, Mention, Reading, Relation, When


def as_json(reading: Reading) -> dict[str, object]:
    """The object of one article: ``id published toponyms times events``; plain JSON values."""
    article = reading.article
    return {
        "id": article.id, "title": article.title, "published": _when(article.published),
        "published_how": article.published_how,
        "toponyms": [_toponym(mention) for mention in reading.mentions],
        "times": [_time(when) for when in reading.times],
        "events": [_event(event) for event in reading.events],
    }


def _toponym(mention: Mention) -> dict[str, object]:
    toponym, place = mention.toponym, mention.place
    found: dict[str, object] = {
        "start": toponym.span.start, "end": toponym.span.end, "text": toponym.text, "role": toponym.role,
        "place": place.id if place else None, "name": place.name if place else None,
        "lat": place.point.lat if place else None, "lon": place.point.lng if place else None,
        "country": place.country if place else None, "score": mention.score, "reason": mention.reason,
        "runners_up": [candidate_json(one) for one in mention.runners_up], "when": _when(mention.when),
    }
    if mention.extent and toponym.relation:
        found["relation"] = _relation(toponym.relation, mention.extent)
    return {**found, **({"control": control_properties(mention.control)} if mention.control else {})}


def _relation(relation: Relation, extent: Extent) -> dict[str, object]:
    """Where the words beside the name lead: a point in the ground they mean, and how far that reaches from it."""
    return {
        "kind": relation.kind, "text": relation.text, "distance_km": relation.distance_km,
        "bearing": relation.bearing, "lat": round(extent.point.lat, 6), "lon": round(extent.point.lng, 6),
        "precision_km": extent.precision_km,
    }


def _when(when: When | None) -> dict[str, object] | None:
    if when is None:
        return None
    start, end = when.interval.start, when.interval.end
    return {
        "edtf": when.edtf, "earliest": start.isoformat() if start else None,
        "latest": _last(when), "precision": when.precision, "reason": when.reason,
        "valid_to": end.isoformat() if end else None,
    }


def _last(when: When) -> str | None:
    """The last day, counted in: what readers of a range expect beside ``earliest``."""
    return str(when.interval).rpartition("/")[2] if when.interval.end else None


def _time(when: When) -> dict[str, object]:
    span = when.span
    return {"start": span.start if span else None, "end": span.end if span else None, **(_when(when) or {})}


def _event(event: Event) -> dict[str, object]:
    place = event.place
    return {
        "type": event.type, "actor": event.actor, "actor_text": event.actor_text, "target": event.target,
        "target_text": event.target_text, "place": place.id if place else None,
        "name": place.name if place else None, "lat": place.point.lat if place else None,
        "lon": place.point.lng if place else None, "start": event.sentence.start, "end": event.sentence.end,
        "trigger": event.trigger, "when": _when(event.when), "attribution": event.attribution,
        "certainty": event.certainty, "agreement": event.agreement, "agreement_reason": event.agreement_reason,
    }


def as_text(reading: Reading) -> Iterator[str]:
    """Lines for a terminal: the story's date, each place with its day and who held it, each event."""
    article = reading.article
    published = article.published.edtf if article.published else "unknown"
    yield f"{article.title or article.id} (published {published}: {article.published_how})"
    for mention in reading.mentions:
        if mention.place:
            yield f"  {mention.toponym.text} -> {_place_words(mention)}"
    for event in reading.events:
        where = event.place.name if event.place else "?"
        yield f"  * {event.type} {event.actor or '?'} at {where}, {event.when.edtf} ({event.certainty}): " \
              f"{event.agreement}"


def _place_words(mention: Mention) -> str:
    place, when, control = mention.place, mention.when, mention.control
    assert place is not None
    held = "no statement" if control is None or control.controller is None else \
        f"{control.controller} ({control.status}, {control.certainty})"
    return f"{place.name}, {place.country} [{place.point.lat:.3f} {place.point.lng:.3f}] " \
           f"{when.edtf if when else ''}: {held}"
