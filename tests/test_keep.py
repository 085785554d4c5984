"""What is derived once is the same when it comes from the cache."""
from __future__ import annotations

from pathlib import Path

import pytest

from geo.assets import data_path
from geo.basemap import country_shapes
from geo.derive import derive
from geo.keep import kept_features
from geo.model import Feature
from geo.reports import read_reports


def test_kept_zones_are_the_derived_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path))
    zones = derive(read_reports(data_path("reports.csv")), country_shapes())
    source = tmp_path / "source"
    source.write_text("one")
    assert kept_features("zones", [source], lambda: zones) == zones
    assert kept_features("zones", [source], list) == zones


def test_another_source_is_derived_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path))
    source = tmp_path / "source"
    source.write_text("one")
    one: list[Feature] = derive(read_reports(data_path("reports.csv"))[:4], country_shapes())
    kept_features("zones", [source], lambda: one)
    source.write_text("two")
    assert kept_features("zones", [source], lambda: one[:1]) == one[:1]
