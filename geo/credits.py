"""Whose work a store's ground rests on: one line for the edge of a map."""
from __future__ import annotations

from collections.abc import Iterator

from geo.derivation import is_page
from geo.model import Query
from geo.profiles import profile_of
from geo.store import Store

UNNAMED = "sources with each zone"
"""What the line says of files that were loaded without a publisher's name."""


def credits(store: Store) -> str:
    """The publishers of the town reports with their licences, and the attributions of the sources that the store
    keeps a page of; each once.

    Plain text, and other people's: a page must escape it.
    """
    return " · ".join(dict.fromkeys([*_of_reports(store), *_of_pages(store)])) or UNNAMED


def _of_reports(store: Store) -> Iterator[str]:
    for report in store.read("reports", Query()):
        listed = report.properties.get("sources")
        for source in listed if isinstance(listed, list | tuple) else ():
            if source.get("publisher"):
                yield ", ".join(str(source[key]) for key in ("publisher", "licence") if source.get(key))


def _of_pages(store: Store) -> Iterator[str]:
    """Derived zones rest on the reports."""
    for name in (each for each, page in store.sources().items() if not is_page(page)):
        options = profile_of(store, name)
        yield options.attribution or ", ".join(part for part in (options.publisher or name, options.licence) if part)
