"""What a Shapefile can hold: names of at most ten letters, texts of at most 254 bytes, one kind of geometry."""
from __future__ import annotations

import json

from geo.formats.flat import SOURCES, columns
from geo.schema import Collection

MOST_LETTERS, MOST_BYTES = 10, 254
FAMILIES = ("Point", "Line", "Polygon")

SHORT = {
    "publishable": "publishabl", "published_edtf": "publ_edtf", "published_how": "publ_how",
    "duplicate_of": "duplicate", "feature_class": "feat_class", "feature_code": "feat_code",
    "precision_km": "precis_km", "importance": "importance", "time_reason": "time_why", "controller_b": "control_b",
    "besieged_by": "besieged", "control_certainty": "certainty", "front_bearing": "front_bear",
    "control_sources": "sources", "actor_text": "actor_text", "target_text": "target_txt",
    "attribution": "attributed", "agreement_reason": "agree_why", "evidence_max_km": "evid_km",
    "confidence_why": "confid_why", "spacing_km": "spacing_km", "tolerance_km": "toleran_km",
    "certain_from": "cert_from", "certain_to": "cert_to", "date_precision": "date_prec",
}
"""Names that are longer, or would lose their meaning when cut."""


def short_names(collection: Collection) -> dict[str, str]:
    """Field → name in the Shapefile. What is JSON is left out, but for the sources, of which the words are kept."""
    kept = [field.name for field in columns(collection) if field.kind != "json" or field.name in SOURCES]
    return {name: SHORT.get(name, name) for name in kept}


def words(name: str, text: str) -> str:
    """``text`` as a cell: sources in words, and cut after the last whole character that fits.

    >>> words("sources", '[{"title": "A map", "licence": "CC0"}]'), len(words("title", "é" * 200))
    ('A map (CC0)', 127)
    """
    if name in SOURCES:
        text = "; ".join(_named(source) for source in json.loads(text) or ())
    return text.encode()[:MOST_BYTES].decode(errors="ignore")


def _named(source: object) -> str:
    if not isinstance(source, dict):
        return str(source)
    title = str(source.get("title") or source.get("publisher") or source.get("url") or "")
    return f"{title} ({source['licence']})" if source.get("licence") else title


def family_of(kind: str) -> str:
    """Which of ``FAMILIES`` a geometry type belongs to.

    >>> family_of("MultiLineString"), family_of("Polygon")
    ('Line', 'Polygon')
    """
    return next(family for family in FAMILIES if family in kind)
