"""The shipped gazetteer keeps its rules, and each rule catches what it is for."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from geo.gazetteer_check import Problem, check, distance_km
from geo.names import fold

DATA = Path(__file__).resolve().parent.parent / "data"
COUNTRIES = {"SY": box(36, 33, 42, 37), "IQ": box(42, 30, 48, 37)}
MUST_HAVE = [  # name, kind of code, country, lng, lat: written down apart from the gazetteer's own sources
    ("Damascus", "P", "SY", 36.29, 33.51), ("Aleppo", "P", "SY", 37.16, 36.20), ("Homs", "P", "SY", 36.72, 34.73),
    ("Raqqa", "P", "SY", 39.01, 35.95), ("Deir ez-Zor", "P", "SY", 40.14, 35.34), ("Palmyra", "P", "SY", 38.28, 34.56),
    ("Manbij", "P", "SY", 37.95, 36.53), ("Kobani", "P", "SY", 38.35, 36.89), ("al-Rai", "P", "SY", 37.45, 36.61),
    ("al-Bukamal", "P", "SY", 40.92, 34.45), ("Tell Abyad", "P", "SY", 38.95, 36.70),
    ("al-Tanf", "P", "SY", 38.62, 33.51),
    ("Idlib", "P", "SY", 36.63, 35.93), ("Hasakah", "P", "SY", 40.75, 36.50), ("Qamishli", "P", "SY", 41.22, 37.05),
    ("Dabiq", "P", "SY", 37.27, 36.54), ("Jarabulus", "P", "SY", 38.01, 36.82), ("Azaz", "P", "SY", 37.05, 36.59),
    ("Baghuz", "P", "SY", 40.95, 34.46), ("Douma", "P", "SY", 36.40, 33.57), ("Mayadin", "P", "SY", 40.45, 35.02),
    ("Baghdad", "P", "IQ", 44.40, 33.34), ("Mosul", "P", "IQ", 43.13, 36.34), ("Erbil", "P", "IQ", 44.01, 36.19),
    ("Fallujah", "P", "IQ", 43.79, 33.35), ("Ramadi", "P", "IQ", 43.30, 33.42), ("Sinjar", "P", "IQ", 41.87, 36.32),
    ("al-Qaim", "P", "IQ", 41.08, 34.37), ("Tikrit", "P", "IQ", 43.68, 34.61), ("Hawija", "P", "IQ", 43.77, 35.32),
    ("Amerli", "P", "IQ", 44.58, 34.73), ("Rutbah", "P", "IQ", 40.28, 33.04),
    ("al-Hamdan air base", "AIRB", "SY", 40.90, 34.49), ("T4", "AIRB", "SY", 37.63, 34.52),
    ("Menagh air base", "AIRB", "SY", 37.04, 36.52), ("Ain al-Asad", "AIRB", "IQ", 42.44, 33.79),
    ("Q-West", "AIRB", "IQ", 43.13, 35.77), ("Camp Speicher", "AIRB", "IQ", 43.54, 34.67),
    ("al-Bukamal crossing", "PSTB", "SY", 40.98, 34.41), ("al-Qaim crossing", "PSTB", "IQ", 40.98, 34.40),
    ("al-Rai crossing", "PSTB", "SY", 37.45, 36.64), ("al-Walid crossing", "PSTB", "IQ", 38.93, 33.43),
    ("Bab al-Hawa", "PSTB", "SY", 36.69, 36.24), ("Trebil", "PSTB", "IQ", 39.01, 32.74),
    ("Tabqa Dam", "DAM", "SY", 38.57, 35.87), ("Mosul Dam", "DAM", "IQ", 42.82, 36.63),
    ("Haditha Dam", "DAM", "IQ", 42.36, 34.21), ("Baiji refinery", "OILR", "IQ", 43.49, 35.01),
    ("Kocho", "P", "IQ", 41.91, 36.18), ("Karamles", "P", "IQ", 43.41, 36.30), ("Gogjali", "P", "IQ", 43.25, 36.36),
    ("Khan Bani Saad", "P", "IQ", 44.55, 33.57),
    ("Hasansham", "P", "IQ", 43.53, 36.31), ("Kudila", "P", "IQ", 43.40, 35.76),
    ("Susiyan", "P", "SY", 37.46, 36.42),
    ("Sahem al-Golan", "P", "SY", 35.93, 32.78), ("Jairoud", "P", "SY", 36.74, 33.81),
    ("Kafr Zita", "P", "SY", 36.60, 35.37),
    ("Bayanoun", "P", "SY", 37.06, 36.35), ("Kabani", "P", "SY", 36.26, 35.70),
    ("Qasr Ibn Wardan", "P", "SY", 37.25, 35.38), ("Mount Qasioun", "T", "SY", 36.28, 33.54),
    ("Zaatari", "CMPRF", "JO", 36.33, 32.29), ("al-Omar oil field", "OILF", "SY", 40.57, 35.10),
]


def entry(
    ident: str = "sy-a", at: tuple[float, float] = (38.0, 36.0), names: Iterable[str] = ("A",), **own: Any,
) -> dict[str, Any]:
    """A sound entry; ``own`` changes its properties."""
    properties = {"title": "A", "ccodes": ["SY"], "feature_class": "P", "feature_code": "PPL", "admin1": "Aleppo",
                  "precision_km": 1.0} | own
    spelled = [{"toponym": n, "lang": "en", "script": "Latn"} for n in names]
    spelled[0]["preferred"] = True
    return {"type": "Feature", "id": ident, "geometry": {"type": "Point", "coordinates": list(at)},
            "properties": properties, "names": spelled}


def rules(*entries: Mapping[str, Any], countries: Mapping[str, BaseGeometry] | None = None) -> list[tuple[str, str]]:
    return [(p.id, p.rule) for p in check(entries, COUNTRIES if countries is None else countries)]


@pytest.fixture(scope="module")
def shipped() -> list[dict[str, Any]]:
    return json.loads((DATA / "gazetteer.geojson").read_text(encoding="utf-8"))["features"]


@pytest.fixture(scope="module")
def borders() -> dict[str, BaseGeometry]:
    features = json.loads((DATA / "basemap" / "countries.geojson").read_text(encoding="utf-8"))["features"]
    near = {"SY", "IQ", "TR", "JO", "LB", "IR", "KW", "SA", "IL"}
    return {f["properties"]["iso_a2"]: shape(f["geometry"]) for f in features if f["properties"]["iso_a2"] in near}


def test_a_sound_entry_has_no_problem() -> None:
    assert rules(entry()) == []


@pytest.mark.parametrize("bad, rule", [
    (entry(at=(45.0, 34.0)), "outside-country"),
    (entry(at=(41.95, 30.0)), "outside-country"),
    (entry(precision_km=0), "precision"),
    (entry(precision_km=None), "precision"),
    (entry(feature_code="TOWN"), "feature-code"),
    (entry(feature_class="S"), "feature-code"),
    (entry(ccodes=["SYR"]), "country"),
    (entry(ccodes=[]), "country"),
])
def test_a_bad_property_is_one_problem_that_names_its_rule(bad: dict[str, Any], rule: str) -> None:
    assert rules(bad) == [("sy-a", rule)]


def test_latitude_and_longitude_exchanged_are_a_problem() -> None:
    assert ("sy-a", "coordinates") in rules(entry(at=(36.0, 138.0)))


def test_a_crossing_may_stand_three_km_into_the_neighbour_and_a_town_may_not() -> None:
    two_km_over = (42.022, 36.0)
    assert rules(entry(at=two_km_over, feature_class="S", feature_code="PSTB")) == []
    assert rules(entry(at=two_km_over)) == [("sy-a", "outside-country")]
    four_km_over = (42.045, 36.0)
    assert rules(entry(at=four_km_over, feature_class="S", feature_code="PSTB")) == [("sy-a", "outside-country")]


def test_an_island_may_lie_off_the_shore() -> None:
    assert rules(entry(at=(35.97, 34.0))) == []
    assert rules(entry(at=(35.9, 34.0))) == [("sy-a", "outside-country")]


def test_without_borders_only_the_other_rules_are_asked() -> None:
    assert check([entry(at=(0.0, 0.0))]) == []


@pytest.mark.parametrize("missing", ["toponym", "lang", "script"])
def test_a_name_needs_letters_language_and_script(missing: str) -> None:
    bad = entry(names=["A", "B"])
    del bad["names"][1][missing]
    assert rules(bad) == [("sy-a", "name")]


def test_one_name_is_preferred() -> None:
    none, two = entry(), entry(names=["A", "B"])
    del none["names"][0]["preferred"]
    two["names"][1]["preferred"] = True
    assert rules(none) == rules(two) == [("sy-a", "preferred-name")]


def test_an_id_is_used_once() -> None:
    assert rules(entry(), entry(at=(39.0, 35.0), names=["B"])) == [("sy-a", "duplicate-id")]


def test_one_place_is_one_entry() -> None:
    twin = entry("sy-b", at=(38.005, 36.005), names=["a"], admin1="Raqqa")
    assert rules(entry(), twin) == [("sy-a", "same-place")]


@pytest.mark.parametrize("other", [
    entry("sy-b", at=(38.005, 36.005), names=["B"]),  # another name
    entry("sy-b", at=(38.02, 36.0), names=["A"], admin1="Raqqa"),  # 1.8 km away
    entry("sy-b", at=(38.005, 36.005), feature_class="S", feature_code="PSTB"),  # the town's crossing
])
def test_neighbours_of_another_name_or_kind_are_not_one_place(other: dict[str, Any]) -> None:
    assert rules(entry(), other) == []


def test_a_name_claimed_twice_needs_a_rule_or_a_context() -> None:
    here, there = entry(names=["Suran"]), entry("sy-b", at=(37.0, 35.0), names=["Sūrān"])
    assert rules(here, there) == [("sy-a", "shared-name")]
    assert rules(here, there | {"properties": there["properties"] | {"admin1": "Hama"}}) == []
    here["names"][0]["rule"] = there["names"][0]["rule"] = "larger"
    assert rules(here, there) == []
    here["names"][0]["rule"] = "nearest"
    assert rules(here, there) == [("sy-a", "name")]


def test_the_shipped_gazetteer_has_no_problem(shipped: list[dict[str, Any]], borders: dict[str, BaseGeometry]) -> None:
    assert check(shipped, borders) == []


def test_the_shipped_gazetteer_is_large_sorted_and_says_its_sources(shipped: list[dict[str, Any]]) -> None:
    assert len(shipped) >= 3000
    assert [f["id"] for f in shipped] == sorted(f["id"] for f in shipped)
    assert all(f["sources"] and f["sources"][0]["name"] for f in shipped)
    assert all(f["checked"]["distance_km"] <= f["properties"]["precision_km"] for f in shipped if "checked" in f)


@pytest.mark.parametrize("wanted", MUST_HAVE, ids=[row[0] for row in MUST_HAVE])
def test_the_shipped_gazetteer_has(shipped: list[dict[str, Any]], wanted: tuple[str, str, str, float, float]) -> None:
    name, kind, country, lng, lat = wanted
    away = [
        distance_km(f["geometry"]["coordinates"], (lng, lat))
        for f in shipped
        if kind in (f["properties"]["feature_code"], f["properties"]["feature_class"])
        and f["properties"]["ccodes"] == [country]
        and any(fold(n["toponym"]) == fold(name) for n in f["names"])
    ]
    assert away and min(away) < 10


@pytest.mark.parametrize("name, classes", [
    ("Deir ez-Zor", {"P", "A"}), ("Aleppo", {"P", "A"}), ("al-Tanf", {"P"}), ("Rabia", {"P"}),
    ("Çobanbey", {"P"}), ("Girê Spî", {"P"}), ("Shingal", {"P"}), ("Hesîçe", {"P", "A"}), ("البوكمال", {"P"}),
    ("Hamadan airbase", {"S"}), ("Hewlêr", {"P"}), ("Tadmur", {"P"}), ("Abu Kamal", {"P"}),
    ("Deir al-Zour", {"P", "A"}),
])
def test_other_names_lead_to_the_entry(shipped: list[dict[str, Any]], name: str, classes: set[str]) -> None:
    found = {f["properties"]["feature_class"] for f in shipped for n in f["names"] if fold(n["toponym"]) == fold(name)}
    assert found == classes


def test_a_village_whose_name_is_a_short_word_is_not_named_by_it_alone(shipped: list[dict[str, Any]]) -> None:
    flags = {n["toponym"]: n.get("ambiguous", False) for f in shipped for n in f["names"]}
    assert {name: flags[name] for name in ("Old City", "Taru", "Bashir", "Khunayfis", "Sadr City")} == {
        "Old City": True, "Taru": True, "Bashir": True, "Khunayfis": False, "Sadr City": False}


def test_old_city_leads_to_the_old_city_of_each_province(shipped: list[dict[str, Any]]) -> None:
    found = {f["properties"]["admin1"] for f in shipped for n in f["names"] if fold(n["toponym"]) == "old city"}
    assert {"Nineveh", "Aleppo", "Homs", "Damascus", "Raqqa"} <= found


def test_a_problem_reads_as_a_sentence() -> None:
    assert check([entry(precision_km=-1)]) == [Problem("sy-a", "precision", "-1, want kilometres above 0")]
