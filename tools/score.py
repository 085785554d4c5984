"""Scores the whole reader: ``python -m tools.score`` prints what it gets right, per corpus and part.

The dispatches are ours (``tests/dispatches``); GeoVirus and WikiWars lie beside the checkout and are read where they
are (``--corpora FOLDER``). Counted are, for the dispatches:

* places: literal names that were mapped, by overlapping spans, against the gold ones;
* right place: of the names found, those within 10 km and 161 km of the gold place; countries and provinces by
  identity; and how many lie on another continent (over 3,000 km off);
* dates: of those, the ones whose interval is the gold one;
* times: expressions whose interval is the gold one;
* events: type, place and day; a gold day must be met exactly, a longer gold interval must be touched. Told twice is
  one event. Beside it, the same by type and place alone.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.articles import article
from geo.errors import NotFound
from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.measure import rough_km
from geo.model import Event, LngLat, Mention, Place, Reading, Span, When
from geo.pipeline import Pipeline, bundled
from geo.recognise import literal_at
from geo.resolve import resolve
from tools import event_location
from tools.dispatches import PARTS, Dispatch, GoldEvent, GoldMention, load

NEAR_KM, FAR_KM, CONTINENT_KM = 10.0, 161.0, 3000.0


@dataclass
class Tally:
    """Counts of one part, and examples of what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, is_right: bool, example: str = "") -> None:
        self.counts[name] += 1
        self.counts[f"{name} right"] += is_right
        if not is_right and example:
            self.wrong.append(f"{name}: {example}")

    def share(self, name: str) -> float:
        return self.counts[f"{name} right"] / max(self.counts[name], 1)

    def f1(self, gold: str, found: str) -> tuple[float, float, float]:
        """Precision, recall, F1: ``gold`` counts what should be found, ``found`` what was."""
        precision, recall = self.share(found), self.share(gold)
        return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def read(dispatch: Dispatch, pipeline: Pipeline) -> Reading:
    """The reading of a dispatch as a reader gets it: title, text, and the date if it states one."""
    stated = {"date": dispatch.stated.isoformat()} if dispatch.stated else {}
    return pipeline.read(article(dispatch.text, {"title": dispatch.title, **stated}, dispatch.file))


def score_dispatches(part: str, pipeline: Pipeline) -> Tally:
    tally = Tally()
    for dispatch in load(part):
        compare(dispatch, read(dispatch, pipeline), pipeline.gazetteer, tally)
    return tally


def compare(dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer, tally: Tally) -> None:
    """Count what ``reading``, whoever made it, has right and wrong of a dispatch."""
    _publication(dispatch, reading, tally)
    _places(dispatch, reading, gazetteer, tally)
    _times(dispatch, reading, tally)
    _events(dispatch, reading, gazetteer, tally)


def _publication(dispatch: Dispatch, reading: Reading, tally: Tally) -> None:
    if dispatch.stated is None and dispatch.published is not None:
        found = reading.article.published
        is_right = found is not None and found.interval == dispatch.published
        tally.add("publication", is_right, f"{dispatch.file}: {found and found.edtf}, want {dispatch.published}")


def _places(dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer, tally: Tally) -> None:
    mapped = [one for one in reading.mentions if one.place]
    for gold in dispatch.literal:
        found = next((one for one in mapped if overlap(one.toponym.span, gold.span)), None)
        where = f"{dispatch.file} {gold.text!r}"
        tally.add("gold place", found is not None, f"{where} {_why_missing(gold.span, reading)}")
        if found and found.place:
            _place_right(gold, found, gazetteer, tally, where)
            _date_right(gold, found, dispatch.stated is not None, tally, where)
    ignored = [one.span for one in dispatch.mentions if one.optional]
    literal = [one.span for one in dispatch.literal]
    for one in mapped:
        if not any(overlap(one.toponym.span, span) for span in ignored):
            is_right = any(overlap(one.toponym.span, span) for span in literal)
            tally.add("found place", is_right, f"{dispatch.file} {one.toponym.text!r} as {one.place and one.place.id}")


def _why_missing(span: Span, reading: Reading) -> str:
    one = next((one for one in reading.mentions if overlap(one.toponym.span, span)), None)
    return f"({one.toponym.role}: {one.reason})" if one else "(not recognised)"


