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


NEAR = 40
"""Code points from the start of a name to the date that stands right behind it."""

LONG_MEMORY = 2200
"""The same for "in March two years ago"."""


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
        memory = MEMORY if "year" not in self.expression.parts else LONG_MEMORY
        return frozenset(day for anchor in self.anchors for day in _after(anchor, memory) if self.allows(day))


def _after(anchor: Anchor, memory: int) -> Iterator[date]:
    start, length = anchor.days.start, anchor.days.days
    if start is not None and length is not None:
        yield from (start + timedelta(days=step) for step in range(length + memory))


_CHANGE = re.compile(
    r"\b(?:(?:re)?captur(?:e|es|ed|ing)|re(?:take|takes|took|taken|taking)|re-?tak(?:en|ing)|seiz(?:e|es|ed|ing)|took"
    r"|tak(?:e|es|en|ing)"
    r"|liberat(?:e|es|ed|ing)|overr[au]n|conquer(?:ed|s|ing)?|(?:declared?|declares|declaring|claimed)\svictory|wrest(?:ed|s)?"
    r"|regain(?:ed|s|ing)?|recover(?:ed|s|ing)?|fell|fallen|drove|driven|expel(?:led|s)?|oust(?:ed|s)?|lost|lose|losing|won)\b"
)
_PASSIVE = re.compile(r"\b(?:was|were|been|being|is|are)\s(?:\w{1,14}ly\s)?\Z")
_BESIDE = re.compile(r"\b(?:near|nearby|towards?|outside|around|beyond|from|of)\s(?:the\s)?\Z")
_TAKING_OF = re.compile(r"\b(?:(?:re)?capture|seizure|fall|loss|liberation|conquest)\sof\s\Z")
""""the recapture of A" is of A itself, not of what lies beside it."""
_WHOLE = r"(?![\w-])(?!\s(?:province|governorate|countryside|region|district)\b)"
"""After the name of a town that it is, and not the land around it."""

_AGENT = re.compile(r"\b(?:by|to)\s(?:the\s)?\Z")
_RELATIVE = frozenset((
    "weekday", "weekend", "deictic", "within", "same", "offset", "month", "month_year", "day_month", "month_day",
))


def _has_year(one: Expression) -> bool:
    return one.parts.get("year", "").removeprefix("of ").isdecimal() or "short" in one.parts


def retold(
    clause: str, dated: Sequence[tuple[Expression, str]], anchors: Sequence[Anchor], start: int = 0
) -> Iterator[Retelling]:
    """The retellings of one clause, which begins at ``start``; ``dated`` are its expressions and their tenses.

    A clause must name the place and who took it, hold a verb of taking, and a date relative to the
    publication; anything less may tell of another event.
    """
    relative = [(one, tense) for one, tense in dated if one.rule in _RELATIVE and not _has_year(one)]
    lowered = lower(clause)
    verb = _CHANGE.search(lowered)
    if not relative or verb is None:
        return
    known = tuple(one for one in anchors if (one.days.days or LONGEST + 1) <= LONGEST
                  and _tells(lowered, verb, one, relative[0][0]))
    for one, tense in relative:
        own = tuple(anchor for anchor in known if _nearest(lowered, anchor, relative, start) is one)
        if own:
            yield Retelling(own, one, tense)


def _nearest(lowered: str, anchor: Anchor, relative: Sequence[tuple[Expression, str]], start: int) -> Expression:
    """The date right behind the place ("A in March and B on 28 May"), else the clause's first."""
    at = told_at(lowered, anchor)
    behind = (one for one, _ in relative if at is not None and 0 < one.span.start - start - at < NEAR)
    return relative[0][0] if len(relative) == 1 else next(behind, relative[0][0])


_DATES = frozenset(("month_year", "day_month", "month_day"))
_LOSES = ("lost", "lose", "losing", "fell", "fallen")
_TAKEN = re.compile(r"(?:,\s|\b(?:was|were|been)\s)\Z")


def _is_exact(lowered: str, verb: re.Match[str], expression: Expression) -> bool:
    """ "Rai, taken on 10 May" and "the army lost Rai in March last year" need no winner: the date tells which."""
    is_taken = _TAKEN.search(lowered, max(verb.start() - 6, 0), verb.start()) is not None
    by_whom = _AGENT_FOLLOWS.match(lowered, verb.end()) is not None
    return expression.rule in _DATES and (verb.group() in _LOSES or is_taken) and not by_whom


