"""The steps of docs/postgis.md, run as they stand on a PostgreSQL of their own; and what the container files say."""
from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from shapely import Point

from geo.errors import StoreError
from geo.model import Feature, Query
from geo.schema import COLLECTIONS
from geo.store import open_store
from geo.store.postgis import PostgisStore
from server import create_app
from server.cli import dateline
from server.settings import PREFIX, SETTINGS
from tools.ports import free_port
from tools.postgres import Server, running

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "postgis.md").read_text("utf-8")
REPLICA = "/var/lib/postgresql/15/main"
FOREGROUND = ("dateline serve", "export DATELINE_STORE_REPLICA")
"""What a step ends in that is not for a script: it stays in the foreground, or names a host of an example."""


def steps(heading: str) -> list[tuple[str, str]]:
    """The commands under a heading, each with its language."""
    section = re.split(r"^## ", PAGE.split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.M)[0]
    found = re.findall(r"```(sh|sql)\n(.*?)```", section, re.DOTALL)
    assert found, heading
    return found


def do(server: Server, folder: Path, language: str, text: str) -> None:
    """One block, on this test's server in the place of the page's."""
    text = text.replace("-h localhost -p 5432", f"-h 127.0.0.1 -p {server.port}")
    text = text.replace("@localhost:5432", f"@127.0.0.1:{server.port}").replace(REPLICA, str(folder / "replica"))
    text = "".join(line + "\n" for line in text.splitlines() if not line.startswith(FOREGROUND))
    programs = f"{Path(sys.executable).parent}:{next(Path('/usr/lib/postgresql').glob('*/bin'))}"
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = ["psql", "-X", "-v", "ON_ERROR_STOP=1", server.address] if language == "sql" else ["sh", "-eu"]
    done = subprocess.run(command, input=text, cwd=folder, env=environment, text=True, capture_output=True,
                          check=False, timeout=120)
    assert done.returncode == 0, (text, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(settings=("fsync=off",)) as started:
        yield started


@pytest.fixture(scope="module")
def made(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the store that the page makes, by its owner."""
    for language, text in [*steps("On Debian 12")[1:], *steps("A service that cannot write")]:
        do(server, tmp_path_factory.mktemp("steps"), language, text)
    return f"postgresql://dateline@127.0.0.1:{server.port}/news"


def test_the_owner_is_no_superuser_and_has_the_demo(server: Server, made: str) -> None:
    assert server.psql("SELECT rolsuper FROM pg_roles WHERE rolname = 'dateline'").strip() == "f"
    with closing(open_store(made)) as store:
        assert (store.count("places") > 3000, store.count("articles")) == (True, 10)


READ = [
    "/", "/stories/", "/tiles/zones/7/77/50.mvt?datetime=2016-04-11", "/tiles/zones.json", "/export/events.geojson",
    "/ogc/collections/zones/items", "/api/control?place=al-Rai&datetime=2016-04-09", "/feeds/events.atom", "/readyz",
]


def test_a_service_that_cannot_write_answers_readers_and_has_no_desk(made: str, tmp_path: Path) -> None:
    reading = made.replace("dateline@", "dateline_reader@")
    app = create_app({"store": reading, "tile_folder": str(tmp_path)})
    client = app.test_client()
    assert {path: client.get(path).status_code for path in READ} == dict.fromkeys(READ, 200)
    story = client.get("/ogc/collections/articles/items?limit=1").get_json()["features"][0]["id"]
    assert client.get(f"/stories/{story}").status_code == 200
    assert client.post("/api/articles", json={}, headers={"Authorization": "Bearer x"}).status_code == 503
    with closing(open_store(reading)) as store:
        with pytest.raises(StoreError, match="permission denied"):
            store.records("token")
        with pytest.raises(StoreError, match="permission denied"):
            store.write("places", [place("x")], date(2024, 5, 1))
    app.extensions["dateline"].close()


def test_a_dump_restored_is_the_same_store(server: Server, made: str, tmp_path: Path) -> None:
    for language, text in steps("Backup and restore"):
        do(server, tmp_path, language, text)
    assert (tmp_path / "zones.geojson").stat().st_size > 10_000
    with closing(open_store(made)) as old, closing(open_store(made.replace("/news", "/restored"))) as new:
        for name in COLLECTIONS:
            assert list(new.read(name, Query())) == list(old.read(name, Query())), name
        assert new.version() == old.version()
        assert new.records("token") == old.records("token") != []
        assert new.write("places", [place("after")], date(2024, 5, 1)).added == 1


@pytest.fixture
def replica(server: Server, made: str) -> Iterator[Server]:
    """A copy of the server that follows it."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-replica-"))  # pytest's own let no other user in
    folder.chmod(0o755)
    try:
        for language, text in steps("A replica for readers"):
            do(server, folder, language, text)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "postgres:postgres", str(folder)], check=True)
        (folder / "replica").rename(folder / "data")
        following = Server(folder, free_port(), ())
        following.start()
        yield following
        following.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_readers_go_to_the_replica_and_on_when_the_primary_is_gone(
    server: Server, made: str, replica: Server, tmp_path: Path
) -> None:
    reader = f"postgresql://dateline_reader@127.0.0.1:{replica.port}/news"
    app = create_app({"store": made, "store_replica": reader, "tile_folder": str(tmp_path)})
    client, store = app.test_client(), open_store(made, replica=reader)
    assert isinstance(store, PostgisStore)
    before = client.get("/readyz").get_json()["store"]
    store.write("places", [place("fresh")], date(2024, 5, 1))
    until = time.monotonic() + 10
    while client.get("/readyz").get_json()["store"] == before and time.monotonic() < until:
        time.sleep(0.05)
    assert [each.id for each in store.read("places", Query(ids=("fresh",)))] == ["fresh"]
    assert "dateline" in replica.psql("SELECT string_agg(application_name, ' ') FROM pg_stat_activity")
    server.stop(signal.SIGINT)
    try:
        assert client.get("/export/places.geojson?id=fresh").get_json()["features"] != []
        assert client.get("/tiles/zones/8/154/101.mvt?datetime=2016-04-11").status_code in (200, 204)
        with pytest.raises(StoreError):
            store.write("places", [place("lost")], date(2024, 5, 1))
    finally:
        server.start()
    store.write("places", [place("again")], date(2024, 5, 1))
    both = reader.replace(f"127.0.0.1:{replica.port}", f"127.0.0.1:{replica.port},127.0.0.1:{server.port}")
    replica.stop()
    with closing(open_store(made, replica=both)) as left:
        assert [each.id for each in left.read("places", Query(ids=("again",)))] == ["again"]
    store.close()
    app.extensions["dateline"].close()


