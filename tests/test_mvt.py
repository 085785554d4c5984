"""Tiles, read back by somebody else's decoder and held against the features they were made of."""
from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, Point, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from geo.grid import Tile, bounds, project, tile_at
from geo.interval import Interval, Validity
from geo.model import Feature, LngLat
from geo.mvt import EXTENT, encode, feature_id
from geo.schema import EVENTS, FRONTS, MENTIONS, PLACES, ZONES, Collection

RAI = LngLat(37.45, 36.62)
APRIL = Validity.exactly(Interval(date(2016, 4, 1), date(2016, 5, 1)))


def zone(id_: str = "z", geometry: BaseGeometry | None = None, **properties: object) -> Feature:
    area = box(37, 36, 38, 37) if geometry is None else geometry
    return Feature(id_, area, {"controller": "ISIL", **properties}, APRIL)


def decoded(data: bytes) -> dict[str, Any]:
    return mapbox_vector_tile.decode(data, default_options={"y_coord_down": True}) if data else {}


def drawn(collection: Collection, features: Sequence[Feature], tile: Tile, window: Interval | None = None) -> list[Any]:
    layers = decoded(encode(collection, features, tile, window))
    return layers[collection.name]["features"] if layers else []


def test_a_layer_has_the_name_and_extent_of_its_collection() -> None:
    layers = decoded(encode(ZONES, [zone()], tile_at(RAI, 7)))
    assert list(layers) == ["zones"]
    assert (layers["zones"]["extent"], layers["zones"]["version"]) == (EXTENT, 2)


def test_nothing_to_see_is_no_bytes() -> None:
    assert encode(ZONES, [], Tile(0, 0, 0)) == b""
    assert encode(ZONES, [zone(geometry=box(-50, -50, -49, -49))], tile_at(RAI, 7)) == b""
    assert encode(ZONES, [replace(zone(), geometry=None)], tile_at(RAI, 7)) == b""
    assert encode(ZONES, [zone(geometry=box(37, 36, 37.00001, 36.00001))], Tile(3, 4, 3)) == b""


def test_attributes_are_typed_and_dated() -> None:
    mention = Feature(
        "m", Point(RAI), {"toponym": "الراعي", "front_km": 2.5, "age_days": -3, "sentence": "not tiled", "score": 0.9},
        Validity(APRIL.outer, Interval(date(2016, 4, 9), date(2016, 5, 1)), "2016-04~", "month"),
    )
    place = Feature("p", Point(RAI), {"name": "al-Rai", "population": 4600})
    shown = {
        "id": "m", "toponym": "الراعي", "front_km": 2.5, "age_days": -3, "from": 5935, "to": 5965,
        "certain_from": "2016-04-09",
    }
    dates = {"valid_from": "2016-04-01", "valid_to": "2016-05-01"}
    assert drawn(MENTIONS, [mention], tile_at(RAI, 9))[0]["properties"] == shown
    on_a_day = Interval.of_day(date(2016, 4, 11))
    assert drawn(MENTIONS, [mention], tile_at(RAI, 9), on_a_day)[0]["properties"] == {**shown, **dates}
    assert drawn(PLACES, [place], tile_at(RAI, 9))[0]["properties"] == {"id": "p", "name": "al-Rai", "population": 4600}


def test_ids_are_unique_and_stable_across_tiles() -> None:
    features = [zone(f"z{n}", box(37, 36, 38, 37)) for n in range(300)]
    low = [each["id"] for each in drawn(ZONES, features, Tile(4, 9, 6))]
    high = [each["id"] for each in drawn(ZONES, features, tile_at(RAI, 9))]
    assert low == high == [feature_id(f"z{n}") for n in range(300)]
    assert len(set(low)) == 300
    assert max(low) < 2**53


