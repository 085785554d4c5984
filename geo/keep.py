"""Features as bytes and back, exactly: what is slow to derive is kept in the cache for the next process."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from geo.cache import Arrays, cached_arrays
from geo.interval import Interval, Validity
from geo.model import Feature


def kept_features(name: str, sources: Iterable[Path], build: Callable[[], Sequence[Feature]]) -> list[Feature]:
    """The features of ``build``, from the cache while none of the files they depend on has changed."""
    content = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    arrays = cached_arrays(f"{name}-{content}", lambda: _arrays(build()))
    return _features(arrays)


def _arrays(features: Sequence[Feature]) -> Arrays:
    rows = [
        {"id": each.id, "properties": dict(each.properties), "outer": _days(each.valid.outer),
         "certain": _days(each.valid.certain), "edtf": each.valid.edtf, "precision": each.valid.precision}
        for each in features
    ]
    blobs = [shapely.to_wkb(each.geometry) or b"" for each in features]
    return {
        "rows": np.frombuffer(json.dumps(rows).encode(), dtype=np.uint8),
        "ends": np.cumsum([len(blob) for blob in blobs], dtype=np.int64),
        "shapes": np.frombuffer(b"".join(blobs), dtype=np.uint8),
    }


def _features(arrays: Arrays) -> list[Feature]:
    ends = arrays["ends"].tolist()
    starts, shapes = [0, *ends[:-1]], arrays["shapes"].tobytes()
    geometries = shapely.from_wkb([shapes[start:end] for start, end in zip(starts, ends, strict=True)])
    return [
        Feature(row["id"], geometry, row["properties"], Validity(
            _interval(row["outer"]), _interval(row["certain"]), row["edtf"], row["precision"]))
        for row, geometry in zip(json.loads(arrays["rows"].tobytes()), geometries, strict=True)
    ]


def _days(interval: Interval) -> list[str | None]:
    return [day.isoformat() if day else None for day in (interval.start, interval.end)]


def _interval(days: Sequence[str | None]) -> Interval:
    return Interval(*(date.fromisoformat(day) if day else None for day in days))
