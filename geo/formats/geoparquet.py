"""GeoParquet 1.1 (OGC 24-013): WKB, a bbox column as covering, row groups that a reader can pass over."""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.formats.arrow import GEOMETRY, Seen, record_batch, schema
from geo.formats.flat import columns
from geo.formats.imprint import Imprint, about
from geo.formats.temporary import streamed
from geo.model import Feature
from geo.schema import Collection

if TYPE_CHECKING:
    import pyarrow

VERSION = "1.1.0"
BBOX = "bbox"
CORNERS = ("xmin", "ymin", "xmax", "ymax")
GROUP = 10_000
"""Rows of a group: what is held in memory at once, and what a reader passes over at once."""


def write(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """See the module; whose work it is stands in the file's metadata under ``dateline``.

    Of features that are a sequence the metadata are known beforehand and stand in the schema, too, where those look who
    read a folder of files as one.
    """
    def fill(path: Path) -> None:
        import pyarrow.parquet  # noqa: PLC0415  heavy, and only this format needs it

        fields, seen = columns(collection), Seen()
        plain = schema(fields)
        whole = plain.append(pyarrow.field(BBOX, _corners()))
        told = whole
        if isinstance(features, Sequence):
            told = whole.with_metadata(_described(collection, features, imprint))
        with pyarrow.parquet.ParquetWriter(path, told, compression="zstd") as file:
            made = (_with_boxes(record_batch(fields, each, plain), each, whole) for each in seen.watch(features))
            for group in _groups(made):
                file.write_table(pyarrow.Table.from_batches(group).cast(told), row_group_size=GROUP)
            if told is whole:
                file.add_key_value_metadata({
                    "geo": json.dumps(_metadata(collection, seen)), "dateline": about(collection, imprint)})

    return streamed(f"{collection.name}.parquet", fill)


def _groups(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[list[pyarrow.RecordBatch]]:
    group: list[pyarrow.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(each.num_rows for each in group) >= GROUP:
            yield group
            group = []
    if group:
        yield group


def _corners() -> Any:
    import pyarrow as arrow  # noqa: PLC0415

    return arrow.struct([(corner, arrow.float64()) for corner in CORNERS])


def _with_boxes(rows: pyarrow.RecordBatch, batch: Sequence[Feature], whole: pyarrow.Schema) -> pyarrow.RecordBatch:
    import pyarrow as arrow  # noqa: PLC0415

    boxes = shapely.bounds(np.array([feature.geometry for feature in batch], dtype=object))
    none = np.isnan(boxes).any(axis=1)
    listed = [arrow.array(column, arrow.float64()) for column in boxes.T]
    boxed = arrow.StructArray.from_arrays(listed, fields=list(_corners()), mask=arrow.array(none))
    return arrow.record_batch([*rows.columns, boxed], schema=whole)


def _described(collection: Collection, features: Sequence[Feature], imprint: Imprint) -> dict[str, str]:
    seen = Seen()
    for _ in seen.watch(features):
        pass
    return {"geo": json.dumps(_metadata(collection, seen)), "dateline": about(collection, imprint)}


def _metadata(collection: Collection, seen: Seen) -> dict[str, object]:
    """Without ``crs`` it is longitude and latitude in WGS 84, by the standard."""
    column: dict[str, object] = {
        "encoding": "WKB", "geometry_types": sorted(seen.kinds), "orientation": "counterclockwise",
        "covering": {"bbox": {corner: [BBOX, corner] for corner in CORNERS}},
    }
    if seen.kinds:
        column["bbox"] = list(seen.bounds)
    return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
