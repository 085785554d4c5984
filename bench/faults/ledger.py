"""What was acknowledged, against what the store holds afterwards: lost, torn, doubled or corrupt, and how soon read."""
from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from bench.faults import material
from bench.faults.material import Expected
from geo import desk
from geo.errors import DatelineError, NotFound
from geo.store import Store, care, open_store


@dataclass
class Tally:
    """Counts over many runs. ``acknowledged`` are stories and loads that somebody was told are kept."""

    runs: int = 0
    killed: int = 0
    refused: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    doubled: int = 0
    corrupt: int = 0
    ready: list[float] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.torn or self.doubled or self.corrupt)

    def __iadd__(self, other: Tally) -> Tally:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    def told(self) -> dict[str, object]:
        """Plain values, the seconds until ready as their median, 99th percentile and largest."""
        counts = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "ready"}
        return {**counts, "ready_seconds": percentiles(self.ready)}


def percentiles(seconds: Sequence[float]) -> list[float]:
    """The median, the 99th percentile and the largest."""
    ordered = sorted(seconds)
    return [round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 3) for part in (0.5, 0.99, 1) if ordered]


@dataclass
class Ledger:
    """What one store was seen to acknowledge."""

    path: Path
    expected: Expected
    stories: set[str] = field(default_factory=set)
    drafts: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    def audit(self, tally: Tally) -> None:
        """Look at the store as the next program finds it, and count what is wrong."""
        begun = time.perf_counter()
        try:
            store = open_store(str(self.path))
            store.count("articles")
            tally.ready.append(time.perf_counter() - begun)
            tally.lost += sum(not _is_there(store, id_) for id_ in self.drafts)
            store.close()
            care.check(self.path)
        except DatelineError as error:
            print(error, flush=True)
            tally.corrupt += 1
            return
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            self._audit_stories(connection, tally)
            self._audit_days(connection, tally)

    def _audit_stories(self, connection: sqlite3.Connection, tally: Tally) -> None:
        rows = connection.execute("SELECT id, url FROM articles WHERE known_to IS NULL").fetchall()
        there = {id_ for id_, _ in rows}
        tally.lost += len(self.stories - there)
        tally.doubled += len(rows) - len({url for _, url in rows})
        mentions, events = (material.children(connection, table) for table in ("mentions", "events"))
        none: frozenset[str] = frozenset()
        tally.torn += sum(
            mentions.get(id_, none) != self.expected.mentions.get(id_, none)
            or events.get(id_, none) != self.expected.events.get(id_, none) for id_ in there)

    def _audit_days(self, connection: sqlite3.Connection, tally: Tally) -> None:
        """Each day of front lines has all of its polygons, or none."""
        found = connection.execute(
            "SELECT day.value, count(*), count(DISTINCT zones.id) FROM zones, json_each(zones.as_of) AS day"
            " WHERE known_to IS NULL AND source_id = ? GROUP BY 1", (material.SOURCE,)).fetchall()
        there = {date.fromisoformat(day) for day, _, _ in found}
        tally.lost += len(self.days - there)
        tally.torn += sum(distinct != self.expected.zones for _, _, distinct in found)
        tally.doubled += sum(count != distinct for _, count, distinct in found)


def _is_there(store: Store, id_: str) -> bool:
    try:
        desk.story_of(store, id_)
    except NotFound:
        return False
    return True
