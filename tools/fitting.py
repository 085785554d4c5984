"""Points for signs: labelled texts as the stages of events see them, rows of signs as a sparse table, and weights that
make a loss least and are mostly zero."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.dating.assign import when_of
from geo.dating.story import Story
from geo.events import settled
from geo.model import Reading
from geo.pipeline import Pipeline
from geo.scene import Scene
from geo.weighing import Sign
from tools.dispatches import DEVELOPMENT

STORIES = DEVELOPMENT[:6]
"""The parts that points are fitted on. The eight later ones moved what is left out of the fit by nothing
(``docs/accuracy.md``): they measure instead what the points are worth."""

LEAST_ROWS = 2
"""Rows in which a sign must stand to be worth anything."""
PENALTY, STEPS = 2.0, 200
"""What a weight of one costs beside the loss of all rows; and how often the weights are bettered."""

Numbers = NDArray[np.float64]


def scene_of(reading: Reading, pipeline: Pipeline) -> Scene:
    """What the stages of events saw of a text that was read."""
    story = Story(reading.article.text, reading.times, reading.article.published)
    return settled(pipeline.scene(reading.article, reading.mentions, partial(when_of, story)))


class Table(NamedTuple):
    """Which signs stand in which rows: of each sign of each row the row and the column; and how many of both."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    height: int
    width: int

    def sums(self, weights: Numbers) -> Numbers:
        """For each row the weights of its signs together."""
        return np.bincount(self.rows, weights[self.columns], self.height).astype(np.float64)

    def shares(self, of_rows: Numbers) -> Numbers:
        """For each column what its rows have together."""
        return np.bincount(self.columns, of_rows[self.rows], self.width).astype(np.float64)

    def norm(self) -> float:
        """The largest singular value, squared, by the power method."""
        found = np.ones(self.width)
        for _ in range(30):
            found = self.shares(self.sums(found / np.linalg.norm(found)))
        return float(np.linalg.norm(found))


def tabled(rows: Sequence[Collection[Sign]]) -> tuple[Table, dict[Sign, int]]:
    """The rows as a table, and the column of each sign that stands in enough of them."""
    counts = Counter(chain.from_iterable(rows))
    known = {sign: at for at, sign in enumerate(sorted(sign for sign, count in counts.items() if count >= LEAST_ROWS))}
    given = [sorted(known[sign] for sign in row if sign in known) for row in rows]
    lengths = [len(one) for one in given]
    columns = np.array([*chain.from_iterable(given)], dtype=np.intp)
    return Table(np.repeat(np.arange(len(given)), lengths), columns, len(given), len(known)), known


def weights(table: Table, misses: Callable[[Numbers], Numbers], curve: float, free: Sequence[int] = ()) -> Numbers:
    """Weights that make a loss of the rows' sums, and ``PENALTY`` times the weights' sizes, least, by FISTA (Beck and
    Teboulle 2009). ``misses`` is the slope of the loss at the sums, ``curve`` the most it bends there; columns ``free``
    are not drawn to zero."""
    step = 1 / (curve * table.norm() * 1.05)
    drawn = np.full(table.width, PENALTY)
    drawn[[*free]] = 0
    found = ahead = np.zeros(table.width)
    pace = 1.0
    for _ in range(STEPS):
        moved = ahead - step * table.shares(misses(table.sums(ahead)))
        following = np.sign(moved) * np.maximum(np.abs(moved) - step * drawn, 0)
        faster = (1 + (1 + 4 * pace ** 2) ** 0.5) / 2
        ahead = following + (pace - 1) / faster * (following - found)
        found, pace = following, faster
    return found
