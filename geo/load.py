"""Front-line files of anybody's → what they say, day by day, whole or not at all, with a report of the load."""
from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fnmatch import fnmatch
from itertools import combinations
from pathlib import Path
from typing import Any

import shapely

from geo.door import Door
from geo.errors import InvalidInput, InvalidParameter
from geo.interval import DAY, Validity, parse_day
from geo.model import BBox, Feature
from geo.outlines import front_rule
from geo.schema import STATUSES
from geo.series import Learning, Picture, Scope, When, merged, name_of

ENDINGS = (".geojson", ".json", ".gpkg", ".zip", ".fgb", ".parquet", ".geoparquet", ".kml", ".kmz")
"""Which files of a folder are read; one that is named is read whatever its name."""

KNOWN_FROM = ("today", "as-of")

_NAMED = 20
"""How many refused files are told of."""


@dataclass(frozen=True)
class FileRule:
    """What the name of a file says of all that is in it; ``name`` is a pattern with ``*`` and ``?``."""

    name: str
    controller: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class LoadOptions:
    """How to read files: each of controller, status and day as a value for all or as the name of a field.

    ``controllers`` and ``statuses`` map a field's values to codes; ``rules`` give both by the file's name, where the
    first that fits counts. Days come from one of: ``date``, ``date_field``, ``from_field`` with ``to_field`` (both
    days included; ``date_field`` beside them is the one day of a feature that has neither), or ``date_from_name``, a
    piece of the file's name with ``YYYY``, ``MM`` and ``DD`` in the place of digits. ``step_days`` is how often the
    source speaks: a snapshot is believed for three steps. What lies outside of ``frame`` is refused, as is a repair
    that changes the area by more than ``max_area_change``. ``baseline`` says in words which ground of earlier days
    the polygons include. How fronts are drawn say ``tolerance_km``, ``opponent`` and ``country``, see
    ``geo.outlines.FrontRule``. ``known_from`` is one of ``KNOWN_FROM`` or a day, see ``learning``.
    """

    source: str
    controller: str | None = None
    controller_field: str | None = None
    controllers: Mapping[str, str] = field(default_factory=dict)
    status: str = "control"
    status_field: str | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[FileRule, ...] = ()
    date: date | None = None
    date_field: str | None = None
    date_from_name: str | None = None
    from_field: str | None = None
    to_field: str | None = None
    step_days: int = 1
    title: str = ""
    publisher: str = ""
    licence: str = ""
    attribution: str = ""
    url: str = ""
    baseline: str = ""
    opponent: str = ""
    country: str = ""
    tolerance_km: float = 0.0
    layer: str | None = None
    frame: BBox | None = None
    max_area_change: float = 0.05
    known_from: str = "today"
    known_lag_days: int = 0


@dataclass(frozen=True)
class LoadReport:
    """What was read, mended and made of one file. ``warnings`` counts by code; areas are in km² on the ellipsoid."""

    file: str
    kind: str
    sha256: str
    features: int
    rows: int
    first_day: date
    last_day: date
    area_before_km2: float
    area_after_km2: float
    contested_km2: float
    warnings: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """Plain values; the days in ISO 8601."""
        return {**asdict(self), "first_day": str(self.first_day), "last_day": str(self.last_day)}


