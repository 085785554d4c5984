"""What pages say, by language: one file of ``messages/`` each, all with the same keys.

A key names the part of the page and what is said there ("time.play"). ``{name}`` stands for a value. Where words hang
on a number there is a key for each plural category that the language has ("age.days.one", "age.days.other").
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "messages"
LANGUAGES = tuple(sorted((path.stem for path in FOLDER.glob("*.json")), key=lambda name: (name != "en", name)))
"""By ISO 639-1 code, English first."""

OF_SERVER = ("page.", "brief.", "actor.")
"""How the keys begin that no script of a page asks for."""

OF_TOOLS = ("tools.", "story.", "search.", "place.", "turns.", "measure.", "compare.")
"""How the keys begin of what only the tools of a whole page say."""


@lru_cache(maxsize=len(LANGUAGES))
def messages(language: str) -> Mapping[str, str]:
    """All that is said in one of ``LANGUAGES``."""
    found: Mapping[str, str] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return found


@lru_cache(maxsize=2 * len(LANGUAGES))
def for_scripts(language: str, *, at_desk: bool = False) -> Mapping[str, str]:
    """What ``static/js/speech.js`` says, on readers' pages or at the editors' desk."""
    left_out = OF_SERVER if at_desk else (*OF_SERVER, "desk.")
    return {key: text for key, text in messages(language).items() if not key.startswith(left_out)}


def of_frame(language: str) -> Mapping[str, str]:
    """What a frame says: all but what tools say, of which it has none."""
    return {key: text for key, text in for_scripts(language).items() if not key.startswith(OF_TOOLS)}
