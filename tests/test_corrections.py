"""An editor's word stands: over every stage, through re-ingest and edits of the story, until it is undone."""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geo.actors import Actors
from geo.anchoring import CONTEXT, Anchor
from geo.articles import article
from geo.corpus import Corpus, reread, rows_of
from geo.corrections import Correction, EventKey, Fixes, checked
from geo.desk import Editor, correct, hold, release, show, stories, story_of, take, undo, withdraw
from geo.drafts import TOMBSTONE, corrections_by_story, corrections_of, deeds_of, hidden, is_withdrawn
from geo.errors import InvalidInput, NoPublicationDate, NotFound, StoreVersionError, Withdrawn
from geo.gazetteer import Gazetteer
from geo.interval import Interval, Validity
from geo.model import Article, Feature, LngLat, Query, Span
from geo.pipeline import Pipeline, bundled, pipeline
from geo.store import Store, is_database, open_store
from geo.store.layout import migrate
from geo.suggestions import around, suggestions
from tools.postgres import Server

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MONA = Editor("Mona", NOW)
KARIM = Editor("Karim", datetime(2026, 5, 2, 9, tzinfo=UTC))
TEXT = ("Islamic State seized the Syrian border town of al-Rai from rebels on Monday. Rebels still hold Azaz. "
        "Fighting went on near Marea.")
IDS = ("articles", "mentions", "events")


def zone(controller: str, west: float, east: float) -> Feature:
    properties = {
        "controller": controller, "status": "control", "method": "drawn", "source_id": "s", "step_days": 400,
        "as_of": ["2016-01-01"], "confidence": "high", "sources": [{"title": "A map"}],
    }
    year = Interval(date(2016, 1, 1), date(2017, 1, 1))
    return Feature(f"z-{controller}", box(west, 34, east, 38), properties, Validity.exactly(year))


@pytest.fixture(scope="module")
def reader() -> Pipeline:
    """al-Rai and Azaz lie in the west, Raqqa in the east."""
    zones = [zone("REBELS", 36, 38), zone("ISIL", 38, 41)]
    return pipeline(Gazetteer.load(), Actors.load(), [], zones)


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    yield opened
    opened.close()


def story(text: str = TEXT, day: str = "2016-04-11", url: str = "https://news.example/1") -> Article:
    return article(text, {"title": "Town falls", "url": url, "date": day}, "story")


def about(name: str, kind: str, text: str = TEXT, **said: object) -> Correction:
    start = text.index(name)
    values = {"article": story().id, "kind": kind, "anchor": Anchor.of(text, Span(start, start + len(name))), **said}
    return Correction(id="", **values)  # type: ignore[arg-type]


def published(store: Store, reader: Pipeline) -> Article:
    take(store, reader.read, story(), MONA)
    show(store, reader.read, story().id, MONA)
    return story()


def row(store: Store, name: str, collection: str = "mentions") -> Feature | None:
    key = "toponym" if collection == "mentions" else "name"
    return next(store.read(collection, Query(where={key: (name,)})), None)


def seen(store: Store, *names: str) -> list[object]:
    found = row(store, "al-Rai")
    return [found and found.properties[name] for name in names]


def ingest_again(store: Store, reader: Pipeline, text: str = TEXT) -> int:
    """As ``dateline ingest`` does it."""
    informed = replace(reader, corrections=corrections_by_story(store))
    return Corpus(store, date(2026, 5, 3)).keep(rows_of(informed.read(story(text)))).lost


