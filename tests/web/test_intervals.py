"""Days in JavaScript are days in Python: one table of cases, both languages."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.errors import InvalidParameter
from geo.interval import Interval, day_from_number, day_number, parse_datetime, parse_day

CASES: dict[str, list[Any]] = json.loads((Path(__file__).parent.parent / "intervals.json").read_text(encoding="utf-8"))

JAVASCRIPT = """async (cases) => {
  const days = await import("/static/js/days.js");
  const number = (day) => (day === null ? null : days.dayNumber(day));
  return {
    days: cases.days.map(({ day, number: wanted }) => [days.dayNumber(day), days.isoDay(wanted)]),
    not_days: cases.not_days.map((text) => days.dayNumber(text)),
    contains: cases.contains.map(({ from, to, day }) => days.contains(number(from), number(to), number(day))),
    intersects: cases.intersects.map(({ a, b }) => days.intersects(a.map(number), b.map(number))),
    datetime: cases.datetime.map(({ from, to }) => days.ogcInterval([number(from), number(to)])),
    months_later: cases.months_later.map(({ day, months }) => days.isoDay(days.addMonths(number(day), months))),
  };
}"""


def _open(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def test_python_answers_the_table() -> None:
    for case in CASES["days"]:
        assert day_number(date.fromisoformat(case["day"])) == case["number"]
        assert day_from_number(case["number"]) == date.fromisoformat(case["day"])
    for case in CASES["contains"]:
        assert (_open(case["day"]) in Interval(_open(case["from"]), _open(case["to"]))) is case["answer"], case
    for case in CASES["intersects"]:
        a, b = (Interval(*map(_open, case[side])) for side in ("a", "b"))
        assert a.intersects(b) is case["answer"], case
    for case in CASES["datetime"]:
        assert parse_datetime(case["text"]) == Interval(_open(case["from"]), _open(case["to"]))
        assert str(Interval(_open(case["from"]), _open(case["to"]))) == case["text"]


@pytest.mark.parametrize("text", CASES["not_days"])
def test_python_refuses_what_is_no_day(text: str) -> None:
    with pytest.raises(InvalidParameter):
        parse_day(text)


@pytest.mark.browser
def test_javascript_answers_the_table(visit: Any) -> None:
    answers = visit.open("/stories/").evaluate(JAVASCRIPT, CASES)
    assert answers == {
        "days": [[case["number"], case["day"]] for case in CASES["days"]],
        "not_days": [None] * len(CASES["not_days"]),
        "contains": [case["answer"] for case in CASES["contains"]],
        "intersects": [case["answer"] for case in CASES["intersects"]],
        "datetime": [case["text"] for case in CASES["datetime"]],
        "months_later": [case["answer"] for case in CASES["months_later"]],
    }
