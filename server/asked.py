"""What the address of a tile asks for, apart from the place of the tile: many tiles have it in common."""
from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from werkzeug.wrappers import Request

from geo.interval import Interval
from geo.model import Query
from geo.schema import Collection
from server import params
from server.params import BadParameter

VECTOR = 0


class Asked(NamedTuple):
    """Tiles of one collection; ``version`` is what the address calls the content, if it does. ``scale`` is that of a
    picture, or ``VECTOR``; ``has_labels`` whether it has names upon it."""

    collection: Collection
    query: Query
    version: str = ""
    has_labels: bool = False
    scale: int = VECTOR

    @property
    def is_whole(self) -> bool:
        """Nothing is asked for but days: the tile sets have it."""
        return self.query == Query(when=self.query.when)

    @property
    def one_day(self) -> date | None:
        """The day, where it is one."""
        when = self.query.when
        return when.start if when is not None and when.days == 1 else None


def parsed(collection: str, query: str, scale: int) -> Asked:
    """``query`` is the query string.

    :raises NotFound: for a collection that there is not.
    :raises BadParameter: for a parameter that is unknown or does not parse.
    """
    declared = params.collection(collection)
    allowed = params.SEARCH if scale == VECTOR else (*params.SEARCH, params.LABELS)
    asked = Asked(declared, *_understood(declared.name, query, allowed), scale)
    if scale != VECTOR:
        shown(asked.query.when)
    return asked


def shown(when: Interval | None) -> date:
    """The day that a picture shows: it cannot be scrubbed."""
    if when is None or when.days != 1 or when.start is None:
        raise BadParameter("datetime", str(when or ""), "one day, as YYYY-MM-DD")
    return when.start


@lru_cache(1000)
def _understood(collection: str, text: str, allowed: tuple[str, ...]) -> tuple[Query, str, bool]:
    """A query string, the version that it names, and whether names are wanted."""
    args = Request({"QUERY_STRING": text}).args.to_dict(flat=False)
    query = params.query(args, params.collection(collection), allowed)
    version = params.once(args, params.VERSION, str, "the version that TileJSON names")
    return query, version or "", params.once(args, params.LABELS, params.yes, "true or false") or False