_AGENT_FOLLOWS = re.compile(r"\s(?:by|to)\s")
_STORMS = re.compile(
    r"\b(?:storms?|enters?|overruns?|takes?|retakes?|captures?|seizes?|recaptures?|regains?|falls?|wins?|liberates?)\b"
)


def tells_as_news(title: str, anchor: Anchor) -> bool:
    """A headline in the present that names the place and a verb of taking: "Rebels storm Idlib"."""
    lowered = lower(title)
    if _STORMS.search(lowered) is None:
        return False
    return any(
        _BESIDE.search(lowered, max(span.start - 16, 0), span.start) is None
        for name in anchor.names
        for span in _named(lowered, name, _WHOLE)
    )


def names_change(text: str) -> bool:
    """Whether it tells of a place that changed hands, whichever."""
    lowered = lower(text)
    return any(pattern.search(lowered) is not None for pattern in (_CHANGE, _STORMS, _FLAG))


_FLAG = re.compile(r"\b(?:flags?|banners?|fall of|loss of|capture of|recapture of|surrender(?:ed|s)?|evacuat\w{2,3})\b")


def told_at(text: str, anchor: Anchor) -> int | None:
    """Where the place of a change of hands is first named, and not only as what something lies near."""
    lowered = lower(text)
    return min((
        span.start for name in anchor.names for span in _named(lowered, name, _WHOLE)
        if _BESIDE_NAME.search(lowered, max(span.start - 16, 0), span.start) is None
    ), default=None)


_BESIDE_NAME = re.compile(r"\b(?:near|nearby|towards?|outside|around|beyond|from|to)\s(?:the\s)?\Z")


_LOSER_BEFORE = re.compile(r"\b(?:from|against)\s(?:the\s)?\Z")
_LOSER_AFTER = re.compile(
    r"[^.;,]{0,30}\b(?:lost|loses?|losing|fled|withdrew|retreated|abandoned|pulled\s(?:out|back)|were\s(?:driven|expelled))\b"
)


def seems_to_lose(text: str, anchor: Anchor) -> bool:
    """Whether the winner of a change of hands stands where losers do: then another change is told of."""
    lowered = lower(text)
    return any(
        _LOSER_BEFORE.search(lowered, max(span.start - 14, 0), span.start) or _LOSER_AFTER.match(lowered, span.end)
        for name in anchor.winner
        for span in _named(lowered, name.partition("@")[0], "")
    )


def _tells(lowered: str, verb: re.Match[str], anchor: Anchor, expression: Expression) -> bool:
    place = next((found for name in anchor.names for found in _named(lowered, name, _WHOLE)), None)
    beside = place and _BESIDE.search(lowered, max(place.start - 16, 0), place.start)
    if place is None or (beside and not _TAKING_OF.search(lowered, max(place.start - 20, 0), place.start)):
        return False
    if not anchor.winner or _is_exact(lowered, verb, expression):
        return True
    return any(_wins(lowered, verb, span) for name in anchor.winner for span in _named(lowered, name, ""))


def _named(lowered: str, name: str, end: str) -> Iterator[Span]:
    words = re.escape(lower(name))
    return (Span(*found.span()) for found in re.finditer(rf"(?<![\w-]){words}{end}", lowered))


def _wins(lowered: str, verb: re.Match[str], winner: Span) -> bool:
    """The subject of taking or the agent of being taken; who loses is neither."""
    loses = verb.group() in _LOSES
    passive = _PASSIVE.search(lowered, max(verb.start() - 20, 0), verb.start()) is not None
    is_noun = lowered.startswith(" of ", verb.end())  # "the recapture of Ramadi by"
    if winner.start >= verb.end():
        is_agent = _AGENT.search(lowered, max(winner.start - 8, 0), winner.start) is not None
        return is_agent and (loses or passive or is_noun)
    return not loses and not passive


def names_of(anchors: Sequence[Anchor]) -> str:
    """For the reason: who says what of which place, of at most three facts."""
    said = [f"{one.names[0]} {one.what} on {one.days}{f' ({one.source})' if one.source else ''}" for one in anchors[:3]]
    return " or ".join(said)
