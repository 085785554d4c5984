"""From the query string to values, strictly: what is not known or does not parse is a 400 that says why."""
from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from geo.errors import InvalidParameter, NotFound
from geo.interval import Interval, parse_datetime, parse_day
from geo.model import BBox, LngLat, Query
from geo.schema import COLLECTIONS, TIME_FIELDS, Collection

Args = Mapping[str, Sequence[str]]
"""Every value of every parameter, as ``request.args.to_dict(flat=False)`` gives them."""

PAGE = ("bbox", "limit", "offset")
BELIEF = "as_known_on"
SEARCH = ("datetime", BELIEF, "id")
VERSION = "v"
"""Carries the store's version in addresses that may then be cached for ever."""
LABELS = "labels"
"""Whether a picture tile has the names of places upon it."""

MOST_PARAMETERS = 64
WANTED_BBOX = "west,south,east,north in degrees, or six numbers with heights"
WANTED_DATETIME = "YYYY-MM-DD, a/b, ../b or a/.. with days from 1900 to 2099"

T = TypeVar("T")


class BadParameter(InvalidParameter):
    """A parameter of the request, by name, with its value and what was expected."""

    def __init__(self, parameter: str, value: str, expected: str) -> None:
        super().__init__(f"{parameter}: {value[:200]!r}, want {expected}")
        self.parameter = parameter
        self.value = value[:200]
        self.expected = expected


def collection(name: str) -> Collection:
    """:raises NotFound: naming the collections there are."""
    if name not in COLLECTIONS:
        raise NotFound(f"collection: {name[:50]!r}, want one of {', '.join(COLLECTIONS)}")
    return COLLECTIONS[name]


def query(args: Args, declared: Collection, allowed: Sequence[str] = (*SEARCH, *PAGE)) -> Query:
    """What is asked of ``declared``; beside ``allowed``, each of its fields is a filter by equality.

    A filter given more than once matches any of its values. ``datetime`` given more than once must
    hold each time (GDAL sends a field's two bounds so): the interval may then be inverted, which
    asks for features that reach over the gap.

    :raises BadParameter: for a parameter that is unknown or given twice, or a value that does not parse.
    """
    filters = filterable(declared)
    check_names(args, (*allowed, VERSION, *filters))
    return Query(
        bbox=once(args, "bbox", parse_bbox, WANTED_BBOX),
        when=when(args),
        as_known_on=as_known_on(args),
        ids=tuple(sorted(args.get("id", ()))),
        where={name: tuple(sorted(args[name])) for name in filters if name in args},
        limit=once(args, "limit", positive, "a whole number from 1"),
        offset=once(args, "offset", _whole, "a whole number from 0") or 0,
    )


def filterable(declared: Collection) -> tuple[str, ...]:
    """The fields to filter by: no private ones, for a filter can be asked until it gives them away."""
    fields = (*declared.fields, *(field for field in TIME_FIELDS if field.kind == "text"))
    return tuple(field.name for field in fields if field.kind != "json" and field.name not in declared.private)


def check_names(args: Args, known: Sequence[str]) -> None:
    """:raises BadParameter: for the first parameter that is not ``known``."""
    if sum(len(values) for values in args.values()) > MOST_PARAMETERS:
        raise BadParameter("query", f"{len(args)} parameters", f"at most {MOST_PARAMETERS}")
    for name, values in args.items():
        if name not in known:
            raise BadParameter(name[:50], values[0] if values else "", f"one of {', '.join(known)}")


def once(args: Args, name: str, parse: Callable[[str], T], wanted: str) -> T | None:
    """The value of a parameter that may be given once; ``None`` when it is not there."""
    values = args.get(name, ())
    if not values:
        return None
    if len(values) > 1:
        raise BadParameter(name, ", ".join(values), "it only once")
    return _named(name, values[0], parse, wanted)


def yes(text: str) -> bool:
    """:raises InvalidParameter: for neither ``true`` nor ``false``."""
    if text not in ("true", "false"):
        raise InvalidParameter(text)
    return text == "true"


def when(args: Args) -> Interval | None:
    """All of the ``datetime`` parameters together; ``None`` without any."""
    found: Interval | None = None
    for text in args.get("datetime", ()):
        span = _named("datetime", text, _parse_span, WANTED_DATETIME)
        found = span if found is None else found.intersection(span)
    return found


def as_known_on(args: Args) -> date | None:
    """The day whose belief is asked for; ``None`` for the present one."""
    return once(args, BELIEF, parse_day, "YYYY-MM-DD")


def parse_bbox(text: str) -> BBox:
    """``west,south,east,north``; of six numbers the heights are dropped. West may exceed east."""
    numbers = [parse_number(part) for part in text.split(",")]
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise InvalidParameter(f"bbox: {text[:100]!r}")
    box = BBox(*numbers)
    if max(abs(box.west), abs(box.east)) > 180 or not -90 <= box.south <= box.north <= 90:
        raise InvalidParameter(f"bbox: {text[:100]!r}")
    return box


def parse_number(text: str) -> float:
    """A finite decimal number in ASCII; Python's underscores and names of infinity are none."""
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", text, re.ASCII) or len(text) > 50:
        raise InvalidParameter(f"number: {text[:50]!r}")
    number = float(text)
    if not math.isfinite(number):
        raise InvalidParameter(f"number: {text[:50]!r}")
    return number


def position(args: Args) -> LngLat | None:
    """``lon`` and ``lat``, both or neither."""
    lng = once(args, "lon", parse_number, "degrees from -180 to 180")
    lat = once(args, "lat", parse_number, "degrees from -90 to 90")
    if (lng is None) != (lat is None):
        raise BadParameter("lat" if lat is None else "lon", "", "lon and lat together")
    if lng is None or lat is None:
        return None
    if abs(lng) > 180 or abs(lat) > 90:
        raise BadParameter("lon,lat", f"{lng},{lat}", "degrees from -180 to 180 and from -90 to 90")
    return LngLat(lng, lat)


def _named(name: str, text: str, parse: Callable[[str], T], wanted: str) -> T:
    try:
        return parse(text)
    except InvalidParameter:
        raise BadParameter(name, text, wanted) from None


def _parse_span(text: str) -> Interval:
    """GDAL writes ``2022-06-01T/..`` for a bound on a Date field."""
    return parse_datetime("/".join(part.removesuffix("T") for part in text.split("/")))


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise InvalidParameter(f"number: {text[:50]!r}")
    return int(text)


def positive(text: str) -> int:
    """A whole number from 1."""
    number = _whole(text)
    if number < 1:
        raise InvalidParameter(f"number: {text!r}")
    return number
