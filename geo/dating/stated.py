"""Readers of dates by the calendar: day, month, season, year, with or without their year."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from geo.dating import units
from geo.dating.meaning import Discourse, Meaning, Parts, on_day, part_name, parted
from geo.dating.words import MONTHS, WEEKDAYS, number_of
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
    year = _stated_year(parts, discourse)
    if year is not None:
        span = _days(parts, year)
        found = (span, "stated date") if span is not None else None
    else:
        found = _yearless(lambda year: _days(parts, year), _fits(parts), discourse)
    if found is None:
        return None
    span, reason = found
    if "into" in parts and span.start is not None:  # "in the night to 2 December"
        return Meaning(Interval(span.start - DAY, span.end), "period", f"the night to it: {reason}", year is not None)
    return Meaning(span, "day" if span.days == 1 else "period", reason, year is not None)


def _days(parts: Parts, year: int) -> Interval | None:
    """``None`` for 29 February of a common year, 31 April, or an end before its start."""
    month = units.month(year, _month(parts))
    first, last = _number(parts["day"]), _number(parts.get("last", parts["day"]))
    assert month.start is not None
    span = Interval(month.start + timedelta(days=first - 1), month.start + timedelta(days=last))
    return span if month.contains(span) and not span.is_empty else None


def _fits(parts: Parts) -> Callable[[Interval], bool]:
    """Whether a span is of the stated weekday, if any."""
    weekday = WEEKDAYS.get(parts.get("weekday", "").rstrip("."))
    return lambda span: weekday is None or (span.start is not None and span.start.weekday() == weekday)


def month_year(parts: Parts, discourse: Discourse) -> Meaning | None:
    year = _stated_year(parts, discourse)
    if year is None:
        return None
    return parted(Meaning(units.month(year, _month(parts)), "month", "stated month", True), parts)


def month_end(parts: Parts, discourse: Discourse) -> Meaning | None:
    """ "the last day of March", stated or of the March that a bare one is."""
    whole = (month_year if "year" in parts or "short" in parts else bare_month)(parts, discourse)
    if whole is None or whole.interval.start is None or whole.interval.end is None:
        return None
    day = whole.interval.start if parts["end"] == "first" else whole.interval.end - DAY
    return replace(whole, interval=Interval.of_day(day), precision="day", reason=f"{parts['end']} day: {whole.reason}")


def bare_month(parts: Parts, discourse: Discourse) -> Meaning | None:
    number, day = _month(parts), discourse.published
    which = parts.get("which", "")
    if day is not None and which in ("last", "next", "this past"):
        back = (day.month - number) % 12 or 12
        months = -back if which != "next" else 12 - back or 12
        start = units.shifted(day.replace(day=1), months, "month")
        return parted(Meaning(units.month(start.year, number), "month", f"{which} {parts['month']}"), parts)
    told = discourse.told
    if which in _BESIDE and told is not None and told.start is not None:
        return parted(_beside(told.start, number, which), parts)
    name = part_name(parts)
    if which in ("this", "the current"):
        discourse = replace(discourse, told=None)
    found = _yearless(lambda year: _part(units.month(year, number), name), lambda span: True, discourse)
    if found is None:
        return None
    return Meaning(found[0], "month" if name is None else "period", found[1])


_BESIDE = ("that", "the next", "the following", "following", "the previous", "the preceding")


def _beside(told: date, number: int, which: str) -> Meaning:
    """ "that June" is of the year told before, "the next May" the first after the month told."""
    step = 0
    if which in ("the next", "the following", "following"):
        step = 1 if number <= told.month else 0
    elif which in ("the previous", "the preceding"):
        step = -1 if number >= told.month else 0
    return Meaning(units.month(told.year + step, number), "month", f"{which} one, counted from the date told before")


def _part(whole: Interval, name: str | None) -> Interval:
    return whole if name is None else units.part(whole, name)


def _yearless(
    span_in: Callable[[int], Interval | None], fits: Callable[[Interval], bool], discourse: Discourse
) -> tuple[Interval, str] | None:
    """The span in its year: that of the date told before, else by tense the nearest to the publication."""
    told, published = discourse.background, discourse.published
    if (near := _by_told(span_in, discourse)) is not None:
        return near
    if told is not None and told.start is not None:
        span = span_in(_year_after(told, span_in))
        if span is not None and span.start is not None and (published is None or span.start <= published):
            return span, "year of the date told before"
    if published is None:
        return None
    for reach in (1, 8):  # eight years hold a 29 February
        spans = [span for step in range(-reach, reach + 1) if (span := span_in(published.year + step)) is not None]
        found = _nearest([span for span in spans if fits(span)] or spans, published, discourse)
        if found is not None:
            return found
    return None


def _by_told(span_in: Callable[[int], Interval | None], discourse: Discourse) -> tuple[Interval, str] | None:
    """ "In January 2019 they took B. They had won A in December": of the years the nearest to what was told last."""
    here, published = discourse.month_told, discourse.published
    if discourse.tense != "perfect" or here is None or published is None:
        return None
    spans = [span for step in (-1, 0, 1) if (span := span_in(here.year + step)) is not None]
    begun = [(abs(span.start - here), span) for span in spans if span.start is not None and span.start <= published]
    return (min(begun, key=lambda one: one[0])[1], "nearest to the date told before") if begun else None


def _nearest(spans: Sequence[Interval], published: date, discourse: Discourse) -> tuple[Interval, str] | None:
    past = [span for span in spans if span.start is not None and span.start <= published]
    future = [span for span in spans if span.end is not None and span.end > published]
    if discourse.is_future or _is_ahead(past, future, published, discourse):
        return (future[0], "first after the publication, by its tense") if future else None
    return (past[-1], "last before the publication") if past else None


SOON, LONG_AGO = timedelta(days=45), timedelta(days=250)


def _is_ahead(past: Sequence[Interval], future: Sequence[Interval], published: date, discourse: Discourse) -> bool:
    """ "no talks until 25 Feb.", written on the 20th: without a verb of the past, the one that is so much nearer."""
    if discourse.tense not in ("none", "present") or not (past and future):
        return False
    start, end = future[0].start, past[-1].end
    if start is None or end is None:
        return False
    return published < start <= published + SOON and published - end > LONG_AGO


def _year_after(told: Interval, span_in: Callable[[int], Interval | None]) -> int:
    """The told year; the next one when a winter lies between ("In December … In January")."""
    assert told.start is not None
    span = span_in(told.start.year)
    if span is None or span.start is None or told.days is None or told.days > 100:
        return told.start.year
    months = told.start.month - span.start.month
    return told.start.year + (1 if told.start.month >= 9 and span.start.month <= 4 and months >= 7 else 0)


def _stated_year(parts: Parts, discourse: Discourse) -> int | None:
    if "short" in parts:
        return 2000 + int(parts["short"]) if int(parts["short"]) < 50 else 1900 + int(parts["short"])
    words = parts.get("year", "").removeprefix("of ")
    if words.isdecimal():
        return int(words)
    if not words:
        return None
    if words.endswith((" ago", " earlier", " before")):
        return _years_back(words, discourse)
    which = words.rsplit(" ", 1)[0]
    here = discourse.published if which in ("this", "last", "next") else discourse.here
    step = {"last": -1, "the previous": -1, "next": 1, "the next": 1, "the following": 1}.get(which, 0)
    return here.year + step if here else None


def _years_back(words: str, discourse: Discourse) -> int | None:
    """ "(in March) two years ago", "(April of) the year before"."""
    counted, way = words.replace(" years ", " year ").split(" year ")
    here = discourse.published if way == "ago" else discourse.here
    count = 1 if counted == "the" else number_of(counted)
    return here.year - count if here and count else None


def season(parts: Parts, discourse: Discourse) -> Meaning | None:
    name, year = parts["season"], _stated_year(parts, discourse)
    if year is not None:
        return parted(Meaning(units.season(year, name), "season", "stated season", True), parts)
    told, day = discourse.background, discourse.published
    if told is not None and told.start is not None and parts.get("which") not in ("last", "this", "next"):
        whole = units.season(told.start.year, name)
        if day is None or (whole.start is not None and whole.start <= day):
            return parted(Meaning(whole, "season", "year of the date told before"), parts)
    if day is None:
        return None
    return _season_by(day, parts, discourse)


def _season_by(day: date, parts: Parts, discourse: Discourse) -> Meaning:
    """Without a year: the last that has begun, the one before it for "last" while it runs, or the next."""
    which, part = parts.get("which"), part_name(parts)
    spans = [_part(units.season(day.year + step, parts["season"]), part) for step in (-2, -1, 0, 1, 2)]
    precision = "season" if part is None else "period"
    if which == "next" or discourse.is_future:
        coming = [span for span in spans if span.start is not None and span.start > day]
        now = next((span for span in spans if day in span), None)
        if which == "this" and now is not None:
            return Meaning(Interval(day, now.end), precision, "what is left of it")
        return Meaning(coming[0], precision, "the next one after the publication")
    begun = [span for span in spans if span.start is not None and span.start <= day]
    running = which == "last" and day in begun[-1]
    return Meaning(begun[-2] if running else begun[-1], precision, "last before the publication")


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
