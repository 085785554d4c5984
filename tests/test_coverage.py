"""The share of a pixel that a shape covers is the area of what they have in common."""
from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from geo.coverage import FULL, PART, area_share, coverage, edges_of, pairs, polygons, stroke_of

SIDE = 12
COLUMN, ROW = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
PIXELS = shapely.box(COLUMN, ROW, COLUMN + 1, ROW + 1)
NEAR = 1 / 100
"""Corners are rounded to 1/256 of a pixel, so each edge in a pixel may move by half of that; few pixels have four."""

corner = st.tuples(*[st.floats(-20, 32, allow_nan=False).map(lambda value: round(value * PART) / PART)] * 2)
hulls = st.lists(corner, min_size=3, max_size=9).map(lambda corners: MultiPoint(corners).convex_hull)
areas = hulls.filter(lambda hull: hull.geom_type == "Polygon")


@given(areas, st.tuples(st.floats(0, 12), st.floats(0, 12), st.floats(0.5, 6)))
def test_shares_are_areas_whatever_is_cut_off_or_cut_out(area: Polygon, hole: tuple[float, float, float]) -> None:
    cut = shapely.make_valid(area.difference(Point(hole[:2]).buffer(hole[2], 4)))
    assert area_share(cut, SIDE) == pytest.approx(shapely.area(shapely.intersection(PIXELS, cut)), abs=NEAR)


@given(areas)
def test_neighbours_cover_a_pixel_between_them_to_the_last_part(area: Polygon) -> None:
    frame = box(-40, -40, 50, 50)
    both = np.array([area, Polygon(frame.exterior, [area.exterior])], dtype=object)
    edges, owner = edges_of(both)
    assert (coverage(edges, owner, 2, SIDE).sum(axis=0) == FULL).all()


@given(areas, st.floats(20, 34))
def test_what_lies_far_off_counts_as_what_lies_near(area: Polygon, bits: float) -> None:
    far = float(round(2**bits))
    whole = shapely.union(area, box(-far, 3, 0, 5))
    near = shapely.intersection(whole, box(-64, -64, 64, 64))
    assert area_share(whole, SIDE) == pytest.approx(area_share(near, SIDE), abs=NEAR)


def test_a_pixel_half_in_is_half_covered() -> None:
    assert area_share(box(1.5, 0, 3, 1), 4)[0].tolist() == [0.0, 0.5, 1.0, 0.0]


def test_what_lies_left_of_the_picture_covers_none_of_it_and_what_surrounds_it_all() -> None:
    assert area_share(box(-5, -5, -1, 20), 4).max() == 0
    assert area_share(box(-500, -500, 600, 600), 4).min() == 1


def test_planes_are_kept_apart() -> None:
    edges, owner = edges_of(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)], dtype=object))
    planes = coverage(edges, owner, 2, 2)
    assert planes[:, 0].tolist() == [[FULL, 0], [0, FULL]]


def test_a_stroke_is_as_wide_as_it_says() -> None:
    edges, owner = pairs(np.array([LineString([(-3, 2), (9, 2)])], dtype=object), np.zeros(1, dtype=np.int64))
    for each in (edges, edges[:, [2, 3, 0, 1]], np.vstack((edges, edges[:, [2, 3, 0, 1]]))):
        plane = coverage(*stroke_of(each, np.resize(owner, len(each)), PART), 1, 4)[0]
        assert plane[:, 1].tolist() == [0, FULL // 2, FULL // 2, 0]


def test_a_stroke_of_no_length_covers_nothing() -> None:
    dot = np.array([[512, 512, 512, 512]])
    assert coverage(*stroke_of(dot, np.zeros(1, dtype=np.int64), PART), 1, 4).max() == 0


def test_points_and_lines_are_no_areas() -> None:
    mixed = np.array([Point(1, 1), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]), LineString([(0, 0), (1, 1)])])
    found, owner = polygons(mixed)
    assert (len(found), owner.tolist()) == (2, [1, 1])
