"""Labelled sentences (``tests/sentences``) and how many of their events the reader finds:
``python -m tools.sentences [FILE ...] [--show]``.

Each item is a line with a publication date and the text, then a line an event, ``type | actor | place as written |
days | certainty``; ``-`` is nobody known, or, for days, the publication. Events are counted as ``tools.score`` does: by
type and place, and by type, place and day; told twice is one; what is labelled ``other`` counts neither way. An item
stands for itself: what a story would tell a reader around it is missing here, so this measures phrases and frames, not
discourse.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.articles import article
from geo.interval import Interval
from geo.model import Event, Reading, Span
from geo.pipeline import Pipeline, bundled
from tools.dispatches import CERTAINTIES, TYPES, Marked, days
from tools.score import Tally, is_met, overlap

HERE = Path(__file__).resolve().parent.parent / "tests" / "sentences"
_COLUMNS = "type | actor | place | days | certainty"


@dataclass(frozen=True)
class Label:
    """One event that an item tells; ``place`` is the name as written in it."""

    type: str
    actor: str
    place: str
    days: Interval
    certainty: str
    optional: bool = False


@dataclass(frozen=True)
class Item:
    """A sentence or two, the day on which they were published, and what they tell. ``where`` is file and line."""

    where: str
    published: date
    text: str
    labels: tuple[Label, ...]


def load(paths: Sequence[Path] = ()) -> list[Item]:
    """The items of these files; of all without any.

    :raises InvalidInput: naming file and line, when an item does not parse.
    """
    return [item for path in paths or sorted(HERE.glob("*.txt")) for item in parse(path.read_text("utf-8"), path.name)]


def parse(source: str, file: str) -> Iterator[Item]:
    """The items of one file.

    :raises InvalidInput: naming file and line.
    """
    line = 1
    for block in source.split("\n\n"):
        if block.strip():
            skipped = len(block) - len(block.lstrip("\n"))
            yield _item(block.strip("\n").split("\n"), Marked(file, line + skipped))
        line += block.count("\n") + 2


def _item(lines: Sequence[str], at: Marked) -> Item:
    day, _, text = lines[0].partition(" ")
    try:
        published = date.fromisoformat(day)
    except ValueError:
        raise at.error(f"{day!r}, want the day of publication, YYYY-MM-DD, and a sentence") from None
    labels = tuple(
        _label(each, text, published, Marked(at.file, at.line + place)) for place, each in enumerate(lines[1:], 1))
    return Item(f"{at.file}:{at.line}", published, text, labels)


def _label(line: str, text: str, published: date, at: Marked) -> Label:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != 5:
        raise at.error(f"{line!r}, want {_COLUMNS}")
    type_, actor, place, when, certainty = cells
    certainty, _, optional = certainty.partition(" ")
    if type_ not in TYPES or certainty not in CERTAINTIES or optional not in ("", "optional"):
        raise at.error(f"{line!r}, want a known type and a known certainty")
    if place not in text:
        raise at.error(f"place {place!r}, want a name as the sentence has it")
    interval = Interval.of_day(published) if when == "-" else days(when, at)
    return Label(type_, "" if actor == "-" else actor, place, interval, certainty, bool(optional) or type_ == "other")


def read(item: Item, pipeline: Pipeline) -> Reading:
    """The reading of an item as a story of its own."""
    return pipeline.read(article(item.text, {"date": item.published.isoformat()}, item.where))


def is_told(label: Label, event: Event, item: Item, reading: Reading, *, with_day: bool) -> bool:
    """As ``tools.score.same_event``, but for the place, which has no id here: what the reader takes its name for."""
    is_alike = label.type == event.type and (label.certainty == "hypothetical") == (event.certainty == "hypothetical")
    if not is_alike or event.place is None or event.place.id not in places(label, item, reading):
        return False
    return not with_day or is_met(label.days, event)


def places(label: Label, item: Item, reading: Reading) -> set[str]:
    """What the reader takes the name for, wherever it stands."""
    start = item.text.find(label.place)
    span = Span(start, start + len(label.place))
    return {one.place.id for one in reading.mentions if one.place and (
        label.place in (one.toponym.text, one.place.name) or overlap(one.toponym.span, span))}


def score(items: Sequence[Item], pipeline: Pipeline) -> Tally:
    """Counts under the names of ``tools.score``; ``wrong`` has what was missed and what is none, item by item."""
    tally = Tally()
    for item in items:
        reading = read(item, pipeline)
        for name, with_day in (("event", True), ("type+place event", False)):
            _count(item, reading, tally, name, with_day=with_day)
    return tally


def _count(item: Item, reading: Reading, tally: Tally, name: str, *, with_day: bool) -> None:
    left = [event for event in reading.events if event.place]
    matched: list[Event] = []
    for label in sorted(item.labels, key=lambda one: one.optional):
        found = next((one for one in left if one not in matched
                      and is_told(label, one, item, reading, with_day=with_day)), None)
        matched += [found] if found else []
        if not label.optional:
            shown = f"{item.where} {label.type} {label.actor} {label.place} {label.days} {label.certainty}"
            tally.add(f"gold {name}", found is not None, f"{shown}\n    {item.text}")
            tally.counts[f"found {name}"] += found is not None
            tally.counts[f"found {name} right"] += found is not None
            if found and with_day:
                tally.add("actor", found.actor == (label.actor or None), f"{shown}: {found.actor}")
    for event in left:
        if event not in matched and not any(
                is_told(label, event, item, reading, with_day=with_day) for label in item.labels):
            shown = f"{event.type} {event.actor} {event.place and event.place.name} {event.when.edtf}"
            told = f"{item.where} {shown} {event.trigger!r} {event.certainty}"
            tally.add(f"found {name}", False, f"{told}\n    {item.text}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true", help="list what was missed and what is none")
    given = parser.parse_args(arguments)
    pipeline = bundled()
    for path in given.files or sorted(HERE.glob("*.txt")):
        tally = score(load([path]), pipeline)
        for name in ("event", "type+place event"):
            precision, recall, f1 = tally.f1(f"gold {name}", f"found {name}")
            print(f"| {path.stem} | {name}s | {f1:.3f} | P {precision:.3f} R {recall:.3f} of "
                  f"{tally.counts[f'gold {name}']} |")
        print(f"| {path.stem} | actor | {tally.share('actor'):.3f} | of {tally.counts['actor']} |")
        if given.show:
            print("\n".join(tally.wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
