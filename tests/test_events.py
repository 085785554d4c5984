"""Events: which places a phrase is about, who did it, and what is no event; on sentences written for each case."""
from __future__ import annotations

from datetime import date

import pytest

from geo.interval import Interval
from geo.model import Article, Event, When
from geo.pipeline import bundled
from geo.triggers import lexicon

PUBLISHED = When(Interval.of_day(date(2016, 9, 15)), "2016-09-15", "day", "stated")


def events(text: str, title: str = "") -> tuple[Event, ...]:
    return bundled().read(Article(text, title=title, published=PUBLISHED, published_how="stated")).events


def told(text: str) -> list[tuple[str, str | None, str]]:
    return [(one.type, one.actor, one.place.id if one.place else "") for one in events(text)]


def places(text: str, kind: str) -> list[str]:
    return [one.place.id for one in events(text) if one.place and one.type == kind]


@pytest.mark.parametrize("text, kind, wanted", [
    ("Rebels captured Jarabulus, al-Rai and Dabiq last month.", "control_gain",
     ["sy-jarabulus", "sy-al-rai", "sy-dabiq"]),
    ("Dabiq and Sawran fell to the rebels within hours.", "control_gain", ["sy-dabiq", "sy-sawran-aleppo"]),
    ("The jihadists still control Raqqa, Deir al-Zor and al-Bukamal.", "control_state",
     ["sy-raqqa", "sy-deir-ez-zor", "sy-al-bukamal"]),
    ("Coalition jets bombed Islamic State near Mosul and Qayyarah.", "airstrike", ["iq-mosul", "iq-qayyarah"]),
    ("The coalition made eight air strikes near al-Bukamal and five near al-Qaim.", "airstrike",
     ["sy-al-bukamal", "iq-al-qaim"]),
    ("After a long siege the army took Zabadani in Syria, then Madaya.", "control_gain", ["sy-zabadani", "sy-madaya"]),
])
def test_a_list_makes_one_event_a_place(text: str, kind: str, wanted: list[str]) -> None:
    assert places(text, kind) == wanted


def test_a_verb_left_out_counts_and_each_place_has_its_own_month() -> None:
    found = events("Islamic State lost Tal Abyad in June, Ain Issa in July and Hasakah in August.")
    assert [(one.place and one.place.id, one.when.edtf) for one in found] == [
        ("sy-tell-abyad", "2016-06"), ("sy-ain-issa", "2016-07"), ("sy-hasakah", "2016-08"),
    ]


@pytest.mark.parametrize("text, wanted", [
    ("The Free Syrian Army drove Islamic State out of Azaz in 2014.", ("control_gain", "REBELS", "sy-azaz")),
    ("Islamic State was driven out of Tal Abyad by the YPG.", ("control_gain", "SDF", "sy-tell-abyad")),
    ("Ramadi in Iraq, from which the jihadists were expelled by the Iraqi army, is quiet.",
     ("control_gain", "GOV_IQ", "iq-ramadi")),
    ("Islamic State fighters withdrew from Manbij on Friday.", ("control_loss", "ISIL", "sy-manbij")),
    ("Rebels handed over the Nassib crossing to the army.", ("control_loss", "REBELS", "sy-nasib-crossing")),
    ("Syrian troops raised the national flag over Khan Sheikhoun.", ("control_gain", "GOV_SY", "sy-khan-sheikhoun")),
    ("Mosul has been under Islamic State control since June 2014.", ("control_state", "ISIL", "iq-mosul")),
    ("Ain Dara and Basufan in Syria remain in Kurdish hands.", ("control_state", "SDF", "sy-ain-dara")),
    ("Iraqi forces encircled Islamic State fighters in Fallujah.", ("siege", "GOV_IQ", "iq-fallujah")),
    ("Madaya in Syria, besieged by Hezbollah since July, starves.", ("siege", "GOV_SY", "sy-madaya")),
    ("Rebels shelled Nubl in Syria.", ("attack", "REBELS", "sy-nubl")),
    ("A car bomb exploded in Qamishli on Wednesday.", ("attack", None, "sy-qamishli")),
    ("Warplanes struck a hospital in Maarat al-Numan.", ("airstrike", None, "sy-maarat-al-numan")),
    ("Raqqa was bombed by Russian warplanes on Tuesday.", ("airstrike", "RUSSIA", "sy-raqqa")),
    ("Clashes broke out near Azaz in Syria.", ("clash", None, "sy-azaz")),
    ("The army of Iraq took Tikrit. Islamic State had held the city since 2014.",
     ("control_state", "ISIL", "iq-tikrit")),
    ("Iraq regained Mosul in July 2017.", ("control_gain", "GOV_IQ", "iq-mosul")),
    ("Syria recaptured Palmyra on Friday.", ("control_gain", "GOV_SY", "sy-palmyra")),
    ("Baghdad lost Mosul in 2014.", ("control_loss", "GOV_IQ", "iq-mosul")),
    ("They regained Mosul on Friday.", ("control_gain", None, "iq-mosul")),
])
def test_a_phrase_tells_type_side_and_place(text: str, wanted: tuple[str, str | None, str]) -> None:
    assert wanted in told(text)


