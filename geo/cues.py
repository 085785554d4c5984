"""Words around a name that say what it is: kinds of place, roles, and who is no place at all."""
from __future__ import annotations

import re
from functools import lru_cache

from geo.model import Span

KINDS: dict[str, tuple[str, ...]] = {
    "country": ("PCLI",),
    "province": ("ADM1", "ADM1H", "ADM2"),
    "district": ("ADM2", "ADM3", "PPLX"),
    "town": ("PPL", "PPLA", "PPLA2", "PPLA3", "PPLA4", "PPLC", "PPLX", "PPLL", "PPLF", "PPLS"),
    "quarter": ("PPLX",),
    "air base": ("AIRB", "AIRP", "AIRF", "AIRQ"),
    "crossing": ("PSTB", "BDRY", "GATE"),
    "dam": ("DAM",),
    "oil field": ("OILF", "GASF", "OILR", "PPLQ"),
    "camp": ("CMPRF", "CMP", "INSM"),
    "base": ("INSM", "AIRB", "FT", "PRK"),
    "mountain": ("MT", "MTS", "HLL", "HLLS", "RDGE"),
    "water": ("STM", "LK", "RSV", "CNL", "LKS", "RSVT", "STMI", "WAD"),
    "prison": ("PRN",),
}
"""What a text may call a place → GeoNames feature codes."""

_WORDS = {
    "province": "province", "governorate": "province", "provinces": "province", "oblast": "province",
    "district": "district", "subdistrict": "district", "region": "province",
    "city": "town", "town": "town", "village": "town", "hamlet": "town", "border town": "town",
    "capital": "town", "suburb": "town", "stronghold": "", "neighbourhood": "quarter",
    "neighborhood": "quarter", "quarter": "quarter",
    "airbase": "air base", "air base": "air base", "airport": "air base", "airfield": "air base",
    "airstrip": "air base", "military airport": "air base", "military airbase": "air base",
    "crossing": "crossing", "border crossing": "crossing", "border post": "crossing", "crossing point": "crossing",
    "border gate": "crossing", "dam": "dam", "oil field": "oil field", "oilfield": "oil field",
    "gas field": "oil field", "gas works": "oil field", "gas plant": "oil field",
    "refinery": "oil field", "oil refinery": "oil field", "camp": "camp",
    "refugee camp": "camp", "garrison": "base", "base": "base", "military base": "base",
    "mountain": "mountain", "mountains": "mountain", "mount": "mountain", "river": "water", "lake": "water",
    "prison": "prison",
}
_AFTER = re.compile(
    r"[ \-](" + "|".join(sorted((word for word in _WORDS if word), key=len, reverse=True)) + r")\b", re.IGNORECASE
)
_TOLD = re.compile(
    r", (?:the|an?|its) (?:[\w-]+ ){0,4}?(airfield|air ?base|airport|dam|border crossing|crossing|oil refinery|"
    r"refinery|prison|refugee camp|oil ?field)\b(?! (?:town|city|village))", re.IGNORECASE
)
_BEFORE = re.compile(
    r"\b(provinces?|governorate|city|cities|towns?|villages?|capital|airbase|air base|airport|airfield|"
    r"crossing|dam|camp|base|mount|mountain|lake|river)(?: of)?[ ](?:the )?\Z",
    re.IGNORECASE,
)
_LAST_OF_KIND = re.compile(
    r"\b(?:provinces?|governorate|city|cities|towns?|villages?|capital|airbase|base|airport|airfield|crossing|dam|camp|"
    r"mount|mountain|lake|river|of|the) \Z",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"[-‐‑–](?:led|backed|based|held|controlled|run|trained|sponsored|supported|allied|born|made|brokered|style|"
    r"funded|dominated|aligned|affiliated|era)\b"
)
_ORGANISATION = re.compile(
    r"(?:['’]s)? (?:[A-Z]\w+ ){0,2}(?:Post|Times|Tribune|Herald|Journal|Gazette|Telegraph|Mirror|Star|Sun|Army|Forces|"
    r"Observatory|Council|Brigades?|Battalions?|Front|Party|Union|Ministry|Parliament|Agency|Network|Organi[sz]ation|"
    r"Committee|Commission|Coalition|Command|Corps|Guards?|Club|FC|United|Rovers|Institute|Foundation|Review)\b"
)
_TITLE = re.compile(
    r"\b(?:President|PM|Premier|Minister|King|Queen|Prince|Sheikh|Mr|Mrs|Ms|Dr|Gen|General|Col|Colonel|Maj|Capt|"
    r"Captain|Lt|Sgt|Sen|Senator|Rep|Gov|Governor|Judge|Pope|Sir|Abu|Umm)\.? \Z"
)
_NEAR = re.compile(
    r"\b(?:near|nearby|outside|close to|around|towards?|north|south|east|west|north-?east|north-?west|south-?east|"
    r"south-?west|miles? from|kilomet(?:er|re)s? from|km from)(?: of)?"
    r"(?: the)?(?: (?:town|city|village|border town) of)? \Z",
    re.IGNORECASE,
)
_LAST_OF_NEAR = re.compile(
    r"\b(?:near|nearby|outside|to|around|towards?|north|south|east|west|(?:north|south)(?:east|west)|from|of|the) \Z",
    re.IGNORECASE,
)
"""The last words of ``_BEFORE`` and of ``_NEAR``; a test holds them to the patterns."""

