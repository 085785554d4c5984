"""``dateline join``: every row of a table comes back, with the answer of the single join or the reason for none."""
from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas
import pandas
import pytest
import shapely
from click.testing import CliRunner, Result
from pyarrow import parquet
from shapely.geometry import LineString, Point, box

from bench.table import peak, write_table
from geo.basemap import country_shapes, province_shapes
from geo.errors import InvalidInput, InvalidParameter
from geo.gazetteer import Gazetteer
from geo.ground import gazetteer_of
from geo.interval import Interval
from geo.join import control_at, control_of_area, control_of_place
from geo.model import LngLat, Query
from geo.store import open_store
from geo.table_join import ANSWER, NO_STATEMENT, TableJoin, TableOptions
from geo.tables import Row, read, writing
from geo.zones import ZoneIndex
from server.cli import dateline

SHAPES = {**country_shapes(), **province_shapes()}
ROWS: list[Row] = [
    {"date": "2016-04-09", "lon": "37.44719", "lat": "36.61427", "what": "al-Rai, by its point"},
    {"date": "2016-04-09T23:30:00Z", "lon": "37.52", "lat": "36.55", "what": "a village"},
    {"date": "2016-06-29", "lon": "", "lat": "", "place": "Al Bukamal", "what": "by name"},
    {"date": "2016-06-29", "lon": "", "lat": "", "place": "Deir ez-Zor Governorate", "what": "by area"},
    {"date": "2016-06-29", "lon": "39.9", "lat": "33.6", "what": "desert"},
    {"date": "2016-06-31", "lon": "37", "lat": "36", "what": "no such day"},
    {"date": "", "lon": "37", "lat": "36", "what": "no day"},
    {"date": "2016-06-29", "lon": "370", "lat": "36", "what": "no such degree"},
    {"date": "2016-06-29", "lon": "37", "lat": "", "what": "half a position"},
    {"date": "2016-06-29", "place": "Nowhere in Particular", "what": "=SUM(A1)"},
]


@pytest.fixture(scope="module")
def zones(demo_store: Path) -> ZoneIndex:
    store = open_store(str(demo_store))
    try:
        return ZoneIndex(store.read("zones", Query()), store.read("reports", Query()))
    finally:
        store.close()


@pytest.fixture(scope="module")
def gazetteer(demo_store: Path) -> Gazetteer:
    store = open_store(str(demo_store))
    try:
        return gazetteer_of(store)
    finally:
        store.close()


@pytest.fixture
def join(demo_store: Path) -> Callable[..., Result]:
    def run(*arguments: object) -> Result:
        words = ["--quiet", "--store", str(demo_store), "join", *map(str, arguments)]
        return CliRunner().invoke(dateline, words)

    return run


def as_csv(path: Path, rows: list[Row] = ROWS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["date", "lon", "lat", "place", "what"])
        table.writeheader()
        table.writerows(rows)
    return path


def test_every_row_comes_back_with_its_answer_or_the_reason(tmp_path: Path, join: Callable[..., Result]) -> None:
    result = join(as_csv(tmp_path / "in.csv"), "-o", tmp_path / "out.csv", "--place-field", "place")
    assert result.exit_code == 0, result.output
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["what"] for row in found] == [row["what"] for row in ROWS]
    assert [(row["controller"], row["reason"]) for row in found] == [
        ("REBELS", ""), ("REBELS", ""), ("ISIL", ""), ("ISIL", ""), ("", NO_STATEMENT),
        ("", "date: '2016-06-31', want a day between 1900-01-01 and 2099-12-31 as YYYY-MM-DD"),
        ("", "date: '', want a day between 1900-01-01 and 2099-12-31 as YYYY-MM-DD"),
        ("", "lon: '370', want degrees from -180 to 180"), ("", "lat: '', want degrees from -90 to 90"),
        ("", "place: 'Nowhere in Particular', want a name of the gazetteer (dateline gazetteer find)"),
    ]
    assert found[0]["source"] == "Northern Aleppo offensive (March–June 2016)"
    assert (found[0]["basis"], found[0]["age_days"], found[0]["front_km"]) == ("report", "1", "")
    assert (found[2]["place_id"], found[2]["place_name"]) == ("sy-al-bukamal", "al-Bukamal")


def test_the_table_says_what_the_single_join_says(zones: ZoneIndex, gazetteer: Gazetteer) -> None:
    options = TableOptions(place_field="place", near_km=10, fronts=True)
    found = TableJoin(zones, gazetteer, SHAPES, options).join(ROWS[:4])
    for row, point, day in ((found[0], LngLat(37.44719, 36.61427), date(2016, 4, 9)),
                            (found[1], LngLat(37.52, 36.55), date(2016, 4, 9))):
        single = control_at(point, Interval.of_day(day), zones, 10)
        assert [row[name] for name in ("controller", "controller_b", "certainty", "age_days", "front_km")] == [
            single.controller, single.controller_b, single.certainty, single.age_days, single.front_km]
    area = control_of_place(gazetteer["sy-deir-ez-zor-governorate"], Interval.of_day(date(2016, 6, 29)), zones, SHAPES)
    assert (found[3]["controller"], found[3]["status"]) == (area.controller, area.status)
    assert found[0]["front_km"] is not None


