"""The compiled kernel and numpy paint the same picture, byte for byte, and as independent sums of areas have it."""
from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from shapely.geometry import MultiPoint, Polygon, box

from geo import indexed, painting
from geo.coverage import PART, edges_of
from geo.painting import Ink, Layer, Picture

SIDE = 64
COLUMN, ROW = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
PIXELS = shapely.box(COLUMN, ROW, COLUMN + 1, ROW + 1)

RUNGS = [painting.chosen("numpy"), *([painting.chosen("c")] if painting.compiled() else [])]


def flat(*parts: float) -> Ink:
    return painting.ink(np.broadcast_to(np.array(parts), (16, 16, 4)))


def dotted(seed: int, kinds: int) -> Ink:
    random = np.random.default_rng(seed)
    colours = random.random((kinds, 4))
    return painting.ink((colours * colours[:, 3:] ** [1, 1, 1, 0])[random.integers(0, kinds, (16, 16))])


INKS = (flat(0.5, 0, 0, 0.5), flat(0, 0, 1, 1), dotted(1, 5), dotted(2, 30), flat(0, 0, 0, 0), dotted(3, 200))

number = st.integers(-30 * PART, (SIDE + 30) * PART).map(lambda value: value / PART)
corners = st.lists(st.tuples(number, number), min_size=3, max_size=8)
hulls = corners.map(lambda points: MultiPoint(points).convex_hull).filter(lambda hull: hull.geom_type == "Polygon")
rings = corners.map(Polygon)


def holed(area: Polygon) -> Polygon:
    inner = shapely.transform(area, lambda xy: np.rint((xy + xy.mean(axis=0)) / 2 * PART) / PART)
    return Polygon(area.exterior, [inner.exterior])


def picture(shapes: list[Polygon], layers: list[Layer], side: int = SIDE) -> Picture:
    edges, owner = edges_of(np.array(shapes, dtype=object))
    return Picture(side, edges, np.searchsorted(owner, np.arange(len(shapes) + 1)), layers, INKS)


def seen(found: tuple[bytes, bytes], side: int = SIDE) -> NDArray[np.uint8]:
    rows, table = found
    index = np.frombuffer(rows, np.uint8).reshape(side, side + 1)
    assert not index[:, 0].any()
    return np.frombuffer(table, np.uint8).reshape(-1, 4)[index[:, 1:]]


@settings(max_examples=200)
@given(st.data())
def test_both_paint_the_same(data: st.DataObject) -> None:
    area = data.draw(hulls)
    neighbours = [area, Polygon(box(-99, -99, 199, 199).exterior, [area.exterior])]
    shapes = [*data.draw(st.lists(st.one_of(rings, hulls, hulls.map(holed)), max_size=5)), *neighbours]
    layers = []
    for _ in range(data.draw(st.integers(1, 4))):
        first = data.draw(st.integers(0, len(shapes)))
        last = data.draw(st.integers(first, len(shapes)))
        inks = data.draw(st.lists(st.integers(0, len(INKS) - 1), min_size=last - first, max_size=last - first))
        layers.append(Layer(first, last, data.draw(st.sampled_from([0, 320, 640])), inks))
    side = data.draw(st.sampled_from([SIDE, 2 * SIDE]))
    one, *others = (rung(picture(shapes, layers, side)) for rung in RUNGS)
    assert len(one[1]) <= 4 * 256
    assert others == [one] * len(others)


@pytest.mark.parametrize("rung", RUNGS)
@given(area=hulls)
def test_opacity_is_the_area_of_a_polygon_in_a_pixel(rung: painting.Rung, area: Polygon) -> None:
    shapes = [area, holed(area)]
    for place, shape in enumerate(shapes):
        found = seen(rung(picture(shapes, [Layer(place, place + 1, 0, [1])])))
        shares = shapely.area(shapely.intersection(PIXELS, shapely.make_valid(shape)))
        # half a level, half a byte of alpha, and what crossings rounded to 1/256 pixel may shift
        assert np.abs(found[..., 3] / 255 - shares).max() <= 1 / (2 * painting.LEVELS) + 1 / 510 + 2 / 256


@pytest.mark.parametrize("rung", RUNGS)
@given(area=hulls)
def test_neighbours_leave_no_seam(rung: painting.Rung, area: Polygon) -> None:
    """Not even one that is a part in 255."""
    shapes = [area, Polygon(box(-99, -99, 199, 199).exterior, [area.exterior])]
    inks = flat(0.5, 0, 0, 0.5), flat(0, 0, 0.5, 0.5)
    drawn = picture(shapes, [Layer(0, 2, 0, [0, 1])])
    assert (seen(rung(Picture(SIDE, drawn.edges, drawn.ends, drawn.layers, inks)))[..., 3] == 128).all()


@pytest.mark.parametrize("rung", RUNGS)
def test_more_colours_than_a_table_holds_are_rounded(rung: painting.Rung) -> None:
    quarters = [box(x, y, x + 32, y + 32) for x in (0, 32) for y in (0, 32)]
    found = seen(rung(picture(quarters, [Layer(0, 4, 0, [5, 3, 5, 2])])))
    exact = np.concatenate([each.table for each in (INKS[5], INKS[3], INKS[2])]).view(np.uint8).reshape(-1, 4)
    assert 16 < len(np.unique(found.reshape(-1, 4), axis=0)) <= 256
    nearest = np.abs(found.reshape(-1, 1, 4).astype(int) - exact).max(axis=2).min(axis=1)
    assert nearest.max() <= 20


def test_a_picture_without_shapes_is_empty() -> None:
    for rung in RUNGS:
        assert rung(Picture(16, np.zeros((0, 4), dtype=np.int64), np.zeros(1, dtype=np.int64), [], ())) == (
            bytes(16 * 17), bytes(4))


@pytest.mark.parametrize("side", [16, 512])
def test_a_file_is_what_other_programs_read(side: int) -> None:
    random = np.random.default_rng(side)
    table = random.integers(0, 256, (256, 4), dtype=np.uint8)
    index = random.integers(0, 256, (side, side), dtype=np.uint8)
    body = indexed.png(np.pad(index, ((0, 0), (1, 0))).tobytes(), table.tobytes(), side)
    Image.open(BytesIO(body)).verify()
    image = Image.open(BytesIO(body))
    assert image.mode == "P"
    assert (np.array(image.convert("RGBA")) == table[index]).all()
