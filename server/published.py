"""What the map said of a story's places on the day the story appeared, where it says something else by now."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from geo.basemap import area_shapes
from geo.errors import NotFound
from geo.features import control_properties
from geo.interval import DAY, FIRST, Interval
from geo.join import control_of_place, differ
from geo.model import Feature, Place, Query
from geo.zones import ZoneIndex
from server.resources import get_belief, get_gazetteer, get_store


def said_then(article: Feature, mentions: Sequence[Feature]) -> Mapping[str, Mapping[str, object]]:
    """By mention, the control of its place on its day as it was known when the article appeared, where other sides are
    named today. Empty for a story that appeared when nothing was known yet, as in a store loaded much later.

    Mentions of ground beside a place ("20 km north of") are left out: the row keeps no more than that ground.
    """
    published = article.properties["published"]
    if not isinstance(published, date):
        return {}
    beliefs = [get_belief(published, name) for name in ("zones", "reports")]
    if beliefs == [None, None] or beliefs[0] == FIRST:
        return {}
    found: dict[str, Mapping[str, object]] = {}
    indexes: dict[date, tuple[ZoneIndex, ZoneIndex]] = {}
    for mention in mentions:
        place, day = _place(mention), _last_day(mention.valid.outer)
        if place is None or day is None:
            continue
        if day not in indexes:
            indexes[day] = _index(day, published), _index(day, None)
        then, now = (control_of_place(place, Interval.of_day(day), index, area_shapes()) for index in indexes[day])
        if differ(then, now):
            found[mention.id] = control_properties(then)
    return found


def _place(mention: Feature) -> Place | None:
    if mention.properties["relation"] or mention.properties["role"] != "literal":
        return None
    try:
        return get_gazetteer()[str(mention.properties["place"])]
    except NotFound:
        return None


def _last_day(when: Interval) -> date | None:
    """The day on which the answer for an interval rests."""
    return when.end - DAY if when.end else when.start


def _index(day: date, as_known_on: date | None) -> ZoneIndex:
    """Of one day only: a story speaks of few."""
    zones = get_store().read("zones", Query(when=Interval.of_day(day), as_known_on=as_known_on))
    return ZoneIndex(zones, get_store().read("reports", Query(as_known_on=as_known_on)))
