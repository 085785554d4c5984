"""T11: days that are none, or that two readers would understand in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from bench.hostile.kinds import Hostile, collection, square

BY_FIELD = {"controller": "NORTH", "date_field": "day"}
BY_PERIOD = {"controller": "NORTH", "from_field": "first", "to_field": "last"}


def files() -> Iterator[Hostile]:
    for number, day in enumerate(DAYS):
        yield Hostile(f"day_{number:02}", "T11", collection(square(day=day)), BY_FIELD)
    for number, (first, last) in enumerate(PERIODS):
        yield Hostile(f"period_{number:02}", "T11", collection(square(first=first, last=last)), BY_PERIOD)
    yield Hostile("day_not_there", "T11", collection(square(other="2022-04-01")), BY_FIELD)
    yield Hostile("day_once_of_two", "T11", collection(square(day="2022-04-01"), square()), BY_FIELD)


DAYS: tuple[object, ...] = (
    "0000-01-01",
    "0001-01-01",
    "1899-12-31",
    "2100-01-01",
    "9999-12-31",
    "10000-01-01",
    "-2022-04-01",
    "+2022-04-01",
    "2022-00-01",
    "2022-13-01",
    "2022-04-00",
    "2022-04-31",
    "2023-02-29",
    "1900-02-29",
    "2022-4-1",
    "22-04-01",
    "20220401",
    "01-04-2022",
    "04/01/2022",
    "1.4.2022",
    "2022-W13",
    "2022-W13-5",
    "2022-091",
    "2022-04",
    "2022",
    "٢٠٢٢-٠٤-٠١",
    "２０２２-０４-０１",
    "२०२२-०४-०१",
    "2022–04–01",
    "2022‑04‑01",
    "2022-04-01\x00",
    "\x002022-04-01",
    "2022-04-01\n",
    " 2022-04-01",
    "2022-04-01\u200b",
    "\u202e2022-04-01",
    "2022-04-01Z",
    "2022-04-01T",
    "2022-04-01T25:00:00Z",
    "2022-04-01T24:00:00Z",
    "2022-04-01T12:60Z",
    "2022-04-01T23:59:60Z",
    "2022-04-01T12:00:00+25:00",
    "2022-04-01T12:00:00+02",
    "2022-04-01 12:00 CET",
    "1 April 2022",
    "yesterday",
    "now",
    "NaN",
    "null",
    "true",
    "2022-04-01..2022-04-05",
    "2022-04-01/2022-04-05",
    "2022-04-01/..",
    "../2022-04-01",
    "2022/04-01",
    "2022-04/01",
    "P1D",
    "1648771200",
    "1648771200000",
    "2099-12-31T23:30:00-05:00",
    "1900-01-01T00:30:00+05:00",
    "2022-04-01' OR '1'='1",
    "2022-04-01\r\nX-Header: 1",
    "2022-04-01~",
    "2022-04-XX",
    "9" * 5000,
    "",
    " ",
    1648771200,
    20220401,
    0,
    -1,
    1e300,
    2022.25,
    True,
    None,
    [],
    {},
    ["2022-04-01"],
    float("nan"),
    float("inf"),
    10**40,
)
PERIODS: tuple[tuple[object, object], ...] = (
    ("2022-04-05", "2022-04-01"),
    ("2022-04-01", ""),
    ("", "2022-04-01"),
    (None, "2022-04-01"),
    ("2022-04-01", None),
    ("2022-04-01", ".."),
    ("..", ".."),
    ("2022-04-01", "9999-12-31"),
    ("0000-00-00", "2022-04-01"),
    ("2022-04-01", "2022-04-31"),
    ("1648771200000", "2022-04-05"),
)
