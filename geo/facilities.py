"""Facilities that a story does not name: "the airport", "its dam", "the citadel" of a town → a gazetteer's place."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from geo.measure import rough_km
from geo.model import Place

CODES = {
    "air base": ("AIRB", "AIRP", "AIRF", "AIRQ"), "dam": ("DAM",), "crossing": ("PSTB", "BDRY", "GATE"),
    "prison": ("PRN",), "oil field": ("OILF", "GASF", "OILR", "PPLQ"), "citadel": ("CSTL", "FT"),
}
"""Kinds of facility → GeoNames feature codes."""

REACH_KM = {"crossing": 6.0, "air base": 15.0}
_USUAL_REACH_KM = 12.0


@dataclass(frozen=True)
class Facilities:
    """The facilities of a gazetteer by kind."""

    by_kind: dict[str, list[Place]] = field(default_factory=dict)

    @classmethod
    def of(cls, places: Iterable[Place]) -> Facilities:
        kinds = {code: kind for kind, codes in CODES.items() for code in codes}
        found: dict[str, list[Place]] = {}
        for place in places:
            if kind := kinds.get(place.feature_code):
                found.setdefault(kind, []).append(place)
        return cls(found)

    def __call__(self, kind: str, town: Place) -> Place | None:
        """The nearest facility of that kind by a town; ``None`` when none is near enough to be meant."""
        near = [(rough_km(town.point, one.point), one) for one in self.by_kind.get(kind, ())]
        if not near:
            return None
        apart, place = min(near, key=lambda each: each[0])
        return place if apart <= REACH_KM.get(kind, _USUAL_REACH_KM) else None
