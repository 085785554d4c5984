"""Every tile of a made-up war, read back by another decoder: ``python -m tools.check_tiles`` (``make check-tiles``).

Zones of ``bench.coverage`` on a small ground, all tiles of zooms 3 to 11, on several days and in windows of them,
decoded by mapbox-vector-tile and judged by shapely. Counted are: geometries that are not valid; rings wound the wrong
way; numbers given twice in a tile; tiles whose zones are no coverage (they overlap, or meet at other positions);
slivers (holes between zones of a ground that has none); zones drawn otherwise the next day without a new version;
days of a window that differ from the day's own tile; tiles of which the two rungs write other bytes. All should be 0.
"""
from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from bench.coverage import EXTENT, FIRST_DAY, Theatre, zones
from geo.cache import Arrays
from geo.grid import Tile, tile_at
from geo.interval import DAY, Interval, day_from_number, day_number
from geo.model import LngLat
from geo.schema import ZONES
from geo.tiles import rungs
from geo.tiles.encoder import TileSet
from geo.tiles.levels import Keep

SMALL = Theatre(days=60, columns=40, rows=30, regions=26, flips=4.4)
FAULTS = ("invalid", "winding", "numbers", "coverage", "slivers", "flicker", "window", "rungs")


@dataclass(frozen=True)
class Drawn:
    """A feature of a tile as the decoder has it."""

    number: int
    said: dict[str, Any]
    geometry: BaseGeometry
    rings: Sequence[Any]


class Checked:
    """The tiles of a war from both rungs, and what was found wrong with them."""

    def __init__(self, theatre: Theatre = SMALL) -> None:
        rows, kept = zones(theatre), dict[str, Arrays]()

        def keep(part: str, build: Any) -> Arrays:
            return kept[part] if part in kept else kept.setdefault(part, build())

        keeping: Keep = keep
        self._made = [TileSet(ZONES, lambda: rows, keeping, rungs.chosen(name)) for name in ("c", "numpy")]
        self.found: Counter[str] = Counter()

    def check(self, tile: Tile, days: Sequence[date], windows: Sequence[Interval | None]) -> None:
        """Each of ``days`` is looked at with the day after it."""
        for day in days:
            today, tomorrow = (self._on(tile, each) for each in (day, day + DAY))
            self._check_ground(today)
            then = {each.said["id"]: each.geometry for each in tomorrow}
            self.found["flicker"] += sum(
                not shapely.equals_exact(each.geometry, then[each.said["id"]], 0.0)
                for each in today if each.said["id"] in then
            )
        for window in windows:
            self._check_window(tile, window, days)

    def _check_window(self, tile: Tile, window: Interval | None, days: Sequence[date]) -> None:
        shown = self._drawn(tile, window)
        for day in days:
            number = day_number(day)
            if window is None or day in window:
                at = [each.geometry.wkb for each in shown if each.said["from"] <= number < each.said.get("to", 10**6)]
                self.found["window"] += sorted(at) != sorted(each.geometry.wkb for each in self._on(tile, day))

    def _on(self, tile: Tile, day: date) -> list[Drawn]:
        return self._drawn(tile, Interval.of_day(day))

    def _drawn(self, tile: Tile, window: Interval | None) -> list[Drawn]:
        """Decoded, with the faults of each feature counted."""
        data, other = (made.tile(tile, window) for made in self._made)
        shown = list(decoded(data))
        self.found["tiles"] += 1
        self.found["features"] += len(shown)
        self.found["rungs"] += data != other
        self.found["numbers"] += len(shown) - len({each.number for each in shown})
        self.found["invalid"] += sum(not each.geometry.is_valid or each.geometry.is_empty for each in shown)
        self.found["winding"] += sum(not _is_wound_right(each.rings) for each in shown)
        return shown

    def _check_ground(self, shown: Sequence[Drawn]) -> None:
        areas = np.array([each.geometry for each in shown], dtype=object)
        if len(areas):
            self.found["coverage"] += not shapely.coverage_is_valid(areas)
            whole = shapely.get_parts(shapely.union_all(areas))
            self.found["slivers"] += int(shapely.get_num_interior_rings(whole).sum())


def decoded(data: bytes) -> Iterator[Drawn]:
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True}) if data else {}
    for layer in layers.values():
        for each in layer["features"]:
            rings = each["geometry"]["coordinates"]
            polygons = [rings] if each["geometry"]["type"] == "Polygon" else rings
            yield Drawn(each["id"], each["properties"], shape(each["geometry"]), polygons)


def _is_wound_right(polygons: Sequence[Any]) -> bool:
    """MVT 2.1, section 4.3.3.3: the surveyor's area of an outer ring is positive, of a hole negative."""
    return all((_area(ring) > 0) == (place == 0) for polygon in polygons for place, ring in enumerate(polygon))


def _area(ring: Sequence[Sequence[int]]) -> int:
    x, y = np.array(ring, dtype=np.int64).T
    return int(x[:-1] @ y[1:] - x[1:] @ y[:-1])


def tiles(zoom: int, most: int) -> list[Tile]:
    """All over the ground; of more than ``most`` every so many."""
    west, south, east, north = EXTENT
    first, last = tile_at(LngLat(west, north), zoom), tile_at(LngLat(east, south), zoom)
    every = [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]
    return every[:: -(-len(every) // most)]


def spans(theatre: Theatre = SMALL) -> tuple[list[date], list[Interval | None]]:
    """Days and windows to look at."""
    start = day_from_number(FIRST_DAY)
    days = [start, start + theatre.days // 3 * DAY, start + theatre.days // 2 * DAY]
    return days, [Interval(start, start + 31 * DAY), Interval(days[1] - DAY, days[1] + 8 * DAY), None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=10_000, help="tiles of one zoom")
    most = parser.parse_args().most
    checked, faulty = Checked(), False
    print("| z | places | tiles | features |", " | ".join(FAULTS), "|")
    print("|" + " --: |" * (4 + len(FAULTS)))
    for zoom in range(3, 12):
        checked.found.clear()
        places = tiles(zoom, most)
        for tile in places:
            checked.check(tile, *spans())
        found = checked.found
        faulty |= any(found[name] for name in FAULTS)
        print(f"| {zoom} | {len(places):,} | {found['tiles']:,} | {found['features']:,} |",
              " | ".join(str(found[name]) for name in FAULTS), "|", flush=True)
    sys.exit(faulty)


if __name__ == "__main__":
    main()
