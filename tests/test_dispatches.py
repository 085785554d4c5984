"""The dispatches parse, mean real places and days, and are as many and as varied as promised."""
from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from geo.errors import InvalidInput
from geo.pipeline import bundled
from tools.agreement import AGAIN, score
from tools.dispatches import PARTS, TYPES, Dispatch, GoldEvent, last_day, load, parse

ROOT = Path(__file__).resolve().parent.parent
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLAIN = """Title: A town changes hands
Date: 2016-04-11
Source: Dateline dispatches

[[ISTANBUL|role=dateline]]: Rebels took [[al-Rai|place=sy-al-rai|when=2016-04-07]] {{on Thursday|2016-04-07}}.

---events---
control_gain | REBELS | - | sy-al-rai | 2016-04-07 | reported | took | -
"""


@pytest.fixture(scope="module")
def dispatches() -> list[Dispatch]:
    return [one for part in PARTS for one in load(part)]


@pytest.fixture(scope="module")
def known() -> set[str]:
    gazetteer = json.loads((ROOT / "data" / "gazetteer.geojson").read_text("utf-8"))
    with (ROOT / "data" / "countries.csv").open(encoding="utf-8", newline="") as rows:
        return {one["id"] for one in gazetteer["features"]} | {row["iso"].lower() for row in csv.DictReader(rows)}


def test_a_file_becomes_text_spans_and_days() -> None:
    story = parse(PLAIN, "plain.txt")
    assert story.text == "ISTANBUL: Rebels took al-Rai on Thursday.\n".rstrip()
    dateline, rai = story.mentions
    assert (dateline.role, rai.place, story.text[slice(*rai.span)]) == ("dateline", "sy-al-rai", "al-Rai")
    assert str(rai.when) == str(story.times[0].days) == str(story.events[0].days) == "2016-04-07"
    assert str(dateline.when) == "2016-04-11"
    assert story.text[slice(*story.events[0].trigger)] == "took"


@pytest.mark.parametrize("wrong, right, message", [
    ("2016-04-31", "2016-04-07", r"plain.txt:5: '2016-04-31' is not in the calendar"),
    ("place=sy-al-rai|role=metonym", "place=sy-al-rai", r"plain.txt:5: .*want a place"),
    ("[[al-Rai]]", "[[al-Rai|place=sy-al-rai|when=2016-04-07]]", r"plain.txt:5: .*does not parse"),
    ("took it", "took | -", r"plain.txt:8: 7 columns"),
    ("conquest", "control_gain", r"plain.txt:8: .*known type"),
    ("seized | -", "took | -", r"plain.txt:8: trigger 'seized' stands 0 times"),
    ("Day: 2016", "Date: 2016-04-11", r"plain.txt:2: .*want Title"),
])
def test_a_mistake_is_named_with_its_file_and_line(wrong: str, right: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse(PLAIN.replace(right, wrong), "plain.txt")


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"'train', want one of dev, dev2, .*, dev14, frozen"):
        load("train")


def test_a_person_who_annotates_the_frozen_part_again_agrees_with_it() -> None:
    stories = {one.file.rpartition("/")[2]: one.text for one in load("frozen")}
    again = {path.name: parse(path.read_text("utf-8"), path.name).text for path in AGAIN.glob("*.txt")}
    assert again == stories
    counted = score(bundled().gazetteer, with_optional=False)
    assert counted.share("date") > 0.9
    assert counted.f1("gold event", "found event")[2] > 0.8


def test_the_parts_are_large_and_alike() -> None:
    for part in ("dev", "dev2", "frozen"):
        stories = load(part)
        assert len(stories) >= 32
        assert sum(len(one.literal) for one in stories) >= 300
        assert sum(len(one.times) for one in stories) >= 175
        assert sum(len(one.events) for one in stories) >= 100
        assert sum(one.stated is None for one in stories) >= 3
        assert {event.type for one in stories for event in one.events} == set(TYPES)
        roles = Counter(mention.role for one in stories for mention in one.mentions)
        assert all(roles[role] >= 5 for role in ("dateline", "demonym", "organisation", "metonym", "other"))
        certainties = Counter(event.certainty for one in stories for event in one.events)
        assert certainties["claimed"] >= 5 <= certainties["hypothetical"]


