"""``dateline read`` and ``dateline ingest``: stories in, results out or kept."""
from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from geo.articles import decode, read_text
from geo.corpus import ingest as ingest_articles
from geo.errors import DatelineError, InvalidInput
from geo.features import event_features, mention_features
from geo.formats import FORMATS
from geo.formats.reading import as_json, as_text
from geo.fronts import front_rows
from geo.ground import pipeline_of
from geo.model import Article, Reading
from geo.pipeline import Pipeline, bundled
from geo.schema import MENTIONS
from geo.sources import read_file
from server.commands.session import Day, Session, pass_session, today

STDIN = "-"
ENDINGS = ("*.txt", "*.jsonl", "*.jsonl.gz")


@click.command(epilog="Example: dateline read story.txt --format text")
@click.argument("files", nargs=-1, metavar="[FILE|-]...")
@click.option("--date", "published", type=Day(), help="When the stories appeared, if they do not say.")
@click.option("--format", "form", type=click.Choice(["geojson", "json", "text", "html"]), default="geojson",
              show_default=True, help="What to print.")
def read(files: tuple[str, ...], published: date | None, form: str) -> None:
    """Read stories and print what they say; nothing is kept."""
    pipeline = bundled()
    readings = (pipeline.read(article) for article in _articles(files or (STDIN,), published))
    for piece in _PRINTERS[form](readings, pipeline):
        click.echo(piece, nl=False)


def _geojson(readings: Iterable[Reading], pipeline: Pipeline) -> Iterator[str]:
    rows = (feature for reading in readings for feature in mention_features(reading))
    return (piece.decode() for piece in FORMATS["geojson"].write(MENTIONS, rows))


def _json(readings: Iterable[Reading], pipeline: Pipeline) -> Iterator[str]:
    return (json.dumps(as_json(reading), ensure_ascii=False) + "\n" for reading in readings)


def _text(readings: Iterable[Reading], pipeline: Pipeline) -> Iterator[str]:
    return (line + "\n" for reading in readings for line in as_text(reading))


def _html(readings: Iterable[Reading], pipeline: Pipeline) -> Iterator[str]:
    from geo.preview import preview, story_days, to_html  # noqa: PLC0415  folium is slow to load and only needed here

    told = list(readings)
    mentions = [feature for reading in told for feature in mention_features(reading)]
    events = [feature for reading in told for feature in event_features(reading)]
    ground = pipeline.zones_between(story_days([*mentions, *events]))
    title = told[0].article.title or "Story" if len(told) == 1 else f"{len(told)} stories"
    yield to_html(preview(mentions, ground, title=title, events=events, fronts=front_rows(ground)))


_PRINTERS = {"geojson": _geojson, "json": _json, "text": _text, "html": _html}


def _articles(names: Iterable[str], published: date | None) -> Iterator[Article]:
    for name in names:
        if name == STDIN:
            data = sys.stdin.buffer.read()
            yield read_text(decode(data, "standard input"), "standard input", published)
        else:
            for path in _files(Path(name)):
                yield from read_file(path, published)


def _files(path: Path) -> list[Path]:
    """The file, the stories of a folder, or what a pattern finds."""
    if path.is_dir():
        found = sorted({each for ending in ENDINGS for each in path.glob(ending)})
    elif any(sign in path.name for sign in "*?["):
        found = sorted(path.parent.glob(path.name))
    else:
        return [path]
    if not found:
        raise InvalidInput(f"{path}: no stories there, want {', '.join(ENDINGS)}")
    return found


@click.command(epilog="Example: dateline --store war.gpkg ingest stories/ --date 2016-04-11")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--date", "published", type=Day(), help="When the stories appeared, if they do not say.")
@click.option("--dry-run", is_flag=True, help="Read and report; keep nothing.")
@pass_session
def ingest(session: Session, sources: tuple[str, ...], published: date | None, dry_run: bool) -> None:
    """Read stories and keep them in the store; twice is once. A story that fails does not stop the others."""
    failed = 0
    with session.open() as store:
        pipeline = pipeline_of(store)
        for name in session.progress([str(path) for source in sources for path in _files(Path(source))], "Reading"):
            try:
                if dry_run:
                    _rehearse(session, pipeline, Path(name), published)
                    continue
                for kept in ingest_articles(read_file(Path(name), published), pipeline, store, today()):
                    session.report(
                        {"article": kept.article, "title": kept.title, "mentions": kept.mentions,
                         "events": kept.events, "added": kept.written.added, "changed": kept.written.changed,
                         "unchanged": kept.written.unchanged},
                        f"{kept.title or kept.article}: {kept.mentions} mentions, {kept.events} events, "
                        f"{kept.written.added} rows new, {kept.written.changed} changed",
                    )
            except DatelineError as error:
                failed += 1
                click.echo(f"dateline: {error}", err=True)
    if failed:
        sys.exit(1)


def _rehearse(session: Session, pipeline: Pipeline, path: Path, published: date | None) -> None:
    for article in read_file(path, published):
        reading = pipeline.read(article)
        found = {"mentions": len(mention_features(reading)), "events": len(event_features(reading))}
        session.report({"title": article.title, **found}, f"{article.title or path}: {found}")
