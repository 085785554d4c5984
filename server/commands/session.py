"""What every command shares: which store, how loud, and how results and errors are printed."""
from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

import click

from geo.errors import InvalidParameter
from geo.ground import set_theatre, theatre_of
from geo.interval import Interval, parse_datetime, parse_day
from geo.store import Store, open_store, shown
from geo.theatre import theatre

T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """The options before the command: ``dateline --store S --theatre T --quiet --json COMMAND``."""

    store: str
    quiet: bool = False
    json: bool = False
    theatre: str = ""

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[Store]:
        """The store, closed afterwards; one to ``create`` takes the theatre that is named, any other must have it.

        :raises InvalidParameter: when the store is another theatre's.
        """
        wanted = theatre(self.theatre) if self.theatre else None
        store = open_store(self.store, create=create)
        try:
            if wanted and create:
                set_theatre(store, wanted)
            elif wanted and wanted != theatre_of(store):
                made = theatre_of(store).name
                raise InvalidParameter(f"--theatre {self.theatre!r}: {shown(self.store)} was made with {made!r}")
            yield store
        finally:
            store.close()

    def say(self, line: str) -> None:
        """A line for people, on standard error, so that results can be piped."""
        if not self.quiet:
            click.echo(line, err=True)

    def report(self, values: Mapping[str, object], line: str) -> None:
        """A report: JSON on standard output when asked for, else a line for people."""
        if self.json:
            click.echo(json.dumps(values, ensure_ascii=False, default=str))
        else:
            self.say(line)

    def progress(self, items: Iterable[T], label: str, length: int | None = None) -> Iterator[T]:
        """The items, with a bar on a terminal unless ``--quiet``."""
        if self.quiet or self.json:
            yield from items
            return
        with click.progressbar(items, label=label, length=length, file=sys.stderr) as bar:
            yield from bar

    @contextmanager
    def bar(self, length: int, label: str) -> Iterator[Callable[[int], None]]:
        """A function that is told how much of ``length`` is done and draws a bar of it."""
        if self.quiet or self.json:
            yield lambda done: None
            return
        with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
            yield lambda done: bar.update(max(done - bar.pos, 0))


pass_session = click.make_pass_decorator(Session)


def today() -> date:
    """The UTC day on which a store comes to believe what it is told now."""
    return datetime.now(UTC).date()


class Day(click.ParamType[date]):
    """``YYYY-MM-DD``."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_day(str(value))
        except InvalidParameter as error:
            self.fail(str(error), param, ctx)


class Days(click.ParamType[Interval]):
    """A day, or ``FIRST/LAST`` with both counted in; ``..`` is open."""

    name = "day or first/last"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Interval:
        if isinstance(value, Interval):
            return value
        try:
            return parse_datetime(str(value))
        except InvalidParameter as error:
            self.fail(str(error), param, ctx)


belief_option = click.option(
    "--as-known-on", type=Day(), metavar="DAY", help="As the store believed it on that day; without it, as it does now."
)
dask_option = click.option(
    "--dask", metavar="ADDRESS", help="A Dask cluster that does the work: tcp://HOST:PORT of its scheduler."
)
