"""What one more town report costs: ``python -m bench.derive [--reports N] [--theatre NAME]``.

Reports of a theatre are taken out of its store one at a time and loaded again, as the desk would a new one: only the
patch of its place is derived anew. Beside it stands a full derivation of the same store; both must come to the same
rows. Prints the median cost, the ratio, and the dearest report.
"""
from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median

from geo.ground import add_reports, derive_zones
from geo.model import Feature, Query
from geo.reports import read_reports
from geo.store import Store, open_store
from geo.theatre import DEFAULT, theatre

KNOWN_ON = date(2026, 1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=40, help="how many are loaded anew")
    parser.add_argument("--theatre", default=DEFAULT)
    given = parser.parse_args()
    path = theatre(given.theatre).reports
    assert path is not None, f"theatre {given.theatre}: no reports"
    rows = read_reports(path)
    chosen = random.Random(7).sample(rows, given.reports)
    with tempfile.TemporaryDirectory() as folder:
        costs = [_one(rows, row, Path(folder) / f"{number}.gpkg") for number, row in enumerate(chosen)]
    added, whole = (median(column) for column in list(zip(*costs, strict=True))[:2])
    print(f"{len(rows)} reports; deriving all {whole:.2f} s, one more report {added:.3f} s: {whole / added:.1f} times "
          f"cheaper in the middle, {whole / max(cost[0] for cost in costs):.1f} times at the dearest")


def _one(rows: Sequence[Feature], row: Feature, path: Path) -> tuple[float, float]:
    """Seconds of the processor for one report to come into a store of all others, and for deriving everything."""
    store = open_store(str(path), create=True)
    store.write("reports", [each for each in rows if each.id != row.id], KNOWN_ON)
    derive_zones(store, KNOWN_ON)
    begun = time.process_time()
    add_reports(store, [row], KNOWN_ON)
    added = time.process_time()
    followed = _content(store)
    again = time.process_time()
    derive_zones(store, KNOWN_ON)
    done = time.process_time()
    assert _content(store) == followed, f"report {row.id}: what followed is not what is derived"
    store.close()
    path.unlink()
    return added - begun, done - again


def _content(store: Store) -> list[tuple[str, bytes]]:
    return [
        (feature.id, feature.geometry.wkb if feature.geometry else b"")
        for collection in ("zones", "fronts") for feature in store.read(collection, Query())
    ]


if __name__ == "__main__":
    main()
