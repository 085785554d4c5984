"""Many stories: the same answers in the same order on any number of processes, in constant memory."""
from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from geo.articles import article
from geo.errors import DatelineError
from geo.model import Article, Query, Reading
from geo.pipeline import bundled
from geo.processes import AHEAD
from geo.sources import Story
from geo.store import open_store
from geo.workers import BATCH, Job, do_all
from server.cli import dateline

PLACES = ("al-Rai", "Azaz", "Manbij", "Raqqa", "Mosul", "Palmyra")


def text(number: int) -> str:
    return f"Islamic State seized {PLACES[number % 6]} from rebels on Monday, said report {number} of that war."


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Sixty stories, of which three cannot be read."""
    lines = [
        json.dumps({"id": f"s{number}", "text": text(number), "date": "2016-04-11", "url": f"https://n.example/{number}"})
        for number in range(60)
    ]
    lines[7], lines[30], lines[59] = "{broken", '{"text": " "}', '{"text": "x", "date": "Monday"}'
    path = tmp_path / "archive.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(dateline, [str(word) for word in words])


@pytest.mark.parametrize("form", ["geojson", "json", "text"])
def test_the_bytes_do_not_depend_on_the_number_of_workers(archive: Path, form: str) -> None:
    one, two = (run("read", archive, "--format", form, "--workers", number) for number in (1, 2))
    assert one.stdout == two.stdout
    assert one.stderr == two.stderr
    assert (one.exit_code, two.exit_code) == (1, 1)


def test_one_bad_line_is_named_and_does_not_stop_the_others(archive: Path) -> None:
    done = run("read", archive, "--format", "json", "--workers", 2)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [
        f"s{number}" for number in range(60) if number not in (7, 30, 59)]
    assert [line.split(": ")[2] for line in done.stderr.splitlines()] == ["line 8", "line 31", "line 60"]


def test_ingesting_with_workers_keeps_the_same_rows(archive: Path, tmp_path: Path) -> None:
    kept = []
    for workers in (1, 2):
        path = tmp_path / f"{workers}.gpkg"
        run("--store", path, "init")
        assert run("--store", path, "--quiet", "ingest", archive, "--workers", workers).exit_code == 1
        store = open_store(str(path))
        kept.append({name: list(store.read(name, Query())) for name in ("articles", "mentions", "events")})
        store.close()
    assert kept[0] == kept[1]
    assert len(kept[0]["articles"]) == 57


def _article(number: int) -> Article:
    return article(text(number), {"date": "2016-04-11"}, str(number))


def _first_toponym(reading: Reading) -> str:
    return reading.mentions[0].toponym.text


def _ended(reading: Reading) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def _failing(reading: Reading) -> str:
    raise ZeroDivisionError("a bug")


def stories(count: int) -> Iterator[Story]:
    return (Story(f"story {number}", partial(_article, number)) for number in range(count))


@pytest.mark.parametrize("workers", [1, 2])
def test_no_more_stories_are_taken_than_are_under_way(workers: int) -> None:
    taken = 0

    def counted() -> Iterator[Story]:
        nonlocal taken
        for story in stories(2_000):
            taken += 1
            yield story

    results = do_all(Job(bundled, _first_toponym), counted(), workers)
    assert [next(results).result for _ in range(3)] == ["al-Rai", "Azaz", "Manbij"]
    assert taken <= BATCH * AHEAD * workers
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_of_ours_names_the_story_and_goes_on(workers: int) -> None:
    done = list(do_all(Job(bundled, _failing), stories(3), workers))
    assert [one.problem for one in done] == [
        f"story {number}: not read, ZeroDivisionError: a bug" for number in range(3)]


def test_a_worker_that_is_killed_is_told_and_nothing_hangs() -> None:
    with pytest.raises(DatelineError, match="a worker was ended from outside"):
        list(do_all(Job(bundled, _ended), stories(3), 2))


def test_many_pages_are_read_side_by_side(tmp_path: Path) -> None:
    for number in range(6):
        body = f"<html><title>T{number}</title><article><p>{text(number)}</p><p>{text(number + 6)}</p></article></html>"
        (tmp_path / f"{number}.html").write_text(body, encoding="utf-8")
    one, two = (run("read", tmp_path, "--date", "2016-04-11", "--format", "json", "--workers", n) for n in (1, 2))
    assert one.stdout == two.stdout
    assert [json.loads(line)["title"] for line in one.stdout.splitlines()] == [f"T{number}" for number in range(6)]
