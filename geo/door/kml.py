"""KML 2.2 and 2.3 (OGC 12-007r2) → raw polygons, by expat without a document type, and so without entities.

Maps drawn by hand hold more than ground: points and lines are passed over and counted. Links to other files are never
followed, and counted, too.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from geo.door.archive import kml_in
from geo.door.limits import MAX_DEPTH, MAX_FEATURES, MAX_RING, MAX_TEXT
from geo.door.raw import Given, Raw, kept
from geo.errors import InvalidInput

_SHAPES = frozenset({"Point", "LineString", "Track", "MultiTrack", "Model"})
_LINKS = frozenset({"NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay"})
_PLAIN = frozenset({"name", "description", "begin", "end", "when", "styleUrl"})
_SINGLE = frozenset({"Placemark", "Polygon", "LinearRing", "coordinates"})
"""What never lies inside of its own kind."""
_RINGS = {"outerBoundaryIs": "outer", "innerBoundaryIs": "inner"}
_NUMBER = r"[+-]?[0-9]{1,20}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?"
_POSITIONS = re.compile(rf"(?:\s*{_NUMBER}(?:,{_NUMBER}){{1,2}}(?=\s|$))*\s*", re.ASCII)
"""What ``float`` takes is more: digits of all scripts, underscores, infinity."""
_ENOUGH = MAX_RING * 64
"""Characters of one ring's coordinates."""


def read_kml(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The placemarks with polygons. Their fields are ``name``, ``description``, ``begin``, ``end``, ``when``,
    ``styleUrl``, the innermost ``folder`` and all of ``ExtendedData``.

    :raises InvalidInput: for a document type, what is no XML, or what is no polygon.
    """
    return _parsed(given.data, counts)


def read_kmz(given: Given, counts: Counter[str]) -> Iterator[Raw]:
    """The placemarks of the first KML in a zip."""
    return _parsed(kml_in(given.data), counts)


def _parsed(data: bytes, counts: Counter[str]) -> Iterator[Raw]:
    reader = _Reader(counts)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:  # the latter two for an unknown encoding
        raise InvalidInput(f"no KML: {problem}") from None
    if not reader.is_kml:
        raise InvalidInput("XML that is no KML, want KML")
    return iter(reader.found)


def _refuse(*declared: object) -> NoReturn:
    raise InvalidInput("XML with a document type, want plain KML")


class _Reader:
    """One run through the document. Only what a placemark holds is kept; text beyond its limit is not."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._length = 0
        self._folders: list[str] = []
        self._placemark: dict[str, str] | None = None
        self._polygons: list[Polygon] = []
        self._rings: dict[str, list[NDArray[np.float64]]] = {}
        self._datum = ""
        self._placemarks = 0
        self.found: list[Raw] = []
        self.is_kml = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag in _SINGLE and tag in self._path:
            raise InvalidInput(f"feature {self._placemarks}: a {tag} inside another one, want them side by side")
        self._path.append(tag)
        self.is_kml = self.is_kml or self._path == ["kml"]
        if len(self._path) > MAX_DEPTH:
            raise InvalidInput(f"elements {MAX_DEPTH} deep inside each other, want a flatter file")
        self._counts["W-LINK-IGNORED"] += tag in _LINKS
        if tag in ("Folder", "Document"):
            self._folders.append("")
        elif tag == "Placemark":
            folder = next((each for each in reversed(self._folders) if each), "")
            self._placemark, self._polygons = {"folder": folder} if folder else {}, []
        elif tag == "Polygon":
            self._rings = {"outer": [], "inner": []}
        elif tag in _SHAPES and self._placemark is not None:
            self._counts["W-NOT-POLYGON"] += 1
        elif tag in ("Data", "SimpleData"):
            self._datum = attributes.get("name", "")
        if tag in _PLAIN or tag in ("coordinates", "value", "SimpleData"):
            self._text, self._length = [], 0

    def text(self, text: str) -> None:
        if self._text is not None and self._length <= _ENOUGH:
            self._text.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        tag = self._path.pop()
        text = "".join(self._text).strip() if self._text is not None else ""
        if tag == "coordinates" and self._path[-1:] == ["LinearRing"] and self._path[-2:-1]:
            self._rings.get(_RINGS.get(self._path[-2], ""), []).append(self._ring(text))
        elif tag == "Polygon" and self._placemark is not None:
            self._polygons.extend(self._polygon())
        elif tag == "Placemark":
            self._finish()
        elif tag in ("Folder", "Document"):
            self._folders.pop()
        elif tag == "name" and self._path[-1:] in (["Folder"], ["Document"]):
            self._folders[-1] = text[:MAX_TEXT]
        elif tag in _PLAIN:
            self._tell(tag, text)
        elif tag in ("value", "SimpleData"):
            self._tell(self._datum, text)
        self._text = None

    def _tell(self, name: str, text: str) -> None:
        if self._placemark is not None and name and (told := kept(text, self._counts)) is not None:
            self._placemark[name] = told

    def _polygon(self) -> list[Polygon]:
        outer = self._rings["outer"]
        if len(outer) != 1:
            raise InvalidInput(f"feature {self._placemarks}: a polygon with {len(outer)} outer rings, want one")
        return [Polygon(outer[0], self._rings["inner"])]

    def _ring(self, text: str) -> NDArray[np.float64]:
        where = f"feature {self._placemarks}"
        try:
            if not _POSITIONS.fullmatch(text):
                raise ValueError(text[:60])
            positions = [[float(number) for number in each.split(",")[:2]] for each in text.split()]
            ring = np.array(positions, dtype=np.float64).reshape(-1, 2)
        except ValueError:
            raise InvalidInput(f"{where}: a ring of {text[:60]!r}, want longitude,latitude pairs") from None
        if not 4 <= len(ring) <= MAX_RING:
            raise InvalidInput(f"{where}: a ring of {len(ring)} positions, want 4 to {MAX_RING}")
        self._counts["W-Z-DROPPED"] += text.split(maxsplit=1)[0].count(",") > 1
        if (ring[0] != ring[-1]).any():
            self._counts["W-RING-CLOSED"] += 1
            return np.vstack((ring, ring[:1]))
        return ring

    def _finish(self) -> None:
        assert self._placemark is not None
        if self._polygons:
            self.found.append(Raw(self._placemarks, MultiPolygon(self._polygons), self._placemark))
        self._placemark = None
        self._placemarks += 1
        if self._placemarks > MAX_FEATURES:
            raise InvalidInput(f"more than {MAX_FEATURES} features")
