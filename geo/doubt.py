"""How sure the reader is of what it read, for an editor who looks at the least sure first."""
from __future__ import annotations

from typing import NamedTuple

from geo.corrections import CONFIRMS, SAYS
from geo.model import Event, Mention, When

PRECISION = {"day": 0.95, "week": 0.8, "month": 0.6, "season": 0.5, "year": 0.4, "period": 0.6}
"""How sure a date is that the text states so closely."""

UNSTATED = 0.55
"""A day that no word states: that of the publication."""

DISAGREES = 0.3
HYPOTHETICAL = 0.4


class Doubt(NamedTuple):
    """``confidence`` 0 to 1 and what is least sure, in words."""

    confidence: float
    reason: str


def of_date(when: When | None) -> Doubt:
    """
    >>> of_date(None)
    Doubt(confidence=0.0, reason='nobody says when')
    """
    if when is None or (when.interval.start is None and when.interval.end is None):
        return Doubt(0.0, "nobody says when")
    if when.reason in (SAYS, CONFIRMS):
        return Doubt(1.0, f"date: {when.reason}")
    if when.reason.startswith("no date is stated"):
        return Doubt(UNSTATED, when.reason)
    return Doubt(PRECISION.get(when.precision, 0.5), f"date: {when.reason or when.precision}")


def of_mention(mention: Mention) -> Doubt | None:
    """The less sure of place and date; ``None`` for a name that is not mapped and need not be."""
    if mention.place is None:
        return Doubt(0.0, f"no place: {mention.reason}") if mention.toponym.role == "literal" else None
    return min(Doubt(mention.score, f"place: {mention.reason}"), of_date(mention.when))


def of_event(event: Event, at: Doubt | None, *, is_confirmed: bool) -> Doubt:
    """Of an event at a place that is as sure as ``at``; one that the zones contradict deserves a look."""
    if is_confirmed:
        return Doubt(1.0, CONFIRMS)
    found = [of_date(event.when), *([at] if at else [])]
    if event.place is None:
        found.append(Doubt(0.0, "no place"))
    if event.agreement == "disagrees":
        found.append(Doubt(DISAGREES, f"the zones say otherwise: {event.agreement_reason}"))
    if event.certainty == "hypothetical":
        found.append(Doubt(HYPOTHETICAL, "told as a possibility"))
    return min(found)
