"""Which year an undated story is of: weekdays with their dates, anniversaries, and what else was in the news.

A day without its year comes back every year, and so do days of publication that only such days fix.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise

from geo.dating.anchors import MEMORY, Anchor, told_at
from geo.dating.fixes import NEWS_WEEK, Fix, said
from geo.dating.grammar import Expression, lower
from geo.dating.meaning import Discourse
from geo.dating.readers import read
from geo.dating.words import WEEKDAY_NAMES, number_of, weekday_of
from geo.interval import Interval

MOST = 12
"""Expressions of one kind that are looked at: a list of ten thousand dates must not take minutes."""
MOST_TEXT, MOST_SENTENCE = 20_000, 500
"""Code points of a story, and of a sentence, in which places are looked for."""
MOST_YEARS = 50
"""Of an anniversary."""

_AS_OF = re.compile(
    r"\b(?:as\sof|as\s(?:it|things)\sstood|stood\sas|stand(?:s|ing)?\sas\sof)\s(?:on\s)?(?:the\s)?"
    r"(?:(?:morning|evening|night|end)\sof\s)?\Z"
)
_APPOSED = re.compile(
    r"\b(yesterday|last\snight|today|this\s(?:morning|day))(?:\s(?:morning|afternoon|evening))?,?\s\(?(?:on\s)?\Z"
)


def apposed(lowered: str, start: int) -> int | None:
    """Days since a weekday or date that follows "yesterday," or "today,": 1 or 0."""
    found = _APPOSED.search(lowered, max(start - 24, 0), start)
    return None if found is None else int(found[1] in ("yesterday", "last night"))


@dataclass(frozen=True)
class _Fixed:
    """A date with its weekday and without a year. ``since``: the days after it on which the story may have appeared."""

    month: int
    day: int
    weekday: int
    since: range

    def last(self, until: date) -> date | None:
        """``None`` when it has another weekday in that year."""
        found = _last(self.month, self.day, until)
        return found if found is not None and found.weekday() == self.weekday else None


def _last(month: int, number: int, until: date) -> date | None:
    """The last such day until then, of that year or the one before."""
    for year in (until.year, until.year - 1):
        try:
            day = date(year, month, number)
        except ValueError:  # 29 February
            continue
        if day <= until:
            return day
    return None


def weekday_dates(text: str, dated: Sequence[tuple[Expression, str]], window: Interval) -> Iterator[Fix]:
    """ "Thursday, 12 November": the years of the theatre in which that day is a Thursday; of several such dates the
    last one is of the week in which the story appeared."""
    lowered = lower(text)
    past: list[tuple[Expression, _Fixed]] = []
    others: list[tuple[Expression, _Fixed]] = []
    for one, tense in dated:
        if one.rule not in ("day_month", "month_day") or "weekday" not in one.parts or "year" in one.parts:
            continue
        days = _each_year(one, window)
        weekday = weekday_of(one.parts)
        since = _since(lowered, one, tense)
        first = next(days, None)
        if first is None:
            continue
        (others if since.start < 0 else past).append((one, _Fixed(first.month, first.day, weekday, since)))
    if past:
        told = ", ".join(f"“{said(text, one)}”" for one, _ in past[:MOST])
        yield Fix(frozenset(_told_in(window, [fixed for _, fixed in past[:MOST]])), told)
    for one, fixed in others[:MOST]:
        days = (day for day in _each_year(one, window) if day.weekday() == fixed.weekday)
        yield Fix(frozenset(day + timedelta(days=step) for day in days for step in fixed.since), f"“{said(text, one)}”")


def _since(lowered: str, one: Expression, tense: str) -> range:
    if _AS_OF.search(lowered, max(one.span.start - 50, 0), one.span.start):
        return range(1)
    ago = apposed(lowered, one.span.start)
    if ago is not None:
        return range(ago, ago + 1)
    return range(-NEWS_WEEK, 0) if tense == "future" else range(NEWS_WEEK)


def _told_in(window: Interval, past: Sequence[_Fixed]) -> Iterator[date]:
    assert window.start is not None and window.end is not None
    for number in range((window.end - window.start).days):
        day = window.start + timedelta(days=number)
        last = [(one.last(day), one) for one in past]
        known = [(found, one) for found, one in last if found is not None]
        if len(known) == len(past) and known:
            latest, one = max(known, key=lambda each: each[0])
            if (day - latest).days in one.since:
                yield day


def _each_year(one: Expression, window: Interval) -> Iterator[date]:
    assert window.start is not None and window.end is not None
    for year in range(window.start.year, window.end.year + 1):
        whole = Expression(one.span, one.rule, {**one.parts, "year": str(year)})
        meaning = read(whole, Discourse())
        if meaning is not None and meaning.interval.start is not None and meaning.interval.start in window:
            yield meaning.interval.start


def anniversaries(text: str, dated: Sequence[tuple[Expression, str]], anchors: Sequence[Anchor]) -> Iterator[Fix]:
    """ "Two years ago today … in Mosul": that day of the year, after each change of hands of a place in the sentence;
    "this week": the days around it."""
    yearly = (one for one, _ in dated if one.parts.get("same") in _AROUND and one.parts.get("unit") == "year")
    for one in islice(yearly, MOST):
        count, around = number_of(one.parts.get("count", "")), _AROUND[one.parts["same"]]
        if count is None or not 0 < count <= MOST_YEARS:
            continue
        sentence = text[one.span.start:one.span.start + MOST_SENTENCE].partition(". ")[0]
        days = frozenset(
            day.replace(year=day.year + count) + timedelta(days=step)
            for anchor in anchors if told_at(sentence, anchor) is not None
            if (day := anchor.days.start) is not None and anchor.days.days == 1 and (day.month, day.day) != (2, 29)
            for step in around)
        if days:
            yield Fix(days, f"“{said(text, one)}” of a change of hands")


_AROUND = {"today": range(1), "this week": range(1 - NEWS_WEEK, NEWS_WEEK)}

SEVERAL = 2
"""Days without a year that make a chronology."""
APART = 31
"""Days between which days of publication are of two times and not of one."""


def in_best_company(text: str, days: frozenset[date], anchors: Sequence[Anchor]) -> frozenset[date]:
    """Of days years apart those before which most places that the story names changed hands; all when that is a tie."""
    lowered = lower(text[:MOST_TEXT])
    known = [anchor for anchor in anchors
             if anchor.days.start is not None and any(lower(name) in lowered for name in anchor.names)]
    ordered = sorted(days)
    cuts = [place for place in range(1, len(ordered)) if (ordered[place] - ordered[place - 1]).days > APART]
    times = [ordered[first:end] for first, end in pairwise([0, *cuts, len(ordered)])]

    def company(time: Sequence[date]) -> int:
        return len({anchor.names for anchor in known if anchor.days.start is not None
                    and time[0] - timedelta(days=MEMORY) <= anchor.days.start <= time[-1]})

    counts = [company(time) for time in times]
    best = [time for time, count in zip(times, counts, strict=True) if count == max(counts)]
    return frozenset(best[0]) if len(best) == 1 else days


def soon_after(days: frozenset[date], yearless: frozenset[tuple[int, int]]) -> frozenset[date]:
    """Of a span of months the days that are not long after the last day which the story says without its year, where it
    says several: one may stand in a backgrounder."""
    if len(yearless) < SEVERAL:
        return days
    return frozenset(day for day in days if any(_is_recent(month, number, day, APART) for month, number in yearless))


RECENT = 90
"""Days: of a story that says days of the year without their year, the last one is no older."""


def in_company(
    lead: str, weekdays: frozenset[int], yearless: frozenset[tuple[int, int]], anchors: Sequence[Anchor]
) -> Iterator[Fix]:
    """When nothing else fixes it: a place of the lead changed hands on a weekday that the lead names, and not long
    after a day that the story says without its year. By chance that is so of one change in thirty: one in seven has the
    weekday, one in four of these is so recent."""
    lead = lead[:MOST_TEXT]
    found = {
        day for anchor in anchors
        if (day := anchor.days.start) is not None and anchor.days.days == 1 and day.weekday() in weekdays
        if told_at(lead, anchor) is not None and any(_is_recent(month, number, day) for month, number in yearless)
    }
    if len(found) == 1:
        (day,) = found
        days = frozenset(day + timedelta(days=step) for step in range(NEWS_WEEK))
        yield Fix(days, f"its lead is of a place that changed hands on {day}, a {WEEKDAY_NAMES[day.weekday()]}")


def _is_recent(month: int, number: int, day: date, recent: int = RECENT) -> bool:
    last = _last(month, number, day)
    return last is not None and (day - last).days <= recent
