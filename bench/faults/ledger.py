"""What was acknowledged, against what the store holds afterwards: lost, torn, doubled or corrupt, and how soon read."""
from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from bench.faults import material
from bench.faults.material import Expected, Rows
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
    """What one store was seen to acknowledge: a file here, a database in ``bench.faults.databases``."""

    path: Path
    expected: Expected
    stories: set[str] = field(default_factory=set)
    drafts: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    @property
    def address(self) -> str:
        return str(self.path)

    def audit(self, tally: Tally) -> None:
        """Look at the store as the next program finds it, and count what is wrong."""
        begun = time.perf_counter()
        try:
            store = open_store(self.address)
            store.count("articles")
            tally.ready.append(time.perf_counter() - begun)
            tally.lost += sum(not _is_there(store, id_) for id_ in self.drafts)
            store.close()
            self.check()
        except DatelineError as error:
            print(error, flush=True)
            tally.corrupt += 1
            return
        with self.asking() as rows:
            self._audit_stories(rows, tally)
            self._audit_days(rows, tally)

    def check(self) -> None:
        """Read all of it.

        :raises DatelineError: when it is damaged.
        """
        care.check(self.path)

    @contextmanager
    def asking(self) -> Iterator[Rows]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            yield connection.execute

    def _audit_stories(self, rows: Rows, tally: Tally) -> None:
        kept = list(rows("SELECT id, url FROM articles WHERE known_to IS NULL"))
        there = {id_ for id_, _ in kept}
        tally.lost += len(self.stories - there)
        tally.doubled += len(kept) - len({url for _, url in kept})
        mentions, events = (material.children(rows, table) for table in ("mentions", "events"))
        none: frozenset[str] = frozenset()
        tally.torn += sum(
            mentions.get(id_, none) != self.expected.mentions.get(id_, none)
            or events.get(id_, none) != self.expected.events.get(id_, none) for id_ in there)

    def _audit_days(self, rows: Rows, tally: Tally) -> None:
        """Each day of front lines has all of its polygons, or none."""
        found: defaultdict[date, list[str]] = defaultdict(list)
        current = f"known_to IS NULL AND source_id = '{material.SOURCE}'"
        for id_, days in rows(f"SELECT id, CAST(as_of AS text) FROM zones WHERE {current}"):
            for day in json.loads(days):
                found[date.fromisoformat(day)].append(id_)
        tally.lost += len(self.days - set(found))
        tally.torn += sum(len(set(ids)) != self.expected.zones for ids in found.values())
        tally.doubled += sum(len(ids) != len(set(ids)) for ids in found.values())


def _is_there(store: Store, id_: str) -> bool:
    try:
        desk.story_of(store, id_)
    except NotFound:
        return False
    return True
