"""Scores where things happened on the corpus ``event_location``: ``python -m tools.event_location CORPUS.jsonl``.

Each line is a sentence with a verb and the places where that happened. Counted are the sentences that have one,
spans by overlap; a gold span of fewer than three letters or without a capital is a broken offset and left out
(reported). Half of the sentences, by a hash of their id, are for development and for ``--fit``, which prints the
points for ``geo/happened.py``; the other half is only scored.
"""
from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geo.happened import happened_at, mappable, signs
from geo.model import Mention, Span
from geo.pipeline import Pipeline, bundled
from geo.sentences import sentences

ROUNDS, RATE, WEIGHT_DECAY = 600, 2.0, 2e-4


@dataclass(frozen=True)
class Row:
    """One sentence: its text, the verb, the gold places, the part it belongs to, and the names that were read."""

    text: str
    word: Span
    sentence: Span
    gold: tuple[Span, ...]
    part: str
    named: tuple[Mention, ...]


def rows(path: Path, pipeline: Pipeline, counts: Counter[str]) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row["locations"] or not row["verbs"]:
            continue
        gold = tuple(Span(one["start"], one["end"]) for one in row["locations"] if _is_sound(one))
        counts["broken"] += len(row["locations"]) - len(gold)
        if gold:
            yield _row(row, gold, pipeline)


def _is_sound(location: Mapping[str, Any]) -> bool:
    return len(location["text"].strip()) >= 3 and any(letter.isupper() for letter in location["text"])


def _row(row: Mapping[str, Any], gold: tuple[Span, ...], pipeline: Pipeline) -> Row:
    text, word = row["text"], Span(row["verbs"][0]["start"], row["verbs"][0]["end"])
    whole = next((one for one in sentences(text) if one.start <= word.start < one.end), Span(0, len(text)))
    mentions = pipeline.resolve(pipeline.recognise(text), pipeline.gazetteer)
    named = tuple(one for one in mentions if whole.start <= one.toponym.span.start < whole.end)
    is_dev = int(hashlib.sha1(row["id"].encode()).hexdigest(), 16) % 2
    return Row(text, word, whole, gold, "dev" if is_dev else "test", named)


def count(row: Row, counts: Counter[str]) -> None:
    found = [one.toponym.span for one in happened_at(row.text, row.word, row.sentence, row.named)]
    counts[f"{row.part} gold"] += len(row.gold)
    counts[f"{row.part} gold right"] += sum(any(_overlap(one, span) for one in found) for span in row.gold)
    counts[f"{row.part} found"] += len(found)
    counts[f"{row.part} found right"] += sum(any(_overlap(one, span) for span in row.gold) for one in found)


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def line(path: Path, pipeline: Pipeline) -> str:
    """The half that nobody fitted, as a row of the table of scores."""
    counts: Counter[str] = Counter()
    for row in rows(path, pipeline, counts):
        count(row, counts)
    precision, recall, value = f1(counts, "test")
    gold = counts["test gold"]
    told = f"P {precision:.3f} R {recall:.3f} of {gold}"
    return f"| event_location, test half | place of the event | {value:.3f} | {told} |"


def f1(counts: Counter[str], part: str) -> tuple[float, float, float]:
    """Precision, recall, F1 of one half."""
    precision = counts[f"{part} found right"] / max(counts[f"{part} found"], 1)
    recall = counts[f"{part} gold right"] / max(counts[f"{part} gold"], 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def fit(examples: Sequence[Row]) -> dict[str, int]:
    """Points in tenths: what a softmax over a sentence's names gives to the gold ones, raised by gradient."""
    told = [(row, mappable(row.named)) for row in examples]
    marked = [
        ([set(signs(row.text, row.word, row.sentence, named, at)) for at in range(len(named))],
         np.array([any(_overlap(one.toponym.span, span) for span in row.gold) for one in named], float))
        for row, named in told
    ]
    marked = [(each, right) for each, right in marked if right.any() and not right.all()]
    keys = sorted({sign for each, _ in marked for one in each for sign in one})
    at = {key: number for number, key in enumerate(keys)}
    cases = [(_matrix(each, at), right) for each, right in marked]
    weights = np.zeros(len(keys))
    for _ in range(ROUNDS):
        slope = np.zeros(len(keys))
        for matrix, right in cases:
            odds = np.exp(matrix @ weights - (matrix @ weights).max())
            odds /= odds.sum()
            wanted = odds * right
            slope += matrix.T @ (wanted / wanted.sum() - odds)
        weights += RATE * (slope / len(cases) - WEIGHT_DECAY * weights)
    return {key: round(10 * float(weights[at[key]])) for key in keys if abs(weights[at[key]]) >= 0.1}


def _matrix(names: Sequence[set[str]], at: Mapping[str, int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    matrix = np.zeros((len(names), len(at)))
    for number, each in enumerate(names):
        matrix[number, [at[sign] for sign in each]] = 1.0
    return matrix


def main(arguments: Sequence[str]) -> None:
    path = Path(next(word for word in arguments if not word.startswith("--")))
    counts: Counter[str] = Counter()
    read = list(rows(path, bundled(), counts))
    if "--fit" in arguments:
        print(json.dumps(fit([row for row in read if row.part == "dev"]), indent=4))
        return
    for row in read:
        count(row, counts)
    for part in ("dev", "test"):
        precision, recall, value = f1(counts, part)
        print(f"{part}: P {precision:.3f} R {recall:.3f} F1 {value:.3f} of {counts[f'{part} gold']} places; "
              f"{counts['broken']} broken gold spans left out")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
