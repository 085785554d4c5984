"""The bundled map: whole, well-formed, small, and right about where known places are."""
from __future__ import annotations

import json
from itertools import pairwise

import pytest
import shapely
from pyproj import Geod
from shapely.geometry import Point, box, shape

from geo.assets import data_path
from geo.basemap import country_shapes, land, load, province_shapes
from geo.errors import NotFound

LAYERS = ("countries", "admin1", "rivers", "lakes")


def holders(shapes, at):
    """Codes of the shapes that cover a point: a list, so that an overlap shows."""
    return [code for code, each in shapes.items() if each.covers(Point(at))]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_geometry_is_valid_and_inside_the_world(layer):
    world = box(-180, -90, 180, 90)
    shapes = [shape(feature["geometry"]) for feature in load(layer)]
    assert shapes
    assert [each for each in shapes if each.is_empty or not each.is_valid or not world.covers(each)] == []


@pytest.mark.parametrize("layer", ["countries", "admin1", "lakes"])
def test_shells_turn_left_and_holes_right(layer):
    polygons = [part for feature in load(layer) for part in shape(feature["geometry"]).geoms]
    assert all(polygon.exterior.is_ccw for polygon in polygons)
    assert not any(hole.is_ccw for polygon in polygons for hole in polygon.interiors)


@pytest.mark.parametrize("layer", LAYERS)
def test_coordinates_have_at_most_five_decimals(layer):
    text = data_path("basemap", f"{layer}.geojson").read_text(encoding="utf-8")
    decimals = {len(number.split(".")[1]) for number in text.replace("]", ",").replace("[", ",").split(",")
                if number.count(".") == 1 and number.lstrip("-").replace(".", "").isdigit()}
    assert max(decimals) == 5


@pytest.mark.parametrize("layer", LAYERS)
def test_each_feature_has_its_own_line(layer):
    first, *rows, last = data_path("basemap", f"{layer}.geojson").read_text(encoding="utf-8").splitlines()
    assert (first, last) == ('{"type":"FeatureCollection","features":[', "]}")
    assert [json.loads(row.rstrip(","))["type"] for row in rows] == ["Feature"] * len(load(layer))


def test_the_folder_stays_small():
    assert sum(file.stat().st_size for file in data_path("basemap").iterdir()) < 2_200_000


@pytest.mark.parametrize("shapes", [country_shapes, province_shapes])
def test_neighbours_share_their_border_exactly(shapes):
    assert shapely.coverage_is_valid(list(shapes().values()))


@pytest.mark.parametrize("country, provinces", [("SY", 14), ("IQ", 18), ("TR", 81), ("JO", 12), ("LB", 6), ("UA", 27)])
def test_provinces_fill_their_country(country, provinces):
    codes = [f["properties"]["iso_3166_2"] for f in load("admin1") if f["properties"]["country"] == country]
    assert len(set(codes)) == len(codes) == provinces
    union = shapely.coverage_union_all([province_shapes()[code] for code in codes])
    assert union.equals(country_shapes()[country])


def test_codes_and_names_are_unique_and_present():
    countries = [feature["properties"] for feature in load("countries")]
    assert len(countries) == len({each["iso_a2"] for each in countries}) == len({each["name"] for each in countries})
    assert all(len(each["iso_a2"]) == 2 and len(each["name"]) > 2 for each in countries)


@pytest.mark.parametrize("place, at, country, province", [
    ("al-Rai", (37.4472, 36.6158), "SY", "SY-HL"),
    ("Manbij", (37.9549, 36.5281), "SY", "SY-HL"),
    ("Deir ez-Zor", (40.1409, 35.3359), "SY", "SY-DY"),
    ("Hasakah", (40.7478, 36.5024), "SY", "SY-HA"),
    ("Qamishli", (41.22, 37.045), "SY", "SY-HA"),
    ("Raqqa", (39.0079, 35.9594), "SY", "SY-RA"),
    ("al-Tanf", (38.618, 33.507), "SY", "SY-HI"),
    ("Damascus", (36.2913, 33.5138), "SY", "SY-DI"),
    ("Majdal Shams, Golan", (35.7692, 33.2667), "SY", "SY-QU"),
    ("al-Qaim", (41.16, 34.317), "IQ", "IQ-AN"),
    ("Fallujah", (43.7833, 33.35), "IQ", "IQ-AN"),
    ("Mosul", (43.13, 36.335), "IQ", "IQ-NI"),
    ("Kirkuk", (44.3922, 35.4681), "IQ", "IQ-KI"),
    ("Tikrit", (43.6793, 34.6071), "IQ", "IQ-SD"),
    ("Baghdad", (44.3661, 33.3152), "IQ", "IQ-BG"),
    ("Gaziantep", (37.3825, 37.0662), "TR", "TR-27"),
    ("Kilis", (37.115, 36.7184), "TR", "TR-79"),
    ("Antakya", (36.1572, 36.2021), "TR", "TR-31"),
    ("Beirut", (35.5018, 33.8886), "LB", "LB-BA"),
    ("Baalbek", (36.2181, 34.0058), "LB", "LB-BI"),
    ("Amman", (35.9304, 31.9566), "JO", "JO-AM"),
    ("Kyiv", (30.5234, 50.4501), "UA", "UA-30"),
    ("Bakhmut", (38.0, 48.5953), "UA", "UA-14"),
    ("Odesa", (30.7233, 46.4825), "UA", "UA-51"),
    ("Simferopol", (34.1, 44.952), "UA", "UA-43"),
    ("Sevastopol", (33.53, 44.6), "UA", "UA-40"),
])
def test_a_known_place_lies_in_its_country_and_province(place, at, country, province):
    assert holders(country_shapes(), at) == [country], place
    assert holders(province_shapes(), at) == [province], place


