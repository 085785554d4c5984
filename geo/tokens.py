"""Words of a text with their code points and folded forms, and which of them may be one name together."""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from geo.arabic import arabic_stems, is_arabic
from geo.names import fold

LONGEST = 7
"""Words in the longest name that is looked up."""

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|\w[\w'’‘`ʼʿʾ\u0300-\u036f\u064b-\u065f\u0670]*", re.UNICODE)
_POSSESSIVE = re.compile(r"(?:['’]s?|s['’])\Z")
_GAP = re.compile(r"[ \-‐‑–\xa0]{1,2}|\. (?=[A-Z])|, (?=D\.?C)")
_CASE = re.compile(r"(?<=\w{3})['’](?:n?d[ea](?:n|ki)?|t[ea](?:n|ki)?|n?[iıuü]n|y[eaiıuü]|yl[ea]|[eaiıuü])\Z")
"""Turkish case endings, which stand behind an apostrophe: "Münbiç'te", "Halep'in"."""

ARTICLES = frozenset("al el ad adh an ar as ash at ath az ul de la le los las".split())

_LEADS = (ARTICLES | frozenset("eastern western northern southern".split())) - frozenset(("an", "as", "at"))
"""Words in small letters that a name may begin with: "al-Rai", "eastern Ghouta"; not "at Tanf"."""


class Token(NamedTuple):
    """One word: where it starts and ends in the text (possessive endings left off), as written and folded."""

    start: int
    end: int
    word: str
    folded: str


def tokenise(text: str) -> list[Token]:
    """The words in order; hyphens and slashes divide. Most are plain letters, for which nothing is to be done."""
    return [
        _new(Token, (match.start(), match.end(), word, word.lower()))
        if (word := match[0]).isascii() and word.isalnum() else _token(match)
        for match in _TOKEN.finditer(text)
    ]


_new = tuple.__new__
"""A named tuple without the call of its own constructor: a third of the time of this module."""


def _token(match: re.Match[str]) -> Token:
    word = match[0]
    if ("." not in word and not word[-1].isalnum()) or word[-2:-1] in ("'", "’"):
        word = _POSSESSIVE.sub("", word)
    start = match.start()
    return Token(start, start + len(word), word, fold(word))


def may_start(tokens: Sequence[Token], here: int) -> bool:
    """Whether a name may begin here: a capital, another script, an article or a number that leans on a capital."""
    token = tokens[here]
    first = token.word[:1]
    if first.isdigit():
        return here + 1 < len(tokens) and tokens[here + 1].word[:1].isupper()
    if first.isupper() or (first and not first.isascii() and not first.islower()):
        return bool(token.folded)
    if token.word not in _LEADS or here + 1 == len(tokens):
        return False
    return tokens[here + 1].word[:1].isupper() and tokens[here + 1].start - token.end == 1


def bare(token: Token) -> list[Token]:
    """The word without what leans on it: Arabic particles before it, a Turkish case ending behind it.

    Both are guesses, for a word that is no name as it stands: "Mada'in" is one, and so is "والي".
    """
    ending = _CASE.search(token.word) if has_ending(token) else None
    if ending:
        word = token.word[: ending.start()]
        return [Token(token.start, token.start + len(word), word, fold(word))]
    return [_without_particles(token, stem) for stem in arabic_stems(token.folded)] if is_arabic(token.folded) else []


def has_ending(token: Token) -> bool:
    """Whether there is an apostrophe that a Turkish ending may stand behind."""
    return "'" in token.word or "’" in token.word


def _without_particles(token: Token, stem: str) -> Token:
    """``stem`` is the end of the folded word, but for an article that its l was written into ("للرقة")."""
    left = len(token.folded) - len(stem) if token.folded.endswith(stem) else 1
    ends = (at for at in range(len(token.word) + 1) if len(fold(token.word[:at])) == left)
    cut = max(ends, default=0)
    return Token(token.start + cut, token.end, token.word[cut:], stem)


def run_end(text: str, tokens: Sequence[Token], here: int, words: int) -> int:
    """One past the last token of the run of at most ``words`` that may be one name with ``tokens[here]``."""
    last, most = here + 1, min(here + min(words, LONGEST), len(tokens))
    while last < most and _GAP.fullmatch(text, tokens[last - 1].end, tokens[last].start):
        last += 1
    return last
