"""What the words around a name say of an event there: points, where phrases and frames are not enough.

Each word before and behind a name, alone and with the word beside it, the sides of its sentence and what phrases found
there are signs; ``data/event_points.csv`` has what each is worth for each type, in hundredths of a logit. They were
fitted on labelled stories and sentences (a logistic regression a type, most of its weights zero: Tibshirani 1996) by
``python -m tools.fit_events``; a word of one story is worth nothing.
"""
from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import exp
from typing import NamedTuple

from geo.assets import data_path
from geo.dating.words import WEEKDAY_NAMES
from geo.model import Event, Mention, Span
from geo.scene import Scene
from geo.sentences import around, clauses

WEIGHED = ("control_gain", "control_loss", "control_state", "attack", "airstrike", "siege", "clash")
"""The types that have points."""

Sign = tuple[str, str]
"""Where something stands, and what."""

ALWAYS: Sign = ("always", "")

_TOKEN = re.compile(r"[A-Za-z][a-z'’-]*|\d+")
_LITTLE = frozenset(
    """the a an of and to in on at for with by from that this it its is was were are be been has had have as his her
    their they them he him she who which but not or after before when""".split()
)
"""Words that say something beside the name and in a pair, and nothing farther off."""
_SIDE, _PLACE, _NAME, _DAY, _NUMBER = "<side>", "<place>", "<name>", "<day>", "<number>"
_ENDINGS = ("ing", "ed", "es", "s", "e")
_BESIDE = 3
"""So many words on either side are signs by their distance."""
_REACH = 60
"""So many on either side are signs at all: a sentence may be endless."""


class Token(NamedTuple):
    """A word of a sentence by its stem, or what stands for a side, a place, another name, a weekday or a number; and
    where it begins and ends."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without an ending of English verbs and nouns: what is left need not be a word.

    >>> stem("captured"), stem("captures"), stem("bus")
    ('captur', 'captur', 'bus')
    """
    ending = next((one for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= 3), "")
    return word.removesuffix(ending)


def _tokens(scene: Scene, sentence: Span) -> list[Token]:
    """The words of a sentence, each side and each name as one."""
    names = [one.toponym.span for one in scene.named_in(sentence)]
    sides = [one.span for one in scene.parties_in(sentence) if not _inside(one.span, names)]
    known = sorted([*(Token(_PLACE, *span) for span in names), *(Token(_SIDE, *span) for span in sides)],
                   key=lambda one: one.start)
    found: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(scene.text, *sentence):
        start, end = match.span()
        while at < len(known) and known[at].end <= start:
            at += 1
        if at == len(known) or known[at].start > start:
            found.append(Token(_word(match[0], is_first=start == sentence.start), start, end))
        elif not found or found[-1] is not known[at]:
            found.append(known[at])
    return found


def _inside(span: Span, names: Sequence[Span]) -> bool:
    return any(one.start < span.end and span.start < one.end for one in names)


def _word(word: str, *, is_first: bool) -> str:
    if word[0].isdigit():
        return _NUMBER
    if word[0].isupper() and not is_first:
        return _DAY if word in WEEKDAY_NAMES else _NAME
    return stem(word.lower())


class Words(NamedTuple):
    """The words of a sentence: each as it is a sign, with the next, and where each begins."""

    tokens: Sequence[Token]
    words: list[str]
    pairs: list[str]
    starts: list[int]


def words_of(scene: Scene, sentence: Span) -> Words:
    """The words of a sentence, each side and each name as one."""
    found = _tokens(scene, sentence)
    words = [token.word for token in found]
    return Words(found, words, [f"{one} {other}" for one, other in pairwise(words)], [one.start for one in found])


class Surroundings(NamedTuple):
    """One name in its sentence: which of the words it is, the first and the end of those of its clause, and what
    phrases tell of the name; ``beside`` are the types of what they tell of other names."""

    sentence: Words
    at: int
    clause: tuple[int, int]
    here: Sequence[Event]
    beside: list[str]


def groups(one: Surroundings) -> Iterator[tuple[str, list[str]]]:
    """What speaks for and against events at the name, by where it stands; some more than once."""
    at, words, pairs = one.at, one.sentence.words, one.sentence.pairs
    first, end = max(one.clause[0], at - _REACH), min(one.clause[1], at + _REACH)
    before, after = words[max(at - _REACH, 0) : at], words[at + 1 : at + _REACH]
    yield ALWAYS[0], [ALWAYS[1]]
    yield from _beside("before", before[-_BESIDE:][::-1])
    yield from _beside("after", after[:_BESIDE])
    yield "before", words[first:at]
    yield "after", words[at + 1 : end]
    yield "pair of clause", pairs[first : max(at - 1, first)] + pairs[at + 1 : max(end - 1, at + 1)]
    yield "anywhere", before + after
    if at:
        yield f"with {words[at - 1]} before", words[first : at - 1]
    if at + 1 < len(words):
        yield f"with {words[at + 1]} after", words[at + 2 : end]
    yield "sides before", [str(min(before.count(_SIDE), 2))]
    yield "sides after", [str(min(after.count(_SIDE), 2))]
    yield "other names", [str(min(before.count(_PLACE) + after.count(_PLACE), 4))]
    yield from _phrases(one)


