"""Tiles from arrays: kernel and numpy write the same bytes, which an independent decoder finds sound."""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box, shape

from bench.coverage import FIRST_DAY, Theatre, zone_id, zones
from geo import mvt
from geo.errors import InvalidParameter
from geo.grid import Tile, bounds, project, tile_at
from geo.interval import Interval, Validity, day_from_number
from geo.model import Feature, LngLat
from geo.schema import EVENTS, FRONTS, ZONES, Collection
from geo.tiles import hard, rungs, snap
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Sidecar

ROOT = Path(__file__).resolve().parent.parent
RAI = LngLat(37.45, 36.62)
DAY = day_from_number(FIRST_DAY + 45)
WAR = Theatre(days=90, columns=40, rows=30, regions=30)


@cache
def war() -> list[Feature]:
    return zones(WAR)


@cache
def both() -> tuple[TileSet, TileSet]:
    kernel, slow = rungs.chosen("c"), rungs.chosen("numpy")
    kept: dict[str, Any] = {}

    def keep(part: str, build: Any) -> Any:
        return kept[part] if part in kept else kept.setdefault(part, build())

    return TileSet(ZONES, war, keep, kernel), TileSet(ZONES, war, keep, slow)


def tiles_at(zoom: int, count: int = 40) -> list[Tile]:
    random = np.random.default_rng(zoom)
    return sorted({tile_at(LngLat(*at), zoom) for at in random.random((count, 2)) * (10.6, 6.6) + (35.7, 30.7)})


def decoded(data: bytes) -> list[Any]:
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True}) if data else {}
    return [feature for layer in layers.values() for feature in layer["features"]]


@pytest.mark.parametrize("zoom", [0, 2, 3, 5, 6, 8, 9, 11, 13, 18, 20, 22])
@pytest.mark.parametrize("window", [
    Interval.of_day(DAY), Interval(DAY, date(2014, 3, 20)), None,
])
def test_both_rungs_write_the_same_bytes(zoom: int, window: Interval | None) -> None:
    compiled, slow = both()
    for tile in tiles_at(zoom):
        assert compiled.tile(tile, window) == slow.tile(tile, window), tile


@pytest.mark.parametrize("zoom", [3, 5, 7, 8, 9, 11, 13, 20, 21, 22])
def test_a_day_has_the_features_and_attributes_of_the_plain_encoder(zoom: int) -> None:
    compiled, _ = both()
    alive = [row for row in war() if DAY in row.valid.outer]
    for tile in tiles_at(zoom, 15):
        plain = decoded(mvt.encode(ZONES, alive, tile, Interval.of_day(DAY)))
        fast = decoded(compiled.tile(tile, Interval.of_day(DAY)))
        assert [(each["id"], each["properties"]) for each in sorted(fast, key=lambda each: each["id"])] == [
            (each["id"], each["properties"]) for each in sorted(plain, key=lambda each: each["id"])
        ]


@pytest.mark.parametrize("zoom", [3, 4, 5, 6, 7, 8, 9, 11])
def test_zones_of_a_day_are_valid_and_neither_overlap_nor_leave_slivers(zoom: int) -> None:
    compiled, _ = both()
    for tile in tiles_at(zoom, 12):
        areas = [shape(each["geometry"]) for each in decoded(compiled.tile(tile, Interval.of_day(DAY)))]
        assert all(area.is_valid and area.area > 0 for area in areas)
        assert sum(a.intersection(b).area for a, b in combinations(areas, 2)) == 0
        whole = shapely.union_all(areas)
        assert sum(len(part.interiors) for part in shapely.get_parts(whole)) == 0  # the ground has no holes


@pytest.mark.parametrize("zoom", [3, 4, 6, 8, 9])
def test_a_border_that_did_not_move_is_drawn_alike_by_neighbours_and_on_every_day(zoom: int) -> None:
    compiled, _ = both()
    level = compiled.levels.at(zoom)
    drawn = [snap.whole(level.arrays, number, snap.Frame(0, 0, 0)).boundary for number in range(len(war()))]
    exact = shapely.transform([row.geometry for row in war()], lambda c: (project(c) - 0.5) * 2**zoom * 4096)
    borders = shapely.boundary(np.asarray(exact))
    compared = 0.0
    for one, other in [*pairwise(range(0, len(war()), 7)), *pairwise(np.flatnonzero(_same_region(war()))[:60])]:
        moved = borders[one].symmetric_difference(borders[other]).buffer(12)
        alike = drawn[one].difference(moved)
        compared += alike.length
        assert alike.difference(drawn[other].buffer(1e-6)).length == 0
    assert compared > 1000


def _same_region(rows: Sequence[Feature]) -> list[bool]:
    return [row.id == zone_id(3, row.valid.outer.start or date.min) for row in rows]


