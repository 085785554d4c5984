"""Front lines to measure with: a coverage whose zones change hands cell by cell, and dated points on it.

Cells of a jittered grid with crooked edges are shared out to regions of five sides; every day some cells on the edge
between two sides go over, and both regions get a new version. All edges are shared exactly: no slivers, no overlaps.
The same seed gives the same ground on every machine.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, box
from shapely.geometry.base import BaseGeometry

from geo.interval import DAY, Interval, Validity, day_from_number, day_number
from geo.model import Feature

FIRST_DAY = day_number(date(2014, 1, 1))
EXTENT = (36.0, 31.0, 46.0, 37.0)
"""Degrees: west, south, east, north of all ground."""

SIDES = ("EAST", "NORTH", "SOUTH", "WEST", "CENTRE")
PIECES = 4
"""Straight pieces of one crooked cell edge."""


@dataclass(frozen=True)
class Theatre:
    """How much ground and how long. ``columns`` x ``rows`` cells in ``regions``; ``flips`` cells go over each day,
    each of which makes two versions: the default has about 20,000."""

    days: int = 1200
    seed: int = 7
    columns: int = 64
    rows: int = 48
    regions: int = 64
    flips: float = 11.2


def zones(theatre: Theatre = Theatre()) -> list[Feature]:
    """Rows of collection ``zones``, method ``snapshot`` with a step of one day, ordered by first day, then id."""
    return sorted(_versions(theatre), key=lambda row: (row.valid.outer.start, row.id))


def points(count: int, days: int, seed: int = 7) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Rows of ``lng, lat`` and a day number each (``geo.interval.day_number``), over the extent and its first days."""
    random = np.random.default_rng(seed)
    west, south, east, north = EXTENT
    where = random.random((count, 2)) * (east - west, north - south) + (west, south)
    return where.round(6), (FIRST_DAY + random.integers(0, days, count)).astype(np.int32)


def reports(count: int, days: int, seed: int = 7) -> list[Feature]:
    """Rows of collection ``mentions``, of a day each: four in five at one of 45 towns, all others anywhere."""
    where, numbers = points(count, days, seed)
    random = np.random.default_rng(seed)
    at_town = random.random(count) < 0.8
    where[at_town] = where[random.integers(0, 45, int(at_town.sum()))]
    geometries = [shapely.Point(at) for at in where.tolist()]
    sides = random.integers(0, len(SIDES), count)
    rows = []
    for place, (geometry, day, side) in enumerate(zip(geometries, numbers.tolist(), sides.tolist(), strict=True)):
        name = sha256(str(place).encode()).hexdigest()[:16]
        said = {"toponym": f"Town {place % 45}", "title": f"Story {place // 3}", "article": name,
                "controller": SIDES[side], "status": "control", "control_certainty": "certain", "basis": "zone"}
        rows.append(Feature(name, geometry, said, Validity.exactly(Interval.of_day(day_from_number(day)))))
    return rows


def _versions(theatre: Theatre) -> Iterator[Feature]:
    random = np.random.default_rng(theatre.seed)
    mesh = _Mesh.made(theatre, random)
    owner, side = mesh.regions(theatre.regions, random)
    members: defaultdict[int, set[int]] = defaultdict(set)
    for cell, region in enumerate(owner.tolist()):
        members[region].add(cell)
    since = dict.fromkeys(members, FIRST_DAY)
    ground = {region: mesh.ground(cells) for region, cells in members.items()}
    for day in range(FIRST_DAY + 1, FIRST_DAY + theatre.days):
        moved = _flip(mesh, owner, side, members, (random, random.poisson(theatre.flips)))
        for region in sorted(moved):
            yield _row(region, side, ground[region], (since[region], day))
            ground[region], since[region] = mesh.ground(members[region]), day
    for region in sorted(members):
        yield _row(region, side, ground[region], (since[region], FIRST_DAY + theatre.days))