def test_a_moved_place_stands_and_the_join_is_that_of_the_new_place(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    assert seen(store, "place", "controller") == ["sy-al-rai", "REBELS"]
    version = store.summary("mentions").version
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    assert seen(store, "place", "controller", "score", "reason") == ["sy-raqqa", "ISIL", 1.0, "an editor's choice"]
    moved = row(store, "al-Rai")
    assert moved is not None and moved.geometry is not None and round(moved.geometry.x) == 39
    assert {event.properties["place"] for event in store.read("events", Query())} == {"sy-raqqa", "sy-azaz", "sy-mare"}
    assert store.summary("mentions").version != version
    ingest_again(store, reader)
    assert seen(store, "place", "controller") == ["sy-raqqa", "ISIL"]


def test_the_machine_s_place_stays_a_candidate(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    candidates = seen(store, "runners_up")[0]
    assert isinstance(candidates, list) and candidates[0]["place"] == "sy-al-rai"


def test_a_point_and_a_radius_make_ground(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "place", point=LngLat(38.5, 36.5)), MONA)
    assert seen(store, "lng", "lat", "controller", "name") == [38.5, 36.5, "ISIL", "al-Rai"]
    correct(store, reader.read, about("al-Rai", "place", place="sy-al-rai", km=60.0), MONA)
    near = row(store, "al-Rai")
    assert near is not None and near.geometry is not None and near.geometry.geom_type == "Polygon"
    assert near.properties["precision_km"] == 60.0 and near.properties["relation"] == "within 60 km of al-Rai"
    assert [near.properties[name] for name in ("controller", "controller_b", "control_certainty")] == [
        "REBELS", "ISIL", "uncertain"]  # the other side lies 49 km away


def test_a_new_day_dates_the_name_and_what_happened_there(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "date", date="2016-04"), MONA)
    april = Interval(date(2016, 4, 1), date(2016, 5, 1))
    event, mention = row(store, "al-Rai", "events"), row(store, "al-Rai")
    assert mention is not None and (mention.valid.outer, mention.valid.edtf) == (april, "2016-04")
    assert event is not None and event.valid.outer == april
    other = row(store, "Azaz")
    assert other is not None and other.valid.outer == Interval.of_day(date(2016, 4, 11))


def test_an_event_is_redated_or_dropped_alone(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    taken = about("seized", "date", date="2016-04-09", event=EventKey("control_gain", "al-Rai"))
    correct(store, reader.read, taken, MONA)
    event, mention = row(store, "al-Rai", "events"), row(store, "al-Rai")
    assert event is not None and event.valid.edtf == "2016-04-09"
    assert mention is not None and mention.valid.edtf == "2016-04-11"
    correct(store, reader.read, replace(taken, kind="dropped", date=""), MONA)
    assert row(store, "al-Rai", "events") is None and row(store, "al-Rai") is not None


def test_what_is_no_place_goes_and_what_was_overlooked_comes(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "dropped"), MONA)
    assert row(store, "al-Rai") is None and row(store, "al-Rai", "events") is None
    assert row(store, "border town") is None
    correct(store, reader.read, about("border town", "added"), MONA)
    correct(store, reader.read, about("border town", "place", place="sy-jarabulus"), MONA)
    added = row(store, "border town")
    assert added is not None and added.properties["place"] == "sy-jarabulus"


def test_a_role_takes_a_name_off_the_map(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "role", role="organisation"), MONA)
    assert row(store, "al-Rai") is None


def test_undoing_brings_back_what_was_before(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    first, _ = correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    second, _ = correct(store, reader.read, about("al-Rai", "place", place="sy-azaz"), KARIM)
    undo(store, reader.read, second.id, MONA)
    assert seen(store, "place") == ["sy-raqqa"]
    assert undo(store, reader.read, first.id, KARIM) == undo(store, reader.read, first.id, MONA)
    assert seen(store, "place", "reason")[0] == "sy-al-rai"
    told = [(each.place, each.by, each.undone_by, each.made[:10]) for each in corrections_of(store, story().id)]
    assert told == [("sy-raqqa", "Mona", "Karim", "2026-05-01"), ("sy-azaz", "Karim", "Mona", "2026-05-02")]
    with pytest.raises(NotFound):
        undo(store, reader.read, "nothing", MONA)


def test_said_twice_is_said_once(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    first = correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    again = correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), KARIM)
    assert (first[1], again) == (True, (first[0], False))
    undo(store, reader.read, first[0].id, MONA)
    anew, is_new = correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    assert is_new and anew.id != first[0].id and seen(store, "place") == ["sy-raqqa"]


