"""When: the time expressions of a story, and the days that a mention or an event belongs to.

Rules only (``geo.dating``): the nearest weekday on or before the publication for the past, after it for
"will" and "next"; bare dates inherit the year of the date told before; the past perfect lies before the
main event. What nobody states is never today.
"""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from geo.dating import units
from geo.dating.carried import NEWS
from geo.dating.grammar import Expression, expressions, lower
from geo.dating.links import Found, inherited_years, linked
from geo.dating.meaning import Discourse, Meaning, on_day
from geo.dating.readers import read
from geo.dating.tense import Cues, cues
from geo.dating.words import WEEKDAYS
from geo.interval import DAY, Interval
from geo.model import Span, When
from geo.sentences import around, clauses, layout

__all__ = ["Timed", "find_times", "surrounded"]

HISTORY = 5
"""So many stated years, most of them well before the publication, make a history of the text."""

TOLD_ON = 3
"""Sentences: a year that has been stated is that of bare dates so far on."""

A_MONTH, A_YEAR = 31, 366
"""Days."""


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
    before = lowered[max(expression.span.start - 12, 0) : expression.span.start]
    if expression.rule == "weekday" and before.endswith((" until ", " till ", " for ")):
        return tense in ("present", "ongoing") or verbs.first in ("present", "ongoing", "future", "none")
    is_before = expression.rule in _PART_OF_YEAR and before.endswith((" before ", " before the "))
    return is_before and verbs.first in ("present", "future", "none")


_PART_OF_YEAR = ("season", "holiday", "weekend", "month", "within")


def _resolved(text: str, timed: Sequence[Timed], published: date | None) -> tuple[When, ...]:
    """In order of the text: each date may lean on the one told before it."""
    lowered, history = lower(text), _is_history(timed, published)
    found: list[Found] = []
    told, entry = _Told(history=history), None
    for one, following in zip_longest(timed, timed[1:]):
        is_new = told.before is not None and one.paragraph != told.before.paragraph
        if is_new and not history and not _opens_on(one) and not (published is None and _is_narrow(told)):
            told = told._replace(interval=None, dated=False, thread=None)
        apposed = _apposed(one, found, lowered) or _of_told_week(one, told, published, lowered)
        today = entry[1] if entry and entry[0] == one.paragraph and _is_of_its_today(one) else published
        meaning = apposed or read(one.expression, _discourse(one, following, told, today))
        told = told._replace(before=one)
        if meaning is None:
            continue
        ended = told.ended if one.tense == "perfect" and not history else None
        found.append(Found(one.expression, meaning, one.tense, ended))
        entry = (one.paragraph, meaning.interval.start) if _heads(one, meaning, lowered) else entry
        told = told if apposed else _told_next(told, one, meaning, lowered)
    return tuple(linked(lowered, found, published))


def _heads(one: Timed, meaning: Meaning, lowered: str) -> bool:
    """ "Tuesday. It goes on. Today A fell": a diary's entry, whose todays are its own."""
    is_first = one.expression.span.start - one.paragraph.start <= len("\u2022 ")
    return is_first and meaning.interval.days == 1 and lowered.startswith((". ", ": "), one.expression.span.end)


def _is_of_its_today(one: Timed) -> bool:
    return one.expression.rule == "deictic" or one.expression.parts.get("way") == "ago"


def _apposed(one: Timed, found: Sequence[Found], lowered: str) -> Meaning | None:
    """ "on 25 July, the Friday before the feast", "on 22 July, a Monday": the weekday of the day said before it."""
    last = found[-1] if found and one.expression.rule == "weekday" else None
    if last is None or not _APPOSED.fullmatch(lowered, last.span.end, one.expression.span.start):
        return None
    days, number = last.meaning.interval, WEEKDAYS[one.expression.parts["weekday"].rstrip(".")]
    is_its = days.days == 1 and days.start is not None and days.start.weekday() == number
    return last.meaning if is_its else None


_APPOSED = re.compile(r",\s(?:a|the)\s")