def test_low_zooms_keep_borders_to_half_a_pixel_and_are_smaller() -> None:
    compiled, _ = both()
    alive = [row for row in war() if DAY in row.valid.outer]
    tile = Tile(5, 19, 12)
    plain, fast = mvt.encode(ZONES, alive, tile, Interval.of_day(DAY)), compiled.tile(tile, Interval.of_day(DAY))
    assert len(fast) < 0.6 * len(plain)
    exact = {each["id"]: shape(each["geometry"]).boundary for each in decoded(plain)}
    seen = box(0, 0, 4096, 4096)
    for each in decoded(fast):
        border, other = shape(each["geometry"]).boundary, exact[each["id"]]
        assert border.intersection(seen).difference(other.buffer(9.5)).is_empty
        assert other.intersection(seen).difference(border.buffer(9.5)).is_empty


def version(id_: str, start: date, end: date | None, geometry: shapely.Geometry) -> Feature:
    return Feature(id_, geometry, {"controller": "ISIL"}, Validity.exactly(Interval(start, end)))


HERE = box(37.3, 36.5, 37.5, 36.7)
VERSIONS = [
    version("v1", date(2016, 4, 1), date(2016, 4, 5), HERE),
    version("v2", date(2016, 4, 5), date(2016, 4, 9), HERE.union(box(44, 30, 45, 31))),
    version("v3", date(2016, 4, 10), None, HERE),
]


@pytest.mark.parametrize("kernel", ["c", "numpy"])
def test_in_a_window_versions_that_look_alike_here_are_one(kernel: str) -> None:
    made = TileSet(ZONES, lambda: VERSIONS, rung=rungs.chosen(kernel))
    april = Interval(date(2016, 4, 1), date(2016, 5, 1))
    shown = decoded(made.tile(tile_at(RAI, 9), april))
    assert [(made.id_of(each["id"]), each["properties"]) for each in shown] == [
        ("v1", {"controller": "ISIL", "from": 5935, "to": 5943}), ("v3", {"controller": "ISIL", "from": 5944}),
    ]


@pytest.mark.parametrize("window", [None, Interval(date(2014, 1, 10), date(2014, 2, 20))])
def test_a_window_says_of_each_of_its_days_what_that_day_says(window: Interval | None) -> None:
    compiled, _ = both()
    for tile in tiles_at(7, 5):
        shown = decoded(compiled.tile(tile, window))
        for number in range(FIRST_DAY + 9, FIRST_DAY + 50, 13):
            day = Interval.of_day(day_from_number(number))
            at = [each["geometry"] for each in shown
                  if each["properties"]["from"] <= number < each["properties"].get("to", 10**6)]
            alone = [each["geometry"] for each in decoded(compiled.tile(tile, day))]
            assert sorted(map(str, at)) == sorted(map(str, alone))


@pytest.mark.parametrize("collection, geometry", [
    (EVENTS, Point(RAI)),
    (EVENTS, MultiPoint([RAI, (37.5, 36.7), (10, 10)])),
    (FRONTS, LineString([(37.3, 36.5), (37.45, 36.62), (37.44, 36.7), (60, 40)])),
    (FRONTS, LineString([(30, 30), (37.45, 36.62), (37.44, 36.7), (60, 40), (37.3, 36.6), (37.2, 36.6)])),
    (FRONTS, shapely.MultiLineString([[(37.3, 36.5), (37.45, 36.62)], [(37.5, 36.5), (37.6, 36.7)]])),
    (ZONES, box(37.3, 36.5, 37.6, 36.7)),
    (ZONES, box(30, 30, 50, 50)),
    (ZONES, box(30, 30, 50, 50).difference(box(37.44, 36.61, 37.46, 36.63))),
    (ZONES, box(37.3, 36.4, 37.7, 36.8).difference(box(37.4, 36.6, 37.5, 36.65))),
    (ZONES, shapely.MultiPolygon([box(37.3, 36.5, 37.4, 36.6), Point(37.6, 36.6).buffer(0.05)])),
    (ZONES, Polygon([(37.3, 36.5), (37.6, 36.7), (37.6, 36.5), (37.3, 36.7)])),
])
@pytest.mark.parametrize("zoom, tolerance", [(8, 9.5), (11, 2.5), (14, 2.5)])
def test_geometry_is_right_to_a_few_units_where_exact_and_half_a_pixel_where_simplified(
    collection: Collection, geometry: shapely.Geometry, zoom: int, tolerance: float
) -> None:
    tile = tile_at(RAI, zoom)
    feature = Feature("f", geometry, {}, Validity.exactly(Interval(date(2016, 4, 1), None)))
    data = [TileSet(collection, lambda: [feature], rung=rungs.chosen(name)).tile(tile) for name in ("c", "numpy")]
    assert data[0] == data[1]
    sound = shapely.make_valid(geometry, method="structure") if collection is ZONES else geometry
    wanted = _placed(sound, tile)
    found = [shape(each["geometry"]) for each in decoded(data[0])]
    assert len(found) == (not wanted.is_empty)
    for drawn in found:
        assert drawn.is_valid
        assert drawn.hausdorff_distance(wanted) <= tolerance


