"""News falls into paragraphs, sentences and clauses."""
from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.model import Span
from geo.sentences import clause_of, clauses, paragraph_of, paragraphs, sentence_of, sentences


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text, Span(0, len(text)))]


@pytest.mark.parametrize("text, wanted", [
    ("One fell. Two left.", ["One fell.", "Two left."]),
    ("U.S. forces left. The U.S. The army stayed.", ["U.S. forces left.", "The U.S.", "The army stayed."]),
    ("On Feb. 3 Gen. Smith met Dr. J. Roe. He left.", ["On Feb. 3 Gen. Smith met Dr. J. Roe.", "He left."]),
    ("“They failed. They left,” he said.", ["“They failed.", "They left,” he said."]),
    ("He said “we won.” They left!", ["He said “we won.”", "They left!"]),
    ("He said “we won!” and left.", ["He said “we won!” and left."]),
    ("Rebels take Rai\n\nThey left.", ["Rebels take Rai", "They left."]),
    ("Rebels take Rai\nThe town is calm.", ["Rebels take Rai", "The town is calm."]),
    ("It cost 3.5 million at 5 p.m. on Monday.", ["It cost 3.5 million at 5 p.m. on Monday."]),
    ("", []),
    ("\n \n", []),
])  # fmt: skip
def test_a_sentence_ends_where_a_reader_ends_it(text, wanted):
    assert said(text) == wanted


def test_hard_wrapped_lines_are_one_paragraph():
    text = ("The rebels took the border town on Monday, said activists who\nhad seen the fighters enter the place. "
            "They left it on\nTuesday.\n\nNobody knows why.")
    assert len(paragraphs(text)) == 2
    assert len(said(text)) == 3


@pytest.mark.parametrize("text, wanted", [
    ("They took the base, but others lost it.", ["They took the base,", "but others lost it."]),
    ("They took Rai, Dabiq, and Azaz on Monday.", ["They took Rai, Dabiq, and Azaz on Monday."]),
    ("They left Rai, which they took in May.", ["They left Rai,", "which they took in May."]),
    ("It fell just hours after they took it.", ["It fell", "just hours after they took it."]),
    ("It fell after two days of war.", ["It fell after two days of war."]),
    ("They won, taking the town, including its base.", ["They won,", "taking the town, including its base."]),
])  # fmt: skip
def test_a_clause_begins_where_another_verb_does(text, wanted):
    assert parts(text) == wanted


def test_what_holds_a_span_is_found():
    text = "One fell, but two stayed. They left.\n\nNobody knows."
    at = Span(text.index("two"), text.index("two") + 3)
    assert text[slice(*clause_of(text, at))] == "but two stayed."
    assert text[slice(*sentence_of(text, at))] == "One fell, but two stayed."
    assert text[slice(*paragraph_of(text, at))] == "One fell, but two stayed. They left."


PIECES = st.lists(st.sampled_from("U.S.|It|fell|.|\n|\n\n|“|”|, but|was|after| |!|…".split("|")))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120) | PIECES.map(" ".join))
def test_every_letter_lies_in_one_sentence_and_one_clause(text):
    spans = [clause for sentence in sentences(text) for clause in clauses(text, sentence)]
    assert spans == sorted(spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
