"""Rows of the library as tables of pandas, and days as people write them."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import geopandas
import pandas

from geo.errors import InvalidParameter
from geo.formats.flat import columns, row
from geo.interval import Interval, parse_datetime
from geo.model import Feature
from geo.schema import COLLECTIONS

CRS = "EPSG:4326"
DTYPES = {
    "text": "str", "integer": "Int64", "real": "float64", "date": "datetime64[s]", "boolean": "boolean",
    "json": "object",
}
"""Kind of a field (``geo.schema.KINDS``) → dtype of its column."""

Day = date | str
When = date | str | Interval
"""A day, or an OGC span of days such as ``"2016-04-08/2016-04-11"``, both ends counted in."""


def table(collection: str, features: Iterable[Feature]) -> geopandas.GeoDataFrame:
    """One row a feature: the columns of the collection as its downloads have them, then ``geometry``."""
    rows = list(features)
    fields = columns(COLLECTIONS[collection])
    said = [row(feature) for feature in rows]
    return framed(said, {field.name: field.kind for field in fields}, [feature.geometry for feature in rows])


def framed(rows: Sequence[Mapping[str, object]], kinds: Mapping[str, str], geometry: Sequence[object]) -> \
        geopandas.GeoDataFrame:
    """Rows of values with the columns of ``kinds``, name → kind."""
    series = {
        name: pandas.Series([each.get(name) for each in rows], dtype=DTYPES[kind]) for name, kind in kinds.items()}
    return geopandas.GeoDataFrame(series, geometry=list(geometry), crs=CRS)


def span_of(when: When) -> Interval:
    """
    >>> str(span_of("2016-04-08/2016-04-11")), str(span_of(date(2016, 4, 9)))
    ('2016-04-08/2016-04-11', '2016-04-09')

    :raises InvalidParameter: for what is neither a day nor a span.
    """
    if isinstance(when, Interval):
        return when
    return Interval.of_day(when.date() if isinstance(when, datetime) else when) if isinstance(when, date) else \
        parse_datetime(when)


def day_of(when: Day) -> date:
    """:raises InvalidParameter: for a span."""
    span = span_of(when)
    if span.days != 1 or span.start is None:
        raise InvalidParameter(f"day: {when!r}, want one day")
    return span.start
