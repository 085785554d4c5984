"""GeoNames dumps → places: ``XX.txt``, ``allCountries.txt``, ``alternateNames(V2).txt``, plain or zipped.

The 19 columns are those of https://download.geonames.org/export/dump/readme.txt (CC BY 4.0). A dump is streamed,
bounded in lines, places and bytes, and refused as a whole when a line is no row of one.
"""
from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from geo.arabic import is_arabic
from geo.errors import InvalidInput
from geo.feature_codes import is_known, is_of_use
from geo.model import LngLat, Name, Place

COLUMNS = 19
MAX_PLACES = 300_000
"""Places that one load may keep; a world dump is cut to some countries with ``countries``."""

MAX_BYTES = 4 << 30
MAX_RATIO = 200
MAX_LINE = 100_000
TOLD = 5
"""Bad lines that the error names; it counts the others."""

PRECISION_KM = 10.0
"""GeoNames' points of small towns were seen up to 9 km off in the theatre."""

_AREA_KM = {"ADM1": 100.0, "ADM2": 25.0, "ADM3": 15.0}
_NO_LANGUAGE = frozenset("link post iata icao faac tcid unlc abbr wkdt phon".split())
_BESIDE = ("readme.txt", "iso-languagecodes.txt")
"""Members that GeoNames packs beside the table."""


@dataclass(frozen=True)
class Dump:
    """What a file held: places kept, and how many rows were of no use, by class and code."""

    places: tuple[Place, ...]
    lines: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


def read_dump(path: Path, countries: frozenset[str] = frozenset()) -> Dump:
    """The places of a dump that news may name; ``countries`` (ISO 3166-1 alpha-2) keeps only those.

    :raises InvalidInput: naming the file, and the first lines that are no rows of a dump.
    """
    reading = _Reading(path.name, countries)
    with open_table(path) as lines:
        for number, line in enumerate(bounded(lines, path.name), 1):
            reading.take(number, line)
    return reading.done()


def is_alternate_names(path: Path) -> bool:
    """Whether the table is one of names (4 to 10 columns) and not of places (19)."""
    with open_table(path) as lines:
        return 4 <= next(bounded(lines, path.name), "").count("\t") + 1 <= 10


def read_alternate_names(path: Path, wanted: frozenset[str]) -> dict[str, tuple[Name, ...]]:
    """By GeoNames id, for the ids of ``wanted``: names in a language, not links, post codes or historic ones.

    :raises InvalidInput: naming the file and the lines that are no rows of such a table.
    """
    found: dict[str, list[Name]] = {}
    bad: list[str] = []
    with open_table(path) as lines:
        for number, line in enumerate(bounded(lines, path.name), 1):
            row = line.split("\t")
            if len(row) < 4 or not row[0].isdecimal() or not row[1].isdecimal():
                bad.append(f"line {number}: {line[:60]!r}, want alternateNameId, geonameid, language, name")
            elif row[1] in wanted and (name := _alternate(row)) is not None:
                found.setdefault(row[1], []).append(name)
    refuse(path.name, bad)
    return {key: tuple(names) for key, names in found.items()}


@contextmanager
def open_table(path: Path) -> Iterator[TextIO]:
    """The text of a table, from the one table of a zip when it is zipped.

    :raises InvalidInput: when it cannot be read, or is a zip of many tables, too large or packed too tightly.
    """
    try:
        if not zipfile.is_zipfile(path):
            with path.open(encoding="utf-8", newline="\n") as lines:
                yield lines
            return
        with zipfile.ZipFile(path) as archive, archive.open(_member(archive, path.name)) as raw:
            yield TextIOWrapper(raw, encoding="utf-8", newline="\n")
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, EOFError) as error:
        raise InvalidInput(f"{path.name}: {error}, want a table in UTF-8, plain or zipped") from error


def bounded(lines: TextIO, name: str) -> Iterator[str]:
    """Lines without their ends, none longer and all together not more than a dump may have.

    :raises InvalidInput: for a line or a file longer than any dump's.
    """
    total = 0
    while line := lines.readline(MAX_LINE + 1):
        total += len(line)
        if len(line) > MAX_LINE:
            raise InvalidInput(f"{name}: a line of more than {MAX_LINE} characters, want a table with tabs")
        if total > MAX_BYTES:
            raise InvalidInput(f"{name}: more than {MAX_BYTES} characters, want at most that")
        yield line.rstrip("\r\n")


def refuse(name: str, bad: list[str]) -> None:
    """:raises InvalidInput: with the first of the ``bad`` lines and how many there are, if any."""
    if bad:
        more = f" (and {len(bad) - TOLD} more lines)" if len(bad) > TOLD else ""
        raise InvalidInput(f"{name}: {'; '.join(bad[:TOLD])}{more}; nothing was loaded")


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [info for info in archive.infolist() if not info.is_dir() and info.filename.lower() not in _BESIDE]
    if len(members) != 1:
        raise InvalidInput(f"{name}: holds {len(members)} tables, want one")
    only = members[0]
    if only.flag_bits & 1:
        raise InvalidInput(f"{name}: {only.filename} is encrypted, want a plain zip")
    if only.file_size > MAX_BYTES or only.file_size > MAX_RATIO * max(only.compress_size, 1):
        raise InvalidInput(
            f"{name}: {only.filename} unpacks to {only.file_size} bytes from {only.compress_size}, "
            f"want at most {MAX_BYTES} and {MAX_RATIO} times"
        )
    return only


