"""What a file says of itself beside its rows: whose work they are, how its sides look, what a reader must know."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.schema import Collection, Field
from geo.style import STYLES, Styles

DERIVED_NOTE = "Zones with method 'derived' are coarse estimates around town reports, not surveyed front lines."
DAYS_NOTE = "Days are UTC. valid_to, certain_to and known_to are the first day on which it is no longer so."


@dataclass(frozen=True)
class Imprint:
    """``credits`` is one line of plain text (``geo.credits``); ``styles`` the look of the theatre's sides."""

    credits: str = ""
    styles: Styles = field(default_factory=lambda: STYLES)


def notes(collection: Collection) -> list[str]:
    """What every reader of the collection must know, a sentence each."""
    coarse = [DERIVED_NOTE] if collection.name in ("zones", "fronts", "mentions", "events") else []
    return [*coarse, DAYS_NOTE]


def about(collection: Collection, imprint: Imprint) -> str:
    """All of it in one paragraph."""
    credits = [f"Sources: {imprint.credits}."] if imprint.credits else []
    return " ".join([f"{collection.description}.", *notes(collection), *credits])


def readme(collection: Collection, imprint: Imprint, columns: Sequence[tuple[str, Field]]) -> str:
    """The text beside the files of an archive: what they are, and what each column means, by its name there."""
    width = max(len(name) for name, _ in columns)
    table = [f"{name:{width}}  {field.name}: {field.description}" for name, field in columns]
    licence = "Each row's licence is in its column; sources of the whole: " + (imprint.credits or "see each row") + "."
    return "\n".join([
        f"Dateline: {collection.title}", "", f"{collection.description}.", *notes(collection), licence,
        "Coordinates: WGS 84, longitude and latitude in degrees (EPSG:4326).", "", "Columns", "", *table, ""])
