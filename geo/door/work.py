"""What the child does with one file: sniff, read, check, repair, date, settle."""
from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely

from geo.door.geojson import read_geojson
from geo.door.geopackage import read_geopackage
from geo.door.limits import MAX_VERTICES
from geo.door.raw import Raw
from geo.door.repair import check, repair
from geo.door.settle import Row, dated, settle
from geo.errors import InvalidInput

_KINDS = {
    b"SQLite format 3\x00": "gpkg", b"PK\x03\x04": "zip", b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG",
    b"fgb": "FlatGeobuf", b"PAR1": "Parquet", b"<": "XML or HTML",
}


def work(path: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as plain values: ``rows``, ``counts`` by warning code, areas in km², ``sha256``.

    :raises InvalidInput: when anything at all cannot be read: a file is loaded whole or not.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as problem:
        raise InvalidInput(f"{problem.strerror}, want a file that can be read") from None
    counts: Counter[str] = Counter()
    kind = sniff(data)
    raws = read_geopackage(Path(path), options.get("layer")) if kind == "gpkg" else read_geojson(data, counts)
    rows, before, after, number = _rows(raws, options, counts)
    if not rows:
        raise InvalidInput("no polygon in it")
    settled, contested_km2 = settle(rows, counts)
    return {
        "kind": kind, "sha256": hashlib.sha256(data).hexdigest(), "features": number, "counts": dict(counts),
        "area_before_km2": before, "area_after_km2": after, "contested_km2": contested_km2,
        "rows": [_plain(row) for row in settled],
    }


def sniff(data: bytes) -> str:
    """``gpkg`` or ``geojson`` by the first bytes; the file's name is not asked.

    :raises InvalidInput: naming what it is instead.
    """
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"{":
        return "geojson"
    for magic, kind in _KINDS.items():
        if start.startswith(magic) and kind == "gpkg":
            return kind
        if start.startswith(magic):
            raise InvalidInput(f"{kind}, want GeoJSON or GeoPackage")
    raise InvalidInput("an empty file" if not data else "neither GeoJSON nor GeoPackage")


def _rows(
    raws: Iterator[Raw], options: Mapping[str, Any], counts: Counter[str]
) -> tuple[list[Row], float, float, int]:
    rows: list[Row] = []
    before = after = 0.0
    number = vertices = 0
    for raw in raws:
        number += 1
        if raw.geometry is None or raw.geometry.is_empty:
            counts["W-GEOM-NULL" if raw.geometry is None else "W-GEOM-EMPTY"] += 1
            continue
        check(raw)
        vertices += int(shapely.get_num_coordinates(raw.geometry))
        if vertices > MAX_VERTICES:
            raise InvalidInput(f"more than {MAX_VERTICES} positions")
        geometry, was, now = repair(raw.geometry, counts)
        before, after = before + was, after + now
        if geometry.is_empty:
            counts["W-GEOM-COLLAPSED"] += 1
            continue
        rows.append(dated(raw, geometry, options))
    _same_ground(before, after, float(options.get("max_area_change", 0.05)))
    return rows, before, after, number


def _same_ground(before: float, after: float, share: float) -> None:
    if abs(after - before) > share * max(before, after):
        raise InvalidInput(
            f"repair changes the area from {before:.1f} to {after:.1f} km², want a change of at most {share:.0%}"
        )


def _plain(row: Row) -> dict[str, object]:
    return {
        "controller": row.controller, "controller_b": row.controller_b, "status": row.status,
        "start": row.start.isoformat(), "end": row.end.isoformat(),
        "as_of": [day.isoformat() for day in row.as_of], "wkb": row.geometry.wkb_hex,
    }
