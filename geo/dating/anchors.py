"""Dated facts that a story retells: from "over the weekend" and a known Sunday to the days it can be from."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geo.dating.grammar import Expression, lower
from geo.dating.meaning import Discourse
from geo.dating.readers import read
from geo.interval import Interval
from geo.model import Span

LONGEST = 45
"""Days; a change of hands that is known less well than this fixes no publication."""

MEMORY = 400
"""Days after the fact in which a story still tells of it by a relative date ("last year")."""


@dataclass(frozen=True)
class Anchor:
    """A dated change of hands: somebody took a place, some day of ``days`` (half-open).

    ``names`` are the place's names as news writes them; ``winner`` the names of who took it, as prefixes
    of words ("Iraqi", "Islamic State"); without any, whoever took it. ``what`` says what happened and
    ``source`` who says so, both for the reason in words.
    """

    names: tuple[str, ...]
    winner: tuple[str, ...]
    days: Interval
    what: str = "changed hands"
    source: str = ""


@dataclass(frozen=True)
class Retelling:
    """One clause that tells of the change that ``anchors`` date, by ``expression``."""

    anchors: tuple[Anchor, ...]
    expression: Expression
    tense: str

    def allows(self, published: date) -> bool:
        """Whether a story of that day could say so of one of the anchors."""
        meaning = read(self.expression, Discourse(published, self.tense))
        return meaning is not None and any(meaning.interval.intersects(anchor.days) for anchor in self.anchors)

    @property
    def days(self) -> frozenset[date]:
        """Every day of publication that it allows."""
        return frozenset(day for anchor in self.anchors for day in _after(anchor) if self.allows(day))


def _after(anchor: Anchor) -> Iterator[date]:
    start, length = anchor.days.start, anchor.days.days
    if start is not None and length is not None:
        yield from (start + timedelta(days=step) for step in range(length + MEMORY))


_CHANGE = re.compile(
    r"\b(?:(?:re)?captur(?:e|es|ed|ing)|re(?:take|takes|took|taken|taking)|re-?tak(?:en|ing)|seiz(?:e|es|ed|ing)|took|tak(?:e|es|en|ing)"
    r"|liberat(?:e|es|ed|ing)|overr[au]n|conquer(?:ed|s|ing)?|(?:declared?|declares|declaring|claimed)\svictory|wrest(?:ed|s)?"
    r"|regain(?:ed|s|ing)?|recover(?:ed|s|ing)?|fell|fallen|drove|driven|expel(?:led|s)?|oust(?:ed|s)?|lost|lose|losing|won)\b"
)
_PASSIVE = re.compile(r"\b(?:was|were|been|being|is|are)\s(?:\w{1,14}ly\s)?\Z")
_BESIDE = re.compile(r"\b(?:near|nearby|towards?|outside|around|beyond|from|of)\s(?:the\s)?\Z")
_AGENT = re.compile(r"\b(?:by|to)\s(?:the\s)?\Z")
_RELATIVE = frozenset(("weekday", "weekend", "deictic", "within", "same", "offset", "month", "day_month", "month_day"))


def retold(clause: str, dated: Sequence[tuple[Expression, str]], anchors: Sequence[Anchor]) -> Iterator[Retelling]:
    """The retellings of one clause; ``dated`` are its expressions (spans within it) and their tenses.

    A clause must name the place and who took it, hold a verb of taking, and a date relative to the
    publication; anything less may tell of another event.
    """
    relative = [(one, tense) for one, tense in dated if one.rule in _RELATIVE and "year" not in one.parts]
    lowered = lower(clause)
    verb = _CHANGE.search(lowered)
    if not relative or verb is None:
        return
    known = tuple(one for one in anchors if (one.days.days or LONGEST + 1) <= LONGEST and _tells(lowered, verb, one))
    if known:
        yield Retelling(known, *relative[0])


def _tells(lowered: str, verb: re.Match[str], anchor: Anchor) -> bool:
    place = next((found for name in anchor.names for found in _named(lowered, name, r"(?![\w-])")), None)
    if place is None or _BESIDE.search(lowered, max(place.start - 16, 0), place.start):
        return False
    if not anchor.winner:
        return True
    return any(_wins(lowered, verb, span) for name in anchor.winner for span in _named(lowered, name, ""))


def _named(lowered: str, name: str, end: str) -> Iterator[Span]:
    words = re.escape(lower(name))
    return (Span(*found.span()) for found in re.finditer(rf"(?<![\w-]){words}{end}", lowered))


def _wins(lowered: str, verb: re.Match[str], winner: Span) -> bool:
    """The subject of taking or the agent of being taken; who loses is neither."""
    loses = verb.group() in ("lost", "lose", "losing", "fell", "fallen")
    passive = _PASSIVE.search(lowered, max(verb.start() - 20, 0), verb.start()) is not None
    if winner.start >= verb.end():
        return (loses or passive) and _AGENT.search(lowered, max(winner.start - 8, 0), winner.start) is not None
    return not loses and not passive


def names_of(anchors: Sequence[Anchor]) -> str:
    """For the reason: who says what of which place, of at most three facts."""
    said = [f"{one.names[0]} {one.what} on {one.days}{f' ({one.source})' if one.source else ''}" for one in anchors[:3]]
    return " or ".join(said)
