"""Who acts: names of armed sides, states and groups in a text, as codes of the actor table."""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from geo.model import Span


@dataclass(frozen=True)
class Party:
    """One name of a side at one span."""

    span: Span
    text: str
    code: str


class PartyFinder:
    """Finds the aliases of an actor table, longest first; short ones keep their case ("IS", not "is")."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._codes = {_key(alias): code for alias, code in aliases.items()}
        longest_first = sorted(aliases, key=len, reverse=True)
        self._pattern = re.compile(r"(?<![\w])(?:" + "|".join(map(_pattern, longest_first)) + r")(?:['’]s)?(?!\w)")

    def __call__(self, text: str) -> tuple[Party, ...]:
        """Every party of ``text`` in order."""
        return tuple(
            Party(Span(match.start(), match.end()), match[0], code)
            for match in self._pattern.finditer(text)
            if (code := self._codes.get(_key(re.sub(r"['’]s\Z", "", match[0]))))
        )


def _pattern(alias: str) -> str:
    """Case counts in acronyms and names; a generic word ("rebels") may open a sentence."""
    escaped = re.escape(alias).replace(r"\ ", r"[\s\-]")
    if alias[:1].islower():
        return f"[{alias[0].upper()}{alias[0]}]" + escaped[1:]
    return escaped


def _key(alias: str) -> str:
    folded = re.sub(r"[\s\-]+", " ", alias)
    return folded[:1].lower() + folded[1:] if folded[1:].islower() or " " in folded else folded
