"""A whole history as one file: every tile in it is the tile set's, whoever reads it and however it was made."""
from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pmtiles.tile as spec
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from PIL import Image
from pmtiles.reader import MmapSource, Reader, all_tiles
from shapely.geometry import Point, box, shape

from bench.coverage import Theatre, points, zones
from bench.publish import turns_of
from geo.errors import InvalidInput, StoreError
from geo.formats.pmtiles import Entry, directory, tile_at, tile_id
from geo.grid import Tile
from geo.interval import Interval, Validity, day_from_number
from geo.model import BBox, Feature, Query
from geo.schema import COLLECTIONS, ZONES
from geo.store import open_store
from geo.tiles import counted
from geo.tiles.archive import Baked, write
from geo.tiles.bake import Plan, Source, bake
from geo.tiles.encoder import TileSet
from geo.tiles.pyramid import Windows, cut, filled
from geo.tiles.spool import WHOLE, Made, Spool
from server.cli import dateline

ZOOMS = range(3, 9)
WAR = zones(Theatre(days=500, columns=16, rows=12, regions=8, flips=1.0))
BOUNDS = BBox(36.0, 31.0, 46.0, 37.0)
FIELDS = {"from": "Number", "to": "Number", "controller": "String"}
ABOUT = {
    "name": "War", "description": "Made up", "attribution": "Nobody",
    "vector_layers": [{"id": "zones", "fields": FIELDS, "minzoom": 3, "maxzoom": 8}],
}


@contextmanager
def quiet(length: int, label: str) -> Iterator[Callable[[int], None]]:
    yield lambda done: None


