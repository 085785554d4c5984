"""Intervals of days are half-open inside and closed at the edge."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidParameter
from geo.interval import DAY, Interval, Validity, day_from_number, day_number, parse_datetime, parse_day

A, B, C = date(2016, 4, 8), date(2016, 4, 11), date(2016, 4, 20)

ENDS = st.none() | st.dates(date(1900, 1, 2), date(2099, 12, 31))
INTERVALS = st.builds(Interval, ENDS, ENDS)
DAYS = st.dates(date(1899, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize("one, other, meet", [
    (Interval(A, B), Interval(B, C), False),    # the end does not count
    (Interval(A, B), Interval(A, B), True),
    (Interval(A, C), Interval(B, B), False),    # an empty interval holds no day
    (Interval(None, A), Interval(A, None), False),
    (Interval(None, B), Interval(A, None), True),
    (Interval(), Interval(A, B), True),
])  # fmt: skip
def test_intervals_meet_when_they_share_a_day(one, other, meet):
    assert (not one.intersection(other).is_empty) is meet
    assert (not other.intersection(one).is_empty) is meet


@pytest.mark.parametrize("day, held", [(A - DAY, False), (A, True), (B - DAY, True), (B, False)])
def test_the_first_day_counts_and_the_end_does_not(day, held):
    assert (day in Interval(A, B)) is held


@given(INTERVALS, INTERVALS, DAYS)
def test_a_day_is_in_the_intersection_when_it_is_in_both(one, other, day):
    assert (day in one.intersection(other)) == (day in one and day in other)


@given(INTERVALS, DAYS)
def test_an_empty_interval_holds_no_day(interval, day):
    if interval.is_empty:
        assert day not in interval


@given(INTERVALS, INTERVALS)
def test_intervals_that_intersect_share_a_day(one, other):
    if not one.is_empty and not other.is_empty:
        assert one.intersects(other) == other.intersects(one) == (not one.intersection(other).is_empty)


@given(INTERVALS)
def test_what_is_written_reads_back(interval):
    if not interval.is_empty:
        assert parse_datetime(str(interval)) == interval


@given(DAYS)
def test_days_and_their_numbers_are_one_to_one(day):
    assert day_from_number(day_number(day)) == day
    assert day_number(day + timedelta(days=1)) == day_number(day) + 1


@pytest.mark.parametrize("text, interval", [
    ("2016-04-11", Interval(B, date(2016, 4, 12))),
    ("2016-04-08/2016-04-10", Interval(A, B)),
    ("../2016-04-10", Interval(None, B)),
    ("2016-04-08/..", Interval(A, None)),
    ("/2016-04-10", Interval(None, B)),
    ("../..", Interval()),
    ("2016-04-10T23:30:00Z", Interval(date(2016, 4, 10), B)),
    ("2016-04-10T23:30:00-02:00", Interval(B, date(2016, 4, 12))),   # cut to its UTC day
    ("2016-04-08T00:00:00Z/2016-04-10T12:00:00Z", Interval(A, B)),
])  # fmt: skip
def test_datetime_is_read_as_ogc_writes_it(text, interval):
    assert parse_datetime(text) == interval


@pytest.mark.parametrize("text", [
    "", "2016-4-8", "20160408", "2016-04-31", "1899-12-31", "2100-01-01", "2016-04-11/2016-04-08", "2016-04-08/x",
    "a/b/c", "2016-04-08T25:00:00Z", "\u0662016-04-08", "yesterday", "2016-04-08T", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:00:00-23:00", "2099-12-31T23:00:00-02:00",
])  # fmt: skip
def test_anything_else_is_refused_by_name(text):
    with pytest.raises(InvalidParameter, match="date"):
        parse_datetime(text)


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_the_one_error(text):
    try:
        parse_datetime(text)
    except InvalidParameter as error:
        assert "want" in str(error) or "ends before" in str(error)


def test_an_instant_just_outside_of_the_years_is_refused():
    with pytest.raises(InvalidParameter):
        parse_day("2100-01-01")
    assert parse_day("2099-12-31") == date(2099, 12, 31)


@pytest.mark.parametrize("day, certainty", [
    (date(2016, 4, 7), None), (A, "uncertain"), (B, "certain"), (date(2016, 4, 14), "uncertain"), (C, None),
])  # fmt: skip
def test_a_state_is_certain_only_inside_of_its_sure_ends(day, certainty):
    assert Validity(Interval(A, C), Interval(B, date(2016, 4, 14))).certainty(day) == certainty
