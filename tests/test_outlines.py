"""Fronts of drawn layers: single lines within a stated tolerance, and outlines where only one side is drawn."""
from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiLineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.basemap import country_shapes
from geo.bulk import BulkJoin, DatedPoints
from geo.changes import Comparison, changes
from geo.control import control_at
from geo.errors import InvalidParameter
from geo.fronts import front_rows, fronts
from geo.interval import Interval, Validity
from geo.measure import length_km
from geo.model import Feature, LngLat
from geo.outlines import BORDER_KM, front_rule
from geo.zones import ZoneIndex
from server import create_app
from server.cli import dateline

DAILY = Path(__file__).resolve().parents[2] / "shared" / "data" / "ukraine_daily"
DAY = date(2022, 4, 1)
KM = 1 / 111.195
ONE_SIDED = {"tolerance_km": 0.0, "opponent": "UKRAINE", "country": "UA"}
INLAND = box(33.0, 48.0, 34.0, 49.0)
"""In the middle of Ukraine."""


def zone(controller: str, area: BaseGeometry, **said: object) -> Feature:
    told = {"controller": controller, "status": "control", "method": "snapshot", "source_id": "test", **said}
    return Feature(f"{controller}-{area.wkb_hex[-12:]}", area, told, Validity.exactly(Interval.of_day(DAY)))


def staircase(steps: list[float], shift: float = 0.0) -> list[tuple[float, float]]:
    """A crooked line from west to east, moved north by ``shift`` degrees."""
    return [(36 + number / 2, 48 + step / 10 + shift) for number, step in enumerate(steps)]


def sides(steps: list[float], gap: float) -> tuple[Feature, Feature]:
    """North and south of the line, ``gap`` degrees apart; they overlap where it is negative."""
    north, south = staircase(steps, gap / 2), staircase(steps, -gap / 2)
    east = north[-1][0]
    return (zone("north", Polygon([*north, (east, 52), (36, 52)])),
            zone("south", Polygon([*south, (east, 45), (36, 45)])))


steps = st.lists(st.integers(0, 5).map(float), min_size=3, max_size=7)


@given(steps, st.floats(-0.8, 0.8))
def test_edges_nearer_than_the_tolerance_are_one_front_as_long_as_the_true_one(
    line: list[float], gap_km: float
) -> None:
    (true,) = fronts(sides(line, 0.0))
    (found,) = fronts(sides(line, gap_km * KM), tolerance_km=1.0)
    longest = float(str(true.properties["length_km"]))
    corners = 2 * abs(gap_km) * len(line)
    assert abs(float(str(found.properties["length_km"])) - longest) <= 2 * 2.0 + corners + 0.01 * longest
    assert found.properties["tolerance_km"] == 1.0
    assert found.geometry is not None
    parts = shapely.get_parts(found.geometry)
    assert len(parts) == 1, "no part is drawn twice, none left over"
    assert found.geometry.is_simple


@given(steps)
def test_where_both_have_the_same_edge_a_tolerance_lengthens_it_at_its_ends_alone(
    line: list[float]
) -> None:
    (true,), (found,) = fronts(sides(line, 0.0)), fronts(sides(line, 0.0), tolerance_km=1.0)
    assert true.geometry is not None and found.geometry is not None
    assert found.geometry.buffer(1e-9).covers(true.geometry)
    more = length_km(found.geometry) - length_km(true.geometry)
    assert 0 <= more <= 2 * 2.0, "at a sharp corner the other side is near for longer"


def test_the_order_of_zones_does_not_move_a_front() -> None:
    pair = sides([0, 3, 1, 4], 0.3 * KM)
    one, other = fronts(pair, tolerance_km=1.0), fronts(pair[::-1], tolerance_km=1.0)
    assert [row.id for row in one] == [row.id for row in other]


