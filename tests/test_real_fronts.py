"""The real front lines beside the checkout, each file against an independent reading by geopandas and pyproj."""
from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import geopandas
import pytest
import shapely
from click.testing import CliRunner
from pyproj import Geod

from geo.compare import compare
from geo.control import control_at
from geo.errors import InvalidInput
from geo.ground import add_zones
from geo.interval import DAY, Interval
from geo.load import FileRule, LoadOptions, LoadResult, day_in_name, load_files, load_zones, polygon_files
from geo.model import BBox, Feature, LngLat, Query
from geo.store import open_store
from geo.zones import ZoneIndex
from server.cli import dateline

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = [
    pytest.mark.shared, pytest.mark.skipif(not SHARED.is_dir(), reason="the material beside the checkout is not here"),
]

FRAME = BBox(22, 44, 41, 53)
"""Ukraine and the borderland that its neighbours' troops crossed."""
DAILY = LoadOptions("daily", controller="RUSSIA", date_from_name="_YYYYMMDD.", frame=FRAME)
LAYERS = LoadOptions("layers", date_from_name="YYYYMMDD_", frame=FRAME, rules=(
    FileRule("*_RussianAssessedCoTinUkraine.*", "RUSSIA", "control"),
    FileRule("*_RussianAssessedAdvanceinUkraine.*", "RUSSIA", "assessed_advance"),
    FileRule("*_RussianClaimedCoTinUkraine.*", "RUSSIA", "claimed"),
    FileRule("*_UkrainianClaimedCounterOffensives.*", "UKRAINE", "claimed"),
    FileRule("*_UkrainianReportedPartisanWarfare.*", "UKRAINE", "mixed"),
))
PERIODS = LoadOptions(
    "periods", controller_field="type", controllers={"nochange": "RUSSIA", "gains": "RUSSIA", "losses": "UKRAINE"},
    from_field="_datefrom", to_field="_dateto", date_field="date", frame=FRAME,
)
STRAYED = "2026-07-16.json"
PLACES = {"Donetsk": LngLat(37.80, 48.00), "Kyiv": LngLat(30.52, 50.45), "Pokrovsk": LngLat(37.18, 48.28),
          "Robotyne": LngLat(35.84, 47.44), "Kupiansk": LngLat(37.61, 49.71)}


def files(folder: str) -> list[Path]:
    return polygon_files([str(SHARED / folder)]) if SHARED.is_dir() else []


def named(path: Path) -> str:
    return path.name


def frame_of(path: Path) -> geopandas.GeoDataFrame:
    """The features as geopandas has them."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return geopandas.GeoDataFrame.from_features(told.get("value", told), crs="EPSG:4326")


def km2(ground: shapely.Geometry) -> float:
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(ground))[0]) / 1e6


def mended(frame: geopandas.GeoDataFrame) -> geopandas.GeoSeries:
    """Valid ground by shapely's older method; the lines and points that it may leave have no area."""
    whole = frame.geometry.dropna().make_valid(method="linework")
    return whole.apply(lambda ground: shapely.MultiPolygon([
        part for each in shapely.get_parts(ground) for part in shapely.get_parts(each) if part.geom_type == "Polygon"
    ]))


SOUND = [path for path in (*files("ukraine_daily"), *files("ukraine_layers"), *files("ukraine_periods"))
         if path.name != STRAYED]


@pytest.mark.parametrize("path", SOUND, ids=named)
def test_every_file_loads_with_a_report_that_geopandas_confirms(path: Path) -> None:
    options = {"ukraine_daily": DAILY, "ukraine_layers": LAYERS, "ukraine_periods": PERIODS}[path.parent.name]
    result = load_zones(path, options)
    report, frame = result.report, frame_of(path)
    assert report.features == len(frame)
    assert report.warnings.get("W-GEOM-NULL", 0) == int(frame.geometry.isna().sum())
    assert report.warnings.get("W-GEOM-REPAIRED", 0) == int((~frame.geometry.dropna().is_valid).sum())
    said = frame["type"].map(PERIODS.controllers) if options is PERIODS else [path.name] * len(frame)
    assert report.warnings.get("W-DISSOLVED", 0) == len(frame) - len(set(said))
    ground = mended(frame)
    assert report.area_after_km2 == pytest.approx(sum(map(km2, ground)), rel=1e-6, abs=0.01)
    assert report.area_before_km2 == pytest.approx(report.area_after_km2, rel=1e-5)
    held = sum(km2(row.geometry) for row in result.features if row.geometry is not None)
    sides = (each.union_all() for _, each in ground.groupby(list(said)))
    assert held == pytest.approx(sum(map(km2, sides)), rel=1e-6, abs=0.01)
    assert all(row.geometry is not None and row.geometry.is_valid for row in result.features)


