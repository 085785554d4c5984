"""Article → toponyms: every name of a place in a text, its span, and the role it plays there.

Runs of words are looked up longest first, by their exact key and then by their sound, so the time is
linear in the text. What is no place to be mapped (demonyms, organisations, datelines, compounds such
as "US-led") is kept with its role: it tells the resolver where the story plays.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from geo import cues
from geo.assets import data_path
from geo.countries import countries
from geo.gazetteer import Gazetteer, Match
from geo.model import Span, Toponym
from geo.names import fold, sound_of
from geo.tokens import Token, may_start, run_end, tokenise

SHORTEST_SOUND = 4
"""A name must be longer than this to be found by its sound."""

_NAMESAKES = frozenset("jordan chad georgia israel paris sydney florence victoria austin charlotte sofia".split())
"""Places that people are also called after; a capitalised word before one makes it a person."""


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Words of English that are also towns somewhere; the world tier never finds them alone."""
    lines = data_path("common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@dataclass(frozen=True)
class _Found:
    """A run of words that names something, before its role is known."""

    span: Span
    demonym: bool = False


class Recogniser:
    """Finds toponyms with one gazetteer; ``organisations`` are names that hold names of places."""

    def __init__(self, gazetteer: Gazetteer, organisations: Iterable[str] = ()) -> None:
        self._gazetteer = gazetteer
        self._demonyms = frozenset(fold(word) for one in countries().values() for word in one.demonyms)
        self._demonym_reach = _reach_of(self._demonyms)
        self._organisations = frozenset(fold(name) for name in organisations if _is_proper(name))
        self._organisation_reach = _reach_of(self._organisations)

    def __call__(self, text: str) -> tuple[Toponym, ...]:
        """Every toponym of ``text`` in order, with its role."""
        tokens = tokenise(text)
        masked = list(self._masks(text, tokens))
        return tuple(
            toponym
            for found in self._runs(text, tokens)
            if (toponym := self._toponym(text, found, masked)) is not None
        )

    def _runs(self, text: str, tokens: Sequence[Token]) -> Iterator[_Found]:
        here = 0
        while here < len(tokens):
            found, used = self._longest(text, tokens, here)
            if found:
                yield found
            here += used

    def _longest(self, text: str, tokens: Sequence[Token], here: int) -> tuple[_Found | None, int]:
        """The longest name that starts here, and how many words are done with."""
        if not may_start(tokens, here):
            return None, 1
        reach, sound_reach = self._reaches(tokens, here)
        end = run_end(text, tokens, here, max(reach, sound_reach))
        for last in range(end, here, -1) if reach or sound_reach else ():
            words = tokens[here:last]
            folded = " ".join(token.folded for token in words)
            if folded in self._demonyms:
                return _Found(Span(words[0].start, words[-1].end), demonym=True), last - here
            if last - here <= reach and self._is_named_so(text, words, folded):
                return _Found(Span(words[0].start, words[-1].end)), last - here
            if last - here <= sound_reach and self._sounds_so(text, words, folded):
                return _Found(Span(words[0].start, words[-1].end)), last - here
        return None, 1

    def _reaches(self, tokens: Sequence[Token], here: int) -> tuple[int, int]:
        """How many words a name that starts here may have, by its letters and by its sound."""
        first = tokens[here].folded
        sounds = sound_of(" ".join(token.folded for token in tokens[here : here + 3])).split()
        sound_reach = self._gazetteer.sound_reach(sounds[0]) if sounds else 0
        return max(self._gazetteer.reach(first), self._demonym_reach.get(first, 0)), sound_reach and sound_reach + 2

    def _is_named_so(self, text: str, words: Sequence[Token], folded: str) -> bool:
        near, far = self._gazetteer.has(folded), self._gazetteer.has_far(folded)
        if not (near or (far and not words[-1].word.islower())):
            return False
        matches = self._gazetteer.find(folded, levels=("exact",))
        return any(_believable(text, words, match) for match in matches)

    def _sounds_so(self, text: str, words: Sequence[Token], folded: str) -> bool:
        if len(folded) <= SHORTEST_SOUND or words[-1].word.islower() or not self._gazetteer.has_sound(sound_of(folded)):
            return False
        matches = self._gazetteer.find(folded, levels=("sound",), world=False)
        return any(_believable(text, words, match) for match in matches)

    def _masks(self, text: str, tokens: Sequence[Token]) -> Iterator[Span]:
        """The names of organisations that may hold names of places."""
        for here, token in enumerate(tokens):
            reach = self._organisation_reach.get(token.folded, 0)
            for last in range(run_end(text, tokens, here, reach), here + 1, -1) if reach else ():
                if " ".join(each.folded for each in tokens[here:last]) in self._organisations:
                    yield Span(token.start, tokens[last - 1].end)
                    break

    def _toponym(self, text: str, found: _Found, masked: Sequence[Span]) -> Toponym | None:
        span, surface = found.span, text[slice(*found.span)]
        if _is_person(text, found):
            return None
        kind = cues.kind_after(text, span.end) or cues.kind_before(text, span.start)
        return Toponym(
            span, surface, _role(text, found, masked), kind or _own_kind(surface), cues.is_near(text, span.start),
            containers=_containers(text, span),
        )


def _reach_of(names: Iterable[str]) -> dict[str, int]:
    """For each first word, the most words of a name that starts with it."""
    reach: dict[str, int] = {}
    for name in names:
        words = name.split()
        reach[words[0]] = max(reach.get(words[0], 0), len(words))
    return reach


def _is_proper(name: str) -> bool:
    """A name of its own, as "Free Syrian Army"; "Syrian army" is a demonym before a noun."""
    words = re.split(r"[ \-]", name)
    return len(words) > 1 and all(word[:1].isupper() or word in ("of", "the", "and", "al") for word in words)


def _believable(text: str, words: Sequence[Token], match: Match) -> bool:
    """Whether a name that is also a common word, or one far away, is meant as a place here."""
    start = words[0].start
    alone = len(words) == 1
    if alone and match.place.tier == "world" and not match.place.is_country:
        return _is_told_far(text, words[0], match)
    if alone and (match.level != "exact" or match.place.feature_class not in "PA") and _is_surname(text, words[0]):
        return False
    if match.name.ambiguous and alone:
        return cues.is_stated_place(text, start) or _opens_title(text, words[0])
    return words[0].folded not in _common() or not alone


def _is_told_far(text: str, token: Token, match: Match) -> bool:
    if cues.names_organisation(text, token.end):
        return True
    if token.folded in _common() or len(token.word) < 4 or cues.follows_title(text, token.start):
        return False
    if cues.is_locative(text, token.start) or cues.kind_before(text, token.start):
        return not _is_named(text, token)
    return match.place.population >= 200_000 and not _is_named(text, token)


def _is_named(text: str, token: Token) -> bool:
    """Whether a capitalised neighbour makes it a part of a longer name."""
    after = re.compile(r" [A-Z]\w").match(text, token.end)
    before = re.compile(r"[A-Z]\w+ \Z").search(text[max(token.start - 20, 0) : token.start])
    return after is not None or (before is not None and not cues.is_locative(text, token.start))


def _is_surname(text: str, token: Token) -> bool:
    """"Bashar Assad", "President Assad": a name behind a name that is no place's."""
    before = re.compile(r"([A-Z]\w+) \Z").search(text[max(token.start - 20, 0) : token.start])
    return before is not None and not cues.is_locative(text, token.start)


def _opens_title(text: str, token: Token) -> bool:
    """A sentence that opens with a known name and goes on with a verb: "Rai is ...", "Hit fell ..."."""
    return re.compile(r" (?:is|was|has|had|fell|remains?)\b").match(text, token.end) is not None


def _is_person(text: str, found: _Found) -> bool:
    span, surface = found.span, text[slice(*found.span)]
    if fold(surface) not in _NAMESAKES:
        return False
    before = re.compile(r"(?<![.!?] )\b[A-Z]\w+ \Z").search(text[max(span.start - 24, 0) : span.start])
    return cues.follows_title(text, span.start) or (before is not None and not cues.is_locative(text, span.start))


def _role(text: str, found: _Found, masked: Sequence[Span]) -> str:
    span = found.span
    if any(mask.start <= span.start and span.end <= mask.end and mask != span for mask in masked):
        return "organisation"
    if cues.names_organisation(text, span.end):
        return "organisation"
    if found.demonym or cues.is_compound(text, span.end) or cues.is_adjective(text, span):
        return "demonym"
    if _starts_line(text, span.start) and text[slice(*span)].isupper() and cues.ends_dateline(text, span.end):
        return "dateline"
    return "literal"


def _starts_line(text: str, start: int) -> bool:
    return start == 0 or text[:start].rstrip(" ").endswith("\n")


def _own_kind(surface: str) -> str:
    """The kind that the name itself says: "Hamadan airbase", "Al-Bukamal Crossing"."""
    first_space = surface.find(" ")
    return next(
        (kind for at in range(max(first_space, 0), len(surface)) if (kind := cues.kind_after(surface, at))), ""
    )


_CONTAINER_AFTER = re.compile(
    r"(?:, | in (?:the )?(?:(?:north|south)?-?(?:east|west|north|south)(?:ern)? |central )?"
    r"|[’']s |, in )(?P<name>[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){0,2})"
)
_CONTAINER_BEFORE = re.compile(r"(?P<name>[A-Z][\w\-]+(?: [A-Z][\w\-]+)?)['’]s (?:\w+ )?\Z")
_NOT_A_NAME = re.compile(r"(?:['’]s?)\Z")


def _containers(text: str, span: Span) -> tuple[str, ...]:
    """Names that the text puts around this one: "Rai, Syria", "Syria's Aleppo", "Manbij in northern Syria"."""
    after = cues.kind_after(text, span.end)
    skip = re.compile(r" (?:\w+ )?").match(text, span.end) if after else None
    ends = [span.end] if skip is None else [span.end, skip.end() - 1]
    found = [match["name"] for end in ends if (match := _CONTAINER_AFTER.match(text, end, end + cues.WINDOW))]
    before = _CONTAINER_BEFORE.search(text[max(span.start - cues.WINDOW, 0) : span.start])
    names = [*found, *([before["name"]] if before else [])]
    return tuple(dict.fromkeys(_NOT_A_NAME.sub("", name) for name in names))
