"""The two stories that Dateline was born from, read and compared with what a careful person gets.

The stories are not ours and not in the repository: these tests are extra, and run where they lie beside it.
"""
from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geo.model import Article, Mention, Reading
from geo.pipeline import bundled
from geo.sources import read_file
from tests.truth import SEEDS, differences, truths

RAI, BUKAMAL = "000_de9abf9e6dc456bf.txt", "001_6233e64afeae54ea.txt"

beside = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed stories do not lie beside this checkout")


def reading(file: str) -> Reading:
    return bundled().read(next(read_file(SEEDS / file)))


def at(start: int, story: Reading) -> Mention:
    return next(one for one in story.mentions if one.toponym.span.start == start)


def held(start: int, story: Reading) -> tuple[object, ...]:
    control = at(start, story).control
    assert control is not None
    return control.controller, control.status, control.besieged_by


def test_an_empty_reading_differs_in_every_line_that_must_be_found() -> None:
    nothing = Reading(Article(""))
    wanted = [truth for truth in truths(RAI) if truth.kind != "context" and "optional" not in truth.certainty]
    assert len(list(differences(RAI, nothing))) == len(wanted)


@pytest.mark.shared
@beside
@pytest.mark.parametrize("file", [RAI, BUKAMAL])
def test_the_reading_agrees_with_a_careful_person(file: str) -> None:
    assert list(differences(file, reading(file))) == []


@pytest.mark.shared
@beside
def test_publication_is_stated_in_one_story_and_inferred_in_the_other() -> None:
    stated, inferred = reading(RAI).article, reading(BUKAMAL).article
    assert stated.published and inferred.published
    assert (stated.published.interval.start, stated.published_how) == (date(2016, 4, 11), "header")
    assert (inferred.published.interval.start, inferred.published_how) == (date(2016, 6, 29), "inferred")
    assert "Fallujah" in inferred.published.reason


@pytest.mark.shared
@beside
def test_each_mention_carries_its_control_on_its_day() -> None:
    rai, bukamal = reading(RAI), reading(BUKAMAL)
    assert held(512, rai) == ("ISIL", "control", None)
    assert held(1020, bukamal) == ("ISIL", "besieged", "SDF")
    assert held(2100, bukamal) == ("GOV_IQ", "control", None)
    assert held(3167, bukamal) == ("REBELS", "control", None)


@pytest.mark.shared
@beside
def test_nothing_of_the_stories_is_in_the_repository() -> None:
    root = Path(__file__).resolve().parent.parent
    sentences = {line.strip() for seed in SEEDS.glob("*.txt") for line in seed.read_text("utf-8").splitlines()}
    long = {sentence for sentence in sentences if len(sentence) > 60}
    texts = [path for top in ("data", "docs", "tests", "notebooks") for path in (root / top).rglob("*")
             if path.suffix in (".txt", ".md", ".csv", ".py", ".ipynb")]
    assert texts
    for path in texts:
        assert not any(sentence in path.read_text("utf-8") for sentence in long), path