@pytest.mark.parametrize("collection, geometry", [
    (EVENTS, Point(RAI)),
    (MENTIONS, MultiPoint([RAI, (37.5, 36.7), (10, 10)])),
    (FRONTS, LineString([(37.3, 36.5), (37.45, 36.62), (37.44, 36.7), (60, 40)])),
    (FRONTS, shapely.MultiLineString([[(37.3, 36.5), (37.45, 36.62)], [(37.5, 36.5), (37.6, 36.7)]])),
    (ZONES, box(37.3, 36.5, 37.6, 36.7)),
    (ZONES, box(30, 30, 50, 50)),
    (ZONES, box(37.3, 36.4, 37.7, 36.8).difference(box(37.4, 36.6, 37.5, 36.65))),
    (ZONES, shapely.MultiPolygon([box(37.3, 36.5, 37.4, 36.6), Point(37.6, 36.6).buffer(0.05)])),
])
@pytest.mark.parametrize("zoom", [5, 8, 11])
def test_geometry_is_right_to_one_tile_unit(collection: Collection, geometry: BaseGeometry, zoom: int) -> None:
    tile = tile_at(RAI, zoom)
    (feature,) = drawn(collection, [Feature("f", geometry, {}, APRIL)], tile)
    window = box(-64, -64, EXTENT + 64, EXTENT + 64)
    wanted = shapely.transform(geometry, lambda c: (project(c) * 2**tile.z - tile[1:]) * EXTENT).intersection(window)
    assert shape(feature["geometry"]).hausdorff_distance(wanted) <= 1.0
    assert shape(feature["geometry"]).is_valid


def test_rings_are_wound_as_the_standard_says() -> None:
    holed = box(37.3, 36.5, 37.6, 36.7).difference(box(37.4, 36.6, 37.5, 36.65))
    for geometry in (holed, shapely.reverse(holed)):
        (feature,) = drawn(ZONES, [zone(geometry=geometry)], tile_at(RAI, 8))
        areas = [_surveyors_area(ring) for ring in feature["geometry"]["coordinates"]]
        assert [area > 0 for area in areas] == [True, False]


def _surveyors_area(ring: list[list[int]]) -> float:
    x, y = np.array(ring).T
    return float(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2


def test_of_a_mixture_the_areas_are_drawn_once() -> None:
    mixture = GeometryCollection([Point(RAI), box(37.3, 36.5, 37.6, 36.7), LineString([(37, 36), (38, 37)])])
    (feature,) = drawn(MENTIONS, [Feature("m", mixture, {}, APRIL)], tile_at(RAI, 8))
    assert feature["geometry"]["type"] == "Polygon"


def test_an_invalid_polygon_still_gives_a_valid_one() -> None:
    bow = Polygon([(37.3, 36.5), (37.6, 36.7), (37.6, 36.5), (37.3, 36.7)])
    (feature,) = drawn(ZONES, [zone(geometry=bow)], tile_at(RAI, 8))
    assert shape(feature["geometry"]).is_valid


_coordinate = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: (37 + p[0] / 83, 36.2 + p[1] / 97))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_coordinate, min_size=3, max_size=12), min_size=1, max_size=4), st.integers(4, 11))
def test_every_polygon_is_valid_and_inside_the_buffer(rings: list[list[tuple[float, float]]], zoom: int) -> None:
    area = shapely.union_all([shapely.make_valid(Polygon(r), method="structure", keep_collapsed=False) for r in rings])
    for feature in drawn(ZONES, [zone(geometry=area)], tile_at(RAI, zoom)):
        geometry = shape(feature["geometry"])
        assert geometry.is_valid
        assert geometry.area > 0
        assert box(-64, -64, EXTENT + 64, EXTENT + 64).covers(geometry)


def version(id_: str, start: date, end: date | None, geometry: BaseGeometry, **properties: object) -> Feature:
    return replace(zone(id_, geometry, **properties), valid=Validity.exactly(Interval(start, end)))


