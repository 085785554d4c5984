"""``dateline gazetteer``: look names up, and check the entries."""
from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.errors import InvalidInput
from geo.gazetteer import Gazetteer, Match
from geo.gazetteer_check import check as check_features
from geo.resolve import rough_km
from server.commands.ground import _position
from server.commands.session import Session, pass_session


@click.group()
def gazetteer() -> None:
    """The places and their names."""


@gazetteer.command(epilog="Example: dateline gazetteer find 'Abu Kamal'")
@click.argument("name")
@click.option("--near", metavar="LON,LAT", help="Nearest first.")
@pass_session
def find(session: Session, name: str, near: str | None) -> None:
    """What a name may mean, best first, and how it was found."""
    matches = sorted(Gazetteer.load().candidates(name), key=_likelihood)
    if near:
        point = _position(near)
        matches.sort(key=lambda match: rough_km(point, match.place.point))
    for match in matches:
        click.echo(json.dumps(_json(match), ensure_ascii=False) if session.json else _line(match))
    if not matches:
        session.say(f"no place is known as {name!r}")
        sys.exit(1)


def _likelihood(match: Match) -> tuple[float, bool, float, int]:
    """Towns before districts, then the better known: what a name means without a text around it."""
    place = match.place
    return -match.quality, place.is_area and not place.is_country, -place.importance, -place.population


def _line(match: Match) -> str:
    place = match.place
    where = ", ".join(part for part in (place.admin2, place.admin1, place.country) if part)
    return (
        f"{place.id:32} {place.name} [{place.feature_class}.{place.feature_code}] {where}  "
        f"{place.point.lat:.4f} {place.point.lng:.4f}  {match.quality:.2f} {match.level} ({match.name.toponym})"
    )


def _json(match: Match) -> dict[str, object]:
    place = match.place
    return {
        "id": place.id, "name": place.name, "country": place.country, "admin1": place.admin1,
        "feature_code": place.feature_code, "lon": place.point.lng, "lat": place.point.lat, "tier": place.tier,
        "score": match.quality, "found_by": match.level, "as": match.name.toponym,
    }


@gazetteer.command(epilog="Example: dateline gazetteer check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@pass_session
def check(session: Session, file: Path | None) -> None:
    """Check every entry: inside its country, no place twice, no name claimed twice without a rule."""
    path = file or data_path("gazetteer.geojson")
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
