"""``dateline gazetteer``: load places, look names up, and check the entries."""
from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from geo.basemap import country_shapes
from geo.errors import InvalidInput
from geo.gazetteer import Gazetteer
from geo.gazetteer_check import check as check_features
from geo.ground import gazetteer_of
from geo.place_load import load_file, loaded_places
from geo.place_search import Found, match_json, search
from geo.store import is_database
from geo.theatre import theatre
from server.commands.ground import _position
from server.commands.session import Session, pass_session, today


@click.group()
def gazetteer() -> None:
    """The places and their names."""


@gazetteer.command(epilog="Examples: dateline gazetteer load SY.zip · load alternateNamesV2.zip · load mine.csv")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--country", "countries", multiple=True, metavar="CC", help="Only places of this country; repeatable.")
@pass_session
def load(session: Session, file: Path, countries: tuple[str, ...]) -> None:
    """Places of a GeoNames dump, their alternateNames, a Linked Places GeoJSON or a CSV, into the store.

    A file is loaded whole or not at all. The columns of a CSV are id,name,lat,lon,country,feature_code and, if you
    have them, names (parted by |), feature_class, admin1, admin2, population, precision_km.
    """
    unknown = [code for code in countries if not (len(code) == 2 and code.isascii() and code.isalpha())]
    if unknown:
        raise InvalidInput(f"--country {unknown[0]!r}, want ISO 3166-1 alpha-2, as SY")
    with session.open() as store:
        told = load_file(store, file, today(), frozenset(code.upper() for code in countries))
        indexed = loaded_places(store)
    written, skipped = told.written, sum(told.skipped.values())
    session.report(
        {"file": told.file, "kind": told.kind, "lines": told.lines, "added": written.added,
         "changed": written.changed, "unchanged": written.unchanged, "skipped": dict(told.skipped),
         "loaded_places": len(indexed) if indexed else 0},
        f"{told.file} ({told.kind}): {told.lines} read, {written.added} places added, {written.changed} changed, "
        f"{written.unchanged} as before, {skipped} skipped{_kinds(told.skipped)}",
    )


def _kinds(skipped: Mapping[str, int]) -> str:
    often = sorted(skipped, key=lambda kind: (-skipped[kind], kind))[:4]
    return f" ({', '.join(f'{skipped[kind]} {kind}' for kind in often)})" if often else ""


@gazetteer.command(epilog="Examples: dateline gazetteer find 'Abu Kamal' · find Palmyra --near 38.3,34.6")
@click.argument("name")
@click.option("--near", metavar="LON,LAT", help="Nearest first, with the distance.")
@pass_session
def find(session: Session, name: str, near: str | None) -> None:
    """What a name may mean, best first, by the same way as in a story: by which key, of which alias, how sure."""
    point = _position(near) if near else None
    found = search(_gazetteer(session), name, point)
    for one in found:
        click.echo(json.dumps(match_json(one, name), ensure_ascii=False) if session.json else _line(one))
    if not found:
        session.say(f"no place is known as {name!r}")
        sys.exit(1)


def _gazetteer(session: Session) -> Gazetteer:
    """With what the store has loaded; without a store the theatre's own answers."""
    if not is_database(session.store) and not Path(session.store).exists():
        return Gazetteer.load(theatre(session.theatre).gazetteer)
    with session.open() as store:
        return gazetteer_of(store)


def _line(found: Found) -> str:
    match, place = found.match, found.match.place
    where = ", ".join(part for part in (place.admin2, place.admin1, place.country) if part)
    away = "" if found.km is None else f"  {found.km} km"
    return (
        f"{place.id:32} {place.name} [{place.feature_class}.{place.feature_code}] {where}  "
        f"{place.point.lat:.4f} {place.point.lng:.4f}{away}  {match.quality:.2f} {match.how} "
        f"({match.name.toponym}), {place.tier}"
    )


@gazetteer.command(epilog="Example: dateline gazetteer check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@pass_session
def check(session: Session, file: Path | None) -> None:
    """Check every entry: inside its country, no place twice, no name claimed twice without a rule."""
    path = file or theatre(session.theatre).gazetteer
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError) as error:
        raise InvalidInput(f"gazetteer {path}: {error}, want a GeoJSON FeatureCollection") from error
    problems = check_features(features, country_shapes())
    for problem in problems:
        click.echo(f"{problem.id}: {problem.rule}: {problem.detail}")
    session.report(
        {"entries": len(features), "problems": len(problems)}, f"{len(features)} entries, {len(problems)} problems"
    )
    if problems:
        sys.exit(1)
