"""Changes between two days as GeoJSON with sums, areas by day as plain values: for HTTP, files and notebooks."""
from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely

from geo.changes import Changes, Moved, Series
from geo.compare import Compared
from geo.formats.imprint import DERIVED_NOTE
from geo.model import Place

KM2 = 3
"""Decimals of square kilometres."""


def changes_json(found: Changes) -> dict[str, object]:
    """A FeatureCollection (RFC 7946) of the ground that moved, with sums by side, places and warnings beside it."""
    return {
        "type": "FeatureCollection", "note": DERIVED_NOTE, "from": str(found.before), "to": str(found.after),
        "sides": {
            side: {"gained_km2": round(gained, KM2), "lost_km2": round(lost, KM2)}
            for side, (gained, lost) in found.sides().items()
        },
        "places": [
            {**_place(place), "before": each.before, "after": each.after, "source_id": each.source_id}
            for each in found.moved for place in each.places
        ],
        "warnings": list(found.warnings),
        "features": [_feature(each) for each in found.moved],
    }


def turns_json(days: Sequence[date], found: Sequence[tuple[date, Moved]]) -> dict[str, object]:
    """The places that changed hands, by day; ``day`` is the first on which the new side held."""
    return {
        "note": DERIVED_NOTE, "from": str(days[0]), "to": str(days[-1]),
        "places": [
            {"day": str(day), **_place(place), "before": each.before, "after": each.after, "source_id": each.source_id}
            for day, each in found for place in each.places
        ],
    }


def _feature(moved: Moved) -> dict[str, object]:
    flat = shapely.orient_polygons(shapely.transform(moved.geometry, lambda xy: xy.round(7)))
    return {
        "type": "Feature", "geometry": json.loads(shapely.to_geojson(flat)),
        "properties": {
            "source_id": moved.source_id, "before": moved.before, "after": moved.after, "km2": round(moved.km2, KM2),
            "places": [place.id for place in moved.places],
        },
    }


def _place(place: Place) -> dict[str, object]:
    return {"id": place.id, "name": place.name, "country": place.country, "lon": place.point.lng,
            "lat": place.point.lat}


def compared_json(found: Compared) -> dict[str, object]:
    """``days`` and as many ``km2`` of each part, ``null`` where one of the sources does not speak."""
    return {
        "note": DERIVED_NOTE, "source": found.one, "against": found.other, "days": [str(day) for day in found.days],
        "km2": {part: [None if np.isnan(each) else each for each in km2.round(KM2).tolist()]
                for part, km2 in found.km2.items()},
        "warnings": list(found.warnings),
    }


def areas_json(days: Sequence[date], series: Sequence[Series]) -> dict[str, object]:
    """``days``, and for each source and side as many ``km2``."""
    return {
        "note": DERIVED_NOTE, "days": [str(day) for day in days],
        "areas": [
            {"source_id": each.source_id, "side": each.side, "km2": each.km2.round(KM2).tolist()} for each in series
        ],
    }
