"""What was baked, as one file: PMTiles with the windows of long histories in it, or MBTiles."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InvalidInput
from geo.formats import mbtiles, pmtiles
from geo.formats.pmtiles import About
from geo.interval import day_number
from geo.model import BBox
from geo.tiles.pyramid import Windows
from geo.tiles.spool import Spool

SPAN_BITS = 40
"""The number of a window's tile is that of its span, times two to this, and the tile's own: below 2**53, which
browsers count exactly, for zooms to 19 and 8,191 spans."""


@dataclass(frozen=True)
class Baked:
    """A full spool, how its zooms are cut, and what to say of it: ``about`` is in the words of TileJSON."""

    spool: Spool
    windows: Sequence[Windows]
    bounds: BBox
    about: Mapping[str, object]


def write(form: str, path: Path, baked: Baked) -> None:
    """``form`` is one of ``FORMS``; there is all of the file or nothing.

    :raises InvalidInput: when there is no tile to write.
    """
    if not baked.windows:
        raise InvalidInput(f"{path.name}: no tiles; nothing in the collection can be drawn at these zooms")
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    try:
        FORMS[form](partial, baked)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _pmtiles(path: Path, baked: Baked) -> None:
    said = {**baked.about, "windows": [_described(windows) for windows in baked.windows], "span_bits": SPAN_BITS}
    pmtiles.write(path, baked.spool.whole(), _about(baked, said), _windows(baked))


def _mbtiles(path: Path, baked: Baked) -> None:
    tiles = ((pmtiles.tile_at(number), body) for number, body in baked.spool.whole())
    mbtiles.write(path, tiles, _about(baked, baked.about))


FORMS: Mapping[str, Callable[[Path, Baked], None]] = {"pmtiles": _pmtiles, "mbtiles": _mbtiles}


def _about(baked: Baked, said: Mapping[str, object]) -> About:
    return About(baked.bounds, baked.windows[0].minzoom, baked.windows[-1].maxzoom, said)


def _windows(baked: Baked) -> Iterator[tuple[int, bytes]]:
    numbers = {
        windows.first + place: range(windows.minzoom, windows.maxzoom + 1)
        for windows in baked.windows for place in range(len(windows.spans))
    }
    for number in sorted(numbers):
        for tile, body in baked.spool.of_span(number, numbers[number]):
            yield number << SPAN_BITS | tile, body


def _described(windows: Windows) -> dict[str, object]:
    """``starts``: the first day of each span but the first, which is open."""
    starts = [day_number(span.start) for span in windows.spans[1:] if span.start]
    cut = {"first": windows.first, "starts": starts} if windows.spans else {}
    return {"minzoom": windows.minzoom, "maxzoom": windows.maxzoom, "window": windows.window, **cut}