def _place_right(gold: GoldMention, found: Mention, gazetteer: Gazetteer, tally: Tally, where: str) -> None:
    assert found.place is not None
    away = apart(gold.place, gold.point, found.place, gazetteer)
    kind = "country" if found.place.is_country else "sub-national"
    example = f"{where} as {found.place.id}, want {gold.place or gold.point}"
    tally.add("place 10 km", away <= NEAR_KM, example)
    tally.add(f"place 10 km {kind}", away <= NEAR_KM)
    tally.add("place 161 km", away <= FAR_KM)
    tally.counts["wrong continent"] += away > CONTINENT_KM

def _date_right(gold: GoldMention, found: Mention, is_dated: bool, tally: Tally, where: str) -> None:
    """Apart for stories that state their date and those that leave it to be inferred."""
    if gold.when is None:
        return
    got = found.when.interval if found.when else None
    right, example = got == gold.when, f"{where} {got}, want {gold.when} ({found.when and found.when.reason})"
    tally.add("date", right, example)
    tally.add("date in a dated story" if is_dated else "date in an undated story", right)


def apart(wanted: str, point: LngLat | None, found: Place, gazetteer: Gazetteer) -> float:
    """Kilometres; 0 for the same place, infinite between a country or a province and anything else."""
    if wanted == found.id:
        return 0.0
    gold = _known(wanted, gazetteer) if wanted else None
    if gold is not None and (gold.is_area or found.is_area) and gold.feature_code != found.feature_code:
        return CONTINENT_KM if gold.country == found.country else rough_km(gold.point, found.point) + FAR_KM
    target = gold.point if gold else point
    return rough_km(target, found.point) if target else float("inf")


def _known(place: str, gazetteer: Gazetteer) -> Place | None:
    try:
        return gazetteer[place]
    except NotFound:
        return None


def _times(dispatch: Dispatch, reading: Reading, tally: Tally) -> None:
    for gold in (one for one in dispatch.times if not one.optional):
        found = [when for when in reading.times if when.span and overlap(when.span, gold.span)]
        best = next((when for when in found if when.interval == gold.days), None)
        tally.add("gold time", best is not None, f"{dispatch.file} {gold.text!r} {_told(found)}, want {gold.days}")
    spans = [(one.span, one.days) for one in dispatch.times]
    for when in reading.times:
        over = [days for span, days in spans if when.span and overlap(when.span, span)]
        tally.add("found time", when.interval in over, "")


def _told(found: Iterable[When]) -> str:
    return ", ".join(str(when.interval) for when in found) or "nothing"


def _events(dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer, tally: Tally) -> None:
    """Twice: by type, place and day, and by type and place alone (what the dates do not decide)."""
    for gold, found in _matched(dispatch, reading, gazetteer, tally, Judge("event", True)):
        where = f"{dispatch.file} {_words(gold)}"
        tally.add("actor", found.actor == (gold.actor or None), f"{where}: {found.actor}")
        tally.add("certainty", found.certainty == gold.certainty, f"{where}: {found.certainty}")
    _matched(dispatch, reading, gazetteer, tally, Judge("type+place event", False))


@dataclass(frozen=True)
class Judge:
    """Under which name to count, and whether the day and the mood (fact or hope) must be right."""

    name: str
    with_day: bool
    with_mood: bool = True


def _matched(
    dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer, tally: Tally, judge: Judge
) -> list[tuple[GoldEvent, Event]]:
    """The gold events that count and what met them."""
    met = _meet(dispatch, reading, gazetteer, judge)
    for gold in met.missed:
        near = _near(gold, [one for one in reading.events if one.place])
        tally.add(f"gold {judge.name}", False, f"{dispatch.file} {_words(gold)}; near: {near}")
    for event in met.surplus:
        tally.add(f"found {judge.name}", False, f"{dispatch.file} {_event_words(event)}")
    for _ in met.pairs:
        tally.add(f"gold {judge.name}", True)
        tally.add(f"found {judge.name}", True)
    return met.pairs


@dataclass(frozen=True)
class _Met:
    """Gold events with what met them; those that nothing met; found ones that are none."""

    pairs: list[tuple[GoldEvent, Event]]
    missed: list[GoldEvent]
    surplus: list[Event]


