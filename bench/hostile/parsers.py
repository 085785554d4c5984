"""Every parser of ours that reads what strangers write, as a function of bytes: a value, or one clear error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from geo.articles import decode, read_line, read_text
from geo.dates import find_times
from geo.door.geojson import read_geojson
from geo.door.kml import read_kml
from geo.door.raw import Given, Raw, from_wkb
from geo.door.repair import check, repair
from geo.edtf import parse_edtf
from geo.errors import DatelineError
from geo.interval import Interval, parse_datetime, parse_day
from geo.model import When
from geo.schema import ZONES
from server import params
from server.ogc import cql2, crs

PUBLISHED = When(Interval.of_day(date(2016, 4, 11)), "2016-04-11", "day", "stated")
Parser = Callable[[bytes], object]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _geojson(data: bytes) -> None:
    _ground(read_geojson(Given(Path("x"), data), Counter()))


def _kml(data: bytes) -> None:
    _ground(read_kml(Given(Path("x"), data), Counter()))


def _wkb(data: bytes) -> None:
    _ground([Raw(0, from_wkb(0, data, Counter()), {})])


def _ground(raws: object) -> None:
    for raw in raws:  # type: ignore[attr-defined]
        if raw.geometry is not None and not raw.geometry.is_empty:
            check(raw)
            repair(raw, Counter())


def _cql(data: bytes) -> None:
    cql2.parse(_text(data), "cql2-text", ZONES, crs.CRS84)


PARSERS: Mapping[str, Parser] = {
    "day": lambda data: parse_day(_text(data)),
    "datetime": lambda data: parse_datetime(_text(data)),
    "edtf": lambda data: parse_edtf(_text(data)),
    "dates": lambda data: find_times(_text(data), PUBLISHED),
    "article": lambda data: read_text(decode(data, "x"), "x"),
    "line": lambda data: read_line(data, "x"),
    "bbox": lambda data: params.parse_bbox(_text(data)),
    "cql2": _cql,
    "geojson": _geojson,
    "kml": _kml,
    "wkb": _wkb,
}
SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "day": (b"2016-04-11",),
    "datetime": (b"2016-04-08T12:00:00Z/..", b"../2016-04-11"),
    "edtf": (b"2015-12-2X", b"2014-07~/2015-21", b"201X?"),
    "bbox": (b"36,-48.5,37e0,49",),
    "dates": (
        b"since Monday, 11 April 2016, and two weeks earlier",
        b"on 3-5 May, in the spring of 2014, last Friday night",
    ),
    "article": (b"Title: Rebels leave\nDate: 2016-04-11\n\nRaqqa fell on Monday.",),
    "line": (b'{"text": "Raqqa fell.", "date": "2016-04-11", "title": "x"}',),
    "cql2": (
        b"controller = 'x' AND (status LIKE 'c%' OR NOT valid_from > DATE('2016-04-11'))",
        b"S_INTERSECTS(geometry, BBOX(36, 48, 37, 49)) AND controller IN ('a', 'b')",
    ),
    "geojson": (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon",'
        b'"coordinates":[[[36,48],[37,48],[37,49],[36,48]]]}}]}',
    ),
    "kml": (
        b'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>'
        b"36,48 37,48 37,49 36,48</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>",
    ),
    "wkb": (
        bytes.fromhex(
            "0106000000010000000103000000010000000400000000000000000042400000000000004840000000000080424000000000"
            "00004840000000000080424000000000008048400000000000004240"
            "0000000000004840"
        ),
    ),
}


def tried(name: str, data: bytes) -> None:
    """Let one parser read this.

    :raises Exception: of any kind but our own: what nobody thought of.
    """
    with suppress(DatelineError):
        PARSERS[name](data)