def test_csv_geojson_and_parquet_give_the_same_answers(tmp_path: Path, join: Callable[..., Result]) -> None:
    points = [row for row in ROWS[:5] if row["lon"]]
    as_csv(tmp_path / "in.csv", points)
    frame = geopandas.GeoDataFrame(
        {"date": [row["date"] for row in points], "what": [row["what"] for row in points]},
        geometry=geopandas.points_from_xy(*([float(str(row[name])) for row in points] for name in ("lon", "lat"))),
        crs=4326,
    )
    frame.to_parquet(tmp_path / "in.parquet")
    (tmp_path / "in.geojson").write_text(frame.to_json(), "utf-8")
    pandas.DataFrame(points).to_csv(tmp_path / "in.tsv", sep="\t")
    answers = []
    for name in ("csv", "tsv", "geojson", "parquet"):
        for other in ("geojson", "parquet", "geojsonl"):
            out = tmp_path / f"{name}.{other}"
            assert join(tmp_path / f"in.{name}", "-o", out).exit_code == 0
            rows = [row for piece in read(out) for row in piece.rows]
            answers.append([{key: row[key] for key in ANSWER} for row in rows])
    assert all(answer == answers[0] for answer in answers)
    assert [answer["controller"] for answer in answers[0]] == ["REBELS", "REBELS", None]
    assert parquet.read_schema(tmp_path / "csv.parquet").names[:3] == ["date", "lon", "lat"]
    features = json.loads((tmp_path / "parquet.geojson").read_text("utf-8"))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [37.44719, 36.61427]}


