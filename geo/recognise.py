"""Article → toponyms: every name of a place in a text, its span, and the role it plays there.

Runs of words are looked up longest first, by their exact key and then by their sound, so the time is
linear in the text. What is no place to be mapped (demonyms, organisations, datelines, compounds such
as "US-led") is kept with its role: it tells the resolver where the story plays.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from geo import cues, roles
from geo.countries import countries
from geo.directions import relate
from geo.gazetteer import Gazetteer
from geo.model import Span, Toponym
from geo.names import first_sound, fold, sound_of
from geo.tokens import LONGEST, Token, bare, has_ending, may_start, run_end, tokenise
from geo.unlisted import unlisted

SHORTEST_SOUND = 4
"""A name must be longer than this to be found by its sound."""


THEATRE = 2
"""So many other names of curated places make a story one in which a doubtful name is a place, too."""


@dataclass(frozen=True)
class _Found:
    """A run of words that names something, before its role is known."""

    span: Span
    demonym: bool = False
    may_be_person: bool = False
    is_small: bool = False
    listed: bool = True


_HEADWORD = re.compile(
    r"(?:bab|bir|burj|bustan|dar|deir|jisr|kafr|khan|nahr|qasr|ras|tal|tall|tel|tell|umm|wadi)", re.IGNORECASE
)
_CONSTRUCT = re.compile(r" (?:al|el|as|ash|ad|an|ar|at|az|ed|en|er|es|esh|ez)[-\u2010\u2011][A-Z]")
_BEFORE_NAME = re.compile(
    r"\b(?:Ain|Ayn|Beit|Bayt|Bir|Gund|Jubb|Kafr|Kfar|Kani|Khirba?[et]t?|Mazraat|Qasr|Tall?|Tell?|Umm) \Z"
)


def _is_part(text: str, words: Sequence[Token]) -> bool:
    """Whether it is a word of a longer name that nobody listed: "Bab" of "Bab al-Tob", "Araban" of "Kani Araban"."""
    if len(words) > 1:
        return False
    (word,) = words
    is_head = _HEADWORD.fullmatch(word.word) is not None and _CONSTRUCT.match(text, word.end) is not None
    return is_head or _BEFORE_NAME.search(text[max(word.start - 12, 0) : word.start]) is not None


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
        unsure: list[_Found] = []
        runs = list(self._runs(text, tokens, unsure))
        runs = self._with_unsure(text, runs, unsure)
        found = [one for one in runs if not roles.is_namesake(text, one.span)]
        people = {fold(text[slice(*one.span)]) for one in found if self._is_person(text, one)}
        places = [one for one in found if fold(text[slice(*one.span)]) not in people]
        taken = sorted([*masked, *(one.span for one in runs)])
        places += [_Found(span, listed=False) for span in unlisted(text, taken, tokens)]
        places.sort(key=lambda one: one.span)
        return relate(text, tuple(self._toponyms(text, places, masked)))

    def _toponyms(self, text: str, found: Sequence[_Found], masked: Sequence[Span]) -> Iterator[Toponym]:
        before: Toponym | None = None
        for one in found:
            toponym = self._toponym(text, one, masked)
            if toponym.role == "metonym" and before and before.role == "literal" and \
                    roles.is_chained(text, before.span, toponym.span):
                toponym = replace(toponym, role="literal")
            before = toponym
            yield toponym

    def _is_person(self, text: str, found: _Found) -> bool:
        """A name that people bear too, behind another name: it stays a person all through the story."""
        if found.may_be_person and roles.is_surname(text, found.span, self._demonyms):
            return True
        return found.is_small and roles.is_first_name(text, found.span)

    def _runs(self, text: str, tokens: Sequence[Token], unsure: list[_Found]) -> Iterator[_Found]:
        """The names, in order; ``unsure`` gets those that are also common words and that nothing explains."""
        here = 0
        while here < len(tokens):
            if not may_start(tokens, here):
                here += 1
                continue
            found, used = self._longest(text, tokens, here)
            if not found:
                found, used = self._bared(text, tokens, here)
            if found:
                yield found
            elif self._may_be_meant(text, tokens[here]):
                unsure.append(self._found(tokens[here : here + 1], tokens[here].folded, "exact"))
            here += used

    def _may_be_meant(self, text: str, token: Token) -> bool:
        """A single word with a capital that a curated place is called by."""
        is_known = self._gazetteer.has(token.folded) and roles.is_bare_name(text, token)
        return is_known and not _is_part(text, (token,))

    def _with_unsure(self, text: str, runs: list[_Found], unsure: Sequence[_Found]) -> list[_Found]:
        """The unsure names too, where the story plays among curated places, or has used the name for a place."""
        if not unsure:
            return runs
        said = {fold(text[slice(*one.span)]) for one in runs if not one.demonym}
        near = sum(1 for name in said if self._gazetteer.has(name))
        meant = [one for one in unsure if near >= THEATRE or fold(text[slice(*one.span)]) in said]
        return sorted([*runs, *meant], key=lambda one: one.span) if meant else runs

    def _bared(self, text: str, tokens: Sequence[Token], here: int) -> tuple[_Found | None, int]:
        """The longest name that starts here when what leans on its first or last word is taken off."""
        for first in bare(tokens[here]):
            bared = [first, *tokens[here + 1 : here + LONGEST]]
            found, used = self._longest(text, bared, 0) if may_start(bared, 0) else (None, 1)
            if found:
                return found, used
        for last in range(here + 1, min(here + LONGEST, len(tokens))):
            if not has_ending(tokens[last]) or last >= run_end(text, tokens, here, LONGEST):
                continue
            for word in bare(tokens[last]):
                found, used = self._longest(text, [*tokens[here:last], word], 0)
                if found and used == last + 1 - here:
                    return found, used
        return None, 1

    def _longest(self, text: str, tokens: Sequence[Token], here: int) -> tuple[_Found | None, int]:
        """The longest name that starts here, and how many words are done with."""
        reach, sound_reach = self._reaches(tokens, here)
        end = run_end(text, tokens, here, max(reach, sound_reach)) if reach or sound_reach else here
        folded = " ".join([token.folded for token in tokens[here:end]])
        for last in range(end, here, -1):
            words = tokens[here:last]
            if last < end:
                folded = folded[: -len(tokens[last].folded) - 1]
            if last > here + 2 and self._is_pair(words):
                continue
            if folded in self._demonyms:
                return _Found(Span(words[0].start, words[-1].end), demonym=True), last - here
            is_named = last - here <= reach and self._is_named_so(text, words, folded)
            if not (is_named or (last - here <= sound_reach and self._sounds_so(text, words, folded))):
                continue
            if not _is_part(text, words):
                return self._found(words, folded, "exact" if is_named else "sound"), last - here
        return None, 1

    def _is_pair(self, words: Sequence[Token]) -> bool:
        """ "Foua and Kefraya", a curated name of both together: two places, where each has its own name."""
        joint = next((at for at in range(1, len(words) - 1) if words[at].folded == "and"), 0)
        halves = (words[:joint], words[joint + 1 :])
        return joint > 0 and all(self._gazetteer.has(" ".join(one.folded for one in half)) for half in halves)

    def _found(self, words: Sequence[Token], folded: str, level: str) -> _Found:
        matches = self._gazetteer.find(folded, levels=(level,))
        may_be_person = all(roles.may_be_surname(words, match) for match in matches)
        is_small = len(words) == 1 and all(roles.is_small(match.place) for match in matches)
        return _Found(Span(words[0].start, words[-1].end), may_be_person=may_be_person, is_small=is_small)

    def _reaches(self, tokens: Sequence[Token], here: int) -> tuple[int, int]:
        """How many words a name that starts here may have, by its letters and by its sound."""
        first = tokens[here].folded
        sound = first_sound(*[token.folded for token in tokens[here : here + 3]])
        sound_reach = self._gazetteer.sound_reach(sound) if sound else 0
        return max(self._gazetteer.reach(first), self._demonym_reach.get(first, 0)), sound_reach and sound_reach + 2

    def _is_named_so(self, text: str, words: Sequence[Token], folded: str) -> bool:
        if not self._gazetteer.has(folded) and (words[-1].word.islower() or not self._gazetteer.has_far(folded)):
            return False
        matches = self._gazetteer.find(folded, levels=("exact",))
        return any(roles.believable(text, words, match) for match in matches)

    def _sounds_so(self, text: str, words: Sequence[Token], folded: str) -> bool:
        if len(folded) <= SHORTEST_SOUND or words[-1].word.islower() or not self._gazetteer.has_sound(sound_of(folded)):
            return False
        matches = self._gazetteer.find(folded, levels=("sound",), world=False)
        return any(roles.believable(text, words, match) for match in matches)

    def _masks(self, text: str, tokens: Sequence[Token]) -> Iterator[Span]:
        """The names of organisations that may hold names of places."""
        starts = [at for at, token in enumerate(tokens) if token.folded in self._organisation_reach]
        for here in starts:
            end = run_end(text, tokens, here, self._organisation_reach[tokens[here].folded])
            folded = " ".join([token.folded for token in tokens[here:end]])
            for last in range(end, here + 1, -1):
                if folded in self._organisations:
                    yield Span(tokens[here].start, tokens[last - 1].end)
                    break
                folded = folded.rpartition(" ")[0]

    def _toponym(self, text: str, found: _Found, masked: Sequence[Span]) -> Toponym:
        span, surface = found.span, text[slice(*found.span)]
        kind = cues.kind_after(text, span.end) or cues.kind_before(text, span.start)
        kind = kind or _own_kind(surface) or cues.kind_told(text, span.end)
        return Toponym(
            span, surface, roles.role(text, span, found.demonym, masked), kind,
            cues.is_near(text, span.start), containers=_containers(text, span), listed=found.listed,
        )


def literal_at(text: str, span: Span) -> Toponym:
    """The toponym at a span that somebody else found, with what the words around it say."""
    surface = text[slice(*span)]
    kind = cues.kind_after(text, span.end) or cues.kind_before(text, span.start) or _own_kind(surface)
    return Toponym(span, surface, "literal", kind, cues.is_near(text, span.start), containers=_containers(text, span))


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


_GAP = re.compile("[ -]")


def _own_kind(surface: str) -> str:
    """The kind that the name itself says: "Hamadan airbase", "Al-Bukamal Crossing"."""
    return next((kind for gap in _GAP.finditer(surface) if (kind := cues.kind_after(surface, gap.start()))), "")


_CONTAINER_AFTER = re.compile(
    r"(?:, | in (?:the )?(?:(?:north|south)?-?(?:east|west|north|south)(?:ern)? |central )?"
    r"|[’']s |, in )(?P<name>[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){0,2})"
    r"(?:(?<=['’]s) (?:[a-z-]+ ){0,2}(?P<inner>[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+)?))?"
)
_CONTAINER_BEFORE = re.compile(r"(?P<name>[A-Z][\w\-]+(?: [A-Z][\w\-]+)?)['’]s (?:\w+ )?\Z")
_NOT_A_NAME = re.compile(r"(?:['’]s?)\Z")


def _containers(text: str, span: Span) -> tuple[str, ...]:
    """Names that the text puts around this one: "Rai, Syria", "Syria's Aleppo", "Manbij in northern Syria"."""
    after = cues.kind_after(text, span.end)
    skip = re.compile(r" (?:\w+ )?").match(text, span.end) if after else None
    ends = [span.end] if skip is None else [span.end, skip.end() - 1]
    matches = (_CONTAINER_AFTER.match(text, end, end + cues.WINDOW) for end in ends)
    found = [name for match in matches if match for name in match.groups() if name]
    before = _CONTAINER_BEFORE.search(text[max(span.start - cues.WINDOW, 0) : span.start])
    names = [*found, *([before["name"]] if before else [])]
    return tuple(dict.fromkeys(_NOT_A_NAME.sub("", name) for name in names))
