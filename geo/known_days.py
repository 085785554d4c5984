"""Dated changes of hands, from reports and from a table of days → what a story without a date is dated by."""
from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from geo.actors import Actors
from geo.errors import InvalidInput, NotFound
from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.model import Feature, Place
from geo.publication import Anchor
from geo.reports import report_of

LONGEST_ANCHOR = 3
"""Days: a change of hands that is known no better than this dates no story."""


def anchors(reports: Iterable[Feature], gazetteer: Gazetteer, actors: Actors) -> tuple[Anchor, ...]:
    """The dated changes of hands by which a story without a date can be dated."""
    aliases, lands = _aliases(actors), _Lands(gazetteer)
    return tuple(
        Anchor(
            _names(report.place, report.name, gazetteer),
            lands.without(aliases.get(report.controller, []), _place(report.place, gazetteer)),
            report.when.interval, f"{report.name} went to {report.controller} on {report.when.text}",
            str(report.sources[0].get("title", "")) if report.sources else "",
        )
        for report in map(report_of, reports)
        if report.status == "control" and report.sourced != "no" and _is_short(report.when.interval)
    )


def _is_short(interval: Interval) -> bool:
    return interval.days is not None and interval.days <= LONGEST_ANCHOR


def _names(place_id: str, name: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    known = _place(place_id, gazetteer)
    others = [each.toponym for each in known.names if each.script == "Latn"] if known else []
    return tuple(dict.fromkeys((name, *others)))


def _place(place_id: str, gazetteer: Gazetteer) -> Place | None:
    try:
        return gazetteer[place_id]
    except NotFound:
        return None


def anchored_days(path: Path, gazetteer: Gazetteer, actors: Actors) -> tuple[Anchor, ...]:
    """Those of a table with the columns ``place_id``, ``day``, ``controller`` and ``source``.

    :raises InvalidInput: naming the line, when it does not parse, its place or side is unknown or it
        has no source.
    """
    aliases = _aliases(actors)
    with path.open(encoding="utf-8", newline="") as rows:
        return tuple(_anchors(csv.DictReader(rows), aliases, gazetteer))


def _anchors(
    rows: Iterable[dict[str, str]], aliases: dict[str, list[str]], gazetteer: Gazetteer
) -> Iterator[Anchor]:
    lands = _Lands(gazetteer)
    for number, row in enumerate(rows, start=2):
        place, winner = _place(row["place_id"], gazetteer), aliases.get(row["controller"])
        try:
            day = date.fromisoformat(row["day"])
        except ValueError:
            day = None
        source = row.get("source")
        if place is None or winner is None or day is None or not source:
            wanted = "a known place, a day, a known side and a source"
            raise InvalidInput(f"known_days.csv line {number}: {row}, want {wanted}")
        what = f"{place.name} went to {row['controller']} on {day}"
        names = _names(place.id, place.name, gazetteer)
        yield Anchor(names, lands.without(winner, place), Interval.of_day(day), what, source)


class _Lands:
    """Which names of a side are those of a land or of its capital: "in Iraq" says only where something happened."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._known: dict[str, frozenset[str]] = {}

    def without(self, aliases: Sequence[str], place: Place | None) -> tuple[str, ...]:
        """The names of who took ``place``, but for those of the land in which it lies."""
        return tuple(alias for alias in aliases if place is None or place.country not in self._named(alias))

    def _named(self, alias: str) -> frozenset[str]:
        """The countries that are called so, or their capitals."""
        if alias not in self._known:
            places = (match.place for match in self._gazetteer.candidates(alias))
            self._known[alias] = frozenset(
                place.country for place in places if place.is_country or place.feature_code == "PPLC")
        return self._known[alias]


def _aliases(actors: Actors) -> dict[str, list[str]]:
    """Code → the names of the side."""
    found: dict[str, list[str]] = {}
    for alias, code in actors.patterns().items():
        found.setdefault(code, []).append(alias)
    return found