def test_compose_names_what_there_is() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))["services"]
    settings = {PREFIX + setting.name.upper() for setting in SETTINGS}
    commands = set(dateline.commands)
    for name in ("made", "desk", "map"):
        given = services[name]["environment"]
        assert {each for each in given if each.startswith(PREFIX)} <= settings
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert all(volume.endswith(":/var/cache/dateline") for volume in services[name]["volumes"])
    told = " ".join([*services["made"]["command"], (DEPLOY / "Dockerfile").read_text("utf-8").replace('", "', " ")])
    assert set(re.findall(r"dateline (migrate|init|serve)\b", told)) == {"migrate", "init", "serve"} <= commands
    granted = [text for text in services["granted"]["command"] if text.startswith(("GRANT", "REVOKE"))]
    said = "\n".join(text for language, text in steps("A service that cannot write") if language == "sql")
    assert all(f"{text};" in said for text in granted)
    assert len(granted) == 2


def test_the_roles_of_the_container_are_those_of_the_page(server: Server) -> None:
    roles = (DEPLOY / "roles.sh").read_text("utf-8")
    for statement in ("CREATE ROLE dateline LOGIN", "CREATE ROLE dateline_reader LOGIN", "CREATE EXTENSION postgis;",
                      "CREATE DATABASE news OWNER dateline;"):
        assert statement in roles
        assert statement in PAGE
    assert subprocess.run(["sh", "-n", str(DEPLOY / "roles.sh")], check=False).returncode == 0


def test_the_image_is_made_from_files_that_there_are() -> None:
    kept = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8"), re.M)
    assert [name for name in kept if not (ROOT / name).exists()] == []
    lock = (ROOT / "locks" / "postgis.lock").read_text("utf-8")
    assert "\npsycopg==" in lock
    run = set(re.findall(r"^[a-z][\w.-]+==\S+", (ROOT / "locks" / "run.lock").read_text("utf-8"), re.M))
    assert run <= set(re.findall(r"^[a-z][\w.-]+==\S+", lock, re.M)), "the same versions in both"


def test_init_on_a_store_that_is_there_keeps_it(made: str) -> None:
    with closing(open_store(made)) as store:
        before = store.version()
    CliRunner().invoke(dateline, ["--quiet", "--store", made, "migrate"], catch_exceptions=False)
    with closing(open_store(made)) as store:
        assert store.version() == before


def place(id_: str) -> Feature:
    return Feature(id_, Point(37, 36), {"name": id_})
