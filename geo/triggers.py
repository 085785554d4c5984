"""Words that make an event: the phrases of ``data/triggers.csv``, found in a sentence with their voice.

A phrase is words with a space between; ``~take`` is every form of the verb, ``a/b`` either, ``?`` may be left out,
``*?`` any one word. Its frame says where the place and the side stand (``geo.objects``, ``geo.sides``).
"""
from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo.assets import data_path
from geo.dating.words import MOMENT
from geo.errors import InvalidInput
from geo.model import Span
from geo.mood import is_denied
from geo.schema import EVENT_TYPES

FRAMES = (
    "take", "in", "oust", "fall", "master", "theirs", "declare",
    "hand", "lose", "give", "quit", "hold", "with", "noun", "hit", "on",
    "open", "strikes", "at", "owned", "back", "arrive", "have",
)
_VOICELESS = frozenset((
    "noun", "on", "strikes", "with", "at", "theirs", "master", "open", "owned", "arrive", "have",
))
"""Frames of nouns and of whole phrases, which have no passive."""

_IRREGULAR = {
    verb.split()[0]: tuple(verb.split())
    for verb in (
        "take takes took taken taking", "retake retakes retook retaken retaking", "win wins won won winning",
        "overrun overruns overran overrun overrunning", "sweep sweeps swept swept sweeping",
        "drive drives drove driven driving", "ride rides rode ridden riding", "fall falls fell fallen falling",
        "fly flies flew flown flying", "throw throws threw thrown throwing", "leave leaves left left leaving",
        "lose loses lost lost losing", "give gives gave given giving", "flee flees fled fled fleeing",
        "withdraw withdraws withdrew withdrawn withdrawing", "quit quits quit quit quitting",
        "hold holds held held holding", "keep keeps kept kept keeping", "sit sits sat sat sitting",
        "run runs ran run running", "lay lays laid laid laying", "cut cuts cut cut cutting",
        "hit hits hit hit hitting", "strike strikes struck struck striking", "shoot shoots shot shot shooting",
        "blow blows blew blown blowing", "set sets set set setting", "begin begins began begun beginning",
        "fight fights fought fought fighting", "grab grabs grabbed grabbed grabbing",
        "drop drops dropped dropped dropping", "control controls controlled controlled controlling",
        "break breaks broke broken breaking", "dig digs dug dug digging", "expel expels expelled expelled expelling",
        "come comes came come coming", "become becomes became become becoming", "go goes went gone going",
        "burst bursts burst burst bursting", "make makes made made making", "bring brings brought brought bringing",
        "tear tears tore torn tearing", "cling clings clung clung clinging", "hang hangs hung hung hanging",
        "get gets got got getting", "thrust thrusts thrust thrust thrusting", "rid rids rid rid ridding",
        "slip slips slipped slipped slipping", "pummel pummels pummelled pummelled pummelling",
        "pin pins pinned pinned pinning", "strip strips stripped stripped stripping",
        "stand stands stood stood standing", "have has had had having",
        "retake retakes retook retaken retaking", "find finds found found finding",
    )
}
_WORD = re.compile(r"[A-Za-z][A-Za-z]*")
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being|be|get|gets|got)(?: (?:\w+ly|then|also|first|now|still|itself|all|both|twice|"
    r"not yet))?\s[“\"‘]?\Z",
    re.IGNORECASE,
)
_PERFECT = re.compile(
    r"\b(?:has|have|had|having|['’]ve|['’]d)(?: (?:\w+ly|then|also|first|now|since|already|all))?\s[“\"‘]?\Z",
    re.IGNORECASE,
)
_NOMINAL = re.compile(
    r"\b(?:the|an?|its|their|his|our|this|that|these|any|no|of|in|from|by|for|on|under|with|at|after|"
    r"before|set|was|were|is|"
    r"are|be|been|air|bird|car|truck|suicide|barrel|full|total|more|than|per|coalition|\w+ern|\w+ese|\w+ish|\w+ian|"
    r"\w+ic|\w+al|roadside|nail|pipe|petrol|cluster|sticky|smart|napalm|one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s\Z",
    re.IGNORECASE,
)
_BARGAIN = re.compile(r"\b(?:deals?|bargain|agreement|truce|pact|accord|alliance|balance) \Z")
""" "under a bargain struck by elders" is no attack."""

_PLURALS = frozenset(("targets", "strikes", "attacks", "raids", "shells", "bombs", "rockets", "traps", "assaults"))
_NO_OBJECT = re.compile(
    r"(?:[.,;:)]| (?:in|near|on|inside|at|of|for|with|and|around|across|that|which|were|are|had|have)\b)")
"""After a plural that is no verb: "jets hit its targets in A"."""
_ADJECTIVES = frozenset(
    "wounded killed burned murdered assassinated abducted kidnapped flattened destroyed bombed torched ruined".split()
)
_ARTICLE = re.compile(r"\b(?:the|an?|its|their|his|her|of|many|some|more|last|\w+ly)\s\Z")
"""Before an adjective: "a wounded fighter", "the last burned tanks"."""
_A_SHOT = re.compile(r"\b(?:an?|no|single|first|last|warning|head)\s\Z")

_BUSY = re.compile(
    r" (?:it|them|him|us|her|me|\w+) (?:busy|away|out|from|awake|alive|waiting|guessing|at bay|company|open|closed|"
    r"quiet)\b"
)
""" "kept them busy" holds nothing."""

_SUPPORT = re.compile(r"\b(?:backed|supported|aided|assisted|helped|protected) by (?:[\w'’-]+ ){0,3}\Z")
""" "rebels backed by Turkish artillery" says who helps, and nothing of a shelling."""
_EPITHET = re.compile(r" (?!(?:the|an?|its|their|it|them|what|both|two|three)\b)[a-z]")
_COMPOUND_STATE = re.compile(
    r"(?<![\w-])(?P<actor>(?:al-)?[A-Z][\w.]*(?: [A-Z]\w+)?|rebel|government|opposition|regime|jihadist|militant)"
    r"[-‐‑](?:held|controlled|occupied|ruled|run)(?![\w-])"
)


@dataclass(frozen=True)
class Trigger:
    """A phrase that makes an event of ``type``. ``voice``: active, passive, either (a bare participle) or noun;
    ``who`` is the side named inside a compound ("ISIL-held")."""

    type: str
    frame: str
    span: Span
    sentence: Span
    text: str
    voice: str = "active"
    who: str = ""


@dataclass(frozen=True)
class _Phrase:
    type: str
    frame: str
    rest: re.Pattern[str]
    length: int
    is_verb: bool
    follows: frozenset[str]
    """The words of which one comes second, as far as their first letters go; empty where any may."""


class _Phrases:
    """The phrases that begin with one word, by the second: most words of news begin many and go on as none."""

    def __init__(self, phrases: Sequence[_Phrase]) -> None:
        self.all = tuple(phrases)
        self._any = tuple(one for one in phrases if not one.follows)
        self._by_word = {
            word: tuple(one for one in phrases if not one.follows or word in one.follows)
            for word in set().union(*(one.follows for one in phrases))
        }

    def before(self, text: str, end: int) -> tuple[_Phrase, ...]:
        """Those that may go on as the text does behind their first word, in their order."""
        if not self._by_word:
            return self._any
        match = _SECOND.match(text, end)
        return self._by_word.get(match[1].lower(), self._any) if match else self._any


_SECOND = re.compile(r"(?:[\s-]|[\"”’]\s)([A-Za-z]+)")
_LETTERS = re.compile(r"[a-z]*")


@lru_cache(maxsize=8)
def find_triggers(text: str, sentence: Span) -> Sequence[Sequence[Trigger]]:
    """The event phrases of one sentence, in order: for each place in it, the readings to be tried, likeliest first.

    Kept for the next sentence, which may ask who did what in this one.
    """
    found = [
        [Trigger("control_state", "compound", Span(*match.span()), sentence, match[0], who=match["actor"])]
        for match in _COMPOUND_STATE.finditer(text, sentence.start, sentence.end)
    ]
    known = lexicon()
    for word in _WORD.finditer(text, sentence.start, sentence.end):
        if word[0].lower() not in known:
            continue
        is_whole = text[word.start() - 1 : word.start()] not in ("-", "‑")
        if is_whole and (readings := list(_readings(text, sentence, word))):
            found.append(readings)
    return sorted(found, key=lambda readings: readings[0].span.start)


def _readings(text: str, sentence: Span, word: re.Match[str]) -> Iterator[Trigger]:
    """The phrases that begin with this word, unless the words before it deny or turn them."""
    spans = (
        (phrase, Span(word.start(), match.end())) for phrase in lexicon()[word[0].lower()].before(text, word.end())
        if (match := phrase.rest.match(text, word.end(), sentence.end))
    )
    found = [(phrase, span) for phrase, span in spans if not _is_turned(text, span)]
    if not found or is_denied(text, sentence, word.start()):
        return
    if _BUSY.match(text, word.end()) and word[0].lower() in ("keep", "kept", "keeps", "keeping"):
        return
    if word[0] == "struck" and _BARGAIN.search(text, max(word.start() - 20, sentence.start), word.start()):
        return
    is_noun = _is_noun(text, sentence, word)
    is_help = _SUPPORT.search(text, max(word.start() - 60, sentence.start), word.start()) is not None
    for phrase, span in found:
        if not (is_noun if phrase.is_verb else is_help):
            voice = _voice(text, sentence, word, phrase.frame)
            yield Trigger(phrase.type, phrase.frame, span, sentence, text[slice(*span)], voice)


_ON_A_DAY = re.compile(rf" (?:the )?{MOMENT}\b")
_OUT_OR_OFF = re.compile(r" (?:out|off|back|up|talks|elections|fire)\b")
_TURNED = {
    **dict.fromkeys(("fall on", "falls on", "fell on"), _ON_A_DAY),
    **dict.fromkeys(("hold", "holds", "held", "holding"), _OUT_OR_OFF),
    "artillery": re.compile(r" (?:base|college|academy|school|regiment|battery|unit)\b"),
}
"""What follows and makes another thing of a phrase: "fell on Sunday to", "held out against", "artillery college"."""


def _is_turned(text: str, span: Span) -> bool:
    turned = _TURNED.get(text[slice(*span)].lower())
    return turned is not None and turned.match(text, span.end) is not None


def _is_noun(text: str, sentence: Span, word: re.Match[str]) -> bool:
    """"a raid", "three strikes", "set free", "the surrounding villages": no verb, though it looks like one."""
    form = word[0].lower()
    if form == "surrounding" and _EPITHET.match(text, word.end()):
        return True
    before = text[max(word.start() - 30, sentence.start) : word.start()]
    is_adjective = form in _ADJECTIVES and _ARTICLE.search(before) and _EPITHET.match(text, word.end())
    is_things = form in _PLURALS and _NO_OBJECT.match(text, word.end(), sentence.end)
    if is_adjective or is_things or (form == "shot" and _A_SHOT.search(before)):
        return True
    if form.endswith(("ed", "ing")) or form in _pasts():
        return False
    if text.startswith(" of ", word.end()) and not before:
        return True
    return _NOMINAL.search(before) is not None and not before.endswith("IS ")


def _voice(text: str, sentence: Span, word: re.Match[str], frame: str) -> str:
    form = word[0].lower()
    if frame in _VOICELESS or form.endswith("ing"):
        return "active"
    before = text[max(word.start() - 40, sentence.start) : word.start()]
    past, participle = _pasts().get(form, ("", ""))
    if form in _bases():  # "they overrun A" looks like a participle
        return "passive" if _PASSIVE.search(before) else "active"
    if form == participle or form.endswith("ed"):
        if _PASSIVE.search(before):
            return "passive"
        if _PERFECT.search(before):
            return "active"
        return "either" if form == past or form.endswith("ed") else "passive"
    return "active"


@lru_cache(maxsize=1)
def _pasts() -> Mapping[str, tuple[str, str]]:
    """Irregular past forms → (past, participle), each empty where the form is not that."""
    found = {}
    for _, _, past, participle, _ in _IRREGULAR.values():
        for form in (past, participle):
            found[form] = (past if form == past else "", participle if form == participle else "")
    return found


@lru_cache(maxsize=1)
def _bases() -> frozenset[str]:
    """Participles that are also the verb's plain form and not its past: "overrun", "come"."""
    return frozenset(base for base, _, past, participle, _ in _IRREGULAR.values() if base == participle != past)


@lru_cache(maxsize=1)
def lexicon() -> Mapping[str, _Phrases]:
    """First word → its phrases, longest first, then as the table has them."""
    found: dict[str, list[_Phrase]] = {}
    with data_path("triggers.csv").open(encoding="utf-8", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows), start=2):
            if row["type"] not in EVENT_TYPES or row["frame"] not in FRAMES or not row["phrase"]:
                raise InvalidInput(f"triggers.csv line {number}: {row}, want a known type, a known frame and a phrase")
            first, *others = row["phrase"].split()
            rest = "".join(map(_pattern, others)) + r"(?![\w-])"
            phrase = _Phrase(
                row["type"], row["frame"], re.compile(rest, re.IGNORECASE), len(others), first[0] == "~",
                _second(others),
            )
            for form in _forms(first):
                found.setdefault(form, []).append(phrase)
    return {first: _Phrases(sorted(phrases, key=lambda one: -one.length)) for first, phrases in found.items()}


