"""When a story appeared: what is stated, its header, or what its own words leave possible; never today."""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from textwrap import shorten

from geo.dates import Timed, surrounded
from geo.dating import units
from geo.dating.anchors import Anchor, Retelling, names_of, retold
from geo.dating.fixes import Fix, counted, feasts, latest_of, theatre, titled
from geo.dating.grammar import Expression, expressions, lower
from geo.dating.leads import Lead, news
from geo.dating.meaning import Discourse
from geo.dating.readers import read
from geo.dating.story import is_said_on
from geo.dating.words import WEEKDAY_NAMES, WEEKDAYS, weekday_of
from geo.dating.years import anniversaries, apposed, in_best_company, in_company, soon_after, weekday_dates
from geo.interval import DAY, Interval
from geo.model import When
from geo.sentences import paragraphs

__all__ = ["Anchor", "infer_published"]

HEAD_LINES, FOOT_LINES, LONGEST_LINE = 8, 3, 140
"""Where a header may stand: that many lines from the top, or, with its label, from the end."""

LONGEST_GUESS = 400
"""Days: an interval that is longer says nothing of when a story appeared."""

LEAP_YEAR = 2016

LONGEST_NEWS = timedelta(days=31)
"""When a story's facts leave more days than that, its lead is asked, too."""

YEARS = 5
"""A story without a year is from the last year that it states, or one of those after it."""


def infer_published(
    text: str, title: str = "", stated: date | None = None, anchors: Sequence[Anchor] = ()
) -> tuple[When | None, str]:
    """The publication and how it is known: ``stated``, ``header``, ``metadata`` or ``inferred``.

    ``None`` with the reason in words when nothing fixes it or when its own facts conflict. ``anchors``
    are dated facts that the story may retell; a story names the weekday on which it appears.
    """
    if stated is not None:
        return _on(stated, "stated with the article"), "stated"
    for line in _header_lines(text):
        found = _header(line)
        if found is not None:
            return found
    return _inferred(text, title, anchors)


def _on(day: date, reason: str) -> When:
    return When(Interval.of_day(day), str(day), "day", reason)


@dataclass(frozen=True)
class _Line:
    text: str
    in_head: bool


def _header_lines(text: str) -> Iterator[_Line]:
    """Labelled lines first, so that "Published" beats a date that merely stands there."""
    head = [line.strip() for line in text[:4000].splitlines() if line.strip()][:HEAD_LINES]
    foot = [line.strip() for line in text[-1000:].splitlines() if line.strip()][-FOOT_LINES:]
    lines = [_Line(line, True) for line in head] + [_Line(line, False) for line in foot]
    for label in (_METADATA, _PUBLISHED, _UPDATED):
        yield from (line for line in lines if label.search(line.text[:LONGEST_LINE]))
    yield from (line for line in lines if line.in_head)


