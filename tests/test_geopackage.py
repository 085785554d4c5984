"""The file itself: made whole, refused when foreign, migrated, and read by other programs."""
from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path

import pyogrio
import pytest
from shapely.geometry import Point, box

from geo.errors import StoreError, StoreVersionError
from geo.interval import Interval, Validity
from geo.model import Feature, Query
from geo.schema import COLLECTIONS
from geo.store import layout, open_store

DAY = date(2016, 4, 11)
ZONE = Feature(
    "z1", box(37, 36, 38, 37), {"controller": "ISIL", "step_days": 7},
    Validity.exactly(Interval(date(2016, 4, 1), date(2016, 5, 1))),
)


def made(path: Path) -> Path:
    store = open_store(str(path), create=True)
    store.write("zones", [ZONE], DAY)
    store.close()
    return path


def test_creating_leaves_one_whole_file_and_never_replaces_one(tmp_path: Path) -> None:
    made(tmp_path / "s.gpkg")
    assert [path.name for path in tmp_path.iterdir()] == ["s.gpkg"]
    with pytest.raises(StoreError, match="File exists"):
        layout.create(tmp_path / "s.gpkg")
    assert open_store(str(tmp_path / "s.gpkg"), create=True).summary("zones").count == 1


def test_a_failed_creation_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layout, "synced", full)
    with pytest.raises(StoreError, match="No space left"):
        layout.create(tmp_path / "s.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store; `dateline init`"):
        open_store(str(tmp_path / "none.gpkg"))


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"unable to open|cannot be created"):
        open_store(str(tmp_path / "none" / "s.gpkg"), create=True)


def test_other_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    text, other, foreign = tmp_path / "a.txt", tmp_path / "b.db", tmp_path / "c.gpkg"
    text.write_text("no database, but long enough to be taken for one " * 20)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
    shutil.copy(other, foreign)
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute(f"PRAGMA application_id = {layout.APPLICATION_ID}")
    for path, reason in ((text, "not a database"), (other, "is no GeoPackage"), (foreign, "not a Dateline store")):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=reason):
            open_store(str(path))
        with pytest.raises(StoreError, match=reason):
            layout.migrate(path)
        assert path.read_bytes() == before


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        layout.set_meta(connection, "schema_version", str(version))


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    set_version(made(tmp_path / "s.gpkg"), 99)
    with pytest.raises(StoreVersionError, match="has schema 99"):
        open_store(str(tmp_path / "s.gpkg"))
    with pytest.raises(StoreVersionError, match="use a newer Dateline"):
        layout.migrate(tmp_path / "s.gpkg")


def test_an_older_store_is_refused_then_migrated_step_by_step(tmp_path: Path) -> None:
    path = made(tmp_path / "s.gpkg")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('ALTER TABLE zones RENAME COLUMN controller TO faction')
    set_version(path, 0)
    with pytest.raises(StoreVersionError, match="run `dateline migrate`"):
        open_store(str(path))

    def rename(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE zones RENAME COLUMN faction TO controller")

    assert layout.migrate(path, {0: rename}) == ("schema 0 to 1",)
    assert layout.migrate(path) == ()
    (found,) = open_store(str(path)).read("zones", Query())
    assert found.properties["controller"] == "ISIL"


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = made(tmp_path / "s.gpkg")
    set_version(path, 0)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM zones")
        connection.execute("SELECT nonsense")

    with pytest.raises(StoreError, match="nonsense"):
        layout.migrate(path, {0: half})
    with pytest.raises(StoreVersionError, match="no step leads from schema 0 to 1"):
        layout.migrate(path, {})
    set_version(path, layout.SCHEMA_VERSION)
    assert open_store(str(path)).summary("zones").count == 1


def test_columns_and_collections_that_came_later_are_added(tmp_path: Path) -> None:
    path = made(tmp_path / "s.gpkg")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('ALTER TABLE zones DROP COLUMN confidence_why')
        for table in ("rtree_fronts_geom", "xyday_fronts", "fronts"):
            connection.execute(f"DROP TABLE {table}")
        for table in ("gpkg_extensions", "gpkg_geometry_columns", "gpkg_contents"):
            connection.execute(f"DELETE FROM {table} WHERE table_name = 'fronts'")
    with pytest.raises(StoreVersionError, match=r"lacks column zones\.confidence_why, collection fronts"):
        open_store(str(path))
    assert layout.migrate(path) == ("added column zones.confidence_why", "added collection fronts")
    store = open_store(str(path))
    (found,) = store.read("zones", Query())
    assert (found.properties["controller"], found.properties["confidence_why"]) == ("ISIL", None)
    assert list(store.read("fronts", Query())) == []


def test_it_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    with closing(layout.connect(made(tmp_path / "s.gpkg"), writing=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_geopandas_own_reader_sees_typed_columns_and_uses_the_index(tmp_path: Path) -> None:
    path = made(tmp_path / "s.gpkg")
    info = pyogrio.read_info(path, layer="zones")
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert (info["crs"], info["geometry_type"], info["features"]) == ("EPSG:4326", "MultiPolygon", 1)
    assert (types["valid_from"], types["step_days"], types["evidence_max_km"]) == ("datetime64[D]", "int64", "float64")
    assert info["capabilities"]["fast_spatial_filter"]
    assert len(pyogrio.read_dataframe(path, layer="zones", bbox=(37.2, 36.2, 37.3, 36.3))) == 1
    assert len(pyogrio.read_dataframe(path, layer="zones", bbox=(10, 10, 11, 11))) == 0


@pytest.mark.gis
def test_gdal_lists_the_layers_without_a_warning_while_the_store_is_open(tmp_path: Path) -> None:
    path = tmp_path / "s.gpkg"
    store = open_store(str(path), create=True)
    store.write("zones", [ZONE], DAY)
    store.write("places", [Feature("p", Point(37, 36), {"name": "al-Rai"})], DAY)
    with store.transaction():
        store.write("zones", [Feature("z2", box(1, 1, 2, 2), {})], DAY)
        listed = subprocess.run(["ogrinfo", "-ro", path], capture_output=True, text=True, check=True)
        rows = subprocess.run(
            ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", path, "zones"], capture_output=True, text=True, check=True
        )
    layers = [line.split()[1] for line in listed.stdout.splitlines() if line[:1].isdigit()]
    assert sorted(layers) == sorted([*COLLECTIONS, "dateline_meta"])
    assert "Warning" not in listed.stdout + listed.stderr + rows.stderr
    (feature,) = json.loads(rows.stdout)["features"]
    assert (feature["properties"]["id"], feature["properties"]["valid_from"]) == ("z1", "2016-04-01")
    store.close()
