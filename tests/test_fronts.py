from __future__ import annotations

from datetime import date

import pytest
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.derive import derive
from geo.fronts import front_rows, fronts
from geo.interval import Interval, Validity
from geo.model import Feature
from geo.reports import read_reports

NORTH, SOUTH = box(36, 49, 40, 50), box(36, 48, 40, 49)


def zone(
    controller: str, ground: BaseGeometry, span: str = "2022-04-01/2022-05-01", other: str | None = None,
    source: str = "test",
) -> Feature:
    start, end = map(date.fromisoformat, span.split("/"))
    said = {"controller": controller, "controller_b": other, "status": "control", "source_id": source}
    return Feature(f"{controller} {span}", ground, said, Validity.exactly(Interval(start, end)))


def test_a_front_is_the_common_edge_with_its_length_on_the_ellipsoid() -> None:
    (front,) = fronts([zone("north", NORTH), zone("south", SOUTH)])
    assert front.geometry is not None
    assert front.geometry.equals(box(36, 49, 40, 49).boundary)
    assert front.properties == {
        "side_a": "north", "side_b": "south", "length_km": 292.653, "tolerance_km": 0.0, "source_id": "test",
    }


@pytest.mark.parametrize(("one", "other"), [
    (zone("north", NORTH), zone("north", SOUTH)),
    (zone("north", NORTH), zone("south", box(36, 47, 40, 48))),
    (zone("north", NORTH), zone("south", box(40, 48, 41, 49))),
    (zone("north", NORTH), zone("south", SOUTH, source="another")),
    (zone("north", NORTH, "2022-04-01/2022-04-05"), zone("south", SOUTH, "2022-04-05/2022-05-01")),
    (zone("north", NORTH, other="south"), zone("south", SOUTH, other="north")),
])
def test_no_front_between_one_side_apart_at_a_corner_in_two_sources_or_at_two_times(
    one: Feature, other: Feature
) -> None:
    assert front_rows([one, other]) == []


def test_contested_ground_ends_where_a_side_holds_alone() -> None:
    (front,) = fronts([zone("north", NORTH, other="south"), zone("south", SOUTH)])
    assert (front.properties["side_a"], front.properties["side_b"]) == ("north", "south")


def test_a_line_that_does_not_move_is_one_row() -> None:
    rows = [
        zone("north", NORTH, "2022-04-01/2022-04-10"), zone("north", NORTH, "2022-04-10/2022-05-01"),
        zone("south", SOUTH, "2022-04-01/2022-04-20"),
    ]
    (front,) = front_rows(rows)
    assert front.valid.outer == Interval(date(2022, 4, 1), date(2022, 4, 20))


def test_slivers_are_bridged_only_with_a_stated_tolerance() -> None:
    apart = box(36, 48, 40, 48.9999)
    assert fronts([zone("north", NORTH), zone("south", apart)]) == []
    (front,) = fronts([zone("north", NORTH), zone("south", apart)], tolerance_km=0.05)
    assert 290 < float(str(front.properties["length_km"])) < 294


def test_the_fronts_of_any_day_are_the_dated_rows_of_that_day() -> None:
    zones = derive(read_reports(data_path("reports.csv")), country_shapes())
    rows = front_rows(zones)
    assert len({row.id for row in rows}) == len(rows)
    for day in (date(2014, 6, 15), date(2016, 4, 7), date(2016, 4, 9), date(2016, 6, 29), date(2017, 11, 5)):
        today = fronts([zone for zone in zones if day in zone.valid.outer])
        dated = [row for row in rows if day in row.valid.outer]
        assert today
        assert {(row.properties["side_a"], row.properties["side_b"], row.properties["length_km"]) for row in today} == {
            (row.properties["side_a"], row.properties["side_b"], row.properties["length_km"]) for row in dated
        }


def test_taking_al_rai_moves_the_line_between_rebels_and_isil() -> None:
    zones = derive(read_reports(data_path("reports.csv")), country_shapes())
    lengths = [
        front.properties["length_km"]
        for day in (date(2016, 4, 6), date(2016, 4, 9), date(2016, 4, 11))
        for front in fronts([zone for zone in zones if day in zone.valid.outer])
        if (front.properties["side_a"], front.properties["side_b"]) == ("ISIL", "REBELS")
    ]
    assert lengths[0] == lengths[2] != lengths[1]