def _of_told_week(one: Timed, told: _Told, published: date | None, lowered: str) -> Meaning | None:
    """ "took A on 7 May, and on the Thursday B": the first one after the day that was told of."""
    start, day = one.expression.span.start, told.interval.start if told.interval and told.interval.days == 1 else None
    which = one.expression.parts.get("which", "")
    is_the = not which and lowered.endswith((" on the ", " by the "), max(start - 8, 0), start)
    is_then = which in ("that", "that same", "that very", *_FOLLOWING)
    if day is None or one.expression.rule != "weekday" or one.tense == "future" or not (is_the or is_then):
        return None
    day += DAY * (which in _FOLLOWING)
    there = day + (WEEKDAYS[one.expression.parts["weekday"].rstrip(".")] - day.weekday()) % A_WEEK * DAY
    return on_day(there, "the first after the day told before") if published is None or there <= published else None


_FOLLOWING = ("the following", "following", "the next", "the very next")
A_WEEK = 7


def _is_narrow(told: _Told) -> bool:
    """A stated day or month; in a story of no known date the next paragraph goes on from it."""
    return told.dated and told.interval is not None and (told.interval.days or A_YEAR) <= A_MONTH


def _opens_on(one: Timed) -> bool:
    """A paragraph that opens with "The day after that" or "Two days later" goes on from the one before."""
    expression = one.expression
    if expression.span.start - one.paragraph.start > len("(In the evening of "):
        return False
    is_after = expression.parts.get("way") in ("later", "after", "afterwards", "on")
    which = expression.parts.get("which", "")
    is_next_day = which == "next" and expression.parts.get("unit") in ("day", "morning", "night", "evening")
    return (expression.rule in ("offset", "beside") and is_after) or (
        expression.rule == "same" and (is_next_day or which not in ("this", "last", "next", "this past"))
    )


class _Told(NamedTuple):
    """What was told so far: the last date, its sentence, the main event, the last day of the lead, a beginning; the
    last day that was no aside (``thread``)."""

    interval: Interval | None = None
    history: bool = False
    sentence: int = -1
    dated: bool = False
    main: date | None = None
    ended: date | None = None
    began: date | None = None
    lead: Span | None = None
    before: Timed | None = None
    thread: Interval | None = None


_NEAR = ("offset", "beside", "same", "clock", "nth_of_month", "span_back", "within_count", "deictic", "running")
"""Rules that count from the date told before wherever it stands in the paragraph."""


def _discourse(one: Timed, following: Timed | None, told: _Told, published: date | None) -> Discourse:
    """In news a bare date leans only on one of its own sentence or of the sentence before, in its paragraph."""
    interval, main, history = told.interval, told.main, told.history
    is_far = one.sentence - told.sentence > _reach(told, published) and one.expression.rule not in _NEAR
    if not history and (is_far or _comes_back(one, told) or _is_of_today(one, told, published)):
        interval = None
    if following is not None and _is_told_of_next(one, following, told):
        ahead = read(following.expression, Discourse(published, following.tense, None, main, history))
        interval = ahead.interval if ahead else interval
    elif _looks_back(one) and not history and one.sentence != told.sentence and _is_long_before(told):
        interval = None
    elif not history and _is_of_thread(one, told):
        interval = told.thread
    return Discourse(published, one.tense, interval, main, history, told.dated or history, told.began)


def _reach(told: _Told, published: date | None) -> int:
    """So many sentences on a date still gives its year: more where one of another year than this has been stated."""
    start = told.interval.start if told.interval else None
    return TOLD_ON if told.dated and start and published and start.year < published.year else 1


def _comes_back(one: Timed, told: _Told) -> bool:
    """ "They had taken it in September 2015. The campaign began in October": of the present again."""
    before = told.before
    if "which" in one.expression.parts:
        return False  # "by that October": of the telling
    is_aside = before is not None and before.tense == "perfect" and one.tense in ("past", "ongoing")
    return is_aside and one.sentence != told.sentence and one.expression.rule in ("month", "month_day", "day_month")


def _is_of_today(one: Timed, told: _Told, published: date | None) -> bool:
    """ "They took it in 2015. Since June 200 have died": of the year of the news, which the present tells of."""
    is_bare = one.expression.rule in ("month", "month_day", "day_month") and not {"which", "year"} & {
        *one.expression.parts}
    start = told.interval.start if told.interval else None
    is_older = start is not None and published is not None and start.year < published.year
    return is_bare and is_older and one.tense in ("ongoing", "present") and one.sentence != told.sentence


