"""Conditions on features: small trees of plain values, which a store turns into its own language.

A condition is true, false or unknown, as in SQL: what is said of an empty field is unknown, and so is its contrary.
"""
from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
SPATIAL = ("intersects", "disjoint", "equals", "touches", "crosses", "within", "contains", "overlaps")
TEMPORAL = (
    "after", "before", "contains", "disjoint", "during", "equals", "finishedby", "finishes", "intersects", "meets",
    "metby", "overlappedby", "overlaps", "startedby", "starts",
)
ENDS = "_to"
"""How fields are called that hold the first day on which a thing is no longer so."""


@dataclass(frozen=True)
class Column:
    """A field of the feature, by name."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A value that is given; days as ISO text."""

    value: str | int | float | bool


@dataclass(frozen=True)
class Folded:
    """A text without its ``case`` or its ``accents``."""

    what: Operand
    how: str


Operand = Column | Literal | Folded


@dataclass(frozen=True)
class Always:
    """True or false, whatever the feature."""

    value: bool


@dataclass(frozen=True)
class Compare:
    """``sign`` is one of ``COMPARISONS``; both sides are of one kind."""

    sign: str
    left: Operand
    right: Operand


@dataclass(frozen=True)
class Like:
    """The whole text fits the pattern: ``%`` is any text, ``_`` any character, a backslash makes the next one plain."""

    what: Operand
    pattern: str


@dataclass(frozen=True)
class OneOf:
    """Equal to one of some values."""

    what: Operand
    values: tuple[Operand, ...]


@dataclass(frozen=True)
class IsEmpty:
    """The field, or the ``geometry``, has no value."""

    name: str


@dataclass(frozen=True)
class Spatial:
    """``relation`` is one of ``SPATIAL``; ``None`` stands for the feature's own geometry. Degrees."""

    relation: str
    left: BaseGeometry | None
    right: BaseGeometry | None


@dataclass(frozen=True)
class Days:
    """From a first to a last day, both in: days, date fields of the feature, or ``None`` for an open end.

    A field whose name ends in ``ENDS``, as the last day, means the day before. An empty field is an open end; two
    empty fields are no span at all.
    """

    first: date | Column | None
    last: date | Column | None

    @property
    def is_instant(self) -> bool:
        return self.first == self.last and self.first is not None


OWN_DAYS = Days(Column("valid_from"), Column("valid_to"))
"""The days on which the feature may have been so."""


@dataclass(frozen=True)
class Temporal:
    """``relation`` is one of ``TEMPORAL``, as CQL2 defines them for closed intervals."""

    relation: str
    left: Days
    right: Days


@dataclass(frozen=True)
class Not:
    """The contrary."""

    part: Condition


@dataclass(frozen=True)
class Every:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Always | Compare | Like | OneOf | IsEmpty | Spatial | Temporal | Not | Every | Some


@dataclass(frozen=True)
class By:
    """An order of features: by the value of a field. Empty ones are the first, or, descending, the last."""

    field: str
    descending: bool = False


def folded(text: str, how: str) -> str:
    """The text without its ``case``, or without its ``accents`` (what Unicode can take apart from a letter).

    >>> folded("Şırnak", "accents"), folded("HIT", "case")
    ('Sırnak', 'hit')
    """
    if how == "case":
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if unicodedata.category(each) != "Mn")
