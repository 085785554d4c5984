"""What the child does with one file: sniff, read, check, repair, date, settle."""
from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon

from geo.door import geoparquet, ogr
from geo.door.archive import kind_in
from geo.door.geojson import read_geojson
from geo.door.geopackage import read_geopackage
from geo.door.kml import read_kml, read_kmz
from geo.door.limits import MAX_VERTICES
from geo.door.raw import Given, Raw
from geo.door.repair import check, repair
from geo.door.settle import DEFINITE, Row, dated, settle
from geo.errors import InvalidInput

READERS: Mapping[str, Callable[[Given, Counter[str]], Iterator[Raw]]] = {
    "geojson": read_geojson, "gpkg": read_geopackage, "shapefile": ogr.read_shapefile,
    "flatgeobuf": ogr.read_flatgeobuf, "geoparquet": geoparquet.read_geoparquet, "kml": read_kml, "kmz": read_kmz,
}
WANTED = "GeoJSON, GeoPackage, zipped Shapefile, FlatGeobuf, GeoParquet, KML or KMZ"

_STARTS = {
    b"SQLite format 3\x00": "gpkg", b"PK\x03\x04": "zip", b"fgb\x03fgb": "flatgeobuf", b"PAR1": "geoparquet",
    b"<": "kml", b"\xff\xfe<\x00": "kml", b"\xfe\xff\x00<": "kml",
}
_OTHERS = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"\x00\x00\x27\x0a": "Shapefile without its zip",
    b"\x1f\x8b": "gzip", b"fgb": "FlatGeobuf of another version",
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
    raws = READERS[kind](Given(Path(path), data, options.get("layer")), counts)
    rows, before, after, number = _rows(raws, options, counts)
    if not rows:
        raise InvalidInput("no polygon in it")
    found, contested_km2 = settle(rows, counts)
    return {
        "kind": kind, "sha256": hashlib.sha256(data).hexdigest(), "features": number, "counts": dict(counts),
        "area_before_km2": before, "area_after_km2": after, "contested_km2": contested_km2,
        "rows": [_plain(row) for row in found],
    }


def settled(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows of several files, as ``work`` gives them, settled together: ``rows``, ``counts`` and ``contested_km2``."""
    counts: Counter[str] = Counter()
    found, contested_km2 = settle([each for row in rows for each in _as_held(row)], counts)
    return {"rows": [_plain(row) for row in found], "counts": dict(counts), "contested_km2": contested_km2}


def get_ready(path: str) -> None:
    """Import what a file of this kind needs: a child that is forked afterwards has it at once."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(8)
    except OSError:
        return
    if start.startswith((b"fgb", b"PK")):
        ogr.library()
    elif start.startswith(b"PAR1"):
        geoparquet.library()


def sniff(data: bytes) -> str:
    """One of ``READERS`` by the first bytes, and by what a zip holds; the file's name is not asked.

    :raises InvalidInput: naming what it is instead.
    """
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"{":
        return "geojson"
    kind = next((kind for magic, kind in _STARTS.items() if start.startswith(magic)), None)
    if kind is not None:
        return kind_in(data) if kind == "zip" else kind
    other = next((kind for magic, kind in _OTHERS.items() if start.startswith(magic)), None)
    if other is not None:
        raise InvalidInput(f"{other}, want {WANTED}")
    raise InvalidInput(f"an empty file, want {WANTED}" if not data else f"of no known kind, want {WANTED}")


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
        _inside(raw, options.get("frame"))
        vertices += int(shapely.get_num_coordinates(raw.geometry))
        if vertices > MAX_VERTICES:
            raise InvalidInput(f"more than {MAX_VERTICES} positions")
        geometry, was, now = repair(raw, counts)
        before, after = before + was, after + now
        if geometry.is_empty:
            counts["W-GEOM-COLLAPSED"] += 1
            continue
        rows.append(dated(raw, geometry, options, counts))
    _same_ground(before, after, float(options.get("max_area_change", 0.05)))
    return rows, before, after, number


def _inside(raw: Raw, frame: Sequence[float] | None) -> None:
    """Refuse ground beyond the frame: a polygon that strays to another part of the world is a broken one."""
    if frame is None or raw.geometry is None:
        return
    west, south, east, north = frame
    parts = shapely.bounds(list(raw.geometry.geoms))
    out = parts[(parts[:, 0] < west) | (parts[:, 1] < south) | (parts[:, 2] > east) | (parts[:, 3] > north)]
    if len(out):
        box = ", ".join(f"{edge:g}" for edge in out[0])
        raise InvalidInput(
            f"feature {raw.number}: {len(out)} of its {len(parts)} polygons outside of the frame, the first in {box}; "
            f"want all ground inside of {', '.join(f'{edge:g}' for edge in frame)}"
        )


def _same_ground(before: float, after: float, share: float) -> None:
    if abs(after - before) > share * max(before, after):
        raise InvalidInput(
            f"repair changes the area from {before:.1f} to {after:.1f} km², want a change of at most {share:.0%}"
        )


def _plain(row: Row) -> dict[str, object]:
    return {
        "controller": row.controller, "controller_b": row.controller_b, "status": row.status,
        "when": [day.isoformat() for day in row.when], "wkb": row.geometry.wkb_hex,
    }


def _as_held(row: Mapping[str, Any]) -> list[Row]:
    """The row as its file had it: what two sides of one file contest is held by each of them."""
    ground = shapely.from_wkb(row["wkb"])
    assert isinstance(ground, MultiPolygon)
    when = tuple(date.fromisoformat(day) for day in row["when"])
    if row["controller_b"] is None:
        return [Row(row["controller"], row["status"], when, ground)]
    return [Row(side, DEFINITE, when, ground) for side in (row["controller"], row["controller_b"])]
