"""How far to trust a derived zone or the answer at one place, and why, in words.

Five things speak for an answer: a source for all of it, a report at most a year old, a day known to a month, evidence
near by or neighbours that confirm it, and nobody who says otherwise. All five are high, two or fewer are low, the rest
is medium; what no source backs, or only the side that gains by it, is low whatever else. More recent, nearer or more
agreeing evidence therefore never lowers a level.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geo.reports import Report

FRESH_DAYS = 365
"""Up to this age a report is called recent."""

SHARP_DAYS = 31
"""A date that may mean more days than this is called vague."""

NEAR_KM = 10.0
"""Evidence up to this far speaks for itself; farther away, neighbours must confirm it."""

LEVELS = ("low", "medium", "high")


@dataclass(frozen=True)
class Surroundings:
    """``away_km``: how far the evidence is, for a zone the radius of the ground that one reported place stands for.
    ``agreeing`` and ``differing``: neighbouring reported places that say the same, and that name another side.
    ``is_denied``: a source says otherwise of this very place and day."""

    away_km: float = 0.0
    agreeing: int = 0
    differing: int = 0
    is_denied: bool = False

    @property
    def is_near(self) -> bool:
        return self.away_km <= NEAR_KM

    @property
    def is_confirmed(self) -> bool:
        return self.agreeing > self.differing


def level_on(report: Report, day: date, around: Surroundings = Surroundings()) -> str:
    """``low``, ``medium`` or ``high`` for what rests on one report on one day.

    >>> [level_of(points) for points in range(6)]
    ['low', 'low', 'low', 'medium', 'medium', 'high']
    """
    if report.sourced == "no" or report.is_own_claim:
        return "low"
    return level_of(sum((
        report.sourced == "yes", (day - report.earliest).days <= FRESH_DAYS, not _is_vague(report),
        around.is_near or around.is_confirmed, not around.is_denied,
    )))


def level_of(points: int) -> str:
    """The level for how many of the five things are so."""
    return LEVELS[2 if points == 5 else 1 if points > 2 else 0]


def confidence(reports: Sequence[Report], day: date, around: Surroundings, max_age_days: int) -> tuple[str, str]:
    """The level of a zone that rests on the latest report of each of its places, and the reason.

    High when all of them are, low when more than half of them are, else medium.
    """
    levels = [level_on(report, day, around) for report in reports]
    if levels.count("low") * 2 > len(levels):
        return "low", _why(reports, around, max_age_days)
    return ("high" if set(levels) == {"high"} else "medium"), _why(reports, around, max_age_days)


def reports_span(reports: Sequence[Report]) -> str:
    first, last = min(each.earliest for each in reports), max(each.earliest for each in reports)
    return str(first) if first == last else f"{first} to {last}"


def _why(reports: Sequence[Report], around: Surroundings, max_age_days: int) -> str:
    claims = sum(report.is_own_claim for report in reports)
    said = [
        _sourcing(reports), *([f"{claims} only claimed by the side that gains"] if claims else []),
        f"{sum(_is_vague(report) for report in reports)} dated vaguely",
        f"reports of {reports_span(reports)}, each believed for up to {max_age_days} days",
        f"one reported place for {around.away_km:.0f} km around",
        f"neighbours: {around.agreeing} confirm it, {around.differing} say otherwise",
        *(["a source denies it"] if around.is_denied else []),
    ]
    return "; ".join(said)


def _is_vague(report: Report) -> bool:
    return (report.latest - report.earliest).days >= SHARP_DAYS


def _sourcing(reports: Sequence[Report]) -> str:
    counts = {kind: sum(report.sourced == kind for report in reports) for kind in ("yes", "partly", "no")}
    count = "1 report" if len(reports) == 1 else f"{len(reports)} reports"
    return f"{count}, {counts['yes']} sourced, {counts['partly']} in part, {counts['no']} not"
