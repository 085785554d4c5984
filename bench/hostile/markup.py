"""T7: KML with document types, entities, depth, and numbers that are none."""

from __future__ import annotations

from collections.abc import Iterator

from bench.hostile.kinds import Hostile, Lure
from bench.hostile.zips import kml, packed

START = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
END = "</Document></kml>"
SOUND = kml().decode().partition(">")[2].removesuffix("</kml>")


def files(lure: Lure) -> Iterator[Hostile]:
    for name, kind in _document_types(lure).items():
        text = f'<?xml version="1.0"?>{kind}{START}<name>&a;</name>{SOUND}{END}'
        yield Hostile(f"xml_{name}", "T7", text.encode())
        if name in ("billion_laughs", "external_file"):
            yield Hostile(f"xml_{name}_utf16", "T7", text.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"))
            yield Hostile(f"xml_{name}_kmz", "T7", packed({"doc.kml": text.encode()}))
    for name, document in _documents(lure).items():
        yield Hostile(f"xml_{name}", "T7", document if isinstance(document, bytes) else document.encode())
    for name, numbers in COORDINATES.items():
        yield Hostile(f"kml_{name}", "T8", ring(numbers).encode())


def _document_types(lure: Lure) -> dict[str, str]:
    laughs = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("bcdefghi", "cdefghia", strict=True)
    )
    return {
        "empty_doctype": "<!DOCTYPE kml>",
        "entity": '<!DOCTYPE kml [<!ENTITY a "x">]>',
        "billion_laughs": f'<!DOCTYPE kml [<!ENTITY b "ha">{laughs}]>',
        "quadratic": f'<!DOCTYPE kml [<!ENTITY a "{"x" * 1_000_000}">]>',
        "external_file": f'<!DOCTYPE kml [<!ENTITY a SYSTEM "file://{lure.path}">]>',
        "external_address": f'<!DOCTYPE kml [<!ENTITY a SYSTEM "{lure.address}">]>',
        "external_type": f'<!DOCTYPE kml SYSTEM "{lure.address}">',
        "public_type": f'<!DOCTYPE kml PUBLIC "-//x//y" "{lure.address}">',
        "parameter_entity": f'<!DOCTYPE kml [<!ENTITY % p SYSTEM "{lure.address}"> %p;]>',
        "endless_entity": '<!DOCTYPE kml [<!ENTITY a "&a;">]>',
        "attribute_default": '<!DOCTYPE kml [<!ATTLIST kml x CDATA "y"><!ENTITY a "x">]>',
    }


def _documents(lure: Lure) -> dict[str, str | bytes]:
    return {
        "deep": START + "<Folder>" * 100_000,
        "deep_65": START + "<Folder>" * 64 + SOUND + "</Folder>" * 64 + END,
        "unclosed": START + SOUND,
        "placemark_in_placemark": f"{START}<Placemark>{SOUND}</Placemark>{END}",
        "polygon_in_polygon": START + SOUND.replace("<outer", "<Polygon></Polygon><outer", 1) + END,
        "crossed": START + "<Folder><Placemark></Folder></Placemark>" + END,
        "two_roots": START + SOUND + END + START + END,
        "other_root": f"<gpx>{SOUND}</gpx>",
        "root_inside": f"<a>{START}{SOUND}{END}</a>",
        "unknown_entity": START + "<name>&nobody;</name>" + SOUND + END,
        "nul_reference": START + "<name>&#0;</name>" + SOUND + END,
        "surrogate_reference": START + "<name>&#xD800;</name>" + SOUND + END,
        "nul": START.encode() + b"\x00" + (SOUND + END).encode(),
        "control": START + "<name>\x01</name>" + SOUND + END,
        "not_utf8": (START + "<name>").encode() + b"\xff\xfe" + (SOUND + END).encode(),
        "unknown_encoding": '<?xml version="1.0" encoding="x-none"?>' + START + SOUND + END,
        "utf7": '<?xml version="1.0" encoding="UTF-7"?>' + START + SOUND + END,
        "attribute_twice": START.replace("<Document>", '<Document id="a" id="b">') + SOUND + END,
        "xinclude": f'<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<xi:include href="file://{lure.path}" parse="text"/></kml>',
        "placemarks_100001": START + "<Placemark/>" * 100_001 + END,
        "outer_ring_twice": START
        + SOUND.replace(
            "<outerBoundaryIs>",
            "<outerBoundaryIs></outerBoundaryIs><outerBoundaryIs>"
            + ring_of("36,48 37,48 37,49 36,48")
            + "</outerBoundaryIs><outerBoundaryIs>",
        )
        + END,
        "no_outer_ring": START + SOUND.replace("outerBoundaryIs", "innerBoundaryIs") + END,
        "lines_alone": START
        + "<Placemark><LineString><coordinates>36,48 37,49</coordinates></LineString></Placemark>"
        + END,
        "half": '<?xml version="1.0"',
        "only_a_sign": "<",
    }


def ring_of(numbers: str) -> str:
    return f"<LinearRing><coordinates>{numbers}</coordinates></LinearRing>"


def ring(numbers: str) -> str:
    return (
        f"{START}<Placemark><Polygon><outerBoundaryIs>{ring_of(numbers)}</outerBoundaryIs></Polygon></Placemark>{END}"
    )


COORDINATES = {
    "nan": "36,48 37,nan 37,49 36,48",
    "inf": "36,48 inf,48 37,49 36,48",
    "infinity": "36,48 -Infinity,48 37,49 36,48",
    "underscores": "3_6,4_8 3_7,48 37,49 3_6,4_8",
    "arabic_digits": "٣٦,٤٨ ٣٧,٤٨ ٣٧,٤٩ ٣٦,٤٨",
    "wide_digits": "３６,４８ ３７,４８ ３７,４９ ３６,４８",
    "hexadecimal": "0x24,0x30 37,48 37,49 0x24,0x30",
    "comma_decimals": "36,5,48,5 37,5,48 37,49 36,5,48,5",
    "spaces_inside": "36, 48 37, 48 37, 49 36, 48",
    "one_number": "36 37 37 36",
    "empty": "",
    "words": "here there everywhere here",
    "semicolons": "36;48 37;48 37;49 36;48",
    "latitude_first": "48,136 48,137 49,137 48,136",
    "latitude_95": "36,48 37,48 37,95 36,48",
    "two_positions": "36,48 37,48",
    "1e400": "36,48 1e400,48 37,49 36,48",
    "minus_sign": "−36,48 37,48 37,49 −36,48",
    "ring_of_250001": " ".join(f"36.{number:06},48" for number in range(250_001)),
}
