"""Scores the time tagger on a corpus of dated expressions: ``python -m tools.score_dates CORPUS.jsonl``.

Each line holds ``text``, ``date`` (publication) and ``timex`` (start, end, value as TIMEX3). Counted are
the values that name days of the calendar: years from 1000 on, months, days, seasons, decades. Durations,
vague references ("now", "former") and years before Christ have no interval to compare; an expression of
ours over such a gold one is not counted against us, any other is. TIMEX3 keeps "early" and "since" outside
of the value, so both sides are compared by the unit that they lie in; it gives both
ends of a range, of which ours is one, so either end of a range counts.
"""
from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from geo.dates import find_times
from geo.dating.units import around, edtf, season
from geo.interval import Interval, parse_day
from geo.model import When

_VALUE = re.compile(r"(\d{4})(?:-(\d\d|SP|SU|FA|WI|H[12]))?(?:-(\d\d))?(?:T.*|-XX.*)?|(\d{3})")
_SEASONS = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}
_RANGE = re.compile(r"\d\s?[-\u2013\u2014/]\s?\d|\d (?:to|and) \d")
_OPEN = ("since", "until", "till", "from", "between", "before", "prior")


def gold_interval(value: str | None) -> Interval | None:
    """The days of a TIMEX3 value; ``None`` when it names none."""
    match = _VALUE.fullmatch(value or "")
    if match is None:
        return None
    year, month, day, tens = match.groups()
    if tens:
        return Interval(date(int(tens) * 10, 1, 1), date(int(tens) * 10 + 10, 1, 1))
    if int(year) < 1000:
        return None
    if month is None or month.startswith("H"):
        return around(date(int(year), 1, 1), "year")
    if month in _SEASONS:
        return season(int(year), _SEASONS[month])
    whole = around(date(int(year), int(month), 1), "month")
    return Interval.of_day(date(int(year), int(month), int(day))) if day else whole


def agrees(when: When, text: str, gold: Interval) -> bool:
    """The same unit: ``mid-2014`` lies in 2014, ``since August`` begins with August."""
    ours = when.interval
    if ours == gold:
        return True
    words = text.casefold().split()
    if words and (words[0] in _OPEN or "from one to the other" in when.reason or _RANGE.search(text)):
        return ours.start == gold.start or ours.end == gold.end
    parts = ("early", "mid", "late", "end", "begin", "start", "half", "middle", "final", "opening", "close")
    vague = any(part in text.casefold() for part in parts) or "up to the publication" in when.reason
    return vague and gold.contains(ours) and not ours.is_empty


def score(rows: Iterator[Mapping[str, Any]], show: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        published = Interval.of_day(parse_day(row["date"]))
        times = find_times(row["text"], When(published, edtf(published), "day", "stated"))
        _count(row, times, counts, show)
    return counts


def _count(row: Mapping[str, Any], times: tuple[When, ...], counts: Counter[str], show: bool) -> None:
    taken: set[int] = set()
    for gold in row["timex"]:
        wanted = gold_interval(gold["value"])
        over = [n for n, when in enumerate(times) if when.span and _overlap(when, gold)]
        if wanted is None:
            taken.update(over)
            continue
        counts["gold"] += 1
        counts["found"] += bool(over)
        right = [n for n in over if agrees(times[n], _text(row, times[n]), wanted)]
        counts["right"] += bool(right)
        counts["ours"] += bool(over)
        if show and not right:
            ours = [(times[n].edtf, times[n].reason) for n in over]
            print("MISS" if not over else "WRONG", row["id"], repr(gold["text"]), gold["value"], ours,
                  repr(row["text"][max(gold["start"] - 60, 0) : gold["end"] + 30]))  # fmt: skip
        taken.update(over)
    spare = [when for n, when in enumerate(times) if n not in taken]
    counts["ours"] += len(spare)
    if show:
        for when in spare:
            assert when.span is not None
            print("SPARE", row["id"], when.edtf, repr(row["text"][max(when.span.start - 40, 0) : when.span.end + 40]))


def _overlap(when: When, gold: Mapping[str, Any]) -> bool:
    return when.span is not None and when.span.start < gold["end"] and gold["start"] < when.span.end


def _text(row: Mapping[str, Any], when: When) -> str:
    assert when.span is not None
    return str(row["text"][when.span.start : when.span.end])


def main(arguments: list[str]) -> None:
    show = "--show" in arguments
    split = next((word.split("=")[1] for word in arguments if word.startswith("--split=")), "")
    for path in (word for word in arguments if not word.startswith("--")):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        rows = (json.loads(line) for line in lines)
        counts = score((row for row in rows if split in ("", row.get("split"))), show)
        precision, recall = counts["right"] / counts["ours"], counts["right"] / counts["gold"]
        print(f"{path}: {dict(counts)}")
        print(f"value P {precision:.3f} R {recall:.3f} F1 {2 * precision * recall / (precision + recall):.3f}; "
              f"found {counts['found'] / counts['gold']:.3f}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
