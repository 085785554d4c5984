"""Dates, control and all other words of a page in one language, for the parts that are read without its script."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent

from geo import style
from geo.interval import parse_day
from geo.style import Styles
from server import speech

LOCALES = {"en": "en_GB", "ar": "ar_SY"}
"""Whose way of writing dates it is, where the language alone does not say."""

DIGITS = {"arab": str.maketrans("0123456789%", "٠١٢٣٤٥٦٧٨٩٪")}
"""Of numbering systems (CLDR); Babel writes dates in Latin digits only."""


@dataclass(frozen=True)
class Voice:
    """One of ``speech.LANGUAGES``. Its ways with dates and numbers are those of CLDR, as ``Intl`` of browsers has them.

    >>> Voice("fr").say("card.story")
    'L’article'
    """

    language: str = "en"

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(LOCALES.get(self.language, self.language))

    @property
    def tag(self) -> str:
        """The locale as browsers name it (BCP 47)."""
        return str(self._locale).replace("_", "-")

    @property
    def direction(self) -> str:
        return str(self._locale.text_direction)

    def say(self, key: str, **values: object) -> str:
        """The message of a key with these values.

        :raises KeyError: for a key that there is no message for, or a message's value that is not given.
        """
        return speech.messages(self.language)[key].format(**values)

    def count(self, key: str, number: int) -> str:
        """The message of a key for a number, in the plural category that it has.

        >>> Voice("uk").count("age.days", 3)
        'на 3 дні раніше'
        """
        return self.say(f"{key}.{self._locale.plural_form(number)}", count=self._digits(str(number)))

    def long_day(self, day: date) -> str:
        """
        >>> Voice().long_day(date(2016, 4, 11))
        'Monday, 11 April 2016'
        """
        return self._digits(format_date(day, "full", self._locale))

    def medium_day(self, day: date) -> str:
        """
        >>> Voice("ar").medium_day(date(2016, 4, 11))
        '١١ نيسان ٢٠١٦'
        """
        return self._digits(format_date(day, "long", self._locale))

    def number(self, value: float) -> str:
        """To the next whole one."""
        return self._digits(str(round(value)))

    def percent(self, part: float) -> str:
        return self._digits(format_percent(round(part, 2), locale=self._locale))

    def _digits(self, text: str) -> str:
        return text.translate(DIGITS.get(self._locale.default_numbering_system, {}))

    def span(self, row: Mapping[str, Any]) -> str:
        """The days of a row: "11 April 2016", "5 May 2016 to 3 June 2016", "undated"."""
        first = parse_day(row["valid_from"]) if row.get("valid_from") else None
        last = parse_day(row["valid_to"]) - timedelta(days=1) if row.get("valid_to") else None
        if first is None:
            return self.say("span.undated") if last is None else self.say("span.until", day=self.medium_day(last))
        if last is None:
            return self.say("span.from", day=self.medium_day(first))
        if first == last:
            return self.medium_day(first)
        return self.say("span.between", first=self.medium_day(first), last=self.medium_day(last))

    def event(self, kind: str) -> str:
        key = f"event.{kind}"
        return self.say(key if key in speech.messages(self.language) else "event.any")

    def level(self, name: str) -> str:
        """How sure something is; a word that we do not know stays as it is."""
        return speech.messages(self.language).get(f"level.{name}", name)

    def actor(self, code: str, styles: Styles) -> str:
        """A side's name. A theatre names its own in English; in other languages we know those of our theatres."""
        label = style.label(code, styles)
        return label if self.language == "en" else speech.messages(self.language).get(f"actor.{code}", label)

    def actors(self, styles: Styles) -> dict[str, dict[str, str]]:
        """What scripts know of all sides, as ``style.table``."""
        return {code: {**row, "label": self.actor(code, styles)} for code, row in style.table(styles).items()}

    def control(self, control: Mapping[str, Any], styles: Styles) -> str:
        """Who held it, in a few words; "no statement" when no source says."""
        if not control.get("controller"):
            return self.say("brief.none")
        sides = [self.actor(control[side], styles) for side in ("controller", "controller_b") if control.get(side)]
        both = self.say("brief.and", a=sides[0], b=sides[1]) if len(sides) > 1 else sides[0]
        key = f"brief.{control.get('status')}"
        return self.say(key if key in speech.messages(self.language) else "brief.held", a=both)
