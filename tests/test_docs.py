"""The docs: every block of the tutorial prints what it says, the reference says what the schema says, and all of it is
built without a warning and without a network."""
from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from geo.formats.flat import columns
from geo.frames.tables import DTYPES
from geo.schema import COLLECTIONS, TIME_FIELDS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def test_the_tutorial_prints_what_it_says() -> None:
    text = (DOCS / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", text, re.DOTALL)
    assert len(blocks) >= 6
    known: dict[str, object] = {}
    for code, said in blocks:
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            exec(compile(code, "tutorial.md", "exec"), known)
        assert told.getvalue().strip().split() == said.strip().split(), code


def test_the_reference_has_every_column() -> None:
    text = (DOCS / "reference.md").read_text("utf-8")
    times = {field.name for field in TIME_FIELDS}
    parts = dict(zip(*[iter(re.split(r"^### (.+)\n", text, flags=re.MULTILINE)[1:])] * 2, strict=True))
    for name, collection in COLLECTIONS.items():
        told = re.findall(r"^\| `(\w+)` \| `([\w\[\]]+)` \|", parts[name], re.MULTILINE)
        assert told == [(each.name, DTYPES[each.kind]) for each in columns(collection) if each.name not in times]
    assert {name for name in times if f"| `{name}` |" not in parts["The days of every row"]} == set()


def test_every_link_leads_somewhere() -> None:
    broken = []
    for path in [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", path.read_text("utf-8")):
            if not (path.parent / link).exists():
                broken.append(f"{path.name}: {link}")
    assert broken == []


def test_every_page_is_in_the_list() -> None:
    listed = (ROOT / "mkdocs.yml").read_text("utf-8") + (DOCS / "index.md").read_text("utf-8")
    assert [path.name for path in DOCS.glob("*.md") if listed.count(path.name) < 2 and path.name != "index.md"] == []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warning ends the building."""
    site = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return site


def test_the_docs_are_built_without_a_warning(built: Path) -> None:
    reference = (built / "reference.html").read_text("utf-8")
    for name in ("read_article", "Gazetteer", "Zones", "control_at", "join", "fronts", "changes", "picture"):
        assert f'id="geo.frames.{name}"' in reference, name
    assert "Who held a point in degrees on a day" in reference


def test_the_built_docs_ask_for_nothing_from_elsewhere(built: Path) -> None:
    asked = re.compile(r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//|<link[^>]+rel="stylesheet"[^>]+href="(?:ht|//)')
    assert [path.name for path in built.rglob("*.html") if asked.search(path.read_text("utf-8"))] == []
