"""Which strings of a text are time expressions: one bounded pattern, tried from left to right.

What they mean is ``geo.dating.readers``' business. Patterns see the text in lower case, of the same
length, so that spans stay true; where a word is only a date with a capital ("May", "March"), the text
itself decides.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from geo.dating.words import (
    ABOUT,
    COUNT,
    DAY,
    FULL_MONTH,
    MONTH,
    PART,
    SHORT_WEEKDAY,
    UNIT,
    WEEKDAY,
    YEAR,
)  # fmt: skip
from geo.model import Span


@dataclass(frozen=True)
class Expression:
    """One time expression: which rule found it and the words that the rule names."""

    span: Span
    rule: str
    parts: Mapping[str, str]


_YEAR_WORD = (
    rf"(?:{YEAR}|(?:of\s)?(?:this|last|next|that|the\ssame|that\ssame|the\sfollowing|the\sprevious|the\snext)\syear)"
)
_DASH = r"\s?[-\u2013\u2014]\s?"
_TO = rf"(?:{_DASH}|\s(?:to|until|till|through)\s)"
_ON = rf"(?:(?P<weekday>{WEEKDAY}|{SHORT_WEEKDAY}),?\s(?:the\s|dawn\s)?(?:of\s)?)?"
_OF_YEAR = rf"(?:,?\s(?:of\s|in\s)?(?P<year>{_YEAR_WORD})|\s'(?P<short>\d\d)(?!\d))?"
_HOUR = r"(?:morning|afternoon|evening|night|noon|midday|dawn|dusk|lunchtime|daybreak|nightfall)"
_WHICH = (
    r"(?:this\spast|this|last|next|that\ssame|that\svery|that|the\svery\ssame|the\ssame|the\sprevious|the\spreceding"
    r"|the\sfollowing|the\snext|the\scoming|the\scurrent|the\ssucceeding|following|the\svery\snext)"
)
_LATER = r"(?:earlier|later|early|late|midway|at\sthe\s(?:start|end|beginning)|by\sthe\send)"

_RULES = {
    "iso": r"(?P<year>(?:1\d|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d)(?!-)",
    "numeric": r"(?P<first>\d{1,2})(?P<sign>[/.])(?P<second>\d{1,2})(?P=sign)(?P<year>(?:1\d|20)\d\d)(?!\d)",
    "days": rf"{_ON}(?P<day>{DAY}){_TO}(?P<last>{DAY})\s(?:of\s)?(?P<month>{MONTH}){_OF_YEAR}",
    "month_days": rf"(?P<month>{MONTH})\s(?P<day>{DAY})(?:{_TO}|\sand\s(?=\d))(?P<last>{DAY})(?!\s?{FULL_MONTH})"
    rf"{_OF_YEAR}",
    "day_month": rf"{_ON}(?:the\s)?(?:night\sof\s|morning\sof\s)?(?P<day>{DAY})(?:\sof)?\s(?P<month>{MONTH}){_OF_YEAR}",
    "month_day": rf"{_ON}(?P<month>{MONTH})\s(?:the\s)?(?P<day>{DAY})(?!\d|,\d{{3}}){_OF_YEAR}",
    "month_year": rf"(?P<part>{PART})?(?P<month>{MONTH})(?:,?\s(?:of\s|in\s)?(?P<year>{_YEAR_WORD})"
    r"|\s'(?P<short>\d\d)(?!\d))",
    "month": rf"(?:(?P<which>{_WHICH})\s)?(?P<part>{PART})?(?P<month>{FULL_MONTH})",
    "season": rf"(?P<part>{PART})?(?:(?P<which>{_WHICH})\s|(?:in|by|during|over)\s)?(?:the\s)?"
    rf"(?P<late>early\s|mid-|mid\s|late\s|middle\sof\s)?(?P<season>spring|summer|autumn|fall|winter)"
    rf"(?:(?:\sof|,)?\s(?P<year>{_YEAR_WORD}))?(?![a-z-])",
    "holiday": r"(?P<holiday>christmas(?:\s(?:eve|day|night))?|new\syear['\u2019]s\s(?:eve|day)|nowruz)"
    rf"{_OF_YEAR}(?![a-z])",
    "decade": rf"(?:the\s)?(?P<part>{PART})?(?:the\s)?(?P<decade>(?:1\d|20)\d0)['\u2019]?s(?![a-z])",
    "years": rf"(?P<year>{YEAR})\s?[-\u2013\u2014/]\s?(?P<last>{YEAR}|\d\d(?![\d.,:]\d)(?!\w))",
    "year": rf"(?P<part>{PART})?(?P<year>{YEAR})(?!-)",
    "weekend": rf"(?:(?:over|at|during|on)\s)?(?:(?P<which>{_WHICH}|the|the\spast|past)\s)weekend(?![a-z])",
    "weekday": rf"(?:(?P<which>{_WHICH})\s)?(?:early\s|late\s)?(?P<weekday>{WEEKDAY})(?:['\u2019]s)?(?:\s{_HOUR})?"
    r"(?P<week>\s(?:of\s)?last\sweek|\s(?:of\s)?next\sweek|\s(?:of\s)?this\sweek)?",
    "deictic": rf"(?:earlier\s|late\s|early\s|later\s)?(?P<word>today|tonight|yesterday|tomorrow|overnight|last\snight"
    rf"|this\s(?:morning|afternoon|evening))(?:\s{_HOUR})?(?![a-z])",
    "recent": r"(?P<recent>in\srecent\s(?P<unit>days|weeks|months))",
    "span_back": rf"(?:(?:over|in|during|for|within|throughout)\s)?(?:the\s)?(?:past\s|last\s(?={COUNT}\s))"
    rf"(?:{ABOUT}\s)?(?:(?P<count>{COUNT})[\s-])?(?:and\sa\shalf\s)?(?P<unit>{UNIT})s?(?![a-z])",
    "for_back": rf"(?P<lead>for|after)\s(?:(?P<about>{ABOUT})\s)?(?P<count>{COUNT})[\s-](?P<unit>{UNIT})s?"
    r"(?=\sof\s|[,.;]|\s(?:after|under|in|by|now)\s)",
    "offset": rf"(?:(?P<about>{ABOUT})\s)?(?:(?P<count>{COUNT})\s)?(?P<unit>{UNIT}|hour|minute)s?\s"
    r"(?P<way>ago|earlier|later|before|previously|after|afterwards?|prior|hence|from\snow)(?![a-z])"
    r"(?P<follows>(?=\s\w))?",
    "half": r"the\s(?P<half>first|second|latter)\shalf\sof\s(?P<det>the|this|that|last|next)\syear",
    "within": rf"(?P<how>{_LATER})\s(?:in\s|of\s)?(?P<which>{_WHICH}|the)\s(?P<unit>day|week|month|year|decade)"
    r"(?![a-z])",
    "same": rf"(?P<which>{_WHICH}|next|the)\s(?P<unit>day|morning|afternoon|evening|night|week|month|year|decade)"
    r"(?P<way>\sbefore|\safter)?(?![a-z-])",
}

_NAMED = re.compile(r"\(\?P<\w+>")
_BACK = re.compile(r"\(\?P=\w+\)")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """The one alternation that scans, and each rule by itself, whose groups name the parts."""
    bare = (f"(?P<{name}>{_BACK.sub('[/.]', _NAMED.sub('(?:', rule))})" for name, rule in _RULES.items())
    scan = re.compile(r"(?=[0-9a-y])(?<![\w$£€#@/])(?<![$£€.,]\d)(?:" + "|".join(bare) + ")", re.ASCII)
    return scan, {name: re.compile(rule, re.ASCII) for name, rule in _RULES.items()}


def lower(text: str) -> str:
    """Lower case of the same length ("İ" is the one letter that would grow); odd spaces become plain ones."""
    return text.replace("\u0130", "i").lower().translate(_SPACES)


_SPACES = {ord(space): " " for space in "\n\t\u00a0\u2009\u202f"}


def expressions(text: str) -> list[Expression]:
    """Every time expression of a text, in order and without overlap."""
    lowered = lower(text)
    scan, rules = _patterns()
    found = []
    position = 0
    while match := scan.search(lowered, position):
        rule = match.lastgroup or ""
        start, end = match.span()
        parts = rules[rule].match(lowered, start)
        position = max(end, start + 1)
        if parts is None:
            continue
        expression = Expression(Span(start, end), rule, _stated(parts))
        if _is_time(text, lowered, expression):
            found.append(expression)
        else:
            position = start + 1
    return found


def _stated(match: re.Match[str]) -> dict[str, str]:
    return {name: value.strip() for name, value in match.groupdict().items() if value is not None}


_LICENSE = re.compile(
    r"(?:\b(?:in|since|until|till|by|from|during|before|after|through|throughout|around|circa|late|early|mid|and|or|to"
    r"|between|of|year|years|for|pre|post|spring|summer|autumn|winter|late-|mid-|pre-|post-|until|about|into|well)\s?"
    r"|[(\[\u2013;,-]\s?)\Z"
)
_IN = re.compile(r"\b(?:in|since|until|during)\s\Z")
_ARTICLE = re.compile(r"\b(?:the|a|an|its|his|her|their|our|this)\s?\Z")
_THINGS = re.compile(
    r"\s(?:or\sso\s|more\s|dead\s)?(?:people|men|women|children|troops|percent|per\scent|km|kilomet|met(?:re|er)|miles?\b"
    r"|square|hectare|dead|wounded|injured|killed|civilian|soldier|fighter|rebel|militant|refugee|famil|house|home"
    r"|prisoner|tank|gmt|hours|local\stime|euros?\b|dollars?|pounds|feet|yards|tons?\b|tonnes|barrels|ships|guns|strong)"
)
_PLURAL = re.compile(r"\s[a-z]{3,18}s\b(?<!was)(?<!this)(?<!its)(?<!has)(?<!crisis)")


def _is_time(text: str, lowered: str, expression: Expression) -> bool:
    """What the words around decide: a bare number is seldom a year, "may" seldom a month."""
    decide = _DECIDE.get(expression.rule)
    return decide is None or decide(text, lowered, expression)


def _is_dated_month(text: str, lowered: str, expression: Expression) -> bool:
    """ "12 may have died" and "march 5 miles" are none."""
    name = expression.parts["month"]
    at = lowered.find(name, *expression.span)
    return text[at].isupper() or name not in ("may", "march", "mar.", "mar")


def _is_year(_: str, lowered: str, expression: Expression) -> bool:
    start, end = expression.span
    if "part" in expression.parts or expression.rule == "years":
        return not _THINGS.match(lowered, end)
    before, after = lowered[max(start - 12, 0) : start], lowered[end : end + 1]
    if _THINGS.match(lowered, end):
        return False
    year = int(expression.parts["year"])
    if _IN.search(before):
        return year >= 1700 or not _PLURAL.match(lowered, end)
    if _LICENSE.search(before):
        return year % 50 != 0 and not _PLURAL.match(lowered, end)  # "about 2000", "for 1950 men"
    if _ARTICLE.search(before):
        return year >= 1500 and after == " "
    opens = before[-2:].strip() == "" and year >= 1700
    return after in (":", "") or (opens and not _PLURAL.match(lowered, end))


def _is_month(text: str, lowered: str, expression: Expression) -> bool:
    start, end = expression.span
    name = expression.parts["month"]
    at = lowered.find(name, start, end)
    if not text[at].isupper():
        return name not in ("may", "march", "mar", "mar.", "august") and "year" in expression.parts
    if name in ("may", "march", "august", "april", "june") and len(expression.parts) == 1:
        return _LICENSE.search(lowered, max(start - 12, 0), start) is not None
    return not name.endswith(".") or "year" in expression.parts


def _is_season(_: str, lowered: str, expression: Expression) -> bool:
    """ "the fall of Mosul" and "spring up" are no seasons."""
    start, end = expression.span
    parts = expression.parts
    if "year" in parts:
        return True
    if lowered.startswith(" of ", end) or lowered.startswith(" offensive", end):
        return False
    if parts["season"] == "fall":
        return parts.get("which", "") in ("this", "last", "next", "that")
    return "which" in parts or "part" in parts or lowered.startswith(("in ", "by ", "during ", "over "), start)


def _is_reference(_: str, __: str, expression: Expression) -> bool:
    """ "the week" alone is none; "the week before" is."""
    which = expression.parts["which"]
    return which != "the" or "way" in expression.parts


_DECIDE: dict[str, Callable[[str, str, Expression], bool]] = {
    "year": _is_year,
    "years": _is_year,
    "season": _is_season,
    "month": _is_month,
    "month_year": _is_month,
    "month_day": _is_dated_month,
    "day_month": _is_dated_month,
    "days": _is_dated_month,
    "month_days": _is_dated_month,
    "same": _is_reference,
}
"""Rules whose words are not always a time."""
