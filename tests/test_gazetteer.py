"""Names → candidate places, in three tiers."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from geo.assets import data_path
from geo.errors import InvalidInput, NotFound
from geo.gazetteer import Gazetteer, read_linked_places
from geo.pipeline import bundled


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return bundled().gazetteer


@pytest.mark.parametrize("name, place", [
    ("al-Rai", "sy-al-rai"),
    ("Chobanbey", "sy-al-rai"),
    ("Çobanbey", "sy-al-rai"),
    ("الراعي", "sy-al-rai"),
    ("Abu Kamal", "sy-al-bukamal"),
    ("Ayn al-Arab", "sy-kobani"),
    ("Girê Spî", "sy-tell-abyad"),
    ("Shingal", "iq-sinjar"),
    ("Tadmur", "sy-palmyra"),
    ("Hamadan airbase", "sy-al-hamdan-air-base"),
    ("Hewler", "iq-erbil"),
    ("Palmyra", "sy-palmyra"),
    ("United States", "us"),
])
def test_a_name_finds_its_place_first(gazetteer: Gazetteer, name: str, place: str) -> None:
    assert gazetteer.find(name)[0].place.id == place


def test_a_name_of_several_places_finds_all(gazetteer: Gazetteer) -> None:
    found = {match.place.id for match in gazetteer.candidates("Aleppo")}
    assert {"sy-aleppo", "sy-aleppo-governorate"} <= found


def test_the_world_tier_stands_beside_the_curated_one(gazetteer: Gazetteer) -> None:
    assert {"curated", "world"} <= {match.place.tier for match in gazetteer.candidates("Palmyra")}


def test_the_same_consonants_are_asked_only_when_nothing_else_answers(gazetteer: Gazetteer) -> None:
    assert all(match.level != "skeleton" for match in gazetteer.candidates("Ankara"))


def test_a_curated_town_hides_its_own_entry_in_the_world_tier(gazetteer: Gazetteer) -> None:
    assert [match.place.id for match in gazetteer.find("Manbij") if match.place.tier == "world"] == []


def test_an_unknown_id_is_named(gazetteer: Gazetteer) -> None:
    with pytest.raises(NotFound, match="'atlantis'"):
        gazetteer["atlantis"]


def test_a_world_place_is_found_again_by_its_id(gazetteer: Gazetteer) -> None:
    paris = next(match.place for match in gazetteer.find("Paris") if match.place.country == "FR")
    assert gazetteer[paris.id] == paris


@pytest.mark.parametrize("content, wanted", [
    ("no json", "FeatureCollection"),
    ('{"features": [{"id": "x", "properties": {}}]}', "feature 0 .'x'."),
])
def test_a_file_that_is_no_gazetteer_is_refused(tmp_path: Path, content: str, wanted: str) -> None:
    path = tmp_path / "places.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=wanted):
        read_linked_places(path)


def test_a_file_is_read_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "places.geojson"
    path.write_bytes(data_path("gazetteer.geojson").read_bytes())
    first, second = Gazetteer.load(path), Gazetteer.load(path)
    assert first["sy-al-rai"] is second["sy-al-rai"]
    content = json.loads(path.read_text("utf-8"))
    content["features"] = [one for one in content["features"] if one["id"] != "sy-al-rai"]
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(NotFound):
        Gazetteer.load(path)["sy-al-rai"]
    assert first["sy-al-rai"].name == "al-Rai"
