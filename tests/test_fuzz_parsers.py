"""Whatever strangers write, a parser of ours gives a value or one clear error; `make fuzz-parsers` tries millions."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench.hostile.days import DAYS
from bench.hostile.parsers import PARSERS, SEEDS, tried
from geo.edtf import parse_edtf
from geo.interval import DAY as DAY_LONG
from geo.interval import FIRST, LAST, Interval, parse_datetime, parse_day

PIECES = (
    "٣".encode(), b"9" * 30, b"-", b"/", b"\x00", b"\xed\xa0\x80", "\u202e".encode(), b"NaN", b"1e999", b"((((",
    b"[[[[", b"''",
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 3), st.binary(max_size=6) | st.sampled_from(PIECES)), max_size=4)


def changed(seed: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The seed with some pieces put in the place of others."""
    for at, lost, piece in changes:
        start = at % (len(seed) + 1)
        seed = seed[:start] + piece + seed[start + lost:]
    return seed


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_gives_a_value_or_one_clear_error(name: str) -> None:
    @settings(suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink], database=None)
    @given(st.sampled_from(SEEDS[name]), CHANGES)
    def run(seed: bytes, changes: list[tuple[int, int, bytes]]) -> None:
        tried(name, changed(seed, changes))

    run()
    for day in DAYS:
        tried(name, str(day).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_right_is_read(name: str) -> None:
    for seed in SEEDS[name]:
        PARSERS[name](seed)


DAY = st.dates(FIRST, LAST - 2 * DAY_LONG)


@given(st.tuples(DAY, DAY).map(sorted))
def test_an_interval_that_is_written_is_read_back(days: list[date]) -> None:
    first, last = days
    for interval in (Interval(first, last + DAY_LONG), Interval(None, last), Interval(first, None)):
        assert parse_datetime(str(interval)) == interval


@given(DAY)
def test_a_day_that_is_written_is_read_back_as_day_and_as_edtf(day: date) -> None:
    assert parse_day(str(day)) == day
    assert parse_edtf(str(day)).interval == Interval.of_day(day)
