"""Pieces of a table joined to a store's zones, here or on a Dask cluster, whose workers each read the zones once."""
from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from geo.basemap import area_shapes
from geo.cluster import Cluster
from geo.ground import gazetteer_of, index_of
from geo.store import open_store
from geo.table_join import TableJoin, TableOptions
from geo.tables import Piece, Row

_MAKING = threading.Lock()


@dataclass(frozen=True)
class Joining:
    """With which store, as it was in which ``version`` and as it was believed when."""

    store: str
    version: str
    as_known_on: date | None
    options: TableOptions

    def rows(self, piece: Piece) -> tuple[list[Row], int]:
        """The rows of a piece with their answers, and how many bytes of the file were read with it."""
        with _MAKING:  # threads of one worker
            joined = _joined(self)
        return joined.join(piece.rows), piece.read


def do_pieces(
    joining: Joining, pieces: Iterable[Piece], cluster: Cluster | None = None
) -> Iterator[tuple[list[Row], int]]:
    """Every piece with its answers, in order."""
    yield from map(joining.rows, pieces) if cluster is None else cluster.in_order(joining.rows, pieces)


@lru_cache(1)
def _joined(joining: Joining) -> TableJoin:
    with closing(open_store(joining.store)) as store:
        zones = index_of(store, joining.as_known_on)
        gazetteer = gazetteer_of(store)
    return TableJoin(zones, gazetteer, area_shapes(), joining.options)
