"""Recognising, resolving and telling events, on sentences written for each case."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import cues
from geo.interval import Interval
from geo.model import Article, Event, Mention, Reading, When
from geo.pipeline import bundled
from geo.tokens import tokenise
from tools.dispatches import DEVELOPMENT, load

PUBLISHED = When(Interval.of_day(date(2016, 4, 11)), "2016-04-11", "day", "stated")


def read(text: str) -> Reading:
    return bundled().read(Article(text, published=PUBLISHED, published_how="stated"))


def mentions(text: str) -> dict[str, Mention]:
    return {one.toponym.text: one for one in read(text).mentions}


def places(text: str) -> dict[str, str | None]:
    return {surface: one.place.id if one.place else None for surface, one in mentions(text).items()}


@pytest.mark.parametrize("text, surface, role", [
    ("The Syrian army left.", "Syrian", "demonym"),
    ("A US-led coalition bombed Raqqa.", "US", "demonym"),
    ("The Britain-based monitor said so.", "Britain", "demonym"),
    ("U.S. and Turkish jets struck.", "U.S.", "demonym"),
    ("Fighters of the Free Syrian Army fled.", "Syrian", "organisation"),
    ("He told the Washington Post.", "Washington", "organisation"),
    ("The Islamic State of Iraq and the Levant fled.", "Iraq", "organisation"),
    ("BEIRUT: Rebels took Rai.", "BEIRUT", "dateline"),
    ("AFRIN, Syria (Wire) — Rebels took Rai.", "Syria", "dateline"),
    ("KILIS, Turkey. From a roof one sees Rai.", "Turkey", "dateline"),
    ("KILIS, Turkey\n\nRebels took Rai.", "Turkey", "dateline"),
    ("BAGHDAD/ERBIL, Iraq, June 10 — Troops entered Mosul.", "ERBIL", "dateline"),
    ("Raqqa (Our Agency) – Planes came at night.", "Raqqa", "dateline"),
    ("ALEPPO, Homs and Hama – three cities under fire.", "Homs", "literal"),
    ("Manbij – two strikes hit a bunker.", "Manbij", "literal"),
    ("MOSUL, 10 June. Iraq's second city is gone.", "Iraq", "literal"),
    ("He flew to the US on Monday.", "US", "literal"),
    ("Rebels advanced on Aleppo.", "Aleppo", "literal"),
    ("In the capital, Damascus, tanks shelled Jobar.", "Damascus", "literal"),
    ("A native of Baghdad's Sadr City missed.", "Baghdad", "literal"),
    ("It was the last town before Erbil.", "Erbil", "literal"),
    ("In the tea houses of Erbil they talk.", "Erbil", "literal"),
    ("The road that joins Damascus to the coast runs by.", "Damascus", "literal"),
    ("Between Damascus and the sea there is one road.", "Damascus", "literal"),
    ("It is a shelf of bare mountains between Damascus and Homs.", "Damascus", "literal"),
    ("Talks between Damascus and Ankara went on.", "Damascus", "metonym"),
    ("The army gave no figures.\n\nHAMA PROVINCE: Clashes near Maardes.", "HAMA PROVINCE", "literal"),
    ("HOMS - Calm.\n\nHAMA - Clashes near Maardes.", "HAMA", "literal"),
])
def test_a_name_has_its_role(text: str, surface: str, role: str) -> None:
    assert mentions(text)[surface].toponym.role == role


@pytest.mark.parametrize("text", [
    "Turkey joined a US-led coalition.", "He told the Washington Post.", "The Syrian rebels fled.",
    "A carrier is on its way to the Gulf.", "President Bashar Assad spoke.",
    "Michael Jordan scored.", "They bombed the tomb of Khalid ibn al-Walid.", "\"We left,\" said Abu Omar, a baker.",
    "Most of the March rain fell in the Hit parade.",
])
def test_nothing_is_mapped_but_places(text: str) -> None:
    mapped = {surface for surface, place in places(text).items() if place}
    assert mapped <= {"Turkey"}


@pytest.mark.parametrize("text, surface, place", [
    ("The jihadists seized the Syrian border town of Rai.", "Rai", "sy-al-rai"),
    ("Syrian rebels took the al-Hamdan airbase near al-Bukamal.", "al-Hamdan airbase", "sy-al-hamdan-air-base"),
    ("Syrian rebels near al-Bukamal fought at the Hamadan airbase.", "Hamadan airbase", "sy-al-hamdan-air-base"),
    ("Fighting in Syria's Aleppo province went on.", "Aleppo province", "sy-aleppo-governorate"),
    ("Shells fell on the Syrian city of Aleppo.", "Aleppo", "sy-aleppo"),
    ("ISIL held all of Syria's Deir Az Zor province.", "Deir Az Zor province", "sy-deir-ez-zor-governorate"),
    ("Iraqi troops took al-Qaim, on the Syrian border.", "al-Qaim", "iq-al-qaim"),
    ("Iraqi forces entered Hit, a town in Anbar.", "Hit", "iq-hit"),
    ("Fighters crossed from Tripoli in Lebanon into Syria.", "Tripoli", "lb-tripoli"),
    ("Homs is bombed. We fell back to the Old City.", "Old City", "sy-old-city-of-homs-quarter"),
    ("Islamic State stood at Tanf crossing.", "Tanf crossing", "sy-al-tanf-crossing"),
    ("Rebels besiege the villages of Fua and Kafraya.", "Kafraya", "sy-kafriya"),
    ("Fighting went on around Ras al-Ain.", "Ras al-Ain", "sy-ras-al-ayn"),
    ("Fighters seized the whole of the 93rd Brigade near Ain Issa.", "93rd Brigade", "sy-brigade-93-base"),
    ("IRAQI TROOPS STORM 17 TAMMUZ, A QUARTER OF MOSUL", "17 TAMMUZ", "iq-17-tammuz-quarter"),
    ("Rebels took Jisr al-Shughur. They let nobody through at Jisr.", "Jisr", "sy-jisr-al-shughur"),
    ("Barrels fell on al-Hirak, rolled out of aircraft from al-Thaala.", "al-Thaala", "sy-al-thaalah-air-base"),
])
def test_a_name_means_the_place_that_the_story_is_about(text: str, surface: str, place: str) -> None:
    assert places(text)[surface] == place


def test_one_sense_a_document() -> None:
    found = read("Rai fell. Rebels had held the border town of Rai in Syria since Thursday. They left Rai.")
    assert [one.place.id for one in found.mentions if one.place and one.toponym.text == "Rai"] == ["sy-al-rai"] * 3


def test_spans_count_code_points_of_the_text_as_it_came() -> None:
    text = "💥 Naïve: rebels left al-Ra'i, Syria."
    mention = mentions(text)["al-Ra'i"]
    assert text[mention.toponym.span.start : mention.toponym.span.end] == "al-Ra'i"


def test_an_answer_has_a_score_a_reason_and_runners_up() -> None:
    aleppo = mentions("Shells fell on the Syrian city of Aleppo.")["Aleppo"]
    assert 0 < aleppo.score <= 1
    assert "the story plays in SY" in aleppo.reason
    assert "sy-aleppo-governorate" in {one.place.id for one in aleppo.runners_up}


def event(text: str, kind: str) -> Event:
    return next(one for one in read(text).events if one.type == kind)


def told(one: Event) -> tuple[object, ...]:
    return one.actor, one.target, one.place and one.place.id, str(one.when.interval), one.certainty


@pytest.mark.parametrize("text, kind, wanted", [
    ("Islamic State seized the Syrian town of Rai from rebels on Monday.", "control_gain",
     ("ISIL", "REBELS", "sy-al-rai", "2016-04-11", "reported")),
    ("The Syrian town of Rai was captured by the Free Syrian Army on Thursday.", "control_gain",
     ("REBELS", None, "sy-al-rai", "2016-04-07", "reported")),
    ("Rebels held Rai, Syria. On Monday Islamic State recaptured the town.", "control_gain",
     ("ISIL", None, "sy-al-rai", "2016-04-11", "reported")),
    ("Rebels aimed at capturing Raqqa in Syria.", "control_gain",
     ("REBELS", None, "sy-raqqa", "2016-04-11", "hypothetical")),
    ("A rebel takeover of Raqqa in Syria would be a blow.", "control_gain",
     ("REBELS", None, "sy-raqqa", "2016-04-11", "hypothetical")),
    ("The Syrian army met in Syria near ISIL-held Manbij.", "control_state",
     ("ISIL", None, "sy-manbij", "2016-04-11", "reported")),
    ("Al-Tanf in Syria was hit by Russian air strikes this month.", "airstrike",
     ("RUSSIA", None, "sy-al-tanf", "2016-04-01/2016-04-11", "reported")),
    ("Syrian rebels lost control of Palmyra on Sunday.", "control_loss",
     ("REBELS", None, "sy-palmyra", "2016-04-10", "reported")),
    ("Islamic State claimed it captured the Syrian town of Rai.", "control_gain",
     ("ISIL", None, "sy-al-rai", "2016-04-11", "claimed")),
])
def test_an_event_says_who_where_when_and_how_sure(text: str, kind: str, wanted: tuple[object, ...]) -> None:
    assert told(event(text, kind)) == wanted


@pytest.mark.parametrize("text", [
    "Rebels in the Syrian town of Rai captured two guns.",
    "Militants took part in a meeting in Raqqa, Syria.",
    "READ MORE: Islamic State seizes Palmyra, Syria",
    "The rebels did not capture Palmyra in Syria.",
])
def test_what_is_no_change_of_control_makes_no_event(text: str) -> None:
    assert [one for one in read(text).events if one.type == "control_gain"] == []


def test_an_event_agrees_with_the_zones_in_words() -> None:
    gain = event("Islamic State seized the Syrian town of Rai from rebels on Monday.", "control_gain")
    assert gain.agreement == "agrees"
    assert "Syrian rebels before, Islamic State (ISIL) then" in gain.agreement_reason


def test_an_event_that_the_zones_contradict_disagrees() -> None:
    gain = event("The Iraqi army captured the Syrian town of Rai on Monday.", "control_gain")
    assert gain.agreement == "disagrees"


def test_a_country_and_a_province_are_joined_by_their_area() -> None:
    control = mentions("Fighting in Syria's Aleppo province went on.")["Aleppo province"].control
    assert control is not None
    assert control.status == "mixed"
    assert {"ISIL", "REBELS", "GOV_SY"} <= set(control.shares)


def test_a_place_that_no_source_speaks_of_says_so() -> None:
    control = mentions("He flew to Paris, France.")["Paris"].control
    assert control is not None
    assert (control.basis, control.controller) == ("none", None)


def test_a_river_has_no_point_at_which_to_ask() -> None:
    control = mentions("Troops crossed the Euphrates in Syria.")["Euphrates"].control
    assert control is not None
    assert control.basis == "none"


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = read(text)
    assert all(0 <= one.toponym.span.start < one.toponym.span.end <= len(text) for one in reading.mentions)


@pytest.mark.parametrize("text", [
    "A" * 20_000, "Rai " * 5_000, "al-" * 8_000, "\u202eRai\u202c " * 500, "U.S." * 4_000, "(((" * 9_000, "😀" * 9_000,
])
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    read(text)


def test_asking_for_the_last_word_first_misses_no_phrase_before_a_name() -> None:
    kinds = "province cities towns village capital airbase base airport airfield crossing dam camp mount lake".split()
    leads = [f"It lay {words} " for words in (
        *(f"{before}{one}{after}" for before in ("", "the ") for one in kinds for after in ("", " of", " of the")),
        "near", "nearby", "outside", "close to", "around", "towards", "20 km from", "miles from the", "north of",
        "north-west of the", "southeast", "south-east", "near the border town of", "around the city of", "the river",
    )]
    texts = [*leads, *(dispatch.text for part in DEVELOPMENT for dispatch in load(part))]
    for text in texts:
        for start in [*(token.start for token in tokenise(text)), len(text)]:
            window = text[max(start - cues.WINDOW, 0) : start]
            assert cues.is_near(text, start) == (cues._NEAR.search(window) is not None)
            if cues._BEFORE.search(window) is not None:
                assert cues._kind_may_end(cues._word_before(text, start)), window
