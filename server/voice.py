"""Dates and control in English words, for the parts of a page that are read without its script."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from geo import style
from geo.interval import parse_day
from geo.style import Styles

EVENT_WORDS = {
    "control_gain": "Taken", "control_loss": "Lost", "control_state": "Held", "attack": "Attack",
    "airstrike": "Air strike", "siege": "Siege", "clash": "Clash",
}
STATUS_WORDS = {
    "besieged": "{a}, besieged", "contested": "{a}, contested", "mixed": "{a}, in part",
    "claimed": "{a}, claimed only", "assessed_advance": "{a}, advancing",
}


def long_day(day: date) -> str:
    """
    >>> long_day(date(2016, 4, 11))
    'Monday, 11 April 2016'
    """
    return f"{day:%A}, {medium_day(day)}"


def medium_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def event_word(kind: str) -> str:
    return EVENT_WORDS.get(kind, "Event")


def span_text(row: Mapping[str, Any]) -> str:
    """The days of a row: ``11 April 2016``, ``5 May to 3 June 2016``, ``undated``."""
    first = parse_day(row["valid_from"]) if row.get("valid_from") else None
    last = parse_day(row["valid_to"]) - timedelta(days=1) if row.get("valid_to") else None
    if first is None:
        return "undated" if last is None else f"until {medium_day(last)}"
    if last is None:
        return f"from {medium_day(first)} on"
    return medium_day(first) if first == last else f"{medium_day(first)} to {medium_day(last)}"


def control_text(control: Mapping[str, Any], styles: Styles) -> str:
    """Who held it, in a few words; "no statement" when no source says."""
    if not control.get("controller"):
        return "no statement"
    sides = [style.label(control[side], styles) for side in ("controller", "controller_b") if control.get(side)]
    return STATUS_WORDS.get(str(control.get("status")), "{a}").format(a=" and ".join(sides))
