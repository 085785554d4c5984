"""Zip files: members are read as a stream against a running count, for the sizes that a zip declares may lie.

One level only: a zip in a zip is passed over. Names are never used as paths.
"""
from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from geo.door.limits import MAX_BYTES, MAX_MEMBERS, MAX_RATIO
from geo.door.raw import Given, names_file
from geo.errors import InvalidInput

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_CHUNK = 1 << 16
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others want memory as the zip says, or a library that may not be there."""
_LINK = 0o120000
_WKT = re.compile(rb"\s*[A-Z_]{3,20}\s*\[", re.ASCII)
_SHAPEFILE, _HEAD = b"\x00\x00\x27\x0a", 100


def kind_in(data: bytes) -> str:
    """``kmz`` or ``shapefile``, by what the zip holds.

    :raises InvalidInput: for a zip with neither, or with too many members.
    """
    with _opened(data) as archive:
        endings = {PurePosixPath(name).suffix.lower() for name in archive.namelist()}
    if ".shp" in endings:
        return "shapefile"
    if ".kml" in endings:
        return "kmz"
    raise InvalidInput("zip without .shp or .kml, want a zipped Shapefile or KMZ")


def kml_in(data: bytes) -> bytes:
    """The KML of a KMZ: its first, as KML 2.2 (OGC 07-147r2, annex C) has it."""
    with _opened(data) as archive:
        first = next(info for info in archive.infolist() if info.filename.lower().endswith(".kml"))
        return _Unpacked(len(data)).read(archive, first)


def shapefile(given: Given) -> bytes:
    """The files of one Shapefile and no other, in a zip that we packed ourselves.

    :raises InvalidInput: when it lacks a part, or ``layer`` does not say which of several.
    """
    unpacked = _Unpacked(len(given.data))
    with _opened(given.data) as archive:
        found: dict[str, dict[str, zipfile.ZipInfo]] = {}
        for info in archive.infolist():
            name = PurePosixPath(info.filename)
            if name.suffix.lower() in _PARTS and "__MACOSX" not in name.parts:
                found.setdefault(name.stem, {})[name.suffix.lower()] = info
        stem = _chosen({stem for stem, parts in found.items() if ".shp" in parts}, given.layer)
        lacking = [part for part in (".shp", ".shx", ".dbf") if part not in found[stem]]
        if lacking:
            raise InvalidInput(f"Shapefile {stem!r} without its {', '.join(lacking)}")
        parts = {part: unpacked.read(archive, info) for part, info in found[stem].items()}
    _check(stem, parts)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(f"layer{part}", content)
    return packed.getvalue()


def _check(stem: str, parts: dict[str, bytes]) -> None:
    """GDAL reads as much of a Shapefile as it can; we want all of it or nothing."""
    shp, dbf = parts[".shp"], parts[".dbf"]
    if not shp.startswith(_SHAPEFILE):
        raise InvalidInput(f"Shapefile {stem!r}: its .shp is none")
    if ".prj" in parts and not _WKT.match(parts[".prj"]):
        raise InvalidInput(f"Shapefile {stem!r}: its .prj is {parts['.prj'][:40]!r}, want WKT")
    if names_file(parts.get(".prj", b"").decode("utf-8", "replace")):
        raise InvalidInput(f"Shapefile {stem!r}: its .prj names a file, want a definition without files")
    at, shapes = _HEAD, 0
    while at + 8 <= len(shp):
        at, shapes = at + 8 + 2 * int.from_bytes(shp[at + 4:at + 8], "big"), shapes + 1
    if at != len(shp):
        raise InvalidInput(f"no sound Shapefile {stem!r}: {len(shp)} bytes of shapes, whose lengths add up to {at}")
    rows, head, width = struct.unpack_from("<IHH", dbf.ljust(12, b"\0"), 4)
    if rows != shapes or not head or len(dbf) < head + rows * width:
        told = f"{shapes} shapes, and a .dbf of {len(dbf)} bytes for {rows} rows"
        raise InvalidInput(f"no sound Shapefile {stem!r}: {told}")


def _chosen(stems: set[str], wanted: str | None) -> str:
    if wanted is None and len(stems) == 1:
        return next(iter(stems))
    if wanted not in stems:
        raise InvalidInput(f"layer: {wanted!r}, want one of {', '.join(sorted(stems))}")
    return wanted


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive.infolist())
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, OSError) as problem:
        raise InvalidInput(f"no sound zip: {str(problem)[:120]}") from None


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise InvalidInput(f"zip with {len(members)} members, want at most {MAX_MEMBERS}")
    names = {info.filename for info in members}
    if len(names) < len(members) or len({info.header_offset for info in members}) < len(members):
        raise InvalidInput("zip whose members have a name or their bytes in common, want each once")
    for info in members:
        name = info.filename[:80]
        parts = re.split(r"[/\\]", info.orig_filename)
        if ".." in parts or not parts[0] or ":" in parts[0] or "\x00" in info.orig_filename:
            raise InvalidInput(f"zip member {name!r} leads out of its folder, want plain names")
        if info.external_attr >> 16 & 0o170000 == _LINK:
            raise InvalidInput(f"zip member {name!r} is a link, want files")
        if info.compress_type not in _PACKINGS:
            raise InvalidInput(f"zip member {name!r} is packed by method {info.compress_type}, want deflate")


class _Unpacked:
    """What came out of one zip so far, against what may."""

    def __init__(self, packed: int) -> None:
        self._left = min(MAX_BYTES, MAX_RATIO * packed)
        self._most = self._left

    def read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
        """:raises InvalidInput: for a member that is encrypted, or too much in all."""
        if info.flag_bits & 1:
            raise InvalidInput(f"zip member {info.filename[:80]!r} is encrypted, want a plain one")
        content = bytearray()
        with archive.open(info) as member:
            while piece := member.read(_CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    raise InvalidInput(f"zip unpacks to more than {self._most} bytes, want a smaller one")
                content += piece
        return bytes(content)
