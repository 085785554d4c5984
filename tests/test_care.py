"""The store's care: what is damaged is recognised and left alone, a backup is whole, a restore is all or nothing."""
from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import Point, box

from geo.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreGone, StoreReadOnly, StoreVersionError
from geo.interval import Interval, Validity
from geo.model import Feature, Query
from geo.store import Store, care, layout, migrate, open_store

DAY = date(2016, 4, 11)
APRIL = Validity.exactly(Interval(date(2016, 4, 1), date(2016, 5, 1)))


def place(number: int) -> Feature:
    return Feature(f"p{number}", Point(37 + number / 1000, 36), {"name": f"Place {number}"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "war.gpkg"
    store = open_store(str(made), create=True)
    store.write("places", [place(number) for number in range(500)], DAY)
    store.write("zones", [Feature("z", box(37, 36, 38, 37), {"controller": "ISIL"}, APRIL)], DAY)
    store.settle()
    store.close()
    return made


def places(store: Store) -> list[str]:
    return [feature.id for feature in store.read("places", Query())]


def test_a_sound_store_is_said_to_be_so(path: Path) -> None:
    assert care.check(path).rows == {
        "places": 500, "zones": 1, "articles": 0, "mentions": 0, "events": 0, "reports": 0, "fronts": 0}


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xa5" * 4096 * 8)


def zeroed(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(4096))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_words(path: Path) -> None:
    path.write_text("no database, but long enough to be taken for one " * 20)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        layout.set_meta(connection, "schema_version", "99")
        connection.execute("PRAGMA journal_mode = DELETE")


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "half of it": (truncated, "malformed"), "overwritten pages": (overwritten, "is damaged"),
    "no first page": (zeroed, "not a database"), "nothing": (emptied, "is no GeoPackage"),
    "words": (of_words, "not a database"), "another program's": (foreign, "is no GeoPackage"),
    "a newer release's": (newer, "has schema 99"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", [("check",), ("serve", "--port", "1")], ids=["check", "serve"])
def test_a_start_on_damage_ends_soon_with_file_cause_and_cure(
    path: Path, damage: str, command: tuple[str, ...]
) -> None:
    harm, cause = DAMAGES[damage]
    harm(path)
    before, begun = path.read_bytes(), time.monotonic()
    done = subprocess.run([sys.executable, "-m", "server.cli", "--store", str(path), *command],
                          capture_output=True, text=True, check=False, timeout=60)
    assert time.monotonic() - begun < 10, "3 s of which are promised where nothing else runs"
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert str(path) in line
    assert cause in line
    assert f"dateline --store {path} restore BACKUP" in line or "use a newer Dateline" in line
    assert path.read_bytes() == before


@pytest.mark.parametrize("statement, wrong", [
    ("DELETE FROM rtree_places_geom WHERE id = 7", "rtree_places_geom has 499 rows"),
    ("DELETE FROM xyday_places WHERE id = 7", "xyday_places has 499 rows"),
    ("INSERT INTO mentions (id, article, known_from) VALUES ('m', 'gone', '2016-04-11')", "belongs to no article"),
])
def test_what_no_database_would_notice_is_noticed(path: Path, statement: str, wrong: str) -> None:
    with closing(layout.connect(path, writing=True)) as connection:
        connection.execute(statement)
    with pytest.raises(StoreDamaged, match=wrong):
        care.check(path)


def test_twenty_backups_while_others_write_each_hold_all_that_was_kept_before(path: Path, tmp_path: Path) -> None:
    store, kept, stop = open_store(str(path)), [499], threading.Event()

    def write() -> None:
        while not stop.is_set():
            store.write("places", [place(kept[0] + 1)], DAY)
            kept[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(20):
            before, target = kept[0], tmp_path / f"backup-{number}.gpkg"
            state = care.backup(path, target)
            assert before < state.rows["places"] <= kept[0] + 2
            assert care.check(target) == state
    finally:
        stop.set()
        writer.join()
    assert sorted(each.name for each in tmp_path.glob("*backup*")) == sorted(f"backup-{n}.gpkg" for n in range(20))


def test_a_backup_replaces_no_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(StoreError, match="there is a file already"):
        care.backup(path, tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"


def test_a_restore_under_an_open_store_is_seen_at_once_and_written_on(path: Path, tmp_path: Path) -> None:
    care.backup(path, tmp_path / "backup.gpkg")
    store = open_store(str(path))
    store.write("places", [place(1000)], DAY)
    version = store.version()
    care.restore(path, tmp_path / "backup.gpkg")
    assert places(store) == places(open_store(str(tmp_path / "backup.gpkg")))
    assert store.version().split("-")[0] != version.split("-")[0], "or tiles of the one would pass for the other's"
    store.write("places", [place(1001)], DAY)
    assert "p1001" in places(open_store(str(path)))
    assert care.check(path).rows["places"] == 501


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_moved_aside_and_the_backup_takes_its_place(
    path: Path, tmp_path: Path, damage: str
) -> None:
    care.backup(path, tmp_path / "backup.gpkg")
    DAMAGES[damage][0](path)
    before = path.read_bytes()
    assert care.restore(path, tmp_path / "backup.gpkg").rows["places"] == 500
    assert care.check(path).rows["places"] == 500
    (aside,) = (each for each in tmp_path.glob("war.gpkg.damaged-*") if each.suffix not in (".gpkg-wal", ".gpkg-shm")
                and not each.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == before


@pytest.mark.parametrize("damage", [name for name in DAMAGES if name != "a newer release's"])
def test_a_bad_backup_changes_nothing(path: Path, tmp_path: Path, damage: str) -> None:
    bad = Path(shutil.copy(path, tmp_path / "backup.gpkg"))
    DAMAGES[damage][0](bad)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match=r"the backup .*; the store was left as it is"):
        care.restore(path, bad)
    assert path.read_bytes() == before
    assert care.check(path).rows["places"] == 500


def test_a_backup_of_a_newer_release_is_refused(path: Path, tmp_path: Path) -> None:
    later = Path(shutil.copy(path, tmp_path / "backup.gpkg"))
    newer(later)
    with pytest.raises(StoreVersionError, match=r"the backup .* use a newer Dateline"):
        care.restore(path, later)


def test_a_store_that_is_gone_says_so_and_one_in_its_place_is_read(path: Path, tmp_path: Path) -> None:
    store, other = open_store(str(path)), Path(shutil.copy(path, tmp_path / "other.gpkg"))
    changed = open_store(str(other))
    changed.delete("places", Query(ids=("p7",)))
    changed.settle()
    changed.close()
    assert "p7" in places(store)
    path.rename(tmp_path / "away.gpkg")
    with pytest.raises(StoreGone, match="the store is gone"):
        places(store)
    with pytest.raises(StoreGone, match="the store is gone"):
        store.write("places", [place(2000)], DAY)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    other.rename(path)
    assert "p7" not in places(store)
    assert store.write("places", [place(2000)], DAY).added == 1
    assert care.check(path).rows["places"] == 500


def test_what_went_into_a_file_that_was_taken_away_is_not_said_to_be_kept(path: Path, tmp_path: Path) -> None:
    store = open_store(str(path))
    with pytest.raises(StoreGone), store.transaction():
        store.write("places", [place(2000)], DAY)
        path.rename(tmp_path / "away.gpkg")


def test_a_writer_waits_and_then_says_who_is_in_the_way(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BUSY_SECONDS", 0.2)
    store = open_store(str(path))
    with closing(layout.connect(path, writing=True)) as other, layout.committed(other):
        assert len(places(store)) == 500
        with pytest.raises(StoreBusy, match="another program is writing"):
            store.write("places", [place(3000)], DAY)
    assert store.write("places", [place(3000)], DAY).added == 1


def test_a_store_that_nobody_may_write_to_is_read_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(str(path))
    connect = layout.connect

    def read_only(path: Path, *, writing: bool = False) -> sqlite3.Connection:
        connection = connect(path, writing=writing)
        connection.execute("PRAGMA query_only = ON")
        return connection

    monkeypatch.setattr(layout, "connect", read_only)
    with pytest.raises(StoreReadOnly, match="cannot be written to"):
        store.write("places", [place(3000)], DAY)
    assert len(places(store)) == 500


def test_a_full_store_says_so_and_goes_on_when_there_is_room(path: Path) -> None:
    store = open_store(str(path))
    store.write("places", [place(999)], DAY)
    writer = store._connected()  # type: ignore[attr-defined]
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull, match="the disk is full"):
        store.write("places", [place(number) for number in range(5000, 9000)], DAY)
    assert len(places(store)) == 501
    writer.execute("PRAGMA max_page_count = 1000000")
    assert store.write("places", [place(5000)], DAY).added == 1
    assert care.check(path).rows["places"] == 502


OLD = Path(__file__).with_name("stores") / "before-records.gpkg.gz"
"""Written by Dateline as it was before it had the desk's records: a zone in two beliefs, a story with its mention."""


def test_a_store_of_an_earlier_release_is_backed_up_brought_up_and_back(tmp_path: Path) -> None:
    path, backup = tmp_path / "war.gpkg", tmp_path / "backup.gpkg"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    for command in ("check", "serve"):
        done = subprocess.run([sys.executable, "-m", "server.cli", "--store", str(path), command],
                              capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, "run `dateline migrate`" in done.stderr) == (2, True)
    before = care.backup(path, backup)
    assert migrate(str(path)) == ("added the table of the desk's records",)
    assert care.check(path).rows == {**before.rows, "events": 0, "reports": 0, "fronts": 0}
    store = open_store(str(path))
    believed = [next(store.read("zones", Query(as_known_on=date(2016, 4, day)))) for day in (15, 25)]
    assert [zone.properties["controller"] for zone in believed] == ["ISIL", "REBELS"]
    assert store.write("places", [place(2)], DAY).added == 1
    care.restore(path, backup)
    with pytest.raises(StoreVersionError, match="run `dateline migrate`"):
        open_store(str(path))
    migrate(str(path))
    assert places(open_store(str(path))) == ["p1"]
    assert next(open_store(str(path)).read("places", Query())).properties["name"] == "al-Rai"