@pytest.mark.parametrize("place, at, country", [
    ("Tehran", (51.389, 35.689), "IR"), ("Jerusalem, west", (35.19, 31.78), "IL"), ("Tiberias", (35.53, 32.79), "IL"),
    ("Beit She'an", (35.5, 32.5), "IL"), ("Ramallah", (35.2, 31.9), "PS"), ("Gaza", (34.46, 31.5), "PS"),
    ("Kyrenia", (33.32, 35.33), "CY"), ("Kuwait City", (47.96, 29.36), "KW"), ("Arar", (41.02, 30.98), "SA"),
    ("Rostov-on-Don", (39.7, 47.24), "RU"), ("Belgorod", (36.58, 50.6), "RU"), ("Chisinau", (28.85, 47.01), "MD"),
    ("Egvekinot", (-179.1, 66.35), "RU"), ("Suva", (178.44, -18.1), "FJ"), ("Vatican City", (12.4534, 41.903), "VA"),
    ("South Pole", (0, -89.9), "AQ"), ("London", (-0.12, 51.5), "GB"), ("Reykjavík", (-21.8, 64.1), "IS"),
])
def test_a_place_elsewhere_lies_in_one_country(place, at, country):
    assert holders(country_shapes(), at) == [country], place


@pytest.mark.parametrize("at", [(35.0, 34.5), (49.5, 29.2), (32.0, 44.0), (36.5, 46.2),
                                (50.5, 39.5), (0, 70), (-100, -15)])
def test_nobody_holds_the_sea(at):
    assert holders(country_shapes(), at) == []


@pytest.mark.parametrize("code, square_km", [("SY", 185_180), ("IQ", 438_317), ("JO", 89_342), ("LB", 10_452),
                                              ("TR", 783_562), ("UA", 603_628), ("RU", 17_098_246)])
def test_areas_are_near_those_in_the_books(code, square_km):
    area = abs(Geod(ellps="WGS84").geometry_area_perimeter(country_shapes()[code])[0]) / 1e6
    assert area == pytest.approx(square_km, rel=0.05)


def test_land_ends_at_the_coast():
    coast = land(35, 33, 37, 36)
    assert coast.covers(Point(36.3, 33.5)) and not coast.covers(Point(35.1, 34.5))
    assert coast.bounds == pytest.approx((35.1, 33, 37, 36), abs=0.1)


@pytest.mark.parametrize("river, near", [
    ("Euphrates", (39.0, 35.93)), ("Euphrates", (40.16, 35.34)), ("Euphrates", (43.8, 33.36)),
    ("Tigris", (43.13, 36.34)), ("Tigris", (44.38, 33.33)), ("Khabur", (40.7, 35.6)), ("Orontes", (36.75, 35.13)),
    ("Dnieper", (32.62, 46.63)),
])
def test_a_river_passes_its_town(river, near):
    lines = [shape(each["geometry"]) for each in load("rivers") if each["properties"]["name"] == river]
    assert len(lines) == 1
    assert lines[0].distance(Point(near)) < 0.05


def test_a_ring_never_jumps_across_the_world():
    lengths = [abs(start[0] - end[0]) for each in country_shapes().values() for part in each.geoms
               for start, end in pairwise(part.exterior.coords) if start[1] > -89]
    assert max(lengths) < 60


def test_a_missing_file_is_named():
    with pytest.raises(NotFound, match=r"roads\.geojson"):
        load("roads")
