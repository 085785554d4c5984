"""Which way text runs: a line parted into pieces of one script, in the order in which they stand on paper.

A small part of Unicode's bidirectional algorithm (UAX #9): the direction of the line is that of its first strong
letter, digits keep theirs, and what stands between two pieces of one direction is of that direction. Embeddings and
overrides are dropped, for a title must not be able to turn what is written around it.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

MOST = 400
"""Characters of a text that are looked at; a picture has no room for more."""

_STRONG = {"L": False, "R": True, "AL": True}
_DIGITS = ("EN", "AN")
_OPENING = {"(": ")", "[": "]", "{": "}"}


class Piece(NamedTuple):
    """Neighbouring characters of one direction, in the order in which they are read."""

    text: str
    is_rtl: bool


def plain(text: str) -> str:
    """One line without controls, marks of direction and runs of blanks, cut to ``MOST`` characters.

    >>> plain("al-Rai\\u202e falls\\n\\n again")
    'al-Rai falls again'
    """
    kept = "".join(each if unicodedata.category(each)[0] != "C" else " " * each.isspace() for each in text[: 4 * MOST])
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:MOST]


def is_rtl(text: str) -> bool:
    """Whether the first strong letter runs from right to left.

    >>> is_rtl("(الراعي) falls"), is_rtl("al-Rai (الراعي)")
    (True, False)
    """
    return next((_STRONG[kind] for each in text if (kind := unicodedata.bidirectional(each)) in _STRONG), False)


def pieces(text: str) -> list[Piece]:
    """The pieces of a line from left to right, as they stand on paper.

    >>> [piece.text for piece in pieces("In الراعي and حلب 2016")]
    ['In ', 'الراعي', ' and ', '2016', 'حلب ']
    """
    base = is_rtl(text)
    levels = _levels(text, base)
    runs = [
        (level, "".join(character for _, character in group))
        for level, group in groupby(zip(levels, text, strict=True), key=lambda pair: pair[0])
    ]
    return [Piece(run, bool(level % 2)) for level, run in _in_order(runs)]


def _levels(text: str, base: bool) -> list[int]:
    """The embedding level of every character: even from left to right, odd from right to left."""
    kinds = [unicodedata.bidirectional(each) for each in text]
    directions: list[bool | None] = []
    last, digits = base, []
    for at, kind in enumerate(kinds):
        if kind in _STRONG:
            last = _STRONG[kind]
        is_digit = kind in _DIGITS or (kind in ("CS", "ES") and _between_digits(kinds, at))
        if is_digit and last:
            digits.append(at)
        directions.append(last if kind in _STRONG or is_digit or kind == "NSM" else None)
    for at, direction in _brackets(text, kinds, base):
        directions[at] = direction
    return [
        2 if at in digits else _level(direction, base) for at, direction in enumerate(_resolved(directions, base))
    ]


def _brackets(text: str, kinds: Sequence[str], base: bool) -> Iterator[tuple[int, bool]]:
    """Both of a pair take the line's direction, unless all around and within runs the other way (rule N0)."""
    opened: list[int] = []
    for at, each in enumerate(text):
        if each in _OPENING:
            opened.append(at)
        elif opened and each == _OPENING[text[opened[-1]]]:
            start = opened.pop()
            inside = {_STRONG[kind] for kind in kinds[start:at] if kind in _STRONG}
            before = next((_STRONG[kind] for kind in kinds[start::-1] if kind in _STRONG), base)
            if inside:
                direction = not base if inside == {not base} and before != base else base
                yield from ((start, direction), (at, direction))


def _level(is_right: bool, base: bool) -> int:
    if is_right:
        return 1
    return 2 if base else 0


def _between_digits(kinds: Sequence[str], at: int) -> bool:
    return 0 < at < len(kinds) - 1 and kinds[at - 1] in _DIGITS and kinds[at + 1] == kinds[at - 1]


def _resolved(directions: Sequence[bool | None], base: bool) -> Iterator[bool]:
    """Neutrals take the direction of both neighbours where these agree, else the line's."""
    after: list[bool] = [base] * len(directions)
    following = base
    for at in range(len(directions) - 1, -1, -1):
        following = following if (known := directions[at]) is None else known
        after[at] = following
    before = base
    for known, next_ in zip(directions, after, strict=True):
        before = before if known is None else known
        yield known if known is not None else (before if before == next_ else base)


def _in_order(runs: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Rule L2: from the highest level down, every stretch at that level or above is turned around."""
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        turned: list[tuple[int, str]] = []
        for is_above, group in groupby(runs, key=lambda run: run[0] >= level):
            stretch = list(group)
            turned += stretch[::-1] if is_above else stretch
        runs = turned
    return runs

