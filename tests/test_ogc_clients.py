"""GDAL, old and new, and OWSLib read the OGC API, as an analyst's programs do."""
from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from owslib.ogcapi.features import Features
from shapely.geometry import Point
from werkzeug.serving import make_server

from geo.interval import Interval, Validity
from geo.model import Feature, Query
from geo.schema import COLLECTIONS
from geo.store import Store, open_store
from server import create_app
from tests.test_gis import run

pytestmark = pytest.mark.gis

FIRST = date(2016, 1, 1)
ROWS = 10_000
CHECKED = "valid_from <= '2016/04/09' AND valid_to > '2016/04/09'"
"""The filter on a day of a layer with two Date columns, which GDAL may send as two ``datetime`` parameters."""


def event(number: int) -> Feature:
    """Each lasts ten days and lies on a small grid; every hundredth has no day."""
    start = FIRST + timedelta(days=number % 365)
    valid = Validity.exactly(Interval(start, start + timedelta(days=10))) if number % 100 else Validity()
    return Feature(f"e{number:05}", Point(36 + number % 100 / 10, 33 + number // 100 / 20),
                   {"type": "attack" if number % 3 else "siege", "name": f"Town {number}", "start": number}, valid)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(str(tmp_path_factory.mktemp("clients") / "s.gpkg"), create=True)
    opened.write("events", (event(number) for number in range(1, ROWS + 1)), FIRST)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    app = create_app({"store": str(store._path)})  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ogc"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["dateline"].close()


def new_gdal(address: str, code: str) -> Any:
    """What ``code`` makes ``found`` with pyogrio's GDAL; in a process of its own, as it holds on to the interpreter
    while it waits for an answer."""
    script = f"import json, pyogrio\nsource = {'OAPIF:' + address!r}\n{code}\nprint(json.dumps(found))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def old_gdal(address: str, *words: str) -> str:
    return run("ogrinfo", "-ro", "-oo", "PAGE_SIZE=1000", *words, f"OAPIF:{address}")


def old_count(address: str, *words: str) -> int:
    told = run("ogrinfo", "-ro", "-so", "-oo", "PAGE_SIZE=1000", *words, f"OAPIF:{address}", "events")
    return int(told.split("Feature Count: ")[1].split()[0])


def count_of(store: Store, query: Query) -> int:
    return sum(1 for _ in store.read("events", query))


ON_THE_DAY = Interval.of_day(date(2016, 4, 9))


def test_debians_gdal_lists_the_layers_and_reads_their_schema(address: str) -> None:
    listed = old_gdal(address)
    assert all(f": {name} (title: " in listed for name in COLLECTIONS)
    told = run("ogrinfo", "-ro", "-so", f"OAPIF:{address}", "events")
    for line in ("Geometry: Point", "valid_from: Date", "valid_to: Date", "start: Integer", "type: String", "WGS 84"):
        assert line in told, line


def test_debians_gdal_pages_and_filters(address: str, store: Store, tmp_path: Path) -> None:
    out = tmp_path / "events.gpkg"
    run("ogr2ogr", "-f", "GPKG", "-oo", "PAGE_SIZE=1000", out, f"OAPIF:{address}", "events")
    ids = json.loads(new_gdal(address, f"found = pyogrio.read_dataframe({str(out)!r}, columns=['id'])['id'].to_json()"))
    assert sorted(ids.values()) == [f"e{number:05}" for number in range(1, ROWS + 1)]
    assert old_count(address, "-where", CHECKED) == on_the_day(store)
    assert old_count(address, "-where", "start > 9000 AND type = 'siege'") == sum(
        1 for number in range(9001, ROWS + 1) if number % 3 == 0)
    assert old_count(address, "-spat", "36", "33", "37.01", "34.01") == sum(
        1 for number in range(1, ROWS + 1) if number % 100 <= 10 and number // 100 <= 20)


def on_the_day(store: Store) -> int:
    """Dated ones alone: of an empty field nothing is true."""
    undated = ROWS // 100
    return count_of(store, Query(when=ON_THE_DAY)) - undated


def test_the_gdal_in_pyogrio_does_the_same(address: str, store: Store) -> None:
    listed = new_gdal(address, "found = [str(name) for name, _ in pyogrio.list_layers(source)]")
    assert listed == list(COLLECTIONS)
    info = new_gdal(address, "told = pyogrio.read_info(source, layer='events')\n"
                    "found = [told['features'], told['geometry_type'], list(told['fields'])]")
    assert info[:2] == [ROWS, "Point"]
    assert {"id", "type", "valid_from", "certain_to"} <= set(info[2])
    read = "found = [str(id_) for id_ in pyogrio.read_dataframe(source, layer='events', PAGE_SIZE=1000, {})['id']]"
    every = new_gdal(address, read.format(""))
    assert every == [f"e{number:05}" for number in range(1, ROWS + 1)]
    assert len(new_gdal(address, read.format(f"where={CHECKED!r}"))) == on_the_day(store)
    few = "where=\"start > 9000 AND type = 'siege'\""
    assert new_gdal(address, read.format(few)) == [f"e{n:05}" for n in range(9001, ROWS + 1) if n % 3 == 0]
    near = new_gdal(address, read.format("bbox=(36, 33, 37.01, 34.01)"))
    assert near == [f"e{n:05}" for n in range(1, ROWS + 1) if n % 100 <= 10 and n // 100 <= 20]
    dated = new_gdal(address, read.format("DATETIME='2016-04-09'"))
    assert len(dated) == count_of(store, Query(when=ON_THE_DAY)), "undated ones always match"


def test_owslib_reads_collections_queryables_and_filtered_items(address: str, store: Store) -> None:
    client = Features(address)
    assert client.feature_collections() == list(COLLECTIONS)
    assert "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2" in client.conformance()["conformsTo"]
    assert client.api()["openapi"] == "3.0.3"
    queryables = client.collection_queryables("events")["properties"]
    assert queryables["start"]["type"] == "integer"
    page = client.collection_items("events", limit=5)
    assert (page["numberReturned"], page["numberMatched"]) == (5, ROWS)
    sieges = client.collection_items("events", limit=10_000, filter="type = 'siege' AND start <= 300")
    assert [each["id"] for each in sieges["features"]] == [f"e{number:05}" for number in range(3, 301, 3)]
    dated = client.collection_items("events", limit=10_000, datetime_="2016-04-09")
    assert dated["numberReturned"] == count_of(store, Query(when=ON_THE_DAY))
    assert client.collection_item("events", "e00007")["properties"]["name"] == "Town 7"