def _meet(dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer, judge: Judge) -> _Met:
    """What is told twice is one event, in the gold as in the reading."""
    left = [event for event in reading.events if event.place]
    matched: list[Event] = []
    met = _Met([], [], [])
    for gold in sorted(dispatch.events, key=lambda one: one.optional):
        found = next((one for one in left if one not in matched and same_event(gold, one, gazetteer, judge)), None)
        if found:
            matched.append(found)
        if not gold.optional:
            met.pairs.extend([(gold, found)] if found else [])
            met.missed.extend([] if found else [gold])
        elif found:
            left.remove(found)
    met.surplus.extend(
        event for event in left
        if event not in matched and not any(same_event(gold, event, gazetteer, judge) for gold in dispatch.events)
    )
    return met


def unread(dispatch: Dispatch, reading: Reading, gazetteer: Gazetteer) -> tuple[list[GoldEvent], list[Event]]:
    """The gold events that the reader missed, by type, place and day, and what it told that is none."""
    met = _meet(dispatch, reading, gazetteer, Judge("event", True))
    return met.missed, met.surplus


def _event_words(event: Event) -> str:
    place = event.place.id if event.place else ""
    return f"{event.type} {event.actor} {place} {event.when.edtf} {event.trigger!r} {event.certainty}"


def _words(gold: GoldEvent) -> str:
    return f"{gold.type} {gold.actor} {gold.place} {gold.days} {gold.trigger_text!r}"


def _near(gold: GoldEvent, events: Sequence[Event]) -> str:
    beside = [one for one in events if one.sentence.start <= gold.trigger.start < one.sentence.end]
    return "; ".join(f"{one.type} {one.actor} {one.place and one.place.id} {one.when.edtf}" for one in beside)


def same_event(gold: GoldEvent, event: Event, gazetteer: Gazetteer, judge: Judge) -> bool:
    if gold.type != event.type or event.place is None:
        return False
    if judge.with_mood and (gold.certainty == "hypothetical") != (event.certainty == "hypothetical"):
        return False
    if apart(gold.place, gold.point, event.place, gazetteer) > NEAR_KM:
        return False
    return gold.days is None or not judge.with_day or is_met(gold.days, event)


def is_met(days: Interval, event: Event) -> bool:
    """A gold day must be met exactly, a longer gold interval must be touched."""
    return event.when.interval == days if days.days == 1 else event.when.interval.intersects(days)


def overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def score_geovirus(path: Path, pipeline: Pipeline) -> Tally:
    """Recognition against the gold spans; and, given a gold span, the place that the reader puts there."""
    tally = Tally()
    for line in path.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        reading = pipeline.read(article(document["text"], {"date": "2015-01-01"}, document["id"]))
        _geovirus(document, reading, pipeline, tally)
    return tally


def _geovirus(document: dict[str, object], reading: Reading, pipeline: Pipeline, tally: Tally) -> None:
    golds: list[dict[str, object]] = document["toponyms"]  # type: ignore[assignment]
    spans = [Span(int(str(one["start"])), int(str(one["end"]))) for one in golds]
    text = str(document["text"])
    resolved = resolve([literal_at(text, span) for span in spans], pipeline.gazetteer)
    given = {one.toponym.span: one.place for one in resolved}
    literal = [one for one in reading.mentions if one.toponym.role == "literal" or _is_adjective(one)]
    for gold, span in zip(golds, spans, strict=True):
        found = next((one for one in literal if overlap(one.toponym.span, span)), None)
        where = f"{document['id']} {gold['text']!r}"
        tally.add("gold place", found is not None, where)
        point = LngLat(float(str(gold["lon"])), float(str(gold["lat"])))
        tally.add("in gazetteer", _holds(str(gold["text"]), point, pipeline.gazetteer))
        place = given[span]
        is_right = place is not None and _is_gold(str(gold["page"]), point, place)
        tally.add("given span", is_right, f"{where} as {place and place.id}")
    for one in literal:
        tally.add("found place", any(overlap(one.toponym.span, span) for span in spans),
                  f"{document['id']} {one.toponym.text!r}")


