"""What turns a fact into a hope, a denial or a claim; and who says so."""
from __future__ import annotations

import re
from functools import lru_cache

from geo.model import Span

_WINDOW, _DENIAL = 90, 300
"""Code points before a phrase that are searched for a hope, and for a denial."""

_HOPE = re.compile(
    r"\b(?:would|could|might|(?-i:may)|should|must|aim(?:s|ed|ing)?(?: at| to)?|fail(?:s|ed|ing)? (?:to|in)|"
    r"tr(?:y|ies|ied|ying) to|attempt(?:s|ed|ing)?|plan(?:s|ned|ning)?|hop(?:e[sd]?|ing)|vow(?:s|ed)?|"
    r"threat(?:s|en(?:s|ed|ing)?)?|if|unless|seek(?:s|ing)?|sought|prepar(?:e[sd]?|ing|ations)|bid|want(?:s|ed)?|"
    r"intend(?:s|ed)?|ready to|pledg(?:e[sd]?|ing)|unable|will|['’]ll|shall|set to|expected|order(?:s|"
    r"ed)?|efforts?|campaign|"
    r"demand(?:s|ed)?|call(?:s|ed)? (?:for|on)|urg(?:e[sd]?|ing)|refus(?:e[sd]?|ing)|operation|offensive|push|drive|"
    r"fear(?:s|ed|ing)?|mean|means|meant|dream(?:s|ed)? of|talk(?:s|ed)? of|agreed|promis(?:e[sd]?|ing)|"
    r"before|prevent(?:s|ed|ing)?|stop(?:s|ped|ping)?|deal|chance|goal|objective|verge of|brink of|"
    r"close to|short of|about to|going to|due to|"
    r"poised|likely) ?"
    r"(?:to|at|for|in|of|from)?\b",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"\b(?:to|not to)(?: \w+ly)?\s\Z")
_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied)|dismiss(?:es|ed)|reject(?:s|ed)) (?:reports? |claims? )?(?:that|of)\b"
    r"(?:(?!, (?:which|who|where|but|while|and)\b)[^.;])*(?<!, )\Z"
)
""" "denied that A had been captured"; what a relative clause or a "but" tells is not denied."""

_CAME_BEFORE = re.compile(
    r"\b(hours|days|weeks|months|years|minutes|day|week|month|year|shortly|just|soon|long) before "
)
""" "hours before troops left A": they did. A bare "before" is a hope ("before they could take A"), so that this one is
written otherwise before hopes are looked for."""

_PERFORMED = re.compile(r"(?:declare|proclaim|pronounce|announce)\b", re.IGNORECASE)
"""What is done by saying it: "came up the road to declare A free"."""
_DONE = re.compile(
    r"\b(?:forced|managed|able|began|begun|went on|continued|continues|succeeded|helped|helps|helping|allowed|had|"
    r"enabled|obliged|compelled|said|reported|believed|thought|known|claimed|claims|appear(?:s|ed)?|returned|moved in|"
    r"the (?:first|last|latest|second))(?: \w+)? (?:to|to have)(?: \w+ly| be| have)?\s\Z"
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|denied|denies|denying|no longer|"
    r"without(?! (?:firing )?a (?:shot|fight)\b)|repelled|repulsed|foiled|thwarted|nobody|none|neither|"
    r"cannot|prevented|stopped|failed to stop)\b|n['’]t\b)[^,;.:]{0,25}\Z",
    re.IGNORECASE,
)
_ALREADY = re.compile(r"\bnot (?:only|just)\b")
_MODAL = re.compile(r"\b(?:would|could|might|may|should|will|if|unless|is expected|was expected|began|unlikely)\b")
_BOUNDARY = re.compile(r"[,;:—]| but | after | when | while | where | who | which |\band (?=(?:\w+ ){0,2}\w+ed\b)")
_CLAIM = re.compile(
    r"\b(?:claim(?:s|ed|ing)?|in a statement|statement (?:said|posted)|Amaq|SANA|boast(?:s|ed)?|disputed?|"
    r"(?:they|it) (?:announced|said)|denied by|denies|[Oo]ur (?:forces|men|fighters|troops))\b"
)
_OWN_WORD = re.compile(
    r"\b(?:militants|rebels|jihadists|group|insurgents|peshmerga|SDF|YPG|ISIL|ISIS|Islamic State)\b"
    r"(?: \w+){0,2} (?:said|say|says)\b[^.]{0,30}\b(?:it|they|its|their)\b"
)
_SAYS = (
    re.compile(r"\baccording to ([^,.;]{3,90})"),
    re.compile(
        r"(?:^|[,”\"] )((?:the |an? )?[A-Z]?[\w .'’\-]{3,60}?) (?:said|says|told|reported|reports|claimed|announced)\b"
    ),
)


def is_denied(text: str, sentence: Span, at: int) -> bool:
    """"did not capture", "denied taking", "repelled an attack on"."""
    before = text[max(at - 50, sentence.start) : at]
    return _DENIED.search(before) is not None and not _ALREADY.search(before)


def is_hoped(text: str, sentence: Span, span: Span) -> bool:
    """Whether it is only aimed at, possible, ordered or failed; "the takeover would be", too."""
    if _DENIES.search(text, max(sentence.start, span.start - _DENIAL), span.start):
        return True
    before = _CAME_BEFORE.sub(r"\1 ere ", text[max(sentence.start, span.start - _WINDOW) : span.start])
    if _DONE.search(before):
        return False
    last = _BOUNDARY.split(before)[-1]
    if (_INFINITIVE.search(before) and not _PERFORMED.match(text, span.start)) or _governs(last):
        return True
    after = text[span.end : min(span.end + 60, sentence.end)]
    is_noun = re.search(r"(?:of|on|against|from)\Z", text[slice(*span)]) is not None and span.end - span.start > 5
    return is_noun and _MODAL.search(re.split(r"[,;:]", after)[0]) is not None and " began" not in after


def _governs(clause: str) -> bool:
    """"aimed at capturing", "would seize": the hope stands right before, with little between."""
    ends = [match.end() for match in _HOPE.finditer(clause)]
    return bool(ends) and len(clause[ends[-1] :].split()) <= 2


@lru_cache(maxsize=64)
def is_claim(text: str, sentence: Span) -> bool:
    """Whether the sentence gives it as a side's own claim."""
    whole = Span(sentence.start, min(sentence.end, sentence.start + 600))
    return any(pattern.search(text, *whole) is not None for pattern in (_CLAIM, _OWN_WORD))


@lru_cache(maxsize=64)
def attribution(text: str, sentence: Span) -> str:
    """Who says so, in the text's words; empty when the story says it itself."""
    whole = text[sentence.start : min(sentence.end, sentence.start + 600)]
    for pattern in _SAYS:
        match = pattern.search(whole)
        if match:
            return match[1].strip()
    return ""
