"""When: the time expressions of a story, and the days that a mention or an event belongs to.

Rules only (``geo.dating``): the nearest weekday on or before the publication for the past, after it for
"will" and "next"; bare dates inherit the year of the date told before; the past perfect lies before the
main event. What nobody states is never today.
"""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from geo.dating import units
from geo.dating.grammar import Expression, expressions, lower
from geo.dating.links import Found, inherited_years, linked
from geo.dating.meaning import Meaning, on_day
from geo.dating.readers import read
from geo.dating.telling import Timed, Told, discourse, is_narrow, opens_on, told_next
from geo.dating.tense import Cues, cues
from geo.dating.weekdays import on_or_after
from geo.dating.words import weekday_of
from geo.interval import DAY, Interval
from geo.model import Span, When
from geo.sentences import around, clauses, layout

__all__ = ["Timed", "find_times", "surrounded"]

HISTORY = 5
"""So many stated years, most of them well before the publication, make a history of the text."""


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
        yield Timed(expression, _tense(verbs, clause, expression, lowered), clause, number, paragraph)


def _tense(verbs: Cues, clause: Span, expression: Expression, lowered: str) -> str:
    """ "By Saturday most had gone" is told of the Saturday, not of a time before it; "28 July: tanks move on" of a past
    one."""
    tense = verbs.at(clause, expression.span)
    start = expression.span.start
    is_by = lowered.startswith("by ", start) or lowered.endswith("by ", max(start - 3, 0), start)
    is_entry = expression.span.start == clause.start and lowered.startswith(": ", expression.span.end)
    if (tense == "perfect" and is_by) or (tense in ("future", "present") and is_entry):
        return "past"
    return "future" if _is_ahead(verbs, tense, expression, lowered) else tense


def _is_ahead(verbs: Cues, tense: str, expression: Expression, lowered: str) -> bool:
    """ "schools stay shut until Sunday", "want the road opened before the summer"."""
    start, end = expression.span
    before = lowered[max(start - 80, 0) : start]
    if expression.rule == "weekday":
        is_lasting = tense in ("present", "ongoing") or verbs.first in ("present", "ongoing", "none")
        is_planned = not lowered.endswith("s", start, end) and _PLANNED.search(before) is not None
        return is_planned or (is_lasting and before.endswith((" until ", " till ")))
    is_before = expression.rule in _PART_OF_YEAR and before.endswith((" before ", " before the "))
    return is_before and verbs.first in ("present", "future", "none")


_PART_OF_YEAR = ("season", "holiday", "weekend", "month", "within")
_PLANNED = re.compile(r"\b(?:called|due|planned|promised|scheduled|set|summoned)\b[^.;:]{0,30}\sfor\s\Z")
""" "talks called in A for Monday"; but not "blames them for Sunday's bombing"."""


def _resolved(text: str, timed: Sequence[Timed], published: date | None) -> tuple[When, ...]:
    """In order of the text: each date may lean on the one told before it."""
    lowered, history = lower(text), _is_history(timed, published)
    found: list[Found] = []
    told, entry = Told(history=history), None
    for one, following in zip_longest(timed, timed[1:]):
        is_new = told.before is not None and one.paragraph != told.before.paragraph
        if is_new and not history and not opens_on(one) and not (published is None and is_narrow(told)):
            told = told._replace(interval=None, dated=False, thread=None)
        named = _apposed(one, found, lowered) or _of_told_week(one, told, published, lowered)
        today = entry[1] if entry and entry[0] == one.paragraph and _is_of_its_today(one) else published
        meaning = named or read(one.expression, discourse(one, following, told, today))
        told = told._replace(before=one)
        if meaning is None:
            continue
        ended = told.ended if one.tense == "perfect" and not history else None
        found.append(Found(one.expression, meaning, one.tense, ended))
        entry = (one.paragraph, meaning.interval.start) if _heads(one, meaning, lowered) else entry
        told = told if named else told_next(told, one, meaning, lowered)
    return tuple(linked(lowered, found, published))


def _heads(one: Timed, meaning: Meaning, lowered: str) -> bool:
    """ "Tuesday. It goes on. Today A fell": a diary's entry, whose todays are its own."""
    is_first = one.expression.span.start - one.paragraph.start <= len("\u2022 ")
    return is_first and meaning.interval.days == 1 and lowered.startswith((". ", ": "), one.expression.span.end)


def _is_of_its_today(one: Timed) -> bool:
    """ "today", "last night", "two days ago": counted from the day of whoever writes."""
    return one.expression.rule == "deictic" or one.expression.parts.get("way") == "ago"


def _apposed(one: Timed, found: Sequence[Found], lowered: str) -> Meaning | None:
    """ "on 25 July, the Friday before the feast", "on 22 July, a Monday": the weekday of the day said before it."""
    last = found[-1] if found and one.expression.rule == "weekday" else None
    if last is None or not _APPOSED.fullmatch(lowered, last.span.end, one.expression.span.start):
        return None
    days = last.meaning.interval
    is_its = days.days == 1 and days.start is not None and days.start.weekday() == weekday_of(one.expression.parts)
    return last.meaning if is_its else None


_APPOSED = re.compile(r",\s(?:a|the)\s")


def _of_told_week(one: Timed, told: Told, published: date | None, lowered: str) -> Meaning | None:
    """ "took A on 7 May, and on the Thursday B": the first one after the day that was told of."""
    day = told.interval.start if told.interval and told.interval.days == 1 else None
    if day is None or one.expression.rule != "weekday" or one.tense == "future":
        return None
    start, which = one.expression.span.start, one.expression.parts.get("which", "")
    is_the = not which and lowered.endswith((" on the ", " by the "), max(start - 8, 0), start)
    if not is_the and which not in ("that", "that same", "that very", *_FOLLOWING):
        return None
    there = on_or_after(day + DAY * (which in _FOLLOWING), weekday_of(one.expression.parts))
    return on_day(there, "the first after the day told before") if published is None or there <= published else None


_FOLLOWING = ("the following", "following", "the next", "the very next")


def _is_history(timed: Sequence[Timed], published: date | None) -> bool:
    years = [int(year) for one in timed if (year := one.expression.parts.get("year", "")).isdecimal()]
    near = sum(one.expression.rule in ("weekday", "deictic", "weekend") for one in timed)
    if len(years) < HISTORY or near * 4 > len(years):
        return False
    old = sum(year < published.year - 1 for year in years) if published else len(years)
    return old * 2 > len(years)
