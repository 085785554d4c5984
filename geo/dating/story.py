"""A story as its dates see it: its text, its time expressions in order, its publication; and what many names ask."""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from geo.dating.grammar import lowered
from geo.dating.scope import Scope, scope_of
from geo.dating.tense import Cues, cues
from geo.interval import Interval
from geo.model import Span, When
from geo.sentences import around, clauses, layout, paragraph_of

REACH = 500
"""Code points: a date that lies further from a name, even in one sentence, is not its."""

LONGEST_CARRIED = 100
"""A date that is told on lasts at most so many days."""


class Story:
    """``times`` are in order of their spans. Answers are kept: the names of a sentence share its dates."""

    def __init__(self, text: str, times: Sequence[When], published: When | None) -> None:
        self.text, self.low, self.times, self.published = text, lowered(text), times, published
        self._starts = [_start(when) for when in times]
        self._scopes: dict[int, Scope] = {}
        self._verbs: dict[tuple[int, int], Cues] = {}
        self._leads_on: dict[int, bool] = {}

    @cached_property
    def undated(self) -> When:
        """The days of what has no date: those of the publication."""
        if self.published is None:
            return When(Interval(), "../..", "period", "no date is stated, and the publication is unknown")
        return replace(self.published, reason="no date is stated: the publication", span=None)

    def sentence(self, span: Span) -> Span:
        """The sentence in which ``span`` starts."""
        return around(layout(self.text).sentences, span)

    def clauses(self, sentence: Span) -> Sequence[Span]:
        """The clauses of a sentence, in order."""
        return clauses(self.text, sentence)

    def paragraph(self, span: Span) -> Span:
        """The paragraph in which ``span`` starts."""
        return paragraph_of(self.text, span)

    def inside(self, span: Span) -> Sequence[When]:
        """The times that start inside ``span``."""
        first = bisect_left(self._starts, span.start)
        return self.times[first : bisect_left(self._starts, span.end, first)]

    def scopes(self, span: Span, sentence: Span) -> list[Scope]:
        """How far the times that start inside ``span``, a part of ``sentence``, reach."""
        return [self._scope(when, sentence) for when in self.inside(span)]

    def _scope(self, when: When, sentence: Span) -> Scope:
        at = _start(when)
        if at not in self._scopes:
            self._scopes[at] = scope_of(self.text, when, sentence)
        return self._scopes[at]

    def verbs(self, start: int, end: int) -> Cues:
        """The verbs between two code points that show a tense, counted from the first of them."""
        if (start, end) not in self._verbs:
            words = self.low[start:end]
            self._verbs[start, end] = cues(words, Span(0, len(words)))
        return self._verbs[start, end]

    def leads_on(self, when: When) -> bool:
        """Whether the telling goes on from it: no duration, nothing out of a side remark, a quote, or of a saying."""
        at = _start(when)
        if at not in self._leads_on:
            self._leads_on[at] = self._may_lead_on(when)
        return self._leads_on[at]

    def _may_lead_on(self, when: When) -> bool:
        at, days = when.span, when.interval.days
        if at is None or days is None or days > LONGEST_CARRIED or OPENING.match(self.text, at.start):
            return False
        before = self.text[max(at.start - 200, 0) : at.start]
        if is_said_on(self.low, at) or _is_quoted(before) or _SINCE.search(before):
            return False
        return self._scope(when, self.sentence(at)).is_free


_SINCE = re.compile(r"\b(?:since|until)\s[^,;.]{3,70}\Z")
""" "the first since they entered the war a week ago": of old."""

OPENING = re.compile(
    r"(?:(?:ever )?since|until|till|before|from|for|over|in the past|within|(?:in )?the \d+)\b", re.IGNORECASE
)
"""How an expression begins that bounds a time, or lasts, and is no day of something told."""

_SAYING = re.compile(
    r"\b(?:said|says|told|reported|announced|wrote|tweeted|added)(?:\s[a-z]{1,14}){0,3}\s(?:on\s|late\son\s)?\Z"
)


def is_said_on(lowered: str, at: Span) -> bool:
    """Whether the time at ``at`` is that of a saying: "an officer told reporters on Monday"."""
    return _SAYING.search(lowered, max(at.start - 50, 0), at.start) is not None


def _is_quoted(before: str) -> bool:
    line = before.rpartition("\n")[2]
    return line.count("\u201c") > line.count("\u201d") or line.count('"') % 2 == 1


def _start(when: When) -> int:
    return when.span.start if when.span else -1
