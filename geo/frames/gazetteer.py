"""Names to candidate places, as a table."""
from __future__ import annotations

from pathlib import Path

import geopandas
from shapely.geometry import Point

from geo.features import place_features
from geo.frames.tables import framed, table
from geo.gazetteer import Gazetteer as Places
from geo.theatre import theatre

FOUND = {
    "id": "text", "name": "text", "matched": "text", "how": "text", "quality": "real", "country": "text",
    "feature_code": "text", "admin1": "text", "population": "integer", "precision_km": "real", "tier": "text",
}


class Gazetteer:
    """The places of a theatre: a bundled one by name, or a folder; ``""`` is Syria and Iraq.

    >>> Gazetteer().find("Raqqah").iloc[0][["name", "country"]].tolist()
    ['Raqqa', 'SY']
    """

    def __init__(self, named: str = "") -> None:
        """:raises NotFound: when there is no such theatre."""
        self.places = Places.load(theatre(named).gazetteer)

    @classmethod
    def read(cls, path: str | Path) -> Gazetteer:
        """The places of a Linked Places GeoJSON file.

        :raises InvalidInput: naming the file and what is wrong with it.
        """
        made = cls.__new__(cls)
        made.places = Places.load(Path(path))
        return made

    def __len__(self) -> int:
        """How many curated places there are."""
        return len(self.places)

    def table(self) -> geopandas.GeoDataFrame:
        """Every curated place: the columns of collection ``places``."""
        return table("places", place_features(self.places))

    def find(self, name: str) -> geopandas.GeoDataFrame:
        """The places that answer to ``name``, best first; empty when there is none.

        ``matched`` is the entry's own spelling, ``how`` says by which key it was found, ``quality`` is 1 for the same
        letters and less for the same sounds. Points.
        """
        found = sorted(self.places.candidates(name), key=lambda each: (-each.quality, -each.place.importance))
        rows: list[dict[str, object]] = [
            {"id": each.place.id, "name": each.place.name, "matched": each.name.toponym, "how": each.how,
             "quality": each.quality, "country": each.place.country, "feature_code": each.place.feature_code,
             "admin1": each.place.admin1, "population": each.place.population,
             "precision_km": each.place.precision_km, "tier": each.place.tier}
            for each in found
        ]
        return framed(rows, FOUND, [Point(each.place.point) for each in found])
