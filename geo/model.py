"""The nouns: what stages take and give. All are frozen; a change is a new value."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from shapely.geometry.base import BaseGeometry

from geo.conditions import By, Condition
from geo.interval import Interval, Validity


class BBox(NamedTuple):
    """Degrees; ``west > east`` crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


class LngLat(NamedTuple):
    """A position in degrees, WGS 84, longitude first."""

    lng: float
    lat: float


class Span(NamedTuple):
    """Unicode code points ``start`` up to ``end`` of the article's text as it came in."""

    start: int
    end: int


@dataclass(frozen=True)
class When:
    """The days that an expression, a mention or an event means.

    ``interval`` is half-open, earliest to latest; ``reason`` says in words how it was found.
    """

    interval: Interval
    edtf: str
    precision: str
    reason: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class Article:
    """One news story. ``published`` is ``None`` while nobody knows; today is never assumed."""

    text: str
    title: str = ""
    source: str = ""
    url: str = ""
    published: When | None = None
    published_how: str = ""
    language: str = "en"
    publishable: bool = False
    based_on: str = ""
    id: str = ""


@dataclass(frozen=True)
class Name:
    """One name of a place. ``ambiguous`` also means something common ("Hit", "Mare")."""

    toponym: str
    lang: str = ""
    script: str = "Latn"
    preferred: bool = False
    ambiguous: bool = False


@dataclass(frozen=True)
class Place:
    """One gazetteer entry. ``precision_km`` is how far the truth may lie from ``point``.

    ``tier`` says which gazetteer it is from: curated, dump (loaded by the user) or world.
    ``feature_class`` and ``feature_code`` are GeoNames'; countries are ``A``/``PCLI``, provinces
    ``A``/``ADM1`` and carry ``iso_3166_2``.
    """

    id: str
    name: str
    point: LngLat
    country: str
    feature_class: str
    feature_code: str
    names: tuple[Name, ...] = ()
    admin1: str = ""
    admin1_iso: str = ""
    admin2: str = ""
    population: int = 0
    precision_km: float = 1.0
    importance: float = 0.0
    tier: str = "curated"
    sources: tuple[Mapping[str, object], ...] = ()

    @property
    def is_country(self) -> bool:
        return self.feature_code == "PCLI"

    @property
    def is_area(self) -> bool:
        """A country, province or district: joined by share of area, not by its point."""
        return self.feature_class == "A"


@dataclass(frozen=True)
class Candidate:
    """One place that a toponym may mean, with its score 0..1 and why, in words."""

    place: Place
    score: float
    reason: str = ""


@dataclass(frozen=True)
class Relation:
    """How a text places something by a name: "20 km north of Raqqa", "between Homs and Palmyra".

    ``kind`` is one of ``directions.KINDS``; ``text`` the words that say so. ``bearing`` is degrees clockwise from
    north; of a ``part`` without one the centre is meant. ``other`` is the span of the second name, if it takes two.
    """

    kind: str
    text: str
    distance_km: float | None = None
    bearing: float | None = None
    other: Span | None = None


@dataclass(frozen=True)
class Extent:
    """The ground that a relation means, WGS 84; ``point`` lies in it, none of it is farther than ``precision_km``.

    ``is_disc`` says that it is all the ground within that distance.
    """

    geometry: BaseGeometry
    point: LngLat
    precision_km: float
    is_disc: bool = False

    @property
    def key(self) -> tuple[LngLat, float, bytes]:
        """What tells it from any other; a disc is its middle and its reach."""
        return self.point, self.precision_km, b"" if self.is_disc else bytes(self.geometry.wkb)


@dataclass(frozen=True)
class Toponym:
    """A name found in a text: the recogniser's answer, not yet a place.

    ``role`` is literal, dateline, demonym, organisation or metonym; ``cue`` the kind of place that
    the words around it state ("airbase", "province"), ``near`` whether the text only says "near",
    ``listed`` whether a gazetteer knows the name: of one that is only told by its surroundings, no place is guessed.
    """

    span: Span
    text: str
    role: str = "literal"
    cue: str = ""
    near: bool = False
    containers: tuple[str, ...] = ()
    relation: Relation | None = None
    listed: bool = True


