"""The places that a user loaded, by the thousand: sorted hashes of their names' keys in one memory-mapped folder.

Built once for each state of the store, shared by all processes; a lookup is a binary search, a start takes
milliseconds. A name is found by its letters, its sound, or one letter more or less.
"""
from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geo.cache import cached_arrays
from geo.model import LngLat, Name, Place
from geo.name_index import Entry, folds
from geo.names import fold, kind_of, sound_joined
from geo.near_spellings import are_near, neighbourhood

Arrays = Mapping[str, NDArray[Any]]

_TEXTS = ("id", "name", "country", "feature_class", "feature_code", "admin1", "admin2")
_NUMBERS = ("population", "precision_km", "importance")


@dataclass(frozen=True)
class Loaded:
    """Places by id and by their names' keys.

    ``arrays``: ``hashes`` sorted, ``names`` the name of each, and so ``pieces`` and ``pieced``; by name ``spelling``
    (an offset into ``words``), ``script`` and ``place``; by place ``lng lat``, the numbers, offsets of the texts, and
    ``first`` its first name.
    """

    arrays: Arrays
    _places: dict[int, Place] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, places: Iterable[Place]) -> Loaded:
        """Built in memory."""
        return cls(_built(places))

    @classmethod
    def kept(cls, version: str, places: Iterable[Place], folder: Path | None = None) -> Loaded:
        """From the cache of this ``version`` of the places; ``places`` is only run through when it is not there."""
        return cls(cached_arrays(f"loaded-{version}-{_code()}", lambda: _built(places), folder))

    def __len__(self) -> int:
        return len(self.arrays["lng"])

    def get(self, place_id: str) -> Place | None:
        """The place of this id."""
        found = self._at("id", place_id)
        at = next((int(place) for place in found if self._text("id", int(place)) == place_id), None)
        return None if at is None else self._place(at)

    def has(self, level: str, key: str) -> bool:
        """Whether a name has this key; ``level`` is exact or sound."""
        return len(self._at(level, key)) > 0

    def reach(self, first: str) -> int:
        """The most words of a name that starts with this folded word; 0 when none does."""
        return max((int(words) for words in self._at("first", first)), default=0)

    def at(self, level: str, key: str) -> list[Entry]:
        """The names with this key."""
        return [self._entry(int(name)) for name in self._at(level, key)] if key else []

    def near(self, folded: str) -> dict[str, list[Entry]]:
        """The names one letter from ``folded``, by their folded spelling."""
        joined = folded.replace(" ", "")
        found: dict[str, list[Entry]] = {}
        for name in sorted({int(one) for piece in neighbourhood(joined) for one in self._with_piece(piece)}):
            spelling = fold(self._word(int(self.arrays["spelling"][name])))
            if are_near(spelling.replace(" ", ""), joined):
                found.setdefault(spelling, []).append(self._entry(name))
        return found

    def _with_piece(self, piece: str) -> NDArray[Any]:
        """Names that may have ``piece`` in their neighbourhood: checksums are short, so a few others, too."""
        wanted, pieces = np.uint32(crc32(piece.encode())), self.arrays["pieces"]
        start, end = np.searchsorted(pieces, wanted, "left"), np.searchsorted(pieces, wanted, "right")
        return self.arrays["pieced"][start:end]

    def _at(self, level: str, key: str) -> NDArray[Any]:
        wanted, hashes = _hash(level, key), self.arrays["hashes"]
        start, end = np.searchsorted(hashes, wanted, "left"), np.searchsorted(hashes, wanted, "right")
        return self.arrays["names"][start:end]

    def _entry(self, name: int) -> Entry:
        spelling = self._word(int(self.arrays["spelling"][name]))
        place = self._place(int(self.arrays["place"][name]))
        return Entry(place.id, next(one for one in place.names if one.toponym == spelling), fold(spelling),
                     kind_of(fold(spelling)))

    def _place(self, at: int) -> Place:
        """Made once and kept: an archive names the same towns again and again."""
        place = self._places.get(at)
        if place is None:
            place = self._places[at] = self._made(at)
        return place

    def _made(self, at: int) -> Place:
        texts = {name: self._text(name, at) for name in _TEXTS}
        start, end = (int(one) for one in self.arrays["first"][at : at + 2])
        spellings = [self._word(int(offset)) for offset in self.arrays["spelling"][start:end]]
        scripts = self.arrays["script"][start:end]
        return Place(
            **texts, tier="dump", point=LngLat(float(self.arrays["lng"][at]), float(self.arrays["lat"][at])),
            population=int(self.arrays["population"][at]), precision_km=float(self.arrays["precision_km"][at]),
            importance=float(self.arrays["importance"][at]),
            names=tuple(
                Name(spelling, script="Arab" if script else "Latn", preferred=not rank)
                for rank, (spelling, script) in enumerate(zip(spellings, scripts, strict=True))
            ),
            sources=({"name": "loaded by the user", "id": texts["id"]},),
        )

    def _text(self, column: str, at: int) -> str:
        return self._word(int(self.arrays[column][at]))

    def _word(self, offset: int) -> str:
        length = int.from_bytes(self.arrays["words"][offset : offset + 2].tobytes(), "little")
        return self.arrays["words"][offset + 2 : offset + 2 + length].tobytes().decode()


