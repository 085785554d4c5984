"""Fits the points of ``geo/weighing.py`` on the development dispatches and the labelled sentences:
``python -m tools.fit_events > data/event_points.csv`` (``--but PART`` leaves parts out, to see how far they carry).

A logistic regression a type, its weights drawn to zero by their size (L1). Signs of one row alone are left out.
"""
from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.events import by_phrases
from geo.model import LngLat, Mention, Reading
from geo.pipeline import Pipeline, bundled
from geo.sentences import sentences
from geo.weighing import ALWAYS, WEIGHED, Sign, signs, surroundings
from tools import sentences as labelled
from tools.dispatches import load
from tools.fitting import STORIES, Numbers, Table, scene_of, tabled, weights
from tools.score import NEAR_KM, apart, read


class Row(NamedTuple):
    """One name of a labelled text: its signs, and the types of which something is told there."""

    signs: frozenset[Sign]
    told: frozenset[str]


Told = tuple[str, Callable[[Mention], bool], int | None]
"""A label: its type, whether it is of a name's place, and where its words stand, if that is known."""


def rows(but: Sequence[str] = ()) -> Iterator[Row]:
    """All names of the dispatches that points are fitted on and of the sentences, but of some parts."""
    pipeline = bundled()
    for part in (part for part in STORIES if part not in but):
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
    scene = scene_of(reading, pipeline)
    found = by_phrases(scene)
    for sentence in sentences(scene.text):
        own = [one for one in found if one.sentence == sentence]
        for mention, around in surroundings(scene, sentence, own):
            told = (name for name, is_there, at in gold
                    if (at is None or sentence.start <= at < sentence.end) and is_there(mention))
            yield Row(signs(around), frozenset(told))


def fit(known_rows: Sequence[Row]) -> dict[Sign, list[float]]:
    """The points of every sign that has any, by ``WEIGHED``."""
    table, known = tabled([row.signs for row in known_rows])
    found = np.round(np.stack([
        regression(table, np.array([name in row.told for row in known_rows]), known[ALWAYS]) for name in WEIGHED
    ], axis=1), 2)
    return {sign: found[at].tolist() for sign, at in known.items() if found[at].any()}


def regression(table: Table, told: NDArray[np.bool_], free: int) -> Numbers:
    """Weights of a logistic regression; column ``free`` is not drawn to zero."""
    return weights(table, lambda sums: 1 / (1 + np.exp(-sums)) - told, 0.25, [free])


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
