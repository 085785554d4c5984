"""The wheel holds everything that Dateline reads at run time."""
from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of this checkout; an old build beside it must not help."""
    return built(tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel"), dict(os.environ))


def built(copy: Path, out: Path, environment: dict[str, str]) -> set[str]:
    for name in ("geo", "server", "data"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    build = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", str(out)]
    command = [sys.executable, "-W", "ignore", "-m", "pip", "wheel", str(copy), *build]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    with zipfile.ZipFile(next(out.glob("dateline-*.whl"))) as wheel:
        return set(wheel.namelist())


KERNELS = ("geo/cover.", "geo/shares.", "geo/tiles/kernel.")


def packaged(folder: Path) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix() for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so"
    }


def test_every_module_template_script_and_style_is_inside(inside: set[str]) -> None:
    assert packaged(ROOT / "geo") | packaged(ROOT / "server") <= inside


def test_the_kernels_are_inside_where_a_compiler_is_and_the_wheel_is_built_without_one(
    inside: set[str], tmp_path: Path
) -> None:
    def kernels(names: set[str]) -> list[str]:
        return [name for name in names if name.startswith(KERNELS) and not name.endswith(".c")]

    (tmp_path / "out").mkdir()
    without = built(tmp_path / "copy", tmp_path / "out", {**os.environ, "CC": "no-such-compiler"})
    assert len(kernels(inside)) == len(KERNELS)
    assert kernels(without) == []
    assert "geo/tiles/numpy_rung.py" in without


def test_the_data_lies_where_the_library_looks_for_it(inside: set[str]) -> None:
    read = {path for path in packaged(ROOT / "data") if not path.startswith("data/sources/")}
    assert {f"geo/{path}" for path in read} <= inside


def test_every_package_is_listed() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for top in ("geo", "server") for path in (ROOT / top).rglob("__init__.py")
    }
    assert found | {"geo.data"} == set(config["options"]["packages"].split())
