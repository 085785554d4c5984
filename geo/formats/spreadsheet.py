"""CSV for spreadsheets and scripts: UTF-8 with its mark, geometry as WKT, no cell that a program would run."""
from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import shapely

from geo.formats.flat import batches, columns, values
from geo.formats.imprint import Imprint
from geo.model import Feature
from geo.schema import Collection, Field

GEOMETRY = "WKT"
"""The name by which GDAL and QGIS know a column of geometries."""
POINT = ("lng", "lat")
MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
RUN = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by spreadsheets (OWASP, CSV Injection)."""
DECIMALS = 7


def write(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """A head, then a row a feature; ``lng`` and ``lat`` are a point that lies in the geometry."""
    fields = columns(collection)
    own = {field.name for field in fields}
    points = [name for name in POINT if name not in own]
    yield MARK.encode() + _lines([[GEOMETRY, *points, *(field.name for field in fields)]])
    for batch in batches(features):
        yield _lines(_rows(fields, batch, is_pointed=bool(points)))


def safe(text: str) -> str:
    """``text`` with an apostrophe before what a spreadsheet would take for a formula.

    >>> safe("=HYPERLINK(1)"), safe("- said so"), safe("a-b")
    ("'=HYPERLINK(1)", "'- said so", 'a-b')
    """
    return f"'{text}" if text.startswith(RUN) else text


def _rows(fields: Sequence[Field], batch: Sequence[Feature], *, is_pointed: bool) -> Iterator[list[object]]:
    geometries = shapely.force_2d(np.array([feature.geometry for feature in batch], dtype=object))
    geometries[shapely.is_empty(geometries)] = None
    texts = shapely.to_wkt(geometries, rounding_precision=DECIMALS)
    points = shapely.point_on_surface(geometries)
    places = zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), strict=True)
    for feature, text, place in zip(batch, texts, places, strict=True):
        told = [None if math.isnan(degrees) else round(degrees, DECIMALS) for degrees in place]
        yield [text, *(told if is_pointed else ()), *(_cell(value) for value in values(fields, feature))]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe(value.replace("\0", "")) if isinstance(value, str) else value


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