_coordinate = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (37 + p[0] / 83, 36.2 + p[1] / 97))
_rings = st.lists(st.lists(_coordinate, min_size=3, max_size=14), min_size=1, max_size=5)


# A needle that turns over when rounded, and one whose sides then cross: either once filled the whole tile.
@example([[(37.06024096385542, 36.2), (37.12048192771084, 36.30309278350516), (37.144578313253014, 36.34432989690722)]],
         11, False)
@example([[(37.0, 36.2), (37.12048192771084, 36.30309278350516), (37.144578313253014, 36.34432989690722),
           (37.06024096385542, 36.2)]], 11, False)
@given(_rings, st.integers(2, 13), st.booleans())
def test_every_polygon_is_valid_and_the_same_from_both(rings: list[Any], zoom: int, holed: bool) -> None:
    parts = [shapely.make_valid(Polygon(ring), method="structure", keep_collapsed=False) for ring in rings]
    area = shapely.union_all(parts)
    if holed:
        area = box(36.9, 36.1, 37.6, 36.7).difference(area)
    feature = Feature("z", area, {}, Validity.exactly(Interval(date(2016, 4, 1), None)))
    pair = [TileSet(ZONES, lambda: [feature], rung=rungs.chosen(name)) for name in ("c", "numpy")]
    middle = tile_at(LngLat(37.24, 36.4), zoom)
    for tile in (middle, middle._replace(x=middle.x + 1), middle._replace(y=middle.y - 1)):
        first, second = (each.tile(tile) for each in pair)
        assert first == second
        for each in decoded(first):
            drawn = shape(each["geometry"])
            assert drawn.is_valid
            assert drawn.area > 0
            west, north, east, south = drawn.bounds  # GEOS's covers is wrong where a hole touches the edge
            assert min(west, north) >= -64
            assert max(east, south) <= 4160
            assert _wound_right(each["geometry"])
        if zoom > 10:
            ground = shapely.union_all([shape(each["geometry"]) for each in decoded(first)])
            wanted = _placed(area, tile)
            assert ground.symmetric_difference(wanted).area <= 2 * (wanted.length + 10)


def _placed(geometry: shapely.Geometry, tile: Tile) -> shapely.Geometry:
    """In tile units, cut at the buffer, not rounded."""
    units = shapely.transform(geometry, lambda c: (project(c) * 2**tile.z - tile[1:]) * 4096)
    return shapely.make_valid(units, method="structure").intersection(box(-64, -64, 4160, 4160))


def _wound_right(geometry: Any) -> bool:
    rings = geometry["coordinates"]
    polygons: Sequence[Any] = [rings] if geometry["type"] == "Polygon" else rings
    return all((_area(ring) > 0) == (place == 0) for polygon in polygons for place, ring in enumerate(polygon))


def _area(ring: list[list[int]]) -> int:
    x, y = np.array(ring).T
    return int(x[:-1] @ y[1:] - x[1:] @ y[:-1])


PINCHED = shapely.MultiPolygon([box(36.9, 36.1, 37.45, 36.62), box(37.45, 36.62, 38.1, 37.2)])


@pytest.mark.parametrize("at, hard", [((37.45, 36.62), 1), ((37.45, 36.4), 0), ((37.45, 37.0), 0), ((36.9, 36.4), 0)])
@pytest.mark.parametrize("kernel", ["c", "numpy"])
def test_only_where_a_polygon_touches_itself_in_the_tile_geos_is_asked(
    kernel: str, at: tuple[float, float], hard: int
) -> None:
    rung = rungs.chosen(kernel)
    made = TileSet(ZONES, lambda: [replace(VERSIONS[0], geometry=PINCHED)], rung=rung)
    tile = tile_at(LngLat(*at), 12)
    left, top = (place * 4096 - 2**23 for place in (tile.x, tile.y))
    one = (np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.uint8))
    assert len(rung.shapes(made.levels.at(12).arrays, *one, snap.Frame(8, left, top)).hard) == hard
    (drawn,) = (shape(each["geometry"]) for each in decoded(made.tile(tile)))
    assert drawn.is_valid
    assert drawn.symmetric_difference(_placed(PINCHED, tile)).area <= 2 * drawn.length


