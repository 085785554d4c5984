"""What ``docs/compatibility.md`` promises, a line each: ``python -m tools.promises > tests/compatibility.txt``."""
from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

import geo
from geo.formats import FORMATS
from geo.formats.flat import columns
from geo.formats.short_names import short_names
from geo.frames.tables import DTYPES
from geo.schema import COLLECTIONS
from server import create_app
from server.cli import dateline

PROMISED = ("/tiles", "/export", "/ogc", "/api", "/embed", "/oembed", "/preview", "/stories")


def promises() -> Iterator[str]:
    """Routes, commands with their options, formats, columns of collections, and names of the library."""
    for rule in create_app().url_map.iter_rules():
        if rule.rule == "/" or rule.rule.startswith(PROMISED):
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            yield from (f"route {method} {re.sub('<[^>]+>', '<>', rule.rule)}" for method in methods)
    yield from _commands("dateline", dateline)
    yield from (f"format {ending} {form.mimetype}" for ending, form in FORMATS.items())
    for name, collection in COLLECTIONS.items():
        yield from (f"column {name}.{field.name} {DTYPES[field.kind]}" for field in columns(collection))
        yield from (f"shapefile {name}.{field} {short}" for field, short in short_names(collection).items())
    for name in geo.__all__:
        taken = inspect.signature(getattr(geo, name)).parameters
        yield f"python geo.{name}"
        yield from (f"python geo.{name} {parameter}" for parameter in taken)


def _commands(path: str, command: click.Command) -> Iterator[str]:
    yield f"command {path}"
    for parameter in command.params:
        named = parameter.opts if isinstance(parameter, click.Option) else [str(parameter.name).upper()]
        yield from (f"command {path} {option}" for option in named)
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(f"{path} {name}", below)


if __name__ == "__main__":
    print("\n".join(sorted(set(promises()))))
