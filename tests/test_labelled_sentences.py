"""The labelled sentences parse, and a mistake in one is named with its line."""
from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import InvalidInput
from geo.pipeline import bundled
from tools.dispatches import TYPES
from tools.sentences import load, parse, score

ITEM = "2016-04-11 Rebels took al-Rai on Thursday.\ncontrol_gain | REBELS | al-Rai | 2016-04-07 | reported\n"


def test_there_are_many_of_every_type() -> None:
    items = load()
    labels = [label for item in items for label in item.labels]
    assert len(items) > 1500
    assert len({item.text for item in items}) == len(items)
    assert {label.type for label in labels} <= set(TYPES)
    assert all(sum(label.type == name for label in labels) > 80 for name in TYPES)
    assert sum(not item.labels for item in items) > 150


@pytest.mark.parametrize("wrong, right, message", [
    ("11 April", "2016-04-11", r"a.txt:1: '11', want the day"),
    ("conquest", "control_gain", r"a.txt:2: .*known type"),
    ("al-Ray | 2016", "al-Rai | 2016", r"a.txt:2: place 'al-Ray'"),
    ("al-Rai | reported", "al-Rai | 2016-04-07 | reported", r"a.txt:2: .*want type"),
    ("2016-04-31", "2016-04-07", r"a.txt:2: '2016-04-31' is not in the calendar"),
])
def test_a_mistake_is_named_with_its_line(wrong: str, right: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        list(parse(ITEM.replace(right, wrong), "a.txt"))


def test_items_are_told_apart_by_empty_lines() -> None:
    found = list(parse(f"{ITEM}\n\n{ITEM}", "a.txt"))
    assert [item.where for item in found] == ["a.txt:1", "a.txt:5"]


def test_a_plain_sentence_scores_in_full_and_a_wrong_label_does_not() -> None:
    right, wrong = (score(list(parse(text, "a.txt")), bundled()) for text in (ITEM, ITEM.replace("REBELS", "ISIL")))
    assert right.f1("gold event", "found event")[2] == pytest.approx(1)
    assert (right.share("actor"), wrong.share("actor")) == (1, 0)
    other = score(list(parse(ITEM.replace("control_gain", "siege"), "a.txt")), bundled())
    assert other.f1("gold event", "found event")[2] == 0


def test_no_file_of_them_is_empty() -> None:
    here = Path(__file__).parent / "sentences"
    assert all(load([path]) for path in here.glob("*.txt"))
