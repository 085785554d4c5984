"""Features as Arrow record batches, and a way to hand them to GDAL or to a spool on disk a batch at a time."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.formats.flat import batches, columns, values
from geo.model import Feature
from geo.schema import Collection, Field

if TYPE_CHECKING:
    import pyarrow

GEOMETRY = "geom"
CRS = "EPSG:4326"
EMPTY = (np.inf, np.inf, -np.inf, -np.inf)


class Seen:
    """What passed by: how many rows, what they cover, of which kinds they are, when the last became known."""

    def __init__(self) -> None:
        self.rows = 0
        self.empty = 0
        self.kinds: set[str] = set()
        self.known: date | None = None
        self.bounds = EMPTY

    def watch(self, features: Iterable[Feature]) -> Iterator[list[Feature]]:
        """The same features, in batches."""
        for batch in batches(features):
            self._note(batch)
            yield batch

    def _note(self, batch: Sequence[Feature]) -> None:
        found = [each.geometry for each in batch if each.geometry is not None and not each.geometry.is_empty]
        self.rows += len(batch)
        self.empty += len(batch) - len(found)
        self.kinds.update(each.geom_type for each in found)
        known = [each.known.start for each in batch if each.known.start]
        self.known = max([*known, self.known] if self.known else known, default=None)
        if found:
            west, south, east, north = self.bounds
            box = shapely.total_bounds(np.array(found, dtype=object)).tolist()
            self.bounds = min(west, box[0]), min(south, box[1]), max(east, box[2]), max(north, box[3])


def schema(fields: Sequence[Field]) -> pyarrow.Schema:
    """One column a field, then the geometry as WKB."""
    import pyarrow as arrow  # noqa: PLC0415  heavy, and only these formats need it

    kinds = {
        "text": arrow.string(), "json": arrow.string(), "integer": arrow.int64(), "real": arrow.float64(),
        "date": arrow.date32(), "boolean": arrow.bool_(),
    }
    listed = [arrow.field(field.name, kinds[field.kind]) for field in fields]
    return arrow.schema([*listed, arrow.field(GEOMETRY, arrow.binary())])


def record_batch(fields: Sequence[Field], batch: Sequence[Feature], shape: pyarrow.Schema) -> pyarrow.RecordBatch:
    import pyarrow as arrow  # noqa: PLC0415

    rows = [values(fields, feature) for feature in batch]
    listed = [arrow.array(column, kind.type) for column, kind in zip(zip(*rows, strict=True), shape, strict=False)]
    return arrow.record_batch([*listed, arrow.array(wkb(batch), arrow.binary())], schema=shape)


def wkb(batch: Sequence[Feature]) -> NDArray[Any]:
    """Two-dimensional, in the winding of RFC 7946; ``None`` where there is none."""
    geometries = shapely.force_2d(np.array([feature.geometry for feature in batch], dtype=object))
    geometries[shapely.is_empty(geometries)] = None
    found: NDArray[Any] = shapely.to_wkb(shapely.orient_polygons(geometries), flavor="iso")
    return found


def stream(
    collection: Collection, features: Iterable[Feature], seen: Seen
) -> tuple[pyarrow.Schema, Iterator[pyarrow.RecordBatch]]:
    """The features as batches, made when they are asked for, and what columns these have."""
    fields = columns(collection)
    shape = schema(fields)
    return shape, (record_batch(fields, batch, shape) for batch in seen.watch(features))


class Spool:
    """The features on disk as an Arrow stream, to be read more than once."""

    def __init__(self, path: Path, collection: Collection, features: Iterable[Feature]) -> None:
        import pyarrow as arrow  # noqa: PLC0415

        self._path, self.seen = path, Seen()
        shape, made = stream(collection, features, self.seen)
        with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_stream(file, shape) as out:
            for batch in made:
                out.write_batch(batch)

    @contextmanager
    def open(self) -> Iterator[pyarrow.RecordBatchReader]:
        import pyarrow as arrow  # noqa: PLC0415

        with arrow.OSFile(str(self._path), "rb") as file, arrow.ipc.open_stream(file) as stream:
            yield stream
