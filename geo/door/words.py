"""The name of a side as a file gives it: letters that can be seen, and no two ways to write them."""
from __future__ import annotations

import unicodedata
from collections import Counter

from geo.door.limits import MAX_CODE
from geo.errors import InvalidInput

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of Unicode whose characters are not seen, or turn what is beside them."""
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters by their category, blank to the eye."""
_MARKS = 4
"""Marks on one letter; scripts of the world need no more."""
_ALIKE = ("LATIN", "CYRILLIC", "GREEK")
"""Scripts that share the look of letters."""


def side(where: str, name: str, counts: Counter[str]) -> str:
    """The name, composed (NFC) and counted where it was not; one in scripts that look alike is counted, too.

    :raises InvalidInput: for characters that nobody sees, and for what is too long for a name.
    """
    composed = unicodedata.normalize("NFC", name)
    if len(composed) > MAX_CODE:
        raise InvalidInput(f"{where}: controller {composed[:60]!r}, want at most {MAX_CODE} characters")
    hidden = [each for each in composed if unicodedata.category(each) in _HIDDEN or each in _FILLERS]
    if hidden or _is_overloaded(composed):
        told = f"U+{ord(hidden[0]):04X}" if hidden else "a pile of marks"
        raise InvalidInput(f"{where}: controller {composed[:60]!a} with {told}, want characters that can be seen")
    counts["W-TEXT-COMPOSED"] += composed != name
    counts["W-MIXED-SCRIPTS"] += _is_mixed(composed)
    return composed


def _is_overloaded(text: str) -> bool:
    run = 0
    for each in text:
        run = run + 1 if unicodedata.combining(each) else 0
        if run > _MARKS:
            return True
    return False


def _is_mixed(text: str) -> bool:
    """Whether a word has letters of two scripts that share their look."""
    return any(
        len({script for script in _ALIKE for each in word if unicodedata.name(each, "").startswith(script)}) > 1
        for word in text.split()
    )
