"""``dateline join``: every row of a table comes back, with the answer of the single join or the reason for none."""
from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas
import pandas
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from geo.basemap import country_shapes, province_shapes
from geo.errors import InvalidInput, InvalidParameter
from geo.gazetteer import Gazetteer
from geo.ground import gazetteer_of
from geo.interval import Interval
from geo.join import control_at, control_of_place
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
