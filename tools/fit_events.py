"""Fits the points of ``geo/weighing.py`` on the development dispatches and the labelled sentences:
``python -m tools.fit_events > data/event_points.csv`` (``--but PART`` leaves parts out, to see how far they carry).

A logistic regression a type, its weights drawn to zero by their size (L1), by FISTA (Beck and Teboulle 2009) in numpy.
Signs of one row alone are left out.
"""
from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.dating.assign import when_of
from geo.dating.story import Story
from geo.events import by_phrases, settled
from geo.model import LngLat, Mention, Reading
from geo.pipeline import Pipeline, bundled
from geo.sentences import sentences
from geo.weighing import ALWAYS, WEIGHED, Sign, signs, surroundings
from tools import sentences as labelled
from tools.dispatches import DEVELOPMENT, load
from tools.score import NEAR_KM, apart, read

LEAST_ROWS = 2
"""Rows in which a sign must stand."""
PENALTY, STEPS = 1.0, 400
"""What a weight of one costs beside the log loss of all rows; and how often the weights are bettered."""


class Row(NamedTuple):
    """One name of a labelled text: its signs, and the types of which something is told there."""

    signs: frozenset[Sign]
    told: frozenset[str]


Told = tuple[str, Callable[[Mention], bool], int | None]
"""A label: its type, whether it is of a name's place, and where its words stand, if that is known."""


def rows(but: Sequence[str] = ()) -> Iterator[Row]:
    """All names of the development dispatches and of the sentences, but of some parts."""
    pipeline = bundled()
    for part in (part for part in DEVELOPMENT if part not in but):
        for dispatch in load(part):
            gold = [(one.type, _is_at(one.place, one.point, pipeline), one.trigger.start) for one in dispatch.events]
            yield from _rows(read(dispatch, pipeline), pipeline, gold)
    for path in sorted(labelled.HERE.glob("*.txt")):
        for item in labelled.load([path]) if path.stem not in but else ():
            reading = labelled.read(item, pipeline)
            told = [(one.type, _is_named(one, item, reading), None) for one in item.labels]
            yield from _rows(reading, pipeline, told)


def _is_at(place: str, point: LngLat | None, pipeline: Pipeline) -> Callable[[Mention], bool]:
    return lambda one: one.place is not None and apart(place, point, one.place, pipeline.gazetteer) <= NEAR_KM


def _is_named(label: labelled.Label, item: labelled.Item, reading: Reading) -> Callable[[Mention], bool]:
    known = labelled.places(label, item, reading)
    return lambda one: one.place is not None and one.place.id in known


def _rows(reading: Reading, pipeline: Pipeline, gold: Sequence[Told]) -> Iterator[Row]:
    story = Story(reading.article.text, reading.times, reading.article.published)
    scene = settled(pipeline.scene(reading.article, reading.mentions, partial(when_of, story)))
    found = by_phrases(scene)
    for sentence in sentences(scene.text):
        own = [one for one in found if one.sentence == sentence]
        for mention, around in surroundings(scene, sentence, own):
            told = (name for name, is_there, at in gold
                    if (at is None or sentence.start <= at < sentence.end) and is_there(mention))
            yield Row(signs(around), frozenset(told))


def fit(table: Sequence[Row]) -> dict[Sign, list[float]]:
    """The points of every sign that has any, by ``WEIGHED``."""
    counts = Counter(sign for row in table for sign in row.signs)
    known = {sign: at for at, sign in enumerate(sorted(sign for sign, count in counts.items() if count >= LEAST_ROWS))}
    given = np.zeros((len(table), len(known)), dtype=np.float32)
    for at, row in enumerate(table):
        given[at, [known[sign] for sign in row.signs if sign in known]] = 1
    free = known[ALWAYS]
    weights = [regression(given, np.array([name in row.told for row in table]), free) for name in WEIGHED]
    found = np.round(np.stack(weights, axis=1), 2)
    return {sign: found[at].tolist() for sign, at in known.items() if found[at].any()}


def regression(given: NDArray[np.float32], told: NDArray[np.bool_], free: int) -> NDArray[np.float32]:
    """Weights that make the log loss and ``PENALTY`` times their sizes least; column ``free`` is not drawn to zero."""
    wanted = told.astype(np.float32)
    step = np.float32(4 / np.linalg.norm(given, 2) ** 2)
    drawn = np.full(given.shape[1], PENALTY, dtype=np.float32)
    drawn[free] = 0
    weights = ahead = np.zeros(given.shape[1], dtype=np.float32)
    pace = 1.0
    for _ in range(STEPS):
        slope = given.T @ (1 / (1 + np.exp(-(given @ ahead))) - wanted)
        moved = ahead - step * slope
        following = np.sign(moved) * np.maximum(np.abs(moved) - step * drawn, 0)
        faster = (1 + (1 + 4 * pace ** 2) ** 0.5) / 2
        ahead = (following + np.float32((pace - 1) / faster) * (following - weights)).astype(np.float32)
        weights, pace = following.astype(np.float32), faster
    return weights


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--but", action="append", default=[], help="leave out this part or file of sentences")
    given = parser.parse_args(arguments)
    found = fit(list(rows(given.but)))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["where", "what", *WEIGHED])
    for (where, what), worth in found.items():
        out.writerow([where, what, *(round(100 * each) or "" for each in worth)])


if __name__ == "__main__":
    main(sys.argv[1:])