def test_the_polygons_that_stray_are_named_and_refused() -> None:
    with pytest.raises(InvalidInput, match=rf"{STRAYED}: feature 2: 92 of its 178 polygons outside of the frame"):
        load_zones(SHARED / "ukraine_periods" / STRAYED, PERIODS)
    frame = frame_of(SHARED / "ukraine_periods" / STRAYED)
    parts = frame.geometry.iloc[[2]].explode().bounds
    beside = (parts.minx < FRAME.west) | (parts.maxx > FRAME.east)
    beyond = (parts.miny < FRAME.south) | (parts.maxy > FRAME.north)
    assert (len(parts), int((beside | beyond).sum())) == (178, 92)
    with pytest.raises(InvalidInput, match=r"1 of 15 files refused, nothing is loaded:\n  2026-07-16\.json: feature 2"):
        load_files(files("ukraine_periods"), PERIODS)


def by_day(folder: str) -> dict[date, Path]:
    return {day_in_name(path.name, "_YYYYMMDD."): path for path in files(folder)}


@pytest.fixture(scope="module")
def daily() -> LoadResult:
    return load_files(files("ukraine_daily"), DAILY)


def test_a_folder_of_days_answers_as_its_files_do_and_no_further(daily: LoadResult) -> None:
    """Each day has the last file's word with its age for three days, and no statement then."""
    index = ZoneIndex(daily.features)
    ground = {day: frame_of(path).union_all() for day, path in by_day("ukraine_daily").items()}
    first, last = min(ground), max(ground)
    silent = 0
    for number in range(-2, (last - first).days + 8):
        day = first + number * DAY
        spoken = max((each for each in ground if each <= day), default=None)
        age = None if spoken is None or (day - spoken).days > 3 else (day - spoken).days
        silent += age is None
        for point in PLACES.values():
            answer = control_at(point, Interval.of_day(day), index)
            is_held = age is not None and spoken is not None and ground[spoken].covers(shapely.Point(point))
            assert (answer.controller, answer.basis) == (("RUSSIA", "zone") if is_held else (None, "none"))
            assert answer.age_days == (age if is_held else None)
    assert silent == sum(1 for _ in _silent(sorted(ground))) + 2 + 4


def _silent(days: list[date]) -> Iterator[int]:
    """The days between two files that are more than three days after the earlier."""
    for one, other in pairwise(days):
        yield from range(4, (other - one).days)


@pytest.mark.parametrize(("day", "said"), [
    ("2026-07-08", "RUSSIA [control] (certain, basis zone, evidence 0 days old)"),
    ("2026-07-09", "RUSSIA [control] (certain, basis zone, evidence 1 days old)"),
    ("2026-08-03", "RUSSIA [control] (certain, basis zone, evidence 3 days old)"),
    ("2026-08-04", "no statement"), ("2024-08-18", "no statement"), ("2024-07-11", "evidence 3 days old"),
    ("2024-07-12", "no statement"), ("2024-07-07", "no statement"),
])
def test_a_missing_day_is_answered_with_its_age_then_not_at_all(
    daily: LoadResult, tmp_path_factory: pytest.TempPathFactory, day: str, said: str
) -> None:
    path = tmp_path_factory.mktemp("war") / "war.gpkg"
    store = open_store(str(path), create=True)
    add_zones(store, daily.pictures, "daily", date(2026, 9, 1))
    store.close()
    answer = CliRunner().invoke(dateline, ["--store", str(path), "control", "37.8,48.0", "--date", day]).stdout
    assert answer.startswith(f"{day}: ")
    assert said in answer


def test_equal_ground_on_days_that_follow_is_one_row(daily: LoadResult) -> None:
    ground = {day: shapely.normalize(frame_of(path).set_precision(1e-6).union_all())
              for day, path in by_day("ukraine_daily").items()}
    days = sorted(ground)
    changes = sum(
        not shapely.equals_exact(ground[one], ground[other], 2e-6) or (other - one).days > 4
        for one, other in pairwise(days)
    )
    assert len(daily.features) == changes + 1 == 51


def rows_of(path: Path, collection: str = "zones") -> list[tuple[object, ...]]:
    store = open_store(str(path))
    rows = sorted(
        (row.id, str(row.valid.outer), row.valid.edtf, json.dumps(dict(row.properties), sort_keys=True, default=str))
        for row in store.read(collection, Query())
    )
    store.close()
    return rows  # type: ignore[return-value]


