"""What a time expression can mean, and what stands around it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from geo.dating import units
from geo.dating.words import part_of
from geo.interval import Interval

Parts = Mapping[str, str]
"""The words that a rule of the grammar names."""

BACKGROUND = timedelta(days=60)
"""A date this far before publication begins a backgrounder; bare dates after it belong to it."""


@dataclass(frozen=True)
class Meaning:
    """Days, the unit they were said in, and why. ``stated``: with its year, whatever the discourse."""

    interval: Interval
    precision: str
    reason: str
    stated: bool = False


@dataclass(frozen=True)
class Discourse:
    """What stands around an expression.

    ``told`` is the date told before it (in its paragraph; in a history, anywhere), ``main`` the day of
    the story's main event, ``history`` whether the text tells of years long before its publication;
    ``dated`` whether ``told`` goes back to a stated year, whose bare dates then belong to it; ``began``
    the day on which something was last told to begin.
    """

    published: date | None = None
    tense: str = "none"
    told: Interval | None = None
    main: date | None = None
    history: bool = False
    dated: bool = True
    began: date | None = None

    @property
    def is_future(self) -> bool:
        return self.tense == "future"

    @property
    def background(self) -> Interval | None:
        """The date told before, when bare dates belong to it and not to the publication."""
        if self.told is None or self.told.start is None or self.told.end is None or self.is_future:
            return None
        if not self.dated and not self.history:
            return None
        if self.history or self.published is None or self.told.end <= self.published - BACKGROUND:
            return self.told
        return None

    @property
    def day_told(self) -> date | None:
        """The date told before, when it is a single day."""
        return self.told.start if self.told is not None and self.told.days == 1 else None

    @property
    def month_told(self) -> date | None:
        """The start of the date told before, when it is of one month."""
        short = self.told is not None and self.told.days is not None and self.told.days <= 31
        return self.told.start if self.told is not None and short else None

    @property
    def here(self) -> date | None:
        """The day that "that day" and "a week earlier" count from."""
        if self.told is not None and self.told.start is not None:
            return self.told.start
        return self.main or self.published


def on_day(day: date, reason: str, stated: bool = False) -> Meaning:
    return Meaning(Interval.of_day(day), "day", reason, stated)


def parted(meaning: Meaning, parts: Parts) -> Meaning:
    """Its third or half, when "early", "mid" or "late" says so."""
    name = part_name(parts)
    if name is None:
        return meaning
    reason = f"{meaning.reason}, its {name} part" if "half" in name else f"{meaning.reason}, its {name} third"
    return replace(meaning, interval=units.part(meaning.interval, name), precision="period", reason=reason)


def part_name(parts: Parts) -> str | None:
    """``early``, ``mid``, ``late`` or a half, when the expression names one."""
    return part_of(parts.get("part")) or part_of(parts.get("late"))
