"""The notebooks run from the first cell to the last, and their map shows without a network."""
from __future__ import annotations

import io
import re
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image
from playwright.sync_api import Browser

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
STRIKES = Path(__file__).parents[2] / "shared" / "data" / "strikes"
FRONT_FILES = Path(__file__).parents[2] / "shared" / "data" / "ukraine_daily"


def test_notebooks_are_kept_without_what_they_gave() -> None:
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert [path.name for path in paths] == [
        "archive.ipynb", "events_and_zones.ipynb", "fronts.ipynb", "gazetteer.ipynb", "one_story.ipynb",
        "publishing.ipynb", "strikes.ipynb", "war_files.ipynb"]
    for path in paths:
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)


def executed(name: str, home: Path) -> nbformat.NotebookNode:
    """In folders of its own: a machine without a home, or with a full one, gives the same."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(folder, str(home))
        patch.setenv("STRIKES", str(STRIKES))
        patch.setenv("FRONT_FILES", str(FRONT_FILES))
        where = {"metadata": {"path": NOTEBOOKS}}
        NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    return notebook


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: what the first makes of the gazetteer, the others find."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def one_story(home: Path) -> nbformat.NotebookNode:
    return executed("one_story.ipynb", home)


@pytest.fixture(scope="module")
def fronts(home: Path) -> nbformat.NotebookNode:
    return executed("fronts.ipynb", home)


@pytest.fixture(scope="module")
def strikes(home: Path) -> nbformat.NotebookNode:
    return executed("strikes.ipynb", home)


def test_one_story_finds_al_rai_taken_twice(one_story: nbformat.NotebookNode) -> None:
    tables = [_shown(cell, "text/plain") for cell in one_story.cells if cell.cell_type == "code"]
    events = next(table for table in tables if "control_gain" in table)
    rows = [line.split() for line in events.splitlines() if "al-Rai" in line]
    assert ["2016-04-07", "al-Rai", "control_gain", "REBELS", "agrees"] in [row[1:] for row in rows]
    assert ["2016-04-11", "al-Rai", "control_gain", "ISIL", "agrees"] in [row[1:] for row in rows]


def test_a_summers_fronts_changes_areas_and_sources(fronts: nbformat.NotebookNode) -> None:
    lines, sides, places, _, _, answers = [
        table for cell in fronts.cells if cell.cell_type == "code" and "\n" in (table := _shown(cell, "text/plain"))]
    assert re.search(r"ISIL \| TURKEY_REBELS +NaN +\d+", lines)
    assert re.search(r"ISIL +0\.0 +4\d{3}\.\d", sides)
    assert re.search(r"Manbij +SY +ISIL +SDF", places)
    days = [line.split()[1:] for line in answers.splitlines()[1:]]
    assert days[0] == ["2016-04-06", "False", "REBELS", "ISIL"]
    assert [day[1] for day in days] == ["False", "False", "True", "True", "True", "False", "False"]


def tables_of(notebook: nbformat.NotebookNode) -> list[str]:
    """What the cells show as text."""
    return [_shown(cell, "text/plain") for cell in notebook.cells if cell.cell_type == "code"]


def colours_of(notebook: nbformat.NotebookNode) -> set[tuple[int, ...]]:
    """All that are seen on its still picture, of the size of a card."""
    pictures = [shown for cell in notebook.cells if cell.cell_type == "code" and (shown := _shown(cell, "image/png"))]
    picture = Image.open(io.BytesIO(b64decode(pictures[0]))).convert("RGB")
    assert picture.size == (1200, 630)
    return {colour for _, colour in picture.getcolors(1_000_000)}  # type: ignore[misc, union-attr]


def test_the_gazetteer_knows_five_spellings_of_one_town(home: Path) -> None:
    notebook = executed("gazetteer.ipynb", home)
    (spelt,) = [table for table in tables_of(notebook) if "Chobanbey" in table]
    assert len(re.findall(r" al-Rai +SY", spelt)) == 5
    assert len(colours_of(notebook)) > 20


def test_an_archive_becomes_one_table(home: Path) -> None:
    notebook = executed("archive.ipynb", home)
    tables = tables_of(notebook)
    assert tables[0] == "10"
    assert re.search(r"2016-04-07 +al-Rai +REBELS +reported +agrees", tables[-2])
    assert len(colours_of(notebook)) > 20


def test_events_and_zones_mostly_agree(home: Path) -> None:
    notebook = executed("events_and_zones.ipynb", home)
    tables = tables_of(notebook)
    assert re.search(r"al-Rai +ISIL 2016-04-11 +REBELS +ISIL", tables[3])
    agreeing, known = map(int, re.findall(r"\d+", tables[4])[:2])
    assert known > 30
    assert agreeing / known > 0.7
    assert len(colours_of(notebook)) > 20


@pytest.mark.browser
def test_a_published_page_has_its_files_and_shows_its_day(chromium: Browser, tmp_path: Path, home: Path) -> None:
    notebook = executed("publishing.ipynb", home)
    (files,) = [table for table in tables_of(notebook) if "zones.gpkg" in table]
    assert files.count("True") == 6
    assert "False" not in files
    assert len(colours_of(notebook)) > 20
    assert day_shown(chromium, notebook, tmp_path) == ("Tuesday, 29 March 2016", 0), "three days before the first"
    day, zones = day_shown(chromium, notebook, tmp_path, "PageUp")
    assert day.endswith("29 April 2016")
    assert zones > 10


@pytest.mark.shared
@pytest.mark.skipif(not FRONT_FILES.exists(), reason="the front lines are not beside the checkout")
def test_real_files_become_fronts(home: Path) -> None:
    notebook = executed("war_files.ipynb", home)
    tables = tables_of(notebook)
    assert re.match(r"\(12,\s", tables[0])
    (held,) = [table for table in tables if "Donetsk" in table and "basis" in table]
    assert re.search(r"Donetsk +RUSSIA +control +zone", held)
    assert re.search(r"Kyiv +NaN +NaN +none", held)
    assert len(colours_of(notebook)) > 10


@pytest.mark.browser
def test_the_fronts_map_shows_too(chromium: Browser, fronts: nbformat.NotebookNode, tmp_path: Path) -> None:
    first = day_shown(chromium, fronts, tmp_path)
    assert first == ("Sunday, 29 May 2016", 0), "three days before anything that is told of"
    day, zones = day_shown(chromium, fronts, tmp_path, "PageUp")
    assert day.endswith("29 June 2016")
    assert zones > 10


@pytest.mark.shared
@pytest.mark.skipif(not STRIKES.exists(), reason="the tables of strikes are not beside the checkout")
def test_every_strike_has_an_answer_or_a_reason(strikes: nbformat.NotebookNode) -> None:
    tables = [_shown(cell, "text/plain") for cell in strikes.cells if cell.cell_type == "code"]
    table = next(table for table in tables if "share, %" in table)
    rows = {line[:20].strip(): int(line[20:].split()[0]) for line in table.splitlines()[2:]}
    assert sum(rows.values()) == 4773
    assert rows["in ISIL's ground"] > 2800
    assert {"near", "no statement", "gazetteer conflict", "not in the gazetteer"} < set(rows)
    conflicts = next(table for table in tables if "dtype: float64" in table)
    assert 30 < float(re.search(r"Tal Abyad +([\d.]+)", conflicts)[1]) < 34  # type: ignore[index]


@pytest.mark.browser
def test_one_storys_map_shows_in_its_cell_with_the_network_off(
    chromium: Browser, one_story: nbformat.NotebookNode, tmp_path: Path
) -> None:
    day, zones = day_shown(chromium, one_story, tmp_path)
    assert day.endswith("4 April 2016")
    assert zones > 10


@pytest.mark.shared
@pytest.mark.browser
@pytest.mark.skipif(not STRIKES.exists(), reason="the tables of strikes are not beside the checkout")
def test_the_strikes_map_shows_too(chromium: Browser, strikes: nbformat.NotebookNode, tmp_path: Path) -> None:
    day, zones = day_shown(chromium, strikes, tmp_path)
    assert day.endswith("28 November 2014")
    assert zones > 10


def day_shown(chromium: Browser, notebook: nbformat.NotebookNode, tmp_path: Path, *keys: str) -> tuple[str, int]:
    """The day at the start of the slider, or where keys take it, and how many zones are drawn then; nothing may be
    asked of a network."""
    cell = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    (tmp_path / "cell.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{_shown(cell, 'text/html')}", "utf-8")
    asked: list[str] = []
    said: list[str] = []
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / "cell.html").as_uri())
    frame = page.frame_locator("iframe")
    for key in ("Home", *keys):
        frame.get_by_label("Day", exact=True).press(key)
    day = frame.locator(".day").text_content()
    zones = frame.locator("path.zone").count()
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "about:srcdoc"))] == []
    assert said == []
    return str(day), zones


def _shown(cell: nbformat.NotebookNode, kind: str) -> str:
    return "".join(str(output.data[kind]) for output in cell.outputs if kind in output.get("data", {}))
