"""One place's reports as a line of dated states that never overlap."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from geo.interval import Interval, Validity
from geo.reports import Report

REPORT_MAX_AGE_DAYS = 1461
"""Four years: how long the last report of a place is believed unless the caller says otherwise."""

_TRUST = {"yes": 0, "partly": 1, "no": 2}


@dataclass(frozen=True)
class State:
    """What one or more reports of the same day say about a place, and for how long.

    ``valid.certain`` begins at the latest day on which the state may have begun; it is empty when the next
    report's earliest day comes before that.
    """

    reports: tuple[Report, ...]
    controller: str
    controller_b: str | None
    status: str
    besieged_by: str | None
    valid: Validity

    @property
    def control(self) -> tuple[str, str | None, str, str | None]:
        """What it says, without when: controller, second side, status, besieger."""
        return self.controller, self.controller_b, self.status, self.besieged_by

    @property
    def report(self) -> Report:
        """The best sourced of its reports."""
        return self.reports[0]


def timelines(reports: Iterable[Report], max_age_days: int = REPORT_MAX_AGE_DAYS) -> dict[str, list[State]]:
    """The states of each place, in order, by place id; ``reported`` and ``brief`` make none.

    A state holds from its report's earliest day until the earliest day of the next one, at most
    ``max_age_days``. Days before its latest day are uncertain. Two reports of different controllers from one
    earliest day make a contested state of both.
    """
    by_place: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        if not report.is_remark:
            by_place[report.place].append(report)
    return {place: list(_states(by_place[place], max_age_days)) for place in sorted(by_place)}


def _states(reports: Sequence[Report], max_age_days: int) -> Iterable[State]:
    days: defaultdict[date, list[Report]] = defaultdict(list)
    for report in sorted(reports, key=lambda each: (_TRUST[each.sourced], each.latest, each.id)):
        days[report.earliest].append(report)
    starts: list[date | None] = [*sorted(days), None]
    before: State | None = None
    for start, following in pairwise(starts):
        assert start is not None
        last = start + timedelta(days=max_age_days)
        state = _state(tuple(days[start]), Interval(start, min(last, following or last)))
        before = _continued(before, state)
        yield before


def _continued(before: State | None, state: State) -> State:
    """A vague report that repeats what was certain until then takes no certainty away."""
    if before is None or before.control != state.control or before.valid.certain.end != state.valid.outer.start:
        return state
    if before.valid.certain.is_empty:
        return state
    return replace(state, valid=replace(state.valid, certain=state.valid.outer))


def _state(reports: tuple[Report, ...], outer: Interval) -> State:
    first = reports[0]
    latest = max(report.latest for report in reports)
    rival = next((each.controller for each in reports if each.controller != first.controller), None)
    certain = Interval(min(latest, outer.end or latest), outer.end)
    valid = Validity(outer, certain, first.when.text, first.when.precision)
    if rival is not None and rival != first.controller_b:
        return State(reports, first.controller, rival, "contested", first.besieged_by, valid)
    return State(reports, first.controller, first.controller_b, first.status, first.besieged_by, valid)
