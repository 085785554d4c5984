"""Many articles through one pipeline into one store; an article is one transaction."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date

from geo.corrections import Correction, Fixes
from geo.drafts import corrections_of, hidden, hide, is_withdrawn
from geo.duplicates import Dispatch, Dispatches, dispatch
from geo.errors import NoPublicationDate
from geo.features import article_feature, event_features, mention_features
from geo.ground import MOVED
from geo.interval import Interval
from geo.model import Article, Feature, Query, Reading, When
from geo.pipeline import Pipeline
from geo.store import Store, WriteReport

Rows = Mapping[str, list[Feature]]
"""The rows of one reading by collection; ``articles`` holds exactly one."""


Read = Callable[[Article, Sequence[Correction]], Reading]
"""``Pipeline.read``: the story as its corrections leave it."""


@dataclass(frozen=True)
class Ingested:
    """What one article brought: its id, what was written, and how much was found.

    ``state`` is what readers see of it; of a ``withdrawn`` one nothing was kept, of one that the desk holds back only
    its text. ``lost`` are editors' corrections that found nothing to be laid over.
    """

    article: str
    title: str
    written: WriteReport
    mentions: int
    events: int
    duplicate_of: str | None = None
    state: str = "published"
    lost: int = 0


def rows_of(reading: Reading) -> Rows:
    """What is kept of a reading: plain rows, which also travel between processes.

    :raises NoPublicationDate: for a story without a date that its own words do not give either.
    """
    article = reading.article
    if article.published is None:
        raise NoPublicationDate(
            f"article {article.title or article.id!r}: {article.published_how}; say when it appeared (--date)"
        )
    return {
        "articles": [article_feature(reading)], "mentions": _unique(mention_features(reading)),
        "events": _unique(event_features(reading)),
    }


class Corpus:
    """A store of stories, and which of them are wire copies of which."""

    def __init__(self, store: Store, known_on: date, read: Read | None = None) -> None:
        self._store = store
        self._known_on = known_on
        self._read = read
        self._dispatches = Dispatches(self._on_day)

    def keep(self, rows: Rows) -> Ingested:
        """Write one story, its copies linked to their original, all or nothing. Twice is once.

        Another text under the same id is a new revision: the belief in the old rows ends, also in those of which
        the new text says nothing. What the desk holds back stays hidden, what was withdrawn stays away. With ``read``
        a story of which editors said something is read anew: they may have said it after ``rows`` were made.
        """
        (article,) = rows["articles"]
        while True:
            known = corrections_of(self._store, article.id)
            if known and self._read:
                rows = rows_of(self._read(article_of(article), known))
            done = self._try(rows, known)
            if done is not None:
                return replace(done, lost=len(Fixes.of(known, str(article.properties["text"])).lost))

    def _try(self, rows: Rows, known: Sequence[Correction]) -> Ingested | None:
        """As ``keep``; nothing when an editor has said something else meanwhile."""
        (article,) = rows["articles"]
        with ExitStack() as undone:
            undone.callback(self._dispatches.forget)
            originals = self._originals(article)
            article = _linked(article, originals[article.id])
            with self._store.transaction():
                if corrections_of(self._store, article.id) != known:
                    return None
                if state := self._hidden(article):
                    return Ingested(article.id, str(article.properties["title"]), WriteReport(), 0, 0, state=state)
                done = keep({**rows, "articles": [article]}, self._store, self._known_on)
                self._relink({id_: first for id_, first in originals.items() if id_ != article.id})
            undone.pop_all()
        return done

    def _hidden(self, article: Feature) -> str:
        """How a story is kept from readers; its new text is kept where it lies, unless it was withdrawn."""
        if is_withdrawn(self._store, article.id):
            return "withdrawn"
        story = hidden(self._store, article.id)
        if story is None:
            return ""
        hide(self._store, replace(story, article=article_of(article)))
        return story.state

    def _originals(self, article: Feature) -> dict[str, str | None]:
        """By id, for the article and all whose original it may change: of whom it is a copy, ``None`` of nobody."""
        mine = _dispatch(article)
        self._dispatches.put(mine)
        found = _originals(self._dispatches.family(mine))
        copies = Query(where={"duplicate_of": (article.id,)})
        for old in map(_dispatch, self._store.read("articles", copies)):
            if old.id not in found:
                found |= _originals(self._dispatches.family(old))
        return found

    def _relink(self, originals: Mapping[str, str | None]) -> None:
        if not originals:
            return
        rows = list(self._store.read("articles", Query(ids=tuple(sorted(originals)))))
        changed = [row for row in rows if row.properties["duplicate_of"] != originals[row.id]]
        opened = Interval(self._known_on)
        self._store.write(
            "articles", [replace(_linked(row, originals[row.id]), known=opened) for row in changed], self._known_on
        )

    def _on_day(self, day: date) -> Iterator[Dispatch]:
        return map(_dispatch, self._store.read("articles", Query(when=Interval.of_day(day))))


def _dispatch(article: Feature) -> Dispatch:
    return dispatch(article.id, article.valid.outer, str(article.properties["text"]))


def _originals(family: list[Dispatch]) -> dict[str, str | None]:
    first = family[0].id
    return {each.id: None if each.id == first else first for each in family}


def _linked(article: Feature, original: str | None) -> Feature:
    return replace(article, properties={**article.properties, "duplicate_of": original})


def ingest(articles: Iterable[Article], pipeline: Pipeline, store: Store, known_on: date) -> Iterator[Ingested]:
    """Read each article and keep it.

    :raises NoPublicationDate: for a story without a date; the articles before it are kept, nothing of it is.
    """
    corpus = Corpus(store, known_on)
    for article in articles:
        yield corpus.keep(rows_of(pipeline.read(article)))


def keep(rows: Rows, store: Store, known_on: date) -> Ingested:
    """Write the rows of one story, and end the belief in what was found in it before but is not now.

    What a story says first is known from its publication; what it comes to say later, from ``known_on``.
    """
    (article,) = rows["articles"]
    is_known = any(True for _ in store.read("articles", Query(ids=(article.id,))))
    with store.transaction():
        reports = [
            _replace(store, name, article.id, _opened(found, known_on) if is_known else found, known_on)
            for name, found in rows.items()
        ]
    written = sum(reports, WriteReport())
    title, original = str(article.properties["title"]), article.properties.get("duplicate_of")
    return Ingested(
        article.id, title, written, len(rows["mentions"]), len(rows["events"]), str(original) if original else None
    )


def _opened(found: list[Feature], known_on: date) -> list[Feature]:
    return [replace(feature, known=Interval(known_on)) for feature in found]


def _replace(
    store: Store, collection: str, article: str, found: list[Feature], known_on: date
) -> WriteReport:
    if collection != "articles":
        mine = Query(where={"article": (article,)})
        kept = {feature.id for feature in found}
        gone = tuple(sorted({old.id for old in store.read(collection, mine)} - kept))
        if gone:
            store.delete(collection, Query(ids=gone), known_on)
    return store.write(collection, found, known_on)


def _unique(features: Iterable[Feature]) -> list[Feature]:
    return list({feature.id: feature for feature in features}.values())


def reread(pipeline: Pipeline, store: Store, known_on: date) -> Iterator[Ingested]:
    """Read every kept article anew, as after the zones have changed; corrected rows keep the old belief. What is taken
    out of sight meanwhile stays out."""
    for row in list(store.read("articles", Query())):
        done = _reread(row, pipeline.read, store, known_on)
        if done is not None:
            yield done


def rejoin(make: Callable[[], Pipeline], store: Store, known_on: date) -> Iterator[Ingested]:
    """``reread`` by the pipeline over the ground as it is now; that it was done is noted once it was done whole, so
    that another goes on where one was killed (``must_rejoin``)."""
    marked = store.records(MOVED)
    if store.count("articles"):
        yield from reread(make(), store, known_on)
    with store.transaction():
        if marked and store.records(MOVED) == marked:
            store.drop_records(MOVED, MOVED)


def must_rejoin(store: Store) -> bool:
    """Whether the ground has changed and not all stories were joined to it yet."""
    return bool(store.records(MOVED))


def _reread(row: Feature, read: Read, store: Store, known_on: date) -> Ingested | None:
    while True:
        known = corrections_of(store, row.id)
        rows = rows_of(read(article_of(row), known))
        with store.transaction():
            now = next(store.read("articles", Query(ids=(row.id,))), None)
            if now is None:
                return None
            if now.properties["revision"] == row.properties["revision"] and corrections_of(store, row.id) == known:
                original = now.properties.get("duplicate_of")
                linked = _linked(rows["articles"][0], str(original) if original else None)
                return keep({**rows, "articles": [linked]}, store, known_on)
            row = now  # somebody edited or corrected it meanwhile


def article_of(row: Feature) -> Article:
    """The article that a kept row was made from."""
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
