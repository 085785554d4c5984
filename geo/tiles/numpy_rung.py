"""What ``kernel.c`` does, in numpy and shapely, for machines without it: the same bytes."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import shapely

from geo import wire
from geo.cache import Arrays
from geo.tilegeometry import LINE, POINT, POLYGON, Shapes
from geo.tiles import clip, cutting
from geo.tiles.arrays import Ints
from geo.tiles.clip import CORNERS, HIGH, LOW, Event
from geo.tiles.cutting import Geometry, without_repeats
from geo.tiles.snap import VALID, Frame, rounded
from geo.tiles.snap import without_repeats as without_repeated

FEW = 150
"""Points up to which plain Python writes faster than numpy."""


class Encoded(NamedTuple):
    """Geometry commands of the versions asked for, one after another; ``ends`` are their offsets, with one more
    than there are; those in ``hard`` must go through GEOS and are empty here, as is what nobody sees."""

    blob: bytes
    ends: Ints
    hard: Ints

    def filled(self, commands: Sequence[bytes]) -> Encoded:
        """With the commands of those in ``hard``."""
        pieces = [self.blob[start:end] for start, end in pairwise(self.ends.tolist())]
        for place, each in zip(self.hard.tolist(), commands, strict=True):
            pieces[place] = each
        ends = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
        return Encoded(b"".join(pieces), ends, self.hard)


class _Parts(NamedTuple):
    points: Ints
    ends: Ints
    owner: Ints
    hole: Ints


def meeting(rows: Ints, boxes: Ints, frame: Frame) -> tuple[Ints, Ints]:
    """Of ``rows`` those whose box meets the tile, and whether each reaches over its edge."""
    west, north, east, south = boxes.T
    low_x, low_y, high_x, high_y = frame.left + LOW, frame.top + LOW, frame.left + HIGH, frame.top + HIGH
    found = np.flatnonzero((west <= high_x) & (east >= low_x) & (north <= high_y) & (south >= low_y))
    crossing = [x < low_x or right > high_x or y < low_y or bottom > high_y
                for x, y, right, bottom in boxes[found].tolist()]
    return rows[found], np.array(crossing, dtype=np.uint8)


def shapes(level: Arrays, chosen: Ints, crossing: Ints, frame: Frame) -> Encoded:
    """The geometry of versions ``chosen``; ``crossing`` says whether each reaches over the edge."""
    kind = level["kind"][chosen]
    ways: dict[str, list[int]] = {"hard": [], "cut": [], "whole": [], "open": []}
    states = zip(kind.tolist(), level["state"][chosen].tolist(), crossing.tolist(), strict=True)
    for place, (each, state, over) in enumerate(states):
        way = "open" if each != POLYGON else "hard" if state < VALID else "cut" if over else "whole"
        ways[way].append(place)
    clipped: dict[int, Geometry] = {}
    hard, cut, others = ways["hard"], ways["cut"], ways["open"]
    if cut:
        for place, geometry in zip(cut, cutting.polygons(level, chosen[cut], frame), strict=True):
            if geometry is None:
                hard.append(place)
            elif geometry:
                clipped[place] = geometry
        hard += _touching(clipped)
    if others:
        clipped.update(_open(in_units(level, chosen[others], frame), others, kind[others]))
    plain = None
    if ways["whole"]:
        plain = _plain(in_units(level, chosen[ways["whole"]], frame), np.array(ways["whole"]))
    return _written(plain, clipped, hard, kind)


def in_units(level: Arrays, chosen: Ints, frame: Frame) -> _Parts:
    """The parts of ``chosen`` in units of the tile, without repeats; ``owner`` is the place in ``chosen``."""
    versions, bounds, table = level["versions"], level["parts"], level["refs"]
    spans = [(int(versions[each]), int(versions[each + 1])) for each in chosen.tolist()]
    ends = [bounds[first:last + 1] for first, last in spans]
    refs = [table[part[0]:part[-1]] for part in ends]
    points = level["table"][np.concatenate(refs) if refs else np.zeros(0, dtype=np.int32)]
    points = rounded(points, frame.shift) - (frame.left, frame.top)
    owner = np.repeat(np.arange(len(chosen)), [last - first for first, last in spans])
    sizes = np.concatenate([np.diff(part) for part in ends]) if ends else owner
    hole = np.concatenate([level["hole"][first:last] for first, last in spans]) if ends else owner
    places = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    if frame.shift > 0:  # on a level of its own they are gone already
        of = np.repeat(np.arange(len(sizes)), sizes)
        points, places = without_repeated(points, of, level["kind"][chosen[owner]])
    return _Parts(points, places, owner, hole)


def _open(parts: _Parts, places: Sequence[int], kind: Ints) -> Iterator[tuple[int, Geometry]]:
    """What is visible of points and lines, which are cut one way only; with their places."""
    points, ends = parts.points, parts.ends.tolist()
    after = np.arange(1, len(points) + 1)
    full = np.diff(parts.ends) > 0
    last = parts.ends[1:][full] - 1
    after[last] = last
    cross = clip.crossings(points, after)
    found: list[list[Event]] = [[] for _ in parts.owner]
    for part, events in zip(np.searchsorted(ends, cross.row, "right").tolist(), clip.events(cross), strict=True):
        found[part - 1] += events
    within = clip.inside(points)
    for owner, place in enumerate(places):
        mine = np.flatnonzero(parts.owner == owner).tolist()
        if kind[owner] == POINT:
            seen = [clip.tuples(points[ends[part]:ends[part + 1]][within[ends[part]:ends[part + 1]]]) for part in mine]
            geometry = [dots for dots in seen if dots]
        else:
            geometry = [
                line for part in mine if ends[part + 1] > ends[part] for piece in clip.line_runs(
                    points, (ends[part], ends[part + 1]), found[part], begins_inside=bool(within[ends[part]]))
                if len(line := without_repeats(piece)) > 1
            ]
        if geometry:
            yield place, geometry


def _touching(clipped: dict[int, Geometry]) -> list[int]:
    """The places of what touches itself when cut, which is forgotten."""
    square = [list(CORNERS)]
    places = [place for place, rings in clipped.items() if rings != square]
    if not places:
        return []
    lines = [ring for place in places for ring in clipped[place]]
    corners = np.array([*chain.from_iterable(chain.from_iterable(lines))], dtype=float).reshape(-1, 2)
    rings = np.asarray(shapely.linearrings(corners, indices=np.arange(len(lines)).repeat([*map(len, lines)])))
    owner = np.arange(len(places)).repeat([len(clipped[place]) for place in places])
    simple = np.asarray(shapely.is_simple(shapely.multilinestrings(rings, indices=owner))).tolist()
    touching = [place for place, one in zip(places, simple, strict=True) if not one]
    for place in touching:
        del clipped[place]
    return touching


def _written(plain: Shapes | None, clipped: dict[int, Geometry], hard: list[int], kind: Ints) -> Encoded:
    commands = [b""] * len(kind)
    few = sum(len(line) for lines in clipped.values() for line in lines) <= FEW
    if few:
        for place, lines in clipped.items():
            commands[place] = by_hand(lines, int(kind[place]))
    for each in (*([] if plain is None else [plain]), *([] if few else _cut(clipped, kind))):
        for place, data in zip(each.owners.tolist(), wire.commands(each, closed=each.kind == POLYGON), strict=True):
            commands[place] = data
    ends = np.cumsum([0, *map(len, commands)])
    return Encoded(b"".join(commands), ends, np.array(sorted(hard), dtype=np.int32))


def by_hand(lines: Geometry, kind: int) -> bytes:
    """What ``wire.commands`` writes, without the cost of a numpy call."""
    x = y = 0
    out = []
    for line in lines:
        out.append(1 | (len(line) if kind == POINT else 1) << 3)
        for place, (right, down) in enumerate(line):
            if place == 1 and kind != POINT:
                out.append(2 | (len(line) - 1) << 3)
            across, along = right - x, down - y
            out += across << 1 ^ across >> 63, along << 1 ^ along >> 63
            x, y = right, down
        if kind == POLYGON:
            out.append(15)
    return b"".join(map(wire.varint, out))


def _plain(parts: _Parts, places: Ints) -> Shapes:
    """Polygons inside of the edge, as they are; without the holes of those that vanished."""
    sizes = np.diff(parts.ends)
    outer = np.maximum.accumulate(np.where(parts.hole == 0, np.arange(len(sizes)), 0))
    keep = (sizes > 0) & (sizes[outer] > 0)
    owner, counts = parts.owner[keep], sizes[keep]
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    points = parts.points[np.repeat(keep, sizes)]
    return Shapes(POLYGON, places[owner[starts]], starts, np.cumsum(counts) - counts, points)


def _cut(clipped: dict[int, Geometry], kind: Ints) -> Iterator[Shapes]:
    for number in (POINT, LINE, POLYGON):
        places = [place for place in clipped if kind[place] == number]
        if places:
            yield _shapes(number, places, clipped)


def _shapes(kind: int, places: Sequence[int], clipped: dict[int, Geometry]) -> Shapes:
    lines = [line for place in places for line in clipped[place]]
    counts = np.array([len(line) for line in lines], dtype=np.int64)
    sizes = np.array([len(clipped[place]) for place in places], dtype=np.int64)
    points = np.array([*chain.from_iterable(chain.from_iterable(lines))], dtype=np.int64).reshape(-1, 2)
    return Shapes(kind, np.array(places), np.cumsum(sizes) - sizes, np.cumsum(counts) - counts, points)
