"""Words that make an event: a lexicon of verbs and nouns by type, and what turns a fact into a hope."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from geo.model import Span

_GAIN = (
    r"(?:re-?)?captur(?:e[sd]?|ing)", r"seiz(?:e[sd]?|ing)", r"ret(?:ake[sn]?|ook|aking)",
    r"(?:took|take[sn]?|taking)(?: full| complete| partial)? (?:control|hold)(?: of)?",
    r"(?:took|take[sn]?|taking)(?: over)?",
    r"overr[au]n(?:ning)?", r"liberat(?:e[sd]?|ing)", r"regain(?:s|ed|ing)?(?: control of)?", r"reclaim(?:s|ed|ing)?",
    r"conquer(?:s|ed|ing)?", r"secur(?:ed|ing)", r"(?:re-?)?capture of", r"takeover of", r"seizure of",
    r"liberation of",
    r"fall of", r"gain(?:s|ed|ing)? control of", r"wrest(?:s|ed|ing)?(?: control of)?", r"storm(?:ed|ing)",
    r"enter(?:ed|s)?", r"driv(?:e[sn]?|ing)|drove",
)
_LOSS = (
    r"los(?:e[s]?|t|ing)(?: control of)?", r"(?:withdr(?:e|a)w[sn]?|withdrawing|retreat(?:s|ed|ing)?) from",
    r"pull(?:s|ed|ing)? out (?:of|from)", r"abandon(?:s|ed|ing)?",
    r"(?:was|were|been|being|is|are) driven (?:out|from)(?: of)?",
    r"(?:was|were|been|being) (?:ousted|expelled|forced out|routed|evicted|cleared)(?: from)?", r"g(?:i|a)ve(?:n)? up",
    r"fell", r"fallen", r"surrender(?:s|ed|ing)?", r"ceded?", r"quit",
)
_STATE = (
    r"(?:is |are |was |were |still |remain(?:s|ed)? )?(?:controlled|held) by", r"controls?", r"controlled", r"holds?",
    r"(?:remains?|is|are|was|were) (?:in|under) the (?:hands|control) of", r"in the hands of", r"under the control of",
)
_AIRSTRIKE = (
    r"air[\s-]?(?:strike|raid|attack)s?", r"(?:was |were )?bomb(?:ed|ing|s)", r"warplanes?",
    r"(?:has been |have been |were |was )?(?:striking|struck)",
)
_SIEGE = (
    r"besieg(?:e[sd]?|ing)", r"encircl(?:e[sd]?|ing)", r"surround(?:s|ed|ing)", r"siege of", r"lay siege to",
    r"cut off",
)
_ATTACK = (
    r"attack(?:s|ed|ing)?(?: on)?", r"assault(?:s|ed|ing)?(?: on)?", r"launch(?:es|ed|ing)?",
    r"shell(?:s|ed|ing)", r"ambush(?:es|ed)?", r"kill(?:s|ed|ing)", r"advanc(?:e[sd]?|ing)",
    r"push(?:es|ed)? (?:into|towards?)", r"(?:counter-?)?offensive (?:on|against)",
)
_CLASH = (r"clash(?:es|ed)?", r"fighting(?! under| as| alongside| for| in the ranks)", r"battles?(?: for)?", r"fought")

LEXICON = (
    ("control_gain", _GAIN), ("control_loss", _LOSS), ("control_state", _STATE), ("airstrike", _AIRSTRIKE),
    ("siege", _SIEGE), ("attack", _ATTACK), ("clash", _CLASH),
)
_TRIGGER = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<{kind}>{'|'.join(words)})" for kind, words in LEXICON) + r")(?![\w-])",
    re.IGNORECASE,
)
_COMPOUND_STATE = re.compile(
    r"(?<![\w-])(?P<actor>[A-Z][\w.]*(?: [A-Z]\w+)?|rebel|government|opposition|regime|jihadist)"
    r"[-‐‑](?:held|controlled|occupied)(?![\w-])"
)
_HYPOTHETICAL = re.compile(
    r"\b(?:would|could|might|may|should|aim(?:s|ed|ing)?(?: at| to)|fail(?:s|ed|ing)? (?:to|in)|"
    r"tr(?:y|ies|ied|ying) to|"
    r"attempt(?:s|ed|ing)?|plan(?:s|ned|ning)?|hop(?:e[sd]?|ing)|vow(?:s|ed)?|threat(?:s|en(?:s|ed)?)|if|unless|"
    r"seek(?:s|ing)?|sought|prepar(?:e[sd]?|ing)|bid|want(?:s|ed)?|intend(?:s|ed)?|ready|pledg(?:e[sd]?|ing)|"
    r"unable|will|set to|expected|order(?:s|ed)? to|efforts?|campaign|"
    r"operation|offensive|push|drive) ?(?:to|at|for|in|of)?\b"
)
_BARE_INFINITIVE = re.compile(r"\bto(?: \w+ly)? \Z")
_DONE = re.compile(
    r"\b(?:forced|managed|able|began|begun|went on|continued|succeeded|helped|allowed)(?: \w+)? to(?: \w+ly)? \Z"
)
_DENIED = re.compile(
    r"\b(?:not|never|n['’]t|denied|denies|no longer|without|repelled|repulsed|foiled|thwarted)\b[^,;]{0,30}\Z"
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being|be)(?: \w+ly| fully| partially| also| then| first)? \Z")
_MODAL = re.compile(r"\b(?:would|could|might|may|should|will|if|unless)\b")
_CLAIM = re.compile(
    r"\b(?:claim(?:s|ed|ing)?|in a statement|statement (?:said|posted)|Amaq|SANA|state (?:media|television|TV)|"
    r"boast(?:s|ed)?)\b"
)


@dataclass(frozen=True)
class Trigger:
    """A word that makes an event of ``type``; ``who`` is the actor named inside a compound ("ISIL-held")."""

    type: str
    span: Span
    text: str
    passive: bool = False
    hypothetical: bool = False
    who: str = ""


def find_triggers(text: str, sentence: Span) -> Iterator[Trigger]:
    """Every event word of one sentence, in order."""
    for match in _COMPOUND_STATE.finditer(text, sentence.start, sentence.end):
        yield Trigger("control_state", Span(*match.span()), match[0], who=match["actor"])
    for match in _TRIGGER.finditer(text, sentence.start, sentence.end):
        span = Span(*match.span())
        before = text[sentence.start : span.start]
        if not _DENIED.search(before):
            yield Trigger(
                str(match.lastgroup), span, match[0], _is_passive(before, match[0]), _is_hoped(text, sentence, span)
            )


def _is_passive(before: str, word: str) -> bool:
    if word.lower().endswith("ing"):
        return False
    return _PASSIVE.search(before[-24:]) is not None or word.lower().endswith(" by")


def _is_hoped(text: str, sentence: Span, span: Span) -> bool:
    """Whether it is only aimed at, possible, or failed; "takeover would be" counts, too."""
    before = text[max(sentence.start, span.start - 40) : span.start]
    if _DONE.search(before):
        return False
    last_clause = re.split(r"[,;:]| but | and (?=\w+ed\b)| after | when ", before)[-1]
    if _HYPOTHETICAL.search(last_clause) and (_BARE_INFINITIVE.search(before) or _governs(last_clause)):
        return True
    if _BARE_INFINITIVE.search(before):
        return True
    is_noun = text[span.end - 3 : span.end] == " of"
    after = text[span.end : min(span.end + 60, sentence.end)]
    return is_noun and _MODAL.search(re.split(r"[,;:]", after)[0]) is not None


def _governs(clause: str) -> bool:
    """"aimed at capturing", "would seize": the hope stands right before, with little between."""
    ends = [match.end() for match in _HYPOTHETICAL.finditer(clause)]
    return bool(ends) and len(clause[ends[-1] :].split()) <= 2


def is_claim(text: str, sentence: Span) -> bool:
    """Whether the sentence gives it as a side's own claim."""
    return _CLAIM.search(text, sentence.start, sentence.end) is not None


_SAYS = (
    re.compile(r"\baccording to ([^,.;]{3,90})"),
    re.compile(
        r"(?:^|[,”\"] )((?:the |an? )?[A-Z]?[\w .'’\-]{3,60}?) (?:said|says|told|reported|reports|claimed|announced)\b"
    ),
)


def attribution(text: str, sentence: Span) -> str:
    """Who says so, in the text's words; empty when the story says it itself."""
    whole = text[slice(*sentence)]
    for pattern in _SAYS:
        match = pattern.search(whole)
        if match:
            return match[1].strip()
    return ""
