"""``seed_truth.csv``: what a careful person gets from the two seed stories, and how a reading differs from it.

The file holds facts only: where a name stands in the story, what it names, when, and what happened. The
stories themselves are not ours and lie beside the checkout.
"""
from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.interval import Interval, parse_datetime
from geo.measure import rough_km
from geo.model import Event, LngLat, Mention, Place, Reading

HERE = Path(__file__).parent
SEEDS = HERE.parent.parent / "shared" / "seeds"
NEAR_KM = 10.0


@dataclass(frozen=True)
class Truth:
    """One line of the file: a place, a context (never mapped), a time or an event of one story."""

    file: str
    start: int
    kind: str
    surface: str
    place: str
    identity: str
    point: LngLat | None
    country: str
    days: Interval | None
    type: str
    actor: str
    target: str
    certainty: str

    @property
    def span_end(self) -> int:
        return self.start + len(self.surface)


def truths(file: str) -> list[Truth]:
    """The lines about one story."""
    with (HERE / "seed_truth.csv").open(encoding="utf-8", newline="") as rows:
        return [_truth(row) for row in csv.DictReader(rows) if row["file"] == file]


def _truth(row: dict[str, str]) -> Truth:
    point = LngLat(float(row["lon"]), float(row["lat"])) if row["lat"] else None
    days = parse_datetime(row["datetime"]) if row["datetime"] else None
    return Truth(
        row["file"], int(row["start"]), row["kind"], row["surface"], row["place"], row["identity"], point,
        row["country"], days, row["type"], row["actor"], row["target"], row["certainty"],
    )


def differences(file: str, reading: Reading) -> Iterator[str]:
    """In words, every line that the reading does not agree with; optional events may be missing."""
    for truth in truths(file):
        if problem := _CHECKS[truth.kind](truth, reading):
            yield f"{truth.start} {truth.surface!r}: {problem}"


def _place_differs(truth: Truth, reading: Reading) -> str | None:
    mention = next((one for one in reading.mentions if _overlaps(one, truth)), None)
    if mention is None or mention.place is None:
        return f"{truth.place} is not found" + (f" ({mention.reason})" if mention else "")
    if not is_same_place(truth, mention.place):
        return f"read as {mention.place.id}, want {truth.place}"
    if truth.days and (mention.when is None or mention.when.interval != truth.days):
        return f"dated {mention.when and mention.when.edtf}, want {truth.days}"
    return None


def _context_differs(truth: Truth, reading: Reading) -> str | None:
    mapped = [one for one in reading.mentions if _overlaps(one, truth) and one.place]
    return f"mapped to {mapped[0].place.id}" if mapped and mapped[0].place else None


def _time_differs(truth: Truth, reading: Reading) -> str | None:
    found = [when for when in reading.times if when.span and when.span.start < truth.span_end
             and truth.start < when.span.end]
    if not found:
        return "no time is found"
    return None if found[0].interval == truth.days else f"dated {found[0].edtf}, want {truth.days}"


def _event_differs(truth: Truth, reading: Reading) -> str | None:
    certainty, _, optional = truth.certainty.partition(" ")
    if any(_is_event(truth, event, certainty) for event in reading.events):
        return None
    near = [(event.type, event.actor, event.place and event.place.id, event.when.edtf, event.certainty)
            for event in reading.events if event.sentence.start <= truth.start < event.sentence.end]
    return None if optional else f"want {truth.type} by {truth.actor} at {truth.place} {truth.days}, got {near}"


def _is_event(truth: Truth, event: Event, certainty: str) -> bool:
    in_sentence = event.sentence.start <= truth.start < event.sentence.end
    same = (event.type, event.actor, event.certainty) == (truth.type, truth.actor, certainty)
    return in_sentence and same and _is_there(truth, event) and _is_then(truth, event)


def _is_there(truth: Truth, event: Event) -> bool:
    return not truth.place or (event.place is not None and is_same_place(truth, event.place))


def _is_then(truth: Truth, event: Event) -> bool:
    """A gain or a loss on its very days; a state on a day of the stated ones."""
    if truth.days is None:
        return True
    if truth.type == "control_state":
        return event.when.interval.intersects(truth.days)
    return event.when.interval == truth.days


def is_same_place(truth: Truth, place: Place) -> bool:
    """Countries and provinces by identity, all else within 10 km."""
    if truth.identity:
        return truth.identity == (place.country if place.is_country else place.admin1_iso) and place.is_area
    return truth.point is not None and rough_km(truth.point, place.point) <= NEAR_KM and not place.is_area


def _overlaps(mention: Mention, truth: Truth) -> bool:
    span = mention.toponym.span
    return span.start < truth.span_end and truth.start < span.end


_CHECKS = {"place": _place_differs, "context": _context_differs, "time": _time_differs, "event": _event_differs}
