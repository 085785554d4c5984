"""The command line: what it prints, what it keeps, and how it refuses."""
from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from geo.model import Query
from geo.store import open_store
from server.cli import dateline

STORY = """Title: Rebels leave al-Rai
Date: 2016-04-11

Islamic State seized the Syrian border town of al-Rai from rebels on Monday.
"""


@pytest.fixture
def store(demo_store: Path, tmp_path: Path) -> Path:
    """A copy of the demo's store to write to."""
    return Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))


def run(*words: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(dateline, [str(word) for word in words], input=stdin)


def refused(*words: object) -> str:
    """What the real command says on standard error when it refuses; it exits with 2 and prints nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", *map(str, words)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as connection:
        tables = ("places", "articles", "mentions", "events", "reports", "zones", "fronts")
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_the_demo_holds_every_collection(demo_store: Path) -> None:
    found = counts(demo_store)
    assert found["places"] >= 1000
    assert found["articles"] >= 8
    assert min(found.values()) > 0


def test_reading_gives_mentions_as_geojson() -> None:
    answer = json.loads(run("read", "-", stdin=STORY).stdout)
    rai = next(one for one in answer["features"] if one["properties"]["toponym"] == "al-Rai")
    assert rai["properties"]["place"] == "sy-al-rai"
    assert (rai["properties"]["valid_from"], rai["properties"]["controller"]) == ("2016-04-11", "ISIL")


def test_reading_json_lines_gives_one_line_an_article(tmp_path: Path) -> None:
    path = tmp_path / "stories.jsonl"
    lines = [json.dumps({"id": name, "text": STORY.partition("\n\n")[2], "date": "2016-04-11"}) for name in "ab"]
    path.write_text("\n".join(lines), encoding="utf-8")
    answers = [json.loads(line) for line in run("read", path, "--format", "json").stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert answers[0]["events"][0]["type"] == "control_gain"
    assert answers[0]["published"]["edtf"] == "2016-04-11"


def test_reading_as_text_says_who_held_it() -> None:
    assert "al-Rai, SY" in run("read", "-", "--format", "text", stdin=STORY).stdout


AL_RAI_2016 = """\
2016-04-07                REBELS / ISIL [contested] (certain, high confidence)  — most of the town and its crossing in \
rebel hands, fighting goes on  [Northern Aleppo offensive (March–June 2016), Wikipedia]
2016-04-08/2016-04-10     REBELS [control] (certain, high confidence)  — rebels hold all of the town  \
[Northern Aleppo offensive (March–June 2016), Wikipedia]
2016-04-11/2016-08-16     ISIL [control] (certain, high confidence)  — IS takes the town back, and villages near it  \
[Northern Aleppo offensive (March–June 2016), Wikipedia]
(2016-06)                 REBELS [brief] (told beside the record, low confidence)  — rebels inside for some hours of \
one day in June, then driven out  [Battle of al-Rai (August 2016), Wikipedia]
2016-08-17/2016-08-26     TURKEY_REBELS [control] (certain, high confidence)  — town and crossing fully taken by the \
Free Syrian Army  [Battle of al-Rai (August 2016), Wikipedia]
2016-08-27                TURKEY_REBELS [control] (uncertain, medium confidence)  — town and crossing fully taken by \
the Free Syrian Army  — CONFLICT: a single report of 2016-08-27 says ISIL \
[Battle of al-Rai (August 2016), Wikipedia]  [Battle of al-Rai (August 2016), Wikipedia]
(2016-08-27)              ISIL [reported] (told beside the record, low confidence)  — one report of a recapture by IS; \
conflicts with the state of the next day  — CONFLICT: against TURKEY_REBELS, so stated from 2016-08-17 \
[Battle of al-Rai (August 2016), Wikipedia], and again from 2016-08-28 [Battle of al-Rai (August 2016), Wikipedia]  \
[Battle of al-Rai (August 2016), Wikipedia]
2016-08-28/2020-08-27     TURKEY_REBELS [control] (certain, high confidence)  — again stated to be in rebel hands, \
a day after the report of its loss  [Battle of al-Rai (August 2016), Wikipedia]
"""
AIN_ISSA = """\
2015-06-23/2015-07-05     SDF [control] (certain, high confidence)  — all but the silos taken by the YPG  \
[Tell Abyad offensive, Wikipedia]
2015-07-06/2015-07-07     ISIL [control] (certain, high confidence)  — IS takes it back  \
[Tell Abyad offensive, Wikipedia]
2015-07-08/2019-07-07     SDF [control] (certain, high confidence)  — YPG takes it again  \
[Tell Abyad offensive, Wikipedia]
"""


@pytest.mark.parametrize("place, first, last, wanted", [
    ("al-Rai", 2, -1, AL_RAI_2016), ("Ayn Issa", 2, -1, AIN_ISSA),
])
def test_control_tells_every_turn_with_certainty_conflict_and_source(
    demo_store: Path, place: str, first: int, last: int, wanted: str
) -> None:
    lines = run("--store", demo_store, "--quiet", "control", place).stdout.splitlines(keepends=True)
    assert "".join(lines[first:last]) == wanted
    assert ("no statement" in lines[0], "no statement" in lines[-1]) == (True, True)


def test_control_of_a_day_in_dispute_names_what_denies_it(demo_store: Path) -> None:
    line = run("--store", demo_store, "--quiet", "control", "al-Rai", "--date", "2016-08-27").stdout
    assert line == (
        "2016-08-27: TURKEY_REBELS [control] (uncertain, basis report, evidence 10 days old, front 9 km away); "
        "CONFLICT: al-Rai in ISIL's hands by a report of 2016-08-27 [Battle of al-Rai (August 2016), Wikipedia]  "
        "[Battle of al-Rai (August 2016), Wikipedia]\n"
    )


@pytest.mark.parametrize("place, day, wanted", [
    ("al-Rai", "2016-04-09", "REBELS"), ("al-Rai", "2016-04-11", "ISIL"), ("Chobanbey", "2016-04-10", "REBELS"),
    ("Manbij", "2016-06-15", "ISIL [besieged by SDF]"), ("Fallujah", "2016-06-25", "ISIL"),
    ("Fallujah", "2016-06-27", "GOV_IQ"), ("al-Tanf", "2016-06-29", "REBELS"),
    ("37.4472,36.6158", "2016-04-09", "REBELS"),
    ("39.5,32.2", "2016-04-09", "no statement"), ("al-Rai", "2010-01-01", "no statement"),
])
def test_control_answers_one_day(demo_store: Path, place: str, day: str, wanted: str) -> None:
    assert wanted in run("--store", demo_store, "control", place, "--date", day).stdout


def test_a_name_is_found_with_how(demo_store: Path) -> None:
    first = json.loads(run("--json", "gazetteer", "find", "Abu Kamal").stdout.splitlines()[0])
    assert first["id"] == "sy-al-bukamal"
    assert first["found_by"] in ("exact", "sound")


def test_the_bundled_gazetteer_passes_its_check() -> None:
    done = run("--json", "gazetteer", "check")
    assert (done.exit_code, json.loads(done.stdout)["problems"]) == (0, 0)


def test_ingesting_twice_changes_nothing(store: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(STORY, encoding="utf-8")
    run("--store", store, "ingest", story)
    once = counts(store)
    second = json.loads(run("--store", store, "--json", "ingest", story).stdout)
    assert (second["added"], second["changed"]) == (0, 0)
    assert counts(store) == once


def test_one_bad_story_does_not_stop_the_others(store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x00\x01binary")
    (tmp_path / "b.txt").write_text(STORY, encoding="utf-8")
    done = run("--store", store, "ingest", tmp_path / "a.txt", tmp_path / "b.txt")
    assert done.exit_code == 1
    assert "a.txt" in done.stderr
    assert counts(store)["articles"] == 11


def test_a_dry_run_keeps_nothing(store: Path, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text(STORY, encoding="utf-8")
    run("--store", store, "ingest", "--dry-run", tmp_path / "b.txt")
    assert counts(store)["articles"] == 10


def test_an_export_is_whole_or_not_there(demo_store: Path, tmp_path: Path) -> None:
    out = tmp_path / "zones.geojson"
    run("--store", demo_store, "export", "zones", "--datetime", "2016-04-09", "-o", out)
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert "coarse" in answer["note"]
    assert {"REBELS", "ISIL"} <= {one["properties"]["controller"] for one in answer["features"]}
    assert list(tmp_path.iterdir()) == [out]


def test_zones_of_ones_own_are_loaded_and_answer(store: Path, tmp_path: Path) -> None:
    front = tmp_path / "front.geojson"
    ring = [[45.0, 30.0], [46.0, 30.0], [46.0, 31.0], [45.0, 31.0], [45.0, 30.0]]
    front.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"side": "GOV_IQ"}, "geometry": {"type": "Polygon", "coordinates": [ring]}},
    ]}), encoding="utf-8")
    words = ("--store", store, "zones", "load", front, "--controller-field", "side", "--date", "2016-04-09")
    run(*words, "--source", "My desk")
    once = counts(store)
    run(*words, "--source", "My desk")
    assert counts(store) == once
    assert "GOV_IQ" in run("--store", store, "control", "45.5,30.5", "--date", "2016-04-09").stdout
    assert "no statement" in run("--store", store, "control", "45.5,30.5", "--date", "2016-05-09").stdout


def test_deriving_again_changes_nothing(store: Path) -> None:
    once = counts(store)
    run("--store", store, "zones", "derive", "--from-reports")
    assert counts(store) == once


@pytest.mark.parametrize("name, content, wanted", [
    ("missing.txt", None, "No such file"),
    ("binary.txt", b"\x89PNG\x00\x1a", "binary.txt"),
    ("latin.txt", b"caf\xe9", "not UTF-8"),
    ("empty.txt", b" \n ", "empty"),
    ("odd.docx", b"x", ".docx"),
    ("bad.jsonl", b"{not json}", "line 1"),
    ("baddate.txt", b"Title: x\nDate: 2016-13-40\n\ntext", "2016-13-40"),
])
def test_a_file_that_is_no_story_is_refused(tmp_path: Path, name: str, content: bytes | None, wanted: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert wanted in refused("read", tmp_path / name)


def test_an_impossible_day_is_refused_by_name(demo_store: Path) -> None:
    assert "2016-13-40" in refused("--store", demo_store, "control", "al-Rai", "--date", "2016-13-40")


def test_an_unknown_place_is_refused_by_name(demo_store: Path) -> None:
    assert "Xyzzyville" in refused("--store", demo_store, "control", "Xyzzyville")


def test_a_missing_store_is_refused_by_name(tmp_path: Path) -> None:
    assert "nowhere.gpkg" in refused("--store", tmp_path / "nowhere.gpkg", "control", "al-Rai")


def test_a_polygon_with_a_broken_ring_is_refused_and_nothing_is_kept(store: Path, tmp_path: Path) -> None:
    front = tmp_path / "broken.geojson"
    broken = {"type": "Polygon", "coordinates": [[[45.0, 30.0], [46.0, 30.0]]]}
    features = [{"type": "Feature", "properties": {}, "geometry": broken}]
    front.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    before = counts(store)
    options = ("--controller", "ISIL", "--date", "2016-04-09", "--source", "x")
    said = refused("--store", store, "zones", "load", front, *options)
    assert "broken.geojson" in said
    assert "ring" in said
    assert counts(store) == before


def test_a_story_without_any_date_is_refused_and_nothing_is_kept(store: Path, tmp_path: Path) -> None:
    story = tmp_path / "undated.txt"
    story.write_text("Rebels hold Azaz, in Syria.", encoding="utf-8")
    before = counts(store)
    done = run("--store", store, "ingest", story)
    assert done.exit_code == 1
    assert "--date" in done.stderr
    assert counts(store) == before


def test_private_text_never_leaves_by_export(store: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(STORY, encoding="utf-8")
    run("--store", store, "ingest", story)
    answer = json.loads(run("--store", store, "export", "articles").stdout)
    private = next(one for one in answer["features"] if one["properties"]["title"] == "Rebels leave al-Rai")
    assert "text" not in private["properties"]
    opened = open_store(str(store))
    assert any("border town" in str(row.properties["text"]) for row in opened.read("articles", Query()))
    opened.close()
