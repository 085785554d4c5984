"""A confirmed event of a story → a town report, from which zones may be derived."""
from __future__ import annotations

import hashlib

from shapely.geometry import Point

from geo.basemap import country_shapes
from geo.edtf import VagueDate
from geo.errors import InvalidInput
from geo.model import Article, Event, Feature, Place
from geo.reports import Report

HOLDING = ("control_gain", "control_state")
"""What events must tell for somebody to hold a place from then on."""


def report_of_event(article: Article, event: Event, event_id: str) -> Feature:
    """The row of collection ``reports`` that an event makes; the same event makes the same row.

    :raises InvalidInput: when the event does not say who held which place from which day on.
    """
    place, when = event.place, event.when
    if event.type not in HOLDING or not event.actor:
        raise InvalidInput(f"event: {event.type!r}, want one that says which side took or held a place")
    if place is None or place.is_area:
        raise InvalidInput(f"event: {place.name if place else ''!r}, want a town, not a province or a country")
    if when.interval.start is None or when.interval.end is None:
        raise InvalidInput(f"event: {when.edtf!r}, want a day or a span with both ends")
    source = {
        "title": article.title, "publisher": article.source, "url": article.url, "sourced": "yes",
        "stance": event.attribution if event.attribution == event.actor else "",
    }
    report = Report(
        hashlib.sha256(f"event:{event_id}".encode()).hexdigest()[:16], place.id, place.name, _country(place),
        place.point, VagueDate(when.edtf, when.interval, when.precision), event.actor,
        "control" if event.certainty == "reported" else "claimed",
        note="Told by a story and confirmed by an editor",
        sources=({name: value for name, value in source.items() if value},),
    )
    return report.feature()


def _country(place: Place) -> str:
    """Of a place that is only a point, the country around it."""
    if place.country:
        return place.country
    point = Point(place.point)
    return next((iso for iso, shape in country_shapes().items() if shape.contains(point)), "")
