"""A front-line file of anybody's → rows of collection ``zones``, whole or not at all, with a report of the load."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from geo.door import knock
from geo.errors import InvalidInput, InvalidParameter
from geo.interval import DAY, Interval, Validity, parse_day
from geo.model import BBox, Feature


@dataclass(frozen=True)
class LoadOptions:
    """How to read a file: each of controller, status and day as a value for all or as the name of a field.

    ``controllers`` maps a field's values to codes. Days come from one of: ``date``, ``date_field``,
    ``from_field`` with ``to_field`` (both days included), or ``date_from_name``, a piece of the file's name with
    ``YYYY``, ``MM`` and ``DD`` in the place of digits. ``step_days`` is how often the source speaks: a snapshot is
    believed for three steps. What lies outside of ``frame`` is refused, as is a repair that changes the area by more
    than ``max_area_change``.
    """

    source: str
    controller: str | None = None
    controller_field: str | None = None
    controllers: Mapping[str, str] = field(default_factory=dict)
    status: str = "control"
    status_field: str | None = None
    date: date | None = None
    date_field: str | None = None
    date_from_name: str | None = None
    from_field: str | None = None
    to_field: str | None = None
    step_days: int = 1
    publisher: str = ""
    licence: str = ""
    url: str = ""
    layer: str | None = None
    frame: BBox | None = None
    max_area_change: float = 0.05


@dataclass(frozen=True)
class LoadReport:
    """What was read, mended and made of it. ``warnings`` counts by code; areas are in km² on the ellipsoid."""

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
    """The rows of one file, and how they came about."""

    features: tuple[Feature, ...]
    report: LoadReport


def load_zones(path: Path, options: LoadOptions) -> LoadResult:
    """Read a GeoJSON or GeoPackage file of polygons.

    :raises InvalidParameter: for options that contradict each other or leave something open.
    :raises InvalidInput: naming the file and what is wrong with it; nothing is loaded then.
    """
    answer = knock(path, _request(path, options))
    features = tuple(_feature(row, options, answer["sha256"]) for row in answer["rows"])
    _inside(path, features, options.frame)
    ends = [row["end"] for row in answer["rows"]]
    report = LoadReport(
        path.name, answer["kind"], answer["sha256"], answer["features"], len(features),
        parse_day(min(row["start"] for row in answer["rows"])), parse_day(max(ends)) - DAY,
        round(answer["area_before_km2"], 3), round(answer["area_after_km2"], 3), round(answer["contested_km2"], 3),
        {code: count for code, count in sorted(answer["counts"].items()) if count},
    )
    return LoadResult(features, report)


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


def _request(path: Path, options: LoadOptions) -> dict[str, object]:
    _complete(options)
    day = day_in_name(path.name, options.date_from_name) if options.date_from_name else options.date
    return {
        "controller": options.controller, "controller_field": options.controller_field,
        "controllers": dict(options.controllers), "status": options.status, "status_field": options.status_field,
        "date": str(day) if day else None, "date_field": options.date_field, "from_field": options.from_field,
        "to_field": options.to_field, "step_days": options.step_days, "layer": options.layer,
        "max_area_change": options.max_area_change,
    }


def _complete(options: LoadOptions) -> None:
    if not options.source:
        raise InvalidParameter("source: is empty, want the name of who drew the file")
    if (options.controller is None) == (options.controller_field is None):
        raise InvalidParameter("controller: want either one code or the name of a field")
    if (options.from_field is None) != (options.to_field is None):
        raise InvalidParameter("period: want both a from-field and a to-field")
    given = (options.date, options.date_field, options.date_from_name, options.from_field)
    if sum(each is not None for each in given) != 1:
        raise InvalidParameter("date: want one of a day, a field, two fields, or a pattern for the file's name")
    if not 1 <= options.step_days <= 366:
        raise InvalidParameter(f"step: {options.step_days}, want 1 to 366 days")


def _feature(row: Mapping[str, Any], options: LoadOptions, sha256: str) -> Feature:
    geometry = shapely.from_wkb(row["wkb"])
    is_period = options.from_field is not None
    entry = {
        "title": options.source, "publisher": options.publisher, "licence": options.licence, "url": options.url,
        "sha256": sha256,
    }
    properties = {
        "controller": row["controller"], "controller_b": row["controller_b"], "status": row["status"],
        "besieged_by": None, "method": "drawn" if is_period else "snapshot", "evidence_max_km": None,
        "confidence": "medium", "confidence_why": "drawn by the source; not checked by us", "as_of": row["as_of"],
        "step_days": None if is_period else options.step_days,
        "sources": [{key: value for key, value in entry.items() if value}], "source_id": options.source,
    }
    span = Interval(parse_day(row["start"]), parse_day(row["end"]))
    parts = (options.source, row["controller"], row["controller_b"] or "", row["status"], row["start"], row["wkb"])
    name = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
    return Feature(name, geometry, properties, Validity.exactly(span))


def _inside(path: Path, features: tuple[Feature, ...], frame: BBox | None) -> None:
    if frame is None:
        return
    for feature in features:
        assert feature.geometry is not None
        west, south, east, north = feature.geometry.bounds
        if west < frame.west or south < frame.south or east > frame.east or north > frame.north:
            box = ", ".join(f"{edge:g}" for edge in (west, south, east, north))
            raise InvalidInput(f"{path.name}: ground in {box}, want it inside of {', '.join(map(str, frame))}")
