"""The process that keeps one uploaded file of front lines: ``python -m geo.loader``, one JSON object in, one out.

It opens the store, has the file read at the door (by a child that has no network and is held to its limits), works out
rows and fronts, and writes them; then it ends. The service goes on meanwhile.
"""
from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from geo.errors import DatelineError, InvalidInput, InvalidParameter, NotFound
from geo.ground import add_zones
from geo.load import learning, load_zones
from geo.profiles import options_of
from geo.store import open_store


def main() -> None:
    asked = json.load(sys.stdin)
    print(json.dumps(_answer(asked), ensure_ascii=False, default=str))


def _answer(asked: Mapping[str, Any]) -> dict[str, object]:
    try:
        return {"report": kept(asked["store"], Path(asked["path"]), asked["told"])}
    except (InvalidInput, InvalidParameter, NotFound) as problem:
        return {"refused": str(problem)}
    except DatelineError as problem:
        return {"fault": type(problem).__name__, "detail": str(problem)}


def kept(address: str, path: Path, told: Mapping[str, Any]) -> dict[str, object]:
    """Load the file into the store, as ``dateline zones load`` does; the report of both."""
    said = {**told, **({"date": date.fromisoformat(told["date"])} if "date" in told else {})}
    store = open_store(address)
    try:
        options = options_of(store, said)
        result = load_zones(path, options)
        written = add_zones(store, result.pictures, options.source, learning(options, datetime.now(UTC).date()))
    finally:
        store.close()
    return {**result.report.as_json(), **asdict(written)}


if __name__ == "__main__":
    main()
