"""Features as files: one module a format, found here by the ending of its name."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from geo.formats import geojson
from geo.model import Feature
from geo.schema import Collection

Writer = Callable[[Collection, Iterable[Feature]], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """A way to write features: ``write(collection, features)`` gives the bytes piece by piece."""

    mimetype: str
    write: Writer


FORMATS: Mapping[str, Format] = {
    "geojson": Format("application/geo+json", geojson.write),
}


def public(collection: Collection, features: Iterable[Feature]) -> Iterator[Feature]:
    """The features without what must not leave the store: an article's text, unless it is publishable."""
    return (
        feature if feature.properties.get("publishable") is True else _without(feature, collection.private)
        for feature in features
    )


def _without(feature: Feature, private: frozenset[str]) -> Feature:
    if not private & feature.properties.keys():
        return feature
    kept = {name: value for name, value in feature.properties.items() if name not in private}
    return replace(feature, properties=kept)
