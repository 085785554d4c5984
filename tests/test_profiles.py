"""A source's page: written once, so that tomorrow's file is one short command."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from shapely.geometry import box, mapping
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput, NotFound
from geo.load import FileRule
from geo.model import BBox, Query
from geo.profiles import keep_profile, profile_of, read_profile
from geo.store import open_store
from server.cli import dateline

PAGE = """
name = "desk"
title = "Our desk"
publisher = "The Paper"
licence = "CC BY 4.0"
attribution = "© The Paper"
url = "https://paper.example/map"
baseline = "all ground held since 2014"
step_days = 2
frame = [30, 40, 45, 55]
max_area_change = 0.01
controller_field = "side"
status_field = "kind"
date_from_name = "YYYYMMDD"

[controllers]
N = "NORTH"
S = "SOUTH"

[statuses]
held = "control"
wanted = "claimed"
"""
LAYERS = """
name = "layers"
date_from_name = "YYYYMMDD_"
[[files]]
name = "*_held.geojson"
controller = "NORTH"
[[files]]
name = "*_claims.geojson"
controller = "SOUTH"
status = "claimed"
"""


def write(folder: Path, name: str, *grounds: tuple[BaseGeometry, str, str]) -> Path:
    features = [
        {"type": "Feature", "properties": {"side": side, "kind": kind}, "geometry": mapping(ground)}
        for ground, side, kind in grounds
    ]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "war.gpkg"
    open_store(str(path), create=True).close()
    return path


def run(store: Path, *words: object) -> Result:
    return CliRunner().invoke(dateline, ["--store", str(store), *map(str, words)], standalone_mode=False)


def total_of(result: Result) -> dict[str, Any]:
    total: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])["total"]
    return total


def test_a_page_says_how_to_read_the_files_of_a_source() -> None:
    options = read_profile(PAGE)
    assert (options.source, options.title, options.step_days) == ("desk", "Our desk", 2)
    assert options.frame == BBox(30, 40, 45, 55)
    assert (options.controller_field, options.controllers) == ("side", {"N": "NORTH", "S": "SOUTH"})
    assert read_profile(LAYERS).rules == (
        FileRule("*_held.geojson", "NORTH"), FileRule("*_claims.geojson", "SOUTH", "claimed"),
    )


@pytest.mark.parametrize(("text", "message"), [
    ("name = ", "no TOML: Invalid value"), ("title = 'x'", "no name, want name"), ("name = '  '", "no name"),
    ("name = 'x'\nbase_line = 'y'", "'base_line' is not known, want one of attribution, baseline"),
    ("name = 'x'\nstep_days = '2'", "step_days = '2', want a whole number"),
    ("name = 'x'\nstep_days = true", "step_days = 'True', want a whole number"),
    ("name = 'x'\nstep_days = 0", "step_days = 0, want 1 to 366"),
    ("name = 'x'\nframe = [1, 2, 3]", r"frame: \[1, 2, 3\], want west, south, east, north"),
    ("name = 'x'\nframe = [3, 2, 1, 4]", "frame: .*want west"),
    ("name = 'x'\nframe = ['a', 1, 2, 3]", "frame: .*want west"),
    ("name = 'x'\nmax_area_change = 2", "max_area_change = 2, want a share"),
    ("name = 'x'\nknown_from = 'soon'", "known from: 'soon', want as-of, today, or a day"),
    ("name = 'x'\nknown_from = 2026-01-31", "known_from = '2026-01-31', want a text"),
    ("name = 'x'\nknown_lag_days = 1", "known lag: 1 days, want known from 'as-of' with it"),
    ("name = 'x'\nknown_from = 'as-of'\nknown_lag_days = -1", "known lag: -1, want 0 to 3660 days"),
    ("name = 'x'\nstatus = 'held'", "status = 'held', want one of control"),
    ("name = 'x'\n[controllers]\nN = 1", "controllers.N = '1', want a text"),
    ("name = 'x'\n[statuses]\nheld = 'mine'", "statuses.held = 'mine', want one of control"),
    ("name = 'x'\n[[files]]\ncontroller = 'N'", "files: .*want name"),
    ("name = 'x'\n[[files]]\nname = '*'\nstatus = 'mine'", "files: status 'mine', want one of"),
    ("name = 'x'\n[[files]]\nname = '*'\nside = 'N'", "files: .*want name"),
])
def test_a_page_that_is_not_understood_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=f"page.toml: {message}"):
        read_profile(text, "page.toml")


def test_a_store_keeps_the_page_as_it_was_written(store: Path) -> None:
    opened = open_store(str(store))
    keep_profile(opened, PAGE)
    keep_profile(opened, PAGE.replace("CC BY 4.0", "CC BY-SA 4.0"))
    keep_profile(opened, LAYERS)
    assert profile_of(opened, "desk").licence == "CC BY-SA 4.0"
    assert list(opened.sources()) == ["desk", "layers"]
    with pytest.raises(NotFound, match="source: 'mine', want one of desk, layers"):
        profile_of(opened, "mine")
    opened.close()


def test_tomorrows_file_is_one_short_command(store: Path, tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(PAGE, encoding="utf-8")
    assert run(store, "zones", "source", "set", tmp_path / "desk.toml").exit_code == 0
    assert run(store, "zones", "source", "show", "desk").stdout == PAGE
    assert run(store, "zones", "source", "list").stdout == "desk  Our desk  CC BY 4.0  all ground held since 2014\n"
    ground = box(36, 48, 37, 49), "N", "held"
    for day in ("20220401", "20220402"):
        path = write(tmp_path, f"{day}.geojson", ground, (box(36.5, 48, 37.5, 49), "S", "wanted"))
        assert run(store, "zones", "load", path, "--source", "desk").exception is None
    opened = open_store(str(store))
    zones = list(opened.read("zones", Query()))
    opened.close()
    found = [(zone.properties["controller"], zone.properties["status"], str(zone.valid.outer)) for zone in zones]
    assert sorted(found) == [
        ("NORTH", "control", "2022-04-01/2022-04-08"), ("SOUTH", "claimed", "2022-04-01/2022-04-08"),
    ]
    assert zones[0].properties["baseline"] == "all ground held since 2014"
    assert zones[0].properties["sources"] == [{
        "title": "Our desk", "publisher": "The Paper", "licence": "CC BY 4.0", "attribution": "© The Paper",
        "url": "https://paper.example/map",
    }]


def test_the_command_line_says_more_than_the_page(store: Path, tmp_path: Path) -> None:
    opened = open_store(str(store))
    keep_profile(opened, PAGE)
    opened.close()
    path = write(tmp_path, "today.geojson", (box(36, 48, 37, 49), "N", "held"))
    words = ("--date", "2022-05-01", "--controller", "WEST", "--step-days", "1", "--status", "mixed")
    assert run(store, "zones", "load", path, "--source", "desk", *words).exception is None
    opened = open_store(str(store))
    (zone,) = opened.read("zones", Query())
    opened.close()
    assert (zone.properties["controller"], zone.properties["status"]) == ("WEST", "mixed")
    assert str(zone.valid.outer) == "2022-05-01/2022-05-04"


@pytest.mark.parametrize(("page", "words", "known"), [
    ("known_from = 'as-of'\nknown_lag_days = 3", (), "2022-04-04"),
    ("known_from = 'as-of'\nknown_lag_days = 3", ("--known-from", "as-of"), "2022-04-01"),
    ("known_from = 'as-of'\nknown_lag_days = 3", ("--known-from", "2022-06-30"), "2022-06-30"),
    ("known_from = '2022-05-31'", (), "2022-05-31"),
])
def test_a_page_says_since_when_its_files_were_known(
    store: Path, tmp_path: Path, page: str, words: tuple[str, ...], known: str
) -> None:
    opened = open_store(str(store))
    keep_profile(opened, page + PAGE)
    path = write(tmp_path, "20220401.geojson", (box(36, 48, 37, 49), "N", "held"))
    assert run(store, "zones", "load", path, "--source", "desk", *words).exception is None
    (zone,) = opened.read("zones", Query())
    opened.close()
    assert (str(zone.known.start), zone.properties["learnt"]) == (known, {"2022-04-01": known})


def test_ground_outside_of_the_frame_is_refused_and_named(store: Path, tmp_path: Path) -> None:
    opened = open_store(str(store))
    keep_profile(opened, PAGE)
    opened.close()
    folder = tmp_path / "daily"
    folder.mkdir()
    (folder / "SOURCE.txt").write_text("who made this")
    write(folder, "20220401.geojson", (box(36, 48, 37, 49), "N", "held"))
    write(folder, "20220402.geojson", (box(36, 48, 37, 49).union(box(60, 50, 60.1, 50.1)), "N", "held"))
    refused = run(store, "zones", "load", folder, "--source", "desk").exception
    assert isinstance(refused, InvalidInput)
    assert str(refused) == (
        "1 of 2 files refused, nothing is loaded:\n  20220402.geojson: feature 0: 1 of its 2 polygons outside of the "
        "frame, the first in 60, 50, 60.1, 50.1; want all ground inside of 30, 40, 45, 55"
    )
    opened = open_store(str(store))
    assert list(opened.read("zones", Query())) == []
    opened.close()
    total = total_of(run(store, "--json", "zones", "load", folder, "--source", "desk", "--partial"))
    assert (total["files"], len(total["refused"]), total["added"], total["days"]) == (1, 1, 1, 1)


def test_layers_of_a_day_are_told_apart_by_their_names(store: Path, tmp_path: Path) -> None:
    opened = open_store(str(store))
    keep_profile(opened, LAYERS)
    opened.close()
    ground = box(36, 48, 37, 49), "", ""
    for day in ("20220401", "20220402"):
        write(tmp_path, f"{day}_held.geojson", ground)
        write(tmp_path, f"{day}_claims.geojson", ground)
    assert run(store, "zones", "load", tmp_path / "*.geojson", "--source", "layers").exception is None
    total = total_of(run(store, "--json", "zones", "load", tmp_path / "20220402_*", "--source", "layers"))
    assert (total["added"], total["changed"], total["unchanged"]) == (0, 0, 2)
    write(tmp_path, "20220402_other.geojson", ground)
    refused = run(store, "zones", "load", tmp_path, "--source", "layers").exception
    assert "20220402_other.geojson: its name fits none of *_held.geojson, *_claims.geojson" in str(refused)


@pytest.mark.parametrize(("words", "message"), [
    (("--frame", "1,2,3"), "want west, south, east, north"), (("--frame", "a,b,c,d"), "want west,south,east,north"),
])
def test_a_frame_that_is_none_is_refused(store: Path, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    path = write(tmp_path, "a.geojson", (box(36, 48, 37, 49), "N", "held"))
    refused = run(store, "zones", "load", path, "--source", "x", "--controller", "N", "--date", "2022-04-01", *words)
    assert message in str(refused.exception)


def test_a_folder_without_polygon_files_is_refused(store: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words in ((tmp_path / "empty",), (tmp_path / "*.kml",)):
        refused = run(store, "zones", "load", *words, "--source", "x")
        assert "no polygon files there, want .geojson, .json" in str(refused.exception)
