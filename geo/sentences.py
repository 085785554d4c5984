"""Paragraphs, sentences and clauses of a news text, as spans of code points.

Rules, not a model: abbreviations of English news, quotes, headlines without a full stop, and both
kinds of line break (a paragraph a line, or hard-wrapped lines). Every pattern is bounded, so the
time is linear in the text whatever it holds.
"""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from geo.model import Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_STOP = re.compile(r"[.!?\u2026]{1,6}[\"'\u201d\u2019)\]\u00bb]{0,3}(?=\s)")
_OPENING = "\"'\u201c\u2018([\u00ab\u2013\u2014-* "
_LAST_WORD = re.compile(r"[^\s(\"\u201c\u2018']{1,24}\Z")

_TITLES = _words(
    "mr mrs ms dr gen col lt sgt capt maj brig adm cmdr cpl pvt sen rep gov prof rev hon pres st mt ft vs "
    "messrs no nos art fig approx ca al op cf eg ie e.g i.e spc supt insp amb"
)
"""Before a stop, these never end a sentence."""

_SHORTENED = _words(
    "jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat sun "
    "a.m p.m etc inc ltd co corp jr sr"
)
"""Before a stop, these end a sentence only when a word that starts one follows."""

_STARTERS = _words(
    "the a an in on at by but and or so yet he she it they we you i his her its their our this that these "
    "those there then when while after before as since if although though however meanwhile earlier later "
    "last for from with to some many most several all both no not what who how why one two three"
)

_WRAPPED = range(45, 120)
"""Lengths of a line that an editor or a mail program has broken."""


@dataclass(frozen=True)
class Layout:
    """How a text falls into paragraphs and sentences, both in order and trimmed of white space."""

    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]


@lru_cache(maxsize=8)
def layout(text: str) -> Layout:
    """Both at once; the stages of one reading ask for the same text again and again."""
    found = tuple(_paragraphs(text))
    return Layout(found, tuple(span for paragraph in found for span in _sentences(text, paragraph)))


def paragraphs(text: str) -> list[Span]:
    """Every paragraph in order. A line break inside a hard-wrapped block is no end of one."""
    return list(layout(text).paragraphs)


def sentences(text: str) -> list[Span]:
    """Every sentence in order; a headline or a caption without a full stop is one.

    >>> text = "It fell on Feb. 3 to U.S. forces. They left."
    >>> [text[a:b] for a, b in sentences(text)]
    ['It fell on Feb. 3 to U.S. forces.', 'They left.']
    """
    return list(layout(text).sentences)


def paragraph_of(text: str, span: Span) -> Span:
    """The paragraph in which ``span`` starts."""
    return around(layout(text).paragraphs, span)


def sentence_of(text: str, span: Span) -> Span:
    """The sentence in which ``span`` starts."""
    return around(layout(text).sentences, span)


def clause_of(text: str, span: Span) -> Span:
    """The clause in which ``span`` starts."""
    return around(clauses(text, sentence_of(text, span)), span)


def around(spans: Sequence[Span], span: Span) -> Span:
    """The one of ``spans`` (in order) in which ``span`` starts, or the last that starts before it."""
    at = bisect_right(spans, span.start, key=lambda one: one.start)
    return spans[max(at - 1, 0)] if spans else span


def clauses(text: str, sentence: Span) -> list[Span]:
    """The clauses of one sentence, in order and without overlap.

    A clause begins at a semicolon, a dash or a colon, and at a conjunction, a relative pronoun or a
    participle that a verb follows; a comma in a list is no boundary.

    >>> text = "They seized the base, but rebels had lost it by noon, activists said."
    >>> [text[a:b] for a, b in clauses(text, Span(0, len(text)))]
    ['They seized the base,', 'but rebels had lost it by noon,', 'activists said.']
    """
    return list(_clauses(text, sentence))


@lru_cache(maxsize=64)
def _clauses(text: str, sentence: Span) -> tuple[Span, ...]:
    """Kept, as every name of a sentence asks for them again."""
    cuts = [sentence.start, *_cuts(text, sentence), min(sentence.end, len(text))]
    spans = (_trimmed(text, start, end) for start, end in pairwise(cuts))
    return tuple(span for span in spans if span.start < span.end)


def _paragraphs(text: str) -> Iterator[Span]:
    block: list[Span] = []
    for line in _lines(text):
        if block and not _adjacent(text, block[-1], line):
            yield from _block(text, block)
            block = []
        block.append(line)
    yield from _block(text, block)


def _lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        line = _trimmed(text, *match.span())
        if line.start < line.end:
            yield line


def _adjacent(text: str, line: Span, following: Span) -> bool:
    """One line break, and no empty line, between them."""
    between = text[line.end : following.start]
    return between.replace("\r\n", "\n").count("\n") == 1


def _block(text: str, lines: Sequence[Span]) -> Iterator[Span]:
    if len(lines) > 1 and _is_wrapped(text, lines):
        yield Span(lines[0].start, lines[-1].end)
    else:
        yield from lines


