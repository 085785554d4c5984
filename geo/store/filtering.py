"""Conditions and orders as SQL: identifiers only from the schema, values always bound."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from geo.conditions import (
    COMPARISONS,
    ENDS,
    Always,
    By,
    Column,
    Compare,
    Condition,
    Days,
    Every,
    Folded,
    IsEmpty,
    Like,
    Literal,
    Not,
    OneOf,
    Operand,
    Some,
    Spatial,
    Temporal,
)
from geo.errors import InvalidParameter
from geo.model import BBox, Query
from geo.schema import Collection
from geo.store.dialect import SQLITE, Dialect, Where
from geo.store.rows import Value, columns


def condition(declared: Collection, wanted: Condition, dialect: Dialect = SQLITE) -> Where:
    """``wanted`` as SQL that is true, false or null.

    :raises InvalidParameter: for a field that the schema does not have.
    """
    return _Writer(declared, dialect).of(wanted)


def order(declared: Collection, by: Sequence[By], dialect: Dialect = SQLITE) -> str:
    """What stands after ``ORDER BY``: by the fields asked for, then by id."""
    asked = [dialect.ordered(_name(declared, each.field), descending=each.descending) for each in by]
    return ", ".join([*asked, "id", dialect.ordered("valid_from"), "fid"])


def behind(declared: Collection, query: Query, dialect: Dialect = SQLITE) -> Where:
    """Rows that come after the one with the values ``query.behind`` and the id ``query.after`` in the query's order."""
    if not query.order:
        return Where("id > ?", (query.after,)) if query.after else Where("")
    if not query.after:
        return Where("")
    alternatives, same = list[Where](), list[Where]()
    for by, value in zip(query.order, query.behind, strict=True):
        name = _name(declared, by.field)
        alternatives.append(_joined(" AND ", [*same, _beyond(name, value, by.descending)]))
        same.append(dialect.same(name, value))
    alternatives.append(_joined(" AND ", [*same, Where("id > ?", (query.after,))]))
    return _joined(" OR ", alternatives)


def hulls(wanted: Condition | None) -> list[BBox]:
    """Boxes, each of which the geometry of every feature must meet for which ``wanted`` holds."""
    if isinstance(wanted, Every):
        return [box for part in wanted.parts for box in hulls(part)]
    if not isinstance(wanted, Spatial) or wanted.relation == "disjoint":
        return []
    given = [each for each in (wanted.left, wanted.right) if each is not None]
    return [BBox(*each.bounds) for each in given] if len(given) == 1 else []


def _beyond(name: str, value: Value, descending: bool) -> Where:
    """Empty values come first, or, descending, last."""
    if value is None:
        return Where("FALSE" if descending else f"{name} IS NOT NULL")
    return Where(f"({name} < ? OR {name} IS NULL)" if descending else f"{name} > ?", (value,))