_METADATA = re.compile(r"\b(?:datepublished|article:published_time|pubdate|dc\.date(?:\.issued)?)\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"^\W{0,3}(?:first\s)?(?:published|posted|issued|date|publication date|filed)\b", re.IGNORECASE)
_UPDATED = re.compile(r"^\W{0,3}(?:last\s)?(?:updated|modified)\b", re.IGNORECASE)
_FURNITURE = re.compile(
    r"\b(?:published|posted|issued|filed|date|publication|updated|modified|last|first|on|at|am|pm|gmt|utc|est|edt|bst|cet"
    r"|local|time|by|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\d{1,2}[:.h]\d{2}(?::\d\d)?"
    r"|t\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:?\d\d)?|[+-]\d{4}\b|\bz\b",
    re.IGNORECASE,
)
_CITY = re.compile(
    r"[A-Z\u00c0-\u00de][A-Z\u00c0-\u00de .'\u2019/-]{2,40}(?:,\s[A-Z][A-Za-z .]{1,24})?(?:\s\([^()]{2,30}\))?[,:]?\s\Z"
)
_DASH = re.compile(r"\s?(?:\([^()]{2,30}\)\s?)?(?:[-\u2013\u2014:]{1,2})\s")


def _header(line: _Line) -> tuple[When, str] | None:
    """The full date of a line that is nothing but a header, or opens with a dateline."""
    text = line.text[:LONGEST_LINE]
    for expression in expressions(text):
        meaning = read(expression, Discourse())
        if meaning is None or not meaning.stated or meaning.precision != "day" or meaning.interval.start is None:
            continue
        if _METADATA.search(text):
            return _on(meaning.interval.start, "stated in the metadata"), "metadata"
        labelled = _PUBLISHED.search(text) or _UPDATED.search(text)
        if labelled or _is_bare(text, expression) or _is_dateline(text, expression):
            return _on(meaning.interval.start, f"header line: {shorten(text, 60, placeholder=' …')}"), "header"
    return None


def _is_bare(text: str, expression: Expression) -> bool:
    """Nothing else stands in the line, but for a clock, a zone, a label and perhaps a short byline."""
    rest = text[: expression.span.start] + " " + text[expression.span.end :]
    words = re.findall(r"[^\W\d_]{2,}", _FURNITURE.sub(" ", rest))
    return not words or (len(words) <= 4 and ("|" in rest or text[:3].casefold() == "by "))


def _is_dateline(text: str, expression: Expression) -> bool:
    """ "ISTANBUL, April 11 —"."""
    start, end = expression.span
    return _CITY.fullmatch(text, 0, start) is not None and _DASH.match(text, end) is not None


def _inferred(text: str, title: str, anchors: Sequence[Anchor]) -> tuple[When | None, str]:
    whole = f"{title}\n\n{text}" if title else text
    timed = tuple(surrounded(whole))
    dateline = next((one.expression for one in timed[:4] if _opens(whole, one)), None)
    retellings = [*_retellings(whole, timed, anchors)]
    retold = [Fix(one.days, f"“{_said(whole, one)}” of {names_of(one.anchors)}") for one in retellings]
    dated = [(one.expression, one.tense) for one in timed]
    lead = _lead(whole, timed)
    window = theatre(anchors)
    yearly = [*anniversaries(whole, dated, anchors)]
    own = [*weekday_dates(whole, dated, window), *feasts(whole, dated, window), *counted(whole, dated), *yearly]
    fixes = [*retold, *own] if not own or _intersection([*retold, *own]) else _near(own, retellings)
    if not fixes and dateline is not None:
        return _narrowed(whole, Fix(frozenset(_years(timed, dateline)), ""), timed, dateline)
    days = _intersection(fixes)
    if dateline is None and not yearly and not (fixes and not days) and _is_wide(days):
        for fix in news(lead, anchors):
            if not fixes or days & fix.days:
                fixes, days = [*fixes, fix], (days & fix.days) if fixes else fix.days
    if fixes and not days:
        return None, f"its dated facts conflict: {'; '.join(fix.reason for fix in fixes)}"
    for fix in titled(title, anchors):  # a headline is vaguer than what the story says: it only narrows
        if dateline is None and (fixes or _weekdays(whole, timed)) and (not fixes or days & fix.days):
            fixes, days = [*fixes, fix], (days & fix.days) if fixes else fix.days
    if not fixes and dateline is None:
        fixes = [*in_company(lead.text, lead.weekdays, lead.yearless, anchors)]
        days = _intersection(fixes)
    if not fixes:
        return None, "no header, and no dated fact that fixes when it appeared"
    if _is_wide(days):
        days = in_best_company(whole, days, anchors)
        if dateline is None:
            days = soon_after(days, lead.yearless) or days
    return _narrowed(whole, Fix(days, "; ".join(fix.reason for fix in fixes)), timed, dateline)


LEAD_PARAGRAPHS, LONG = 2, 60
"""How many paragraphs, and what each must have in code points, so that "(SIGNATURE TUNE)" is none."""


def _is_wide(days: frozenset[date]) -> bool:
    return not days or max(days) - min(days) > LONGEST_NEWS


def _lead(text: str, timed: Sequence[Timed]) -> Lead:
    """Title and first paragraphs (a title is a paragraph of its own), and what they and the story state as past."""
    laid = paragraphs(text)
    long = [place for place, one in enumerate(laid) if one.end - one.start >= LONG or not place]
    end = laid[long[: LEAD_PARAGRAPHS + 1][-1]].end if laid else 0
    stated = [(one, day) for one in timed if (day := _stated_day(one)) is not None]
    lead = [day for one, day in stated if one.paragraph.start < end and one.tense != "perfect"]
    return Lead(
        text[:end], frozenset(_named_weekdays(timed, end)),
        frozenset(day for _, day in stated), max(lead, default=None),
        frozenset(_AGO[one.expression.parts["word"]] for one in timed
                  if one.expression.span.start < end and one.expression.parts.get("word") in _AGO),
        frozenset((day.month, day.day) for one in timed if (day := _yearless_day(one)) is not None),
    )


def _yearless_day(one: Timed) -> date | None:
    """ "on 26 June", in a leap year."""
    if one.expression.rule not in ("day_month", "month_day") or "year" in one.expression.parts:
        return None
    return _day_of(one.expression, LEAP_YEAR)


_AGO = {"today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "yesterday": 1,
        "last night": 1}  # fmt: skip
"""Days since what a lead tells of by these words."""


def _named_weekdays(timed: Sequence[Timed], end: int) -> Iterator[int]:
    """Those that stand before ``end``, alone or inside "before Saturday"."""
    for one in timed:
        if one.expression.span.start < end and one.tense != "future":
            for words in one.expression.parts.values():
                yield from (WEEKDAYS[word] for word in re.findall(r"[a-z]+day", words) if word in WEEKDAYS)


def _stated_day(one: Timed) -> date | None:
    """The first day of a date that the story states with its year, as past."""
    if one.tense == "future" or not one.expression.parts.get("year", "").isdecimal():
        return None
    meaning = read(one.expression, Discourse())
    return meaning.interval.start if meaning else None


def _intersection(fixes: Sequence[Fix]) -> frozenset[date]:
    return frozenset.intersection(*(fix.days for fix in fixes)) if fixes else frozenset()


def _said(text: str, retelling: Retelling) -> str:
    return text[retelling.expression.span.start : retelling.expression.span.end]


def _near(own: Sequence[Fix], retold: Sequence[Retelling]) -> list[Fix]:
    """What a story says itself goes before days that are known of old; these tell the year."""
    known = {anchor.days.start for one in retold for anchor in one.anchors if anchor.days.start}
    days = frozenset(day for day in _intersection(own) if any(abs(day - one) <= LONGEST_NEWS for one in known))
    return [Fix(days, own[0].reason)] if days else [*own]


def _retellings(text: str, timed: Sequence[Timed], anchors: Sequence[Anchor]) -> Iterator[Retelling]:
    for clause, group in groupby(timed, key=lambda one: one.clause):
        dated = [(one.expression, one.tense) for one in group]
        yield from retold(text[clause.start : clause.end], dated, anchors, clause.start)


def _opens(text: str, one: Timed) -> bool:
    """Whether it is the date of a dateline at the start of its paragraph."""
    if one.expression.rule not in ("month_day", "day_month"):
        return False
    start, end = one.expression.span
    return _CITY.fullmatch(text, one.paragraph.start, start) is not None and _DASH.match(text, end) is not None


def _years(timed: Sequence[Timed], dateline: Expression) -> Iterator[date]:
    """The dateline's day in the last year that the story states and in those after it."""
    stated = [int(words) for one in timed if (words := one.expression.parts.get("year", "")).isdecimal()]
    for year in range(max(stated), max(stated) + YEARS) if stated else ():
        day = _day_of(dateline, year)
        if day is not None:
            yield day


def _day_of(dateline: Expression, year: int) -> date | None:
    meaning = read(replace(dateline, parts={**dateline.parts, "year": str(year)}), Discourse())
    return meaning.interval.start if meaning else None


def _is_told_by(one: Timed, day: date) -> bool:
    """A stated date told in the past is not after the publication."""
    if one.tense == "future" or not one.expression.parts.get("year", "").isdecimal():
        return True
    meaning = read(one.expression, Discourse())
    return meaning is None or meaning.interval.start is None or meaning.interval.start <= day


def _weekdays(text: str, timed: Sequence[Timed], last: bool = False) -> frozenset[int]:
    """The weekdays on which the story may appear: those of its lead, and those on which somebody "said" so.

    What it tells in the past perfect comes first only when nothing else does.
    """
    named = [one for one in timed if one.expression.rule == "weekday" and one.tense != "future"]
    own = [one for one in named if not {"which", "week"} & one.expression.parts.keys()]
    told = [one for one in own if one.tense != "perfect"] or own
    lead = [one for one in told if one.paragraph == told[0].paragraph]
    if last:
        lead, told = lead[-1:], []
    lowered = lower(text)
    said = [one for one in told if is_said_on(lowered, one.expression.span)]
    todays = [one.expression.span.start for one in timed if _AGO.get(one.expression.parts.get("word", "")) == 0]
    return frozenset(
        (weekday_of(one.expression.parts) + _ago(lowered, one, todays)) % 7 for one in lead + said)


def _ago(lowered: str, one: Timed, todays: Sequence[int]) -> int:
    """How many days before the publication a weekday is: "yesterday, Wednesday"; "on Tuesday, and today" too.
    ``todays`` is where the story says "today"."""
    start, end = one.expression.span
    ago = apposed(lowered, start)
    place = bisect_right(todays, end)
    goes_on = place < len(todays) and todays[place] - end < NEAR_TODAY and "." not in lowered[end:todays[place]]
    return int(goes_on) if ago is None else ago


NEAR_TODAY = 60
"""Code points from "on Tuesday" to a "today" of the same sentence, which is another day."""


def _narrowed(
    text: str, fix: Fix, timed: Sequence[Timed], dateline: Expression | None
) -> tuple[When | None, str]:
    """Cut to what its stated dates, its dateline and its weekdays allow."""
    reasons = [fix.reason] if fix.reason else []
    kept = frozenset(day for day in fix.days if all(_is_told_by(one, day) for one in timed))
    weekdays = _weekdays(text, timed)
    if dateline is not None:
        kept = frozenset(day for day in kept if _day_of(dateline, day.year) == day)
        reasons.append("the day of its dateline")
        if "weekday" in dateline.parts:
            weekdays = frozenset((weekday_of(dateline.parts),))
    if kept and (fitting := latest_of(kept, weekdays)):
        kept = fitting
        if max(kept) - min(kept) > LONGEST_GUESS * DAY:  # several years: the last day that the lead names decides
            kept = latest_of(kept, _weekdays(text, timed, last=True)) or kept
        names = " or ".join(WEEKDAY_NAMES[each] for each in sorted(weekdays))
        reasons.append(f"{names} is the weekday that it names as its own")
    if not kept:
        return None, f"its dated facts conflict: {'; '.join(reasons)}"
    if dateline is not None and len(kept) > 1:
        return None, "its dateline states no year, and nothing else fixes it"
    span = Interval(min(kept), max(kept) + DAY)
    if span.days is not None and span.days > LONGEST_GUESS:
        return None, f"no header, and its dated facts leave more than a year: {'; '.join(reasons)}"
    precision = "day" if span.days == 1 else "period"
    return When(span, units.edtf(span), precision, f"inferred: {'; '.join(reasons)}"), "inferred"
