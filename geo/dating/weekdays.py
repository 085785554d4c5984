"""Readers of dates that count from the publication by name: weekdays, weekends, yesterday."""
from __future__ import annotations

from datetime import date, timedelta

from geo.dating import units
from geo.dating.clock import overnight
from geo.dating.meaning import Discourse, Meaning, Parts, on_day
from geo.dating.words import WEEKDAY_NAMES, weekday_of
from geo.interval import DAY, Interval


def weekday(parts: Parts, discourse: Discourse) -> Meaning | None:
    """By tense, by the words before it and by what was told; "in the night to Friday" are two days."""
    meaning = _weekday(parts, discourse)
    start = meaning.interval.start if meaning else None
    if meaning is None or start is None or "into" not in parts:
        return meaning
    return Meaning(Interval(start - DAY, meaning.interval.end), "period", f"the night to it: {meaning.reason}")


def _weekday(parts: Parts, discourse: Discourse) -> Meaning | None:
    number, day = weekday_of(parts), discourse.published
    which, name = parts.get("which", ""), WEEKDAY_NAMES[number]
    told = discourse.background if discourse.history else None  # news names the weekdays of its own week
    if told is not None and told.days == 1 and told.start is not None and which not in ("last", "next"):
        return on_day(on_or_after(told.start, number), f"first {name} from the date told before")
    if "way" in parts and discourse.here is not None:
        is_before = parts["way"] == "before"
        there = _on_or_before(discourse.here - DAY, number) if is_before else on_or_after(discourse.here + DAY, number)
        return on_day(there, f"{name} {parts['way']} the date told before")
    if day is None:
        return None
    if parts.get("week") == "week":
        return _week_off(day, number, which)
    if "week" in parts:
        step = {"last": -7, "next": 7}.get(parts["week"].split()[-2], 0)
        return on_day(_in_week(day + timedelta(days=step), number), f"{name} of {parts['week']}")
    return _beside(day, number, parts, discourse)


def _week_off(day: date, number: int, which: str) -> Meaning:
    """ "last Monday week" lies a week before the last Monday, "Monday week" a week after the next."""
    name = WEEKDAY_NAMES[number]
    if which == "last":
        return on_day(_on_or_before(day - DAY, number) - units.WEEK, f"a week before last {name}")
    return on_day(on_or_after(day + DAY, number) + units.WEEK, f"a week after the next {name}")


def _beside(day: date, number: int, parts: Parts, discourse: Discourse) -> Meaning:
    """By the word before it and by tense: after, before, or on or before the publication."""
    name, which = WEEKDAY_NAMES[number], parts.get("which", "")
    if "later" in parts and discourse.is_future:
        return on_day(on_or_after(day, number), f"first {name} from the publication on")
    if which in ("next", "the coming") or (discourse.is_future and which != "last"):
        return on_day(on_or_after(day + DAY, number), f"first {name} after the publication")
    if which in ("last", "the previous", "the preceding"):
        return on_day(_on_or_before(day - DAY, number), f"last {name} before the publication")
    if discourse.tense == "perfect" and discourse.main is not None and discourse.main < day:
        return on_day(_on_or_before(discourse.main, number), f"{name} before the main event, by the past perfect")
    return on_day(_on_or_before(day, number), f"nearest {name} on or before the publication")


def _on_or_before(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def on_or_after(day: date, weekday: int) -> date:
    """The first such weekday from a day on; Monday is 0."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _in_week(day: date, weekday: int) -> date:
    return day + timedelta(days=weekday - day.weekday())


def weekend(parts: Parts, discourse: Discourse) -> Meaning | None:
    day = discourse.published
    if day is None:
        return None
    saturdays = units.weekend(day)
    which, reason = parts.get("which", ""), "last weekend before the publication"
    assert saturdays.start is not None
    step = 0
    if which in ("next", "the coming") or (discourse.is_future and which != "last"):
        step, reason = 7, "first weekend after the publication"
    elif which in ("last", "the previous") and day in saturdays:
        step = -7
    start = saturdays.start + timedelta(days=step)
    return Meaning(Interval(start, start + 2 * DAY), "period", reason)


def deictic(parts: Parts, discourse: Discourse) -> Meaning | None:
    day, word = discourse.published, parts["word"]
    if day is None:
        return None
    if word == "overnight":
        return overnight(parts, discourse)
    step = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(word, 0)
    return on_day(day + step * DAY, f"{word}, counted from the publication")