@dataclass(frozen=True)
class LoadResult:
    """What the files of one load say, in order of time, and how that came about; ``refused`` files in words."""

    pictures: tuple[Picture, ...]
    reports: tuple[LoadReport, ...]
    refused: tuple[str, ...] = ()
    settled: Mapping[str, int] = field(default_factory=dict)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Rows of collection ``zones``, as if the source had said nothing else."""
        return tuple(merged([], self.pictures))

    @property
    def report(self) -> LoadReport:
        """That of the only file.

        :raises InvalidParameter: when there are several.
        """
        if len(self.reports) != 1:
            raise InvalidParameter(f"report: {len(self.reports)} files, want the total of all")
        return self.reports[0]

    def total(self) -> dict[str, Any]:
        """All files together, in plain values: counts, days, warnings, refusals. ``days`` are days and periods for
        which the source speaks, ``together`` counts what was settled between files of a common day."""
        warnings: Counter[str] = Counter()
        for report in self.reports:
            warnings.update(report.warnings)
        return {
            "files": len(self.reports), "refused": list(self.refused), "days": len(self.pictures),
            "features": sum(report.features for report in self.reports),
            "first_day": str(min(report.first_day for report in self.reports)),
            "last_day": str(max(report.last_day for report in self.reports)),
            "contested_km2": max(report.contested_km2 for report in self.reports),
            "warnings": dict(sorted(warnings.items())), "together": dict(self.settled),
        }


@dataclass(frozen=True)
class _Read:
    """One file through the door."""

    path: Path
    answer: Mapping[str, Any]
    scope: Scope


def load_zones(path: Path, options: LoadOptions) -> LoadResult:
    """Read one file of polygons; see ``load_files``."""
    return load_files([path], options)


def load_files(paths: Iterable[Path], options: LoadOptions, *, is_partial: bool = False) -> LoadResult:
    """Read files of polygons of one source, in any of the formats of ``geo.door``.

    With ``is_partial`` the sound files are loaded and the others named; at least one must be sound.

    :raises InvalidParameter: for options that contradict each other or leave something open.
    :raises InvalidInput: naming the files and what is wrong with each; nothing is loaded then.
    """
    read: list[_Read] = []
    refused: list[str] = []
    count = 0
    with Door() as door:
        for count, path in enumerate(paths, 1):  # noqa: B007  the count is wanted after the loop
            try:
                mine = _for_file(path, options)
                read.append(_Read(path, door.read(path, _request(path, mine)), _scope(mine)))
            except InvalidInput as problem:
                refused.append(str(problem))
        if refused and not (is_partial and read):
            raise InvalidInput(_refusal(refused, count))
        if not read:
            raise InvalidInput("no file, want at least one")
        settled: Counter[str] = Counter()
        pictures = tuple(_pictures(read, options, door, settled))
    return LoadResult(pictures, tuple(_report(each, options) for each in read), tuple(refused), settled)


def learning(options: LoadOptions, today: date) -> Learning:
    """When what the files say became known: ``today``; or a stated day; or, of an archive (``as-of``), what is said for
    the first time on the day that it speaks of, ``known_lag_days`` later.

    :raises InvalidParameter: for a day to come, a lag without ``as-of``, and for anything else.
    """
    is_archive = options.known_from == "as-of"
    if options.known_lag_days and not is_archive:
        raise InvalidParameter(f"known lag: {options.known_lag_days} days, want known from 'as-of' with it")
    if not 0 <= options.known_lag_days <= 3660:
        raise InvalidParameter(f"known lag: {options.known_lag_days}, want 0 to 3660 days")
    if options.known_from in KNOWN_FROM:
        return Learning(today, options.known_lag_days if is_archive else None)
    try:
        day = parse_day(options.known_from)
    except InvalidParameter:
        day = None
    if day is None or day > today:
        raise InvalidParameter(f"known from: {options.known_from[:60]!r}, want as-of, today, or a day up to {today}")
    return Learning(day)


def polygon_files(names: Sequence[str]) -> list[Path]:
    """The files of these names; those of a folder by their endings, or what a pattern (``*``, ``?``, ``**``) finds.
    Each once, ordered by name within a folder or pattern.

    :raises InvalidInput: for a folder or a pattern without any.
    """
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            some = sorted(each for each in path.iterdir() if each.is_file() and each.suffix.lower() in ENDINGS)
        elif path.exists() or not re.search(r"[*?]", name):
            some = [path]
        else:
            plain = next(at for at, part in enumerate(path.parts) if re.search(r"[*?]", part))
            inner = Path(*path.parts[:plain]).glob(str(Path(*path.parts[plain:])))
            some = sorted(each for each in inner if each.is_file())
        if not some:
            raise InvalidInput(f"{name}: no polygon files there, want {', '.join(ENDINGS)}")
        found.extend(some)
    return list(dict.fromkeys(found))


def day_in_name(name: str, pattern: str) -> date:
    """The day that a file's name states.

    >>> day_in_name("20220224_layer.geojson", "YYYYMMDD_")
    datetime.date(2022, 2, 24)

    :raises InvalidParameter: for a pattern without a whole date.
    :raises InvalidInput: for a name that does not fit it, or states no day.
    """
    if any(pattern.count(part) != 1 for part in ("YYYY", "MM", "DD")):
        raise InvalidParameter(f"date from name: {pattern!r}, want YYYY, MM and DD once each")
    digits = re.escape(pattern)
    for part, group in (("YYYY", "(?P<y>[0-9]{4})"), ("MM", "(?P<m>[0-9]{2})"), ("DD", "(?P<d>[0-9]{2})")):
        digits = digits.replace(part, group)
    match = re.search(digits, name)
    if match is None:
        raise InvalidInput(f"{name}: its name does not fit {pattern!r}")
    try:
        return parse_day("{y}-{m}-{d}".format(**match.groupdict()))
    except InvalidParameter as problem:
        raise InvalidInput(f"{name}: {problem}") from None


def _refusal(refused: Sequence[str], count: int) -> str:
    if count == 1:
        return refused[0]
    more = [f"and {len(refused) - _NAMED} more"] if len(refused) > _NAMED else []
    return "\n  ".join([f"{len(refused)} of {count} files refused, nothing is loaded:", *refused[:_NAMED], *more])


def _for_file(path: Path, options: LoadOptions) -> LoadOptions:
    """The options with what the first fitting rule says."""
    if not options.rules:
        return options
    rule = next((rule for rule in options.rules if fnmatch(path.name, rule.name)), None)
    if rule is None:
        names = ", ".join(each.name for each in options.rules)
        raise InvalidInput(f"{path.name}: its name fits none of {names}")
    if rule.controller is not None:
        options = replace(options, controller=rule.controller, controller_field=None)
    return replace(options, status=rule.status, status_field=None) if rule.status is not None else options


def _scope(options: LoadOptions) -> Scope:
    controller = None if options.controller_field else options.controller
    return Scope(frozenset({(controller, None if options.status_field else options.status)}))


def _request(path: Path, options: LoadOptions) -> dict[str, object]:
    _complete(options)
    day = day_in_name(path.name, options.date_from_name) if options.date_from_name else options.date
    return {
        "controller": options.controller, "controller_field": options.controller_field,
        "controllers": dict(options.controllers), "status": options.status, "status_field": options.status_field,
        "statuses": dict(options.statuses), "date": str(day) if day else None, "date_field": options.date_field,
        "from_field": options.from_field, "to_field": options.to_field, "layer": options.layer,
        "frame": options.frame, "max_area_change": options.max_area_change,
    }


def _complete(options: LoadOptions) -> None:
    if not options.source:
        raise InvalidParameter("source: is empty, want the name of who drew the file")
    if (options.controller is None) == (options.controller_field is None):
        raise InvalidParameter("controller: want either one code or the name of a field")
    if options.status_field is None and options.status not in STATUSES:
        raise InvalidParameter(f"status: {options.status!r}, want one of {', '.join(STATUSES)}")
    if (options.from_field is None) != (options.to_field is None):
        raise InvalidParameter("period: want both a from-field and a to-field")
    by_field = options.from_field or options.date_field
    if sum(each is not None for each in (options.date, by_field, options.date_from_name)) != 1:
        raise InvalidParameter("date: want one of a day, a field, two fields, or a pattern for the file's name")
    if not 1 <= options.step_days <= 366:
        raise InvalidParameter(f"step: {options.step_days}, want 1 to 366 days")
    front_rule(options.tolerance_km, *_other(options))


def _pictures(read: Sequence[_Read], options: LoadOptions, door: Door, settled: Counter[str]) -> Iterator[Picture]:
    """One for each day or period, of all files that speak for it."""
    said: defaultdict[When, list[tuple[_Read, Mapping[str, Any]]]] = defaultdict(list)
    for each in read:
        for row in each.answer["rows"]:
            said[tuple(parse_day(day) for day in row["when"])].append((each, row))
    if len({len(when) for when in said}) > 1:
        raise InvalidInput("some files state days and some periods, want a source for each")
    for when in sorted(said):
        by = [each for each, _ in said[when]]
        scope = by[0].scope
        for each in by[1:]:
            scope |= each.scope
        if _are_rivals(said[when]):
            answer = door.settle([row for _, row in said[when]], f"{name_of(when)} in several files")
            settled.update(answer["counts"])
            told = [_told(row, options, when, by) for row in answer["rows"]]
        else:
            told = [_told(row, options, when, [each]) for each, row in said[when]]
        yield Picture(when, scope, tuple(told))


def _are_rivals(said: Sequence[tuple[_Read, Mapping[str, Any]]]) -> bool:
    """Whether files of one day say the same of two grounds, or give ground to two sides for certain."""
    for (one, this), (other, that) in combinations(said, 2):
        is_same = all(this[name] == that[name] for name in ("controller", "controller_b", "status"))
        is_held = {this["status"], that["status"]} <= {"control", "contested"}
        if one is not other and (is_same or is_held):
            return True
    return False


def _told(row: Mapping[str, Any], options: LoadOptions, when: When, by: Sequence[_Read]) -> Feature:
    is_period = len(when) == 2
    entry = {
        "title": options.title or options.source, "publisher": options.publisher, "licence": options.licence,
        "attribution": options.attribution, "url": options.url,
    }
    properties = {
        "controller": row["controller"], "controller_b": row["controller_b"], "status": row["status"],
        "besieged_by": None, "method": "drawn" if is_period else "snapshot", "evidence_max_km": None,
        "confidence": "medium", "confidence_why": "drawn by the source; not checked by us", "as_of": None,
        "step_days": None if is_period else options.step_days,
        "sources": [{key: value for key, value in entry.items() if value}], "source_id": options.source,
        "baseline": options.baseline or None,
        "front_rule": front_rule(options.tolerance_km, *_other(options)).as_json(),
        "files": {name_of(when): sorted({each.answer["sha256"] for each in by})},
    }
    return Feature("", shapely.from_wkb(row["wkb"]), properties, Validity())


def _other(options: LoadOptions) -> tuple[str, str]:
    return options.opponent, options.country


def _report(read: _Read, options: LoadOptions) -> LoadReport:
    answer = read.answer
    whens = {tuple(parse_day(day) for day in row["when"]) for row in answer["rows"]}
    last = max(when[-1] for when in whens)
    return LoadReport(
        read.path.name, answer["kind"], answer["sha256"], answer["features"], len(answer["rows"]),
        min(when[0] for when in whens), last if options.from_field else last + 3 * options.step_days * DAY,
        round(answer["area_before_km2"], 3), round(answer["area_after_km2"], 3), round(answer["contested_km2"], 3),
        {code: count for code, count in sorted(answer["counts"].items()) if count},
    )
