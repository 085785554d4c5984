"""Who held which ground when: a set of dated polygons, from Dateline, a store, files or a table of your own."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import pandas

from geo.errors import InvalidInput
from geo.frames.tables import CRS, Day, When, day_of, span_of, table
from geo.ground import index_of, theatre_of
from geo.interval import Interval, Validity
from geo.load import LoadOptions, load_files
from geo.model import Feature, LngLat
from geo.pipeline import Pipeline, pipeline_for
from geo.store import open_store
from geo.theatre import Theatre, theatre
from geo.zones import ZoneIndex

NEEDED = ("controller", "valid_from", "valid_to")


class Zones:
    """Dated zones, indexed by ground and day. ``index`` is the library's own, for those who need more."""

    def __init__(self, index: ZoneIndex, war: Theatre) -> None:
        self.index, self.theatre = index, war

    @classmethod
    def bundled(cls, named: str = "") -> Zones:
        """Those that come with Dateline, derived from town reports: coarse estimates, not surveyed front lines.

        :raises NotFound: when there is no such theatre.
        """
        war = theatre(named)
        return cls(pipeline_for(war).zones, war)

    @classmethod
    def open(cls, path: str | Path) -> Zones:
        """Those of a store, such as ``dateline init`` makes.

        :raises StoreError: when it is none.
        """
        with closing(open_store(str(path))) as store:
            return cls(index_of(store), theatre_of(store))

    @classmethod
    def read(cls, paths: Iterable[str | Path], named: str = "", **options: Any) -> Zones:
        """Front lines that somebody drew, from files: GeoJSON, GeoPackage, Shapefile, FlatGeobuf, GeoParquet, KML.

        ``options`` are those of ``geo.load.LoadOptions``: ``source`` (its name), ``controller`` or
        ``controller_field``, one of ``date``, ``date_field``, ``date_from_name``, or ``from_field`` with ``to_field``.

        :raises InvalidInput: naming each file that is refused and why.
        """
        found = load_files([Path(path) for path in paths], LoadOptions(**options))
        return cls(ZoneIndex(found.features), theatre(named))

    @classmethod
    def of(cls, zones: geopandas.GeoDataFrame, source: str = "table", named: str = "") -> Zones:
        """A table of your own: polygons with ``controller``, ``valid_from`` and ``valid_to`` (days; the second is the
        first on which it is no longer so, missing is open), and any of ``controller_b``, ``status``, ``confidence``.

        :raises InvalidInput: naming the column that is missing, or a table without CRS.
        """
        for name in NEEDED:
            if name not in zones.columns:
                raise InvalidInput(f"zones: no column {name!r}, want {', '.join(NEEDED)} and a geometry")
        if zones.crs is None:
            raise InvalidInput("zones: no CRS, want set_crs")
        rows = zones.to_crs(CRS).to_dict("records")
        return cls(ZoneIndex([_feature(said, number, source) for number, said in enumerate(rows)]), theatre(named))

    def __len__(self) -> int:
        return len(self.index)

    @property
    def pipeline(self) -> Pipeline:
        """The reader of their theatre."""
        return pipeline_for(self.theatre)

    def table(self) -> geopandas.GeoDataFrame:
        """Every zone: the columns of collection ``zones``; polygons."""
        return table("zones", self.index.rows)

    def on(self, day: Day) -> geopandas.GeoDataFrame:
        """The zones that answer on a day."""
        return table("zones", self.index.on(day_of(day)))

    def history(self, lng: float, lat: float, when: When | None = None) -> geopandas.GeoDataFrame:
        """The zones over a point in degrees, by their first day."""
        span = Interval() if when is None else span_of(when)
        return table("zones", self.index.history(LngLat(lng, lat), span))


def _feature(said: dict[Any, Any], number: int, source: str) -> Feature:
    kept = {name: str(said[name]) for name in ("controller", "controller_b", "status", "confidence")
            if name in said and pandas.notna(said[name])}
    start, end = (None if pandas.isna(said[name]) else pandas.Timestamp(said[name]).date()
                  for name in ("valid_from", "valid_to"))
    key = hashlib.sha256(f"{source}\x1f{number}\x1f{said['geometry'].wkb_hex}".encode()).hexdigest()[:16]
    properties = {"status": "control", "method": "drawn", "source_id": source, "sources": [{"title": source}], **kept}
    return Feature(key, said["geometry"], properties, Validity.exactly(Interval(start, end)))
