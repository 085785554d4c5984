"""A name that somebody types → the places that it may mean, best first: one order for the command line and the map."""
from __future__ import annotations

from typing import NamedTuple

from geo.gazetteer import Gazetteer, Match
from geo.measure import rough_km
from geo.model import LngLat, Place

BEGINS_FROM = 2
"""Letters from which on names are told that begin so."""

_SCRIPTS = {
    **dict.fromkeys("AE BH DZ EG IQ IR JO KW LB LY MA OM PS QA SA SD SY TN YE AF PK".split(), "Arab"),
    **dict.fromkeys("UA RU BY BG RS MK KZ KG TJ".split(), "Cyrl"),
    "IL": "Hebr", "GR": "Grek", "CY": "Grek", "GE": "Geor", "AM": "Armn", "ET": "Ethi",
}
"""ISO 15924 code of the script that is read in a country, where it is not Latin."""


class Found(NamedTuple):
    """A match, and how far it lies from where the user asks."""

    match: Match
    km: float | None = None


def search(gazetteer: Gazetteer, name: str, near: LngLat | None = None) -> list[Found]:
    """What a name may mean, by the same keys as in a story; nearest first when it is asked from somewhere."""
    found = [Found(match, _km(near, match)) for match in sorted(gazetteer.candidates(name), key=_likelihood)]
    return sorted(found, key=lambda one: one.km or 0.0) if near else found


def while_typing(gazetteer: Gazetteer, text: str) -> list[Found]:
    """What a text may mean whose end is perhaps still to come: it as a whole name of these very letters, then names
    that begin so, then what it sounds like or could be a misspelling of."""
    whole = search(gazetteer, text)
    exact = [one for one in whole if one.match.level == "exact"]
    begun = sorted(gazetteer.beginning(text), key=_likelihood) if len(text.strip()) >= BEGINS_FROM else []
    by_place: dict[str, Found] = {}
    for one in (*exact, *map(Found, begun), *whole):
        by_place.setdefault(one.match.place.id, one)
    return list(by_place.values())


def local_name(place: Place) -> str:
    """The name in the script that is read there, ``""`` where that is Latin or nobody knows it: the preferred one, else
    the first that is listed, which is in the language of the state."""
    script = _SCRIPTS.get(place.country)
    names = [name for name in place.names if name.script == script]
    return next((name.toponym for name in sorted(names, key=lambda name: not name.preferred)), "")


def match_json(found: Found, asked: str) -> dict[str, object]:
    """A match as plain values: where, how sure, by which key of which of its names."""
    match, place = found.match, found.match.place
    return {
        "id": place.id, "name": place.name, "country": place.country, "admin1": place.admin1,
        "feature_code": place.feature_code, "lon": place.point.lng, "lat": place.point.lat, "tier": place.tier,
        "score": match.quality, "found_by": match.level, "how": match.how, "as": match.name.toponym,
        "keys": [match.key(asked), match.key(match.name.toponym)], "km": found.km,
    }


def _km(point: LngLat | None, match: Match) -> float | None:
    return None if point is None else round(rough_km(point, match.place.point), 1)


def _likelihood(match: Match) -> tuple[float, bool, float, int]:
    """Towns before districts, then the better known: what a name means without a text around it."""
    place = match.place
    return -match.quality, place.is_area and not place.is_country, -place.importance, -place.population
