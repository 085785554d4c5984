"""Words of a text with their code points and folded forms, and which of them may be one name together."""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from geo.names import fold

LONGEST = 7
"""Words in the longest name that is looked up."""

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|\w[\w'’‘`ʼʿʾ]*", re.UNICODE)
_POSSESSIVE = re.compile(r"(?:['’]s?|s['’])\Z")
_GAP = re.compile(r"[ \-‐‑–\xa0]{1,2}|\. (?=[A-Z])|, (?=D\.?C)")
_ARTICLES = frozenset("al el ad adh an ar as ash at ath az ul de la le los las".split())


class Token(NamedTuple):
    """One word: where it starts and ends in the text (possessive endings left off), as written and folded."""

    start: int
    end: int
    word: str
    folded: str


def tokenise(text: str) -> list[Token]:
    """The words in order; hyphens and slashes divide."""
    return [_token(match) for match in _TOKEN.finditer(text)]


def _token(match: re.Match[str]) -> Token:
    word = match[0]
    if ("." not in word and not word[-1].isalnum()) or word[-2:-1] in ("'", "’"):
        word = _POSSESSIVE.sub("", word)
    start, is_plain = match.start(), word.isascii() and word.isalnum()
    return Token(start, start + len(word), word, word.lower() if is_plain else fold(word))


def may_start(tokens: Sequence[Token], here: int) -> bool:
    """Whether a name may begin here: a capital, another script, or an article that leans on a capital."""
    token = tokens[here]
    first = token.word[:1]
    if first.isupper() or (first and not first.isascii() and not first.islower()):
        return bool(token.folded)
    if token.word not in _ARTICLES or here + 1 == len(tokens):
        return False
    return tokens[here + 1].word[:1].isupper() and tokens[here + 1].start - token.end == 1


def run_end(text: str, tokens: Sequence[Token], here: int, words: int) -> int:
    """One past the last token of the run of at most ``words`` that may be one name with ``tokens[here]``."""
    last, most = here + 1, min(here + min(words, LONGEST), len(tokens))
    while last < most and _GAP.fullmatch(text, tokens[last - 1].end, tokens[last].start):
        last += 1
    return last
