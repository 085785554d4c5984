"""Another war from a folder of plain data: Ukraine in 2022, and folders of one's own."""
from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shapely.geometry import Point

from geo import style
from geo.actors import Actors
from geo.basemap import country_shapes, province_shapes
from geo.derive import derive
from geo.errors import InvalidInput, NotFound
from geo.gazetteer import Gazetteer
from geo.gazetteer_check import check
from geo.interval import Interval
from geo.measure import distance_km
from geo.model import Reading
from geo.pipeline import pipeline_for
from geo.reports import read_reports, report_of
from geo.sources import read_file
from geo.theatre import theatre
from server import create_app
from server.cli import dateline

UKRAINE = theatre("ukraine-2022")
ACTORS = Actors.load(UKRAINE.actors)
HEAD = "code,name,family,side,side_from,side_to,aliases,generic_aliases\n"


def run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(dateline, [str(word) for word in words], input=stdin)


def read(story: str) -> Reading:
    assert UKRAINE.sample
    return pipeline_for(UKRAINE).read(next(read_file(UKRAINE.sample / f"{story}.txt")))


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load(UKRAINE.gazetteer)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the second theatre. Do not write to it; copy it first."""
    path = tmp_path_factory.mktemp("ukraine") / "war.gpkg"
    done = run("--theatre", "ukraine-2022", "--quiet", "init", path, "--demo")
    assert done.exit_code == 0, done.stderr
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A theatre of one's own: the smallest that can be read."""
    own = tmp_path / "my-war"
    own.mkdir()
    shutil.copy(UKRAINE.gazetteer, own)
    (own / "actors.csv").write_text(HEAD + "BLUE,Blue Army,x,blue,2022-01-01,,Blue Army,the army@UA\n"
                                           "RED,Red Army,x,red,2022-01-01,,Red Army,\n", encoding="utf-8")
    return own


@pytest.mark.parametrize(("story", "toponym", "place", "day", "controller"), [
    ("2022-09-11-izium", "Izium", "ua-izium", "2022-09-10", "UKRAINE"),
    ("2022-09-11-izium", "Kharkiv region", "ua-kharkiv-province", "2022-09-10", "UKRAINE"),
    ("2022-09-11-izium", "Balakliia", "ua-balakliia", "2022-09-08", "UKRAINE"),
    ("2022-09-11-izium", "Kupiansk", "ua-kupiansk", "2022-09-10", "UKRAINE"),
    ("2022-09-11-izium", "Vovchansk", "ua-vovchansk", "2022-09-11", "UKRAINE"),
    ("2022-09-11-izium", "Lyman", "ua-lyman", "2022-09-11", "RUSSIA"),
    ("2022-09-11-izium", "Krasny Liman", "ua-lyman", "2022-09-11", "RUSSIA"),
    ("2022-11-12-kherson", "Kherson", "ua-kherson", "2022-11-11", "UKRAINE"),
    ("2022-11-12-kherson", "Kherson", "ua-kherson", "2022-03-02", "RUSSIA"),
    ("2022-11-12-kherson", "Snihurivka", "ua-snihurivka", "2022-11-10", "UKRAINE"),
    ("2022-11-12-kherson", "Antonivka bridge", "ua-antonivka-bridge", "2022-11-11", "UKRAINE"),
    ("2022-11-12-kherson", "Kakhovka dam", "ua-kakhovka-dam", "2022-11-11", "RUSSIA"),
    ("2022-11-12-kherson", "Zaporizhzhia nuclear power plant", "ua-zaporizhzhia-nuclear-power-plant", "2022-03-04",
     "RUSSIA"),
    ("2022-11-12-kherson", "Henichesk", "ua-henichesk", "2022-11-12", "RUSSIA"),
])
def test_a_name_gets_its_place_its_day_and_who_held_it(
    story: str, toponym: str, place: str, day: str, controller: str
) -> None:
    told = [
        (one.toponym.text, one.place.id, one.when.edtf, one.control.controller)
        for one in read(story).mentions if one.place and one.when and one.control
    ]
    assert (toponym, place, day, controller) in told


@pytest.mark.parametrize("story", ["2022-09-11-izium", "2022-11-12-kherson"])
def test_every_place_lies_in_the_theatre(story: str) -> None:
    found = {one.place.id: one.place.country for one in read(story).mentions if one.place}
    assert {country for id_, country in found.items() if id_ != "ru"} == {"UA"}
    assert len(found) >= 10


