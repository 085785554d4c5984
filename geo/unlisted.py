"""Names of places that no gazetteer lists, told by the words around them: "the village of X", "X district", "near X".

They are kept as literal toponyms without a place: a reader should see that the story names one, and an editor can
put it on the map.
"""
from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from geo.model import Span
from geo.tokens import ARTICLES, Token

# Every repetition is bounded: a million letters without an end must not be tried from each of them.
_WORD = r"(?:(?:[AaEe]l|[Aa](?:d|r|sh?|t|n|z))[-‐ ])?[A-Z](?:\w|['’`](?!s\b)|[‐-](?=\w)){0,30}[^\W\dA-Z_]"
_NAME = rf"(?P<name>{_WORD}(?: (?:(?:wa|de|del|la)[ -])?{_WORD}){{0,3}})"
_KIND = (
    r"town|city|village|hamlet|district|sub-?district|province|governorate|region|neighbou?rhood|suburb|area|county|"
    r"camp|hill|valley|island|state|port|settlement|municipality|commune|quarter|township|oblast|locality|community|"
    r"prefecture|farms?|hilltop|mountain|checkpoint|crossing|airport|airbase|air base|airfield|base|dam|oilfield|"
    r"oil field|gas field|refinery|plateau|axis|front|junction|barracks|square|bridge"
)
_PROPER_KIND = (
    r"City|Town|Village|District|Province|Governorate|County|State|Region|Hills?|Rivers?|Lake|Mountains?|Bridge|Dam|Square|"
    r"Airport|Airbase|Junction|Islands?|Valley|Desert|Sea|Gulf|Bay|Camp|Municipality|Peninsula|Oilfield|"
    r"Neighbou?rhood|Heights|Plain|Crossing|Barracks|Port|Countryside|Ocean|Coast|Prison"
)
_WAYS = r"(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est|[Nn]orth-?(?:east|west)|[Ss]outh-?(?:east|west))(?:ern)?"
_AROUND = rf"(?:(?:the|its|nearby|rural|downtown|central|neighbouring|neighboring|{_WAYS})\s){{0,3}}"
_BY_KIND = re.compile(
    rf"\b(?:{_KIND}|towns|cities|villages|districts|provinces|neighbou?rhoods|suburbs|states|areas|hills)"
    rf"(?: called| named|,|:| --)? (?:of |in |like |such as |at )?(?:the )?{_NAME}"
)
_BEFORE_KIND = re.compile(
    rf"(?<![\w-]){_NAME} "
    rf"(?:(?:military|international|refugee|main|{_WAYS}) )?"
    rf"(?:{_KIND}|villages|districts|towns|mountains|hills|roads)\b"
)
_AT = re.compile(
    rf"\b(?:[Ii]n|[Nn]ear|[Oo]utside|[Aa]round|[Ii]nto|[Tt]owards?|[Ii]nside|[Rr]eached|[Ee]ntered) "
    rf"{_AROUND}{_NAME}(?=[\s.,;:)\"”]|\Z)"
)
_WITH_KIND = re.compile(rf"(?<![\w-])(?P<name>{_WORD}(?: {_WORD}){{0,2}} (?:{_PROPER_KIND}))\b")
_KIND_OPENERS = frozenset(
    "town towns city cities village villages hamlet district districts sub subdistrict province provinces governorate "
    "region neighbourhood neighborhood neighbourhoods neighborhoods suburb suburbs area areas county camp hill hills "
    "valley island state states port settlement municipality commune quarter township oblast locality community "
    "prefecture farm farms hilltop mountain checkpoint crossing airport airbase air airfield base dam oilfield oil gas "
    "refinery plateau axis front junction barracks square bridge".split()
)
_AT_OPENERS = frozenset("in near outside around into toward towards inside reached entered".split())
"""The words that the patterns begin with; a test holds them to the patterns."""

_BUILDING = re.compile(
    r"(?:Hospital|School|College|University|Mosque|Church|Temple|Hotel|Market|Mall|Cent(?:er|re)|Street|Avenue|Road|Hall|"
    r"Program\w*|Companies|Company|Elementary|Institute|Laborator\w+|Observatory|Museum|Theat(?:er|re)|Stadium|Service|"
    r"Committee|Department|Office|Agency|Bank|Foundation|Association|Zoo|Clinic|Court|Club|Society|League|Cup|Games)(?:['’]s)?\Z"
)
"""A house or a body, not a place of the map: its town says where it is."""

