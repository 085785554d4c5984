"""How far to trust a derived zone or the answer at one place, and why, in words."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from geo.interval import DAY, Validity
from geo.reports import Report

FRESH_DAYS = 365
"""Up to this age a sourced report with an exact day earns "high"."""

SHARP_DAYS = 31
"""A date that may mean more days than this is called vague."""


def confidence(reports: Sequence[Report], valid: Validity, max_age_days: int) -> tuple[str, str]:
    """``low``, ``medium`` or ``high`` for a zone on its last day, and the reason.

    High wants every report to be sourced, dated within a month and at most a year old; more than half of them
    unsourced, or only claimed by the side that gains, is low.
    """
    last = valid.outer.end - DAY if valid.outer.end else max(report.earliest for report in reports)
    levels = [level_on(report, last) for report in reports]
    why = (
        f"{_sourcing(reports)}; {sum(_is_vague(report) for report in reports)} dated vaguely; "
        f"reports of {reports_span(reports)}, each believed for up to {max_age_days} days"
    )
    if levels.count("low") * 2 > len(levels):
        return "low", why
    return ("high" if set(levels) == {"high"} else "medium"), why


def level_on(report: Report, day: date) -> str:
    """The same for one report on one day."""
    if report.sourced == "no" or report.status == "claimed":
        return "low"
    is_fresh = (day - report.earliest).days <= FRESH_DAYS
    return "high" if report.sourced == "yes" and is_fresh and not _is_vague(report) else "medium"


def reports_span(reports: Sequence[Report]) -> str:
    first, last = min(each.earliest for each in reports), max(each.earliest for each in reports)
    return str(first) if first == last else f"{first} to {last}"


def _is_vague(report: Report) -> bool:
    return (report.latest - report.earliest).days >= SHARP_DAYS


def _sourcing(reports: Sequence[Report]) -> str:
    counts = {kind: sum(report.sourced == kind for report in reports) for kind in ("yes", "partly", "no")}
    return f"{len(reports)} reports, {counts['yes']} sourced, {counts['partly']} in part, {counts['no']} not"
