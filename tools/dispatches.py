"""Own-written news dispatches with their annotations → plain texts and what a careful person reads in them.

The markup is told in ``tests/dispatches/README.md``. This module knows nothing of the reader that it measures.
"""
from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from geo.errors import InvalidInput
from geo.interval import DAY, Interval
from geo.model import LngLat, Span

HERE = Path(__file__).resolve().parent.parent / "tests" / "dispatches"
DEVELOPMENT = ("dev", *(f"dev{number}" for number in range(2, 15)))
"""The parts that may be read."""

PARTS = (*DEVELOPMENT, "frozen")
ROLES = ("literal", "dateline", "demonym", "organisation", "metonym", "other")
TYPES = ("control_gain", "control_loss", "control_state", "attack", "airstrike", "siege", "clash", "other")
CERTAINTIES = ("reported", "claimed", "hypothetical")

_MARK = re.compile(
    r"\[\[(?P<name>[^\[\]{}|]+)\|(?P<attributes>[^\[\]{}]+)\]\]|\{\{(?P<time>[^\[\]{}|]+)\|(?P<days>[^\[\]{}|]+)\}\}"
)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_OCCURRENCE = re.compile(r"(.+?)(?:#([1-9]))?")
_ATTRIBUTES = {"place", "at", "name", "when", "role", "near", "optional"}
_COLUMNS = "type | actor | target | place | days | certainty | trigger | attribution"
_EVENTS_LINE = "---events---"
_STATED = "Date"
_GOLD = "Published"


@dataclass(frozen=True)
class GoldMention:
    """One place-like name. ``place`` is a gazetteer id or a lower-case ISO code; ``point`` is there when
    the gazetteer has no such place. Names that are not ``literal`` have neither and must not be mapped.

    ``when`` is half-open; ``None`` where nobody can say. ``optional``: neither finding nor missing it counts.
    """

    span: Span
    text: str
    role: str
    place: str = ""
    point: LngLat | None = None
    name: str = ""
    near: bool = False
    when: Interval | None = None
    optional: bool = False


@dataclass(frozen=True)
class GoldTime:
    """One time expression and the days, half-open, that it means in this story."""

    span: Span
    text: str
    days: Interval
    optional: bool = False


@dataclass(frozen=True)
class GoldEvent:
    """One thing that the story says; the actor codes are those of ``data/actors.csv``, empty for nobody known.

    ``trigger`` is the span of the words that say it; ``point`` is there when the gazetteer lacks the place.
    """

    type: str
    actor: str
    target: str
    place: str
    point: LngLat | None
    days: Interval | None
    certainty: str
    trigger: Span
    trigger_text: str
    attribution: str
    optional: bool = False


@dataclass(frozen=True)
class Dispatch:
    """One story as a reader gets it (``title``, ``stated``, ``text``) and what is to be found in it.

    ``stated`` is the date in the header, ``None`` when the story gives none; ``published`` is the gold
    publication, half-open, ``None`` when it cannot be known, and ``published_why`` what shows it.
    """

    file: str
    title: str
    stated: date | None
    published: Interval | None
    published_why: str
    text: str
    mentions: tuple[GoldMention, ...]
    times: tuple[GoldTime, ...]
    events: tuple[GoldEvent, ...]

    @property
    def literal(self) -> tuple[GoldMention, ...]:
        """The names that stand for a place on the map and count in a score."""
        return tuple(one for one in self.mentions if one.role == "literal" and not one.optional)

    @property
    def source_text(self) -> str:
        """The story as a plain file: header, empty line, text; spans count from the text's first character."""
        stated = f"Date: {self.stated}\n" if self.stated else ""
        return f"Title: {self.title}\n{stated}Source: Dateline dispatches\n\n{self.text}\n"


def load(part: str, root: Path = HERE) -> list[Dispatch]:
    """The dispatches of one part (``dev`` or ``frozen``), by file name.

    :raises InvalidInput: naming file and line, when an annotation does not parse.
    """
    if part not in PARTS:
        raise InvalidInput(f"part: {part!r}, want one of {', '.join(PARTS)}")
    return [parse(path.read_text("utf-8"), f"{part}/{path.name}") for path in sorted((root / part).glob("*.txt"))]


