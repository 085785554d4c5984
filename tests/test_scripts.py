"""Names in articles that are not in English: Arabic, Turkish and Kurdish, by name alone."""
from __future__ import annotations

import pytest

from geo.pipeline import bundled
from geo.tokens import bare, tokenise


def places(text: str) -> dict[str, str]:
    """What the text writes, and the id of the place that it is taken for."""
    pipeline = bundled()
    found = pipeline.resolve(pipeline.recognise(text), pipeline.gazetteer)
    return {one.toponym.text: one.place.id for one in found if one.place}


@pytest.mark.parametrize("text, wanted", [
    ("اندلعت اشتباكات بالراعي والباب في ريف حلب.", {"الراعي": "sy-al-rai", "الباب": "sy-al-bab", "حلب": "sy-aleppo"}),
    ("وصلت القوات إلى منبج وجرابلس.", {"منبج": "sy-manbij", "جرابلس": "sy-jarabulus"}),
    ("عادت المياه للرقة ولدير الزور.", {"لرقة": "sy-raqqa", "دير الزور": "sy-deir-ez-zor"}),
    ("قصفت الطائرات مدينة الموصل.", {"الموصل": "iq-mosul"}),
    ("Münbiç'te patlama oldu, ekipler Halep'in kuzeyine gitti.", {"Münbiç": "sy-manbij", "Halep": "sy-aleppo"}),
    ("Konvoy Rakka'dan Tel Abyad'dan geçti.", {"Rakka": "sy-raqqa", "Tel Abyad": "sy-tell-abyad"}),
    ("Şervan ji Kobanê ber bi Girê Spî ve çûn.", {"Kobanê": "sy-kobani", "Girê Spî": "sy-tell-abyad"}),
    ("Dengê teqînan li Qamişlo hat bihîstin.", {"Qamişlo": "sy-qamishli"}),
])
def test_names_are_found_in_their_own_language(text: str, wanted: dict[str, str]) -> None:
    assert wanted.items() <= places(text).items()


def test_an_arabic_name_in_an_english_story_is_found() -> None:
    assert places("Rebels entered al-Rai (الراعي) in Syria.")["الراعي"] == "sy-al-rai"


def test_a_span_is_of_the_text_as_it_came_vowel_signs_included() -> None:
    text = "وَبِالرَّاعي"
    [token] = tokenise(text)
    assert {text[one.start : one.end] for one in bare(token)} >= {"الرَّاعي"}


@pytest.mark.parametrize("word", ["Mada'in", "Shu'la", "Ra'i", "Ba'ath"])
def test_an_apostrophe_inside_an_arabic_name_is_no_turkish_ending(word: str) -> None:
    [token] = tokenise(word)
    assert token.word == word
