"""Toponyms → places: one sense a name in a document, with a score, a runner-up and a reason.

Two stages. Countries first, by identity: every country, demonym and organisation of the story is
evidence for where it plays. Then each name's candidates are scored by how the name was found, what
kind of place the text says, what it is said to lie in, the story's countries, size, and how near it
lies to what is already resolved. Below a margin nobody is chosen, and the reason says so.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import repeat
from math import log10
from typing import NamedTuple

import numpy as np

from geo.countries import countries
from geo.cues import KINDS
from geo.gazetteer import Gazetteer, Match
from geo.measure import rough_km, rough_kms
from geo.model import Candidate, Mention, Place, Toponym
from geo.names import fold, is_head, sound_key

LEAST = 0.3
"""Below this score no place is chosen."""

FULL = 1.25
"""The sum of parts that counts as certain."""

MARGIN = 0.02
"""So close to the runner-up, in another place, nobody is chosen."""

QUARTER, TOWN_KM, TOWNS_OWN = "PPLX", 12.0, 0.06
"""So near to a town that the story names a quarter is that town's, and so much likelier."""

CURATED_TOWN = 10_000
LARGE_TOWN = 500_000
VAST = 10_000_000
"""People in a region that is better known than any town of its name: Africa, the Balkans."""

FOCUS = 2
"""So many places of the curated gazetteer make a story one of the theatre."""

SHORTEST = 4
"""Letters of a name's first word that may stand for the whole name."""

ALIKE = 0.35
"""The doubt in a name that only sounds so, where another place is spelt so."""

ANCHORED = 0.5
"""From this score on a place helps to choose the others."""

DECAY_KM = 300.0
_EVIDENCE = {"literal": 1.0, "demonym": 0.7, "organisation": 0.5, "dateline": 0.2, "metonym": 0.2}
_TIERS = {"curated": 0.15, "dump": 0.08, "world": 0.0}


@dataclass(frozen=True)
class _Story:
    """What is known of where the story plays: weights of countries (0..1), places already found."""

    countries: Mapping[str, float]
    anchors: tuple[Place, ...] = ()

    @cached_property
    def is_of_theatre(self) -> bool:
        """Whether it plays among curated places."""
        return sum(place.tier != "world" for place in self.anchors) >= FOCUS


