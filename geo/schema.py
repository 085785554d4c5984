"""The collections and their typed fields, declared once.

SQL tables, TileJSON ``vector_layers``, exports and the table in the docs are made from this page.
"""
from __future__ import annotations

from dataclasses import dataclass

KINDS = ("text", "integer", "real", "date", "boolean", "json")

EVENT_TYPES = (
    "control_gain", "control_loss", "control_state", "attack", "airstrike", "siege", "clash", "other",
)
ROLES = ("literal", "dateline", "demonym", "organisation", "metonym")
STATUSES = ("control", "assessed_advance", "claimed", "contested", "besieged", "mixed", "unknown")


@dataclass(frozen=True)
class Field:
    """One typed column; ``kind`` is one of ``KINDS``."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class Collection:
    """One kind of row. ``geometry`` is the GeoPackage geometry type name; ``private`` fields never
    leave the store unless the article is publishable; ``tiled`` fields travel in vector tiles. Those
    ``tiled_as_points`` stand in tiles at their fields ``lng`` and ``lat``, whatever ground they cover. At low zooms
    points that agree in the fields by which they are ``counted`` become one with their count."""

    name: str
    title: str
    description: str
    geometry: str
    fields: tuple[Field, ...]
    private: frozenset[str] = frozenset()
    tiled: frozenset[str] = frozenset()
    tiled_as_points: bool = False
    counted: tuple[str, ...] = ()


TIME_FIELDS = (
    Field("valid_from", "date", "First day on which it may have been so (UTC)"),
    Field("valid_to", "date", "First day on which it was no longer so; empty is open"),
    Field("certain_from", "date", "First day on which it certainly was so"),
    Field("certain_to", "date", "First day on which it is no longer certain; empty is open"),
    Field("edtf", "text", "The date as the source states it, in EDTF"),
    Field("date_precision", "text", "day, week, month, season, year or period"),
    Field("known_from", "date", "First day on which the store believed it"),
    Field("known_to", "date", "First day on which the store no longer believed it; empty is now"),
)

CONTROL_FIELDS = (
    Field("controller", "text", "Who held it: a code of the actor table"),
    Field("controller_b", "text", "The second side, when contested or mixed"),
    Field("status", "text", "One of " + ", ".join(STATUSES)),
)

JOIN_FIELDS = (
    *CONTROL_FIELDS,
    Field("besieged_by", "text", "Who surrounded it"),
    Field("control_certainty", "text", "certain or uncertain, on that day"),
    Field("changed", "json", "Changes of controller inside the interval, in order"),
    Field("front_km", "real", "Geodesic distance to the nearest front that day, kilometres"),
    Field("front_bearing", "real", "Bearing towards that front, degrees clockwise from north"),
    Field("zone_ids", "json", "The zones that answer"),
    Field("age_days", "integer", "Days since the evidence"),
    Field("precision_km", "real", "The worse of the place's and the zone's precision, kilometres"),
    Field("basis", "text", "What the answer rests on: zone, report or none"),
    Field("shares", "json", "For areas: parts of the area by controller"),
    Field("control_sources", "json", "Sources of the control answer"),
)

PLACES = Collection(
    "places", "Places", "The gazetteer: one row is one place with all its names", "POINT",
    (
        Field("name", "text", "Preferred name"),
        Field("names", "json", "All names with language and script"),
        Field("feature_class", "text", "GeoNames feature class"),
        Field("feature_code", "text", "GeoNames feature code"),
        Field("country", "text", "ISO 3166-1 alpha-2"),
        Field("admin1", "text", "Province"),
        Field("admin2", "text", "District"),
        Field("population", "integer", "Inhabitants, 0 when not known"),
        Field("precision_km", "real", "How far the truth may lie from the point, kilometres"),
        Field("importance", "real", "Prominence in the news, 0 to 1"),
        Field("tier", "text", "curated (comes with Dateline) or dump (loaded by the user)"),
        Field("sources", "json", "Where name and coordinate come from"),
    ),
    tiled=frozenset({"name", "feature_code", "country", "population"}),
)

ARTICLES = Collection(
    "articles", "Articles", "News stories, at the places they speak of", "MULTIPOINT",
    (
        Field("title", "text", "Headline"),
        Field("source", "text", "Publisher"),
        Field("url", "text", "Canonical address"),
        Field("published", "date", "Publication day, or the first day it may be"),
        Field("published_edtf", "text", "Publication date in EDTF"),
        Field("published_how", "text", "How the publication date is known"),
        Field("language", "text", "BCP 47"),
        Field("publishable", "boolean", "Whether the text may be shown whole"),
        Field("based_on", "text", "What an own-written story rests on"),
        Field("revision", "text", "Hash of the content"),
        Field("duplicate_of", "text", "Id of the story of which this is a wire copy; empty for an original"),
        Field("text", "text", "The story"),
    ),
    private=frozenset({"text"}),
    tiled=frozenset({"title", "source", "url"}),
)

MENTIONS = Collection(
    "mentions", "Mentions", "One toponym at one span of one article: resolved, dated and joined", "GEOMETRY",
    (
        Field("article", "text", "Id of the article"),
        Field("title", "text", "Headline of the article"),
        Field("start", "integer", "First code point of the toponym in the text"),
        Field("end", "integer", "Code point after the toponym"),
        Field("toponym", "text", "As the text writes it"),
        Field("sentence", "text", "The sentence around it"),
        Field("place", "text", "Id of the place"),
        Field("name", "text", "Preferred name of the place"),
        Field("country", "text", "ISO 3166-1 alpha-2"),
        Field("feature_code", "text", "GeoNames feature code of the place"),
        Field("lng", "real", "Longitude of a point that stands for the geometry and lies in it"),
        Field("lat", "real", "Latitude of that point"),
        Field("relation", "text", "What the text says instead of the place itself, as '20 km north of Raqqa'"),
        Field("role", "text", "One of " + ", ".join(ROLES)),
        Field("score", "real", "How sure the place is, 0 to 1"),
        Field("reason", "text", "Why this place"),
        Field("runners_up", "json", "The other candidates with their scores"),
        Field("time_text", "text", "The time expression that dates it"),
        Field("time_start", "integer", "First code point of that expression"),
        Field("time_end", "integer", "Code point after it"),
        Field("time_reason", "text", "How the date was found"),
        *JOIN_FIELDS,
    ),
    tiled=frozenset({
        "article", "title", "toponym", "name", "place", "country", "controller", "status",
        "control_certainty", "front_km", "basis", "age_days", "relation", "precision_km",
    }),
    tiled_as_points=True, counted=("controller", "control_certainty"),
)

EVENTS = Collection(
    "events", "Events", "One thing that a story says happened", "POINT",
    (
        Field("article", "text", "Id of the article"),
        Field("title", "text", "Headline of the article"),
        Field("type", "text", "One of " + ", ".join(EVENT_TYPES)),
        Field("actor", "text", "Who did it: a code of the actor table"),
        Field("actor_text", "text", "As the text names them"),
        Field("target", "text", "Whom it was done to"),
        Field("target_text", "text", "As the text names them"),
        Field("place", "text", "Id of the place"),
        Field("name", "text", "Preferred name of the place"),
        Field("start", "integer", "First code point of the sentence"),
        Field("end", "integer", "Code point after the sentence"),
        Field("sentence", "text", "The sentence that says so"),
        Field("trigger", "text", "The words that make it an event"),
        Field("attribution", "text", "Who says so"),
        Field("certainty", "text", "reported, claimed or hypothetical"),
        Field("agreement", "text", "agrees, disagrees or silent: the zones on that day"),
        Field("agreement_reason", "text", "Why, in words"),
        Field("time_reason", "text", "How the date was found"),
    ),
    tiled=frozenset({"article", "title", "type", "actor", "target", "name", "certainty", "agreement"}),
    counted=("type", "actor"),
)

REPORTS = Collection(
    "reports", "Reports", "One dated statement of who controls one place", "POINT",
    (
        Field("place", "text", "Id of the place"),
        Field("name", "text", "Name of the place in the source"),
        Field("country", "text", "ISO 3166-1 alpha-2"),
        *CONTROL_FIELDS,
        Field("besieged_by", "text", "Who surrounded it"),
        Field("sourced", "text", "yes, partly or no (background knowledge, to be verified)"),
        Field("note", "text", "What the source says, in our words"),
        Field("max_km", "real", "How far it speaks for the ground around, kilometres, where its table says so"),
        Field("sources", "json", "Title, url, publisher, licence of each source; stance: the side that it speaks for"),
    ),
    tiled=frozenset({"name", "controller", "status", "sourced"}),
)

ZONES = Collection(
    "zones", "Zones", "One controller holding one area for one interval, by one source or method", "MULTIPOLYGON",
    (
        *CONTROL_FIELDS,
        Field("besieged_by", "text", "Who surrounded it"),
        Field("method", "text", "drawn, snapshot or derived"),
        Field("evidence_max_km", "real", "How far evidence was stretched, kilometres; derived zones only"),
        Field("confidence", "text", "low, medium or high"),
        Field("confidence_why", "text", "Why"),
        Field("spacing_km", "real", "Radius of the ground that one reported place stands for, kilometres"),
        Field("agreeing", "integer", "Neighbouring reported places that confirm it; derived zones only"),
        Field("differing", "integer", "Neighbouring reported places that say otherwise"),
        Field("as_of", "json", "The days for which a source supports this row"),
        Field("step_days", "integer", "The source's own step; an answer is given up to three of them"),
        Field("sources", "json", "Title, url, publisher, date, stance, licence of each source"),
        Field("source_id", "text", "The source or method that says so"),
        Field("baseline", "text", "Which ground of earlier days the source's polygons include"),
        Field("front_rule", "json", "How its source's fronts are drawn: tolerance_km, opponent, country"),
        Field("files", "json", "The files that say so: SHA-256 by day, or by period"),
        Field("learnt", "json", "When each day of as_of, or the period, became known, by day or period"),
    ),
    tiled=frozenset({"controller", "controller_b", "status", "besieged_by", "method", "confidence", "source_id"}),
)

FRONTS = Collection(
    "fronts", "Fronts", "The line between two controllers, derived from the zones", "MULTILINESTRING",
    (
        Field("side_a", "text", "One controller"),
        Field("side_b", "text", "The other"),
        Field("length_km", "real", "Geodesic length, kilometres"),
        Field("tolerance_km", "real", "How far apart the two sides' edges may run, kilometres; 0 where they are one"),
        Field("source_id", "text", "The source of the zones"),
    ),
    tiled=frozenset({"side_a", "side_b"}),
)

COLLECTIONS = {
    collection.name: collection
    for collection in (PLACES, ARTICLES, MENTIONS, EVENTS, REPORTS, ZONES, FRONTS)
}
