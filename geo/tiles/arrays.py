"""The versions of one collection as flat integer arrays, which processes share by mapping them.

Positions are integers of a world 2**32 units wide, centred on longitude 0 and the equator, y southward: units of a
tile at zoom 20. Each distinct position is kept once, in ``table``; ``refs`` are rows of it. ``parts`` are offsets
into ``refs`` (rings without their closing point, lines, or all points of a version), ``versions`` offsets into the
parts, each with one more than there are. Rings are wound as MVT 2.1 asks; those of a polygon follow one another,
and all but its first are marked in ``hole``. ``rings`` are the boxes of the parts: west, north, east, south.

``days`` are half-open day numbers (``geo.interval.day_number``), ``FOREVER`` and ``-FOREVER`` where open. Attributes
are pairs of a row of the table of keys and one of values, which are kept as the messages of a layer. Tiles of one day
have the pairs of ``head`` and ``tail`` and the feature's number in ``ids``; those of a window the pairs of
``lean_head`` and ``lean_tail`` and the number in ``numbers`` (``geo.tiles.lineage``).

Pictures have the half-open days of ``certain``, and ``said``: rows of a table of what looks depend on (``geo.looks``),
``saids`` with offsets ``saids_ends``.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import grid, looks, mvt, wire
from geo.cache import Arrays
from geo.interval import Interval, day_number
from geo.model import Feature
from geo.schema import Collection
from geo.standing import standing
from geo.tilegeometry import POINT, POLYGON

UNITS_ZOOM = 20
FOREVER = 2**31 - 1

Ints = NDArray[Any]
Geometries = NDArray[np.object_]


def columns(collection: Collection, features: Iterable[Feature]) -> Arrays:
    """The arrays of ``features``, in the order given; those without a geometry are left out."""
    seen = [each for each in standing(collection, features) if each.geometry is not None]
    geometry = _geometry(seen)
    return {**geometry, **_times(seen), **_attributes(collection, seen, geometry["kind"] == POINT), **_said(seen)}


def ragged(geometries: Geometries, *, north_up: bool = False) -> Mapping[str, Ints]:
    """``points`` (float), ``parts``, ``hole``, ``versions`` and ``kind`` of geometries of any type.

    Of a mixture only the largest dimension is taken. Outer rings run clockwise on the map, whether y grows
    southward or is ``north_up``: that is a positive area by the formula of MVT 2.1, section 4.3.3.3.
    """
    single, owner = shapely.get_parts(geometries, return_index=True)
    while (shapely.get_type_id(single) >= 4).any():
        single, inner = shapely.get_parts(single, return_index=True)
        owner = owner[inner]
    dimension = shapely.get_dimensions(single)
    largest = np.full(len(geometries), -1)
    np.maximum.at(largest, owner, dimension)
    keep = (dimension == largest[owner]) & ~shapely.is_empty(single)
    single, owner = single[keep], owner[keep]
    area = shapely.get_dimensions(single) == 2
    single[area] = shapely.orient_polygons(single[area], exterior_cw=north_up)
    lines, of, hole = _sequences(single, area)
    points, part = shapely.get_coordinates(lines, return_index=True)
    closing = np.zeros(len(points), dtype=bool)
    closing[:-1] = part[1:] != part[:-1]
    closing[-1:] = True
    closing &= area[of][part]
    mine = owner[of]
    dots = largest[mine] == 0  # all points of a version are one part
    first = ~dots | np.concatenate([[True], mine[1:] != mine[:-1]])
    number = np.cumsum(first) - 1
    part = number[part]
    return {
        "points": points[~closing], "parts": _offsets(part[~closing], int(first.sum())),
        "hole": hole[first].astype(np.uint8), "versions": _offsets(mine[first], len(geometries)),
        "kind": (largest + 1).clip(POINT, POLYGON).astype(np.uint8),
    }


def _sequences(single: Geometries, area: NDArray[np.bool_]) -> tuple[Geometries, Ints, NDArray[np.bool_]]:
    """Rings, lines and points in order, what each is a part of, and whether it is a hole."""
    place = np.arange(len(single))
    rings, of = shapely.get_rings(single[area], return_index=True)
    of = place[area][of]
    lines = np.concatenate([rings, single[~area]])
    owner = np.concatenate([of, place[~area]]).astype(np.int64)
    hole = np.zeros(len(lines), dtype=bool)
    hole[1:len(of)] = of[1:] == of[:-1]
    order = np.argsort(owner, kind="stable")
    return lines[order], owner[order], hole[order]


def _offsets(owner: Ints, count: int) -> Ints:
    """Where those of each owner begin, and the end; owners ascend."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)


def _geometry(features: Sequence[Feature]) -> dict[str, Ints]:
    flat = ragged(np.array([each.geometry for each in features], dtype=object), north_up=True)
    world = grid.project(flat["points"]) if len(flat["points"]) else np.zeros((0, 2))
    units = np.rint(world * 2.0**32 - 2.0**31).clip(-(2**31), 2**31 - 1).astype(np.int64)
    key, refs = np.unique(units[:, 0] << 32 | units[:, 1] & 0xFFFFFFFF, return_inverse=True)
    table = np.column_stack([key >> 32, (key << 32) >> 32]).astype(np.int32)
    return {
        "table": table, "refs": refs.astype(np.int32), "parts": flat["parts"], "hole": flat["hole"],
        "versions": flat["versions"], "kind": flat["kind"],
    }


