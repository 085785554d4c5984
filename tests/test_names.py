"""Name keys: one name, many spellings."""
from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.arabic import arabic_sound, arabic_stems
from geo.gazetteer import Gazetteer
from geo.names import fold, has_same_shape, kind_of, loose_key, skeleton_key, sound_key
from geo.near_spellings import are_near, neighbourhood
from geo.spellings import other_readings
from tools.score_names import pairs, score


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(world=False)


@pytest.mark.parametrize("one, other", [
    ("al-Rai", "Ar-Rā‘ī"),
    ("Deir ez-Zor", "Deir al-Zour"),
    ("Deir Az Zor", "Dayr az-Zawr"),
    ("Deir Ezzor", "Deyr ez-Zor"),
    ("Raqqa", "ar-Raqqah"),
    ("Qamishli", "al-Kamishli"),
    ("Abu Kamal", "Albu Kamal"),
    ("Abu Kamal", "Al-Bukamal"),
    ("Tal Rifaat", "Tal Rif'at"),
    ("Tal Abyad", "Tell Abiad"),
    ("Hasakah", "al-Hasaka"),
    ("Jarabulus", "Carabulus"),
    ("Khan Sheikhoun", "Xan Cheikhoune"),
    ("Suwayda", "Soueida"),
    ("Kafr Zita", "Kefer Zita"),
    ("Al-Bukamal Crossing", "al-Bukamal"),
])
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


@pytest.mark.parametrize("one, other", [("Homs", "Hama"), ("Mosul", "Manbij"), ("Azaz", "Aleppo"), ("Tabqa", "Tabuk")])
def test_names_of_two_places_do_not(one: str, other: str) -> None:
    assert sound_key(one) != sound_key(other)
    assert loose_key(one) != loose_key(other)


def test_a_word_that_is_only_generic_keeps_a_key() -> None:
    assert sound_key("City") != ""


@pytest.mark.parametrize("name, folded", [
    ("Çobanbey", "chobanbey"), ("Al-Ra'i", "al rai"), ("  Tel   Abyad ", "tel abyad"), ("الرّاعي", "الراعي"),
])
def test_fold_ignores_case_marks_and_apostrophes(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize("name, kind", [
    ("menagh airbase", "air"), ("kilis province", "province"), ("manbij district", "district"), ("manbij", ""),
    ("nasib border crossing", "crossing"), ("airport", ""), ("معبر نصيب", "crossing"),
])
def test_a_name_may_say_what_it_names(name: str, kind: str) -> None:
    assert kind_of(fold(name)) == kind


def test_too_few_consonants_have_no_skeleton() -> None:
    assert skeleton_key("al-Rai") == ""


def test_the_same_consonants_need_the_same_shape() -> None:
    assert has_same_shape("membij", "munbij")
    assert not has_same_shape("across", "jarash")


@pytest.mark.parametrize("word, stem", [
    ("بالراعي", "الراعي"), ("والباب", "الباب"), ("فالرقه", "الرقه"), ("للرقه", "الرقه"), ("وبالموصل", "الموصل"),
    ("بحلب", "حلب"), ("كالباب", "الباب"),
])
def test_what_leans_on_an_arabic_name_is_taken_off(word: str, stem: str) -> None:
    assert stem in arabic_stems(word)


@pytest.mark.parametrize("word", ["حلب", "و", "", "بال", "Aleppo"])
def test_a_bare_arabic_name_has_no_stem(word: str) -> None:
    assert arabic_stems(word) == ()


@pytest.mark.parametrize("one, other", [
    ("السويداء", "السويدا"), ("مدينة منبج", "منبج"), ("أبو كمال", "البوكمال"), ("الرقة", "رقه"),
])
def test_arabic_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert arabic_sound(fold(one)) == arabic_sound(fold(other))


@pytest.mark.parametrize("spelling, meant", [
    ("albab", "bab"), ("han sheyhun", "khan sheykhun"), ("munbich", "munbij"), ("gayara", "qayara"),
    ("deirezzor", "deir zor"),
])
def test_habits_of_other_languages_are_read(spelling: str, meant: str) -> None:
    assert meant in set(other_readings(spelling))


@pytest.mark.parametrize("one, other, near", [
    ("manbij", "manbji", True), ("manbij", "manbbij", True), ("manbij", "manij", True), ("manbij", "manbuj", True),
    ("manbij", "banbij", False), ("manbij", "munbuj", False), ("manbij", "man", False),
])
def test_one_letter_makes_names_near(one: str, other: str, near: bool) -> None:
    assert are_near(one, other) is near


@given(st.text("abc", min_size=6, max_size=9), st.text("abc", min_size=6, max_size=9))
def test_near_names_share_a_neighbour(one: str, other: str) -> None:
    if are_near(one, other):
        assert neighbourhood(one) & neighbourhood(other)


@given(st.text(max_size=60))
def test_any_text_has_keys_and_folding_twice_is_folding_once(text: str) -> None:
    sound_key(text), skeleton_key(text), loose_key(text), list(other_readings(fold(text)))
    assert fold(fold(text)) == fold(text)


def test_the_spellings_of_the_news_find_their_places(gazetteer: Gazetteer) -> None:
    told = score(gazetteer, pairs(), heard=True)
    assert told.asked >= 500
    assert told.found >= 0.97
    assert told.mean_candidates <= 1.5


def test_spellings_that_nobody_heard_find_their_places_too(gazetteer: Gazetteer) -> None:
    told = score(gazetteer, pairs(), heard=False)
    assert told.found >= 0.93
    assert told.mean_candidates <= 1.9


def test_one_letter_away_is_almost_never_said_of_what_is_no_place(gazetteer: Gazetteer) -> None:
    lines = Path(__file__).with_name("not_places.txt").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    guessed = [word for word in words if any(match.level == "fuzzy" for match in gazetteer.candidates(word))]
    assert len(words) >= 500
    assert len(guessed) <= 5
