"""What stands on the sides of a comparison: fields, values, days and ground, each checked against the schema."""
from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.conditions import OWN_DAYS, Column, Days, Folded, Literal, Operand
from geo.errors import InvalidParameter
from geo.interval import parse_datetime, parse_day
from geo.schema import Collection
from geo.store.search import area
from server.ogc import crs
from server.ogc.bounded import Node
from server.ogc.queryables import GEOMETRY, TIME, kinds
from server.params import BadParameter

FOLDS = {"casei": "case", "accenti": "accents"}
OPEN = ("..", "")
_KINDS = {"integer": "number", "real": "number"}
WANTED_GEOMETRY = "the property geometry, a BBOX, or a valid geometry inside of its system"


def wrong(value: Node, expected: str) -> BadParameter:
    """What to raise about a part of a filter."""
    return BadParameter("filter", value if isinstance(value, str) else repr(value), expected)


@dataclass(frozen=True)
class Operands:
    """Reads the operands of filters on one collection; geometries are in the system ``system``."""

    declared: Collection
    system: str

    def value(self, node: Node) -> tuple[Operand, str]:
        """A scalar, and its kind: text, number, boolean or date.

        :raises BadParameter: for what is none, or a property that is no queryable.
        """
        if isinstance(node, str):
            return Literal(_text(node)), "text"
        if isinstance(node, bool):
            return Literal(node), "boolean"
        if isinstance(node, int | float):
            return Literal(_number(node)), "number"
        told = _mapping(node, "a property or a value")
        if "property" in told:
            kind = self._kind(told["property"])
            return Column(str(told["property"])), _KINDS.get(kind, kind)
        how = FOLDS.get(str(told.get("op")).lower())
        if how is not None:
            return self._folded(told, how), "text"
        return Literal(_day(told).isoformat()), "date"

    def pair(self, left: Node, right: Node) -> tuple[Operand, Operand]:
        """Two scalars of one kind; a text beside a date is read as a day."""
        (a, kind), (b, other) = self.value(left), self.value(right)
        if kind == "date" and other == "text":
            b, other = _as_day(b), "date"
        elif kind == "text" and other == "date":
            a, kind = _as_day(a), "date"
        if kind != other:
            raise wrong(right, f"a {kind}, to compare with {_shown(left)}")
        return a, b

    def text(self, node: Node) -> Operand:
        found, kind = self.value(node)
        if kind != "text":
            raise wrong(node, "a text")
        return found

    def name(self, node: Node) -> str:
        """A queryable, by its name; ground and days included."""
        told = _mapping(node, "a property")
        name = told.get("property")
        if name not in (GEOMETRY, TIME):
            self._kind(name)
        return str(name)

    def days(self, node: Node) -> Days:
        """:raises BadParameter: for what is neither instant nor interval."""
        if isinstance(node, str):
            day = _parsed(node)
            return Days(day, day)
        told = _mapping(node, "a property, DATE, TIMESTAMP or INTERVAL")
        if told.get("property") == TIME:
            return OWN_DAYS
        if "interval" in told:
            first, last = _two(told["interval"], "an interval of two ends")
            found = Days(self._end(first), self._end(last))
            if isinstance(found.first, date) and isinstance(found.last, date) and found.last < found.first:
                raise wrong(node, "an interval that ends after it starts")
            return found
        instant = self._end(node)
        return Days(instant, instant)

    def ground(self, node: Node) -> BaseGeometry | None:
        """``None`` is the feature's own.

        :raises BadParameter: for what is no geometry, or a faulty one.
        """
        told = _mapping(node, WANTED_GEOMETRY)
        if "property" in told:
            if told["property"] != GEOMETRY:
                raise wrong(told["property"], WANTED_GEOMETRY)
            return None
        found = self._box(told["bbox"]) if "bbox" in told else self._given(told)
        points = shapely.get_coordinates(found)
        inside = np.isfinite(points).all() and (np.abs(points) <= (180.0, 90.0)).all()
        if found.is_empty or not inside or not found.is_valid:
            raise wrong(node, WANTED_GEOMETRY)
        return found

    def _box(self, bbox: Node) -> BaseGeometry:
        numbers = [value for value in bbox if isinstance(value, int | float)] if isinstance(bbox, list) else []
        if not isinstance(bbox, list) or len(numbers) != len(bbox):
            raise wrong(bbox, WANTED_GEOMETRY)
        try:
            return area(crs.parse_bbox(",".join(map(repr, map(float, numbers))), self.system))
        except (InvalidParameter, OverflowError):
            raise wrong(bbox, WANTED_GEOMETRY) from None

    def _given(self, told: Mapping[str, Node]) -> BaseGeometry:
        try:
            return crs.to_degrees(shapely.force_2d(shapely.from_geojson(json.dumps(told))), self.system)
        except shapely.errors.GEOSException:
            raise wrong(told, WANTED_GEOMETRY) from None

    def _end(self, node: Node) -> date | Column | None:
        if isinstance(node, str):
            return None if node in OPEN else _parsed(node)
        told = _mapping(node, "a day, '..' or a property")
        if "property" not in told:
            return _day(told)
        if self._kind(told["property"]) != "date":
            raise wrong(told["property"], "a property that is a date")
        return Column(str(told["property"]))

    def _folded(self, told: Mapping[str, Node], how: str) -> Operand:
        args = told.get("args")
        inner = args[0] if isinstance(args, list) and len(args) == 1 else args
        return Folded(self.text(inner), how)

    def _kind(self, name: Node) -> str:
        known = kinds(self.declared)
        if not isinstance(name, str) or name not in known:
            raise wrong(name, f"one of the queryables of {self.declared.name}: {', '.join(known)}")
        return known[name]


def _as_day(operand: Operand) -> Operand:
    if not isinstance(operand, Literal):
        raise wrong(repr(operand), "a date")
    return Literal(_parsed(str(operand.value)).isoformat())


def _day(told: Mapping[str, Node]) -> date:
    """Of ``{"date": …}``, or of ``{"timestamp": …}`` its day in UTC."""
    text = told.get("date", told.get("timestamp"))
    if len(told) != 1 or not isinstance(text, str):
        raise wrong(told, "a property, CASEI, ACCENTI, DATE, TIMESTAMP or a value; no other function")
    return _parsed(text)


def _parsed(text: str) -> date:
    try:
        span = parse_datetime(text) if "T" in text.upper() and "/" not in text else None
        return parse_day(text) if span is None or span.start is None else span.start
    except InvalidParameter:
        raise wrong(text, "a day from 1900 to 2099 as YYYY-MM-DD, or an RFC 3339 instant") from None


def _text(text: str) -> str:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise wrong(text.encode("ascii", "backslashreplace").decode(), "a text without NUL or lone surrogates")
    return text


def _number(number: float) -> int | float:
    if (isinstance(number, float) and not math.isfinite(number)) or abs(number) >= 2**63:
        raise wrong(number, "a finite number below 2**63")
    return number


def _mapping(node: Node, expected: str) -> Mapping[str, Node]:
    if not isinstance(node, dict):
        raise wrong(node, expected)
    return node


def _two(node: Node, expected: str) -> Sequence[Node]:
    if not isinstance(node, list) or len(node) != 2:
        raise wrong(node, expected)
    return node


def _shown(node: Node) -> str:
    return str(node.get("property", node)) if isinstance(node, dict) else repr(node)[:60]


