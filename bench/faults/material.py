"""Stories and front lines by number, a store to keep them in, and what must be there of each one that was kept."""
from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from geo import access
from geo.articles import article_id
from geo.gazetteer import Gazetteer
from geo.ground import load_places
from geo.store import open_store

PLACES = 60
"""Places in the store: its size is that of a store that just began, so that thousands of copies of it are cheap."""
POLYGONS = 12
"""What one day of front lines has."""
SOURCE = "Fault lines"
_TOWNS = ("al-Rai", "Azaz", "Marea", "Manbij", "Jarabulus", "Palmyra", "Raqqa", "Mosul", "Fallujah", "Tabqa")
_DEEDS = ("seized {0} from rebels", "lost {0} to the army", "shelled {0} for hours", "left {0} after a siege")
_FIRST = date(2012, 1, 1)


@dataclass(frozen=True)
class Expected:
    """The ids of the mentions and events of each article, and how many rows a day of front lines makes."""

    mentions: dict[str, frozenset[str]]
    events: dict[str, frozenset[str]]
    zones: int


def story(number: int) -> dict[str, str]:
    """The fields that the command line and the desk take. Each has its own day: none is taken for another's copy."""
    towns = [_TOWNS[(number * 3 + step) % len(_TOWNS)] for step in range(3)]
    deeds = [_DEEDS[(number + step) % len(_DEEDS)].format(town) for step, town in enumerate(towns)]
    told = [f"Islamic State {deed} on Monday, said witness {number * 7 + step}." for step, deed in enumerate(deeds)]
    return {
        "text": " ".join(told), "title": f"Dispatch {number}", "url": f"https://news.example/fault/{number}",
        "date": (_FIRST + timedelta(days=2 * number)).isoformat(),
    }


def id_of(number: int) -> str:
    told = story(number)
    return article_id(told["url"], told["title"], told["text"])


def write_stories(path: Path, numbers: range) -> Path:
    path.write_text("".join(json.dumps(story(number)) + "\n" for number in numbers), "utf-8")
    return path


def day_of(number: int) -> date:
    return date(2016, 1, 1) + timedelta(days=number)


def write_zones(path: Path, number: int) -> Path:
    """One day's front lines; no two days are the same, so that each has rows of its own."""
    shift = number / 1000
    features = [
        {"type": "Feature", "properties": {"side": ("ISIL", "REBELS", "ASSAD")[part % 3]}, "geometry": {
            "type": "Polygon", "coordinates": [_square(36 + part * 0.5, 35 + shift, 0.4)]}}
        for part in range(POLYGONS)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _square(west: float, south: float, side: float) -> list[tuple[float, float]]:
    east, north = west + side, south + side
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def make_store(address: str) -> str:
    """A small store with some places, and the token of somebody who may write."""
    store = open_store(address, create=True)
    places = [place for place in Gazetteer.load(world=False) if not place.is_country][:PLACES]
    load_places(store, Gazetteer(places), _FIRST)
    token, _ = access.new_token(store, "Fault tools", ["write"], None, datetime.now(UTC))
    store.settle()  # into the one file, so that it can be copied
    store.close()
    return token


Row = Sequence[Any]
Rows = Callable[[str], Iterable[Row]]
"""What asks a store in plain SQL, which is the same for a file and a database."""


def expected(path: Path) -> Expected:
    """What the store at ``path``, which nobody disturbed, has of each story."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        ((zones,),) = connection.execute("SELECT count(*) FROM zones WHERE source_id = ?", (SOURCE,))
        return Expected(children(connection.execute, "mentions"), children(connection.execute, "events"), zones)


def children(rows: Rows, table: str) -> dict[str, frozenset[str]]:
    """The ids of the rows of each article."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for article, id_ in rows(f'SELECT article, id FROM "{table}" WHERE known_to IS NULL'):
        found[article].add(id_)
    return {article: frozenset(ids) for article, ids in found.items()}
