"""What each controller looks like: one colour, one pattern and one label for every map, page and picture.

Colours are the eight of Okabe and Ito (Color Universal Design, 2008) for those who hold ground in Syria and Iraq, and
of Paul Tol's "muted" and "bright" schemes for all others: told apart by the colour-blind. The pattern says the same
without any colour, in print.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from geo.actors import Actor


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

PATTERNS = ("lines", "dots", "grid", "waves", "crosses", "rings", "verticals", "triangles")
"""For sides that choose none, in turn."""

Styles = Mapping[str, Style]


def styles(actors: Iterable[Actor]) -> Styles:
    """The look of a theatre's sides, in its order: the colour of their row, else the one that their code has in
    ``STYLES``, else one that is still free there."""
    rows = tuple(actors)
    chosen = {actor.code: actor.colour or getattr(STYLES.get(actor.code), "colour", "") for actor in rows}
    free = iter(sorted({style.colour for style in STYLES.values()} - set(chosen.values())))
    return {
        actor.code: Style(actor.name, chosen[actor.code] or next(free, _OTHER), _pattern(actor, number))
        for number, actor in enumerate(rows)
    }


def _pattern(actor: Actor, number: int) -> str:
    known = STYLES.get(actor.code)
    return actor.pattern or (known.pattern if known and not actor.colour else PATTERNS[number % len(PATTERNS)])


def style_of(code: str | None, known: Styles = STYLES) -> Style:
    """The style of a controller; a code that the table does not know keeps its own name as label."""
    if code is None:
        return UNKNOWN
    return known.get(code) or Style(code, _OTHER, "lines")


def label(code: str | None, known: Styles = STYLES) -> str:
    return style_of(code, known).label


def table(known: Styles = STYLES) -> dict[str, dict[str, str]]:
    """The whole table as plain values for JSON, those who hold ground first."""
    return {code: asdict(style) for code, style in known.items()}
