"""Who held the ground: ``reports``, ``zones``, ``control``, ``fronts``."""
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import click

from geo import corpus
from geo.basemap import area_shapes
from geo.conflicts import source_words
from geo.derivation import options_in, reaches_of
from geo.errors import InvalidParameter, NotFound
from geo.features import control_json
from geo.formats import FORMATS
from geo.fronts import fronts as fronts_of
from geo.ground import add_reports, derive_zones, earlier_belief, gazetteer_of, index_of, pipeline_of
from geo.interval import Interval
from geo.join import Held, control_at, control_of_place, differ, history
from geo.model import Control, LngLat, Place, Query
from geo.outlines import MOST_TOLERANCE_KM
from geo.reports import read_reports
from geo.schema import FRONTS
from geo.store import Store, WriteReport
from geo.table_join import others_in_words
from geo.zones import ZoneIndex
from server.commands.session import Day, Days, Session, belief_option, pass_session, today


@click.group()
def reports() -> None:
    """Town-level control reports."""


@reports.command("load", epilog="Example: dateline reports load data/reports.csv")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def load_reports(session: Session, file: Path) -> None:
    """Load a CSV of dated town reports; all of it or nothing. Zones that the store derived from reports follow."""
    rows = read_reports(file)
    with session.open() as store:
        written, zones = add_reports(store, rows, today())
        told = {**asdict(written), "zones": asdict(zones) if zones else None}
        session.report(told, f"{written.added} reports new, {written.changed} changed{_followed(zones)}")
        if corpus.must_rejoin(store):
            rejoin(session, store)


def _followed(zones: WriteReport | None) -> str:
    if zones is None:
        return "; no zones are derived from reports yet (dateline zones derive --from-reports)"
    return f"; zones derived anew around them: {zones.added} new, {zones.changed} changed, {zones.unchanged} as before"


@click.group()
def zones() -> None:
    """Front-line polygons: load somebody's, or derive them."""


@zones.command("derive", epilog="Example: dateline zones derive --from-reports --max-km 25 --max-km-in IQ=40")
@click.option("--from-reports", is_flag=True, required=True, help="From the store's town reports.")
@click.option("--max-km", type=click.FloatRange(1, 200),
              help="How far a report speaks for the ground around its town: 25 unless the store keeps another.")
@click.option("--max-km-in", multiple=True, metavar="COUNTRY=KM", help="How far in one country, as IQ=40; repeatable.")
@pass_session
def derive(session: Session, from_reports: bool, max_km: float | None, max_km_in: tuple[str, ...]) -> None:
    """Derive coarse zones and fronts from town reports, and join the kept stories anew. The store keeps the settings
    (`zones source show derived:reports`) and takes them as said the next time."""
    with session.open() as store:
        kept = options_in(store)
        options = replace(
            kept, evidence_max_km=max_km or kept.evidence_max_km, max_km_in={**kept.max_km_in, **_reaches(max_km_in)})
        written = derive_zones(store, today(), options)
        session.report(asdict(written), f"{written.added} zones new, {written.changed} changed")
        rejoin(session, store)


def _reaches(given: tuple[str, ...]) -> dict[str, float]:
    pairs = [text.partition("=") for text in given]
    return reaches_of(((code.strip().upper(), km) for code, _, km in pairs), "--max-km-in")


def rejoin(session: Session, store: Store) -> None:
    """Read the kept stories anew, for the ground under them has changed."""
    count = store.count("articles")
    stories = corpus.rejoin(lambda: pipeline_of(store), store, today())
    changed = sum(kept.written.added + kept.written.changed for kept in session.progress(stories, "Joining", count))
    if count:
        session.say(f"{count} stories joined anew, {changed} rows changed")


@click.command(epilog="Examples: dateline control al-Rai · dateline control 37.45,36.61 --date 2016-04-09")
@click.argument("place", metavar="PLACE|LON,LAT")
@click.option("--date", "days", type=Days(), help="One day, or FIRST/LAST; without it, the whole history.")
@belief_option
@pass_session
def control(session: Session, place: str, days: Interval | None, as_known_on: date | None) -> None:
    """Who held a place then, or through all time; from the same code as the join."""
    with session.open() as store:
        where = _where(place, store)
        belief = earlier_belief(store, as_known_on)
        index = index_of(store, belief)
        now = index_of(store) if belief and days else index
    if isinstance(where, Place):
        session.say(f"{where.name}, {where.country} ({where.point.lat:.4f} N, {where.point.lng:.4f} E)")
    if days is None:
        for held in history(where, index):
            click.echo(json.dumps(_held_json(held), ensure_ascii=False) if session.json else _held_line(held))
        return
    answer, later = (_answer(where, days, each) for each in (index, now))
    other = later if differ(answer, later) else None
    if session.json:
        told = {"now": other and control_json(other)} if as_known_on else {}
        click.echo(json.dumps({**control_json(answer), **told}, ensure_ascii=False))
        return
    by_now = [f"by now the map says: {_line(other, days)}"] if other else []
    for line in (_line(answer, days), *_statements(answer), *by_now):
        click.echo(line)


def _answer(where: Place | LngLat, days: Interval, index: ZoneIndex) -> Control:
    if isinstance(where, Place):
        return control_of_place(where, days, index, area_shapes())
    return control_at(where, days, index)


