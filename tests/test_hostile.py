"""Texts that nobody would write cost time in proportion to their length, and end in a reading or a clear error."""
from __future__ import annotations

import gc
import time

import pytest

from geo.articles import article
from geo.errors import InvalidInput
from geo.pipeline import bundled

CODE_POINTS = 40_000


def seconds(text: str) -> float:
    story = article(text, {"date": "2016-04-11"}, "hostile")
    gc.disable()  # the garbage is of all tests before
    try:
        begun = time.thread_time()
        bundled().read(story)
        return time.thread_time() - begun
    finally:
        gc.enable()


@pytest.mark.parametrize("piece", [
    "a", "A", "O'", "al-", "Aleppo ", " in Abcd", "village of Abcd, ", "captured Aleppo and ", "since ", "the ",
    "in the ", "third time in ", "on 3 May 2016, ", "A. ", "Mr Abcd said ", '"', "(", "\u202eAleppo\u202c ", "😀",
    "Aлeppo حلب Αθήνα ", "ISIL ", "who which that ", "On Monday on Tuesday ", "20 km north of Raqqa ",
    "between Homs and Palmyra ", "ALEPPO - Calm.\n", "ALEPPO: ", "the 93rd Brigade ",
    "He denied that rebels captured Aleppo, ", "The Kurds, who took Aleppo, ", "took Aleppo; on Tuesday, ",
    "A followed and ",
])  # fmt: skip
def test_four_times_the_text_takes_about_four_times_as_long(piece: str) -> None:
    short = piece * (CODE_POINTS // len(piece) // 4)
    seconds(short)
    once, long = seconds(short), seconds(short * 4)
    assert long < 8 * once + 0.5, (once, long)


def test_four_times_as_many_names_take_about_four_times_as_long() -> None:
    some, many = (" ".join(f"Xa{number}b" for number in range(count)) for count in (25_000, 100_000))
    assert seconds(many) < 8 * seconds(some) + 0.5


@pytest.mark.parametrize("text", ["\0" * 1000, "Rai\x07 fell"])
def test_control_characters_are_named(text: str) -> None:
    with pytest.raises(InvalidInput, match="control character"):
        article(text, {"date": "2016-04-11"}, "hostile")
