"""When: the time expressions of a story, and the days that a mention or an event belongs to.

Rules only (``geo.dating``): the nearest weekday on or before the publication for the past, after it for
"will" and "next"; bare dates inherit the year of the date told before; the past perfect lies before the
main event. What nobody states is never today.
"""
from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from geo.dating import units
from geo.dating.grammar import Expression, expressions, lower
from geo.dating.links import inherited_years, linked
from geo.dating.meaning import Discourse, Meaning
from geo.dating.readers import read
from geo.dating.tense import Cues, cues
from geo.interval import DAY, Interval
from geo.model import Span, When
from geo.sentences import around, clauses, layout, paragraph_of

HISTORY = 5
"""So many stated years, most of them well before the publication, make a history of the text."""


@dataclass(frozen=True)
class Timed:
    """An expression in its surroundings: tense, clause, number of its sentence, paragraph."""

    expression: Expression
    tense: str
    clause: Span
    sentence: int
    paragraph: Span


def find_times(text: str, published: When | None) -> tuple[When, ...]:
    """Every time expression of which something can be said, in order, with its span.

    Without ``published``, only what the text itself dates. When the publication is an interval, each
    expression covers what it means on the first and on the last day of it.
    """
    timed = tuple(surrounded(text))
    days = _reference_days(published)
    first = _resolved(text, timed, days[0])
    if len(days) == 1:
        return first
    last = {when.span: when for when in _resolved(text, timed, days[1])}
    return tuple(_hull(when, last[when.span]) for when in first if when.span in last)


def _reference_days(published: When | None) -> tuple[date | None, ...]:
    if published is None or published.interval.start is None or published.interval.end is None:
        return (None,)
    first, last = published.interval.start, published.interval.end - DAY
    return (first,) if first >= last else (first, last)


def _hull(a: When, b: When) -> When:
    """From the earlier start to the later end: what it means whichever day the story appeared."""
    if a.interval == b.interval:
        return a
    starts, ends = (a.interval.start, b.interval.start), (a.interval.end, b.interval.end)
    interval = Interval(
        None if None in starts else min(day for day in starts if day),
        None if None in ends else max(day for day in ends if day),
    )
    reason = f"{a.reason} (the publication is an interval)"
    return replace(a, interval=interval, edtf=units.edtf(interval), precision="period", reason=reason)


def surrounded(text: str) -> Iterator[Timed]:
    lowered = lower(text)
    found = inherited_years(lowered, expressions(text))
    if not found:
        return
    laid = layout(text)
    sentence, parts, verbs = Span(-1, -1), [Span(-1, -1)], Cues((), ())
    for expression in found:
        number = bisect_right(laid.sentences, expression.span.start, key=lambda one: one.start) - 1
        current = laid.sentences[number]
        if current != sentence:
            sentence, parts, verbs = current, clauses(text, current), cues(lowered, current)
        clause = around(parts, expression.span)
        paragraph = around(laid.paragraphs, expression.span)
        yield Timed(expression, verbs.at(clause, expression.span), clause, number, paragraph)


def _resolved(text: str, timed: Sequence[Timed], published: date | None) -> tuple[When, ...]:
    """In order of the text: each date may lean on the one told before it."""
    history = _is_history(timed, published)
    found: list[tuple[Expression, Meaning]] = []
    told: Interval | None = None
    main: date | None = None
    before: Timed | None = None
    for one in timed:
        if not history and not _follows(one, before):
            told = None
        before = one
        meaning = read(one.expression, Discourse(published, one.tense, told, main, history))
        if meaning is None:
            continue
        found.append((one.expression, meaning))
        told = meaning.interval if _leads_on(one.expression, history) else told
        main = main or _main_day(one, meaning)
    return tuple(linked(lower(text), found, published))


def _follows(one: Timed, before: Timed | None) -> bool:
    """In news a date leans only on one of its own sentence or of the sentence before, in its paragraph."""
    return before is not None and one.paragraph == before.paragraph and one.sentence - before.sentence <= 1


