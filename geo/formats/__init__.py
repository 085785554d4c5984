"""Features as files: one module a format, found here by the ending of its name."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from geo.formats import gdal, geojson, geojsonseq, geopackage, geoparquet, kml, spreadsheet
from geo.formats.imprint import Imprint
from geo.model import Feature
from geo.schema import Collection

Writer = Callable[[Collection, Iterable[Feature], Imprint], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """A way to write features. ``is_packed``: packing it once more gains nothing."""

    title: str
    mimetype: str
    writer: Writer
    is_packed: bool = False

    def write(
        self, collection: Collection, features: Iterable[Feature], imprint: Imprint | None = None
    ) -> Iterator[bytes]:
        """The bytes piece by piece, in constant memory. What cannot be made front to back is made in a temporary
        folder when the first piece is asked for, and removed with the last, or when the iterator is closed."""
        return self.writer(collection, features, imprint or Imprint())


FORMATS: Mapping[str, Format] = {
    "geojson": Format("GeoJSON", "application/geo+json", geojson.write),
    "geojsonseq": Format("GeoJSON sequence", "application/geo+json-seq", geojsonseq.write),
    "gpkg": Format("GeoPackage, styled for QGIS", "application/geopackage+sqlite3", geopackage.write),
    "fgb": Format("FlatGeobuf", "application/vnd.flatgeobuf", gdal.write_flatgeobuf),
    "parquet": Format("GeoParquet", "application/vnd.apache.parquet", geoparquet.write, is_packed=True),
    "shp.zip": Format("Shapefile, zipped", "application/zip", gdal.write_shapefile, is_packed=True),
    "kml": Format("KML, for Google Earth", "application/vnd.google-earth.kml+xml", kml.write),
    "csv": Format("CSV, for spreadsheets", "text/csv", spreadsheet.write),
}


def public(collection: Collection, features: Iterable[Feature]) -> Iterator[Feature]:
    """The features without what must not leave the store: an article's text, unless it is publishable."""
    return (
        feature if feature.properties.get("publishable") is True else _without(feature, collection.private)
        for feature in features
    )


def _without(feature: Feature, private: frozenset[str]) -> Feature:
    if not private & feature.properties.keys():
        return feature
    kept = {name: value for name, value in feature.properties.items() if name not in private}
    return replace(feature, properties=kept)
