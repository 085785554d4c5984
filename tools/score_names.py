"""How well the name keys find the spellings of the news: ``python -m tools.score_names``.

Every pair of ``tests/variants.csv`` is asked twice: with all alias rows, and as if nobody had heard of that very
spelling. ``found`` counts the pairs whose place is among the candidates; ``candidates`` is how many there are on
average, a place and its district apart, without the world tier. Half of the pairs (``held``) were not looked at
while the keys were made.
"""
from __future__ import annotations

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.gazetteer import Gazetteer
from geo.name_index import LEVELS
from geo.names import fold

PAIRS = Path(__file__).parents[1] / "tests" / "variants.csv"


@dataclass(frozen=True)
class Pair:
    """A spelling that news, armies, aid agencies or their readers use, and the place that it means."""

    spelling: str
    place: str
    script: str

    @property
    def is_held(self) -> bool:
        """Whether it is of the half that the keys were not made on."""
        return bool(hashlib.sha256(f"{self.spelling}{self.place}".encode()).digest()[0] & 1)


@dataclass(frozen=True)
class Score:
    """Of ``asked`` pairs, how many each level found, and how many candidates there were in all."""

    asked: int
    by_level: Counter[str]
    candidates: int
    missed: tuple[Pair, ...]

    @property
    def found(self) -> float:
        return self.by_level.total() / self.asked

    @property
    def mean_candidates(self) -> float:
        return self.candidates / self.asked


def pairs(path: Path = PAIRS) -> list[Pair]:
    """All pairs of the file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Pair(**row) for row in csv.DictReader(lines)]


def score(gazetteer: Gazetteer, asked: Iterable[Pair], *, heard: bool) -> Score:
    """Ask every pair; ``heard`` is whether the gazetteer may know that very spelling."""
    levels: Counter[str] = Counter()
    missed, total, count = [], 0, 0
    for pair in asked:
        matches = gazetteer.candidates(pair.spelling, unheard=None if heard else fold(pair.spelling))
        level = next((match.level for match in matches if match.place.id == pair.place), None)
        total, count = total + len(matches), count + 1
        if level is None:
            missed.append(pair)
        else:
            levels[level] += 1
    return Score(count, levels, total, tuple(missed))


def main(arguments: Sequence[str]) -> None:
    """Print the table; ``--missed`` also what was not found of the half that is not held."""
    gazetteer, every = Gazetteer.load(world=False), pairs()
    groups = {
        "all": every, "worked on": [p for p in every if not p.is_held], "held": [p for p in every if p.is_held],
        "Latin": [p for p in every if p.script == "Latn"], "Arabic": [p for p in every if p.script == "Arab"],
    }
    print(f"{'':24}{'pairs':>6}{'found':>7}{'candidates':>12}  " + "".join(f"{level:>10}" for level in LEVELS))
    for heard in (True, False):
        for title, group in groups.items():
            told = score(gazetteer, group, heard=heard)
            shares = "".join(f"{told.by_level[level] / told.asked:10.3f}" for level in LEVELS)
            name = f"{'alias rows' if heard else 'leave-one-out'}, {title}"
            print(f"{name:24}{told.asked:6}{told.found:7.3f}{told.mean_candidates:12.2f}  {shares}")
            if "--missed" in arguments and title == "worked on":
                print("   ", "; ".join(f"{p.spelling} → {p.place}" for p in told.missed))


if __name__ == "__main__":
    main(sys.argv[1:])
