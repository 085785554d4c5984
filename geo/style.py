"""What each controller looks like: one colour, one pattern and one label for every map, page and picture.

Colours are the eight of Okabe and Ito (Color Universal Design, 2008) for those who hold ground in Syria and Iraq, and
of Paul Tol's "muted" and "bright" schemes for all others: told apart by the colour-blind. The pattern says the same
without any colour, in print.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Style:
    """``colour`` as ``#rrggbb``; ``pattern`` is what fills the area where colour cannot."""

    label: str
    colour: str
    pattern: str


STYLES: dict[str, Style] = {
    "ISIL": Style("Islamic State (ISIL)", "#3b3b3b", "solid"),
    "GOV_SY": Style("Syrian government", "#d55e00", "lines"),
    "REBELS": Style("Syrian rebels", "#009e73", "dots"),
    "TURKEY_REBELS": Style("Turkish-backed rebels", "#56b4e9", "waves"),
    "SDF": Style("Syrian Democratic Forces", "#f0e442", "crosses"),
    "HTS": Style("Hayat Tahrir al-Sham", "#0072b2", "rings"),
    "GOV_IQ": Style("Iraqi government", "#cc79a7", "verticals"),
    "KRG": Style("Kurdistan Regional Government", "#e69f00", "triangles"),
    "COALITION": Style("US-led coalition", "#332288", "grid"),
    "USA": Style("United States", "#4477aa", "grid"),
    "RUSSIA": Style("Russia", "#882255", "lines"),
    "TURKEY": Style("Turkey", "#44aa99", "waves"),
    "IRAN": Style("Iran", "#999933", "lines"),
    "ISRAEL": Style("Israel", "#66ccee", "grid"),
    "JORDAN": Style("Jordan", "#117733", "dots"),
    "LEBANON": Style("Lebanon", "#aa4499", "dots"),
    "PKK": Style("Kurdistan Workers' Party", "#ddcc77", "crosses"),
    "UKRAINE": Style("Ukraine", "#88ccee", "dots"),
}

UNKNOWN = Style("No statement", "#8d8a84", "none")
"""Ground that nobody is stated to hold."""

_OTHER = "#aa3377"


def style_of(code: str | None) -> Style:
    """The style of a controller; a code that the table does not know keeps its own name as label."""
    if code is None:
        return UNKNOWN
    return STYLES.get(code) or Style(code, _OTHER, "lines")


def label(code: str | None) -> str:
    return style_of(code).label


def table() -> dict[str, dict[str, str]]:
    """The whole table as plain values for JSON, those who hold ground first."""
    return {code: asdict(style) for code, style in STYLES.items()}
