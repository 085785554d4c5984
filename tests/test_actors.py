from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geo.actors import Actors
from geo.errors import InvalidInput

ACTORS = Actors.load()


@pytest.mark.parametrize(("text", "code"), [
    ("IS", "ISIL"), ("is", None), ("ISIL", "ISIL"), ("Daesh", "ISIL"), ("Islamic State of Iraq and the Levant", "ISIL"),
    ("Islamic State’s", "ISIL"), ("New Syrian Army", "REBELS"), ("Free Syrian Army", "REBELS"), ("rebels", "REBELS"),
    ("Rebels", "REBELS"), ("Kurdish-led forces", "SDF"), ("Kurdish YPG", "SDF"),
    ("Turkish-backed rebels", "TURKEY_REBELS"),
    ("al-Nusra  Front", "HTS"), ("Iraqi government forces", "GOV_IQ"), ("Popular Mobilization Forces", "GOV_IQ"),
    ("Peshmerga", "KRG"), ("the U.S.-led coalition", None), ("U.S.-led coalition", "COALITION"), ("US", "USA"),
    ("us", None), ("Syrian army", "GOV_SY"), ("Russia", "RUSSIA"), ("Martians", None),
])
def test_a_name_in_the_news_finds_its_side(text: str, code: str | None) -> None:
    assert ACTORS.find(text) == code


def test_generic_words_are_told_from_names() -> None:
    assert ACTORS.is_generic("Rebels")
    assert ACTORS.is_generic("jihadists")
    assert not ACTORS.is_generic("Free Syrian Army")
    assert "rebels" in ACTORS.patterns()
    assert "rebels" not in ACTORS.patterns(generic=False)


@pytest.mark.parametrize(("day", "side"), [
    (date(2015, 8, 23), None), (date(2015, 8, 24), "coalition"), (date(2016, 8, 23), "coalition"),
    (date(2016, 8, 24), "turkey"),
])
def test_an_alliance_holds_for_its_span(day: date, side: str | None) -> None:
    assert ACTORS.side("TURKEY", day) == side


def test_one_alias_of_two_sides_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    head = "code,name,family,side,side_from,side_to,aliases,generic_aliases\n"
    path.write_text(head + "A,Alpha,x,a,,,the Army,\nB,Beta,x,b,,,The  army,\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="'The  army' is a name of both A and B"):
        Actors.load(path)
    path.write_text(head + "A,Alpha,x,a,2016-13-40,,one,\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 2: date: '2016-13-40'"):
        Actors.load(path)