class _Writer:
    """Writes conditions on one collection."""

    def __init__(self, declared: Collection, dialect: Dialect) -> None:
        self._declared = declared
        self._dialect = dialect

    def of(self, wanted: Condition) -> Where:
        if isinstance(wanted, Every | Some):
            between = " AND " if isinstance(wanted, Every) else " OR "
            return _joined(between, [self.of(part) for part in wanted.parts])
        if isinstance(wanted, Not):
            inner = self.of(wanted.part)
            return Where(f"(NOT {inner.sql})", inner.values)
        if isinstance(wanted, Always):
            return Where("TRUE" if wanted.value else "FALSE")
        return self._of_values(wanted) if isinstance(wanted, Compare | Like | OneOf) else self._of_feature(wanted)

    def _of_feature(self, wanted: IsEmpty | Spatial | Temporal) -> Where:
        if isinstance(wanted, IsEmpty):
            return Where(f"({'geom' if wanted.name == 'geometry' else _name(self._declared, wanted.name)} IS NULL)")
        return self._spatial(wanted) if isinstance(wanted, Spatial) else self._temporal(wanted)

    def _of_values(self, wanted: Compare | Like | OneOf) -> Where:
        match wanted:
            case Compare(sign, left, right) if sign in COMPARISONS:
                return _joined(f" {sign} ", [self._operand(left), self._operand(right)])
            case Like(what, pattern):
                return self._dialect.like(self._operand(what), pattern)
            case OneOf(what, values):
                inner, among = self._operand(what), [self._operand(value) for value in values]
                listed = ", ".join(each.sql for each in among)
                return Where(f"({inner.sql} IN ({listed}))", (*inner.values, *_values(among)))
            case _:
                raise InvalidParameter(f"filter: {wanted!r}, want one of {', '.join(COMPARISONS)}")

    def _operand(self, operand: Operand) -> Where:
        match operand:
            case Column(name):
                return Where(_name(self._declared, name))
            case Literal(value):
                return Where("?", (value,))
            case Folded(what, how):
                inner = self._operand(what)
                return Where(f"dateline_folded({inner.sql}, ?)", (*inner.values, how))

    def _spatial(self, wanted: Spatial) -> Where:
        sides = [Where("geom") if each is None else Where("?", (each.wkb,)) for each in (wanted.left, wanted.right)]
        return Where(f"dateline_related(?, {sides[0].sql}, {sides[1].sql})", (wanted.relation, *_values(sides)))

    def _temporal(self, wanted: Temporal) -> Where:
        left, right = self._ends(wanted.left), self._ends(wanted.right)
        ends = {"f1": left[0], "l1": left[1], "f2": right[0], "l2": right[1]}
        parts = [[ends.get(word, Where(word)) for word in sentence.split()] for sentence in _RELATIONS[wanted.relation]]
        return _joined(" AND ", [_joined(" ", part) for part in parts])

    def _ends(self, days: Days) -> tuple[Where, Where]:
        """First and last day as SQL; null, both, when there is no such span."""
        first_of_all, last_of_all = self._dialect.open_first, self._dialect.open_last
        if days.is_instant:
            day = self._day(days.first, first_of_all)
            return day, day
        fields = [each for each in (days.first, days.last) if isinstance(each, Column)]
        first, last = self._day(days.first, first_of_all), self._day(days.last, last_of_all)
        if isinstance(days.last, Column) and days.last.name.endswith(ENDS):
            last = Where(self._dialect.days_after(last.sql, -1), last.values)
        if isinstance(days.first, Column):
            first = Where(f"coalesce({first.sql}, '{first_of_all}')", first.values)
        if isinstance(days.last, Column):
            last = Where(f"coalesce({last.sql}, '{last_of_all}')", last.values)
        if len(fields) < 2:
            return first, last
        known = f"coalesce({', '.join(_name(self._declared, each.name) for each in fields)})"
        wrapped = [Where(f"CASE WHEN {known} IS NULL THEN NULL ELSE {each.sql} END", each.values)
                   for each in (first, last)]
        return wrapped[0], wrapped[1]

    def _day(self, day: date | Column | None, when_open: str) -> Where:
        if isinstance(day, Column):
            return Where(_name(self._declared, day.name))
        return Where("?", (when_open if day is None else day.isoformat(),))


_RELATIONS = {
    "after": ("f1 > l2",),
    "before": ("l1 < f2",),
    "contains": ("f1 < f2", "l1 > l2"),
    "disjoint": ("NOT ( f1 <= l2 AND f2 <= l1 )",),
    "during": ("f1 > f2", "l1 < l2"),
    "equals": ("f1 = f2", "l1 = l2"),
    "finishedby": ("f1 < f2", "l1 = l2"),
    "finishes": ("f1 > f2", "l1 = l2"),
    "intersects": ("f1 <= l2", "f2 <= l1"),
    "meets": ("l1 = f2",),
    "metby": ("f1 = l2",),
    "overlappedby": ("f1 > f2", "f1 < l2", "l1 > l2"),
    "overlaps": ("f1 < f2", "l1 > f2", "l1 < l2"),
    "startedby": ("f1 = f2", "l1 > l2"),
    "starts": ("f1 = f2", "l1 < l2"),
}
"""CQL2 1.0 (OGC 21-065r2), table 13, of first and last days."""


def _joined(between: str, parts: Sequence[Where]) -> Where:
    return Where(f"({between.join(part.sql for part in parts)})", _values(parts))


def _values(parts: Sequence[Where]) -> tuple[Value | list[Value], ...]:
    return tuple(value for part in parts for value in part.values)


def _name(declared: Collection, name: str) -> str:
    """A column as SQL.

    :raises InvalidParameter: when the schema has none of that name, or JSON in it.
    """
    known = [field.name for field in columns(declared) if field.kind != "json"]
    if name not in known:
        raise InvalidParameter(f"{name}: no field of {declared.name} to filter by, want one of {', '.join(known)}")
    return f'"{name}"'
