"""T6: zips that climb out of their folder, unpack to too much, or say one thing and hold another."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping

from bench.hostile.kinds import SQUARE, Hostile

WGS84 = (
    b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    b'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>{}'
    "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
)
DIRECTORY, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def files() -> Iterator[Hostile]:
    for name, data in _cases().items():
        yield Hostile(f"zip_{name}", "T6", data)


def _cases() -> dict[str, bytes]:
    return {
        **{f"slip_{number}": packed({name: kml()}) for number, name in enumerate(_CLIMBING)},
        **{f"slip_shapefile_{number}": shapefile(folder=folder) for number, folder in enumerate(_FOLDERS)},
        "symlink": _linked("doc.kml", b"/etc/passwd"),
        "symlink_shapefile": _linked("a.shp", b"../../etc/passwd"),
        "bomb": packed({"doc.kml": kml() + b" " * 40_000_000}),
        "bomb_200_mb": packed({"doc.kml": b" " * 210_000_000}),
        "bomb_in_pieces": packed({f"{number}.kml": b" " * 4_000_000 for number in range(60)}),
        "bomb_shapefile": packed({**parts(), "a.dbf": bytes(60_000_000)}),
        "nested": packed({"inner.zip": packed({"doc.kml": kml()})}),
        "nested_as_kml": packed({"doc.kml": packed({"doc.kml": kml()})}),
        "overlap": _overlapping(),
        "lies_small": _lying(10),
        "lies_large": _lying(0xFFFFFFF0),
        "wrong_sum": _wrong_sum(),
        "members_101": packed({f"m{number}.kml": b"" for number in range(101)}),
        "members_60000": packed({f"m{number}": b"" for number in range(60_000)}),
        "encrypted": _flagged(1),
        "strong_encryption": _flagged(0x41),
        "empty": packed({}),
        "no_map": packed({"readme.txt": b"hello"}),
        "same_name_twice": _twice(),
        "lzma": packed({"doc.kml": kml()}, zipfile.ZIP_LZMA),
        "bzip2": packed({"doc.kml": kml()}, zipfile.ZIP_BZIP2),
        "method_99": _method(99),
        "before_it_a_picture": b"GIF89a" + packed({"doc.kml": kml()}),
        "cut_off": packed({"doc.kml": kml()})[:-30],
        "head_only": packed({"doc.kml": kml()})[:40],
        "no_end": LOCAL + bytes(60),
        "offset_beyond": _offset(0x7FFFFFFF),
        "name_with_nul": packed({"doc.kml": kml()}).replace(b"doc.kml", b"d\x00c.kml"),
        "shp_alone": packed({"a.shp": parts()["a.shp"]}),
        "two_shapefiles": packed({**parts("a"), **parts("b")}),
        "shp_is_text": packed({**parts(), "a.shp": b"/etc/passwd"}),
        "shp_cut_off": packed({**parts(), "a.shp": parts()["a.shp"][:130]}),
        "shp_lies_of_its_length": packed({**parts(), "a.shp": _patched(parts()["a.shp"], 104, ">i", 0x7FFFFFF0)}),
        "shp_lies_of_its_points": packed({**parts(), "a.shp": _patched(parts()["a.shp"], 148, "<i", 0x7FFFFFF0)}),
        "shp_lies_of_its_parts": packed({**parts(), "a.shp": _patched(parts()["a.shp"], 144, "<i", 0x7FFFFFF0)}),
        "shp_of_points": packed({**parts(), "a.shp": _points()}),
        "shx_is_empty": packed({**parts(), "a.shx": b""}),
        "dbf_is_empty": packed({**parts(), "a.dbf": b""}),
    }


_CLIMBING = (
    "../doc.kml",
    "../../../../elsewhere/doc.kml",
    "/etc/doc.kml",
    "a/../../doc.kml",
    "..\\..\\doc.kml",
    "C:\\doc.kml",
    "C:/doc.kml",
    "//host/share/doc.kml",
    "./../doc.kml",
)
_FOLDERS = ("../../", "/tmp/", "a/../../", "..\\")


def packed(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def kml() -> bytes:
    return KML.format(" ".join(f"{lng},{lat}" for lng, lat in SQUARE)).encode()


def parts(stem: str = "a", prj: bytes = WGS84) -> dict[str, bytes]:
    """A Shapefile of one square, byte by byte (ESRI's paper of 1998)."""
    ring = [(lng, lat) for lng, lat in reversed(SQUARE)]
    shape = struct.pack("<i4d2i", 5, 36, 48, 37, 49, 1, len(ring)) + struct.pack("<i", 0)
    shape += b"".join(struct.pack("<2d", *each) for each in ring)
    shp = _head(100 + 8 + len(shape), 5) + struct.pack(">2i", 1, len(shape) // 2) + shape
    shx = _head(108, 5) + struct.pack(">2i", 50, len(shape) // 2)
    field = b"side".ljust(11, b"\0") + b"C" + bytes(4) + bytes([10, 0]) + bytes(14)
    dbf = struct.pack("<4BIHH20x", 3, 122, 4, 1, 1, 65, 11) + field + b"\r" + b" " + b"NORTH".ljust(10) + b"\x1a"
    return {f"{stem}.shp": shp, f"{stem}.shx": shx, f"{stem}.dbf": dbf, f"{stem}.prj": prj, f"{stem}.cpg": b"UTF-8"}


def shapefile(folder: str = "", prj: bytes = WGS84) -> bytes:
    return packed({folder + name: content for name, content in parts(prj=prj).items()})


def _head(length: int, kind: int) -> bytes:
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length // 2) + struct.pack(
        "<2i8d", 1000, kind, 36, 48, 37, 49, 0, 0, 0, 0
    )


def _points() -> bytes:
    shape = struct.pack("<i2d", 1, 36, 48)
    return _head(100 + 8 + len(shape), 1) + struct.pack(">2i", 1, len(shape) // 2) + shape


def _patched(data: bytes, at: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, at, value)
    return bytes(changed)


def _entry(data: bytes, at: int, form: str, value: int) -> bytes:
    """``data`` with a field of its directory's last entry changed."""
    return _patched(data, data.rindex(DIRECTORY) + at, form, value)


def _lying(size: int) -> bytes:
    return _entry(packed({"doc.kml": kml() + b" " * 30_000_000}), 24, "<I", size)


def _wrong_sum() -> bytes:
    return _entry(packed({"doc.kml": kml()}), 16, "<I", 0x12345678)


def _offset(at: int) -> bytes:
    return _entry(packed({"doc.kml": kml()}), 42, "<I", at)


def _flagged(bits: int) -> bytes:
    return _entry(_patched(packed({"doc.kml": kml()}), 6, "<H", bits), 8, "<H", bits)


def _method(number: int) -> bytes:
    return _entry(_patched(packed({"doc.kml": kml()}), 8, "<H", number), 10, "<H", number)


def _linked(name: str, target: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, target)
        for other, content in parts().items():
            if name.endswith(".shp") and other != name:
                archive.writestr(other, content)
    return out.getvalue()


def _twice() -> bytes:
    return packed({"doc.kml": kml(), "aoc.kml": b"<kml/>"}).replace(b"aoc.kml", b"doc.kml")


def _overlapping() -> bytes:
    """Many names for one member (Fifield, "A better zip bomb", 2019)."""
    data = packed({"a000.kml": kml() + b" " * 2_000_000})
    start, end = data.index(DIRECTORY), data.rindex(b"PK\x05\x06")
    entries = b"".join(data[start:end].replace(b"a000", f"a{number:03}".encode()) for number in range(90))
    last = bytearray(data[end:])
    struct.pack_into("<2H2I", last, 8, 90, 90, len(entries), start)
    return data[:start] + entries + bytes(last)
