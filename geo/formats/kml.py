"""KML 2.3 (OGC 12-007r2) for Google Earth: a placemark a feature, with its days as a span and its side's colour."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.formats.flat import batches, columns, values
from geo.formats.imprint import Imprint, about
from geo.model import Feature
from geo.schema import Collection, Field
from geo.style import UNKNOWN, Style

_SIMPLE = {"text": "string", "json": "string", "date": "string", "integer": "int", "real": "double", "boolean": "bool"}
RESERVED = frozenset({"id", "name", "description", "begin", "end", "timestamp", "icon", "snippet"})
"""What GDAL calls the parts of a placemark: fields of these names get an underscore."""
FILL, SOLID = "80", "ff"
"""How much of the ground a fill covers, and that a line covers all."""
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(collection: Collection, features: Iterable[Feature], imprint: Imprint) -> Iterator[bytes]:
    """``end`` of a span is the moment at which it is no longer so; ``valid_from`` and ``valid_to`` say the days."""
    fields = columns(collection)
    yield "".join(_head(collection, fields, imprint)).encode()
    for batch in batches(features, 500):
        yield "".join(_placemark(collection, fields, feature, imprint) for feature in batch).encode()
    yield b"</Document></kml>\n"


def field_name(name: str) -> str:
    """What a field is called in the extended data.

    >>> field_name("end"), field_name("status")
    ('end_', 'status')
    """
    return f"{name}_" if name in RESERVED else name


def _head(collection: Collection, fields: Sequence[Field], imprint: Imprint) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f"<name>{_text(collection.title)}</name><description>{_text(about(collection, imprint))}</description>\n"
    yield f"<Schema name={quoteattr(collection.name)} id={quoteattr(collection.name)}>"
    for field in fields:
        yield f"<SimpleField type={quoteattr(_SIMPLE[field.kind])} name={quoteattr(field_name(field.name))}/>"
    yield "</Schema>\n"
    for code, style in (("", UNKNOWN), *imprint.styles.items()):
        yield _style(code, style)


def _style(code: str, style: Style) -> str:
    red, green, blue = style.colour[1:3], style.colour[3:5], style.colour[5:7]
    ink = f"{blue}{green}{red}"
    return (
        f"<Style id={quoteattr(_style_id(code))}><IconStyle><color>{SOLID}{ink}</color><scale>0.8</scale></IconStyle>"
        f"<LineStyle><color>{SOLID}{ink}</color><width>1.5</width></LineStyle>"
        f"<PolyStyle><color>{FILL}{ink}</color></PolyStyle></Style>\n"
    )


def _style_id(code: str) -> str:
    return "side-" + re.sub(r"[^\w-]", "_", code, flags=re.ASCII) if code else "nobody"


def _placemark(collection: Collection, fields: Sequence[Field], feature: Feature, imprint: Imprint) -> str:
    said, outer = feature.properties, feature.valid.outer
    side = str(said.get("controller") or said.get("actor") or "")
    span = "".join(f"<{tag}>{day}</{tag}>" for tag, day in (("begin", outer.start), ("end", outer.end)) if day)
    data = "".join(
        f"<SimpleData name={quoteattr(field_name(field.name))}>{_value(value)}</SimpleData>"
        for field, value in zip(fields, values(fields, feature), strict=True) if value is not None
    )
    return (
        f"<Placemark><name>{_text(_title(collection, feature, imprint))}</name>"
        f"{f'<TimeSpan>{span}</TimeSpan>' if span else ''}"
        f"<styleUrl>#{_style_id(side if side in imprint.styles else '')}</styleUrl>"
        f'<ExtendedData><SchemaData schemaUrl="#{collection.name}">{data}</SchemaData></ExtendedData>'
        f"{_geometry(feature.geometry)}</Placemark>\n"
    )


def _title(collection: Collection, feature: Feature, imprint: Imprint) -> str:
    said = feature.properties
    if collection.name == "zones":
        sides = [str(said[name]) for name in ("controller", "controller_b") if said.get(name)]
        return " / ".join(imprint.styles[side].label if side in imprint.styles else side for side in sides)
    if collection.name == "fronts":
        return f"{said.get('side_a')} | {said.get('side_b')}"
    return str(said.get("name") or said.get("title") or feature.id)


def _geometry(geometry: BaseGeometry | None) -> str:
    if geometry is None or geometry.is_empty:
        return ""
    flat = shapely.orient_polygons(shapely.force_2d(geometry))
    parts = list(getattr(flat, "geoms", [flat]))
    written = "".join(map(_part, parts))
    return f"<MultiGeometry>{written}</MultiGeometry>" if len(parts) > 1 or flat is not parts[0] else written


def _part(part: BaseGeometry) -> str:
    if isinstance(part, Polygon):
        rings = [f"<outerBoundaryIs>{_ring(part.exterior)}</outerBoundaryIs>"]
        rings += [f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in part.interiors]
        return f"<Polygon>{''.join(rings)}</Polygon>"
    if part.geom_type in ("Point", "LineString"):
        return f"<{part.geom_type}>{_coordinates(part)}</{part.geom_type}>"
    return _geometry(part)


def _ring(ring: BaseGeometry) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(part: BaseGeometry) -> str:
    pairs = shapely.get_coordinates(part).round(7).tolist()
    return f"<coordinates>{' '.join(f'{lng},{lat}' for lng, lat in pairs)}</coordinates>"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return _text(str(value))


def _text(text: str) -> str:
    """Escaped, without what XML 1.0 has no way to write."""
    return escape(_ILLEGAL.sub("", text))
