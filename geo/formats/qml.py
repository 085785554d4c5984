"""How QGIS draws a collection: the colours of ``geo.style``, patterns that say the same in print, and its days.

One style serves GeoPackages and the project: rules for polygons by side, and by whether the ground is sure, claimed or
contested, as on the page; one symbol a side for points; the time of a row from its first day to before its last.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from geo.motifs import FILL, LAND, UNSURE, edge_colour
from geo.schema import Collection
from geo.style import UNKNOWN, Style, Styles

VERSION = "3.22.4"
"""Of the QGIS whose form of styles this is; newer ones read it."""
BRUSHES = {
    "lines": "horizontal", "dots": "dense6", "grid": "cross", "waves": "dense7", "crosses": "diagonal_x",
    "rings": "dense5", "verticals": "vertical", "triangles": "dense4",
}
"""Pattern → the brush of Qt that comes nearest."""
INK = "#1d1b18"
DRAWN = {"MULTIPOLYGON": "fill", "MULTILINESTRING": "line", "POINT": "marker", "MULTIPOINT": "marker",
         "GEOMETRY": "marker"}
SHAPES = {"events": "diamond", "articles": "square"}
SIZES = {"events": 3.0, "mentions": 2.6, "articles": 2.2, "reports": 2.2, "places": 1.0}
"""Millimetres across."""


class Rule(NamedTuple):
    """What a rule draws: features of ``wanted``, an expression, in layers of a symbol."""

    label: str
    wanted: str
    layers: tuple[str, ...]


def qml(collection: Collection, styles: Styles) -> str:
    """The style as QGIS keeps it in ``layer_styles`` and in ``.qml`` files."""
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"{VERSION}\" " \
           f"styleCategories=\"Symbology|Temporal\">{body(collection, styles)}</qgis>\n"


def body(collection: Collection, styles: Styles) -> str:
    """The parts that a project's layer takes over as they are: when, and how."""
    return temporal(collection) + _renderer(collection, styles)


def is_dated(collection: Collection) -> bool:
    return collection.name != "places"


def temporal(collection: Collection) -> str:
    """Mode 2 is two fields; limit mode 0 counts the first in and the second out."""
    return (
        f'<temporal enabled="{int(is_dated(collection))}" mode="2" startField="valid_from" endField="valid_to" '
        'limitMode="0" startExpression="" endExpression="" durationField="" durationUnit="min" fixedDuration="0" '
        'accumulate="0"><fixedRange><start></start><end></end></fixedRange></temporal>'
    )


def _renderer(collection: Collection, styles: Styles) -> str:
    kind = DRAWN[collection.geometry]
    rules = list(_rules(collection, styles))
    listed = "".join(
        f'<rule key="{{{number}}}" symbol="{number}" label={quoteattr(rule.label)} filter={quoteattr(rule.wanted)}/>'
        for number, rule in enumerate(rules)
    )
    symbols = "".join(
        f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'{"".join(rule.layers)}</symbol>'
        for number, rule in enumerate(rules)
    )
    return (
        '<renderer-v2 type="RuleRenderer" forceraster="0" symbollevels="0" enableorderby="0">'
        f'<rules key="{{root}}">{listed}</rules><symbols>{symbols}</symbols></renderer-v2>'
    )


def _rules(collection: Collection, styles: Styles) -> Iterator[Rule]:
    if collection.name == "zones":
        yield from _zones(styles)
    elif collection.name == "fronts":
        casing = _layer("SimpleLine", line_color=_rgba("#fffdf9", 0.85), line_width="1.1")
        yield Rule("Front", "TRUE", (casing, _layer("SimpleLine", line_color=_rgba(INK, 0.85), line_width="0.6")))
    elif field := _side_field(collection):
        for code, style in styles.items():
            yield Rule(style.label, f'"{field}" = {_quoted(code)}', (_dot(collection, style),))
        yield Rule(UNKNOWN.label, "ELSE", (_dot(collection, UNKNOWN),))
    else:
        yield Rule(collection.title, "TRUE", (_dot(collection, Style("", INK, "none")),))


