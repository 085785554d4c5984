"""Pages of 1,000,000 mentions over the OGC API: ``python -m bench.mentions STORE [--pygeoapi PYTHON]``.

STORE is made when it is not there (a few minutes). Measured is processor time, in this process, of the first page of
100, of pages on the way and of page 500, each by following ``next``; and of the same pages asked of pygeoapi over the
same file, when a Python that has it is named.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient
from shapely.geometry import Point

from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import open_store
from server import create_app

ROWS, PAGE, LAST = 1_000_000, 100, 500
REPEATS = 5
FIRST = date(2014, 1, 1)
SENTENCE = "The words around the name, as many as a news story would have of them in one sentence of its own."
PEER = Path(__file__).parent / "peers" / "pygeoapi_pages.py"


def mentions(count: int) -> Iterator[Feature]:
    """Ids in no order, as hashes are; twenty a story; each of a day in ten years."""
    for number in range(count):
        day = FIRST + timedelta(days=number * 7919 % 3650)
        told = {
            "article": f"a{number // 20:06}", "title": "A story", "start": number % 5000, "end": number % 5000 + 5,
            "toponym": "Raqqa", "name": "Raqqa", "country": "SY", "sentence": SENTENCE, "score": number % 100 / 100,
            "controller": ("ISIL", "REBELS", "SDF")[number % 3], "role": "literal"}
        yield Feature(f"{number * 2654435761 % 2**32:08x}", Point(36 + number % 1000 / 100, 33 + number % 401 / 100),
                      told, Validity.exactly(Interval.of_day(day)))


def made(path: Path, count: int) -> None:
    if not path.exists():
        store = open_store(str(path), create=True)
        store.write("mentions", mentions(count), FIRST)
        store.close()


def cost(client: FlaskClient, address: str) -> tuple[float, str | None]:
    """Milliseconds of processor time, the median of some, and where the next page is."""
    spent, onward = list[float](), None
    for _ in range(REPEATS):
        begun = time.process_time()
        answer = client.get(address)
        spent.append(1000 * (time.process_time() - begun))
        assert answer.status_code == 200, answer.text
        links = answer.get_json(force=True)["links"]
        onward = next((link["href"] for link in links if link["rel"] == "next"), None)
    return median(spent), onward


def once(client: FlaskClient, address: str) -> float:
    """Milliseconds of processor time."""
    begun = time.process_time()
    assert client.get(address).status_code == 200
    return 1000 * (time.process_time() - begun)


def changed(path: Path) -> None:
    """One mention more than there was."""
    store = open_store(str(path))
    (last,) = mentions(1)
    store.write("mentions", [replace(last, id=f"later-{time.time_ns()}")], FIRST)
    store.close()


def walked(client: FlaskClient, address: str) -> str:
    """The address of page ``LAST``."""
    for _ in range(LAST - 1):
        links = client.get(address).get_json(force=True)["links"]
        address = next(link["href"] for link in links if link["rel"] == "next").removeprefix("http://localhost")
    return address


def ours(path: Path) -> None:
    app = create_app({"store": str(path)})
    client, items = app.test_client(), "/ogc/collections/mentions/items"
    print(f"dateline: {'first page of a new process':30} {once(client, f'{items}?limit={PAGE}'):8.1f} ms", flush=True)
    changed(path)
    print(f"dateline: {'first page after a change':30} {once(client, f'{items}?limit={PAGE}'):8.1f} ms", flush=True)
    print(f"dateline: {'page 500':30} {cost(client, walked(client, f'{items}?limit={PAGE}'))[0]:8.1f} ms", flush=True)
    for what, query in (
        ("first page", ""), ("first page, one box", "&bbox=36,33,36.5,33.5"),
        ("first page, one side in CQL2", "&filter=controller='SDF' AND score > 0.5"),
        ("first page, a day", "&datetime=2016-04-09"), ("first page, by score", "&sortby=-score"),
    ):
        print(f"dateline: {what:30} {cost(client, f'{items}?limit={PAGE}{query}')[0]:8.1f} ms", flush=True)
    app.extensions["dateline"].close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--pygeoapi", help="a Python that has pygeoapi")
    asked = parser.parse_args()
    made(asked.store, asked.rows)
    ours(asked.store)
    if asked.pygeoapi:
        done = subprocess.run([asked.pygeoapi, str(PEER), str(asked.store), str(PAGE), str(LAST), str(REPEATS)],
                              capture_output=True, text=True, check=True)
        for what, spent in json.loads(done.stdout.splitlines()[-1]).items():
            print(f"pygeoapi: {what:30} {spent:8.1f} ms")


if __name__ == "__main__":
    main()
