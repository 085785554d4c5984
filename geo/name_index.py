"""Names by their keys: which places answer to a spelling, and by how close a key."""
from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from geo.arabic import arabic_consonants, arabic_sound, is_arabic
from geo.model import Name, Place
from geo.names import fold, kind_of, loosened, skeleton_of, sound_of
from geo.near_spellings import are_near, neighbourhood

LEVELS = ("exact", "sound", "loose", "skeleton", "fuzzy")
"""How a name was found: the same letters (K0), the same sounds (K1), the same but for a, e and i, the same
consonants (K2), or one letter away (the last resort)."""


class Entry(NamedTuple):
    """One name of one place; ``kind`` is what the name itself says that it is ("Menagh air base": air)."""

    place: str
    name: Name
    folded: str
    kind: str


class Keys(NamedTuple):
    """The keys of one spelling; a key that it is too short for is empty."""

    exact: str
    sound: str
    loose: str
    skeleton: str
    apart: str = ""
    """The sound key with its words still apart."""


def keys_of(folded: str) -> Keys:
    """All keys of a folded spelling."""
    if is_arabic(folded):
        return Keys(folded, arabic_sound(folded), "", skeleton_of(arabic_consonants(folded)))
    apart = sound_of(folded)
    sound = apart.replace(" ", "")
    return Keys(folded, sound, loosened(sound), skeleton_of(sound), apart)


def key_at(level: str, folded: str) -> str:
    """One of the keys, without the work for the others."""
    return folded if level == "exact" else str(getattr(keys_of(folded), level))


def folds(toponym: str) -> set[str]:
    """A spelling folded; twice where GeoNames' ş may be a Turkish sh or an Arabic s."""
    if "ş" not in toponym and "Ş" not in toponym:
        return {fold(toponym)}
    return {fold(toponym), fold(toponym.replace("ş", "s").replace("Ş", "S"))}


class NameIndex:
    """Names by key, in memory: for thousands of places, not for millions."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, list[Entry]]] = {level: defaultdict(list) for level in LEVELS}

    def add(self, place: Place) -> Iterator[Keys]:
        """Index all names of a place, a country's by their letters only; tells what keys they got."""
        for name in place.names:
            for folded in folds(name.toponym):
                keys = Keys(folded, "", "", "") if place.is_country else keys_of(folded)
                entry = Entry(place.id, name, folded, kind_of(folded))
                for level, key in zip(LEVELS[:-1], keys[:-1], strict=True):
                    if key:
                        self._entries[level][key].append(entry)
                yield keys

    def has(self, level: str, key: str) -> bool:
        """Whether any name has this key."""
        return key in self._entries[level]

    def at(self, level: str, key: str) -> list[Entry]:
        """The names with this key."""
        return self._entries[level].get(key, []) if key else []

    def beginning(self, folded: str) -> list[Entry]:
        """The names that begin with ``folded`` and go on, in alphabetical order."""
        names, found = self._sorted, list[Entry]()
        for name in islice(names, bisect_right(names, folded), None) if folded else ():
            if not name.startswith(folded):
                break
            found += self.at("exact", name)
        return found

    def near(self, folded: str) -> dict[str, list[Entry]]:
        """The names one letter from ``folded``, by their folded spelling; words together or apart are one."""
        joined = folded.replace(" ", "")
        names = {name for piece in neighbourhood(joined) for name in self._neighbours.get(piece, ())}
        return {name: self.at("exact", name) for name in sorted(names) if are_near(name.replace(" ", ""), joined)}

    @cached_property
    def _sorted(self) -> list[str]:
        """Built when first asked: most stories never do."""
        return sorted(self._entries["exact"])

    @cached_property
    def _neighbours(self) -> dict[str, list[str]]:
        """Built when first asked: most stories never do."""
        pieces: dict[str, list[str]] = defaultdict(list)
        for name in self._entries["exact"]:
            for piece in neighbourhood(name.replace(" ", "")):
                pieces[piece].append(name)
        return pieces
