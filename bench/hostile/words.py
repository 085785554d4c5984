"""T13, T14, T17: sides and statuses whose letters deceive, hide, or are there to break what prints them."""

from __future__ import annotations

from collections.abc import Iterator

from bench.hostile.kinds import Hostile, collection, square

BY_FIELD = {"controller_field": "side", "date": "2022-04-01"}


def files() -> Iterator[Hostile]:
    for name, side in SIDES.items():
        yield Hostile(f"side_{name}", "T14", collection(square(side=side)), BY_FIELD)
    for name, status in STATUSES.items():
        told = {"controller": "NORTH", "status_field": "status", "date": "2022-04-01"}
        yield Hostile(f"status_{name}", "T17", collection(square(status=status)), told)
    for name, text in ESCAPES.items():
        yield Hostile(f"escape_{name}", "T14", collection(square(side="X")).replace(b'"X"', text), BY_FIELD)
    yield Hostile("side_not_there", "T17", collection(square()), BY_FIELD)
    yield Hostile("properties_60_mb", "T13", collection(square(side="N" * 60_000_000)), BY_FIELD)
    yield Hostile("names_100000", "T13", collection(square(**{f"f{number}": 1 for number in range(100_000)})), BY_FIELD)


SIDES: dict[str, object] = {
    "bidi_override": "NORTH\u202eHTUOS",
    "bidi_isolate": "\u2066NORTH\u2069",
    "bidi_mark": "NORTH\u200f",
    "zero_width": "NOR\u200bTH",
    "joiner": "NOR\u200dTH",
    "soft_hyphen": "NOR\u00adTH",
    "bom_inside": "NOR\ufeffTH",
    "control": "NORTH\x07",
    "escape": "\x1b[31mNORTH",
    "newline": "NORTH\nSOUTH",
    "carriage_return": "NORTH\rSOUTH",
    "tab": "NORTH\tSOUTH",
    "line_separator": "NORTH\u2028SOUTH",
    "private_use": "NORTH\ue000",
    "unassigned": "NORTH\U000e0fff",
    "tag_letters": "NORTH\U000e0041",
    "noncharacter": "NORTH\uffff",
    "blank": "   ",
    "empty": "",
    "null": None,
    "list": ["NORTH"],
    "object": {"a": "NORTH"},
    "long": "N" * 1000,
    "filler": "\u3164",
    "combining_1000": "N" + "\u0301" * 1000,
    "number_nan": float("nan"),
    "true": True,
}
STATUSES: dict[str, object] = {
    "unknown": "conquered",
    "upper_case": "CONTROL",
    "sql": "control'; DROP TABLE zones; --",
    "formula": "=1+1",
    "list": [],
    "none": None,
    "number": 1,
    "template": "{{7*7}}",
}
ESCAPES = {
    "lone_high": b'"\\ud800"',
    "lone_low": b'"\\udc00"',
    "swapped_pair": b'"\\udc00\\ud800"',
    "nul": b'"NORTH\\u0000"',
    "encoded_surrogate": b'"\xed\xa0\x80"',
    "overlong": b'"\xc0\xaf"',
    "overlong_nul": b'"\xc0\x80"',
    "beyond_unicode": b'"\xf4\x90\x80\x80"',
    "cut_off": b'"\xe2\x82"',
    "latin1": b'"NORTE\xd1O"',
    "raw_newline": b'"NORTH\n"',
    "raw_control": b'"NORTH\x01"',
    "half_escape": b'"\\u12"',
}
