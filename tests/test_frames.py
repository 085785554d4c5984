"""What analysts get: tables with the columns, types and answers that the reference says."""
from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import geopandas
import pandas
import pytest
from PIL import Image
from shapely.geometry import Point, box

import geo
from geo import Gazetteer, Zones, changes, control_at, fronts, join, picture, read_article
from geo.errors import InvalidInput, InvalidParameter, NotFound, StoreError
from geo.formats.flat import columns
from geo.frames.tables import DTYPES
from geo.schema import COLLECTIONS
from geo.table_join import ANSWER

AL_RAI = (37.447, 36.614)


@pytest.fixture(scope="module")
def zones() -> Zones:
    return Zones.bundled()


@pytest.fixture(scope="module")
def own() -> Zones:
    """One square, held by one side and then by another."""
    rows = {"controller": ["north", "south"], "valid_from": ["2022-04-01", "2022-04-10"],
            "valid_to": ["2022-04-10", None]}
    return Zones.of(geopandas.GeoDataFrame(rows, geometry=[box(36, 48, 40, 50)] * 2, crs="EPSG:4326"))


def assert_is(table: geopandas.GeoDataFrame, collection: str) -> None:
    """The columns, types and CRS of a collection."""
    fields = columns(COLLECTIONS[collection])
    assert list(table.columns) == [*(field.name for field in fields), "geometry"]
    assert [str(table[field.name].dtype) for field in fields] == [DTYPES[field.kind] for field in fields]
    assert str(table.crs) == "EPSG:4326"


