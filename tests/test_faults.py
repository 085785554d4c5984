"""Short runs of the fault tools (`make kill-loop disk-full power-cut`, and those that end in `-postgis`), and that they
find what they look for."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def run(tool: str, *words: str, code: int = 0) -> dict[str, Any]:
    """What the tool says at its end."""
    done = subprocess.run([sys.executable, "-m", f"bench.faults.{tool}", *words], cwd=ROOT, capture_output=True,
                          text=True, check=False, timeout=500)
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    (told,) = json.loads(done.stdout.splitlines()[-1]).values()
    assert isinstance(told, dict)
    return told


def harm(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("lost", "torn", "doubled", "corrupt")}


NONE = {"lost": 0, "torn": 0, "doubled": 0, "corrupt": 0}


def test_what_is_killed_loses_nothing_and_goes_on_where_it_was(tmp_path: Path) -> None:
    told = run("kill_loop", "--command", "8", "--http", "2", "--step", "97", "--folder", str(tmp_path / "disk"))
    assert harm(told) == NONE
    assert told["killed"] > 12
    assert told["acknowledged"] > 10


def test_the_same_holds_for_a_database_that_crashes_too() -> None:
    told = run("databases", "--command", "6", "--http", "1")
    assert harm(told) == NONE
    assert told["killed"] >= 7
    assert told["crashes"] > 0
    assert told["acknowledged"] > 10


def test_a_full_disk_takes_nothing_and_is_told_in_one_line(tmp_path: Path) -> None:
    told = run("disk_full", "--counts", "10", "--folder", str(tmp_path / "disk"))
    assert harm(told) == NONE
    assert (told["unclear"], told["halves"]) == (0, 0)
    assert told["refused"] >= 8


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    told = run("power_cut", "--states", "150", "--folder", str(tmp_path / "disk"))
    assert harm(told) == NONE
    assert told["acknowledged"] > 50


def test_the_power_cut_finds_what_a_lesser_promise_loses(tmp_path: Path) -> None:
    words = "--states", "80", "--kinds", "ingest", "--synchronous", "NORMAL", "--folder", str(tmp_path / "disk")
    told = run("power_cut", *words, code=1)
    assert told["lost"] > 0
    assert told["corrupt"] == 0


def test_a_power_cut_under_postgresql_loses_nothing_either() -> None:
    told = run("database_cut", "--states", "8")
    assert harm(told) == NONE
    assert told["acknowledged"] > 20


def test_it_finds_what_a_postgresql_that_syncs_nothing_loses() -> None:
    told = run("database_cut", "--states", "4", "--unsafe", code=1)
    assert told["lost"] + told["corrupt"] > 0
