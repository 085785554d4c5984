"""All hostile files, and the odd ones that are right, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from bench.hostile import days, links, markup, packages, shapes, sound, torn, words, zips
from bench.hostile.kinds import Hostile, Lure

HEAVY = frozenset(
    {
        "zip_bomb_200_mb",
        "zip_bomb_in_pieces",
        "features_100001",
        "gpkg_blob_60_mb",
        "properties_60_mb",
        "parquet_dictionary_bomb",
        "parquet_long_values",
        "vertices_1000001",
        "star_20001",
        "star_5001",
        "grid_3000",
        "bars_3000",
        "bars_1000",
        "holes_100000",
    }
)
"""Those that take longest to write or to read; the short run leaves them out."""


def corpus(lure: Lure) -> Iterator[Hostile]:
    """Each file is made when it is asked for; their names differ."""
    yield from shapes.files()
    yield from links.files(lure)
    yield from zips.files()
    yield from markup.files(lure)
    yield from packages.files()
    yield from days.files()
    yield from words.files()
    yield from torn.files(lure)
    yield from sound.files()
