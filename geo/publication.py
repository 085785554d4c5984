"""When a story appeared: what is stated, its header, or what its own words leave possible; never today."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from geo.dates import Timed, surrounded
from geo.dating import units
from geo.dating.anchors import Anchor, Retelling, names_of, retold
from geo.dating.grammar import Expression, expressions
from geo.dating.meaning import Discourse
from geo.dating.readers import read
from geo.dating.words import WEEKDAY_NAMES, WEEKDAYS
from geo.interval import DAY, Interval
from geo.model import When

__all__ = ["Anchor", "infer_published"]

HEAD_LINES, FOOT_LINES, LONGEST_LINE = 8, 3, 140
"""Where a header may stand: that many lines from the top, or, with its label, from the end."""

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
    return _inferred(f"{title}\n\n{text}" if title else text, anchors)


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
            return _on(meaning.interval.start, f"header line: {text[:60]}"), "header"
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


def _inferred(text: str, anchors: Sequence[Anchor]) -> tuple[When | None, str]:
    timed = tuple(surrounded(text))
    retellings = tuple(_retellings(text, timed, anchors))
    dateline = next((one.expression for one in timed[:3] if _opens(text, one)), None)
    if retellings:
        days = frozenset.intersection(*(one.days for one in retellings))
    elif dateline is not None:
        days = frozenset(_years(timed, dateline))
    else:
        return None, "no header, and no dated fact that fixes when it appeared"
    reasons = [f"“{_said(text, one)}” of {names_of(one.anchors)}" for one in retellings]
    if not days:
        return None, f"its dated facts conflict: {'; '.join(reasons)}" if reasons else "no year fits its dateline"
    return _narrowed(days, timed, dateline, reasons)


def _said(text: str, retelling: Retelling) -> str:
    return text[retelling.expression.span.start : retelling.expression.span.end]


def _retellings(text: str, timed: Sequence[Timed], anchors: Sequence[Anchor]) -> Iterator[Retelling]:
    for clause, group in groupby(timed, key=lambda one: one.clause):
        dated = [(one.expression, one.tense) for one in group]
        yield from retold(text[clause.start : clause.end], dated, anchors)


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


def _weekday(timed: Sequence[Timed], dateline: Expression | None) -> int | None:
    """The weekday on which the story appears: its dateline's, else the first that it names as this week's.

    What it tells in the past perfect comes first only when nothing else does.
    """
    if dateline is not None and "weekday" in dateline.parts:
        return WEEKDAYS[dateline.parts["weekday"].rstrip(".")]
    named = [one for one in timed if one.expression.rule == "weekday" and one.tense != "future"]
    own = [one for one in named if not {"which", "week"} & one.expression.parts.keys()]
    first = next((one for one in own if one.tense != "perfect"), own[0] if own else None)
    return WEEKDAYS[first.expression.parts["weekday"]] if first else None


def _narrowed(
    days: frozenset[date], timed: Sequence[Timed], dateline: Expression | None, reasons: list[str]
) -> tuple[When | None, str]:
    """Cut to what its stated dates, its dateline and its weekday allow."""
    kept = {day for day in days if all(_is_told_by(one, day) for one in timed)}
    if dateline is not None:
        kept = {day for day in kept if _day_of(dateline, day.year) == day}
        reasons = [*reasons, "the day of its dateline"]
    weekday = _weekday(timed, dateline)
    if weekday is not None and any(day.weekday() == weekday for day in kept):
        kept = {day for day in kept if day.weekday() == weekday}
        reasons = [*reasons, f"{WEEKDAY_NAMES[weekday]} is the weekday that it names as its own"]
    if not kept:
        return None, f"its dated facts conflict: {'; '.join(reasons)}"
    if dateline is not None and len(kept) > 1:
        return None, "its dateline states no year, and nothing else fixes it"
    span = Interval(min(kept), max(kept) + DAY)
    precision = "day" if span.days == 1 else "period"
    return When(span, units.edtf(span), precision, f"inferred: {'; '.join(reasons)}"), "inferred"
