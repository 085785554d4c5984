"""Tile addresses and the maths of Web Mercator."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo.errors import NotFound
from geo.grid import MAX_LAT, Tile, bounds, parse_tile, project, tile_at, unproject
from geo.model import BBox, LngLat


def test_an_address_is_read() -> None:
    assert parse_tile("7", "77", "44") == Tile(7, 77, 44)
    assert parse_tile("22", "4194303", "0") == Tile(22, 4194303, 0)


@pytest.mark.parametrize("address", [
    ("99", "0", "0"), ("23", "0", "0"), ("1", "2", "0"), ("1", "0", "2"), ("0", "0", "1"), ("-1", "0", "0"),
    ("1", "-1", "0"), ("1.0", "0", "0"), ("a", "0", "0"), ("", "0", "0"), ("٣", "0", "0"), ("1" * 400, "0", "0"),
    ("07", "1", "1"), ("1 ", "0", "0"), ("1e1", "0", "0"),
])
def test_what_is_outside_the_matrix_is_not_found(address: tuple[str, str, str]) -> None:
    with pytest.raises(NotFound, match="want z 0 to 22"):
        parse_tile(*address)


def test_the_buffer_widens_but_not_beyond_the_world() -> None:
    assert bounds(Tile(0, 0, 0), 0.5) == BBox(-180.0, -MAX_LAT, 180.0, MAX_LAT)
    inner, outer = bounds(Tile(7, 77, 44)), bounds(Tile(7, 77, 44), 64 / 4096)
    assert outer.west == pytest.approx(inner.west - 360 / 128 / 64)
    assert outer.south < inner.south < inner.north < outer.north


@given(st.integers(0, 22), st.floats(-180, 179.999), st.floats(-85, 85))
def test_a_point_lies_in_its_tile(zoom: int, lng: float, lat: float) -> None:
    west, south, east, north = bounds(tile_at(LngLat(lng, lat), zoom), 1e-6)
    assert west <= lng <= east
    assert south <= lat <= north


def test_projection_agrees_with_proj() -> None:
    points = np.array([[37.4, 36.6], [-180, -85], [180, 85], [0, 0], [44.4, 33.3]])
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(points[:, 0], points[:, 1])
    side = 2 * np.pi * 6378137.0
    np.testing.assert_allclose(project(points), np.column_stack([x / side + 0.5, 0.5 - y / side]), atol=1e-12)
    np.testing.assert_allclose(unproject(project(points)), points, atol=1e-9)
