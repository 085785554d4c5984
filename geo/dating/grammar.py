"""Which strings of a text are time expressions: one bounded pattern, tried from left to right.

What they mean is ``geo.dating.readers``' business. Patterns see the text in lower case, of the same
length, so that spans stay true; where a word is only a date with a capital ("May", "March"), the text
itself decides.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from geo.dating.words import (
    ABOUT,
    COUNT,
    DAY,
    DOTTED_WEEKDAY,
    FULL_MONTH,
    MONTH,
    MONTHS,
    NUMBERS,
    PART,
    SHORT_WEEKDAY,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
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
    rf"(?:{YEAR}|(?:of\s)?(?:this|last|next|that|the\ssame|that\ssame|the\sfollowing|the\sprevious|the\snext)\syear"
    rf"|of\sthe\syear\sbefore|{COUNT}\syears?\s(?:ago|earlier|before))"
)
_DASH = r"\s?[-\u2013\u2014]\s?"
_TO = rf"(?:{_DASH}|\s(?:to|until|till|through)\s)"
_INTO = r"(?P<into>(?:(?:in|during)\sthe\snight|overnight)\sto\s)"
_ON = rf"(?:(?P<weekday>{WEEKDAY}|{SHORT_WEEKDAY}),?\s(?:the\s|dawn\s)?(?:of\s)?)?"
_OF_YEAR = rf"(?:,?\s(?:of\s|in\s)?(?P<year>{_YEAR_WORD})|\s'(?P<short>\d\d)(?!\d))?"
_HOUR = r"(?:morning|afternoon|evening|night|noon|midday|dawn|dusk|lunchtime|daybreak|nightfall)"
_WHICH = (
    r"(?:this\spast|this|last|next|that\ssame|that\svery|that|the\svery\ssame|the\ssame|the\sprevious|the\spreceding"
    r"|the\sfollowing|the\snext|the\scoming|the\scurrent|the\ssucceeding|following|the\svery\snext)"
)
_CLOCK = (
    r"(?:(?:[01]?\d|2[0-3])(?:[:.][0-5]\d)?\s?(?:a\.m\.|p\.m\.|am\b|pm\b)"
    r"|(?:[01]\d|2[0-3]|\d):[0-5]\d(?:\s?gmt|\slocal\stime)?"
    r"|half\spast\s[a-z]{3,6}|(?:[a-z]{3,6}|\d{1,2})\so['\u2019]clock|noon|midday|midnight|dawn|dusk|nightfall|daybreak"
    r"|sunset|sunrise|mid-?morning|mid-?afternoon|lunchtime|first\slight)"
)
_AT = (
    r"(?:at|around|about|by|until|till|before|after|shortly\safter|shortly\sbefore|just\safter|just\sbefore|soon\safter"
    r"|a\slittle\safter|a\slittle\sbefore)"
)
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
_LATER = (
    r"(?:earlier|later|early|late|midway|(?:at\s|in\s)?the\s(?:start|middle|end|beginning)|by\sthe\s(?:middle|end)"
    r"|(?:in\s)?the\s(?:last|final|closing|first|opening)\sdays|(?:in|over)\sthe\scourse)"
)

_RULES = {
    "iso": r"(?P<year>(?:1\d|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d)(?!-)",
    "numeric": r"(?P<first>\d{1,2})(?P<sign>[/.])(?P<second>\d{1,2})(?P=sign)(?P<year>(?:1\d|20)\d\d)(?!\d)",
    "days": rf"(?:between\s)?{_ON}(?:the\s)?(?P<day>{DAY})(?:{_TO}|\sand\s(?:the\s)?)(?P<last>{DAY})\s(?:of\s)?"
    rf"(?P<month>{MONTH}){_OF_YEAR}",
    "month_days": rf"(?P<month>{MONTH})\s(?P<day>{DAY})(?:{_TO}|\sand\s(?=\d))(?P<last>{DAY})(?!\s?{FULL_MONTH})"
    rf"{_OF_YEAR}",
    "day_month": rf"{_ON}(?:{_INTO}|(?:the\s)?(?:night\sof\s|morning\sof\s)?)"
    rf"(?P<day>{DAY})(?:\sof)?\s(?P<month>{MONTH}){_OF_YEAR}",
    "month_day": rf"{_ON}(?P<month>{MONTH})\s(?:the\s)?(?P<day>{DAY})(?!\d|,\d{{3}}){_OF_YEAR}",
    "month_year": rf"(?P<part>{PART})?(?P<month>{MONTH})(?:,?\s(?:of\s|in\s)?(?P<year>{_YEAR_WORD})"
    r"|\s'(?P<short>\d\d)(?!\d))",
    "month": rf"(?:(?P<which>{_WHICH})\s)?(?P<part>{PART})?(?P<month>{FULL_MONTH})",
    "season": rf"(?P<part>{PART})?(?:(?P<which>{_WHICH})\s|(?:in|by|during|over|(?:in|over)\sthe\scourse\sof)\s)?"
    r"(?:the\s)?"
    rf"(?P<late>early\s|mid-|mid\s|late\s|middle\sof\s)?(?P<season>spring|summer|autumn|fall|winter)"
    rf"(?:(?:\sof|,)?\s(?P<year>{_YEAR_WORD}))?(?![a-z-])",
    "holiday": rf"(?:the\s)?(?:(?P<nth>{_ORDINAL}|last)\sday\sof\s|(?P<part>{PART}))?(?:the\s)?(?:holy\smonth\sof\s)?"
    r"(?P<holiday>christmas(?:\s(?:eve|day|night))?|new\syear['\u2019]s\s(?:eve|day)|nowruz|newroz|ramadan|ashura"
    r"|feast\sof\s(?:the\s)?sacrifice"
    rf"|eid(?:[\s-](?:al|ul)[\s-](?:fitr|adha))?|easter(?:\s(?:sunday|monday))?|good\sfriday|palm\ssunday){_OF_YEAR}(?![a-z-])",
    "decade": rf"(?:the\s)?(?P<part>{PART})?(?:the\s)?(?P<decade>(?:1\d|20)\d0)['\u2019]?s(?![a-z])",
    "years": rf"(?P<year>{YEAR})\s?[-\u2013\u2014/]\s?(?P<last>{YEAR}|\d\d(?![\d.,:]\d)(?!\w))",
    "year": rf"(?P<part>{PART})?(?P<year>{YEAR})(?!-)",
    "month_end": rf"(?:on\s)?the\s(?P<end>first|last|very\slast)\sday\sof\s(?P<month>{MONTH}){_OF_YEAR}(?![a-z])",
    "weekday_nth": rf"(?P<weekday>{WEEKDAY}),?\s(?:the\s)?(?P<day>[12]?\d(?:st|nd|rd|th)|3[01](?:st|th))(?![\w-])"
    rf"(?!\s(?:of\s)?{MONTH})",
    "weekend": rf"(?:(?:over|at|during|on)\s)?(?:(?P<which>{_WHICH}|the|the\spast|past)\s)weekend(?![a-z])",
    "weekday": rf"(?:{_INTO}|(?P<later>later\s)(?:on\s)?|(?P<which>{_WHICH})\s)?"
    rf"(?:early\s|late\s)?(?P<weekday>{WEEKDAY}|{DOTTED_WEEKDAY})(?:['\u2019]s)?"
    rf"(?:\s{_HOUR})?(?:\s(?P<way>before|after)(?=[,.;)]))?(?P<week>,?\s(?:of\s)?last\sweek|\s(?:of\s)?next\sweek|\s(?:of\s)?this\sweek|\sweek(?![a-z-]))?",
    "deictic": rf"(?:earlier\s|late\s|early\s|later\s)?(?P<word>today|tonight|yesterday|tomorrow|overnight|last\snight"
    rf"|this\s(?:morning|afternoon|evening))(?:\s{_HOUR})?(?![a-z])",
    "recent": r"(?P<recent>in\srecent\s(?P<unit>days|weeks|months))",
    "hours_back": r"(?:(?:over|in|during|for|within|throughout)\s)?the\s(?:past|last|previous)\s"
    rf"(?P<count>{COUNT}|twenty-four|thirty-six|forty-eight|seventy-two)[\s-]hours(?![a-z])",
    "coming": r"(?:(?:in|over|during|within|for)\s)?the\s(?P<which>coming|next|following|ensuing)\s"
    rf"(?:(?P<count>{COUNT})\s)?(?P<unit>{UNIT}|hour)s(?![a-z])",
    "in_count": rf"in\s(?:{ABOUT}\s)?(?P<count>{COUNT})\s(?P<unit>{UNIT})(?:s['\u2019]?|['\u2019]s)?"
    r"(?:\stime)?(?![a-z])",
    "span_back": rf"(?:(?:{_ORDINAL}|(?P<time>\w{{3,10}}))\stime\sin\s(?=(?:{ABOUT}\s)?{COUNT}\s)"
    rf"|(?:(?:over|in|during|for|within|throughout)\s)?(?:the\s)?(?P<which>past\s|last\s(?={COUNT}\s)|previous\s(?={COUNT}\s)|preceding\s(?={COUNT}\s)))"
    rf"(?:{ABOUT}\s)?(?:(?P<count>{COUNT})[\s-])?(?:and\sa\shalf\s)?(?P<unit>{UNIT})s?(?![a-z])",
    "for_back": rf"(?P<lead>for|after|lasted)\s(?:(?P<about>{ABOUT})\s)?(?P<count>{COUNT})[\s-](?P<unit>{UNIT})s?"
    r"(?=\sof\s|[,.;]|\s(?:after|under|in|by|now)\s)",
    "old": rf"(?P<count>{COUNT})-(?P<unit>{UNIT})-old",
    "within_count": rf"within\s(?:{ABOUT}\s)?(?P<count>{COUNT})\s(?P<unit>{UNIT})s?(?![a-z])(?!\sof\s)",
    "beside": r"the\s(?P<unit>day|night|morning|evening|week|month|year)\s(?P<way>before|after)(?![a-z])"
    r"(?:\s(?P<what>that|this|tomorrow|yesterday|last)(?![a-z]))?"
    r"(?P<follows>(?=\s(?!(?:to|at|in|and|but|as|by|for|from|on|with|when|together|alone|too|also|near|had|were|was"
    r"|[a-z]{2,14}ed)\b)\w))?",  # not "agreed the day before to"
    "offset": rf"(?:(?P<about>{ABOUT})\s)?(?:(?P<count>{COUNT})\s)?(?P<half>and\sa\shalf\s)?"
    rf"(?P<unit>{UNIT}|hour|minute)s?\s"
    rf"(?:and\s(?:an?|{COUNT})\s(?:half|{UNIT}s?)\s)?"
    r"(?P<way>ago|earlier|later|before|previously|after|afterwards?|prior|hence|from\snow|since(?=\s\w)|on(?=,|\s(?:it|they|he|she|its|their)\b))(?![a-z])"
    r"(?P<same>\s(?:this\smonth|today|this\sweek)(?![a-z]))?"
    r"(?:\s(?P<what>that|this)(?=[\s,.;:])(?!\s(?!they\b|it\b|he\b|she\b|we\b|the\b)[a-z]{1,20}"
    r"\s(?:was|had|fell|were)\b))?(?P<follows>(?=\s\w))?",
    "running": rf"for\s(?:a|the)\s(?P<nth>{_ORDINAL})\s(?:straight\s|consecutive\s|successive\s)?day(?![a-z])",
    "nth_day": rf"on\s(?:the|its|their)\s(?:very\s)?(?P<nth>{_ORDINAL})\sday(?![a-z])(?!\sof\s(?!the\s|its\s|their\s))",
    "nth_of_month": rf"(?P<day>[12]?\d(?:st|nd|rd|th)|3[01](?:st|th)|{_ORDINAL}(?=\sof\s(?:the|this|last|that)\smonth))"
    r"(?![\w-])(?:\sof\s(?P<which>this|last|that|the\ssame|the)\smonth(?![a-z]))?",
    "clock": rf"(?:(?P<stamp>(?:[01]\d|2[0-3])[:.][0-5]\d)(?=\s)|{_AT}\s(?:about\s|around\s)?{_CLOCK}(?![\w:])"
    r"(?!\s(?:on|of|in|that)\s)|(?:in|by|until|during)\sthe\s(?:(?:early|late)\s)?"
    r"(?:morning|afternoon|evening|(?P<night>night))"
    r"(?![\w-])(?!\s(?:of|hours)\s?))",
    "half": r"the\s(?P<half>first|second|latter)\shalf\sof\s(?P<det>the|this|that|last|next)\syear",
    "within": rf"(?P<how>{_LATER})\s(?:in\s|of\s)?(?P<which>{_WHICH}|the)\s(?P<unit>day|week|month|year|decade)"
    r"(?![a-z])",
    "this_time": r"this\stime\slast\s(?P<unit>year|month|week)(?![a-z])",
    "unit_over": r"(?:before|by\sthe\stime)\s(?:the|this)\s(?P<unit>day|week|month|year)\sis\s(?:over|out)(?![a-z])",
    "since_then": r"(?:ever\ssince|since\sthen)(?=[\s,.;:)])(?!\s(?:the|they|he|she|it|its|their|a)\b)",
    "same": rf"(?P<which>{_WHICH}|next|same|all(?=\sweek)|this\svery)\s"
    r"(?P<unit>day|morning|afternoon|evening|night|week|month|year|decade)"
    r"(?![a-z-])",
}

_NAMED = re.compile(r"\(\?P<\w+>")
_BACK = re.compile(r"\(\?P=\w+\)")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """The one alternation that scans, and each rule by itself, whose groups name the parts."""
    bare = (f"(?P<{name}>{_BACK.sub('[/.]', _NAMED.sub('(?:', rule))})" for name, rule in _RULES.items())
    scan = re.compile(r"(?=[0-9a-y])(?<![\w$£€#@/])(?<![$£€.,]\d)(?:" + "|".join(bare) + ")", re.ASCII)
    return scan, {name: re.compile(rule, re.ASCII) for name, rule in _RULES.items()}


@lru_cache(maxsize=8)
def lowered(text: str) -> str:
    """``lower`` of a whole story, kept: its stages ask for parts of it again and again."""
    return lower(text)


def lower(text: str) -> str:
    """Lower case of the same length ("İ" is the one letter that would grow); odd spaces become plain ones."""
    text = text.replace("\u0130", "i").lower()
    for space in "\n\t\u00a0\u2009\u202f":
        text = text.replace(space, " ")
    return text


def expressions(text: str) -> list[Expression]:
    """Every time expression of a text, in order and without overlap."""
    low = lowered(text)
    scan, rules = _patterns()
    found: list[Expression] = []
    position = 0
    for opening in openings(low):
        match = scan.match(low, opening) if opening >= position else None
        if match is None:
            continue
        rule = match.lastgroup or ""
        start, end = match.span()
        parts = rules[rule].match(low, start)
        position = max(end, start + 1)
        if parts is None:
            continue
        expression = Expression(Span(start, end), rule, _stated(parts))
        if rule == "clock" and found and low[found[-1].span.end : start] in (" ", ", "):
            continue  # "on Monday at 5 p.m." is one time
        if _is_time(text, low, expression):
            found.append(expression)
        else:
            position = start + 1
    return found


_WORD = re.compile(r"[a-z]+|\d", re.ASCII)
_OPENERS = frozenset(
    f"""a about after all almost an and approximately around ashura at autumn barely before beginning between by
    christmas circa close closing couple decade decades dozen during early earlier eid end ever fall feast few fewer
    final first following for fortnight fortnights from half holy hour hours in just last lasted late later
    less many mid middle midway minute minutes month months more nearly new newroz next night nowruz on only
    opening outset over overnight past previous preceding ramadan roughly same second several shortly since
    some soon spring start summer tenth that the third fourth fifth sixth seventh eighth ninth this throughout
    till today tomorrow tonight until up day days week weeks well winter within year years yesterday easter
    good palm {' '.join(MONTHS)} {' '.join(WEEKDAYS)} {' '.join(NUMBERS).replace('-', ' ')}""".split()
)
"""The words that an expression of the grammar may begin with; all others are passed over. A test holds it to the
grammar."""


_LITTLE = frozenset("the a an in on at by for over after before and during around about from half just of".split())
_BESIDE_THEM = frozenset(
    """very current coming holy succeeding previous past little their its recent latter weekend daybreak dawn sunrise
    morning noon midday afternoon evening sunset dusk nightfall midnight lunchtime""".split()
)
_NEXT = re.compile(r"\s(?:(\d)|([a-z]+))", re.ASCII)


def openings(low: str) -> Iterator[int]:
    """Where an expression may begin: at one of few words, at a number, at "third time in"."""
    for match in _WORD.finditer(low):
        word = match[0]
        if word in _LITTLE:
            following = _NEXT.match(low, match.end())
            is_opener = following is not None and (
                following[1] is not None or following[2] in _OPENERS or following[2] in _BESIDE_THEM
            )
        else:
            is_opener = word in _OPENERS or word.isdigit()
        if is_opener or low.startswith(" time in ", match.end()):
            yield match.start()


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


def _is_time(text: str, low: str, expression: Expression) -> bool:
    """What the words around decide: a bare number is seldom a year, "may" seldom a month."""
    decide = _DECIDE.get(expression.rule)
    return decide is None or decide(text, low, expression)


def _is_dated_month(text: str, low: str, expression: Expression) -> bool:
    """ "12 may have died" and "march 5 miles" are none."""
    name = expression.parts["month"]
    at = low.find(name, *expression.span)
    return text[at].isupper() or name not in ("may", "march", "mar.", "mar")


def _is_year(_: str, low: str, expression: Expression) -> bool:
    start, end = expression.span
    if "part" in expression.parts or expression.rule == "years":
        return not _THINGS.match(low, end)
    before, after = low[max(start - 12, 0) : start], low[end : end + 1]
    if _THINGS.match(low, end):
        return False
    year = int(expression.parts["year"])
    if _IN.search(before):
        return year >= 1700 or not _PLURAL.match(low, end)
    if _LICENSE.search(before):
        return year % 50 != 0 and not _PLURAL.match(low, end)  # "about 2000", "for 1950 men"
    if _ARTICLE.search(before):
        return year >= 1500 and after == " "
    opens = before[-2:].strip() == "" and year >= 1700
    return after in (":", "") or (opens and not _PLURAL.match(low, end))


def _is_month(text: str, low: str, expression: Expression) -> bool:
    start, end = expression.span
    name = expression.parts["month"]
    at = low.find(name, start, end)
    if not text[at].isupper():
        return name not in ("may", "march", "mar", "mar.", "august") and "year" in expression.parts
    if name in ("may", "march", "august", "april", "june") and len(expression.parts) == 1:
        return _LICENSE.search(low, max(start - 12, 0), start) is not None
    return not name.endswith(".") or "year" in expression.parts


def _is_season(_: str, low: str, expression: Expression) -> bool:
    """ "the fall of Mosul" and "spring up" are no seasons."""
    start, end = expression.span
    parts = expression.parts
    if "year" in parts:
        return True
    if low.startswith(" of ", end) or low.startswith(" offensive", end):
        return False
    if parts["season"] == "fall":
        return parts.get("which", "") in ("this", "last", "next", "that")
    is_led = low.startswith(("in ", "by ", "during ", "over "), start)
    return "which" in parts or "part" in parts or is_led or _BOUNDS.search(low, max(start - 12, 0), start) is not None


_BOUNDS = re.compile(r"\b(?:since|until|till|before|through)\s(?:the\s)?\Z")
_ON_THE = re.compile(
    r"\b(?:on|by|until|till|since|from|before|after|(?:morning|afternoon|evening|night|dawn)\sof)\sthe\s\Z"
)
_UNIT_OF_MEN = re.compile(
    r"\s(?:armou?red\s|mechani[sz]ed\s|infantry\s|mountain\s|republican\s)?(?:division|brigade|army|corps|regiment|battalion"
    r"|anniversary|floor|century|parallel|congress|time|day|infantry|armou?red|coastal|storming|assault|legion|round)"
)


def _is_nth(_: str, low: str, expression: Expression) -> bool:
    """ "on the 12th," but not "the 12th Division"."""
    start, end = expression.span
    is_led = _ON_THE.search(low, max(start - 18, 0), start) is not None
    return is_led and _UNIT_OF_MEN.match(low, end) is None


def _is_clock(text: str, _: str, expression: Expression) -> bool:
    """A bare "22:05" only where a line begins with it."""
    start = expression.span.start
    return "stamp" not in expression.parts or start == 0 or text[start - 1] in "\n\r"


def _is_feast(text: str, low: str, expression: Expression) -> bool:
    """ "Ramadan Abdullah" is a man; only capitals make a feast."""
    start, end = expression.span
    at = low.find(expression.parts["holiday"], start, end)
    following = text[end : end + 2]
    is_name = following[:1] == " " and following[1:2].isupper()
    return text[at].isupper() and not (is_name and expression.parts["holiday"] in ("ramadan", "eid"))


def _is_told(text: str, low: str, expression: Expression) -> bool:
    """ "every Friday" is none, nor is "sat." a Saturday; "Sat." is."""
    start = expression.span.start
    word = expression.parts["weekday"]
    if word.endswith(".") and not text[low.find(word, start)].isupper():
        return False
    return not low[max(start - 6, 0) : start].endswith(("every ", "each ", "most "))


_SO_LONG = re.compile(
    r"\b(?:it(?:\sis|['\u2019]s|\shas\sbeen)|passed|gone(?:\sby)?)\s(?:now\s|been\s|only\s|just\s|exactly\s)?\Z"
)


def _is_count(_: str, low: str, expression: Expression) -> bool:
    """ "It is thirty days since they left", but not "in the years since the war"."""
    start = expression.span.start
    if expression.parts["way"] == "on":  # "four years on it was theirs", but not "spent two days on it"
        before = low[max(start - 3, 0) : start].rstrip(" ")  # a copy of all that stands before would be one a date
        return low.startswith(",", expression.span.end) or before[-1:] in (".", ";", ":", "")
    return expression.parts["way"] != "since" or _SO_LONG.search(low, max(start - 30, 0), start) is not None


def _is_repeat(_: str, __: str, expression: Expression) -> bool:
    """ "the third time in two weeks", "only time in …"; other words before "time in" are no counts."""
    return expression.parts.get("time", "only") in ("only", "last", "fourth", "11th", "12th")


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
    "nth_of_month": _is_nth,
    "clock": _is_clock,
    "holiday": _is_feast,
    "weekday": _is_told,
    "span_back": _is_repeat,
    "offset": _is_count,
}
"""Rules whose words are not always a time."""