def is_verb(word: str) -> bool:
    """Whether a phrase begins with this form, in any case, of its verb."""
    phrases = lexicon().get(word.lower())
    return phrases is not None and any(one.is_verb for one in phrases.all)


def _second(others: Sequence[str]) -> frozenset[str]:
    """The letters that each alternative of a phrase's second word begins with, if it has one and needs it."""
    if not others or others[0].endswith("?"):
        return frozenset()
    forms = [form for word in others[0].split("/") for form in _forms(word)]
    letters = {match[0] for form in forms if (match := _LETTERS.match(form))}
    return frozenset() if "" in letters else frozenset(letters)


def _pattern(token: str) -> str:
    if token == "*?":
        return r"(?:[\s-][\w'’.]+)?"
    words = "|".join(_alternative(word) for word in token.rstrip("?").split("/"))
    phrase = rf"(?:[\s-]|[\"”’]\s)(?:{words})"
    return f"(?:{phrase})?" if token.endswith("?") else phrase


def _alternative(word: str) -> str:
    return "|".join(_forms(word)) if word.startswith("~") else re.escape(word.rstrip("?"))


def _forms(word: str) -> tuple[str, ...]:
    """Every form of ``~verb``; the alternatives of anything else, in lower case.

    >>> _forms("~seize")
    ('seize', 'seizes', 'seized', 'seizing')
    """
    if not word.startswith("~"):
        return tuple(word.lower().split("/"))
    verb = word[1:]
    if verb in _IRREGULAR:
        return tuple(dict.fromkeys(_IRREGULAR[verb]))
    stem = verb.removesuffix("e")
    plural = verb + ("es" if verb.endswith(("s", "sh", "ch")) else "s")
    if verb.endswith("y") and verb[-2] not in "aeou":
        return (verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")
    doubled = (verb + verb[-1] + "ed", verb + verb[-1] + "ing") if _SHORT.search(verb) else ()
    return (verb, plural, stem + "ed", (verb if verb.endswith("ee") else stem) + "ing", *doubled)


_SHORT = re.compile(r"[^aeiou][aeiou][bdglmnprt]\Z")
"""Verbs that may double their last letter: "kidnap", "kidnapped"."""
