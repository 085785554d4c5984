"""What pages say: the same in every language, and nothing that no page says."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

import server
from server import speech

PARTS = Path(server.__file__).parent
FORMS = ("zero", "one", "two", "few", "many", "other")
PLURALS = {
    "ar": FORMS, "de": ("one", "other"), "en": ("one", "other"), "es": ("one", "other"), "fr": ("one", "other"),
    "ru": ("one", "few", "many", "other"), "tr": ("one", "other"), "uk": ("one", "few", "many", "other"),
}
"""Plural categories of CLDR that whole numbers below a million have."""


def stems(language: str) -> dict[str, set[str]]:
    """The plural forms that a key is there in; none for one that does not hang on a number."""
    found: dict[str, set[str]] = {}
    for key in speech.messages(language):
        stem, _, form = key.rpartition(".")
        plural = form in FORMS
        found.setdefault(stem if plural else key, set()).update({form} if plural else ())
    return found


def said() -> set[str]:
    """The keys that scripts and templates ask for by name."""
    paths = [*PARTS.glob("static/js/**/*.js"), *PARTS.glob("templates/*.html"), *PARTS.glob("**/*.py")]
    text = "\n".join(path.read_text() for path in paths)
    return set(re.findall(r"""\b(?:say|sayCount|_say)\(\s*(?:["']?\w+["']?, )?["']([\w.]+\w)["']""", text))


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    assert stems(language).keys() == stems("en").keys()
    for stem, forms in stems(language).items():
        assert not forms or forms == set(PLURALS[language]), (language, stem)
    for key, text in speech.messages(language).items():
        stem = key.removesuffix(key.rpartition(".")[2]) + "other"
        whole = speech.messages("en").get(key) or speech.messages("en")[stem]
        names = set(re.findall(r"\{(\w+)\}", text))
        assert text.strip() and names <= set(re.findall(r"\{(\w+)\}", whole)) | {"count"}, key
        assert names == set(re.findall(r"\{(\w+)\}", whole)) or key.rpartition(".")[2] in FORMS, key


def test_what_is_said_has_its_message() -> None:
    assert said() <= stems("en").keys() and len(said()) > 5