def parse(source: str, file: str) -> Dispatch:
    """One annotated file.

    :raises InvalidInput: naming file and line.
    """
    head, blank, rest = source.partition("\n\n")
    body, line, events = rest.partition(f"\n{_EVENTS_LINE}\n")
    if not blank or not line:
        raise InvalidInput(f"{file}:1: want a header, an empty line, a text and a line {_EVENTS_LINE}")
    at = Marked(file, head.count("\n") + 3)
    fields = _header(head, file)
    stated = _stated(fields, file)
    published, why = _published(fields, stated, file)
    text, mentions, times = _compile(body.rstrip("\n"), at, published)
    below = replace(at, line=at.line + body.count("\n") + 2)
    found = tuple(_events(events, text, published, below))
    return Dispatch(file, fields["Title"], stated, published, why, text, mentions, times, found)


@dataclass(frozen=True)
class Marked:
    """Where in which file something stands, for the message of an error."""

    file: str
    line: int

    def error(self, message: str) -> InvalidInput:
        return InvalidInput(f"{self.file}:{self.line}: {message}")


def _header(head: str, file: str) -> dict[str, str]:
    fields = {}
    for number, line in enumerate(head.splitlines(), start=1):
        key, colon, value = line.partition(": ")
        if not colon or key not in ("Title", _STATED, _GOLD, "Source"):
            raise InvalidInput(f"{file}:{number}: {line!r}, want Title:, Date:, Published: or Source:")
        fields[key] = value.strip()
    if not fields.get("Title") or (_STATED in fields) == (_GOLD in fields):
        raise InvalidInput(f"{file}:1: want a Title, and either a Date or a Published")
    return fields


def _stated(fields: dict[str, str], file: str) -> date | None:
    if _STATED not in fields:
        return None
    try:
        return date.fromisoformat(fields[_STATED])
    except ValueError:
        raise InvalidInput(f"{file}:2: date {fields[_STATED]!r}, want YYYY-MM-DD") from None


def _published(fields: dict[str, str], stated: date | None, file: str) -> tuple[Interval | None, str]:
    if stated:
        return Interval.of_day(stated), "stated"
    value, bar, why = (part.strip() for part in fields[_GOLD].partition("|"))
    if not bar or not why:
        raise InvalidInput(f"{file}:2: Published: {fields[_GOLD]!r}, want days or 'unknown' | what shows it")
    return (None if value == "unknown" else days(value, Marked(file, 2))), why


def days(value: str, at: Marked) -> Interval:
    """``2016``, ``2016-04``, ``2016-04-11`` or ``a/b``, both inclusive, as half-open days.

    >>> str(days("2016-02/2016-03-05", Marked("", 1)))
    '2016-02-01/2016-03-05'
    """
    first, slash, last = value.partition("/")
    start, end = _unit(first, at).start, _unit(last if slash else first, at).end
    interval = Interval(start, end)
    if interval.is_empty:
        raise at.error(f"{value!r} ends before it starts")
    return interval


