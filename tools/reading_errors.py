"""What the reader got wrong in the development dispatches, each with its sentence, by cause: ``python -m
tools.reading_errors [--part dev] [--what dates|events] [--cause WORDS]``.

Dates of names by where the right one stands ("its sentence", "the paragraph", …) and where the reader took its own
from; events by the first thing that fails: no phrase, no place, another place, type, mood or day; and what was found
and is none. The frozen part is no choice.
"""
from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.model import Event, Reading, Span
from geo.pipeline import bundled
from geo.sentences import clause_of, paragraph_of, sentence_of
from geo.triggers import find_triggers
from tools.dispatches import DEVELOPMENT, Dispatch, GoldEvent, load
from tools.score import Judge, apart, overlap, read, same_event, unread

NEAR_KM = 10.0


@dataclass(frozen=True)
class Fault:
    """One thing wrong: its kind (dates or events), its cause in words, what was wanted and got, and its sentence."""

    what: str
    cause: str
    told: str
    sentence: str


def faults(dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer) -> Iterator[Fault]:
    """Everything wrong in one dispatch: dates first, then events missed, then events that are none."""
    yield from _dates(dispatch, reading)
    missed, surplus = unread(dispatch, reading, gazetteer)
    for gold in missed:
        sentence = sentence_of(dispatch.text, gold.trigger)
        told = f"{gold.type} {gold.actor} {gold.place} {gold.days} {gold.trigger_text!r}"
        why = _why(gold, dispatch, reading, gazetteer)
        yield Fault("events", why, f"{dispatch.file} {told}", _text(dispatch, sentence))
    for event in surplus:
        place = event.place.id if event.place else ""
        told = f"{event.type} {event.actor} {place} {event.when.edtf} {event.trigger!r}"
        cause = f"none: {_why_surplus(event, dispatch, gazetteer)}"
        yield Fault("events", cause, f"{dispatch.file} {told}", _text(dispatch, event.sentence))


def _text(dispatch: Dispatch, span: Span) -> str:
    return re.sub(r"\s+", " ", dispatch.text[slice(*span)])


def _dates(dispatch: Dispatch, reading: Reading) -> Iterator[Fault]:
    for gold in dispatch.literal:
        found = next((one for one in reading.mentions if one.place and overlap(one.toponym.span, gold.span)), None)
        if found is None or gold.when is None or found.when is None or found.when.interval == gold.when:
            continue
        cause = f"wants {_source(dispatch, gold.span, gold.when)}, got {_from(found.when.reason)}"
        told = f"{dispatch.file} {gold.text!r} {found.when.interval}, want {gold.when} ({found.when.reason})"
        yield Fault("dates", cause, told, _text(dispatch, sentence_of(dispatch.text, gold.span)))


def _source(dispatch: Dispatch, span: Span, days: Interval) -> str:
    """Where the gold date is said, the nearest first."""
    said = [one.span for one in dispatch.times if one.days == days]
    rings = (("its clause", clause_of), ("its sentence", sentence_of), ("its paragraph", paragraph_of))
    for name, ring in rings:
        around = ring(dispatch.text, span)
        if any(around.start <= one.start < around.end for one in said):
            return name
    if days == dispatch.published:
        return "the publication"
    return "another paragraph" if said else "no expression"


def _from(reason: str) -> str:
    for words, name in (("said in its sentence", "its sentence"), ("in the paragraph", "the paragraph"),
                        ("main event", "the main event"), ("heads the paragraph", "the heading"),
                        ("its label", "a label"), ("no date is stated", "the publication")):
        if words in reason:
            return name
    return "its clause"


def _why(gold: GoldEvent, dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer) -> str:
    sentence = sentence_of(dispatch.text, gold.trigger)
    for name, judge in (("day", Judge("", False)), ("mood", Judge("", False, False))):
        near = [one for one in reading.events if same_event(gold, one, gazetteer, judge)]
        if near:
            is_here = any(one.sentence.start == sentence.start for one in near)
            return f"another {name}" if is_here else f"another {name} (told elsewhere)"
    here = [one for one in reading.events if one.sentence.start == sentence.start]
    over = [one for one in here if one.type == gold.type]
    if any(one.place and apart(gold.place, gold.point, one.place, gazetteer) <= NEAR_KM for one in here):
        return "another type"
    triggers = [one for readings in find_triggers(dispatch.text, sentence) for one in readings]
    met = [one for one in triggers if overlap(one.span, gold.trigger)]
    if over:
        return "another place" if met else "no phrase, another of its type"
    return "a phrase without place or side" if met else "no phrase"


def _why_surplus(event: Event, dispatch: Dispatch, gazetteer: Gazetteer) -> str:
    here = [one for one in dispatch.events if sentence_of(dispatch.text, one.trigger).start == event.sentence.start]
    for name, judge in (("another day", Judge("", False)), ("another mood", Judge("", False, False))):
        if any(same_event(one, event, gazetteer, judge) for one in dispatch.events):
            return name
    if any(one.type == event.type for one in here):
        return "another place"
    return "another type" if here else "nothing told here"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=DEVELOPMENT, action="append", help="only this part")
    parser.add_argument("--what", choices=("dates", "events"), help="only dates or only events")
    parser.add_argument("--cause", default="", help="only causes with these words; without it, all")
    parser.add_argument("--counts", action="store_true", help="only how often each cause is met")
    options = parser.parse_args(arguments)
    reader = bundled()
    by_cause: defaultdict[tuple[str, str], list[Fault]] = defaultdict(list)
    for part in options.part or DEVELOPMENT:
        for dispatch in load(part):
            for fault in faults(dispatch, read(dispatch, reader), reader.gazetteer):
                by_cause[fault.what, fault.cause].append(fault)
    for (what, cause), met in sorted(by_cause.items(), key=lambda item: (item[0][0], -len(item[1]))):
        if options.what in (None, what) and options.cause in cause:
            print(f"## {what}: {cause}: {len(met)}")
            for fault in () if options.counts else met:
                print(f"{fault.told}\n    {fault.sentence}")


if __name__ == "__main__":
    main(sys.argv[1:])