def test_the_names_are_functions_whichever_modules_were_loaded_before() -> None:
    code = ("import geo.fronts, geo.join, geo.changes; from geo import fronts, join, changes, Zones;"
            "from geo.fronts import front_rows; print(fronts.__module__, join.__module__, changes.__module__)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["geo.frames.answers"] * 3
    assert set(geo.__all__) <= set(dir(geo.frames))
    with pytest.raises(AttributeError, match="has no attribute 'front'"):
        geo.front  # type: ignore[attr-defined]  # noqa: B018


def test_the_library_loads_no_pandas_until_asked() -> None:
    code = "import sys, geo, geo.fronts, geo.changes; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_story_is_two_tables() -> None:
    told = read_article("Islamic State took the Syrian town of al-Rai on Monday.", "2016-04-11")
    assert_is(told.mentions, "mentions")
    assert_is(told.events, "events")
    mention, event = told.mentions.iloc[0], told.events.iloc[0]
    assert mention[["name", "controller"]].tolist() == ["al-Rai", "ISIL"]
    assert event[["type", "actor"]].tolist() == ["control_gain", "ISIL"]
    assert (str(mention["valid_from"].date()), str(event["valid_to"].date())) == ("2016-04-11", "2016-04-12")


def test_a_name_is_looked_up() -> None:
    places = Gazetteer()
    found = places.find("ar-Raqqa")
    assert (found.iloc[0]["name"], found.iloc[0]["country"], str(found.crs)) == ("Raqqa", "SY", "EPSG:4326")
    assert found["quality"].is_monotonic_decreasing
    assert places.find("Nowhere-at-all-ville").empty
    assert_is(places.table(), "places")
    assert len(places.table()) >= 3479
    with pytest.raises(NotFound, match="theatre"):
        Gazetteer("no-such-war")


def test_zones_on_a_day_and_over_a_place(zones: Zones) -> None:
    day = zones.on("2016-04-11")
    assert_is(day, "zones")
    assert set(day[day.contains(Point(AL_RAI))]["controller"]) == {"ISIL"}
    history = zones.history(*AL_RAI, "2016-04-01/2016-04-30")
    turns = history["controller"].tolist()
    assert [turn for turn, before in zip(turns, [None, *turns], strict=False) if turn != before] == [
        "ISIL", "REBELS", "ISIL"]
    assert_is(zones.table(), "zones")


@pytest.mark.parametrize("day, controller, basis", [
    ("2022-03-31", None, "none"), ("2022-04-01", "north", "zone"), (date(2022, 4, 9), "north", "zone"),
    ("2022-04-10", "south", "zone"),
])
def test_control_of_a_point_in_a_table_of_ones_own(own: Zones, day: str, controller: str | None, basis: str) -> None:
    found = control_at(37, 49, day, own).iloc[0]
    assert (found["controller"] if pandas.notna(found["controller"]) else None, found["basis"]) == (controller, basis)


def test_control_over_a_span_lists_its_changes(own: Zones) -> None:
    found = control_at(37, 49, "2022-04-08/2022-04-12", own).iloc[0]
    assert [(each["day"], each["controller"]) for each in found["changed"]] == [("2022-04-10", "south")]
    assert str(found.geometry) == "POINT (37 49)"


def test_points_are_joined_in_their_own_order_index_and_crs(own: Zones) -> None:
    points = geopandas.GeoDataFrame(
        {"date": pandas.to_datetime(["2022-04-10", "2022-04-09", None, "2022-04-10"]), "what": list("abcd")},
        geometry=[Point(37, 49), Point(37, 49), Point(37, 49), Point(50, 49)], crs="EPSG:4326", index=[4, 3, 2, 1])
    found = join(points.to_crs("EPSG:3857"), own)
    assert list(found.columns) == ["date", "what", "geometry", *ANSWER]
    assert (list(found.index), str(found.crs), found["what"].tolist()) == ([4, 3, 2, 1], "EPSG:3857", list("abcd"))
    assert found["controller"].fillna("-").tolist() == ["south", "north", "-", "-"]
    assert found["reason"].notna().tolist() == [False, False, True, True]
    assert str(found["age_days"].dtype) == "float64"


def test_areas_are_joined_by_share(own: Zones) -> None:
    area = geopandas.GeoDataFrame({"day": ["2022-04-10"]}, geometry=[box(39, 48, 41, 50)], crs="EPSG:4326")
    assert join(area, own, date="day")["shares"].tolist()[0].startswith("south 0.5")


def test_fronts_and_changes_are_those_of_the_command(zones: Zones) -> None:
    lines = fronts(zones, "2016-04-11")
    assert_is(lines, "fronts")
    assert lines["length_km"].min() > 0
    moved = changes(zones, "2016-06-01", "2016-08-31", Gazetteer())
    assert moved["km2"].is_monotonic_decreasing
    manbij = moved[[("Manbij" in places) for places in moved["places"]]].iloc[0]
    assert (manbij["before"], manbij["after"]) == ("ISIL", "SDF")
    assert moved.attrs["warnings"] == []
    with pytest.raises(InvalidInput, match="want a day from 2016-08-31 on"):
        changes(zones, "2016-08-31", "2016-06-01")


def test_zones_of_a_store_and_of_files(demo_store: Path, zones: Zones, tmp_path: Path) -> None:
    stored = Zones.open(demo_store)
    assert sorted(stored.table()["id"]) == sorted(zones.table()["id"])
    path = tmp_path / "front.geojson"
    geopandas.GeoDataFrame({"side": ["north"]}, geometry=[box(36, 48, 40, 50)], crs="EPSG:4326").to_file(path)
    read = Zones.read([path], source="desk", controller_field="side", date=date(2022, 4, 1), step_days=1)
    assert read.on("2022-04-03")["controller"].tolist() == ["north"]
    assert read.on("2022-04-04")["controller"].tolist() == ["north"]
    assert read.on("2022-04-05").empty, "a snapshot is believed for three steps"
    with pytest.raises(StoreError, match="no store"):
        Zones.open(tmp_path / "none.gpkg")


def test_a_picture_shows_the_ground_and_the_points(own: Zones, tmp_path: Path) -> None:
    found = picture(own, "2022-04-05", "A square", frame=(35, 47, 41, 51))
    path = tmp_path / "square.png"
    found.save(path)
    with Image.open(path) as image:
        assert (image.size, image.format, found._repr_png_()) == ((1200, 630), "PNG", path.read_bytes())
    points = geopandas.GeoDataFrame({"name": ["Here"], "controller": [None]}, geometry=[Point(38, 49)], crs="EPSG:4326")
    assert picture(own, "2022-04-05", "A square", points, (35, 47, 41, 51)).png != found.png
    assert picture(own, "2022-04-10", "A square", frame=(35, 47, 41, 51)).png != found.png
    with pytest.raises(InvalidInput, match="frame: none"):
        picture(own, "2021-04-05")


def test_what_is_missing_is_named(own: Zones) -> None:
    bare = geopandas.GeoDataFrame({"controller": ["x"]}, geometry=[box(0, 0, 1, 1)])
    with pytest.raises(InvalidInput, match="no column 'valid_from'"):
        Zones.of(bare)
    with pytest.raises(InvalidInput, match="no CRS"):
        Zones.of(bare.assign(valid_from=None, valid_to=None))
    with pytest.raises(InvalidInput, match="column 'date'"):
        join(bare.set_crs("EPSG:4326"), own)
    with pytest.raises(InvalidParameter, match="want one day"):
        own.on("2022-04-01/2022-04-03")