def test_changes_of_hands_agree_with_the_reports() -> None:
    events = [*read("2022-09-11-izium").events, *read("2022-11-12-kherson").events]
    told = [one for one in events if one.place and one.type == "control_gain"]
    gains = {(one.place.id, one.actor, one.when.edtf): one for one in told if one.place}
    for gain in (
        ("ua-izium", "RUSSIA", "2022-03-27"), ("ua-izium", "UKRAINE", "2022-09-10"),
        ("ua-balakliia", "UKRAINE", "2022-09-08"), ("ua-kherson", "RUSSIA", "2022-03-02"),
        ("ua-kherson", "UKRAINE", "2022-11-11"), ("ua-enerhodar", "RUSSIA", "2022-03-04"),
    ):
        assert gains[gain].agreement == "agrees", gain


@pytest.mark.parametrize(("name", "place"), [
    ("Kyiv", "ua-kyiv"), ("Kiev", "ua-kyiv"), ("Київ", "ua-kyiv"), ("Киев", "ua-kyiv"), ("Kharkov", "ua-kharkiv"),
    ("Харків", "ua-kharkiv"), ("Artemivsk", "ua-bakhmut"), ("Бахмут", "ua-bakhmut"), ("Izyum", "ua-izium"),
    ("Severodonetsk", "ua-sievierodonetsk"), ("Syevyerodonetsk", "ua-sievierodonetsk"),
    ("Krasnyi Lyman", "ua-lyman"), ("Kupyansk", "ua-kupiansk"), ("Zmiinyi Island", "ua-snake-island"),
    ("Crimean bridge", "ua-kerch-bridge"), ("Azovstal steelworks", "ua-azovstal"),
    ("Chernobyl nuclear power plant", "ua-chornobyl-nuclear-power-plant"), ("Hostomel airport", "ua-antonov-airport"),
    ("Saki air base", "ua-saky-air-base"), ("Kherson region", "ua-kherson-province"), ("Dnieper", "ua-dnipro-river"),
])
def test_the_spellings_of_both_languages_find_the_place(places: Gazetteer, name: str, place: str) -> None:
    assert place in [match.place.id for match in places.find(name)]


def test_its_gazetteer_passes_the_check() -> None:
    features = json.loads(UKRAINE.gazetteer.read_text(encoding="utf-8"))["features"]
    assert check(features, country_shapes()) == []
    assert len(features) >= 180
    for feature in features:
        lng, lat = feature["geometry"]["coordinates"]
        assert feature["properties"]["ccodes"] == ["UA"]
        assert 22 < lng < 40.3, feature["id"]
        assert 44.2 < lat < 52.4, feature["id"]
    sources = Counter(feature["sources"][0]["name"].split(" ")[0] for feature in features)
    assert sources.keys() == {"GeoNames", "Natural", "Dateline"}


def test_every_oblast_is_there_in_place_of_the_worlds(places: Gazetteer) -> None:
    oblasts = {place.admin1_iso: place for place in places if place.feature_code == "ADM1"}
    drawn = {code for code in province_shapes() if code.startswith("UA-")}
    assert drawn - oblasts.keys() == {"UA-30", "UA-40"}  # Kyiv and Sevastopol are cities
    for oblast in oblasts.values():
        tiers = [match.place.tier for match in places.candidates(oblast.name) if match.place.id == oblast.id]
        assert tiers == ["curated"], oblast.id


def test_its_reports_speak_of_its_places_and_sides(places: Gazetteer) -> None:
    assert UKRAINE.reports
    reports = [report_of(feature) for feature in read_reports(UKRAINE.reports)]
    assert len(reports) >= 40
    sides = {side for each in reports for side in (each.controller, each.controller_b, each.besieged_by) if side}
    assert sides <= {actor.code for actor in ACTORS.rows}
    for report in reports:
        assert distance_km(places[report.place].point, report.point) < 1, report
        (source,) = report.sources
        assert (report.sourced == "no") == ("publisher" not in source), report
        assert report.note


def test_an_island_that_the_base_map_leaves_out_has_ground() -> None:
    assert UKRAINE.reports
    zones = derive(read_reports(UKRAINE.reports), country_shapes())
    here = [zone for zone in zones if zone.geometry and zone.geometry.covers(Point(30.204, 45.255))]
    assert [zone.properties["controller"] for zone in here] == ["RUSSIA", "UKRAINE"]


