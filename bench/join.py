"""How fast points are joined to zones: ``python -m bench.join``.

On the made-up war of ``bench.coverage``, every way in this one process on the same points, answers compared:

* 50,000 points x one year: the bulk join, and geopandas' ``sjoin`` whose pairs are then filtered by day;
* 1,000,000 points x three years: the bulk join, and loops over days, the fastest of which counts.

Seconds are of processor time and depend on the machine; the ratios less. "Cold" makes from zone rows all that the
first answer needs, columns and indexes; "ready" is with what is kept between questions: prepared polygons, columns and
our index.
"""
from __future__ import annotations

import resource
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple, TypeVar

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from bench.coverage import Theatre, points, zones
from geo.bulk import BulkJoin, DatedPoints
from geo.interval import day_number
from geo.model import Feature
from geo.zones import ZoneIndex

YEAR = 365
ROUNDS = 3

Ints = NDArray[np.int64]


class Zones(NamedTuple):
    """The same rows as columns, for those who do not use our index."""

    grounds: NDArray[np.object_]
    boxes: NDArray[np.float64]
    first: Ints
    until: Ints

    @classmethod
    def of(cls, rows: Sequence[Feature]) -> Zones:
        grounds = np.array([row.geometry for row in rows], dtype=object)
        spans = [row.valid.outer for row in rows]
        first, until = (np.array([day_number(day) for day in days if day])
                        for days in ([span.start for span in spans], [span.end for span in spans]))
        return cls(grounds, shapely.bounds(grounds), first, until)


def sjoin(held: Zones, asked: DatedPoints) -> Ints:
    """geopandas: all pairs in space, then those of the day."""
    frame = geopandas.GeoDataFrame({"first": held.first, "until": held.until}, geometry=held.grounds, crs=4326)
    where = geopandas.GeoDataFrame({"day": asked.day}, geometry=shapely.points(asked.where), crs=4326)
    pairs = geopandas.sjoin(where, frame, predicate="intersects")
    mine = pairs[(pairs["first"] <= pairs["day"]) & (pairs["day"] < pairs["until"])]
    return _rows(len(asked), mine.index.to_numpy(), mine["index_right"].to_numpy())


def daily_tree_of_points(held: Zones, asked: DatedPoints) -> Ints:
    """Each day an STRtree of its points, asked by its polygons."""
    def on_day(alive: Ints, where: NDArray[np.float64]) -> tuple[Ints, Ints]:
        zone, point = shapely.STRtree(np.asarray(shapely.points(where))).query(held.grounds[alive], "intersects")
        return point, alive[zone]

    return _daily(held, asked, on_day)


def daily_tree_of_zones(held: Zones, asked: DatedPoints) -> Ints:
    """Each day an STRtree of its polygons' boxes, then prepared polygons."""
    shapely.prepare(held.grounds)

    def on_day(alive: Ints, where: NDArray[np.float64]) -> tuple[Ints, Ints]:
        point, zone = shapely.STRtree(held.grounds[alive]).query(np.asarray(shapely.points(where)))
        covered = shapely.intersects_xy(held.grounds[alive[zone]], *where[point].T)
        return point[covered], alive[zone[covered]]

    return _daily(held, asked, on_day)


def daily_boxes(held: Zones, asked: DatedPoints) -> Ints:
    """Each day all boxes against all points in numpy, then prepared polygons."""
    shapely.prepare(held.grounds)

    def on_day(alive: Ints, where: NDArray[np.float64]) -> tuple[Ints, Ints]:
        (x, y), (west, south, east, north) = where.T, held.boxes[alive].T[:, :, None]
        zone, point = np.nonzero((west <= x) & (x <= east) & (south <= y) & (y <= north))
        covered = shapely.intersects_xy(held.grounds[alive[zone]], *where[point].T)
        return point[covered], alive[zone[covered]]

    return _daily(held, asked, on_day)


LOOPS = (daily_tree_of_points, daily_tree_of_zones, daily_boxes)


def _daily(
    held: Zones, asked: DatedPoints, on_day: Callable[[Ints, NDArray[np.float64]], tuple[Ints, Ints]]
) -> Ints:
    order = np.argsort(asked.day, kind="stable")
    days, where = asked.day[order], asked.where[order]
    found = np.full(len(asked), -1, dtype=np.int64)
    for day in range(int(days[0]), int(days[-1]) + 1):
        low, high = np.searchsorted(days, (day, day + 1))
        alive = np.flatnonzero((held.first <= day) & (day < held.until))
        if high > low and len(alive):
            point, zone = on_day(alive, where[low:high])
            found[order[low + point]] = zone
    return found


