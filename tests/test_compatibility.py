"""What is promised is still there. A new thing joins the list by ``make promises``; one that goes needs a reason."""
from __future__ import annotations

from pathlib import Path

from tools.promises import promises

LIST = Path(__file__).with_name("compatibility.txt")


def test_nothing_that_is_promised_is_gone() -> None:
    kept = set(promises())
    listed = LIST.read_text("utf-8").splitlines()
    assert [line for line in listed if line not in kept] == []


def test_the_list_is_long_and_in_order() -> None:
    listed = LIST.read_text("utf-8").splitlines()
    assert listed == sorted(set(listed))
    for kind in ("route", "command", "format", "column", "shapefile", "python"):
        assert any(line.startswith(f"{kind} ") for line in listed), kind
    assert "python geo.control_at zones" in listed
    assert "route GET /export/<>" in listed
