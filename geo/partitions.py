"""Stories into a folder of GeoParquet files, a partition at a time: for archives that no store is to hold.

``FOLDER/mentions/part-00007.parquet`` and its like of events and articles are written by whichever process read the
partition, each there as a whole or not at all. Which stories a partition holds follows from the sources alone, so that
any number of workers, and a worker that was lost, leave the same files. Wire copies are not linked, nor is anything
corrected: that is a store's work.
"""
from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.cluster import Cluster
from geo.corpus import Rows, rows_of
from geo.errors import InvalidInput
from geo.formats import FORMATS, public
from geo.model import Feature
from geo.pipeline import Pipeline
from geo.schema import COLLECTIONS
from geo.sources import Story
from geo.workers import Done, Hands, Job, spread

WRITTEN = ("articles", "mentions", "events")
STORIES = 1000
"""Stories of a partition, fewer when they are long."""
BYTES = 16_000_000

Part = tuple[int, list[Story]]


@dataclass(frozen=True)
class Counted:
    """What became of a partition: its number, how many rows of each collection, how many bytes of its source it used
    up, and what could not be read."""

    number: int
    rows: dict[str, int]
    size: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Partitions:
    """``make`` gives the pipeline and keeps it; ``folder`` must be the same place for all workers; ``most`` is how many
    stories a partition holds."""

    make: Callable[[], Pipeline]
    folder: Path
    most: int = STORIES

    def write(self, part: Part) -> Counted:
        """Read the stories of one partition and write its files, over those of an earlier try."""
        number, stories = part
        done = [Job(self.make, rows_of).do(story) for story in stories]
        read = [each.result for each in done if each.result is not None]
        for name in WRITTEN:
            self._keep(name, number, [row for rows in read for row in rows[name]])
        return Counted(number, {name: sum(len(rows[name]) for rows in read) for name in WRITTEN},
                       sum(story.size for story in stories), _problems(done))

    def _keep(self, name: str, number: int, rows: Sequence[Feature]) -> None:
        path = self.folder / name / f"part-{number:05d}.parquet"
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        declared = COLLECTIONS[name]
        try:
            with draft.open("wb") as file:
                for piece in FORMATS["parquet"].write(declared, list(public(declared, rows))):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def begun(folder: Path) -> Path:
    """The folder, made ready for the partitions.

    :raises InvalidInput: when there are partitions already, which a shorter archive would leave among its own.
    """
    for name in WRITTEN:
        (folder / name).mkdir(parents=True, exist_ok=True)
        if any((folder / name).glob("part-*.parquet")):
            raise InvalidInput(f"{folder}: has partitions of {name} already, want a new folder")
    return folder.resolve()


def do_parts(
    partitions: Partitions, stories: Iterable[Story], workers: int = 1, cluster: Cluster | None = None
) -> Iterator[Counted]:
    """Write every partition, here or on a cluster; what became of each, in order."""
    return spread(partitions.write, parts(stories, partitions.most), Hands(workers, cluster, partitions.make))


def parts(stories: Iterable[Story], most: int = STORIES) -> Iterator[Part]:
    """The stories by partition, numbered from 0."""
    number, part = 0, list[Story]()
    for story in stories:
        part.append(story)
        if len(part) == most or sum(each.size for each in part) > BYTES:
            yield number, part
            number, part = number + 1, []
    if part:
        yield number, part


def _problems(done: Sequence[Done[Rows]]) -> tuple[str, ...]:
    return tuple(each.problem for each in done if each.problem)