def test_crumbs_shorter_than_the_tolerance_are_no_front() -> None:
    beside = zone("south", box(36, 45, 37, 48).union(box(37.0 + 4.2 * KM, 47, 38, 48 - 0.99 * KM)))
    (front,) = fronts([zone("north", box(36, 48, 37, 50)), beside], tolerance_km=1.0)
    assert all(length_km(part) >= 1.0 for part in shapely.get_parts(front.geometry))


def test_what_is_claimed_upon_held_ground_has_no_front_and_is_no_gain() -> None:
    held = zone("south", box(36, 45, 40, 48))
    for status in ("claimed", "assessed_advance", "mixed"):
        claimed = zone("north", box(37, 46, 38, 47), status=status)
        assert fronts([held, claimed]) == []
        next_day = Validity.exactly(Interval.of_day(date(2022, 4, 2)))
        later = Feature("later", claimed.geometry, claimed.properties, next_day)
        still = Feature("still", held.geometry, held.properties, next_day)
        index = ZoneIndex([held, later, still])
        assert changes(index, DAY, date(2022, 4, 2), Comparison()).moved == ()


def test_one_sides_outline_is_the_front_with_who_holds_the_rest() -> None:
    (front,) = fronts([zone("RUSSIA", INLAND, front_rule=ONE_SIDED)])
    assert (front.properties["side_a"], front.properties["side_b"]) == ("RUSSIA", "UKRAINE")
    assert front.geometry is not None
    assert front.geometry.hausdorff_distance(INLAND.boundary) < 1e-9
    around = Geod(ellps="WGS84").geometry_length(INLAND.exterior) / 1000
    assert front.properties["length_km"] == pytest.approx(around, abs=0.001)


def test_the_countrys_own_border_is_no_front() -> None:
    east = country_shapes()["UA"].intersection(box(37, 44, 45, 55))
    (front,) = fronts([zone("RUSSIA", east, front_rule=ONE_SIDED)])
    assert front.geometry is not None
    assert front.geometry.bounds[0] == front.geometry.bounds[2] == 37.0
    border = country_shapes()["UA"].boundary
    across = border.intersection(box(36.999, 44, 37.001, 55))
    assert shapely.distance(front.geometry, across) * 111.195 > BORDER_KM * 0.6


def test_a_hole_in_the_ground_has_a_front_around_it_and_touching_parts_none_between_them() -> None:
    whole = [zone("RUSSIA", box(32, 47, 33, 49).difference(box(32.4, 47.8, 32.6, 48.2)), front_rule=ONE_SIDED),
             zone("RUSSIA", box(33, 47, 34, 49), front_rule=ONE_SIDED)]
    (front,) = fronts(whole)
    assert len(shapely.get_parts(front.geometry)) == 2
    assert front.geometry is not None
    assert not front.geometry.intersects(box(32.99, 47.5, 33.01, 48.5))


def test_slivers_inside_of_one_side_are_closed_by_its_tolerance() -> None:
    rule = {**ONE_SIDED, "tolerance_km": 1.0}
    parts = [zone("RUSSIA", box(32, 47, 33, 49), front_rule=rule),
             zone("RUSSIA", box(33 + 0.5 * KM, 47, 34, 49), front_rule=rule)]
    (front,) = fronts(parts)
    assert front.geometry is not None
    assert not front.geometry.intersects(box(32.99, 47.5, 33.02, 48.5))


