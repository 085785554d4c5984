"""Fits the points of ``geo/actor_points.py`` on the development dispatches and the labelled sentences:
``python -m tools.fit_actors > data/actor_points.csv`` (``--but PART`` leaves a part out and scores it).

A conditional logit: of the sides that may have done what an event tells, the labelled one should be the likeliest. Its
weights are drawn to zero by their size (L1); signs of one side alone are left out.
"""
from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from geo.actor_points import AHEAD, TYPES, Candidate, candidates
from geo.events import framed
from geo.model import Event, Reading
from geo.pipeline import Pipeline, bundled
from geo.weighing import Sign
from tools import sentences as labelled
from tools.dispatches import DEVELOPMENT, load
from tools.fitting import STORIES, Numbers, scene_of, tabled, weights
from tools.score import Judge, read, same_event


class Choice(NamedTuple):
    """An event that a label tells of: who may have done it, the label's code and the frame's, "" for nobody."""

    sides: tuple[Candidate, ...]
    right: str
    chosen: str


Told = tuple[str, Callable[[Event], bool]]
"""A label: its side, and whether it is of an event, whoever did that."""


def choices(names: Sequence[str]) -> Iterator[Choice]:
    """The events of these parts and files of sentences that are labelled."""
    pipeline = bundled()
    for part in (part for part in DEVELOPMENT if part in names):
        for dispatch in load(part):
            is_same = partial(same_event, gazetteer=pipeline.gazetteer, judge=Judge("side", with_day=False))
            told = [(one.actor, partial(is_same, one)) for one in dispatch.events if one.type in TYPES]
            yield from _choices(read(dispatch, pipeline), pipeline, told)
    for path in (path for path in sorted(labelled.HERE.glob("*.txt")) if path.stem in names):
        for item in labelled.load([path]):
            reading = labelled.read(item, pipeline)
            of_item = partial(labelled.is_told, item=item, reading=reading, with_day=False)
            yield from _choices(reading, pipeline, [
                (one.actor, partial(of_item, one)) for one in item.labels if one.type in TYPES])


def _choices(reading: Reading, pipeline: Pipeline, told: Sequence[Told]) -> Iterator[Choice]:
    scene = scene_of(reading, pipeline)
    left = list(framed(scene))
    for right, is_it in told:
        met = next((one for one in left if one[0].place and is_it(one[0])), None)
        if met:
            left.remove(met)
            yield Choice(tuple(candidates(scene, *met)), right or "", met[0].actor or "")


def fit(known: Sequence[Choice]) -> dict[Sign, float]:
    """The worth of every sign that has any. Where none of the sides is right, nothing is learnt."""
    known = [one for one in known if any(side.code == one.right for side in one.sides)]
    table, columns = tabled([side.signs for one in known for side in one.sides])
    group = np.repeat(np.arange(len(known)), [len(one.sides) for one in known])
    right = np.array([side.code == one.right for one in known for side in one.sides], dtype=float)

    def shares(sums: Numbers, among: Numbers) -> Numbers:
        each = np.exp(np.clip(sums, -30, 30)) * among
        return each / np.bincount(group, each, len(known))[group]

    found = weights(table, lambda sums: shares(sums, np.ones_like(sums)) - shares(sums, right), 0.5)
    return {sign: found[at] for sign, at in columns.items() if round(100 * found[at])}


def right_of(known: Sequence[Choice], worth: dict[Sign, float]) -> tuple[float, float]:
    """Which share of the sides is right: as the frame chose, and by these points."""
    def best(one: Choice) -> str:
        def total(side: Candidate) -> float:
            ahead = AHEAD / 100 if side.code == one.chosen else 0
            return ahead + sum(worth.get(sign, 0) for sign in side.signs)
        return max(one.sides, key=total).code

    count = max(len(known), 1)
    return sum(one.chosen == one.right for one in known) / count, sum(best(one) == one.right for one in known) / count


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--but", action="append", default=[], help="leave out this part or file of sentences, score it")
    given = parser.parse_args(arguments)
    names = [*STORIES, *(path.stem for path in labelled.HERE.glob("*.txt"))]
    worth = fit(list(choices([name for name in names if name not in given.but])))
    for name in given.but:
        frame, points = right_of(list(choices([name])), worth)
        print(f"{name}: by the frame {frame:.3f}, by points {points:.3f}", file=sys.stderr)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["where", "what", "points"])
    out.writerows([*sign, round(100 * each)] for sign, each in worth.items())


if __name__ == "__main__":
    main(sys.argv[1:])
