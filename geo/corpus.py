"""Many articles through one pipeline into one store; an article is one transaction."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from geo.errors import NoPublicationDate
from geo.features import article_feature, event_features, mention_features
from geo.model import Article, Feature, Query, Reading, When
from geo.pipeline import Pipeline
from geo.store import Store, WriteReport


@dataclass(frozen=True)
class Ingested:
    """What one article brought: its id, what was written, and how much was found."""

    article: str
    title: str
    written: WriteReport
    mentions: int
    events: int


def ingest(articles: Iterable[Article], pipeline: Pipeline, store: Store, known_on: date) -> Iterator[Ingested]:
    """Read each article and keep it. Twice is once: what is the same stays as it was.

    :raises NoPublicationDate: for a story without a date that its own words do not give either; the
        articles before it are kept, nothing of it is.
    """
    for article in articles:
        yield keep(pipeline.read(article), store, known_on)


def keep(reading: Reading, store: Store, known_on: date) -> Ingested:
    """Write one reading, and end the belief in what an earlier reading of the article found but this did not."""
    article = reading.article
    if article.published is None:
        raise NoPublicationDate(
            f"article {article.title or article.id!r}: {article.published_how}; say when it appeared (--date)"
        )
    rows = {
        "articles": [article_feature(reading)], "mentions": mention_features(reading),
        "events": event_features(reading),
    }
    with store.transaction():
        reports = [_replace(store, name, article.id, found, known_on) for name, found in rows.items()]
    written = sum(reports, WriteReport())
    return Ingested(article.id, article.title, written, len(rows["mentions"]), len(rows["events"]))


def _replace(store: Store, collection: str, article: str, found: list[Feature], known_on: date) -> WriteReport:
    if collection != "articles":
        mine = Query(where={"article": (article,)})
        kept = {feature.id for feature in found}
        gone = tuple(sorted({old.id for old in store.read(collection, mine)} - kept))
        if gone:
            store.delete(collection, Query(ids=gone), known_on)
    return store.write(collection, _unique(found), known_on)


def _unique(features: Iterable[Feature]) -> list[Feature]:
    return list({feature.id: feature for feature in features}.values())


def reread(pipeline: Pipeline, store: Store, known_on: date) -> Iterator[Ingested]:
    """Read every kept article anew, as after the zones have changed; corrected rows keep the old belief."""
    for row in list(store.read("articles", Query())):
        yield keep(pipeline.read(_article(row)), store, known_on)


def _article(row: Feature) -> Article:
    get = row.properties.get
    return Article(
        text=str(get("text")), title=str(get("title") or ""), source=str(get("source") or ""),
        url=str(get("url") or ""), published=_published(row), published_how=str(get("published_how") or ""),
        language=str(get("language") or "en"), publishable=bool(get("publishable")),
        based_on=str(get("based_on") or ""), id=row.id,
    )


def _published(row: Feature) -> When | None:
    interval = row.valid.outer
    if interval.start is None:
        return None
    return When(interval, row.valid.edtf or "", row.valid.precision, "")
