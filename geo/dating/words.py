"""The words of dates in English news: months, weekdays, numbers, and the patterns that join them."""
from __future__ import annotations

from collections.abc import Mapping

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("mon monday", "tue tues tuesday", "wed wednesday", "thu thur thurs thursday", "fri friday",
         "sat saturday", "sun sunday"))
    for name in names.split()
}  # fmt: skip
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMED_MONTHS = (name.capitalize() for name in MONTHS if len(name) > len("sept") or name in ("may", "june", "july"))
MOMENT = (
    rf"(?:{'|'.join((*WEEKDAY_NAMES, *_NAMED_MONTHS))}|spring|summer|autumn|winter|noon|dawn|night|time|day|week"
    r"|weekend|month|year|\d+)"
)
"""Words of time behind a preposition: "on Monday" and "of July" govern no name that follows."""
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
NUMBERS = {
    **{name: number for number, name in enumerate(_SMALL.split())},
    "a": 1, "an": 1, "a couple of": 2, "a dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "twenty-four": 24, "thirty-six": 36, "forty-eight": 48, "seventy-two": 72,
}  # fmt: skip
FEW = {"", "a few", "several", "some", "many", "few"}
"""Counts without a number: two to a handful."""

ORDINALS = {
    name: number
    for number, name in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
}

MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)(?![a-z])"
)
FULL_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)(?![a-z])"
)
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?![a-z])"
DOTTED_WEEKDAY = r"(?:(?:mon|tues?|wed|thu|thurs?|fri|sat|sun)\.)"
SHORT_WEEKDAY = r"(?:(?:mon|tues?|wed|thu|thurs?|fri|sat|sun)\b\.?)"
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d%]|:\d)(?!\.\d)"
YEAR = r"(?:1\d|20)\d\d(?![\w%])(?![.,:]\d)"
COUNT = (
    r"(?:\d{1,3}|a couple of|a dozen|a few|several|some|many|few|an?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty)"
)
ABOUT = (
    r"(?:about|around|roughly|nearly|almost|approximately|some|just|only|barely|more than|less than|fewer than"
    r"|at least|over|close to|up to|well over)"
)
UNIT = r"(?:day|week|fortnight|month|year|decade)"
PART = (
    r"(?:(?:the\s)?(?:very\s)?(?:early|mid|late|middle|beginning|start|end|outset|close|first\shalf|second\shalf"
    r"|latter\shalf|latter\spart|early\spart|opening|first\sdays|last\sdays|final\sdays|closing\sdays|opening\sdays"
    r"|early\sdays|(?:first|second|third|fourth|last|final)\sweek|(?:first|second|third|fourth|last|final)\squarter)"
    r"(?:[-\s](?:of|in))?[-\s])"
)
PARTS = {
    "early": "early", "mid": "mid", "late": "late", "middle": "mid", "beginning": "early", "start": "early",
    "end": "late", "outset": "early", "close": "late", "first half": "first half", "second half": "second half",
    "latter half": "second half", "latter part": "late", "early part": "early", "opening": "early",
    "first days": "early", "last days": "late", "final days": "late", "early days": "early",
    "closing days": "late", "opening days": "early", "first week": "first week", "last week": "last week",
    "final week": "last week", "second week": "second week", "third week": "third week", "fourth week": "fourth week",
    "first quarter": "first quarter", "second quarter": "second quarter", "third quarter": "third quarter",
    "fourth quarter": "fourth quarter", "last quarter": "fourth quarter", "final quarter": "fourth quarter",
}  # fmt: skip
"""What each word of ``PART`` means to ``units.part``."""


def weekday_of(parts: Mapping[str, str]) -> int:
    """The number of the weekday that an expression names ("fri." too); Monday is 0."""
    return WEEKDAYS[parts["weekday"].rstrip(".")]


def part_of(text: str | None) -> str | None:
    """``early``, ``mid``, ``late`` … for what ``PART`` matched."""
    if text is None:
        return None
    words = [word for word in text.replace("-", " ").split() if word not in ("the", "of", "in", "very")]
    return PARTS.get(" ".join(words))


def number_of(text: str) -> int | None:
    """A count; ``None`` for a few, several, or no number at all."""
    if text.isdecimal():
        return int(text)
    return NUMBERS.get(text)
