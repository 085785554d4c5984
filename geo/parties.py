"""Who acts: names of armed sides, states and groups in a text, as codes of the actor table.

An alias "the army@IQ" means its side only where the story plays in Iraq; "jihadists" are those whom the story names.
"""
from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.model import Mention, Span

_KIN = (
    (frozenset({"ISIL", "HTS"}), re.compile(r"jihad|militant|extremist|islamist|gunmen|the group", re.IGNORECASE)),
    (frozenset({"SDF", "REBELS"}), re.compile(r"alliance", re.IGNORECASE)),
    (frozenset({"REBELS", "TURKEY_REBELS"}), re.compile(r"rebel|opposition|insurgent|brigades", re.IGNORECASE)),
)
"""Sides that one loose word may mean: of them, the one that the story named last by its own name."""

_FIRST = re.compile(r"\w+")
_LOOSE = re.compile(r"(?:The|Rebel|Jihad|Milit|Extrem|Insurg|Oppos|Govern|Loyal|Gunm|Regime)")


@dataclass(frozen=True)
class Party:
    """One name of a side at one span. ``by_country`` are the codes of a word that means another side in each."""

    span: Span
    text: str
    code: str
    by_country: tuple[tuple[str, str], ...] = ()


class PartyFinder:
    """Finds the aliases of an actor table, longest first; short ones keep their case ("IS", not "is")."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._codes: dict[str, dict[str, str]] = {}
        for alias, code in aliases.items():
            name, _, country = alias.partition("@")
            self._codes.setdefault(_key(name), {})[country] = code
        by_word: dict[str, list[str]] = {}
        for name in {alias.partition("@")[0] for alias in aliases}:
            by_word.setdefault(_FIRST.match(name)[0].lower(), []).append(name)  # type: ignore[index]
        self._by_word = {
            word: re.compile("(?:" + "|".join(map(_pattern, sorted(names, key=lambda one: (-len(one), one))))
                             + r")(?:['’]s)?(?!\w)")
            for word, names in by_word.items()
        }

    def __call__(self, text: str) -> tuple[Party, ...]:
        """Every party of ``text`` in order; a word that depends on the country has no code yet (``settle``)."""
        return tuple(self._found(text))

    def _found(self, text: str) -> Iterator[Party]:
        """Only words that an alias begins with are looked at: one table look-up a word, not an alternation of all."""
        end = 0
        for word in _FIRST.finditer(text):
            pattern = self._by_word.get(word[0].lower())
            if pattern is None or word.start() < end:
                continue
            match = pattern.match(text, word.start())
            if match is None:
                continue
            codes = self._codes.get(_key(match[0].removesuffix("'s").removesuffix("’s")))
            if codes:
                end = match.end()
                by_country = tuple((country, code) for country, code in codes.items() if country)
                yield Party(Span(*match.span()), match[0], codes.get("", ""), by_country)


def settle(parties: Sequence[Party], mentions: Sequence[Mention], text: str) -> tuple[Party, ...]:
    """The same parties, loose words made definite by the places and the sides that the story names; the country of a
    dateline is none, nor is a capital that is meant as a town."""
    towns = [one for one in mentions if one.place and not one.place.is_country]
    starts = [one.toponym.span.start for one in towns]
    story = Counter(one.place.country for one in towns if one.place)
    usual = max(story, key=lambda country: story[country]) if story else ""
    found: list[Party] = []
    filed = {one.toponym.span.start for one in mentions if one.toponym.role == "dateline"}
    meant = {one.toponym.span for one in towns if one.toponym.role == "literal"}
    for party in (one for one in parties if one.span.start not in filed and one.span not in meant):
        at = bisect_left(starts, party.span.start)
        beside = [one for one in towns[max(at - 1, 0) : at + 1] if abs(one.toponym.span.start - party.span.start) < 160]
        nearest = beside[::-1]
        if len(beside) > 1 and "\n" in text[party.span.end : beside[-1].toponym.span.start]:
            nearest = beside  # the next one is of another paragraph
        countries = [*(one.place.country for one in nearest if one.place), usual]
        found.append(_settled(party, countries, found))
    return tuple(one for one in found if one.code)


def _settled(party: Party, countries: Sequence[str], earlier: Sequence[Party]) -> Party:
    codes = dict(party.by_country)
    code = next((codes[country] for country in countries if country in codes), party.code)
    for kin, words in _KIN:
        if code in kin and words.search(party.text) and not _is_name(party):
            code = next((one.code for one in reversed(earlier[-30:]) if one.code in kin and _is_name(one)), code)
    return replace(party, code=code)


def _is_name(party: Party) -> bool:
    """"Nusra Front", "FSA"; not "the rebels", "Jihadists"."""
    is_proper = any(word[:1].isupper() for word in party.text.split()[1:]) or party.text.isupper()
    return is_proper or (party.text[:1].isupper() and not _LOOSE.match(party.text))


def _pattern(alias: str) -> str:
    """Case counts in acronyms and names; a generic word ("rebels") may open a sentence."""
    escaped = re.escape(alias).replace(r"\ ", r"[\s\-]")
    if alias[:1].islower():
        return f"[{alias[0].upper()}{alias[0]}]" + escaped[1:]
    return escaped


def _key(alias: str) -> str:
    folded = re.sub(r"[\s\-]+", " ", alias)
    return folded[:1].lower() + folded[1:] if folded[1:].islower() or " " in folded else folded