def _is_of_thread(one: Timed, told: _Told) -> bool:
    """ "ten days after they lost it. In the morning …", "since 2011. The day before …": of the day that is told of, not
    of an aside."""
    if told.thread is None or told.interval is None or told.interval == told.thread:
        return False
    if one.expression.rule == "clock":
        return one.tense != "perfect" and one.sentence != told.sentence
    is_of_days = one.expression.rule in _OF_DAYS and one.expression.parts.get("unit", "day") not in _LONGER
    is_later = one.expression.rule == "offset" and one.expression.parts["way"] == "later"
    is_counted = is_later and told.before is not None and _is_counted(told.before)
    return is_of_days and (told.interval.days != 1 or is_counted) and one.sentence != told.sentence


_OF_DAYS, _LONGER = ("offset", "beside", "same"), ("week", "month", "year")


def _is_aside(one: Timed, meaning: Meaning) -> bool:
    """No single day, or one of the past perfect or of "ten days after they lost it"."""
    return meaning.interval.days != 1 or one.tense == "perfect" or _is_counted(one)


def _is_counted(one: Timed) -> bool:
    """ "ten days after they lost it": counted back from what the sentence tells."""
    parts = one.expression.parts
    return one.expression.rule == "offset" and "follows" in parts and parts["way"] == "after"


def _is_long_before(told: _Told) -> bool:
    """The date told last is no news beside the main event."""
    start = told.interval.start if told.interval else None
    return told.main is not None and start is not None and told.main - start > NEWS


_BACK = ("before", "earlier", "previously", "prior")


def _looks_back(one: Timed) -> bool:
    """"had been lost three days earlier", "had pulled out the previous day": before the main event, not before
    whatever old date was told last."""
    parts = one.expression.parts
    is_back = parts.get("way") in _BACK or parts.get("which") in ("the previous", "the preceding")
    return one.tense == "perfect" and one.expression.rule in ("offset", "beside", "same") and is_back


def _is_told_of_next(one: Timed, following: Timed, told: _Told) -> bool:
    """ "Four days after rebels came, it fell on Monday": counted from the Monday."""
    parts = one.expression.parts
    is_relative = one.expression.rule in ("offset", "beside") and "follows" in parts and "what" not in parts
    alone = one.sentence != told.sentence and following.sentence == one.sentence and following.tense != "perfect"
    return is_relative and parts["way"] in ("after", "before") and alone and following.expression.rule not in _NEAR


_BEGAN = re.compile(r"\b(?:opened|began|launched|started|beginning|begun)\b")


def _begins(one: Timed, lowered: str) -> bool:
    """Whether its clause, near by, tells of a beginning."""
    span, clause = one.expression.span, one.clause
    return _BEGAN.search(lowered, max(clause.start, span.start - 80), min(clause.end, span.end + 40)) is not None


def _told_next(told: _Told, one: Timed, meaning: Meaning, lowered: str) -> _Told:
    """What the next date finds told."""
    history = told.history
    main = _main_day(one, meaning)
    lead = told.lead or (one.paragraph if main else None)
    ended = main if main and one.paragraph == lead and (told.ended is None or main > told.ended) else told.ended
    began = told.began
    if meaning.interval.days == 1 and _begins(one, lowered):
        began = meaning.interval.start
    told = told._replace(main=told.main or main, ended=ended, began=began, lead=lead)
    if not _leads_on(one.expression, history):
        return told
    start = one.expression.span.start
    is_since = _SINCE.search(lowered, max(start - 60, 0), start) is not None
    dated = (history or not is_since) and (meaning.stated or (told.dated and one.expression.rule not in _OF_NOW))
    thread = told.thread if is_since or _is_aside(one, meaning) else meaning.interval
    if _is_counted(one) and one.sentence == told.sentence:
        thread = told.interval
    return told._replace(interval=meaning.interval, sentence=one.sentence, dated=dated, thread=thread)


_SINCE = re.compile(r"\bsince\s(?:the\s)?\Z|\bsince\s[^,.;:()]{0,40}\s(?:on|in|at)\s(?:the\s)?\Z")

_OF_NOW = ("weekday", "deictic", "weekend")


def _leads_on(expression: Expression, history: bool) -> bool:
    """Whether later dates can lean on it: no duration, and in a history nothing of the day it was written."""
    if expression.rule in ("for_back", "span_back", "recent", "decade", "old", "running", "since_then"):
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
    if len(years) < HISTORY or near * 4 > len(years):
        return False
    old = sum(year < published.year - 1 for year in years) if published else len(years)
    return old * 2 > len(years)
