"""Places that a user loads: GeoNames dumps, alternate names, Linked Places, CSV."""
from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from geo import geonames
from geo.errors import InvalidInput
from geo.gazetteer import Gazetteer
from geo.geonames import read_alternate_names, read_dump
from geo.ground import gazetteer_of
from geo.loaded import Loaded
from geo.model import Query
from geo.place_load import load_file, loaded_places
from geo.store import Store, open_store
from server.cli import dateline

DAY = date(2020, 1, 1)


def row(ident: int, name: str, **stated: str) -> str:
    """One line of a dump in GeoNames' 19 columns."""
    columns = {
        "ascii": name, "others": "", "lat": "35.5", "lng": "38.5", "class": "P", "code": "PPL", "country": "SY",
        "cc2": "", "admin1": "", "admin2": "", "admin3": "", "admin4": "", "population": "0", "elevation": "",
        "dem": "300", "zone": "Asia/Damascus", "changed": "2020-01-01",
    } | {("class" if key == "kind" else key): value for key, value in stated.items()}
    return "\t".join([str(ident), name, *columns.values()])


LINES = (
    row(900001, "Raqqa Province", kind="A", code="ADM1", admin1="04"),
    row(900002, "Tall Zaydān", others="Tell Zeidan,تل زيدان,Тель-Зейдан,TZD,زيدان", lat="35.95", lng="39.1",
        admin1="04"),
    row(900003, "Khirbat Dūnama", population="450"),
    row(900004, "Shāri‘ Tishrīn", kind="R", code="ST"),
    row(900005, "Bi’r Ghālib", kind="H", code="WLL"),
    row(900006, "Mazra‘at Qadrī", kind="S", code="FRM"),
    row(900007, "Qalamīn Dam", kind="S", code="DAM"),
    row(900008, "Nowhere", kind="P", code=""),
)


def dump(folder: Path, *lines: str, name: str = "XX.txt") -> Path:
    path = folder / name
    path.write_text("\n".join(lines or LINES) + "\n", encoding="utf-8")
    return path


def zipped(folder: Path, members: dict[str, str], name: str = "XX.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "places.gpkg"), create=True)
    yield opened
    opened.close()


def test_a_dump_gives_places_with_their_names_and_province(tmp_path: Path) -> None:
    place = next(place for place in read_dump(dump(tmp_path)).places if place.id == "gn-900002")
    assert [name.toponym for name in place.names] == ["Tall Zaydān", "Tell Zeidan", "تل زيدان", "زيدان"]
    assert [name.script for name in place.names] == ["Latn", "Latn", "Arab", "Arab"]
    assert (place.admin1, place.point, place.tier) == ("Raqqa Province", (39.1, 35.95), "dump")


def test_what_news_does_not_name_is_skipped_and_counted(tmp_path: Path) -> None:
    read = read_dump(dump(tmp_path))
    assert read.skipped == {"H.WLL": 1, "P without a code": 1, "R.ST": 1, "S.FRM": 1}
    assert (len(read.places), read.lines) == (4, 8)


def test_a_dump_may_be_cut_to_some_countries(tmp_path: Path) -> None:
    path = dump(tmp_path, *LINES, row(900010, "Somewhere", country="IQ"), name="allCountries.txt")
    assert [place.id for place in read_dump(path, frozenset({"IQ"})).places] == ["gn-900010"]


@pytest.mark.parametrize("line, wanted", [
    ("1\tShort", "line 2: 2 columns, want 19"),
    (row(5, "Elsewhere", lat="95"), "line 2: latitude '95'"),
    (row(5, "Elsewhere", lng="east"), "longitude 'east'"),
    (row(5, "Elsewhere", code="XYZ"), "line 2: feature P.XYZ"),
    (row(5, "Elsewhere", kind="S"), "line 2: feature S.PPL"),
    (row(5, "Elsewhere", country="Syria"), "country 'Syria'"),
    (row(5, "Elsewhere", population="many"), "population 'many'"),
    (row(5, " "), "name ' '"),
])
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str, wanted: str) -> None:
    with pytest.raises(InvalidInput, match=wanted):
        read_dump(dump(tmp_path, LINES[0], line))