_MORE = re.compile(rf"(?:,|,? and|,? or) (?:the )?{_NAME}(?=[\s.,;:)\"”]|\Z)")
_NO_PLACE = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december spring summer autumn winter christmas easter ramadan eid nowruz parliament "
    "congress senate islam christianity english arabic french russian kurdish turkish german chinese god allah "
    "internet facebook twitter youtube telegram whatsapp operation phase day article photo picture resolution "
    "security council muslim christian jewish shiite sunni shia president minister prime general colonel major "
    "the a an he she it they we this that these those his her their its our one two three four five six seven "
    "several many most some all no not but and or if when while as mr mrs ms dr sheikh sir brigade battalion army "
    "force forces front party ministry court house mission conference war world union group daily press "
    "news television "
    "shi'ite shi'a shi'ites yazidi yazidis sunnis shiites kurds kurd arab arabs turkmen alawite alawites "
    "druze both such "
    "i ii iii iv phone army's government state reuters afp ap".split()
)
_COMPOUND = re.compile(r"-(?:held|led|backed|based|controlled|run|trained|allied|ruled|occupied)\b")
_SOMEBODY = re.compile(
    r"(?<![.:?!] )(?<!\n)\b[A-Z][a-z]+ (?=([A-Z][\w'’-]{0,30}\w)(?! [A-Z]))|\b([A-Z][\w'’-]{0,30}\w) said\b"
)
_SMALL = re.compile(r"(?<![\w'’-])[a-z][\w'’-]*")
_PERSON = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|President|Gen|General|Col|Colonel|Capt|Captain|Lt|Sgt|Minister|Sheikh|King|named)\.? \Z"
)


def unlisted(text: str, taken: Sequence[Span], tokens: Sequence[Token]) -> list[Span]:
    """Spans of names that stand where only a place does; none touches a span of ``taken`` (in order).

    >>> from geo.tokens import tokenise
    >>> text = "Two men were shot in Durgi village and near Shaffa on Monday in May."
    >>> [text[slice(*span)] for span in unlisted(text, [], tokenise(text))]
    ['Durgi', 'Shaffa']
    """
    found: list[Span] = []
    others = _Others(text)
    for pattern, first in starts(tokens):
        for match in matches(pattern, text, first):
            for span in _listed(text, match):
                if _is_free(taken, span) and _is_free(found, span) and _is_name(text, span, others):
                    insort(found, span)
    return found


def starts(tokens: Sequence[Token]) -> tuple[tuple[re.Pattern[str], list[int]], ...]:
    """Each pattern with the code points at which it can begin."""
    names = [token.start for token in tokens if token.word[0].isupper() or token.folded in ARTICLES]
    kinds = [token.start for token in tokens if token.folded in _KIND_OPENERS]
    places = [token.start for token in tokens if token.folded in _AT_OPENERS]
    return (_BY_KIND, kinds), (_BEFORE_KIND, names), (_AT, places), (_WITH_KIND, names)


def matches(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """``pattern.finditer`` for one that can begin at few words: it need not be tried at each letter."""
    end = 0
    for start in starts:
        if start >= end and (match := pattern.match(text, start)):
            end = match.end()
            yield match


def _is_free(taken: Sequence[Span], span: Span) -> bool:
    """Whether none of the spans, in order, touches it; names of organisations may lie around others, not deeper."""
    at = bisect_left(taken, span.end, key=lambda one: one.start)
    return all(each.end <= span.start for each in taken[max(at - 3, 0) : at])


def _listed(text: str, match: re.Match[str]) -> Iterator[Span]:
    """The name, and those that a list joins to it."""
    yield Span(*match.span("name"))
    end = match.end()
    while (more := _MORE.match(text, end)) is not None:
        yield Span(*more.span("name"))
        end = more.end()


class _Others:
    """The words of a text that cannot be places for what they are elsewhere in it; gathered when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, word: str) -> bool:
        return word in self._persons or word.lower() in self._small

    @cached_property
    def _persons(self) -> frozenset[str]:
        """Behind another capital ("Haider Blank"), or who "said"."""
        return frozenset(match[1] or match[2] for match in _SOMEBODY.finditer(self._text))

    @cached_property
    def _small(self) -> frozenset[str]:
        return frozenset(_SMALL.findall(self._text))


def _is_name(text: str, span: Span, others: _Others) -> bool:
    words = text[slice(*span)].replace("’", "'").split()
    plain = [word.lower().removesuffix("'s") for word in words]
    if plain[0] in _NO_PLACE or plain[-1] in _NO_PLACE or len(text[slice(*span)]) < 3:
        return False
    if _COMPOUND.search(text[slice(*span)]) or text.startswith(("-held", "-led", "-backed"), span.end):
        return False
    if _BUILDING.search(text[slice(*span)]) or (len(words) == 1 and _is_no_name(text, span, others)):
        return False
    return _PERSON.search(text[max(span.start - 12, 0) : span.start]) is None


def _is_no_name(text: str, span: Span, others: _Others) -> bool:
    """A single word is a person's or a body's that owns something, one that opens a longer name, or no name at all."""
    word = text[slice(*span)]
    if text.startswith(("'s", "’s"), span.end) or word.isupper() or word.endswith(("'s", "s'", "’s", "s’")):
        return True
    return word in others
