"""Points tell of events that no phrase tells of; they are fitted, and found in time that is proportional."""
from __future__ import annotations

import csv
import time
from datetime import date

import numpy as np
import pytest

from geo.articles import article
from geo.assets import data_path
from geo.events import by_phrases
from geo.interval import Interval
from geo.model import Article, When
from geo.pipeline import bundled
from geo.weighing import WEIGHED, Surroundings, Words, chances, points, stem
from tools.fit_events import Row, fit, regression
from tools.fitting import scene_of, tabled

PUBLISHED = When(Interval.of_day(date(2016, 9, 15)), "2016-09-15", "day", "stated")


def told(text: str) -> set[tuple[str, str | None, str, str]]:
    reading = bundled().read(Article(text, published=PUBLISHED, published_how="stated"))
    return {(one.type, one.actor, one.trigger, one.when.edtf) for one in reading.events}


@pytest.mark.parametrize("text, wanted", [
    ("Raqqa's streets belonged to the Kurds by Tuesday.", ("control_gain", "SDF", "belonged", "2016-09-13")),
    ("By Monday the last militants had gone from Palmyra.", ("control_loss", "ISIL", "gone", "2016-09-12")),
    ("The last snipers were chased from Palmyra's rooftops on Monday.", ("control_gain", None, "chased", "2016-09-12")),
])
def test_what_no_phrase_tells_is_told_by_the_words_around_a_name(text: str, wanted: tuple[str, ...]) -> None:
    assert wanted in told(text)


@pytest.mark.parametrize("text", [
    "Palmyra is not what it was, a visitor said on Monday.", "Homs lies between Hama and Damascus.",
    "The museum of Palmyra has three floors.", "He was born in Homs and studied in Aleppo.",
    "READ MORE: With Palmyra gone, the army's line runs through Homs.",
])
def test_names_of_which_nothing_is_told_have_no_event(text: str) -> None:
    assert not told(text)


def test_what_a_phrase_tells_of_a_place_is_not_told_of_it_again() -> None:
    text = "The army lost Palmyra on Monday.\n\nBy Monday the last militants had gone from Palmyra."
    assert [trigger for kind, _, trigger, _ in told(text) if kind == "control_loss"] == ["lost"]


@pytest.mark.parametrize("text, kind", [
    ("Advancing from Tishrin Dam, the SDF cut all but one road to Manbij on Monday.", "attack"),
    ("On Monday shooting could be heard from the palaces, said a general who had come from Mosul.", "attack"),
])
def test_what_the_words_around_a_name_speak_against_is_not_told(text: str, kind: str) -> None:
    """A phrase alone would tell of it."""
    reading = bundled().read(Article(text, published=PUBLISHED, published_how="stated"))
    scene = scene_of(reading, bundled())
    assert kind in {one.type for one in by_phrases(scene)}
    assert kind not in {one.type for one in reading.events}


def test_a_passive_that_names_its_doer_is_told_whatever_stands_around_it() -> None:
    text = "Near the dam in Tabqa, captured by the army on Monday."
    assert ("control_gain", "GOV_SY", "captured", "2016-09-12") in told(text)


def test_the_points_are_whole_numbers_of_known_signs() -> None:
    with data_path("event_points.csv").open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    assert len(table) > 1000
    assert list(table[0]) == ["where", "what", *WEIGHED]
    assert len({(row["where"], row["what"]) for row in table}) == len(table)
    assert all(any(row[name] for name in WEIGHED) for row in table)
    assert all(abs(worth) < 1000 for known in points().values() for each in known.values() for _, worth in each)


def test_a_stem_is_the_word_without_its_ending() -> None:
    assert [stem(word) for word in ("seized", "seizing", "fell", "gas", "es")] == ["seiz", "seiz", "fell", "gas", "es"]


def test_a_regression_finds_the_signs_that_count_and_no_others() -> None:
    random = np.random.default_rng(7)
    given = random.random((600, 12)) < 0.3
    given[:, 0] = True
    told = random.random(600) < 1 / (1 + np.exp(-(-1.5 + 3.0 * given[:, 3] - 2.0 * given[:, 5])))
    table, known = tabled([[("sign", chr(97 + at)) for at in np.flatnonzero(row)] for row in given])
    assert list(known.values()) == list(range(12))
    found = regression(table, told, 0)
    assert found[3] > 2 and found[5] < -0.8 and found[0] < -0.8
    assert np.abs(np.delete(found, [0, 3, 5])).max() < 0.6


def test_a_sign_of_one_row_is_worth_nothing() -> None:
    always = ("always", "")
    table = [Row(frozenset({always, ("after", "fell")}), frozenset({"control_gain"})) for _ in range(20)]
    table += [Row(frozenset({always}), frozenset()) for _ in range(20)]
    table.append(Row(frozenset({always, ("after", "once")}), frozenset({"siege"})))
    found = fit(table)
    assert ("after", "once") not in found
    assert found["after", "fell"][WEIGHED.index("control_gain")] > 1


def test_many_names_in_one_sentence_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        text = "From " + ", ".join(["Homs, where nothing is told,", "Hama"] * count) + " they came."
        before = time.process_time()
        bundled().read(article(text, {"date": "2016-09-15"}, "x"))
        return time.process_time() - before

    seconds(5)
    assert seconds(200) < 12 * seconds(50) + 0.5


def test_what_hostile_text_may_add_up_to_is_a_chance_too(monkeypatch: pytest.MonkeyPatch) -> None:
    against = {"always": {"": tuple((at, -10**6) for at in range(len(WEIGHED)))}}
    monkeypatch.setattr("geo.weighing.points", lambda: against)
    one = Surroundings(Words((), ["<place>"], [], [0]), 0, (0, 1), (), [])
    assert all(0 < each < 1e-40 for each in chances(one).values())
