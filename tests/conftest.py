"""What several test files share: the demo's store, made once by the command that `make demo` runs."""
from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from geo.store import open_store
from server import tilesets
from server.cli import dateline
from server.tilesets import folder_of
from tools.postgres import Server, running

settings.register_profile("steady", derandomize=True, deadline=None)  # the same examples on every machine
settings.register_profile("fuzz", max_examples=2000, deadline=None)
settings.register_profile("parsers", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A test is named by what stays the same: bytes may hold the second at which they were packed, and two processes
    that share the tests would not find the same ones."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """A busy machine must not have tiles answered the slow way, which draws borders as they are, or by those of a
    moment ago: tests compare tiles. Those of such answers set their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tilesets, "PATIENCE", 60.0)
        patch.setattr(tilesets, "OLDEST", 0.0)
        yield


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of `make demo`. Do not write to it; copy it first."""
    path = tmp_path_factory.mktemp("demo") / "demo.gpkg"
    CliRunner().invoke(dateline, ["--quiet", "--store", str(path), "init", "--demo"], catch_exceptions=False)
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL with PostGIS, one for all tests of a process; its database ``empty`` holds an empty store."""
    with running(settings=("fsync=off",)) as server:
        server.psql("CREATE DATABASE empty")
        open_store(server.of("empty"), create=True).close()
        yield server


NewDatabase = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def new_database(postgres: Server) -> NewDatabase:
    """Makes an empty store in PostGIS, gives its address, and takes it away with what was kept for its tiles."""

    @contextmanager
    def made() -> Iterator[str]:
        name = f"test_{secrets.token_hex(4)}"
        postgres.psql(f"CREATE DATABASE {name} TEMPLATE empty")
        yield postgres.of(name)
        postgres.psql(f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(folder_of(postgres.of(name)), ignore_errors=True)

    return made


@pytest.fixture
def database(new_database: NewDatabase) -> Iterator[str]:
    """The address of an empty store in PostGIS, of this test alone."""
    with new_database() as address:
        yield address


@pytest.fixture(params=["geopackage", "postgis"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made, on each backend in turn."""
    if request.param == "geopackage":
        return str(tmp_path / "s.gpkg")
    return str(request.getfixturevalue("database"))


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