def baked(
    folder: Path, workers: int = 1, form: str = "pmtiles", rows: Sequence[Feature] = WAR
) -> tuple[Path, list[Windows]]:
    folder.mkdir(parents=True, exist_ok=True)
    with closing(Spool(folder / "tiles.sqlite", "war")) as spool:
        plan = Plan(ZOOMS, turns_of(rows), workers=workers, window_bytes=65_000)
        windows = bake(Source("zones", folder / "arrays", "zones"), lambda: rows, plan, spool, quiet)
        path = folder / f"war.{form}"
        write(form, path, Baked(spool, windows, BOUNDS, ABOUT))
    return path, windows


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Windows]]:
    return baked(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def tileset() -> TileSet:
    return TileSet(ZONES, lambda: WAR)


@pytest.fixture
def reader(archive: tuple[Path, list[Windows]]) -> Iterator[Reader]:
    with archive[0].open() as file:
        yield Reader(MmapSource(file))


def around(zoom: int) -> Iterator[Tile]:
    """All tiles of the extent and of a frame around it."""
    side = 1 << zoom
    columns = range(max(int((BOUNDS.west + 180) / 360 * side) - 2, 0), int((BOUNDS.east + 180) / 360 * side) + 3)
    rows = range(max(int(0.37 * side) - 2, 0), int(0.42 * side) + 3)
    return (Tile(zoom, x, y) for x in columns for y in rows)


@pytest.mark.parametrize("zoom", range(7))
def test_tiles_are_numbered_as_the_specification_does(zoom: int) -> None:
    for x in range(1 << zoom):
        for y in range(1 << zoom):
            number = spec.zxy_to_tileid(zoom, x, y)
            assert tile_id(Tile(zoom, x, y)) == number
            assert tile_at(number) == Tile(zoom, x, y)


@pytest.mark.parametrize("count", [1, 100, 40_000])
def test_directories_are_read_back_by_the_library_of_the_format(count: int) -> None:
    random = np.random.default_rng(count)
    ids = np.unique(random.integers(0, 2**50, count)).tolist()
    offsets = random.integers(0, 2**40, len(ids)).tolist()
    entries = [Entry(*each, 1 + each[0] % 7, 1 + each[0] % 3) for each in zip(ids, offsets, strict=True)]
    packed = directory(entries, 16_257)
    assert len(packed.root) <= 16_257
    assert bool(packed.leaves) == (count > 10_000)
    read = spec.deserialize_directory(packed.root)
    if packed.leaves:
        assert {entry.run_length for entry in read} == {0}
        read = [entry for leaf in read for entry in
                spec.deserialize_directory(packed.leaves[leaf.offset:leaf.offset + leaf.length])]
    assert [Entry(each.tile_id, each.offset, each.length, each.run_length) for each in read] == entries


def test_every_tile_of_all_days_is_the_tile_sets_and_none_is_missing(reader: Reader, tileset: TileSet) -> None:
    found = 0
    for tile in (tile for zoom in ZOOMS for tile in around(zoom)):
        body = reader.get(*tile)
        assert (gzip.decompress(body) if body else b"") == tileset.tile(tile), tile
        found += bool(body)
    assert found == reader.header()["addressed_tiles_count"] > 50, "there is nothing beside the extent"


def test_every_tile_of_a_window_is_the_tile_sets(
    archive: tuple[Path, list[Windows]], reader: Reader, tileset: TileSet
) -> None:
    assert [each.window for each in archive[1]] == ["month", "year", "all"]
    second, header, data = reader.metadata()["second"], reader.header(), archive[0].read_bytes()
    assert second["data"] == header["tile_data_length"]
    start = header["leaf_directory_offset"] + second["offset"]
    entries = spec.deserialize_directory(data[start:start + second["length"]])
    for windows in archive[1]:
        for place, span in enumerate(windows.spans):
            zooms = range(windows.minzoom, windows.maxzoom + 1)
            for tile in (tile for zoom in zooms for tile in around(zoom)):
                entry = spec.find_tile(entries, (windows.first + place << 40) + tile_id(tile))
                at = header["tile_data_offset"] + (entry.offset if entry else 0)
                body = gzip.decompress(data[at:at + entry.length]) if entry else b""
                assert body == tileset.tile(tile, span), (tile, span)


def test_the_metadata_say_where_each_span_begins(archive: tuple[Path, list[Windows]], reader: Reader) -> None:
    months, years, everything = reader.metadata()["windows"]
    assert everything == {"minzoom": 8, "maxzoom": 8, "window": "all"}
    assert (years["minzoom"], years["maxzoom"], years["first"]) == (7, 7, 0)
    assert [str(day_from_number(day)) for day in years["starts"]] == ["2015-01-01"]
    starts = [str(day_from_number(day)) for day in months["starts"]]
    assert (months["first"], len(starts), starts[0], starts[-1]) == (2, 16, "2014-02-01", "2015-05-01")


def test_sections_follow_one_another_and_tiles_lie_in_the_order_of_their_numbers(
    archive: tuple[Path, list[Windows]], reader: Reader
) -> None:
    header = reader.header()
    end = 127
    for name in ("root", "metadata", "leaf_directory", "tile_data"):
        length = header[f"{name}_length" if name != "root" else "root_length"]
        assert header[f"{name}_offset"] == end
        end += length
    assert end == archive[0].stat().st_size
    entries = spec.deserialize_directory(archive[0].read_bytes()[127:127 + header["root_length"]])
    ends = 0
    for entry in entries:
        assert entry.offset <= ends, "clustered: a tile lies behind the one before, or where it was met first"
        ends = max(ends, entry.offset + entry.length)
    assert header["tile_entries_count"] == len(entries)
    assert header["tile_contents_count"] == len({entry.offset for entry in entries})
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (3, 8, True)
    assert header["min_lon_e7"], header["max_lat_e7"] == (360_000_000, 370_000_000)


@pytest.mark.parametrize("form", ["pmtiles", "mbtiles"])
def test_the_bytes_do_not_hang_on_the_number_of_workers(tmp_path: Path, form: str) -> None:
    one, many = (baked(tmp_path / str(count), count, form)[0].read_bytes() for count in (1, 3))
    assert one == many


def test_gdal_reads_the_features_that_the_tiles_have(archive: tuple[Path, list[Windows]], tileset: TileSet) -> None:
    frame = pyogrio.read_dataframe(archive[0], ZOOM_LEVEL=8)
    expected: Counter[tuple[str, int, int]] = Counter()
    for tile in around(8):
        body = tileset.tile(tile)
        for feature in mapbox_vector_tile.decode(body)["zones"]["features"] if body else []:
            said, ground = feature["properties"], shapely.make_valid(shape(feature["geometry"]))
            if not ground.intersection(box(0, 0, 4096, 4096)).area:
                continue  # only in the buffer, which GDAL cuts off
            expected[said["controller"], said["from"], said["to"]] += 1
    assert Counter(zip(frame["controller"], frame["from"], frame["to"], strict=True)) == expected
    west, south, east, north = frame.to_crs(4326).total_bounds
    assert (west, south, east, north) == pytest.approx((36, 31, 46, 37), abs=0.1)


@pytest.mark.gis
def test_debians_gdal_reads_mbtiles(tmp_path: Path, archive: tuple[Path, list[Windows]]) -> None:
    path, _ = baked(tmp_path, form="mbtiles")
    command = ["ogrinfo", "-ro", "-geom=NO", "-oo", "ZOOM_LEVEL=8", str(path), "zones"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.count("OGRFeature(zones)") == len(pyogrio.read_dataframe(archive[0], ZOOM_LEVEL=8)) > 100


@pytest.mark.gis
def test_qgis_draws_the_zones_of_a_day_out_of_all_days(tmp_path: Path) -> None:
    path, _ = baked(tmp_path, form="mbtiles")
    environment = {"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    held = {}
    for day in (5400, 9000):
        picture = tmp_path / f"{day}.png"
        wanted = f'"from" <= {day} AND "to" > {day}'
        command = ["/usr/bin/python3", "tools/qgis_draw.py", str(path), str(picture), "35", "30", "47", "38"]
        command += ['{"NORTH": "black"}', wanted]
        subprocess.run(command, check=True, env=environment, capture_output=True, timeout=120)
        held[day] = (np.asarray(Image.open(picture).convert("L")) < 128).mean()
    area = sum(row.geometry.area for row in WAR
               if row.properties["controller"] == "NORTH" and day_from_number(5400) in row.valid.outer)
    assert held[9000] == 0
    assert held[5400] == pytest.approx(area / (12 * 8), rel=0.25), "the picture is wider than high, and a map"


def test_mbtiles_has_the_same_tiles_in_rows_from_the_south(tmp_path: Path, reader: Reader) -> None:
    path, _ = baked(tmp_path, form="mbtiles")
    with closing(sqlite3.connect(path)) as file:
        north = "(1 << zoom_level) - 1 - tile_row"
        rows = list(file.execute(f"SELECT zoom_level, tile_column, {north}, tile_data FROM tiles"))
        said = dict(file.execute("SELECT name, value FROM metadata"))
        assert file.execute("PRAGMA application_id").fetchone() == (0x4D504258,)
    assert {(z, x, y): body for z, x, y, body in rows} == dict(all_tiles(reader.get_bytes))
    assert (said["format"], said["minzoom"], said["maxzoom"]) == ("pbf", "3", "8")
    assert json.loads(said["json"])["vector_layers"] == ABOUT["vector_layers"]


def test_the_walk_finds_one_tile_a_zoom_of_a_small_place_and_none_of_an_empty_box() -> None:
    boxes = np.array([[2_500_000, 2_500_000, 2_500_000, 2_500_000], [2**31 - 1, 0, -(2**31 - 1), 0]])
    assert [tile.z for tile in filled(boxes, 14, 5)] == list(range(5, 15))
    assert list(filled(boxes[1:], 14)) == []


@pytest.mark.parametrize(("window", "turns", "spans"), [
    ("year", [date(2014, 5, 1), date(2016, 2, 3)], ["../2014-12-31", "2015-01-01/2015-12-31", "2016-01-01/.."]),
    ("month", [date(2014, 12, 31), date(2015, 1, 1)], ["../2014-12-31", "2015-01-01/.."]),
    ("month", [date(2014, 5, 1), date(2014, 5, 31)], ["../.."]),
    ("month", [], ["../.."]),
])
def test_history_is_cut_where_the_calendar_turns(window: str, turns: list[date], spans: list[str]) -> None:
    assert [str(span) for span in cut(window, turns)] == spans


@pytest.mark.parametrize("collection", ["mentions", "events", "places", "fronts"])
def test_every_tile_of_the_other_collections_is_there_too(demo_store: Path, tmp_path: Path, collection: str) -> None:
    with closing(open_store(str(demo_store))) as store:
        rows, turns = list(store.read(collection, Query())), store.change_days(collection)
    tileset = TileSet(COLLECTIONS[collection], lambda: rows)
    with closing(Spool(tmp_path / "tiles.sqlite", collection)) as spool:
        source, plan = Source(collection, tmp_path / "arrays", collection), Plan(range(3, 10), turns)
        bake(source, lambda: rows, plan, spool, quiet)
        found = {tile_at(number): gzip.decompress(body) for number, body in spool.whole()}
    assert len(found) > 50
    neighbours = {Tile(z, x + a, y + b) for z, x, y in found for a in (-1, 0, 1) for b in (-1, 0, 1)}
    for tile in neighbours:
        assert found.get(tile, b"") == tileset.tile(tile), tile


def test_many_points_are_cut_before_their_days_are_counted_together(tmp_path: Path) -> None:
    where, days = points(6_000, 900)
    said = {"controller": "NORTH", "control_certainty": "certain", "role": "literal"}
    rows = [
        Feature(f"m{number}", Point(at), {**said, "lng": at[0], "lat": at[1]}, Validity.exactly(Interval.of_day(day)))
        for number, (at, day) in enumerate(zip(where.tolist(), map(day_from_number, days.tolist()), strict=True))
    ]
    turns = turns_of(rows)
    with closing(Spool(tmp_path / "tiles.sqlite", "points")) as spool:
        plan = Plan(range(4, 11), turns)
        windows = bake(Source("mentions", tmp_path / "arrays", "points"), lambda: rows, plan, spool, quiet)
        largest = spool.largest()
    assert largest[4] < counted.LARGEST, "as if it were no large tile"
    assert (windows[0].minzoom, windows[0].window) == (4, "year")
    assert (windows[-1].maxzoom, windows[-1].window) == (10, "all")


def test_nothing_to_draw_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no tiles"):
        baked(tmp_path, rows=[])
    assert not list(tmp_path.glob("war.*"))


def test_a_spool_of_something_else_is_begun_anew(tmp_path: Path) -> None:
    made = Made(WHOLE, 7, 1, 3, b"abc")
    with closing(Spool(tmp_path / "spool", "one")) as spool:
        spool.keep([made])
    with closing(Spool(tmp_path / "spool", "one")) as spool:
        assert spool.done() == {(WHOLE, 7)}
    with closing(Spool(tmp_path / "spool", "other")) as spool:
        assert spool.done() == set()


def test_two_processes_cannot_fill_one_spool(tmp_path: Path) -> None:
    with closing(Spool(tmp_path / "spool", "one")), pytest.raises(StoreError, match="another process"):
        Spool(tmp_path / "spool", "one")


@pytest.fixture(scope="module")
def war_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("war") / "war.gpkg"
    with closing(open_store(str(path), create=True)) as store:
        store.write("zones", zones(Theatre(days=300, columns=24, rows=18, regions=12, flips=3.0)), date(2026, 1, 1))
    return path


def exporting(store: Path, output: Path) -> list[str]:
    return ["--quiet", "--store", str(store), "export", "zones", "-f", "pmtiles", "-o", str(output), "--workers", "2"]


def test_killed_and_begun_again_it_goes_on_and_comes_to_the_same_file(war_store: Path, tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.pmtiles", tmp_path / "broken.pmtiles"
    CliRunner().invoke(dateline, exporting(war_store, whole), catch_exceptions=False)
    spool = tmp_path / ".broken.pmtiles.baking" / "tiles.sqlite"
    process = subprocess.Popen([sys.executable, "-m", "server.cli", *exporting(war_store, broken)])
    end = time.monotonic() + 60
    while not (log := spool.with_name("tiles.sqlite-wal")).exists() or log.stat().st_size < 300_000:
        assert time.monotonic() < end and process.poll() is None, "it was done before it could be killed"
        time.sleep(0.005)
    children = descendants(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not broken.exists()
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < end, "workers outlive the process that they work for"
        time.sleep(0.05)
    marked = tmp_path / "marked.pmtiles"
    shutil.copytree(spool.parent, tmp_path / ".marked.pmtiles.baking")
    with closing(sqlite3.connect(tmp_path / ".marked.pmtiles.baking" / "tiles.sqlite")) as file:
        begun = file.execute("SELECT count(*) FROM tile").fetchone()[0]
        file.execute("UPDATE tile SET body = ? WHERE id = (SELECT min(id) FROM tile)", (gzip.compress(b"kept"),))
        file.commit()
    for output in (broken, marked):
        CliRunner().invoke(dateline, exporting(war_store, output), catch_exceptions=False)
    assert broken.read_bytes() == whole.read_bytes()
    with whole.open() as one, marked.open() as other:
        first, second = (dict(all_tiles(MmapSource(file))) for file in (one, other))
    assert 0 < begun < len(first)
    (changed,) = (tile for tile in first if first[tile] != second[tile])
    assert gzip.decompress(second[changed]) == b"kept", "what was done is not done again"
    assert not spool.parent.exists()


def descendants(process: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()]


def test_a_part_of_the_history_is_exported_as_that_part(war_store: Path, tmp_path: Path) -> None:
    output = tmp_path / "april.mbtiles"
    CliRunner().invoke(dateline, [
        "--quiet", "--store", str(war_store), "export", "zones", "-f", "mbtiles", "-o", str(output),
        "--datetime", "2014-04-01/2014-04-30", "--max-zoom", "6", "--workers", "1"], catch_exceptions=False)
    frame = pyogrio.read_dataframe(output, ZOOM_LEVEL=6)
    april = Interval(date(2014, 4, 1), date(2014, 5, 1))
    spans = [Interval(day_from_number(a), day_from_number(b)) for a, b in zip(frame["from"], frame["to"], strict=True)]
    assert spans and all(span.intersects(april) for span in spans)


@pytest.mark.parametrize(("arguments", "words"), [
    (["export", "zones", "-f", "pmtiles"], "want a file"),
    (["export", "zones", "-f", "pmtiles", "-o", "x.pmtiles", "--min-zoom", "9", "--max-zoom", "8"], "zooms: 9 to 8"),
    (["publish", "full"], "not published by dateline"),
])
def test_what_cannot_be_written_is_refused(
    war_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "index.html").write_text("somebody's page")
    said = CliRunner().invoke(dateline, ["--store", str(war_store), *arguments])
    assert said.exit_code != 0
    assert words in str(said.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_published_again_only_what_changed_is_written_and_what_is_gone_is_removed(
    demo_store: Path, tmp_path: Path
) -> None:
    store = tmp_path / "copy.gpkg"
    store.write_bytes(demo_store.read_bytes())
    site = tmp_path / "site"
    command = ["--quiet", "--store", str(store), "publish", str(site), "--max-zoom", "7"]
    command += ["--base-url", "https://x.example/m"]

    def publish() -> dict[str, int]:
        CliRunner().invoke(dateline, command, catch_exceptions=False)
        files = (path for path in site.rglob("*") if path.is_file())
        return {path.relative_to(site).as_posix(): path.stat().st_mtime_ns for path in files}

    first = publish()
    assert publish() == first
    listed = json.loads((site / "dateline-site.json").read_text())["files"]
    assert sorted([*listed, "dateline-site.json"]) == sorted(first)
    said = json.loads((site / "tiles" / "zones.json").read_text())
    assert said["tiles"] == ["pmtiles://https://x.example/m/tiles/zones.pmtiles/{z}/{x}/{y}"]
    assert (said["minzoom"], said["maxzoom"]) == (3, 7)
    (site / "dateline-site.json").write_text(json.dumps({"files": [*listed, "stories/old.html", "../copy.gpkg"]}))
    (site / "stories" / "old.html").write_text("withdrawn")
    assert set(publish()) == set(first)
    assert store.exists()
