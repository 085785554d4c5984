"""What a preview shows, as plain values for its script: places with their items, zones, fronts, styles, days."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.interval import Interval, day_number
from geo.model import Feature
from geo.preview.compact import areas, grid_for, lines
from geo.preview.ground import Frame, ground, is_area, seen
from geo.style import STYLES, Styles, style_of

MARGIN = timedelta(days=3)
"""What the slider shows before the first and after the last day of a story."""

MENTION_FIELDS = (
    "toponym", "name", "relation", "sentence", "score", "reason", "time_text", "time_reason", "controller",
    "controller_b", "status", "besieged_by", "control_certainty", "changed", "front_km", "front_bearing",
    "age_days", "precision_km", "basis", "shares",
)
EVENT_FIELDS = (
    "type", "actor", "actor_text", "target", "target_text", "name", "sentence", "attribution", "certainty", "agreement",
    "agreement_reason", "time_reason",
)
ZONE_FIELDS = (
    "controller", "controller_b", "status", "besieged_by", "method", "evidence_max_km", "confidence", "confidence_why",
)
SOURCE_FIELDS = ("title", "url", "publisher", "date", "quote", "licence")

@dataclass(frozen=True)
class Content:
    """All rows of one preview. ``day`` is where the slider starts, ``None``: the last day that is told exactly."""

    title: str
    mentions: Sequence[Feature] = ()
    events: Sequence[Feature] = ()
    zones: Sequence[Feature] = ()
    fronts: Sequence[Feature] = ()
    day: date | None = None
    styles: Styles = field(default_factory=lambda: STYLES)

    @property
    def told(self) -> list[Feature]:
        return [*self.events, *self.mentions]


def story_days(told: Iterable[Feature]) -> Interval:
    """All days that mentions and events speak of, with three more on each side; open when none is dated.

    The zones worth giving to ``preview`` are those that hold in this interval.
    """
    days = [day for feature in told for day in _ends(feature.valid.outer)]
    return Interval(min(days) - MARGIN, max(days) + MARGIN) if days else Interval()


def values(content: Content) -> dict[str, object]:
    """The whole page's data; days are whole numbers since 2000-01-01, spans half-open, ``null`` open."""
    sources = _Sources()
    frame = Frame.around(content.told, content.zones)
    places = _places(content.told, sources)
    zones, fronts = seen(content.zones, frame), seen(content.fronts, frame)
    coarse, thin = (grid_for([geometry for _, geometry in rows]) for rows in (zones, fronts))
    return {
        "title": content.title, "days": _days(content), "styles": _styles(content), "frame": frame,
        "view": frame.view, "ground": ground(frame), "places": [each for each in places if frame.holds(*each["at"])],
        "outside": sorted({each["name"] for each in places if not frame.holds(*each["at"])}),
        "zones": [{**_zone(row, sources), "shape": areas(form, coarse)} for row, form in zones],
        "fronts": [{**_row(row, ("side_a", "side_b")), "shape": lines(form, thin)} for row, form in fronts],
        "sources": sources.rows,
    }


def _days(content: Content) -> dict[str, int] | None:
    """First and last day of the slider (both in) and where it starts; ``None`` when nothing is dated."""
    span = story_days(content.told)
    if span.start is None or span.end is None:
        span = story_days(content.zones)
    starts = [day for day in (span.start, content.day) if day]
    ends = [day for day in (span.end - timedelta(days=1) if span.end else None, content.day) if day]
    if not starts or not ends:
        return None
    first, last = min(starts), max(ends)
    day = content.day or _told_last(content.events) or _told_last(content.mentions) or last
    return {"first": day_number(first), "last": day_number(last), "day": day_number(min(max(day, first), last))}


def _told_last(features: Iterable[Feature]) -> date | None:
    """The last day that is told exactly."""
    return max((each.valid.outer.start for each in features if each.valid.outer.days == 1 and each.valid.outer.start),
               default=None)


def _ends(interval: Interval) -> list[date]:
    return [day for day in (interval.start, interval.end) if day]


def _styles(content: Content) -> dict[str, object]:
    """The look of every code that the page speaks of."""
    codes: set[str] = set()
    for feature in (*content.told, *content.zones):
        for name in ("controller", "controller_b", "besieged_by", "actor", "target"):
            codes.update([str(feature.properties[name])] if feature.properties.get(name) else [])
        for each in _list(feature.properties.get("changed")):
            codes.update([str(each["controller"])] if each.get("controller") else [])
        shares = feature.properties.get("shares")
        codes.update(str(code) for code in shares) if isinstance(shares, Mapping) else None
    styles = {code: style_of(code, content.styles) for code in sorted(codes)}
    return {code: {"label": one.label, "colour": one.colour, "pattern": one.pattern} for code, one in styles.items()}


def _places(told: Iterable[Feature], sources: _Sources) -> list[dict[str, Any]]:
    """Everything told of one position is one marker, events before mentions."""
    places: dict[tuple[float, float], dict[str, Any]] = {}
    for feature in told:
        if feature.geometry is None or feature.geometry.is_empty:
            continue
        at = _position(feature, feature.geometry)
        name = str(feature.properties.get("relation") or feature.properties.get("name") or "")
        place = places.setdefault(at, {"at": at, "name": name, "area": True, "items": []})
        place["area"] = place["area"] and is_area(feature)
        place["items"].append(_item(feature, sources))
    return list(places.values())


def _position(feature: Feature, geometry: BaseGeometry) -> tuple[float, float]:
    """The point that stands for a row: its own ``lng`` and ``lat``, else one inside of its geometry."""
    lng, lat = feature.properties.get("lng"), feature.properties.get("lat")
    if isinstance(lng, float) and isinstance(lat, float):
        return round(lng, 5), round(lat, 5)
    point = geometry.representative_point()
    return round(point.x, 5), round(point.y, 5)


def _item(feature: Feature, sources: _Sources) -> dict[str, object]:
    if "toponym" not in feature.properties:
        return {"kind": "event", **_row(feature, EVENT_FIELDS)}
    cited = sources.of(feature.properties.get("control_sources"))
    return {"kind": "mention", **_row(feature, MENTION_FIELDS), "sources": cited}


def _zone(zone: Feature, sources: _Sources) -> dict[str, object]:
    return {**_row(zone, ZONE_FIELDS), "sources": sources.of(zone.properties.get("sources"))}


def _row(feature: Feature, fields: Sequence[str]) -> dict[str, object]:
    """The days and those fields that say something."""
    said = {name: feature.properties[name] for name in fields if feature.properties.get(name) not in (None, "", [], {})}
    return {"days": _numbers(feature.valid.outer), "sure": _numbers(feature.valid.certain), **said}


def _numbers(interval: Interval) -> tuple[int | None, int | None]:
    start, end = interval.start, interval.end
    return (None if start is None else day_number(start), None if end is None else day_number(end))


def _list(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


@dataclass
class _Sources:
    """Each source once; rows name it by its number."""

    rows: list[dict[str, str]] = field(default_factory=list)
    numbers: dict[tuple[tuple[str, str], ...], int] = field(default_factory=dict)

    def of(self, cited: object) -> list[int]:
        return list(dict.fromkeys(self._number(source) for source in _list(cited)))

    def _number(self, source: Mapping[str, object]) -> int:
        row = {name: str(source[name]) for name in SOURCE_FIELDS if source.get(name)}
        key = tuple(row.items())
        if key not in self.numbers:
            self.numbers[key] = len(self.rows)
            self.rows.append(row)
        return self.numbers[key]