@pytest.mark.parametrize(("folder", "options"), [
    ("ukraine_daily", DAILY), ("ukraine_layers", LAYERS), ("ukraine_periods", PERIODS),
])
def test_files_one_by_one_in_any_order_make_what_the_folder_makes(
    tmp_path: Path, folder: str, options: LoadOptions
) -> None:
    pictures = load_files([path for path in files(folder) if path.name != STRAYED], options).pictures
    shuffled = list(pictures)
    random.Random(7).shuffle(shuffled)
    for name, loads in (("whole", [pictures]), ("pieces", [[each] for each in shuffled])):
        store = open_store(str(tmp_path / f"{name}.gpkg"), create=True)
        for load in loads:
            add_zones(store, load, options.source, date(2026, 9, 1))
        store.close()
    assert rows_of(tmp_path / "whole.gpkg") == rows_of(tmp_path / "pieces.gpkg") != []
    assert rows_of(tmp_path / "whole.gpkg", "fronts") == rows_of(tmp_path / "pieces.gpkg", "fronts")
    store = open_store(str(tmp_path / "whole.gpkg"))
    version = store.version()
    again = add_zones(store, pictures, options.source, date(2026, 9, 2))
    assert (again.added, again.changed, store.version()) == (0, 0, version)
    store.close()


def test_layers_of_one_source_stand_beside_each_other() -> None:
    result = load_files(files("ukraine_layers"), LAYERS)
    index = ZoneIndex(result.features)
    for path in files("ukraine_layers"):
        ground = mended(frame_of(path)).union_all()
        point = LngLat(*shapely.get_coordinates(ground.representative_point())[0])
        said = [row.properties["status"] for row in index.at(point, day_in_name(path.name, "YYYYMMDD_"))]
        assert next(rule.status for rule in LAYERS.rules if Path(path.name).match(rule.name)) in said
    assert result.total()["warnings"]["W-GEOM-REPAIRED"] == sum(
        int((~frame_of(path).geometry.is_valid).sum()) for path in files("ukraine_layers")
    )


def test_closed_periods_give_each_day_exactly_one_interval() -> None:
    result = load_files(files("ukraine_periods"), PERIODS, is_partial=True)
    assert [each.split(":")[0] for each in result.refused] == [STRAYED]
    stated = {(str(row.get("_datefrom") or row["date"]), str(row.get("_dateto") or row["date"]))
              for path in files("ukraine_periods") if path.name != STRAYED
              for row in frame_of(path).drop(columns="geometry").to_dict("records")}
    days = {
        date.fromisoformat(first) + timedelta(number)
        for first, last in stated
        for number in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    }
    rows: list[Feature] = list(result.features)
    for number in range((max(days) - min(days)).days + 3):
        day = min(days) + (number - 1) * DAY
        spans = {(row.valid.outer, row.valid.edtf) for row in rows if day in row.valid.outer}
        assert len(spans) == (1 if day in days else 0)
    assert {row.valid.edtf for row in rows} == {f"{first}/{last}" for first, last in stated}
    assert rows[0].valid.edtf == "2022-02-24/2022-02-24"


@pytest.mark.parametrize(("folder", "options", "name", "day"), [
    ("ukraine_layers", LAYERS, "20220224_RussianAssessedCoTinUkraine.geojson", date(2022, 2, 24)),
    ("ukraine_daily", DAILY, "deepstatemap_data_20250328.geojson", date(2025, 3, 28)),
])
def test_two_real_sources_side_by_side_are_as_geopandas_overlays_them(
    folder: str, options: LoadOptions, name: str, day: date
) -> None:
    periods = load_files(files("ukraine_periods"), PERIODS, is_partial=True).features
    one = SHARED / folder / name
    found = compare(ZoneIndex([*load_files([one], options).features, *periods]), options.source, "periods", [day])
    ours = mended(frame_of(one)).union_all()
    theirs = {side: shapely.union_all([row.geometry for row in periods if row.properties["controller"] == side
                                       and day in row.valid.outer]) for side in ("RUSSIA", "UKRAINE")}
    russia, ukraine = (km2(shapely.intersection(ours, theirs[side])) for side in theirs)
    assert {part: km2[0] for part, km2 in found.km2.items()} == pytest.approx({
        "agree": russia, "disagree": ukraine, "only_one": km2(ours) - russia - ukraine,
        "only_other": sum(map(km2, theirs.values())) - russia - ukraine,
    }, rel=1e-5, abs=1)
    assert found.km2["agree"][0] > 28_000
    assert found.km2["only_one"][0] > 1_000