_LOCATIVE = re.compile(
    r"\b(?:in|at|near|from|to|of|into|outside|around|inside|towards?|toward|across|between|through|via|on|over|"
    r"(?:north|south|east|west)ern|central|greater|downtown)(?: the)? \Z",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:in|at|near|from|to|of|into|outside|around|inside|towards?|between|through|enter(?:ed|ing)?|left|leave|h[eo]lds?|holding|"
    r"(?:re)?captur(?:e[sd]?|ing)|(?:re)?seiz(?:e[sd]?|ing)|(?:re)?tak(?:e[ns]?|ing)|(?:re)?took|besieg(?:e[sd]?|ing)|liberat(?:ed|ing)|"
    r"shell(?:ed|ing)|bomb(?:ed|ing)|reach(?:ed|ing)?|storm(?:ed|ing)?|clear(?:ed|ing)?|free[ds]?|secured|surrounded|"
    r"encircled|attacked|pounded|abandoned|evacuated|fled|quit|"
    r"overr[au]n|los[et]|lost|control(?:s|led|ling)?|regain(?:ed|ing)?|rul(?:ed?|ing)) \Z",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?:^|[ ,])(?:al-)?[A-Z][\w'’-]+(?:,| and|, and) (?:al-)?\Z")
_NOUN_NEXT = re.compile(
    r" (?!(?:and|or|on|in|by|after|before|since|from|to|is|was|were|has|had|have|that|which|where)\b)[a-z]"
)
_DATELINE_END = re.compile(
    r"(?:[,/] ?[A-Z][\w. ]{1,20}){0,2}"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}|,? \d{1,2} [A-Z][a-z]{2,8}\.?)?(?: \([\w /.]{2,30}\))?\s?(?::|\||[–—]|--?\s)"
    r"|, (?:\d{1,2} )?[A-Z][a-z]{2,12}(?: \d{1,2})?\. |, [A-Z][a-z]+(?: [A-Z][a-z]+)?(?:\n|$)"
)
_SIGNED = re.compile(r"(?:, [A-Z][a-z][\w. ]{1,18})? \([A-Z][\w /.]{1,30}\) ?(?:[–—:|]|--?\s)")
"""What follows a dateline in small letters: the agency, and a dash."""
_HELD_IN = re.compile(r"([^,/\n]{3,30})(?:/[^,/\n]{3,30})?(?:, |/)")
"""The town of a dateline, and a second one, up to the country or the province that is looked at."""
_HOLDER_END = re.compile(r"\. [A-Z]|\n|$")
"""Behind a country a dateline may also end without a dash."""
_ABBREVIATED = frozenset(("US", "U.S.", "U.S", "UK", "U.K.", "UAE"))
_NOUN_FOLLOWS = re.compile(
    r" (?:and|or) [A-Z]\w+(?:ish|ian|an|ch|ese|i|s)\b| [A-Z]| (?!(?:and|or|to|in|on|at|for|from|with|against|by|that|"
    r"which|who|as|when|while|has|have|had|is|was|are|were|will|would|could|can|may|said|says|but|after|before|"
    r"since|over|about|into|of|not|also|did|does|than|if|because)\b)[a-z]"
)

WINDOW = 48
"""How many characters to each side a cue may lie."""


def kind_after(text: str, end: int) -> str:
    """The kind of place that the words right after say: "airbase" → "air base"."""
    match = _AFTER.match(text, end, end + WINDOW)
    return _WORDS[match[1].lower()] if match else ""


def kind_before(text: str, start: int) -> str:
    """The kind of place that the words right before say: "the border town of" → "town"."""
    match = _BEFORE.search(text[max(start - WINDOW, 0) : start]) if _kind_may_end(_word_before(text, start)) else None
    if match and match[0].lower().startswith("capital of"):
        return ""  # "Mosul, capital of Nineveh": a province or a country
    return _WORDS.get(_singular(match[1].lower()), "") if match else ""


