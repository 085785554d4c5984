"""What is written beside or above the map: title, day, key, whose work it is."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from PIL import Image, ImageDraw

from geo.motifs import Look, edge_colour, fill
from geo.stills.lettering import Face
from geo.stills.look import Theme, rgb
from geo.stills.marks import shape_on
from geo.stills.writing import is_rtl, plain
from geo.style import Styles

BRAND = "Dateline"


@dataclass(frozen=True)
class Row:
    """A line of the key. ``sign``: the look of an area, or ``front``, ``event``, ``mention``, ``none``."""

    sign: Look | str
    words: str


@dataclass(frozen=True)
class Speech:
    """What a picture says in its own words, in one language; ``day`` is the picture's."""

    day: str
    contested: str = "Contested: stripes of both"
    unsure: str = "Not sure, or low confidence"
    front: str = "Front line"
    event: str = "Event in the story"
    mention: str = "Place named in the story"
    none: str = "No statement"
    derived: str = "Areas are derived from town reports: coarse, never a surveyed line."

    @classmethod
    def english(cls, day: date) -> Speech:
        return cls(f"As of {day.day} {day:%B %Y}")


@dataclass(frozen=True)
class Words:
    """All text of a picture."""

    title: str
    day: str
    rows: Sequence[Row]
    note: str
    credits: str

    @property
    def is_rtl(self) -> bool:
        """Whether the key begins at the right."""
        return is_rtl(plain(self.day))


@dataclass(frozen=True)
class Paper:
    """Where text is laid: the picture, its colours, how large a unit is, how the sides look."""

    image: Image.Image
    theme: Theme
    unit: float
    known: Styles

    def face(self, size: float, weight: int = 400) -> Face:
        return Face(max(9, round(size * self.unit)), weight)


def column(paper: Paper, words: Words, width: int) -> None:
    """At the left, from top to bottom: title, day, key; at the foot whose work it is."""
    pen, pad = ImageDraw.Draw(paper.image), round(28 * paper.unit)
    left, right = pad, width - pad
    foot = _foot(paper, words, (left, right, paper.image.height - round(20 * paper.unit)))
    y = round(22 * paper.unit)
    y = _head(paper, words, (left, y, right), foot)
    if words.rows and y + 40 * paper.unit < foot:
        pen.line((left, y, right, y), rgb(paper.theme.rule), max(1, round(paper.unit)))
    y += round(12 * paper.unit)
    for row in words.rows:
        lines = _lines(paper, row, right - left, 2)
        if y + _high(paper, lines) > foot:
            return
        _row(paper, row, (left, y, right), lines, is_rtl=words.is_rtl)
        y += _high(paper, lines)


def bands(paper: Paper, words: Words, map_box: tuple[int, int, int, int]) -> None:
    """For tall pictures: title and day above the map, key and credits below it."""
    _, map_top, right, map_bottom = map_box
    pad = round(22 * paper.unit)
    _head(paper, words, (pad, round(14 * paper.unit), right - pad), map_top)
    foot = _foot(paper, words, (pad, right - pad, paper.image.height - round(12 * paper.unit)))
    y, x, width = map_bottom + round(10 * paper.unit), pad, right // 2 - pad
    for number, row in enumerate(words.rows):
        lines = _lines(paper, row, width - round(8 * paper.unit), 1)
        if y + _high(paper, lines) > foot:
            return
        start = x + (number % 2 != words.is_rtl) * width
        _row(paper, row, (start, y, start + width - round(8 * paper.unit)), lines, is_rtl=words.is_rtl)
        y += _high(paper, lines) if number % 2 else 0


def _head(paper: Paper, words: Words, at: tuple[int, int, int], until: int) -> int:
    """Title and day, above ``until``; the height that they end at."""
    pen, (left, y, right) = ImageDraw.Draw(paper.image), at
    title, day = _title(paper, words.title, right - left, until - y), paper.face(19, 500)
    for line in title[1]:
        title[0].write_line(pen, (left, right, y + title[0].size), line, rgb(paper.theme.ink))
        y += title[0].line
    y += round(6 * paper.unit)
    for line in day.wrap(words.day, right - left, 2):
        is_right = words.is_rtl or is_rtl(plain(words.title))
        shown = (right - day.width(line), y + day.size) if is_right else (left, y + day.size)
        day.write(pen, shown, line, rgb(paper.theme.accent))
        y += day.line
    return y + round(12 * paper.unit)