def _is_adjective(mention: Mention) -> bool:
    """"US officials": the corpus counts the name, which Dateline takes for a demonym and does not map."""
    return mention.toponym.role == "demonym" and mention.toponym.text in ("US", "U.S.", "UK", "U.K.", "UAE")


def _is_gold(page: str, point: LngLat, found: Place) -> bool:
    """A country by its name (the gold points are centroids), all else within 161 km."""
    title = page.rpartition("/")[2].replace("_", " ").casefold()
    if found.is_country:
        return title in {name.toponym.casefold() for name in found.names} or rough_km(point, found.point) <= 3 * FAR_KM
    return rough_km(point, found.point) <= FAR_KM


def _holds(text: str, point: LngLat, gazetteer: Gazetteer) -> bool:
    return any(
        match.place.is_country or rough_km(match.place.point, point) <= FAR_KM for match in gazetteer.candidates(text)
    )


COLUMNS: dict[str, tuple[str, str] | str] = {
    "places": ("gold place", "found place"), "10 km": "place 10 km", "161 km": "place 161 km", "days": "date",
    "dated": "date in a dated story", "undated": "date in an undated story", "times": ("gold time", "found time"),
    "events": ("gold event", "found event"), "type+place": ("gold type+place event", "found type+place event"),
    "actors": "actor", "certainty": "certainty", "published": "publication",
}
"""Of the table of dispatches: what is counted, a share or, of two, their F1."""


def row(name: str, tally: Tally) -> str:
    """A part of the dispatches as a line of a table in Markdown."""
    cells = [_cell(tally, counted) for counted in COLUMNS.values()]
    sizes = [f"{tally.counts[key]:,}" for key in ("gold place", "gold time", "gold event")]
    return f"| {' | '.join([name, *sizes, *cells, str(tally.counts['wrong continent'])])} |"


def _cell(tally: Tally, counted: tuple[str, str] | str) -> str:
    if isinstance(counted, tuple):
        return f"{tally.f1(*counted)[2]:.3f}"
    return f"{tally.share(counted):.3f}" if tally.counts[counted] else ""


def parts_table(results: Mapping[str, Tally], closely: Collection[str] = ("frozen",)) -> Iterator[str]:
    """All parts of the dispatches, a line each; of those ``closely`` looked at precision and recall below."""
    yield "| part | n names | n times | n events | " + " | ".join(COLUMNS) + " | wrong continent |"
    yield "|---" * (len(COLUMNS) + 5) + "|"
    yield from (row(name, tally) for name, tally in results.items())
    for name in (name for name in results if name in closely):
        both = ((key, results[name].f1(*counted)) for key, counted in COLUMNS.items() if isinstance(counted, tuple))
        told = (f"{key} P {precision:.3f} R {recall:.3f}" for key, (precision, recall, _) in both)
        yield f"\n{name}: {', '.join(told)}\n"


def lines(name: str, tally: Tally) -> Iterator[str]:
    """Lines of the table of other corpora."""
    precision, recall, f1 = tally.f1("gold place", "found place")
    yield f"| {name} | places | {f1:.3f} | P {precision:.3f} R {recall:.3f} of {tally.counts['gold place']} |"
    for key in ("in gazetteer", "given span"):
        if tally.counts[key]:
            yield f"| {name} | {key} | {tally.share(key):.3f} | of {tally.counts[key]} |"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part of the dispatches")
    parser.add_argument("--corpora", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "corpora")
    parser.add_argument("--show", action="store_true", help="list what went wrong (never look at the frozen part)")
    options = parser.parse_args(arguments)
    pipeline = bundled()
    results = {part: score_dispatches(part, pipeline) for part in options.part or PARTS}
    print("\n".join(parts_table(results)))
    geovirus = options.corpora / "geovirus" / "geovirus.jsonl"
    places = options.corpora / "event_location" / "event_location.jsonl"
    if not options.part:
        print("| corpus | what | score | |\n|---|---|---|---|")
        if geovirus.exists():
            results["geovirus"] = score_geovirus(geovirus, pipeline)
            print("\n".join(lines("geovirus", results["geovirus"])))
        if places.exists():
            print(event_location.line(places, pipeline))
    if options.show:
        print("\n".join(wrong for tally in results.values() for wrong in tally.wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
