"""What fixes the day on which an undated story appeared, beside the changes of hands that it retells.

Each function gives the days of publication that some words allow: a weekday with its date ("Thursday, 12
November" is of few years), a feast that "begins the day after tomorrow", a title that tells of a change of
hands as news, and a list that says of which day it is.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from geo.dating.anchors import LONGEST, Anchor, tells_as_news
from geo.dating.grammar import Expression, lower
from geo.dating.holidays import kept
from geo.dating.meaning import Discourse
from geo.dating.readers import read
from geo.dating.words import number_of
from geo.interval import DAY, Interval

NEWS_WEEK = 7
"""Days: a dispatch tells of something of the last seven."""

AFTERMATH = 60
"""Days after the last known change of hands in which an undated story may still appear."""


@dataclass(frozen=True)
class Fix:
    """Days of publication that some words of the story allow, and why."""

    days: frozenset[date]
    reason: str


def theatre(anchors: Sequence[Anchor]) -> Interval:
    """The days on which a story of the war may have appeared; none without anchors."""
    starts = [anchor.days.start for anchor in anchors if anchor.days.start]
    ends = [anchor.days.end for anchor in anchors if anchor.days.end]
    if not starts or not ends:
        return Interval(date(2000, 1, 1), date(2000, 1, 1))
    return Interval(min(starts), max(ends) + timedelta(days=AFTERMATH))


def said(text: str, one: Expression) -> str:
    return text[one.span.start : one.span.end]


_BESIDE_IT = re.compile(r",?\s\(?(?:on\s)?(?:the\s)?")
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14}


def counted(text: str, dated: Sequence[tuple[Expression, str]]) -> Iterator[Fix]:
    """ "Three weeks ago, on 23 October 2016": the day that both say, whichever stands first."""
    for (one, _), (other, _) in pairwise(dated):
        ago, day = (one, other) if one.rule == "offset" else (other, one)
        gap = text[one.span.end : other.span.start]
        count = number_of(ago.parts.get("count", "")) if ago.rule == "offset" and ago.parts["way"] == "ago" else None
        unit = _DAYS_OF.get(ago.parts.get("unit", ""))
        meaning = read(day, Discourse()) if day.parts.get("year", "").isdecimal() else None
        if count is None or unit is None or meaning is None or not _BESIDE_IT.fullmatch(gap):
            continue
        if meaning.interval.days == 1 and meaning.interval.start is not None:
            on = meaning.interval.start + timedelta(days=count * unit)
            yield Fix(frozenset((on,)), f"“{text[one.span.start : other.span.end]}”")


_BEGINS = re.compile(r"\s(?:which\s)?(?:is|begins|starts|falls|ends)\s(?:on\s)?\Z")


def feasts(text: str, dated: Sequence[tuple[Expression, str]], window: Interval) -> Iterator[Fix]:
    """ "The Eid al-Fitr begins the day after tomorrow": the days two before it, each year."""
    lowered = lower(text)
    for (feast, _), (when, _) in pairwise(dated):
        if feast.rule != "holiday" or when.rule not in ("deictic", "beside", "weekday", "offset"):
            continue
        between = lowered[feast.span.end : when.span.start]
        if len(between) < len(", which begins on ") and _BEGINS.fullmatch(between.lstrip(",") or " "):
            days = frozenset(_before_feast(feast, when, window))
            yield Fix(days, f"“{text[feast.span.start : when.span.end]}”")


def _before_feast(feast: Expression, when: Expression, window: Interval) -> Iterator[date]:
    assert window.start is not None and window.end is not None
    for year in range(window.start.year, window.end.year + 1):
        for days in kept(feast.parts["holiday"], year):
            assert days.start is not None
            for step in range(1, NEWS_WEEK + 1):
                day = days.start - timedelta(days=step)
                meaning = read(when, Discourse(day, "future"))
                if meaning is not None and meaning.interval.start == days.start:
                    yield day


def titled(title: str, anchors: Sequence[Anchor]) -> Iterator[Fix]:
    """ "Rebels storm Idlib": news of a change of hands is at most a week old."""
    known = [one for one in anchors if (one.days.days or LONGEST + 1) <= LONGEST and tells_as_news(title, one)]
    days = frozenset(
        one.days.start + timedelta(days=step)
        for one in known
        if one.days.start is not None
        for step in range((one.days.days or 1) + NEWS_WEEK - 1)
    )
    if days:
        yield Fix(days, f"the title tells of {known[0].what} as news")


def latest_of(days: frozenset[date], weekdays: frozenset[int]) -> frozenset[date]:
    """Of days within one week the last that has one of ``weekdays``; of longer spans all that have."""
    fitting = frozenset(day for day in days if day.weekday() in weekdays)
    if fitting and max(days) - min(days) <= NEWS_WEEK * DAY:
        return frozenset((max(fitting),))
    return fitting
