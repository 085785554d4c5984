"""The sides of a war: codes, the names that news gives them, and with whom they stood when.

A group that fights for a side has the side's code (the New Syrian Army is ``REBELS``); its own name stays in the text
of the event. ``data/actors.csv`` is the table; a further row of one code is a further span of its alliance.
"""
from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from geo.assets import data_path
from geo.errors import DatelineError, InvalidInput
from geo.interval import Interval, parse_day

COLUMNS = ("code", "name", "family", "side", "side_from", "side_to", "aliases", "generic_aliases")
OPTIONAL = ("strikes_by_air", "colour", "pattern")
_COLOUR = re.compile("#[0-9a-f]{6}")
_SHORT = 4


POWERS = ("government", "state", "coalition", "alliance")
"""Families of sides that nobody calls a group."""


@dataclass(frozen=True)
class Actor:
    """One side. ``generic`` names ("rebels", "militants") mean it only where nothing nearer fits; ``sides`` are its
    alliances by half-open interval. Who ``strikes_by_air`` has no guns in the field: what it hits, it hits from the
    air. ``colour`` and ``pattern`` are empty where the table does not choose them (``geo.style``)."""

    code: str
    name: str
    family: str
    aliases: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    sides: tuple[tuple[Interval, str], ...] = ()
    strikes_by_air: bool = False
    colour: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Actors:
    """The table, in file order: those who hold ground come first."""

    rows: tuple[Actor, ...]
    _codes: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path | None = None) -> Actors:
        """Read the bundled table, or another of the same columns.

        :raises InvalidInput: naming the line, the column and the value; also for an alias of two codes.
        """
        path = path or data_path("actors.csv")
        try:
            with path.open(encoding="utf-8", newline="") as file:
                table = csv.DictReader(file, strict=True)
                lines = _rows(path.name, table)
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise InvalidInput(f"actors {path.name}: {problem}, want CSV in UTF-8") from None
        return cls(tuple(actor for _, actor in lines), _names(path.name, lines))

    def find(self, text: str) -> str | None:
        """The code of a name, generic ones included; case counts only in names of up to four letters ("IS")."""
        return self._codes.get(key(text))

    def patterns(self, *, generic: bool = True) -> dict[str, str]:
        """Every alias as it is written, to its code."""
        return {
            alias: actor.code
            for actor in self.rows
            for alias in (*actor.aliases, *(actor.generic if generic else ()))
        }

    def is_generic(self, text: str) -> bool:
        return key(text) in {key(alias) for actor in self.rows for alias in actor.generic}

    def air_powers(self) -> frozenset[str]:
        """The codes of those who strike from the air alone."""
        return frozenset(actor.code for actor in self.rows if actor.strikes_by_air)

    def families(self) -> dict[str, str]:
        """Code → family."""
        return {actor.code: actor.family for actor in self.rows}

    def groups(self) -> frozenset[str]:
        """The codes of those whom a story may call "the group"."""
        return frozenset(actor.code for actor in self.rows if actor.family not in POWERS)

    def get(self, code: str) -> Actor | None:
        return next((actor for actor in self.rows if actor.code == code), None)

    def side(self, code: str, day: date) -> str | None:
        """With whom an actor stood on a day: its alliance, or ``None`` before and after."""
        actor = self.get(code)
        return next((side for span, side in actor.sides if day in span), None) if actor else None

    def are_kin(self, one: str, other: str, days: Interval) -> bool:
        """Whether two sides stood together on some of the days: rebels whom Turkey backs are rebels."""
        return one == other or not self._alliances(one, days).isdisjoint(self._alliances(other, days))

    def _alliances(self, code: str, days: Interval) -> frozenset[str]:
        actor = self.get(code)
        return frozenset(side for span, side in actor.sides if span.intersects(days)) if actor else frozenset()


def key(text: str) -> str:
    """What two spellings of a name have in common: one space, plain apostrophes, and no case but in acronyms."""
    plain = re.sub(r"[\s\-]+", " ", text.strip()).replace("’", "'").removesuffix("'s")
    return plain if len(plain) <= _SHORT and plain != plain.lower() else plain.casefold()


def _rows(name: str, table: csv.DictReader[str]) -> list[tuple[int, Actor]]:
    """Each actor with the line of its first row."""
    missing = [column for column in COLUMNS if column not in (table.fieldnames or ())]
    if missing:
        raise InvalidInput(f"actors {name}: no column {', '.join(missing)}")
    found: dict[str, tuple[int, Actor]] = {}
    for cells in table:
        where = f"actors {name} line {table.line_num}"
        if None in cells:
            raise InvalidInput(f"{where}: more cells than columns, want names with a comma in quotes")
        row = {column: (cells.get(column) or "").strip() for column in (*COLUMNS, *OPTIONAL)}
        if not row["code"] or not row["name"]:
            raise InvalidInput(f"{where}: code or name is empty")
        line, actor = found.get(row["code"]) or (table.line_num, _actor(where, row))
        found[row["code"]] = line, replace(actor, sides=(*actor.sides, (_span(where, row), row["side"])))
    return list(found.values())


def _actor(where: str, row: Mapping[str, str]) -> Actor:
    if row["strikes_by_air"] not in ("", "yes"):
        raise InvalidInput(f"{where}: strikes_by_air: {row['strikes_by_air']!r}, want yes or nothing")
    if row["colour"] and not _COLOUR.fullmatch(row["colour"]):
        raise InvalidInput(f"{where}: colour: {row['colour']!r}, want #rrggbb in small letters")
    return Actor(
        row["code"], row["name"], row["family"], _list(row["aliases"]), _list(row["generic_aliases"]),
        strikes_by_air=row["strikes_by_air"] == "yes", colour=row["colour"], pattern=row["pattern"],
    )


def _span(where: str, row: Mapping[str, str]) -> Interval:
    try:
        span = Interval(*(parse_day(row[end]) if row[end] else None for end in ("side_from", "side_to")))
    except DatelineError as problem:
        raise InvalidInput(f"{where}: {problem}") from None
    if span.is_empty:
        raise InvalidInput(f"{where}: side_to: {row['side_to']!r}, want a day after {row['side_from']}")
    return span


def _names(name: str, lines: Iterable[tuple[int, Actor]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, actor in lines:
        for alias in (actor.code, *actor.aliases, *actor.generic):
            if found.setdefault(key(alias), actor.code) != actor.code:
                both = f"{found[key(alias)]} and {actor.code}"
                raise InvalidInput(f"actors {name} line {line}: {alias!r} is a name of both {both}")
    return found


def _list(text: str) -> tuple[str, ...]:
    return tuple(alias.strip() for alias in text.split(";") if alias.strip())
