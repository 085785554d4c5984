"""Readers of dates by the calendar: day, month, season, year, with or without their year."""
from __future__ import annotations

from datetime import date, timedelta

from geo.dating import units
from geo.dating.meaning import Discourse, Meaning, Parts, on_day, parted
from geo.dating.words import MONTHS, WEEKDAYS
from geo.interval import DAY, Interval


def iso(parts: Parts, _: Discourse) -> Meaning:
    return on_day(date(int(parts["year"]), int(parts["month"]), int(parts["day"])), "stated date", True)


def numeric(parts: Parts, _: Discourse) -> Meaning | None:
    """11/04/2016 is left alone: nothing says whether the day or the month comes first."""
    first, second, year = int(parts["first"]), int(parts["second"]), int(parts["year"])
    if parts["sign"] == "." or first > 12 or first == second:
        return on_day(date(year, second, first), "stated date", True)
    return on_day(date(year, first, second), "stated date", True) if second > 12 else None


def month_day(parts: Parts, discourse: Discourse) -> Meaning | None:
    number, day = _month(parts), _number(parts["day"])
    last = _number(parts.get("last", parts["day"]))
    year = _stated_year(parts, discourse)
    weekday = WEEKDAYS.get(parts.get("weekday", "").rstrip("."))
    if year is None:
        year, reason = _bare_year(number, day, weekday, discourse)
    else:
        reason = "stated date"
    if year is None:
        return None
    span = Interval(date(year, number, day), date(year, number, last) + DAY)
    precision = "day" if span.days == 1 else "period"
    return Meaning(span, precision, reason, "year" in parts)


def month_year(parts: Parts, discourse: Discourse) -> Meaning | None:
    year = _stated_year(parts, discourse)
    if year is None:
        return None
    return parted(Meaning(units.month(year, _month(parts)), "month", "stated month", True), parts)


def bare_month(parts: Parts, discourse: Discourse) -> Meaning | None:
    number, day = _month(parts), discourse.published
    which = parts.get("which", "")
    if day is not None and which in ("last", "next", "this past"):
        back = (day.month - number) % 12 or 12
        months = -back if which != "next" else 12 - back or 12
        start = units.shifted(day.replace(day=1), months, "month")
        return parted(Meaning(units.month(start.year, number), "month", f"{which} {parts['month']}"), parts)
    year, reason = _bare_year(number, None, None, discourse)
    if year is None:
        return None
    return parted(Meaning(units.month(year, number), "month", reason), parts)


def _bare_year(
    number: int, day: int | None, weekday: int | None, discourse: Discourse
) -> tuple[int | None, str]:
    """The year of a date that states none: of the date told before, else by tense, nearest the publication."""
    told, published = discourse.background, discourse.published
    if told is not None and told.start is not None:
        return _year_after(told, number), "year of the date told before"
    if published is None:
        return None, ""
    around = range(published.year - 1, published.year + 2)
    spans = [span for year in around if (span := _span(year, number, day)) is not None]
    if weekday is not None:
        spans = [span for span in spans if span.start is not None and span.start.weekday() == weekday] or spans
    return _nearest(spans, published, discourse)


def _span(year: int, number: int, day: int | None) -> Interval | None:
    """The month or the day; ``None`` for 29 February of a common year."""
    month = units.month(year, number)
    if day is None:
        return month
    assert month.start is not None
    span = Interval.of_day(month.start + timedelta(days=day - 1))
    return span if month.contains(span) else None


def _nearest(spans: list[Interval], published: date, discourse: Discourse) -> tuple[int | None, str]:
    past = [span for span in spans if span.start is not None and span.start <= published]
    future = [span for span in spans if span.end is not None and span.end > published]
    if discourse.is_future and future:
        return future[0].start.year if future[0].start else None, "first after the publication, by its tense"
    if past and past[-1].start is not None:
        return past[-1].start.year, "last before the publication"
    return None, ""


def _year_after(told: Interval, number: int) -> int:
    """The told year; the next one when a winter lies between ("In December … In January")."""
    assert told.start is not None
    precise = told.days is not None and told.days < 100
    crosses = precise and told.start.month >= 9 and number <= 4 and told.start.month - number >= 7
    return told.start.year + (1 if crosses else 0)


def _stated_year(parts: Parts, discourse: Discourse) -> int | None:
    if "short" in parts:
        return 2000 + int(parts["short"]) if int(parts["short"]) < 50 else 1900 + int(parts["short"])
    words = parts.get("year", "").removeprefix("of ")
    if words.isdecimal():
        return int(words)
    if not words:
        return None
    which = words.rsplit(" ", 1)[0]
    here = discourse.published if which in ("this", "last", "next") else discourse.here
    step = {"last": -1, "the previous": -1, "next": 1, "the next": 1, "the following": 1}.get(which, 0)
    return here.year + step if here else None


def season(parts: Parts, discourse: Discourse) -> Meaning | None:
    name, year = parts["season"], _stated_year(parts, discourse)
    if year is not None:
        return parted(Meaning(units.season(year, name), "season", "stated season", True), parts)
    told, day = discourse.background, discourse.published
    if told is not None and told.start is not None and parts.get("which") not in ("last", "this", "next"):
        return parted(Meaning(units.season(told.start.year, name), "season", "year of the date told before"), parts)
    if day is None:
        return None
    seasons = [units.season(day.year + step, name) for step in (-2, -1, 0, 1)]
    begun = [span for span in seasons if span.start is not None and span.start <= day]
    if parts.get("which") == "next" or discourse.is_future:
        coming = [span for span in seasons if span.start is not None and span.start > day]
        return parted(Meaning(coming[0], "season", "the next one after the publication"), parts)
    running = parts.get("which") == "last" and day in begun[-1]
    return parted(Meaning(begun[-2] if running else begun[-1], "season", "last before the publication"), parts)


def decade(parts: Parts, _: Discourse) -> Meaning:
    return parted(Meaning(units.decade(int(parts["decade"])), "period", "stated decade", True), parts)


def year(parts: Parts, _: Discourse) -> Meaning:
    return parted(Meaning(units.year(int(parts["year"])), "year", "stated year", True), parts)


def years(parts: Parts, _: Discourse) -> Meaning:
    first, last = int(parts["year"]), int(parts["last"])
    last += first // 100 * 100 if last < 100 else 0
    return Meaning(Interval(date(first, 1, 1), date(last + 1, 1, 1)), "period", "stated years", True)


def _month(parts: Parts) -> int:
    return MONTHS[parts["month"].rstrip(".")]


def _number(text: str) -> int:
    return int("".join(filter(str.isdecimal, text)))