@dataclass(frozen=True)
class Change:
    """From ``day`` on, ``controller`` (``None``: nobody is stated) held the place."""

    day: date
    controller: str | None
    status: str | None


@dataclass(frozen=True)
class Statement:
    """What one source alone says of a place or an area that day: the answer if nothing else were loaded."""

    source_id: str
    title: str
    controller: str | None
    controller_b: str | None
    status: str | None
    certainty: str | None
    age_days: int | None
    zone_id: str
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """Who held a place over an interval: the one answer of the spatial join.

    ``controller`` is ``None`` and ``basis`` is ``none`` when no source makes a statement. ``front_km``
    is geodesic, 0 on the front; ``front_bearing`` is degrees clockwise from north towards it.
    ``age_days`` counts from the evidence's last day; ``precision_km`` is the worse of the place's and
    the zone's. ``shares`` are parts of area by controller, for areas only.

    Where two sources or more are loaded, ``statements`` holds what each says of this place, the one that answers
    first; ``sources_agree`` is ``None`` unless two do; ``silent`` names those who speak that day, but not of it.
    """

    controller: str | None = None
    status: str | None = None
    certainty: str | None = None
    basis: str = "none"
    controller_b: str | None = None
    besieged_by: str | None = None
    confidence: str | None = None
    changed: tuple[Change, ...] = ()
    front_km: float | None = None
    front_bearing: float | None = None
    zone_ids: tuple[str, ...] = ()
    age_days: int | None = None
    precision_km: float | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[Mapping[str, object], ...] = ()
    statements: tuple[Statement, ...] = ()
    sources_agree: bool | None = None
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mention:
    """One toponym at one span of one article: resolved, dated and joined, stage by stage.

    ``extent`` is where its relation to the place leads; ``None`` for what is simply at the place.
    """

    toponym: Toponym
    place: Place | None = None
    score: float = 0.0
    reason: str = ""
    runners_up: tuple[Candidate, ...] = ()
    when: When | None = None
    control: Control | None = None
    extent: Extent | None = None


@dataclass(frozen=True)
class Event:
    """One thing that a story says happened.

    ``type`` is one of ``schema.EVENT_TYPES``; ``sentence`` the span that says so; ``mention`` the
    span of the toponym that names the place; ``agreement`` compares it with the zones.
    """

    type: str
    sentence: Span
    place: Place | None
    when: When
    actor: str | None = None
    actor_text: str = ""
    target: str | None = None
    target_text: str = ""
    attribution: str = ""
    certainty: str = "reported"
    mention: Span | None = None
    trigger: str = ""
    agreement: str = "silent"
    agreement_reason: str = ""


class Lost(NamedTuple):
    """An editor's correction, by its id, that finds nothing to be laid over, and why, in words. It is kept."""

    correction: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """All that the pipeline made of one article."""

    article: Article
    mentions: tuple[Mention, ...] = ()
    events: tuple[Event, ...] = ()
    times: tuple[When, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True)
class Feature:
    """One row of a collection: an id, a geometry in WGS 84, typed properties, both clocks.

    ``properties`` holds the collection's own fields (``schema``); the time fields are made from
    ``valid`` (when it was so on the ground) and ``known`` (when the store believed it).
    """

    id: str
    geometry: BaseGeometry | None
    properties: Mapping[str, object]
    valid: Validity = Validity()
    known: Interval = Interval()


@dataclass(frozen=True)
class Query:
    """What is wanted of a collection. Parsed at the edge, passed whole.

    ``when`` keeps features whose outer validity intersects it (undated ones always match);
    ``as_known_on`` asks for the belief of that day; ``where`` holds equalities by field name, ``filter`` any condition.
    The order is by the fields of ``order``, then by id; ``after`` begins behind that id, and ``behind`` those values
    of the fields of ``order`` (days as ISO text), so that pages stay right while rows are added.
    """

    bbox: BBox | None = None
    when: Interval | None = None
    as_known_on: date | None = None
    ids: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int | None = None
    offset: int = 0
    after: str = ""
    filter: Condition | None = None
    order: tuple[By, ...] = ()
    behind: tuple[str | int | float | None, ...] = ()
    zoom: int | None = None