def _flip(
    mesh: _Mesh, owner: NDArray[np.int64], side: NDArray[np.int64], members: dict[int, set[int]],
    draw: tuple[np.random.Generator, int],
) -> set[int]:
    """Hand over some cells between two sides; the regions that changed."""
    random, wanted = draw
    a, b = mesh.edges
    fronts = np.flatnonzero(side[owner[a]] != side[owner[b]])
    moved: set[int] = set()
    for edge in random.choice(fronts, min(wanted, len(fronts)), replace=False).tolist():
        cell, other = (int(a[edge]), int(b[edge])) if random.random() < 0.5 else (int(b[edge]), int(a[edge]))
        loser, winner = int(owner[cell]), int(owner[other])
        if side[loser] != side[winner] and len(members[loser]) > 4:
            members[loser].remove(cell)
            members[winner].add(cell)
            owner[cell] = winner
            moved |= {loser, winner}
    return moved


def _row(region: int, side: NDArray[np.int64], ground: BaseGeometry, span: tuple[int, int]) -> Feature:
    start, end = (day_from_number(number) for number in span)
    properties = {
        "controller": SIDES[side[region]], "controller_b": None, "status": "control", "besieged_by": None,
        "method": "snapshot", "evidence_max_km": None, "confidence": "medium", "confidence_why": "made up",
        "as_of": [str(start + number * DAY) for number in range((end - start).days)], "step_days": 1,
        "sources": [{"title": "A made-up war"}], "source_id": "bench",
    }
    return Feature(zone_id(region, start), ground, properties, Validity.exactly(Interval(start, end)))


def zone_id(region: int, start: date) -> str:
    """As stores make theirs, so that tiles are as long."""
    return sha256(f"{region:03}-{start}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Mesh:
    """``edges``: the two cells of every edge between two of them."""

    cells: NDArray[np.object_]
    edges: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def made(cls, theatre: Theatre, random: np.random.Generator) -> _Mesh:
        west, south, east, north = EXTENT
        shape = np.array([theatre.columns, theatre.rows])
        grid = np.stack(np.meshgrid(*(np.arange(size) for size in shape)), axis=-1).reshape(-1, 2)
        size = np.array([east - west, north - south]) / shape
        sites = (grid + 0.5 + (random.random(grid.shape) - 0.5) * 0.6) * size + (west, south)
        frame = box(*EXTENT)
        voronoi = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(sites), extend_to=frame))
        edges = shapely.union_all(shapely.intersection(voronoi, frame).tolist()).boundary
        lines = shapely.union_all([*(each.boundary.intersection(frame) for each in voronoi), edges], grid_size=1e-6)
        straight = shapely.get_parts(shapely.node(lines))
        crooked = [_crooked(line, random) for line in straight]
        cells = shapely.get_parts(shapely.polygonize(crooked))
        cells = cells[np.lexsort(shapely.get_coordinates(shapely.centroid(cells)).T)]
        one, other = shapely.STRtree(cells).query(cells, predicate="touches")
        shared = (one < other) & (shapely.length(shapely.intersection(cells[one], cells[other])) > 0)
        return cls(cells, (one[shared], other[shared]))

    def regions(self, count: int, random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The region of each cell and the side of each region, each by the nearest of some capitals."""
        middle = shapely.get_coordinates(shapely.centroid(self.cells))
        west, south, east, north = EXTENT
        capitals = random.random((count, 2)) * (east - west, north - south) + (west, south)
        courts = random.random((2 * len(SIDES), 2)) * (east - west, north - south) + (west, south)
        return _nearest(middle, capitals), _nearest(capitals, courts) % len(SIDES)

    def ground(self, members: set[int]) -> BaseGeometry:
        whole: BaseGeometry = shapely.coverage_union_all(self.cells[sorted(members)])
        return whole


def _nearest(points: NDArray[np.float64], sites: NDArray[np.float64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = ((points[:, None, :] - sites[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return found


def _crooked(line: BaseGeometry, random: np.random.Generator) -> BaseGeometry:
    """The same ends, with bends of up to a twelfth of its length; straight along the extent's own edge, whose corners
    it cuts."""
    ends = shapely.get_coordinates(line)[[0, -1]]
    along = ends[1] - ends[0]
    if (np.isclose(ends[0], ends[1]) & np.isin(ends[0].round(6), EXTENT)).any():
        return line
    share = np.linspace(0, 1, PIECES + 1)[:, None]
    bend = (random.random((PIECES + 1, 1)) - 0.5) / 6 * np.minimum(share, 1 - share) * 2
    bent = ends[0] + share * along + bend * np.array([-along[1], along[0]])
    bent[[0, -1]] = ends
    return LineString(bent.round(6))
