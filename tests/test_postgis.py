"""What only a store in PostgreSQL has: its index of ground and days, writers in a queue, errors by name, a check."""
from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from shapely import Point

from geo.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReadOnly, StoreVersionError
from geo.interval import Interval, Validity
from geo.model import BBox, Feature, Query
from geo.store import migrate, open_store, postgis_session, search
from geo.store.postgis import PostgisStore
from geo.store.postgis_session import named_errors
from server.cli import dateline

MONDAY = date(2016, 4, 11)
MARCH = Interval(date(2017, 3, 1), date(2017, 4, 1))


@pytest.fixture
def store(database: str) -> Iterator[PostgisStore]:
    opened = open_store(database)
    assert isinstance(opened, PostgisStore)
    yield opened
    opened.close()


def event(number: int, day: date = MONDAY) -> Feature:
    return Feature(f"e{number}", Point(36 + number % 50 / 10, 33 + number % 31 / 10), {"type": "attack"},
                   Validity.exactly(Interval.of_day(day)))


def test_ground_and_days_are_asked_of_one_index(store: PostgisStore, database: str) -> None:
    days = [date(2015 + number % 3, 1 + number % 12, 1 + number % 28) for number in range(8000)]
    store.write("events", [event(number, day) for number, day in enumerate(days)], MONDAY)
    query = Query(bbox=BBox(37, 34, 37.5, 34.5), when=MARCH)
    condition = search.where(search.collection_named("events"), query, store.dialect)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ANALYZE events")
        said = connection.execute("EXPLAIN SELECT id FROM events WHERE " + condition.sql.replace("?", "%s"),
                                  condition.values).fetchall()
    plan = "\n".join(line for (line,) in said)
    assert "events_xyday" in plan, plan
    (index_condition,) = [line for line in plan.splitlines() if "Index Cond" in line]
    assert "geom &&" in index_condition and "valid &&" in index_condition, plan
    brute = {each.id for each in store.read("events", Query()) if query.bbox and each.geometry is not None
             and 37 <= each.geometry.x <= 37.5 and 34 <= each.geometry.y <= 34.5  # type: ignore[attr-defined]
             and each.valid.outer.intersects(MARCH)}
    assert {each.id for each in store.read("events", query)} == brute
    assert len(brute) > 3


WRITER = """
import sys
from datetime import date
from shapely import Point
from geo.model import Feature
from geo.store import open_store
address, mine = sys.argv[1:]
store = open_store(address)
for number in range(40):
    shared = Feature(f"shared{number}", Point(37, 36), {"name": "the same"})
    own = Feature(f"{mine}-{number}", Point(37, 36), {"name": mine})
    with store.transaction():
        store.write("places", [shared, own], date(2016, 4, 11))
        store.set_source("last", mine)
print(store.version())
store.close()
"""


