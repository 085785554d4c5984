"""The release command makes a wheel that works by itself, and refuses what would not."""
from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import release
from tools.release import ReleaseError, check_wheel, dated

ROOT = Path(__file__).resolve().parents[1]


def test_a_release_is_built_and_serves_offline_from_a_fresh_environment(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.release", str(tmp_path), "--beside", "--draft"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    files, served = done.stdout.splitlines()
    assert re.fullmatch(r"dateline-\S+\.whl: \d{3,} files, \d+\.\d MB; dateline-\S+\.tar\.gz", files)
    answered = re.fullmatch(r"dateline serve: (\d+) addresses answered, offline", served)
    assert answered is not None
    assert int(answered[1]) > len(release.PAGES) + 10
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".gz", ".whl"]


def test_a_wheel_without_an_asset_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dateline-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("geo/__init__.py", "")
    with pytest.raises(ReleaseError, match="lacks geo/"):
        check_wheel(path)


@pytest.mark.parametrize("text", ["# Changes\n\n## 0.2 (unreleased)\n", "# Changes\n\n## 0.1 (2026-01-01)\n", "# C\n"])
def test_a_change_log_of_another_version_is_refused(text: str) -> None:
    with pytest.raises(ReleaseError, match=re.escape("want '## 0.1 (unreleased)'")):
        dated(text, "0.1", "2026-05-01")
