"""Readings → rows of the collections ``articles``, ``mentions`` and ``events``; gazetteer → ``places``.

Ids are made from content: the same article read twice gives the same rows.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict

from shapely.geometry import MultiPoint, Point

from geo.interval import Interval, Validity
from geo.model import Article, Candidate, Control, Event, Extent, Feature, Mention, Place, Reading, Span, When
from geo.sentences import sentence_of


def article_feature(reading: Reading) -> Feature:
    """The story at all the places it speaks of; the text is private unless the article is publishable."""
    article = reading.article
    points = {mention.place.point for mention in reading.mentions if mention.place}
    published = article.published
    properties = {
        "title": article.title or _first_words(article.text), "source": article.source, "url": article.url,
        "published": published.interval.start if published else None,
        "published_edtf": published.edtf if published else None,
        "published_how": _how(article), "language": article.language, "publishable": article.publishable,
        "based_on": article.based_on, "revision": revision(article), "text": article.text,
    }
    valid = _validity(published) if published else Validity()
    return Feature(article.id, MultiPoint(sorted(points)) if points else None, properties, valid, _known(article))


def revision(article: Article) -> str:
    """A hash of what the story says: another text is another revision of the same article."""
    return _hash(article.title, article.text)


def mention_features(reading: Reading) -> list[Feature]:
    """One row for each literal toponym that has a place: at its point, or over the ground that its relation means."""
    return [_mention(reading.article, mention) for mention in reading.mentions if mention.place]


def _mention(article: Article, mention: Mention) -> Feature:
    place, toponym, when = mention.place, mention.toponym, mention.when
    assert place is not None
    extent = mention.extent or Extent(Point(place.point), place.point, place.precision_km)
    said = when.span if when and when.span else None
    properties: dict[str, object] = {
        "article": article.id, "title": article.title or _first_words(article.text),
        "start": toponym.span.start, "end": toponym.span.end, "toponym": toponym.text,
        "sentence": _cut(article.text, sentence_of(article.text, toponym.span)),
        "place": place.id, "name": place.name, "country": place.country, "feature_code": place.feature_code,
        "lng": round(extent.point.lng, 6), "lat": round(extent.point.lat, 6),
        "relation": toponym.relation.text if toponym.relation and mention.extent else None,
        "role": toponym.role, "score": mention.score, "reason": mention.reason,
        "runners_up": [candidate_json(one) for one in mention.runners_up],
        "time_text": _cut(article.text, said) if said else None,
        "time_start": said.start if said else None, "time_end": said.end if said else None,
        "time_reason": when.reason if when else None,
        **control_properties(mention.control, extent.precision_km),
    }
    identity = _hash(article.id, str(toponym.span.start), str(toponym.span.end))
    return Feature(identity, extent.geometry, properties, _validity(when), _known(article))


def event_features(reading: Reading) -> list[Feature]:
    """One row for each event that has a place."""
    return [_event(reading.article, event) for event in reading.events if event.place]


def _event(article: Article, event: Event) -> Feature:
    assert event.place is not None
    properties: dict[str, object] = {
        "article": article.id, "title": article.title or _first_words(article.text), "type": event.type,
        "actor": event.actor, "actor_text": event.actor_text, "target": event.target,
        "target_text": event.target_text, "place": event.place.id, "name": event.place.name,
        "start": event.sentence.start, "end": event.sentence.end, "sentence": _cut(article.text, event.sentence),
        "trigger": event.trigger, "attribution": event.attribution, "certainty": event.certainty,
        "agreement": event.agreement, "agreement_reason": event.agreement_reason, "time_reason": event.when.reason,
    }
    identity = event_identity(article, event)
    return Feature(identity, Point(event.place.point), properties, _validity(event.when), _known(article))


def event_identity(article: Article, event: Event) -> str:
    """The id of an event's row."""
    place = event.place.id if event.place else ""
    return _hash(article.id, event.type, str(event.sentence.start), event.trigger, place, event.when.edtf)


def place_features(places: Iterable[Place]) -> list[Feature]:
    """One row for each gazetteer entry; places have no dates."""
    return [
        Feature(place.id, Point(place.point), {
            "name": place.name, "names": [asdict(name) for name in place.names],
            "feature_class": place.feature_class, "feature_code": place.feature_code, "country": place.country,
            "admin1": place.admin1, "admin2": place.admin2, "population": place.population,
            "precision_km": place.precision_km, "importance": place.importance,
            "tier": place.tier, "sources": [dict(source) for source in place.sources],
        })
        for place in places
    ]


def control_properties(control: Control | None, precision_km: float | None = None) -> dict[str, object]:
    """The join's answer under the names of ``schema.JOIN_FIELDS``."""
    control = control or Control()
    return {
        "controller": control.controller, "controller_b": control.controller_b, "status": control.status,
        "besieged_by": control.besieged_by, "control_certainty": control.certainty,
        "changed": [{**asdict(change), "day": change.day.isoformat()} for change in control.changed],
        "front_km": control.front_km, "front_bearing": control.front_bearing, "zone_ids": list(control.zone_ids),
        "age_days": control.age_days,
        "precision_km": control.precision_km if control.precision_km is not None else precision_km,
        "basis": control.basis, "shares": dict(control.shares),
        "control_sources": [dict(source) for source in control.sources],
    }


def control_json(control: Control) -> dict[str, object]:
    """The same with what each of several sources says, where several are loaded."""
    if not control.statements:
        return control_properties(control)
    said = [{**asdict(each), "shares": dict(each.shares)} for each in control.statements]
    return {**control_properties(control), "statements": said, "sources_agree": control.sources_agree,
            "silent": list(control.silent)}


def candidate_json(candidate: Candidate) -> dict[str, object]:
    """A runner-up: which place, how likely, why."""
    place = candidate.place
    return {
        "place": place.id, "name": place.name, "country": place.country, "lng": place.point.lng,
        "lat": place.point.lat, "score": candidate.score, "reason": candidate.reason,
    }


def _validity(when: When | None) -> Validity:
    """A day is certain; of a longer span no single day is."""
    if when is None:
        return Validity()
    certain = when.interval if when.interval.days == 1 else Interval(when.interval.end, when.interval.end)
    return Validity(when.interval, certain, when.edtf, when.precision)


def _known(article: Article) -> Interval:
    return Interval(article.published.interval.start) if article.published else Interval()


def _how(article: Article) -> str:
    reason = article.published.reason if article.published else ""
    if not reason:
        return article.published_how
    is_told = reason.startswith(article.published_how)  # "header line: …" of what is known by the header
    return reason if is_told else f"{article.published_how}: {reason}"


def _cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _first_words(text: str) -> str:
    return text.strip().splitlines()[0][:120]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