def _zones(styles: Styles) -> Iterator[Rule]:
    """As ``motifs.look_of``: two sides or a contest make stripes, claims hatching, all else the side's own motif."""
    unsure = f'("status" IN ({_listed(UNSURE)}) OR "confidence" = \'low\')'
    both = '("controller_b" IS NOT NULL OR "status" IN (\'contested\', \'mixed\'))'
    for code, style in styles.items():
        side = f'"controller" = {_quoted(code)}'
        edge = _rgba(edge_colour(code, styles), 1)
        yield Rule(f"{style.label}: contested", f"{side} AND {both}", (
            _fill(_rgba(style.colour, FILL + 0.1), edge), _stripes(styles)))
        yield Rule(f"{style.label}: claimed or not sure", f"{side} AND NOT {both} AND {unsure}", (
            _fill(_rgba(style.colour, FILL * 0.5), edge), _fill(_rgba(style.colour, 0.75), brush="b_diagonal")))
        motif = [_fill(_rgba(_darker(style.colour), 0.4), brush=BRUSHES[style.pattern])] \
            if style.pattern in BRUSHES else []
        yield Rule(style.label, f"{side} AND NOT {both} AND NOT {unsure}", (
            _fill(_rgba(style.colour, FILL), edge), *motif))
    yield Rule(UNKNOWN.label, "ELSE", (_fill(_rgba(UNKNOWN.colour, FILL * 0.5), _rgba(UNKNOWN.colour, 1)),))


def _stripes(styles: Styles) -> str:
    """Bands in the colour of the second side, which an expression finds; of paper where there is none."""
    cases = " ".join(f"WHEN {_quoted(code)} THEN '{_rgba(style.colour, FILL + 0.1)}'" for code, style in styles.items())
    told = f"CASE \"controller_b\" {cases} ELSE '{_rgba(LAND, FILL + 0.1)}' END"
    chosen = (
        '<data_defined_properties><Option type="Map"><Option name="name" type="QString" value=""/>'
        '<Option name="properties" type="Map"><Option name="fillColor" type="Map">'
        '<Option name="active" type="bool" value="true"/>'
        f'<Option name="expression" type="QString" value={quoteattr(told)}/>'
        '<Option name="type" type="int" value="3"/></Option></Option>'
        '<Option name="type" type="QString" value="collection"/></Option></data_defined_properties>'
    )
    return _layer("SimpleFill", chosen, color=_rgba(LAND, FILL), style="f_diagonal", outline_style="no")


def _side_field(collection: Collection) -> str | None:
    """The field whose side colours a point."""
    names = {field.name for field in collection.fields}
    return next((name for name in ("controller", "actor") if name in names), None)


def _dot(collection: Collection, style: Style) -> str:
    return _layer(
        "SimpleMarker", name=SHAPES.get(collection.name, "circle"), size=str(SIZES[collection.name]),
        color=_rgba(style.colour, 1), outline_color=_rgba("#fffdf9", 1), outline_width="0.3")


def _fill(colour: str, edge: str = "", brush: str = "solid") -> str:
    outline = {"outline_color": edge, "outline_width": "0.26", "outline_style": "solid"} if edge else \
        {"outline_style": "no"}
    return _layer("SimpleFill", color=colour, style=brush, **outline)


def _layer(kind: str, more: str = "", **properties: str) -> str:
    listed = "".join(f"<prop k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in properties.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0">{listed}{more}</layer>'


def _rgba(hex_: str, alpha: float) -> str:
    """
    >>> _rgba("#d55e00", 0.5)
    '213,94,0,128'
    """
    return ",".join(map(str, (*bytes.fromhex(hex_[1:]), round(255 * alpha))))


def _darker(hex_: str) -> str:
    return "#" + bytes(round(channel * 0.75) for channel in bytes.fromhex(hex_[1:])).hex()


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(_quoted, texts))


