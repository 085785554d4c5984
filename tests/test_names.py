"""Name keys: one name, many spellings."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.names import fold, skeleton_key, sound_key


@pytest.mark.parametrize("one, other", [
    ("al-Rai", "Ar-Rā‘ī"),
    ("Deir ez-Zor", "Deir al-Zour"),
    ("Deir Az Zor", "Dayr az-Zawr"),
    ("Raqqa", "ar-Raqqah"),
    ("Qamishli", "al-Kamishli"),
    ("Abu Kamal", "Albu Kamal"),
    ("Tal Rifaat", "Tal Rif'at"),
    ("Hasakah", "al-Hasaka"),
    ("Al-Bukamal Crossing", "al-Bukamal"),
])
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


@pytest.mark.parametrize("one, other", [("Homs", "Hama"), ("Mosul", "Manbij"), ("Azaz", "Aleppo"), ("Tabqa", "Tabuk")])
def test_names_of_two_places_do_not(one: str, other: str) -> None:
    assert sound_key(one) != sound_key(other)


def test_a_word_that_is_only_generic_keeps_a_key() -> None:
    assert sound_key("City") != ""


@pytest.mark.parametrize("name, folded", [
    ("Çobanbey", "chobanbey"), ("Al-Ra'i", "al rai"), ("  Tel   Abyad ", "tel abyad"), ("الرّاعي", "الراعي"),
])
def test_fold_ignores_case_marks_and_apostrophes(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_too_few_consonants_have_no_skeleton() -> None:
    assert skeleton_key("al-Rai") == ""


@given(st.text(max_size=60))
def test_any_text_has_keys_and_folding_twice_is_folding_once(text: str) -> None:
    sound_key(text), skeleton_key(text)
    assert fold(fold(text)) == fold(text)
