"""The reported places on which a derived zone rests, and which of them is nearest to a point on a day."""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from geo.reports import Report

_GEOD = Geod(ellps="WGS84")
_ROUGH = 1.02
"""Distances on a sphere are right to 1 %: what may be the nearest is measured on the ellipsoid."""


class _Standing(NamedTuple):
    """The last report of each place up to a day: its place in ``reports``, degrees, and as a unit vector."""

    number: NDArray[np.int64]
    where: NDArray[np.float64]
    vectors: NDArray[np.float64]


class Witnesses:
    """Reports in any order; of two of one place and day the first one given counts."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = tuple(sorted(reports, key=lambda report: report.earliest))
        self._days = [report.earliest for report in self.reports]
        self._ranks = np.argsort(np.argsort([report.id for report in self.reports], kind="stable"))
        self._known: dict[int, _Standing] = {}

    def turn(self, day: date) -> int:
        """How many reports there are up to a day: days with the same number have the same answers."""
        return bisect_right(self._days, day)

    def nearest(self, where: NDArray[np.float64], turn: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """For rows of ``lng, lat``: the place in ``reports`` of the last report of the nearest place, and kilometres
        along the geodesic. ``turn`` must not be 0; among equally near ones the first by id answers."""
        standing = self._standing(turn)
        angle = np.arccos(np.clip(_vectors(where) @ standing.vectors.T, -1, 1))
        point, place = np.nonzero(angle <= angle.min(axis=1, keepdims=True) * _ROUGH + 1e-6)
        metres = _GEOD.inv(*where[point].T, *standing.where[place].T)[2]
        number = standing.number[place]
        order = np.lexsort((self._ranks[number], metres, point))
        first = order[np.searchsorted(point[order], np.arange(len(where)))]
        return number[first], np.asarray(metres)[first] / 1000

    def _standing(self, turn: int) -> _Standing:
        if turn not in self._known:
            latest: dict[str, int] = {}
            for number, report in enumerate(self.reports[:turn]):
                known = latest.get(report.place)
                if known is None or self._days[known] < report.earliest:
                    latest[report.place] = number
            numbers = np.array(list(latest.values()))
            where = np.array([self.reports[number].point for number in numbers])
            self._known[turn] = _Standing(numbers, where, _vectors(where))
        return self._known[turn]


def _vectors(where: NDArray[np.float64]) -> NDArray[np.float64]:
    lng, lat = np.radians(where).T
    return np.column_stack((np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)))