def kind_told(text: str, end: int) -> str:
    """What an apposition says: "Kweires, an air base east of the city" → "air base". Of towns it is not asked."""
    match = _TOLD.match(text, end, end + 2 * WINDOW)
    return _WORDS[match[1].lower()] if match else ""


def _word_before(text: str, start: int) -> str:
    """What stands between the last two spaces before a name, as far as it is of interest; empty without a space.

    Most names follow a word with which no phrase of interest ends, and news has few different ones: what is known of
    a word is kept.
    """
    if text[start - 1 : start] != " ":
        return ""
    return text[max(text.rfind(" ", max(start - 20, 0), start - 1) + 1, start - 20, 0) : start]


@lru_cache(maxsize=10_000)
def _kind_may_end(word: str) -> bool:
    return _LAST_OF_KIND.search(word) is not None


@lru_cache(maxsize=10_000)
def _near_may_end(word: str) -> bool:
    return _LAST_OF_NEAR.search(word) is not None


def _singular(word: str) -> str:
    return {"cities": "city"}.get(word, word.removesuffix("s") if word not in _WORDS else word)


def is_compound(text: str, end: int) -> bool:
    """Whether the name leads a compound, as in "US-led" or "Britain-based"."""
    return _COMPOUND.match(text, end, end + WINDOW) is not None


def is_adjective(text: str, span: Span) -> bool:
    """Whether an abbreviated country stands before its noun: "U.S. and Turkish strikes", "US troops"."""
    if text[slice(*span)] not in _ABBREVIATED:
        return False
    return _NOUN_FOLLOWS.match(text, span.end, span.end + WINDOW) is not None


def names_organisation(text: str, end: int) -> bool:
    """Whether the name opens an organisation's, as in "Washington Post" or "Free Syrian Army"."""
    return _ORGANISATION.match(text, end, end + WINDOW) is not None


def follows_title(text: str, start: int) -> bool:
    """Whether a person's title stands right before, as in "President Chad"."""
    return _TITLE.search(text[max(start - 12, 0) : start]) is not None


def is_near(text: str, start: int) -> bool:
    """Whether the text only says that something is near it, as in "20 km north of Raqqa"."""
    return _near_may_end(_word_before(text, start)) and _NEAR.search(text[max(start - WINDOW, 0) : start]) is not None


def is_locative(text: str, start: int) -> bool:
    """Whether a preposition of place stands right before."""
    return _LOCATIVE.search(text[max(start - 16, 0) : start]) is not None


def is_stated_place(text: str, start: int, end: int) -> bool:
    """Whether a name that is also a common word stands where only a place can: "in Hit", "seized Rai", "Rawa, Ana"."""
    before = text[max(start - 24, 0) : start]
    if kind_before(text, start) or kind_after(text, end) or _PLACED.search(before) or _LISTED.search(before):
        return True
    return _PLACED.search(before.removesuffix("the ")) is not None and not _NOUN_NEXT.match(text, end)


def is_in_dateline(text: str, span: Span) -> bool:
    """Whether a name says from where a report was sent: "BEIRUT, Lebanon (Wire) —", the town or what it lies in."""
    line = text.rfind("\n", 0, span.start) + 1
    if not text[line:span.start].strip(" "):
        return _ends_dateline(text, span) and _may_open(text, line)
    head = _HELD_IN.fullmatch(text, line, span.start)
    if head is None or not _ends_dateline(text, Span(*head.span(1))) or not _may_open(text, line):
        return False
    return any(end.match(text, span.end, span.end + WINDOW) for end in (_DATELINE_END, _HOLDER_END))


def _may_open(text: str, line: int) -> bool:
    """Nothing is before a dateline but headlines; of several in one text each is the label of an item."""
    if line > FIRST_ITEMS:
        return False
    before = [one.strip() for one in text[:line].splitlines() if one.strip()]
    if len(before) > MOST_HEADLINES or any(one.endswith((".", ".\"", ".”", ":")) for one in before):
        return False
    return len(_LABEL.findall(text[:FIRST_ITEMS])) < ITEMS


MOST_HEADLINES, ITEMS, FIRST_ITEMS = 4, 2, 6000
"""So many lines may stand before a dateline; so many labels in the first code points make a bulletin of items."""

_LABEL = re.compile(r"^[A-Z][A-Z'’ -]{3,40}(?::| ?[–—]| --?) ", re.MULTILINE)


def _ends_dateline(text: str, town: Span) -> bool:
    """Whether what follows a name at the start of a line closes a dateline."""
    closing = _DATELINE_END if text[slice(*town)].isupper() else _SIGNED
    return closing.match(text, town.end, town.end + WINDOW) is not None
