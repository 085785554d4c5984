"""What a name plays in its sentence: a place to be mapped, a people, an organisation, a government, a person.

All of it is read from the words beside the name, in bounded windows.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from geo import cues
from geo.assets import data_path
from geo.countries import capitals, country_names
from geo.gazetteer import Match
from geo.model import Place, Span
from geo.names import fold
from geo.tokens import Token

BIG_TOWN = 200_000
"""A far town of this size needs no preposition to be believed."""

FAME = 0.4
"""Importance from which a place is better known than people of its name."""

_NAMESAKES = frozenset(
    "saddam jordan chad georgia israel paris sydney florence victoria austin charlotte sofia".split()
)
"""Places that people are also called after; a capitalised word beside one makes it a person."""

_SEATS = frozenset("erbil arbil brussels sanaa kiev kyiv pyongyang".split())
"""Seats of power beside the capitals."""

_NEXT_CAPITAL = re.compile(r" (?:[A-Z]\w|(?:al|el|bin|ibn|abu)[- ][A-Z])")
_NEXT_DAY = re.compile(
    r" (?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|"
    r"October|November|December)\b"
)
"""A day is no part of a name: "in Kabul Wednesday"."""

_LAST_CAPITAL = re.compile(r"\b([A-Z][\w’']+) \Z")
_VERB_AFTER = re.compile(r" (?:is|was|has|had|fell|remains?|and [A-Z][\w'’]+ (?:were|fell|followed|are|had|have))\b")
_LABEL_END = re.compile(r"(?: PROVINCE)?(?::| ?[–—]| --?) ")
_OFFICE = re.compile(r"\b(?:commander|leader|spokesman|activist|emir|mayor|journalist|doctor|fighter|named|called) \Z")
_SAID = re.compile(r"\b(?:said|says|asked|added|recalled|explained) \Z")
_WHO = re.compile(r", (?:an?|the|who|aged|\d\d?|\w+ing) ")
""" "said Abu Omar, a baker"."""

_CALLED_AFTER = re.compile(r"\b(?:ibn|bint|Real|Atletico|Inter|AC|FC|Bayern|Borussia|Sporting|Paris Saint-|Ajax) \Z")
""" "Khalid ibn al-Walid", "Real Madrid": a father's name, a club's."""

_FIRST_NAME = re.compile(r" [A-Z][a-z]+(?:['’]s)?\b(?! (?:province|governorate|city|district))")
_DIRECTIONS = frozenset(
    "northern southern eastern western central upper lower greater rural north south east west".split()
)

_AT_CAPITAL = re.compile(
    r"(?:\b(?:in|at|near|into|outside|around|inside|towards?|across|through|reached|entered|left|hit|shelled|bombed|"
    r"stormed|captured|seized|took|besieged|attacked|struck|leaving|downtown|central|(?:north|south|east|west)ern)"
    r"|\b(?:north(?:-?east|-?west)?|south(?:-?east|-?west)?|east|west|outskirts|suburbs?|streets|cent(?:re|er)|heart|city|"
    r"capital|corner|quarters?|tea ?houses|caf[eé]s|alleys|rooftops|hospitals|markets|mosques|skyline|skies|doors|"
    r"most|half|all|province|gates|countryside|siege|bombing|battle|residents|people|parts|"
    r"town|fall|airport|district) of"
    r"|\b(?:road|highway|fl[ae]w|fled|travel(?:led|ed)|return(?:ed)?|sent|moved|close|went|convoys?|back|came|visit(?:ed)?|drove|"
    r"taken|brought|way|advance|march|buses|arrived|miles|km|kilomet(?:re|er)s|hours|drive|flight|displaced|evacuated|based|"
    r"stretch(?:ing|es)?|bound|marched|pushed|advanced|retreated|withdrew|withdrawn|moved)[\w ]{0,16} (?:to|from)"
    r"|(?<!support )(?<!backing )(?<!pressure )(?<!orders )(?<!help )(?<!aid )(?<!money )\bfrom"
    r"|\b(?:road|highway|line|route|halfway|moved|km|travelled|drove|distance)[\w ,]{0,24} between(?: [A-Z]\w+ and)?"
    r"|\b(?:road|highway|line|route|railway|artery|supply)[\w ,]{0,24} (?:joins|joining|links|linking|connects|"
    r"connecting)"
    r"|\b(?:town|city|village|stop|checkpoint|junction) before|\bhome to|\bthe capital,?"
    r"|(?:\A|[.;:(] ?|\b(?:mountains?|valley|plain|villages|towns|hills|range|desert|land|stretch|lies?|lying)\b"
    r"[\w ,]{0,12})\bbetween(?: [A-Z][\w-]+ and)?"
    r"|\bfrom [A-Z][\w-]+(?: [A-Z][\w-]+)? to)(?: the)? \Z",
    re.IGNORECASE,
)
_RULERS_IN = re.compile(
    r"\b(?:government|authorities|rulers|leaders|leadership|ministers?|officials|regime|palace|parliament) in \Z"
)
_TOWN_AFTER = re.compile(
    r"['’]s [A-Z][\w'’-]+ (?:City|Airport|Square|[Dd]istrict|[Qq]uarter|[Nn]eighbou?rhood|Street|[Mm]arket|[Pp]rison|"
    r"Hospital)\b"
    r"|(?:['’]s)?(?:[-–—][A-Z]| (?:state|highway|road|airport|suburbs?|countryside|streets?|markets?|hospitals?|"
    r"neighbou?rhoods?|(?:north|south|east|west)ern|old city|centre|center)\b)"
)
_CHAIN = re.compile(r"(?:['’]s)?(?:, (?:and |or )?| and | or |/)")


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Words of English that are also towns somewhere; the world tier never finds them alone."""
    lines = data_path("common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def believable(text: str, words: Sequence[Token], match: Match) -> bool:
    """Whether a name that is also a common word, one far away, or one that only sounds known is meant here."""
    first, alone = words[0], len(words) == 1
    if match.place.tier != "curated" and not match.place.is_country:
        return _is_told_far(text, first, match) if alone else _is_long_name(words, match)
    if match.level != "exact" and not _is_alike_in_place(text, words):
        return False
    if match.name.ambiguous and (alone or first.word[0].isdigit()):  # "seized the 93rd Brigade", the base
        return _is_told_so(text, first, match)
    return not alone or first.folded not in common_words()


def _is_long_name(words: Sequence[Token], match: Match) -> bool:
    """"The Center" is no town; "The Hague" is."""
    return not all(word.folded in common_words() for word in words[:-1]) or match.place.population >= BIG_TOWN


def _is_told_so(text: str, token: Token, match: Match) -> bool:
    """Of a name that is also a common word: the words beside it say that a place is meant."""
    if match.place.feature_class in "LTH" and text.endswith("the ", 0, token.start):
        return True
    if token.word.lower() in ("al", "el"):
        return True  # "al-Habit" is no habit
    is_label = token.word.isupper() and text[max(token.start - 1, 0) : token.start] in ("", "\n")
    if is_label and _LABEL_END.match(text, token.end):
        return True
    is_subject = token.folded not in common_words() and _VERB_AFTER.match(text, token.end) is not None
    return is_subject or cues.is_stated_place(text, token.start, token.end)


_FOLLOWED = re.compile(r" (?:[A-Z]|(?:said|says|told|added|who|himself|herself)\b)")
_OPENS = re.compile(r"(?:\A|[.!?:;]|\n)[\s\"“‘'(]*\Z")


def is_bare_name(text: str, token: Token) -> bool:
    """A capital in the middle of a sentence, alone: no name of a person is before or behind it."""
    if not token.word[:1].isupper() or token.folded in common_words():
        return False
    before = text[max(token.start - 24, 0) : token.start]
    if _OPENS.search(before) or _LAST_CAPITAL.search(before) or cues.follows_title(text, token.start):
        return False
    return _FOLLOWED.match(text, token.end) is None and not text.startswith(("-", "‑"), token.end)


def may_be_surname(words: Sequence[Token], match: Match) -> bool:
    """Whether a name is of the kind that people bear too: "Assad", "al-Maliki"; towns by their own name are not."""
    if len(words) > 2 or (len(words) == 2 and words[0].word.lower() not in ("al", "el", "abu", "umm", "bin", "ibn")):
        return False
    is_plain_town = len(words) == 1 and match.level == "exact" and match.place.feature_class in "PA"
    return not is_plain_town


def is_surname(text: str, span: Span, demonyms: frozenset[str]) -> bool:
    """Whether a capitalised word that is no place's stands right before: "Bashar Assad", "President Assad"."""
    if cues.follows_title(text, span.start) or _OFFICE.search(text[max(span.start - 16, 0) : span.start]):
        return True
    before = _LAST_CAPITAL.search(text[max(span.start - 24, 0) : span.start])
    if before is None or before[1].endswith(("'s", "’s", "s'", "s’")):
        return False
    word = fold(before[1])
    return not (word in common_words() or word in demonyms or word in _DIRECTIONS or cues.is_locative(text, span.start))


def is_namesake(text: str, span: Span) -> bool:
    """Whether a person is called after the place: "Michael Jordan", "Khalid ibn al-Walid", or a club: "Real Madrid"."""
    before = text[max(span.start - 16, 0) : span.start]
    if _CALLED_AFTER.search(before) or (_SAID.search(before) and _WHO.match(text, span.end)):
        return True
    if fold(text[slice(*span)]) not in _NAMESAKES:
        return False
    first = _FIRST_NAME.match(text, span.end)
    return is_surname(text, span, frozenset()) or (first is not None and not cues.is_locative(text, span.start))


def is_small(place: Place) -> bool:
    """A place of no fame: its name may as well be somebody's first name."""
    return place.feature_class == "P" and place.importance < FAME and place.population < BIG_TOWN


def is_first_name(text: str, span: Span) -> bool:
    """Whether another capitalised word follows that says no kind of place: "Masoud Barzani"."""
    if cues.kind_after(text, span.end) or cues.is_stated_place(text, span.start, span.end):
        return False
    return _FIRST_NAME.match(text, span.end) is not None and not cues.names_organisation(text, span.end)


def role(text: str, span: Span, demonym: bool, masked: Sequence[Span]) -> str:
    """The role of a name that is no person's; ``masked`` are the names of organisations in the text."""
    if any(mask.start <= span.start and span.end <= mask.end and mask != span for mask in masked):
        return "organisation"
    if cues.names_organisation(text, span.end):
        return "organisation"
    if demonym or cues.is_compound(text, span.end) or cues.is_adjective(text, span):
        return "demonym"
    if cues.is_in_dateline(text, span):
        return "dateline"
    return "metonym" if _is_government(text, span) else "literal"


def is_chained(text: str, before: Span, span: Span) -> bool:
    """Whether two names stand in one list: "Homs, Hama and Damascus"."""
    return _CHAIN.fullmatch(text, before.end, span.start) is not None


def _is_government(text: str, span: Span) -> bool:
    """A capital of which nothing says that it is meant as a town stands for who rules there."""
    name = fold(text[slice(*span)])
    if name not in capitals() and name not in _SEATS:
        return False
    lead = text[max(span.start - cues.WINDOW, 0) : span.start]
    if _RULERS_IN.search(lead):
        return True
    is_town = _AT_CAPITAL.search(lead) is not None or bool(cues.kind_before(text, span.start))
    is_town = is_town or _TOWN_AFTER.match(text, span.end) is not None
    is_contained = _is_in_a_country(text, span.end)
    is_headed = cues.kind_after(text, span.end) != ""
    return not (is_town or is_contained or is_headed)


_HOLDER = re.compile(r", ([A-Z][\w.]+(?: [A-Z][\w.]+)?)")


def _is_in_a_country(text: str, end: int) -> bool:
    """"Paris, France": what follows the comma is a country."""
    holder = _HOLDER.match(text, end, end + cues.WINDOW)
    return holder is not None and fold(holder[1]) in country_names()


def _is_told_far(text: str, token: Token, match: Match) -> bool:
    is_short = len(token.word) < 4 and not (match.place.feature_class == "A" and token.word.isupper())
    if token.folded in common_words() or is_short or cues.follows_title(text, token.start):
        return False
    if cues.names_organisation(text, token.end):
        return True
    if cues.is_locative(text, token.start) or cues.kind_before(text, token.start):
        return not _is_part_of_name(text, token)
    is_big = match.place.population >= BIG_TOWN and fold(match.place.name) == token.folded
    return is_big and not _is_part_of_name(text, token)


def _is_alike_in_place(text: str, words: Sequence[Token]) -> bool:
    """A name that only sounds like a known one must stand where a place stands, or begin with an Arabic article."""
    first, last = words[0], words[-1]
    if any(word.folded in common_words() for word in words):
        return False
    if first.word.lower() in ("al", "el", "deir", "tal", "tel", "tell", "abu", "ain", "ayn", "kafr", "jisr", "khan"):
        return True
    return cues.is_stated_place(text, first.start, last.end) or cues.kind_after(text, last.end) != ""


def _is_part_of_name(text: str, token: Token) -> bool:
    """Whether a capitalised neighbour makes it a part of a longer name."""
    after = _NEXT_CAPITAL.match(text, token.end) and not _NEXT_DAY.match(text, token.end)
    before = _LAST_CAPITAL.search(text[max(token.start - 20, 0) : token.start])
    return bool(after) or (before is not None and not cues.is_locative(text, token.start))
