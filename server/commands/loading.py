"""Front lines of somebody's into the store: ``zones load`` and ``zones source``."""
from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from geo.articles import decode
from geo.corpus import must_rejoin
from geo.derivation import is_page, read_page
from geo.errors import InvalidInput
from geo.ground import add_zones, follow_page
from geo.load import LoadOptions, LoadReport, LoadResult, learning, load_files, polygon_files
from geo.model import BBox
from geo.profiles import frame_of, keep_profile, options_of, profile_of, profile_text
from server.commands.ground import rejoin
from server.commands.session import Day, Session, pass_session, today


class Frame(click.ParamType[BBox]):
    """``WEST,SOUTH,EAST,NORTH`` in degrees."""

    name = "w,s,e,n"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> BBox:
        if isinstance(value, BBox):
            return value
        try:
            return frame_of([float(edge) for edge in str(value).split(",")])
        except ValueError:
            self.fail(f"{value!r}, want west,south,east,north in degrees", param, ctx)
        except InvalidInput as error:
            self.fail(str(error), param, ctx)


@click.command("load", epilog="Examples: dateline zones load front.geojson --controller-field side --date 2016-04-09 "
                               "--source 'My desk' · dateline zones load daily/ --source deepstate")
@click.argument("files", nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option("--source", required=True, help="Who drew it: the name that every answer will give. What `zones source "
              "set` keeps of it is taken as said here.")
@click.option("--controller", help="One code for all polygons.")
@click.option("--controller-field", metavar="F", help="The field that names the controller.")
@click.option("--status", help="One status for all polygons; control without it.")
@click.option("--status-field", metavar="F", help="The field that names the status.")
@click.option("--date", type=Day(), help="The day for which the files speak.")
@click.option("--date-field", metavar="F", help="The field that holds the day.")
@click.option("--date-from-name", metavar="PATTERN", help="The day in the file's name, as 'YYYYMMDD'.")
@click.option("--from-field", metavar="F", help="The field of the first day of a period.")
@click.option("--to-field", metavar="F", help="The field of its last day, counted in.")
@click.option("--step-days", type=click.IntRange(1, 366),
              help="How often the source speaks, 1 without it; an answer is given for up to three steps.")
@click.option("--title", help="For the sources.")
@click.option("--publisher", help="For the sources.")
@click.option("--licence", help="For the sources.")
@click.option("--attribution", help="For the sources: the words that the licence wants.")
@click.option("--url", help="For the sources.")
@click.option("--baseline", help="Which ground of earlier days the polygons include, in words.")
@click.option("--opponent", metavar="SIDE", help="Of a source that draws one side: who holds the rest of --country.")
@click.option("--country", metavar="CODE", help="The country, as UA: there the outline of the drawn ground is a front.")
@click.option("--tolerance-km", type=click.FloatRange(0, 20), help="How far apart the edges of one front may run.")
@click.option("--layer", help="The layer of a file with several.")
@click.option("--frame", type=Frame(), help="Refuse what lies outside of it, in degrees.")
@click.option("--known-from", metavar="as-of|today|DAY", help="Since when it was known: of an archive, what is said "
              "first of a day since that day (as-of), a correction since today; without it, all since today.")
@click.option("--known-lag-days", type=click.IntRange(0, 3660), help="With as-of: how many days later.")
@click.option("--partial", is_flag=True, help="Load the sound files and name the others.")
@pass_session
def load(session: Session, /, files: tuple[str, ...], partial: bool, **given: Any) -> None:
    """Load front-line polygons: GeoJSON, GeoPackage, zipped Shapefile, FlatGeobuf, GeoParquet, KML or KMZ; files,
    folders or patterns, all of it or nothing."""
    paths = polygon_files(files)
    with session.open() as store:
        options = options_of(store, {name: value for name, value in given.items() if value is not None})
        known = learning(options, today())
        result = load_files(session.progress(paths, "Loading", len(paths)), options, is_partial=partial)
        written = add_zones(store, result.pictures, options.source, known)
        for report in result.reports:
            session.report(report.as_json(), _report_line(report))
        for refused in result.refused:
            session.say(f"refused: {refused}")
        total = {"total": {**result.total(), **asdict(written)}}
        session.report(total, f"{_total_line(result)}: {written.added} zones new, {written.changed} changed, "
                              f"{written.unchanged} as they were")
        if must_rejoin(store):
            rejoin(session, store)


@click.group("source")
def source() -> None:
    """What the store keeps of sources, so that tomorrow's file is one short command."""


@source.command("set", epilog="Example: dateline zones source set deepstate.toml")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def set_source(session: Session, file: Path) -> None:
    """Keep a TOML page about a source: its name, licence, baseline and frame, and how to read its files; or, with
    method = "derived", how far town reports are stretched: zones that are derived from them follow at once."""
    text = _text(file)
    with session.open() as store:
        if not is_page(text):
            name = keep_profile(store, text, file.name).source
            session.report({"source": name}, f"{name}: kept")
            return
        options = read_page(text, file.name)
        written = follow_page(store, options, text, today())
        zones = f", {written.added} zones new, {written.changed} changed" if written else ""
        session.report({"source": options.source_id}, f"{options.source_id}: kept{zones}")
        if written:
            rejoin(session, store)


@source.command("show", epilog="Example: dateline zones source show deepstate")
@click.argument("name")
@pass_session
def show_source(session: Session, name: str) -> None:
    """The page of a source as it was written."""
    with session.open() as store:
        click.echo(profile_text(store, name), nl=False)


@source.command("list")
@pass_session
def list_sources(session: Session) -> None:
    """The sources that the store keeps a page of."""
    with session.open() as store:
        for name, text in sorted(store.sources().items()):
            told, line = _derived(name, text) if is_page(text) else _drawn(name, profile_of(store, name))
            click.echo(json.dumps(told, ensure_ascii=False) if session.json else line)


def _drawn(name: str, kept: LoadOptions) -> tuple[dict[str, object], str]:
    told: dict[str, object] = {
        "source": name, "title": kept.title, "licence": kept.licence, "baseline": kept.baseline}
    return told, "  ".join(word for word in (name, kept.title, kept.licence, kept.baseline) if word)


def _derived(name: str, text: str) -> tuple[dict[str, object], str]:
    kept = read_page(text)
    reaches = [f"{kept.evidence_max_km:g} km", *(f"{code} {km:g} km" for code, km in kept.max_km_in.items())]
    told: dict[str, object] = {"source": name, "max_km": kept.evidence_max_km, "max_km_in": kept.max_km_in}
    return told, f"{name}  derived from town reports, up to {', '.join(reaches)}"


def _report_line(report: LoadReport) -> str:
    mended = ", ".join(f"{code} {count}" for code, count in report.warnings.items()) or "nothing to mend"
    return (
        f"{report.file}: {report.features} features, {report.rows} rows, {report.first_day} to {report.last_day}, "
        f"{report.area_after_km2:,.0f} km²; {mended}"
    )


def _total_line(result: LoadResult) -> str:
    total = result.total()
    refused = f", {len(result.refused)} refused" if result.refused else ""
    return f"{total['files']} files{refused}, {total['days']} days or periods"


def _text(file: Path) -> str:
    try:
        return decode(file.read_bytes(), file.name)
    except OSError as problem:
        raise InvalidInput(f"{file}: {problem.strerror}, want a TOML file") from None
