"""``dateline read`` and ``dateline ingest``: stories in, results out or kept."""
from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import click

from geo import desk
from geo.actors import Actors
from geo.cluster import cluster
from geo.corpus import Corpus, Ingested, Rows, must_rejoin, rows_of
from geo.corrections import Correction
from geo.desk import Editor
from geo.features import event_features, mention_features
from geo.formats import FORMATS
from geo.formats.reading import as_json, as_text
from geo.fronts import front_rows
from geo.ground import pipeline_of
from geo.model import Article, Feature, Reading
from geo.partitions import STORIES, Counted, Partitions, begun, do_parts
from geo.pipeline import Pipeline, pipeline_for
from geo.schema import MENTIONS
from geo.sources import Story, files_of, read_stream, stories_of
from geo.store import Store, open_store
from geo.style import styles
from geo.theatre import Theatre, theatre
from geo.workers import Done, Job, do_all
from server import settings, tilesets
from server.commands.ground import rejoin
from server.commands.session import Day, Session, dask_option, pass_session, today

STDIN = "-"
LONG_BYTES = 1_000_000
"""From here on a terminal shows a bar."""

workers_option = click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that read side by side."
)


@click.command(epilog="Examples: dateline read story.html --format text · dateline read archive.jsonl.gz --format json "
                      "--workers 4 > archive.read.jsonl")
@click.argument("sources", nargs=-1, metavar="[SOURCE|-]...")
@click.option("--date", "published", type=Day(), help="When the stories appeared, if they do not say.")
@click.option("--format", "form", type=click.Choice(["geojson", "json", "text", "html"]), default="geojson",
              show_default=True, help="What to print.")
@workers_option
@pass_session
def read(session: Session, sources: tuple[str, ...], published: date | None, form: str, workers: int) -> None:
    """Read stories and print what they say; nothing is kept.

    A SOURCE is text, a saved HTML page, an RSS or Atom file, JSON lines, each also with .gz; a folder (the stories
    directly in it), a pattern, or - for standard input. What fails is named and does not stop the others.
    """
    stories, total = _stories(sources or (STDIN,), published)
    war = theatre(session.theatre)
    form_of, make = _forms(war)[form], partial(pipeline_for, war)
    with _bar(session, total, hidden=sys.stdout.isatty()) as step:
        outcome = _Outcome(step)
        results = outcome.good(do_all(Job(make, form_of.work), stories, workers))
        first = next(results, None)
        if first is not None or not outcome.failed:
            for piece in form_of.write(results if first is None else chain([first], results)):
                click.echo(piece, nl=False)
    outcome.leave(nothing_read=2)


@dataclass(frozen=True)
class _Form:
    """``work`` makes a plain value of a reading, where it was read; ``write`` puts them all together."""

    work: Callable[[Reading], Any]
    write: Callable[[Iterable[Any]], Iterator[str]]


def _json_line(reading: Reading) -> str:
    return json.dumps(as_json(reading), ensure_ascii=False) + "\n"


def _text_lines(reading: Reading) -> str:
    return "".join(line + "\n" for line in as_text(reading))


def _geojson(found: Iterable[list[Feature]]) -> Iterator[str]:
    return (piece.decode() for piece in FORMATS["geojson"].write(MENTIONS, chain.from_iterable(found)))


def _told(reading: Reading) -> tuple[str, list[Feature], list[Feature]]:
    return reading.article.title, mention_features(reading), event_features(reading)


def _html(war: Theatre, found: Iterable[tuple[str, list[Feature], list[Feature]]]) -> Iterator[str]:
    from geo.preview import preview, story_days, to_html  # noqa: PLC0415  folium is slow to load and only needed here

    told = list(found)
    mentions = [feature for _, features, _ in told for feature in features]
    events = [feature for _, _, features in told for feature in features]
    ground = pipeline_for(war).zones_between(story_days([*mentions, *events]))
    title = told[0][0] or "Story" if len(told) == 1 else f"{len(told)} stories"
    looks = styles(Actors.load(war.actors).rows)
    yield to_html(preview(mentions, ground, title=title, events=events, fronts=front_rows(ground), styles=looks))


def _forms(war: Theatre) -> Mapping[str, _Form]:
    return {
        "geojson": _Form(mention_features, _geojson), "json": _Form(_json_line, iter),
        "text": _Form(_text_lines, iter), "html": _Form(_told, partial(_html, war)),
    }


@click.command(epilog="Example: dateline --store war.gpkg ingest stories/ feed.rss 'pages/*.html' --date 2016-04-11")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--date", "published", type=Day(), help="When the stories appeared, if they do not say.")
@click.option("--dry-run", is_flag=True, help="Read and report; keep nothing.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Write GeoParquet by partition into a new folder, in the place of the store.")
@click.option("--partition", type=click.IntRange(1, 100_000), default=STORIES, show_default=True,
              help="Stories of a partition of --output, fewer when they are long.")