def test_of_many_bad_lines_some_are_named_and_all_counted(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"line 5.*and 4 more lines.*nothing was loaded"):
        read_dump(dump(tmp_path, *["not a row"] * 9))


def test_a_zip_is_read_as_geonames_packs_it(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"readme.txt": "about", "XX.txt": "\n".join(LINES)})
    assert len(read_dump(path).places) == 4


@pytest.mark.parametrize("members, wanted", [
    ({"a.txt": "x", "b.txt": "y"}, "holds 2 tables, want one"),
    ({}, "holds 0 tables"),
    ({"bomb.txt": "0" * 3_000_000}, "unpacks to 3000000 bytes"),
])
def test_a_zip_that_is_no_dump_is_refused(tmp_path: Path, members: dict[str, str], wanted: str) -> None:
    with pytest.raises(InvalidInput, match=wanted):
        read_dump(zipped(tmp_path, members))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "XX.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="want a table in UTF-8"):
        read_dump(path)


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="a line of more than"):
        read_dump(dump(tmp_path, "x" * 200_000))


def test_more_places_than_one_load_may_keep_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geonames, "MAX_PLACES", 3)
    with pytest.raises(InvalidInput, match=r"more than 3 places.*--country"):
        read_dump(dump(tmp_path))


def test_alternate_names_are_names_and_no_links_codes_or_history(tmp_path: Path) -> None:
    path = dump(
        tmp_path, "1\t900003\ten\tKherbet Dunama\t\t\t\t\t\t", "2\t900003\tlink\thttps://example.org/x\t\t\t\t\t\t",
        "3\t900003\tpost\t12345\t\t\t\t\t\t", "4\t900003\tar\tخربة دنمة\t\t\t\t\t\t",
        "5\t900003\tfr\tAntioche\t\t\t\t1\t\t", "6\t77\ten\tAnother\t\t\t\t\t\t", name="alternateNamesV2.txt",
    )
    names = read_alternate_names(path, frozenset({"900003"}))
    assert [(name.toponym, name.lang) for name in names["900003"]] == [("Kherbet Dunama", "en"), ("خربة دنمة", "ar")]


def test_a_loaded_dump_stands_behind_the_curated_tier(store: Store, tmp_path: Path) -> None:
    told = load_file(store, dump(tmp_path), DAY)
    gazetteer = gazetteer_of(store)
    assert (told.kind, told.written.added) == ("GeoNames", 4)
    for name, found in (
        ("Tell Zeidan", ("gn-900002", "exact")), ("Tel Zeydan", ("gn-900002", "sound")),
        ("Khirbat Dunamma", ("gn-900003", "sound")), ("Khirbat Dunoma", ("gn-900003", "fuzzy")),
    ):
        first = gazetteer.candidates(name)[0]
        assert (first.place.id, first.level) == found
    assert gazetteer["gn-900002"].admin1 == "Raqqa Province"
    assert gazetteer.candidates("Manbij")[0].place.id == "sy-manbij"
    assert gazetteer.has_far("tell zeidan") and gazetteer.reach("tell") >= 2 and not gazetteer.has("tell zeidan")


def test_loading_twice_is_loading_once(store: Store, tmp_path: Path) -> None:
    load_file(store, dump(tmp_path), DAY)
    again = load_file(store, dump(tmp_path), DAY)
    assert (again.written.added, again.written.changed, again.written.unchanged) == (0, 0, 4)


def test_alternate_names_are_joined_to_the_dump(store: Store, tmp_path: Path) -> None:
    load_file(store, dump(tmp_path), DAY)
    path = dump(tmp_path, "1\t900003\tku\tXerabe Dunam", name="alternateNames.txt")
    told = load_file(store, path, DAY)
    assert (told.kind, told.written.changed) == ("alternate names", 1)
    assert gazetteer_of(store).candidates("Xerabe Dunam")[0].place.id == "gn-900003"


def test_alternate_names_without_a_dump_are_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="load a dump first"):
        load_file(store, dump(tmp_path, "1\t900003\ten\tName", name="alternateNames.txt"), DAY)


def test_a_bad_line_leaves_the_store_as_it_was(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="line 9"):
        load_file(store, dump(tmp_path, *LINES, "broken"), DAY)
    assert list(store.read("places", Query())) == []
    assert loaded_places(store) is None


