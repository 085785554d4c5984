"""A still map of a day: who held the ground, with points of a table on it; shown by notebooks, saved as PNG."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pandas
from shapely.geometry import box

from geo.actors import Actors
from geo.errors import InvalidInput
from geo.features import place_features
from geo.frames.tables import CRS, Day, day_of
from geo.frames.zones import Zones
from geo.fronts import fronts
from geo.interval import Interval
from geo.model import BBox, Feature, LngLat
from geo.stills import Size, Still, draw, frame_of
from geo.stills.marks import Mark
from geo.style import Styles, style_of, styles

AROUND = 0.3
"""Degrees around points when no frame is given."""


@dataclass(frozen=True)
class Picture:
    """A PNG. The last value of a notebook's cell is shown as it is."""

    png: bytes

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str | Path) -> None:
        """Write the file."""
        Path(path).write_bytes(self.png)


def picture(
    zones: Zones, day: Day, title: str = "", points: geopandas.GeoDataFrame | None = None,
    frame: tuple[float, float, float, float] | None = None,
) -> Picture:
    """The map of ``zones`` on a day with its fronts, its key and, where they are named, towns for orientation.

    ``points`` are marks, in the colour of the side in their column ``controller`` or ``actor``, named by ``name``;
    those with ``type`` are events. Those whose ``valid_from`` and ``valid_to`` leave the day out are pale. ``frame`` is
    west, south, east and north in degrees; without it, all points, or all zones of the day.

    :raises InvalidInput: when there is neither a frame nor anything to see.
    """
    shown, size = day_of(day), Size()
    rows = zones.index.on(shown)
    bounds = BBox(*frame) if frame else _bounds(points, rows)
    looks = styles(Actors.load(zones.theatre.actors).rows)
    seen = box(*frame_of(bounds, size).bounds)
    towns = [each for each in place_features(zones.pipeline.gazetteer) if each.geometry and each.geometry.within(seen)]
    marks = [] if points is None else list(_marks(points, shown, looks))
    return Picture(draw(Still(title or f"{shown}", shown, bounds, rows, fronts(rows), marks, towns, "", looks), size))


def _bounds(points: geopandas.GeoDataFrame | None, rows: list[Feature]) -> BBox:
    if points is not None and not points.empty:
        west, south, east, north = points.to_crs(CRS).total_bounds.tolist()
        return BBox(west - AROUND, south - AROUND, east + AROUND, north + AROUND)
    grounds = [row.geometry for row in rows if row.geometry is not None]
    if not grounds:
        raise InvalidInput("frame: none, and no zone answers on that day, want west, south, east, north")
    return BBox(*geopandas.GeoSeries(grounds).total_bounds.tolist())


def _marks(points: geopandas.GeoDataFrame, day: date, looks: Styles) -> Iterator[Mark]:
    for row in points.to_crs(CRS).to_dict("records"):
        at = row["geometry"].representative_point()
        side = next((row[name] for name in ("controller", "actor") if pandas.notna(row.get(name))), None)
        days = Interval(_day(row.get("valid_from")), _day(row.get("valid_to")))
        name, colour = str(row.get("name") or ""), style_of(side, looks).colour
        yield Mark(LngLat(at.x, at.y), name, "type" in row, colour, day in days)


def _day(value: Any) -> date | None:
    return None if value is None or pandas.isna(value) else pandas.Timestamp(value).date()
