"""What several test files share: the demo's store, made once by the command that `make demo` runs."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from server.cli import dateline

settings.register_profile("steady", derandomize=True, deadline=None)  # the same examples on every machine
settings.register_profile("fuzz", max_examples=2000, deadline=None)
settings.register_profile("parsers", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of `make demo`. Do not write to it; copy it first."""
    path = tmp_path_factory.mktemp("demo") / "demo.gpkg"
    CliRunner().invoke(dateline, ["--quiet", "--store", str(path), "init", "--demo"], catch_exceptions=False)
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests of a process: Playwright can be begun only once. That it is missing is a
    failure, not a reason to skip."""
    program = shutil.which("chromium")
    assert program, "chromium is not installed; the tests of the pages need it"
    flags = [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()