def resolve(toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Choose a place for every literal toponym; the others keep their role and no place."""
    story = _Story(_country_weights(toponyms, gazetteer))
    groups = _groups(toponyms)
    names = {key: _asked(group, gazetteer, story) for key, group in groups.items()}
    story = replace(story, anchors=tuple(filter(None, (_anchor(name, story) for name in names.values()))))
    chosen = _chosen(names, story)
    _widen_to_provinces(groups, chosen)
    _shorten(toponyms, groups, chosen)
    return tuple(_mention(toponym, chosen.get(_key(toponym), ())) for toponym in toponyms)


def _key(toponym: Toponym) -> tuple[str, str]:
    """One sense a document: the same sound and the same kind are the same place."""
    return sound_key(toponym.text), toponym.cue if toponym.cue not in ("town", "quarter") else ""


def _groups(toponyms: Iterable[Toponym]) -> dict[tuple[str, str], list[Toponym]]:
    groups: dict[tuple[str, str], list[Toponym]] = defaultdict(list)
    for toponym in toponyms:
        if toponym.role in ("literal", "dateline") and toponym.listed:
            groups[_key(toponym)].append(toponym)
    return groups


def _country_weights(toponyms: Sequence[Toponym], gazetteer: Gazetteer) -> dict[str, float]:
    """Parts of the story's evidence by country; what is named once weighs less than what recurs."""
    votes: defaultdict[str, float] = defaultdict(float)
    for toponym in (one for one in toponyms if one.listed):
        weight = _EVIDENCE.get(toponym.role, 0.2)
        for iso in _isos(toponym, gazetteer):
            votes[iso] += weight
    strongest = max(votes.values(), default=0.0)
    return {iso: vote / strongest for iso, vote in votes.items()}


def _isos(toponym: Toponym, gazetteer: Gazetteer) -> set[str]:
    """Countries for which a toponym speaks: its own, or that of the only curated place it may mean."""
    folded = fold(toponym.text)
    if folded in _demonyms():
        return {_demonyms()[folded]}
    matches = gazetteer.candidates(toponym.text)
    states = {match.place.country for match in matches if match.place.is_country}
    if states:
        return states
    near = {match.place.country for match in matches if match.place.tier != "world" and match.level == "exact"}
    provinces = {match.place.country for match in matches if match.place.feature_code == "ADM1"}
    return near if len(near) == 1 else provinces if not near and len(provinces) == 1 else set()


@lru_cache(maxsize=1)
def _demonyms() -> dict[str, str]:
    return {fold(word): iso for iso, country in countries().items() for word in country.demonyms}


def _shorten(
    toponyms: Sequence[Toponym], groups: Mapping[tuple[str, str], Sequence[Toponym]],
    chosen: dict[tuple[str, str], tuple[Candidate, ...]],
) -> None:
    """"Jisr" after "Jisr al-Shughur" is that town, not one far away that is called so, or nothing."""
    whole: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, ranked in chosen.items():
        first, *others = fold(groups[key][0].text).split()
        if others and len(first) >= SHORTEST and not is_head(first) and ranked and ranked[0].place.tier != "world":
            whole[sound_key(first)].append(key)
    for toponym in toponyms if whole else ():
        key = _key(toponym)
        longer = whole.get(sound_key(toponym.text), ()) if toponym.role == "literal" else ()
        known = chosen.get(key, ())
        if len(longer) == 1 and longer[0] != key and not (known and known[0].place.tier != "world"):
            short = replace(chosen[longer[0]][0], reason=f"short for {groups[longer[0]][0].text}")
            chosen[key] = (short, *known)


class _Option(NamedTuple):
    """One place that a name may mean, and what speaks for it whatever else the story names."""

    match: Match
    found: float
    kind: float
    held: float
    country: float
    size: float
    tier: float

    def score(self, doubt: float, nearness: float, town: float = 0.0) -> float:
        """0 to 1, of one that is so near to the story's other places, a quarter of a ``town`` among them; of one that
        only sounds so, less a ``doubt``."""
        found = self.found - (doubt if self.match.level != "exact" else 0.0)
        parts = found + self.kind + self.held + self.country + self.size + self.tier + 0.1 * nearness + town
        return round(min(max(parts / FULL, 0.0), 1.0), 3)


class _Name(NamedTuple):
    """One name of a story, as its mentions put it together, and all that it may mean."""

    toponym: Toponym
    options: list[_Option]


def _asked(group: Sequence[Toponym], gazetteer: Gazetteer, story: _Story) -> _Name:
    toponym = next((each for each in group if each.cue), group[0])
    containers = {fold(name) for each in group for name in each.containers}
    return _Name(toponym, [_option(match, toponym, containers, story) for match in _matches(toponym, gazetteer)])


def _anchor(name: _Name, story: _Story) -> Place | None:
    """The place that a name means without a look at the others, if that is likely enough."""
    options, doubt = _likely(name, story)
    scored = [(option.score(doubt, 0.0), option.match.place) for option in options]
    score, best = min(scored, key=lambda one: (-one[0], -one[1].population, one[1].id), default=(0.0, None))
    return best if best and not best.is_area and score >= ANCHORED else None


def _chosen(
    names: Mapping[tuple[str, str], _Name], story: _Story
) -> dict[tuple[str, str], tuple[Candidate, ...]]:
    """The candidates of each name, best first."""
    likely = {key: _likely(name, story) for key, name in names.items()}
    near = _nearness([option.match.place for options, _ in likely.values() for option in options], story.anchors)
    found = {}
    for key, (options, doubt) in likely.items():
        scored = [_candidate(option, names[key].toponym, doubt, next(near), story.anchors) for option in options]
        found[key] = tuple(sorted(scored, key=lambda one: (-one.score, -one.place.population, one.place.id)))
    return found


def _candidate(
    option: _Option, toponym: Toponym, doubt: float, nearness: float, anchors: Sequence[Place]
) -> Candidate:
    score = option.score(doubt, nearness, _of_a_town(option.match.place, anchors))
    return Candidate(option.match.place, score, _reason(option, toponym, nearness))


def _of_a_town(place: Place, anchors: Sequence[Place]) -> float:
    """"the Old City" in a story of Homs is that of Homs."""
    if place.feature_code != QUARTER:
        return 0.0
    towns = (one for one in anchors if one.feature_class == "P" and one.feature_code != QUARTER)
    return TOWNS_OWN if any(rough_km(place.point, one.point) < TOWN_KM for one in towns) else 0.0


def _likely(name: _Name, story: _Story) -> tuple[list[_Option], float]:
    """What is worth a thought, and how far to doubt what only sounds so."""
    options = [option for option in name.options if _is_likely(option, name, story)]
    return options, ALIKE if any(option.match.level == "exact" for option in options) else 0.0


def _is_likely(option: _Option, name: _Name, story: _Story) -> bool:
    """In a story of the theatre a far small town must be stated: a country told, or what it lies in."""
    place = option.match.place
    if option.match.level != "exact" and (not option.country or (option.kind < 0 and name.toponym.cue == "quarter")):
        return False  # "the Maadi quarter" is not Madaya
    if place.tier != "world" or place.is_country or not story.is_of_theatre:
        return True
    return option.country > 0 or option.held > 0 or place.population >= LARGE_TOWN


def _matches(toponym: Toponym, gazetteer: Gazetteer) -> list[Match]:
    """What the name may mean, alone and with the kind that the text gives it."""
    found = {match.place.id: match for match in gazetteer.candidates(toponym.text)}
    if toponym.cue and toponym.cue not in ("town", "country"):
        for match in gazetteer.candidates(f"{toponym.text} {toponym.cue}"):
            known = found.get(match.place.id)
            if known is None or known.quality < match.quality:
                found[match.place.id] = match
    return list(found.values())


def _option(match: Match, toponym: Toponym, containers: set[str], story: _Story) -> _Option:
    place = match.place
    return _Option(
        match,
        found=0.3 * match.quality + _own_name(match),
        kind=_kind_score(place, toponym.cue, match),
        held=0.2 if containers and containers & _holders(place) else 0.0,
        country=0.25 * story.countries.get(place.country, 0.0),
        size=0.02 * log10(_population(place) + 1) + 0.3 * place.importance,
        tier=_TIERS[place.tier],
    )


def _own_name(match: Match) -> float:
    """The name that a place goes by counts more than one of its others; "Rai" is not "al-Rai crossing"."""
    return 0.07 if match.name.preferred and match.level == "exact" else 0.0


def _population(place: Place) -> int:
    """A curated town without a figure is no hamlet: news names it."""
    return place.population or (CURATED_TOWN if place.feature_class == "P" and place.tier == "curated" else 0)


def _kind_score(place: Place, cue: str, match: Match) -> float:
    if not cue:
        return _default_kind(place, match)
    if place.feature_code in KINDS.get(cue, ()):
        return 0.2
    if place.is_country:
        return 0.1
    return -0.15


def _default_kind(place: Place, match: Match) -> float:
    """Without a word for it a name means the country, the town, then the province, then the rest."""
    if place.is_country:
        return 0.3
    if place.feature_code in ("CONT", "RGN") and place.population >= VAST:
        return 0.2
    if place.feature_class == "P":
        return 0.1
    if place.feature_class == "A":
        return 0.05
    return 0.05 if _own_name(match) else -0.05


def _holders(place: Place) -> frozenset[str]:
    return _names_of("" if place.is_country else place.country, place.admin1, place.admin2)


@lru_cache(maxsize=4096)
def _names_of(iso: str, *divisions: str) -> frozenset[str]:
    """The folded names of a country and of divisions in it."""
    country = countries().get(iso)
    names = [name.toponym for name in country.place.names] if country else []
    return frozenset(fold(name) for name in (*names, *divisions) if name)


def _nearness(places: Sequence[Place], anchors: Sequence[Place]) -> Iterator[float]:
    """Of each place: 1 beside the story's other places, falling by a factor of e every 300 km; the median counts."""
    if not anchors or not places:
        return repeat(0.0)
    apart = rough_kms([place.point for place in places], [anchor.point for anchor in anchors])
    is_own = np.equal.outer(np.array([place.id for place in places]), np.array([anchor.id for anchor in anchors]))
    apart[is_own] = np.inf
    apart.sort(axis=1)
    middle = apart[np.arange(len(places)), np.minimum((~is_own).sum(axis=1) // 2, len(anchors) - 1)]
    return iter(np.exp(-middle / DECAY_KM).tolist())


def _reason(option: _Option, toponym: Toponym, nearness: float) -> str:
    place, match = option.match.place, option.match
    said = [f"{match.how} in the {place.tier} gazetteer ({match.name.toponym})"]
    if toponym.cue and option.kind > 0.1:
        said.append(f"the text calls it {toponym.cue}")
    if option.held:
        said.append("the text says where it lies")
    if option.country > 0.1:
        said.append(f"the story plays in {place.country}")
    if nearness > 0.4:
        said.append("near its other places")
    return "; ".join(said)


def _widen_to_provinces(
    groups: Mapping[tuple[str, str], Sequence[Toponym]], chosen: dict[tuple[str, str], tuple[Candidate, ...]]
) -> None:
    """A bare name means the province when the story says "province" as often, and "city" never."""
    for (sound, cue), group in groups.items():
        bare = groups.get((sound, ""), ())
        if cue != "province" or not bare or len(bare) > len(group) or any(each.cue == "town" for each in bare):
            continue
        if chosen[sound, cue] and chosen[sound, cue][0].place.feature_code == "ADM1":
            chosen[sound, ""] = tuple(
                replace(one, reason=f"{one.reason}; the story speaks of the province") if not rank else one
                for rank, one in enumerate(chosen[sound, cue])
            )


def _mention(toponym: Toponym, ranked: Sequence[Candidate]) -> Mention:
    if toponym.role != "literal" or not ranked:
        return Mention(toponym, reason=_unmapped(toponym))
    ranked = _of_land(toponym, ranked)
    best, others = ranked[0], tuple(ranked[1:4])
    if best.score < LEAST:
        return Mention(toponym, score=best.score, runners_up=tuple(ranked[:4]), reason="no candidate is likely enough")
    rival = next((one for one in others if rough_km(one.place.point, best.place.point) > 25), None)
    if rival and best.score - rival.score < MARGIN and not _is_far_larger(best.place, rival.place):
        return Mention(toponym, score=best.score, runners_up=tuple(ranked[:4]), reason=f"as likely as {_title(rival)}")
    return Mention(toponym, best.place, best.score, best.reason, others)


def _of_land(toponym: Toponym, ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """"the countryside of Idlib" is the province's, where a town and its province share the name."""
    best = ranked[0].place
    if toponym.relation is None or toponym.relation.kind != "countryside" or best.is_area:
        return ranked
    province = next((one for one in ranked[1:] if one.place.feature_code == "ADM1" and one.place.admin1_iso
                     and one.place.admin1_iso == best.admin1_iso), None)
    if province is None or fold(best.name) != fold(best.admin1):
        return ranked
    told = replace(province, score=ranked[0].score, reason=f"{province.reason}; its countryside is the province's")
    town = replace(ranked[0], score=round(max(ranked[0].score - 2 * MARGIN, 0.0), 3))
    return [told, town, *(one for one in ranked[1:] if one is not province)]


def _unmapped(toponym: Toponym) -> str:
    return "no place of this name is known" if toponym.role == "literal" else f"a {toponym.role}, not mapped"


def _is_far_larger(one: Place, other: Place) -> bool:
    return one.population > 5 * max(other.population, 1)


def _title(candidate: Candidate) -> str:
    return f"{candidate.place.name} ({candidate.place.country})"
