"""Names of gazetteer entries: cleaning, language and script, and which entry may keep a shared one."""
from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from geo.names import fold

Name = dict[str, Any]

_APOSTROPHES = re.compile("['’‘`ʼʻʿʾ´ʹ\"]")
_KURDISH = set("ێۆەڵڕڤ")
_PERSIAN = set("پچژگکی")
_UKRAINIAN, _RUSSIAN = set("іїєґ"), set("ыэёъ")
_ARTICLE = re.compile(r"\b(Al|Ar|As|Ash|At|Ath|Ad|Adh|Az|An|El)[ -](?=\S)")
_ROMANISED = re.compile("[āīūḩţḑĀĪŪḨŢḐ‘’]|z̧|Z̧")

_EMPHATIC = re.compile("[Şş](?!oriş|erri|am\\b|ch)")
"""GeoNames' old romanisation: Şadad, al-Başrah; a few Kurdish and Turkish names in Arab states keep their sh."""


def plain(text: str) -> str:
    """Letters without marks, apostrophes or case; a hyphen is a space. Keys of ``geonames.csv``.

    >>> plain("Al Ḩasakah"), plain("al-Qa'im"), plain("Aş Şanamayn")
    ('al hasakah', 'al qaim', 'as sanamayn')
    """
    return " ".join(_unmarked(text).replace("-", " ").casefold().split())


def _unmarked(text: str) -> str:
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.replace("ı", "i")))
    return "".join(c for c in letters if not unicodedata.combining(c))


def script_of(text: str) -> str | None:
    """``Latn``, ``Arab``, ``Cyrl``, or None when the letters are of another script or mixed."""
    scripts = {_script(c) for c in text if c.isalpha()}
    return scripts.pop() if len(scripts) == 1 else None


def _script(letter: str) -> str | None:
    word = unicodedata.name(letter, "").split(" ")[0]
    return {"LATIN": "Latn", "ARABIC": "Arab", "CYRILLIC": "Cyrl", "MODIFIER": "Latn"}.get(word)


def curated(text: str, default: str = "en") -> Name | None:
    """A hand-written alias, with an optional language in front (``ku:Kobanî``); None when empty."""
    lang, _, rest = text.strip().rpartition(":")
    toponym = re.sub(r"\s*\(.*?\)", "", rest).strip()
    script = script_of(toponym) or "Latn"
    if not toponym:
        return None
    return {"toponym": toponym, "lang": lang or _language(toponym, script, default), "script": script}


def _language(toponym: str, script: str, default: str) -> str:
    if script == "Latn":
        return default
    letters = set(toponym.lower())
    if script == "Cyrl":
        return "uk" if letters & _UKRAINIAN else "ru" if letters & _RUSSIAN else "und"
    return "ku" if letters & _KURDISH else "fa" if letters & _PERSIAN else "ar"


def clean_alternates(raw: Iterable[str], *, arab: bool = False) -> list[Name]:
    """GeoNames alternates worth keeping: Latin or Arabic letters, no codes, no machine transliterations.

    The dump gives no language, so a Latin one is ``und`` (undetermined); in four letters or fewer
    such a one answers to too much else. In an ``arab`` state a cedilla under an s is the emphatic one's.
    """
    return [
        name for text in raw if _plausible(text)
        and (name := curated(_unmarked(text) if arab and _EMPHATIC.search(text) else _ascii_if_romanised(text), "und"))
    ]


def _ascii_if_romanised(text: str) -> str:
    """GeoNames writes the emphatic s as the Turkish and Kurdish sh; only the other marks tell them apart."""
    return _unmarked(text) if _ROMANISED.search(unicodedata.normalize("NFC", text)) else text


def _plausible(text: str) -> bool:
    text = text.strip()
    if len(fold(text)) < 3 or re.search(r"[\d,(/:;]", text) or script_of(text) not in ("Latn", "Arab"):
        return False
    if script_of(text) == "Arab":
        return True
    return len(fold(text)) > 4 and not _unmarked(text)[:1].islower()


def english_title(name: str) -> str:
    """A GeoNames romanisation as newspapers write it.

    >>> english_title("Aş Şanamayn"), english_title("Jisr ash Shughūr"), english_title("‘Afrīn")
    ('as-Sanamayn', 'Jisr ash-Shughur', 'Afrin')
    """
    title = _ARTICLE.sub(lambda m: m.group(1).lower() + "-", _unmarked(name))
    return re.sub(r"\b(al|ar|as|ash|at|ath|ad|adh|az|an) (?=[A-Z])", r"\1-", title)


def merge(*groups: Iterable[Name | None]) -> list[Name]:
    """Names in order, each once by its fold; the first is the preferred one."""
    kept: dict[str, Name] = {}
    for name in (n for group in groups for n in group if n):
        kept.setdefault(fold(name["toponym"]), {k: v for k, v in name.items() if k != "preferred"})
    names = list(kept.values())
    if names:
        names[0]["preferred"] = True
    return names


def mark_ambiguous(names: Iterable[Name], words: set[str]) -> None:
    """Flag, in place, the names that are also ordinary words, given names or better-known places."""
    for name in names:
        if fold(name["toponym"]) in words:
            name["ambiguous"] = True


def settle_shared(features: list[dict[str, Any]], kind: Mapping[str, str]) -> None:
    """Where entries of one kind in one province share a name, in place: the unsure loses it, else the larger wins.

    ``kind`` maps a feature code to what a reader would call it. A name of undetermined
    language gives way to a curated one; names that stay shared carry ``"rule": "larger"``.
    """
    holders: dict[tuple[str, ...], list[tuple[dict[str, Any], Name]]] = defaultdict(list)
    for feature in features:
        of = feature["properties"]
        place = (kind[of["feature_code"]], of["ccodes"][0], of.get("admin1", ""))
        for name in feature["names"]:
            holders[(*place, fold(name["toponym"]))].append((feature, name))
    for shared in holders.values():
        if len(shared) > 1:
            _settle(shared)


def _settle(shared: list[tuple[dict[str, Any], Name]]) -> None:
    sure = [(f, n) for f, n in shared if n["lang"] != "und" or n.get("preferred")] or shared[:1]
    for feature, name in shared:
        if not any(name is kept for _, kept in sure):
            feature["names"] = [n for n in feature["names"] if n is not name]
    if len(sure) > 1:
        for _, name in sure:
            name["rule"] = "larger"
