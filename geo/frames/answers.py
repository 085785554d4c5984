"""Questions to zones: who held a point, a table of points; the fronts of a day; the ground that changed hands."""
from __future__ import annotations

from datetime import date
from typing import Any

import geopandas
import pandas
from shapely.geometry import Point

from geo.changes import Comparison
from geo.changes import changes as changes_between
from geo.control import control_at as control_of
from geo.errors import InvalidInput
from geo.features import control_properties
from geo.frames.gazetteer import Gazetteer
from geo.frames.tables import CRS, DTYPES, Day, When, day_of, framed, span_of, table
from geo.frames.zones import Zones
from geo.fronts import fronts as fronts_of
from geo.model import LngLat
from geo.schema import JOIN_FIELDS
from geo.table_join import ANSWER, TableJoin, TableOptions

CHANGES = {"source_id": "text", "before": "text", "after": "text", "km2": "real", "places": "json"}
NUMBERS = ("age_days", "precision_km", "front_km", "front_bearing", "place_lon", "place_lat")


def control_at(lng: float, lat: float, when: When, zones: Zones) -> geopandas.GeoDataFrame:
    """Who held a point in degrees on a day, or at the end of a span of days: one row, a point.

    The columns are those of the join (``controller``, ``status``, ``control_certainty``, ``front_km`` …, see the
    collection ``mentions``). Where no source makes a statement, ``basis`` is ``none`` and ``controller`` missing.

    >>> control_at(37.447, 36.614, "2016-04-11", Zones.bundled())["controller"].tolist()
    ['ISIL']

    :raises InvalidParameter: for a span without any end.
    """
    found = control_properties(control_of(LngLat(lng, lat), span_of(when), zones.index))
    return framed([found], {each.name: each.kind for each in JOIN_FIELDS}, [Point(lng, lat)])


def join(points: geopandas.GeoDataFrame, zones: Zones, date: str = "date", near_km: float = 0.0) -> \
        geopandas.GeoDataFrame:
    """``points`` (or lines, or areas, in any CRS) with who held each on the day in its column ``date``.

    Gives the same rows in the same order, index and CRS, with the columns of ``geo.table_join.ANSWER`` behind theirs:
    texts, but for ages, distances, bearings and degrees, which are reals. ``near_km`` is how far the truth may lie
    from a point. ``reason`` says why a row has no answer.

    :raises InvalidInput: for a table without CRS or without that column.
    :raises InvalidParameter: when a column of the answer is there already.
    """
    if points.crs is None or date not in points.columns:
        lacks = "CRS" if points.crs is None else f"column {date!r}"
        raise InvalidInput(f"points: no {lacks}, want a GeoDataFrame with a CRS and a column of days")
    pipeline = zones.pipeline
    options = TableOptions(date_field=date, near_km=near_km, fronts=True)
    join_ = TableJoin(zones.index, pipeline.gazetteer, pipeline.shapes, options)
    rows = [_asked(day, ground) for day, ground in zip(points[date], points.geometry.to_crs(CRS), strict=True)]
    answers = join_.join([{**row, date: row["day"]} for row in rows])
    told = {name: pandas.Series([each.get(name) for each in answers], points.index,
                                dtype=DTYPES["real" if name in NUMBERS else "text"]) for name in ANSWER}
    return points.assign(**told)


def _asked(day: Any, ground: Any) -> dict[str, object]:
    text = "" if pandas.isna(day) else str(day)[:10]
    if isinstance(ground, Point) and not ground.is_empty:
        return {"day": text, "lon": ground.x, "lat": ground.y}
    return {"day": text, "geometry": ground}


def fronts(zones: Zones, day: Day) -> geopandas.GeoDataFrame:
    """The lines between the sides on a day: the columns of collection ``fronts``; lines.

    >>> set(fronts(Zones.bundled(), "2016-04-11")["side_a"]) <= {"GOV_SY", "GOV_IQ", "HTS", "ISIL", "KRG", "REBELS"}
    True
    """
    return table("fronts", fronts_of(zones.index.on(day_of(day))))


def changes(zones: Zones, before: Day, after: Day, places: Gazetteer | None = None) -> geopandas.GeoDataFrame:
    """The ground that changed hands between two days, most first: polygons.

    ``before`` and ``after`` are controllers (missing: nobody is stated), ``km2`` square kilometres on the ellipsoid,
    ``places`` the names of the places of the gazetteer in that ground (an empty list without one).
    ``attrs["warnings"]`` says what makes the comparison doubtful.
    """
    first, last = day_of(before), day_of(after)
    wanted = Comparison(places=() if places is None else tuple(places.places))
    found = changes_between(zones.index, _checked(first, last), last, wanted)
    rows: list[dict[str, object]] = [
        {"source_id": each.source_id, "before": each.before, "after": each.after, "km2": each.km2,
         "places": [place.name for place in each.places]} for each in found.moved]
    moved = framed(rows, CHANGES, [each.geometry for each in found.moved])
    moved.attrs["warnings"] = list(found.warnings)
    return moved


def _checked(first: date, last: date) -> date:
    """:raises InvalidInput: when the last day is before the first."""
    if last < first:
        raise InvalidInput(f"after: {last}, want a day from {first} on")
    return first
