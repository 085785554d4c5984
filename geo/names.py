"""Name keys: one name, many spellings, one key.

Three keys, from strict to loose, computed once for each gazetteer name and looked up exactly:
``fold`` (K0) ignores case, marks and apostrophes; ``sound_key`` (K1) ignores the Arabic article,
generic words and the ways to write one sound; ``skeleton_key`` (K2) keeps K1's consonants only.
"""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DROPPED = "'’‘`´ʻʼʽʾʿˈ′ʹ‛՚."
"""Apostrophes and full stops: "Ra'i" is Rai, "U.S." is US."""

HYPHENS = "-‐‑‒–—_"
_LETTERS = {"ı": "i", "ş": "sh", "ç": "ch", "ğ": "g", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
_TATWEEL = "ـ"
_ARABIC = str.maketrans("أإآٱىئؤةکی", "ااااييوهكي")

ARTICLES = frozenset({"al", "el", "ul"})
_ASSIMILATED = re.compile(r"[aeiu](r|s|sh|t|th|d|dh|z|n)")
_FATHERS = frozenset({"abu", "abou", "abo", "abi", "albu", "bu", "bou"})
GENERIC = frozenset({
    "city", "town", "village", "district", "governorate", "province", "airbase", "air", "base", "airport",
    "airfield", "military", "border", "crossing", "the", "of",
})
_FUSED = re.compile(r"a(rr|ss|tt|dd|zz|nn)(?=\w{3})")
_SOUNDS = (
    ("tch", "c"), ("sch", "c"), ("ch", "c"), ("sh", "c"), ("kh", "k"), ("q", "k"), ("gh", "g"), ("dj", "j"),
    ("th", "t"), ("dh", "d"), ("v", "w"), ("p", "b"), ("ay", "i"), ("ai", "i"), ("ei", "i"), ("ee", "i"),
    ("e", "i"), ("ou", "u"), ("oo", "u"), ("aw", "u"), ("o", "u"), ("iy", "i"),
)
_DOUBLES = re.compile(r"(.)\1+")
_FINAL = re.compile(r"(?<=..)(?:ah|at|a|h)$")
_VOWELS = re.compile(r"[aiuyw]")


def fold(name: str) -> str:
    """K0: no case, marks, apostrophes or full stops; hyphens are spaces.

    >>> fold("Ar-Rā‘ī"), fold("Çobanbey")
    ('ar rai', 'chobanbey')
    """
    letters = name.lower().translate(_ASCII) if name.isascii() else "".join(map(_folded, name))
    return " ".join(letters.split())


_ASCII = {ord(letter): None for letter in DROPPED if letter.isascii()} | {
    ord(letter): " " for letter in HYPHENS if letter.isascii()
}


def _folded(letter: str) -> str:
    if letter in DROPPED or letter == _TATWEEL:
        return ""
    if letter in HYPHENS or letter.isspace():
        return " "
    if letter.isascii():
        return letter.lower()
    small = letter.lower()
    if small in _LETTERS:
        return _LETTERS[small]
    parts = unicodedata.normalize("NFKD", small.translate(_ARABIC))
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def sound_key(name: str) -> str:
    """K1: the same for most ways to write one Arabic name in Latin letters.

    >>> sound_key("Deir ez-Zor") == sound_key("Dayr az Zawr") == sound_key("Deir Al Zour")
    True
    >>> sound_key("Abu Kamal") == sound_key("Al-Bukamal")
    False
    """
    return sound_of(fold(name))


def sound_of(folded: str) -> str:
    """K1 of a name that is folded already."""
    tokens = folded.split()
    words = _without_generic(_without_articles(tokens)) or tokens
    return " ".join(filter(None, map(_sound, words)))


def _without_articles(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    for here, token in enumerate(tokens):
        following = tokens[here + 1] if here + 1 < len(tokens) else ""
        if following and (token in ARTICLES or _assimilates(token, following)):
            continue
        kept.append("bu" if token in _FATHERS and following else _FUSED.sub(lambda m: m[1][0], token, count=1))
    return kept


def _assimilates(token: str, following: str) -> bool:
    match = _ASSIMILATED.fullmatch(token)
    return match is not None and following.startswith(match[1])


def _without_generic(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token not in GENERIC]


@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _FINAL.sub("", _DOUBLES.sub(r"\1", word))


def skeleton_key(name: str) -> str:
    """K2: the consonants of K1; empty when fewer than three are left.

    >>> skeleton_key("Manbij") == skeleton_key("Munbuj")
    True
    """
    skeleton = _DOUBLES.sub(r"\1", _VOWELS.sub("", sound_key(name).replace(" ", "")))
    return skeleton if len(skeleton) >= 3 else ""