@pytest.mark.parametrize(("text", "code"), [
    ("Azov regiment", "UKRAINE"), ("Territorial Defence Forces", "UKRAINE"), ("International Legion", "UKRAINE"),
    ("Wagner Group", "RUSSIA"), ("Kadyrovites", "RUSSIA"), ("DPR", "SEPARATISTS"),
    ("Luhansk People's Republic", "SEPARATISTS"), ("NATO", "NATO"), ("IAEA", None),
])
def test_its_sides_are_known_by_their_names(text: str, code: str | None) -> None:
    assert ACTORS.find(text) == code


def test_separatists_and_russia_stand_together() -> None:
    year = Interval(date(2022, 1, 1), date(2023, 1, 1))
    assert ACTORS.are_kin("SEPARATISTS", "RUSSIA", year)
    assert not ACTORS.are_kin("UKRAINE", "RUSSIA", year)


def test_russia_strikes_from_the_air_alone_in_one_war_only() -> None:
    assert Actors.load().air_powers() == {"COALITION", "USA", "RUSSIA", "ISRAEL"}
    assert ACTORS.air_powers() == frozenset()


def test_a_theatre_brings_its_colours_and_the_first_keeps_its_own() -> None:
    assert style.styles(Actors.load().rows) == style.STYLES
    looks = style.styles(ACTORS.rows)
    assert looks["UKRAINE"] == style.Style("Ukraine", "#0072b2", "dots")
    assert len({look.colour for look in looks.values()}) == len(ACTORS.rows)


def test_sides_that_choose_no_colour_get_different_ones(folder: Path) -> None:
    blue, red = style.styles(Actors.load(folder / "actors.csv").rows).values()
    assert (blue.label, red.label) == ("Blue Army", "Red Army")
    assert blue.colour != red.colour
    assert blue.pattern != red.pattern


def test_control_tells_the_history_of_a_town(demo: Path) -> None:
    lines = run("--store", demo, "control", "Kherson").stdout.splitlines()
    assert [re.split(r" +", line)[:2] for line in lines[1:4]] == [
        ["2022-02-24/2022-03-01", "UKRAINE"], ["2022-03-02/2022-11-10", "RUSSIA"], ["2022-11-11/2026-11-10", "UKRAINE"],
    ]
    assert "general knowledge, no source checked" in lines[1]
    assert "[Territorial control during the Russo-Ukrainian War, Wikipedia]" in lines[2]


def test_a_store_goes_on_reading_with_its_theatre(demo: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(demo, tmp_path / "war.gpkg"))
    story = tmp_path / "story.txt"
    story.write_text("Date: 2022-10-02\n\nUkrainian forces took Krasny Liman on Saturday.\n", encoding="utf-8")
    told = json.loads(run("--store", store, "--json", "ingest", story).stdout)
    assert (told["mentions"], told["events"]) == (1, 1)
    exported = json.loads(run("--store", store, "export", "events", "--datetime", "2022-10-01").stdout)
    assert ("ua-lyman", "UKRAINE", "agrees") in {
        (one["properties"]["place"], one["properties"]["actor"], one["properties"]["agreement"])
        for one in exported["features"]
    }


def test_the_service_answers_with_the_stores_theatre(demo: Path) -> None:
    client = create_app({"STORE": str(demo), "TESTING": True}).test_client()
    answer = client.get("/api/control?place=Kherson&datetime=2022-06-01").get_json()
    assert (answer["place"], answer["controller"]) == ("ua-kherson", "RUSSIA")
    told = client.post("/api/read?format=json", json={"text": "Azov fighters held Azovstal.", "date": "2022-05-14"})
    assert [one["place"] for one in told.get_json()["toponyms"] if one["place"]] == ["ua-azovstal"]
    page = client.get("/").get_data(as_text=True)
    assert '"#0072b2"' in page
    assert "Donetsk and Luhansk separatists" in page
    assert "Syrian" not in page


