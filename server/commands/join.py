"""``dateline join``: anybody's table of dated points, lines and areas, each with who held it."""
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from geo.cluster import Cluster, cluster
from geo.errors import InvalidInput
from geo.joining import Joining, do_pieces
from geo.table_join import MOST_KM, TableOptions
from geo.tables import Row, checked_ending, columns, read, writing
from server.commands.session import Session, belief_option, dask_option, pass_session


@click.command(epilog="Examples: dateline join strikes.csv -o held.csv --place-field place · "
                      "dateline join events.parquet -o held.parquet --date-field event_date --front")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path),
              help="CSV, TSV, Parquet or GeoJSON, by its ending.")
@click.option("--date-field", default="date", show_default=True, metavar="F", help="The column of the day.")
@click.option("--end-field", metavar="F", help="The column of the last day, for rows that last: the answer is that of "
              "its end, with what changed before.")
@click.option("--lon-field", default="lon", show_default=True, metavar="F", help="The column of the longitude.")
@click.option("--lat-field", default="lat", show_default=True, metavar="F", help="The column of the latitude.")
@click.option("--place-field", metavar="F", help="The column of a place name, for rows without coordinates.")
@click.option("--near-km", "--radius-km", type=click.FloatRange(0, MOST_KM), default=0.0, show_default=True,
              help="How far the truth may lie from the point: a second side within reach is named, too.")
@click.option("--radius-field", default="radius_km", show_default=True, metavar="F",
              help="The column of the same by row, if there is one.")
@click.option("--front", "fronts", is_flag=True, help="Also how far the front was, which takes much longer.")
@click.option("--prefix", default="", help="Before the names of the new columns.")
@belief_option
@dask_option
@pass_session
def join(
    session: Session, /, file: Path, output: Path, as_known_on: date | None, dask: str | None, **given: Any
) -> None:
    """Tie the dated points, lines and areas of a table to the zones: every row comes back with its answer, or the
    reason for none. Lines and areas are answered by the share of each side."""
    checked_ending(file)
    checked_ending(output)
    with session.open() as store:
        joining = Joining(session.store, store.version(), as_known_on, TableOptions(**given))
    with cluster(dask) as crowd:
        rows, answered = _write(session, (file, output), joining, crowd)
    session.report({"rows": rows, "answered": answered, "output": str(output)},
                   f"{output}: {rows:,} rows, {answered:,} with an answer")


def _write(
    session: Session, files: tuple[Path, Path], joining: Joining, crowd: Cluster | None
) -> tuple[int, int]:
    file, output = files
    count = answered = 0
    known: list[str] = []
    controller = joining.options.prefix + "controller"
    with writing(output) as put, session.bar(file.stat().st_size, "Joining") as reach:
        for rows, position in do_pieces(joining, read(file), crowd):
            known = known or columns(rows)
            put([_as_first(row, known, count + number) for number, row in enumerate(rows)])
            count += len(rows)
            answered += sum(row[controller] is not None for row in rows)
            reach(position)
    return count, answered


def _as_first(row: Row, known: list[str], number: int) -> Row:
    """The columns of the first rows, for a table has the same ones to its end."""
    strange = [name for name in row if name not in known]
    if strange:
        raise InvalidInput(f"row {number + 1}: column {strange[0]!r} is not in the first rows, want the same columns")
    return {name: row.get(name) for name in known}
