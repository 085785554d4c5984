"""The share of a pixel that a shape covers is the area of what they have in common."""
from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from geo.coverage import area_share, coverage, edges_of, polygons, stroke_of

SIDE = 12
COLUMN, ROW = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
PIXELS = shapely.box(COLUMN, ROW, COLUMN + 1, ROW + 1)

corner = st.tuples(*[st.floats(-20, 32, allow_nan=False).map(lambda value: round(value, 3))] * 2)
hulls = st.lists(corner, min_size=3, max_size=9).map(lambda corners: MultiPoint(corners).convex_hull)
areas = hulls.filter(lambda hull: hull.geom_type == "Polygon")


@given(areas, st.tuples(st.floats(0, 12), st.floats(0, 12), st.floats(0.5, 6)))
def test_shares_are_areas_whatever_is_cut_off_or_cut_out(area: Polygon, hole: tuple[float, float, float]) -> None:
    cut = shapely.make_valid(area.difference(Point(hole[:2]).buffer(hole[2], 4)))
    assert area_share(cut, SIDE) == pytest.approx(shapely.area(shapely.intersection(PIXELS, cut)), abs=1e-7)


@given(areas)
def test_neighbours_cover_a_pixel_between_them(area: Polygon) -> None:
    rest = box(-40, -40, 50, 50).difference(area)
    assert area_share(area, SIDE) + area_share(rest, SIDE) == pytest.approx(np.ones((SIDE, SIDE)), abs=1e-7)


def test_a_pixel_half_in_is_half_covered() -> None:
    assert area_share(box(1.5, 0, 3, 1), 4)[0].tolist() == [0.0, 0.5, 1.0, 0.0]


def test_what_lies_left_of_the_picture_covers_none_of_it_and_what_surrounds_it_all() -> None:
    assert area_share(box(-5, -5, -1, 20), 4).max() == 0
    assert area_share(box(-500, -500, 600, 600), 4).min() == 1


def test_planes_are_kept_apart() -> None:
    edges, owner = edges_of(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)], dtype=object))
    planes = coverage(edges, owner, 2, 2)
    assert planes[:, 0].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_a_stroke_is_as_wide_as_it_says() -> None:
    edges, owner = stroke_of(np.array([LineString([(-3, 2), (9, 2)])], dtype=object), 1.0)
    assert coverage(edges, owner, 1, 4)[0, :, 1].tolist() == [0.0, 0.5, 0.5, 0.0]


def test_points_and_lines_are_no_areas() -> None:
    mixed = np.array([Point(1, 1), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]), LineString([(0, 0), (1, 1)])])
    found, owner = polygons(mixed)
    assert (len(found), owner.tolist()) == (2, [1, 1])
