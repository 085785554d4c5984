"""What changed: ``changes`` between two days, ``areas`` by side and day, ``compare`` two sources."""
from __future__ import annotations

import csv
import json
import sys
from datetime import date
from math import isnan
from pathlib import Path
from typing import Any

import click

from geo.changes import Changes, Comparison, areas, changes
from geo.compare import PARTS, compare
from geo.errors import InvalidParameter
from geo.formats.moving import areas_json, changes_json, compared_json
from geo.ground import gazetteer_of, index_of
from geo.interval import every_day
from server.commands.session import Day, Session, belief_option, pass_session


@click.command("changes", epilog="Example: dateline changes 2016-06-01 2016-08-31 -o summer.geojson")
@click.argument("before", type=Day(), metavar="FROM")
@click.argument("after", type=Day(), metavar="TO")
@click.option("--source", help="Only this source; without it, each in turn.")
@click.option("--against", help="Compare --source on FROM with this source on TO.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write the ground that moved as GeoJSON.")
@belief_option
@pass_session
def changed(
    session: Session, /, before: date, after: date, output: Path | None, as_known_on: date | None, **sources: Any
) -> None:
    """Ground gained and lost by each side between two days, and the named places in it."""
    if sources["against"] and not sources["source"]:
        raise InvalidParameter("against: want --source, too")
    with session.open() as store:
        zones, places = index_of(store, as_known_on), tuple(gazetteer_of(store))
    found = changes(zones, before, after, Comparison(**sources, places=places))
    document = json.dumps(changes_json(found), ensure_ascii=False)
    if output:
        output.write_text(document + "\n", encoding="utf-8")
    if session.json:
        click.echo(document)
        return
    for line in _lines(found):
        click.echo(line)


def _lines(found: Changes) -> list[str]:
    sums = [f"{side}: {_moved(gained, lost)}" for side, (gained, lost) in found.sides().items()]
    places = [
        f"{place.name}, {place.country}: {each.before or 'nobody stated'} -> {each.after or 'nobody stated'}"
        for each in found.moved for place in each.places
    ]
    return [*(f"warning: {each}" for each in found.warnings), *(sums or ["nothing changed"]), *places]


def _moved(gained: float, lost: float) -> str:
    """ "gained 12.0 km²": only what it did, for most sides do one of both."""
    told = [f"{word} {_km2(km2)}" for word, km2 in (("gained", gained), ("lost", lost)) if km2 > 0]
    return ", ".join(told)


def _km2(km2: float) -> str:
    return f"{km2:,.1f} km²" if km2 >= 0.05 else "less than 0.05 km²"


@click.command("areas", epilog="Example: dateline areas --from 2014-01-01 --to 2018-01-01 --step 30 > areas.csv")
@click.option("--from", "first", type=Day(), help="First day; else the first of all zones.")
@click.option("--to", "last", type=Day(), help="Last day; else the last day on which anything changes.")
@click.option("--step", type=click.IntRange(1, 3660), default=1, show_default=True, help="Days from one to the next.")
@click.option("--source", help="Only this source.")
@belief_option
@pass_session
def held(session: Session, /, first: date | None, last: date | None, step: int, **given: Any) -> None:
    """Square kilometres by side and day, as CSV (with --json as JSON)."""
    with session.open() as store:
        turns = store.change_days("zones")
        zones = index_of(store, given["as_known_on"])
    if not turns and not (first and last):
        raise InvalidParameter("zones: the store has none, want --from and --to")
    days = _days(first or turns[0], last or turns[-1], step)
    found = areas(zones, days, given["source"])
    if session.json:
        click.echo(json.dumps(areas_json(days, found), ensure_ascii=False))
        return
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("day", "source_id", "side", "km2"))
    for number, day in enumerate(days):
        table.writerows((day, each.source_id, each.side, round(float(each.km2[number]), 3)) for each in found)


@click.command("compare", epilog="Example: dateline compare deepstate isw --from 2022-09-05 --to 2022-09-14")
@click.argument("source")
@click.argument("against")
@click.option("--from", "first", type=Day(), required=True, help="First day.")
@click.option("--to", "last", type=Day(), required=True, help="Last day, counted in.")
@click.option("--step", type=click.IntRange(1, 3660), default=1, show_default=True, help="Days from one to the next.")
@belief_option
@pass_session
def compared(session: Session, /, source: str, against: str, first: date, last: date, **given: Any) -> None:
    """Square kilometres by day on which two sources name the same side, different sides, and of which only one of them
    speaks; as CSV (with --json as JSON). Empty on a day on which one of the two does not speak."""
    days = _days(first, last, given["step"])
    with session.open() as store:
        zones = index_of(store, given["as_known_on"])
    found = compare(zones, source, against, days)
    if session.json:
        click.echo(json.dumps(compared_json(found), ensure_ascii=False))
        return
    for warning in found.warnings:
        session.say(f"warning: {warning}")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("day", *(f"{part}_km2" for part in PARTS)))
    for number, day in enumerate(days):
        km2 = [float(found.km2[part][number]) for part in PARTS]
        table.writerow((day, *("" if isnan(each) else round(each, 3) for each in km2)))


def _days(first: date, last: date, step: int) -> list[date]:
    if last < first:
        raise InvalidParameter(f"to: {last}, want a day from {first} on")
    return every_day(first, last, step)
