"""Every format through the one door: the same ground as GeoJSON gives, and what is hostile refused in words."""
from __future__ import annotations

import io
import json
import socket
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.parquet
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.door import Door, knock
from geo.door import environment as door_environment
from geo.door.limits import MAX_MEMBERS
from geo.door.ogr import OPEN_DRIVERS
from geo.errors import InvalidInput
from geo.load import LoadOptions, LoadResult, load_zones

OPTIONS = LoadOptions("test", controller_field="side", date_field="day")
HOLE = Polygon([(39, 48), (40, 48), (40, 49), (39, 49)], [[(39.2, 48.2), (39.8, 48.2), (39.8, 48.8), (39.2, 48.8)]])
FRAME = geopandas.GeoDataFrame(
    {"side": ["NORTH", "SOUTH", "SOUTH"], "day": ["2022-04-01", "2022-04-01", "2022-04-02"]},
    geometry=[box(36, 48, 37, 49), MultiPolygon([box(37, 48, 38, 49), HOLE]), box(37, 48, 38, 49)], crs="EPSG:4326",
)
"""Two sides on one day, one of them with a hole and a second part, and less of it on the next day."""


def kml(body: str, start: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{start}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'.encode()


def ring(tag: str, coordinates: list[tuple[float, ...]]) -> str:
    text = "\n ".join(",".join(f"{number:g}" for number in each[:2]) + ",120" for each in coordinates)
    return f"<{tag}><LinearRing><coordinates> {text} </coordinates></LinearRing></{tag}>"


def polygon_kml(ground: Polygon) -> str:
    inner = "".join(ring("innerBoundaryIs", list(each.coords)) for each in ground.interiors)
    return f"<Polygon>{ring('outerBoundaryIs', list(ground.exterior.coords))}{inner}</Polygon>"


def placemark(side: str, day: str, ground: Polygon | MultiPolygon) -> str:
    parts = "".join(polygon_kml(part) for part in getattr(ground, "geoms", [ground]))
    shape = f"<MultiGeometry>{parts}<Point><coordinates>37,48</coordinates></Point></MultiGeometry>"
    data = f'<ExtendedData><Data name="side"><value>{side}</value></Data></ExtendedData>'
    when = f"<TimeStamp><when>{day}</when></TimeStamp>"
    return f"<Placemark><name>Ground &amp; more</name>{when}{data}{shape}</Placemark>"


def as_kml(frame: geopandas.GeoDataFrame) -> bytes:
    rows = zip(frame["side"], frame["day"], frame.geometry, strict=True)
    return kml("<Folder><name>1 April</name>" + "".join(placemark(*row) for row in rows) + "</Folder>")


def as_geojson(path: Path) -> None:
    FRAME.to_file(path, driver="GeoJSON")


def as_geopackage(path: Path) -> None:
    FRAME.to_file(path.with_suffix(".gpkg"), driver="GPKG")
    path.with_suffix(".gpkg").rename(path)


def as_flatgeobuf(path: Path, frame: geopandas.GeoDataFrame = FRAME) -> None:
    whole = path.with_suffix(".fgb")  # else GDAL makes a folder
    frame.to_file(whole, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    whole.rename(path)


def as_utm_flatgeobuf(path: Path) -> None:
    as_flatgeobuf(path, FRAME.to_crs("EPSG:32637"))


def as_shapefile(path: Path) -> None:
    folder = path.with_suffix(".folder")
    folder.mkdir()
    FRAME.to_file(folder / "fronts.shp")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "who made this")
        for part in sorted(folder.iterdir()):
            archive.write(part, f"data/{part.name}")


def as_geoparquet(path: Path) -> None:
    FRAME.to_parquet(path)


def as_utm_geoparquet(path: Path) -> None:
    FRAME.to_crs("EPSG:32637").to_parquet(path)


def as_kml_file(path: Path) -> None:
    path.write_bytes(as_kml(FRAME))


def as_kmz(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", as_kml(FRAME))
        archive.writestr("files/icon.png", b"\x89PNG")


def said(result: LoadResult) -> list[tuple[object, ...]]:
    return [(row.properties["controller"], str(row.valid.outer), row.properties["as_of"]) for row in result.features]


FORMATS: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "geopackage": ("gpkg", as_geopackage, "day"), "flatgeobuf": ("flatgeobuf", as_flatgeobuf, "day"),
    "flatgeobuf in metres": ("flatgeobuf", as_utm_flatgeobuf, "day"), "shapefile": ("shapefile", as_shapefile, "day"),
    "geoparquet": ("geoparquet", as_geoparquet, "day"),
    "geoparquet in metres": ("geoparquet", as_utm_geoparquet, "day"),
    "kml": ("kml", as_kml_file, "when"), "kmz": ("kmz", as_kmz, "when"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_ground_that_geojson_gives(tmp_path: Path, name: str) -> None:
    kind, make, day = FORMATS[name]
    as_geojson(tmp_path / "fronts.geojson")
    make(tmp_path / "fronts.bin")
    wanted = load_zones(tmp_path / "fronts.geojson", OPTIONS)
    found = load_zones(tmp_path / "fronts.bin", LoadOptions("test", controller_field="side", date_field=day))
    assert found.report.kind == kind
    assert said(found) == said(wanted) == [
        ("NORTH", "2022-04-01", ["2022-04-01"]), ("SOUTH", "2022-04-01", ["2022-04-01"]),
        ("SOUTH", "2022-04-02/2022-04-05", ["2022-04-02"]),
    ]
    assert found.report.area_after_km2 == pytest.approx(wanted.report.area_after_km2, rel=1e-4)
    for one, other in zip(found.features, wanted.features, strict=True):
        assert one.geometry is not None and other.geometry is not None
        assert one.geometry.symmetric_difference(other.geometry).area < (0.01 if "metres" in name else 1e-9)


def test_a_name_with_an_ending_of_another_kind_deceives_nobody(tmp_path: Path) -> None:
    as_flatgeobuf(tmp_path / "fronts.geojson")
    assert load_zones(tmp_path / "fronts.geojson", OPTIONS).report.kind == "flatgeobuf"


def test_what_a_kml_holds_beside_ground_is_counted(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    point = "<Placemark><name>a town</name><Point><coordinates>37,48</coordinates></Point></Placemark>"
    body = link + point + placemark("NORTH", "2022-04-01", box(36, 48, 37, 49))
    (tmp_path / "map.kml").write_bytes(kml(body))
    options = LoadOptions("test", controller_field="side", date_field="when")
    assert load_zones(tmp_path / "map.kml", options).report.warnings == {
        "W-LINK-IGNORED": 1, "W-NOT-POLYGON": 2, "W-Z-DROPPED": 1,
    }


def test_too_long_a_text_is_left_out_and_counted(tmp_path: Path) -> None:
    long = FRAME.assign(note="x" * 10_001)
    as_flatgeobuf(tmp_path / "a.fgb", long)
    long.to_parquet(tmp_path / "b.parquet")
    note = '<ExtendedData><Data name="note"><value>' + "x" * 10_001 + "</value></Data></ExtendedData></Placemark>"
    body = placemark("NORTH", "2022-04-01", box(36, 48, 37, 49)).replace("</Placemark>", note)
    (tmp_path / "c.kml").write_bytes(kml(body))
    for name, options in (("a.fgb", OPTIONS), ("b.parquet", OPTIONS),
                          ("c.kml", LoadOptions("test", controller_field="side", date_field="when"))):
        assert load_zones(tmp_path / name, options).report.warnings["W-TEXT-LONG"] >= 1, name


def test_a_dates_column_and_milliseconds_are_days(tmp_path: Path) -> None:
    frame = FRAME.assign(day=geopandas.pd.to_datetime(FRAME["day"]))
    as_flatgeobuf(tmp_path / "a.fgb", frame)
    frame.to_parquet(tmp_path / "b.parquet")
    frame.assign(day=[1648771200000, 1648771200000, 1648857600000]).to_file(tmp_path / "c.geojson", driver="GeoJSON")
    for name in ("a.fgb", "b.parquet", "c.geojson"):
        assert [each[1] for each in said(load_zones(tmp_path / name, OPTIONS))] == [
            "2022-04-01", "2022-04-01", "2022-04-02/2022-04-05",
        ]


def test_the_layer_says_which_shapefile_of_several(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    as_shapefile(tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as one, zipfile.ZipFile(path, "w") as two:
        for name in one.namelist()[1:]:
            two.writestr(name, one.read(name))
            two.writestr(name.replace("fronts", "other"), one.read(name))
    with pytest.raises(InvalidInput, match="layer: None, want one of fronts, other"):
        load_zones(path, OPTIONS)
    options = LoadOptions("test", controller_field="side", date_field="day", layer="other")
    assert load_zones(path, options).report.features == 3


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


def lying_zip() -> bytes:
    """A bomb whose directory says that it holds ten bytes."""
    data = bytearray(zipped(doc_kml=b"<" + b" " * 30_000_000))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24:at + 28] = struct.pack("<I", 10)
    return bytes(data)


BOMB = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
CORNERS: list[tuple[float, ...]] = [(36, 48), (37, 48), (37, 49), (36, 48)]
THIN = "<Placemark><Polygon>" + ring("outerBoundaryIs", [(36, 48), (37, 48), (36, 48)]) + "</Polygon></Placemark>"
TORN = "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>36,48 x,y</coordinates></LinearRing>" \
    "</outerBoundaryIs></Polygon></Placemark>"


@pytest.mark.parametrize(("content", "message"), [
    (kml("<name>&b;</name>", BOMB), "with a document type, want plain KML"),
    (kml("", '<!DOCTYPE kml SYSTEM "file:///etc/passwd">'), "with a document type"),
    (kml("<Folder>" * 100_000), "elements 64 deep inside each other"),
    (kml("<Folder></Document>"), "no KML: mismatched tag"),
    (b"<html><body>not found</body></html>", "XML that is no KML"),
    (kml("<Placemark><name>nothing</name></Placemark>"), "no polygon in it"),
    (kml(f"<Placemark>{THIN}</Placemark>"), "feature 0: a Placemark inside another one"),
    (kml("<Placemark><Polygon><Polygon></Polygon></Polygon></Placemark>"), "feature 0: a Polygon inside another one"),
    (kml("<Placemark><Polygon>" + ring("outerBoundaryIs", CORNERS) + ring("innerBoundaryIs", CORNERS) * 10_001
         + "</Polygon></Placemark>"), "feature 0: 10001 holes, want at most 10000"),
    (kml(THIN), "feature 0: a ring of 3 positions"), (kml(TORN), "feature 0: a ring of '36,48 x,y'"),
    (kml("<Placemark><Polygon></Polygon></Placemark>"), "feature 0: a polygon with 0 outer rings"),
    (zipped(doc_kml=b"<" + b" " * 30_000_000), "zip unpacks to more than"),
    (lying_zip(), r"zip unpacks to more than|no sound zip"),
    (zipped(inner_zip=zipped(doc_kml=kml(""))), r"zip without .shp or .kml"),
    (zipped(**{f"m{number}": b"" for number in range(MAX_MEMBERS + 1)}), "zip with 101 members, want at most 100"),
    (zipped(a_shp=b"\x00\x00\x27\x0a", a_dbf=b""), r"Shapefile 'a' without its .shx"),
    (zipped(a_shp=b"/etc/passwd", a_shx=b"", a_dbf=b""), "Shapefile 'a': its .shp is none"),
    (zipped(a_shp=b"\x00\x00\x27\x0a" + b"\xff" * 200, a_shx=b"\xff" * 120, a_dbf=b"\x03"), "no sound Shapefile"),
    (b"PK\x03\x04" + b"\x00" * 60, "no sound zip"),
    (b"fgb\x03fgb\x00" + b"\xff" * 60, "no sound FlatGeobuf"), (b"fgb\x09", "FlatGeobuf of another version"),
    (b"PAR1" + b"\x00" * 60 + b"PAR1", "no sound Parquet"),
    (b"\x00\x00\x27\x0a" + b"\x00" * 96, "Shapefile without its zip"), (b"\x1f\x8b\x08", "gzip, want"),
])
def test_what_is_hostile_or_torn_is_refused_in_words(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "front.bin"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=f"front.bin: .*(?:{message})"):
        load_zones(path, LoadOptions("test", controller="NORTH", date=date(2022, 4, 1)))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped(doc_kml=kml("")))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.kmz").write_bytes(data)
    with pytest.raises(InvalidInput, match=r"zip member 'doc\.kml' is encrypted"):
        load_zones(tmp_path / "x.kmz", OPTIONS)


def parquet(path: Path, geo: dict[str, object] | None, kind: str = "wkb") -> None:
    column = [Point(1, 2).wkb] if kind == "point" else [box(36, 48, 37, 49).wkb]
    table = pa.table({"geometry": column, "side": ["NORTH"], "day": ["2022-04-01"]})
    metadata = None if geo is None else {"geo": json.dumps({"version": "1.1.0", "primary_column": "geometry", **geo})}
    pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), path)


@pytest.mark.parametrize(("geo", "kind", "message"), [
    (None, "wkb", "without the metadata of GeoParquet"),
    ({"columns": {"geometry": {"encoding": "polygon"}}}, "wkb", "geometry encoded as 'polygon', want WKB"),
    ({"columns": {"geometry": {"encoding": "WKB", "crs": None}}}, "wkb", "crs: None, want one that is stated"),
    ({"columns": {"geometry": {"encoding": "WKB", "crs": {"type": "x"}}}}, "wkb", "crs: .*PROJ knows"),
    ({"columns": {"geometry": {"encoding": "WKB", "edges": "spherical"}}}, "wkb", "edges 'spherical'"),
    ({"columns": {"geometry": {"encoding": "WKB"}}}, "point", "feature 0: geometry of kind 1, want Polygon"),
])
def test_parquet_that_is_no_map_of_polygons_is_refused(
    tmp_path: Path, geo: dict[str, object] | None, kind: str, message: str
) -> None:
    parquet(tmp_path / "x.parquet", geo, kind)
    with pytest.raises(InvalidInput, match=message):
        load_zones(tmp_path / "x.parquet", OPTIONS)


def test_a_geoparquet_without_a_stated_system_is_in_degrees(tmp_path: Path) -> None:
    parquet(tmp_path / "x.parquet", {"columns": {"geometry": {"encoding": "WKB"}}})
    (zone,) = load_zones(tmp_path / "x.parquet", OPTIONS).features
    assert zone.geometry is not None
    assert zone.geometry.equals(box(36, 48, 37, 49))


def test_a_file_that_ends_its_reader_leaves_the_door_open(tmp_path: Path) -> None:
    from tests.test_load import squares  # noqa: PLC0415

    (tmp_path / "slow.geojson").write_bytes(squares(6000))
    as_geojson(tmp_path / "fronts.geojson")
    options = {"controller": "N", "status": "control", "date": "2022-04-01"}
    with Door(cpu_seconds=1) as door:
        with pytest.raises(InvalidInput, match=r"slow\.geojson: needs more than 1 seconds"):
            door.read(tmp_path / "slow.geojson", options)
        assert door.read(tmp_path / "fronts.geojson", options)["features"] == 3


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=door_environment(), capture_output=True, text=True, check=True).stdout


def test_gdal_has_no_driver_but_the_two_that_are_needed() -> None:
    assert set(run("import pyogrio; print('|'.join(pyogrio.list_drivers()))").strip().split("|")) == OPEN_DRIVERS


def test_readers_have_no_network_by_the_hook_and_by_the_kernel_where_it_lets_itself_be_asked() -> None:
    ask = "import ctypes, os; print(ctypes.CDLL(None).unshare(0x40000000 if os.geteuid() == 0 else 0x50000000))"
    is_granted = run(ask).strip() == "0"
    connect = "import socket; print(socket.socket().connect_ex(('127.0.0.1', {})))"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert run(connect.format(port)).strip() == "0"
        with pytest.raises(subprocess.CalledProcessError) as closed:
            run("from geo.door.limits import wall_in; wall_in(5)\n" + connect.format(port))
        assert "PermissionError: socket." in closed.value.stderr
        if is_granted:
            assert run("from geo.door.limits import enclose; enclose()\n" + connect.format(port)).strip() != "0"


def test_knocking_for_one_file_is_the_same(tmp_path: Path) -> None:
    as_geojson(tmp_path / "fronts.geojson")
    answer = knock(tmp_path / "fronts.geojson", {"controller": "N", "status": "control", "date": "2022-04-01"})
    assert [row["when"] for row in answer["rows"]] == [["2022-04-01"]]
