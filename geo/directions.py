"""Words around a name that place something by it: "20 km north of Raqqa", "between Homs and Palmyra".

Every pattern is matched inside of ``WINDOW`` characters to a side of a name, and every repetition in it is bounded,
so the time is linear in the text. Names of areas are told from names of towns only later, by ``geo.relative``.
"""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from geo.model import Relation, Span, Toponym

WINDOW = 90
"""How many characters before a name, or between two of them, a relation may take."""

NEARBY = frozenset(("offset", "near", "outskirts", "countryside"))
"""Kinds of relation that say: not at the place itself."""

_WINDS = "north north-northeast northeast east-northeast east east-southeast southeast south-southeast south " \
    "south-southwest southwest west-southwest west west-northwest northwest north-northwest".split()
_SHORT = "n nne ne ene e ese se sse s ssw sw wsw w wnw nw nnw".split()
_BEARINGS = {
    name.replace("-", ""): number * 22.5 for names in (_WINDS, _SHORT) for number, name in enumerate(names)
}
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "a couple of": 2, "two": 2, "three": 3, "a few": 3, "four": 4, "five": 5, "several": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "a dozen": 12, "twelve": 12, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "a hundred": 100,
    "half a": 0.5, "half an": 0.5,
}
_UNITS = {"k": 1.0, "mi": 1.609344, "m": 0.001, "y": 0.0009144}
"""How the name of a unit begins → kilometres."""

_WIND = (
    r"(?:(?:north|south|east|west)[- ])?(?:north|south)[- ]?(?:east|west)|north|south|east|west"
)
_NUMBER = r"\d{1,3}(?:,\d{3}|\.\d{1,2})?|\d{4}|" + "|".join(sorted(_COUNTS, key=len, reverse=True))
_MEASURE = (
    rf"(?<![\w$£€.,])(?P<number>{_NUMBER})(?:\s?(?:-|–|to|or)\s?(?P<most>\d{{1,3}}))?[ -]?"
    r"(?P<unit>km|kms|kilomet(?:re|er)s?|miles?|mi|met(?:re|er)s?|m|yards?)\b(?: ?\([^()]{1,24}\))?"
)
_KIND = r"(?:city|cities|towns?|villages?|hamlets?|capital|suburbs?|district|port|stronghold|bastion|enclave|camp)"
_WORD = r"(?! (?:and|or|from|in|into|to|at|of|near|on|off|for|with|by|that|which|who|where|when|as)\b) [\w'’-]{1,24},?"
_LEAD = (
    rf"(?: the| its)?(?:(?:{_WORD}){{0,4}} {_KIND}(?: of)?)?"
    r"(?: [\w'’-]{1,20}-(?:held|controlled|run)| besieged| embattled| nearby)?(?: [A-Z]\w{1,20}['’]s)? \Z"
)
"""What may stand between the words of a relation and the name: "the besieged Syrian town of"."""