def test_a_strike_list_is_one_air_strike_an_item() -> None:
    story = (
        "Coalition forces carried out strikes on Monday.\n\n-- Near Manbij, nine strikes hit fighting positions.\n\n"
        "-- Near Raqqa, a strike destroyed a boat."
    )
    assert [one[1:] for one in told(story) if one[0] == "airstrike"] == [
        ("COALITION", "sy-manbij"), ("COALITION", "sy-raqqa"),
    ]


@pytest.mark.parametrize("text, wanted", [
    ("Soldiers guard Mosul. The army took Tikrit.", "GOV_IQ"),
    ("Soldiers guard Homs. The army took Palmyra.", "GOV_SY"),
    ("Soldiers guard Baalbek. The army took Arsal.", "LEBANON"),
])
def test_the_army_is_that_of_the_country(text: str, wanted: str) -> None:
    assert ("control_gain", wanted) in [one[:2] for one in told(text)]


def test_the_airport_is_that_of_the_town_told_of() -> None:
    text = "Islamic State stormed Mosul in Iraq on Monday. By night they had captured the airport."
    assert places(text, "control_gain") == ["iq-mosul-international-airport"]


def test_the_town_is_what_the_story_is_about_and_not_where_they_fled() -> None:
    text = "Manbij is free. Gunmen drove off towards Jarabulus. Islamic State had ruled the city for two years."
    assert places(text, "control_state") == ["sy-manbij"]


