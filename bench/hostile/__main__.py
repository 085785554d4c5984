"""``python -m bench.hostile`` (``make hostile-files``): all files by all ways, and what the readers felt."""
from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from bench.hostile.corpus import corpus
from bench.hostile.files import Command, Library, Tally, sent
from bench.hostile.service import Readers, Upload, serving
from bench.hostile.watch import Watch, watched
from geo.door import Door
from server.cli import dateline


def main() -> int:
    """The exit status: 0 without any fault."""
    with tempfile.TemporaryDirectory() as name, watched(Path(name)) as watch:
        folder = Path(name)
        store = folder / "demo.gpkg"
        CliRunner().invoke(dateline, ["--quiet", "--store", str(store), "init", "--demo"], catch_exceptions=False)
        ways: dict[str, Callable[[], Tally]] = {
            "library": lambda: _by_library(watch, folder), "command": lambda: _by_command(watch, folder),
            "service": lambda: _by_service(watch, folder, store),
        }
        faults, megabytes = list[str](), 0.0
        for way in sys.argv[1:] or ways:
            tally = ways[way]()
            print(f"{way}: {tally.line()}", flush=True)
            faults += tally.faults
            if way != "service":  # which has processes of its own, that make tiles of what was taken
                megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"secret read {watch.reads} times, address called {watch.calls} times, largest child {megabytes:.0f} MB")
        print("\n".join(faults) or "no fault")
        return int(bool(faults or watch.reads or watch.calls or megabytes > 512))


def _by_library(watch: Watch, folder: Path) -> Tally:
    with Door() as door:
        return sent(Library(door), corpus(watch.lure), folder)


def _by_command(watch: Watch, folder: Path) -> Tally:
    store = folder / "empty.gpkg"
    CliRunner().invoke(dateline, ["--quiet", "init", str(store)], catch_exceptions=False)
    return sent(Command(store), corpus(watch.lure), folder)


def _by_service(watch: Watch, folder: Path, store: Path) -> Tally:
    with serving(store, folder) as service, Readers(service) as readers:
        tally = sent(Upload(service), corpus(watch.lure), folder)
    count, slowest = len(readers.seconds), max(readers.seconds)
    print(f"meanwhile {count} readers, p99 {readers.p99 * 1000:.0f} ms, slowest {slowest:.2f} s")
    tally.faults.extend(readers.faults)
    return tally


if __name__ == "__main__":
    sys.exit(main())
