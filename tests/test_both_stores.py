"""The demo in a GeoPackage and in PostGIS: whatever is asked, the service answers the same."""
from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.test import TestResponse

from geo.model import Query
from geo.schema import COLLECTIONS
from geo.store import open_store
from server import create_app
from server.cli import dateline

DAY = "2016-04-11"
ADDRESSES = [
    *(f"/export/{name}.geojson" for name in COLLECTIONS),
    f"/export/zones.geojson?datetime={DAY}",
    "/export/mentions.geojson?bbox=36,35,39,38&datetime=2016-01-01/2016-12-31",
    "/export/zones.csv?bbox=170,-10,-170,80",
    "/ogc/collections/places/items?limit=20&sortby=-population,name",
    "/ogc/collections/places/items?limit=20&filter=CASEI(name) LIKE CASEI('al-%25')",
    "/ogc/collections/places/items?limit=20&filter=ACCENTI(name) = 'Sırnak' OR name IN ('Aleppo','Raqqa')",
    "/ogc/collections/places/items?limit=20&filter=population > 100000 AND NOT country = 'SY'",
    "/ogc/collections/places/items?limit=20&filter=S_WITHIN(geometry,POLYGON((36 35,39 35,39 38,36 38,36 35)))",
    "/ogc/collections/zones/items?limit=50&filter=S_INTERSECTS(geometry,POINT(37.45 36.61))",
    "/ogc/collections/zones/items?limit=50&filter=T_DURING(INTERVAL(valid_from,valid_to),INTERVAL('2016-01-01','2016-12-31'))",
    "/ogc/collections/zones/items?limit=50&filter=valid_to IS NULL&sortby=valid_from",
    "/ogc/collections/events/items?limit=50&sortby=-valid_from,id",
    f"/ogc/collections/events/items?limit=50&datetime={DAY}",
    "/ogc/collections/articles/items?limit=5&properties=title",
    *(f"/ogc/collections/{name}" for name in COLLECTIONS),
    *(f"/tiles/{name}/{tile}.mvt?datetime={DAY}" for name in COLLECTIONS for tile in ("5/19/12", "8/154/99")),
    "/tiles/zones/7/77/49.mvt?datetime=2016-01-01/2016-12-31",
    f"/tiles/zones/7/77/49.png?datetime={DAY}",
    "/tiles/zones.json", "/tiles/events.json",
    f"/api/control?lon=37.4478&lat=36.6118&datetime={DAY}",
    "/api/control?lon=37.4478&lat=36.6118",
    "/api/changes?from=2016-04-01&to=2016-04-20",
    f"/api/control?lon=37.4478&lat=36.6118&datetime={DAY}&as_known_on=2030-01-01",
    "/api/places?name=Abu Kamal",
    "/feeds/events.atom",
    "/", "/stories/", "/export/",
]


@pytest.fixture(scope="module")
def apps(
    demo_store: Path, new_database: Callable[[], AbstractContextManager[str]]
) -> Iterator[tuple[Flask, Flask]]:
    with new_database() as address:
        CliRunner().invoke(dateline, ["--quiet", "--store", address, "init", "--demo"], catch_exceptions=False)
        made = create_app({"store": str(demo_store)}), create_app({"store": address})
        yield made
        for app in made:
            app.extensions["dateline"].close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_answer_the_same(apps: tuple[Flask, Flask], address: str) -> None:
    file, database = (answered(app, address) for app in apps)
    assert database.status_code == file.status_code == 200, (file.text[:300], database.text[:300])
    assert told(database) == told(file)


def test_both_hold_the_same_rows(apps: tuple[Flask, Flask]) -> None:
    file, database = (open_store(str(app.config["STORE"])) for app in apps)
    with closing(file), closing(database):
        for name in COLLECTIONS:
            assert list(database.read(name, Query())) == list(file.read(name, Query())), name
            assert database.change_days(name) == file.change_days(name)
            assert database.day_counts(name) == file.day_counts(name)


def answered(app: Flask, address: str) -> TestResponse:
    """The answer; that of a tile once its arrays are made, for the slow way rounds by another rule."""
    tile, until = re.match(r"/tiles/(\w+)/(\d+)/", address), time.monotonic() + 60
    while tile and app.extensions["dateline.tiles"].ready(
        COLLECTIONS[tile[1]], app.extensions["dateline"].store(), int(tile[2])
    ) is None:
        assert time.monotonic() < until
    return app.test_client().get(address)


def told(answer: TestResponse) -> object:
    """What is said, without what names the version of the store."""
    if not answer.mimetype.endswith("json"):
        return answer.data if answer.mimetype.startswith(("application", "image")) else len(answer.data)
    found = json.loads(answer.data)
    return _without(found, ("timeStamp", "tiles", "links", "bbox", "bounds", "center", "extent"))


def _without(value: object, names: tuple[str, ...]) -> object:
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items() if key not in names}
    return [_without(one, names) for one in value] if isinstance(value, list) else value
