"""Whether PostGIS sees the same features in a tile: ``python -m bench.agree`` (``make bench-agree``).

On the made-up war of ``bench.coverage``, in every unsimplified tile of some zooms and days: the ids of our tile, by an
independent decoder, against those for which ``ST_AsMVTGeom`` gives a geometry. Prints each difference, and ends with 1
if there is one.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

import mapbox_vector_tile  # type: ignore[import-untyped]

from bench.coverage import EXTENT, FIRST_DAY, Theatre, zones
from bench.peers import postgis
from geo.grid import Tile, tile_at
from geo.interval import Interval, day_from_number
from geo.model import LngLat
from geo.schema import ZONES
from geo.tiles.encoder import TileSet
from tools.postgres import Server

ZOOMS = {11: 1, 13: 16, 16: 1024}
"""Zooms that are not simplified, and of how many of their tiles one is compared."""
PORT = 5498

SEEN = """
SELECT t.z, t.x, t.y, string_agg(zones.id, ' ' ORDER BY zones.id) FROM (VALUES {tiles}) t(z, x, y)
JOIN zones ON zones.geom && ST_Expand(ST_TileEnvelope(t.z, t.x, t.y), 0.015625 * 40075016.6855785 / 2 ^ t.z)
WHERE from_day <= {day} AND to_day > {day}
  AND ST_AsMVTGeom(zones.geom, ST_TileEnvelope(t.z, t.x, t.y), 4096, 64) IS NOT NULL
GROUP BY 1, 2, 3
"""


def tiles(zoom: int, every: int) -> list[Tile]:
    """Tiles over the extent, one in so many."""
    west, south, east, north = EXTENT
    first, last = tile_at(LngLat(west, north), zoom), tile_at(LngLat(east, south), zoom)
    found = [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
    return found[::every]


def theirs(at: Server, asked: Sequence[Tile], day: int) -> Iterator[tuple[Tile, set[str]]]:
    for begin in range(0, len(asked), 500):
        values = ", ".join(f"({tile.z}, {tile.x}, {tile.y})" for tile in asked[begin:begin + 500])
        for line in at.psql(SEEN.format(tiles=values, day=day)).splitlines():
            z, x, y, ids = line.split("|")
            yield Tile(int(z), int(x), int(y)), set(ids.split())


def ours(made: TileSet, tile: Tile, day: int) -> set[str]:
    data = made.tile(tile, Interval.of_day(day_from_number(day)))
    layers = mapbox_vector_tile.decode(data) if data else {}
    return {feature["properties"]["id"] for layer in layers.values() for feature in layer["features"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=1200)
    given = parser.parse_args()
    rows, differ = zones(Theatre(days=given.days)), 0
    made = TileSet(ZONES, lambda: rows)
    with postgis.cluster(rows, FIRST_DAY, PORT) as at:
        for zoom, every in ZOOMS.items():
            asked = tiles(zoom, every)
            for day in (FIRST_DAY, FIRST_DAY + given.days // 2, FIRST_DAY + given.days - 1):
                seen = dict(theirs(at, asked, day))
                for tile in asked:
                    mine, other = ours(made, tile, day), seen.get(tile, set())
                    if mine != other:
                        differ += 1
                        print(f"{tile} {day_from_number(day)}: only here {sorted(mine - other)}, "
                              f"only in PostGIS {sorted(other - mine)}")
                count = sum(len(each) for each in seen.values())
                print(f"z{zoom} {day_from_number(day)}: {len(asked):,} tiles, {count:,} features; "
                      f"{differ} tiles differ so far")
    sys.exit(differ > 0)


if __name__ == "__main__":
    main()
