"""Who is believed when reports of one place differ, and for how long."""
from __future__ import annotations

import pytest

from geo.conflicts import conflict
from geo.edtf import parse_edtf
from geo.model import LngLat
from geo.reports import Report
from geo.timeline import State, timelines


def said(
    when: str, controller: str, stance: str = "", *, status: str = "control", sourced: str = "yes", by: str = "A page"
) -> Report:
    source = {"title": by, "sourced": sourced, **({"stance": stance} if stance else {})}
    return Report(
        f"{when} {controller} {stance} {status} {sourced} {by}", "p", "P", "AA", LngLat(40, 34), parse_edtf(when),
        controller, status, sourced=sourced, sources=(source,),
    )


def line(*reports: Report) -> list[State]:
    return timelines(reports)["p"]


def told(states: list[State]) -> list[tuple[str, str, str | None, str]]:
    return [(str(state.valid.outer), state.controller, state.controller_b, state.status) for state in states]


@pytest.mark.parametrize(("reports", "controller", "controller_b", "status"), [
    ([said("2016-03-05", "X", "X")], "X", None, "claimed"),  # the side that gains says so, and nobody else
    ([said("2016-03-05", "X", "Y")], "X", None, "control"),  # the side that loses says so
    ([said("2016-03-05", "X")], "X", None, "control"),
    ([said("2016-03-05", "X", "X"), said("2016-03-05", "X")], "X", None, "control"),
    ([said("2016-03-05", "X", "X"), said("2016-03-05", "Y", "X")], "Y", None, "control"),
    ([said("2016-03-05", "X", "X"), said("2016-03-05", "Y")], "Y", None, "control"),
    ([said("2016-03-05", "X", "X"), said("2016-03-05", "Y", "Y")], "X", "Y", "contested"),
    ([said("2016-03-05", "X"), said("2016-03-05", "Y")], "X", "Y", "contested"),
    ([said("2016-03-05", "X"), said("2016-03-05", "Y", "X")], "X", "Y", "contested"),
    ([said("2016-03-05", "X", "X"), said("2016-03-05", "Y", sourced="no")], "X", None, "claimed"),
    ([said("2016-03-05", "X"), said("2016-03-05", "Y", sourced="no")], "X", None, "control"),
])
def test_a_report_against_interest_weighs_more_than_a_claim_of_gain(
    reports: list[Report], controller: str, controller_b: str | None, status: str
) -> None:
    for order in (reports, reports[::-1]):
        assert told(line(*order)) == [("2016-03-05/2020-03-04", controller, controller_b, status)]


def test_a_side_that_held_the_place_anyhow_claims_no_gain() -> None:
    states = line(said("2016-03-05", "X"), said("2016-04-05", "X", "X"), said("2016-05-05", "Y", "Y"),
                  said("2016-06-05", "Y", "X"))
    assert told(states) == [
        ("2016-03-05/2016-04-04", "X", None, "control"), ("2016-04-05/2016-05-04", "X", None, "control"),
        ("2016-05-05/2016-06-04", "Y", None, "claimed"), ("2016-06-05/2020-06-04", "Y", None, "control"),
    ]


def test_both_sources_of_a_contradiction_are_named() -> None:
    (state,) = line(said("2016-03-05", "X", by="First"), said("2016-03-05", "Y", by="Second"))
    assert [report.controller for report in state.reports] == ["X", "Y"]
    assert conflict(state) == "equally good sources differ: X says First, Y says Second"


def test_what_is_not_believed_is_kept_and_told() -> None:
    (state,) = line(said("2016-03-05", "Y", by="Paper"), said("2016-03-05", "X", "X", by="Agency"))
    assert conflict(state) == "X's own claim of 2016-03-05 says X [Agency, speaking for X]"
    assert [report.controller for report in state.against] == ["X"]


def test_a_single_report_leaves_doubt_until_the_place_is_told_of_again() -> None:
    states = line(said("2016-03-01", "X"), said("2016-03-05", "Y", status="reported"), said("2016-03-09", "X"))
    assert [(str(state.valid.outer), state.valid.certain.is_empty) for state in states] == [
        ("2016-03-01/2016-03-04", False), ("2016-03-05/2016-03-08", True), ("2016-03-09/2020-03-08", False),
    ]
    confirmed = line(said("2016-03-01", "X"), said("2016-03-05", "X", status="reported"))
    assert [state.valid.certain.is_empty for state in confirmed] == [False]


def test_a_day_is_a_state_of_its_own() -> None:
    states = line(said("2016-03-01", "X"), said("2016-03-05", "Y"), said("2016-03-06", "X"))
    assert told(states)[1] == ("2016-03-05", "Y", None, "control")