def test_a_store_is_of_one_theatre(demo: Path, demo_store: Path) -> None:
    done = run("--theatre", "syria-iraq", "--store", demo, "control", "Kherson")
    assert "was made with 'ukraine-2022'" in str(done.exception)
    done = run("--theatre", "ukraine-2022", "init", demo_store)
    assert "the store is 'syria-iraq''s" in str(done.exception)
    assert run("--theatre", "syria-iraq", "--store", demo_store, "control", "al-Rai", "--date", "2016-04-11").stdout


def test_a_folder_of_ones_own_is_read_without_reports(folder: Path) -> None:
    text = "Date: 2022-09-11\n\nThe Blue Army captured Izium on Saturday.\n"
    lines = run("--theatre", folder, "read", "-", "--format", "text", stdin=text).stdout.splitlines()
    assert lines[1].endswith("2022-09-10: no statement")
    assert lines[2].startswith("  * control_gain BLUE at Izium, 2022-09-10")


def test_a_folder_that_moves_is_told_to_its_store(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "war.gpkg"
    assert run("--theatre", folder, "init", store).exit_code == 0
    assert run("--store", store, "control", "Izium").exit_code == 0
    (tmp_path / "elsewhere").mkdir()
    moved = folder.rename(tmp_path / "elsewhere" / folder.name)
    assert "--theatre FOLDER init STORE" in str(run("--store", store, "control", "Izium").exception)
    assert run("--theatre", moved, "init", store).exit_code == 0
    assert run("--store", store, "control", "Izium").exit_code == 0


@pytest.mark.parametrize(("row", "message"), [
    ("BLUE,,x,blue,,,Blue,", "line 3: code or name is empty"),
    ("RED,Red,x,red,2022-02-30,,Red,", "line 3: date: '2022-02-30'"),
    ("RED,Red,x,red,2022-02-02,2022-01-01,Red,", "line 3: side_to: '2022-01-01'"),
    ("RED,Red,x,red,,,Blue  army,", "line 3: 'Blue  army' is a name of both BLUE and RED"),
    ("RED,Red,x,red,,,Red,,a,b,c,d", "line 3: more cells than columns"),
])
def test_a_broken_actor_table_is_refused_by_file_and_line(folder: Path, row: str, message: str) -> None:
    table = folder / "actors.csv"
    table.write_text(HEAD + f"BLUE,Blue,x,blue,,,Blue Army,\n{row}\n", encoding="utf-8")
    done = run("--theatre", folder, "read", "-", stdin="Date: 2022-09-11\n\nIzium fell.\n")
    assert done.exit_code != 0
    assert f"actors.csv {message}" in done.stderr + str(done.exception)


@pytest.mark.parametrize(("column", "value", "message"), [
    ("strikes_by_air", "maybe", "strikes_by_air: 'maybe', want yes"),
    ("colour", "blue", "colour: 'blue', want #rrggbb"),
])
def test_the_optional_columns_are_checked(folder: Path, column: str, value: str, message: str) -> None:
    table = folder / "actors.csv"
    table.write_text(f"{HEAD.strip()},{column}\nBLUE,Blue,x,blue,,,Blue Army,,{value}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"line 2: {message}"):
        Actors.load(table)


def test_the_example_of_the_manual_does_what_it_says(folder: Path) -> None:
    manual = (Path(__file__).parent.parent / "docs" / "theatres.md").read_text(encoding="utf-8")
    sides, reports = re.findall(r"```csv\n(.*?)```", manual, re.DOTALL)
    before, after = re.findall(r"(  Izium -> .*?)```", manual, re.DOTALL)
    words = ("--theatre", folder, "read", "-", "--date", "2022-09-11", "--format", "text")
    (folder / "actors.csv").write_text(sides, encoding="utf-8")
    assert run(*words, stdin="The Blue Army captured Izium on Saturday.").stdout.endswith(before)
    pipeline_for.cache_clear()
    (folder / "reports.csv").write_text(reports, encoding="utf-8")
    assert run(*words, stdin="The Blue Army captured Izium on Saturday.").stdout.endswith(after)


def test_what_is_no_theatre_says_what_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="'nowhere': no such folder, want one, or one of syria-iraq, ukraine-2022"):
        theatre("nowhere")
    with pytest.raises(InvalidInput, match=r"no gazetteer\.geojson, want gazetteer\.geojson and actors\.csv"):
        theatre(str(tmp_path))
    run("--theatre", "nowhere", "init", tmp_path / "war.gpkg")
    assert list(tmp_path.iterdir()) == []