def ring_boxes(arrays: Arrays) -> Ints:
    """West, north, east, south of each part; what is empty has its east west of its west."""
    bounds = arrays["parts"]
    full = bounds[1:] > bounds[:-1]
    found = np.empty((len(full), 4), dtype=np.int32)
    found[:, :2], found[:, 2:] = FOREVER, -FOREVER
    if full.any():
        points = arrays["table"][arrays["refs"]]
        found[full, :2] = np.minimum.reduceat(points, bounds[:-1][full], axis=0)
        found[full, 2:] = np.maximum.reduceat(points, bounds[:-1][full], axis=0)
    return found


def _times(features: Sequence[Feature]) -> dict[str, Ints]:
    return {
        "days": _days([each.valid.outer for each in features]),
        "certain": _days([each.valid.certain for each in features]),
        "exact": np.array([each.valid.certain == each.valid.outer for each in features], dtype=bool),
    }


def _days(spans: Sequence[Interval]) -> Ints:
    days = [
        (-FOREVER if span.start is None else day_number(span.start),
         FOREVER if span.end is None else day_number(span.end))
        for span in spans
    ]
    return np.array(days, dtype=np.int32).reshape(-1, 2)


def _said(features: Sequence[Feature]) -> dict[str, Ints]:
    table = _Table()
    rows = [table.row(looks.written(looks.said_of(each))) for each in features]
    return {"said": np.array(rows, dtype=np.int32), **table.arrays("saids")}


class _Table:
    """Texts by the order in which they came."""

    def __init__(self) -> None:
        self._rows: dict[bytes, int] = {}

    def row(self, text: bytes) -> int:
        return self._rows.setdefault(text, len(self._rows))

    def arrays(self, name: str) -> dict[str, Ints]:
        lengths = np.array([len(text) for text in self._rows], dtype=np.int64)
        return {
            name: np.frombuffer(b"".join(self._rows), dtype=np.uint8).copy(),
            f"{name}_ends": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        }


def _attributes(collection: Collection, features: Sequence[Feature], dots: NDArray[np.bool_]) -> dict[str, Ints]:
    """``head``: id, fields and beginning; ``tail``: end and what is certain. ``look`` numbers equal fields, ``names``
    are the values' rows of the ids."""
    keys, values = _Table(), _Table()
    looks: dict[tuple[int, ...], int] = {}
    heads, tails, lean_heads, lean_tails, look = [], [], [], [], []
    shared = _Shared(collection)
    for feature, is_dot in zip(features, dots.tolist(), strict=True):
        said = mvt.tags_of(collection, feature)
        own, beginning, end = (_pairs(tags, keys, values) for tags in said)
        name = _pairs({"id": feature.id}, keys, values)
        look.append(looks.setdefault(own, len(looks)))
        heads.append(name + own + beginning)
        tails.append(end)
        _, short_beginning, short_end = (_pairs(mvt.lean(tags), keys, values) for tags in said)
        lean_heads.append((name if is_dot else ()) + own + short_beginning)
        lean_tails.append(short_end)
        shared.add(feature, (beginning, short_beginning, end), keys, values)
    return {
        **shared.arrays(keys, values),
        "ids": np.array([mvt.feature_id(each.id) for each in features], dtype=np.uint64),
        "names": np.array([head[1] for head in heads], dtype=np.int32),
        "look": np.array(look, dtype=np.int32),
        **_listed("head", heads), **_listed("tail", tails),
        **_listed("lean_head", lean_heads), **_listed("lean_tail", lean_tails),
        **keys.arrays("keys"), **values.arrays("values"),
    }


class _Shared:
    """What points that are counted together share (``geo.tiles.counted``), of a collection that is ``counted``: ``kin``
    numbers equal fields, ``tail_kin`` equal ends; ``crowd_head`` and ``lean_crowd_head`` are those fields and the
    beginning; ``counts`` are the values' rows of the whole numbers."""

    def __init__(self, collection: Collection) -> None:
        self._fields = collection.counted
        self._kin: dict[tuple[int, ...], int] = {}
        self._tail_kin: dict[tuple[int, ...], int] = {}
        self._heads: list[tuple[int, ...]] = []
        self._lean_heads: list[tuple[int, ...]] = []
        self._numbers: list[tuple[int, int]] = []

    def add(self, feature: Feature, dates: tuple[tuple[int, ...], ...], keys: _Table, values: _Table) -> None:
        if self._fields:
            own = _pairs(mvt.tags(feature, self._fields), keys, values)
            beginning, short, end = dates
            self._numbers.append((
                self._kin.setdefault(own, len(self._kin)), self._tail_kin.setdefault(end, len(self._tail_kin)),
            ))
            self._heads.append(own + beginning)
            self._lean_heads.append(own + short)

    def arrays(self, keys: _Table, values: _Table) -> dict[str, Ints]:
        if not self._fields:
            return {}
        kin = np.array(self._numbers, dtype=np.int32).reshape(-1, 2)
        counts = [values.row(wire.layer_value(count)) for count in range(len(kin) + 1)]
        return {
            "kin": kin[:, 0].copy(), "tail_kin": kin[:, 1].copy(), "counts": np.array(counts, dtype=np.int32),
            "count_key": np.array(keys.row(wire.layer_key("count")), dtype=np.int32),
            **_listed("crowd_head", self._heads), **_listed("lean_crowd_head", self._lean_heads),
        }


def _pairs(tags: Mapping[str, wire.Scalar], keys: _Table, values: _Table) -> tuple[int, ...]:
    found: list[int] = []
    for key, value in tags.items():
        found += keys.row(wire.layer_key(key)), values.row(wire.layer_value(value))
    return tuple(found)


def _listed(name: str, rows: Sequence[tuple[int, ...]]) -> dict[str, Ints]:
    ends = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    return {name: np.array([number for row in rows for number in row], dtype=np.int32), f"{name}_ends": ends}
