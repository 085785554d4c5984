"""Filters in CQL2 (OGC 21-065r2), as text or JSON, as conditions on the features of one collection."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from geo.conditions import (
    COMPARISONS,
    SPATIAL,
    TEMPORAL,
    Always,
    Column,
    Compare,
    Condition,
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
    folded,
)
from geo.schema import Collection
from server.ogc import bounded
from server.ogc.bounded import Node
from server.ogc.operands import Operands, wrong

MOST_WILDCARDS = 10
"""In one pattern: what more of them cost grows faster than they do."""


def parse(text: str, language: str, declared: Collection, system: str) -> Condition:
    """The filter that ``text`` means; its geometries are in ``system``.

    :raises BadParameter: naming the part that is too long, too deep, unknown or of another type.
    """
    return _Reader(Operands(declared, system)).of(bounded.read(text, language))


@dataclass(frozen=True)
class _Reader:
    operands: Operands

    def of(self, node: Node) -> Condition:
        if isinstance(node, bool):
            return Always(node)
        if not isinstance(node, dict):
            raise wrong(node, "a condition")
        if "property" in node:
            left, right = self.operands.pair(node, True)
            return Compare("=", left, right)
        return self._of_call(node)

    def _of_call(self, node: Mapping[str, Node]) -> Condition:
        op, args = str(node.get("op")).lower(), node.get("args")
        if not isinstance(args, list) or not args:
            raise wrong(node, "an operation with its operands")
        if op in ("and", "or"):
            parts = tuple(self.of(part) for part in args)
            return Every(parts) if op == "and" else Some(parts)
        if op == "not":
            return Not(self.of(_one(args, node)))
        if op == "isnull":
            return self._empty(_one(args, node))
        return self._of_operands(op, args, node)

    def _of_operands(self, op: str, args: list[Node], node: Node) -> Condition:
        count = 3 if op == "between" else 2
        if len(args) != count:
            raise wrong(node, f"{count} operands")
        if op in COMPARISONS:
            return Compare(op, *self._pair(*args))
        if op == "between":
            low, high = self._pair(args[0], args[1]), self._pair(args[0], args[2])
            return Every((Compare(">=", *low), Compare("<=", *high)))
        if op == "in" and isinstance(args[1], list) and args[1]:
            pairs = [self._pair(args[0], each) for each in args[1]]
            return OneOf(pairs[0][0], tuple(value for _, value in pairs))
        if op == "like":
            return self._like(args[0], args[1])
        return self._of_function(op, args, node)

    def _of_function(self, op: str, args: list[Node], node: Node) -> Condition:
        kind, _, relation = op.partition("_")
        if kind == "s" and relation in SPATIAL:
            return Spatial(relation, self.operands.ground(args[0]), self.operands.ground(args[1]))
        if kind == "t" and relation in TEMPORAL:
            return Temporal(relation, self.operands.days(args[0]), self.operands.days(args[1]))
        raise wrong(node, "an operator or a function of space or time of CQL2; arithmetic and lists are not offered")

    def _pair(self, left: Node, right: Node) -> tuple[Operand, Operand]:
        a, b = self.operands.pair(left, right)
        return _settled(a), _settled(b)

    def _like(self, what: Node, pattern: Node) -> Condition:
        given = _settled(self.operands.text(pattern))
        if not isinstance(given, Literal):
            raise wrong(pattern, "a pattern as a text")
        text = str(given.value)
        if text.count("%") + text.count("_") > MOST_WILDCARDS:
            raise wrong(text, f"at most {MOST_WILDCARDS} wildcards in a pattern")
        return Like(self.operands.text(what), text)

    def _empty(self, node: Node) -> Condition:
        name = self.operands.name(node)
        if name == "time":
            return Every((IsEmpty("valid_from"), IsEmpty("valid_to")))
        return IsEmpty(name)


def _settled(operand: Operand) -> Operand:
    """What does not depend on the feature is worked out once."""
    if not isinstance(operand, Folded) or isinstance(operand.what, Column):
        return operand
    inner = _settled(operand.what)
    if isinstance(inner, Literal):
        return Literal(folded(str(inner.value), operand.how))
    return replace(operand, what=inner)


def _one(args: list[Node], node: Node) -> Node:
    if len(args) != 1:
        raise wrong(node, "one operand")
    return args[0]
