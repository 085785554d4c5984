"""The feasts that news of the region dates by, as they were kept in Iraq and Syria, 2010 to 2024.

The days follow the announcements of the time; where the two countries, or Sunni and Shia, began on
different days, that of the larger public: Ramadan and both Eids with the Umm al-Qura calendar
(R. H. van Gent, "The Umm al-Qura Calendar of Saudi Arabia"), moved to the announced day where the moon
was seen later; Ashura as in Karbala. A table, as no formula foretells an announcement.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from geo.dating import units
from geo.dating.meaning import Discourse, Meaning, Parts, part_name
from geo.dating.words import ORDINALS
from geo.interval import DAY, Interval

_MOVING = {  # year: Ramadan, Eid al-Fitr, Eid al-Adha, Ashura, each by its first day
    2010: "08-11 09-10 11-16 12-17", 2011: "08-01 08-30 11-06 12-06", 2012: "07-20 08-19 10-26 11-25",
    2013: "07-10 08-08 10-15 11-14", 2014: "06-28 07-28 10-04 11-04", 2015: "06-18 07-17 09-24 10-24",
    2016: "06-06 07-06 09-12 10-12", 2017: "05-27 06-25 09-01 10-01", 2018: "05-17 06-15 08-21 09-20",
    2019: "05-06 06-04 08-11 09-10", 2020: "04-24 05-24 07-31 08-30", 2021: "04-13 05-13 07-20 08-19",
    2022: "04-02 05-02 07-09 08-09", 2023: "03-23 04-21 06-28 07-28", 2024: "03-11 04-10 06-16 07-17",
}  # fmt: skip
_EASTER = {  # of the western churches, whose days news goes by
    2010: "04-04", 2011: "04-24", 2012: "04-08", 2013: "03-31", 2014: "04-20", 2015: "04-05", 2016: "03-27",
    2017: "04-16", 2018: "04-01", 2019: "04-21", 2020: "04-12", 2021: "04-04", 2022: "04-17", 2023: "04-09",
    2024: "03-31",
}  # fmt: skip
_RAMADAN, _FITR, _ADHA, _ASHURA = range(4)
FITR_DAYS, ADHA_DAYS = 3, 4


def _moving(year: int, which: int) -> date | None:
    row = _MOVING.get(year)
    return date.fromisoformat(f"{year}-{row.split()[which]}") if row else None


def _feast(which: int, days: int) -> Callable[[int], Interval | None]:
    def kept(year: int) -> Interval | None:
        first = _moving(year, which)
        return Interval(first, first + timedelta(days=days)) if first else None

    return kept


def _ramadan(year: int) -> Interval | None:
    first, feast = _moving(year, _RAMADAN), _moving(year, _FITR)
    return Interval(first, feast) if first and feast else None


def _easter(later: int = 0) -> Callable[[int], Interval | None]:
    def kept(year: int) -> Interval | None:
        sunday = _EASTER.get(year)
        return Interval.of_day(date.fromisoformat(f"{year}-{sunday}") + timedelta(days=later)) if sunday else None

    return kept


def _fixed(month: int, day: int) -> Callable[[int], Interval | None]:
    return lambda year: Interval.of_day(date(year, month, day))


_FITR_FEAST, _ADHA_FEAST = _feast(_FITR, FITR_DAYS), _feast(_ADHA, ADHA_DAYS)
_KEPT: dict[str, tuple[Callable[[int], Interval | None], ...]] = {
    "christmas eve": (_fixed(12, 24),), "christmas night": (_fixed(12, 24),), "christmas": (_fixed(12, 25),),
    "christmas day": (_fixed(12, 25),), "new year's eve": (_fixed(12, 31),), "new year's day": (_fixed(1, 1),),
    "nowruz": (_fixed(3, 21),), "newroz": (_fixed(3, 21),), "ramadan": (_ramadan,),
    "easter": (_easter(),), "easter sunday": (_easter(),), "easter monday": (_easter(1),),
    "good friday": (_easter(-2),), "palm sunday": (_easter(-7),),
    "ashura": (_feast(_ASHURA, 1),), "eid": (_FITR_FEAST, _ADHA_FEAST),
}  # fmt: skip


def kept(name: str, year: int) -> list[Interval]:
    """The days of a feast in a year, in order; none beyond the table.

    >>> [str(days) for days in kept("eid al-fitr", 2013)]
    ['2013-08-08/2013-08-10']
    """
    plain = name.replace("\u2019", "'").replace("-", " ")
    plain = "eid al adha" if plain.endswith("sacrifice") else plain
    if plain.startswith("eid") and plain.endswith(("fitr", "adha")):
        feasts: tuple[Callable[[int], Interval | None], ...] = (_FITR_FEAST if plain.endswith("fitr") else _ADHA_FEAST,)
    else:
        feasts = _KEPT[plain]
    return [days for feast in feasts if (days := feast(year)) is not None]


def holiday(parts: Parts, discourse: Discourse) -> Meaning | None:
    """A feast in its stated year, else by tense the nearest to the publication, or one day or third of it."""
    found = _when_kept(parts, discourse)
    if found is None:
        stated = parts.get("year", "")
        return Meaning(units.year(int(stated)), "year", "a feast of that year", True) if stated.isdecimal() else None
    days, reason = found
    if (name := part_name(parts)) is not None:
        return Meaning(_part(days, name), "period", f"{reason}, its {name} part")
    number = ORDINALS.get(parts.get("nth", ""))
    if "nth" in parts and days.start is not None and days.end is not None:
        day = days.start + timedelta(days=number - 1) if number else days.end - DAY
        return Meaning(Interval.of_day(day), "day", f"{parts['nth']} day: {reason}")
    return Meaning(days, "day" if days.days == 1 else "period", reason, "year" in parts)


def _part(days: Interval, name: str) -> Interval:
    return units.part(days, name) if (days.days or 0) > len(("early", "mid", "late")) else days


def _when_kept(parts: Parts, discourse: Discourse) -> tuple[Interval, str] | None:
    name, words = parts["holiday"], parts.get("year", "")
    year = int(words) if words.isdecimal() else None
    if year is None and discourse.background is not None and discourse.background.start is not None:
        year = discourse.background.start.year
    if year is not None:
        first = next(iter(kept(name, year)), None)
        return (first, f"{name} of {year}") if first else None
    day = discourse.published
    if day is None:
        return None
    every = [days for each in (day.year - 1, day.year, day.year + 1) for days in kept(name, each)]
    return _by_tense(every, words, day, discourse)


def _by_tense(every: list[Interval], words: str, day: date, discourse: Discourse) -> tuple[Interval, str] | None:
    begun = [days for days in every if days.start is not None and days.start <= day]
    coming = [days for days in every if days.end is not None and days.end > day]
    if words.startswith("last") and begun:
        past = [days for days in begun if days.start is not None and days.start.year == day.year - 1]
        return (past[-1], "last year's") if past else None
    if discourse.is_future or (discourse.tense in ("present", "none") and _is_nearer(coming, begun, day)):
        return (coming[0], "the next one, by its tense") if coming else None
    return (begun[-1], "last before the publication") if begun else None


def _is_nearer(coming: list[Interval], begun: list[Interval], day: date) -> bool:
    if not coming or not begun:
        return bool(coming)
    ahead, behind = coming[0].start, begun[-1].end
    return ahead is not None and behind is not None and ahead - day < day - behind
