"""How far the date of a time expression reaches within its sentence.

A date in brackets is of the name before them; one in "taken in May" of what was taken; one in a relative
clause, or in "four days after rebels came", of that clause alone. All patterns look at a bounded window.
"""
from __future__ import annotations

import re
from dataclasses import dataclass

from geo.dating.grammar import lowered
from geo.model import Span, When

_WINDOW = 200
"""Code points before an expression that are searched for what opens its clause."""

_MARKER = re.compile(
    r"(?<![\w-])(?P<word>which|whom?|whose|where|when|while|that)\s(?!(?:same|day|month|year|night|time|of)\b)"
)
_PART = re.compile(rf"{_MARKER.pattern}|(?<![\w-])(?:and|but)\snow\s")
_PARTICIPLE = re.compile(
    r",\s(?:first\s|only\s|once\s|itself\s)?(?:(?!followed|died|ended|started|happened|arrived|collapsed|surrendered|"
    r"returned|remained|opened)[a-z]{2,14}ed|taken|retaken|lost|overrun|won|built|held|hit|left|begun|cut)"
    r"(?:\s[a-z]{1,12}){0,3}\s?\Z"
)
_APPOSITION = re.compile(r",\s(?:a|an|the|its)\s[^,;:]{1,40}\Z")
_SUBJECT = re.compile(r"\s(?:they|he|it|she|we|the|had|was|were|have|has)\s")
_RELATIVE = re.compile(r"\b(?:after|before)\Z")
_SAYS_THAT = re.compile(
    r"\b(?:said|says?|announce[sd]?|report(?:s|ed)?|told|confirm(?:s|ed)?|claim(?:s|ed)?|add(?:s|ed)|declare[sd]?|wrote)"
    r"(?:\s[\w-]{1,14}){0,6}\s\Z"
)
_OF = re.compile(
    r"(?<!morning)(?<!night)(?<!evening)(?<!afternoon)(?<!noon)(?<!dawn)(?<!hours)(?<!day)(?<!end)(?<!days)"
    r"\sof\s(?:the\s)?\Z"
)
_LEFT = re.compile(r"[;:]\s|,\s(?=(?:and|but|so)\s(?:(?:in|on|by|at|since|late|early)\s)?(?:the\s)?\Z)")
_AFTER_NAME = re.compile(r",\s(?:after|since|before|following)\s(?:[a-z'\u2019-]{1,20}\s){1,3}(?:in\s|on\s)?\Z")
_LASTS = re.compile(r"(?:for|over|(?:\w{4,8}\stime\s)in|in\sthe\s(?:past|last)|within|during\sthe\s(?:past|last))\s")
_AFTERMATH = re.compile(r"after\s(?!that\b|this\b)")


@dataclass(frozen=True)
class Scope:
    """The days of ``when`` hold for names in ``span``; ``rank`` orders the kinds, the narrowest first."""

    when: When
    span: Span
    rank: int
    is_free: bool = False

    @property
    def words(self) -> Span:
        return self.when.span or self.span

    def holds(self, span: Span) -> bool:
        return self.span.start <= span.start < self.span.end


BRACKETS, OWN, BESIDE, LASTING, ATTRIBUTE = range(5)
_RANKS = {"_in_brackets": BRACKETS, "_of_participle": BESIDE}


def scope_of(text: str, when: When, sentence: Span) -> Scope:
    """The part of ``sentence`` that ``when`` dates."""
    at = when.span or sentence
    first = max(sentence.start, at.start - _WINDOW)
    before = lowered(text)[first : at.start]
    for find in (_in_brackets, _of_aside, _of_participle, _after_event, _of_fronted, _after_name, _in_relative):
        span = find(text, before, at, sentence)
        if span is not None:
            return Scope(when, span, _RANKS.get(find.__name__, OWN))
    aside = text[at.end : at.end + 1] == ","  # "they bombed it, but at noon, and left"
    left = max((match.end() for match in _LEFT.finditer(before) if not (aside and match[0][0] == ",")), default=0)
    span = Span(at.start - len(before) + left if left else sentence.start, sentence.end)
    if _LASTS.match(lowered(text)[at.start : at.start + 24]):
        return Scope(when, span, LASTING, True)
    if _OF.search(before) or _AFTERMATH.match(lowered(text)[at.start : at.start + 12]):
        return Scope(when, span, ATTRIBUTE)
    return Scope(when, span, OWN, True)


