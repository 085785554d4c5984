"""Stories into a store: twice is once, edits are revisions, copies are linked, nothing is kept by halves."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from shapely.geometry import box

from geo.actors import Actors
from geo.articles import article
from geo.corpus import Ingested, ingest, must_rejoin, rejoin, reread
from geo.errors import NoPublicationDate, StoreError
from geo.gazetteer import Gazetteer
from geo.ground import replace_zones
from geo.interval import Interval, Validity
from geo.model import Article, Feature, Query
from geo.pipeline import Pipeline, bundled, pipeline
from geo.store import Store, WriteReport, open_store

PUBLISHED, TODAY, TOMORROW = date(2016, 4, 11), date(2016, 5, 1), date(2016, 5, 2)
BOTH = "Islamic State seized the Syrian border town of al-Rai from rebels on Monday. Rebels still hold Azaz."
ONE = "Islamic State seized the Syrian border town of al-Rai from rebels on Monday."
LONG = ONE + " " + (
    "The militants broke through the lines before dawn with two armoured trucks, a monitor said, and four villages "
    "beside the road were lost as well. A rebel officer said that his men had drawn back to the west and were waiting "
    "for ammunition. Turkish guns fired across the border during the day."
)


def zone(controller: str) -> Feature:
    properties = {
        "controller": controller, "status": "control", "method": "drawn", "source_id": "s", "step_days": 30,
        "as_of": ["2016-04-01"], "confidence": "high",
        "sources": [{"title": "A map", "url": "https://maps.example/1"}],
    }
    spring = Interval(date(2016, 4, 1), date(2016, 6, 1))
    return Feature(f"z-{controller}", box(36, 36, 39, 37), properties, Validity.exactly(spring))


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def reader() -> Pipeline:
    return bundled()


def story(text: str = BOTH, name: str = "1", day: date = PUBLISHED, title: str = "Town falls") -> Article:
    return article(text, {"title": title, "url": f"https://news.example/{name}", "date": day.isoformat()}, name)


def put(store: Store, reader: Pipeline, *stories: Article, on: date = TODAY) -> list[Ingested]:
    return list(ingest(stories, reader, store, on))


def toponyms(store: Store, as_known_on: date | None = None) -> set[object]:
    return {row.properties["toponym"] for row in store.read("mentions", Query(as_known_on=as_known_on))}


def rows(store: Store) -> dict[str, list[Feature]]:
    return {name: list(store.read(name, Query())) for name in ("articles", "mentions", "events")}


def originals(store: Store) -> dict[str, object]:
    return {str(row.properties["url"])[-1]: row.properties["duplicate_of"] for row in store.read("articles", Query())}


def test_a_story_gives_its_article_mentions_and_events(store: Store, reader: Pipeline) -> None:
    (done,) = put(store, reader, story())
    found = rows(store)
    assert (done.mentions, done.events) == (len(found["mentions"]), len(found["events"]))
    assert toponyms(store) >= {"al-Rai", "Azaz"}
    assert {row.properties["type"] for row in found["events"]} >= {"control_gain"}
    assert {row.known.start for row in found["mentions"]} == {PUBLISHED}


def test_ingesting_twice_changes_nothing(store: Store, reader: Pipeline) -> None:
    put(store, reader, story(), story(LONG, "2"))
    before, version = rows(store), store.version()
    again = put(store, reader, story(), story(LONG, "2"), on=TOMORROW)
    assert [(each.written.added, each.written.changed) for each in again] == [(0, 0), (0, 0)]
    assert (rows(store), store.version()) == (before, version)


def test_a_story_without_a_date_is_refused_by_name_and_nothing_of_it_is_kept(store: Store, reader: Pipeline) -> None:
    undated = article("Rebels hold Azaz, in Syria.", {"title": "No day"}, "undated")
    with pytest.raises(NoPublicationDate, match="No day"):
        put(store, reader, story(), undated)
    assert [row.properties["title"] for row in rows(store)["articles"]] == ["Town falls"]


def test_an_edited_story_keeps_its_id_and_becomes_a_revision(store: Store, reader: Pipeline) -> None:
    (first,) = put(store, reader, story(BOTH))
    (second,) = put(store, reader, story(ONE), on=TOMORROW)
    (row,) = rows(store)["articles"]
    (old,) = store.read("articles", Query(as_known_on=TODAY))
    assert first.article == second.article == row.id == old.id
    assert (row.properties["text"], old.properties["text"]) == (ONE, BOTH)
    assert row.properties["revision"] != old.properties["revision"]
    assert (old.known, row.known) == (Interval(PUBLISHED, TOMORROW), Interval(TOMORROW))


def test_the_belief_in_a_mention_that_vanished_ends(store: Store, reader: Pipeline) -> None:
    put(store, reader, story(BOTH))
    put(store, reader, story(ONE), on=TOMORROW)
    assert "Azaz" in toponyms(store, TODAY)
    assert "Azaz" not in toponyms(store)
    assert "Azaz" not in toponyms(store, TOMORROW)


def test_an_edit_taken_back_is_believed_again(store: Store, reader: Pipeline) -> None:
    for number, text in enumerate((BOTH, ONE, BOTH)):
        put(store, reader, story(text), on=date(2016, 5, 1 + number))
    known = [toponyms(store, date(2016, 5, 1 + number)) for number in range(3)]
    assert ["Azaz" in each for each in known] == [True, False, True]


def test_reading_anew_after_the_zones_changed_keeps_the_old_belief(store: Store) -> None:
    gazetteer, actors = Gazetteer.load(world=False), Actors.load()
    put(store, pipeline(gazetteer, actors, (), [zone("REBELS")]), story())
    done = list(reread(pipeline(gazetteer, actors, (), [zone("ISIL")]), store, TOMORROW))
    assert [each.written.changed > 0 for each in done] == [True]
    assert {row.properties["controller"] for row in store.read("mentions", Query())} == {"ISIL"}
    assert {row.properties["controller"] for row in store.read("mentions", Query(as_known_on=TODAY))} == {"REBELS"}


def test_who_is_killed_while_stories_are_joined_anew_goes_on_with_it_later(store: Store, reader: Pipeline) -> None:
    put(store, reader, story(LONG, "1"), story(BOTH, "2", day=date(2016, 4, 12)))
    assert not must_rejoin(store)
    replace_zones(store, [zone("ISIL")], "s", TOMORROW)
    begun = rejoin(lambda: reader, store, TOMORROW)
    next(begun)
    begun.close()
    assert must_rejoin(store), "one of two stories is not done"
    assert len(list(rejoin(lambda: reader, store, TOMORROW))) == 2
    assert not must_rejoin(store)
    replace_zones(store, [zone("ISIL")], "s", TOMORROW)
    assert not must_rejoin(store), "the ground is as it was"


def test_ground_that_moves_while_stories_are_joined_is_joined_again(store: Store, reader: Pipeline) -> None:
    put(store, reader, story())
    replace_zones(store, [zone("ISIL")], "s", TOMORROW)
    for _ in rejoin(lambda: reader, store, TOMORROW):
        replace_zones(store, [zone("REBELS")], "s", TOMORROW)
    assert must_rejoin(store)


def test_reading_anew_with_the_same_zones_changes_nothing(store: Store, reader: Pipeline) -> None:
    put(store, reader, story(LONG, "1"), story(LONG, "2"))
    before = rows(store)
    assert {(each.written.added, each.written.changed) for each in reread(reader, store, TOMORROW)} == {(0, 0)}
    assert rows(store) == before


class Failing:
    """The store, but that the events cannot be written."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def write(self, collection: str, features: list[Feature], known_on: date) -> WriteReport:
        if collection == "events":
            raise StoreError("disk full")
        return self._store.write(collection, features, known_on)


