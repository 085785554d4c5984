"""`SECURITY.md` names tests that there are; the locks are whole; a log line is one line."""
from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from server import create_app
from server.resources import Resources

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_every_threat_has_a_defence_and_tests_that_there_are() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| T")]
    assert [line.split("|")[1].strip() for line in rows] == [f"T{number}" for number in range(1, 21)]
    for row in rows:
        named = NAMED.findall(row)
        assert named, row
        assert len(row.split("|")[3].strip()) > 20, row
        for file, test in named:
            assert f"def {test}(" in (ROOT / "tests" / file).read_text("utf-8"), f"{file}::{test}"


@pytest.mark.parametrize("lock", sorted(path.name for path in (ROOT / "locks").glob("*.lock")))
def test_every_locked_package_has_a_hash_and_one_version(lock: str) -> None:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "locks" / lock).read_text("utf-8"), flags=re.M)
    pinned = re.findall(r"^(\S+)((?:.*\\\n)*.*)$", text.strip(), flags=re.M)
    assert pinned
    for name, rest in pinned:
        assert re.fullmatch(r"[a-z0-9._-]+(\[[a-z,]+\])?==[\w.+!-]+", name), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name
    assert "://" not in text


def test_a_log_line_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Resources) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Resources, "store", broken)
    client = create_app({"store": str(tmp_path / "x.gpkg")}).test_client()
    with caplog.at_level(logging.ERROR):
        assert client.get("/stories/x%0d%0a2026-01-01%20ERROR%20forged%1b[31m").status_code == 500
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == r"GET /stories/x\r\n2026-01-01 ERROR forged\x1b[31m: 500"
