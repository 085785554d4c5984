"""Two sources side by side, day by day: ground on which both name the same side, on which they differ, and of which
only one of them speaks.

Areas are geodesic, on the ellipsoid. What a drawn source only claims counts for nobody, as in ``geo.changes``.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.changes import baseline_warnings, check_sources, grounds_of, side_of
from geo.measure import area_km2
from geo.model import Feature
from geo.zones import ZoneIndex, ground

PARTS = ("agree", "disagree", "only_one", "only_other")


@dataclass(frozen=True)
class Compared:
    """``km2[part][i]`` on ``days[i]`` for each of ``PARTS``; NaN on a day on which one of the two does not speak, for
    its silence is no ground lost. ``warnings`` say what makes the comparison doubtful."""

    one: str
    other: str
    days: tuple[date, ...]
    km2: dict[str, NDArray[np.float64]]
    warnings: tuple[str, ...] = field(default=())


def compare(zones: ZoneIndex, one: str, other: str, days: Sequence[date]) -> Compared:
    """What sources ``one`` and ``other`` say on each of ``days``; an overlay is made only where either has changed.

    :raises NotFound: for a source that has no zones.
    """
    check_sources(zones, (one, other))
    known: dict[tuple[frozenset[str], frozenset[str]], tuple[float, ...]] = {}
    found = np.full((len(days), len(PARTS)), np.nan)
    for number, day in enumerate(days):
        said = zones.on(day)
        mine, theirs = ([zone for zone in said if zone.properties.get("source_id") == name] for name in (one, other))
        if not mine or not theirs:
            continue
        key = frozenset(zone.id for zone in mine), frozenset(zone.id for zone in theirs)
        if key not in known:
            known[key] = _overlaid(_sides(mine), _sides(theirs))
        found[number] = known[key]
    km2 = {part: found[:, place] for place, part in enumerate(PARTS)}
    return Compared(one, other, tuple(days), km2, baseline_warnings(zones.rows, one, other))


def _sides(zones: Sequence[Feature]) -> dict[str, BaseGeometry]:
    held = ((side_of(zone), zone.geometry) for zone in zones)
    return grounds_of([(side, each) for side, each in held if side is not None and each is not None])


def _overlaid(mine: dict[str, BaseGeometry], theirs: dict[str, BaseGeometry]) -> tuple[float, ...]:
    """Where one source gives the same ground to two sides (partisans behind a line), it agrees with either."""
    held, holds = (shapely.union_all(list(sides.values())) for sides in (mine, theirs))
    same = [shapely.intersection(mine[side], theirs[side]) for side in mine.keys() & theirs.keys()]
    agree, both = (_km2(each) for each in (shapely.union_all(same), shapely.intersection(held, holds)))
    return agree, max(both - agree, 0.0), max(_km2(held) - both, 0.0), max(_km2(holds) - both, 0.0)


def _km2(geometry: BaseGeometry) -> float:
    return area_km2(ground(geometry))
