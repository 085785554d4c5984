"""Make a release and try it: ``python -m tools.release [OUT] [--beside] [--draft]``.

Source archive, from it the wheel, from that a fresh environment: every asset must be inside, and ``dateline serve``
must show the demo while nothing but the machine itself can be reached. ``--beside`` takes dependencies from this
environment instead of installing the locked ones; ``--draft`` allows a tree with changes and leaves ``CHANGES.md``
alone.
"""
from __future__ import annotations

import argparse
import configparser
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
BUILT_FROM = ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE")
FOLDERS = ("geo", "server", "data")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.so", "*.gpkg*")
PAGES = ("/", "/stories/", "/embed/", "/embed/map", "/export/", "/ogc/", "/tiles/zones.json", "/export/zones.gpkg",
         "/export/project.qgs", "/api/control?place=al-Rai&datetime=2016-04-11", "/preview/zones.png")
PATIENCE = 120
"""Seconds for a server to begin."""

NO_NETWORK = '''
import sys

HERE = (None, "127.0.0.1", "::1", "localhost", "0.0.0.0")

def _only_here(event, given):
    if event == "socket.connect" and isinstance(given[1], tuple) and given[1][0] not in HERE:
        raise OSError(f"no network in this test: {given[1]}")
    if event == "socket.getaddrinfo" and given[0] not in HERE:
        raise OSError(f"no network in this test: {given[0]}")

sys.addaudithook(_only_here)
'''


class ReleaseError(Exception):
    """What keeps the release from being one."""


def version() -> str:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config["metadata"]["version"]


def build(out: Path) -> tuple[Path, Path]:
    """The source archive, and the wheel made from what is in it."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        for name in FOLDERS:
            shutil.copytree(ROOT / name, tree / name, ignore=LEFT_OUT)
        for name in BUILT_FROM:
            shutil.copy(ROOT / name, tree)
        archive = out / _backend(tree, "build_sdist", out)
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        return archive, out / _backend(Path(folder, f"dateline-{version()}"), "build_wheel", out)


def _backend(tree: Path, step: str, out: Path) -> str:
    """The name of what setuptools made, as a builder asks it to (PEP 517)."""
    code = f"import sys; from setuptools import build_meta; print('made', build_meta.{step}(sys.argv[1]))"
    told = _run([sys.executable, "-W", "ignore", "-c", code, str(out.absolute())], cwd=tree)
    return told.rsplit("made ", 1)[1].strip()


def check_wheel(wheel: Path) -> int:
    """How many files are inside.

    :raises ReleaseError: naming those of the tree that are not.
    """
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    wanted = {path.relative_to(ROOT).as_posix() for top in ("geo", "server") for path in _files(ROOT / top)}
    data = [path.relative_to(ROOT).as_posix() for path in _files(ROOT / "data") if "sources" not in path.parts]
    wanted |= {f"geo/{path}" for path in data}
    if lacks := sorted(wanted - inside):
        raise ReleaseError(f"{wheel.name}: lacks {', '.join(lacks[:10])}")
    return len(inside)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so")


def environment(folder: Path, wheel: Path, *, beside: bool) -> Path:
    """A fresh environment with the wheel in it; its ``bin``."""
    venv.create(folder, with_pip=not beside, clear=True)
    python = folder / "bin" / "python"
    if beside:
        site = next((folder / "lib").glob("python*/site-packages"))
        _run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(python), "install",
              "--no-deps", "--no-index", str(wheel)])
        (site / "beside.pth").write_text("".join(f"{path}\n" for path in sys.path if path.endswith("site-packages")))
    else:
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--require-hashes", "-r", str(ROOT / "locks" / "run.lock")])
        _run([*pip, "--no-deps", str(wheel)])
    (next((folder / "lib").glob("python*/site-packages")) / "sitecustomize.py").write_text(NO_NETWORK)
    return folder / "bin"


def check_service(commands: Path, folder: Path) -> list[str]:
    """The addresses that were fetched: every page, and every asset that one of them names.

    :raises ReleaseError: for one that is not answered.
    """
    dateline, store = str(commands / "dateline"), str(folder / "demo.gpkg")
    _run([dateline, "--quiet", "--store", store, "init", "--demo"], cwd=folder)
    with serving([dateline, "--quiet", "--store", store, "serve"], folder) as root:
        pages = {page: _fetched(root, page) for page in PAGES}
        linked = {
            urljoin(page, link) for page, text in pages.items() if text.lstrip().lower().startswith("<!doctype html")
            for link in re.findall(r'(?:src|href)="([^"#]+)"', text)
            if not urlsplit(link).netloc and re.search(r"\.(js|css|svg|png)(\?|$)", link)
        }
        for link in sorted(linked):
            _fetched(root, link)
    return [*pages, *sorted(linked)]


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """The address of a server, which is ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([*command, "--port", str(port)], cwd=folder, env=_plain_environment())
    try:
        _wait(root, server)
        yield root
    finally:
        server.terminate()
        server.wait(20)


def _wait(root: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            urlopen(root + "/healthz").close()
            return
        except (URLError, ConnectionError):
            time.sleep(0.3)
    raise ReleaseError(f"dateline serve: no answer within {PATIENCE} s")


def _fetched(root: str, address: str) -> str:
    try:
        with urlopen(root + address) as answer:
            body: bytes = answer.read()
    except HTTPError as error:
        raise ReleaseError(f"{address}: {error.code}") from None
    if not body:
        raise ReleaseError(f"{address}: nothing")
    return body.decode("utf-8", "replace")


def dated(text: str, number: str, day: str) -> str:
    """The change log with its top section dated.

    >>> dated("# Changes\\n\\n## 1.2 (unreleased)\\n", "1.2", "2026-05-01")
    '# Changes\\n\\n## 1.2 (2026-05-01)\\n'

    :raises ReleaseError: when the top section is not this version's, or dated already.
    """
    head = f"## {number} (unreleased)"
    first = next((line for line in text.splitlines() if line.startswith("## ")), "")
    if first != head:
        raise ReleaseError(f"CHANGES.md begins with {first!r}, want {head!r}")
    return text.replace(head, f"## {number} ({day})", 1)


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=_plain_environment())
    if done.returncode:
        raise ReleaseError(f"{' '.join(command[:4])}: {done.stderr.strip()[-600:]}")
    return done.stdout


def _plain_environment() -> dict[str, str]:
    """Without what would lead Python back into this checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DATELINE_"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "dist")
    parser.add_argument("--beside", action="store_true", help="dependencies from this environment")
    parser.add_argument("--draft", action="store_true", help="also from a tree with changes; CHANGES.md stays as it is")
    asked = parser.parse_args()
    if not asked.draft and _run(["git", "status", "--porcelain"], cwd=ROOT).strip():
        raise SystemExit("release: the tree has changes, commit them first")
    changes = ROOT / "CHANGES.md"
    try:
        text = dated(changes.read_text("utf-8"), version(), str(datetime.now(UTC).date()))
        archive, wheel = build(asked.out)
        print(f"{wheel.name}: {check_wheel(wheel)} files, {wheel.stat().st_size / 1e6:.1f} MB; {archive.name}")
        with tempfile.TemporaryDirectory() as folder:
            commands = environment(Path(folder, "fresh"), wheel, beside=asked.beside)
            print(f"dateline serve: {len(check_service(commands, Path(folder)))} addresses answered, offline")
    except ReleaseError as error:
        raise SystemExit(f"release: {error}") from None
    if not asked.draft:
        changes.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
