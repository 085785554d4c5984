"""Arabic letters as they join, for machines whose Pillow cannot: each as its presentation form, from right to left.

Good for names and titles: the forms that Unicode keeps for old programs (Arabic Presentation Forms-B), with lam-alef as
one. Short vowels are dropped. With libraqm (which needs the system's libfribidi) a font joins its own letters.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

LAM = "\u0644"
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


@lru_cache(maxsize=1)
def _forms() -> Mapping[str, Mapping[str, str]]:
    """Of each letter its forms by kind: ``isolated``, ``initial``, ``medial``, ``final``; of lam with an alef too."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBFF), *range(0xFE80, 0xFEFD)):
        kind, *letters = unicodedata.decomposition(chr(code)).split()[:3] or ("",)
        text = "".join(chr(int(letter, 16)) for letter in letters)
        if kind.strip("<>") in ("isolated", "initial", "medial", "final") and (len(text) == 1 or text[0] == LAM):
            found.setdefault(text, {}).setdefault(kind.strip("<>"), chr(code))
    return found


def joined(text: str) -> str:
    """The letters of one piece in the order in which they stand on paper, each in its form.

    >>> joined("حلب") == "\\ufe90\\ufee0\\ufea3", joined("لا") == "\\ufefb"
    (True, True)
    """
    letters = _letters(text)
    shaped = []
    for at, letter in enumerate(letters):
        before = at > 0 and _joins_on(letters[at - 1]) and _joins_back(letter)
        after = at + 1 < len(letters) and _joins_on(letter) and _joins_back(letters[at + 1])
        kind = {(False, False): "isolated", (False, True): "initial", (True, True): "medial", (True, False): "final"}
        shaped.append(_forms().get(letter, {}).get(kind[before, after], letter))
    return "".join(reversed(shaped)).translate(_MIRRORED)


def _letters(text: str) -> list[str]:
    """Letters without their vowels, lam and alef together."""
    found: list[str] = []
    for each in text:
        if unicodedata.category(each) == "Mn":
            continue
        if found and found[-1] == LAM and LAM + each in _forms():
            found[-1] += each
        else:
            found.append(each)
    return found


def _joins_on(letter: str) -> bool:
    """Whether it reaches to the one after it."""
    return letter == "\u0640" or "initial" in _forms().get(letter, {})


def _joins_back(letter: str) -> bool:
    return letter == "\u0640" or "final" in _forms().get(letter, {})
