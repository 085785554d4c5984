"""What can go wrong, by name; ``server.errors`` maps each to an HTTP status."""
from __future__ import annotations


class DatelineError(Exception):
    """The root of every error that Dateline raises on purpose."""


class InvalidParameter(DatelineError):
    """A value from outside does not parse; the message names it and what was expected."""


class InvalidInput(DatelineError):
    """A file or an article cannot be read as what it claims to be."""


class NotFound(DatelineError):
    """Nothing has this name."""


class NoPublicationDate(DatelineError):
    """A story gives no date and none was stated; today is never assumed."""


class Withdrawn(NotFound):
    """It was taken out for good and does not come back."""


class Conflict(DatelineError):
    """What is asked does not fit the state in which the thing is."""


class StoreError(DatelineError):
    """The store cannot be opened, or does not hold what it should."""


class StoreGone(StoreError):
    """The store does not answer, or broke off; it may be there again at the next try."""


class StoreFull(StoreError):
    """There is no room for what was to be written; nothing of it was kept."""


class StoreReadOnly(StoreError):
    """The store can be read but not written to; nothing was kept."""


class StoreBusy(StoreError):
    """Another writer held the store for longer than anybody waits; nothing was kept."""


class StoreDamaged(StoreError):
    """The store's file is not, or not any more, what a store is; the message says how to bring a backup back."""


class StoreVersionError(StoreError):
    """The store was written by another version of the schema."""
