"""What TileJSON says of a collection: ground and days that it spans, layers, fields, how clients do best to ask."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import shapely

from geo import grid
from geo.evidence import evidence, vague_days
from geo.interval import EPOCH, Interval, day_number
from geo.model import BBox, Feature, Query
from geo.schema import Collection
from geo.store import Store
from geo.tiles import counted

WORLD = BBox(-180.0, -grid.MAX_LAT, 180.0, grid.MAX_LAT)
WINDOWS = (
    {"minzoom": 0, "maxzoom": 6, "window": "month"},
    {"minzoom": 7, "maxzoom": 9, "window": "year"},
    {"minzoom": 10, "maxzoom": grid.MAX_ZOOM, "window": "all"},
)
"""Spans of the calendar that a client does best to ask for whole, so that all clients ask for the same tiles."""
_ALWAYS = {
    "id": "Made from content; in a window of days only points say it",
    "valid_from": "First day on which it may have been so (UTC); only in tiles of one day",
    "valid_to": "First day on which it was no longer so; absent is open; only in tiles of one day",
    "certain_from": "First day on which it certainly was so, where that differs",
    "certain_to": "First day on which it is no longer certain, where that differs",
    "from": "First day on which it may have been so, as days since the epoch",
    "to": "First day on which it was no longer so, as days since the epoch; absent is open",
}
_COUNTED = {
    "count": f"How many of about this place are drawn as one, down to zoom {counted.DEEPEST}; absent is one. Those"
    " say nothing of themselves but what they share",
}


class Origin(NamedTuple):
    """Where tiles come from: their address, with ``{z}``, ``{x}`` and ``{y}``, the credit line, the deepest zoom."""

    address: str
    attribution: str
    deepest: int


def described(
    declared: Collection, store: Store, origin: Origin, as_known_on: date | None = None
) -> dict[str, object]:
    """TileJSON 3.0.0; beyond it ``epoch``, ``valid_range`` (closed, ISO), ``valid_days`` (half-open,
    integers), ``windows`` and ``change_days``, from which a client knows when there is anything to ask for; of what
    sources say day by day ``evidence`` and ``vague_days``, of what stories tell ``day_counts``, all in integers."""
    seen = _seen_then(store, declared, as_known_on) if as_known_on else _seen(store, declared)
    return {
        "tilejson": "3.0.0",
        "name": declared.title,
        "description": declared.description,
        "version": "1.0.0",
        "attribution": origin.attribution,
        "scheme": "xyz",
        "tiles": [origin.address],
        "minzoom": 0,
        "maxzoom": origin.deepest,
        "bounds": list(seen.bounds),
        "center": [*_middle(seen.bounds), min(6, origin.deepest)],
        "vector_layers": [_layer(declared, origin.deepest)],
        "epoch": EPOCH.isoformat(),
        **_times(seen.interval),
        "windows": [dict(each) for each in WINDOWS],
        "change_days": [day.isoformat() for day in seen.change_days],
        **seen.told,
    }


class _Seen(NamedTuple):
    """What a collection spans, the days on which something in it begins or ends, and what else its days tell."""

    bounds: BBox
    interval: Interval | None
    change_days: Sequence[date]
    told: Mapping[str, object]


def _seen(store: Store, declared: Collection) -> _Seen:
    name = declared.name
    summary, rows = store.summary(name), list(store.dated(name)) if _is_said(declared) else []
    told = _told(declared, rows, store.day_counts(name) if declared.counted else {})
    return _Seen(bounds(summary.bbox), summary.interval, store.change_days(name), told)


def _told(declared: Collection, rows: Sequence[Feature], counts: Mapping[date, int]) -> Mapping[str, object]:
    if _is_said(declared):
        return {"evidence": evidence(rows), "vague_days": vague_days(rows)}
    if declared.counted:
        return {"day_counts": [(day_number(day), count) for day, count in counts.items()]}
    return {}


def _is_said(declared: Collection) -> bool:
    """Whether a source says its rows day by day."""
    return any(field.name == "as_of" for field in declared.fields)


def _seen_then(store: Store, declared: Collection, as_known_on: date) -> _Seen:
    """The same of an earlier belief, of which no store keeps a summary."""
    rows = list(store.read(declared.name, Query(as_known_on=as_known_on)))
    spans = [row.valid.outer for row in rows if row.valid.outer != Interval()]
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    turns = sorted(day for day in starts | ends if day is not None)
    whole = Interval(None if None in starts else turns[0], None if None in ends else turns[-1]) if spans else None
    exact = Counter(span.start for span in spans if span.days == 1 and span.start)
    return _Seen(bounds(_box_of(rows)), whole, turns, _told(declared, rows, dict(sorted(exact.items()))))


def _box_of(rows: Sequence[Feature]) -> BBox | None:
    boxes = shapely.bounds(np.array([row.geometry for row in rows], dtype=object)).reshape(-1, 4)
    boxes = boxes[~np.isnan(boxes).any(axis=1)] * 1e4
    if not len(boxes):
        return None
    low, high = np.floor(boxes[:, :2].min(axis=0)), np.ceil(boxes[:, 2:].max(axis=0))
    return BBox(*(np.append(low, high) / 1e4).tolist())


def bounds(found: BBox | None) -> BBox:
    """Of what has tiles; the whole square of Web Mercator where nothing is known."""
    box = found or WORLD
    return box._replace(south=max(box.south, WORLD.south), north=min(box.north, WORLD.north))


def _middle(box: BBox) -> tuple[float, float]:
    return (box.west + box.east) / 2, (box.south + box.north) / 2


def fields(declared: Collection) -> dict[str, str]:
    """What each property of a tile's features means."""
    tiled = {field.name: field.description for field in declared.fields if field.name in declared.tiled}
    return {**_ALWAYS, **tiled, **(_COUNTED if declared.counted else {})}


def _layer(declared: Collection, deepest: int) -> dict[str, object]:
    return {
        "id": declared.name, "description": declared.description, "minzoom": 0, "maxzoom": deepest,
        "fields": fields(declared),
    }


def _times(interval: Interval | None) -> dict[str, object]:
    if interval is None:
        return {"valid_range": None, "valid_days": [None, None]}
    ends = [interval.start, interval.end]
    return {"valid_range": str(interval), "valid_days": [None if day is None else day_number(day) for day in ends]}
