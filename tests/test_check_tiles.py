"""Tiles of every zoom, by an independent decoder; ``make check-tiles`` looks at all of them."""
from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from shapely.geometry import box, mapping

from tools.check_tiles import FAULTS, Checked, Drawn, _is_wound_right, spans, tiles


@cache
def checked() -> Checked:
    return Checked()


@pytest.mark.parametrize("zoom", [3, 5, 6, 7, 8, 9, 10, 11])
def test_tiles_are_sound(zoom: int) -> None:
    mine = checked()
    mine.found.clear()
    for tile in tiles(zoom, 6):
        mine.check(tile, *spans())
    assert mine.found["features"] > 20
    assert {name: mine.found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)


def drawn(areas: Sequence[Any]) -> list[Drawn]:
    return [Drawn(number, {"id": str(number)}, area, []) for number, area in enumerate(areas)]


@pytest.mark.parametrize("areas, faults", [
    ([box(0, 0, 4, 4), box(4, 0, 8, 4)], {}),
    ([box(0, 0, 5, 4), box(4, 0, 8, 4)], {"coverage": 1}),
    ([box(0, 0, 9, 9).difference(box(3, 3, 6, 6)), box(3, 3, 6, 5)], {"coverage": 1, "slivers": 1}),
])
def test_the_check_sees_overlaps_and_slivers(areas: Sequence[Any], faults: dict[str, int]) -> None:
    mine = checked()
    mine.found.clear()
    mine._check_ground(drawn(areas))
    assert {name: count for name, count in mine.found.items() if count} == faults


def test_the_check_sees_a_ring_that_is_wound_the_wrong_way() -> None:
    ring = mapping(box(0, 0, 4, 4))["coordinates"][0]
    assert _is_wound_right([[ring]]) is not _is_wound_right([[ring[::-1]]])