def _where(text: str, store: Store) -> Place | LngLat:
    if re.fullmatch(r"\s*-?[\d.]+\s*,\s*-?[\d.]+\s*", text):
        return _position(text)
    gazetteer = gazetteer_of(store)
    try:
        return gazetteer[text]
    except NotFound:
        found = gazetteer.find(text)
    if not found:
        raise NotFound(f"place: {text!r}, want a name of the gazetteer (dateline gazetteer find) or LON,LAT")
    return max((match.place for match in found), key=_prominence)


def _prominence(place: Place) -> tuple[bool, float, int, str]:
    return place.tier != "world", place.importance, place.population, place.id


def _position(text: str) -> LngLat:
    try:
        lng, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidParameter(f"position: {text!r}, want LON,LAT in degrees") from None
    if not (-180 <= lng <= 180 and -90 <= lat <= 90):
        raise InvalidParameter(f"position: {text!r}, want a longitude within 180 and a latitude within 90 degrees")
    return LngLat(lng, lat)


def _held_line(held: Held) -> str:
    control = held.control
    if control.basis == "none":
        return f"{held.valid.outer!s:25} no statement"
    days = f"({held.valid.edtf})" if held.is_remark else str(held.valid.outer)
    told = [f"{days:25} {_who(control)} ({_sureness(held)})", held.note]
    if control.sources_agree is False:
        told.append(f"but {others_in_words(control)}")
    if held.conflict:
        told.append(f"CONFLICT: {held.conflict}")
    return "  — ".join(part for part in told if part) + _sources(control)


def _sureness(held: Held) -> str:
    """How sure, and of which days: "certain" of all that the line begins with, if nothing else is said."""
    certain, trust = held.valid.certain, f"{held.control.confidence} confidence" if held.control.confidence else ""
    if held.is_remark:
        sure = "told beside the record"
    elif certain.is_empty:
        sure = "uncertain"
    else:
        sure = "certain" if certain == held.valid.outer else f"certain {certain}"
    return ", ".join(part for part in (sure, trust) if part)


def _who(control: Control) -> str:
    sides = _sides((control.controller, control.controller_b))
    besieged = f" by {control.besieged_by}" if control.besieged_by else ""
    return f"{sides} [{control.status}{besieged}]"


def _sides(both: tuple[str | None, str | None]) -> str:
    return " / ".join(side for side in both if side) or "nobody stated"


def _sources(control: Control) -> str:
    titles = [source_words(source) for source in control.sources if source.get("title") and not source.get("says")]
    return f"  [{'; '.join(dict.fromkeys(titles))}]" if titles else ""


def _denials(control: Control) -> str:
    """What other sources say of that day."""
    return "".join(
        f"; CONFLICT: {source.get('place')} in {source['says']}'s hands by a report of {source.get('date')} "
        f"[{source_words(source)}]" for source in control.sources if source.get("says"))


def _line(control: Control, days: Interval) -> str:
    if control.basis == "none":
        return f"{days}: no statement"
    front = f", front {control.front_km:.0f} km away" if control.front_km is not None else ""
    age = f", evidence {control.age_days} days old" if control.age_days is not None else ""
    changed = "".join(f"; from {change.day} {change.controller or 'nobody stated'}" for change in control.changed)
    how = f"({control.certainty}, basis {control.basis}{age}{front})"
    return f"{days}: {_who(control)} {how}{changed}{_denials(control)}{_sources(control)}"


def _statements(control: Control) -> list[str]:
    """What each source says, where two or more are loaded."""
    if len(control.statements) + len(control.silent) < 2:
        return []
    word = {True: ["the sources agree"], False: ["the sources disagree"], None: []}[control.sources_agree]
    said = [
        f"  {each.source_id}: {_sides((each.controller, each.controller_b))} [{each.status}] ({each.certainty}"
        + (f", evidence {each.age_days} days old)" if each.age_days is not None else ")")
        for each in control.statements
    ]
    return [*word, *said, *(f"  {name}: speaks that day, but not of this place" for name in control.silent)]


def _held_json(held: Held) -> dict[str, object]:
    return {
        "valid_from": _iso(held.valid.outer.start), "valid_to": _iso(held.valid.outer.end),
        "certain_from": _iso(held.valid.certain.start), "certain_to": _iso(held.valid.certain.end),
        "edtf": held.valid.edtf, "note": held.note, "conflict": held.conflict,
        "remark": held.is_remark, **control_json(held.control),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@click.command(epilog="Example: dateline fronts --date 2016-04-09 > fronts.geojson")
@click.option("--date", "day", type=Day(), required=True, help="The day.")
@click.option("--source", help="Only this source's; without it, each source's own.")
@click.option("--tolerance", "tolerance_km", type=click.FloatRange(0, MOST_TOLERANCE_KM), metavar="KM",
              help="How far apart two drawn edges of one front may run; without it, as the source's page says.")
@belief_option
@pass_session
def fronts(
    session: Session, day: date, source: str | None, tolerance_km: float | None, as_known_on: date | None
) -> None:
    """The lines between controllers on a day, as GeoJSON, with their length."""
    where = {"source_id": (source,)} if source else {}
    with session.open() as store:
        held = store.read("zones", Query(when=Interval.of_day(day), where=where, as_known_on=as_known_on))
        _write(FORMATS["geojson"].write(FRONTS, fronts_of(held, tolerance_km)))


def _write(pieces: Iterator[bytes]) -> None:
    out = sys.stdout.buffer
    for piece in pieces:
        out.write(piece)