class _Reading:
    """One pass over a dump; provinces' names are known only at its end."""

    def __init__(self, file: str, countries: frozenset[str]) -> None:
        self._file, self._countries = file, countries
        self._kept: list[tuple[Place, str, str]] = []
        self._areas: dict[tuple[str, ...], str] = {}
        self._skipped: Counter[str] = Counter()
        self._bad: list[str] = []
        self._lines = 0

    def take(self, number: int, line: str) -> None:
        if not line or line.startswith("#"):
            return
        self._lines += 1
        row = line.split("\t")
        problem = _problem(row)
        if problem:
            self._bad.append(f"line {number}: {problem}")
            return
        feature_class, code, country = row[6], row[7], row[8]
        if self._countries and country not in self._countries:
            self._skipped["other countries"] += 1
        elif not code:
            self._skipped[f"{feature_class or '?'} without a code"] += 1
        elif not is_of_use(feature_class, code):
            self._skipped[f"{feature_class}.{code}"] += 1
        else:
            self._keep(row)

    def _keep(self, row: list[str]) -> None:
        if len(self._kept) == MAX_PLACES:
            raise InvalidInput(
                f"{self._file}: more than {MAX_PLACES} places that news may name, want a country's dump or --country"
            )
        country, admin1, admin2 = row[8], row[10], row[11]
        if row[7] == "ADM1":
            self._areas[country, admin1] = row[1]
        elif row[7] == "ADM2":
            self._areas[country, admin1, admin2] = row[1]
        self._kept.append((_place(row, self._file), admin1, admin2))

    def done(self) -> Dump:
        refuse(self._file, self._bad)
        places = tuple(
            replace(
                place, admin1=self._areas.get((place.country, admin1), ""),
                admin2=self._areas.get((place.country, admin1, admin2), ""),
            )
            for place, admin1, admin2 in self._kept
        )
        return Dump(places, self._lines, dict(sorted(self._skipped.items())))


def _problem(row: list[str]) -> str:
    """What keeps a line from being a row of a dump, in words; nothing when it is one."""
    if len(row) != COLUMNS:
        return f"{len(row)} columns, want {COLUMNS} with tabs between"
    return next(_problems(row), "")


def _problems(row: list[str]) -> Iterator[str]:
    if not row[0].isdecimal() or not row[1].strip():
        yield f"id {row[0]!r} and name {row[1]!r}, want a GeoNames id and a name"
    if _position(row) is None:
        yield f"latitude {row[4]!r}, longitude {row[5]!r}, want degrees"
    if row[7] and not is_known(row[6], row[7]):
        yield f"feature {row[6]}.{row[7]}, want a class and code of GeoNames"
    if row[8] and not (len(row[8]) == 2 and row[8].isascii() and row[8].isupper()):
        yield f"country {row[8]!r}, want ISO 3166-1 alpha-2"
    if row[14] and not row[14].isdecimal():
        yield f"population {row[14]!r}, want a whole number"


def _position(row: list[str]) -> LngLat | None:
    try:
        lat, lng = float(row[4]), float(row[5])
    except ValueError:
        return None
    return LngLat(lng, lat) if -90 <= lat <= 90 and -180 <= lng <= 180 else None


def _place(row: list[str], file: str) -> Place:
    point = _position(row)
    assert point is not None
    return Place(
        id=f"gn-{row[0]}", name=row[1], point=point, country=row[8], feature_class=row[6], feature_code=row[7],
        names=_names(row), population=int(row[14] or 0), precision_km=_AREA_KM.get(row[7], PRECISION_KM), tier="dump",
        sources=({"name": "GeoNames", "id": row[0], "file": file, "licence": "CC BY 4.0"},),
    )


def _names(row: list[str]) -> tuple[Name, ...]:
    spellings = dict.fromkeys((row[2], *row[3].split(",")))
    others = [Name(spelling, script=script_of(spelling)) for spelling in spellings if spelling != row[1]]
    return (Name(row[1], script=script_of(row[1]) or "Latn", preferred=True), *filter(_is_readable, others))


def _alternate(row: list[str]) -> Name | None:
    flags = [*row, "", "", "", ""]
    name = Name(row[3].strip(), row[2], script_of(row[3]))
    return None if row[2] in _NO_LANGUAGE or flags[7] == "1" or not _is_readable(name) else name


def script_of(spelling: str) -> str:
    """``Latn`` or ``Arab``; empty for other letters."""
    if is_arabic(spelling):
        return "Arab"
    letters = [letter for letter in spelling if letter.isalpha()]
    return "Latn" if letters and all(letter < "\u0250" or "\u1e00" <= letter < "\u1f00" for letter in letters) else ""


def _is_readable(name: Name) -> bool:
    """A name that news may use: letters of a script that is read here, no code of an airport."""
    spelling = name.toponym
    return bool(name.script) and len(spelling) > 2 and not (len(spelling) < 5 and spelling.isupper()) and \
        (name.script == "Arab" or not spelling[0].islower())


def merged(places: Iterable[Place], names: Mapping[str, tuple[Name, ...]]) -> list[Place]:
    """The places that got a name that they had not, with it; ``names`` by GeoNames id."""
    changed = []
    for place in places:
        known = {name.toponym for name in place.names}
        fresh = dict.fromkeys(name for name in names.get(place.id.removeprefix("gn-"), ()) if name.toponym not in known)
        if fresh:
            changed.append(replace(place, names=(*place.names, *fresh)))
    return changed
