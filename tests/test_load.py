from __future__ import annotations

import json
import math
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box, mapping, shape

from bench.hostile.shapes import star
from geo.door import knock
from geo.errors import InvalidInput, InvalidParameter
from geo.interval import Interval
from geo.load import LoadOptions, LoadResult, day_in_name, load_zones
from geo.model import BBox, LngLat
from geo.zones import ZoneIndex

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SQUARE = [[36, 48], [37, 48], [37, 49], [36, 49], [36, 48]]
DAY = LoadOptions("test", controller="NORTH", date=date(2022, 4, 1))


def feature(ring: Any = SQUARE, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def of(ground: shapely.Geometry, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": mapping(ground)}


def collection(*features: object, **members: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def write(folder: Path, value: object, name: str = "file.geojson") -> Path:
    path = folder / name
    if isinstance(value, bytes):
        path.write_bytes(value)
    else:
        path.write_text(json.dumps(value), encoding="utf-8")
    return path


def rows(result: LoadResult) -> list[tuple[object, object, object, str]]:
    said = ("controller", "controller_b", "status")
    return [(*(each.properties[name] for name in said), str(each.valid.outer)) for each in result.features]


def test_a_polygon_becomes_a_zone_believed_for_three_steps(tmp_path: Path) -> None:
    result = load_zones(write(tmp_path, collection(feature())), DAY)
    (zone,) = result.features
    assert rows(result) == [("NORTH", None, "control", "2022-04-01/2022-04-04")]
    assert zone.geometry is not None
    assert zone.geometry.equals(box(36, 48, 37, 49))
    assert (zone.properties["as_of"], zone.properties["step_days"], zone.properties["method"]) == (
        ["2022-04-01"], 1, "snapshot",
    )
    report = result.report.as_json()
    assert (report["features"], report["rows"], report["warnings"], report["last_day"]) == (1, 1, {}, "2022-04-04")
    assert report["area_before_km2"] == report["area_after_km2"] == pytest.approx(8217, rel=0.001)
    assert load_zones(tmp_path / "file.geojson", DAY) == result


@pytest.mark.parametrize(("value", "message"), [
    (b"", "an empty file"),
    (b"\x00\x01\x02binary", "of no known kind, want GeoJSON"),
    (b"\x89PNG\r\n\x1a\n", "PNG, want GeoJSON"),
    (b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "XML that is no KML, want KML"),
    (b'{"type": "FeatureCollection", "features": [', "no JSON"),
    (b'{"a": "\xff"}', "not UTF-8"),
    (b"{" + b'"a":{' * 100_000, "nested too deeply"),
    ({"type": "Topology"}, "JSON of type 'Topology'"),
    (collection(), "no polygon in it"),
    (collection({"type": "Feature", "properties": {}, "geometry": None}), "no polygon in it"),
    (collection(feature([[36, 48], [37, 48], [36, 48]])), "feature 0: a ring of 3 positions, want at least 4"),
    (collection(feature(), feature([[36, 48], [37, "x"], [37, 49], [36, 48]])), "feature 1: a ring of"),
    (collection(feature([[36, 48], [37, 48], [37, 95], [36, 48]])), r"feature 0: position \[37.0, 95.0\]"),
    (collection(feature([[36, 48], [37, 48], [37, 1e999], [36, 48]])), "number Infinity"),
    (collection({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}),
     "feature 0: geometry 'Point', want Polygon"),
    (collection({"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": []}}),
     "feature 0: geometry 'GeometryCollection'"),
    (collection(feature(), crs={"type": "link", "properties": {"href": "http://127.0.0.1/x"}}), "crs: .*by its name"),
    (collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:99999999"}}), "crs: 'EPSG:99999999'"),
    (collection("feature"), "feature 0: no Feature"),
])
def test_what_is_no_polygon_file_is_refused_in_words(tmp_path: Path, value: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        load_zones(write(tmp_path, value), DAY)


def test_not_a_number_is_refused(tmp_path: Path) -> None:
    text = json.dumps(collection(feature([[36, 48], [37, math.nan], [37, 49], [36, 48]]))).encode()
    with pytest.raises(InvalidInput, match="number NaN, want finite numbers"):
        load_zones(write(tmp_path, text), DAY)


def test_a_missing_file_a_folder_and_a_zip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.geojson: No such file"):
        load_zones(tmp_path / "gone.geojson", DAY)
    with pytest.raises(InvalidInput, match="Is a directory"):
        load_zones(tmp_path, DAY)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.geojson", "{}")
    with pytest.raises(InvalidInput, match=r"zip without .shp or .kml"):
        load_zones(tmp_path / "x.zip", DAY)


@pytest.mark.parametrize(("options", "message"), [
    (LoadOptions("test", controller="N"), "date: want one of"),
    (LoadOptions("test", controller="N", date=date(2022, 4, 1), date_field="d"), "date: want one of"),
    (LoadOptions("test", controller="N", from_field="d"), "want both a from-field and a to-field"),
    (LoadOptions("test", date=date(2022, 4, 1)), "controller: want either"),
    (LoadOptions("", controller="N", date=date(2022, 4, 1)), "source: is empty"),
    (LoadOptions("test", controller="N", date=date(2022, 4, 1), step_days=0), "step: 0"),
])
def test_options_that_leave_something_open_are_refused(tmp_path: Path, options: LoadOptions, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        load_zones(write(tmp_path, collection(feature())), options)


@pytest.mark.parametrize(("options", "message"), [
    (LoadOptions("test", controller_field="who", date=date(2022, 4, 1)), "no field 'who', want one of day, side"),
    (LoadOptions("test", controller="N", date_field="day"), "feature 0: field 'day': date: '2016-13-40'"),
    (LoadOptions("test", controller_field="side", status_field="side", date=date(2022, 4, 1)), "status 'NORTH'"),
    (LoadOptions("test", controller="N", date_from_name="YYYYMMDD"), "its name does not fit 'YYYYMMDD'"),
    (LoadOptions("test", controller="N", date=date(2022, 4, 1), frame=BBox(0, 0, 1, 1)),
     "feature 0: 1 of its 1 polygons outside of the frame, the first in 36, 48, 37, 49; want all ground inside of 0, "),
])
def test_an_option_that_does_not_fit_the_file_is_named(tmp_path: Path, options: LoadOptions, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        load_zones(write(tmp_path, collection(feature(side="NORTH", day="2016-13-40"))), options)


def test_repairs_are_made_counted_and_measured(tmp_path: Path) -> None:
    touching_hole = [[36, 48], [37, 48], [37, 49], [36.5, 48.999], [36, 49], [36, 48]]
    spike = [[36, 48], [37, 48], [37, 48.5], [37.5, 48.5], [37, 48.5], [37, 49], [36, 49], [36, 48]]
    high = [[*corner, 120.0] for corner in SQUARE]
    features = [
        feature(spike), feature(high), feature(touching_hole[:-1]),
        {"type": "Feature", "properties": {}, "geometry": None},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}},
        feature([[1, 1], [1.0000001, 1], [1, 1.0000001], [1, 1]]),
    ]
    result = load_zones(write(tmp_path, collection(*features)), DAY)
    assert result.report.warnings == {
        "W-DISSOLVED": 2, "W-GEOM-COLLAPSED": 1, "W-GEOM-EMPTY": 1, "W-GEOM-NULL": 1, "W-GEOM-REPAIRED": 1,
        "W-RING-CLOSED": 1, "W-Z-DROPPED": 1,
    }
    (zone,) = result.features
    assert isinstance(zone.geometry, MultiPolygon)
    assert zone.geometry.is_valid
    assert not zone.geometry.has_z
    assert zone.geometry.geoms[0].exterior.is_ccw
    assert zone.geometry.equals(box(36, 48, 37, 49))


def test_a_repair_that_changes_the_ground_is_refused(tmp_path: Path) -> None:
    bow_tie = [[36, 48], [37, 49], [37, 48], [36, 49.5], [36, 48]]
    with pytest.raises(InvalidInput, match="repair changes the area from"):
        load_zones(write(tmp_path, collection(feature(bow_tie))), DAY)


@pytest.mark.parametrize("points", [201, 301, 2001])
def test_a_star_is_refused_before_anybody_mends_it(tmp_path: Path, points: int) -> None:
    path = write(tmp_path, collection(feature(star(points))))
    with pytest.raises(InvalidInput, match="crosses itself too often, want at most 5000 crossings"):
        knock(path, {"controller": "N", "status": "control", "date": "2022-04-01"}, cpu_seconds=2)


def squares(count: int) -> bytes:
    """Sound, and slow to join."""
    grid = (box(number % 100, number // 100, number % 100 + 0.9, number // 100 + 0.9) for number in range(count))
    return json.dumps(collection(*map(of, grid))).encode()


def test_a_file_that_takes_too_long_ends_only_its_own_child(tmp_path: Path) -> None:
    path = write(tmp_path, squares(6000))
    start = time.monotonic()
    with pytest.raises(InvalidInput, match=r"file\.geojson: needs more than 1 seconds or 400 MB"):
        knock(path, {"controller": "N", "status": "control", "date": "2022-04-01", "step_days": 1}, cpu_seconds=1)
    assert time.monotonic() - start < 20


def test_the_child_can_reach_nothing_and_write_nothing(tmp_path: Path) -> None:
    attempts = (
        "import socket; socket.create_connection(('127.0.0.1', 9))", "import subprocess; subprocess.run(['true'])",
        f"open({str(tmp_path / 'x')!r}, 'w')", "import os; os.system('true')",
    )
    for attempt in attempts:
        code = f"from geo.door.limits import wall_in; wall_in(5)\n{attempt}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "is closed while a file is read" in done.stderr


def test_ground_of_two_sides_on_a_day_is_contested(tmp_path: Path) -> None:
    features = [of(box(36, 48, 38, 49), side="NORTH"), of(box(37, 48, 39, 49), side="SOUTH")]
    options = LoadOptions("test", controller_field="side", date=date(2022, 4, 1))
    result = load_zones(write(tmp_path, collection(*features)), options)
    assert sorted(map(str, rows(result))) == sorted(map(str, [
        ("NORTH", None, "control", "2022-04-01/2022-04-04"), ("NORTH", "SOUTH", "contested", "2022-04-01/2022-04-04"),
        ("SOUTH", None, "control", "2022-04-01/2022-04-04"),
    ]))
    assert result.report.warnings["W-CONTESTED"] == 1
    assert result.report.contested_km2 == pytest.approx(8217, rel=0.001)
    index = ZoneIndex(result.features)
    assert [zone.properties["status"] for zone in index.at(LngLat(37.5, 48.5), date(2022, 4, 2))] == ["contested"]


def test_claims_may_overlap_what_is_held(tmp_path: Path) -> None:
    features = [
        of(box(36, 48, 38, 49), side="NORTH", kind="control"), of(box(37, 48, 39, 49), side="SOUTH", kind="claimed"),
    ]
    options = LoadOptions("test", controller_field="side", status_field="kind", date=date(2022, 4, 1))
    result = load_zones(write(tmp_path, collection(*features)), options)
    assert [(each[0], each[2]) for each in rows(result)] == [("NORTH", "control"), ("SOUTH", "claimed")]


def test_the_days_of_one_file_follow_each_other(tmp_path: Path) -> None:
    other = box(36, 48, 37, 48.5)
    features = [
        feature(day="2022-04-01"), feature(day="2022-04-02T09:30:00Z"), of(other, day="2022-04-03"),
        feature(day="2022-05-01"),
    ]
    result = load_zones(write(tmp_path, collection(*features)), LoadOptions("test", controller="N", date_field="day"))
    assert [(each[3], zone.properties["as_of"]) for each, zone in zip(rows(result), result.features, strict=True)] == [
        ("2022-04-01/2022-04-02", ["2022-04-01", "2022-04-02"]), ("2022-04-03/2022-04-06", ["2022-04-03"]),
        ("2022-05-01/2022-05-04", ["2022-05-01"]),
    ]


def test_periods_include_both_days_and_a_shared_day_is_the_later_ones(tmp_path: Path) -> None:
    features = [
        feature(a="2022-10-03", b="2022-10-07"), of(box(36, 48, 37, 48.5), a="2022-10-07", b="2022-10-09"),
        of(box(36, 48, 37, 48.2), a="2022-10-10", b="2022-10-10"),
    ]
    options = LoadOptions("test", controller="N", from_field="a", to_field="b")
    result = load_zones(write(tmp_path, collection(*features)), options)
    assert [zone.valid.outer for zone in result.features] == [
        Interval(date(2022, 10, 3), date(2022, 10, 7)), Interval(date(2022, 10, 7), date(2022, 10, 10)),
        Interval(date(2022, 10, 10), date(2022, 10, 11)),
    ]
    with pytest.raises(InvalidInput, match="feature 0: ends on 2022-10-03, before its start on 2022-10-07"):
        load_zones(tmp_path / "file.geojson", LoadOptions("test", controller="N", from_field="b", to_field="a"))


@pytest.mark.parametrize(("name", "pattern", "day"), [
    ("20220224_Layer.geojson", "YYYYMMDD_", "2022-02-24"),
    ("fronts_24-02-2022.json", "DD-MM-YYYY", "2022-02-24"),
    ("deep_20240708.geojson", "deep_YYYYMMDD.", "2024-07-08"),
])
def test_a_name_states_its_day(name: str, pattern: str, day: str) -> None:
    assert day_in_name(name, pattern) == date.fromisoformat(day)


def test_a_name_with_no_real_day_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'2016-13-40'"):
        day_in_name("20161340.geojson", "YYYYMMDD")
    with pytest.raises(InvalidParameter, match="want YYYY, MM and DD once each"):
        day_in_name("2016.geojson", "YYYY")


def geopackage(path: Path, crs: str = "EPSG:4326") -> Path:
    frame = geopandas.GeoDataFrame({"side": ["NORTH"]}, geometry=[box(36, 48, 37, 49)], crs="EPSG:4326").to_crs(crs)
    frame.to_file(path, layer="fronts", driver="GPKG")
    return path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32637"])
def test_a_geopackage_of_gdal_loads_in_degrees(tmp_path: Path, crs: str) -> None:
    path = geopackage(tmp_path / "fronts.gpkg", crs)
    result = load_zones(path, LoadOptions("test", controller_field="side", date=date(2022, 4, 1)))
    (zone,) = result.features
    assert zone.geometry is not None
    assert zone.properties["controller"] == "NORTH"
    assert zone.geometry.symmetric_difference(box(36, 48, 37, 49)).area < 0.01
    assert result.report.kind == "gpkg"
    with pytest.raises(InvalidInput, match="layer: 'x', want one of fronts"):
        load_zones(path, LoadOptions("test", controller="N", date=date(2022, 4, 1), layer="x"))


def _view(base: sqlite3.Connection) -> None:
    base.execute("CREATE VIEW v AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r) SELECT x FROM r")


def _trigger(base: sqlite3.Connection) -> None:
    base.execute("CREATE TRIGGER t AFTER INSERT ON gpkg_contents BEGIN SELECT 1; END")


def _blob(base: sqlite3.Connection) -> None:
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f"DROP TRIGGER {name}")
    base.execute("UPDATE fronts SET geom = zeroblob(20)")


def _crs(base: sqlite3.Connection) -> None:
    base.execute("UPDATE gpkg_geometry_columns SET srs_id = 0")


@pytest.mark.parametrize(("spoil", "message"), [
    (_view, "with the view 'v'"), (_trigger, "with the trigger 't'"), (_blob, "feature 0: no GeoPackage geometry"),
    (_crs, "crs: NONE:0"),
])
def test_a_hostile_geopackage_is_refused(
    tmp_path: Path, spoil: Callable[[sqlite3.Connection], None], message: str
) -> None:
    path = geopackage(tmp_path / "fronts.gpkg")
    base = sqlite3.connect(path)
    with base:
        spoil(base)
    base.close()
    with pytest.raises(InvalidInput, match=message):
        load_zones(path, DAY)


def test_a_damaged_geopackage_is_refused(tmp_path: Path) -> None:
    whole = geopackage(tmp_path / "fronts.gpkg").read_bytes()
    with pytest.raises(InvalidInput, match=r"no sound GeoPackage|damaged GeoPackage|no GeoPackage"):
        load_zones(write(tmp_path, whole[: len(whole) // 2], "half.gpkg"), DAY)


def areas(path: Path) -> float:
    """The area by another road: each part mended by shapely's older method and measured on an equal-area plane."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    parts = [shape(each["geometry"]) for each in features if each["geometry"]]
    mended = [part if part.is_valid else part.buffer(0) for part in parts]
    return float(geopandas.GeoSeries(mended, crs="EPSG:4326").to_crs("EPSG:6933").union_all().area / 1e6)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the material beside the checkout is not here")
@pytest.mark.parametrize("name", [
    "20220518_RussianAssessedAdvanceinUkraine.geojson", "20220518_RussianAssessedCoTinUkraine.geojson",
    "20220905_RussianClaimedCoTinUkraine.geojson", "20220905_UkrainianReportedPartisanWarfare.geojson",
])
def test_real_layers_load_whole_and_keep_their_area(name: str) -> None:
    path = SHARED / "ukraine_layers" / name
    result = load_zones(path, LoadOptions("layers", controller="RUSSIA", date_from_name="YYYYMMDD_"))
    (zone,) = result.features
    assert isinstance(zone.geometry, MultiPolygon | Polygon)
    assert zone.geometry.is_valid
    assert result.report.area_after_km2 == pytest.approx(areas(path), rel=0.002)
    assert result.report.first_day == day_in_name(name, "YYYYMMDD_")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the material beside the checkout is not here")
def test_real_periods_are_dated_by_their_fields_not_their_names() -> None:
    options = LoadOptions(
        "periods", controller_field="type", controllers={"nochange": "RUSSIA", "gains": "RUSSIA", "losses": "UKRAINE"},
        from_field="_datefrom", to_field="_dateto",
    )
    result = load_zones(SHARED / "ukraine_periods" / "2022-10-07.json", options)
    assert [each[0] for each in rows(result)] == ["RUSSIA", "UKRAINE"]
    assert {each[3] for each in rows(result)} == {"2022-10-03/2022-10-07"}
