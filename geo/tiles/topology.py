"""Which positions a zoom keeps: every stretch of border is simplified once, for all versions and days alike.

The borders of all versions make one graph. Its nodes, where other than two stretches meet, stay; between them each
arc is simplified on its own (Douglas and Peucker 1973). What lies on an arc is decided once, so neighbours and days
that share it keep sharing it. A stretch whose shortcut would jump over another position of the same days keeps all
of its own, and so does a ring that would vanish.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cache import Arrays
from geo.tiles.arrays import Ints

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Arcs:
    """``refs`` are the positions along each arc, arc after arc, which begin at ``starts`` (one more than there are);
    ``days`` the first and last day number on which any version has a position."""

    refs: Ints
    starts: Ints
    days: Ints

    @property
    def owner(self) -> Ints:
        """The arc of each of ``refs``."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def following(parts: Ints, *, closed: NDArray[np.bool_]) -> Ints:
    """The place after each; of the last of a part its first when ``closed``, else itself."""
    after = np.arange(1, int(parts[-1]) + 1)
    last = parts[1:] - 1
    after[last] = np.where(closed, parts[:-1], last)
    return after


def arcs(arrays: Arrays) -> Arcs:
    """The arcs of all lines and rings."""
    refs, parts = arrays["refs"].astype(np.int64), arrays["parts"]
    kind = np.repeat(arrays["kind"], np.diff(arrays["versions"]))
    other = refs[following(parts, closed=kind == 3)]
    low, high = np.minimum(refs, other), np.maximum(refs, other)
    edges = np.unique((low << 32 | high)[low != high])
    ends = np.column_stack([edges >> 32, edges & 0xFFFFFFFF])
    chains, starts = _chains(ends, arrays["table"])
    return Arcs(chains, starts, _days(arrays))


def _chains(ends: Ints, table: Ints) -> tuple[Ints, Ints]:
    """The edges joined where two and only two meet."""
    lines = np.asarray(shapely.linestrings(table[ends.reshape(-1)].astype(float).reshape(-1, 2, 2)), dtype=object)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))) if len(ends) else lines
    points, owner = shapely.get_coordinates(merged, return_index=True)
    key, wanted = _key(table.astype(np.int64)), _key(points.astype(np.int64))
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(merged)))])
    return np.searchsorted(key, wanted), starts.astype(np.int64)


def _key(points: Ints) -> Ints:
    return points[:, 0] << 32 | points[:, 1] & 0xFFFFFFFF


def _days(arrays: Arrays) -> Ints:
    counts = np.diff(arrays["parts"][arrays["versions"]])
    days = np.repeat(arrays["days"], counts, axis=0)
    found = np.empty((len(arrays["table"]), 2), dtype=np.int64)
    found[:, 0], found[:, 1] = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    np.minimum.at(found[:, 0], arrays["refs"], days[:, 0])
    np.maximum.at(found[:, 1], arrays["refs"], days[:, 1])
    return found


def kept(arrays: Arrays, graph: Arcs, tolerance: float) -> Flags:
    """Which rows of the table stay when borders may move by ``tolerance`` units; points always stay."""
    table = arrays["table"].astype(float)
    result = np.ones(len(table), dtype=bool)
    if not len(graph.refs) or tolerance <= 0:
        return result
    result[graph.refs] = _on_simpler(graph, table, tolerance)
    _restore(result, graph, table)
    _keep_small(result, arrays)
    return result


def _on_simpler(graph: Arcs, table: NDArray[np.float64], tolerance: float) -> Flags:
    """For each of the graph's refs whether its arc, simplified, still has it. Ends of arcs always are in it."""
    lines = shapely.linestrings(table[graph.refs], indices=graph.owner)
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    points, owner = shapely.get_coordinates(simple, return_index=True)
    flags = np.zeros(len(graph.refs), dtype=bool)
    flags[graph.starts[:-1]] = flags[graph.starts[1:] - 1] = True
    rows = {(of, x, y) for of, (x, y) in zip(owner.tolist(), points.tolist(), strict=True)}
    flags |= np.fromiter(
        ((of, x, y) in rows for of, (x, y) in zip(graph.owner.tolist(), table[graph.refs].tolist(), strict=True)),
        dtype=bool, count=len(flags),
    )
    return flags


def _restore(flags: Flags, graph: Arcs, table: NDArray[np.float64]) -> None:
    """Give back what a shortcut left out where a position of the same days lies between it and the old border."""
    pieces, starts = _shortcuts(flags, graph)
    if not len(starts) - 1:
        return
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    rings = shapely.polygons(shapely.linearrings(table[pieces], indices=owner))
    grounds = shapely.make_valid(rings)
    tree = shapely.STRtree(np.asarray(shapely.points(table), dtype=object))
    piece, row = tree.query(grounds, predicate="intersects")
    own = np.unique(owner << 32 | pieces)
    foreign = ~np.isin(piece << 32 | row, own, assume_unique=False)
    inner = pieces[starts[:-1] + 1]
    same_days = (graph.days[inner[piece], 0] < graph.days[row, 1]) & (graph.days[row, 0] < graph.days[inner[piece], 1])
    bad = np.zeros(len(starts) - 1, dtype=bool)
    bad[piece[foreign & same_days]] = True
    flags[pieces[bad[owner]]] = True


def _shortcuts(flags: Flags, graph: Arcs) -> tuple[Ints, Ints]:
    """The runs of arcs from one kept position to the next that leave something out."""
    at = np.flatnonzero(flags[graph.refs])
    begin, end = at[:-1], at[1:]
    wide = (end > begin + 1) & (graph.owner[begin] == graph.owner[end])
    begin, end = begin[wide], end[wide]
    sizes = end - begin + 1
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    places = np.arange(int(starts[-1])) - np.repeat(starts[:-1] - begin, sizes)
    return graph.refs[places], starts


def _keep_small(flags: Flags, arrays: Arrays) -> None:
    """Give rings all that they had where fewer than three of their positions would be left."""
    refs, parts = arrays["refs"], arrays["parts"]
    if len(parts) < 2:
        return
    counts = np.add.reduceat(flags[refs].astype(np.int64), parts[:-1])
    closed = np.repeat(arrays["kind"], np.diff(arrays["versions"])) == 3
    flags[refs[np.repeat((counts < 3) & closed, np.diff(parts))]] = True