def test_a_csv_of_ones_own_is_loaded(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    line = "me-1,Checkpoint Zero,35,38,SY,PPL,Zero Post|نقطة صفر"
    path.write_text(f"id,name,lat,lon,country,feature_code,names\n{line}\n", encoding="utf-8")
    assert load_file(store, path, DAY).kind == "CSV"
    found = gazetteer_of(store).candidates("Zero Post")
    assert [(one.place.id, one.place.feature_class) for one in found] == [("me-1", "P")]


@pytest.mark.parametrize("text, wanted", [
    ("id,name\n1,X\n", "no column lat, lon, country, feature_code"),
    ("id,name,lat,lon,country,feature_code\n1,X,99,0,SY,PPL\n", "line 2: latitude '99'"),
    ("id,name,lat,lon,country,feature_code\n1,X,9,0,SY,QQQ\n", "line 2: feature ..QQQ"),
    ("id,name,lat,lon,country,feature_code\n1,X,9,0,SY,PPL\n1,Y,9,0,SY,PPL\n", "line 3: id '1' a second time"),
    ("id,name,lat,lon,country,feature_code\n1,,9,0,SY,PPL\n", "line 2: no name"),
    ("id,name,lat,lon,country,feature_code\nsy-manbij,X,9,0,SY,PPL\n", "'sy-manbij' is a curated place's"),
])
def test_a_csv_that_cannot_be_read_is_refused(store: Store, tmp_path: Path, text: str, wanted: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=wanted):
        load_file(store, path, DAY)


def linked(**properties: object) -> dict[str, object]:
    return {
        "@id": "https://example.org/places/7", "properties": {"title": "Qasr Zulema", "ccodes": ["SY"], **properties},
        "names": [{"toponym": "Qasr Zulema"}, {"toponym": "قصر زليمة"}], "types": [{"identifier": "gn:CSTL"}],
        "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [38.1, 35.2]}]},
    }


def test_linked_places_are_loaded(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.geojson"
    path.write_text(json.dumps({"features": [linked()]}), encoding="utf-8")
    load_file(store, path, DAY)
    place = gazetteer_of(store).candidates("قصر زليمة")[0].place
    assert (place.id, place.feature_class, place.feature_code) == ("https://example.org/places/7", "S", "CSTL")


@pytest.mark.parametrize("text, wanted", [
    ("[]", "FeatureCollection"),
    (json.dumps({"features": [linked(ccodes=["Syria"])]}), "feature 0: country 'Syria'"),
    (json.dumps({"features": [linked(title="")]}), "feature 0: no name"),
])
def test_linked_places_that_cannot_be_read_are_refused(store: Store, tmp_path: Path, text: str, wanted: str) -> None:
    path = tmp_path / "mine.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=wanted):
        load_file(store, path, DAY)


def test_the_index_from_the_cache_answers_as_the_one_in_memory(tmp_path: Path) -> None:
    places = read_dump(dump(tmp_path)).places
    built, kept = Loaded.of(places), Loaded.kept("v1", places, tmp_path)
    again = Loaded.kept("v1", iter(()), tmp_path)
    for place in places:
        assert built.get(place.id) == kept.get(place.id) == again.get(place.id)
        assert [one.place for one in again.at("exact", "tell zeidan")] == ["gn-900002"]
    assert again.get("gn-1") is None and len(again) == 4


def test_without_a_loaded_tier_nothing_changes(store: Store) -> None:
    assert len(gazetteer_of(store)) == len(Gazetteer.load())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(dateline, arguments, catch_exceptions=False)


def test_the_command_loads_and_finds(tmp_path: Path) -> None:
    address = str(tmp_path / "s.gpkg")
    run("--quiet", "init", address)
    told = json.loads(run("--store", address, "--json", "gazetteer", "load", str(dump(tmp_path))).stdout)
    assert (told["added"], told["skipped"]["R.ST"], told["loaded_places"]) == (4, 1, 4)
    found = run("--store", address, "--json", "gazetteer", "find", "Tel Zeydan", "--near", "39.1,35.9").stdout
    first = json.loads(found.splitlines()[0])
    assert (first["id"], first["tier"], first["how"], first["km"]) == ("gn-900002", "dump", "spelt alike", 5.6)
    assert first["keys"][0] == first["keys"][1]
