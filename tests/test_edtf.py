"""Vague dates are read as the Library of Congress writes them."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.dating.units import edtf
from geo.edtf import WIDEN, parse_edtf
from geo.errors import InvalidParameter
from geo.interval import DAY, Interval, parse_datetime


@pytest.mark.parametrize("text, days, precision", [
    ("2016", "2016-01-01/2016-12-31", "year"),
    ("2014-07", "2014-07-01/2014-07-31", "month"),
    ("2015-12", "2015-12-01/2015-12-31", "month"),
    ("2016-04-11", "2016-04-11", "day"),
    ("2016-02-29", "2016-02-29", "day"),
    ("201X", "2010-01-01/2019-12-31", "period"),
    ("20X6", "2006-01-01/2096-12-31", "period"),
    ("201X-05", "2010-05-01/2019-05-31", "period"),   # May of one of those years
    ("20XX", "2000-01-01/2099-12-31", "period"),
    ("2016-XX", "2016-01-01/2016-12-31", "year"),
    ("2016-04-XX", "2016-04-01/2016-04-30", "month"),
    ("2015-12-2X", "2015-12-20/2015-12-29", "period"),
    ("2015-12-3X", "2015-12-30/2015-12-31", "period"),
    ("2015-12-0X", "2015-12-01/2015-12-09", "period"),
    ("2016-21", "2016-03-01/2016-05-31", "season"),
    ("2016-24", "2016-12-01/2017-02-28", "season"),
    ("2014-09/2015-01-26", "2014-09-01/2015-01-26", "period"),
    ("../2015", "../2015-12-31", "period"),
    ("2015/..", "2015-01-01/..", "period"),
    ("2016-04-11?", "2016-04-11", "day"),
    ("2016-04-11~", "2016-04-08/2016-04-14", "day"),
])  # fmt: skip
def test_a_vague_date_is_the_days_it_may_mean(text, days, precision):
    read = parse_edtf(text)
    assert (read.interval, read.precision) == (parse_datetime(days), precision)


@pytest.mark.parametrize("text", [
    "", "16", "2016-13", "2016-00", "2016-02-30", "2016-02-3X", "2016-1X", "2016/2015", "2016-4", "2016~~", "1066",
    "2100", "2016-04-11/x", "2016-25", "2X16", "/2016/2017", "2016-2016", "\u0662\u0660\u0661\u0666", "0001~", "9999~",
    "2014~/0001~", "0001-01-01%", "9999-12-3X", "9999-12-31~", "9999-24",
])  # fmt: skip
def test_what_is_no_edtf_is_refused_by_name(text):
    with pytest.raises(InvalidParameter, match="EDTF"):
        parse_edtf(text)


def test_older_years_are_read_where_they_are_asked_for():
    long_ago = Interval(date(1000, 1, 1), date(2100, 1, 1))
    assert parse_edtf("1453-05-29", long_ago).interval == Interval.of_day(date(1453, 5, 29))


@given(st.text(max_size=20) | st.text("0123456789X-/~.?%", max_size=22))
def test_no_text_raises_anything_but_the_one_error(text):
    try:
        read = parse_edtf(text)
    except InvalidParameter:
        return
    assert not read.interval.is_empty


DAYS = st.dates(date(1900, 1, 1), date(2098, 12, 31))


@given(DAYS, DAYS, st.sampled_from(["day", "season", "month", "year", "period"]))
def test_an_interval_reads_back_from_its_edtf(one, other, unit):
    interval = Interval(min(one, other), max(one, other) + DAY)
    assert parse_edtf(edtf(interval, unit)).interval == interval


@given(DAYS, st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
def test_a_day_lies_in_every_date_that_names_it(day, form):
    assert day in parse_edtf(day.strftime(form)).interval


@given(st.dates(date(1901, 1, 1), date(2097, 12, 31)), st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
def test_about_widens_both_sides(day, form):
    plain, about = parse_edtf(day.strftime(form)), parse_edtf(day.strftime(form) + "~")
    assert about.interval.days == (plain.interval.days or 0) + 2 * WIDEN[plain.precision]
