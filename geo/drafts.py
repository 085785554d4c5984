"""What the desk keeps of stories beside their rows: drafts, stories held back, corrections, deeds, tombstones.

A story that readers must not see has no rows at all: no page, tile, export or preview has to remember to hide it.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast

from geo.anchoring import Anchor
from geo.corrections import Correction, EventKey
from geo.interval import Interval
from geo.model import Article, LngLat, Query, Span, When
from geo.store import Store
from geo.store.records import Record

STORY, CORRECTION, DEED, TOMBSTONE, REPORT = "story", "correction", "deed", "tombstone", "report"

HIDDEN = ("draft", "held")
STATES = (*HIDDEN, "published", "withdrawn")


@dataclass(frozen=True)
class Story:
    """A story and who sees it; ``until`` is when one that is held appears by itself, UTC."""

    article: Article
    state: str = "draft"
    until: datetime | None = None


@dataclass(frozen=True)
class Deed:
    """Who did what to a story, when (ISO 8601, UTC), in words."""

    what: str
    by: str
    at: str


def hidden_stories(store: Store) -> list[Story]:
    """Drafts and what is held back."""
    return [_story(record) for record in store.records(STORY)]


def hidden(store: Store, article: str) -> Story | None:
    return next((_story(record) for record in store.records(STORY, article)), None)


def hide(store: Store, story: Story) -> None:
    """Keep a story that has no rows."""
    store.keep_record(STORY, Record(story.article.id, story.article.id, {
        "state": story.state, "until": story.until.isoformat() if story.until else None,
        "article": _article_json(story.article),
    }))


def is_withdrawn(store: Store, article: str) -> bool:
    return bool(store.records(TOMBSTONE, article))


def is_public(store: Store, article: str) -> bool:
    return any(True for _ in store.read("articles", Query(ids=(article,))))


def corrections_of(store: Store, article: str) -> list[Correction]:
    """All that were ever made to a story, the undone ones too, in order."""
    return [_correction(record) for record in store.records(CORRECTION, article)]


def corrections_by_story(store: Store) -> dict[str, list[Correction]]:
    found: dict[str, list[Correction]] = {}
    for record in store.records(CORRECTION):
        found.setdefault(record.about, []).append(_correction(record))
    return found


def keep_correction(store: Store, correction: Correction) -> None:
    store.keep_record(CORRECTION, Record(correction.id, correction.article, _correction_json(correction)))


def deeds_of(store: Store, article: str) -> list[Deed]:
    return [Deed(**cast(dict[str, Any], record.value)) for record in store.records(DEED, article)]


def keep_deed(store: Store, article: str, deed: Deed) -> None:
    count = len(store.records(DEED, article))
    store.keep_record(DEED, Record(f"{article}:{count}", article, asdict(deed)))


def _article_json(article: Article) -> dict[str, object]:
    return {**asdict(article), "published": _when_json(article.published)}


def _when_json(when: When | None) -> dict[str, object] | None:
    if when is None:
        return None
    days = [day.isoformat() if day else None for day in (when.interval.start, when.interval.end)]
    return {"days": days, "edtf": when.edtf, "precision": when.precision, "reason": when.reason}


def _story(record: Record) -> Story:
    value = cast(dict[str, Any], record.value)
    told = value["article"]
    article = Article(**{**told, "published": _when(told["published"])})
    until = datetime.fromisoformat(value["until"]) if value["until"] else None
    return Story(article, value["state"], until)


def _when(value: Mapping[str, Any] | None) -> When | None:
    if value is None:
        return None
    days = (date.fromisoformat(day) if day else None for day in value["days"])
    return When(Interval(*days), value["edtf"], value["precision"], value["reason"])


def _correction_json(correction: Correction) -> dict[str, object]:
    """Its fields but those that are empty; the id and the article are the record's."""
    told = {name: value for name, value in asdict(correction).items() if name not in ("id", "article")}
    return {name: value for name, value in told.items() if value not in ("", None, ())}


def _correction(record: Record) -> Correction:
    value = dict(cast(dict[str, Any], record.value))
    anchor = value.pop("anchor")
    event, point = value.pop("event", None), value.pop("point", None)
    return Correction(
        id=record.id, article=record.about, kind=value.pop("kind"),
        anchor=Anchor(**{**anchor, "span": Span(*anchor["span"])}),
        event=EventKey(**event) if event else None, point=LngLat(*point) if point else None,
        around=tuple(value.pop("around", ())), **value,
    )
