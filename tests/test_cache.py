"""Arrays that are built once and mapped from then on."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geo.cache import Arrays, cache_folder, cached_arrays


def test_the_second_time_nothing_is_built(tmp_path: Path) -> None:
    built: list[int] = []

    def build() -> Arrays:
        built.append(1)
        return {"towns": np.arange(5)}

    first = cached_arrays("world", build, tmp_path)
    second = cached_arrays("world", build, tmp_path)
    assert built == [1]
    assert first["towns"].tolist() == second["towns"].tolist() == [0, 1, 2, 3, 4]


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build() -> Arrays:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cached_arrays("world", build, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert cached_arrays("world", lambda: {"towns": np.arange(2)}, tmp_path / "file" / "x")["towns"].tolist() == [0, 1]


def test_the_folder_is_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
