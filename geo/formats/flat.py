"""Features as flat rows for tables: the columns of a collection in order, and each feature's values."""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from geo.model import Feature
from geo.schema import TIME_FIELDS, Collection, Field

BATCH = 1000
"""Rows held at once."""

ID = Field("id", "text", "Made from content: stays the same as long as the row says the same")
LICENCE = Field("licence", "text", "Licences of the row's sources")
SOURCES = ("sources", "control_sources")


def columns(collection: Collection) -> tuple[Field, ...]:
    """The id, the collection's own fields, both clocks, and the licence."""
    return (ID, *collection.fields, *TIME_FIELDS, LICENCE)


def batches(features: Iterable[Feature], size: int = BATCH) -> Iterator[list[Feature]]:
    stream = iter(features)
    while batch := list(islice(stream, size)):
        yield batch


def values(fields: Sequence[Field], feature: Feature) -> list[object]:
    """One value a field: text, whole number, real, date or boolean; what is JSON, as its text."""
    said = row(feature)
    return [_flat(said.get(field.name)) if field.kind == "json" else said.get(field.name) for field in fields]


def row(feature: Feature) -> dict[str, object]:
    """The feature's own fields, its id, both clocks and the licence, by name."""
    outer, certain, known = feature.valid.outer, feature.valid.certain, feature.known
    return {
        **feature.properties, "id": feature.id,
        "valid_from": outer.start, "valid_to": outer.end,
        "certain_from": certain.start, "certain_to": certain.end,
        "edtf": feature.valid.edtf, "date_precision": feature.valid.precision,
        "known_from": known.start, "known_to": known.end,
        "licence": _licence(feature),
    }


def sources(feature: Feature) -> list[Mapping[str, object]]:
    """The sources that the row names."""
    for name in SOURCES:
        listed = feature.properties.get(name)
        if isinstance(listed, list | tuple):
            return [source for source in listed if isinstance(source, Mapping)]
    return []


def _licence(feature: Feature) -> str | None:
    named = (source.get("licence") for source in sources(feature))
    return "; ".join(dict.fromkeys(str(each) for each in named if each)) or None


def _flat(value: object) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
