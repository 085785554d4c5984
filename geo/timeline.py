"""One place's reports as a line of dated states that never overlap.

Who is believed when reports of one day differ: a source that has nothing to gain by it (an outsider, or the side that
loses) before a side's own claim, and that before what is only commonly held. Two that are equally good and differ
make the place contested by both. A single report (``reported``) that nobody repeats makes no state; it makes the state
that it denies uncertain until the place is told of again.
"""
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
    report's earliest day comes before that. ``against`` is what was reported otherwise and not believed.
    """

    reports: tuple[Report, ...]
    controller: str
    controller_b: str | None
    status: str
    besieged_by: str | None
    valid: Validity
    against: tuple[Report, ...] = ()

    @property
    def control(self) -> tuple[str, str | None, str, str | None]:
        """What it says, without when: controller, second side, status, besieger."""
        return self.controller, self.controller_b, self.status, self.besieged_by

    @property
    def report(self) -> Report:
        """The best of its reports."""
        return self.reports[0]

    @property
    def rivals(self) -> tuple[Report, ...]:
        """Believed reports of the same day that name another side than the first one does."""
        sides = (self.report.controller, self.report.controller_b)
        return tuple(each for each in self.reports if each.controller not in sides)


def timelines(reports: Iterable[Report], max_age_days: int = REPORT_MAX_AGE_DAYS) -> dict[str, list[State]]:
    """The states of each place, in order, by place id; ``reported`` and ``brief`` make none.

    A state holds from its report's earliest day until the earliest day of the next one, at most
    ``max_age_days``. Days before its latest day are uncertain. Two reports of different controllers from one
    earliest day, equally good, make a contested state of both.
    """
    by_place: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_place[report.place].append(report)
    lines = {place: list(_states(by_place[place], max_age_days)) for place in sorted(by_place)}
    return {place: states for place, states in lines.items() if states}


def weight(report: Report) -> int:
    """How much a report counts against others of its day: 2 has nothing to gain, 1 is a side's own claim, 0 rests on
    no source."""
    if report.sourced == "no":
        return 0
    return 1 if report.is_own_claim else 2


def _states(reports: Sequence[Report], max_age_days: int) -> Iterable[State]:
    days: defaultdict[date, list[Report]] = defaultdict(list)
    doubts: list[Report] = []
    for report in sorted(reports, key=lambda each: (-weight(each), _TRUST[each.sourced], each.latest, each.id)):
        if not report.is_remark:
            days[report.earliest].append(report)
        elif report.status == "reported":
            doubts.append(report)
    starts: list[date | None] = [*sorted(days), None]
    before: State | None = None
    for start, following in pairwise(starts):
        assert start is not None
        last = start + timedelta(days=max_age_days)
        state = _state(tuple(days[start]), Interval(start, min(last, following or last)), before)
        parts = list(_doubted(_continued(before, state), doubts))
        before = parts[-1]
        yield from parts


def _continued(before: State | None, state: State) -> State:
    """A vague report that repeats what was certain until then takes no certainty away."""
    if before is None or before.control != state.control or before.valid.certain.end != state.valid.outer.start:
        return state
    if before.valid.certain.is_empty:
        return state
    return replace(state, valid=replace(state.valid, certain=state.valid.outer))


def _doubted(state: State, doubts: Sequence[Report]) -> Iterable[State]:
    """The state, uncertain from the first day of each single report that denies it."""
    sides = (state.controller, state.controller_b)
    for doubt in sorted(doubts, key=lambda each: (each.earliest, each.id)):
        if doubt.earliest not in state.valid.outer or doubt.controller in sides:
            continue
        outer, certain = state.valid.outer, state.valid.certain
        if outer.start != doubt.earliest:
            sure = certain.intersection(Interval(None, doubt.earliest))
            kept = Interval(doubt.earliest, doubt.earliest) if sure.is_empty else sure
            yield replace(state, valid=replace(state.valid, outer=Interval(outer.start, doubt.earliest), certain=kept))
        left = replace(state.valid, outer=Interval(doubt.earliest, outer.end), certain=Interval(outer.end, outer.end))
        state = replace(state, valid=left, against=(*state.against, doubt))
    yield state


def _state(reports: tuple[Report, ...], outer: Interval, before: State | None) -> State:
    first = reports[0]
    believed = [each for each in reports if weight(each) == weight(first) or each.controller == first.controller]
    against = tuple(each for each in reports if each not in believed)
    latest = max(report.latest for report in believed)
    certain = Interval(min(latest, outer.end or latest), outer.end)
    valid = Validity(outer, certain, first.when.text, first.when.precision)
    said = (first.controller, first.controller_b, first.status, first.besieged_by)
    state = State(tuple(believed), *said, valid, against)
    if state.rivals:
        return replace(state, controller_b=state.rivals[0].controller, status="contested")
    is_claim = first.status == "control" and weight(first) == 1
    if is_claim and not _held(before, first.controller, outer):
        return replace(state, status="claimed")
    return state


def _held(before: State | None, side: str, outer: Interval) -> bool:
    """Whether the side held the place anyhow: then it claims no gain."""
    is_before = before is not None and before.valid.outer.end == outer.start
    return is_before and before is not None and before.control[:3] == (side, None, "control")
