"""Where a page ends, as an opaque text, and the order that it is in."""
from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from geo.conditions import By
from geo.formats import geojson
from geo.model import Feature, Query
from geo.schema import Collection
from server import params
from server.ogc.queryables import kinds
from server.params import Args, BadParameter

MOST_KEYS = 4
WANTED = "the cursor of a `next` link"

Key = str | int | float | None


def order(args: Args, declared: Collection) -> tuple[By, ...]:
    """``sortby``: fields, separated by commas, each with ``+`` (which is meant without one) or ``-`` before it.

    :raises BadParameter: for what is no queryable field, or more than ``MOST_KEYS``.
    """
    text = params.once(args, "sortby", str, "it only once")
    if text is None:
        return ()
    found = [By(part.strip().lstrip("+-"), part.strip().startswith("-")) for part in text.split(",")]
    known = kinds(declared)
    if len(found) > MOST_KEYS or len({by.field for by in found}) < len(found):
        raise BadParameter("sortby", text, f"at most {MOST_KEYS} fields, each once")
    for by in found:
        if by.field not in known:
            raise BadParameter("sortby", by.field, f"one of {', '.join(known)}")
    return tuple(found)


def behind(query: Query, cursor: str | None) -> Query:
    """``query`` from the end of the page on that made the cursor.

    :raises BadParameter: for a cursor that is none, or one of another order.
    """
    if cursor is None:
        return query
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        after, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadParameter("cursor", cursor, WANTED) from None
    if not _fits(after, values, query):
        raise BadParameter("cursor", cursor, WANTED)
    return replace(query, after=after, behind=tuple(values))


def closed(query: Query, last: Feature) -> str:
    """The cursor of a page in the query's order that ends with ``last``."""
    told = {**geojson.properties(last), "id": last.id}
    values = [last.id, *(_key(told[by.field]) for by in query.order)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _fits(after: object, values: Sequence[object], query: Query) -> bool:
    if not isinstance(after, str) or not after or len(values) != len(query.order):
        return False
    texts = [after, *(value for value in values if isinstance(value, str))]
    if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
        return False
    return all(value is None or isinstance(value, str | float) or _is_small(value) for value in values)


def _is_small(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 2**63


def _key(value: object) -> Key:
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