def test_an_article_is_one_transaction(store: Store, reader: Pipeline) -> None:
    put(store, reader, story(ONE))
    before = rows(store)
    with pytest.raises(StoreError, match="disk full"):
        put(Failing(store), reader, story(BOTH), on=TOMORROW)  # type: ignore[arg-type]
    assert rows(store) == before


def test_a_wire_copy_is_linked_to_the_earliest_and_keeps_its_own_mentions(store: Store, reader: Pipeline) -> None:
    done = put(
        store, reader, story(LONG, "1"), story(LONG.replace("Turkish guns", "Artillery"), "2", date(2016, 4, 12)),
        story("Rebels still hold Azaz, a spokesman said on Monday.", "3"),
    )
    assert originals(store) == {"1": None, "2": done[0].article, "3": None}
    assert done[1].duplicate_of == done[0].article
    assert len({row.properties["article"] for row in rows(store)["mentions"]}) == 3
    copies = store.read("articles", Query(where={"duplicate_of": (done[0].article,)}))
    assert [row.id for row in copies] == [done[1].article]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_does_not_choose_the_original(
    store: Store, reader: Pipeline, order: tuple[int, ...]
) -> None:
    stories = [story(LONG, str(number), date(2016, 4, 11 + number)) for number in range(3)]
    put(store, reader, *(stories[at] for at in order))
    assert originals(store) == {"0": None, "1": stories[0].id, "2": stories[0].id}


def test_copies_of_a_story_that_was_rewritten_are_linked_among_themselves(store: Store, reader: Pipeline) -> None:
    stories = [story(LONG, str(number), date(2016, 4, 11 + number)) for number in range(3)]
    put(store, reader, *stories)
    put(store, reader, replace(stories[0], text=ONE), on=TOMORROW)
    assert originals(store) == {"0": None, "1": None, "2": stories[1].id}