def _hash(level: str, key: str) -> np.uint64:
    digest = hashlib.blake2b(f"{level}:{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


@lru_cache(maxsize=1)
def _code() -> str:
    """Of the code that makes keys and lays them out."""
    names = ("loaded.py", "names.py", "arabic.py", "near_spellings.py", "name_index.py")
    code = b"".join(Path(__file__).with_name(name).read_bytes() for name in names)
    return hashlib.sha256(code).hexdigest()[:12]


def _built(places: Iterable[Place]) -> Arrays:
    layout = _Layout()
    for place in places:
        layout.add(place)
    return layout.arrays()


class _Layout:
    """The arrays while they grow."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in ("lng", "lat", *_NUMBERS, *_TEXTS)}
        self._names: dict[str, list[int]] = {"spelling": [], "place": [], "script": []}
        self._first: list[int] = []
        self._hashes, self._values = array("Q"), array("i")
        self._pieces, self._pieced = array("I"), array("i")
        self._reach: dict[str, int] = {}
        self._offsets: dict[str, int] = {}
        self._words = bytearray()

    def add(self, place: Place) -> None:
        at = len(self._first)
        self._first.append(len(self._names["spelling"]))
        for column, value in (("lng", place.point.lng), ("lat", place.point.lat)):
            self._columns[column].append(value)
        for column in _NUMBERS:
            self._columns[column].append(getattr(place, column))
        for column in _TEXTS:
            self._columns[column].append(self._offset(getattr(place, column)))
        self._key("id", place.id, at)
        ordered = sorted(place.names or (Name(place.name, preferred=True),), key=lambda name: not name.preferred)
        for name in ordered:
            self._add_name(at, name)

    def _add_name(self, at: int, name: Name) -> None:
        number = len(self._names["spelling"])
        self._names["spelling"].append(self._offset(name.toponym))
        self._names["place"].append(at)
        self._names["script"].append(int(name.script == "Arab"))
        for folded in sorted(folds(name.toponym) - {""}):
            self._key("exact", folded, number)
            self._key("sound", sound_joined(folded), number)
            pieces = neighbourhood(folded.replace(" ", ""))
            self._pieces.extend(crc32(piece.encode()) for piece in pieces)
            self._pieced.extend(repeat(number, len(pieces)))
            words = folded.split()
            self._reach[words[0]] = max(self._reach.get(words[0], 0), len(words))

    def _key(self, level: str, key: str, value: int) -> None:
        if key:
            self._hashes.append(int(_hash(level, key)))
            self._values.append(value)

    def _offset(self, text: str) -> int:
        if text not in self._offsets:
            self._offsets[text] = len(self._words)
            encoded = text.encode("utf-8", "replace")[:65_535]
            self._words += len(encoded).to_bytes(2, "little") + encoded
        return self._offsets[text]

    def arrays(self) -> Arrays:
        for word, reach in self._reach.items():
            self._key("first", word, reach)
        hashes, names = _sorted(self._hashes, self._values)
        pieces, pieced = _sorted(self._pieces, self._pieced)
        numbers = {name: np.array(self._columns[name], dtype=np.float64) for name in ("lng", "lat", *_NUMBERS)}
        return {
            "hashes": hashes, "names": names, "pieces": pieces, "pieced": pieced, **numbers,
            **{name: np.array(self._columns[name], dtype=np.int64) for name in _TEXTS},
            "spelling": np.array(self._names["spelling"], dtype=np.int64),
            "place": np.array(self._names["place"], dtype=np.int32),
            "script": np.array(self._names["script"], dtype=np.int8),
            "first": np.array([*self._first, len(self._names["spelling"])], dtype=np.int64),
            "words": np.frombuffer(bytes(self._words), dtype=np.uint8),
        }


def _sorted(keys: array[int], values: array[int]) -> tuple[NDArray[Any], NDArray[Any]]:
    both = np.array(keys, dtype=f"u{keys.itemsize}"), np.array(values, dtype=np.int32)
    order = np.lexsort((both[1], both[0]))
    return both[0][order], both[1][order]
