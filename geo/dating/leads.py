"""What the lead of an undated story tells as news → the days on which the story can have appeared.

The lead names a place that is known to have changed hands on a day of the weekday that the lead names
("took Rutba on Thursday", and the reports have Rutba on a Thursday), or "this morning", and who took it; or it tells of
a whole date, and the story goes on to bare weekdays ("On Monday, 16 October 2017 … On Wednesday"), which are then of
the week after it.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from geo.dating.anchors import LONGEST, Anchor, names_change, seems_to_lose, told_at
from geo.dating.fixes import NEWS_WEEK, Fix
from geo.dating.grammar import lower

MOST_YEARS = 2
"""A story tells of no change of hands that lies further after the last year that it states."""

_DAY_AFTER = re.compile(r"day,?\s(?:a|one|the)\sday\safter\b")
""""on Tuesday, a day after" what is told of.
"""


@dataclass(frozen=True)
class Lead:
    """Title and first paragraphs; the weekdays (Monday is 0) that they name; the days that the story states as past,
    and the last one of which the lead itself tells; how many days ago it says by "today" and "yesterday"; the months
    and days that the story tells without a year."""

    text: str
    weekdays: frozenset[int]
    stated: frozenset[date] = frozenset()
    dated: date | None = None
    ago: frozenset[int] = frozenset()
    yearless: frozenset[tuple[int, int]] = frozenset()

    @cached_property
    def told_weekdays(self) -> frozenset[int]:
        """Those on which what it tells of happened: "visited Ramadi on Tuesday, a day after" is of a Monday."""
        ago = int(_DAY_AFTER.search(lower(self.text)) is not None)
        return frozenset((day - ago) % 7 for day in self.weekdays)

    @property
    def last_stated(self) -> date | None:
        return max(self.stated, default=None)

    def allows(self, day: date) -> bool:
        """Whether a story with these stated days may tell of ``day`` as news."""
        if day in self.stated or (day.month, day.day) in self.yearless:
            return False
        last = self.last_stated
        return last is None or (last <= day and day.year - last.year <= MOST_YEARS)


def news(lead: Lead, anchors: Sequence[Anchor]) -> Iterator[Fix]:
    """At most one fix: of changes of hands in different weeks nobody can say which is told of."""
    known = [(one, day) for one in anchors for day in _fitting(lead, one)]
    places = {one.names: told_at(lead.text, one) or 0 for one, _ in known}
    first = min(places.values(), default=0)
    known = [(one, day) for one, day in known if places[one.names] == first]
    lowered = lower(lead.text)
    won = [(one, day) for one, day in known if any(lower(name.partition("@")[0]) in lowered for name in one.winner)]
    found = won or (known if lead.weekdays else [])
    days = [day for _, day in found]
    if days and max(days) - min(days) < timedelta(days=NEWS_WEEK):
        week = _week(max(days)) if lead.weekdays else frozenset(max(days) + timedelta(days=step) for step in lead.ago)
        yield Fix(week, f"its lead tells of {found[-1][0].what} as news")
    elif not days and lead.dated is not None and lead.dated == lead.last_stated and lead.weekdays:
        yield Fix(_week(lead.dated), f"its lead is of {lead.dated} and names weekdays as the same week's")


def _week(day: date) -> frozenset[date]:
    return frozenset(day + timedelta(days=step) for step in range(NEWS_WEEK))


def _fitting(lead: Lead, anchor: Anchor) -> Iterator[date]:
    """The last day of a change of hands that the lead may mean: on one of its weekdays, not before what is told as
    past, and not a day that the story states otherwise, for then it is no news of a weekday."""
    start, length = anchor.days.start, anchor.days.days
    if start is None or length is None or length > LONGEST or not names_change(lead.text):
        return
    days = [start + timedelta(days=step) for step in range(length)]
    is_today = not lead.weekdays and len(lead.ago) == 1
    fitting = [day for day in days if (is_today or day.weekday() in lead.told_weekdays) and lead.allows(day)]
    if fitting and told_at(lead.text, anchor) is not None and not seems_to_lose(lead.text, anchor):
        yield fitting[-1]
