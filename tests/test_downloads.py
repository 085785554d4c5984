"""Every download, read again by other programs: the same rows, ground and days as the store has."""
from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import geopandas
import numpy as np
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from shapely.geometry import LineString, Point, box, shape
from shapely.geometry.base import BaseGeometry

from bench.downloads import write_store
from geo.errors import StoreError
from geo.formats import FORMATS
from geo.formats.flat import columns
from geo.formats.imprint import Imprint
from geo.formats.kml import field_name
from geo.formats.short_names import MOST_LETTERS, short_names
from geo.interval import Interval, Validity
from geo.model import Feature, Query
from geo.schema import COLLECTIONS
from geo.store import Store, open_store
from server import create_app

Row = tuple[str | None, str | None, BaseGeometry | None]
"""First day, first day after, ground."""
EVERY = [(name, ending) for name in COLLECTIONS for ending in FORMATS]
NOT_GDALS = ("parquet",)
"""Which neither Debian's GDAL nor the one in pyogrio reads."""


@pytest.fixture(scope="module")
def client(demo_store: Path) -> Iterator[FlaskClient]:
    app = create_app({"store": str(demo_store)})
    yield app.test_client()
    app.extensions["dateline"].close()


@pytest.fixture(scope="module")
def files(client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Every collection in every format, as the service gives it."""
    folder = tmp_path_factory.mktemp("downloads")
    found = {}
    for name, ending in EVERY:
        answer = client.get(f"/export/{name}.{ending}")
        assert (answer.status_code, answer.mimetype) == (200, FORMATS[ending].mimetype)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.{ending}"'
        found[name, ending] = folder / f"{name}.{ending}"
        found[name, ending].write_bytes(answer.data)
    return found


@pytest.fixture(scope="module")
def stored(demo_store: Path) -> dict[str, dict[str, Row]]:
    store = open_store(str(demo_store))
    found = {name: {each.id: row_of(each) for each in store.read(name, Query())} for name in COLLECTIONS}
    store.close()
    assert all(found.values())
    return found


def row_of(feature: Feature) -> Row:
    outer = feature.valid.outer
    return outer.start and str(outer.start), outer.end and str(outer.end), feature.geometry


def read_by_pyogrio(path: Path, layers: Iterable[str] | None = None) -> dict[str, Row]:
    """Rows by id; of every layer but that of styles."""
    found = {}
    for layer in layers or [str(name) for name, _ in pyogrio.list_layers(path) if name != "layer_styles"]:
        table = pyogrio.read_dataframe(path, layer=layer)
        for said in table.to_dict("records"):
            found[id_of(said)] = day(said["valid_from"]), day(said["valid_to"]), said.get("geometry")
        assert len(table.index) == pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    return found


def read_by_gdal(path: Path) -> dict[str, Row]:
    """By Debian's ogr2ogr, a layer at a time."""
    source = f"/vsizip/{path}" if path.suffix == ".zip" else str(path)
    listed = subprocess.run(["ogrinfo", "-ro", "-q", source], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^\d+: (.+?)(?: \(|$)", listed, re.MULTILINE) or re.findall(r"^Layer name: (.+)$", listed, re.M)
    found = {}
    for name in names:
        if name == "layer_styles":
            continue
        command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", source, name]
        told = subprocess.run(command, capture_output=True, check=True)
        for each in json.loads(told.stdout)["features"]:
            said, ground = each["properties"], each["geometry"]
            found[id_of({"id": each.get("id"), **said})] = (
                day(said.get("valid_from")), day(said.get("valid_to")), shape(ground) if ground else None)
    return found


def id_of(said: Mapping[str, object]) -> str:
    """In KML ``id`` is GDAL's own."""
    return str(said.get("id_") or said["id"])


def day(value: object) -> str | None:
    """As the standards write it; each program has its own way."""
    text = "" if value is None else str(value)[:10].replace("/", "-")
    return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def assert_same(found: Mapping[str, Row], wanted: Mapping[str, Row]) -> None:
    assert set(found) == set(wanted)
    assert {id_: row[:2] for id_, row in found.items()} == {id_: row[:2] for id_, row in wanted.items()}
    for id_, (_, _, ground) in found.items():
        assert_same_ground(ground, wanted[id_][2])


def assert_same_ground(one: BaseGeometry | None, other: BaseGeometry | None) -> None:
    """Every corner within about a centimetre, in whichever order and winding."""
    seen, kept = (shapely.get_coordinates(each).T for each in (one, other))
    assert seen.shape == kept.shape
    for directions in ((1, 0), (0, 1), (1, 2), (3, -1)):
        np.testing.assert_allclose(*(np.sort(np.array(directions) @ each) for each in (seen, kept)), rtol=0, atol=4e-7)


@pytest.mark.parametrize("name, ending", [each for each in EVERY if each[1] not in NOT_GDALS])
def test_pyogrio_reads_what_the_store_has(
    files: Mapping[tuple[str, str], Path], stored: Mapping[str, Mapping[str, Row]], name: str, ending: str
) -> None:
    assert_same(read_by_pyogrio(files[name, ending]), stored[name])


@pytest.mark.gis
@pytest.mark.parametrize("name, ending", [each for each in EVERY if each[1] not in NOT_GDALS])
def test_debians_gdal_reads_what_the_store_has(
    files: Mapping[tuple[str, str], Path], stored: Mapping[str, Mapping[str, Row]], name: str, ending: str
) -> None:
    assert_same(read_by_gdal(files[name, ending]), stored[name])


@pytest.mark.parametrize("name", COLLECTIONS)
def test_geopandas_reads_geoparquet(
    files: Mapping[tuple[str, str], Path], stored: Mapping[str, Mapping[str, Row]], name: str
) -> None:
    table = geopandas.read_parquet(files[name, "parquet"])
    assert str(table.crs) == "OGC:CRS84"
    assert "bbox" not in table.columns, "the covering column is no field"
    found = {said["id"]: (day(said["valid_from"]), day(said["valid_to"]), said["geom"])
             for said in table.to_dict("records")}
    assert_same(found, stored[name])


def test_the_covering_of_geoparquet_finds_what_a_box_holds(
    files: Mapping[tuple[str, str], Path], stored: Mapping[str, Mapping[str, Row]]
) -> None:
    aleppo = (36.5, 35.8, 38.0, 36.9)
    found = geopandas.read_parquet(files["places", "parquet"], bbox=aleppo)
    wanted = {id_ for id_, (_, _, at) in stored["places"].items() if at is not None and at.intersects(box(*aleppo))}
    assert set(found["id"]) == wanted
    assert 50 < len(wanted) < 1000
    told = json.loads(pyarrow.parquet.read_metadata(files["places", "parquet"]).metadata[b"geo"])
    assert (told["version"], told["columns"]["geom"]["geometry_types"]) == ("1.1.0", ["Point"])


@pytest.mark.parametrize("ending", FORMATS)
def test_a_filter_gives_the_same_rows_in_every_format(client: FlaskClient, tmp_path: Path, ending: str) -> None:
    asked = "datetime=2016-04-09&bbox=36,35,39,37&controller=ISIL&controller=REBELS"
    wanted = {each["id"] for each in client.get(f"/export/zones.geojson?{asked}").json["features"]}  # type: ignore[index]
    path = tmp_path / f"zones.{ending}"
    path.write_bytes(client.get(f"/export/zones.{ending}?{asked}").data)
    found = set(geopandas.read_parquet(path)["id"]) if ending == "parquet" else set(read_by_pyogrio(path))
    assert found == wanted
    assert 4 < len(wanted) < 40


@pytest.mark.parametrize("ending", FORMATS)
def test_what_must_be_known_of_a_zone_is_in_every_format(
    files: Mapping[tuple[str, str], Path], ending: str
) -> None:
    """Validity, precision, status, confidence, sources and licence of one zone."""
    path = files["zones", ending]
    table = geopandas.read_parquet(path) if ending == "parquet" else pyogrio.read_dataframe(path, layer="zones") \
        if ending != "kml" else pyogrio.read_dataframe(path)
    said = table[table["sources"].astype(str).str.contains("CC BY-SA")].iloc[0]
    assert said["date_prec" if ending == "shp.zip" else "date_precision"] == "day"
    assert said["status"] in ("control", "claimed")
    assert said["confidence"] in ("low", "medium", "high")
    assert "geojson" in ending or said["licence"] == "CC BY-SA 4.0"


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_download_is_a_file_with_no_rows(client: FlaskClient, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"zones.{ending}"
    path.write_bytes(client.get(f"/export/zones.{ending}?id=no-such-zone").data)
    if ending == "parquet":
        assert geopandas.read_parquet(path).empty
    elif ending == "geojsonseq":
        assert path.read_bytes() == b""
    else:
        assert read_by_pyogrio(path) == {}


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_rows_are_the_same_bytes(client: FlaskClient, ending: str) -> None:
    one, other = (client.get(f"/export/events.{ending}") for _ in range(2))
    assert one.data == other.data
    again = client.get(f"/export/events.{ending}", headers={"If-None-Match": one.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("ending", ["gpkg", "shp.zip"])
def test_nothing_is_made_for_who_has_it_or_only_asks(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    one = client.get(f"/export/events.{ending}", headers={"Accept-Encoding": "gzip"})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))  # nothing can be made there
    known = {"If-None-Match": one.headers["ETag"], "Accept-Encoding": "gzip"}
    assert client.get(f"/export/events.{ending}", headers=known).status_code == 304
    head = client.head(f"/export/events.{ending}", headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.headers["ETag"], head.data) == (200, one.headers["ETag"], b"")
    assert client.get(f"/export/events.{ending}", headers={"Accept-Encoding": "gzip"}).status_code == 500


@pytest.mark.parametrize("path, parameter", [
    ("/export/zones.exe", "format"), ("/export/front.gpkg", "collection"), ("/export/zones.gpkg?bbox=1,2", "bbox"),
    ("/export/zones.shp.zip?datetime=soon", "datetime"), ("/export/zones.kml?controler=ISIL", "controler"),
    ("/export/project.qgs?day=2016-04-09", "day"),
])
def test_a_bad_download_is_a_problem(client: FlaskClient, path: str, parameter: str) -> None:
    answer = client.get(path)
    assert answer.mimetype == "application/problem+json"
    assert [each["parameter"] for each in json.loads(answer.data)["errors"]] == [parameter]


def test_the_page_of_data_leads_to_every_file(client: FlaskClient) -> None:
    page = client.get("/export/").text
    links = re.findall(r'href="(/export/[^"]+\.[^"]+)"', page)
    assert sorted(links) == sorted(["/export/project.qgs", *(f"/export/{name}.{ending}" for name, ending in EVERY)])
    assert 'href="/export/"' in client.get("/").text
    assert "Wikipedia, CC BY-SA 4.0" in page


def test_the_docs_name_every_format_and_short_name() -> None:
    text = (Path(__file__).parents[1] / "docs" / "downloads.md").read_text("utf-8")
    assert [ending for ending in FORMATS if f"`{ending}`" not in text] == []
    shorts = {(name, short) for each in COLLECTIONS.values() for name, short in short_names(each).items()}
    assert [short for name, short in sorted(shorts) if name != short and f"| `{name}` | `{short}` |" not in text] == []


# --- single formats


@pytest.fixture
def hostile() -> list[Feature]:
    """Events whose texts mean something to spreadsheets, XML and short fields; one without ground."""
    texts = ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a \x0b<b> & \"c\"", "é" * 200, "a, \"b\""]
    valid = Validity.exactly(Interval(date(2016, 4, 9), date(2016, 4, 12)), "2016-04-09/2016-04-11")
    return [
        Feature(f"e{number}", Point(37 + number, 36) if number else None,
                {"title": text, "type": "other", "start": -number, "end": number}, valid, Interval(date(2016, 4, 12)))
        for number, text in enumerate(texts)
    ]


def written(ending: str, rows: Iterable[Feature], path: Path, collection: str = "events") -> Path:
    path.write_bytes(b"".join(FORMATS[ending].write(COLLECTIONS[collection], rows, Imprint("A desk, CC0"))))
    return path


def test_no_cell_of_a_spreadsheet_is_a_formula(hostile: list[Feature]) -> None:
    text = b"".join(FORMATS["csv"].write(COLLECTIONS["events"], hostile)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["title"] for row in rows[:6]] == [f"'{each.properties['title']}" for each in hostile[:6]]
    assert [row["title"] for row in rows[6:]] == [each.properties["title"] for each in hostile[6:]]
    assert rows[3]["start"] == "-3", "a number is no formula"
    assert [cell for row in rows for cell in row.values() if re.match(r"[=+@\t\r]|-(?!\d+$)", cell)] == []


@pytest.mark.parametrize("ending", [each for each in FORMATS if each not in ("csv", "parquet")])
def test_hostile_texts_come_back(hostile: list[Feature], tmp_path: Path, ending: str) -> None:
    path = written(ending, hostile, tmp_path / f"events.{ending}")
    found = {said["id"]: said["title"] for layer, _ in pyogrio.list_layers(path) if layer != "layer_styles"
             for said in pyogrio.read_dataframe(path, layer=str(layer)).to_dict("records")}
    cut = 127 if ending == "shp.zip" else 200
    wanted = {each.id: str(each.properties["title"])[:cut] for each in hostile}
    if ending == "kml":
        found = {id_of(said): said["title"] for said in pyogrio.read_dataframe(path).to_dict("records")}
        wanted = {id_: title.replace("\x0b", "").replace("\r", "\n").strip() for id_, title in wanted.items()}
        found = {id_: title.strip() for id_, title in found.items()}
    assert found == wanted


def test_a_geopackage_says_how_qgis_draws_it_and_when(files: Mapping[tuple[str, str], Path]) -> None:
    with closing(sqlite3.connect(files["zones", "gpkg"])) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA user_version").fetchone() == (10200,)
        ((name, style, default),) = file.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles")
        columns_of = {row[1]: row[2] for row in file.execute("PRAGMA table_info(zones)")}
        identifier, said, count = file.execute(
            "SELECT identifier, description, (SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'zones')"
            " FROM gpkg_contents WHERE table_name = 'zones'").fetchone()
        assert file.execute("SELECT count(*) FROM rtree_zones_geom").fetchone() == (count,)
    assert (name, default, identifier) == ("zones", 1, "Zones")
    assert (columns_of["valid_from"], columns_of["known_to"]) == ("DATE", "DATE")
    assert "coarse estimates" in said
    assert "Wikipedia" in said
    tree = ElementTree.fromstring(style)
    when = tree.find("temporal")
    assert when is not None
    assert (when.get("enabled"), when.get("startField"), when.get("endField")) == ("1", "valid_from", "valid_to")
    assert {"Islamic State (ISIL)", "Syrian rebels: contested"} <= {rule.get("label") for rule in tree.iter("rule")}


def test_a_placemark_has_its_days_and_its_sides_colour(files: Mapping[tuple[str, str], Path]) -> None:
    tree = ElementTree.parse(files["zones", "kml"])
    space = {"k": "http://www.opengis.net/kml/2.2"}
    marks = [each for each in tree.iterfind(".//k:Placemark", space) if each.findtext("k:TimeSpan/k:end", "", space)]
    mark = next(each for each in marks if each.findtext("k:styleUrl", "", space) == "#side-ISIL")
    said = {each.get("name"): each.text for each in mark.iterfind(".//k:SimpleData", space)}
    assert mark.findtext("k:TimeSpan/k:begin", "", space) == said["valid_from"]
    assert mark.findtext("k:TimeSpan/k:end", "", space) == said["valid_to"]
    style = tree.find(".//k:Style[@id='side-ISIL']", space)
    assert style is not None
    assert style.findtext("k:PolyStyle/k:color", "", space) == "803b3b3b"
    assert field_name("name") == "name_"
    ids = {each.get("id") for each in tree.iterfind(".//k:Style", space)}
    assert {each.text for each in tree.iterfind(".//k:styleUrl", space)} <= {f"#{id_}" for id_ in ids}


def test_a_shapefile_explains_its_short_names(files: Mapping[tuple[str, str], Path]) -> None:
    with zipfile.ZipFile(files["mentions", "shp.zip"]) as archive:
        names, text = set(archive.namelist()), archive.read("README.txt").decode()
    layers, parts = ("mentions_points", "mentions_polygons"), ("shp", "shx", "dbf", "prj", "cpg")
    assert names == {"README.txt", *(f"{layer}.{part}" for layer in layers for part in parts)}
    shorts = short_names(COLLECTIONS["mentions"])
    for name, short in shorts.items():
        assert re.search(rf"^{short} +{name}: ", text, re.MULTILINE), name
    table = pyogrio.read_info(files["mentions", "shp.zip"], layer="mentions_points")
    assert list(table["fields"]) == list(shorts.values())
    assert "CC BY-SA" in text


def test_short_names_fit_and_differ() -> None:
    for collection in COLLECTIONS.values():
        shorts = list(short_names(collection).values())
        assert [each for each in shorts if len(each) > MOST_LETTERS or not each.isascii()] == []
        assert len({each.lower() for each in shorts}) == len(shorts), collection.name


def test_lines_points_and_areas_of_one_collection_are_shapefiles_of_their_own(tmp_path: Path) -> None:
    grounds = [Point(37, 36), LineString([(37, 36), (38, 36)]), box(37, 36, 38, 37), None]
    rows = [Feature(f"m{number}", ground, {"name": "x"}) for number, ground in enumerate(grounds)]
    path = written("shp.zip", rows, tmp_path / "m.shp.zip", "mentions")
    layers = {str(layer) for layer, _ in pyogrio.list_layers(path)}
    assert layers == {"mentions_lines", "mentions_points", "mentions_polygons"}
    assert {id_: row[2] is None for id_, row in read_by_pyogrio(path).items()} == {
        "m0": False, "m1": False, "m2": False, "m3": True}


@pytest.mark.parametrize("ending", FORMATS)
def test_a_store_that_breaks_meanwhile_is_named(ending: str, hostile: list[Feature]) -> None:
    def broken() -> Iterator[Feature]:
        yield from hostile
        raise StoreError("war.gpkg: disk I/O error")

    with pytest.raises(StoreError, match="disk I/O error"):
        list(FORMATS[ending].write(COLLECTIONS["events"], broken()))


@pytest.mark.parametrize("ending", ["gpkg", "shp.zip", "fgb", "parquet"])
def test_nothing_is_left_of_a_download_that_the_reader_ends(
    ending: str, hostile: list[Feature], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = FORMATS[ending].write(COLLECTIONS["events"], hostile)
    assert next(pieces)
    assert list(tmp_path.iterdir()) != []
    pieces.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", FORMATS)
def test_memory_does_not_grow_with_the_rows(tmp_path_factory: pytest.TempPathFactory, ending: str) -> None:
    """What `make bench-downloads` measures on 1,000,000 rows."""
    few, many = (stored_mentions(tmp_path_factory, count) for count in (3_000, 15_000))
    out = tmp_path_factory.mktemp("out") / f"mentions.{ending}"
    used = [peak_of("--store", path, "export", "mentions", "-f", ending, "-o", out) for path in (few, many)]
    assert used[1] < 1.2 * used[0]
    assert used[1] < 300


def peak_of(*words: object) -> float:
    """Asked of a small process: a child's largest memory begins with its parent's."""
    code = f"from bench.table import peak; print(peak({[str(word) for word in words]!r})[0])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


_STORES: dict[int, Path] = {}


def stored_mentions(factory: pytest.TempPathFactory, count: int) -> Path:
    """Made once."""
    if count not in _STORES:
        _STORES[count] = write_store(factory.mktemp("store") / f"{count}.gpkg", count)
    return _STORES[count]


def test_private_text_is_in_no_format(tmp_path: Path) -> None:
    store: Store = open_store(str(tmp_path / "s.gpkg"), create=True)
    said = {"title": "Kept", "text": "SECRET words of a source", "publishable": False}
    store.write("articles", [Feature("a", None, said)], date(2020, 1, 1))
    store.close()
    app = create_app({"store": str(tmp_path / "s.gpkg")})
    for ending in FORMATS:
        data = app.test_client().get(f"/export/articles.{ending}").data
        if ending == "shp.zip":
            data = b"".join(map(zipfile.ZipFile(io.BytesIO(data)).read, zipfile.ZipFile(io.BytesIO(data)).namelist()))
        if ending == "parquet":
            data = str(pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()).encode()
        assert b"Kept" in data, ending
        assert b"SECRET" not in data, ending
    app.extensions["dateline"].close()


def test_columns_are_those_of_the_schema() -> None:
    names = [field.name for field in columns(COLLECTIONS["zones"])]
    assert names[0] == "id"
    assert names[-1] == "licence"
    assert len(names) == len(set(names))
