"""How fast the reader reads: ``python -m bench.reading [--against CHECKOUT]``.

Articles of 320 words are cut from the development dispatches. Reported are articles a second of processor time on one
core, for places alone (names and where they are) and for everything (days, events, control), the start until the first
answer, and the memory. Limits depend on the machine and gate nothing; ``--against`` runs another checkout of Dateline
on the same articles, by turns, and prints the ratio, which does not.
"""
from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

WORDS, ROUNDS, KB = 320, 3, 1024


def articles(folder: Path) -> Iterator[dict[str, str]]:
    """Texts of about 320 words and a day for each, from the dispatches' plain text."""
    from tools.dispatches import load  # noqa: PLC0415  the measured process alone needs the library

    text, count = "", 0
    for dispatch in [*load("dev", folder), *load("dev2", folder)]:
        for paragraph in dispatch.text.split("\n\n"):
            text, count = f"{text}\n\n{paragraph}".strip(), count + len(paragraph.split())
            if count >= WORDS:
                yield {"text": text, "date": str(dispatch.stated or "2016-04-11")}
                text, count = "", 0


def measured(stories: Sequence[dict[str, str]]) -> dict[str, float]:
    """Articles a second, seconds until the first answer, megabytes; in this process."""
    begun = time.perf_counter()
    from geo.articles import article  # noqa: PLC0415
    from geo.pipeline import bundled  # noqa: PLC0415

    reader = bundled()
    read = [article(one["text"], {"date": one["date"]}, str(number)) for number, one in enumerate(stories)]
    reader.read(read[0])
    start = time.perf_counter() - begun

    def places(one: Any) -> object:
        return reader.resolve(reader.recognise(one.text), reader.gazetteer)

    for one in read:
        reader.read(one)
    return {
        "places": _rate(places, read), "everything": _rate(reader.read, read), "start": start,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB,
    }


def _rate(work: Callable[[Any], object], read: Sequence[object]) -> float:
    begun = time.process_time()
    for one in read:
        work(one)
    return len(read) / (time.process_time() - begun)


def in_checkout(checkout: Path, stories: Sequence[dict[str, str]]) -> dict[str, float]:
    """The same in a process of its own that imports that checkout."""
    code = f"import sys, json; sys.path.insert(0, {str(checkout)!r}); sys.path.append({str(_here())!r})\n" \
        "from bench.reading import measured; print(json.dumps(measured(json.load(sys.stdin))))"
    run = subprocess.run([sys.executable, "-c", code], input=json.dumps(stories), capture_output=True, text=True,
                         check=True, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)})  # fmt: skip
    return dict(json.loads(run.stdout))


def _here() -> Path:
    return Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout to compare with")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    stories = list(articles(_here() / "tests" / "dispatches"))
    checkouts = {"this": _here(), **({"that": options.against.resolve()} if options.against else {})}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in checkouts}
    for _ in range(options.rounds):
        for name, checkout in checkouts.items():
            runs[name].append(in_checkout(checkout, stories))
    _print(runs, len(stories))


def _print(runs: dict[str, list[dict[str, float]]], count: int) -> None:
    print(f"{count} articles of about {WORDS} words, one core, median of {len(runs['this'])} runs by turns\n")
    print("| | this | that | ratio |\n|---|---|---|---|")
    for key, unit in (("places", "/s"), ("everything", "/s"), ("start", " s"), ("memory", " MB")):
        this = median(one[key] for one in runs["this"])
        that = median(one[key] for one in runs["that"]) if "that" in runs else None
        other = f"{that:.1f}{unit} | {this / that:.2f}" if that else " | "
        print(f"| {key} | {this:.1f}{unit} | {other} |")


if __name__ == "__main__":
    main(sys.argv[1:])