@pytest.mark.parametrize("text", [
    "The team captured the cup in Erbil.", "Talks on Syria were held in Geneva.", "Residents fled Mosul for Erbil.",
    "The minister left Ankara for Moscow on Tuesday.", "The pound fell in Damascus.", "Iraq lost 2-0 in Tehran.",
    "Police arrested five men in Gaziantep.", "The parliament in Baghdad controls the budget.",
    "The army denied losing Palmyra.", "Islamic State captured two guns in Raqqa.", "She left the city of Aleppo.",
])
def test_what_changes_no_hands_is_no_event(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize("text", [
    "The army will retake Raqqa by the end of the year.", "Islamic State tried to retake Ain Issa but was repelled.",
    "Syrian government forces were on the verge of capturing Aleppo.", "The SDF plans to capture Raqqa.",
])
def test_a_hope_is_hypothetical(text: str) -> None:
    assert {one.certainty for one in events(text)} == {"hypothetical"}


def test_every_phrase_of_the_lexicon_is_reached_by_its_first_word() -> None:
    found = lexicon()
    assert {"seize", "seizes", "seized", "seizing"} <= set(found)
    assert all(word.isalpha() for word in found), "a sentence is searched by words of letters alone"


def test_many_events_in_one_sentence_take_time_in_proportion() -> None:
    assert events("rebels captured Rai and " * 400)


@pytest.mark.parametrize("text, wanted", [
    ("Islamic State retook Rai from rebel groups, days after they had been driven out.",
     ("control_gain", "REBELS", "sy-al-rai")),
    ("Islamic State seized the Tanf post. Syrian troops had fled. It came a day after the group took Palmyra.",
     ("control_gain", "ISIL", "sy-palmyra")),
    ("Rebels shelled Ramouseh in Aleppo.\n\n"
     "The army has retaken 90 percent of what rebels had held. Sheikh Said fell on Monday.",
     ("control_gain", "GOV_SY", "sy-sheikh-saeed-quarter")),
    ("Rebels said pro-government militias had shelled Sukkari in Aleppo.",
     ("attack", "GOV_SY", "sy-al-sukkari-quarter")),
    ("A Syrian flag was raised over Douma.", ("control_gain", "GOV_SY", "sy-douma")),
    ("Syrian troops broke a three-year siege of Deir ez-Zor.", ("siege", None, "sy-deir-ez-zor")),
    ("Popular Mobilisation units reached the border at the end of May and took Baaj.",
     ("control_gain", "GOV_IQ", "iq-al-baaj")),
    ('"We withdrew from Rai," a commander of Faylaq al-Sham said.', ("control_loss", "REBELS", "sy-al-rai")),
    ("Islamic State seized the Tanf post. The militants hold the crossing at al-Bukamal.",
     ("control_state", "ISIL", "sy-al-bukamal")),
    ("Two black flags flew over buildings on the edge of Kobani.", ("control_gain", "ISIL", "sy-kobani")),
    ("Rutba came under attack from Islamic State.", ("attack", "ISIL", "iq-rutbah")),
    ("Islamic State is back. The group's men took Shula, 30 km west of Deir ez-Zor, and attacked posts around Sukhna.",
     ("attack", "ISIL", "sy-al-sukhnah")),
    ("Rebels began leaving the Damascus suburb of Daraya.", ("control_loss", "REBELS", "sy-darayya")),
    ("Three suicide bombers struck a post in Ramadi.", ("attack", None, "iq-ramadi")),
    ("The army broke the siege of Nubul.", ("siege", None, "sy-nubl")),
    ("The Jaish al-Fatah alliance was near. The alliance took Ariha.", ("control_gain", "REBELS", "sy-ariha")),
    ("GAZIANTEP, Turkey (Our Agency) - Rebels backed by tanks captured Dabiq from Islamic State.",
     ("control_gain", "REBELS", "sy-dabiq")),
    ("The army captured the silos at Sukhna.", ("control_gain", "GOV_SY", "sy-al-sukhnah")),
])
def test_who_did_it_is_found_by_what_the_sentence_before_and_the_clause_say(
    text: str, wanted: tuple[str, str | None, str]
) -> None:
    assert all(one.certainty != "hypothetical" for one in events(text))
    assert wanted in told(text)


@pytest.mark.parametrize("text, wanted", [
    ("At the end of July rebels took Azaz.", ("control_gain", "REBELS", "sy-azaz")),
    ("On the first of July the rebels took Azaz.", ("control_gain", "REBELS", "sy-azaz")),
    ("After a week of fighting rebels took Azaz.", ("control_gain", "REBELS", "sy-azaz")),
    ("On Monday Azaz fell to rebels.", ("control_gain", "REBELS", "sy-azaz")),
    ("In a surprise attack rebels shelled Azaz.", ("attack", "REBELS", "sy-azaz")),
    ("Without firing a shot rebels took Azaz.", ("control_gain", "REBELS", "sy-azaz")),
    ("Rebel-held Azaz was shelled on Monday.", ("attack", None, "sy-azaz")),
    ("Rebels and Islamic State fought over Azaz.", ("clash", "REBELS", "sy-azaz")),
    ("The fall of Azaz to rebels was a blow.", ("control_gain", "REBELS", "sy-azaz")),
    ("A day after capturing Azaz, rebels attacked Manbij.", ("control_gain", "REBELS", "sy-azaz")),
])
def test_plain_sentences_are_read_however_they_begin(text: str, wanted: tuple[str, str | None, str]) -> None:
    assert wanted in told(text)


@pytest.mark.parametrize("text", [
    "Rebels, who captured Azaz on Monday, attacked Manbij on Tuesday.",
    "A day after capturing Azaz, rebels attacked Manbij.",
    "Days after rebels captured Azaz, Islamic State attacked Manbij.",
])
def test_a_list_of_what_was_taken_ends_at_the_next_verb(text: str) -> None:
    assert {kind for kind, _, place in told(text) if place == "sy-manbij"} == {"attack"}


def test_what_is_besieged_or_held_still_goes_on_a_list() -> None:
    assert ("control_gain", "REBELS", "sy-manbij") in told("Rebels captured Azaz and the besieged town of Manbij.")


@pytest.mark.parametrize("text, place", [
    ("Rebels backed by Turkish artillery had seized Rai.", "sy-al-rai"),
    ("Jets bombed the surrounding villages of Rai.", "sy-al-rai"),
])
def test_help_and_surroundings_are_no_event_of_their_own(text: str, place: str) -> None:
    found = [one.type for one in events(text) if one.place and one.place.id == place]
    assert "siege" not in found
    assert "attack" not in found


@pytest.mark.parametrize("text, other", [
    ("The Federal Police hold Bab al-Tob in Mosul.", "sy-al-bab"),
    ("The militants took Kani Araban near Kobani.", "tr-araban"),
    ("The Syrian National Army captured Yabisa, west of Tal Abyad.", "sy-tell-abyad"),
    ("Islamic State captured Shula, about 30 km southwest of Deir ez-Zor.", "sy-deir-ez-zor"),
    ("Shells fired from Qamishli killed six people in Nusaybin.", "sy-qamishli"),
    ("Coalition aircraft hit a unit of Islamic State near Hit in Iraq over the weekend.", "iq"),
])
def test_what_only_stands_near_is_not_where_it_happened(text: str, other: str) -> None:
    assert other not in {place for _, _, place in told(text)}


def test_rebels_are_not_the_front_that_fights_beside_them() -> None:
    found = told("The Nusra Front fought beside them. The rebels captured Ariha. Barrel bombs fell on Sarmin in Syria.")
    assert ("control_gain", "REBELS", "sy-ariha") in found
    assert ("airstrike", "GOV_SY", "sy-sarmin") in found


@pytest.mark.parametrize("text, wanted", [
    ("Islamic State captured Mosul on Tuesday. Tikrit, Saddam Hussein's hometown, followed the next day.",
     [("control_gain", "ISIL", "iq-mosul"), ("control_gain", "ISIL", "iq-tikrit")]),
    ("Azaz fell to rebels on Friday; Marea and Dabiq, down the road, followed on Saturday, and Tadef on Sunday.",
     [("control_gain", "REBELS", one) for one in ("sy-azaz", "sy-mare", "sy-dabiq", "sy-tadef")]),
    ("Islamic State captured Mosul on Tuesday. Talks in Geneva followed on Friday.",
     [("control_gain", "ISIL", "iq-mosul")]),
    ("Helicopters fired rockets at Qaboun, and residents of Aleppo reported clashes in Salaheddine.",
     [("airstrike", None, "sy-qaboun-quarter"), ("clash", None, "sy-salaheddine-quarter")]),
    ("Gunmen ambushed a convoy at Akashat; 48 men were killed, the ministry in Baghdad said.",
     [("attack", "ISIL", "iq-akashat")]),
    ("Gunmen left Suleiman Bek under a bargain struck by elders.", [("control_loss", "ISIL", "iq-suleiman-bek")]),
    ("The army took Saadiya, north-east of Baghdad, after a day of fighting.",
     [("control_gain", "GOV_IQ", "iq-saadiyah")]),
    ("The bombing in Damascus killed many.", [("attack", None, "sy-damascus")]),
    ("The bombing of Damascus went on.", [("airstrike", None, "sy-damascus")]),
    ("Fighters came from Tell Abyad, in rebel hands since May, on Sunday.",
     [("control_state", "REBELS", "sy-tell-abyad")]),
    ("Rebels pushed the attackers out of Rajo by nightfall.", [("control_gain", "REBELS", "sy-rajo")]),
    ("The army took the hangars of Abu al-Duhur, the second-largest airfield in the north. Troops from Sinjar entered "
     "the base on Saturday.", [("control_gain", "GOV_SY", "sy-abu-al-duhur-air-base")] * 2),
    ("Jisr al-Shughour, in neighbouring Idlib, has been under rebel control since May, and is the army's next goal.",
     [("control_state", "REBELS", "sy-jisr-al-shughur")]),
    ("Rebels attacked Atarib and kept its guards busy for a week.", [("attack", "REBELS", "sy-al-atarib")]),
    ("Islamic State has held Falluja since January and Tikrit since June.",
     [("control_state", "ISIL", "iq-fallujah"), ("control_state", "ISIL", "iq-tikrit")]),
    ("Baghouz was declared free by the SDF on 23 March.", [("control_gain", "SDF", "sy-baghuz")]),
    ("The Kurds, who had moved into Jalawla when the army ran away, lost it on Monday.",
     [("control_gain", "KRG", "iq-jalawla"), ("control_loss", "KRG", "iq-jalawla")]),
    ("At Khan al-Assal, west of Aleppo, a police academy was captured by rebels.",
     [("control_gain", "REBELS", "sy-khan-al-assal")]),
    ("The government still holds the airport of Deir al-Zor and the whole city of Hasakah.",
     [("control_state", "GOV_SY", "sy-deir-ez-zor-air-base"), ("control_state", "GOV_SY", "sy-hasakah")]),
    ("The militants hold Sinsil, and fired mortars at Mansuriya in Diyala overnight.",
     [("control_state", "ISIL", "iq-sinsil"), ("attack", "ISIL", "iq-mansuriyat-al-jabal")]),
    ("Rebels took Deir Attiyeh in Syria on Monday. The army marched back in on Friday.",
     [("control_gain", "REBELS", "sy-deir-atiyah"), ("control_gain", "GOV_SY", "sy-deir-atiyah")]),
    ("On Monday, the army captured Azaz; on Tuesday, Dabiq; on Wednesday, Tadef.",
     [("control_gain", "GOV_SY", one) for one in ("sy-azaz", "sy-dabiq", "sy-tadef")]),
    ("Azaz fell on Monday, Dabiq a day later, both to rebels.",
     [("control_gain", "REBELS", "sy-azaz"), ("control_gain", "REBELS", "sy-dabiq")]),
    ("Azaz changed hands when rebels came on Monday.", [("control_gain", "REBELS", "sy-azaz")]),
    ("Rebels now run Azaz.", [("control_state", "REBELS", "sy-azaz")]),
    ("Guards walked away from Trebil.", []),
    ("Iraqi soldiers walked away from Trebil.", [("control_loss", "GOV_IQ", "iq-trebil-crossing")]),
])
def test_what_follows_stands_by_or_only_speaks(text: str, wanted: list[tuple[str, str | None, str]]) -> None:
    assert [one for one in told(text) if one[0] != "other"] == wanted


@pytest.mark.parametrize("text, certainty", [
    ("He denied that the refinery at Baiji had been captured.", "hypothetical"),
    ("He denied that shots were heard in Baiji, which the army captured in May.", "reported"),
    ("Rebels took Azaz, hours before troops abandoned Rai.", "reported"),
])
def test_a_denied_fall_is_none_and_one_before_another_is_one(text: str, certainty: str) -> None:
    assert {one.certainty for one in events(text)} == {certainty}
