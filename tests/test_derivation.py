"""Zones that follow reports: the same, to the byte, as deriving all, whatever came in what order."""
from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assets import data_path
from geo.derivation import options_in, page_of, read_page, rederived
from geo.derive import DeriveOptions
from geo.edtf import parse_edtf
from geo.errors import InvalidInput
from geo.ground import add_reports, derive_zones
from geo.model import Feature, LngLat, Query
from geo.reports import COLUMNS, Report, read_reports, report_of
from geo.store import Store, open_store
from server.cli import dateline

DAY = date(2020, 1, 1)
BORDERLAND = (36.5, 33.0, 44.0, 37.2)
"""The Euphrates from Jarabulus to Fallujah, with both sides of the border and the lakes west of Baghdad."""


@lru_cache(maxsize=1)
def shipped() -> tuple[Feature, ...]:
    west, south, east, north = BORDERLAND
    rows = read_reports(data_path("reports.csv"))
    return tuple(
        row for row in rows if row.geometry is not None
        and west < row.geometry.x < east and south < row.geometry.y < north)


def rai(when: str, controller: str, status: str = "control", at: tuple[float, float] = (37.4478, 36.61182)) -> Feature:
    return Report(
        f"{when} {controller} {status}", "sy-al-rai", "al-Rai", "SY", LngLat(*at), parse_edtf(when), controller, status,
        sources=({"title": "A page", "sourced": "yes"},),
    ).feature()


def content(store: Store) -> list[object]:
    """Everything that is believed of zones and fronts, to the byte."""
    return [
        (row.id, row.geometry.wkb if row.geometry else None, json.dumps(row.properties, sort_keys=True), row.valid)
        for collection in ("zones", "fronts") for row in store.read(collection, Query())
    ]


@settings(max_examples=12)
@given(st.randoms(), st.integers(1, 6), st.integers(8, 60))
def test_zones_that_follow_report_by_report_are_those_derived_at_once(
    chance: random.Random, pieces: int, count: int
) -> None:
    rows = chance.sample(shipped(), count)
    late = [rows.pop() for _ in range(min(pieces, count - 1))]
    with TemporaryDirectory() as folder:
        slow, whole = (open_store(f"{folder}/{name}.gpkg", create=True) for name in "ab")
        slow.write("reports", rows, DAY)
        derive_zones(slow, DAY)
        for row in late:
            add_reports(slow, [row], DAY)
        whole.write("reports", [*late, *rows], DAY)
        derive_zones(whole, DAY)
        assert content(slow) == content(whole)
        slow.close()
        whole.close()


@pytest.fixture
def store(demo_store: Path, tmp_path: Path) -> Path:
    path = tmp_path / "s.gpkg"
    path.write_bytes(demo_store.read_bytes())
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(dateline, [str(word) for word in words], catch_exceptions=False)


def test_a_report_touches_its_own_patch_and_no_other(store: Path) -> None:
    opened = open_store(str(store))
    change = rederived(opened, [rai("2016-09-01", "ISIL")], DeriveOptions())
    assert {"sy-al-rai", "sy-jarabulus", "sy-manbij", "sy-azaz"} <= change.places
    assert not {"sy-deir-ez-zor", "sy-palmyra", "iq-mosul", "sy-daraa"} & change.places
    gone, come = {row.id for row in change.old} - {row.id for row in change.new}, change.new
    before = opened.summary("zones").count
    assert len(gone) < len(change.old) < before / 2
    assert any(row.properties["controller"] == "ISIL" and date(2016, 9, 1) in row.valid.outer for row in come)
    opened.close()


def test_a_report_that_is_there_already_changes_nothing(store: Path) -> None:
    opened = open_store(str(store))
    before = opened.version()
    written, zones = add_reports(opened, shipped()[:3], DAY)
    assert (written.unchanged, zones is not None and zones.added + zones.changed) == (3, 0)
    assert opened.version() == before
    opened.close()


def test_a_report_at_another_position_is_refused_and_nothing_is_kept(store: Path) -> None:
    opened = open_store(str(store))
    before = opened.version()
    with pytest.raises(InvalidInput, match="place 'sy-al-rai' is at"):
        add_reports(opened, [rai("2016-09-01", "ISIL", at=(37.5, 36.6))], DAY)
    assert opened.version() == before
    opened.close()


