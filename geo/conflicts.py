"""What contradicts a state or a remark, in words, each side of it with its source."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.reports import Report
from geo.timeline import State, weight


def conflict(state: State) -> str:
    """Empty when nothing does."""
    said = [_differ(state)] if state.rivals else []
    return "; ".join([*said, *map(_denial, state.against)])


def conflict_of_remark(remark: Report, states: Sequence[State]) -> str:
    """What a single report is at odds with: the states of its place on its days, and the next one. Hours (``brief``)
    deny nothing."""
    if remark.status != "reported":
        return ""
    span = remark.when.interval
    held = [each for each in states if each.valid.outer.intersects(span) and _denies(remark, each)]
    if not held:
        return ""
    later = [each for each in states if each.report.earliest >= remark.latest and each.report != held[0].report]
    again = f", and again from {_stated(later[0])}" if later and _denies(remark, later[0]) else ""
    return f"against {held[0].controller}, so stated from {_stated(held[0])}{again}"


def _denies(remark: Report, state: State) -> bool:
    return remark.controller not in (state.controller, state.controller_b)


def _differ(state: State) -> str:
    first = next(each for each in state.reports if each not in state.rivals)
    return "equally good sources differ: " + ", ".join(
        f"{report.controller} says {source_of(report)}" for report in (first, *state.rivals))


def _denial(report: Report) -> str:
    if report.status == "reported":
        who = f"a single report of {report.when.text}"
    else:
        who = (f"what is commonly held of {report.when.text}", f"{report.controller}'s own claim of {report.when.text}",
               f"a report of {report.when.text}")[weight(report)]
    return f"{who} says {report.controller} [{source_of(report)}]"


def _stated(state: State) -> str:
    return f"{state.report.when.text} [{source_of(state.report)}]"


def source_of(report: Report) -> str:
    """The titles of a report's sources in words, each once."""
    return "; ".join(dict.fromkeys(map(source_words, report.sources))) or "no source"


def source_words(source: Mapping[str, object]) -> str:
    """The title of a source, with its publisher and the side that it speaks for."""
    whose = f", speaking for {source['stance']}" if source.get("stance") else ""
    return ", ".join(str(source[key]) for key in ("title", "publisher") if source.get(key)) + whose