@workers_option
@dask_option
@pass_session
def ingest(session: Session, /, sources: tuple[str, ...], published: date | None, output: Path | None,
           **how: Any) -> None:
    """Read stories and keep them in the store; twice is once. A story that fails does not stop the others.

    Sources are those of `dateline read`. Another text under the same address is a new revision; a wire copy is
    linked to its original. With --dask a cluster reads and this process keeps, in the same order.
    """
    if output is not None and how["dry_run"]:
        raise click.UsageError("--dry-run keeps nothing, --output writes: want one of them")
    stories, total = _stories(sources, published)
    with session.open() as store, _bar(session, total, hidden=session.json) as step, cluster(how["dask"]) as crowd:
        if must_rejoin(store) and not how["dry_run"]:
            rejoin(session, store)
        make, outcome = partial(pipeline_at, session.store, ground_version(store)), _Outcome(step)
        if output is None:
            corpus = Corpus(store, today(), partial(_read_at, make))
            for rows in outcome.good(do_all(Job(make, rows_of), stories, how["workers"], crowd)):
                told = _rehearsed(rows) if how["dry_run"] else _kept(corpus.keep(rows))
                if session.json or total < LONG_BYTES:
                    session.report(told, ", ".join(f"{value} {name}" for name, value in told.items() if value))
        else:
            partitions = Partitions(make, begun(output), how["partition"])
            counts = outcome.counted(do_parts(partitions, stories, how["workers"], crowd))
            line = ", ".join(f"{count:,} {name}" for name, count in counts.items())
            session.report({"output": str(output), **counts}, f"{output}: {line}")
    _pipeline_of.cache_clear()
    outcome.leave()


_MAKING = threading.Lock()


def ground_version(store: Store) -> str:
    """What a pipeline over the store hangs on: its places, reports and zones; not what was read with it."""
    return " ".join(store.version_of(name) for name in ("places", "reports", "zones"))


def pipeline_at(store: str, ground: str) -> Pipeline:
    """The pipeline over a store with this ground, made once a process: threads of a cluster's worker wait for it."""
    with _MAKING:
        return _pipeline_of(store, ground)


@lru_cache(maxsize=1)
def _pipeline_of(store: str, ground: str) -> Pipeline:
    opened = open_store(store)
    try:
        return pipeline_of(opened)
    finally:
        opened.close()


def _read_at(make: Callable[[], Pipeline], article: Article, corrections: Sequence[Correction]) -> Reading:
    return make().read(article, corrections)


def _kept(kept: Ingested) -> Mapping[str, object]:
    return {
        "article": kept.article, "title": kept.title, "mentions": kept.mentions, "events": kept.events,
        "added": kept.written.added, "changed": kept.written.changed, "unchanged": kept.written.unchanged,
        "duplicate_of": kept.duplicate_of,
        **({"state": kept.state} if kept.state != "published" else {}),
        **({"lost": kept.lost} if kept.lost else {}),
    }


def _rehearsed(rows: Rows) -> Mapping[str, object]:
    (article,) = rows["articles"]
    return {
        "title": article.properties["title"], "mentions": len(rows["mentions"]), "events": len(rows["events"]),
    }


def _stories(sources: Iterable[str], published: date | None) -> tuple[Iterator[Story], int]:
    """The stories, and how many bytes they are, 0 when nobody knows."""
    groups: list[Iterator[Story]] = []
    total = 0
    for source in sources:
        if source == STDIN:
            groups.append(_of_stdin(published))
            continue
        files = files_of(source)
        total += sum(path.stat().st_size for path in files if path.is_file())
        groups.append(stories_of(files, published))
    return chain.from_iterable(groups), total


def _of_stdin(published: date | None) -> Iterator[Story]:
    return read_stream(sys.stdin.buffer, "standard input", published)


class _Outcome:
    """Counts what was read and names what was not."""

    def __init__(self, step: Callable[[int], None]) -> None:
        self._step = step
        self._read = 0
        self.failed: list[str] = []

    def good(self, done: Iterable[Done[Any]]) -> Iterator[Any]:
        """The results, in order; problems go to standard error as they come."""
        for one in done:
            self._step(one.size)
            if one.problem:
                self.failed.append(one.problem)
                click.echo(f"dateline: {one.problem}", err=True)
            else:
                self._read += 1
                yield one.result

    def counted(self, done: Iterable[Counted]) -> dict[str, int]:
        """How many rows of each collection all partitions have; problems go to standard error as they come."""
        total: Counter[str] = Counter()
        for part in done:
            self._step(part.size)
            self._read += part.rows["articles"]
            total.update(part.rows)
            for problem in part.problems:
                self.failed.append(problem)
                click.echo(f"dateline: {problem}", err=True)
        return dict(total)

    def leave(self, nothing_read: int = 1) -> None:
        """Exit with 1 when some stories failed, with ``nothing_read`` when all did."""
        if self.failed:
            sys.exit(1 if self._read else nothing_read)


@contextmanager
def _bar(session: Session, total: int, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes of long work, on a terminal that prints nothing else."""
    if hidden or session.quiet or total < LONG_BYTES or not sys.stderr.isatty():
        yield lambda size: None
        return
    with click.progressbar(length=total, label="Reading", file=sys.stderr) as bar:
        def update(size: int) -> None:
            if not bar.pos:  # the seconds of starting up say nothing of how long the rest will take
                bar.start = bar.last_eta = time.time()
            bar.update(size)

        yield update


@click.command(epilog="Example: dateline --store war.gpkg withdraw 3f9c1d2ab4e05f67")
@click.argument("article", metavar="ARTICLE")
@pass_session
def withdraw(session: Session, article: str) -> None:
    """Take a story and all that came from it out, for good: its rows, its text, its corrections, reports made of it.

    Its id stays, so that it is not taken in again. To hide a story for a time, unpublish it at the desk instead.
    """
    with session.open() as store:
        desk.withdraw(store, article, Editor("the command line", datetime.now(UTC)))
    kept = str(settings.read(os.environ)["TILE_FOLDER"])
    tilesets.forget(tilesets.folder_of(session.store, kept), desk.SHOWN)
    session.report({"article": article, "state": "withdrawn"}, f"{article}: withdrawn")
