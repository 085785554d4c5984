"""Town-level control reports: dated statements of who held one place, read from a table with their sources.

A report's date is the day on which the state began. A vague date (``2014``, ``2016-06/2016-08``) means that it
began on some day of that span; ``a/b`` never means that it lasted from ``a`` to ``b``.
"""
from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shapely.geometry import Point

from geo.edtf import VagueDate, parse_edtf
from geo.errors import DatelineError, InvalidInput
from geo.interval import DAY, Interval, Validity
from geo.model import Feature, LngLat

REMARKS = ("reported", "brief")
"""Statuses that are worth telling and make no interval: a single report, and hours."""

STATUSES = ("control", "contested", "besieged", "claimed", "mixed", *REMARKS)
SOURCED = ("yes", "partly", "no")
UNSOURCED = "Baseline of this project, not sourced"

COLUMNS = (
    "place_id", "place", "country", "lat", "lon", "date_edtf", "controller", "controller_b", "status", "besieged_by",
    "sourced", "source_title", "source_publisher", "source_url", "source_licence", "stance", "max_km", "note",
)
_REQUIRED = ("place_id", "place", "country", "date_edtf", "controller", "status")


@dataclass(frozen=True)
class Report:
    """One statement; ``when`` spans the days on which the state may have begun. ``max_km`` is how far it speaks for
    the ground around, where its table says so."""

    id: str
    place: str
    name: str
    country: str
    point: LngLat
    when: VagueDate
    controller: str
    status: str
    controller_b: str | None = None
    besieged_by: str | None = None
    sourced: str = "yes"
    note: str = ""
    sources: tuple[Mapping[str, object], ...] = ()
    max_km: float | None = None

    @property
    def stance(self) -> str | None:
        """The side whose own voice all of its sources are: its agency, spokesman or ministry."""
        told = {str(source.get("stance") or "") for source in self.sources}
        return (told.pop() or None) if len(told) == 1 else None

    @property
    def is_own_claim(self) -> bool:
        """Told by the side that gains by it, and by nobody else."""
        return self.status == "claimed" or self.stance == self.controller

    @property
    def earliest(self) -> date:
        """The first day on which it may have begun."""
        assert self.when.interval.start is not None
        return self.when.interval.start

    @property
    def latest(self) -> date:
        """The last day on which it may have begun; from then on it certainly was so."""
        assert self.when.interval.end is not None
        return self.when.interval.end - DAY

    @property
    def is_remark(self) -> bool:
        return self.status in REMARKS

    def feature(self) -> Feature:
        """The row of collection ``reports``; valid while it may have begun, certain on the last of these days."""
        properties = {
            "place": self.place, "name": self.name, "country": self.country, "controller": self.controller,
            "controller_b": self.controller_b, "status": self.status, "besieged_by": self.besieged_by,
            "sourced": self.sourced, "note": self.note, "max_km": self.max_km,
            "sources": [dict(source) for source in self.sources],
        }
        span = self.when.interval
        valid = Validity(span, Interval(self.latest, span.end), self.when.text, self.when.precision)
        return Feature(self.id, Point(self.point), properties, valid)


def report_of(feature: Feature) -> Report:
    """A row of collection ``reports`` as a value again.

    :raises InvalidInput: naming the row, when it is no report.
    """
    get = feature.properties.get
    if not isinstance(feature.geometry, Point) or feature.valid.edtf is None:
        raise InvalidInput(f"report {feature.id!r}: want a point and a date in EDTF")
    return Report(
        feature.id, str(get("place")), str(get("name") or ""), str(get("country") or ""),
        LngLat(feature.geometry.x, feature.geometry.y),
        VagueDate(feature.valid.edtf, feature.valid.outer, feature.valid.precision),
        str(get("controller")), str(get("status")), _text(get("controller_b")), _text(get("besieged_by")),
        str(get("sourced") or "yes"), str(get("note") or ""), _sources(get("sources")), _reach(get("max_km")),
    )


def read_reports(path: Path) -> list[Feature]:
    """The rows of a CSV file with the ``COLUMNS`` above, as features of collection ``reports``, in file order.

    :raises InvalidInput: naming the line, the column and the value.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_features(path.name, csv.DictReader(file, strict=True)))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise InvalidInput(f"reports {path.name}: {problem}, want CSV in UTF-8") from None


def _features(name: str, rows: csv.DictReader[str]) -> Iterable[Feature]:
    missing = [column for column in (*_REQUIRED, "lat", "lon") if column not in (rows.fieldnames or ())]
    if missing:
        raise InvalidInput(f"reports {name}: no column {', '.join(missing)}")
    seen: dict[str, int] = {}
    for row in rows:
        where = f"reports {name} line {rows.line_num}"
        report = _report(where, {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)})
        if report.id in seen:
            raise InvalidInput(f"{where}: the same statement as line {seen[report.id]}")
        seen[report.id] = rows.line_num
        yield report.feature()


def _report(where: str, row: Mapping[str, str]) -> Report:
    for column in _REQUIRED:
        if not row[column]:
            raise InvalidInput(f"{where}: {column} is empty")
    sourced = row.get("sourced") or "yes"
    _one_of(where, "status", row["status"], STATUSES)
    _one_of(where, "sourced", sourced, SOURCED)
    try:
        when = parse_edtf(row["date_edtf"])
    except DatelineError as problem:
        raise InvalidInput(f"{where}: date_edtf: {problem}") from None
    if when.interval.start is None or when.interval.end is None:
        raise InvalidInput(f"{where}: date_edtf: {when.text!r}, want a date with both ends")
    point = LngLat(_number(where, row, "lon", (-180, 180)), _number(where, row, "lat", (-90, 90)))
    return Report(
        _identity(row), row["place_id"], row["place"], row["country"], point, when, row["controller"], row["status"],
        row.get("controller_b") or None, row.get("besieged_by") or None, sourced, row.get("note", ""),
        (_source(row, sourced),), _number(where, row, "max_km", (1, 200), "kilometres") if row.get("max_km") else None,
    )


def _source(row: Mapping[str, str], sourced: str) -> Mapping[str, object]:
    entry = {
        "title": row.get("source_title") or UNSOURCED, "publisher": row.get("source_publisher"),
        "url": row.get("source_url"), "licence": row.get("source_licence"), "sourced": sourced,
        "stance": row.get("stance"),
    }
    return {key: value for key, value in entry.items() if value}


def _number(
    where: str, row: Mapping[str, str], column: str, limits: tuple[int, int], unit: str = "degrees"
) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = float("nan")
    if not limits[0] <= value <= limits[1]:
        raise InvalidInput(f"{where}: {column}: {row[column]!r}, want {unit} from {limits[0]} to {limits[1]}")
    return value


def _one_of(where: str, column: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidInput(f"{where}: {column}: {value!r}, want one of {', '.join(allowed)}")


def _identity(row: Mapping[str, str]) -> str:
    """The statement without its note and its place's position: both may be mended without making a new row."""
    parts = ("place_id", "date_edtf", "controller", "controller_b", "status", "besieged_by", "source_title")
    return hashlib.sha256("\x1f".join(row.get(part, "") for part in parts).encode()).hexdigest()[:16]


def _text(value: object) -> str | None:
    return str(value) if value else None


def _reach(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _sources(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(each for each in value if isinstance(each, Mapping)) if isinstance(value, list | tuple) else ()