def _unit(value: str, at: Marked) -> Interval:
    match = _PARTIAL.fullmatch(value)
    if match is None:
        raise at.error(f"{value!r} is no day, want YYYY, YYYY-MM, YYYY-MM-DD or a/b of them")
    year, month, day = (int(group) if group else None for group in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        raise at.error(f"{value!r} is not in the calendar") from None
    if day:
        return Interval.of_day(first)
    length = calendar.monthrange(first.year, first.month)[1] if month else 365 + calendar.isleap(first.year)
    return Interval(first, first + timedelta(days=length))


def _compile(
    body: str, top: Marked, published: Interval | None
) -> tuple[str, tuple[GoldMention, ...], tuple[GoldTime, ...]]:
    plain, length, done = [], 0, 0
    mentions: list[GoldMention] = []
    times: list[GoldTime] = []
    for mark in _MARK.finditer(body):
        at = replace(top, line=top.line + body.count("\n", 0, mark.start()))
        before, words = body[done : mark.start()], mark["name"] or mark["time"]
        start = length + len(before)
        span = Span(start, start + len(words))
        if mark["name"]:
            mentions.append(_mention(mark, span, at, published))
        else:
            times.append(_time(mark, span, at))
        plain += [before, words]
        length, done = span.end, mark.end()
    text = "".join([*plain, body[done:]])
    if stray := re.search(r"\[\[|\]\]|\{\{|\}\}", text):
        raise top.error(f"{text[max(stray.start() - 20, 0):stray.end() + 30]!r}: markup that does not parse")
    return text, tuple(mentions), tuple(times)


def _mention(mark: re.Match[str], span: Span, at: Marked, published: Interval | None) -> GoldMention:
    pairs = [part.partition("=") for part in mark["attributes"].split("|")]
    fields = {key: value for key, _, value in pairs}
    if len(fields) < len(pairs) or not set(fields) <= _ATTRIBUTES or not all(fields.values()):
        raise at.error(f"{mark[0]!r}, want attributes among {', '.join(sorted(_ATTRIBUTES))}, each once")
    role = fields.get("role", "literal")
    located = bool(fields.get("place")) or bool(fields.get("at") and fields.get("name"))
    if role not in ROLES or located != (role == "literal"):
        raise at.error(f"{mark[0]!r}, want a place (or at and name) or else a role among {', '.join(ROLES[1:])}")
    when = days(fields["when"], at) if "when" in fields else published
    return GoldMention(
        span, mark["name"], role, fields.get("place", ""), _point(fields.get("at", ""), at),
        fields.get("name", ""), "near" in fields, when, "optional" in fields,
    )


def _time(mark: re.Match[str], span: Span, at: Marked) -> GoldTime:
    value, question, _ = mark["days"].partition("?")
    return GoldTime(span, mark["time"], days(value, at), bool(question))


def _point(value: str, at: Marked) -> LngLat | None:
    if not value:
        return None
    try:
        lng, lat = (float(number) for number in value.split(","))
    except ValueError:
        raise at.error(f"at={value}, want longitude,latitude") from None
    if abs(lng) > 180 or abs(lat) > 90:
        raise at.error(f"at={value} is not on earth")
    return LngLat(lng, lat)


def _events(lines: str, text: str, published: Interval | None, top: Marked) -> Iterator[GoldEvent]:
    for number, line in enumerate(lines.splitlines()):
        if line.strip():
            yield _event(line, text, published, replace(top, line=top.line + number))


def _event(line: str, text: str, published: Interval | None, at: Marked) -> GoldEvent:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != 8:
        raise at.error(f"{len(cells)} columns, want {_COLUMNS}")
    type_, actor, target, place, when, certainty, trigger, attribution = ("" if cell == "-" else cell for cell in cells)
    certainty, _, optional = certainty.partition(" ")
    if type_ not in TYPES or certainty not in CERTAINTIES or optional not in ("", "optional") or not place:
        raise at.error(f"{line!r}, want a known type, a place and a known certainty")
    point = _point(place.removeprefix("at="), at) if place.startswith("at=") else None
    return GoldEvent(
        type_, actor, target, "" if point else place, point, days(when, at) if when else published, certainty,
        _trigger(trigger, text, at), _words(trigger, at)[0], attribution, bool(optional),
    )


def _trigger(trigger: str, text: str, at: Marked) -> Span:
    words, number = _words(trigger, at)
    found = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text)]
    if len(found) < (number or 1) or (number is None and len(found) > 1):
        raise at.error(f"trigger {trigger!r} stands {len(found)} times in the text, want once, or words#n for the n-th")
    start = found[(number or 1) - 1]
    return Span(start, start + len(words))


def _words(trigger: str, at: Marked) -> tuple[str, int | None]:
    match = _OCCURRENCE.fullmatch(trigger)
    if match is None:
        raise at.error(f"trigger {trigger!r}, want the words as in the text")
    return match[1], int(match[2]) if match[2] else None


def last_day(interval: Interval) -> date | None:
    """The last day inside a half-open interval."""
    return interval.end - DAY if interval.end else None
