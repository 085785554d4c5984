"""FlatGeobuf and zipped Shapefile, written by the GDAL inside pyogrio from a spool on disk."""
from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import InvalidParameter
from geo.formats.arrow import CRS, GEOMETRY, Spool
from geo.formats.flat import columns
from geo.formats.imprint import Imprint, about, readme
from geo.formats.short_names import FAMILIES, family_of, short_names, words
from geo.formats.temporary import streamed
from geo.model import Feature
from geo.schema import Collection

if TYPE_CHECKING:
    import pyarrow

GEOMETRY_TYPES = {
    "POINT": "Point", "MULTIPOINT": "MultiPoint", "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon", "GEOMETRY": "Unknown",
}
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive, so that the same rows are the same bytes."""
NEARLY_FULL = 2_000_000_000
"""Bytes of a part of a Shapefile at which GDAL's refusal means that no more goes in."""

Rows = tuple["pyarrow.Schema", Iterator["pyarrow.RecordBatch"]]
"""Batches, made when they are asked for, and the columns that they have."""


@dataclass(frozen=True)
class Layer:
    """How GDAL writes a layer."""

    driver: str
    geometry_type: str
    options: Mapping[str, str]


def write_layer(path: Path, rows: Rows, layer: Layer, **dataset: str) -> None:
    """A new file of one layer, named as the file; ``dataset`` are options of the file as a whole.

    GDAL hides what went wrong while the rows were made: here that is raised.
    """
    import pyarrow as arrow  # noqa: PLC0415  heavy, and only these formats need it
    import pyogrio.raw  # noqa: PLC0415

    failed: list[BaseException] = []

    def all_of_them() -> Iterator[pyarrow.RecordBatch]:
        try:
            yield from rows[1]
        except BaseException as error:
            failed.append(error)
            raise

    try:
        pyogrio.raw.write_arrow(
            arrow.RecordBatchReader.from_batches(rows[0], all_of_them()), path, layer=path.stem, driver=layer.driver,
            geometry_name=GEOMETRY, geometry_type=layer.geometry_type, crs=CRS, layer_options=dict(layer.options),
            dataset_options=dataset or None)
    except Exception:  # a row's own fault comes back from Arrow and GDAL as theirs, whatever it was
        if failed:
            raise failed[0] from None
        raise


def write_flatgeobuf(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """With its index where every row has a place: the format can have none of rows without."""
    def fill(path: Path) -> None:
        spool = Spool(path.with_suffix(".arrow"), collection, features)
        index = "NO" if spool.seen.empty or not spool.seen.rows else "YES"
        options = {"SPATIAL_INDEX": index, "TITLE": collection.title, "DESCRIPTION": about(collection, imprint),
                   "TEMPORARY_DIR": str(path.parent)}
        with spool.open() as rows:
            write_layer(path, (rows.schema, rows), Layer("FlatGeobuf", GEOMETRY_TYPES[collection.geometry], options))

    return streamed(f"{collection.name}.fgb", fill)


def write_shapefile(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """A zip with one Shapefile for each kind of geometry that there is, and a README that says what each of the short
    names means. Texts end after 254 bytes, which is all that the format holds.

    :raises InvalidParameter: for more rows than a Shapefile's table can hold.
    """
    def fill(path: Path) -> None:
        spool = Spool(path.with_suffix(".arrow"), collection, features)
        names = short_names(collection)
        fields = {field.name: field for field in columns(collection)}
        text = readme(collection, imprint, [(short, fields[name]) for name, short in names.items()])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            _put(archive, "README.txt", text.encode())
            present = {family_of(kind) for kind in spool.seen.kinds} or {FAMILIES[0]}
            for number, family in enumerate(each for each in FAMILIES if each in present):
                name = collection.name if len(present) == 1 else f"{collection.name}_{family.lower()}s"
                _shapes(path.parent / f"{name}.shp", spool, family, names, takes_empty=number == 0)
                for part in sorted(path.parent.glob(f"{name}.*")):
                    if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                        _put(archive, part.name, part)
                        part.unlink()

    return streamed(f"{collection.name}.zip", fill)


def _shapes(path: Path, spool: Spool, family: str, names: Mapping[str, str], *, takes_empty: bool) -> None:
    import pyogrio.errors  # noqa: PLC0415

    types = {"Point": "MultiPoint" if "MultiPoint" in spool.seen.kinds else "Point", "Line": "LineString",
             "Polygon": "Polygon"}
    options = {"ENCODING": "UTF-8", "RESIZE": "YES", "2GB_LIMIT": "YES"}
    with spool.open() as stream:
        shape = _renamed(stream.schema, names)
        made = (_of_family(each, family, shape, names, takes_empty) for each in stream)
        try:
            write_layer(path, (shape, made), Layer("ESRI Shapefile", types[family], options))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
            if max(part.stat().st_size for part in path.parent.glob(f"{path.stem}.*")) < NEARLY_FULL:
                raise
            raise InvalidParameter("format: 'shp.zip' ends at 2 GB, want fewer rows or another format") from error


def _renamed(told: pyarrow.Schema, names: Mapping[str, str]) -> pyarrow.Schema:
    import pyarrow as arrow  # noqa: PLC0415

    kinds = {arrow.bool_(): arrow.int32()}
    listed = [arrow.field(short, kinds.get(told.field(name).type, told.field(name).type))
              for name, short in names.items()]
    return arrow.schema([*listed, told.field(GEOMETRY)])


def _of_family(
    rows: pyarrow.RecordBatch, family: str, shape: pyarrow.Schema, names: Mapping[str, str], takes_empty: bool
) -> pyarrow.RecordBatch:
    import pyarrow as arrow  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    geometries = shapely.from_wkb(rows.column(GEOMETRY).to_numpy(zero_copy_only=False))
    kept = [takes_empty if each is None else family_of(each.geom_type) == family for each in geometries]
    rows = rows.filter(arrow.array(kept, arrow.bool_()))
    listed: list[Any] = [_column(rows, name, shape.field(short).type) for name, short in names.items()]
    return arrow.record_batch([*listed, rows.column(GEOMETRY)], schema=shape)


def _column(rows: pyarrow.RecordBatch, name: str, kind: Any) -> Any:
    import pyarrow as arrow  # noqa: PLC0415

    column = rows.column(name)
    if kind == arrow.string():
        return arrow.array([None if text is None else words(name, text) for text in column.to_pylist()], kind)
    return column.cast(kind)


def _put(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w", force_zip64=True) as out:
        if isinstance(content, bytes):
            out.write(content)
            return
        with content.open("rb") as file:
            while piece := file.read(1 << 20):
                out.write(piece)
