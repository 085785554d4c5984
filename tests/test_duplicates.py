"""Wire copies are found, and what only resembles one is not. The texts are written for this test."""
from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.duplicates import FEWEST, SHARED, Dispatch, Dispatches, are_copies, dispatch, runs_of, shared
from geo.interval import Interval

LEAD = (
    "Fighters of an alliance of Arab and Kurdish groups entered the grain town from three sides early on Thursday and "
    "pushed the militants out of the silos after a night of air strikes, a monitor and two residents said."
)
SECOND = (
    "The militants, who had held the town for nineteen months, withdrew along the road to the river and left mines in "
    "the bakery, the court and the two schools. Four people were killed when a family came back too soon."
)
THIRD = (
    "A spokesman for the alliance said its engineers would need a week to clear the centre. The coalition confirmed "
    "eleven strikes in the area since Wednesday evening, against mortars, a bridge and a fuel truck."
)
BACKGROUND = (
    "The town lies on the only paved road between the two largest cities of the province. Whoever holds it can supply "
    "the front to the south or cut it off, and both sides have fought over it three times since the war began."
)
STORY = "\n\n".join((LEAD, SECOND, THIRD, BACKGROUND))

OTHER_WRITER = (
    "The grain silos burned until noon. When the smoke cleared on Thursday, men of the Arab and Kurdish alliance stood "
    "on the roof of the court house, and the militants who had ruled here for over a year and a half were gone.\n\n"
    "Residents spoke of a night of bombing. A baker said that mines had been laid in his shop, and that a neighbour, "
    "his wife and two children died when they opened their door. The alliance wants a week before people may return."
)
FOLLOW_UP = (
    "Families began to return on Sunday to the grain town that the militants lost last week, though engineers had "
    "cleared only half of its streets, aid workers said.\n\nTrucks with flour and water reached the silos in the "
    "morning. A clinic opened in one of the schools, and the court will serve as a store until the electricity is "
    "back, the new council announced.\n\n" + BACKGROUND
)
STRIKES_OF_MONDAY = (
    "On Monday the coalition carried out seventeen strikes. Near Raqqa, three strikes engaged two tactical units and "
    "destroyed a vehicle. Near Manbij, nine strikes engaged seven tactical units and destroyed six fighting positions. "
    "Near Mosul, five strikes engaged a tactical unit and suppressed a mortar position."
)
STRIKES_OF_TUESDAY = (
    "On Tuesday the coalition carried out twelve strikes. Near Deir al-Zor, two strikes destroyed an oil wellhead. "
    "Near Manbij, six strikes engaged four tactical units and destroyed two vehicles and a weapons cache. Near "
    "Ramadi, four strikes suppressed two mortar positions and denied terrain to the enemy."
)


def reworded(text: str, every: int) -> str:
    words = text.split(" ")
    return " ".join("reportedly" if at % every == every - 1 else word for at, word in enumerate(words))


COPIES = {
    "the same": STORY,
    "in capitals, with other punctuation": STORY.upper().replace(",", " –"),
    "cut after two of four paragraphs": f"{LEAD}\n\n{SECOND}",
    "with a lead of the paper's own": "Our correspondents report from the region as the battle goes on.\n\n" + STORY,
    "paragraphs in another order": "\n\n".join((LEAD, THIRD, BACKGROUND, SECOND)),
    "every fifteenth word changed": reworded(STORY, 15),
    "one paragraph replaced": f"{LEAD}\n\n{SECOND}\n\n{THIRD}\n\nThe ministry in the capital did not comment on this.",
}
STRANGERS = {
    "the same event by another writer": OTHER_WRITER,
    "a later story with the same background": FOLLOW_UP,
    "a brief that only quotes the lead's first words":
        "Fighters of an alliance of Arab and Kurdish groups entered the grain town, agencies said.",
    "every fourth word changed": reworded(STORY, 4),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_recognised(name: str) -> None:
    assert are_copies(runs_of(STORY), runs_of(COPIES[name]))


@pytest.mark.parametrize("name", STRANGERS)
def test_what_only_resembles_a_copy_is_not_taken_for_one(name: str) -> None:
    assert not are_copies(runs_of(STORY), runs_of(STRANGERS[name]))


def test_two_days_of_one_series_are_two_stories() -> None:
    assert not are_copies(runs_of(STRIKES_OF_MONDAY), runs_of(STRIKES_OF_TUESDAY))


def test_a_dispatch_quoted_in_a_long_round_up_is_not_the_round_up() -> None:
    words = " ".join(f"word{number}" for number in range(700))
    assert not are_copies(runs_of(STORY), runs_of(f"{STORY} {words}"))


def test_the_limit_lies_well_between_copies_and_strangers() -> None:
    base = runs_of(STORY)
    nearest_copy = min(shared(base, runs_of(text)) for text in COPIES.values())
    nearest_stranger = max(shared(base, runs_of(text)) for text in STRANGERS.values() if len(runs_of(text)) >= FEWEST)
    nearest_stranger = max(nearest_stranger, shared(runs_of(STRIKES_OF_MONDAY), runs_of(STRIKES_OF_TUESDAY)))
    assert nearest_stranger + 0.05 < SHARED < nearest_copy - 0.05


def test_a_text_of_a_few_words_is_no_copy_of_anything() -> None:
    assert not are_copies(runs_of("More follows soon"), runs_of("More follows soon"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_shared_does_not_depend_on_the_order(one: str, other: str) -> None:
    share = shared(runs_of(one), runs_of(other))
    assert share == shared(runs_of(other), runs_of(one))
    assert 0 <= share <= 1


def on(id_: str, day: date, text: str) -> Dispatch:
    return dispatch(id_, Interval.of_day(day), text)


APRIL = date(2016, 4, 7)
FAMILY = (
    on("late", date(2016, 4, 9), STORY), on("first", APRIL, STORY),
    on("cut", APRIL, f"{LEAD}\n\n{SECOND}"), on("other", APRIL, OTHER_WRITER),
    on("next-year", date(2017, 4, 7), STORY),
)


@pytest.mark.parametrize("order", list(permutations(range(len(FAMILY)))))
def test_a_family_is_the_same_whatever_came_first(order: tuple[int, ...]) -> None:
    stories = [FAMILY[at] for at in order]
    known = Dispatches(lambda day: [story for story in stories if day in story.days])
    assert [story.id for story in known.family(FAMILY[0])] == ["first", "cut", "late"]


def test_an_edited_story_counts_as_it_reads_now() -> None:
    known = Dispatches(lambda day: [story for story in FAMILY if day in story.days])
    assert len(known.family(FAMILY[1])) == 3
    known.put(on("cut", APRIL, OTHER_WRITER))
    assert [story.id for story in known.family(FAMILY[1])] == ["first", "late"]