def _beside(side: str, nearest: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield from ((f"{place} {side}", [word]) for place, word in enumerate(nearest, 1))
    if len(nearest) > 1:
        yield f"pair {side}", [f"{nearest[0]} {nearest[1]}"]


def _phrases(one: Surroundings) -> Iterator[tuple[str, list[str]]]:
    yield "phrase of", [event.type for event in one.here] or ["nothing"]
    yield from ((f"phrase of {event.type}", [event.trigger.lower()]) for event in one.here)
    yield "phrase beside of", one.beside


def signs(one: Surroundings) -> frozenset[Sign]:
    """The same, each once, without the little words farther off."""
    return frozenset(
        (where, what) for where, found in groups(one) for what in found
        if not where.startswith(_FAR) or not _LITTLE.issuperset(what.split()))


_FAR = ("before", "after", "anywhere", "pair of clause", "with ")

Points = tuple[tuple[int, int], ...]
"""What a sign is worth in hundredths of a logit, each with the place of its type in ``WEIGHED``: most signs speak for
one or two."""


@lru_cache(maxsize=1)
def points() -> Mapping[str, Mapping[str, Points]]:
    """Where something stands → what stands there → its points."""
    found: dict[str, dict[str, Points]] = {}
    with data_path("event_points.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            found.setdefault(row["where"], {})[row["what"]] = tuple(
                (column, int(row[name])) for column, name in enumerate(WEIGHED) if row[name])
    return found


def chances(one: Surroundings) -> Mapping[str, float]:
    """The chance, from 0 to 1, that an event is told of the name, for each type of ``WEIGHED``."""
    known, sums = points(), [0] * len(WEIGHED)
    for where, found in groups(one):
        table = known.get(where)
        if table:
            for what in found if len(found) == 1 else table.keys() & found:
                for column, worth in table.get(what, ()):
                    sums[column] += worth
    return {name: 1 / (1 + exp(-max(total, _LEAST) / 100)) for name, total in zip(WEIGHED, sums, strict=True)}


_LEAST = -10_000
"""Less than this is as unlikely: the exponential of what hostile text may add up to has no floating-point number."""


def strongest(one: Surroundings, name: str) -> Span | None:
    """The word of the clause that speaks most for events of this type; ``None`` where none does."""
    column = WEIGHED.index(name)
    first, end = max(one.clause[0], one.at - _REACH), min(one.clause[1], one.at + _REACH)
    worth = {
        Span(token.start, token.end): _worth("before" if place < one.at else "after", token.word, column)
        + _worth("anywhere", token.word, column)
        for place, token in enumerate(one.sentence.tokens[first:end], first)
        if not token.word.startswith("<") and token.word not in _LITTLE
    }
    best = max(worth, key=lambda span: worth[span], default=None)
    return best if best is not None and worth[best] > 0 else None


def _worth(where: str, what: str, column: int) -> int:
    return next((worth for at, worth in points().get(where, {}).get(what, ()) if at == column), 0)


def surroundings(scene: Scene, sentence: Span, events: Sequence[Event]) -> Iterator[tuple[Mention, Surroundings]]:
    """The names of a sentence that may have events, each with what stands around it; ``events`` are the sentence's."""
    named = [one for one in scene.placed_in(sentence) if one.place and not one.place.is_country]
    if not named:
        return
    words, parts = words_of(scene, sentence), clauses(scene.text, sentence)
    told: dict[Span | None, list[Event]] = {}
    for event in events:
        told.setdefault(event.mention, []).append(event)
    types = Counter(event.type for event in events)
    for one in named:
        span = one.toponym.span
        at = bisect_left(words.starts, span.start)
        if at < len(words.words) and words.words[at] == _PLACE:
            clause = around(parts, span)
            inside = bisect_left(words.starts, clause.start), bisect_left(words.starts, clause.end)
            here = told.get(span, [])
            beside = [*(types - Counter(event.type for event in here))]
            yield one, Surroundings(words, at, inside, here, beside)
