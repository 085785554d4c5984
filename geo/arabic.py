"""Names in Arabic letters: the particles that lean on them, their sounds, and their consonants in Latin.

Words come folded by ``geo.names.fold``: without vowel signs, one form of each of alif, ya, kaf and ta marbuta.
"""
from __future__ import annotations

import re

GENERIC = frozenset("مدينه بلده قريه ناحيه قضاء محافظه معبر مطار قاعده جويه عسكري حي منطقه مخيم".split())
_PARTICLES = re.compile(r"(?:و|ف)?(?:ب|ل|ك)?")
_ARTICLE = "ال"
SHORTEST = 3
"""Letters that must be left of a name without its particles."""

_FATHERS = frozenset("ابو ابي البو بو".split())
_END = re.compile("(?<=..)[اهءي]+$")
_LETTERS = dict(zip(
    "ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ غ ف ق ك ل م ن ه پ چ ڤ گ ژ ڕ ڵ ھ".split(),
    "b t t j h k d d r z s c s d t d g f k k l m n h b c f g j r l h".split(), strict=True,
))


def is_arabic(name: str) -> bool:
    """Whether a name is in Arabic letters (of Arabic, Kurdish or Persian)."""
    return not name.isascii() and any("؀" <= letter <= "ۿ" for letter in name)


def arabic_stems(word: str) -> tuple[str, ...]:
    """What ``word`` may be without what leans on it: "and", "so", "in", "to", "like" and their runs.

    The article stays, since gazetteers write it; ``لل`` is "to the".

    >>> arabic_stems("والباب"), arabic_stems("بالراعي"), arabic_stems("للرقه")
    (('الباب',), ('الراعي',), ('الرقه',))
    """
    found = []
    for end in range(1, (_PARTICLES.match(word) or re.match("", word)).end() + 1):  # type: ignore[union-attr]
        rest = word[end:]
        found += [_ARTICLE + rest[1:] if word[end - 1] == "ل" and rest.startswith("ل") else rest]
    return tuple(stem for stem in found if len(stem.removeprefix(_ARTICLE)) >= SHORTEST)


def arabic_sound(folded: str) -> str:
    """The K1 of Arabic letters: no article, no "city of", one way to write Abu, no weak end.

    >>> arabic_sound("ابو كمال") == arabic_sound("البوكمال")
    True
    """
    words = [word for word in folded.split() if word not in GENERIC] or folded.split()
    bare = ("بو" if word in _FATHERS else word.removeprefix(_ARTICLE) for word in words)
    return _END.sub("", re.sub("^ا?بو(?=..)", "بو", "".join(bare)))


def arabic_consonants(folded: str) -> str:
    """The consonants as a Latin sound key writes them, to meet names of the other script."""
    words = [word for word in folded.split() if word not in GENERIC]
    bare = (re.sub("ه$", "", word.removeprefix(_ARTICLE)) for word in words)
    return "".join(_LETTERS.get(letter, "") for word in bare for letter in word)