@pytest.mark.parametrize("gap_km, tolerance_km", [(0.0, 0.0), (0.5, 1.0)])
def test_of_two_sides_against_one_each_has_its_own_part_of_the_outline(gap_km: float, tolerance_km: float) -> None:
    """Two squares side by side: the line between them is no front with who holds the rest."""
    rule = {**ONE_SIDED, "tolerance_km": tolerance_km}
    west, east = box(33.0, 48.0, 34.0, 49.0), box(34.0 + gap_km * KM, 48.0, 35.0, 49.0)
    lines = {(row.properties["side_a"], row.properties["side_b"]): row.geometry
             for row in fronts([zone("RUSSIA", west, front_rule=rule), zone("DNR", east, front_rule=rule)])}
    assert set(lines) == {("DNR", "RUSSIA"), ("DNR", "UKRAINE"), ("RUSSIA", "UKRAINE")}
    for sides, middle, seen in ((("RUSSIA", "UKRAINE"), (33.0, 48.5), west), (("DNR", "UKRAINE"), (35.0, 48.5), east)):
        line = lines[sides]
        assert line is not None
        assert line.distance(shapely.Point(middle)) < 1e-9
        assert line.hausdorff_distance(seen.boundary.difference(box(33.9, 48.01, 34.1, 48.99))) < 0.11
        assert line.distance(box(33.99, 48.1, 34.01, 48.9)) > 0.08
        around = length_km(seen.boundary) - length_km(shapely.LineString([(34, 48), (34, 49)]))
        assert length_km(line) == pytest.approx(around, abs=1.0)


def test_an_outline_lasts_as_long_as_it_does_not_move() -> None:
    first, later = (
        Feature(name, INLAND if name == "a" else box(33.0, 48.0, 34.5, 49.0), {
            "controller": "RUSSIA", "status": "control", "source_id": "test", "front_rule": ONE_SIDED,
        }, Validity.exactly(Interval(*days)))
        for name, days in (("a", (DAY, date(2022, 4, 9))), ("b", (date(2022, 4, 9), date(2022, 5, 1))))
    )
    spans = [str(row.valid.outer) for row in front_rows([first, later])]
    assert spans == ["2022-04-01/2022-04-08", "2022-04-09/2022-04-30"]


def drawn_fronts(rows: Sequence[Feature], point: LngLat) -> float:
    """Kilometres to the nearest of the drawn lines, along the geodesic, by pieces of some ten metres."""
    lines = shapely.segmentize([row.geometry for row in fronts(rows)], 1e-4)
    corners = shapely.get_coordinates(lines)
    apart = Geod(ellps="WGS84").inv(*(np.full(len(corners), part) for part in point), *corners.T)[2]
    return float(apart.min()) / 1000


@pytest.mark.parametrize("rows", [
    [zone("RUSSIA", INLAND, front_rule=ONE_SIDED)],
    [zone("RUSSIA", box(33.0, 48.0, 33.5, 49.0), front_rule=ONE_SIDED),
     zone("RUSSIA", box(33.5, 48.0, 34.0, 49.0), front_rule=ONE_SIDED)],
    [zone("RUSSIA", INLAND, front_rule={**ONE_SIDED, "tolerance_km": 1.0}),
     zone("UKRAINE", box(34.0 + 0.5 * KM, 48.0, 35.0, 49.0), front_rule={**ONE_SIDED, "tolerance_km": 1.0})],
    [zone("RUSSIA", INLAND, front_rule={"tolerance_km": 1.0}),
     zone("UKRAINE", box(34.0 + 0.5 * KM, 48.0, 35.0, 49.0), front_rule={"tolerance_km": 1.0})],
], ids=["one side", "one side in two parts", "both, and the outline", "a gap"])
@pytest.mark.parametrize("point", [LngLat(33.9, 48.5), LngLat(33.45, 48.4), LngLat(33.2, 48.95)])
def test_the_distance_to_the_front_is_that_to_the_drawn_lines(rows: list[Feature], point: LngLat) -> None:
    found = control_at(point, Interval.of_day(DAY), ZoneIndex(rows))
    assert found.front_km == pytest.approx(drawn_fronts(rows, point), rel=2e-3)
    many = BulkJoin(ZoneIndex(rows)).join(DatedPoints.at(np.array([point]), [DAY]))
    assert many.control(0, fronts=True) == found


