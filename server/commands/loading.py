"""Front lines of somebody's into the store: ``zones load``."""
from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from geo.ground import add_zones
from geo.load import LoadOptions, LoadReport, LoadResult, load_files, polygon_files
from server.commands.ground import rejoin
from server.commands.session import Day, Session, pass_session, today


@click.command("load", epilog="Examples: dateline zones load front.geojson --controller-field side --date 2016-04-09 "
                               "--source 'My desk'")
@click.argument("files", nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option("--source", required=True, help="Who drew it: the name that every answer will give.")
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
@click.option("--layer", help="The layer of a file with several.")
@click.option("--partial", is_flag=True, help="Load the sound files and name the others.")
@pass_session
def load(session: Session, /, files: tuple[str, ...], partial: bool, **given: Any) -> None:
    """Load front-line polygons: GeoJSON, GeoPackage, zipped Shapefile, FlatGeobuf, GeoParquet, KML or KMZ; files,
    folders or patterns, all of it or nothing."""
    paths, options = polygon_files(files), _options(given)
    with session.open() as store:
        result = load_files(session.progress(paths, "Loading", len(paths)), options, is_partial=partial)
        written = add_zones(store, result.pictures, options.source, today())
        for report in result.reports:
            session.report(report.as_json(), _report_line(report))
        for refused in result.refused:
            session.say(f"refused: {refused}")
        total = {"total": {**result.total(), **asdict(written)}}
        session.report(total, f"{_total_line(result)}: {written.added} zones new, {written.changed} changed, "
                              f"{written.unchanged} as they were")
        if written.added or written.changed:
            rejoin(session, store)


def _options(given: dict[str, Any]) -> LoadOptions:
    return LoadOptions(**{name: value for name, value in given.items() if value is not None})


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
