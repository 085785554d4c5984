"""The line at the edge of a map names those whose work the ground is, and nobody else."""
from __future__ import annotations

from datetime import date
from pathlib import Path

from geo.assets import data_path
from geo.credits import credits
from geo.profiles import keep_profile
from geo.reports import read_reports
from geo.store import open_store

PAGE = 'name = "desk"\npublisher = "Example Desk"\nlicence = "CC BY 4.0"\n'


def test_each_publisher_of_a_stores_ground_is_named_once(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "a.gpkg"), create=True)
    store.write("reports", read_reports(data_path("reports.csv")), date(2017, 1, 1))
    keep_profile(store, PAGE)
    told = credits(store)
    assert told.count("Wikipedia, CC BY-SA 4.0") == 1
    assert told.endswith("Example Desk, CC BY 4.0")


def test_another_war_names_nobody_whose_work_it_does_not_use(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "b.gpkg"), create=True)
    assert credits(store) == "sources with each zone"
    keep_profile(store, PAGE + 'attribution = "Fronts by the Example Desk"\n')
    assert credits(store) == "Fronts by the Example Desk"