def test_writers_of_several_processes_take_turns_and_lose_nothing(store: PostgisStore, database: str) -> None:
    before = store.version()
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, database, f"w{number}"], stdout=subprocess.PIPE,
                                text=True, cwd=Path(__file__).resolve().parents[1]) for number in range(4)]
    seen = set[int]()
    while any(writer.poll() is None for writer in writers):
        seen.add(sum(1 for _ in store.read("places", Query())))
    versions = [writer.communicate()[0].strip() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4
    assert store.count("places") == 40 + 4 * 40
    name, _, number = before.rpartition("-")
    assert store.version() == f"{name}-{int(number) + 160}" == max(versions, key=lambda each: int(each[len(name) + 1:]))
    assert len(seen) > 2, "read meanwhile"


def test_a_writer_that_waits_too_long_is_told(
    store: PostgisStore, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgis_session, "BUSY_SECONDS", 1)
    other = open_store(database)
    with closing(other), store.transaction():
        store.write("events", [event(1)], MONDAY)
        begin = time.monotonic()
        with pytest.raises(StoreBusy, match="lock timeout"):
            other.write("events", [event(2)], MONDAY)
        assert 0.9 < time.monotonic() - begin < 5
        assert other.read("events", Query()) is not None and list(other.read("events", Query())) == []
    assert [each.id for each in store.read("events", Query())] == ["e1"]


def test_what_cannot_be_written_says_why(store: PostgisStore, database: str) -> None:
    name = database.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with closing(open_store(database)) as closed, pytest.raises(StoreReadOnly, match="read-only"):
        closed.write("events", [event(1)], MONDAY)
    with pytest.raises(StoreFull, match="no room"), named_errors("news"):
        raise psycopg.errors.DiskFull("no room")
    with pytest.raises(StoreDamaged, match="invalid page"), named_errors("news"):
        raise psycopg.errors.DataCorrupted("invalid page")


def test_a_slow_statement_of_a_reader_is_ended(store: PostgisStore) -> None:
    with store._reader() as connection:
        connection.execute("SET statement_timeout = '200ms'")
    with pytest.raises(StoreBusy, match="statement timeout"), store._reader() as connection:
        connection.execute("SELECT pg_sleep(5)")
    assert store.count("events") == 0


def test_readers_cannot_write(store: PostgisStore) -> None:
    with pytest.raises(StoreReadOnly, match="read-only transaction"), store._reader() as connection:
        connection.execute("DELETE FROM events")


def test_a_purge_waits_for_no_reader(store: PostgisStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.store.postgis.REWRITE_SECONDS", 1)
    store.write("events", [event(number) for number in range(2000)], MONDAY)
    reading = store.read("events", Query())
    first = next(reading)
    store.delete("events", Query(ids=("e7",)))
    begin = time.monotonic()
    store.settle()
    assert time.monotonic() - begin < 4
    assert 1 + sum(1 for _ in reading) == 2000, "it reads its own state to the end"
    assert (first.id, store.count("events")) == ("e0", 1999)


def test_many_readers_wait_for_one_of_the_connections(store: PostgisStore) -> None:
    store.write("events", [event(1)], MONDAY)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(store.count("events"))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 64


def test_a_check_counts_what_is_sound_and_names_what_is_not(store: PostgisStore, database: str) -> None:
    mention = Feature("m1", Point(37, 36), {"article": "a1", "toponym": "Azaz"})
    store.write("articles", [Feature("a1", None, {"title": "T"})], MONDAY)
    store.write("mentions", [mention], MONDAY)
    told = CliRunner().invoke(dateline, ["--json", "--store", database, "check"], catch_exceptions=False)
    assert json.loads(told.output)["rows"] == {
        "articles": 1, "events": 0, "fronts": 0, "mentions": 1, "places": 0, "reports": 0, "zones": 0}
    store.delete("articles", Query())
    with pytest.raises(StoreDamaged, match="mentions 'm1' belongs to no article"):
        CliRunner().invoke(dateline, ["--store", database, "check"], catch_exceptions=False)


def test_an_older_store_is_told_to_migrate_and_does(store: PostgisStore, database: str) -> None:
    store.write("events", [event(1)], MONDAY)
    store.close()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE events DROP COLUMN agreement")
        connection.execute("DROP TABLE fronts")
        connection.execute("UPDATE dateline_meta SET value = '1' WHERE key = 'schema_version'")
    with pytest.raises(StoreVersionError, match=r"lacks column events.agreement, collection fronts; run `dateline mig"):
        open_store(database)
    assert migrate(database) == ("added column events.agreement", "added collection fronts")
    assert migrate(database) == ()
    with closing(open_store(database)) as current:
        assert [each.id for each in current.read("events", Query())] == ["e1"]


@pytest.mark.parametrize("address, wanted", [
    ("postgresql://127.0.0.1:1/none", "refused"),
    ("postgresql://127.0.0.1:port/none", "invalid integer value"),
    ("postgresql:///none?host=/no/such/folder", "No such file"),
])
def test_an_address_without_a_server_is_told_in_words(address: str, wanted: str) -> None:
    begin = time.monotonic()
    with pytest.raises(StoreError, match=wanted):
        open_store(address)
    assert time.monotonic() - begin < 3


def test_no_error_tells_a_password() -> None:
    with pytest.raises(StoreError) as told:
        open_store("postgresql://mona:secret@127.0.0.1:1/none?application_name=hidden")
    assert "secret" not in str(told.value) and "hidden" not in str(told.value)
    assert "postgresql://mona@127.0.0.1:1/none" in str(told.value)