def test_a_place_that_moves_as_a_whole_is_derived_where_it_was_and_where_it_is(store: Path) -> None:
    opened = open_store(str(store))
    mine = [report_of(row) for row in opened.read("reports", Query()) if row.properties["place"] == "sy-al-rai"]
    add_reports(opened, [replace(each, point=LngLat(38.9, 34.0)).feature() for each in mine], DAY)
    followed = content(opened)
    derive_zones(opened, DAY)
    assert content(opened) == followed
    opened.close()


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "reports.csv"
    lines = [",".join(COLUMNS), *(",".join(row.get(column, "") for column in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


FALLEN = {
    "place_id": "sy-al-rai", "place": "al-Rai", "country": "SY", "lat": "36.61182", "lon": "37.44780",
    "date_edtf": "2016-09-01", "controller": "ISIL", "status": "control", "sourced": "yes", "source_title": "Amaq",
    "source_publisher": "Amaq", "stance": "ISIL", "note": "IS says that it is back",
}


def test_loading_reports_moves_the_zones_and_says_so(store: Path, tmp_path: Path) -> None:
    done = run("--store", store, "reports", "load", table(tmp_path, FALLEN))
    assert "1 reports new, 0 changed; zones derived anew around them: " in done.stderr
    lines = run("--store", store, "--quiet", "control", "al-Rai").stdout.splitlines()
    assert lines[-2] == (
        "2016-09-01/2020-08-31     ISIL [claimed] (certain, low confidence)  — IS says that it is back  "
        "[Amaq, Amaq, speaking for ISIL]"
    )


def test_a_store_without_derived_zones_gets_none_from_reports(tmp_path: Path) -> None:
    path = tmp_path / "new.gpkg"
    run("--quiet", "--store", path, "init")
    done = run("--store", path, "reports", "load", table(tmp_path, FALLEN))
    assert "no zones are derived from reports yet" in done.stderr
    opened = open_store(str(path))
    assert (opened.summary("reports").count, opened.summary("zones").count) == (1, 0)
    opened.close()


def test_the_store_keeps_how_its_zones_are_derived(store: Path) -> None:
    reaches_in = ("--max-km-in", "IQ=40", "--max-km-in", "sy=15")
    run("--store", store, "--quiet", "zones", "derive", "--from-reports", *reaches_in)
    shown = run("--store", store, "zones", "source", "show", "derived:reports").stdout
    assert shown == (
        'name = "derived:reports"\nmethod = "derived"\nmax_km = 25\ntown_max_km = 10\nreport_max_age_days = 1461\n\n'
        "[max_km_in]\nIQ = 40\nSY = 15\n"
    )
    listed = run("--store", store, "zones", "source", "list").stdout
    assert listed == "derived:reports  derived from town reports, up to 25 km, IQ 40 km, SY 15 km\n"
    opened = open_store(str(store))
    reaches = {row.properties["evidence_max_km"] for row in opened.read("zones", Query())}
    assert reaches == {10.0, 15.0, 40.0}  # 10: towns in dispute
    first = content(opened)
    run("--store", store, "--quiet", "zones", "derive", "--from-reports")
    assert content(opened) == first
    opened.close()


def test_a_page_of_ones_own_is_kept_and_files_are_not_loaded_into_it(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "derived.toml"
    page.write_text('name = "derived:reports"\nmethod = "derived"\nmax_km = 12\n', encoding="utf-8")
    assert "derived:reports: kept, " in run("--store", store, "zones", "source", "set", page).stderr
    assert run("--store", store, "zones", "source", "show", "derived:reports").stdout == page.read_text("utf-8")
    opened = open_store(str(store))
    assert options_in(opened).evidence_max_km == 12.0
    assert {row.properties["evidence_max_km"] for row in opened.read("zones", Query())} == {10.0, 12.0}
    opened.close()
    words = ["--store", str(store), "zones", "load", str(page), "--source", "derived:reports"]
    done = CliRunner().invoke(dateline, words)
    assert "its zones are derived from town reports" in str(done.exception) + done.output


@pytest.mark.parametrize(("page", "message"), [
    ("max_km = 0", r"max_km = 0, want 1 to 200 kilometres"),
    ("max_km = true", r"max_km = True, want 1 to 200"),
    ('[max_km_in]\nIQ = "far"', r"max_km_in: IQ = 'far', want 1 to 200"),
    ("[max_km_in]\nXX = 10", r"max_km_in: 'XX', want an ISO 3166-1 code"),
    ("report_max_age_days = 0", r"report_max_age_days = 0, want 1 to 36525"),
    ('name = "desk"', r"name = 'desk', want 'derived:reports'"),
    ("reach = 9", r"'reach' is not known of derived zones"),
    ("max_km = ", r"no TOML"),
])
def test_a_page_is_refused_by_name(page: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_page(page)


def test_a_page_says_what_was_said() -> None:
    options = DeriveOptions(30.0, 8.0, 700, max_km_in={"IQ": 40.0, "SY": 12.5})
    assert read_page(page_of(options)) == options
