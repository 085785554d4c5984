"""Villages, hills and sites of the war maps: which are known already, in which province, how exact."""
from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shapely.geometry import shape

from geo.gazetteer_check import KINDS, distance_km
from geo.names import fold, sound_key
from tools import gazetteer_names as gn

Feature = dict[str, Any]
Area = tuple[str, str, str, Any]
"""Country, name, ISO code and shape of a province."""

VILLAGE_KM = 2.0
"""How exact the points of the map modules are: placed by hand on satellite pictures, to three decimals."""
REMEMBERED_KM = 4.0
"""The same for the points that no source was read for."""
SAME_VILLAGE_KM = 3.0
"""Two villages this near and of one sound are one; ``SAME_KNOWN_KM`` where the other is no village of the maps."""
SAME_KNOWN_KM = 8.0
SAME_SITE_KM = 12.0
"""The same for oil fields, bases, dams and hills, which are wide and seldom share a name."""
VILLAGE_IMPORTANCE = 0.2
SHORT_NAME = 4
"""Letters of a village's one-word name up to which it is ambiguous: "Lak", "Majd"."""


def is_short(text: str) -> bool:
    """A one-word Latin name of few letters, which is also somebody's name or another word."""
    letters = re.sub(r"^(al|el) ", "", fold(text))
    return gn.script_of(text) == "Latn" and " " not in letters and len(letters) <= SHORT_NAME


def province_areas(admin1: Path, titles: Mapping[str, str]) -> list[Area]:
    """Areas of the provinces of Syria and Iraq in ``admin1``; ``titles`` (by ISO code) overrules its names."""
    listed = json.loads(admin1.read_text(encoding="utf-8"))["features"]
    return [(iso[:2], titles.get(iso, feature["properties"]["name"]), iso, shape(feature["geometry"]))
            for feature in listed if (iso := feature["properties"]["iso_3166_2"])[:2] in ("SY", "IQ")]


class Nearby:
    """Entries by kind and sound of name, to find the one that a new entry also is."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._by_sound: dict[tuple[str, str, str], list[Feature]] = defaultdict(list)
        for feature in features:
            self.add(feature)

    def add(self, feature: Feature) -> None:
        for key in self._keys(feature):
            self._by_sound[key].append(feature)

    def twin(self, feature: Feature) -> Feature | None:
        """The nearest of one kind and country whose names sound alike, where near enough to be the same."""
        at = feature["geometry"]["coordinates"]
        alike = (other for key in self._keys(feature) for other in self._by_sound[key])
        apart = [(distance_km(at, other["geometry"]["coordinates"]), other) for other in alike]
        near = [pair for pair in apart if pair[0] <= self._reach(pair[1])]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    @staticmethod
    def _reach(other: Feature) -> float:
        of = other["properties"]
        if of["feature_class"] != "P":
            return SAME_SITE_KM
        return SAME_VILLAGE_KM if of["importance"] == VILLAGE_IMPORTANCE else SAME_KNOWN_KM

    @staticmethod
    def _keys(feature: Feature) -> set[tuple[str, str, str]]:
        of = feature["properties"]
        kind = "town" if of["feature_class"] == "P" else KINDS[of["feature_code"]]
        return {(of["ccodes"][0], kind, sound_key(name["toponym"])) for name in feature["names"]}
