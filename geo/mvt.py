"""Dated features as Mapbox Vector Tiles 2.1: extent 4096, a buffer of 64, one layer named as its collection.

Every feature carries the fields that the schema marks as tiled, and ``from``/``to`` as integers: days since
2000-01-01, half-open, absent where the end is open. ``certain_from``/``certain_to`` (ISO) come along only where they
differ from those. So a browser that asked for a window of days redraws any day in it without asking again.
A tile of one day also says ``id`` and, as ISO days, ``valid_from``/``valid_to``; in a window, where they would be
half of the bytes, only points say their ``id``.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b

import numpy as np

from geo import grid, wire
from geo.grid import Tile
from geo.interval import Interval, Validity, day_number
from geo.model import Feature
from geo.schema import Collection
from geo.standing import standing
from geo.tilegeometry import POINT, POLYGON, Shapes, shapes

EXTENT = 4096
BUFFER = 64
ENCODING = 3
"""Raised whenever the same features come to other bytes, so that nobody keeps the old ones for ever."""

Tags = dict[str, wire.Scalar]


@dataclass(frozen=True)
class _Drawn:
    """A feature with what a tile shows of it."""

    feature: Feature
    kind: int
    commands: bytes
    tags: Tags


def encode(
    collection: Collection, features: Iterable[Feature], tile: Tile, window: Interval | None = None
) -> bytes:
    """The tile of ``features``, in the order given; empty when none of them is visible in it.

    Those not valid in ``window`` are left out. In a window of more than one day, consecutive versions
    that look the same in this tile become one feature under the first one's id. Feature ids are the
    first 53 bits of a hash of ``id``, so that they agree between tiles and fit JavaScript's numbers.
    """
    wanted = [
        feature for feature in features
        if feature.geometry is not None and (window is None or feature.valid.outer.intersects(window))
    ]
    drawn = list(_drawn(collection, wanted, tile))
    if is_lean(window):
        drawn = _merged(drawn)
    return wire.layer(collection.name, EXTENT, [
        wire.Feature(feature_id(each.feature.id), each.kind, each.commands, _dated(each, window)) for each in drawn
    ]) if drawn else b""


def is_lean(window: Interval | None) -> bool:
    """Whether a tile is of a window: says less of each feature, and consecutive versions that look alike once."""
    return window is None or window.days != 1


def lean(said: Tags) -> Tags:
    """Without the days that ``from`` and ``to`` say too."""
    return {name: value for name, value in said.items() if name not in ("valid_from", "valid_to")}


def feature_id(id_: str) -> int:
    """The number by which tiles know a feature.

    >>> feature_id("z1") == feature_id("z1") < 2**53
    True
    """
    return int.from_bytes(blake2b(id_.encode(), digest_size=8).digest()) >> 11


def tags_of(collection: Collection, feature: Feature) -> tuple[Tags, Tags, Tags]:
    """The attributes of a feature in three, in the order in which tiles have them after ``id``: its fields; when it
    begins; when it ends and what is certain. Versions that are drawn as one have the fields and beginning of the
    first and the end of the last."""
    dates = list(_dates(feature.valid))
    return tags(feature, tiled_fields(collection)), _said(dates[:2]), _said(dates[2:])


def tiled_fields(collection: Collection) -> list[str]:
    return [field.name for field in collection.fields if field.name in collection.tiled]


def _drawn(collection: Collection, features: Sequence[Feature], tile: Tile) -> Iterator[_Drawn]:
    fields = tiled_fields(collection)
    seen = standing(collection, features)
    for index, kind, commands in _geometries(seen, tile):
        feature = features[index]
        yield _Drawn(feature, kind, commands, tags(feature, fields))


def _geometries(features: Sequence[Feature], tile: Tile) -> Iterator[tuple[int, int, bytes]]:
    """Index of the feature, type and commands, in the order of the features."""
    geometries = np.array([feature.geometry for feature in features], dtype=object)
    seen: list[Shapes] = shapes(grid.in_tile(geometries, tile, EXTENT), EXTENT, BUFFER)
    found = [
        (int(index), part.kind, commands)
        for part in seen
        for index, commands in zip(part.owners, wire.commands(part, closed=part.kind == POLYGON), strict=True)
    ]
    largest = {index: (index, kind, commands) for index, kind, commands in found}  # of a mixture, the areas
    return iter(sorted(largest.values()))


def tags(feature: Feature, fields: Sequence[str]) -> Tags:
    """Those of ``fields`` that have a value which a tile can say."""
    found: Tags = {}
    for name in fields:
        value = feature.properties.get(name)
        if isinstance(value, str | int | float):
            found[name] = value
        elif isinstance(value, date):
            found[name] = value.isoformat()
    return found


def _dated(drawn: _Drawn, window: Interval | None) -> Tags:
    name, dates = {"id": drawn.feature.id}, _said(_dates(drawn.feature.valid))
    if not is_lean(window):
        return {**name, **drawn.tags, **dates}
    return {**(name if drawn.kind == POINT else {}), **drawn.tags, **lean(dates)}


def _said(dates: Iterable[tuple[str, str | int | None]]) -> Tags:
    return {name: day for name, day in dates if day is not None}


def _dates(valid: Validity) -> Iterator[tuple[str, str | int | None]]:
    """Six pairs, the first two of the beginning; ``None`` where a tile says nothing."""
    outer, certain = valid.outer, valid.certain
    for name, short, day in (("valid_from", "from", outer.start), ("valid_to", "to", outer.end)):
        yield name, None if day is None else day.isoformat()
        yield short, None if day is None else day_number(day)
    for name, day, other in (
        ("certain_from", certain.start, outer.start), ("certain_to", certain.end, outer.end)
    ):
        yield name, None if day is None or day == other else day.isoformat()


def _merged(drawn: Sequence[_Drawn]) -> list[_Drawn]:
    """Runs of versions that meet in time and look the same, as one; vague dates stay apart."""
    alike: dict[tuple[object, ...], list[_Drawn]] = {}
    for each in drawn:
        alike.setdefault((each.kind, each.commands, tuple(each.tags.items())), []).append(each)
    runs = [run for group in alike.values() for run in _runs(group)]
    order = {id(each): place for place, each in enumerate(drawn)}
    return [_spanning(run) for run in sorted(runs, key=lambda run: order[id(run[0])])]


def _runs(group: Sequence[_Drawn]) -> Iterator[list[_Drawn]]:
    run: list[_Drawn] = []
    for each in sorted(group, key=lambda each: (each.feature.valid.outer.start or date.min, each.feature.id)):
        if run and not _continues(run[-1].feature, each.feature):
            yield run
            run = []
        run.append(each)
    yield run


def _continues(before: Feature, after: Feature) -> bool:
    exact = all(each.valid.certain == each.valid.outer for each in (before, after))
    return exact and before.valid.outer.end is not None and before.valid.outer.end == after.valid.outer.start


def _spanning(run: Sequence[_Drawn]) -> _Drawn:
    if len(run) == 1:
        return run[0]
    span = Interval(run[0].feature.valid.outer.start, run[-1].feature.valid.outer.end)
    first = run[0].feature
    return replace(run[0], feature=replace(first, valid=replace(first.valid, outer=span, certain=span)))