def test_command_service_and_join_tell_the_same_distance_to_an_outline(tmp_path: Path) -> None:
    run, store = CliRunner(), tmp_path / "ua.gpkg"
    ground = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(INLAND)}
    (tmp_path / "day.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [ground]}), "utf-8")
    (tmp_path / "in.csv").write_text("date,lon,lat\n2022-04-01,33.9,48.5\n", "utf-8")

    def call(*words: str) -> str:
        done = run.invoke(dateline, ["--quiet", "--store", str(store), *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    call("--theatre", "ukraine-2022", "init", str(store))
    call("zones", "load", str(tmp_path / "day.geojson"), "--controller", "RUSSIA", "--date", "2022-04-01", "--source",
         "day", "--opponent", "UKRAINE", "--country", "UA")
    call("join", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.geojson"), "--front")
    client = create_app({"store": str(store)}).test_client()
    ((joined,),) = (json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"],)
    said = client.get("/api/control?lon=33.9&lat=48.5&datetime=2022-04-01").get_json()
    east = Geod(ellps="WGS84").inv(33.9, 48.5, 34.0, 48.5)[2] / 1000
    assert said["front_km"] == pytest.approx(east, abs=0.01)
    assert joined["properties"]["front_km"] == said["front_km"]
    assert "front 7 km away" in call("control", "33.9,48.5", "--date", "2022-04-01")


@pytest.mark.parametrize("said, words", [
    ((-1.0, "", ""), "tolerance_km: -1, want 0 to 20"),
    ((0.0, "UKRAINE", ""), "opponent: 'UKRAINE' in country '', want both or neither"),
    ((0.0, "UKRAINE", "Ukraine"), "country: 'Ukraine', want a code of ISO 3166-1"),
])
def test_a_rule_that_makes_no_sense_is_refused(said: tuple[float, str, str], words: str) -> None:
    with pytest.raises(InvalidParameter, match=words):
        front_rule(*said)


@pytest.mark.skipif(not DAILY.exists(), reason="reads the material beside the checkout")
def test_the_front_of_a_real_day_is_one_long_line(tmp_path: Path) -> None:
    """The outline of the whole ground is 4,538 km long; what is front of it, by hand, 1,030 to 1,100 km."""
    run, store = CliRunner(), tmp_path / "ua.gpkg"
    file = shutil.copy(DAILY / "deepstatemap_data_20260731.geojson", tmp_path)

    def call(*words: str) -> str:
        done = run.invoke(dateline, ["--quiet", "--store", str(store), *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    call("--theatre", "ukraine-2022", "init", str(store))
    call("zones", "load", str(file), "--controller", "RUSSIA", "--date-from-name", "YYYYMMDD", "--source", "day",
         "--opponent", "UKRAINE", "--country", "UA")
    (front,) = json.loads(call("fronts", "--date", "2026-07-31"))["features"]
    told = front["properties"]
    line = MultiLineString(front["geometry"]["coordinates"])
    assert 1030 < told["length_km"] < 1100
    assert told["length_km"] == pytest.approx(Geod(ellps="WGS84").geometry_length(line) / 1000, abs=0.5)
    longest = max(shapely.get_parts(line), key=length_km)
    assert length_km(longest) > 0.9 * told["length_km"]
    assert line.is_simple
    index = ZoneIndex([zone("RUSSIA", shapely.geometry.shape(row["geometry"]), front_rule=ONE_SIDED)
                       for row in json.loads(call("export", "zones", "--datetime", "2026-07-31"))["features"]])
    at = shapely.get_coordinates(shapely.segmentize(line, 1e-3))
    for place in (LngLat(37.80, 48.00), LngLat(38.50, 48.60), LngLat(36.30, 46.90)):
        answer = control_at(place, Interval.of_day(DAY), index)
        apart = Geod(ellps="WGS84").inv(*(np.full(len(at), part) for part in place), *at.T)[2].min() / 1000
        assert answer.front_km == pytest.approx(apart, abs=0.2)
    stored = json.loads(call("export", "fronts", "--datetime", "2026-07-31"))["features"]
    assert stored[0]["properties"]["length_km"] == told["length_km"]
