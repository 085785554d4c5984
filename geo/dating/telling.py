"""What was told so far: the dates on which the next one of a story may lean."""
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from geo.dating.carried import NEWS
from geo.dating.grammar import Expression
from geo.dating.meaning import Discourse, Meaning
from geo.dating.readers import read
from geo.interval import Interval
from geo.model import Span

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


def is_narrow(told: Told) -> bool:
    """A stated day or month; in a story of no known date the next paragraph goes on from it."""
    return told.dated and told.interval is not None and (told.interval.days or A_YEAR) <= A_MONTH


def opens_on(one: Timed) -> bool:
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


class Told(NamedTuple):
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


def discourse(one: Timed, following: Timed | None, told: Told, published: date | None) -> Discourse:
    """What stands around ``one``; ``following`` is the next expression. In news a bare date leans only on one of its
    own sentence or of the sentence before, in its paragraph."""
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


def _reach(told: Told, published: date | None) -> int:
    """So many sentences on a date still gives its year: more where one of another year than this has been stated."""
    start = told.interval.start if told.interval else None
    return TOLD_ON if told.dated and start and published and start.year < published.year else 1


def _comes_back(one: Timed, told: Told) -> bool:
    """ "They had taken it in September 2015. The campaign began in October": of the present again."""
    before = told.before
    if "which" in one.expression.parts:
        return False  # "by that October": of the telling
    is_aside = before is not None and before.tense == "perfect" and one.tense in ("past", "ongoing")
    return is_aside and one.sentence != told.sentence and one.expression.rule in ("month", "month_day", "day_month")


def _is_of_today(one: Timed, told: Told, published: date | None) -> bool:
    """ "They took it in 2015. Since June 200 have died": of the year of the news, which the present tells of."""
    is_bare = one.expression.rule in ("month", "month_day", "day_month") and not {"which", "year"} & {
        *one.expression.parts}
    start = told.interval.start if told.interval else None
    is_older = start is not None and published is not None and start.year < published.year
    return is_bare and is_older and one.tense in ("ongoing", "present") and one.sentence != told.sentence


def _is_of_thread(one: Timed, told: Told) -> bool:
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


def _is_long_before(told: Told) -> bool:
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


def _is_told_of_next(one: Timed, following: Timed, told: Told) -> bool:
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


def told_next(told: Told, one: Timed, meaning: Meaning, lowered: str) -> Told:
    """What the next date finds told, after ``one`` that means ``meaning``; ``lowered`` is the text in lower case."""
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