_EDGE = r"(?P<edge>countryside|outskirts|suburbs|edges?|fringes?|periphery|entrances?|gates|approaches)"
_TURNED = rf"(?:far |extreme )?(?P<wind>{_WIND}|cent(?:re|er)|central)(?:ern)?"
_END = (
    r"(?=[.,;:!?)\n]|\Z| (?:on|in|and|as|after|where|has|had|is|was|were|are|by|to|for|with|from|since|until|near)\b)"
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_BEFORE = (
    ("offset", "measure", _compiled(
        rf"{_MEASURE}(?: away)?,? (?:to the |due |the )?(?P<wind>{_WIND}|[ns]?[ns][ew]|[ew][ns][ew]|[nsew])"
        rf"(?:ern|wards?)? (?:of|from){_LEAD}"
    )),
    ("near", "measure", _compiled(
        rf"(?:within )?{_MEASURE}(?: away)? (?:outside(?: of)?|from|of|off|short of){_LEAD}"
    )),
    ("edge", "edge", _compiled(rf"(?:\b{_TURNED} )?\b{_EDGE} of{_LEAD}")),
    ("countryside", "rural", _compiled(rf"\brural(?: {_TURNED})?{_LEAD}")),
    ("part", "wind", _compiled(
        rf"(?<!to )\bthe {_TURNED} (?:of|(?:part|half|areas|parts|corner|tip) of)(?: the)?(?: (?:province|"
        r"governorate|region|district) of)?(?: [A-Z]\w{1,20}['’]s)? \Z"
    )),
    ("offset", "wind", _compiled(rf"\b(?P<wind>{_WIND})(?:wards?)? of{_LEAD}")),
    ("part", "wind", _compiled(
        rf"(?P<also>\b(?:{_WIND}|central)(?:ern)?(?:,| and| or) )?\b{_TURNED}(?: (?:parts|areas|half) of(?: the)?"
        r"(?: (?:province|governorate|region|district) of)?)? \Z"
    )),
    ("outskirts", "near", _compiled(rf"\b(?:just |right )?outside(?: of)?{_LEAD}")),
    ("near", "near", _compiled(
        rf"\b(?:near|nearby|close to|next to|around|not far from|surrounding|in the (?:vicinity|area) of){_LEAD}"
    )),
)
"""Kinds of relation, the hint without which there is none, and what says so before a name; the first that fits holds.

A measured distance comes first; "from" a place without one is where a movement began.
"""

_REACH = 42
"""How many characters before its hint a phrase may begin: "some 20 to 30 kilometres (12 to 19 miles) north"."""

_POSSESSED = _compiled(rf"['’]s? (?:{_TURNED} )?{_EDGE}\b")
_TRAILING = _compiled(r" (?:countryside|outskirts|suburbs)\b")
_SIDE = _compiled(rf"['’]s? {_TURNED}{_END}")
_HINT = _compiled(
    r"(?<!\w)(?=[acefgikmnoprswy])(?:(?P<wind>(?:north|south)(?:[- ]?(?:east|west))?|east|west|cent(?:er|re|ral))"
    r"|(?P<near>near|close to|next to|around|outside|not far|surrounding|in the (?:vicinity|area))|(?P<rural>rural)"
    r"|(?P<measure>(?:kms?|kilomet(?:re|er)s?|miles?|mi|met(?:re|er)s?|m|yards?)\b)"
    rf"|{_EDGE})|(?P<close>\d(?:kms?|mi|m)\b)"
)
"""Cheap signs that some relation may stand here, by the name of their group; the letters are those they begin with."""

_ROAD = (
    r"(?:(?:main|strategic|key|vital|desert|coastal|old|international|military|supply) ){0,2}"
    r"(?:road|highway|motorway|route|railway|railway line|rail line|supply line|axis|corridor)"
)
_PAIR_AND = _compiled(rf"(?: {_KIND})?,? and{_LEAD}")
_PAIR_TO = _compiled(rf"(?: {_KIND})?,? (?:to|and|with){_LEAD}")
_HYPHEN = _compiled(r" ?[-–—‐‑/] ?|-to-| to ")
_ROAD_AFTER = _compiled(rf" {_ROAD}\b")
_ROAD_BEFORE = _compiled(
    rf"\b{_ROAD},? (?:(?:that |which )?(?:links|connects|runs from|leads from)|linking|connecting|between|from|"
    rf"running from|leading from){_LEAD}"
)
_BORDER_AFTER = _compiled(r" (?:border|frontier)\b")
_BORDER_BEFORE = _compiled(r"\b(?:border|frontier) (?:between|of) \Z")
_BORDER_WITH = _compiled(r"['’]s? (?:[a-z]{3,12} )?(?:border|frontier) with \Z")
_BETWEEN = _compiled(
    r"(?P<not>\b(?:talks|ties|relations?|tensions?|differences|rivalry|deals?|agreements?|cooperation|coordination|"
    r"meetings?|disputes?|rift|contacts?|match|calls?|trade|truce|alliance|links?) )?"
    rf"\b(?:midway |halfway |somewhere |lying )?between{_LEAD}"
)
_LIST = _compiled(rf"(?: {_KIND})?,? and{_LEAD}")


def relate(text: str, toponyms: Sequence[Toponym]) -> tuple[Toponym, ...]:
    """The toponyms, in order, each with the relation in which the text puts something to it, if any."""
    plain = _plain(text)
    pairs = dict(_pairs(plain, toponyms))
    hints = Hints(plain)
    found: list[Toponym] = []
    for toponym in toponyms:
        relation = pairs.get(toponym.span) or _single(plain, toponym, hints)
        relation = relation or _listed(plain, toponym, found[-1] if found else None)
        found.append(_with(toponym, relation) if relation else toponym)
    return tuple(found)


def _plain(text: str) -> str:
    """With one kind of space and of hyphen, one character for one, so that offsets stay; two spaces on end (a blank
    line) end every phrase."""
    for sign in "\n\t\r\u00a0\u202f\u2009":
        text = text.replace(sign, " ")
    return text.replace("\u2011", "-").replace("\u2010", "-")


def _with(toponym: Toponym, relation: Relation) -> Toponym:
    """A road leads from town to town, so that "the Damascus to Homs road" names no government."""
    role = "literal" if relation.kind == "road" else toponym.role
    near = relation.kind in NEARBY or (toponym.near and relation.kind != "part")
    return replace(toponym, role=role, relation=relation, near=near)


def _pairs(text: str, toponyms: Sequence[Toponym]) -> Iterator[tuple[Span, Relation]]:
    """Relations to two names at once, under the span of each."""
    named = [one for one in toponyms if one.role in ("literal", "metonym")]
    for one, other in pairwise(named):
        if other.span.start - one.span.end > WINDOW:
            continue
        found = _pair(text, one.span, other.span)
        if found:
            kind, said = found
            yield one.span, Relation(kind, _words(text, said), other=other.span)
            yield other.span, Relation(kind, _words(text, said), other=one.span)


def _pair(text: str, one: Span, other: Span) -> tuple[str, Span] | None:
    """The kind of a relation to two names, and the words that say it."""
    first = max(one.start - WINDOW, 0)
    if _HYPHEN.fullmatch(text, one.end, other.start):
        for kind, pattern in (("road", _ROAD_AFTER), ("border", _BORDER_AFTER)):
            if after := pattern.match(text, other.end, other.end + WINDOW):
                return kind, Span(one.start, after.end())
    if _BORDER_WITH.fullmatch(text, one.end, other.start):
        return "border", Span(one.start, other.end)
    if _PAIR_TO.fullmatch(text, one.end, other.start) and (before := _ROAD_BEFORE.search(text, first, one.start)):
        return "road", Span(before.start(), other.end)
    if _PAIR_AND.fullmatch(text, one.end, other.start):
        if before := _BORDER_BEFORE.search(text, first, one.start):
            return "border", Span(before.start(), other.end)
        if (before := _BETWEEN.search(text, first, one.start)) and not before["not"]:
            return "between", Span(before.start(), other.end)
    return None


class Hints:
    """Where a text has signs of relations, found once for all of its names."""

    def __init__(self, text: str) -> None:
        found = [(match.start(), match.lastgroup or "") for match in _HINT.finditer(text)]
        self._starts = [start for start, _ in found]
        self._kinds = ["measure" if kind == "close" else kind for _, kind in found]

    def before(self, start: int) -> dict[str, int]:
        """The first hint of each kind in the window before a name."""
        first, last = bisect_left(self._starts, start - WINDOW), bisect_left(self._starts, start)
        return {self._kinds[at]: self._starts[at] for at in range(last - 1, first - 1, -1)}

    def after(self, end: int) -> bool:
        """Whether any comes soon after a name."""
        at = bisect_left(self._starts, end)
        return at < len(self._starts) and self._starts[at] < end + _REACH


def _single(text: str, toponym: Toponym, hints: Hints) -> Relation | None:
    if toponym.role != "literal":
        return None
    found = _after(text, toponym.span) if hints.after(toponym.span.end) else None
    return found or _before(text, toponym.span, hints.before(toponym.span.start))


def _before(text: str, span: Span, hints: dict[str, int]) -> Relation | None:
    for kind, hint, pattern in _BEFORE:
        if hint not in hints:
            continue
        match = pattern.search(text, max(hints[hint] - _REACH, span.start - WINDOW, 0), span.start)
        if match is None:
            continue
        said = match.groupdict()
        if said.get("also"):
            return None  # "northern and eastern Syria": no one side
        if kind == "part" and (trailing := _TRAILING.match(text, span.end, span.end + WINDOW)):
            return _relation(text, Span(match.start(), trailing.end()), trailing[0].strip(), said)
        return _relation(text, Span(match.start(), span.end), said.get("edge") or kind, said)
    return None


def _after(text: str, span: Span) -> Relation | None:
    """"Aleppo's northern countryside", "Iraq's north-west", "the Homs countryside"."""
    match = _POSSESSED.match(text, span.end, span.end + WINDOW)
    if match:
        return _relation(text, Span(span.start, match.end()), match["edge"], match.groupdict())
    side = _SIDE.match(text, span.end, span.end + WINDOW)
    if side:
        return _relation(text, Span(span.start, side.end()), "part", side.groupdict())
    return None


def _relation(text: str, said: Span, kind: str, match: dict[str, str | None]) -> Relation:
    kind = kind.lower()
    if kind not in KINDS:
        kind = "countryside" if kind == "countryside" else "outskirts"
    return Relation(kind, _words(text, said), _km(match), _bearing(match.get("wind")))


KINDS = frozenset(("offset", "near", "outskirts", "countryside", "between", "road", "border", "part"))


def _km(match: dict[str, str | None]) -> float | None:
    """The distance; of a range its middle."""
    number, unit = match.get("number"), match.get("unit")
    if not number or not unit:
        return None
    least = _COUNTS.get(number.lower()) or float(number.replace(",", ""))
    most = float(match.get("most") or least)
    begins = next(begin for begin in ("k", "mi", "m", "y") if unit.lower().startswith(begin))
    return round((least + most) / 2 * _UNITS[begins], 3)


def _bearing(wind: str | None) -> float | None:
    return _BEARINGS.get(re.sub(r"[^a-z]", "", wind.lower())) if wind else None


def _listed(text: str, toponym: Toponym, before: Toponym | None) -> Relation | None:
    """"near Azaz and Marea": the second name stands in the relation of the first."""
    if before is None or before.relation is None or before.relation.kind not in ("near", "outskirts"):
        return None
    if toponym.role != "literal" or before.relation.distance_km is not None:
        return None
    if not _LIST.fullmatch(text, before.span.end, toponym.span.start):
        return None
    return replace(before.relation, text=f"{before.relation.kind} {toponym.text}")


def _words(text: str, span: Span) -> str:
    return " ".join(text[slice(*span)].split())