def of_kernel_cases() -> dict[str, tuple[shapely.Geometry, int]]:
    """Areas around Rai, and at which zoom GEOS must look at them there."""
    west, south, east, north = bounds(tile_at(RAI, 12))
    unit = (east - west) / 4096  # a wedge whose tip lies just beyond the edge is cut at one point
    middle = (south + north) / 2
    wedge = Polygon([(east + 65 * unit, middle), (east - 500 * unit, middle - 90 * unit), (east - 500 * unit, middle)])
    notched = box(36.9, 36.1, 38.1, 37.2).difference(wedge)
    bow = Polygon([(36.9, 36.1), (38.1, 37.2), (38.1, 36.1), (36.9, 37.2)])
    return {"valid as it is": (PINCHED, 12), "repaired": (notched, 12), "cannot be cut": (bow, 11)}


@pytest.mark.parametrize("case", ["valid as it is", "repaired", "cannot be cut"])
def test_what_geos_must_look_at_goes_back_into_the_one_day_tile(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    area, zoom = of_kernel_cases()[case]
    around = replace(VERSIONS[0], id="around", geometry=box(36, 35, 39, 38))
    rows = [around, replace(VERSIONS[0], geometry=area), replace(around, id="after")]
    asked: list[dict[int, bytes]] = []
    of_kernel = hard.of_kernel
    monkeypatch.setattr(hard, "of_kernel", lambda *given: asked.append(of_kernel(*given)) or asked[-1])
    tile, day = tile_at(RAI, zoom), Interval.of_day(date(2016, 4, 2))
    made = {name: TileSet(ZONES, lambda: rows, rung=rungs.chosen(name)).tile(tile, day) for name in ("c", "numpy")}
    assert made["c"] == made["numpy"]
    (found,) = asked
    assert len(found) == 1 and all(found.values())
    shapes = [shape(each["geometry"]) for each in decoded(made["c"])]
    assert len(shapes) == 3
    assert all(each.is_valid for each in shapes)


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="'fast', want one of auto, c, numpy"):
        rungs.chosen("fast")


FIRST = """
import sys
from shapely.geometry import Polygon
from geo.model import Feature
from geo.schema import ZONES
from geo.grid import Tile
from geo.tiles import rungs
from geo.tiles.encoder import TileSet
bow = Feature("b", Polygon([(-60, -40), (60, 40), (60, -40), (-60, 40)]), {})
sys.stdout.write(TileSet(ZONES, lambda: [bow], rung=rungs.chosen(sys.argv[1])).tile(Tile(11, 1024, 1024)).hex())
"""


def test_the_first_tile_of_a_process_may_be_one_for_geos() -> None:
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [subprocess.run([sys.executable, "-c", FIRST, name], capture_output=True, text=True, check=True, env=around)
            for name in ("c", "numpy")]
    assert runs[0].stdout == runs[1].stdout != ""


def test_a_set_without_features_has_empty_tiles() -> None:
    nowhere = replace(VERSIONS[0], geometry=None)
    for name in ("c", "numpy"):
        assert TileSet(ZONES, list, rung=rungs.chosen(name)).tile(Tile(3, 4, 3)) == b""
        assert TileSet(ZONES, lambda: [nowhere], rung=rungs.chosen(name)).tile(Tile(12, 4, 3)) == b""


def test_arrays_are_read_by_the_next_process_and_built_where_nobody_may_write(tmp_path: Path) -> None:
    calls = []

    def read() -> list[Feature]:
        calls.append(1)
        return VERSIONS

    tile = tile_at(RAI, 9)
    first = TileSet(ZONES, read, Sidecar(tmp_path / "s.tiles", "zones-1")).tile(tile)
    again = TileSet(ZONES, read, Sidecar(tmp_path / "s.tiles", "zones-1"))
    assert again.tile(tile) == first
    assert len(calls) == 1
    assert isinstance(again.levels.at(9).arrays["refs"].base, np.memmap)
    (tmp_path / "file").write_text("no folder")
    assert TileSet(ZONES, read, Sidecar(tmp_path / "file", "zones-1")).tile(tile) == first


BUILD = """
import sys
from pathlib import Path
from tests.test_tile_rungs import VERSIONS, RAI
from geo.grid import tile_at
from geo.schema import ZONES
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Sidecar
sys.stdout.write(TileSet(ZONES, lambda: VERSIONS, Sidecar(Path(sys.argv[1]), "zones-1")).tile(tile_at(RAI, 9)).hex())
"""


def test_processes_that_build_at_once_agree(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BUILD, str(tmp_path / "s.tiles")]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=around) for _ in range(4)]
    answers = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert len(answers) == 1
    assert answers.pop()
