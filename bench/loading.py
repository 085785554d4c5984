"""How fast front lines load: ``python -m bench.loading [--days N]``.

A year of daily GeoJSON files is cut from the made-up war of ``bench.coverage`` and loaded as one folder into an empty
store; what the store then answers is checked against the war itself. Then one more day is loaded into stores of 1, 3
and 10 years: that should cost the same.
"""
from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import mapping

from bench.coverage import FIRST_DAY, Theatre, points, zones
from geo.ground import add_zones
from geo.interval import DAY, Interval, Validity, day_from_number
from geo.load import LoadOptions, load_files, polygon_files
from geo.model import Feature, LngLat, Query
from geo.store import Store, open_store
from geo.zones import ZoneIndex

OPTIONS = LoadOptions("bench", controller_field="side", date_from_name="YYYY-MM-DD")
YEARS = (1, 3, 10)
CHECKED = 2000
KNOWN_ON = date(2026, 1, 1)


def write_days(rows: Sequence[Feature], days: Sequence[date], folder: Path) -> int:
    """One file a day; how many vertices a file has in the middle."""
    vertices = []
    for day in days:
        held = [(row.properties["controller"], row.geometry) for row in rows if row.geometry and day in row.valid.outer]
        features = [
            {"type": "Feature", "properties": {"side": side}, "geometry": mapping(ground)} for side, ground in held
        ]
        (folder / f"{day}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        vertices.append(int(shapely.get_num_coordinates([ground for _, ground in held]).sum()))
    return int(np.median(vertices))


def year(rows: Sequence[Feature], days: Sequence[date], folder: Path) -> None:
    """Load a folder of days into an empty store, twice, and compare what it answers."""
    vertices = write_days(rows, days, folder)
    store = open_store(str(folder / "year.store"), create=True)
    begun = time.perf_counter()
    result = load_files(polygon_files([str(folder)]), OPTIONS)
    read = time.perf_counter()
    written = add_zones(store, result.pictures, "bench", KNOWN_ON)
    done = time.perf_counter()
    wrong = _wrong(ZoneIndex(rows), store, days)
    print(f"{len(days)} files of {vertices} vertices: read {read - begun:.1f} s, kept {done - read:.1f} s, "
          f"{written.added} rows, {wrong} of {CHECKED} answers differ")
    begun = time.perf_counter()
    again = add_zones(store, load_files(polygon_files([str(folder)]), OPTIONS).pictures, "bench", KNOWN_ON)
    print(f"  again: {time.perf_counter() - begun:.1f} s, {again.added + again.changed} rows changed")
    store.close()


def _wrong(truth: ZoneIndex, store: Store, days: Sequence[date]) -> int:
    index = ZoneIndex(store.read("zones", Query()))
    where, when = points(CHECKED, len(days))
    return sum(
        _sides(truth, LngLat(*point), day) != _sides(index, LngLat(*point), day)
        for point, day in zip(where.tolist(), map(day_from_number, when.tolist()), strict=True)
    )


def _sides(index: ZoneIndex, point: LngLat, day: date) -> set[object]:
    return {row.properties["controller"] for row in index.at(point, day)}


def one_more_day(years: int, folder: Path) -> None:
    """Load the day after the last one into a store of some years; it holds those years' zones, not their fronts."""
    days = 365 * years
    rows = zones(Theatre(days=days + 1))
    last = day_from_number(FIRST_DAY + days)
    store = open_store(str(folder / f"{years}.gpkg"), create=True)
    store.write("zones", _until(rows, last), KNOWN_ON)
    write_days(rows, [last], folder)
    begun = time.perf_counter()
    result = load_files([folder / f"{last}.geojson"], OPTIONS)
    read = time.perf_counter()
    written = add_zones(store, result.pictures, "bench", KNOWN_ON)
    print(f"one more day after {years} years ({len(rows)} rows): read {read - begun:.2f} s, "
          f"kept {time.perf_counter() - read:.2f} s, {written.added} rows new")
    store.close()


def _until(rows: Sequence[Feature], end: date) -> Iterator[Feature]:
    """The war as a store has it that has not heard of ``end`` and later: its last rows are believed for three days."""
    for row in rows:
        start, until = row.valid.outer.start, row.valid.outer.end
        if start is None or until is None or start >= end:
            continue
        days = [day for day in row.properties["as_of"] if day < str(end)]  # type: ignore[attr-defined]
        span = Interval(start, until if until < end else end + 3 * DAY)
        yield Feature(row.id, row.geometry, {**row.properties, "as_of": days}, Validity.exactly(span))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as name:
        every = [day_from_number(FIRST_DAY) + number * DAY for number in range(days)]
        year(zones(Theatre(days=days)), every, Path(name))
    for years in YEARS:
        with tempfile.TemporaryDirectory() as name:
            one_more_day(years, Path(name))


if __name__ == "__main__":
    main()
