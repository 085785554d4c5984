"""Whether an answer costs more the more years are stored: ``python -m bench.years [--years 1 3 10]``.

The made-up war of ``bench.coverage`` goes on for one year, three and ten; asked is only about its first year, so that
all stores must give the same answers, which is checked. Every place and day is asked once, so that nothing that is
kept helps. Ratios are to the shortest war; the first question makes the index and is not counted.
"""
from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median
from typing import NamedTuple, TypeVar

import numpy as np
import shapely

from bench.coverage import FIRST_DAY, Theatre, points, zones
from geo.bulk import BulkJoin, DatedPoints
from geo.changes import changes
from geo.control import control_at
from geo.interval import DAY, Interval, day_from_number
from geo.model import Feature, LngLat
from geo.zones import ZoneIndex

T = TypeVar("T")

YEAR = 365
ASKED = 2_000
PAIRS = 15
APART = timedelta(days=7)
LARGE = Theatre(days=30, columns=176, rows=132, regions=350, flips=40)
"""About 95,000 vertices a day."""


class Cost(NamedTuple):
    """Medians of microseconds; ``spread`` are the 95th of 100 of the first two."""

    point: float
    front: float
    moved: float
    bulk: float
    spread: tuple[float, float]


def measured(rows: Sequence[Feature]) -> tuple[Cost, object]:
    """What questions about the first year cost, and their answers."""
    index, asked = ZoneIndex(rows), _asked(ASKED)
    spots = [(LngLat(*where), Interval.of_day(day_from_number(day)))
             for where, day in zip(asked.where.tolist(), asked.day.tolist(), strict=True)]
    control_at(*spots[0], index)
    half = ASKED // 2
    plain = [_timed(lambda: control_at(*spot, index, fronts=False)) for spot in spots[:half]]  # noqa: B023
    full = [_timed(lambda: control_at(*spot, index)) for spot in spots[half:]]  # noqa: B023
    firsts = [day_from_number(FIRST_DAY + int(number)) for number in np.linspace(5, YEAR - 20, PAIRS)]
    moved = [_timed(lambda: changes(index, first, first + APART)) for first in firsts]  # noqa: B023
    bulk, many = BulkJoin(index), _asked(50_000)
    bulk.join(many)
    bulk.join(many)
    joined = [_timed(lambda: bulk.join(many).controller) for _ in range(3)]
    spread = [float(np.percentile([us for us, _ in each], 95)) for each in (plain, full)]
    told = ([control.controller for _, control in plain], [control.front_km for _, control in full],
            [sorted(found.sides().items()) for _, found in moved], joined[0][1].tolist())
    cost = Cost(_middle(plain), _middle(full), _middle(moved), _middle(joined), (spread[0], spread[1]))
    return cost, told


def _middle(timed: Sequence[tuple[float, object]]) -> float:
    return median(us for us, _ in timed)


def by_years(years: Sequence[int]) -> None:
    print("\nThe same questions about one year, median (95th of 100) microseconds; changes of 7 days; "
          "50,000 points in bulk, ready\n")
    print("| years | zone versions | point and day | with front | changes, ms | bulk, ms | times the first line |\n"
          "|---|---|---|---|---|---|---|")
    first: tuple[Cost, object] | None = None
    for many in years:
        rows = zones(Theatre(days=many * YEAR))
        cost, told = measured(rows)
        base, expected = first = first or (cost, told)
        if told != expected:
            raise SystemExit(f"the answers after {many} years differ")
        ratios = " · ".join(f"{mine / theirs:.1f}" for mine, theirs in zip(cost[:4], base[:4], strict=True))
        print(f"| {many} | {len(rows):,} | {cost.point:.0f} ({cost.spread[0]:.0f}) | {cost.front:.0f} "
              f"({cost.spread[1]:.0f}) | {cost.moved / 1000:.0f} | {cost.bulk / 1000:.0f} | {ratios} |")


def of_a_large_layer() -> None:
    rows = zones(LARGE)
    index = ZoneIndex(rows)
    first = day_from_number(FIRST_DAY + 15)
    vertices = sum(int(shapely.get_num_coordinates(row.geometry)) for row in index.on(first))
    took = [_timed(lambda: changes(index, first + number * DAY, first + number * DAY + APART))[0]  # noqa: B023
            for number in range(5)]
    print(f"\nChanges of 7 days of a layer of {vertices:,} vertices: {median(took) / 1e6:.2f} s")


def _asked(count: int) -> DatedPoints:
    where, day = points(count, YEAR - 5)  # the last days of the shortest war end its rows
    return DatedPoints.at(where, day.astype(np.int64))


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    done = work()
    return (time.perf_counter() - begun) * 1e6, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, nargs="+", default=[1, 3, 10], help="how long the wars are")
    by_years(parser.parse_args().years)
    of_a_large_layer()


if __name__ == "__main__":
    main()