HERE, CHANGED_ELSEWHERE = box(37.3, 36.5, 37.5, 36.7), box(37.3, 36.5, 37.5, 36.7).union(box(44, 30, 45, 31))
VERSIONS = [
    version("v1", date(2016, 4, 1), date(2016, 4, 5), HERE),
    version("v2", date(2016, 4, 5), date(2016, 4, 9), CHANGED_ELSEWHERE),
    version("v3", date(2016, 4, 9), date(2016, 4, 12), HERE, status="besieged"),
    version("v4", date(2016, 4, 13), None, HERE),
]


def test_in_a_window_versions_that_look_alike_here_are_one() -> None:
    features = drawn(ZONES, VERSIONS, tile_at(RAI, 9), Interval(date(2016, 4, 1), date(2016, 5, 1)))
    tags = [(each["id"], each["properties"].get("from"), each["properties"].get("to")) for each in features]
    assert tags == [
        (feature_id("v1"), 5935, 5943), (feature_id("v3"), 5943, 5946), (feature_id("v4"), 5947, None),
    ]


def test_in_a_window_only_points_say_their_id_and_nothing_says_its_days_twice() -> None:
    mention = Feature("m", Point(RAI), {"toponym": "al-Rai"}, APRIL)
    (point,), (area,) = (drawn(each, [row], tile_at(RAI, 9)) for each, row in ((MENTIONS, mention), (ZONES, zone())))
    assert point["properties"] == {"id": "m", "toponym": "al-Rai", "from": 5935, "to": 5965}
    assert area["properties"] == {"controller": "ISIL", "from": 5935, "to": 5965}


def test_vague_versions_are_not_merged() -> None:
    vague = replace(VERSIONS[1], valid=replace(VERSIONS[1].valid, certain=Interval(date(2016, 4, 6), date(2016, 4, 9))))
    window = Interval(date(2016, 4, 1), date(2016, 4, 9))
    assert len(drawn(ZONES, [VERSIONS[0], vague], tile_at(RAI, 9), window)) == 2


@pytest.mark.parametrize("day, ids", [
    (date(2016, 3, 31), []), (date(2016, 4, 1), ["v1"]), (date(2016, 4, 5), ["v2"]), (date(2016, 4, 12), []),
    (date(2030, 1, 1), ["v4"]),
])
def test_a_one_day_tile_has_only_what_was_valid_that_day(day: date, ids: list[str]) -> None:
    features = drawn(ZONES, VERSIONS, tile_at(RAI, 9), Interval.of_day(day))
    assert [each["properties"]["id"] for each in features] == ids


def test_every_day_of_a_window_tile_is_that_days_own_tile() -> None:
    window = drawn(ZONES, VERSIONS, tile_at(RAI, 9), Interval(date(2016, 4, 1), date(2016, 4, 20)))
    for number in range(5935, 5954):
        day = date.fromordinal(date(2000, 1, 1).toordinal() + number)
        shown = [each["geometry"] for each in window
                 if each["properties"]["from"] <= number < each["properties"].get("to", 10**6)]
        alone = drawn(ZONES, VERSIONS, tile_at(RAI, 9), Interval.of_day(day))
        assert shown == [each["geometry"] for each in alone]


@pytest.mark.gis
def test_gdal_reads_the_same_features(tmp_path: Path) -> None:
    tile = tile_at(RAI, 8)
    path = tmp_path / f"{tile.y}.mvt"
    path.write_bytes(encode(ZONES, [zone("a", box(37, 36, 38, 37)), zone("b", HERE, status="besieged")], tile,
                            Interval.of_day(date(2016, 4, 11))))
    read = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"MVT:{path}", "-oo", f"X={tile.x}", "-oo", f"Y={tile.y}",
         "-oo", f"Z={tile.z}", "-t_srs", "EPSG:4326", "zones"], capture_output=True, text=True, check=True,
    )
    first, second = json.loads(read.stdout)["features"]
    assert (first["properties"]["id"], second["properties"]["status"]) == ("a", "besieged")
    unit = 360 / 2**8 / EXTENT
    assert shape(second["geometry"]).intersection(box(*bounds(tile))).hausdorff_distance(
        HERE.intersection(box(*bounds(tile)))) < 2 * unit
