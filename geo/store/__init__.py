"""Where dated features are kept: one protocol, the store behind it chosen by the form of its address.

A feature is upserted by its id. What is the same stays; what differs ends the belief in the old row
(``known_to``) and opens a new one, so that a query can ask what the store said on an earlier day. Zones of a source
that speaks day after day keep inside of their rows what was known when (``geo.series``); fronts follow from zones.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from geo.errors import StoreError
from geo.interval import Interval
from geo.model import BBox, Feature, Query
from geo.store.records import Record


@dataclass(frozen=True)
class WriteReport:
    """How many features were new, differed from what was believed, or were already there."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: WriteReport) -> WriteReport:
        return WriteReport(
            self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged
        )


@dataclass(frozen=True)
class Summary:
    """The current belief of one collection at a glance.

    ``bbox`` is rounded outwards to 4 decimals and ``None`` when nothing has a geometry; ``interval``
    spans the dated rows and is ``None`` when there is none; ``version`` changes with the collection.
    """

    count: int
    bbox: BBox | None
    interval: Interval | None
    version: str


class Store(Protocol):
    """Dated features by collection. Safe to share between threads, not between processes after a fork."""

    def read(self, collection: str, query: Query) -> Iterator[Feature]:
        """The features that ``query`` asks for, streamed, by id, then by first valid day.

        A bbox keeps features whose geometry meets it (those without one never do); ``when`` keeps
        those whose outer validity intersects it, and all undated ones. Without ``as_known_on`` the
        current belief answers. ``properties`` holds every field of the collection, ``None`` where empty.

        :raises NotFound: for an unknown collection.
        :raises InvalidParameter: for a field that the schema does not have, or a value of another type.
        """

    def write(self, collection: str, features: Iterable[Feature], known_on: date) -> WriteReport:
        """Upsert by id, all or nothing; beliefs open on ``known_on`` unless ``feature.known`` says otherwise.

        A row opened and changed on the same day is replaced. A change dated before the belief that it
        corrects counts from that belief's first day, for beliefs never overlap. Compute the features
        first: other writers wait while this iterates.

        :raises InvalidInput: for a value that does not fit the schema, or one id with two contents.
        """

    def delete(self, collection: str, query: Query, known_on: date | None = None) -> int:
        """End the belief in what ``query`` finds on ``known_on``; without it, purge every trace of it."""

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside are committed together or not at all. Nests; an inner failure undoes the inner part."""

    def summary(self, collection: str) -> Summary:
        """Count, bbox, span of days and version of the current belief."""

    def count(self, collection: str) -> int:
        """How many rows are believed now: cheaper than the ``summary`` of a large collection."""

    def change_days(self, collection: str) -> tuple[date, ...]:
        """The days on which something in the collection began or ended, in order."""

    def day_counts(self, collection: str) -> dict[date, int]:
        """How many rows are of each day alone, by day, in order; what is vague by more than a day counts nowhere."""

    def dated(self, collection: str) -> Iterator[Feature]:
        """The current rows without their geometry, streamed: their days, and of their fields ``as_of`` alone."""

    def belief_days(self, collection: str) -> tuple[date, ...]:
        """The days on which something in the collection became known or was believed no more, in order; of fronts,
        those of the zones."""

    def theatre(self) -> str:
        """The theatre that it is read with, by a bundled name or a folder's path; empty for the first one."""

    def set_theatre(self, name: str) -> None:
        """Remember the theatre that it is read with."""

    def sources(self) -> Mapping[str, str]:
        """What is kept of sources, by name: the texts that ``set_source`` was given."""

    def set_source(self, name: str, text: str) -> None:
        """Keep a text about a source, in place of the one before."""

    def records(self, kind: str, about: str | None = None) -> list[Record]:
        """What is kept beside the features, private to those who run the store: tokens, drafts, corrections. All of
        one kind, or those about one thing, in the order in which they were first kept."""

    def keep_record(self, kind: str, record: Record) -> None:
        """Keep a record, in place of the one of its kind and id. The version stays: readers see no records."""

    def drop_records(self, kind: str, about: str) -> None:
        """Purge the records of a kind that are about something, so that their bytes are gone too."""

    def settle(self) -> None:
        """Bring what was committed into its last place, so that no log holds on to what was purged; as far as readers
        allow."""

    def version(self) -> str:
        """A text that differs after every committed write that changed something."""

    def version_of(self, collection: str) -> str:
        """A text that differs after every committed write that changed the collection: its summary's."""

    def size(self) -> int:
        """Bytes that its rows and indexes take, about."""

    def close(self) -> None:
        """Let go of the file or server. The store cannot be used afterwards."""


def open_store(url: str, *, create: bool = False, replica: str = "") -> Store:
    """The store at ``url``: a path is a GeoPackage, ``postgresql://…`` a database with PostGIS, of which readers may be
    sent to a ``replica``.

    :raises StoreError: when nothing is there and ``create`` is false, or it is no Dateline store.
    :raises StoreVersionError: when it was written by another version of the schema.
    """
    scheme, separator, _ = url.partition("://")
    if not separator:
        from geo.store.geopackage import GeoPackageStore  # noqa: PLC0415  the other backend must not load it

        return GeoPackageStore.open(url, create=create)
    if is_database(url):
        try:
            from geo.store.postgis import PostgisStore  # noqa: PLC0415  as above, and not everybody has it
        except ModuleNotFoundError as error:
            raise StoreError(f"store: {scheme}:// needs {error.name}; pip install 'dateline[postgis]'") from None
        return PostgisStore.open(url, create=create, replica=replica)
    raise StoreError(f"store: {scheme}:// is not known, want the path of a GeoPackage, or postgresql://…")


def migrate(url: str) -> tuple[str, ...]:
    """Bring an older store up to this schema in one transaction; says in words what was done, nothing if current.

    :raises StoreError: when no store is there.
    :raises StoreVersionError: when it is newer, or no way leads from it.
    """
    if is_database(url):
        from geo.store import postgis_care  # noqa: PLC0415  not everybody has it

        return postgis_care.migrate(url)
    from geo.store import layout  # noqa: PLC0415  the other backend must not load it

    return layout.migrate(Path(url))


def shown(url: str) -> str:
    """A store's address for people: without a password, and without what else stands behind a question mark.

    >>> shown("postgresql://editor:secret@db.example:5433/news?sslmode=require"), shown("var/news.gpkg")
    ('postgresql://editor@db.example:5433/news', 'var/news.gpkg')
    """
    if not is_database(url):
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"


def is_database(url: str) -> bool:
    """Whether the store's address names a server, not a file.

    >>> is_database("postgresql://db/news"), is_database("news.gpkg")
    (True, False)
    """
    return url.partition("://")[0] in ("postgresql", "postgres")
