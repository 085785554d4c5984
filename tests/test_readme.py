"""The README's code runs and prints what it says."""
from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_library_example_prints_its_comment() -> None:
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(code[1], "README.md", "exec"), {})
    assert told.getvalue().strip() == "al-Rai 2016-04-11 ISIL"


def test_every_file_that_it_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