def _is_wrapped(text: str, lines: Sequence[Span]) -> bool:
    """All but the last line are about a screen wide, and a sentence runs over at least one break."""
    if any(line.end - line.start not in _WRAPPED for line in lines[:-1]):
        return False
    return any(
        text[line.end - 1] not in ".!?:" and text[following.start].islower()
        for line, following in pairwise(lines)
    )


LONGEST_SENTENCE = 4000
"""Code points; what goes on for longer is no sentence of news and is cut at a space, so that time stays bounded."""


def _sentences(text: str, paragraph: Span) -> Iterator[Span]:
    for whole in _stopped(text, paragraph):
        rest = whole
        while rest.end - rest.start > LONGEST_SENTENCE:
            space = text.rfind(" ", rest.start + 1, rest.start + LONGEST_SENTENCE)
            cut = space if space > 0 else rest.start + LONGEST_SENTENCE
            yield _trimmed(text, rest.start, cut)
            rest = _trimmed(text, cut, rest.end)
        if rest.start < rest.end:
            yield rest


def _stopped(text: str, paragraph: Span) -> Iterator[Span]:
    """What ends with a stop, a question mark or the paragraph."""
    start = paragraph.start
    for match in _STOP.finditer(text, paragraph.start, paragraph.end):
        if _ends(text, match, paragraph.end):
            yield _trimmed(text, start, match.end())
            start = match.end()
    rest = _trimmed(text, start, paragraph.end)
    if rest.start < rest.end:
        yield rest


def _ends(text: str, stop: re.Match[str], end: int) -> bool:
    following = text[stop.end() : min(stop.end() + 40, end)].lstrip()
    word = following.lstrip(_OPENING)
    if not word or word[0].islower():
        return not word
    if stop.group() != ".":
        return True
    before = _LAST_WORD.search(text, max(stop.start() - 24, 0), stop.start())
    last = before.group() if before else ""
    if last.casefold() in _TITLES:
        return False
    if last.casefold() in _SHORTENED or _is_initials(last):
        return word.split(maxsplit=1)[0].strip(",").casefold() in _STARTERS
    return True


def _is_initials(word: str) -> bool:
    """``J`` of "J. Smith", ``U.S`` of "U.S. forces"."""
    return all(len(part) == 1 and part.isupper() for part in word.split("."))


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


_BREAK = re.compile(
    r"""(?P<hard>;|:(?=\s)|\s[-\u2013\u2014]{1,2}(?=\s)|\u2014)
    | (?P<relative>,["\u201d\u2019]?\s)(?=(?:which|who|whom|whose|where|whereas|but|while|according)\b)
    | (?P<participle>,["\u201d\u2019]?\s)(?=[a-z]{3,16}ing\b)
    | (?P<comma>,["\u201d\u2019]?\s)(?=(?:and|or|so|yet|as|when|after|before|until|since|although|though|because
        |if|once|just|hours|days|weeks|months|years|then)\b)
    | (?P<said>,["\u201d\u2019]\s)(?=(?:said|says|added|asked)\s)
    | (?P<speech>,["\u201d\u2019]?\s)(?=(?:[\w.'\u2019-]{1,30}\s){1,4}(?:said|says|told|reported|claimed)\b
        |(?:an?|the|one|[A-Z]\w*)\s(?:[\w.'\u2019-]{1,30}\s){1,8}(?:said|says|told|claimed)\.?\s?(?:\n|\Z|["\u201d]|[A-Z]))
    | (?P<bare>\s)(?=(?:(?:just|only|shortly|soon|(?:just\s|only\s)?(?:hours|days|weeks|months|years))\s
        (?:after|before)|but|while|whereas|when|because|although|though|until|once)\s)
    | (?P<after>\s)(?=(?:after|before)\s)
    """,
    re.VERBOSE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|said|says|took|taken|made|fell|lost|won|left"
    r"|held|went|came|began|drove|fled|broke|gave|got|hit|shot|cut|sent|[a-z]{2,16}ed)\b"
    r"|\b(?:after|before|while|when)\s[a-z]{3,16}ing\b"
)
"""Verbs that news tells of; the irregular ones by name."""

_WORD_ING = re.compile(r"(?:(?:every|no|some|any)thing|including|during|morning|evening|excluding|involving)\b")


_LEAD = re.compile(r"\b(?:just|only|shortly|soon|(?:hour|day|week|month|year)s?)\Z")


def _cuts(text: str, sentence: Span) -> Iterator[int]:
    for match in _BREAK.finditer(text, sentence.start, sentence.end):
        kind, at = match.lastgroup, match.end()
        if kind in ("comma", "bare", "after") and not _verb_follows(text, at, sentence.end):
            continue
        if kind in ("bare", "after") and _LEAD.search(text, max(match.start() - 8, 0), match.start()):
            continue  # "just hours after" opens its clause whole
        if kind != "participle" or not _WORD_ING.match(text, at):
            yield at


def _verb_follows(text: str, start: int, end: int) -> bool:
    """Before the next comma: "after the group was driven out", not "after two days of war"."""
    window = text[start : min(start + 90, end)]
    return _VERB.search(window.split(",", 1)[0]) is not None
