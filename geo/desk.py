"""The editor's desk: stories from draft to publication and back, what editors say of them, who did what when.

Everything is computed first and then written in one transaction, anew when somebody else wrote meanwhile: what readers
see is always the story as its last correction left it.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from geo.corpus import Corpus, Read, Rows, article_of, rows_of
from geo.corrections import Correction, checked, identity, questions
from geo.drafts import (
    CORRECTION,
    DEED,
    REPORT,
    STORY,
    TOMBSTONE,
    Deed,
    Story,
    corrections_of,
    hidden,
    hidden_stories,
    hide,
    is_public,
    is_withdrawn,
    keep_correction,
    keep_deed,
)
from geo.errors import InvalidInput, NoPublicationDate, NotFound, Withdrawn
from geo.ground import drop_reports
from geo.interval import Interval
from geo.model import Article, Query, When
from geo.store import Store
from geo.store.records import Record

OF_A_STORY = ("mentions", "events")
SHOWN = ("articles", *OF_A_STORY, "reports")
"""The collections in which a story leaves traces."""
RECORDS = (STORY, CORRECTION, DEED, REPORT)


@dataclass(frozen=True)
class Editor:
    """Who does it and when, by which the store comes to know it."""

    name: str
    now: datetime

    @property
    def stamp(self) -> str:
        return self.now.isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class _Plan:
    """What a deed makes of a story: itself, its corrections (those that changed), and the deed in words."""

    story: Story
    changed: Sequence[Correction] = ()
    deed: str = ""


def story_of(store: Store, article: str) -> Story:
    """The story with this id, whoever sees it.

    :raises Withdrawn: when it was taken out for good.
    :raises NotFound: when there is none.
    """
    found = hidden(store, article)
    if found is not None:
        return found
    row = next(store.read("articles", Query(ids=(article,))), None)
    if row is not None:
        return Story(article_of(row), "published")
    if is_withdrawn(store, article):
        raise Withdrawn(f"article {article[:80]!r}: was withdrawn")
    raise NotFound(f"article: {article[:80]!r}, want the id of an article of the store or the desk")


def stories(store: Store, most: int | None = None) -> list[Story]:
    """All that are not withdrawn: first what readers do not see, then the ``most`` that were published last."""
    rows = sorted(store.read("articles", Query()), key=lambda row: str(row.properties["published"]), reverse=True)
    return [*hidden_stories(store), *(Story(article_of(row), "published") for row in rows[:most])]


def take(store: Store, read: Read, article: Article, editor: Editor) -> bool:
    """Keep a story as a draft; of a known one, take this text instead of the last. Whether it is new.

    :raises Withdrawn: when it was taken out for good.
    :raises NoPublicationDate: when a published story would lose its date.
    """
    with store.transaction():
        if hidden(store, article.id) is None and not is_public(store, article.id):
            if is_withdrawn(store, article.id):
                raise Withdrawn(f"article {article.id!r}: was withdrawn and does not come back")
            hide(store, Story(article))
            keep_deed(store, article.id, Deed("taken in as a draft", editor.name, editor.stamp))
            return True

    def edited(story: Story, _: Sequence[Correction]) -> _Plan:
        kept = article if article.published else replace(
            article, published=story.article.published, published_how=story.article.published_how)
        same = _said(kept) == _said(story.article)
        return _Plan(replace(story, article=kept), (), "" if same else "text changed")

    _do(store, read, article.id, editor, edited)
    return False


def date(store: Store, read: Read, article: str, published: When, editor: Editor) -> None:
    """Say when a story appeared."""
    _do(store, read, article, editor, lambda story, _: _Plan(
        replace(story, article=replace(story.article, published=published, published_how="stated")), (),
        f"publication dated to {published.edtf}",
    ))


def show(store: Store, read: Read, article: str, editor: Editor) -> None:
    """Publish a story.

    :raises NoPublicationDate: when nobody knows when it appeared.
    """
    _do(store, read, article, editor, lambda story, _: _Plan(
        replace(story, state="published", until=None), (), "" if story.state == "published" else "published"))


def hold(store: Store, read: Read, article: str, until: datetime | None, editor: Editor) -> None:
    """Hide a story, for good or ``until`` it appears by itself: at once, in every belief, and with the town reports
    that were made of it.

    :raises InvalidInput: for a time that is over.
    """
    if until is not None and until <= editor.now:
        raise InvalidInput(f"until: {until.isoformat()!r}, want a time to come")

    def held(story: Story, _: Sequence[Correction]) -> _Plan:
        state = "draft" if until is None else "held"
        deed = f"held until {until:%Y-%m-%d %H:%M} UTC" if until else "unpublished" if story.state == "published" else \
            "no longer held" if story.state == "held" else ""
        return _Plan(replace(story, state=state, until=until), (), deed)

    _do(store, read, article, editor, held)


def release(store: Store, read: Read, now: datetime) -> list[str]:
    """Publish what was held until now; the ids. What cannot be published becomes a draft again, and says why."""
    clock, released = Editor("the clock", now), []

    def shown(story: Story, _: Sequence[Correction]) -> _Plan:
        """Only what is still held: an editor may have come between."""
        return _Plan(replace(story, state="published", until=None), (), "published") if _is_due(story, now) else \
            _Plan(story)

    for story in hidden_stories(store):
        if _is_due(story, now):
            try:
                _do(store, read, story.article.id, clock, shown)
                released.append(story.article.id)
            except (InvalidInput, NoPublicationDate) as error:
                _do(store, read, story.article.id, clock, partial(_kept_back, str(error)))
    return released


def _kept_back(reason: str, story: Story, _: Sequence[Correction]) -> _Plan:
    return _Plan(replace(story, state="draft", until=None), (), f"not published: {reason}")


def is_due(store: Store, now: datetime) -> bool:
    """Whether anything that is held should be published by now."""
    return any(_is_due(story, now) for story in hidden_stories(store))


def _is_due(story: Story, now: datetime) -> bool:
    return story.state == "held" and story.until is not None and story.until <= now


def withdraw(store: Store, article: str, editor: Editor) -> None:
    """Take a story out for good: its rows in every belief, its text, its corrections and the reports made of it. What
    stays is its id, so that it cannot come back, and who took it out.

    :raises NotFound: when there is none.
    """
    if is_withdrawn(store, article):
        return
    story_of(store, article)
    with store.transaction():
        _unsee(store, article, editor)
        for kind in RECORDS:
            store.drop_records(kind, article)
        store.keep_record(TOMBSTONE, Record(article, article, {"by": editor.name, "at": editor.stamp}))
    store.settle()


def correct(store: Store, read: Read, correction: Correction, editor: Editor) -> tuple[Correction, bool]:
    """Keep a correction and make the story anew with it. What is said already is said once: then not new.

    :raises InvalidInput: when it does not say what its kind wants.
    """
    made = replace(checked(correction), by=editor.name, made=editor.stamp)
    kept: list[tuple[Correction, bool]] = []

    def corrected(story: Story, known: Sequence[Correction]) -> _Plan:
        same = [each for each in known if each.says == made.says]
        latest = [each for each in known if each.is_in_force and _rival(each, made)]
        kept.clear()
        if same and latest and latest[-1].says == made.says:
            kept.append((latest[-1], False))
            return _Plan(story)
        kept.append((replace(made, id=identity(made, len(same))), True))
        return _Plan(story, (kept[0][0],))

    _do(store, read, correction.article, editor, corrected)
    return kept[0]


def undo(store: Store, read: Read, id_: str, editor: Editor) -> Correction:
    """End a correction; the one before it about the same, or the machine, answers again. Twice is once.

    :raises NotFound: when there is none.
    """
    article = next((record.about for record in store.records(CORRECTION) if record.id == id_), None)
    if article is None:
        raise NotFound(f"correction: {id_[:80]!r}, want the id of one that the story's history shows")
    undone: list[Correction] = []

    def without(story: Story, known: Sequence[Correction]) -> _Plan:
        (found,) = [each for each in known if each.id == id_]
        undone[:] = [found if found.undone else replace(found, undone=editor.stamp, undone_by=editor.name)]
        return _Plan(story, () if found.undone else undone)

    _do(store, read, article, editor, without)
    return undone[0]


def _rival(one: Correction, other: Correction) -> bool:
    """Whether both answer one question about one thing."""
    same = (one.anchor.span, one.anchor.text, one.event) == (other.anchor.span, other.anchor.text, other.event)
    return same and bool(set(questions(one)) & set(questions(other)))


def _do(
    store: Store, read: Read, article: str, editor: Editor, plan: Callable[[Story, Sequence[Correction]], _Plan]
) -> None:
    """Compute, then write, unless somebody else wrote meanwhile: then again."""
    while True:
        seen = _seen(store, article)
        planned = plan(*seen)
        rows = None
        if planned.story.state == "published" and (planned.deed or planned.changed):
            rows = rows_of(read(planned.story.article, list(_with(seen[1], planned.changed))))
        with store.transaction():
            if _seen(store, article) != seen:
                continue
            _write(store, seen[0], planned, rows, editor)
        if seen[0].state == "published" and planned.story.state != "published":
            store.settle()
        return


def _seen(store: Store, article: str) -> tuple[Story, list[Correction]]:
    return story_of(store, article), corrections_of(store, article)


def _with(known: Sequence[Correction], changed: Sequence[Correction]) -> Iterator[Correction]:
    new = {each.id: each for each in changed}
    for each in known:
        yield new.pop(each.id, each)
    yield from new.values()


def _write(store: Store, before: Story, planned: _Plan, rows: Rows | None, editor: Editor) -> None:
    article = planned.story.article.id
    for each in planned.changed:
        keep_correction(store, each)
    if planned.deed:
        keep_deed(store, article, Deed(planned.deed, editor.name, editor.stamp))
    if rows is not None:
        store.drop_records(STORY, article)
        Corpus(store, editor.now.date()).keep(rows)
    elif planned.story.state != "published":
        hide(store, planned.story)
        if before.state == "published":
            _unsee(store, article, editor)


def _unsee(store: Store, article: str, editor: Editor) -> None:
    """Purge the rows of a story in every belief, with the reports made of it; zones that follow from these follow."""
    for collection in OF_A_STORY:
        store.delete(collection, Query(where={"article": (article,)}))
    opened = Interval(editor.now.date())
    copies = store.read("articles", Query(where={"duplicate_of": (article,)}))
    parted = [replace(row, properties={**row.properties, "duplicate_of": None}, known=opened) for row in list(copies)]
    store.write("articles", parted, editor.now.date())
    store.delete("articles", Query(ids=(article,)))
    reports = tuple(record.id for record in store.records(REPORT, article))
    if reports:
        drop_reports(store, reports, editor.now.date())
        store.drop_records(REPORT, article)


def _said(article: Article) -> tuple[object, ...]:
    published = article.published.interval if article.published else None
    return article.text, article.title, article.source, article.url, article.language, article.publishable, published
