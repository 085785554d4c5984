from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import Point

from geo.actors import Actors
from geo.assets import data_path
from geo.errors import InvalidInput
from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.measure import distance_km
from geo.model import LngLat
from geo.reports import COLUMNS, read_reports, report_of

GOOD = {
    "place_id": "sy-al-rai", "place": "al-Rai", "country": "SY", "lat": "36.6", "lon": "37.4", "date_edtf": "2016-04",
    "controller": "REBELS", "status": "contested", "controller_b": "ISIL", "sourced": "yes", "source_title": "A page",
    "source_publisher": "Wikipedia", "note": "most of it",
}


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "reports.csv"
    lines = [",".join(COLUMNS), *(",".join(row.get(column, "") for column in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_becomes_a_dated_feature_and_back(tmp_path: Path) -> None:
    (feature,) = read_reports(table(tmp_path, GOOD))
    assert feature.geometry == Point(37.4, 36.6)
    assert feature.valid.outer == Interval(date(2016, 4, 1), date(2016, 5, 1))
    assert feature.valid.certain == Interval(date(2016, 4, 30), date(2016, 5, 1))
    assert feature.properties["sources"] == [{"title": "A page", "publisher": "Wikipedia", "sourced": "yes"}]
    report = report_of(feature)
    assert (report.controller, report.controller_b, report.status) == ("REBELS", "ISIL", "contested")
    assert (report.earliest, report.latest) == (date(2016, 4, 1), date(2016, 4, 30))
    assert report.feature() == feature


@pytest.mark.parametrize(("column", "value", "message"), [
    ("date_edtf", "2016-13-40", r"line 2: date_edtf: EDTF: '2016-13-40'"),
    ("date_edtf", "2016-04-11/..", r"line 2: date_edtf: '2016-04-11/..', want a date with both ends"),
    ("lat", "96", r"line 2: lat: '96', want degrees from -90 to 90"),
    ("lon", "nan", r"line 2: lon: 'nan'"),
    ("lon", "", r"line 2: lon: ''"),
    ("status", "held", r"line 2: status: 'held', want one of control"),
    ("sourced", "maybe", r"line 2: sourced: 'maybe'"),
    ("controller", "", r"line 2: controller is empty"),
])
def test_a_bad_value_is_named_with_its_line(tmp_path: Path, column: str, value: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_reports(table(tmp_path, {**GOOD, column: value}))


def test_a_missing_column_a_repeated_row_and_a_binary_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="line 3: the same statement as line 2"):
        read_reports(table(tmp_path, GOOD, GOOD))
    path = tmp_path / "other.csv"
    path.write_text("place,lat\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="no column place_id"):
        read_reports(path)
    path.write_bytes(b"\x00\xff\xfe\x80")
    with pytest.raises(InvalidInput, match="want CSV in UTF-8"):
        read_reports(path)


def test_the_shipped_table_speaks_of_places_of_the_gazetteer_and_sides_of_the_actor_table() -> None:
    reports = [report_of(feature) for feature in read_reports(data_path("reports.csv"))]
    places, codes = Gazetteer.load(world=False), {actor.code for actor in Actors.load().rows}
    assert len(reports) >= 250
    sides = {side for each in reports for side in (each.controller, each.controller_b, each.besieged_by) if side}
    assert sides <= codes
    for report in reports:
        place = places[report.place]
        assert place.country == report.country, report
        assert distance_km(LngLat(*place.point), report.point) < 2, report


def test_what_the_shipped_table_does_not_source_is_marked() -> None:
    reports = [report_of(feature) for feature in read_reports(data_path("reports.csv"))]
    assert Counter(report.sourced for report in reports).keys() == {"yes", "partly", "no"}
    for report in reports:
        (source,) = report.sources
        assert (report.sourced == "no") == ("publisher" not in source), report
        assert report.note