def test_the_last_part_is_small_but_not_one_sided() -> None:
    stories = load("dev3")
    assert len(stories) == 20 and sum(one.stated is None for one in stories) >= 4
    assert sum(len(one.literal) for one in stories) >= 150 <= 2 * sum(len(one.times) for one in stories)
    assert sum(not event.optional for one in stories for event in one.events) >= 100


def test_parts_are_dealt_by_turns() -> None:
    numbers = {part: [int(one.file.split("/")[1][:2]) for one in load(part)] for part in ("dev", "frozen")}
    assert all(number % 2 for number in numbers["dev"])
    assert not any(number % 2 for number in numbers["frozen"])


def test_every_place_is_known_and_every_missing_one_has_a_point(dispatches: list[Dispatch], known: set[str]) -> None:
    for story in dispatches:
        for one in (*story.literal, *story.events):
            assert one.place in known or (not one.place and one.point), (story.file, one)


def test_every_actor_is_in_the_lexicon(dispatches: list[Dispatch]) -> None:
    with (ROOT / "data" / "actors.csv").open(encoding="utf-8", newline="") as rows:
        codes = {row["code"] for row in csv.DictReader(rows)} | {""}
    assert {code for story in dispatches for event in story.events for code in (event.actor, event.target)} <= codes


def test_spans_are_the_words_they_mark(dispatches: list[Dispatch]) -> None:
    for story in dispatches:
        marks = sorted([*story.mentions, *story.times], key=lambda one: one.span)
        assert all(story.text[slice(*one.span)] == one.text.strip() for one in marks), story.file
        assert all(a.span.end <= b.span.start for a, b in pairwise(marks)), story.file
        assert all(story.text[slice(*one.trigger)] == one.trigger_text for one in story.events), story.file


def test_a_named_weekday_falls_on_that_weekday(dispatches: list[Dispatch]) -> None:
    for story in dispatches:
        for one in story.times:
            days = {WEEKDAYS[day.weekday()] for day in (one.days.start, last_day(one.days)) if day}
            named = set(re.findall("|".join(WEEKDAYS), one.text))
            is_bounded = one.text.lower().startswith("before ")  # "before Friday" ends on the day before
            assert is_bounded or named <= days or (not days <= named and len(named) > 2), (story.file, one)


def test_days_belong_to_the_war_or_its_background(dispatches: list[Dispatch]) -> None:
    for story in dispatches:
        assert story.published is None or date(2012, 1, 1) <= (story.published.start or date.min), story.file
        for one in (*story.times, *(event for event in story.events if event.days)):
            assert one.days and one.days.start and one.days.end
            assert date(1910, 1, 1) <= one.days.start < one.days.end < date(2021, 1, 2), (story.file, one)


def test_what_has_happened_has_not_happened_after_publication(dispatches: list[Dispatch]) -> None:
    for story in dispatches:
        for event in story.events:
            if event.certainty != "hypothetical" and event.days and story.published:
                assert event.days.end and story.published.end
                assert event.days.end <= story.published.end, (story.file, event)


def test_no_event_is_told_twice(dispatches: list[Dispatch]) -> None:
    for story in dispatches:
        keys = Counter(_what(one) for one in story.events)
        assert [key for key, count in keys.items() if count > 1] == [], story.file


def _what(event: GoldEvent) -> tuple[object, ...]:
    return event.type, event.actor, event.place, event.point, event.days, event.certainty, event.attribution


def test_an_event_happens_where_a_name_or_its_surroundings_stand(dispatches: list[Dispatch]) -> None:
    """At least nine events in ten are at a place that the story itself names and marks."""
    named = [
        any((mention.place, mention.point) == (event.place, event.point) for mention in story.mentions)
        for story in dispatches for event in story.events
    ]
    assert sum(named) / len(named) > 0.9


def test_lengths_vary_as_news_does(dispatches: list[Dispatch]) -> None:
    words = sorted(len(story.text.split()) for story in dispatches)
    assert words[0] < 120 and words[-1] > 300
    published = [story.published.start for story in dispatches if story.published and story.published.start]
    assert max(published) - min(published) > timedelta(days=5 * 365)
