"""Two dates that belong together: "from … to …", "between … and …", "since …", "until …"."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from geo.dating import units
from geo.dating.grammar import Expression
from geo.dating.meaning import Meaning
from geo.dating.words import MONTHS
from geo.interval import DAY, Interval
from geo.model import Span, When

_LEAD = re.compile(r"\b(?P<lead>since|until|till|from|between|before|prior to)\s(?:the\s|about\s|around\s)?\Z")
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


def linked(
    lowered: str, found: Sequence[tuple[Expression, Meaning]], published: date | None
) -> Iterator[When]:
    """Each meaning as a ``When``; pairs as one, and open ones run to the publication."""
    at = 0
    while at < len(found):
        (expression, meaning), following = found[at], found[at + 1] if at + 1 < len(found) else None
        lead = _LEAD.search(lowered, max(expression.span.start - 20, 0), expression.span.start)
        word = lead.group("lead") if lead else ""
        start = lead.start() if lead else expression.span.start
        pair = _pair(lowered, word, found[at], following) if following else None
        if pair is not None and following is not None:
            yield _when(pair, Span(start if word in ("from", "between") else expression.span.start,
                                   following[0].span.end))  # fmt: skip
            at += 2
            continue
        opened = _opened(word, meaning, published)
        yield _when(opened or meaning, Span(start if opened else expression.span.start, expression.span.end))
        at += 1


def _pair(
    lowered: str, word: str, one: tuple[Expression, Meaning], following: tuple[Expression, Meaning]
) -> Meaning | None:
    gap = lowered[one[0].span.end : following[0].span.start][:16]
    joins = _AND.fullmatch(gap) if word == "between" else _TO.fullmatch(gap)
    first, last = one[1].interval, following[1].interval
    if not joins or first.start is None or last.end is None or last.start is None or first.start >= last.start:
        return None
    return Meaning(Interval(first.start, last.end), "period", f"from one to the other: {one[1].reason}", one[1].stated)


def _opened(word: str, meaning: Meaning, published: date | None) -> Meaning | None:
    """Since, until and before turn a date into what runs from it or up to it."""
    span = meaning.interval
    if word == "since":
        end = None if published is None or span.end is None else max(published + DAY, span.end)
        return _open(meaning, Interval(span.start, end), "since then")
    if word in ("until", "till"):
        return _open(meaning, Interval(None, span.end), "until then")
    if word in ("before", "prior to"):
        return _open(meaning, Interval(None, span.start), "before then")
    return None


def _open(meaning: Meaning, interval: Interval, how: str) -> Meaning:
    return replace(meaning, interval=interval, precision="period", reason=f"{how}: {meaning.reason}")


def _when(meaning: Meaning, span: Span) -> When:
    edtf = units.edtf(meaning.interval, meaning.precision)
    return When(meaning.interval, edtf, meaning.precision, meaning.reason, span)
