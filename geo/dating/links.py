"""Two dates that belong together: "from … to …", "between … and …", "since …", "until …"."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from geo.dating import units
from geo.dating.grammar import Expression
from geo.dating.meaning import Meaning
from geo.dating.words import COUNT, MONTHS, UNIT, number_of
from geo.interval import DAY, Interval
from geo.model import Span, When

_LEAD = re.compile(r"\b(?P<lead>since|until|till|from|between|before|prior to)\s(?:the\s|about\s|around\s)?"
                   r"(?:(?:dawn|morning|afternoon|evening|night)\sof\s)?\Z")
_SINCE_CLAUSE = re.compile(
    r"\bsince\s(?:[a-z'\u2019-]{1,20}\s){1,6}?(?:[a-z]{2,14}ed|began|fell|took|broke out|left|lost|won|came|went)"
    r"(?:\s[a-z]{1,14}){0,3}\s(?:in|on|over|at)\s(?:the\s)?\Z"
)
_RUN_UP = re.compile(
    rf"\b(?:in\s|over\s|during\s|for\s)?the\s(?:(?P<count>{COUNT}|twenty-four|forty-eight)\s)?(?P<unit>hour|{UNIT})s?"
    r"\s(?:up\sto|ending|to|until|through|before)\s(?:on\s)?(?:the\s)?\Z"
)
_BETWEEN = re.compile(
    r"(?:\s?[-\u2013\u2014]\s?|\s(?:to|until|till|through|and|or)\s|,(?:\sand)?\s)(?:the\s|in\s|early\s|late\s)?"
)
_TO = re.compile(r"(?:\s(?:to|until|till|through)\s|\s?[-\u2013\u2014]\s?)(?:the\s|early\s|late\s)?")
_AND = re.compile(r"\sand\s(?:the\s|early\s|late\s)?")
_YEARLESS = ("day_month", "month_day", "month", "days", "month_days")


def inherited_years(lowered: str, found: Sequence[Expression]) -> list[Expression]:
    """ "between June and August 2014", "on 3 and 5 April 2016": the first takes the year of the second."""
    result = [_eleventh(lowered, one) for one in found]
    for at in range(len(result) - 2, -1, -1):
        one, following = result[at], result[at + 1]
        if one.rule not in _YEARLESS or "year" in one.parts or "which" in one.parts:
            continue
        year = following.parts.get("year", "")
        if not (year.isdecimal() and "month" in following.parts):
            continue
        gap = lowered[one.span.end : following.span.start] if following.span.start - one.span.end < 16 else ""
        if _BETWEEN.fullmatch(gap):
            later = _number(one) > _number(following)
            parts = {**one.parts, "year": str(int(year) - later)}
            rule = "month_year" if one.rule == "month" else one.rule
            result[at] = Expression(one.span, rule, parts)
    return result


_ATTACKS = re.compile(r",?\s(?:terror\w{0,5}\s)?(?:attack|hijack|terror|commission|plot)")


def _eleventh(lowered: str, one: Expression) -> Expression:
    """ "the Sept. 11 attacks" are those of 2001 whenever the story appeared."""
    is_name = one.rule == "month_day" and one.parts["month"].startswith("sept") and one.parts["day"] == "11"
    if is_name and "year" not in one.parts and _ATTACKS.match(lowered, one.span.end):
        return Expression(one.span, one.rule, {**one.parts, "year": "2001"})
    return one


def _number(expression: Expression) -> int:
    return MONTHS.get(expression.parts["month"].rstrip("."), 0)


@dataclass(frozen=True)
class Found:
    """An expression and what it means; ``ended`` is the day to which a "since" in its tense runs."""

    expression: Expression
    meaning: Meaning
    tense: str = "none"
    ended: date | None = None

    @property
    def span(self) -> Span:
        return self.expression.span


def linked(lowered: str, found: Sequence[Found], published: date | None) -> Iterator[When]:
    """Each meaning as a ``When``; pairs as one, and open ones run to the publication."""
    at = 0
    while at < len(found):
        one, following = found[at], found[at + 1] if at + 1 < len(found) else None
        word, start = _lead(lowered, one)
        pair = _pair(lowered, word, one, following) if following else None
        if pair is not None and following is not None:
            first = start if word in ("from", "between") else one.span.start
            yield _when(pair, Span(first, following.span.end))
            at += 2
            continue
        opened = _opened(word, one, published)
        yield _when(opened or one.meaning, Span(start if opened else one.span.start, one.span.end))
        at += 1


def _lead(lowered: str, one: Found) -> tuple[str, int]:
    """The word that opens the expression ("since", "to" of "the 24 hours to"), and where it begins."""
    start = one.span.start
    lead = _LEAD.search(lowered, max(start - 30, 0), start)
    if lead:
        return lead.group("lead"), lead.start()
    lead = _SINCE_CLAUSE.search(lowered, max(start - 70, 0), start)
    if lead:
        return "since", lead.start()
    lead = _RUN_UP.search(lowered, max(start - 50, 0), start)
    return (lead.group(), lead.start()) if lead else ("", start)


def _pair(lowered: str, word: str, one: Found, following: Found) -> Meaning | None:
    gap = lowered[one.span.end : following.span.start][:16]
    first, last = one.meaning.interval, following.meaning.interval
    if first.start is None or last.end is None or last.start is None or first.start >= last.start:
        return None
    is_one = first.end == last.start and one.expression.rule == following.expression.rule  # "on Sunday and Monday"
    joins = _AND.fullmatch(gap) if word == "between" or is_one else _TO.fullmatch(gap)
    if not joins:
        return None
    reason = f"from one to the other: {one.meaning.reason}"
    return Meaning(Interval(first.start, last.end), "period", reason, one.meaning.stated)


RECENT = timedelta(days=400)
"""Before the publication: "from November" runs up to it, "from 1943" says nothing of today."""


def _opened(word: str, one: Found, published: date | None) -> Meaning | None:
    """Since, from and before turn a date into what runs from it or up to it; "until" is the day itself."""
    meaning = one.meaning
    span = meaning.interval
    if word == "since":
        return _open(meaning, Interval(span.start, _end_of_since(one, published)), "since then")
    if word == "from" and _runs_on(one, published):
        return _open(meaning, Interval(span.start, _end_of_since(one, published)), "from then on")
    if word in ("before", "prior to"):
        return _before(one, published)
    if word not in ("until", "till", "between", ""):
        return _ran_up(word, meaning)
    return None


def _before(one: Found, published: date | None) -> Meaning:
    """Of things to come from now on: up to it, or to the end of a part ("before the end of April")."""
    meaning, span = one.meaning, one.meaning.interval
    is_running = one.tense == "future" and published is not None and published in span
    if is_running or (published is not None and span.start is not None and span.start > published):
        is_part = is_running or "part" in one.expression.parts or one.expression.rule == "within"
        return _open(meaning, Interval(published, span.end if is_part else span.start), "from now to then")
    return _open(meaning, Interval(None, span.start), "before then")


def _end_of_since(one: Found, published: date | None) -> date | None:
    span = one.meaning.interval
    if published is not None and span.start is not None and span.start > published:
        return span.end
    last = one.ended if one.ended is not None and span.start is not None and one.ended >= span.start else published
    return None if last is None or span.end is None else max(last + DAY, min(span.end, last + DAY))


def _runs_on(one: Found, published: date | None) -> bool:
    start = one.meaning.interval.start
    if published is None or start is None or one.tense == "future" or one.expression.rule not in _CALENDAR:
        return False
    return published - RECENT <= start <= published


_CALENDAR = ("month", "month_year", "day_month", "month_day")


def _ran_up(words: str, meaning: Meaning) -> Meaning | None:
    """ "the 24 hours to Sunday": that long before, up to it."""
    match, end = _RUN_UP.fullmatch(words), meaning.interval.end
    if match is None or end is None:
        return None
    count, unit = number_of(match["count"] or "a"), match["unit"]
    if count is None:
        return None
    count, unit = (-(-count // 24), "day") if unit == "hour" else (count, unit)
    start = units.shifted(end - DAY, -count, unit)
    return _open(meaning, Interval(start, end), f"the {count} {unit}(s) up to it")


def _open(meaning: Meaning, interval: Interval, how: str) -> Meaning:
    return replace(meaning, interval=interval, precision="period", reason=f"{how}: {meaning.reason}")


def _when(meaning: Meaning, span: Span) -> When:
    edtf = units.edtf(meaning.interval, meaning.precision)
    return When(meaning.interval, edtf, meaning.precision, meaning.reason, span)


_BEHIND = re.compile(r"\s(?:in|on|over|at)\s")
""""since they took Hit in 2014": only what stands behind the last of these says a date."""
_DAY_OF_MONTH = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\b(?!\d)|day\b", re.IGNORECASE)
_MONTH_NAME = re.compile(r"[A-Z][a-z]{2,8}|month")


def first_of(text: str, when: When) -> When:
    """Of "since …" the day, month or year with which it begins; of anything else itself."""
    start, at = when.interval.start, when.span
    if start is None or at is None or text[at.start : at.start + 6].lower() != "since ":
        return when
    words = _BEHIND.split(text[at.start + 6 : at.end])[-1]
    unit = "day" if _DAY_OF_MONTH.search(words) else "month" if _MONTH_NAME.search(words) else "year"
    whole = units.around(start, unit)
    return replace(when, interval=whole, edtf=units.edtf(whole), precision=unit)