@pytest.mark.parametrize("said, wanted", [
    ({"kind": "place"}, "place: want either"), ({"kind": "place", "place": "a", "point": LngLat(1, 2)}, "either"),
    ({"kind": "colour"}, "kind: 'colour', want one of"), ({"kind": "role", "role": "king"}, "role: 'king'"),
    ({"kind": "date", "date": "Monday"}, "date: 'Monday'"), ({"kind": "confirmed"}, "place: ''"),
    ({"kind": "place", "place": "a", "km": 501.0}, "km: 501"), ({"kind": "place", "place": "a", "km": -1.0}, "km: -1"),
    ({"kind": "added", "event": EventKey("attack")}, "want one of date, confirmed, dropped"),
])
def test_a_correction_that_says_nothing_is_refused(said: dict[str, object], wanted: str) -> None:
    with pytest.raises(InvalidInput, match=wanted):
        checked(Correction(id="", article="a", anchor=Anchor.of(TEXT, Span(0, 3)), **said))  # type: ignore[arg-type]


def test_an_edited_story_keeps_its_corrections(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    edited = "An update. " + TEXT.replace("Rebels still hold Azaz", "A monitor says that rebels still hold Azaz")
    assert ingest_again(store, reader, edited) == 0
    assert seen(store, "place", "start") == ["sy-raqqa", TEXT.index("al-Rai") + 11]


def test_a_correction_whose_words_are_gone_is_kept_and_told(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    gone = TEXT.replace("al-Rai", "Jarabulus")
    assert ingest_again(store, reader, gone) == 1
    (lost,) = reader.read(story(gone), corrections_of(store, story().id)).lost
    assert lost.reason == "its words are gone"
    assert ingest_again(store, reader, TEXT) == 0 and seen(store, "place") == ["sy-raqqa"]


def test_a_place_that_left_the_gazetteer_is_told_and_the_machine_answers(reader: Pipeline) -> None:
    reading = reader.read(story(), [replace(about("al-Rai", "place", place="sy-nowhere"), id="c")])
    assert [(one.correction, one.reason) for one in reading.lost] == [("c", "the gazetteer no longer has the place")]
    assert next(each.place.id for each in reading.mentions if each.place) == "sy-al-rai"


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


@given(words, words, words, words)
def test_an_edit_that_keeps_the_context_keeps_the_anchor(head: str, tail: str, new_head: str, new_tail: str) -> None:
    """The forty characters on each side stay; what lies beyond them may become anything."""
    before, after = "But rebels in the east said that they took ", " after a night of fighting, and left it.."
    name = "Azaz"
    assert min(len(before), len(after)) >= CONTEXT
    old = head + before + name + after + tail
    new = new_head + before + name + after + new_tail
    start = len(head) + len(before)
    assert Anchor.of(old, Span(start, start + 4)).find(new) == Span(len(new_head + before), len(new_head + before) + 4)


sentences = st.lists(st.sampled_from([
    "Rebels hold al-Rai too.", "A monitor spoke on Friday.", "Azaz was quiet.", "Guns fired near Marea.", "\n\n", "🙂",
]), max_size=5).map(" ".join)


@settings(max_examples=40)
@given(sentences, sentences)
def test_a_correction_survives_what_is_written_around_it(reader: Pipeline, before: str, after: str) -> None:
    """Also where the same name stands elsewhere: only the one that was corrected moves."""
    text = f"{before} {TEXT} {after}"
    reading = reader.read(story(text), [about("al-Rai", "place", place="sy-raqqa")])
    at = len(before) + 1 + TEXT.index("al-Rai")
    moved = [each.toponym.span.start for each in reading.mentions if each.place and each.place.id == "sy-raqqa"]
    assert moved == [at] and reading.lost == ()


@given(st.integers(0, 6), st.integers(0, 6))
def test_of_equal_paragraphs_the_one_that_moved_least_is_meant(before: int, after: int) -> None:
    same = "Rebels hold the town of Azaz and the road to the border crossing there. " * 3
    at = same.index("Azaz", 80)
    text = "x " * before + same + "y " * after
    assert Anchor.of(same, Span(at, at + 4)).find(text) == Span(at + 2 * before, at + 2 * before + 4)


@pytest.mark.parametrize("text", [
    "Nobody spoke of it.", "", "A place like Azaz and one more Azaz", "Azaz",
])
def test_other_words_are_not_taken_for_it(text: str) -> None:
    old = "On Monday rebels said that they had taken Azaz from the Islamic State after a night of fighting."
    assert Anchor.of(old, Span(old.index("Azaz"), old.index("Azaz") + 4)).find(text) is None


def test_drafts_and_held_stories_have_no_rows(store: Store, reader: Pipeline) -> None:
    take(store, reader.read, story(), MONA)
    hold(store, reader.read, story().id, datetime(2026, 5, 3, tzinfo=UTC), MONA)
    assert [sum(1 for _ in store.read(name, Query())) for name in IDS] == [0, 0, 0]
    assert release(store, reader.read, datetime(2026, 5, 2, 23, 59, tzinfo=UTC)) == []
    assert ingest_again(store, reader) == 0 and row(store, "al-Rai") is None  # nor does ingest show it
    assert release(store, reader.read, datetime(2026, 5, 3, tzinfo=UTC)) == [story().id]
    assert row(store, "al-Rai") is not None and hidden(store, story().id) is None
    assert [deed.what for deed in deeds_of(store, story().id)] == [
        "taken in as a draft", "held until 2026-05-03 00:00 UTC", "published"]


def test_a_held_story_that_cannot_appear_becomes_a_draft_and_says_why(store: Store, reader: Pipeline) -> None:
    undated = replace(story("Nothing is dated here."), published=None, published_how="")
    take(store, reader.read, undated, MONA)
    with pytest.raises(NoPublicationDate):
        show(store, reader.read, undated.id, MONA)
    hold(store, reader.read, undated.id, datetime(2026, 5, 3, tzinfo=UTC), MONA)
    assert release(store, reader.read, datetime(2026, 5, 4, tzinfo=UTC)) == []
    assert story_of(store, undated.id).state == "draft"
    assert deeds_of(store, undated.id)[-1].what.startswith("not published: article")


def test_an_unpublished_story_is_gone_in_every_belief_and_comes_back_corrected(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), KARIM)
    hold(store, reader.read, story().id, None, KARIM)
    for day in (date(2016, 4, 12), date(2026, 5, 1), None):
        assert [sum(1 for _ in store.read(name, Query(as_known_on=day))) for name in IDS] == [0, 0, 0]
    show(store, reader.read, story().id, KARIM)
    assert seen(store, "place") == ["sy-raqqa"]


def test_a_withdrawn_story_leaves_no_byte_and_does_not_come_back(
    store: Store, reader: Pipeline, store_address: str, request: pytest.FixtureRequest
) -> None:
    published(store, reader)
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    other = replace(story("Nothing happened in Azaz on Monday.", url="https://news.example/stays"), title="Stays")
    take(store, reader.read, other, MONA)  # behind it in the file
    show(store, reader.read, other.id, MONA)
    withdraw(store, story().id, KARIM)
    withdraw(store, story().id, KARIM)
    assert {row.properties.get("article", row.id) for name in IDS for row in store.read(name, Query())} == {other.id}
    assert [each.article.id for each in stories(store)] == [other.id]
    assert corrections_of(store, story().id) == [] and is_withdrawn(store, story().id)
    with pytest.raises(Withdrawn):
        take(store, reader.read, story(), MONA)
    ingest_again(store, reader)
    assert row(store, "al-Rai") is None
    store.close()
    files = [Path(store_address)]
    if is_database(store_address):
        files = files_of(request.getfixturevalue("postgres"), store_address.rpartition("/")[2])
    written = b"".join(path.read_bytes() for path in files)
    assert TOMBSTONE.encode() in written and b"Nothing happened in" in written
    assert b"Rebels still hold" not in written and b"Town falls" not in written


def files_of(server: Server, database: str) -> list[Path]:
    """The files of its tables. Replaced ones are taken away by a checkpoint."""
    server.psql("CHECKPOINT")
    number = server.psql(f"SELECT oid FROM pg_database WHERE datname = '{database}'").strip()
    return list((server.folder / "data" / "base" / number).iterdir())


def test_a_copy_of_a_withdrawn_story_stands_alone(store: Store, reader: Pipeline) -> None:
    long = TEXT + " The militants broke through before dawn with two armoured trucks, and four villages were lost too."
    for number in (1, 2):
        take(store, reader.read, story(long, url=f"https://news.example/{number}"), MONA)
        show(store, reader.read, story(long, url=f"https://news.example/{number}").id, MONA)
    linked = {each.id: each.properties["duplicate_of"] for each in store.read("articles", Query())}
    (first,) = [id_ for id_, original in linked.items() if original is None]
    withdraw(store, first, MONA)
    assert [each.properties["duplicate_of"] for each in store.read("articles", Query())] == [None]


def test_the_next_story_is_offered_the_correction_with_its_reason(reader: Pipeline) -> None:
    known = replace(about("al-Rai", "place", place="sy-raqqa"), id="c", by="Mona", was="sy-al-rai",
                    around=around(reader.read(story()), about("al-Rai", "place").anchor.span))
    text = "Rebels in Azaz said on Friday that they had shelled al-Rai."
    reading = reader.read(story(text, url="https://news.example/2"))
    (found,) = suggestions(reading, [known], {"sy-azaz": "Azaz"}).items()
    assert text[slice(*found[0])] == "al-Rai" and found[1][0].correction == known
    assert found[1][0].reason == "Mona corrected this name in another story; both stories speak of Azaz"
    assert reading.mentions[1].place is not None and reading.mentions[1].place.id == "sy-al-rai"  # not applied


@pytest.mark.parametrize("change", [
    {"was": "sy-azaz"}, {"around": ()}, {"undone": "2026-05-02"}, {"article": "self"},
])
def test_another_mistake_or_another_context_is_offered_nothing(reader: Pipeline, change: dict[str, str]) -> None:
    reading = reader.read(story("Guns near al-Rai and Azaz.", url="https://news.example/2"))
    change = {**change, "article": reading.article.id} if change.get("article") else change
    known = replace(about("al-Rai", "place", place="sy-raqqa"), was="sy-al-rai", around=("sy-azaz",))
    assert suggestions(reading, [known], {})
    assert not suggestions(reading, [replace(known, **change)], {})  # type: ignore[arg-type]


def test_two_editors_at_once_lose_nothing(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    calls: list[int] = []

    def interrupted(story: Article, said: object) -> object:
        """While the first computes, the second writes."""
        calls.append(1)
        if len(calls) == 1:
            correct(store, reader.read, about("Azaz", "place", place="sy-mare"), KARIM)
        return reader.read(story, said)  # type: ignore[arg-type]

    correct(store, interrupted, about("al-Rai", "place", place="sy-raqqa"), MONA)  # type: ignore[arg-type]
    azaz = row(store, "Azaz")
    assert azaz is not None and azaz.properties["place"] == "sy-mare"
    assert seen(store, "place") == ["sy-raqqa"] and len(calls) == 2


def test_what_an_editor_says_during_a_long_ingest_stands(store: Store, reader: Pipeline) -> None:
    published(store, reader)
    rows = rows_of(reader.read(story()))  # made by a worker before the editor spoke
    correct(store, reader.read, about("al-Rai", "place", place="sy-raqqa"), MONA)
    Corpus(store, date(2026, 5, 3), reader.read).keep(rows)
    assert seen(store, "place") == ["sy-raqqa"]


def test_reading_all_anew_brings_nothing_back(store: Store, reader: Pipeline) -> None:
    """After the first of two stories is read, an editor unpublishes the other."""
    published(store, reader)
    other = story(url="https://news.example/2")
    take(store, reader.read, other, MONA)
    show(store, reader.read, other.id, MONA)
    first = min(story().id, other.id)
    second = max(story().id, other.id)
    begun = reread(reader, store, date(2026, 5, 3))
    assert next(begun).article == first
    hold(store, reader.read, second, None, MONA)
    assert list(begun) == []
    assert [row.id for row in store.read("articles", Query())] == [first]


def test_a_store_of_an_earlier_version_is_given_the_records(tmp_path: Path) -> None:
    path = tmp_path / "old.gpkg"
    open_store(str(path), create=True).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE dateline_records")
    with pytest.raises(StoreVersionError, match="lacks the table of the desk's records; run `dateline migrate`"):
        open_store(str(path))
    assert migrate(path) == ("added the table of the desk's records",)
    store = open_store(str(path))
    assert stories(store) == []
    store.close()


def test_fixes_of_nothing_change_nothing() -> None:
    reading = bundled().read(story())
    assert Fixes.of([], TEXT) == Fixes()
    assert reading == bundled().read(story(), [])
