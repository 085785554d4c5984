"""Where things happened, among the names of a sentence; and names that no gazetteer lists."""
from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from geo import unlisted as unlisted_names
from geo.happened import happened_at
from geo.model import Span
from geo.pipeline import bundled
from geo.tokens import tokenise
from geo.unlisted import unlisted
from tools.dispatches import DEVELOPMENT, load
from tools.event_location import count, f1, rows

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "event_location" / "event_location.jsonl"


@pytest.mark.parametrize(
    ("text", "word", "places"),
    [
        ("Shells hit a market in Aleppo on Monday, officials in Damascus said.", "hit", ["Aleppo"]),
        ("Rebels who had fled Homs shelled the villages of Rai and Akhtarin.", "shelled", ["Rai", "Akhtarin"]),
        ("A bomb exploded in the town of Haditha in Iraq's Anbar province.", "exploded", ["Haditha"]),
        ("In Mosul, troops from Baghdad killed two men.", "killed", ["Mosul"]),
        ("Syrian troops were killed near Palmyra.", "killed", ["Palmyra"]),
        ("It was quiet.", "was", []),
    ],
)
def test_the_likeliest_name_and_its_list_is_where_it_happened(text: str, word: str, places: list[str]) -> None:
    reader = bundled()
    named = reader.resolve(reader.recognise(text), reader.gazetteer)
    start = text.index(word)
    found = happened_at(text, Span(start, start + len(word)), Span(0, len(text)), named)
    assert [one.toponym.text for one in found] == places


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("They entered the village of Kafr Blank and Tal Nowhere.", ["Kafr Blank", "Tal Nowhere"]),
        ("Two died in Durgi district.", ["Durgi"]),
        ("A bus burned near Shaffa on Friday.", ["Shaffa"]),
        ("Baghdad's Blankiya neighbourhood was quiet.", ["Blankiya"]),
        ("He was born in March and worked in Parliament.", []),
        ("The Taliban-held district was quiet.", []),
        ("Patients lay in Frederick Memorial Hospital.", []),
        ("Mr Durgi spoke; in Durgi they see a saviour.", []),
        ("She met President Blank in Blank's office.", []),
    ],
)
def test_a_name_that_stands_where_only_a_place_does_is_kept(text: str, names: list[str]) -> None:
    assert [text[slice(*span)] for span in unlisted(text, [], tokenise(text))] == names


def test_of_an_unlisted_name_no_place_is_guessed() -> None:
    reader = bundled()
    text = "Rebels took the village of Kafr Blankh near Aleppo."
    found = reader.resolve(reader.recognise(text), reader.gazetteer)
    assert [(one.toponym.text, one.toponym.role, bool(one.place)) for one in found] == [
        ("Kafr Blankh", "literal", False), ("Aleppo", "literal", True),
    ]


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.exists(), reason="reads event_location beside the checkout")
def test_places_of_events_are_found_on_the_half_that_nobody_fitted() -> None:
    counts: Counter[str] = Counter()
    for row in rows(CORPUS, bundled(), counts):
        count(row, counts)
    assert f1(counts, "test")[2] >= 0.75


def test_trying_a_pattern_only_at_the_words_that_open_it_misses_nothing() -> None:
    kinds = {form for one in unlisted_names._KIND.split("|")
             for form in (re.sub(r"(.)\?", "", one), re.sub(r"(.)\?", r"\1", one))}
    texts = [f"They met in the {kind} of Durgi and left Durgi {kind} for Marzu City." for kind in sorted(kinds)]
    for text in [*texts, *(dispatch.text for part in DEVELOPMENT for dispatch in load(part))]:
        tokens = tokenise(text)
        for pattern, starts in unlisted_names.starts(tokens):
            tried = [match.span() for match in unlisted_names.matches(pattern, text, starts)]
            assert tried == [match.span() for match in pattern.finditer(text)]
