"""Places from a user's own file: Linked Places GeoJSON, or CSV with a line for each place."""
from __future__ import annotations

import csv
import json
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from geo.errors import InvalidInput
from geo.feature_codes import is_known
from geo.geonames import MAX_PLACES, bounded, open_table, refuse, script_of
from geo.model import LngLat, Name, Place

REQUIRED = ("id", "name", "lat", "lon", "country", "feature_code")
OPTIONAL = ("feature_class", "names", "admin1", "admin2", "population", "precision_km")
MAX_GEOJSON = 200_000_000
"""Bytes; GeoJSON is read whole."""

PRECISION_KM = 5.0
_CLASSES = "PASTHL"


def read_csv(path: Path) -> list[Place]:
    """One place a line under the header ``id,name,lat,lon,country,feature_code``; ``names`` are parted by ``|``.

    :raises InvalidInput: naming the lines that cannot be read, and what they want.
    """
    with open_table(path) as lines:
        reader = csv.DictReader(bounded(lines, path.name))
        missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
        if missing:
            wanted = f"{','.join(REQUIRED)} and perhaps {','.join(OPTIONAL)}"
            raise InvalidInput(f"{path.name}: no column {', '.join(missing)}, want {wanted}")
        return _places(path.name, ((f"line {reader.line_num}", row) for row in reader))


def read_linked(path: Path) -> list[Place]:
    """The features of a Linked Places FeatureCollection, each with a Point and a GeoNames feature.

    The feature is ``properties.feature_code``, or a type whose identifier is ``gn:PPL``; the id of a URI is kept.

    :raises InvalidInput: naming the features that cannot be read, and what they want.
    """
    try:
        if path.stat().st_size > MAX_GEOJSON:
            raise InvalidInput(f"{path.name}: more than {MAX_GEOJSON} bytes, want at most that, or a GeoNames dump")
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        rows = [(f"feature {number}", _row(feature)) for number, feature in enumerate(features)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path.name}: {error!r}, want a Linked Places FeatureCollection") from error
    return _places(path.name, rows)


def _places(file: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Place]:
    places: dict[str, Place] = {}
    bad = []
    for where, row in rows:
        problem = _problem(row, places)
        if problem:
            bad.append(f"{where}: {problem}")
        elif len(places) == MAX_PLACES:
            raise InvalidInput(f"{file}: more than {MAX_PLACES} places, want at most that")
        else:
            places[row["id"]] = _place(row, file)
    refuse(file, bad)
    return list(places.values())


def _problem(row: Mapping[str, Any], known: Container[str]) -> str:
    """What keeps a row from being a place, in words; nothing when it is one."""
    empty = [column for column in REQUIRED if row.get(column) in (None, "")]
    return f"no {', '.join(empty)}" if empty else next(filter(None, _problems(row, known)), "")


def _problems(row: Mapping[str, Any], known: Container[str]) -> Iterator[str]:
    country, precision = row["country"], _number(row.get("precision_km") or PRECISION_KM)
    if row["id"] in known:
        yield f"id {row['id']!r} a second time, want one line a place"
    if not is_known(_class_of(row), row["feature_code"]):
        yield f"feature {_class_of(row)}.{row['feature_code']}, want a class and code of GeoNames"
    if _point(row) is None:
        yield f"latitude {row['lat']!r}, longitude {row['lon']!r}, want degrees"
    if not (len(country) == 2 and country.isascii() and country.isupper()):
        yield f"country {country!r}, want ISO 3166-1 alpha-2"
    if not str(row.get("population") or 0).isdecimal():
        yield f"population {row['population']!r}, want a whole number"
    if precision is None or not precision > 0:
        yield f"precision_km {row['precision_km']!r}, want kilometres above 0"


def _place(row: Mapping[str, Any], file: str) -> Place:
    point = _point(row)
    assert point is not None
    others = row.get("names") or ()
    spellings = others.split("|") if isinstance(others, str) else others
    names = dict.fromkeys(spelling.strip() for spelling in spellings if spelling.strip() not in ("", row["name"]))
    return Place(
        id=row["id"], name=row["name"], point=point, country=row["country"], feature_class=_class_of(row),
        feature_code=row["feature_code"], admin1=row.get("admin1") or "", admin2=row.get("admin2") or "",
        names=(_name(row["name"], preferred=True), *map(_name, names)), population=int(row.get("population") or 0),
        precision_km=float(row.get("precision_km") or PRECISION_KM), tier="dump", sources=({"name": file},),
    )


def _name(spelling: str, preferred: bool = False) -> Name:
    return Name(spelling, script=script_of(spelling) or "Latn", preferred=preferred)


def _class_of(row: Mapping[str, Any]) -> str:
    """As stated, else the class that has the code."""
    stated = row.get("feature_class") or ""
    return stated or next((one for one in _CLASSES if is_known(one, row["feature_code"])), "?")


def _point(row: Mapping[str, Any]) -> LngLat | None:
    lng, lat = _number(row["lon"]), _number(row["lat"])
    return LngLat(lng, lat) if lng is not None and lat is not None and abs(lng) <= 180 and abs(lat) <= 90 else None


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _row(feature: Mapping[str, Any]) -> dict[str, Any]:
    """A feature under the columns of the CSV."""
    own, geometry = feature["properties"], feature.get("geometry") or {}
    if geometry.get("type") == "GeometryCollection":
        geometry = next((one for one in geometry["geometries"] if one.get("type") == "Point"), {})
    lng, lat = (geometry.get("coordinates") or (None, None))[:2] if geometry.get("type") == "Point" else (None, None)
    types = [str(one.get("identifier", "")) for one in feature.get("types", ())]
    code = own.get("feature_code") or next((one.partition(":")[2] for one in types if one.startswith("gn:")), "")
    return {
        "id": feature.get("id") or feature.get("@id"), "name": own.get("title"), "lat": lat, "lon": lng,
        "country": (own.get("ccodes") or [""])[0], "feature_code": code, "feature_class": own.get("feature_class"),
        "names": [one["toponym"] for one in feature.get("names", ())], "admin1": own.get("admin1"),
        "admin2": own.get("admin2"), "population": own.get("population"), "precision_km": own.get("precision_km"),
    }
