"""Where the thing that a word tells of happened: the likeliest of the names in its sentence, and its list.

Each name gets points for what stands before it, for what lies between it and the word, and for what it is; the points
were fitted (conditional logit) on one half of a public corpus of 5,000 labelled sentences by
``python -m tools.event_location CORPUS --fit`` and rounded. ``docs/accuracy.md`` has the score on the other half.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from geo.model import Mention, Span

POINTS: dict[str, int] = {
    "about": 7, "after": 2, "after about": -3, "after after": 3, "after against": -2, "after along": 2,
    "after around": 3, "after as": -6, "after before": -5, "after for": 5, "after from": -12, "after in": 2,
    "after inside": -2, "after into": -7, "after near": 5, "after none": 4, "after off": 2, "after on": 7,
    "after outside": -2, "after over": 5, "after targeting": 2, "after to": 4, "after under": 5, "after with": 4,
    "against": -3, "along": -3, "around": 6, "as": -2, "at": 1, "before": -16, "before about": 10, "before after": -9,
    "before along": -5, "before around": 3, "before as": 4, "before at": 1, "before before": 8, "before by": -2,
    "before for": -5, "before from": -3, "before near": 7, "before none": -8, "before of": -7, "before off": 2,
    "before on": -5, "before over": 4, "before to": -6, "before under": 1, "before with": -2, "by": -3, "commas 0": 7,
    "commas 1": -7, "commas 2": -1, "commas 3": 1, "country": -12, "demonym": -64, "far 0": 17, "far 1": 14,
    "far 2": 4, "far 4": -6, "far 5": -16, "far 6": -12, "from": -14, "heads": 13, "holds the one before": -4,
    "in": 2, "inside": -1, "into": -7, "lies in the next": 4, "lies in the one before": 2, "metonym": -12, "near": -5,
    "none": -4, "of": -6, "off": 4, "on": 2, "outside": -2, "over": 9, "owner": -18, "subordinate after": -11,
    "subordinate before": 2, "targeting": 2, "to": -3, "under": 7, "unlisted": 4, "verbs 1": -2, "verbs 2": 2,
    "verbs 3": -1, "with": 1,
}
"""What each sign is worth, in tenths."""

LIST_GAP = 15
"""A name that "and" joins to the likeliest one is meant too unless it has so many fewer points."""

_PREPOSITION = re.compile(
    r"\b(in|at|near|on|outside|inside|around|over|across|through|throughout|into|of|from|to|towards?|between|against|"
    r"along|off|above|by|for|with|after|before|like|as|within|targeting|including|about|under)\b"
    r"(?P<rest>[^.;,:()]{0,45})\Z",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|said|says|told|will|would|took|fell|held|began|left|struck|hit|shot|broke|came|"
    r"went|[a-z]{3,12}ed)\b"
)
_SUBORDINATE = re.compile(r"\b(?:which|who|that|where|when|while|after|before|because|as|but|since)\b")
_HOLDS_NEXT = re.compile(
    r"(?:['’]s)?(?: (?!and\b|or\b|in\b|near\b)[\w-]+){0,4}? of (?:the )?|['’]s (?:[a-z][\w-]* ){0,3}"
)
_LIES_IN = re.compile(r"(?:,| \(|,? (?:\w+ ){0,3}(?:in|of|on)(?: the)?(?: \w+){0,3}) ?")
_JOINED = re.compile(
    r"(?:,|,? and|,? or|,? as well as) (?:the |in |at |near |on )?(?:(?!from\b|to\b|by\b|with\b)[a-z]+ ){0,3}"
)
_JOINS = re.compile(r"\b(?:and|or|as well as)\b")


def happened_at(text: str, word: Span, sentence: Span, names: Sequence[Mention]) -> list[Mention]:
    """The names, in order, of where it happened; ``names`` are those of the sentence. Empty only when they are."""
    named = mappable(names)
    if not named:
        return []
    points = [sum(POINTS.get(sign, 0) for sign in signs(text, word, sentence, named, at)) for at in range(len(named))]
    best = max(range(len(named)), key=lambda at: (points[at], -at))
    first = last = best
    while last + 1 < len(named) and points[last + 1] > points[best] - LIST_GAP and _is_joined(text, named, last, ""):
        last += 1
    while first > 0 and points[first - 1] > points[best] - LIST_GAP and _is_joined(text, named, first - 1, "and"):
        first -= 1
    return named[first : last + 1]


def mappable(names: Sequence[Mention]) -> list[Mention]:
    """Those that may say where: all but organisations and datelines."""
    return [one for one in names if one.toponym.role not in ("organisation", "dateline")]


def _is_joined(text: str, named: Sequence[Mention], at: int, how: str) -> bool:
    gap = text[named[at].toponym.span.end : named[at + 1].toponym.span.start]
    return _JOINED.fullmatch(gap) is not None and (not how or _JOINS.search(gap) is not None)


def signs(text: str, word: Span, sentence: Span, named: Sequence[Mention], at: int) -> Iterator[str]:
    """What speaks for and against the name ``named[at]``."""
    one = named[at]
    start, end = one.toponym.span
    side = "after" if start >= word.start else "before"
    gap = text[word.end : start] if side == "after" else text[end : word.start]
    before = _governor(text[max(sentence.start, start - 60) : start])
    yield from (f"{before}", f"{side}", f"{side} {before}")
    yield from (f"verbs {min(len(_VERB.findall(gap)), 3)}", f"commas {min(gap.count(','), 3)}")
    yield f"far {min(len(gap) // 25, 6)}"
    if _SUBORDINATE.search(gap):
        yield f"subordinate {side}"
    if side == "before" and start - sentence.start < 25:
        yield "heads"
    yield from _nature(text, one)
    yield from _neighbours(text, named, at)


def _governor(lead: str) -> str:
    """The preposition right before a name, "none" where a verb or nothing stands there."""
    found = _PREPOSITION.search(lead)
    if found is None or len(found["rest"].split()) > 6 or _VERB.search(found["rest"]):
        return "none"
    return found[1].lower()


def _nature(text: str, one: Mention) -> Iterator[str]:
    toponym = one.toponym
    if toponym.role in ("demonym", "metonym"):
        yield toponym.role
    if one.place is not None and one.place.is_country:
        yield "country"
    if text.startswith(("'s", "’s"), toponym.span.end):
        yield "owner"
    if toponym.near:
        yield "near"
    if not toponym.listed:
        yield "unlisted"


def _neighbours(text: str, named: Sequence[Mention], at: int) -> Iterator[str]:
    """Whether it is the only one, lies in the next, or holds it."""
    span = named[at].toponym.span
    if len(named) == 1:
        yield "alone"
    if at + 1 < len(named):
        gap = text[span.end : named[at + 1].toponym.span.start]
        if _HOLDS_NEXT.fullmatch(gap):
            yield "holds the next"
        elif _LIES_IN.fullmatch(gap):
            yield "lies in the next"
    if at:
        gap = text[named[at - 1].toponym.span.end : span.start]
        if _HOLDS_NEXT.fullmatch(gap):
            yield "lies in the one before"
        elif _LIES_IN.fullmatch(gap):
            yield "holds the one before"