def test_pieces_do_not_change_the_answers(
    tmp_path: Path, join: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = as_csv(tmp_path / "in.csv", ROWS * 3)
    join(source, "-o", tmp_path / "whole.csv", "--place-field", "place")
    monkeypatch.setattr("geo.tables.PIECE", 4)
    join(source, "-o", tmp_path / "pieces.csv", "--place-field", "place")
    assert (tmp_path / "pieces.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_what_cannot_be_joined_is_refused_and_leaves_no_file(
    tmp_path: Path, zones: ZoneIndex, gazetteer: Gazetteer, join: Callable[..., Result]
) -> None:
    joined = TableJoin(zones, gazetteer, SHAPES, TableOptions())
    with pytest.raises(InvalidParameter, match="'status' is in the table already, want a prefix"):
        joined.join([{"date": "2016-04-09", "status": "confirmed"}])
    with pytest.raises(InvalidParameter, match="column: 'date', want one of day, lat"):
        joined.join([{"day": "2016-04-09", "lat": 36}])
    for name, content in (("a.geojson", b'{"features":[{"type":'), ("a.parquet", b"PAR1"), ("a.csv", b"date\n\xff\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidInput, match=name):
            list(read(tmp_path / name))
    assert isinstance(join(tmp_path / "a.csv", "-o", tmp_path / "out.csv").exception, InvalidInput)
    assert isinstance(join(tmp_path / "a.csv", "-o", tmp_path / "out.xls").exception, InvalidParameter)
    with pytest.raises(RuntimeError), writing(tmp_path / "out.csv") as put:
        put([{"a": 1}])
        raise RuntimeError
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.geojson", "a.parquet"]


def test_a_prefix_keeps_columns_apart(zones: ZoneIndex, gazetteer: Gazetteer) -> None:
    joined = TableJoin(zones, gazetteer, SHAPES, TableOptions(prefix="held_"))
    (row,) = joined.join([{"date": date(2016, 4, 9), "lon": 37.44719, "lat": 36.61427, "status": "confirmed"}])
    assert (row["status"], row["held_status"], row["held_controller"]) == ("confirmed", "control", "REBELS")


DAY = date(2016, 6, 29)
ROAD = LineString([(38.9, 36.0), (40.1, 35.4), (40.9, 34.5)])
AREA = box(39.5, 35.0, 40.5, 35.8)


def answers(path: Path) -> list[Row]:
    return [{name: row[name] or None for name in ANSWER} for piece in read(path) for row in piece.rows]


def test_lines_and_areas_are_joined_by_share_in_every_format(
    tmp_path: Path, zones: ZoneIndex, join: Callable[..., Result]
) -> None:
    mixed = geopandas.GeoDataFrame({"date": ["2016-06-29"] * 3}, geometry=[ROAD, AREA, Point(40.14, 35.33)], crs=4326)
    mixed.to_parquet(tmp_path / "in.geoparquet")
    (tmp_path / "in.geojson").write_text(mixed.to_json(), "utf-8")
    mixed.to_csv(tmp_path / "in.csv", index=False)
    single = [control_of_area(ground, Interval.of_day(DAY), zones) for ground in (ROAD, AREA)]
    for name in ("in.geoparquet", "in.geojson", "in.csv"):
        for ending in ("geoparquet", "parquet", "geojson", "geojsonl", "csv"):
            out = tmp_path / f"out.{ending}"
            assert join(tmp_path / name, "-o", out).exit_code == 0
            found = answers(out)
            for row, control in zip(found, single, strict=False):
                assert row["controller"] == control.controller == "ISIL"
                assert row["shares"] == "; ".join(f"{side} {share}" for side, share in control.shares.items())
            assert (found[2]["controller"], found[2]["shares"]) == ("GOV_SY", None)  # the besieged city itself
            grounds = [row.get("geometry") for piece in read(out) for row in piece.rows][:2]
            read_back = [shapely.from_wkt(each) if isinstance(each, str) else each for each in grounds]
            assert [ROAD.equals_exact(read_back[0], 1e-9), AREA.equals_exact(read_back[1], 1e-9)] == [True, True]
    opened = geopandas.read_parquet(tmp_path / "out.geoparquet")
    assert opened.geom_type.tolist() == ["LineString", "Polygon", "Point"]
    assert opened.crs == "OGC:CRS84"


def test_a_radius_by_row_or_for_all_is_that_of_the_single_join(
    tmp_path: Path, zones: ZoneIndex, join: Callable[..., Result]
) -> None:
    spots = [(37.52, 36.55, ""), (37.52, 36.55, "0"), (37.52, 36.55, "40"), (37.2, 36.2, "25.5"), (37.2, 36.2, "-1")]
    lines = ["date,lon,lat,radius_km", *(f"2016-04-09,{lon},{lat},{km}" for lon, lat, km in spots)]
    (tmp_path / "in.csv").write_text("\n".join(lines), "utf-8")
    assert join(tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--radius-km", "10").exit_code == 0
    found = answers(tmp_path / "out.csv")
    for row, (lon, lat, km) in zip(found[:4], spots, strict=False):
        control = control_at(LngLat(lon, lat), Interval.of_day(date(2016, 4, 9)), zones, float(km or 10))
        assert (row["controller"], row["controller_b"], row["certainty"], float(str(row["precision_km"]))) == (
            control.controller, control.controller_b, control.certainty, control.precision_km)
    assert found[1]["controller_b"] is None
    assert found[2]["controller_b"] == "ISIL"
    assert found[4]["reason"] == "radius_km: '-1', want kilometres from 0 to 200"


def test_a_span_is_answered_at_its_end_with_what_changed_before(
    tmp_path: Path, zones: ZoneIndex, join: Callable[..., Result]
) -> None:
    lines = ["from,to,lon,lat", "2016-04-01,2016-04-30,37.44719,36.61427", "2016-04-09,,37.44719,36.61427",
             "2016-04-09,2016-04-01,37.44719,36.61427"]
    (tmp_path / "in.csv").write_text("\n".join(lines), "utf-8")
    done = join(tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--date-field", "from", "--end-field", "to")
    assert done.exit_code == 0
    found = answers(tmp_path / "out.csv")
    span = Interval(date(2016, 4, 1), date(2016, 5, 1))
    control = control_at(LngLat(37.44719, 36.61427), span, zones)
    assert found[0]["changed"] == "; ".join(f"{each.day} {each.controller} {each.status}" for each in control.changed)
    assert found[0]["changed"] == (
        "2016-04-07 REBELS contested; 2016-04-08 REBELS control; 2016-04-11 ISIL control")
    assert (found[0]["controller"], found[0]["certainty"]) == (control.controller, control.certainty)
    assert (found[1]["controller"], found[1]["changed"]) == ("REBELS", None)
    assert found[2]["reason"] == "to: '2016-04-01', want a day from 2016-04-09 on"


def test_a_line_an_area_and_a_province_tell_what_changed_within_a_span(
    tmp_path: Path, zones: ZoneIndex, join: Callable[..., Result]
) -> None:
    lines = ["from,to,geometry,place", f'2013-01-01,2017-12-31,"{AREA.wkt}",', f'2013-01-01,2017-12-31,"{ROAD.wkt}",',
             "2014-06-01,2017-12-31,,Raqqa Governorate", f'2016-06-29,,"{AREA.wkt}",']
    (tmp_path / "in.csv").write_text("\n".join(lines), "utf-8")
    done = join(tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--date-field", "from", "--end-field", "to",
                "--place-field", "place")
    assert done.exit_code == 0, done.output
    found = answers(tmp_path / "out.csv")
    assert [row["changed"] for row in found] == [
        "2014-07-01 ISIL mixed; 2017-10-14 GOV_SY mixed",
        "2013-03-06 REBELS control; 2014-01-01 ISIL control; 2014-07-01 ISIL mixed; 2017-10-14 GOV_SY mixed",
        "2015-06-15 ISIL mixed; 2017-05-10 SDF mixed", None,
    ]
    span = Interval(date(2013, 1, 1), date(2018, 1, 1))
    for row, ground in zip(found[:2], (AREA, ROAD), strict=True):
        told = control_of_area(ground, span, zones, changes=True)
        assert (row["controller"], row["certainty"]) == (told.controller, told.certainty) == ("GOV_SY", "uncertain")


def test_what_is_no_ground_is_said_row_by_row_or_of_the_file(tmp_path: Path, join: Callable[..., Result]) -> None:
    wkt = ["MULTIPOINT ((38 36), (39 36))", "POLYGON ((380 36, 39 36, 39 37, 380 36))", "LINESTRING (38", "POINT EMPTY",
           "POLYGON ((39 35, 40 36, 40 35, 39 36, 39 35))"]
    (tmp_path / "in.csv").write_text("date,geometry\n" + "".join(f'2016-06-29,"{each}"\n' for each in wkt), "utf-8")
    assert join(tmp_path / "in.csv", "-o", tmp_path / "out.csv").exit_code == 0
    found = answers(tmp_path / "out.csv")
    assert [str(row["reason"]).split(",")[0] for row in found] == [
        "geometry: 'MultiPoint'", "geometry: 'POLYGON ((380 36", "geometry: 'LINESTRING (38'", "lon: ''", "None"]
    assert found[4]["controller"] == "ISIL"  # a bow tie is mended
    (tmp_path / "in.geojsonl").write_text(
        '{"properties":{"date":"2016-06-29"},"geometry":{"type":"Polygon","coordinates":[[[39.5,35],[40.5,35]]]}}\n'
        '{"properties":{"date":"2016-06-29"},"geometry":null}\n'
        '{"properties":{"date":"2016-06-29"},"geometry":{"type":"Point","coordinates":[39.3,35.9,120]}}\n', "utf-8")
    assert join(tmp_path / "in.geojsonl", "-o", tmp_path / "out.csv").exit_code == 0
    found = answers(tmp_path / "out.csv")
    assert "do not form a closed linestring" in str(found[0]["reason"])
    assert [row["reason"] for row in found[1:]] == ["lon: '', want degrees from -180 to 180", NO_STATEMENT]
    metres = geopandas.GeoDataFrame({"date": ["2016-06-29"]}, geometry=[Point(4.4e6, 4.2e6)], crs=3857)
    metres.to_parquet(tmp_path / "metres.parquet")
    problem = join(tmp_path / "metres.parquet", "-o", tmp_path / "out.parquet").exception
    assert "want longitude and latitude (EPSG:4326)" in str(problem)


def test_a_table_of_texts_becomes_points_on_a_map(tmp_path: Path, join: Callable[..., Result]) -> None:
    join(as_csv(tmp_path / "in.csv"), "-o", tmp_path / "out.geojson", "--place-field", "place")
    grounds = [feature["geometry"] for feature in json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]]
    assert grounds[0] == {"type": "Point", "coordinates": [37.44719, 36.61427]}
    assert grounds[2]["type"] == "Point"  # by its name
    assert grounds[5] == {"type": "Point", "coordinates": [37, 36]}  # its day says nothing, its place does
    assert grounds[7:] == [None, None, None]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, demo_store: Path) -> None:
    """Pieces of 1,000 rows in a process of its own; 20,000 rows held at once take 90 MB more."""
    short_pieces = "import geo.tables; geo.tables.PIECE = 1000; from server.cli import main; main()"
    command = (sys.executable, "-c", short_pieces, "--quiet", "--store", str(demo_store), "join")
    few, many = (
        peak([str(write_table(tmp_path / f"{count}.csv", count)), "-o", str(tmp_path / "out.parquet")], command)[0]
        for count in (2_000, 20_000)
    )
    assert many < few + 30


def test_a_terminal_sees_how_far_it_is(tmp_path: Path, demo_store: Path) -> None:
    master, terminal = pty.openpty()
    try:
        words = ["--store", str(demo_store), "join", str(as_csv(tmp_path / "in.csv")), "-o", str(tmp_path / "out.csv")]
        subprocess.run([sys.executable, "-m", "server.cli", *words], stderr=terminal, check=True)
        shown = os.read(master, 65_536).decode()
    finally:
        os.close(master)
        os.close(terminal)
    assert "Joining  [####################################]  100%" in shown
    assert "10 rows, 2 with an answer" in shown