def _leads_on(expression: Expression, history: bool) -> bool:
    """Whether later dates can lean on it: no duration, and in a history nothing of the day it was written."""
    if expression.rule in ("for_back", "span_back", "recent", "decade"):
        return False
    of_today = expression.rule == "deictic" or expression.parts.get("which") in ("this", "last", "next")
    return not (history and of_today)


def _main_day(one: Timed, meaning: Meaning) -> date | None:
    """The day of the first thing told in the simple past."""
    is_main = one.tense in ("past", "ongoing", "none") and one.expression.rule in ("weekday", "deictic")
    return meaning.interval.start if is_main and meaning.interval.days == 1 else None


def _is_history(timed: Sequence[Timed], published: date | None) -> bool:
    years = [int(year) for one in timed if (year := one.expression.parts.get("year", "")).isdecimal()]
    near = sum(one.expression.rule in ("weekday", "deictic", "weekend") for one in timed)
    if len(years) < HISTORY or near * 2 > len(years):
        return False
    old = sum(year < published.year - 1 for year in years) if published else len(years)
    return old * 2 > len(years)


def when_of(span: Span, text: str, times: Sequence[When], published: When | None) -> When:
    """The days of a mention or an event at ``span``.

    The nearest expression of its clause, else of its sentence, else (for something told in the past) of
    the sentences before it in the paragraph, else the publication; never today. Without a publication
    an open interval says that nothing is known.
    """
    laid = layout(text)
    sentence = around(laid.sentences, span)
    parts = clauses(text, sentence)
    clause = around(parts, span)
    said = [when for when in _inside(times, sentence) if not _is_aftermath(text, when, span)]
    here = _inside(said, clause)
    if here:
        return _nearest(here, span)
    beside = [when for when in said if _reaches(text, around(parts, when.span or span), clause)]
    if beside:
        when = _nearest(beside, span)
        return replace(when, reason=f"{when.reason}; said in its sentence")
    carried = _carried(text, clause, sentence, times)
    return carried or _published(published)


def _is_aftermath(text: str, when: When, span: Span) -> bool:
    """ "took it after two years of rule": the years are of the rule, not of the taking."""
    at = when.span or span
    return span.start < at.start and text[at.start : at.start + 6].casefold() == "after "


def _inside(times: Sequence[When], span: Span) -> list[When]:
    """Those that start inside ``span``; ``times`` are in order of their spans."""
    first = bisect_left(times, span.start, key=_start)
    return list(times[first : bisect_left(times, span.end, first, key=_start)])


def _start(when: When) -> int:
    return when.span.start if when.span else -1


def _nearest(times: Sequence[When], span: Span) -> When:
    """A date that bounds only one side ("until then") gives way to one that does not."""
    return min(times, key=lambda when: (_is_open(when), _distance(when.span or span, span)))


def _distance(a: Span, b: Span) -> int:
    return max(a.start - b.end, b.start - a.end, 0)


def _is_open(when: When) -> bool:
    return when.interval.start is None or when.interval.end is None


_APART = re.compile(
    r"(?:which|who|whose|whom|where|after|before|when|until|since|because|although|though|once|if"
    r"|(?:just\s|only\s)?(?:hours|days|weeks|months|years)\s(?:after|before))\b",
    re.IGNORECASE,
)


def _reaches(text: str, dated: Span, clause: Span) -> bool:
    """Whether the date of one clause is that of another: not out of "which they took in May"."""
    if dated == clause:
        return True
    return not _APART.match(text, dated.start, dated.end)


def _carried(text: str, clause: Span, sentence: Span, times: Sequence[When]) -> When | None:
    """The last date told before in the paragraph, for a clause in the simple past."""
    words = lower(text[clause.start : clause.end])
    if cues(words, Span(0, len(words))).first not in ("past", "perfect"):
        return None
    paragraph = paragraph_of(text, sentence)
    before = [when for when in _inside(times, Span(paragraph.start, sentence.start)) if when.precision != "period"]
    if not before:
        return None
    return replace(before[-1], reason=f"{before[-1].reason}; told before it in the paragraph")


def _published(published: When | None) -> When:
    if published is None:
        return When(Interval(), "../..", "period", "no date is stated, and the publication is unknown")
    return replace(published, reason="no date is stated: the publication", span=None)
