"""The many ways in which news tells one thing: a sentence each, and the event that a reader takes from it."""
from __future__ import annotations

from datetime import date

import pytest

from geo.interval import Interval
from geo.model import Article, When
from geo.pipeline import bundled

PUBLISHED = When(Interval.of_day(date(2016, 9, 15)), "2016-09-15", "day", "stated")


def told(text: str) -> set[tuple[str, str | None, str]]:
    reading = bundled().read(Article(f"The war in Syria goes on. {text}", published=PUBLISHED, published_how="stated"))
    return {(one.type, one.actor, one.place.id) for one in reading.events if one.place}


@pytest.mark.parametrize("text, kind, actor", [
    ("The army marched unopposed into Palmyra on Monday.", "control_gain", "GOV_SY"),
    ("Having taken Palmyra on Monday, the army moved east.", "control_gain", "GOV_SY"),
    ("By noon on Monday the army was in Palmyra.", "control_gain", "GOV_SY"),
    ("Palmyra fell into Islamic State's hands on Monday.", "control_gain", "ISIL"),
    ("Palmyra's recapture on Monday was celebrated.", "control_gain", None),
    ("The army got Palmyra back on Monday.", "control_gain", "GOV_SY"),
    ("The army's flag flew over Palmyra again on Monday.", "control_gain", "GOV_SY"),
    ("Palmyra is back in government hands.", "control_gain", "GOV_SY"),
    ("The army consolidated its hold on Palmyra on Monday.", "control_gain", "GOV_SY"),
    ("Islamic State slipped away from Palmyra on Monday.", "control_loss", "ISIL"),
    ("Palmyra is still government-held.", "control_state", "GOV_SY"),
    ("Palmyra, a stronghold of Islamic State, is quiet.", "control_state", "ISIL"),
    ("Islamic State has had Palmyra since May.", "control_state", "ISIL"),
    ("All that is left to Islamic State is Palmyra.", "control_state", "ISIL"),
    ("Islamic State is left with Palmyra.", "control_state", "ISIL"),
    ("Palmyra came under fire on Monday.", "attack", None),
    ("Snipers killed three men in Palmyra on Monday.", "attack", None),
    ("Islamic State kidnapped thirty people in Palmyra on Monday.", "attack", "ISIL"),
    ("A garrison is besieged in Palmyra.", "siege", None),
])  # fmt: skip
def test_a_phrase_is_read(text: str, kind: str, actor: str | None) -> None:
    found = [one for one in told(text) if one[0] == kind and one[2] == "sy-palmyra"]
    assert found and (actor is None or found[0][1] == actor)


@pytest.mark.parametrize("text", [
    "The army was in Palmyra for ten years.", "The rebels had lunch in Palmyra.", "Palmyra's fall weather is mild.",
    "Islamic State has Palmyra's mayor on a list.", "The mayor got back to Palmyra on Monday.",
])  # fmt: skip
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert not {kind for kind, _, _ in told(text) if kind.startswith("control_gain")}
