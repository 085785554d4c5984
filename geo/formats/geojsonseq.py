"""GeoJSON text sequence (RFC 8142): a feature a line, each after a record separator."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from geo.formats.flat import batches
from geo.formats.geojson import BATCH, texts
from geo.formats.imprint import Imprint
from geo.model import Feature
from geo.schema import Collection


def write(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """The features as in the GeoJSON file, in the same order. There is no room for ``imprint``."""
    for batch in batches(features, BATCH):
        yield "".join(f"\x1e{text}\n" for text in texts(batch)).encode()
