"""Where a map marks what covers ground: a mention of "near Raqqa" is an area, and a mark on the map."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shapely.geometry import Point

from geo.model import Feature
from geo.schema import Collection


def standing(collection: Collection, features: Iterable[Feature]) -> list[Feature]:
    """The features as tiles show them: those of some collections at the point that they say stands for them."""
    return [_at_its_point(each) for each in features] if collection.tiled_as_points else list(features)


def _at_its_point(feature: Feature) -> Feature:
    lng, lat = feature.properties.get("lng"), feature.properties.get("lat")
    return replace(feature, geometry=Point(lng, lat)) if isinstance(lng, float) and isinstance(lat, float) else feature
