"""Who did it is told by points where frames say too little; they are fitted, and frames that are plain stand."""
from __future__ import annotations

import csv
import time
from datetime import date

import pytest

from geo.actor_points import TYPES, Candidate, candidates, points, with_likeliest_actor
from geo.articles import article
from geo.assets import data_path
from geo.events import framed
from geo.interval import Interval
from geo.model import Article, When
from geo.pipeline import bundled
from tools.fit_actors import Choice, fit, right_of
from tools.fitting import scene_of

PUBLISHED = When(Interval.of_day(date(2016, 9, 15)), "2016-09-15", "day", "stated")


def told(text: str) -> list[tuple[str, str | None]]:
    reading = bundled().read(Article(text, published=PUBLISHED, published_how="stated"))
    return [(one.type, one.actor) for one in reading.events if one.type in TYPES]


@pytest.mark.parametrize("text, wanted", [
    ("Jets killed nine people in Saraqib on Monday, activists in rebel-held Idlib said, blaming Russia.",
     ("airstrike", "RUSSIA")),
    ("The rebels said on Monday that the army had shelled Binnish.", ("attack", "GOV_SY")),
    ("Rebel-held Azaz was shelled on Monday.", ("attack", None)),
    ("Rebel-held Azaz was shelled on Monday.", ("control_state", "REBELS")),
    ("Islamic State retook Rai from rebel groups on Monday.", ("control_gain", "ISIL")),
])
def test_who_did_it_is_the_likeliest_of_those_who_are_named(text: str, wanted: tuple[str, str | None]) -> None:
    assert wanted in told(text)


def test_points_speak_where_the_frame_names_nobody() -> None:
    text = "Jets killed nine people in Saraqib on Monday, activists in rebel-held Idlib said, blaming Russia."
    reading = bundled().read(Article(text, published=PUBLISHED, published_how="stated"))
    scene = scene_of(reading, bundled())
    (event, how), *_ = framed(scene)
    assert event.actor is None
    assert {side.code for side in candidates(scene, event, how)} == {"RUSSIA", ""}  # "rebel-held" holds, no more
    found = with_likeliest_actor(scene, event, how)
    assert (found.actor, found.actor_text) == ("RUSSIA", "Russia")


def test_the_points_are_whole_numbers_of_known_signs() -> None:
    with data_path("actor_points.csv").open(encoding="utf-8", newline="") as rows:
        table = list(csv.DictReader(rows))
    assert len(table) == len(points()) > 500
    assert all(0 < abs(worth) < 1000 for worth in points().values())


def test_a_fit_learns_who_stands_where_the_doers_stand() -> None:
    def choice(right: str) -> Choice:
        first = Candidate("A", "a", frozenset({("stands", "before"), ("always", "")}))
        second = Candidate("B", "b", frozenset({("stands", "behind"), ("always", "")}))
        return Choice((first, second), right, "B")

    known = [choice("A")] * 30 + [choice("B")] * 3
    worth = fit(known)
    assert worth["stands", "before"] > worth.get(("stands", "behind"), 0)
    assert ("always", "") not in worth  # it stands with both
    assert right_of([choice("A")] * 4, worth) == (0.0, 1.0)


def test_many_sides_in_one_sentence_take_time_in_proportion() -> None:
    def seconds(count: int) -> float:
        text = "Hama was shelled by " + ", ".join(["the rebels, who hit Homs,", "the army"] * count) + " on Monday."
        before = time.process_time()
        bundled().read(article(text, {"date": "2016-09-15"}, "x"))
        return time.process_time() - before

    seconds(5)
    assert seconds(200) < 12 * seconds(50) + 0.5
