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
    ("Islamic State is back in Palmyra.", "control_gain", "ISIL"),
    ("The army clawed back Palmyra on Monday.", "control_gain", "GOV_SY"),
    ("Islamic State stormed back into Palmyra on Monday.", "control_gain", "ISIL"),
    ("The army established full control over Palmyra.", "control_gain", "GOV_SY"),
    ("Palmyra has been \u201cpurged of terrorists\u201d by the army.", "control_gain", "GOV_SY"),
    ("Palmyra slipped from the army's grasp on Monday.", "control_loss", "GOV_SY"),
    ("The army is gone from Palmyra.", "control_loss", "GOV_SY"),
    ("The army remains in control of Palmyra.", "control_state", "GOV_SY"),
    ("Palmyra has been under mortar fire since Monday.", "attack", None),
    ("Ambulances were fired upon in Palmyra.", "attack", None),
    ("Islamic State ransacked Palmyra on Monday.", "attack", "ISIL"),
    ("Islamic State and the army exchanged fire in Palmyra.", "clash", None),
    ("Palmyra, a town of 30,000 people before the war, passed into the hands of the army.", "control_gain", "GOV_SY"),
    ("Palmyra fell on Monday to the army.", "control_gain", "GOV_SY"),
    ("Palmyra, an IS-held town in Homs province, is quiet.", "control_state", "ISIL"),
    ("Palmyra's airport was surrounded on Monday by Islamic State.", "siege", "ISIL"),
    ("Most of Palmyra's defenders slipped away. The garrison withdrew from Palmyra.", "control_loss", None),
    ("A convoy of the Red Cross was hit from the air at Palmyra.", "airstrike", None),
    ("The general came up the road to declare Palmyra free.", "control_gain", None),
])  # fmt: skip
def test_a_phrase_is_read(text: str, kind: str, actor: str | None) -> None:
    found = [one for one in told(text) if one[0] == kind and one[2] == "sy-palmyra"]
    assert found and (actor is None or found[0][1] == actor)


@pytest.mark.parametrize("text", [
    "The army was in Palmyra for ten years.", "The rebels had lunch in Palmyra.", "Palmyra's fall weather is mild.",
    "Islamic State has Palmyra's mayor on a list.", "The mayor got back to Palmyra on Monday.",
    "Aid lorries rolled into Palmyra on Monday.", "A raid on a prison near Palmyra freed about 70 captives.",
])  # fmt: skip
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert not {kind for kind, _, _ in told(text) if kind.startswith("control_gain")}


@pytest.mark.parametrize("text", [
    "The army left Palmyra with hardly a shot.", "A wounded soldier of the army spoke in Palmyra.",
    "Islamic State fighters fled towards Palmyra.", "The army holds the artillery college of Palmyra.",
    "The army has targets in Palmyra.",
])  # fmt: skip
def test_nouns_and_adjectives_attack_nobody(text: str) -> None:
    assert not {kind for kind, _, _ in told(text) if kind in ("attack", "airstrike")}


@pytest.mark.parametrize("text, kind, wanted", [
    ("In government hands: Palmyra, Homs and Hama.", "control_state", {"sy-palmyra", "sy-homs", "sy-hama"}),
    ("Still held by the rebels:\n\n- Azaz, since March\n- Mare, since May\n\nHoms is quiet.", "control_state",
     {"sy-azaz", "sy-mare"}),
    ("Foua and Kefraya, two villages besieged by the rebels, starve.", "siege", {"sy-al-fuah", "sy-kafriya"}),
    ("Two besieged villages, Foua and Kefraya, starve.", "siege", {"sy-al-fuah", "sy-kafriya"}),
    ("Azaz, where rebels drove out Islamic State on Monday, is quiet.", "control_gain", {"sy-azaz"}),
    ("Azaz, whose capture by the rebels surprised many, is quiet.", "control_gain", {"sy-azaz"}),
    ("Azaz is quiet. Islamic State fighters left at dawn.", "control_loss", {"sy-azaz"}),
    ("The last rebels were evacuated from Azaz on Monday.", "control_loss", {"sy-azaz"}),
])  # fmt: skip
def test_lists_headings_and_clauses_have_their_places(text: str, kind: str, wanted: set[str]) -> None:
    assert {place for found, _, place in told(text) if found == kind} == wanted


def test_the_items_of_a_list_have_their_own_days() -> None:
    text = "Back in government hands:\n\n- Palmyra, since Monday\n- Sukhna, taken on 3 May"
    reading = bundled().read(Article(f"The war in Syria goes on.\n\n{text}", published=PUBLISHED))
    assert {one.place.id: one.when.edtf for one in reading.events if one.place} == {
        "sy-palmyra": "2016-09-12/2016-09-15", "sy-al-sukhnah": "2016-05-03",
    }