def _title(paper: Paper, text: str, width: int, height: int) -> tuple[Face, list[str]]:
    """The largest type in which the whole title fits, else what fits of it in the smallest."""
    for size, most in ((36, 4), (30, 5), (25, 6), (20, 7)):
        face = paper.face(size, 700)
        lines = face.wrap(text, width, min(most, max(1, int((height - 45 * paper.unit) // face.line))))
        if lines and not lines[-1].endswith("…"):
            break
    return face, lines


def _foot(paper: Paper, words: Words, at: tuple[int, int, int]) -> int:
    """Note, credits and who made it, from the bottom upward; the height at which they begin."""
    pen, (left, right, y) = ImageDraw.Draw(paper.image), at
    brand, small = paper.face(22, 700), paper.face(13.5)
    brand.write(pen, (left, y), BRAND, rgb(paper.theme.ink))
    y -= brand.line
    most = 5 if paper.image.height >= 350 else 2
    told = words.credits if most == 2 else f"{words.note} {words.credits}"
    for line in reversed(small.wrap(told, right - left, most)):
        small.write_line(pen, (left, right, y), line, rgb(paper.theme.quiet))
        y -= small.line
    return y - round(6 * paper.unit)


def _lines(paper: Paper, row: Row, width: int, most: int) -> list[str]:
    return paper.face(17).wrap(row.words, width - round(46 * paper.unit), most)


def _high(paper: Paper, lines: Sequence[str]) -> int:
    """What a line of the key takes."""
    return paper.face(17).line * len(lines) + round(5 * paper.unit)


def _row(paper: Paper, row: Row, at: tuple[int, int, int], lines: Sequence[str], *, is_rtl: bool) -> None:
    left, y, right = at
    face, wide, high = paper.face(17), round(34 * paper.unit), round(20 * paper.unit)
    _sign(paper, row.sign, (right - wide if is_rtl else left, y + round(2 * paper.unit), wide, high))
    pen, beside = ImageDraw.Draw(paper.image), round(46 * paper.unit)
    for number, line in enumerate(lines):
        start = right - beside - face.width(line) if is_rtl else left + beside
        face.write(pen, (start, y + face.size + number * face.line), line, rgb(paper.theme.ink))


def _sign(paper: Paper, sign: Look | str, box: tuple[int, int, int, int]) -> None:
    left, top, wide, high = box
    pen, theme = ImageDraw.Draw(paper.image), paper.theme
    middle = left + wide / 2, top + high / 2
    if isinstance(sign, Look):
        paper.image.paste(_swatch(paper, sign, (wide, high)), (left, top))
        pen.rectangle((left, top, left + wide, top + high), outline=rgb(edge_colour(sign.side, paper.known)))
    elif sign == "front":
        pen.line((left, middle[1], left + wide, middle[1]), rgb("#fffdf8"), round(6 * paper.unit))
        pen.line((left, middle[1], left + wide, middle[1]), rgb("#1d1b18"), max(2, round(3 * paper.unit)))
    elif sign == "none":
        pen.rectangle((left, top, left + wide, top + high), rgb(theme.land), rgb(theme.quiet))
    else:
        rings = [(1.0, theme.panel), (0.84, theme.ink), (0.56, theme.quiet)]
        shape_on(paper.image, middle, high / 2, rings, is_diamond=sign == "event")


def _swatch(paper: Paper, look: Look, size: tuple[int, int]) -> Image.Image:
    """The look on land, as the tiles paint it."""
    piece = fill(look, 1, paper.known)
    land = np.array(rgb(paper.theme.land)) / 255
    shown = piece[..., :3] + land * (1 - piece[..., 3:])
    across, down = -(-size[0] // len(piece)), -(-size[1] // len(piece))
    pixels = np.rint(255 * np.tile(shown, (down, across, 1))[: size[1], : size[0]]).astype(np.uint8)
    return Image.fromarray(pixels)


SIGNS = "front", "event", "mention", "none"


def key(looks: Sequence[Look], known: Styles, extras: Sequence[str], speech: Speech) -> Iterator[Row]:
    """The sides in the order of their table, then what the other fills and signs of the picture mean."""
    order = {code: number for number, code in enumerate(known)}
    sides = {side for look in looks for side in (look.side, look.other) if side}
    for side in sorted(sides, key=lambda code: (order.get(code, len(order)), code)):
        yield Row(Look(side, None, "sure"), known[side].label if side in known else side)
    for kind, words in (("striped", speech.contested), ("hatched", speech.unsure)):
        found = next((look for look in looks if look.kind == kind), None)
        if found:
            yield Row(found, words)
    yield from (Row(sign, getattr(speech, sign)) for sign in SIGNS if sign in extras)