_ALL = re.compile(r"\((?:all|both|each|the three)\s")


def _in_brackets(text: str, before: str, at: Span, sentence: Span) -> Span | None:
    """ "Zanjili (in June)": the name that stands before the bracket."""
    opening = before.rfind("(")
    if opening < 0 or ")" in before[opening:]:
        return None
    bracket = at.start - len(before) + opening
    if at.start - bracket > _WINDOW // 10 or text[at.end : at.end + 1] != ")":
        return Span(bracket, at.end)  # a remark of its own
    marks = ";:(" if _ALL.match(text, bracket) else ",;:("
    first = max(text.rfind(mark, sentence.start, bracket) for mark in marks)
    if marks == ";:(":
        return Span(max(first + 1, sentence.start), at.end)
    return Span(max(first + 1, sentence.start, bracket - _WINDOW // 4), at.end)


_STANDING = re.compile(
    r",\s(?:(?:now|still|also|itself)\s)?(?:under|in|held|ruled|run|without|besieged|surrounded|encircled|cut\soff|closed|shut"
    r"|empty|home|out\sof)\b[^,;:()]{0,40}\Z"
)


def _of_aside(text: str, before: str, at: Span, sentence: Span) -> Span | None:
    """ "A, in rebel hands since May, was hit on Sunday": how A stands is of all that time, A is of the Sunday."""
    if not lowered(text).startswith("since ", at.start) or text[at.end : at.end + 1] != ",":
        return None
    match = _STANDING.search(before)
    return Span(at.start - len(before) + match.start() + 1, at.end) if match else None


def _of_participle(text: str, before: str, at: Span, sentence: Span) -> Span | None:
    """ "Palmyra in its hands, retaken in March, but": what stands between two commas before it."""
    match = _PARTICIPLE.search(before)
    if match is None or _SUBJECT.search(match.group()):
        return None
    comma = at.start - len(before) + match.start()
    first = max([text.rfind(mark, sentence.start, comma) for mark in ",;:"])
    linked = text.rfind(" and ", max(first, sentence.start), comma)
    start = first + 1 if first >= 0 else sentence.start
    if _ASIDE.match(text, start, comma) and not _GOES_ON.match(text, at.end, sentence.end):
        return None  # "A, 150 km to the east, changed hands that day": the verb of A
    if first < 0 and linked < 0 and comma - start > _WINDOW // 3:
        return None  # the whole clause before it: "They fled south, forced out on Monday"
    return Span(start, _clause_end(text, at.end, sentence))


_ASIDE = re.compile(
    r"\s(?:\d|(?:an?|the|its|north|south|east|west|just|near|some|about|farther|further|on|in|down|up|across|beside)\b)"
)
_GOES_ON = re.compile(r",\s(?:is|are|was|were|has|have|had|lies?|remains?|stands?|fell|became|[a-z]{2,14}ed)\b")


def _after_event(text: str, _: str, at: Span, sentence: Span) -> Span | None:
    """ "four days after rebels came, it fell": the coming only."""
    words = lowered(text)[at.start : at.end]
    if not _RELATIVE.search(words) or not text[at.end : at.end + 2].strip(" .,;:\n"):
        return None
    return Span(at.start, _clause_end(text, at.end, sentence))


_FRONTED = re.compile(r"(?:\w+\s){1,3}(?:day|week|month|year)s?\s(?:after|before)\s[^,;:.]{3,90}\Z")


def _of_fronted(text: str, _: str, at: Span, sentence: Span) -> Span | None:
    """ "Two years after they were driven out in January 2015, a third of A is rebuilt": what is before the comma."""
    if text[at.end : at.end + 2] != ", " or at.start - sentence.start > _WINDOW:
        return None
    words = lowered(text)[sentence.start : at.start]
    return Span(sentence.start, at.end) if _FRONTED.match(words) else None


def _after_name(text: str, before: str, at: Span, sentence: Span) -> Span | None:
    """ "the second town, after Raqqa in March 2013": Raqqa alone."""
    match = _AFTER_NAME.search(before)
    is_named = match is not None and text[at.start - len(before) + match.start() :][:40].split(" ", 2)[2:3]
    if match is None or not is_named or not is_named[0][:1].isupper():
        return None
    return Span(at.start - len(before) + match.start(), _clause_end(text, at.end, sentence))


def _in_relative(text: str, before: str, at: Span, sentence: Span) -> Span | None:
    """ "the town, which they took in May": up to the comma after the date; a "that" clause runs to the end."""
    found = list(_MARKER.finditer(before))
    if not found:
        return None
    marker = found[-1]
    is_planned = re.search(r"\b(?:will|would)\b", before[marker.end() :]) is not None
    if marker["word"] == "that" and not is_planned and _SAYS_THAT.search(before, 0, marker.start()):
        return None  # "announced that it took the town on Monday": told, though by somebody
    if _is_over(before[marker.end() :]):
        return None
    start = at.start - len(before) + marker.start()
    if marker["word"] == "when" and not before[: marker.start()].rstrip().endswith(","):
        # "was in A when it fell in May" dates both
        opening = max(text.rfind(mark, sentence.start, start) for mark in ",;:")
        return Span(max(opening + 1, sentence.start), _clause_end(text, at.end, sentence))
    aside = _APPOSITION.search(before, 0, marker.start())
    if aside and text[at.end : at.end + 1] in ".;":  # "Amerli, a town which was cut off in May."
        start = max(text.rfind(mark, sentence.start, at.start - len(before) + aside.start()) for mark in ",;") + 1
        return Span(max(start, sentence.start), at.end)
    end = sentence.end if marker["word"] == "that" else _clause_end(text, at.end, sentence)
    return Span(start, end)


def _is_over(words: str) -> bool:
    """Whether a relative clause ends among its words: at a comma, unless one stands right before the date; there too,
    if it has a date ("A, where they swore in 2014 to stay, in July 2017")."""
    between = _BEHIND_COMMA.sub("", words)
    has_date = between != words and _DATED.search(between) is not None
    return has_date or re.search(r"[,;:]\s", between) is not None


_BEHIND_COMMA = re.compile(r",\s(?:in|on|by|at|since|late|early)?\s?(?:the\s)?\Z")
_DATED = re.compile(r"\s(?:in|on)\s(?:the\s)?(?:[a-z]+\s){0,3}(?:of\s)?(?:19|20)\d\d\b")


def _clause_end(text: str, start: int, sentence: Span) -> int:
    last = min(sentence.end, start + 2 * _WINDOW)
    ends = [text.find(mark, start, last) for mark in (",", ";", " \u2014 ", " \u2013 ")]
    return min((end for end in ends if end >= 0), default=sentence.end)


def segment(text: str, clause: Span, span: Span) -> Span:
    """The part of a clause from its last "who", "which" or "that" before ``span``."""
    first = max(clause.start, span.start - _WINDOW)
    found = list(_PART.finditer(lowered(text)[first : span.start]))
    return Span(first + found[-1].start() if found else clause.start, clause.end)


def distance(text: str, a: Span, b: Span) -> int:
    """Code points between; a comma between them counts for a few words more."""
    gap = Span(min(a.end, b.end), max(a.start, b.start))
    return 0 if gap.start >= gap.end else gap.end - gap.start + 15 * text.count(",", *gap)
