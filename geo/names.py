"""Name keys: one name, many spellings, one key.

From strict to loose, computed once for each gazetteer name and looked up exactly: ``fold`` (K0) ignores
case, marks and apostrophes; ``sound_key`` (K1) the Arabic article, generic words and the ways to write one
sound; ``loose_key`` also which of a, e and i; ``skeleton_key`` (K2) all vowels, and the script.
"""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from geo.arabic import arabic_consonants, arabic_sound, is_arabic

DROPPED = "'’‘`´ʻʼʽʾʿˈ′ʹ‛՚."
"""Apostrophes and full stops: "Ra'i" is Rai, "U.S." is US."""

HYPHENS = "-‐‑‒–—_"
_LETTERS = {"ı": "i", "ş": "sh", "ç": "ch", "ğ": "g", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
_TATWEEL = "ـ"
_ARABIC = str.maketrans("أإآٱىئؤةکی", "ااااييوهكي")

ARTICLES = frozenset({"al", "el", "ul", "il"})
_ASSIMILATED = re.compile(r"[aeiu](r|s|sh|t|th|d|dh|z|n)")
_FATHERS = frozenset({"abu", "abou", "abo", "abi", "ebu", "albu", "bu", "bou"})
KINDS = {
    "district": "district", "governorate": "province", "province": "province", "airbase": "air", "air": "air",
    "base": "air", "airport": "air", "airfield": "air", "military": "air", "border": "crossing",
    "crossing": "crossing", "قضاء": "district", "منطقه": "district", "محافظه": "province", "معبر": "crossing",
    "مطار": "air", "قاعده": "air",
}
"""Words that say what a place is, and what each says; they are no part of its name."""

GENERIC = frozenset({"city", "town", "village", "the", "of", *KINDS})
_WORDS = {
    written: sound
    for sound, spellings in {
        "tal": "tal tel tell tall til", "dir": "deir dayr der dair deyr", "kafr": "kafr kfar kafar kefr kafer kefer",
        "in": "ain ayn ein eyn", "jabal": "jabal jebel djebel cebel jabel djabal gabal", "um": "umm um om oum omm",
        "kan": "khan han xan", "bit": "bayt beit bet bait beyt", "cik": "sheikh shaykh shaikh cheikh sheykh sheyh seyh",
        "ras": "ras res", "kalat": "qalaat qalat kalaat kalat", "marat": "maarat maarrat maaret marat marrat maret",
        "said": "sayyid sayyida sayyidah sayeda sayyeda seyyide sayida sayyidat",
    }.items()
    for written in spellings.split()
}
"""First words of a thousand villages, in the spellings of many languages."""

_FUSED = re.compile(r"[aeiu](rr|ss|shsh|tt|dd|zz|nn)(?=\w{2})")
_SOUNDS = (
    ("tsch", "ç"), ("dsch", "j"), ("tch", "ç"), ("sch", "ç"), ("ch", "ç"), ("sh", "ç"), ("kh", "k"), ("x", "k"),
    ("q", "k"), ("ck", "k"), ("gh", "g"), ("dj", "j"), ("c", "j"), ("ç", "c"), ("th", "t"), ("dh", "d"), ("p", "b"),
    ("v", "u"), ("w", "u"), ("y", "i"),
)
"""In this order: "c" is a j in Turkish and Kurdish; the key's own "c" is an English sh."""

_DOUBLES = re.compile(r"(.)\1+")
_FINAL = re.compile(r"(?<=..)(?:[ae]+[ht]?|h)$")
_VOWEL_RUN = re.compile(r"[aeiou]+")
_VOWELS = re.compile(r"[aiu]")


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


@lru_cache(maxsize=50_000)
def sound_key(name: str) -> str:
    """K1: the same for most ways to write one Arabic name in Latin letters.

    >>> sound_key("Deir ez-Zor") == sound_key("Dayr az Zawr") == sound_key("Deir Al Zour")
    True
    >>> sound_key("Abu Kamal") == sound_key("Al-Bukamal")
    True
    """
    return sound_joined(fold(name))


def is_head(folded: str) -> bool:
    """Whether a thousand villages begin with this word: "Tell", "Khan", "Deir"; or it only says what a place is."""
    return folded in _WORDS or folded in GENERIC or folded in ARTICLES or folded in _FATHERS


def sound_joined(folded: str) -> str:
    """``sound_key`` of a name that is folded already: names are written apart or together as one likes."""
    return arabic_sound(folded) if is_arabic(folded) else sound_of(folded).replace(" ", "")


def sound_of(folded: str) -> str:
    """K1 of a name that is folded already, its words still apart."""
    tokens = folded.split()
    words = [word for word in _without_articles(tokens) if word not in GENERIC] or tokens
    return " ".join(filter(None, map(_sound, words)))


@lru_cache(maxsize=100_000)
def first_sound(*tokens: str) -> str:
    """The first word of ``sound_of`` of a few words, empty when there is none. Kept: news uses the same words.

    >>> first_sound("al", "rai", "fell"), first_sound("city", "of", "homs")
    ('ri', 'hums')
    """
    return sound_of(" ".join(tokens)).partition(" ")[0]


def kind_of(folded: str) -> str:
    """What the name itself says that the place is ("Nasib border crossing"), or nothing.

    >>> kind_of("menagh air base"), kind_of("menagh")
    ('air', '')
    """
    tokens = folded.split()
    said = [KINDS[token] for token in tokens if token in KINDS]
    return said[0] if said and len(said) < len(tokens) else ""


def _without_articles(tokens: list[str]) -> list[str]:
    kept: list[str] = []
    for here, token in enumerate(tokens):
        following = tokens[here + 1] if here + 1 < len(tokens) else ""
        if following and (token in ARTICLES or _assimilates(token, following)):
            continue
        kept.append("bu" if token in _FATHERS and following else _unfused(token))
    return kept


def _unfused(token: str) -> str:
    """"Ezzor" is "ez-Zor"."""
    match = _FUSED.match(token)
    return token if match is None else token[1 + len(match[1]) // 2 :]


def _assimilates(token: str, following: str) -> bool:
    match = _ASSIMILATED.fullmatch(token)
    return match is not None and following.startswith(match[1])


@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _DOUBLES.sub(r"\1", _VOWEL_RUN.sub(_vowel, _FINAL.sub("", word)))


def _vowel(run: re.Match[str]) -> str:
    """Neighbouring vowels as one or two sounds: "uwei", "oue" and "oui" are "ui"; a lone e is an i."""
    heard = dict.fromkeys("i" if letter == "i" else "u" for letter in run[0] if letter in "iou")
    if not heard and run[0] in ("e", "ee", "ae"):
        return "i"
    return "".join(heard) or "a"


def loose_key(name: str) -> str:
    """Between K1 and K2: a, e and i are one, at the end none.

    >>> loose_key("Menbij") == loose_key("Manbaj")
    True
    """
    return loosened(sound_key(name))


def loosened(sound: str) -> str:
    """``loose_key`` from a sound key."""
    loose = re.sub("a?ua?", "u", sound.replace("i", "a"))
    return _DOUBLES.sub(r"\1", loose.rstrip("a") if len(loose) > 3 else loose)


def skeleton_key(name: str) -> str:
    """K2: the consonants of K1, of Arabic letters too; empty when fewer than three are left.

    >>> skeleton_key("Manbij") == skeleton_key("Munbuj") == skeleton_key("منبج")
    True
    """
    folded = fold(name)
    return skeleton_of(arabic_consonants(folded) if is_arabic(folded) else sound_joined(folded))


def skeleton_of(sound: str) -> str:
    """``skeleton_key`` from a sound key."""
    skeleton = _DOUBLES.sub(r"\1", _VOWELS.sub("", sound))
    return skeleton if len(skeleton) >= 3 else ""


def has_same_shape(folded: str, other: str) -> bool:
    """Whether two names begin alike and have as many syllables, give or take one: equal consonants are not enough.

    Arabic writes few vowels: its names may have any, but are not what a Latin spelling means by its consonants alone.

    >>> has_same_shape("munbuj", "manbij"), has_same_shape("agenda", "janudiyah")
    (True, False)
    """
    if is_arabic(folded) or is_arabic(other):
        return is_arabic(folded)
    one, two = sound_joined(folded), sound_joined(other)
    begin_alike = one[:1] == two[:1] or (one[:1] in "aiu" and two[:1] in "aiu")
    return begin_alike and abs(_syllables(one) - _syllables(two)) <= 1


def _syllables(sound: str) -> int:
    return len(re.findall("[aiu]+", sound))