def _rows(count: int, point: Ints, zone: Ints) -> Ints:
    found = np.full(count, -1, dtype=np.int64)
    found[point] = zone
    return found


T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.process_time()
    done = work()
    return time.process_time() - begun, done


def fresh(rows: Sequence[Feature]) -> list[Feature]:
    """Copies whose polygons nobody has prepared."""
    return [replace(row, geometry=shapely.from_wkb(row.geometry.wkb)) for row in rows if row.geometry]


def bulk(rows: Sequence[Feature], asked: DatedPoints, rounds: int) -> tuple[float, list[float], Ints]:
    """Seconds of the first join with the making of its index, and of each one from the third on; each point's row."""
    unprepared = fresh(rows)

    def cold() -> tuple[BulkJoin, Ints]:
        made = BulkJoin(ZoneIndex(unprepared))
        return made, made.join(asked).row

    first, (made, found) = timed(cold)
    made.join(asked)
    return first, [timed(lambda: made.join(asked).controller)[0] for _ in range(rounds)], found


def against_sjoin(rows: Sequence[Feature]) -> None:
    asked = _asked(50_000, YEAR)
    unprepared = fresh(rows)
    slow, theirs = timed(lambda: sjoin(Zones.of(unprepared), asked))
    cold, ready, ours = bulk(rows, asked, ROUNDS)
    _same(theirs, ours)
    print(f"\n50,000 points x 1 year, {len(rows):,} zone versions; the same answers\n")
    print("| | seconds | geopandas takes times as long |\n|---|---|---|")
    print(f"| geopandas sjoin, then filter | {slow:.1f} | 1 |\n| bulk join, cold | {cold:.2f} | {slow / cold:.0f} |\n"
          f"| bulk join, ready | {median(ready):.3f} | {slow / median(ready):.0f} |")


def against_loops(rows: Sequence[Feature]) -> None:
    asked = _asked(1_000_000, 3 * YEAR)
    cold, ready, ours = bulk(rows, asked, ROUNDS)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\n1,000,000 points x 3 years, {len(rows):,} zone versions; the same answers; "
          f"{memory:.2f} GB at most up to the end of the bulk join\n")
    colds, readies = [cold], [ready]
    peers: dict[str, tuple[list[float], list[float]]] = {loop.__name__: ([], []) for loop in LOOPS}
    for turn in range(ROUNDS):
        for loop in LOOPS:
            first, again = _looped(loop, rows, (asked, ours))
            peers[loop.__name__][0].append(first)
            peers[loop.__name__][1].append(again)
        if turn < ROUNDS - 1:
            cold, ready, _ = bulk(rows, asked, ROUNDS)
            colds.append(cold)
            readies.append(ready)
    mine = median(colds), median(second for each in readies for second in each)
    print("Medians of three rounds, taken by turns\n")
    print("| | cold | ready | times the bulk join, cold | ready |\n|---|---|---|---|---|")
    print(f"| bulk join | {mine[0]:.2f} | {mine[1]:.2f} | 1 | 1 |")
    for name, told in peers.items():
        theirs = median(told[0]), median(told[1])
        print(f"| {name.replace('_', ' ')} | {theirs[0]:.2f} | {theirs[1]:.2f} | {theirs[0] / mine[0]:.1f} | "
              f"{theirs[1] / mine[1]:.1f} |")


def _looped(
    loop: Callable[[Zones, DatedPoints], Ints], rows: Sequence[Feature], asked: tuple[DatedPoints, Ints]
) -> tuple[float, float]:
    """Seconds of a loop with polygons that nobody has prepared, and with what it has prepared."""
    unprepared = fresh(rows)
    first, theirs = timed(lambda: loop(Zones.of(unprepared), asked[0]))
    _same(theirs, asked[1])
    held = Zones.of(unprepared)
    return first, timed(lambda: loop(held, asked[0]))[0]


def _asked(count: int, days: int) -> DatedPoints:
    where, day = points(count, days)
    return DatedPoints.at(where, day.astype(np.int64))


def _same(theirs: Ints, ours: Ints) -> None:
    different = int((theirs != ours).sum())
    if different:
        raise SystemExit(f"{different} answers differ")


def main() -> None:
    warnings.simplefilter("error")
    against_loops(zones(Theatre(days=3 * YEAR)))  # first, while nothing else is in memory
    against_sjoin(zones(Theatre(days=YEAR)))


if __name__ == "__main__":
    main()
